//! All connections of one worker: found by key, given up by time or by number, handed out when they are over.
//!
//! Time is the clock that comes with each segment: forward capture time, the same for every worker, so that a connection ends at
//! the same packet whatever the number of workers.
//!
//! A connection is concluded as soon as nothing that may still come tells more of it ([`Connection::is_complete`]). Its record is
//! handed out when both ends have acknowledged that the other closed, at the latest a moment later ([`Limits::rest`]); its place in
//! the table stays until late copies of its packets need no longer be expected, which would look like another connection.
//!
//! Deadlines are counted in ticks ([`TICK`]).
//!
//! Where many are open, those that have told everything but how they go on and end are folded into little memory ([`Settled`]).

use std::collections::VecDeque;
use std::hash::{BuildHasher as _, RandomState};
use std::hint::black_box;
use std::sync::Arc;

use hashbrown::HashTable;

use super::connection::Connection;
use super::settled::Settled;
use super::tail::Tail;
use super::trace::Trace;
use super::wheel::{PER_SECOND, TICK, TURN, Wheel};
use super::{FlowKey, Segment, Way};
use crate::packet::PortSet;
use crate::time::Timestamp;

/// What a table may hold and for how long.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections at a time.
    pub flows: usize,
    /// Bytes held back for missing segments, over all connections.
    pub held_bytes: usize,
    /// Ticks without a packet after which an open connection is over.
    pub idle: u32,
    /// Ticks that a closed connection is kept for late copies of its packets.
    pub linger: u32,
    /// Ticks, not all of the first, that a connection that is over is waited for while something may be missing of it. As long as
    /// `linger` where packets may come late; less where they come in the order of time, as from interfaces.
    pub late: u32,
    /// Ticks, not all of the first, that the acknowledgement of the last FIN is waited for.
    pub rest: u32,
    /// Connections of which everything but their end is known, and that are held as they are: most end soon.
    pub warm: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            flows: 1_000_000,
            held_bytes: 64 << 20,
            idle: 4_000 * PER_SECOND,
            linger: 60 * PER_SECOND,
            late: 60 * PER_SECOND,
            rest: 2 * PER_SECOND,
            warm: 1024,
        }
    }
}

impl Limits {
    /// For packets that come in the order of time, as from interfaces: what has not come after some round trips does not come.
    #[must_use]
    pub const fn in_order(self) -> Self {
        const ROUND_TRIPS: u32 = 3;
        Self {
            late: ROUND_TRIPS,
            rest: ROUND_TRIPS,
            ..self
        }
    }

    /// Whether nothing comes late.
    const fn are_in_order(&self) -> bool {
        self.late < self.linger
    }

    /// Ticks without a packet after which `connection` is over.
    fn wait(&self, connection: &Connection) -> u32 {
        if self.are_in_order() && connection.is_over_as_far_as_seen() {
            self.late
        } else if connection.is_over() || connection.is_foreign() {
            self.linger
        } else {
            self.idle
        }
    }

    /// The same for one that is settled.
    fn wait_settled(&self, tail: &Tail) -> u32 {
        if tail.is_over() { self.late } else { self.idle }
    }

    /// The same after a packet that only moved `trace`.
    const fn wait_after(&self, trace: &Trace) -> u32 {
        if trace.is_dismissed() {
            self.linger
        } else {
            self.idle
        }
    }
}

/// What had to be given up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GivenUp {
    /// Connections put out because the table was full.
    pub flows: u64,
    /// Connections whose held bytes were let go because all held bytes together were too many.
    pub held: u64,
}

/// What the owner of a table makes of its connections.
pub trait Outlet {
    /// What is kept of a connection of which everything is known.
    type Record;
    /// What is kept of an open connection of which nothing but turns and ends may still change.
    type Settled;

    /// What is to be kept of `connection`, of which both directions have told everything. `None` if its record needs more, so
    /// that it must stay as it is; else [`Outlet::conclude_settled`] will be called for it, in place of [`Outlet::conclude`].
    fn settle(&mut self, connection: &Connection) -> Option<Self::Settled>;

