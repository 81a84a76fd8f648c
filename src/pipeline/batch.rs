//! What goes from the reader to a worker: references to packets, many at a time.

use std::sync::Arc;

use crate::evidence::Frame;
use crate::flow::Segment;
use crate::names::HostName;
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
    /// Places in `segments` of packets that open a connection, in order, with the name for which DNS gave the client the server's address.
    pub(super) asked: Vec<(u32, Arc<str>)>,
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

    /// The same, but with a copy of its bytes instead of a reference to the block.
    #[inline]
    pub(super) fn push_copy(&mut self, block: &Block, segment: Segment) {
        let span = segment.span();
        // Options that the capture has cut off may reach beyond the block.
        let end = block.bytes().len().min(span.end as usize);
        let bytes = block.bytes().get(span.start as usize..end);
        let segment = segment.moved(span.start, self.copies.len() as u32);
        self.copies.extend_from_slice(bytes.unwrap_or_default());
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

    /// The segment added last opens a connection to a server that DNS gave the client for `name`.
    pub(super) fn note_asked(&mut self, name: Arc<str>) {
        let place = self.segments.len().saturating_sub(1) as u32;
        self.asked.push((place, name));
    }

    /// What the client asked DNS for before it sent the segment at `place`.
    pub(super) fn asked(&self, place: usize) -> Option<&Arc<str>> {
        let found = self
            .asked
            .binary_search_by_key(&place, |(at, _)| *at as usize)
            .ok()?;
        self.asked.get(found).map(|(_, name)| name)
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
