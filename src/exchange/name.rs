//! Host names of Exchange Online: which cloud and which kind of endpoint a name stands for.
//!
//! The names are in `name/table.rs`, with their sources.
//!
//! Consumer Outlook.com (`smtp-mail.outlook.com`, `*.olc.protection.outlook.com`) is answered by the same front ends at
//! the same addresses, refuses the same versions, and cannot be told apart when no name is seen. So it counts as
//! Exchange Online, whatever evidence a session happens to show, and [`NameMatch::consumer`] says that it is the
//! consumer side. Names outside SMTP (`autodiscover`, `attachments`, POP and IMAP) have no rows of their own.

use self::table::{NAMES, REGIONAL, REGIONS};
use crate::session::{EndpointKind, Instance};

mod table;

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
    if !is_host_name(host) {
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
    let (mut labels, mut length, mut digits) = (1, 0, true);
    for byte in text.bytes() {
        match KINDS.get(usize::from(byte)) {
            Some(Kind::Letter) => (length, digits) = (length + 1, false),
            Some(Kind::Digit) => length += 1,
            Some(Kind::Dot) if is_label(length) => {
                (labels, length, digits) = (labels + 1, 0, true);
            }
            _ => return false,
        }
    }
    text.len() <= MAX_HOST && labels > 1 && is_label(length) && !digits
}

/// What a byte is in a host name.
#[derive(Clone, Copy)]
enum Kind {
    /// Or `-`, or `_`.
    Letter,
    Digit,
    Dot,
    Other,
}

static KINDS: [Kind; 256] = kinds();

const fn kinds() -> [Kind; 256] {
    let mut kinds = [Kind::Other; 256];
    let mut byte = 0;
    while byte < kinds.len() {
        kinds[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'_' => Kind::Letter,
            b'0'..=b'9' => Kind::Digit,
            b'.' => Kind::Dot,
            _ => Kind::Other,
        };
        byte += 1;
    }
    kinds
}

const fn is_label(length: usize) -> bool {
    matches!(length, 1..=63)
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
mod tests;
