//! IPv6 (RFC 8200 section 3); its extension headers are in [`extension`](super::extension).

use super::decoded::Addresses;
use super::ip_protocol;
use super::reason::Malformed;
use super::walk::{Layer, Stop, Walk};
use crate::wire::{Reader, Short};

/// Always.
const HEADER: usize = 40;

/// Passes the header. A payload length of 0 is a jumbogram (RFC 2675) or a segment that a card will cut: it fills its
/// frame.
#[inline]
pub(super) fn open(walk: &mut Walk) -> Result<Layer, Stop> {
    let (length, next_header, addresses) =
        read(walk.rest()).or(Err(Stop::Short(Malformed::Ipv6Header)))?;
    if length > 0 {
        walk.set_length(HEADER + length as usize);
    }
    walk.enter_ip(addresses);
    walk.skip(HEADER);
    ip_protocol::layer(next_header)
}

#[inline]
fn read(bytes: &[u8]) -> Result<(u16, u8, Addresses), Short> {
    let mut reader = Reader::new(bytes);
    reader.skip(4)?;
    let length = reader.u16()?;
    let [next_header, _hop_limit] = reader.array()?;
    let source = reader.array()?;
    let destination = reader.array()?;
    let addresses = Addresses::V6 {
        source,
        destination,
    };
    Ok((length, next_header, addresses))
}
