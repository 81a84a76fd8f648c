//! The look that every frame gets.
//!
//! Decides ordinary frames, Ethernet with at most two VLAN tags, raw IP, or Linux cooked, then IP without options or
//! extension headers, then TCP or UDP, from one or two cache lines and two bits of the port set; and the same in one
//! tunnel, as a mirror or a cloud delivers all of its packets. Whatever is out of the ordinary is left to
//! [`decode`](super::decode).

use super::cooked;
use super::ether_type::{IPV4, IPV6, SERVICE_VLAN, VLAN};
use super::interest::Interest;
use super::ip_protocol;
use super::ipv4::FRAGMENT;
use super::link::LinkType;
use super::ordinary;
use super::tunnel;
use super::walk::Layer;

/// Most VLAN tags passed over; more is for `decode`.
const MAX_TAGS: usize = 2;

/// Whether [`decode`](super::decode) might find something. `false` is certain, and means that it would say
/// [`PortNotWatched`](super::NotFollowed::PortNotWatched) (or, for a broken frame, `Malformed`).
#[inline]
pub fn may_matter(link: LinkType, bytes: &[u8], interest: &Interest) -> bool {
    // Most frames there are, without asking for anything else first.
    if link == LinkType::ETHERNET
        && let Some((protocol, source, destination)) = ordinary::transport(bytes)
        && let Some(ports) = interest.ports_of(protocol)
    {
        if !ports.contains_either(source, destination) {
            return false;
        }
        if protocol == ip_protocol::TCP {
            return true;
        }
    }
    other_may_matter(link, bytes, interest)
}

/// Whether a packet of this protocol, from and to these ports, is wanted; `None` if they do not decide that, as of a tunnel.
#[inline]
fn ports_tell(
    (protocol, source, destination): (u8, u16, u16),
    interest: &Interest,
) -> Option<bool> {
    let ports = interest.ports_of(protocol)?;
    let wanted = ports.contains_either(source, destination);
    let in_tunnel =
        wanted && protocol == ip_protocol::UDP && interest.may_be_tunnel(source, destination);
    (!in_tunnel).then_some(wanted)
}

/// Not inlined, so that the frames above pay nothing for it.
#[inline(never)]
fn other_may_matter(link: LinkType, bytes: &[u8], interest: &Interest) -> bool {
    let Some(packet) = ip_offset(link, bytes).and_then(|at| bytes.get(at..)) else {
        return true;
    };
    let Some(ports) = transport(packet) else {
        return true;
    };
    ports_tell(ports, interest).unwrap_or_else(|| {
        let inner = inside(packet, ports).and_then(transport);
        inner
            .and_then(|ports| ports_tell(ports, interest))
            .unwrap_or(true)
    })
}

/// The IP packet in a tunnel. `None` if there is none, or if it is for `decode` to find out.
#[inline(never)]
fn inside(packet: &[u8], ports: (u8, u16, u16)) -> Option<&[u8]> {
    let carried = tunnel::open(packet, ports)?;
    let inner = packet.get(carried.place)?;
    match carried.layer {
        Layer::Ethernet => inner.get(behind_tags(inner, 12)?..),
        Layer::Ip => Some(inner),
        _ => None,
    }
}

/// Protocol and first two 16-bit numbers behind an ordinary IP header.
#[inline]
fn transport(packet: &[u8]) -> Option<(u8, u16, u16)> {
    match *packet.first()? {
        0x45 => {
            let packet: &[u8; 24] = packet.first_chunk()?;
            let whole = u16_at(packet, 6)? & FRAGMENT == 0;
            let [protocol] = *packet.get(9..)?.first_chunk()?;
            whole.then_some((protocol, u16_at(packet, 20)?, u16_at(packet, 22)?))
        }
        0x60..=0x6f => {
            let packet: &[u8; 44] = packet.first_chunk()?;
            let [next_header] = *packet.get(6..)?.first_chunk()?;
            Some((next_header, u16_at(packet, 40)?, u16_at(packet, 42)?))
        }
        _ => None,
    }
}

/// Where the IP header is, if the link is one of the ordinary ones.
#[inline]
fn ip_offset(link: LinkType, bytes: &[u8]) -> Option<usize> {
    match link {
        LinkType::ETHERNET => behind_tags(bytes, 12),
        LinkType::RAW | LinkType::IPV4 | LinkType::IPV6 | LinkType::DLT_RAW => Some(0),
        LinkType::LINUX_SLL if cooked::has_ether_type(u16_at(bytes, 2)?) => behind_tags(bytes, 14),
        LinkType::LINUX_SLL2 if cooked::has_ether_type(u16_at(bytes, 8)?) => {
            matches!(u16_at(bytes, 0)?, IPV4 | IPV6).then_some(20)
        }
        _ => None,
    }
}

/// The end of the EtherType at `at`, or of the one behind the tags there, if it is IP's.
#[inline]
fn behind_tags(bytes: &[u8], mut at: usize) -> Option<usize> {
    for _ in 0..=MAX_TAGS {
        match u16_at(bytes, at)? {
            IPV4 | IPV6 => return Some(at + 2),
            VLAN | SERVICE_VLAN => at += 4,
            _ => return None,
        }
    }
    None
}

/// The number at a place, if it is there.
#[inline]
pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes
        .get(at..)?
        .first_chunk()
        .copied()
        .map(u16::from_be_bytes)
}
