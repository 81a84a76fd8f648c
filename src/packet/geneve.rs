//! Geneve (RFC 8926 section 3.4): version, length of options in words, EtherType, network identifier.

use super::ether_type;
use super::walk::Inner;

const HEADER: usize = 8;

/// Passes header and options if they are there.
pub(super) fn open(bytes: &[u8]) -> Option<Inner> {
    let [version_length, _, high, low, ..] = *bytes.first_chunk::<HEADER>()?;
    if version_length >> 6 != 0 {
        return None;
    }
    let header = HEADER + (version_length & 0x3f) as usize * 4;
    let next = ether_type::layer(u16::from_be_bytes([high, low])).ok()?;
    Some(Inner::new(header, next))
}
