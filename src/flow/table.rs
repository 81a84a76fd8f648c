//! All connections of one worker: found by key, given up by time or by number, handed out when they are over.
//!
//! Time is the clock that comes with each segment: forward capture time, the same for every worker, so that a
//! connection ends at the same packet whatever the number of workers.
//!
//! A connection is concluded as soon as nothing that may still come tells more of it ([`Connection::is_complete`]). Its
//! record is handed out when both ends have acknowledged that the other closed, at the latest a moment later
//! ([`Limits::last_ack`]); its place in the table stays until late copies of its packets need no longer be expected,
//! which would look like another connection.
//!
//! Deadlines are counted in ticks ([`TICK`](super::wheel::TICK)).
//!
//! Where many are open, those that have told everything but how they go on and end are folded into little memory
//! ([`Settled`](super::settled::Settled)).
//!
//! Here a segment finds its connection, or opens one. `time` lets deadlines fire, `conclude` is the end of a
//! connection, `bounds` what is done where there are too many; `beside` has those that may take another's front.

mod beside;
mod bounds;
mod conclude;
mod time;

use std::collections::{HashMap, VecDeque};
use std::hint::black_box;
use std::sync::Arc;

use super::connection::Connection;
use super::held::Held;
use super::limits::Limits;
use super::outlet::{Outlet, Over, Reason};
use super::slots::{Hint, Life, Slots, State, Ticket};
use super::successor::{Belongs, Successor};
use super::trace::Need;
use super::wheel::Wheel;
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
pub struct Table<O: Outlet> {
    ports: Arc<PortSet>,
    limits: Limits,
    slots: Slots<O::Record, O::Settled>,
    /// Connections that were concluded, for the next ones to use their memory.
    #[expect(clippy::vec_box, reason = "the boxes are what is used again")]
    spare: Vec<Box<Connection>>,
    /// By slot: connections between the same ports as those in the slots, which may take their places. There are hardly
    /// any.
    beside: HashMap<u32, Successor>,
    wheel: Wheel<Ticket>,
    /// Connections in the order in which they began.
    oldest: VecDeque<Ticket>,
    /// Those that may be folded, in the order in which they had told everything.
    settled: VecDeque<Ticket>,
    /// Those that were concluded, in that order: of them there is no more than the record, if that still waits.
    concluded: VecDeque<Ticket>,
    /// Connections that have not been concluded.
    open: usize,
    held: Held,
    given_up: GivenUp,
}

/// Concluded connections kept for their memory.
const MAX_SPARE: usize = 256;

impl<O: Outlet> Table<O> {
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
            concluded: VecDeque::new(),
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
    pub fn take_segment(&mut self, segment: &Segment, block: &[u8], outlet: &mut O) {
        let tick = self.advance_to(segment.clock, outlet);
        let hint = self.look_up(segment);
        self.note_or_read(hint, segment, tick, block, outlet);
    }

    /// Where the connection of `segment` is now, for [`Table::take_segment_at`]. Looking up several segments before the
    /// first of them is taken in lets the processor wait for their places in memory all at once.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as of `Slots::find`")]
    pub fn look_up(&self, segment: &Segment) -> Hint {
        Hint(self.slots.find(&segment.key))
    }

    /// Whether the table needs more than the slot for `segment`; has the processor fetch what leads to that.
    #[inline]
    pub fn goes_deeper(&self, hint: Hint, segment: &Segment) -> bool {
        let front = self.slots.front(hint);
        let deeper = front.is_some_and(|front| !front.trace.suffices(segment));
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

    /// [`Table::take_segment`] with what was looked up for the same segment before, however long ago.
    #[inline]
    pub fn take_segment_at(&mut self, hint: Hint, segment: &Segment, block: &[u8], outlet: &mut O) {
        let tick = self.advance_to(segment.clock, outlet);
        // Also where there was nothing yet when it was looked up: what becomes of a segment must not depend on when that was.
        let hint = self.slots.correct(hint, &segment.key);
        self.note_or_read(hint, segment, tick, block, outlet);
    }

    /// Notes a segment of the connection that was found for it if that is all it needs; else it must be read.
    #[inline]
    fn note_or_read(
        &mut self,
        hint: Hint,
        segment: &Segment,
        tick: u32,
        block: &[u8],
        outlet: &mut O,
    ) {
        if let Some(front) = self.slots.front_mut(hint)
            && front.trace.note(segment)
        {
            front.deadline = tick + self.limits.wait_after(&front.trace);
            return;
        }
        self.pass_to_connection(hint, segment, tick, block, outlet);
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

    /// Has the connection that `segment` belongs to take it in.
    #[inline(never)]
    fn pass_to_connection(
        &mut self,
        hint: Hint,
        segment: &Segment,
        tick: u32,
        block: &[u8],
        outlet: &mut O,
    ) {
        let Some(slot) = self.find_or_open(hint, segment, tick, block, outlet) else {
            return;
        };
        let beside = self.has_beside(slot);
        let Some((front, life)) = self.slots.get_mut(slot) else {
            return;
        };
        let ticket = life.ticket(slot);
        let (wait, first) = match &mut life.state {
            State::Free | State::Concluded { .. } => {
                front.deadline = front.deadline.max(tick + self.limits.linger);
                self.note_late(slot, segment, tick, outlet);
                return;
            }
            State::Open(connection) => {
                let was_decided = connection.is_decided();
                connection.catch_up(&front.trace);
                connection.take_in(segment, block, &self.ports);
                front.trace = connection.trace();
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
                settled.take_in(segment, &mut front.trace);
                let complete = settled.is_complete();
                let first = complete.then(|| settled.first_numbers());
                (self.limits.wait_settled(settled.tail()), first)
            }
        };
        let wait = match first {
            Some(_) if front.trace.lasting => self.limits.idle,
            Some(_) => self.limits.linger,
            None => wait,
        };
        let is_dismissed = front.trace.is_dismissed();
        if beside && !is_dismissed {
            front.trace.need = [Need::All; 2];
        }
        front.deadline = tick + wait;
        life.schedule(slot, front.deadline, &mut self.wheel);
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

    fn keep_spare(&mut self, connection: Box<Connection>) {
        if self.spare.len() < MAX_SPARE {
            self.spare.push(connection);
        }
    }

    /// The slot of the connection that `segment` belongs to, which may be a new one. `None` if a connection beside has
    /// taken it in.
    fn find_or_open(
        &mut self,
        hint: Hint,
        segment: &Segment,
        tick: u32,
        block: &[u8],
        outlet: &mut O,
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

    /// Whether `segment` is of a later connection than the one in `slot`.
    fn is_succeeded(&self, slot: u32, segment: &Segment) -> bool {
        let Some((front, life)) = self.slots.get(slot) else {
            return true;
        };
        match &life.state {
            State::Free => true,
            State::Open(connection) => connection.is_succeeded_by(segment, &front.trace),
            State::Settled(settled) => settled.is_succeeded_by(segment, &front.trace),
            State::Concluded { first, .. } => front.trace.is_succeeded_by(*first, segment),
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
        if let Some((front, life)) = self.slots.get_mut(slot) {
            front.trace = connection.trace();
            front.deadline = deadline;
            life.state = State::Open(connection);
            life.scheduled = u32::MAX;
            life.schedule(slot, deadline, &mut self.wheel);
            self.oldest.push_back(life.ticket(slot));
            self.open += 1;
        }
        self.trim_oldest();
        slot
    }
}
