//! Darwin PKTAP (`bsd/net/pktap.h` of XNU): a little-endian header that says its own length and the link type behind it.

use super::link::LinkType;
use super::reason::{Malformed, NotFollowed};
use super::walk::{Inner, Stop};
use crate::wire::Reader;

/// A packet follows (`PTH_TYPE_PACKET`).
const PACKET: u32 = 1;

const SHORT: Stop = Stop::Short(Malformed::LinkHeader);

/// Passes the header.
pub(super) fn open(bytes: &[u8]) -> Result<Inner, Stop> {
    let mut reader = Reader::new(bytes);
    let length = reader.u32().or(Err(SHORT))?.swap_bytes();
    let follows = reader.u32().or(Err(SHORT))?.swap_bytes();
    let link = reader.u32().or(Err(SHORT))?.swap_bytes();
    if (length as usize) < reader.offset() {
        return Err(Stop::Malformed(Malformed::LinkHeader));
    }
    if follows != PACKET {
        return Err(Stop::NotFollowed(NotFollowed::TunnelControl));
    }
    behind(length as usize, link)
}

/// The header that a link type of an outer header stands for.
pub(super) fn behind(header: usize, link: u32) -> Result<Inner, Stop> {
    (u16::try_from(link).ok())
        .and_then(|link| LinkType(link).first_layer())
        .map(|next| Inner::new(header, next))
        .ok_or(Stop::NotFollowed(NotFollowed::LinkType))
}
