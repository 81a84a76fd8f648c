//! Host names of Exchange Online: which cloud and which kind of endpoint a name stands for.
//!
//! Sources, by the letter beside each group of rows:
//! - **A** Microsoft Learn, "How to set up a multifunction device or application to send email using Microsoft 365 or
//!   Office 365" (`smtp.office365.com`, the MX form).
//! - **B** Microsoft Learn, "Opt in to the Exchange Online endpoint for legacy TLS clients using SMTP AUTH".
//! - **C** Microsoft Learn, "Manage high volume emails for Microsoft 365"; message centre MC1243552.
//! - **D** the endpoint lists in `data/endpoints/` (names of the sets that carry addresses).
//! - **E** message centre MC1048624 (`mx.microsoft`).
//! - **F** Microsoft knowledge base article 3009995 (regional names, given up).
//! - **O** observed in DNS answers and published logs; Microsoft does not publish these and changes them.
//!
//! Consumer Outlook.com (`smtp-mail.outlook.com`, `*.olc.protection.outlook.com`) is answered by the same front ends at
//! the same addresses, refuses the same versions, and cannot be told apart when no name is seen. So it counts as
//! Exchange Online, whatever evidence a session happens to show, and [`NameMatch::consumer`] says that it is the
//! consumer side. Names outside SMTP (`autodiscover`, `attachments`, POP and IMAP) have no rows of their own.

use crate::session::EndpointKind::{
    self, ClientSubmission, HighVolume, LegacySubmission, Mx, Unknown,
};
use crate::session::Instance::{self, China, UsGovDod, UsGovGccHigh, Worldwide};

/// What a host name tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameMatch {
    /// Which cloud; `None` for names that GCC High and DoD share.
    pub instance: Option<Instance>,
    /// What is behind the name; `Unknown` for names that are only known to be Microsoft's mail service.
    pub kind: EndpointKind,
    /// The service has given the name up.
    pub retired: bool,
    /// Consumer Outlook.com rather than a tenant.
    pub consumer: bool,
}

/// Longest host name in characters (RFC 1035 section 2.3.4, without the final dot).
const MAX_HOST: usize = 253;

/// What `host` stands for, if it is a name of Exchange Online. Whole labels, any case, with or without the final dot.
///
/// ```
/// use tlstally::exchange::name;
/// use tlstally::session::EndpointKind;
///
/// assert_eq!(name("SMTP.Office365.com.").map(|m| m.kind), Some(EndpointKind::ClientSubmission));
/// assert_eq!(name("contoso-com.mail.protection.outlook.com").map(|m| m.kind), Some(EndpointKind::Mx));
/// assert_eq!(name("notoutlook.com"), None);
/// ```
pub fn name(host: &str) -> Option<NameMatch> {
    let host = host.strip_suffix('.').unwrap_or(host);
    if host.is_empty() || host.len() > MAX_HOST {
        return None;
    }
    if is_regional(host) {
        return Some(REGIONAL);
    }
    NAMES
        .iter()
        .find(|row| row.covers(host))
        .map(|row| row.means)
}

/// The same for a name that may lead with a wildcard label, as certificates and endpoint lists write it.
pub(super) fn pattern(text: &str) -> Option<NameMatch> {
    name(text.strip_prefix("*.").unwrap_or(text))
}

/// Whether `text` can be a fully qualified host name: at least two labels of letters, digits, `-` and `_` (Windows
/// hosts carry it), the last one not all digits, so that no address in dotted form passes.
pub(super) fn is_host_name(text: &str) -> bool {
    let text = text.strip_suffix('.').unwrap_or(text);
    let mut labels = text.rsplit('.');
    let top = labels.next().unwrap_or_default();
    text.len() <= MAX_HOST
        && text.contains('.')
        && is_label(top)
        && !top.bytes().all(|byte| byte.is_ascii_digit())
        && labels.all(is_label)
}