    /// The connection of which `settled` was kept is over, with these turns and ends.
    fn conclude_settled(
        &mut self,
        key: &FlowKey,
        settled: &Self::Settled,
        tail: &Tail,
    ) -> Self::Record;

    /// Nothing that may still come tells more of `connection`, which is over for this `reason`.
    fn conclude(&mut self, connection: &Connection, reason: Reason) -> Self::Record;

    /// Whether `record` must come behind those of connections that ended before, but not in the way that tells everything: then it
    /// takes as long as theirs ([`Limits::late`]).
    fn is_patient(&self, _record: &Self::Record) -> bool {
        false
    }

    /// The record of a connection that nothing moves any more.
    fn deliver(&mut self, over: Over<Self::Record>);
}

/// A connection that nothing moves any more.
#[derive(Debug)]
pub struct Over<R> {
    /// What was concluded of it.
    pub record: R,
    /// Its last packet, copies that came a little late included.
    pub last: Timestamp,
    /// The tick of the clock in which it was called over; `u32::MAX` at the end of the capture.
    pub tick: u32,
}

/// Why a connection was called over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It was closed; nothing is missing of it, or late packets were waited for.
    Closed,
    /// No packet came for as long as [`Limits::idle`].
    Idle,
    /// Another connection between the same ports began.
    Succeeded,
    /// The table was full.
    Evicted,
    /// The capture ended, so many nanoseconds after its last packet.
    EndOfCapture(u64),
}

/// The connections of one worker.
#[derive(Debug)]
pub struct Table<R, S> {
    ports: Arc<PortSet>,
    limits: Limits,
    /// Places in `slots`, by the hash of their key.
    index: HashTable<u32>,
    /// Secret, so that nobody can choose the place of a connection.
    seed: u64,
    slots: Vec<Slot>,
    /// What lies behind each of `slots`; most packets do not touch it.
    lives: Vec<Life<R, S>>,
    free: Vec<u32>,
    /// Connections that were concluded, for the next ones to use their memory.
    #[expect(clippy::vec_box, reason = "the boxes are what is used again")]
    spare: Vec<Box<Connection>>,
    wheel: Wheel<Ticket>,
    /// Connections in the order in which they began.
    oldest: VecDeque<Ticket>,
    /// Those that may be folded, in the order in which they had told everything.
    settled: VecDeque<Ticket>,
    /// Those of which only the record is held, in the order in which they were concluded.
    told: VecDeque<Ticket>,
    held_bytes: usize,
    given_up: GivenUp,
}

/// What every packet of a connection needs: one cache line.
#[derive(Debug)]
#[repr(align(64))]
struct Slot {
    key: FlowKey,
    /// Ahead of the connection by the packets that it did not need.
    trace: Trace,
    deadline: u32,
}

const _: () = assert!(size_of::<Slot>() == 64);

/// The rest of a slot.
#[derive(Debug)]
struct Life<R, S> {
    state: State<R, S>,
    /// Counts the connections that have used the slot.
    generation: u32,
}

/// How far the connection in a slot is.
#[derive(Debug)]
enum State<R, S> {
    /// There is none.
    Free,
    /// It is followed.
    Open(Box<Connection>),
    /// It is followed, but only its turns and ends can still tell something.
    Settled(Box<Settled<S>>),
    /// Everything about it is known; only copies of its packets are waited for.
    Told {
        /// `None` once it was handed out.
        record: Option<R>,
        /// The tick in which it will be; `u32::MAX` for when the place is given up.
        due: u32,
        /// The first sequence numbers of both directions, by which a copy of a SYN is told from a new connection.
        first: [u32; 2],
        /// By way: the other end has acknowledged its FIN.
        acknowledged: [bool; 2],
    },
}

/// Where a connection was; may have become wrong since.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hint(Option<u32>);

/// A connection by its slot, as long as the slot holds the same one.
#[derive(Clone, Copy, Debug)]
struct Ticket {
    slot: u32,
    generation: u32,
}

/// Concluded connections kept for their memory.
const MAX_SPARE: usize = 256;

