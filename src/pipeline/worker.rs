//! A worker: owns its flows, judges the finished ones, sends records on with the time up to which it is done.

use std::sync::Arc;

use crossbeam_channel::Sender;

use super::lanes::LaneEnd;
use crate::flow::table::GivenUp;
use crate::flow::{Connection, Limits, Outlet, Over, Reason, Segment, Table};
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
    pub sessions: Vec<(u32, Box<Session>)>,
    /// Names of internal hosts that the reader has learned.
    pub hosts: Vec<HostName>,
}

/// What a worker counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct WorkerFacts {
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

/// Works until its lane ends.
pub(super) fn work(
    worker: usize,
    lane: &LaneEnd,
    judge: &Judge,
    origins: &impl Fn(u32) -> Arc<Origin>,
    limits: Limits,
    deliveries: &Sender<Delivery>,
) -> WorkerFacts {
    let mut table = Table::new(Arc::clone(&judge.ports), limits);
    let mut desk = Desk {
        judge,
        origins,
        facts: WorkerFacts::default(),
        over: Vec::new(),
    };
    let mut clock = 0;
    for mut batch in &lane.batches {
        for (at, (place, segment)) in batch.segments.iter().enumerate() {
            if let Some(block) = batch.blocks.get(*place as usize) {
                table.segment(segment, block.bytes(), &mut desk);
            }
            if segment.has(Segment::SYN)
                && let Some(name) = batch.asked(at)
            {
                table.note_asked(segment, name);
            }
        }
        clock = batch.clock;
        table.tick(clock, &mut desk);
        let hosts = std::mem::take(&mut batch.hosts);
        batch.clear();
        let _ = lane.empties.try_send(batch);
        let done_before = table.second();
        let sessions = std::mem::take(&mut desk.over);
        if deliveries
            .send(Delivery {
                worker,
                done_before,
                sessions,
                hosts,
            })
            .is_err()
        {
            break;
        }
    }
    table.finish(clock, &mut desk);
    let mut facts = desk.facts;
    facts.given_up = table.given_up();
    let _ = deliveries.send(Delivery {
        worker,
        done_before: u32::MAX,
        sessions: desk.over,
        hosts: Vec::new(),
    });
    facts
}

/// Where the worker's connections are judged and their records laid out.
struct Desk<'a, O> {
    judge: &'a Judge,
    origins: &'a O,
    facts: WorkerFacts,
    /// Records of connections that have left the table, with the second of their end.
    over: Vec<(u32, Box<Session>)>,
}

impl<O: Fn(u32) -> Arc<Origin>> Outlet for Desk<'_, O> {
    type Record = Option<Box<Session>>;

    fn conclude(&mut self, connection: &Connection, reason: Reason) -> Self::Record {
        self.facts.take(connection);
        let origin = (self.origins)(connection.origin);
        let session = self.judge.session(connection, reason, &origin);
        self.facts.no_sessions += u64::from(session.is_none());
        session.map(Box::new)
    }

    fn deliver(&mut self, over: Over<Self::Record>) {
        if let Some(mut session) = over.record {
            session.end = over.last;
            self.over.push((over.second, session));
        }
    }
}

impl WorkerFacts {
    /// Adds another worker's counts.
    pub fn merge(&mut self, other: &Self) {
        self.given_up.flows += other.given_up.flows;
        self.given_up.held += other.given_up.held;
        self.no_sessions += other.no_sessions;
        self.corrupt += other.corrupt;
        self.duplicates += other.duplicates;
        self.conflicts += other.conflicts;
    }

    fn take(&mut self, connection: &Connection) {
        self.corrupt += connection.corrupt();
        let counts = connection.counts();
        self.duplicates += u64::from(counts.duplicates);
        self.conflicts += u64::from(counts.conflicts);
    }
}
