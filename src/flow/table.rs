//! All connections of one worker: found by key, given up by time or by number, handed out when they are over.
//!
//! Time is the clock that comes with each segment: forward capture time, the same for every worker, so that a connection ends at
//! the same packet whatever the number of workers.

use std::collections::VecDeque;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use hashbrown::HashTable;

use super::connection::Connection;
use super::trace::Trace;
use super::wheel::{TURN, Wheel};
use super::{FlowKey, Segment};
use crate::packet::PortSet;
use crate::time::SECOND;

/// What a table may hold and for how long.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections at a time.
    pub flows: usize,
    /// Bytes held back for missing segments, over all connections.
    pub held_bytes: usize,
    /// Seconds without a packet after which an open connection is over; below [`TURN`].
    pub idle: u32,
    /// Seconds that a closed connection is kept for late copies of its packets.
    pub linger: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            flows: 1_000_000,
            held_bytes: 64 << 20,
            idle: TURN - 96,
            linger: 60,
        }
    }
}

impl Limits {
    /// Seconds without a packet after which `connection` goes.
    fn wait(&self, connection: &Connection) -> u32 {
        if connection.is_over() {
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

/// A connection that is over.
#[derive(Debug)]
pub struct Finished {
    /// What is known of it.
    pub connection: Box<Connection>,
    /// The second of the clock in which it was called over; `u32::MAX` at the end of the capture.
    pub second: u32,
    /// Why.
    pub reason: Reason,
}

/// Why a connection was called over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It was closed, and late copies of its packets were waited for.
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
pub struct Table {
    ports: Arc<PortSet>,
    limits: Limits,
    /// Places in `slots`, by the hash of their key.
    index: HashTable<u32>,
    /// Secret, so that nobody can choose the place of a connection.
    seed: u64,
    slots: Vec<Slot>,
    free: Vec<u32>,
    wheel: Wheel<Ticket>,
    oldest: VecDeque<Ticket>,
    held_bytes: usize,
    given_up: GivenUp,
}

#[derive(Debug)]
struct Slot {
    key: FlowKey,
    /// Ahead of the connection by the packets that it did not need.
    trace: Trace,
    connection: Option<Box<Connection>>,
    /// Counts the connections that have used the slot.
    generation: u32,
    deadline: u32,
}

/// A connection by its slot, as long as the slot holds the same one.
#[derive(Clone, Copy, Debug)]
struct Ticket {
    slot: u32,
    generation: u32,
}

impl Table {
    /// An empty table for connections to `ports`.
    pub fn new(ports: Arc<PortSet>, limits: Limits) -> Self {
        Self {
            ports,
            limits,
            index: HashTable::new(),
            seed: RandomState::new().hash_one(0),
            slots: Vec::new(),
            free: Vec::new(),
            wheel: Wheel::default(),
            oldest: VecDeque::new(),
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

    /// Every connection that was over by this second has been handed out.
    pub const fn second(&self) -> u32 {
        self.wheel.now()
    }

    /// What had to be given up so far.
    pub const fn given_up(&self) -> GivenUp {
        self.given_up
    }

    /// Takes a segment in; connections that are over by its clock go to `done` first.
    pub fn segment(&mut self, segment: &Segment, block: &[u8], done: &mut impl FnMut(Finished)) {
        let second = seconds(segment.clock);
        self.advance(second, done);
        let slot = self.find_or_open(segment, second, done);
        let Some(place) = self.slots.get_mut(slot as usize) else {
            return;
        };
        let Some(connection) = &mut place.connection else {
            return;
        };
        if place.trace.note(segment) {
            place.deadline = second + self.limits.idle;
            return;
        }
        let held = connection.held_bytes();
        connection.catch_up(&place.trace);
        connection.segment(segment, block, &self.ports);
        place.trace = connection.trace();
        self.held_bytes = self.held_bytes + connection.held_bytes() - held;
        let was = place.deadline;
        place.deadline = second + self.limits.wait(connection);
        if place.deadline < was {
            let ticket = Ticket {
                slot,
                generation: place.generation,
            };
            self.wheel.schedule(place.deadline, ticket);
        }
        if self.held_bytes > self.limits.held_bytes {
            self.let_go_of_held(slot);
        }
    }

    /// Tells the connection of `segment`, just taken in, what its client had asked DNS for.
    pub fn note_asked(&mut self, segment: &Segment, name: &Arc<str>) {
        let Some(slot) = self.find(&segment.key) else {
            return;
        };
        let place = self.slots.get_mut(slot as usize);
        if let Some(connection) = place.and_then(|place| place.connection.as_mut()) {
            connection.note_asked(segment, name);
        }
    }

    /// Lets time pass without a packet: `clock` in nanoseconds.
    pub fn tick(&mut self, clock: u64, done: &mut impl FnMut(Finished)) {
        self.advance(seconds(clock), done);
    }

    /// The capture has ended at `clock`: everything left is over.
    pub fn finish(&mut self, clock: u64, done: &mut impl FnMut(Finished)) {
        self.advance(seconds(clock), done);
        for slot in 0..self.slots.len() as u32 {
            let Some(place) = self.slots.get(slot as usize) else {
                continue;
            };
            let Some(connection) = &place.connection else {
                continue;
            };
            let wait = self.limits.wait(connection);
            let last = u64::from(place.deadline.saturating_sub(wait)) * SECOND;
            let reason = Reason::EndOfCapture(clock.saturating_sub(last));
            self.close(slot, u32::MAX, reason, done);
        }
    }

    /// Second by second as long as there are connections: once the last is over, the rest of the way is one step, however
    /// far a damaged capture's times jump.
    fn advance(&mut self, second: u32, done: &mut impl FnMut(Finished)) {
        while self.wheel.now() < second {
            if self.index.is_empty() && second > self.wheel.now() + TURN {
                self.wheel = Wheel::starting_at(second);
                return;
            }
            let due = self.wheel.step_towards(second).unwrap_or_default();
            let now = self.wheel.now();
            for ticket in due {
                self.fire(ticket, now, done);
            }
        }
    }

    fn fire(&mut self, ticket: Ticket, now: u32, done: &mut impl FnMut(Finished)) {
        let Some(place) = self.live(ticket) else {
            return;
        };
        if place.deadline > now {
            let due = place.deadline;
            self.wheel.schedule(due, ticket);
            return;
        }
        let over = place
            .connection
            .as_ref()
            .is_some_and(|connection| connection.is_over());
        let reason = if over { Reason::Closed } else { Reason::Idle };
        self.close(ticket.slot, now, reason, done);
    }

    fn live(&self, ticket: Ticket) -> Option<&Slot> {
        let place = self.slots.get(ticket.slot as usize)?;
        (place.generation == ticket.generation && place.connection.is_some()).then_some(place)
    }

    fn find_or_open(
        &mut self,
        segment: &Segment,
        second: u32,
        done: &mut impl FnMut(Finished),
    ) -> u32 {
        if let Some(slot) = self.find(&segment.key) {
            let place = self.slots.get(slot as usize);
            let connection = place.and_then(|place| place.connection.as_ref());
            if !connection.is_some_and(|connection| connection.is_succeeded_by(segment)) {
                return slot;
            }
            self.close(slot, second, Reason::Succeeded, done);
        }
        if self.index.len() >= self.limits.flows {
            self.evict(second, done);
        }
        self.open(segment, second)
    }

    #[inline]
    fn find(&self, key: &FlowKey) -> Option<u32> {
        let is_it = |slot: &u32| {
            let place = self.slots.get(*slot as usize);
            place.is_some_and(|place| place.key == *key)
        };
        self.index.find(key.hash_with(self.seed), is_it).copied()
    }

    fn enter(&mut self, key: &FlowKey, slot: u32) {
        let (slots, seed) = (&self.slots, self.seed);
        let hash_of = |slot: &u32| {
            let place = slots.get(*slot as usize);
            place.map_or(0, |place| place.key.hash_with(seed))
        };
        self.index.insert_unique(key.hash_with(seed), slot, hash_of);
    }

    fn open(&mut self, segment: &Segment, second: u32) -> u32 {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot::new(segment.key));
            self.slots.len() as u32 - 1
        });
        if let Some(place) = self.slots.get_mut(slot as usize) {
            let connection = Box::new(Connection::new(segment));
            place.key = segment.key;
            place.trace = connection.trace();
            place.connection = Some(connection);
            place.deadline = second + self.limits.idle;
            let ticket = Ticket {
                slot,
                generation: place.generation,
            };
            self.wheel.schedule(place.deadline, ticket);
            self.oldest.push_back(ticket);
        }
        self.enter(&segment.key, slot);
        self.trim_oldest();
        slot
    }

    fn close(&mut self, slot: u32, second: u32, reason: Reason, done: &mut impl FnMut(Finished)) {
        let Some(place) = self.slots.get_mut(slot as usize) else {
            return;
        };
        let Some(mut connection) = place.connection.take() else {
            return;
        };
        place.generation = place.generation.wrapping_add(1);
        self.free.push(slot);
        let hash = connection.key.hash_with(self.seed);
        if let Ok(entry) = self.index.find_entry(hash, |other| *other == slot) {
            entry.remove();
        }
        connection.catch_up(&place.trace);
        self.held_bytes -= connection.held_bytes();
        connection.finish(&self.ports);
        done(Finished {
            connection,
            second,
            reason,
        });
    }

    /// The table is full: the connection that began first goes, an undecided one before a decided one where both are near.
    fn evict(&mut self, second: u32, done: &mut impl FnMut(Finished)) {
        while let Some(ticket) = self.oldest.pop_front() {
            if self.live(ticket).is_some() {
                self.given_up.flows += 1;
                self.close(ticket.slot, second, Reason::Evicted, done);
                return;
            }
        }
    }

    /// Forgets tickets of connections that are gone once they are the greater part.
    fn trim_oldest(&mut self) {
        if self.oldest.len() < 1024 || self.oldest.len() < 4 * self.index.len() {
            return;
        }
        let mut tickets = std::mem::take(&mut self.oldest);
        tickets.retain(|ticket| self.live(*ticket).is_some());
        self.oldest = tickets;
    }

    /// Too many bytes are held back in all: this connection goes on without what it waits for.
    fn let_go_of_held(&mut self, slot: u32) {
        let Some(place) = self.slots.get_mut(slot as usize) else {
            return;
        };
        let Some(connection) = &mut place.connection else {
            return;
        };
        self.held_bytes -= connection.held_bytes();
        connection.stop_waiting(&self.ports);
        self.held_bytes += connection.held_bytes();
        self.given_up.held += 1;
    }
}

impl Slot {
    /// An empty slot, for a connection with this key.
    const fn new(key: FlowKey) -> Self {
        Self {
            key,
            trace: Trace::EMPTY,
            connection: None,
            generation: 0,
            deadline: 0,
        }
    }
}

const fn seconds(clock: u64) -> u32 {
    let seconds = clock / SECOND;
    if seconds > (u32::MAX / 2) as u64 {
        u32::MAX / 2
    } else {
        seconds as u32
    }
}