impl<R, S> Table<R, S> {
    /// An empty table for connections to `ports`.
    pub fn new(ports: Arc<PortSet>, limits: Limits) -> Self {
        Self {
            ports,
            limits,
            index: HashTable::new(),
            seed: RandomState::new().hash_one(0),
            slots: Vec::new(),
            lives: Vec::new(),
            free: Vec::new(),
            spare: Vec::new(),
            wheel: Wheel::default(),
            oldest: VecDeque::new(),
            settled: VecDeque::new(),
            told: VecDeque::new(),
            held_bytes: 0,
            given_up: GivenUp::default(),
        }
    }

    /// Connections held now.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether none is held.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// Bytes held back for missing segments now.
    pub const fn held_bytes(&self) -> usize {
        self.held_bytes
    }

    /// Every connection that was over by this tick has been handed out.
    pub const fn now(&self) -> u32 {
        self.wheel.now()
    }

    /// What had to be given up so far.
    pub const fn given_up(&self) -> GivenUp {
        self.given_up
    }

    /// Takes a segment in; connections that are over by its clock go to `outlet` first.
    #[inline]
    pub fn segment(
        &mut self,
        segment: &Segment,
        block: &[u8],
        outlet: &mut impl Outlet<Record = R, Settled = S>,
    ) {
        let hint = self.look_up(segment);
        self.segment_at(hint, segment, block, outlet);
    }

    /// Where the connection of `segment` is now, for [`Table::segment_at`]. Looking up several segments before the first of them
    /// is taken in lets the processor wait for their places in memory all at once.
    #[inline]
    pub fn look_up(&self, segment: &Segment) -> Hint {
        Hint(self.find(&segment.key))
    }

    /// Whether the table needs more than the slot for `segment`; has the processor fetch what leads to that.
    #[inline]
    pub fn goes_deeper(&self, hint: Hint, segment: &Segment) -> bool {
        let place = hint.0.and_then(|slot| self.slots.get(slot as usize));
        let deeper = place.is_some_and(|place| !place.trace.suffices(segment));
        if deeper {
            let life = hint.0.and_then(|slot| self.lives.get(slot as usize));
            black_box(life.map(|life| life.generation));
        }
        deeper
    }

    /// Has the processor fetch what `segment` needs of the connection.
    #[inline]
    pub fn reach_for(&self, hint: Hint, segment: &Segment) {
        if let Some(slot) = hint.0 {
            self.touch(slot, segment.way);
        }
    }

    /// Has the processor fetch what a segment of `way` that must be read needs first. Apart, so that the look-up stays small enough to be
    /// a part of its caller.
    #[inline(never)]
    fn touch(&self, slot: u32, way: Way) {
        match self.lives.get(slot as usize).map(|life| &life.state) {
            Some(State::Open(connection)) => connection.touch(),
            Some(State::Settled(settled)) => settled.touch(way),
            _ => {}
        }
    }

    /// [`Table::segment`] with what was looked up for the same segment before, however long ago.
    #[inline]
    pub fn segment_at(
        &mut self,
        hint: Hint,
        segment: &Segment,
        block: &[u8],
        outlet: &mut impl Outlet<Record = R, Settled = S>,
    ) {
        let tick = ticks(segment.clock);
        if self.wheel.now() < tick {
            self.advance(tick, outlet);
        }
        // Also where there was nothing yet when it was looked up: what becomes of a segment must not depend on when that was.
        let hint = self.correct(hint, &segment.key);
        if let Some(place) = hint.0.and_then(|slot| self.slots.get_mut(slot as usize))
            && place.trace.note(segment)
        {
            place.deadline = tick + self.limits.wait_after(&place.trace);
            return;
        }
        self.read(hint, segment, tick, block, outlet);
    }

    /// Tells the connection of `segment`, just taken in, what its client had asked DNS for.
    pub fn note_asked(&mut self, segment: &Segment, name: &Arc<str>) {
        let Some(slot) = self.find(&segment.key) else {
            return;
        };
        if let Some(Life {
            state: State::Open(connection),
            ..
        }) = self.lives.get_mut(slot as usize)
        {
            connection.note_asked(segment, name);
        }
    }

    /// Lets time pass without a packet: `clock` in nanoseconds.
    pub fn pass(&mut self, clock: u64, outlet: &mut impl Outlet<Record = R, Settled = S>) {
        self.advance(ticks(clock), outlet);
    }

