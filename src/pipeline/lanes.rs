//! From the reader to the workers: one bounded channel each, so that packets of a flow never overtake each other.

use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::batch::Batch;
use super::route::Route;
use super::worker::Worked;
use crate::evidence::Frame;
use crate::flow::Segment;
use crate::names::HostName;
use crate::source::Block;
use crate::time::SECOND;

/// Batches that may wait for a worker.
pub(super) const WAITING: usize = 8;
/// A worker without packets is told the time this often, nanoseconds of forward time.
const TICK: u64 = 5 * SECOND;

/// The reader's end of all lanes.
#[derive(Debug)]
pub(super) struct Lanes {
    lanes: Vec<Lane>,
    /// What segments came in goes with them.
    frames: bool,
}

#[derive(Debug)]
struct Lane {
    batch: Batch,
    told: u64,
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

impl Lanes {
    /// Lanes for `workers` workers, and the workers' ends. Workers that keep packets need `frames`.
    pub(super) fn new(workers: usize, frames: bool) -> (Self, Vec<LaneEnd>) {
        let mut ends = Vec::with_capacity(workers);
        let lanes = (0..workers)
            .map(|_| {
                let (sender, batches) = bounded(WAITING);
                let (empties, returned) = bounded(WAITING + 2);
                ends.push(LaneEnd { batches, empties });
                Lane {
                    batch: Batch::default(),
                    told: 0,
                    sender,
                    empties: returned,
                }
            })
            .collect();
        (Self { lanes, frames }, ends)
    }
}

impl Route for Lanes {
    /// Hands the segment to the worker that owns its flow. Waits while that worker is behind.
    #[inline]
    fn segment(
        &mut self,
        block: &Arc<Block>,
        segment: Segment,
        asked: Option<Arc<str>>,
        frame: Frame,
    ) {
        let place = segment.key.hash_with(SHARD_SEED) as usize % self.lanes.len().max(1);
        let Some(lane) = self.lanes.get_mut(place) else {
            return;
        };
        lane.batch.push(block, segment);
        if let Some(name) = asked {
            lane.batch.note_asked(name);
        }
        if self.frames {
            lane.batch.frames.push(frame);
        }
        if lane.batch.is_full() {
            lane.send(segment.clock);
        }
    }

    /// Sends names of hosts the way that sessions go; whose lane takes them does not matter.
    fn hosts(&mut self, hosts: impl Iterator<Item = HostName>) {
        if let Some(lane) = self.lanes.first_mut() {
            lane.batch.hosts.extend(hosts);
        }
    }

    /// Workers that have not heard of the time for long are told.
    fn tick(&mut self, clock: u64) {
        for lane in &mut self.lanes {
            if clock >= lane.told + TICK {
                lane.send(clock);
            }
        }
    }

    /// What is there goes, and every worker hears of the time, so that it can show that it works.
    fn pause(&mut self, clock: u64) {
        for lane in &mut self.lanes {
            lane.send(clock);
        }
    }

    /// Sends what is left; the workers finish when the lanes are dropped.
    fn finish(mut self, clock: u64) -> Worked {
        for lane in &mut self.lanes {
            lane.send(clock);
        }
        Worked::default()
    }
}

/// The shard must not differ between runs or machines: nothing is placed in a table by it.
const SHARD_SEED: u64 = 0x7473_7461_6c6c_7931;

impl Lane {
    fn send(&mut self, clock: u64) {
        self.told = clock;
        self.batch.clock = clock;
        let empty = self.empties.try_recv().unwrap_or_default();
        let full = std::mem::replace(&mut self.batch, empty);
        // A worker that is gone has panicked; the pipeline reports that when it joins the threads.
        let _ = self.sender.send(full);
    }
}
