//! The other direction: Exchange Online as the TCP client that delivers mail to a server here.
//!
//! It sends from its MX ranges and greets as `NAME.outbound.protection.outlook.com`. It never sends with TLS 1.0 or 1.1
//! (Exchange Team Blog, "Understanding email scenarios if TLS versions cannot be agreed on with Exchange Online", 15
//! January 2021), so a legacy version in this direction is the receiving server's doing.

use std::net::IpAddr;

use super::catalog::Catalog;
use super::name::{is_at_or_below, name};
use crate::session::{EndpointKind, Evidence, EvidenceSet, ExchangeOnline};

/// Whether the TCP client at `ip` that greeted with `ehlo` is Exchange Online; always of kind [`EndpointKind::Mx`].
///
/// The address is needed: anybody can write the name into an EHLO, and senders of spam do, while nobody can finish a
/// TCP handshake from an address that is not theirs. The name then adds the evidence `banner`: in this direction it is
/// what the service calls itself.
pub fn classify_sender(
    catalog: &Catalog,
    ip: IpAddr,
    ehlo: Option<&str>,
) -> Option<ExchangeOnline> {
    let address = catalog.sender(ip)?;
    let mut evidence = EvidenceSet::default();
    evidence.insert(Evidence::Address);
    let greeted = ehlo.filter(|host| is_outbound(host)).and_then(name);
    if greeted.is_some() {
        evidence.insert(Evidence::Banner);
    }
    Some(ExchangeOnline {
        instance: greeted.and_then(|told| told.instance).or(address.instance),
        endpoint: EndpointKind::Mx,
        evidence,
        contradicted_by: EvidenceSet::default(),
    })
}

fn is_outbound(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    OUTBOUND.iter().any(|domain| is_at_or_below(host, domain))
}

/// The first is documented; the others follow the same pattern in their clouds' domains.
const OUTBOUND: [&str; 4] = [
    "outbound.protection.outlook.com",
    "outbound.protection.office365.us",
    "outbound.protection.apps.mil",
    "outbound.protection.partner.outlook.cn",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Instance;

    fn told(ip: &str, ehlo: Option<&str>) -> Option<(Option<Instance>, Vec<Evidence>)> {
        let found = classify_sender(&Catalog::built_in(), ip.parse().unwrap(), ehlo)?;
        assert_eq!(found.endpoint, EndpointKind::Mx);
        Some((found.instance, found.evidence.iter().collect()))
    }

    #[test]
    fn the_address_decides_and_the_name_adds() {
        let name = "EUR05-VI1-obe.outbound.protection.outlook.com";
        let world = Some(Instance::Worldwide);
        let both = vec![Evidence::Banner, Evidence::Address];
        assert_eq!(told("40.107.22.81", Some(name)), Some((world, both)));
        let alone = Some((world, vec![Evidence::Address]));
        assert_eq!(told("40.107.22.81", None), alone);
        assert_eq!(told("40.107.22.81", Some("mail.contoso.com")), alone);
        assert_eq!(
            told("40.107.22.81", Some("x.mail.protection.outlook.com")),
            alone
        );
    }

    #[test]
    fn a_name_alone_is_forged_easily() {
        assert_eq!(
            told("203.0.113.9", Some("x.outbound.protection.outlook.com")),
            None
        );
        assert_eq!(
            told("52.97.137.66", Some("x.outbound.protection.outlook.com")),
            None
        );
        assert_eq!(told("10.0.0.5", None), None);
    }

    #[test]
    fn shared_government_blocks_leave_the_cloud_open_unless_the_name_tells() {
        let name = |domain: &str| format!("gcc02.outbound.{domain}");
        let cloud = |ehlo: &str| told("23.103.191.7", Some(ehlo)).map(|(cloud, _)| cloud);
        assert_eq!(cloud(&name("protection.office365.us")), Some(None));
        assert_eq!(
            cloud(&name("protection.apps.mil")),
            Some(Some(Instance::UsGovDod))
        );
    }
}
