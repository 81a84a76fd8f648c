//! Who issues the certificates of Exchange Online, so that a certificate from somebody else shows an interception.
//!
//! Sources: Microsoft Learn, "Microsoft 365 encryption chains" and its edition for DoD and GCC High (intermediates of
//! 2013 to 2020); certificates seen on the service (Microsoft IT SSL until 2016, GlobalSign on MX until 2020, DigiCert
//! Cloud Services CA-1 from then on); MC1224565 (DigiCert Global G2 TLS RSA SHA256 2020 CA1, March 2026).
//!
//! A false alarm is worse here than a miss: both authorities in use today count with any of their issuing
//! certificates, so that the next change of intermediate is no finding. Older ones count by name.

use crate::session::Certificate;

/// Whether Exchange Online uses (or used) this issuer. An issuer of which nothing is known is not held against the
/// certificate: `true`.
pub fn issuer_is_known(certificate: &Certificate) -> bool {
    let common_name = certificate.issuer_cn.as_deref().unwrap_or_default();
    let organization = certificate.issuer_o.as_deref().unwrap_or_default();
    let untold = common_name.is_empty() && organization.is_empty() && certificate.issuer.is_empty();
    untold || is_current(organization, common_name) || is_former(organization, common_name)
}

fn is_current(organization: &str, common_name: &str) -> bool {
    CURRENT
        .iter()
        .any(|(known, prefix)| organization == *known && common_name.starts_with(prefix))
}

fn is_former(organization: &str, common_name: &str) -> bool {
    FORMER.contains(&(organization, common_name))
}

/// Organization and how the common names of its issuing certificates begin.
const CURRENT: [(&str, &str); 2] = [
    ("DigiCert Inc", "DigiCert "),
    ("Microsoft Corporation", "Microsoft "),
];

/// Organization and common name.
const FORMER: [(&str, &str); 13] = [
    (
        "GlobalSign nv-sa",
        "GlobalSign Organization Validation CA - SHA256 - G2",
    ),
    (
        "GlobalSign nv-sa",
        "GlobalSign Organization Validation CA - SHA256 - G3",
    ),
    (
        "GlobalSign nv-sa",
        "GlobalSign Extended Validation CA - SHA256 - G2",
    ),
    (
        "GlobalSign nv-sa",
        "GlobalSign Extended Validation CA - SHA256 - G3",
    ),
    ("GlobalSign nv-sa", "GlobalSign RSA OV SSL CA 2018"),
    ("Entrust, Inc.", "Entrust Certification Authority - L1C"),
    ("Entrust, Inc.", "Entrust Certification Authority - L1E"),
    ("Entrust, Inc.", "Entrust Certification Authority - L1K"),
    ("Symantec Corporation", "Symantec Class 3 EV SSL CA - G3"),
    (
        "Symantec Corporation",
        "Symantec Class 3 Secure Server CA - G4",
    ),
    ("thawte, Inc.", "thawte SHA256 SSL CA"),
    (
        "Verizon Enterprise Solutions",
        "Verizon Akamai SureServer CA G14-SHA2",
    ),
    ("CNNIC SHA256 SSL", "CNNIC SHA256 SSL"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn issued_by(organization: Option<&str>, common_name: Option<&str>) -> Certificate {
        Certificate {
            issuer: "as printed".to_owned(),
            issuer_o: organization.map(str::to_owned),
            issuer_cn: common_name.map(str::to_owned),
            ..Certificate::default()
        }
    }

    #[test]
    fn issuers_the_service_was_seen_with() {
        for (organization, common_name) in [
            ("DigiCert Inc", "DigiCert Cloud Services CA-1"),
            ("DigiCert Inc", "DigiCert Global G2 TLS RSA SHA256 2020 CA1"),
            ("Microsoft Corporation", "Microsoft IT SSL SHA2"),
            (
                "GlobalSign nv-sa",
                "GlobalSign Organization Validation CA - SHA256 - G3",
            ),
            ("Entrust, Inc.", "Entrust Certification Authority - L1K"),
        ] {
            assert!(issuer_is_known(&issued_by(
                Some(organization),
                Some(common_name)
            )));
        }
    }

    #[test]
    fn antivirus_firewalls_and_own_authorities_are_others() {
        for (organization, common_name) in [
            (Some("Avast"), Some("Avast! Mail Shield Root")),
            (Some("Fortinet"), Some("FG100D3G00000000")),
            (Some("Contoso"), Some("DigiCert Cloud Services CA-1")),
            (Some("DigiCert Inc"), Some("Contoso Proxy")),
            (None, Some("contoso-DC01-CA")),
            (Some("Let's Encrypt"), Some("R3")),
            (None, None),
        ] {
            assert!(!issuer_is_known(&issued_by(organization, common_name)));
        }
    }

    #[test]
    fn nothing_known_is_nothing_claimed() {
        assert!(issuer_is_known(&Certificate::default()));
    }
}
