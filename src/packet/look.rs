//! The look that every frame gets.
//!
//! Decides ordinary frames, Ethernet with at most two VLAN tags, raw IP, or Linux cooked, then IP without options or
//! extension headers, then TCP or UDP, from one or two cache lines and two bits of the port set. Whatever is out of
//! the ordinary is left to [`decode`](super::decode).

use super::cooked;
use super::ether_type::{IPV4, IPV6, SERVICE_VLAN, VLAN};
use super::interest::Interest;
use super::ip_protocol::{TCP, UDP};
use super::link::LinkType;

/// Most VLAN tags passed over; more is for `decode`.
const MAX_TAGS: usize = 2;

/// Whether [`decode`](super::decode) might find something. `false` is certain, and means that it would say
/// [`PortNotWatched`](super::NotFollowed::PortNotWatched) (or, for a broken frame, `Malformed`).
#[inline]
pub fn may_matter(link: LinkType, bytes: &[u8], interest: &Interest) -> bool {
    match look(link, bytes) {
        Some((TCP, source, destination)) => interest.wants_tcp(source, destination),
        Some((_, source, destination)) => interest.may_want_udp(source, destination),
        None => true,
    }
}

/// Protocol (TCP or UDP) and ports of an ordinary frame.
#[inline]
fn look(link: LinkType, bytes: &[u8]) -> Option<(u8, u16, u16)> {
    let packet = bytes.get(ip_offset(link, bytes)?..)?;
    match packet.first()? {
        0x45 => look_ipv4(packet.first_chunk()?),
        0x60..=0x6f => look_ipv6(packet.first_chunk()?),
        _ => None,
    }
}

#[inline]
fn look_ipv4(packet: &[u8; 24]) -> Option<(u8, u16, u16)> {
    #[rustfmt::skip]
    let [_, _, _, _, _, _, fragment_0, fragment_1, _, protocol, _, _, _, _, _, _, _, _, _, _,
        s0, s1, d0, d1] = *packet;
    let whole = (fragment_0 & 0x3f) | fragment_1 == 0;
    ports(protocol, [s0, s1], [d0, d1]).filter(|_| whole)
}

#[inline]
fn look_ipv6(packet: &[u8; 44]) -> Option<(u8, u16, u16)> {
    let [_, _, _, _, _, _, next_header, .., s0, s1, d0, d1] = *packet;
    ports(next_header, [s0, s1], [d0, d1])
}

#[inline]
fn ports(protocol: u8, source: [u8; 2], destination: [u8; 2]) -> Option<(u8, u16, u16)> {
    let ports = (
        protocol,
        u16::from_be_bytes(source),
        u16::from_be_bytes(destination),
    );
    matches!(protocol, TCP | UDP).then_some(ports)
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

#[inline]
fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes
        .get(at..)?
        .first_chunk()
        .copied()
        .map(u16::from_be_bytes)
}
