//! What all connections of a table hold together of what is not whole yet: how much, and who has held it for the longest time.
//!
//! Where it is too much, those let go first that have held the longest: what a connection holds that goes on is there
//! for a moment, and what nobody ever completes stays.

use std::collections::VecDeque;

use super::Connection;
use super::slots::{Slots, State, Ticket};

/// Holders below which the list is not looked through.
const FEW: usize = 1024;

/// Bytes held, and by whom.
#[derive(Debug, Default)]
pub(super) struct Held {
    bytes: usize,
    /// Connections in the order in which they began to hold bytes. Many do not any more.
    holders: VecDeque<Holder>,
    /// Those that still do.
    holding: usize,
    /// Counts those that began to.
    begun: u64,
}

/// A connection that holds bytes, as long as it has not let go of them since.
#[derive(Clone, Copy, Debug)]
pub(super) struct Holder {
    pub(super) ticket: Ticket,
    since: u64,
}

impl Held {
    /// Bytes held now.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Counts what `connection` holds now; `ticket`: its place in the table, if it has one.
    #[inline]
    pub(super) fn count(&mut self, connection: &mut Connection, ticket: Option<Ticket>) {
        let (was, now) = connection.count_held();
        if was != now {
            self.bytes = self.bytes + now - was;
            self.note(connection, ticket);
        }
    }

    /// Counts what `connection` has held for a place in the table that it has now.
    pub(super) fn note(&mut self, connection: &mut Connection, ticket: Option<Ticket>) {
        match (connection.held_bytes() > 0, connection.held_since, ticket) {
            (true, None, Some(ticket)) => {
                self.begun += 1;
                self.holding += 1;
                connection.held_since = Some(self.begun);
                self.holders.push_back(Holder {
                    ticket,
                    since: self.begun,
                });
            }
            (false, Some(_), _) => {
                self.holding -= 1;
                connection.held_since = None;
            }
            _ => {}
        }
    }

    /// `connection` is gone, or reads nothing any more.
    pub(super) fn forget(&mut self, connection: &Connection) {
        self.bytes -= connection.held_bytes();
        self.holding -= usize::from(connection.held_since.is_some());
    }

    /// Whoever began first, and may still hold bytes.
    pub(super) fn next(&mut self) -> Option<Holder> {
        self.holders.pop_front()
    }

    /// Whether most of those that were noted hold nothing any more.
    #[inline]
    pub(super) fn is_mostly_gone(&self) -> bool {
        self.holders.len() >= FEW && self.holders.len() >= 4 * self.holding
    }

    /// Forgets those.
    pub(super) fn trim<R, S>(&mut self, slots: &Slots<R, S>) {
        self.holders.retain(|holder| {
            let life = slots.life(holder.ticket.slot);
            slots.is_live(holder.ticket)
                && life.is_some_and(|life| match &life.state {
                    State::Open(connection) => holder.is(connection),
                    _ => false,
                })
        });
    }
}

impl Holder {
    /// Whether `connection`, which has its place, has held bytes since.
    pub(super) fn is(&self, connection: &Connection) -> bool {
        connection.held_since == Some(self.since)
    }
}
