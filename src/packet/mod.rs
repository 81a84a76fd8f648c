//! From a captured frame to a TCP segment: link layers, tunnels, IP, fragments, TCP.
//!
//! Two questions are asked of a frame. [`may_matter`] is the look that every frame gets: a few nanoseconds, no
//! layers, "certainly not" or "perhaps". [`decode`] takes off one header after the other until it holds a TCP segment
//! or UDP datagram on a watched port ([`Interest`]), a fragment for the [`Defragmenter`], or the reason why the frame
//! goes no further.
//!
//! Each header has a file of its own with a function `open`: bytes in, `walk::Inner` out (how long the header is and
//! what comes after it). Three tables say which header follows a number: `ether_type`, `ip_protocol` and
//! `udp::TUNNELS`. A new encapsulation is a file and a line in one of them.
//!
//! The innermost addresses are the answer; nothing is allocated except by the defragmenter. A frame that the capture
//! cut short is not malformed: lengths come from the headers, `captured` says how much of it is there.

pub mod checksum;

mod arista;
mod assembly;
mod authentication;
mod capwap;
mod cooked;
mod datagram;
mod decoded;
mod defragment;
mod erf;
mod erspan;
mod ether_type;
mod ethernet;
mod extension;
mod fragment;
mod geneve;
mod gre;
mod gtp;
mod interest;
mod ip;
mod ip_protocol;
mod ipv4;
mod ipv6;
mod l2tp;
mod link;
mod lisp;
mod llc;
mod look;
mod loopback;
mod macsec;
mod mpls;
mod nflog;
mod nsh;
mod ordinary;
mod pf;
mod pieces;
mod pktap;
mod ppp;
mod pppoe;
mod radiotap;
mod reason;
mod tag;
mod tcp;
mod teredo;
mod trill;
mod tunnel;
mod tzsp;
mod udp;
mod vxlan;
mod walk;
mod wireless;

#[cfg(test)]
pub(crate) mod frames;
#[cfg(test)]
mod tests;

pub use datagram::Datagram;
pub use decoded::{Addresses, Decoded, Macs, Tcp, TcpFlags, Udp};
pub use defragment::{DefragmentCounters, DefragmentLimits, Defragmenter};
pub use fragment::Fragment;
pub use interest::{Interest, PortSet};
pub use link::LinkType;
pub use look::may_matter;
pub use reason::{Counters, Malformed, NotFollowed};
pub use walk::MAX_LAYERS;

use walk::Walk;

/// Takes a frame apart. `bytes` is what was captured of it, `original` its length on the wire.
///
/// Offsets in the answer count from the first of `bytes`. Never fails, never panics, looks at no more than
/// [`MAX_LAYERS`] headers.
#[inline]
pub fn decode(link: LinkType, bytes: &[u8], original: u32, interest: &Interest) -> Decoded {
    match decode_ordinary(link, bytes) {
        Some(tcp) if interest.wants_tcp(tcp.source_port, tcp.destination_port) => Decoded::Tcp(tcp),
        _ => decode_other(link, bytes, original, interest),
    }
}

/// [`decode`] for the segment in a frame that [`may_matter`], if nothing is out of the ordinary, as in nearly all; else `None`.
#[inline]
pub fn decode_ordinary(link: LinkType, bytes: &[u8]) -> Option<Tcp> {
    if link == LinkType::ETHERNET {
        ordinary::segment(bytes)
    } else {
        None
    }
}

/// [`decode`] for any other frame: one header after the other, but for ordinary datagrams, and what is ordinary in a tunnel.
#[inline(never)]
pub fn decode_other(link: LinkType, bytes: &[u8], original: u32, interest: &Interest) -> Decoded {
    if link == LinkType::ETHERNET
        && let Some(ordinary) = ordinary::datagram(bytes, interest)
            .map(Decoded::Udp)
            .or_else(|| ordinary::in_tunnel(bytes, interest))
    {
        return ordinary;
    }
    match link.first_layer() {
        Some(layer) => Walk::new(bytes, original as usize).run(layer, interest),
        None => Decoded::NotFollowed(NotFollowed::LinkType),
    }
}
