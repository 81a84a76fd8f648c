//! NetBIOS name service over UDP (RFC 1002 section 4.2): names that hosts register, refresh, or are found under.

use std::net::{IpAddr, Ipv4Addr};

use super::host::{HostName, NameSource};
use super::message::{Data, Message, Record, kind};

/// Operations (RFC 1002 section 4.2.1.1; 9 and 15 as Windows sends them).
const QUERY: u16 = 0;
const REGISTRATION: u16 = 5;
const REFRESH: [u16; 2] = [8, 9];
const MULTIHOMED_REGISTRATION: u16 = 15;
/// Group names are those of workgroups (RFC 1002 section 4.2.1.3).
const GROUP: u8 = 0x80;
/// Sixteenth byte of a name: workstation, file server. Others are users, services and browsers.
const HOST_SUFFIXES: [u8; 2] = [0x00, 0x20];

/// Hosts that a message names.
pub(super) fn hosts(message: &Message) -> Vec<HostName> {
    let operation = message.opcode();
    let claims = operation == REGISTRATION
        || operation == MULTIHOMED_REGISTRATION
        || REFRESH.contains(&operation);
    if message.rcode() != 0 || !(claims || operation == QUERY && message.is_response()) {
        return Vec::new();
    }
    let records = message.answers.iter().chain(&message.additional);
    records
        .filter(|record| record.kind == kind::NB)
        .flat_map(of_record)
        .collect()
}

fn of_record(record: &Record) -> Vec<HostName> {
    let (Data::Other(data), Some(owner)) = (&record.data, record.owner.as_deref()) else {
        return Vec::new();
    };
    let Some(name) = host_name(owner) else {
        return Vec::new();
    };
    let (entries, _) = data.as_chunks::<6>();
    let own = entries.iter().filter(|[flags, ..]| flags & GROUP == 0);
    own.map(|[_, _, a, b, c, d]| {
        let ip = IpAddr::V4(Ipv4Addr::new(*a, *b, *c, *d));
        HostName::new(ip, &name, NameSource::Netbios)
    })
    .collect()
}

/// First-level decoding (RFC 1001 section 14.1): each byte is two letters from `A` on. `None` unless it is a host's name.
fn host_name(owner: &str) -> Option<String> {
    let label = owner.split('.').next()?.as_bytes();
    let (pairs, rest) = label.as_chunks::<2>();
    if pairs.len() != 16 || !rest.is_empty() {
        return None;
    }
    let half = |letter: u8| {
        letter
            .to_ascii_uppercase()
            .checked_sub(b'A')
            .filter(|half| *half < 16)
    };
    let mut bytes = [0; 16];
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = half(*high)? << 4 | half(*low)?;
    }
    let [name @ .., suffix] = bytes;
    let text = std::str::from_utf8(&name)
        .ok()?
        .trim_end_matches([' ', '\0']);
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    (plain && !text.is_empty() && HOST_SUFFIXES.contains(&suffix)).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_the_example_of_the_rfc() {
        // RFC 1001 section 14.1: "The NetBIOS name" is EFGFGFHHCACACACACACACACACACACACA for "FRED" padded; here with suffix 0x20.
        assert_eq!(
            host_name("EGFCEFEECACACACACACACACACACACACA.SCOPE.ID.COM").as_deref(),
            Some("FRED")
        );
        // A messenger name (0x03), a master browser, too short.
        assert_eq!(host_name("EGFCEFEECACACACACACACACACACACAAD"), None);
        assert_eq!(host_name("ABACFPFPENFDECFCEPFHFDEFFPFPACAB"), None);
        assert_eq!(host_name("EGFC"), None);
    }
}
