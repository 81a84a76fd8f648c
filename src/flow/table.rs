//! All connections of one worker: found by key, given up by time or by number, handed out when they are over.
//!
//! Time is the clock that comes with each segment: forward capture time, the same for every worker, so that a connection ends at
//! the same packet whatever the number of workers.
//!
//! A connection is concluded as soon as nothing that may still come tells more of it ([`Connection::is_complete`]). Its
//! record is handed out when both ends have acknowledged that the other closed, at the latest a moment later
//! ([`Limits::last_ack`]); its place in the table stays until late copies of its packets need no longer be expected,
//! which would look like another connection.
//!
//! Deadlines are counted in ticks ([`TICK`]).
//!
//! Where many are open, those that have told everything but how they go on and end are folded into little memory ([`Settled`]).

mod beside;

use std::collections::{HashMap, VecDeque};
use std::hint::black_box;
use std::sync::Arc;

use super::connection::Connection;
use super::held::{Held, Holder};
use super::limits::Limits;
use super::outlet::{Outlet, Over, Reason};
use super::settled::Settled;
use super::slots::{Hint, Life, Slots, State, Ticket};
use super::successor::{Belongs, Successor};
use super::tail::Tail;
use super::trace::{Need, Trace};
use super::wheel::{TICK, TURN, Wheel};
use super::{Segment, Way};
use crate::packet::PortSet;
use crate::session::asked::AskedNames;

/// What had to be given up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GivenUp {
    /// Connections put out because the table was full.
    pub flows: u64,
    /// Connections whose held bytes were let go because all held bytes together were too many.
    pub held: u64,
}

/// The connections of one worker.
#[derive(Debug)]
pub struct Table<R, S> {
    ports: Arc<PortSet>,
    limits: Limits,
    slots: Slots<R, S>,
    /// Connections that were concluded, for the next ones to use their memory.
    #[expect(clippy::vec_box, reason = "the boxes are what is used again")]
    spare: Vec<Box<Connection>>,
    /// By slot: connections between the same ports as those in the slots, which may take their places. There are hardly any.
    beside: HashMap<u32, Successor>,
    wheel: Wheel<Ticket>,
    /// Connections in the order in which they began.
    oldest: VecDeque<Ticket>,
    /// Those that may be folded, in the order in which they had told everything.
    settled: VecDeque<Ticket>,
    /// Those that were concluded, in that order: of them there is no more than the record, if that still waits.
    told: VecDeque<Ticket>,
    /// Connections that have not been concluded.
    open: usize,
    held: Held,
    given_up: GivenUp,
}

/// Concluded connections kept for their memory.
const MAX_SPARE: usize = 256;

impl<R, S> Table<R, S> {
    /// An empty table for connections to `ports`.
    pub fn new(ports: Arc<PortSet>, limits: Limits) -> Self {
        Self {
            ports,
            limits,
            slots: Slots::new(),
            spare: Vec::new(),
            beside: HashMap::new(),
            wheel: Wheel::default(),
            oldest: VecDeque::new(),
            settled: VecDeque::new(),
            told: VecDeque::new(),
            open: 0,
            held: Held::default(),
            given_up: GivenUp::default(),
        }
    }

    /// Connections held now.
    pub fn len(&self) -> usize {
        self.slots.len() + self.beside.len()
    }

    /// Those of them of which something is still wanted.
    pub const fn open_len(&self) -> usize {
        self.open
    }

    /// Whether none is held.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Bytes held now for missing segments, and for TLS messages that are not whole yet.
    pub const fn held_bytes(&self) -> usize {
        self.held.bytes()
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
        let tick = self.advance_to(segment.clock, outlet);
        let hint = self.look_up(segment);
        self.take(hint, segment, tick, block, outlet);
    }

    /// Where the connection of `segment` is now, for [`Table::segment_at`]. Looking up several segments before the first of them
    /// is taken in lets the processor wait for their places in memory all at once.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as of `Slots::find`")]
    pub fn look_up(&self, segment: &Segment) -> Hint {
        Hint(self.slots.find(&segment.key))
    }