fn is_label(label: &str) -> bool {
    let bytes = label.as_bytes();
    (1..=63).contains(&bytes.len())
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// One name and what it stands for.
struct Row {
    name: &'static str,
    /// Names below it count too.
    below: bool,
    means: NameMatch,
}

impl Row {
    fn covers(&self, host: &str) -> bool {
        if self.below {
            is_at_or_below(host, self.name)
        } else {
            host.eq_ignore_ascii_case(self.name)
        }
    }
}

/// Whether `host` is `domain` or ends in it at a label's edge.
pub(super) fn is_at_or_below(host: &str, domain: &str) -> bool {
    let (host, domain) = (host.as_bytes(), domain.as_bytes());
    let Some(at) = host.len().checked_sub(domain.len()) else {
        return false;
    };
    let edge = at == 0 || host.get(at - 1) == Some(&b'.');
    edge && host
        .get(at..)
        .is_some_and(|end| end.eq_ignore_ascii_case(domain))
}

const fn means(instance: Option<Instance>, kind: EndpointKind) -> NameMatch {
    NameMatch {
        instance,
        kind,
        retired: false,
        consumer: false,
    }
}

/// This name only.
const fn exact(name: &'static str, instance: Instance, kind: EndpointKind) -> Row {
    Row {
        name,
        below: false,
        means: means(Some(instance), kind),
    }
}

/// This name and all below it.
const fn below(name: &'static str, instance: Instance, kind: EndpointKind) -> Row {
    Row {
        name,
        below: true,
        means: means(Some(instance), kind),
    }
}

/// This name and all below it, in GCC High and DoD alike.
const fn both_governments(name: &'static str, kind: EndpointKind) -> Row {
    Row {
        name,
        below: true,
        means: means(None, kind),
    }
}

impl Row {
    const fn consumer(mut self) -> Self {
        self.means.consumer = true;
        self
    }
}

/// First match wins, so a name stands before the domain it is in.
const NAMES: &[Row] = &[
    // B: the endpoint for legacy TLS.
    exact("smtp-legacy.office365.com", Worldwide, LegacySubmission),
    exact("smtp-legacy.partner.outlook.cn", China, LegacySubmission),
    // C: High Volume Email; stands before mx.microsoft. The second is the earlier name, still answered.
    below("hve.mx.microsoft", Worldwide, HighVolume),
    exact("smtp-hve.office365.com", Worldwide, HighVolume),
    // A, D: client submission. Banners name hosts below outlook.office365.com.
    exact("smtp.office365.com", Worldwide, ClientSubmission),
    below("outlook.office365.com", Worldwide, ClientSubmission),
    exact("outlook.office.com", Worldwide, ClientSubmission),
    below("outlook.cloud.microsoft", Worldwide, ClientSubmission),
    // O: on the way from those names to an address; some people configure them.
    below("ms-acdc.office.com", Worldwide, ClientSubmission),
    below("ha.office365.com", Worldwide, ClientSubmission),
    exact("lb.geo.office365.com", Worldwide, ClientSubmission),
    exact("ooc-g2.tm-4.office.com", Worldwide, ClientSubmission),
    below(
        "outlook.mira.tm.svc.cloud.microsoft",
        Worldwide,
        ClientSubmission,
    ),
    // A, D, E: port 25 of a tenant. O: consumer MX, and a name of the years before Exchange Online Protection.
    below("olc.protection.outlook.com", Worldwide, Mx).consumer(),
    below("protection.outlook.com", Worldwide, Mx),
    below("mx.microsoft", Worldwide, Mx),
    below("mail.eo.outlook.com", Worldwide, Mx),
    // D: US government. O: smtp.office365.us.
    exact("smtp.office365.us", UsGovGccHigh, ClientSubmission),
    below("outlook.office365.us", UsGovGccHigh, ClientSubmission),
    below("outlook-dod.office365.us", UsGovDod, ClientSubmission),
    exact("webmail.apps.mil", UsGovDod, ClientSubmission),
    below("protection.apps.mil", UsGovDod, Mx),
    both_governments("protection.office365.us", Mx),
    both_governments("usgovcloud-mx.microsoft", Mx),
    both_governments("office365.us", Unknown),
    // D: operated by 21Vianet; the list names *.partner.outlook.cn with port 587.
    below("protection.partner.outlook.cn", China, Mx),
    below("partner.outlook.cn", China, ClientSubmission),
    // O: consumer submission and an old alias.
    exact("smtp-mail.outlook.com", Worldwide, ClientSubmission).consumer(),
    exact("smtp.live.com", Worldwide, ClientSubmission).consumer(),
    exact("smtp.outlook.com", Worldwide, ClientSubmission),
    // The rest of both domains: Microsoft's mail service, kind not told.
    below("office365.com", Worldwide, Unknown),
    below("outlook.com", Worldwide, Unknown),
];

/// F: `smtp-REGION.outlook.com`, given up; old devices still hold them.
const REGIONS: [&str; 14] = [
    "apacnorth",
    "apacsouth",
    "emea",
    "emeacenter",
    "emeacentral",
    "emeaeast",
    "emeasouth",
    "emeawest",
    "latam",
    "nameast",
    "namnorth",
    "namsouth",
    "namwest",
    "unisa",
];

const REGIONAL: NameMatch = NameMatch {
    retired: true,
    ..means(Some(Worldwide), ClientSubmission)
};

fn is_regional(host: &str) -> bool {
    let Some((label, domain)) = host.split_once('.') else {
        return false;
    };
    domain.eq_ignore_ascii_case("outlook.com")
        && label
            .split_at_checked("smtp-".len())
            .is_some_and(|(head, region)| {
                head.eq_ignore_ascii_case("smtp-")
                    && REGIONS
                        .iter()
                        .any(|known| known.eq_ignore_ascii_case(region))
            })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Cloud, kind and marks in one word each, as the tables below write them.
    fn told(host: &str) -> String {
        let Some(found) = name(host) else {
            return "-".to_owned();
        };
        let retired = if found.retired { " retired" } else { "" };
        let consumer = if found.consumer { " consumer" } else { "" };
        let cloud = found
            .instance
            .map_or("None".to_owned(), |cloud| format!("{cloud:?}"));
        format!("{cloud} {:?}{retired}{consumer}", found.kind)
    }

    #[test]
    fn published_names_mean_what_their_pages_say() {
        for (host, expected) in [
            ("smtp.office365.com", "Worldwide ClientSubmission"),
            ("outlook.office365.com", "Worldwide ClientSubmission"),
            (
                "BE1P281CA0440.outlook.office365.com",
                "Worldwide ClientSubmission",
            ),
            ("smtp-legacy.office365.com", "Worldwide LegacySubmission"),
            ("smtp-legacy.partner.outlook.cn", "China LegacySubmission"),
            ("smtp.hve.mx.microsoft", "Worldwide HighVolume"),
            ("smtp-hve.office365.com", "Worldwide HighVolume"),
            ("contoso-com.mail.protection.outlook.com", "Worldwide Mx"),
            ("mail.protection.outlook.com", "Worldwide Mx"),
            ("contoso-com.h-v1.mx.microsoft", "Worldwide Mx"),
            (
                "outlook-com.olc.protection.outlook.com",
                "Worldwide Mx consumer",
            ),
            (
                "smtp-mail.outlook.com",
                "Worldwide ClientSubmission consumer",
            ),
            ("smtp.partner.outlook.cn", "China ClientSubmission"),
            ("contoso-cn.mail.protection.partner.outlook.cn", "China Mx"),
            ("outlook.office365.us", "UsGovGccHigh ClientSubmission"),
            ("outlook-dod.office365.us", "UsGovDod ClientSubmission"),
            ("webmail.apps.mil", "UsGovDod ClientSubmission"),
            ("contoso-us.mail.protection.office365.us", "None Mx"),
            ("army-mil.mail.protection.apps.mil", "UsGovDod Mx"),
            ("contoso.a-v1.usgovcloud-mx.microsoft", "None Mx"),
            ("mdw-efz.ms-acdc.office.com", "Worldwide ClientSubmission"),
            ("outlook.com", "Worldwide Unknown"),
            ("outlook-emeawest.office365.com", "Worldwide Unknown"),
        ] {
            assert_eq!(told(host), expected, "{host}");
        }
    }

    #[test]
    fn regional_names_are_retired() {
        let retired = "Worldwide ClientSubmission retired";
        for region in REGIONS {
            assert_eq!(told(&format!("smtp-{region}.outlook.com")), retired);
        }
        assert_eq!(told("SMTP-EMEAWEST.Outlook.COM."), retired);
        assert_eq!(told("smtp-emeanowhere.outlook.com"), "Worldwide Unknown");
    }

    #[test]
    fn other_names_are_not_ours() {
        for host in [
            "",
            ".",
            "notoutlook.com",
            "smtp.office365.com.example.net",
            "mail.protection.outlook.com.evil.example",
            "xmx.microsoft",
            "www.microsoft.com",
            "apps.mil",
            "travel.apps.mil",
            "office.com",
            "outlook.cn",
            "EX01.contoso.local",
            "smtp.gmail.com",
            "192.0.2.1",
        ] {
            assert_eq!(told(host), "-", "{host}");
        }
    }

    #[test]
    fn no_row_hides_a_later_one() {
        for row in NAMES {
            let host = if row.below {
                format!("x.{}", row.name)
            } else {
                row.name.to_owned()
            };
            assert_eq!(name(&host), Some(row.means), "{host}");
        }
    }

    #[test]
    fn host_names_have_two_labels_and_are_no_addresses() {
        assert!(is_host_name("mail.contoso.com.") && is_host_name("EX_01.contoso.local"));
        for text in [
            "localhost",
            "192.0.2.1",
            "[192.0.2.1]",
            "a..b",
            ".com",
            "a b.com",
            "****",
        ] {
            assert!(!is_host_name(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(host in any::<String>()) {
            let _ = (name(&host), pattern(&host), is_host_name(&host));
        }

        #[test]
        fn case_and_the_final_dot_change_nothing(row in 0..NAMES.len(), upper in any::<u64>()) {
            let mixed: String = NAMES[row]
                .name
                .chars()
                .enumerate()
                .map(|(at, c)| if upper >> (at % 64) & 1 == 1 { c.to_ascii_uppercase() } else { c })
                .collect();
            prop_assert_eq!(name(&mixed), name(NAMES[row].name));
            prop_assert_eq!(name(&(mixed + ".")), name(NAMES[row].name));
        }
    }
}
