//! A worker: owns its flows, judges the finished ones, sends records on with the time up to which it is done.

use std::sync::Arc;
use std::time::Instant;

use crossbeam_channel::Sender;

use super::batch::Batch;
use super::consumer::Evidence;
use super::finished::FinishedSession;
use super::lanes::LaneEnd;
use super::route::Route;
use crate::evidence::{Frame, Keeper};
use crate::flow::table::GivenUp;
use crate::flow::{Connection, FlowKey, Hint, Limits, Outlet, Over, Reason, Segment, Table, Tail};
use crate::histogram::Pace;
use crate::judge::recall::Recall;
use crate::judge::{Judge, Settled};
use crate::names::HostName;
use crate::session::asked::AskedNames;
use crate::session::{Mode, Origin, Verdict};
use crate::source::Block;
use crate::time::SECOND;

/// Sessions after which a worker on the reader's thread sends them on.
const DELIVERED: usize = 256;
/// Segments that a worker on the reader's thread takes in together: few enough to stay in the nearest cache.
const GATHERED: usize = 64;
/// Segments that are looked up in the table before the first of them is taken in.
const AHEAD: usize = 16;
/// Open connections from which on that is worth its while: fewer are in the processor's caches.
const MANY: usize = 8192;

/// What a worker sends: sessions that are over, with the tick in which each was called so.
#[derive(Debug)]
pub(super) struct Delivery {
    /// Which worker.
    pub worker: usize,
    /// Nothing that ended before this tick will follow.
    pub done_before: u32,
    /// Sessions with the tick of their end.
    pub sessions: Vec<(u32, FinishedSession)>,
    /// Packets kept of legacy sessions.
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
    /// Bytes held for missing segments, and of TLS messages that are not whole yet.
    pub held_bytes: u64,
    /// Batches that wait to be worked on.
    pub waiting: u64,
    /// What its table had to give up.
    pub given_up: GivenUp,
    /// Packets not kept as evidence, since a bound was reached.
    pub unkept: u64,
    /// Connections on watched ports that spoke neither SMTP nor TLS, or whose server was on another port.
    pub no_sessions: u64,
    /// Connections on other ports that were no SMTP by their words.
    pub foreign: u64,
    /// Segments left out for a bad checksum.
    pub corrupt: u64,
    /// Segments that brought nothing new.
    pub duplicates: u64,
    /// Segments that brought known bytes with other content.
    pub conflicts: u64,
}

/// One worker: a table and what becomes of its connections.
pub(super) struct Worker<'a, O: Fn(u32) -> Arc<Origin>> {
    number: usize,
    table: Table<Desk<'a, O>>,
    desk: Desk<'a, O>,
    /// Segments that are taken in together, of a worker on the reader's thread.
    gathered: Batch,
    /// Names of internal hosts that wait to be sent on.
    hosts: Vec<HostName>,
    /// When the caller last heard of the time, nanoseconds of forward time.
    last_delivery: u64,
    deliveries: Sender<Delivery>,
    /// Filled if it is there.
    pace: Option<Pace>,
}

/// What a worker does beside its work, where that was asked for.
#[derive(Debug, Default)]
pub(super) struct Beside {
    /// Measures.
    pub(super) pace: Option<Pace>,
    /// Keeps packets.
    pub(super) keeper: Option<Keeper>,
}

/// What a worker leaves behind.
#[derive(Debug, Default)]
pub(super) struct Worked {
    /// What it counted.
    pub facts: WorkerFacts,
    /// How it kept up, where that was asked for.
    pub pace: Option<Pace>,
}

impl<'a, O: Fn(u32) -> Arc<Origin>> Worker<'a, O> {
    /// The `number`th worker.
    pub(super) fn new(
        number: usize,
        judge: &'a Judge,
        origins: &'a O,
        limits: Limits,
        deliveries: Sender<Delivery>,
        beside: Beside,
    ) -> Self {
        Self {
            number,
            table: Table::new(Arc::clone(&judge.ports), limits),
            desk: Desk {
                judge,
                recall: Recall::default(),
                origins,
                facts: WorkerFacts::default(),
                over: Vec::new(),
                keeper: beside.keeper,
                evidence: Vec::new(),
            },
            gathered: Batch::default(),
            hosts: Vec::new(),
            last_delivery: 0,
            deliveries,
            pace: beside.pace,
        }
    }

