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
    let (fits, certain) = match bytes.first().map(|first| first >> 4) {
        Some(4) => fits_ipv4(bytes, on_wire),
        _ => fits_ipv6(bytes, on_wire),
    }
    .unwrap_or((true, false));
    fits && (certain || !ethernet::is_plausible(bytes))
}

/// Whether the total length agrees with the room, and whether the checksum is right; `None` if they are not there.
fn fits_ipv4(bytes: &[u8], on_wire: usize) -> Option<(bool, bool)> {
    let mut reader = Reader::new(bytes);
    let [version_length, _] = reader.array().ok()?;
    let total = reader.u16().ok()? as usize;
    let length = (version_length & 0xf) as usize * 4;
    let fits = length >= 20 && (total == 0 || (length..=on_wire).contains(&total));
    Some((fits, checksum::is_whole(bytes.get(..length)?)))
}

/// Whether the payload length agrees with the room, and whether TCP or UDP follows; `None` if they are not there.
fn fits_ipv6(bytes: &[u8], on_wire: usize) -> Option<(bool, bool)> {
    let mut reader = Reader::new(bytes);
    reader.skip(4).ok()?;
    let payload = reader.u16().ok()? as usize;
    let certain = matches!(reader.u8().ok()?, ip_protocol::TCP | ip_protocol::UDP);
    Some((40 + payload <= on_wire, certain))
}
