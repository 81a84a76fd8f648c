//! MPLS label stack (RFC 3032), and the guess at what is below it.
//!
//! Nothing on the wire says what a label carries. As Wireshark does, the first nibble decides (RFC 4928): 4 and 6 are
//! IP, 1 is an associated channel (RFC 5586), 0 is a pseudowire's control word (RFC 4448) in front of Ethernet, and
//! anything else is Ethernet without one. Where an Ethernet address happens to begin like an IP header or a control
//! word, the reading that agrees with its own lengths and types wins.

use super::checksum;
use super::ethernet;
use super::ip_protocol;
use super::reason::{Malformed, NotFollowed};
use super::walk::{Inner, Layer, Stop};
use crate::wire::Reader;

/// One label stack entry.
const ENTRY: usize = 4;
/// A pseudowire's control word.
const CONTROL_WORD: usize = 4;
/// Bottom of stack, in an entry.
const BOTTOM: u32 = 0x100;

/// Passes one entry; at the bottom of the stack, what a pseudowire puts behind it as well. `on_wire` is the length of
/// the stack and all behind it.
pub(super) fn open(bytes: &[u8], on_wire: usize) -> Result<Inner, Stop> {
    let mut reader = Reader::new(bytes);
    let entry = reader.u32().or(Err(Stop::Short(Malformed::MplsLabel)))?;
    if entry & BOTTOM == 0 {
        return Ok(Inner::new(ENTRY, Layer::Mpls));
    }
    let payload = reader.rest();
    let (passed, next) = payload_of(payload, on_wire.saturating_sub(ENTRY))?;
    Ok(Inner::new(ENTRY + passed, next))
}

/// MPLS in UDP (RFC 7510).
pub(super) fn open_udp(bytes: &[u8]) -> Option<Inner> {
    open(bytes, bytes.len())
        .ok()
        .map(|_| Inner::new(0, Layer::Mpls))
}

/// What is below the stack, and how many bytes of control word come first.
fn payload_of(bytes: &[u8], on_wire: usize) -> Result<(usize, Layer), Stop> {
    let first = bytes.first().ok_or(Stop::Short(Malformed::MplsLabel))?;
    match first >> 4 {
        4 | 6 if is_ip(bytes, on_wire) || !ethernet::is_plausible(bytes) => Ok((0, Layer::Ip)),
        0 if behind_control_word(bytes) => Ok((CONTROL_WORD, Layer::Ethernet)),
        1 if !ethernet::is_plausible(bytes) => Err(Stop::NotFollowed(NotFollowed::TunnelControl)),
        _ => Ok((0, Layer::Ethernet)),
    }
}

/// A control word, unless the bytes read well as a frame without one and do not with one.
fn behind_control_word(bytes: &[u8]) -> bool {
    let inner = bytes.get(CONTROL_WORD..).unwrap_or_default();
    ethernet::is_plausible(inner) || !ethernet::is_plausible(bytes)
}

/// Whether the lengths of an IP header agree with the room there is. An address that reads well as both (of a host in
/// 129.0.0.0/16, whose first bytes are the EtherType of 802.1Q, or of a card whose number is a good length) is IP if
/// the header checksum, or the protocol, is right as well.
fn is_ip(bytes: &[u8], on_wire: usize) -> bool {
    let Some(header) = bytes.first_chunk::<20>() else {
        return true;
    };
    let [
        first,
        _,
        total_0,
        total_1,
        payload_0,
        payload_1,
        protocol,
        ..,
    ] = *header;
    if first >> 4 == 6 {
        let payload = u16::from_be_bytes([payload_0, payload_1]) as usize;
        let certain = matches!(protocol, ip_protocol::TCP | ip_protocol::UDP);
        return 40 + payload <= on_wire && (certain || !ethernet::is_plausible(bytes));
    }
    let total = u16::from_be_bytes([total_0, total_1]) as usize;
    let length = (first & 0xf) as usize * 4;
    let certain = bytes.get(..length).is_some_and(checksum::is_whole);
    length >= 20
        && (total == 0 || (20..=on_wire).contains(&total))
        && (certain || !ethernet::is_plausible(bytes))
}
