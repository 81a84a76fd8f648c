//! The frames that nearly all captures are full of, read at one go: Ethernet II, IPv4 without options, not in
//! fragments, TCP or UDP.
//!
//! Says what the walk through the headers would say, or nothing; whatever is out of the ordinary is left to the walk.

use super::decoded::{Addresses, Decoded, Tcp, TcpFlags, Udp};
use super::ether_type::IPV4;
use super::ethernet::{self, MACS};
use super::interest::Interest;
use super::ip_protocol;
use super::ipv4::FRAGMENT;
use super::tunnel;
use super::walk::Layer;

/// Ethernet, IPv4 and TCP headers without options.
const HEADERS: usize = TCP + TCP_HEADER;
/// Where the IP header begins.
const IP: usize = ethernet::HEADER;
/// Version 4, five words.
const VERSION_AND_LENGTH: u8 = 0x45;
const IP_HEADER: usize = 20;
/// Where the TCP header begins.
const TCP: usize = IP + IP_HEADER;
const TCP_HEADER: usize = 20;
/// Both ports, where they are in TCP and UDP alike.
const PORTS: usize = 4;
/// Where the UDP header begins.
const UDP: usize = TCP;
const UDP_HEADER: usize = 8;
const UDP_HEADERS: usize = UDP + UDP_HEADER;

/// Protocol and ports of the packet in an Ethernet frame, if everything up to there is ordinary.
#[inline]
pub(super) fn transport(bytes: &[u8]) -> Option<(u8, u16, u16)> {
    let headers: &[u8; TCP + PORTS] = bytes.first_chunk()?;
    let [protocol] = at(headers, IP + 9)?;
    let ports = (protocol, u16_at(headers, TCP)?, u16_at(headers, TCP + 2)?);
    is_ordinary(headers, protocol)?.then_some(ports)
}

/// The segment in an Ethernet frame, if everything about it is ordinary.
#[inline]
pub(super) fn segment(bytes: &[u8]) -> Option<Tcp> {
    let headers: &[u8; HEADERS] = bytes.first_chunk()?;
    if !is_ordinary(headers, ip_protocol::TCP)? {
        return None;
    }
    let [data_offset, flags] = at(headers, TCP + 12)?;
    let header = usize::from(data_offset >> 4) * 4;
    let behind_ip = usize::from(u16_at(headers, IP + 2)?).checked_sub(IP_HEADER)?;
    let length = behind_ip.checked_sub(header)?;
    if header < TCP_HEADER {
        return None;
    }
    let captured = behind_ip.min(bytes.len() - TCP);
    Some(Tcp {
        addresses: Addresses::V4 {
            source: at(headers, IP + 12)?,
            destination: at(headers, IP + 16)?,
        },
        plain_addresses: true,
        source_port: u16_at(headers, TCP)?,
        destination_port: u16_at(headers, TCP + 2)?,
        seq: u32::from_be_bytes(at(headers, TCP + 4)?),
        ack: u32::from_be_bytes(at(headers, TCP + 8)?),
        flags: TcpFlags(flags),
        window: u16_at(headers, TCP + 14)?,
        header: TCP as u32,
        payload: (TCP + header) as u32,
        captured: captured.saturating_sub(header) as u32,
        length: length as u32,
        macs: MACS,
    })
}

/// The datagram in an Ethernet frame, if everything about it is ordinary, it was captured whole and one of its ports is
/// wanted for itself.
pub(super) fn datagram(bytes: &[u8], interest: &Interest) -> Option<Udp> {
    let headers: &[u8; UDP_HEADERS] = bytes.first_chunk()?;
    let (source_port, destination_port) = (u16_at(headers, UDP)?, u16_at(headers, UDP + 2)?);
    if !is_ordinary(headers, ip_protocol::UDP)?
        || !interest.wants_udp(source_port, destination_port)
        || interest.may_be_tunnel(source_port, destination_port)
    {
        return None;
    }
    let length = usize::from(u16_at(headers, UDP + 4)?);
    let behind_ip = usize::from(u16_at(headers, IP + 2)?).checked_sub(IP_HEADER)?;
    let payload = length.checked_sub(UDP_HEADER)? as u32;
    (length == behind_ip && length <= bytes.len() - UDP).then_some(Udp {
        addresses: Addresses::V4 {
            source: at(headers, IP + 12)?,
            destination: at(headers, IP + 16)?,
        },
        source_port,
        destination_port,
        payload: UDP_HEADERS as u32,
        captured: payload,
        length: payload,
    })
}

/// The segment or datagram of an ordinary frame that is in a tunnel, if its ports are wanted and it was captured whole
/// up to its data.
pub(super) fn in_tunnel(bytes: &[u8], interest: &Interest) -> Option<Decoded> {
    let ports = transport(bytes)?;
    let packet = bytes.get(IP..)?;
    let carried = tunnel::open(packet, ports)?;
    if carried.layer != Layer::Ethernet {
        return None;
    }
    let moved = (IP + carried.place.start) as u32;
    let frame = packet.get(carried.place)?;
    match segment(frame) {
        Some(tcp) if interest.wants_tcp(tcp.source_port, tcp.destination_port) => {
            Some(Decoded::Tcp(tcp.moved(moved)))
        }
        Some(_) => None,
        None => datagram(frame, interest).map(|udp| {
            Decoded::Udp(Udp {
                payload: udp.payload + moved,
                ..udp
            })
        }),
    }
}