    /// The capture has ended at `clock`: everything left is over.
    pub fn finish(&mut self, clock: u64, outlet: &mut impl Outlet<Record = R, Settled = S>) {
        let mut part = self.finish_part(clock, 0, outlet);
        while let Some(next) = part {
            part = self.finish_part(clock, next, outlet);
        }
    }

    /// A part of [`Table::finish`]; begins with part 0, and returns the next one.
    pub fn finish_part(
        &mut self,
        clock: u64,
        part: u32,
        outlet: &mut impl Outlet<Record = R, Settled = S>,
    ) -> Option<u32> {
        const SLOTS: u32 = 4096;
        self.advance(ticks(clock), outlet);
        // Nothing is looked for any more, and what leaves the table now may have to wait for its turn.
        self.index = HashTable::new();
        self.wheel = Wheel::starting_at(self.wheel.now());
        self.oldest = VecDeque::new();
        let all = self.slots.len() as u32;
        let begin = part * SLOTS;
        for slot in begin..all.min(begin + SLOTS) {
            let (Some(place), Some(life)) =
                (self.slots.get(slot as usize), self.lives.get(slot as usize))
            else {
                continue;
            };
            let wait = match &life.state {
                State::Free => continue,
                State::Open(connection) => self.limits.wait(connection),
                State::Settled(settled) => self.limits.wait_settled(settled.tail()),
                State::Told { .. } => self.limits.linger,
            };
            let last = u64::from(place.deadline.saturating_sub(wait)) * TICK;
            let reason = Reason::EndOfCapture(clock.saturating_sub(last));
            self.close(slot, u32::MAX, reason, outlet);
        }
        (all > begin + SLOTS).then_some(part + 1)
    }

    /// A segment that must be read.
    #[inline(never)]
    fn read(
        &mut self,
        hint: Hint,
        segment: &Segment,
        tick: u32,
        block: &[u8],
        outlet: &mut impl Outlet<Record = R, Settled = S>,
    ) {
        let slot = self.find_or_open(hint, segment, tick, outlet);
        let (Some(place), Some(life)) = (
            self.slots.get_mut(slot as usize),
            self.lives.get_mut(slot as usize),
        ) else {
            return;
        };
        let (wait, first) = match &mut life.state {
            State::Free | State::Told { .. } => {
                place.trace.note_copy(segment);
                place.deadline = tick + self.limits.linger;
                self.note_farewell(slot, segment, tick, outlet);
                return;
            }
            State::Open(connection) => {
                let held = connection.held_bytes();
                let was_decided = connection.is_decided();
                connection.catch_up(&place.trace);
                connection.segment(segment, block, &self.ports);
                place.trace = connection.trace();
                self.held_bytes = self.held_bytes + connection.held_bytes() - held;
                if connection.is_decided() && !was_decided {
                    let generation = life.generation;
                    self.settled.push_back(Ticket { slot, generation });
                }
                let dismissed = connection.is_foreign().then(|| connection.first_numbers());
                (
                    self.limits.wait(connection),
                    connection.is_complete().or(dismissed),
                )
            }
            State::Settled(settled) => {
                settled.segment(segment, &mut place.trace);
                let complete = settled.is_complete();
                let first = complete.then(|| settled.first_numbers());
                (self.limits.wait_settled(settled.tail()), first)
            }
        };
        let wait = first.map_or(wait, |_| self.limits.linger);
        let was = place.deadline;
        place.deadline = tick + wait;
        if place.deadline < was {
            let generation = life.generation;
            let due = place.deadline;
            self.wheel.schedule(due, Ticket { slot, generation });
        }
        if let Some(first) = first {
            self.conclude(slot, first, outlet);
            self.hand_out_in_time(slot, tick, outlet);
        } else if self.held_bytes > self.limits.held_bytes {
            self.let_go_of_held(slot);
        }
        if self.settled.len() > self.limits.warm {
            self.fold_next(outlet);
        }
    }

