//! IPv4 (RFC 791).
//!
//! The header checksum is not looked at: a mirror delivers what was on the wire, and what was damaged there is caught
//! by TCP's own checksum.

use super::decoded::Addresses;
use super::fragment;
use super::ip_protocol;
use super::reason::Malformed;
use super::walk::{Layer, Stop, Walk};

/// Without options.
const HEADER: usize = 20;
/// More fragments, and the offset in units of eight bytes.
const MORE: u16 = 0x2000;
const OFFSET: u16 = 0x1fff;

/// Option numbers: end, padding, and the two source routes, which keep the final destination among them.
const END: u8 = 0;
const NO_OPERATION: u8 = 1;
const SOURCE_ROUTES: [u8; 2] = [131, 137];

/// Passes the header, or ends at a fragment.
#[inline]
pub(super) fn open(walk: &mut Walk) -> Result<Layer, Stop> {
    let Some(header) = walk.rest().first_chunk::<HEADER>() else {
        return Err(Stop::Short(Malformed::Ipv4Header));
    };
    #[rustfmt::skip]
    let [version_length, _, length_0, length_1, id_0, id_1, fragment_0, fragment_1, _, protocol, _, _,
        s0, s1, s2, s3, d0, d1, d2, d3] = *header;
    let header_length = (version_length & 0xf) as usize * 4;
    if header_length < HEADER {
        return Err(Stop::Malformed(Malformed::Ipv4HeaderLength));
    }
    set_length(
        walk,
        u16::from_be_bytes([length_0, length_1]) as usize,
        header_length,
    )?;
    walk.enter_ip(Addresses::V4 {
        source: [s0, s1, s2, s3],
        destination: [d0, d1, d2, d3],
    });
    if header_length > HEADER {
        let options =
            (walk.rest().get(HEADER..header_length)).ok_or(Stop::Short(Malformed::Ipv4Header))?;
        walk.plain_addresses &= !is_source_routed(options);
    }
    let next = ip_protocol::layer(protocol)?;
    walk.skip(header_length);
    let fragment = u16::from_be_bytes([fragment_0, fragment_1]);
    if fragment & (MORE | OFFSET) != 0 {
        let place = fragment::Place {
            protocol,
            identification: u16::from_be_bytes([id_0, id_1]) as u32,
            offset: (fragment & OFFSET) as u32 * 8,
            more: fragment & MORE != 0,
        };
        return Err(fragment::found(walk, &place));
    }
    Ok(next)
}

/// A total length of 0 is what a card that cuts segments itself was given: the packet fills its frame.
#[inline]
fn set_length(walk: &mut Walk, total: usize, header: usize) -> Result<(), Stop> {
    if total >= header {
        walk.set_length(total);
        return Ok(());
    }
    if total == 0 {
        return Ok(());
    }
    Err(Stop::Malformed(Malformed::Ipv4TotalLength))
}

fn is_source_routed(options: &[u8]) -> bool {
    let mut left = options;
    while let [kind, rest @ ..] = left {
        let length = match *kind {
            END => return false,
            NO_OPERATION => 1,
            kind if SOURCE_ROUTES.contains(&kind) => return true,
            _ => rest.first().map_or(0, |length| *length as usize),
        };
        match left.get(length..) {
            Some(next) if length > 0 => left = next,
            _ => return false,
        }
    }
    false
}
