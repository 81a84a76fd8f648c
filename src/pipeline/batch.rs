//! What goes from the reader to a worker: references to packets, many at a time.

use std::sync::Arc;

use crate::evidence::Frame;
use crate::flow::Segment;
use crate::names::HostName;
use crate::session::asked::AskedNames;
use crate::source::Block;

/// Segments a batch is filled up to.
pub(super) const SEGMENTS: usize = 512;
/// Blocks a batch may keep alive.
const BLOCKS: usize = 1;
/// Bytes of copied packets that a batch is filled up to.
const COPIES: usize = 64 << 10;
/// The place of the copied packets among the blocks.
const COPIED: u32 = u32::MAX;

/// Segments of one worker with the blocks that hold their bytes.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// Blocks, by the order in which they came.
    blocks: Vec<Arc<Block>>,
    /// Packets of which a copy goes along, so that their block can be used again.
    copies: Vec<u8>,
    /// Segments in capture order, each with its place in `blocks`, or [`COPIED`].
    pub(super) segments: Vec<(u32, Segment)>,
    /// Places in `segments` of packets that open a connection, in order, with the names for which DNS gave the client
    /// the server's address.
    pub(super) asked: Vec<(u32, AskedNames)>,
    /// What each of `segments` came in, where packets are kept; else empty.
    pub(super) frames: Vec<Frame>,
    /// Names of internal hosts that were learned.
    pub(super) hosts: Vec<HostName>,
    /// Forward time when the batch was sent.
    pub(super) clock: u64,
}

impl Batch {
    /// Adds a segment whose bytes are in `block`.
    #[inline]
    pub(super) fn push(&mut self, block: &Arc<Block>, segment: Segment) {
        if !self
            .blocks
            .last()
            .is_some_and(|last| Arc::ptr_eq(last, block))
        {
            self.blocks.push(Arc::clone(block));
        }
        self.segments.push((self.blocks.len() as u32 - 1, segment));
    }

    /// The same, but with a copy of its bytes instead of a reference to the block, if they all lie in it.
    #[inline]
    pub(super) fn push_copy(&mut self, block: &Arc<Block>, segment: Segment) {
        let span = segment.span();
        let bytes = block.bytes().get(span.start as usize..span.end as usize);
        let Some(bytes) = bytes else {
            return self.push(block, segment);
        };
        let segment = segment.moved(span.start, self.copies.len() as u32);
        self.copies.extend_from_slice(bytes);
        self.segments.push((COPIED, segment));
    }

    /// The bytes that a segment with this place counts its offsets in.
    #[inline]
    pub(super) fn bytes(&self, place: u32) -> Option<&[u8]> {
        match self.blocks.get(place as usize) {
            Some(block) => Some(block.bytes()),
            None => (place == COPIED).then_some(&self.copies),
        }
    }

    /// The segment added last opens a connection to a server that DNS gave the client for these names.
    pub(super) fn note_asked(&mut self, names: AskedNames) {
        let place = self.segments.len().saturating_sub(1) as u32;
        self.asked.push((place, names));
    }

    /// What the client asked DNS for before it sent the segment at `place`.
    pub(super) fn asked(&self, place: usize) -> Option<&AskedNames> {
        let found = self
            .asked
            .binary_search_by_key(&place, |(at, _)| *at as usize)
            .ok()?;
        self.asked.get(found).map(|(_, names)| names)
    }

    /// Whether it should go.
    pub(super) fn is_full(&self) -> bool {
        self.segments.len() >= SEGMENTS || self.blocks.len() > BLOCKS || self.copies.len() >= COPIES
    }

    /// Empties it for the next use.
    pub(super) fn clear(&mut self) {
        self.blocks.clear();
        self.copies.clear();
        self.segments.clear();
        self.asked.clear();
        self.frames.clear();
        self.hosts.clear();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::flow::FlowKey;
    use crate::packet::Addresses;
    use crate::time::Timestamp;

    /// A segment of a frame at `frame` whose TCP header is so far behind its addresses.
    fn segment(frame: u32, header: u32, header_length: u8, captured: u32, macs: bool) -> Segment {
        let addresses = Addresses::V4 {
            source: [10, 0, 0, 1],
            destination: [52, 96, 0, 1],
        };
        let (key, way) = FlowKey::new(&addresses, 40_000, 587);
        let mac = |offset| if macs { offset } else { Segment::NO_MAC };
        Segment {
            key,
            way,
            flags: Segment::ACK,
            header_length,
            seq: 1,
            ack: 1,
            header: frame + header,
            captured,
            length: captured,
            source_mac: mac(frame + 6),
            destination_mac: mac(frame),
            checkable: true,
            origin: 0,
            time: Timestamp(0),
            clock: 0,
        }
    }

    proptest! {
        /// Whether a packet's block or a copy of the packet goes along, a worker sees the same of it, wherever the
        /// capture cut it.
        #[test]
        fn a_copy_shows_what_the_block_shows(
            bytes in proptest::collection::vec(any::<u8>(), 64..400),
            packets in proptest::collection::vec(
                (0_u32..350, 14_u32..60, 20_u8..60, 0_u32..100, any::<bool>()), 1..6),
        ) {
            let block = Arc::new(Block::from(bytes));
            let end = block.bytes().len() as u32;
            let (mut whole, mut copied) = (Batch::default(), Batch::default());
            for (frame, header, header_length, captured, macs) in packets {
                // Payload is only counted as captured where it lies in the block.
                let payload = frame + header + u32::from(header_length);
                let captured = captured.min(end.saturating_sub(payload));
                let segment = segment(frame, header, header_length, captured, macs);
                whole.push(&block, segment);
                copied.push_copy(&block, segment);
            }
            for ((place, one), (other_place, other)) in whole.segments.iter().zip(&copied.segments) {
                let (block, copy) = (whole.bytes(*place).unwrap(), copied.bytes(*other_place).unwrap());
                prop_assert_eq!(one.payload(block), other.payload(copy));
                prop_assert_eq!(one.macs(block), other.macs(copy));
                prop_assert_eq!(one.tcp(block), other.tcp(copy));
                prop_assert_eq!(one.checksum(block), other.checksum(copy));
            }
        }
    }
}