    /// Folds the connection that had told everything before the others, if it can be.
    fn fold_next(&mut self, outlet: &mut impl Outlet<Record = R, Settled = S>) {
        let Some(ticket) = self.settled.pop_front() else {
            return;
        };
        if !self.is_live(ticket) {
            return;
        }
        let (Some(place), Some(life)) = (
            self.slots.get(ticket.slot as usize),
            self.lives.get_mut(ticket.slot as usize),
        ) else {
            return;
        };
        let State::Open(connection) = &mut life.state else {
            return;
        };
        connection.catch_up(&place.trace);
        let Some(numbers) = connection.settled_numbers() else {
            return;
        };
        let Some(kept) = outlet.settle(connection) else {
            return;
        };
        let tail = std::mem::take(&mut connection.tail);
        let settled = Box::new(Settled::new(&numbers, tail, kept));
        if let State::Open(connection) = std::mem::replace(&mut life.state, State::Settled(settled))
        {
            self.keep_spare(connection);
        }
    }

    /// Everything about the connection is known: only its record stays.
    fn conclude(
        &mut self,
        slot: u32,
        first: [u32; 2],
        outlet: &mut impl Outlet<Record = R, Settled = S>,
    ) {
        let (Some(place), Some(life)) = (
            self.slots.get_mut(slot as usize),
            self.lives.get_mut(slot as usize),
        ) else {
            return;
        };
        let mut acknowledged = [false; 2];
        let mut note_fins = |tail: &Tail, trace: &mut Trace| {
            for (way, acknowledged) in [Way::Up, Way::Down].into_iter().zip(&mut acknowledged) {
                if let Some((fin, is_acknowledged)) = tail.turns.fin_of(way) {
                    trace.highest[way.index()] = fin.wrapping_add(1);
                    *acknowledged = is_acknowledged;
                }
            }
        };
        let record = match std::mem::replace(&mut life.state, State::Free) {
            State::Open(connection) => {
                note_fins(&connection.tail, &mut place.trace);
                self.end(connection, Reason::Closed, outlet)
            }
            State::Settled(settled) => {
                note_fins(settled.tail(), &mut place.trace);
                outlet.conclude_settled(&place.key, settled.kept(), settled.tail())
            }
            State::Free | State::Told { .. } => return,
        };
        let Some(life) = self.lives.get_mut(slot as usize) else {
            return;
        };
        life.state = State::Told {
            record: Some(record),
            due: u32::MAX,
            first,
            acknowledged,
        };
        let generation = life.generation;
        self.told.push_back(Ticket { slot, generation });
        self.trim_told();
    }

    /// Hands the record out if both ends know that the other has closed; else when it is due.
    fn hand_out_in_time(
        &mut self,
        slot: u32,
        tick: u32,
        outlet: &mut impl Outlet<Record = R, Settled = S>,
    ) {
        let Some(Life { state, generation }) = self.lives.get_mut(slot as usize) else {
            return;
        };
        let State::Told {
            record: Some(record),
            due,
            acknowledged,
            ..
        } = state
        else {
            return;
        };
        *due = match (outlet.is_patient(record), *acknowledged) {
            (false, [true, true]) => return self.hand_out(slot, tick, outlet),
            (false, _) => tick + self.limits.rest,
            (true, _) if self.limits.are_in_order() => tick + self.limits.late,
            (true, _) => return,
        };
        let generation = *generation;
        self.wheel.schedule(*due, Ticket { slot, generation });
    }

    /// Hands the record out now.
    fn hand_out(
        &mut self,
        slot: u32,
        tick: u32,
        outlet: &mut impl Outlet<Record = R, Settled = S>,
    ) {
        let (Some(place), Some(life)) = (
            self.slots.get(slot as usize),
            self.lives.get_mut(slot as usize),
        ) else {
            return;
        };
        if let State::Told { record, .. } = &mut life.state
            && let Some(record) = record.take()
        {
            outlet.deliver(Over {
                record,
                last: place.trace.last,
                tick,
            });
        }
    }

