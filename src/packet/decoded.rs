//! What a frame turned out to be.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::checksum::{self, Checksum};
use super::fragment::Fragment;
use super::reason::{Malformed, NotFollowed};

/// What [`decode`](super::decode) found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decoded {
    /// A TCP segment from or to a watched port.
    Tcp(Tcp),
    /// A UDP datagram from or to a watched port.
    Udp(Udp),
    /// A piece of an IP packet that may hold one of the above.
    Fragment(Fragment),
    /// Sound, but not followed.
    NotFollowed(NotFollowed),
    /// A header is wrong.
    Malformed(Malformed),
}

/// A TCP segment (RFC 9293). Offsets count from the first byte given to the decoder.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tcp {
    /// Innermost IP addresses.
    pub addresses: Addresses,
    /// The IP addresses are those of the TCP checksum: no source route, routing header or home address replaced one.
    pub plain_addresses: bool,
    /// Source port.
    pub source_port: u16,
    /// Destination port.
    pub destination_port: u16,
    /// Sequence number.
    pub seq: u32,
    /// Acknowledgment number; means something only with [`TcpFlags::ACK`].
    pub ack: u32,
    /// Control bits.
    pub flags: TcpFlags,
    /// Window, unscaled.
    pub window: u16,
    /// Offset of the TCP header.
    pub header: u32,
    /// Offset of the payload; past the end of the bytes if the capture cut the options.
    pub payload: u32,
    /// Bytes of payload that are there.
    pub captured: u32,
    /// Bytes of payload on the wire, from the IP length (from the frame's original length where that is 0).
    pub length: u32,
    /// Where the link-layer addresses next to the IP header are.
    pub macs: Macs,
}

impl Tcp {
    /// The captured payload; `bytes` are those given to the decoder.
    #[inline]
    pub fn data<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        part(bytes, self.payload, self.captured)
    }

    /// The same segment seen from `by` bytes further ahead.
    #[inline]
    pub(super) fn moved(self, by: u32) -> Self {
        Self {
            header: self.header + by,
            payload: self.payload + by,
            macs: self.macs.moved(by as usize),
            ..self
        }
    }

    /// What the TCP checksum says; `bytes` are those given to the decoder.
    pub fn checksum(&self, bytes: &[u8]) -> Checksum {
        let header = self.payload.saturating_sub(self.header);
        let segment = part(bytes, self.header, header.saturating_add(self.captured));
        if self.plain_addresses {
            checksum::tcp(&self.addresses, segment, header.saturating_add(self.length))
        } else {
            Checksum::Unknown
        }
    }
}

/// A UDP datagram (RFC 768). Offsets count from the first byte given to the decoder.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Udp {
    /// Innermost IP addresses.
    pub addresses: Addresses,
    /// Source port.
    pub source_port: u16,
    /// Destination port.
    pub destination_port: u16,
    /// Offset of the payload.
    pub payload: u32,
    /// Bytes of payload that are there.
    pub captured: u32,
    /// Bytes of payload on the wire.
    pub length: u32,
}

impl Udp {
    /// The captured payload; `bytes` are those given to the decoder.
    pub fn data<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        part(bytes, self.payload, self.captured)
    }
}

/// Source and destination of an IP packet.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Addresses {
    /// IPv4.
    V4 {
        /// From.
        source: [u8; 4],
        /// To.
        destination: [u8; 4],
    },
    /// IPv6.
    V6 {
        /// From.
        source: [u8; 16],
        /// To.
        destination: [u8; 16],
    },
}

impl Addresses {
    /// From.
    pub fn source(&self) -> IpAddr {
        match *self {
            Self::V4 { source, .. } => IpAddr::V4(Ipv4Addr::from(source)),
            Self::V6 { source, .. } => IpAddr::V6(Ipv6Addr::from(source)),
        }
    }

    /// To.
    pub fn destination(&self) -> IpAddr {
        match *self {
            Self::V4 { destination, .. } => IpAddr::V4(Ipv4Addr::from(destination)),
            Self::V6 { destination, .. } => IpAddr::V6(Ipv6Addr::from(destination)),
        }
    }
}

/// Control bits of a TCP header (RFC 9293 section 3.1), the low eight.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Debug)]
pub struct TcpFlags(pub u8);

impl TcpFlags {
    /// No more data from the sender.
    pub const FIN: Self = Self(0x01);
    /// Synchronize sequence numbers.
    pub const SYN: Self = Self(0x02);
    /// Reset the connection.
    pub const RST: Self = Self(0x04);
    /// The acknowledgment number means something.
    pub const ACK: Self = Self(0x10);

    /// Whether all of `flags` are set.
    #[inline]
    pub const fn contains(self, flags: Self) -> bool {
        self.0 & flags.0 == flags.0
    }
}

/// Offsets of the link-layer addresses of the frame whose payload the IP packet is. Empty where the link has none, and
/// where IP came straight out of a tunnel: the outer frame's addresses say nothing about the inner hosts.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Macs {
    /// Offset of the sender's six bytes.
    pub source: Option<u32>,
    /// Offset of the receiver's six bytes.
    pub destination: Option<u32>,
}

impl Macs {
    /// The sender's address; `bytes` are those given to the decoder.
    pub fn source(&self, bytes: &[u8]) -> Option<[u8; 6]> {
        mac(bytes, self.source?)
    }

    /// The receiver's address; `bytes` are those given to the decoder.
    pub fn destination(&self, bytes: &[u8]) -> Option<[u8; 6]> {
        mac(bytes, self.destination?)
    }

    /// The same addresses seen from `by` bytes further ahead.
    #[inline]
    pub(super) fn moved(self, by: usize) -> Self {
        Self {
            source: self.source.map(|at| at + by as u32),
            destination: self.destination.map(|at| at + by as u32),
        }
    }
}

fn mac(bytes: &[u8], at: u32) -> Option<[u8; 6]> {
    bytes.get(at as usize..)?.first_chunk().copied()
}

/// The bytes from `at` on; empty if they are not there.
#[inline]
fn part(bytes: &[u8], at: u32, length: u32) -> &[u8] {
    let (at, length) = (at as usize, length as usize);
    bytes.get(at..at + length).unwrap_or_default()
}
