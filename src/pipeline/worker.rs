//! A worker: owns its flows, judges the finished ones, sends records on with the time up to which it is done.

use std::sync::Arc;
use std::time::Instant;

use crossbeam_channel::Sender;

use super::lanes::LaneEnd;
use super::pace::Pace;
use crate::flow::table::GivenUp;
use crate::flow::{Finished, Limits, Segment, Table};
use crate::names::HostName;
use crate::session::judge::Judge;
use crate::session::{Origin, Session};

/// What a worker sends: sessions that are over, with the second in which each was called so.
#[derive(Debug)]
pub(super) struct Delivery {
    /// Which worker.
    pub worker: usize,
    /// Nothing that ended before this second will follow.
    pub done_before: u32,
    /// Sessions with the second of their end.
    pub sessions: Vec<(u32, Session)>,
    /// Names of internal hosts that the reader has learned.
    pub hosts: Vec<HostName>,
    /// What the worker has counted by now.
    pub facts: WorkerFacts,
}

/// What a worker counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct WorkerFacts {
    /// Connections held now.
    pub flows: u64,
    /// Bytes held back for missing segments.
    pub held_bytes: u64,
    /// Batches that wait to be worked on.
    pub waiting: u64,
    /// What its table had to give up.
    pub given_up: GivenUp,
    /// Connections on watched ports that spoke neither SMTP nor TLS.
    pub no_sessions: u64,
    /// Segments left out for a bad checksum.
    pub corrupt: u64,
    /// Segments that brought nothing new.
    pub duplicates: u64,
    /// Segments that brought known bytes with other content.
    pub conflicts: u64,
}

/// Works until its lane ends; `pace` is filled if it is there.
pub(super) fn work(
    worker: usize,
    lane: &LaneEnd,
    judge: &Judge,
    origins: &impl Fn(u32) -> Arc<Origin>,
    limits: Limits,
    deliveries: &Sender<Delivery>,
    mut pace: Option<Pace>,
) -> (WorkerFacts, Option<Pace>) {
    let mut table = Table::new(Arc::clone(&judge.ports), limits);
    let mut facts = WorkerFacts::default();
    let mut over: Vec<(u32, Session)> = Vec::new();
    let mut clock = 0;
    for mut batch in &lane.batches {
        let begun = pace.is_some().then(Instant::now);
        let mut done = |finished: Finished| facts.take(&finished, judge, origins, &mut over);
        for (at, (place, segment)) in batch.segments.iter().enumerate() {
            if let Some(block) = batch.blocks.get(*place as usize) {
                table.segment(segment, block.bytes(), &mut done);
            }
            if segment.has(Segment::SYN)
                && let Some(name) = batch.asked(at)
            {
                table.note_asked(segment, name);
            }
        }
        clock = batch.clock;
        table.tick(clock, &mut done);
        let hosts = std::mem::take(&mut batch.hosts);
        batch.clear();
        let _ = lane.empties.try_send(batch);
        let done_before = table.second();
        let sessions = std::mem::take(&mut over);
        facts.look(&table, lane);
        if let (Some(pace), Some(begun)) = (&mut pace, begun) {
            pace.note(begun.elapsed(), lane.batches.len());
        }
        if deliveries
            .send(Delivery {
                worker,
                done_before,
                sessions,
                hosts,
                facts,
            })
            .is_err()
        {
            break;
        }
    }
    table.finish(clock, &mut |finished| {
        facts.take(&finished, judge, origins, &mut over);
    });
    facts.look(&table, lane);
    let _ = deliveries.send(Delivery {
        worker,
        done_before: u32::MAX,
        sessions: over,
        hosts: Vec::new(),
        facts,
    });
    (facts, pace)
}

impl WorkerFacts {
    /// Adds another worker's counts.
    pub fn merge(&mut self, other: &Self) {
        self.flows += other.flows;
        self.held_bytes += other.held_bytes;
        self.waiting += other.waiting;
        self.given_up.flows += other.given_up.flows;
        self.given_up.held += other.given_up.held;
        self.no_sessions += other.no_sessions;
        self.corrupt += other.corrupt;
        self.duplicates += other.duplicates;
        self.conflicts += other.conflicts;
    }

    fn look(&mut self, table: &Table, lane: &LaneEnd) {
        self.flows = table.len() as u64;
        self.held_bytes = table.held_bytes() as u64;
        self.waiting = lane.batches.len() as u64;
        self.given_up = table.given_up();
    }

    fn take(
        &mut self,
        finished: &Finished,
        judge: &Judge,
        origins: &impl Fn(u32) -> Arc<Origin>,
        over: &mut Vec<(u32, Session)>,
    ) {
        let connection = &finished.connection;
        self.corrupt += connection.corrupt();
        let counts = connection.counts();
        self.duplicates += u64::from(counts.duplicates);
        self.conflicts += u64::from(counts.conflicts);
        match judge.session(finished, &origins(connection.origin)) {
            Some(session) => over.push((finished.second, session)),
            None => self.no_sessions += 1,
        }
    }
}