    /// Whether the table needs more than the slot for `segment`; has the processor fetch what leads to that.
    #[inline]
    pub fn goes_deeper(&self, hint: Hint, segment: &Segment) -> bool {
        let slot = self.slots.slot(hint);
        let deeper = slot.is_some_and(|place| !place.trace.suffices(segment));
        if deeper {
            let life = hint.0.and_then(|slot| self.slots.life(slot));
            black_box(life.map(|life| life.ticket(0)));
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

    /// Has the processor fetch what a segment of `way` that must be read needs first. Apart, so that the look-up stays
    /// small enough to be a part of its caller.
    #[inline(never)]
    fn touch(&self, slot: u32, way: Way) {
        match self.slots.life(slot).map(|life| &life.state) {
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
        let tick = self.advance_to(segment.clock, outlet);
        // Also where there was nothing yet when it was looked up: what becomes of a segment must not depend on when that was.
        let hint = self.slots.correct(hint, &segment.key);
        self.take(hint, segment, tick, block, outlet);
    }

    /// Lets time go on to `clock`, whose tick is returned.
    #[inline]
    fn advance_to(&mut self, clock: u64, outlet: &mut impl Outlet<Record = R, Settled = S>) -> u32 {
        let tick = ticks(clock);
        if self.wheel.now() < tick {
            self.advance(tick, outlet);
        }
        tick
    }

    /// Takes in a segment of the connection that was found for it, if there is one.
    #[inline]
    fn take(
        &mut self,
        hint: Hint,
        segment: &Segment,
        tick: u32,
        block: &[u8],
        outlet: &mut impl Outlet<Record = R, Settled = S>,
    ) {
        if let Some(place) = self.slots.slot_mut(hint)
            && place.trace.note(segment)
        {
            place.deadline = tick + self.limits.wait_after(&place.trace);
            return;
        }
        self.read(hint, segment, tick, block, outlet);
    }

    /// Tells the connection of `segment`, just taken in, what its client had asked DNS for.
    pub fn note_asked(&mut self, segment: &Segment, names: &AskedNames) {
        let Some(slot) = self.slots.find_after_all(&segment.key) else {
            return;
        };
        if let Some(successor) = self.beside.get_mut(&slot) {
            successor.connection.note_asked(segment, names);
        }
        if let Some(Life {
            state: State::Open(connection),
            ..
        }) = self.slots.life_mut(slot)
        {
            connection.note_asked(segment, names);
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
        self.slots.forget_index();
        self.wheel = Wheel::starting_at(self.wheel.now());
        self.oldest = VecDeque::new();
        let all = self.slots.places();
        let begin = part * SLOTS;
        for slot in begin..all.min(begin + SLOTS) {
            let Some(silence) = self.silence(slot, clock) else {
                continue;
            };
            let successor = self.beside.remove(&slot);
            self.close(slot, u32::MAX, Reason::EndOfCapture(silence), outlet);
            if let Some(successor) = successor {
                let reason = Reason::EndOfCapture(since(clock, successor.tick));
                self.tell(successor, u32::MAX, reason, outlet);
            }
        }
        (all > begin + SLOTS).then_some(part + 1)
    }

    /// Nanoseconds from the last packet of the connection in `slot` to `clock`; `None` if there is none.
    fn silence(&self, slot: u32, clock: u64) -> Option<u64> {
        let (place, life) = self.slots.get(slot)?;
        let wait = match &life.state {
            State::Free => return None,
            State::Open(connection) => self.limits.wait(connection),
            State::Settled(settled) => self.limits.wait_settled(settled.tail()),
            State::Told { .. } => self.limits.linger,
        };
        Some(since(clock, place.deadline.saturating_sub(wait)))
    }

    /// Takes a connection out of the table in whose place another one comes.
    fn close_succeeded(
        &mut self,
        slot: u32,
        tick: u32,
        outlet: &mut impl Outlet<Record = R, Settled = S>,
    ) {
        let silence = self.silence(slot, u64::from(tick) * TICK);
        let reason = Reason::Succeeded(silence.unwrap_or_default());
        self.close(slot, tick, reason, outlet);
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
        let Some(slot) = self.find_or_open(hint, segment, tick, block, outlet) else {
            return;
        };
        let beside = self.has_beside(slot);
        let Some((place, life)) = self.slots.get_mut(slot) else {
            return;
        };
        let ticket = life.ticket(slot);
        let (wait, first) = match &mut life.state {
            State::Free | State::Told { .. } => {
                place.deadline = place.deadline.max(tick + self.limits.linger);
                self.note_late(slot, segment, tick, outlet);
                return;
            }
            State::Open(connection) => {
                let was_decided = connection.is_decided();
                connection.catch_up(&place.trace);
                connection.segment(segment, block, &self.ports);
                place.trace = connection.trace();
                self.held.count(connection, Some(ticket));
                if connection.is_decided() && !was_decided {
                    self.settled.push_back(ticket);
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
        let wait = match first {
            Some(_) if place.trace.lasting => self.limits.idle,
            Some(_) => self.limits.linger,
            None => wait,
        };
        let is_dismissed = place.trace.is_dismissed();
        if beside && !is_dismissed {
            place.trace.need = [Need::All; 2];
        }
        place.deadline = tick + wait;
        life.schedule(slot, place.deadline, &mut self.wheel);
        if let Some(first) = first {
            self.conclude(slot, first, outlet);
            self.hand_out_in_time(slot, tick, outlet);
            if beside && is_dismissed {
                // Of its numbers nothing is known any more, by which what comes could be told apart.
                self.close_succeeded(slot, tick, outlet);
            }
        }
        if self.held.bytes() > self.limits.held_bytes || self.held.is_mostly_gone() {
            self.bound_held();
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
        if !self.slots.is_live(ticket) {
            return;
        }
        let Some((place, life)) = self.slots.get_mut(ticket.slot) else {
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
        self.held.forget(connection);
        let settled = Box::new(Settled::new(&numbers, tail, kept));
        if let State::Open(connection) = std::mem::replace(&mut life.state, State::Settled(settled))
        {
            self.keep_spare(connection);
        }
    }

    /// Nothing more is wanted of the connection: only its record stays.
    fn conclude(
        &mut self,
        slot: u32,
        first: [u32; 2],
        outlet: &mut impl Outlet<Record = R, Settled = S>,
    ) {
        let Some((place, life)) = self.slots.get_mut(slot) else {
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
        self.open -= 1;
        let Some(life) = self.slots.life_mut(slot) else {
            return;
        };
        life.state = State::Told {
            record: Some(record),
            due: u32::MAX,
            first,
            acknowledged,
        };
        self.told.push_back(life.ticket(slot));
        self.trim_told();
    }

    /// Hands the record out if both ends know that the other has closed; else when it is due.
    fn hand_out_in_time(
        &mut self,
        slot: u32,
        tick: u32,
        outlet: &mut impl Outlet<Record = R, Settled = S>,
    ) {
        let Some(life) = self.slots.life_mut(slot) else {
            return;
        };
        let State::Told {
            record: Some(record),
            due,
            acknowledged,
            ..
        } = &mut life.state
        else {
            return;
        };
        *due = match (outlet.is_patient(record), *acknowledged) {
            (false, [true, true]) => return self.hand_out(slot, tick, outlet),
            (false, _) => tick + self.limits.last_ack,
            (true, _) if self.limits.are_in_order() => tick + self.limits.late,
            (true, _) => return,
        };
        let due = *due;
        life.schedule(slot, due, &mut self.wheel);
    }

    /// Hands the record out now.
    fn hand_out(
        &mut self,
        slot: u32,
        tick: u32,
        outlet: &mut impl Outlet<Record = R, Settled = S>,
    ) {
        let Some((place, life)) = self.slots.get_mut(slot) else {
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

    /// Notes a packet of a connection that was concluded: it may acknowledge the last FIN, or say that nothing else will.
    fn note_late(
        &mut self,
        slot: u32,
        segment: &Segment,
        tick: u32,
        outlet: &mut impl Outlet<Record = R, Settled = S>,
    ) {
        let Some((place, life)) = self.slots.get_mut(slot) else {
            return;
        };
        let [end, other] =
            [segment.way, segment.way.reversed()].map(|way| place.trace.highest[way.index()]);
        let acknowledges = segment.has(Segment::ACK) && segment.ack == other;
        let resets = segment.has(Segment::RST) && end.wrapping_sub(segment.seq) <= 1;
        place.trace.note_copy(segment);
        let State::Told {
            record: Some(record),
            acknowledged,
            ..
        } = &mut life.state
        else {
            return;
        };
        acknowledged[segment.way.reversed().index()] |= acknowledges;
        if (*acknowledged == [true; 2] || resets) && !outlet.is_patient(record) {
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
        self.held.forget(&connection);
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
            if self.slots.is_empty() && tick > self.wheel.now() + TURN {
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
        if !self.slots.is_live(ticket) {
            return;
        }
        let Some((place, life)) = self.slots.get_mut(ticket.slot) else {
            return;
        };
        if life.scheduled != now {
            return;
        }
        life.scheduled = u32::MAX;
        let deadline = place.deadline;
        if deadline > now {
            let mut next = deadline;
            if let State::Told {
                record: Some(_),
                due,
                ..
            } = life.state
            {
                next = if due > now { next.min(due) } else { next };
                if due <= now {
                    self.hand_out(ticket.slot, now, outlet);
                }
            }
            if let Some(life) = self.slots.life_mut(ticket.slot) {
                life.schedule(ticket.slot, next, &mut self.wheel);
            }
            return;
        }
        if self.limits.are_in_order() && self.conclude_in_order(ticket, now, outlet) {
            return;
        }
        let reason = match self.slots.life(ticket.slot).map(|life| &life.state) {
            Some(State::Open(connection)) if !connection.is_over() => Reason::Idle,
            Some(State::Settled(settled)) if !settled.tail().is_over() => Reason::Idle,
            _ => Reason::Closed,
        };
        self.close(ticket.slot, now, reason, outlet);
    }

    /// Tells a connection that is over, or half of it, as far as packets that come in order show; false if it is not.
    /// Its place stays: what still comes is not of another connection.
    fn conclude_in_order(
        &mut self,
        ticket: Ticket,
        now: u32,
        outlet: &mut impl Outlet<Record = R, Settled = S>,
    ) -> bool {
        let Some((place, life)) = self.slots.get_mut(ticket.slot) else {
            return false;
        };
        let (over, half, first) = match &mut life.state {
            State::Open(connection) => {
                connection.catch_up(&place.trace);
                let over = connection.is_over_as_far_as_seen();
                let half = connection.tail.is_half_closed();
                (over, half, connection.known_first_numbers())
            }
            State::Settled(settled) => {
                settled.catch_up(&place.trace);
                let (over, half) = (settled.tail().is_over(), settled.tail().is_half_closed());
                (over, half, Some(settled.first_numbers()))
            }
            State::Free | State::Told { .. } => return false,
        };
        if !over && !half {
            return false;
        }
        if first.is_none() {
            // Nothing tells what is another connection's but a SYN.
            place.trace.dismiss();
        }
        let stays = if over {
            self.limits.linger
        } else {
            self.limits.idle
        };
        place.deadline = now + stays;
        life.schedule(ticket.slot, place.deadline, &mut self.wheel);
        self.conclude(ticket.slot, first.unwrap_or_default(), outlet);
        self.hand_out(ticket.slot, now, outlet);
        if self.has_beside(ticket.slot) {
            self.close_succeeded(ticket.slot, now, outlet);
        }
        true
    }

    /// The slot of the connection that `segment` belongs to, which may be a new one. `None` if a connection beside has
    /// taken it in.
    fn find_or_open(
        &mut self,
        hint: Hint,
        segment: &Segment,
        tick: u32,
        block: &[u8],
        outlet: &mut impl Outlet<Record = R, Settled = S>,
    ) -> Option<u32> {
        let mut found = self.slots.confirm(hint, &segment.key);
        while let Some(slot) = found {
            let succeeded = self.is_succeeded(slot, segment);
            if !succeeded && self.beside.is_empty() {
                return found;
            }
            match self.belongs(slot, segment, succeeded) {
                Belongs::Here => return found,
                Belongs::Beside => {
                    if self.take_beside(slot, segment, tick, block, outlet) {
                        return None;
                    }
                }
                Belongs::Behind => self.close_succeeded(slot, tick, outlet),
            }
            found = self.slots.find_after_all(&segment.key);
        }
        self.make_room(tick, outlet);
        Some(self.open(segment, tick))
    }

    fn make_room(&mut self, tick: u32, outlet: &mut impl Outlet<Record = R, Settled = S>) {
        if self.len() >= self.limits.flows {
            self.evict(tick, outlet);
        }
    }

    /// Whether `segment` is of a later connection than the one in `slot`.
    fn is_succeeded(&self, slot: u32, segment: &Segment) -> bool {
        let Some((place, life)) = self.slots.get(slot) else {
            return true;
        };
        match &life.state {
            State::Free => true,
            State::Open(connection) => connection.is_succeeded_by(segment, &place.trace),
            State::Settled(settled) => settled.is_succeeded_by(segment, &place.trace),
            State::Told { first, .. } => place.trace.is_succeeded_by(*first, segment),
        }
    }

    /// A connection that begins with `segment`, which it has not taken in yet.
    fn connection(&mut self, segment: &Segment) -> Box<Connection> {
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
        connection
    }

    fn open(&mut self, segment: &Segment, tick: u32) -> u32 {
        let connection = self.connection(segment);
        self.enter(connection, tick + self.limits.idle)
    }

    /// Gives the connection a place in the table.
    fn enter(&mut self, connection: Box<Connection>, deadline: u32) -> u32 {
        let slot = self.slots.enter(connection.key);
        if let Some((place, life)) = self.slots.get_mut(slot) {
            place.trace = connection.trace();
            place.deadline = deadline;
            life.state = State::Open(connection);
            life.scheduled = u32::MAX;
            life.schedule(slot, deadline, &mut self.wheel);
            self.oldest.push_back(life.ticket(slot));
            self.open += 1;
        }
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
        let Some((key, trace, state)) = self.slots.vacate(slot) else {
            return;
        };
        let record = match state {
            State::Free => None,
            State::Told { record, .. } => record,
            State::Open(mut connection) => {
                self.open -= 1;
                connection.catch_up(&trace);
                Some(self.end(connection, reason, outlet))
            }
            State::Settled(mut settled) => {
                self.open -= 1;
                settled.catch_up(&trace);
                Some(outlet.conclude_settled(&key, settled.kept(), settled.tail()))
            }
        };
        if let Some(record) = record {
            outlet.deliver(Over {
                record,
                last: trace.last,
                tick,
            });
        }
        if !self.beside.is_empty()
            && let Some(successor) = self.beside.remove(&slot)
        {
            self.take_place(successor, tick, outlet);
        }
    }

    /// The table is full. Where only late copies are waited for, nothing is lost; else the connection that began first goes.
    fn evict(&mut self, tick: u32, outlet: &mut impl Outlet<Record = R, Settled = S>) {
        while let Some(ticket) = self.told.pop_front() {
            if self.slots.is_live(ticket) {
                self.close(ticket.slot, tick, Reason::Evicted, outlet);
                return;
            }
        }
        while let Some(ticket) = self.oldest.pop_front() {
            if self.slots.is_live(ticket) {
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
            tickets.retain(|ticket| self.slots.is_live(*ticket));
            self.oldest = tickets;
        }
    }

    /// The same for those of which only the record is held.
    fn trim_told(&mut self) {
        if self.is_mostly_gone(&self.told) {
            let mut tickets = std::mem::take(&mut self.told);
            tickets.retain(|ticket| self.slots.is_live(*ticket));
            self.told = tickets;
        }
    }

    fn is_mostly_gone(&self, tickets: &VecDeque<Ticket>) -> bool {
        tickets.len() >= 1024 && tickets.len() >= 4 * self.slots.len()
    }

    /// Too many bytes are held in all: those who have held them for the longest time go on without what they wait for.
    #[cold]
    fn bound_held(&mut self) {
        while self.held.bytes() > self.limits.held_bytes
            && let Some(holder) = self.held.next()
        {
            self.let_go(holder);
        }
        if self.held.is_mostly_gone() {
            self.held.trim(&self.slots);
        }
    }

    fn let_go(&mut self, holder: Holder) {
        let ticket = holder.ticket;
        if !self.slots.is_live(ticket) {
            return;
        }
        let Some((place, life)) = self.slots.get_mut(ticket.slot) else {
            return;
        };
        let State::Open(connection) = &mut life.state else {
            return;
        };
        if !holder.is(connection) {
            return;
        }
        let was_decided = connection.is_decided();
        connection.catch_up(&place.trace);
        connection.stop_waiting(&self.ports);
        self.held.count(connection, Some(ticket));
        if connection.is_decided() && !was_decided {
            self.settled.push_back(ticket);
        }
        self.given_up.held += 1;
    }
}

/// Nanoseconds from a tick to `clock`.
const fn since(clock: u64, tick: u32) -> u64 {
    clock.saturating_sub(tick as u64 * TICK)
}

/// After fifteen years of capture time they stand still.
const fn ticks(clock: u64) -> u32 {
    const LAST: u32 = u32::MAX / 8 * 7;
    let ticks = clock / TICK;
    if ticks > LAST as u64 {
        LAST
    } else {
        ticks as u32
    }
}
