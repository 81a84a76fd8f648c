//! IPv6 extension headers (RFC 8200 section 4): next header, length in units of eight bytes, body.
//!
//! Two of them replace an address that the TCP checksum is made of: a routing header (section 4.4) keeps the final
//! destination, and a home address option (RFC 6275 section 6.3) the true source. The IP header's own addresses stay
//! the flow's, as Wireshark shows them.

use super::ip_protocol;
use super::reason::Malformed;
use super::walk::{Inner, Stop, Walk};
use crate::wire::Reader;

/// Padding of one byte, without a length.
const PAD1: u8 = 0;
const HOME_ADDRESS: u8 = 0xc9;

const SHORT: Stop = Stop::Short(Malformed::Ipv6Extension);

/// Passes an extension that changes no address.
pub(super) fn open(bytes: &[u8]) -> Result<Inner, Stop> {
    read(bytes).map(|(inner, _)| inner)
}

/// Passes a routing header.
pub(super) fn open_routing(walk: &mut Walk) -> Result<Inner, Stop> {
    let (inner, body) = read(walk.rest())?;
    let segments_left = body.get(1).copied().unwrap_or_default();
    walk.plain_addresses &= segments_left == 0;
    Ok(inner)
}

/// Passes destination options.
pub(super) fn open_destination(walk: &mut Walk) -> Result<Inner, Stop> {
    let (inner, body) = read(walk.rest())?;
    walk.plain_addresses &= !has_home_address(body).unwrap_or(false);
    Ok(inner)
}

/// The header and its body, which begins after next header and length.
fn read(bytes: &[u8]) -> Result<(Inner, &[u8]), Stop> {
    let mut reader = Reader::new(bytes);
    let [next_header, length] = reader.array().or(Err(SHORT))?;
    let header = (length as usize + 1) * 8;
    let body = reader.take(header - 2).or(Err(SHORT))?;
    let next = ip_protocol::layer(next_header)?;
    Ok((Inner::new(header, next), body))
}

fn has_home_address(options: &[u8]) -> Option<bool> {
    let mut reader = Reader::new(options);
    while !reader.is_empty() {
        match reader.u8().ok()? {
            PAD1 => {}
            HOME_ADDRESS => return Some(true),
            _ => {
                reader.vec8().ok()?;
            }
        }
    }
    Some(false)
}