/// Whether a packet of `protocol`, whole and without options, is in the frame.
#[inline(always)]
#[expect(clippy::inline_always, reason = "as of `at`")]
fn is_ordinary<const N: usize>(headers: &[u8; N], protocol: u8) -> Option<bool> {
    Some(
        u16_at(headers, IP - 2)? == IPV4
            && at(headers, IP)? == [VERSION_AND_LENGTH]
            && at(headers, IP + 9)? == [protocol]
            && u16_at(headers, IP + 6)? & FRAGMENT == 0,
    )
}

/// Bytes at a place that is known when this is compiled, so that nothing is left to check.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "only where the place is known is there nothing to check"
)]
fn at<const N: usize, const M: usize>(headers: &[u8; M], place: usize) -> Option<[u8; N]> {
    headers.get(place..)?.first_chunk().copied()
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "as above")]
fn u16_at<const N: usize>(headers: &[u8; N], place: usize) -> Option<u16> {
    at(headers, place).map(u16::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::packet::Decoded;
    use crate::packet::walk::{Layer, Walk};

    /// A frame of ten payload bytes and two of padding, options in neither header.
    fn frame() -> Vec<u8> {
        let ethernet = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0];
        let ip = [
            0x45, 0, 0, 50, 0, 1, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 52, 96, 0, 1,
        ];
        let tcp = [
            0x9c, 0x40, 2, 75, 0, 0, 1, 0, 0, 0, 2, 0, 0x50, 0x18, 4, 0, 0, 0, 0, 0,
        ];
        [&ethernet[..], &ip, &tcp, b"EHLO name\n", &[0, 0]].concat()
    }

    /// The same with a datagram of ten bytes, from a DNS server.
    fn datagram_frame() -> Vec<u8> {
        let (mut headers, udp) = (frame(), [0, 53, 0x9c, 0x40, 0, 18, 0, 0]);
        headers.truncate(TCP);
        headers[IP + 3] = 38;
        headers[IP + 9] = ip_protocol::UDP;
        [&headers[..], &udp, b"0123456789", &[0, 0]].concat()
    }

    fn interest() -> Interest {
        Interest::new(
            [587].into_iter().collect(),
            [53, 1701].into_iter().collect(),
        )
    }

    fn walked(bytes: &[u8], original: usize) -> Decoded {
        Walk::new(bytes, original).run(Layer::Ethernet, &interest())
    }

    #[test]
    fn takes_the_ordinary_frame() {
        let tcp = segment(&frame()).unwrap();
        assert_eq!(tcp.data(&frame()), b"EHLO name\n");
        assert_eq!((tcp.source_port, tcp.seq, tcp.length), (40_000, 256, 10));
    }

    #[test]
    fn takes_the_ordinary_datagram() {
        let udp = datagram(&datagram_frame(), &interest()).unwrap();
        assert_eq!(udp.data(&datagram_frame()), b"0123456789");
        assert_eq!((udp.source_port, udp.length), (53, 10));
    }

    /// L2TP (RFC 2661), whose port both ends may use.
    #[test]
    fn leaves_what_may_be_a_tunnel_to_the_walk() {
        for place in [UDP, UDP + 2] {
            let mut frame = datagram_frame();
            frame[place..place + 2].copy_from_slice(&1701_u16.to_be_bytes());
            assert_eq!(datagram(&frame, &interest()), None);
        }
    }

    proptest! {
        #[test]
        fn says_what_the_walk_says_of_datagrams_or_nothing(
            changes in proptest::collection::vec((12_usize..42, any::<u8>()), 0..3),
            cut in 0_usize..55,
            more in 0_usize..20,
        ) {
            let mut bytes = datagram_frame();
            for (place, byte) in changes {
                bytes[place] = byte;
            }
            bytes.truncate(cut);
            if let Some(udp) = datagram(&bytes, &interest()) {
                prop_assert_eq!(Decoded::Udp(udp), walked(&bytes, bytes.len() + more));
            }
        }

        #[test]
        fn says_what_the_walk_says_or_nothing(
            changes in proptest::collection::vec((12_usize..54, any::<u8>()), 0..3),
            cut in 0_usize..67,
            more in 0_usize..20,
        ) {
            let mut bytes = frame();
            for (place, byte) in changes {
                bytes[place] = byte;
            }
            bytes.truncate(cut);
            if let Some(tcp) = segment(&bytes)
                && interest().wants_tcp(tcp.source_port, tcp.destination_port)
            {
                prop_assert_eq!(Decoded::Tcp(tcp), walked(&bytes, bytes.len() + more));
            }
        }
    }
}