    /// Works until `lane` ends.
    pub(super) fn work(mut self, lane: &LaneEnd) -> Worked {
        let mut clock = 0;
        for mut batch in &lane.batches {
            self.take_batch(&batch, lane.batches.len());
            clock = batch.clock;
            self.hosts.append(&mut batch.hosts);
            batch.clear();
            let _ = lane.empties.try_send(batch);
            self.desk.facts.waiting = lane.batches.len() as u64;
            self.table.pass(clock, &mut self.desk);
            if !self.deliver(self.table.now()) {
                break;
            }
        }
        self.end(clock)
    }

    /// Takes in the segments of a batch, behind which so many more are `waiting`.
    fn take_batch(&mut self, batch: &Batch, waiting: usize) {
        let begun = self.pace.is_some().then(Instant::now);
        if self.table.open_len() < MANY {
            self.take_one_by_one(batch);
        } else {
            self.take_looked_up(batch);
        }
        if let (Some(pace), Some(begun)) = (&mut self.pace, begun) {
            pace.note(begun.elapsed(), waiting);
        }
    }

    fn take_one_by_one(&mut self, batch: &Batch) {
        for (position, (block, segment)) in batch.segments.iter().enumerate() {
            if let Some(bytes) = batch.bytes(*block) {
                self.table.take_segment(segment, bytes, &mut self.desk);
                self.took(batch, position, segment, bytes);
            }
        }
    }

    /// Looks up some before it takes in the first of them.
    fn take_looked_up(&mut self, batch: &Batch) {
        let mut position = 0;
        for some in batch.segments.chunks(AHEAD) {
            let mut hints = [Hint::default(); AHEAD];
            self.look_up(some, &mut hints);
            for (hint, (block, segment)) in hints.into_iter().zip(some) {
                if let Some(bytes) = batch.bytes(*block) {
                    self.table
                        .take_segment_at(hint, segment, bytes, &mut self.desk);
                    self.took(batch, position, segment, bytes);
                }
                position += 1;
            }
        }
    }

    /// What is left to do with the segment at this `position` of the batch once the table has taken it in.
    #[inline]
    fn took(&mut self, batch: &Batch, position: usize, segment: &Segment, bytes: &[u8]) {
        self.desk.keep(segment, batch.frames.get(position), bytes);
        if segment.has(Segment::SYN)
            && let Some(names) = batch.asked(position)
        {
            self.table.note_asked(segment, names);
        }
    }

    /// Finds where `segments` belong, one step for all of them after the other, so that the processor waits for memory that lies
    /// apart side by side.
    #[inline]
    fn look_up<P>(&self, segments: &[(P, Segment)], hints: &mut [Hint; AHEAD]) {
        for (hint, (_, segment)) in hints.iter_mut().zip(segments) {
            *hint = self.table.look_up(segment);
        }
        let mut deeper = [false; AHEAD];
        let mut any = false;
        for (deeper, (hint, (_, segment))) in deeper.iter_mut().zip(hints.iter().zip(segments)) {
            *deeper = self.table.goes_deeper(*hint, segment);
            any |= *deeper;
        }
        if !any {
            return;
        }
        for (deeper, (hint, (_, segment))) in deeper.into_iter().zip(hints.iter().zip(segments)) {
            if deeper {
                self.table.reach_for(*hint, segment);
            }
        }
    }

    /// Takes in what has gathered.
    fn take_gathered(&mut self) {
        let gathered = std::mem::take(&mut self.gathered);
        self.take_batch(&gathered, 0);
        self.gathered = gathered;
        self.gathered.clear();
    }

    /// Sends on what has gathered; false if nobody takes it any more.
    fn deliver(&mut self, done_before: u32) -> bool {
        self.desk.facts.flows = self.table.len() as u64;
        self.desk.facts.held_bytes = self.table.held_bytes() as u64;
        self.desk.facts.given_up = self.table.given_up();
        let delivery = Delivery {
            worker: self.number,
            done_before,
            sessions: std::mem::take(&mut self.desk.over),
            evidence: std::mem::take(&mut self.desk.evidence),
            hosts: std::mem::take(&mut self.hosts),
            facts: self.desk.facts,
        };
        self.deliveries.send(delivery).is_ok()
    }

    fn end(mut self, clock: u64) -> Worked {
        let mut part = Some(0);
        while let Some(number) = part {
            part = self.table.finish_part(clock, number, &mut self.desk);
            // Little by little, so that what waits for its turn is held once.
            self.deliver(self.table.now());
        }
        self.deliver(u32::MAX);
        Worked {
            facts: self.desk.facts,
            pace: self.pace,
        }
    }
}

