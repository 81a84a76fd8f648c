//! A worker: owns its flows, judges the finished ones, sends records on with the time up to which it is done.

use std::sync::Arc;
use std::time::Instant;

use crossbeam_channel::Sender;

use super::consumer::Evidence;
use super::lanes::LaneEnd;
use super::pace::Pace;
use crate::evidence::{Frame, Keeper};
use crate::flow::table::GivenUp;
use crate::flow::{Finished, Limits, Segment, Table};
use crate::names::HostName;
use crate::session::judge::Judge;
use crate::session::{Origin, Session, Verdict};

/// What a worker sends: sessions that are over, with the second in which each was called so.
#[derive(Debug)]
pub(super) struct Delivery {
    /// Which worker.
    pub worker: usize,
    /// Nothing that ended before this second will follow.
    pub done_before: u32,
    /// Sessions with the second of their end.
    pub sessions: Vec<(u32, Session)>,
    /// Packets kept of those of them that are legacy.
    pub evidence: Vec<Evidence>,
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
    /// Packets not kept as evidence, since a bound was reached.
    pub unkept: u64,
    /// Connections on watched ports that spoke neither SMTP nor TLS.
    pub no_sessions: u64,
    /// Segments left out for a bad checksum.
    pub corrupt: u64,
    /// Segments that brought nothing new.
    pub duplicates: u64,
    /// Segments that brought known bytes with other content.
    pub conflicts: u64,
}

/// What a worker does beside its work, where that was asked for.
#[derive(Debug, Default)]
pub(super) struct Beside {
    /// Measures.
    pub(super) pace: Option<Pace>,
    /// Keeps packets.
    pub(super) keeper: Option<Keeper>,
}

/// Works until its lane ends.
pub(super) fn work(
    worker: usize,
    lane: &LaneEnd,
    judge: &Judge,
    origins: &impl Fn(u32) -> Arc<Origin>,
    limits: Limits,
    deliveries: &Sender<Delivery>,
    beside: Beside,
) -> (WorkerFacts, Option<Pace>) {
    let Beside { mut pace, keeper } = beside;
    let mut table = Table::new(Arc::clone(&judge.ports), limits);
    let mut desk = Desk {
        judge,
        origins,
        facts: WorkerFacts::default(),
        over: Vec::new(),
        keeper,
        evidence: Vec::new(),
    };
    let mut clock = 0;
    for mut batch in &lane.batches {
        let begun = pace.is_some().then(Instant::now);
        for (at, (place, segment)) in batch.segments.iter().enumerate() {
            if let Some(block) = batch.blocks.get(*place as usize) {
                table.segment(segment, block.bytes(), &mut |finished| desk.take(&finished));
                desk.keep(segment, batch.frames.get(at), block.bytes());
            }
            if segment.has(Segment::SYN)
                && let Some(name) = batch.asked(at)
            {
                table.note_asked(segment, name);
            }
        }
        clock = batch.clock;
        table.tick(clock, &mut |finished| desk.take(&finished));
        let hosts = std::mem::take(&mut batch.hosts);
        batch.clear();
        let _ = lane.empties.try_send(batch);
        let done_before = table.second();
        desk.facts.look(&table, lane);
        if let (Some(pace), Some(begun)) = (&mut pace, begun) {
            pace.note(begun.elapsed(), lane.batches.len());
        }
        if deliveries
            .send(Delivery {
                worker,
                done_before,
                sessions: std::mem::take(&mut desk.over),
                evidence: std::mem::take(&mut desk.evidence),
                hosts,
                facts: desk.facts,
            })
            .is_err()
        {
            break;
        }
    }
    table.finish(clock, &mut |finished| desk.take(&finished));
    desk.facts.look(&table, lane);
    let _ = deliveries.send(Delivery {
        worker,
        done_before: u32::MAX,
        sessions: desk.over,
        evidence: desk.evidence,
        hosts: Vec::new(),
        facts: desk.facts,
    });
    (desk.facts, pace)
}

impl WorkerFacts {
    /// Adds another worker's counts.
    pub fn merge(&mut self, other: &Self) {
        self.flows += other.flows;
        self.held_bytes += other.held_bytes;
        self.waiting += other.waiting;
        self.given_up.flows += other.given_up.flows;
        self.given_up.held += other.given_up.held;
        self.unkept += other.unkept;
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
}

/// Where connections that are over are judged.
struct Desk<'a, O> {
    judge: &'a Judge,
    origins: &'a O,
    facts: WorkerFacts,
    over: Vec<(u32, Session)>,
    keeper: Option<Keeper>,
    evidence: Vec<Evidence>,
}

impl<O: Fn(u32) -> Arc<Origin>> Desk<'_, O> {
    fn take(&mut self, finished: &Finished) {
        let connection = &finished.connection;
        self.facts.corrupt += connection.corrupt();
        let counts = connection.counts();
        self.facts.duplicates += u64::from(counts.duplicates);
        self.facts.conflicts += u64::from(counts.conflicts);
        let origin = (self.origins)(connection.origin);
        let session = self.judge.session(finished, &origin);
        if let Some(keeper) = &mut self.keeper {
            let packets = keeper.take(&connection.key);
            self.facts.unkept = keeper.given_up();
            let legacy = session
                .as_ref()
                .filter(|session| session.verdict == Verdict::Legacy);
            self.evidence.extend(legacy.map(|session| Evidence {
                session: session.id,
                packets,
            }));
        }
        match session {
            Some(session) => self.over.push((finished.second, session)),
            None => self.facts.no_sessions += 1,
        }
    }

    /// Keeps the packet until it is known whether its connection matters; after the connection before it has been taken.
    #[inline]
    fn keep(&mut self, segment: &Segment, frame: Option<&Frame>, block: &[u8]) {
        if let (Some(keeper), Some(frame)) = (&mut self.keeper, frame) {
            keeper.segment(segment, frame, block);
        }
    }
}
