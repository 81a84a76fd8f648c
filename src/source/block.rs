//! Blocks of capture bytes that go from hand to hand, and the store that takes their buffers back.

use crossbeam_channel::{Receiver, Sender, bounded};

/// Bytes of a block, where nothing asks for another size.
pub(super) const BLOCK: usize = 256 << 10;

/// A stretch of a capture file, shared by all who look at packets in it. Its buffer is used again once the last of
/// them lets go.
#[derive(Debug, Default)]
pub struct Block {
    /// All of it initialised; only the bytes between `start` and `filled` mean something.
    buffer: Vec<u8>,
    start: usize,
    filled: usize,
    home: Option<Sender<Vec<u8>>>,
}

impl Block {
    /// The bytes. [`super::RawPacket::offset`] counts from here.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        self.buffer.get(self.start..self.filled).unwrap_or_default()
    }

    /// The bytes of `packet`, which must come from a run over this block.
    #[inline]
    pub fn packet(&self, packet: &super::RawPacket) -> &[u8] {
        packet.bytes_in(self.bytes())
    }

    /// Room after the bytes.
    pub(super) fn room(&mut self) -> &mut [u8] {
        self.buffer.get_mut(self.filled..).unwrap_or_default()
    }

    /// Counts `count` bytes of the room as filled.
    pub(super) fn fill(&mut self, count: usize) {
        self.filled = self.buffer.len().min(self.filled.saturating_add(count));
    }

    /// Adds as many of `bytes` as there is room for; how many that is.
    pub(super) fn append(&mut self, bytes: &[u8]) -> usize {
        let count = self.room().len().min(bytes.len());
        if let (Some(to), Some(from)) = (self.room().get_mut(..count), bytes.get(..count)) {
            to.copy_from_slice(from);
        }
        self.fill(count);
        count
    }

    /// Moves the bytes from `from` on to the front and forgets those before.
    pub(super) fn keep_from(&mut self, from: usize) {
        let from = self.filled.min(self.start + from);
        self.buffer.copy_within(from..self.filled, 0);
        self.start = 0;
        self.filled -= from;
    }

    /// Goes on with what `next` holds, in whichever buffer costs least; one with room for `least` bytes if a new one is needed.
    pub(super) fn go_on_with(&mut self, mut next: Self, least: usize) {
        if next.put_before(self.bytes()) {
            *self = next;
            return;
        }
        if self.room().len() < next.bytes().len() {
            let size = least.max(self.bytes().len()) + next.capacity();
            let mut larger = Self::empty(vec![0; size]);
            larger.append(self.bytes());
            *self = larger;
        }
        self.append(next.bytes());
    }

    /// A block that means nothing yet, whose buffer goes nowhere.
    const fn empty(buffer: Vec<u8>) -> Self {
        Self {
            buffer,
            start: 0,
            filled: 0,
            home: None,
        }
    }

    /// Puts `bytes` in front of its own; false if there is no room.
    fn put_before(&mut self, bytes: &[u8]) -> bool {
        let room = self.buffer.get_mut(..self.start).unwrap_or_default();
        let Some(place) = room.len().checked_sub(bytes.len()) else {
            return false;
        };
        if let Some(room) = room.get_mut(place..) {
            room.copy_from_slice(bytes);
        }
        self.start = place;
        true
    }

    pub(super) fn capacity(&self) -> usize {
        self.buffer.len()
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        if let Some(home) = self.home.take() {
            // A full store, or one that is gone, means that the buffer is freed here.
            let _ = home.try_send(std::mem::take(&mut self.buffer));
        }
    }
}

/// Keeps the buffers of dropped blocks for the next ones.
#[derive(Clone, Debug)]
pub(super) struct BlockPool {
    size: usize,
    back: Sender<Vec<u8>>,
    free: Receiver<Vec<u8>>,
}

impl BlockPool {
    /// Buffers kept at most; more are freed.
    const KEPT: usize = 64;

    /// Blocks of `size` bytes.
    pub(super) fn new(size: usize) -> Self {
        let (back, free) = bounded(Self::KEPT);
        Self { size, back, free }
    }

    /// An empty block with room for `least` bytes or the usual size, whichever is more.
    pub(super) fn block(&self, least: usize) -> Block {
        if least > self.size {
            return Block::empty(vec![0; least]);
        }
        self.block_behind(0)
    }

    /// An empty block that has room for so many bytes before those that it is filled with.
    pub(super) fn block_behind(&self, front: usize) -> Block {
        Block {
            buffer: self.free.try_recv().unwrap_or_else(|_| vec![0; self.size]),
            start: front,
            filled: front,
            home: Some(self.back.clone()),
        }
    }
}

/// Bytes of one's own, such as a packet put together from fragments.
impl From<Vec<u8>> for Block {
    fn from(buffer: Vec<u8>) -> Self {
        Self {
            filled: buffer.len(),
            buffer,
            start: 0,
            home: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_buffer_is_used_again() {
        let pool = BlockPool::new(64);
        let mut first = pool.block(0);
        first.append(b"left over");
        let place = first.buffer.as_ptr();
        drop(first);
        let second = pool.block(10);
        assert_eq!(second.buffer.as_ptr(), place);
        assert!(second.bytes().is_empty());
    }

    #[test]
    fn outsize_blocks_are_not_kept() {
        let pool = BlockPool::new(64);
        drop(pool.block(65));
        assert_eq!(pool.free.len(), 0);
    }

    #[test]
    fn carries_the_tail_to_the_front() {
        let mut block = BlockPool::new(8).block(0);
        block.append(b"abcdefghXX");
        assert_eq!(block.bytes(), b"abcdefgh");
        block.keep_from(6);
        assert_eq!(block.bytes(), b"gh");
        assert_eq!(block.room().len(), 6);
    }

    /// Whatever is left of a block, and however much the next one holds.
    #[test]
    fn goes_on_with_the_next() {
        let pool = BlockPool::new(8);
        for left in 0..6 {
            let (mut block, mut next) = (BlockPool::new(6).block(0), pool.block_behind(4));
            block.append(&b"abcdef"[..left]);
            next.append(b"1234");
            block.go_on_with(next, 20);
            assert_eq!(block.bytes(), [&b"abcdef"[..left], b"1234"].concat());
        }
    }

    /// A record of many blocks: the buffer is large enough from the first on.
    #[test]
    fn moves_what_is_long_once() {
        let pool = BlockPool::new(8);
        let mut block = pool.block(0);
        let mut places = Vec::new();
        for _ in 0..10 {
            let mut next = pool.block_behind(4);
            next.append(b"1234");
            block.go_on_with(next, 40);
            places.push(block.buffer.as_ptr());
        }
        assert_eq!(block.bytes(), b"1234".repeat(10));
        places.dedup();
        assert!(places.len() <= 3, "{places:?}");
    }
}
