//! Packets on their way out of the kernel's ring: copied into blocks, which go on when they are full or nothing more is there.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use crossbeam_channel::Sender;

use super::counters::Counters;
use crate::packet::LinkType;
use crate::source::RawPacket;
use crate::source::block::{BLOCK, Block, BlockPool};
use crate::time::Timestamp;

/// A block of one interface and the packets in it.
#[derive(Debug)]
pub(super) struct Slab {
    pub(super) block: Arc<Block>,
    pub(super) packets: Vec<RawPacket>,
    /// When it was handed on.
    pub(super) arrived: Instant,
}

/// Fills slabs and sends them on.
pub(super) struct Slabs {
    pool: BlockPool,
    block: Block,
    packets: Vec<RawPacket>,
    to: Sender<Slab>,
    counters: Arc<Counters>,
    /// Whoever takes them is gone.
    gone: bool,
}

/// A packet in the kernel's ring.
#[derive(Clone, Copy, Debug)]
pub(super) struct InRing<'a> {
    pub(super) time: Timestamp,
    pub(super) link: LinkType,
    pub(super) bytes: &'a [u8],
    /// Bytes on the wire.
    pub(super) original: u32,
}

impl Slabs {
    pub(super) fn new(to: Sender<Slab>, counters: Arc<Counters>) -> Self {
        let pool = BlockPool::new(BLOCK);
        Self {
            block: pool.block(0),
            packets: Vec::new(),
            pool,
            to,
            counters,
            gone: false,
        }
    }

    /// Copies a packet. Waits while the next stage is behind: meanwhile the kernel's ring fills, and the kernel counts what it
    /// cannot hold.
    #[inline]
    pub(super) fn push(&mut self, packet: InRing<'_>) {
        if self.block.room().len() < packet.bytes.len() {
            self.send(packet.bytes.len());
        }
        let offset = self.block.bytes().len() as u32;
        let captured = self.block.append(packet.bytes) as u32;
        self.packets.push(RawPacket {
            time: packet.time,
            link: packet.link,
            offset,
            captured,
            original: packet.original,
            interface: 0,
        });
    }

    /// Sends what is there.
    pub(super) fn flush(&mut self) {
        if !self.packets.is_empty() {
            self.send(0);
        }
    }

    /// Whether nobody takes packets any more.
    pub(super) fn gone(&self) -> bool {
        self.gone
    }

    /// Sends what is there and begins a block with room for `least` bytes.
    fn send(&mut self, least: usize) {
        let block = std::mem::replace(&mut self.block, self.pool.block(least));
        let next = Vec::with_capacity(self.packets.len());
        let packets = std::mem::replace(&mut self.packets, next);
        if packets.is_empty() {
            return;
        }
        let slab = Slab {
            block: Arc::new(block),
            packets,
            arrived: Instant::now(),
        };
        self.counters.waiting.fetch_add(1, Relaxed);
        self.gone |= self.to.send(slab).is_err();
    }
}
