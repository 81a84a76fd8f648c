//! One TCP segment as it goes from the reader to the worker that owns its flow: facts and offsets, no bytes.

use std::ops::Range;

use crate::flow::{FlowKey, Way};
use crate::packet::Tcp;
use crate::packet::checksum::{self, Checksum};
use crate::time::Timestamp;

/// What a worker needs of a TCP segment. Offsets count from the first byte of the block that holds the packet.
#[derive(Clone, Copy, Debug)]
pub struct Segment {
    /// The connection.
    pub key: FlowKey,
    /// Which way of the connection.
    pub way: Way,
    /// Control bits (RFC 9293 section 3.1), low byte.
    pub flags: u8,
    /// Length of the TCP header in bytes.
    pub header_length: u8,
    /// Sequence number.
    pub seq: u32,
    /// Acknowledgement number; meaningful only with ACK set.
    pub ack: u32,
    /// Offset of the TCP header.
    pub header: u32,
    /// Payload bytes that were captured.
    pub captured: u32,
    /// Payload bytes that were on the wire.
    pub length: u32,
    /// Offset of the sender's link-layer address, or [`Segment::NO_MAC`].
    pub source_mac: u32,
    /// Offset of the receiver's link-layer address, or [`Segment::NO_MAC`].
    pub destination_mac: u32,
    /// The addresses are those of the TCP checksum (no source route or routing header replaced one).
    pub checkable: bool,
    /// Which file or interface brought it.
    pub origin: u32,
    /// When it was captured.
    pub time: Timestamp,
    /// Nanoseconds of forward capture time up to this packet; what timeouts are measured with.
    pub clock: u64,
}

/// Where and when a packet was found.
#[derive(Clone, Copy, Debug)]
pub struct CapturePosition {
    /// Offset in the block of the bytes that were decoded.
    pub base: u32,
    /// Which file or interface brought them.
    pub origin: u32,
    /// When the packet was captured.
    pub time: Timestamp,
    /// Nanoseconds of forward capture time up to it.
    pub clock: u64,
}

impl Segment {
    /// The link has no Ethernet addresses.
    pub const NO_MAC: u32 = u32::MAX;
    /// FIN.
    pub const FIN: u8 = 0x01;
    /// SYN.
    pub const SYN: u8 = 0x02;
    /// RST.
    pub const RST: u8 = 0x04;
    /// ACK.
    pub const ACK: u8 = 0x10;

    /// What the decoder found at `position`.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "where the frame is read most of this is known, and `tcp` need not be laid out in memory"
    )]
    pub fn new(tcp: &Tcp, position: CapturePosition) -> Self {
        let (key, way) = FlowKey::new(&tcp.addresses, tcp.source_port, tcp.destination_port);
        let at = |offset: u32| position.base + offset;
        Self {
            key,
            way,
            flags: tcp.flags.0,
            header_length: tcp.payload.saturating_sub(tcp.header) as u8,
            seq: tcp.seq,
            ack: tcp.ack,
            header: at(tcp.header),
            captured: tcp.captured,
            length: tcp.length,
            source_mac: tcp.macs.source.map_or(Self::NO_MAC, at),
            destination_mac: tcp.macs.destination.map_or(Self::NO_MAC, at),
            checkable: tcp.plain_addresses,
            origin: position.origin,
            time: position.time,
            clock: position.clock,
        }
    }

    /// Whether all control bits of `mask` are set.
    #[inline]
    pub const fn has(&self, mask: u8) -> bool {
        self.flags & mask == mask
    }

    /// The captured payload within `block`; empty if the offsets do not fit it.
    #[inline]
    pub fn payload<'a>(&self, block: &'a [u8]) -> &'a [u8] {
        let start = self.header as usize + self.header_length as usize;
        block
            .get(start..start + self.captured as usize)
            .unwrap_or_default()
    }

    /// Where in the block everything lies that a worker looks at.
    pub fn span(&self) -> Range<u32> {
        let begin = self.header.min(self.source_mac).min(self.destination_mac);
        let header = u32::from(self.header_length);
        begin
            ..self
                .header
                .saturating_add(header)
                .saturating_add(self.captured)
    }

    /// The same segment where its bytes have moved from offset `from` to offset `to`.
    #[must_use]
    pub fn moved(self, from: u32, to: u32) -> Self {
        let at = |offset: u32| offset.wrapping_sub(from).wrapping_add(to);
        let mac = |offset| {
            if offset == Self::NO_MAC {
                offset
            } else {
                at(offset)
            }
        };
        Self {
            header: at(self.header),
            source_mac: mac(self.source_mac),
            destination_mac: mac(self.destination_mac),
            ..self
        }
    }

    /// TCP header and captured payload within `block`, for the checksum.
    pub fn tcp<'a>(&self, block: &'a [u8]) -> &'a [u8] {
        let start = self.header as usize;
        let end = start + self.header_length as usize + self.captured as usize;
        block.get(start..end).unwrap_or_default()
    }

    /// Source and destination link-layer addresses, where the link has them.
    pub fn macs(&self, block: &[u8]) -> [Option<[u8; 6]>; 2] {
        [self.source_mac, self.destination_mac]
            .map(|at| block.get(at as usize..)?.first_chunk().copied())
    }

    /// What the TCP checksum says of the captured bytes.
    pub fn checksum(&self, block: &[u8]) -> Checksum {
        if !self.checkable {
            return Checksum::Unknown;
        }
        let length = u32::from(self.header_length) + self.length;
        checksum::tcp_between(self.key.sum(), self.tcp(block), length)
    }
}
