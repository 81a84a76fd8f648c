//! Blocks of capture bytes that go from hand to hand, and the store that takes their buffers back.

use crossbeam_channel::{Receiver, Sender, bounded};

/// A stretch of a capture file, shared by all who look at packets in it. Its buffer is used again once the last of
/// them lets go.
#[derive(Debug, Default)]
pub struct Block {
    /// All of it initialised; only the first `filled` bytes mean something.
    buffer: Vec<u8>,
    filled: usize,
    home: Option<Sender<Vec<u8>>>,
}

impl Block {
    /// The bytes. [`super::RawPacket::offset`] counts from here.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        self.buffer.get(..self.filled).unwrap_or_default()
    }

    /// The bytes of `packet`, which must come from a run over this block.
    #[inline]
    pub fn packet(&self, packet: &super::RawPacket) -> &[u8] {
        let from = packet.offset as usize;
        let to = from.saturating_add(packet.captured as usize);
        self.buffer.get(from..to).unwrap_or_default()
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
        let from = from.min(self.filled);
        self.buffer.copy_within(from..self.filled, 0);
        self.filled -= from;
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
            return Block {
                buffer: vec![0; least],
                filled: 0,
                home: None,
            };
        }
        Block {
            buffer: self.free.try_recv().unwrap_or_else(|_| vec![0; self.size]),
            filled: 0,
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
}