/// The worker on the reader's own thread.
impl<O: Fn(u32) -> Arc<Origin>> Route for Worker<'_, O> {
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
        self.gathered.push(block, segment);
        if let Some(names) = asked {
            self.gathered.note_asked(names);
        }
        if self.desk.keeper.is_some() {
            self.gathered.frames.push(frame);
        }
        if self.gathered.segments.len() >= GATHERED {
            self.take_gathered();
        }
    }

    fn hosts(&mut self, hosts: impl Iterator<Item = HostName>) {
        self.hosts.extend(hosts);
    }

    fn tick(&mut self, clock: u64) -> bool {
        self.take_gathered();
        self.table.pass(clock, &mut self.desk);
        if self.desk.over.len() < DELIVERED && clock < self.last_delivery + SECOND {
            return true;
        }
        self.last_delivery = clock;
        self.deliver(self.table.now())
    }

    /// Delivers whatever the time, that of a link without a packet stands still, so that it is seen to work.
    fn pause(&mut self, clock: u64) -> bool {
        self.take_gathered();
        self.table.pass(clock, &mut self.desk);
        self.last_delivery = clock;
        self.deliver(self.table.now())
    }

    fn finish(mut self, clock: u64) -> Worked {
        self.take_gathered();
        self.end(clock)
    }
}

/// Where the worker's connections are judged and their records laid out.
struct Desk<'a, O> {
    judge: &'a Judge,
    recall: Recall,
    origins: &'a O,
    facts: WorkerFacts,
    /// Records of connections that have left the table, with the tick of their end.
    over: Vec<(u32, FinishedSession)>,
    keeper: Option<Keeper>,
    evidence: Vec<Evidence>,
}

impl<O> Desk<'_, O> {
    /// Keeps the packet until it is known whether its connection matters; after the connection before it was concluded.
    #[inline]
    fn keep(&mut self, segment: &Segment, frame: Option<&Frame>, block: &[u8]) {
        if let (Some(keeper), Some(frame)) = (&mut self.keeper, frame) {
            keeper.segment(segment, frame, block);
        }
    }

    /// What was kept of a connection goes on if it matters.
    fn release(&mut self, key: &FlowKey, session: Option<&FinishedSession>) {
        let Some(keeper) = &mut self.keeper else {
            return;
        };
        let packets = keeper.take(key);
        self.facts.unkept = keeper.given_up();
        let legacy = session.filter(|session| session.verdict() == Verdict::Legacy);
        self.evidence.extend(legacy.map(|session| Evidence {
            session: session.id(),
            packets,
        }));
    }
}

impl<O: Fn(u32) -> Arc<Origin>> Outlet for Desk<'_, O> {
    type Record = Option<FinishedSession>;
    type Settled = Settled;

    fn settle(&mut self, connection: &Connection) -> Option<Settled> {
        let origin = (self.origins)(connection.origin);
        let settled = self.judge.settle(connection, &origin, &mut self.recall)?;
        self.facts.take(connection);
        Some(settled)
    }

    fn conclude_settled(&mut self, key: &FlowKey, settled: &Settled, tail: &Tail) -> Self::Record {
        let session = FinishedSession::Folded(Box::new(settled.conclude(key, tail)));
        self.release(key, Some(&session));
        Some(session)
    }

    fn conclude(&mut self, connection: &Connection, reason: Reason) -> Self::Record {
        self.facts.take(connection);
        let origin = (self.origins)(connection.origin);
        let session = self
            .judge
            .session(connection, reason, &origin, &mut self.recall)
            .map(|session| FinishedSession::Whole(Box::new(session)));
        self.release(&connection.key, session.as_ref());
        if session.is_none() {
            let count = if connection.goes_by_words() {
                &mut self.facts.foreign
            } else {
                &mut self.facts.no_sessions
            };
            *count += 1;
        }
        session
    }

    /// A session in clear may follow a failure of TLS, which is told by the order of their ends ([`crate::judge::fallback`]).
    /// Where there is no session nothing is handed out, and nothing need be timed.
    fn is_patient(&self, record: &Self::Record) -> bool {
        record
            .as_ref()
            .is_none_or(|session| session.mode() == Some(Mode::Plaintext))
    }

    fn deliver(&mut self, over: Over<Self::Record>) {
        if let Some(mut session) = over.record {
            session.end_at(over.last);
            self.over.push((over.tick, session));
        }
    }
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
        self.foreign += other.foreign;
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
