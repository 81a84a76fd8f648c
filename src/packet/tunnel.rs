//! What lies in the tunnels that mirrors and clouds put around all of their packets, found at one go: an ordinary IP
//! packet, then a tunnel over UDP, or GRE with or without ERSPAN.
//!
//! Says where the walk through the headers would arrive, or nothing; whatever is out of the ordinary is left to the walk.

use std::ops::Range;

use super::erspan;
use super::gre;
use super::ip_protocol;
use super::look::u16_at;
use super::udp;
use super::walk::{Inner, Layer};

/// What the tunnel carries.
pub(super) struct Carried {
    /// Where it is in the IP packet, as far as that was captured.
    pub(super) place: Range<usize>,
    /// What it begins with.
    pub(super) layer: Layer,
}

/// What is carried by a packet of IP without options, extension headers or fragments, by its protocol and the first two
/// numbers behind the IP header.
pub(super) fn open(
    packet: &[u8],
    (protocol, source, destination): (u8, u16, u16),
) -> Option<Carried> {
    let (header, length) = match packet.first()? {
        0x45 => (20, usize::from(u16_at(packet, 2)?)),
        _ => (40, 40 + usize::from(u16_at(packet, 4)?)),
    };
    let end = length.min(packet.len());
    match protocol {
        ip_protocol::UDP => {
            let end = end.min(header + usize::from(u16_at(packet, header + 4)?));
            let at = header + udp::HEADER;
            let tunnel = udp::tunnel(source, destination, packet.get(at..end)?)?;
            Some(behind(&tunnel, at, end))
        }
        ip_protocol::GRE => in_gre(packet, header, end),
        _ => None,
    }
}

fn in_gre(packet: &[u8], at: usize, end: usize) -> Option<Carried> {
    let gre = gre::open(packet.get(at..end)?).ok()?;
    if gre.length.is_some() {
        return None;
    }
    let Layer::Erspan { sequenced } = gre.next else {
        return Some(behind(&gre, at, end));
    };
    let at = at + gre.header;
    let mirrored = erspan::open(packet.get(at..end)?, sequenced).ok()?;
    Some(behind(&mirrored, at, end))
}

const fn behind(inner: &Inner, at: usize, end: usize) -> Carried {
    Carried {
        place: at + inner.header..end,
        layer: inner.next,
    }
}
