//! UDP (RFC 768), and which header follows a tunnel's port: the third of the three tables.

use super::decoded::{Decoded, Udp};
use super::interest::Interest;
use super::reason::{Malformed, NotFollowed};
use super::walk::{Inner, Stop, Walk};
use super::{capwap, geneve, gre, gtp, l2tp, lisp, mpls, teredo, tzsp, vxlan};
use crate::wire::Reader;

/// Length of the header.
pub(super) const HEADER: usize = 8;

/// A tunnel over UDP.
pub(super) struct Tunnel {
    /// Its port.
    pub(super) port: u16,
    /// The port may also be the source: both ends use it. Elsewhere the source port is chosen at random.
    symmetric: bool,
    /// Reads its header after the UDP header; `None` if it is not one, and the datagram an ordinary one.
    open: fn(&[u8]) -> Option<Inner>,
}

/// Tunnels over UDP, by port (IANA, and the older default of Linux for VXLAN).
#[rustfmt::skip]
pub(super) const TUNNELS: &[Tunnel] = &[
    Tunnel { port: 4789, symmetric: false, open: vxlan::open },
    Tunnel { port: 8472, symmetric: false, open: vxlan::open },
    Tunnel { port: 4790, symmetric: false, open: vxlan::open_gpe },
    Tunnel { port: 6081, symmetric: false, open: geneve::open },
    Tunnel { port: 2152, symmetric: true, open: gtp::open },
    Tunnel { port: 37008, symmetric: false, open: tzsp::open },
    Tunnel { port: 6635, symmetric: false, open: mpls::open_udp },
    Tunnel { port: 3544, symmetric: true, open: teredo::open },
    Tunnel { port: 1701, symmetric: true, open: l2tp::open },
    Tunnel { port: 5247, symmetric: true, open: capwap::open },
    Tunnel { port: 4341, symmetric: false, open: lisp::open },
    Tunnel { port: 4754, symmetric: false, open: gre::open_udp },
];

const SHORT: Stop = Stop::Short(Malformed::UdpHeader);

/// Passes the header into a tunnel, or ends.
pub(super) fn open(walk: &mut Walk, interest: &Interest) -> Result<Inner, Stop> {
    let mut reader = Reader::new(walk.rest());
    let source_port = reader.u16().or(Err(SHORT))?;
    let destination_port = reader.u16().or(Err(SHORT))?;
    if !interest.may_want_udp(source_port, destination_port) {
        return Err(Stop::NotFollowed(NotFollowed::PortNotWatched));
    }
    let length = reader.u16().or(Err(SHORT))? as usize;
    reader.skip(2).or(Err(SHORT))?;
    match length {
        0 => {} // a jumbogram (RFC 2675), or a datagram that a card will cut
        1..HEADER => return Err(Stop::Malformed(Malformed::UdpLength)),
        _ => walk.shorten(length),
    }
    walk.skip(HEADER);
    if let Some(inner) = tunnel(source_port, destination_port, walk.rest()) {
        return Ok(inner);
    }
    if !interest.wants_udp(source_port, destination_port) {
        return Err(Stop::NotFollowed(NotFollowed::PortNotWatched));
    }
    Err(Stop::Udp {
        source_port,
        destination_port,
    })
}

/// Ends in front of the payload.
pub(super) fn decoded(walk: &Walk, source_port: u16, destination_port: u16) -> Decoded {
    Decoded::Udp(Udp {
        addresses: walk.addresses,
        source_port,
        destination_port,
        payload: walk.at() as u32,
        captured: walk.rest().len() as u32,
        length: walk.rest_on_wire() as u32,
    })
}

/// The header of a tunnel, if the datagram is one.
pub(super) fn tunnel(source: u16, destination: u16, payload: &[u8]) -> Option<Inner> {
    TUNNELS
        .iter()
        .filter(|tunnel| tunnel.port == destination || tunnel.symmetric && tunnel.port == source)
        .find_map(|tunnel| (tunnel.open)(payload))
}
