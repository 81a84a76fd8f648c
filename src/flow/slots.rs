//! The slots of a table: found by the key of a connection, used again and again.
//!
//! What every packet needs lies in one cache line, the rest behind it; the index holds numbers of slots only.

use std::hash::{BuildHasher as _, RandomState};

use hashbrown::HashTable;

use super::FlowKey;
use super::connection::Connection;
use super::settled::Settled;
use super::trace::Trace;
use super::wheel::Wheel;

/// Slots of connections: each is a [`Front`] and a [`Life`] of the same number.
#[derive(Debug)]
pub(super) struct Slots<R, S> {
    /// Numbers of slots, by the hash of their key.
    index: HashTable<u32>,
    /// Secret, so that nobody can choose the slot of a connection.
    seed: u64,
    /// What every packet needs.
    fronts: Vec<Front>,
    /// What lies behind each of `fronts`; most packets do not touch it.
    lives: Vec<Life<R, S>>,
    free: Vec<u32>,
}

/// What every packet of a connection needs: one cache line.
#[derive(Debug)]
#[repr(align(64))]
pub(super) struct Front {
    pub(super) key: FlowKey,
    /// Ahead of the connection by the packets that it did not need.
    pub(super) trace: Trace,
    pub(super) deadline: u32,
}

const _: () = assert!(size_of::<Front>() == 64);

/// The rest of a slot.
#[derive(Debug)]
pub(super) struct Life<R, S> {
    pub(super) state: State<R, S>,
    /// Counts the connections that have used the slot.
    generation: u32,
    /// The tick in which its ticket in the wheel fires; others that it has there are of no use any more.
    pub(super) scheduled: u32,
}

/// How far the connection in a slot is.
#[derive(Debug)]
pub(super) enum State<R, S> {
    /// There is none.
    Free,
    /// It is followed.
    Open(Box<Connection>),
    /// It is followed, but only its turns and ends can still tell something.
    Settled(Box<Settled<S>>),
    /// Nothing more is wanted of it; only copies of its packets are waited for.
    Concluded {
        /// `None` once it was handed out.
        record: Option<R>,
        /// The tick in which it will be; `u32::MAX` for when the slot is given up.
        due: u32,
        /// The first sequence numbers of both directions, by which a copy of a SYN is told from a new connection.
        first: [u32; 2],
        /// By way: the other end has acknowledged its FIN.
        acknowledged: [bool; 2],
    },
}

/// Where a connection was; may have become wrong since.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hint(pub(super) Option<u32>);

/// A connection by its slot, as long as the slot holds the same one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ticket {
    pub(super) slot: u32,
    generation: u32,
}

impl<R, S> Life<R, S> {
    /// Has `wheel` fire for this connection, which is in `slot`, in tick `due` at the latest.
    pub(super) fn schedule(&mut self, slot: u32, due: u32, wheel: &mut Wheel<Ticket>) {
        if due < self.scheduled {
            self.scheduled = wheel.schedule(due, self.ticket(slot));
        }
    }

    /// For whoever wants to come back to this connection, which is in `slot`.
    pub(super) const fn ticket(&self, slot: u32) -> Ticket {
        Ticket {
            slot,
            generation: self.generation,
        }
    }
}

impl<R, S> Slots<R, S> {
    /// None.
    pub(super) fn new() -> Self {
        Self {
            index: HashTable::new(),
            seed: RandomState::new().hash_one(0),
            fronts: Vec::new(),
            lives: Vec::new(),
            free: Vec::new(),
        }
    }

    /// Connections that can be found.
    pub(super) fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether none can.
    pub(super) fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// Slots there are, free ones included.
    pub(super) fn total(&self) -> u32 {
        self.fronts.len() as u32
    }

    /// Nothing is looked for any more.
    pub(super) fn forget_index(&mut self) {
        self.index = HashTable::new();
    }

    #[inline]
    pub(super) fn get(&self, slot: u32) -> Option<(&Front, &Life<R, S>)> {
        self.fronts
            .get(slot as usize)
            .zip(self.lives.get(slot as usize))
    }

    #[inline]
    pub(super) fn get_mut(&mut self, slot: u32) -> Option<(&mut Front, &mut Life<R, S>)> {
        let front = self.fronts.get_mut(slot as usize);
        front.zip(self.lives.get_mut(slot as usize))
    }

    /// The front alone, where what lies behind it need not be touched.
    #[inline]
    pub(super) fn front(&self, hint: Hint) -> Option<&Front> {
        self.fronts.get(hint.0? as usize)
    }

