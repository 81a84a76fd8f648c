//! Network Service Header (RFC 8300 section 2.2): version, length in words, next protocol.

use super::reason::{Malformed, NotFollowed};
use super::walk::{Inner, Layer, Stop};
use crate::wire::Reader;

/// Passes the header.
pub(super) fn open(bytes: &[u8]) -> Result<Inner, Stop> {
    let [flags, length, _, protocol] =
        (Reader::new(bytes).array()).or(Err(Stop::Short(Malformed::GreHeader)))?;
    let header = (length & 0x3f) as usize * 4;
    match next(protocol) {
        Some(next) if flags >> 6 == 0 && header >= 8 => Ok(Inner::new(header, next)),
        _ => Err(Stop::NotFollowed(NotFollowed::TunnelControl)),
    }
}

/// What a next-protocol number of NSH stands for; VXLAN-GPE counts the same way.
pub(super) const fn next(protocol: u8) -> Option<Layer> {
    match protocol {
        1 | 2 => Some(Layer::Ip),
        3 => Some(Layer::Ethernet),
        4 => Some(Layer::Nsh),
        5 => Some(Layer::Mpls),
        _ => None,
    }
}
