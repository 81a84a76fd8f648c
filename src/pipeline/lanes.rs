//! From the reader to the workers: one of them works on the reader's own thread, the others have a bounded channel each, so that
//! packets of a flow never overtake each other.

use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::batch::Batch;
use super::route::Route;
use super::worker::{Worked, Worker};
use crate::evidence::Frame;
use crate::flow::Segment;
use crate::names::HostName;
use crate::session::Origin;
use crate::session::asked::AskedNames;
use crate::source::Block;
use crate::time::SECOND;

/// Batches that may wait for a worker.
pub(super) const WAITING: usize = 4;
/// Where fewer bytes than these of a block are for a worker, they are copied: then the block is used again while it is
/// in the cache.
const FEW: u64 = 32 << 10;
/// A worker without packets is told the time this often, nanoseconds of forward time.
const SENT_EVERY: u64 = 5 * SECOND;

/// The reader's own worker, and its end of the lanes to all others.
pub(super) struct Lanes<'a, O: Fn(u32) -> Arc<Origin>> {
    own: Worker<'a, O>,
    others: Vec<Lane>,
    /// What segments came in goes with them.
    frames: bool,
}

#[derive(Debug)]
struct Lane {
    batch: Batch,
    /// Bytes of the block at hand that were for this worker.
    bytes: u64,
    /// There were few of them in the block before.
    few: bool,
    /// When something was last sent, nanoseconds of forward time.
    last_sent: u64,
    /// Its worker takes nothing any more: it has panicked, or nobody takes what it delivers.
    gone: bool,
    sender: Sender<Batch>,
    empties: Receiver<Batch>,
}

/// A worker's end.
#[derive(Debug)]
pub(super) struct LaneEnd {
    /// Batches to work on.
    pub(super) batches: Receiver<Batch>,
    /// Where used batches go back.
    pub(super) empties: Sender<Batch>,
}

impl<'a, O: Fn(u32) -> Arc<Origin>> Lanes<'a, O> {
    /// Lanes for so many `others` besides the reader's `own` worker, and their ends. Workers that keep packets need `frames`.
    pub(super) fn new(own: Worker<'a, O>, others: usize, frames: bool) -> (Self, Vec<LaneEnd>) {
        let mut ends = Vec::with_capacity(others);
        let others = (0..others)
            .map(|_| {
                let (sender, batches) = bounded(WAITING);
                let (empties, returned) = bounded(WAITING + 2);
                ends.push(LaneEnd { batches, empties });
                Lane {
                    batch: Batch::default(),
                    bytes: 0,
                    few: !frames,
                    last_sent: 0,
                    gone: false,
                    sender,
                    empties: returned,
                }
            })
            .collect();
        let lanes = Self {
            own,
            others,
            frames,
        };
        (lanes, ends)
    }

    /// Whether all workers are there.
    fn are_whole(&self) -> bool {
        self.others.iter().all(|lane| !lane.gone)
    }

    /// The lane to the worker that owns the flow of `segment`; `None` if that is the reader's own.
    #[inline]
    fn lane(&mut self, segment: &Segment) -> Option<&mut Lane> {
        if self.others.is_empty() {
            return None;
        }
        let place = segment.key.hash_with(SHARD_SEED) as usize % (self.others.len() + 1);
        self.others.get_mut(place)
    }
}

impl<O: Fn(u32) -> Arc<Origin>> Route for Lanes<'_, O> {
    /// Hands the segment to the worker that owns its flow. Waits while that worker is behind.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "so that the segment is written once, where it stays"
    )]
    fn segment(
        &mut self,
        block: &Arc<Block>,
        segment: Segment,
        asked: Option<AskedNames>,
        frame: Frame,
    ) {
        let frames = self.frames;
        let Some(lane) = self.lane(&segment) else {
            self.own.segment(block, segment, asked, frame);
            return;
        };
        lane.bytes += u64::from(segment.captured);
        if lane.few {
            lane.batch.push_copy(block, segment);
        } else {
            lane.batch.push(block, segment);
        }
        if let Some(names) = asked {
            lane.batch.note_asked(names);
        }
        if frames {
            lane.batch.frames.push(frame);
        }
        if lane.batch.is_full() {
            lane.send(segment.clock);
        }
    }

    /// Names of hosts go the way that sessions go.
    fn hosts(&mut self, hosts: impl Iterator<Item = HostName>) {
        self.own.hosts(hosts);
    }

    /// Workers that have not heard of the time for long are told.
    fn tick(&mut self, clock: u64) -> bool {
        for lane in &mut self.others {
            // Who keeps packets wants more of them than segments tell.
            lane.few = lane.bytes < FEW && !self.frames;
            lane.bytes = 0;
            if clock >= lane.last_sent + SENT_EVERY {
                lane.send(clock);
            }
        }
        self.own.tick(clock) && self.are_whole()
    }

    /// What is there goes, and every worker hears of the time, so that it can show that it works.
    fn pause(&mut self, clock: u64) -> bool {
        for lane in &mut self.others {
            lane.send(clock);
        }
        self.own.pause(clock) && self.are_whole()
    }

    /// Sends what is left; the others finish when their lanes are dropped.
    fn finish(self, clock: u64) -> Worked {
        for mut lane in self.others {
            lane.send(clock);
        }
        self.own.finish(clock)
    }
}

/// The shard must not differ between runs or machines: nothing is placed in a table by it.
const SHARD_SEED: u64 = 0x7473_7461_6c6c_7931;

impl Lane {
    fn send(&mut self, clock: u64) {
        self.last_sent = clock;
        self.batch.clock = clock;
        let empty = self.empties.try_recv().unwrap_or_default();
        let full = std::mem::replace(&mut self.batch, empty);
        self.gone |= self.sender.send(full).is_err();
    }
}