    /// The same, to be changed.
    #[inline]
    pub(super) fn front_mut(&mut self, hint: Hint) -> Option<&mut Front> {
        self.fronts.get_mut(hint.0? as usize)
    }

    /// What lies behind a slot.
    #[inline]
    pub(super) fn life(&self, slot: u32) -> Option<&Life<R, S>> {
        self.lives.get(slot as usize)
    }

    /// The same, to be changed.
    #[inline]
    pub(super) fn life_mut(&mut self, slot: u32) -> Option<&mut Life<R, S>> {
        self.lives.get_mut(slot as usize)
    }

    /// Whether the connection is still there.
    pub(super) fn is_live(&self, ticket: Ticket) -> bool {
        self.life(ticket.slot).is_some_and(|life| {
            life.generation == ticket.generation && !matches!(life.state, State::Free)
        })
    }

    /// The connection, if it is still there.
    pub(super) fn live_mut(&mut self, ticket: Ticket) -> Option<(&mut Front, &mut Life<R, S>)> {
        if self.is_live(ticket) {
            self.get_mut(ticket.slot)
        } else {
            None
        }
    }

    /// The slot of the connection with this key.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "the loop over segments is built around this call; others have `find_after_all`"
    )]
    pub(super) fn find(&self, key: &FlowKey) -> Option<u32> {
        let is_it = |slot: &u32| {
            let front = self.fronts.get(*slot as usize);
            front.is_some_and(|front| front.key == *key)
        };
        self.index.find(key.hash_with(self.seed), is_it).copied()
    }

    /// The hint, if the slot it names still has this key; else one that is looked up now.
    #[inline]
    pub(super) fn correct(&self, hint: Hint, key: &FlowKey) -> Hint {
        if self.front(hint).is_some_and(|front| front.key == *key) {
            return hint;
        }
        Hint(self.find_after_all(key))
    }

    /// [`Slots::find`] for where it is rarely needed, and need not be a part of its caller.
    #[cold]
    pub(super) fn find_after_all(&self, key: &FlowKey) -> Option<u32> {
        self.find(key)
    }

    /// Where the connection with this key is, most likely where the hint says.
    #[inline]
    pub(super) fn confirm(&self, hint: Hint, key: &FlowKey) -> Option<u32> {
        let is_it = |slot: &u32| {
            self.get(*slot).is_some_and(|(front, life)| {
                front.key == *key && !matches!(life.state, State::Free)
            })
        };
        hint.0.filter(is_it).or_else(|| self.find_after_all(key))
    }

    /// A slot in which a connection with this key is found from now on. What is in it is up to the caller.
    pub(super) fn enter(&mut self, key: FlowKey) -> u32 {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.fronts.push(Front::new(key));
            self.lives.push(Life {
                state: State::Free,
                generation: 0,
                scheduled: u32::MAX,
            });
            self.fronts.len() as u32 - 1
        });
        if let Some(front) = self.fronts.get_mut(slot as usize) {
            front.key = key;
        }
        let (fronts, seed) = (&self.fronts, self.seed);
        let hash_of = |slot: &u32| {
            let front = fronts.get(*slot as usize);
            front.map_or(0, |front| front.key.hash_with(seed))
        };
        self.index.insert_unique(key.hash_with(seed), slot, hash_of);
        slot
    }

    /// Takes the connection out of its slot: its key, what the table noted of it, and what it was.
    pub(super) fn vacate(&mut self, slot: u32) -> Option<(FlowKey, Trace, State<R, S>)> {
        let seed = self.seed;
        let front = self.fronts.get_mut(slot as usize)?;
        let life = self.lives.get_mut(slot as usize)?;
        if matches!(life.state, State::Free) {
            return None;
        }
        let hash = front.key.hash_with(seed);
        if let Ok(entry) = self.index.find_entry(hash, |other| *other == slot) {
            entry.remove();
        }
        life.generation = life.generation.wrapping_add(1);
        let state = std::mem::replace(&mut life.state, State::Free);
        // Whoever still holds a hint to this slot finds nothing that can be noted here.
        let trace = std::mem::replace(&mut front.trace, Trace::EMPTY);
        self.free.push(slot);
        Some((front.key, trace, state))
    }
}

impl Front {
    /// The front of a slot without a connection, with this key.
    const fn new(key: FlowKey) -> Self {
        Self {
            key,
            trace: Trace::EMPTY,
            deadline: 0,
        }
    }
}