    /// Notes of a packet behind the last FIN whether it acknowledges that, or says that nothing else will.
    fn note_farewell(
        &mut self,
        slot: u32,
        segment: &Segment,
        tick: u32,
        outlet: &mut impl Outlet<Record = R, Settled = S>,
    ) {
        let (Some(place), Some(life)) = (
            self.slots.get_mut(slot as usize),
            self.lives.get_mut(slot as usize),
        ) else {
            return;
        };
        let State::Told {
            record: Some(record),
            acknowledged,
            ..
        } = &mut life.state
        else {
            return;
        };
        let other = segment.way.reversed().index();
        let closes = segment.has(Segment::ACK) && segment.ack == place.trace.highest[other];
        acknowledged[other] |= closes;
        let reset = segment.has(Segment::RST)
            && place.trace.highest[segment.way.index()].wrapping_sub(segment.seq) <= 1;
        if (*acknowledged == [true; 2] || reset) && !outlet.is_patient(record) {
            self.hand_out(slot, tick, outlet);
        }
    }

    /// The record of a connection to which nothing more comes.
    fn end(
        &mut self,
        mut connection: Box<Connection>,
        reason: Reason,
        outlet: &mut impl Outlet<Record = R, Settled = S>,
    ) -> R {
        self.held_bytes -= connection.held_bytes();
        connection.finish(&self.ports);
        let record = outlet.conclude(&connection, reason);
        self.keep_spare(connection);
        record
    }

    fn keep_spare(&mut self, connection: Box<Connection>) {
        if self.spare.len() < MAX_SPARE {
            self.spare.push(connection);
        }
    }

    /// Tick by tick as long as there are connections: once the last is over, the rest of the way is one step, however
    /// far a damaged capture's times jump.
    fn advance(&mut self, tick: u32, outlet: &mut impl Outlet<Record = R, Settled = S>) {
        while self.wheel.now() < tick {
            if self.index.is_empty() && tick > self.wheel.now() + TURN {
                self.wheel = Wheel::starting_at(tick);
                return;
            }
            let due = self.wheel.step_towards(tick).unwrap_or_default();
            let now = self.wheel.now();
            for ticket in due {
                self.fire(ticket, now, outlet);
            }
        }
    }

    fn fire(
        &mut self,
        ticket: Ticket,
        now: u32,
        outlet: &mut impl Outlet<Record = R, Settled = S>,
    ) {
        if !self.is_live(ticket) {
            return;
        }
        let (Some(place), Some(life)) = (
            self.slots.get_mut(ticket.slot as usize),
            self.lives.get_mut(ticket.slot as usize),
        ) else {
            return;
        };
        if let State::Told {
            record: Some(_),
            due,
            ..
        } = &mut life.state
            && *due <= now
        {
            // The ticket of the deadline is in the wheel as well.
            self.hand_out(ticket.slot, now, outlet);
            return;
        }
        if place.deadline > now {
            let due = place.deadline;
            self.wheel.schedule(due, ticket);
            return;
        }
        if self.limits.are_in_order()
            && let Some(first) = self.take_leave(ticket.slot)
        {
            self.conclude(ticket.slot, first, outlet);
            self.hand_out(ticket.slot, now, outlet);
            self.wheel.schedule(now + self.limits.linger, ticket);
            return;
        }
        let reason = match self.lives.get(ticket.slot as usize).map(|life| &life.state) {
            Some(State::Open(connection)) if !connection.is_over() => Reason::Idle,
            Some(State::Settled(settled)) if !settled.tail().is_over() => Reason::Idle,
            _ => Reason::Closed,
        };
        self.close(ticket.slot, now, reason, outlet);
    }

    /// Of a connection that is over and will be concluded, though its place stays as long as that of others, for late copies of its
    /// packets: its first sequence numbers.
    fn take_leave(&mut self, slot: u32) -> Option<[u32; 2]> {
        let (place, life) = (
            self.slots.get_mut(slot as usize)?,
            self.lives.get_mut(slot as usize)?,
        );
        let first = match &mut life.state {
            State::Open(connection) if connection.is_over_as_far_as_seen() => {
                connection.catch_up(&place.trace);
                connection.known_first_numbers().unwrap_or_else(|| {
                    // Nothing tells what is another connection's but a SYN.
                    place.trace.dismiss();
                    connection.first_numbers()
                })
            }
            State::Settled(settled) if settled.tail().is_over() => {
                settled.catch_up(&place.trace);
                settled.first_numbers()
            }
            _ => return None,
        };
        place.deadline += self.limits.linger - self.limits.late;
        Some(first)
    }

