//! Packets kept as evidence: the handshake of a connection, until it is known whether it matters (`watch --write`).
//!
//! Kept of a packet are its headers, and of its payload no more than what leads to TLS and its handshake: greetings,
//! EHLO, STARTTLS and their replies in clear; then TLS records that are no application data (RFC 5246 section 6.2.1).
//! From the first thing else on, in either direction, only headers are kept: never a message, an address or a password,
//! and nothing of what is said inside TLS. Whatever does not come in order is cut too. A packet that is cut keeps its
//! length on the wire.
//!
//! Pure. Bounded: [`Bounds`]; what is beyond is not kept, and counted.

mod speech;

use std::collections::{HashMap, VecDeque};
use std::mem;

use crate::flow::{FlowKey, Segment};
use crate::packet::LinkType;
use crate::time::Timestamp;
use speech::Speech;

/// What may be kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Connections: those that began last.
    pub connections: usize,
    /// Packets of a connection.
    pub packets: usize,
    /// Bytes of a connection.
    pub bytes: usize,
    /// Bytes of all connections.
    pub all_bytes: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connections: 65_536,
            packets: 64,
            bytes: 64 << 10,
            all_bytes: 32 << 20,
        }
    }
}

/// A captured frame, or an IP packet put together from fragments, by its place in a block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    /// Offset of its first byte in the block.
    pub offset: u32,
    /// Bytes that are there.
    pub captured: u32,
    /// Bytes on the wire.
    pub original: u32,
    /// What it begins with.
    pub link: LinkType,
}

impl Frame {
    /// An IP packet that is a block of its own.
    pub(crate) fn of_packet(bytes: &[u8]) -> Self {
        let length = bytes.len() as u32;
        Self {
            offset: 0,
            captured: length,
            original: length,
            link: LinkType::RAW,
        }
    }
}

/// A packet that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptPacket {
    /// When it was captured.
    pub time: Timestamp,
    /// What it begins with.
    pub link: LinkType,
    /// The file or interface that brought it.
    pub origin: u32,
    /// Bytes on the wire.
    pub original: u32,
    /// What is kept of it.
    pub bytes: Vec<u8>,
}

/// Keeps packets of connections whose end is not known yet.
#[derive(Debug, Default)]
pub(crate) struct Keeper {
    bounds: Bounds,
    connections: HashMap<FlowKey, Kept>,
    /// Connections in the order in which they began, with their first sequence number.
    begun: VecDeque<(FlowKey, u32)>,
    bytes: usize,
    given_up: u64,
}

#[derive(Debug, Default)]
struct Kept {
    /// Its first sequence number.
    first: u32,
    packets: Vec<KeptPacket>,
    bytes: usize,
    speech: Speech,
}

impl Keeper {
    /// Keeps packets within such bounds.
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            ..Self::default()
        }
    }

    /// Takes a segment of a connection; `frame` is what it came in.
    pub(crate) fn segment(&mut self, segment: &Segment, frame: &Frame, block: &[u8]) {
        self.begin(segment);
        // Whatever comes before a SYN, or when the connection is concluded, is not kept.
        let Some(kept) = self.connections.get_mut(&segment.key) else {
            return;
        };
        let allowed = kept.speech.allowed(segment, segment.payload(block));
        let full = kept.packets.len() >= self.bounds.packets
            || kept.bytes >= self.bounds.bytes
            || self.bytes >= self.bounds.all_bytes;
        if full {
            self.given_up += 1;
            return;
        }
        let payload = segment.header as usize + segment.header_length as usize;
        let start = frame.offset as usize;
        let end = (payload + allowed).min(start + frame.captured as usize);
        let Some(bytes) = block.get(start..end) else {
            return;
        };
        kept.bytes += bytes.len();
        self.bytes += bytes.len();
        kept.packets.push(KeptPacket {
            time: segment.time,
            link: frame.link,
            origin: segment.origin,
            original: frame.original,
            bytes: bytes.to_vec(),
        });
    }

    /// A SYN begins a connection, unless it is a copy.
    fn begin(&mut self, segment: &Segment) {
        let known = self.connections.get(&segment.key);
        let is_copy = known.is_some_and(|kept| kept.first == segment.seq);
        if !segment.has(Segment::SYN) || segment.has(Segment::ACK) || is_copy {
            return;
        }
        self.take(&segment.key);
        let kept = Kept {
            first: segment.seq,
            ..Kept::default()
        };
        self.connections.insert(segment.key, kept);
        self.begun.push_back((segment.key, segment.seq));
        if self.begun.len() > self.bounds.connections
            && let Some((key, first)) = self.begun.pop_front()
            && self
                .connections
                .get(&key)
                .is_some_and(|kept| kept.first == first)
        {
            self.given_up += self.take(&key).len() as u64;
        }
    }

    /// A connection is over: what was kept of it, in the order in which it came.
    pub(crate) fn take(&mut self, key: &FlowKey) -> Vec<KeptPacket> {
        let Some(mut kept) = self.connections.remove(key) else {
            return Vec::new();
        };
        self.bytes -= kept.bytes;
        mem::take(&mut kept.packets)
    }

    /// Packets that were not kept since a bound was reached.
    pub(crate) const fn given_up(&self) -> u64 {
        self.given_up
    }
}

#[cfg(test)]
mod tests;
