//! LLC and SNAP (IEEE 802.2, RFC 1042): IP behind an 802.3 length.

use super::ether_type;
use super::reason::{Malformed, NotFollowed};
use super::walk::{Inner, Layer, Stop};
use crate::wire::Reader;

/// Service access points: SNAP and IP.
const SNAP: u8 = 0xaa;
const IP: u8 = 0x06;
/// Unnumbered information, one byte of control.
const UI: u8 = 0x03;
/// Organizations whose protocol numbers are EtherTypes: RFC 1042, and the bridge tunnel of 802.1H.
const ETHER_TYPES: [u32; 2] = [0x00_0000, 0x00_00f8];

const SHORT: Stop = Stop::Short(Malformed::LlcHeader);

/// Passes the header.
pub(super) fn open(bytes: &[u8]) -> Result<Inner, Stop> {
    let mut reader = Reader::new(bytes);
    let [destination, source, control] = reader.array().or(Err(SHORT))?;
    match (destination, source, control) {
        (SNAP, SNAP, UI) => {}
        (IP, IP, UI) => return Ok(Inner::new(3, Layer::Ip)),
        _ => return Err(Stop::NotFollowed(NotFollowed::Llc)),
    }
    let organization = reader.u24().or(Err(SHORT))?;
    let number = reader.u16().or(Err(SHORT))?;
    if !ETHER_TYPES.contains(&organization) {
        return Err(Stop::NotFollowed(NotFollowed::Llc));
    }
    ether_type::layer(number).map(|next| Inner::new(reader.offset(), next))
}

/// Whether `bytes` begin like a header in use: equal service access points, unnumbered information.
pub(super) fn is_plausible(bytes: &[u8]) -> bool {
    matches!(bytes, [to, from, UI, ..] if to == from && *to != 0)
}