    fn is_live(&self, ticket: Ticket) -> bool {
        self.lives.get(ticket.slot as usize).is_some_and(|life| {
            life.generation == ticket.generation && !matches!(life.state, State::Free)
        })
    }

    /// The slot of the connection that `segment` belongs to, which may be a new one.
    fn find_or_open(
        &mut self,
        hint: Hint,
        segment: &Segment,
        tick: u32,
        outlet: &mut impl Outlet<Record = R, Settled = S>,
    ) -> u32 {
        if let Some(slot) = self.confirm(hint, &segment.key) {
            if !self.is_succeeded(slot, segment) {
                return slot;
            }
            self.close(slot, tick, Reason::Succeeded, outlet);
        }
        if self.index.len() >= self.limits.flows {
            self.evict(tick, outlet);
        }
        self.open(segment, tick)
    }

    /// Whether `segment` is of a later connection than the one in `slot`.
    fn is_succeeded(&self, slot: u32, segment: &Segment) -> bool {
        let (Some(place), Some(life)) =
            (self.slots.get(slot as usize), self.lives.get(slot as usize))
        else {
            return true;
        };
        match &life.state {
            State::Free => true,
            State::Open(connection) => connection.is_succeeded_by(segment, &place.trace),
            State::Settled(settled) => settled.is_succeeded_by(segment, &place.trace),
            State::Told { first, .. } => place.trace.is_succeeded_by(*first, segment),
        }
    }

    #[inline]
    fn find(&self, key: &FlowKey) -> Option<u32> {
        let is_it = |slot: &u32| {
            let place = self.slots.get(*slot as usize);
            place.is_some_and(|place| place.key == *key)
        };
        self.index.find(key.hash_with(self.seed), is_it).copied()
    }

    /// The hint, if the slot it names still has this key; else one that is looked up now.
    #[inline]
    fn correct(&self, hint: Hint, key: &FlowKey) -> Hint {
        let place = hint.0.and_then(|slot| self.slots.get(slot as usize));
        if place.is_some_and(|place| place.key == *key) {
            return hint;
        }
        Hint(self.find(key))
    }

    /// Where the connection with this key is, most likely where the hint says.
    #[inline]
    fn confirm(&self, hint: Hint, key: &FlowKey) -> Option<u32> {
        let place = |slot: &u32| {
            let (slot, life) = (
                self.slots.get(*slot as usize),
                self.lives.get(*slot as usize),
            );
            slot.is_some_and(|slot| slot.key == *key)
                && life.is_some_and(|life| !matches!(life.state, State::Free))
        };
        hint.0.filter(place).or_else(|| self.find(key))
    }

    fn enter(&mut self, key: &FlowKey, slot: u32) {
        let (slots, seed) = (&self.slots, self.seed);
        let hash_of = |slot: &u32| {
            let place = slots.get(*slot as usize);
            place.map_or(0, |place| place.key.hash_with(seed))
        };
        self.index.insert_unique(key.hash_with(seed), slot, hash_of);
    }

