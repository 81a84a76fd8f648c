//! What a table does where it holds too many connections, or its connections too many bytes.

use std::collections::VecDeque;

use super::{Outlet, Reason, State, Table};
use crate::flow::held::Holder;
use crate::flow::settled::Settled;
use crate::flow::slots::Ticket;

impl<O: Outlet> Table<O> {
    pub(super) fn make_room(&mut self, tick: u32, outlet: &mut O) {
        if self.len() >= self.limits.flows {
            self.evict(tick, outlet);
        }
    }

    /// The table is full. Where only late copies are waited for, nothing is lost; else the connection that began first
    /// goes.
    fn evict(&mut self, tick: u32, outlet: &mut O) {
        while let Some(ticket) = self.concluded.pop_front() {
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
    pub(super) fn trim_oldest(&mut self) {
        if self.is_mostly_gone(&self.oldest) {
            let mut tickets = std::mem::take(&mut self.oldest);
            tickets.retain(|ticket| self.slots.is_live(*ticket));
            self.oldest = tickets;
        }
    }

    /// The same for those of which only the record is held.
    pub(super) fn trim_concluded(&mut self) {
        if self.is_mostly_gone(&self.concluded) {
            let mut tickets = std::mem::take(&mut self.concluded);
            tickets.retain(|ticket| self.slots.is_live(*ticket));
            self.concluded = tickets;
        }
    }

    fn is_mostly_gone(&self, tickets: &VecDeque<Ticket>) -> bool {
        tickets.len() >= 1024 && tickets.len() >= 4 * self.slots.len()
    }

    /// Folds the connection that had told everything before the others, if it can be.
    pub(super) fn fold_next(&mut self, outlet: &mut O) {
        let Some(ticket) = self.settled.pop_front() else {
            return;
        };
        let Some((front, life)) = self.slots.live_mut(ticket) else {
            return;
        };
        let State::Open(connection) = &mut life.state else {
            return;
        };
        connection.catch_up(&front.trace);
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

    /// Too many bytes are held in all: those who have held them for the longest time go on without what they wait for.
    #[cold]
    pub(super) fn bound_held(&mut self) {
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
        let Some((front, life)) = self.slots.live_mut(ticket) else {
            return;
        };
        let State::Open(connection) = &mut life.state else {
            return;
        };
        if !holder.is(connection) {
            return;
        }
        let was_decided = connection.is_decided();
        connection.catch_up(&front.trace);
        connection.stop_waiting(&self.ports);
        self.held.count(connection, Some(ticket));
        if connection.is_decided() && !was_decided {
            self.settled.push_back(ticket);
        }
        self.given_up.held += 1;
    }
}