    fn open(&mut self, segment: &Segment, tick: u32) -> u32 {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot::new(segment.key));
            self.lives.push(Life {
                state: State::Free,
                generation: 0,
            });
            self.slots.len() as u32 - 1
        });
        let mut connection = match self.spare.pop() {
            Some(mut spare) => {
                spare.begin_anew(segment);
                spare
            }
            None => Box::new(Connection::new(segment)),
        };
        let [up, down] = [Way::Up, Way::Down].map(|way| segment.key.sender_port(way));
        if !self.ports.contains_either(up, down) {
            connection.go_by_words();
        }
        if let (Some(place), Some(life)) = (
            self.slots.get_mut(slot as usize),
            self.lives.get_mut(slot as usize),
        ) {
            *place = Slot {
                key: segment.key,
                trace: connection.trace(),
                deadline: tick + self.limits.idle,
            };
            life.state = State::Open(connection);
            let ticket = Ticket {
                slot,
                generation: life.generation,
            };
            self.wheel.schedule(place.deadline, ticket);
            self.oldest.push_back(ticket);
        }
        self.enter(&segment.key, slot);
        self.trim_oldest();
        slot
    }

    /// Takes the connection out of the table.
    fn close(
        &mut self,
        slot: u32,
        tick: u32,
        reason: Reason,
        outlet: &mut impl Outlet<Record = R, Settled = S>,
    ) {
        let (Some(place), Some(life)) = (
            self.slots.get_mut(slot as usize),
            self.lives.get_mut(slot as usize),
        ) else {
            return;
        };
        let hash = place.key.hash_with(self.seed);
        if let Ok(entry) = self.index.find_entry(hash, |other| *other == slot) {
            entry.remove();
        }
        life.generation = life.generation.wrapping_add(1);
        let record = match std::mem::replace(&mut life.state, State::Free) {
            State::Free => return,
            State::Told { record, .. } => record,
            State::Open(mut connection) => {
                connection.catch_up(&place.trace);
                Some(self.end(connection, reason, outlet))
            }
            State::Settled(mut settled) => {
                settled.catch_up(&place.trace);
                let (kept, tail) = (settled.kept(), settled.tail());
                Some(outlet.conclude_settled(&place.key, kept, tail))
            }
        };
        let trace = self.slots.get_mut(slot as usize).map(|place| {
            // Whoever still holds a hint to this slot finds nothing that can be noted here.
            std::mem::replace(&mut place.trace, Trace::EMPTY)
        });
        self.free.push(slot);
        if let Some(record) = record {
            outlet.deliver(Over {
                record,
                last: trace.map_or_else(Timestamp::default, |trace| trace.last),
                tick,
            });
        }
    }

    /// The table is full. Where a record only waits for late copies, nothing is lost; else the connection that began first goes.
    fn evict(&mut self, tick: u32, outlet: &mut impl Outlet<Record = R, Settled = S>) {
        while let Some(ticket) = self.told.pop_front() {
            if self.is_live(ticket) {
                self.close(ticket.slot, tick, Reason::Evicted, outlet);
                return;
            }
        }
        while let Some(ticket) = self.oldest.pop_front() {
            if self.is_live(ticket) {
                self.given_up.flows += 1;
                self.close(ticket.slot, tick, Reason::Evicted, outlet);
                return;
            }
        }
    }

    /// Forgets tickets of connections that are gone once they are the greater part.
    fn trim_oldest(&mut self) {
        if self.is_mostly_gone(&self.oldest) {
            let mut tickets = std::mem::take(&mut self.oldest);
            tickets.retain(|ticket| self.is_live(*ticket));
            self.oldest = tickets;
        }
    }

    /// The same for those of which only the record is held.
    fn trim_told(&mut self) {
        if self.is_mostly_gone(&self.told) {
            let mut tickets = std::mem::take(&mut self.told);
            tickets.retain(|ticket| self.is_live(*ticket));
            self.told = tickets;
        }
    }

    fn is_mostly_gone(&self, tickets: &VecDeque<Ticket>) -> bool {
        tickets.len() >= 1024 && tickets.len() >= 4 * self.index.len()
    }

    /// Too many bytes are held back in all: this connection goes on without what it waits for.
    fn let_go_of_held(&mut self, slot: u32) {
        let Some(Life {
            state: State::Open(connection),
            ..
        }) = self.lives.get_mut(slot as usize)
        else {
            return;
        };
        self.held_bytes -= connection.held_bytes();
        connection.stop_waiting(&self.ports);
        self.held_bytes += connection.held_bytes();
        self.given_up.held += 1;
    }
}

impl Slot {
    /// A slot without a connection, with this key.
    const fn new(key: FlowKey) -> Self {
        Self {
            key,
            trace: Trace::EMPTY,
            deadline: 0,
        }
    }
}

const fn ticks(clock: u64) -> u32 {
    let ticks = clock / TICK;
    if ticks > (u32::MAX / 2) as u64 {
        u32::MAX / 2
    } else {
        ticks as u32
    }
}
