//! Connections beside others between the same ports, of which it is not known yet whether they are their successors
//! ([`Successor`]).

use super::time::since;
use super::{Connection, Outlet, Over, Reason, State, Table};
use crate::flow::successor::{Belongs, Successor};
use crate::flow::trace::Need;
use crate::flow::wheel::TICK;
use crate::flow::{Segment, Way};

impl<O: Outlet> Table<O> {
    /// Whether there is a connection beside that in `slot`.
    pub(super) fn has_beside(&self, slot: u32) -> bool {
        !self.beside.is_empty() && self.beside.contains_key(&slot)
    }

    /// Where `segment` belongs, by what is known of the connection in `slot`, and of one beside it; `succeeded`: not to
    /// the former, by that alone.
    #[cold]
    pub(super) fn belongs(&mut self, slot: u32, segment: &Segment, succeeded: bool) -> Belongs {
        let Some((front, life)) = self.slots.get(slot) else {
            return Belongs::Behind;
        };
        let trace = &front.trace;
        let (over, concluded, ends) = match &life.state {
            State::Free | State::Concluded { .. } => (true, true, trace.highest.map(Some)),
            State::Open(connection) => (connection.is_over(), false, connection.ends()),
            State::Settled(settled) => (settled.tail().is_over(), false, trace.highest.map(Some)),
        };
        let aside = if over {
            Belongs::Behind
        } else {
            Belongs::Beside
        };
        let Some(successor) = self.beside.get_mut(&slot) else {
            return if succeeded { aside } else { Belongs::Here };
        };
        let nearer = if segment.has(Segment::SYN) {
            successor.is_answered_by(segment)
        } else {
            successor.is_nearer(segment, ends)
        };
        match (nearer, succeeded) {
            // Where nothing more is wanted of the earlier one, the later one may have its front.
            (true, _) if concluded => Belongs::Behind,
            (true, _) => Belongs::Beside,
            (false, true) => aside,
            (false, false) => {
                successor.note_other(segment, ends);
                Belongs::Here
            }
        }
    }

    /// Takes `segment` in beside the connection in `slot`, which goes on as far as is known. False if that had to go to
    /// make room.
    #[cold]
    pub(super) fn take_beside(
        &mut self,
        slot: u32,
        segment: &Segment,
        tick: u32,
        block: &[u8],
        outlet: &mut O,
    ) -> bool {
        let is_another = |one: &Successor| {
            let connection = &one.connection;
            connection.is_succeeded_by(segment, &connection.trace())
        };
        if self.beside.get(&slot).is_some_and(is_another)
            && let Some(other) = self.beside.remove(&slot)
        {
            let reason = Reason::Succeeded(since(u64::from(tick) * TICK, other.tick));
            self.conclude_beside(other, tick, reason, outlet);
        }
        if !self.beside.contains_key(&slot) {
            let ticket = self.slots.life(slot).map(|life| life.ticket(slot));
            self.make_room(tick, outlet);
            if !ticket.is_some_and(|ticket| self.slots.is_live(ticket)) {
                return false;
            }
            let connection = self.connection(segment);
            let successor = Successor::new(connection, segment, self.saw(slot, segment.way));
            self.beside.insert(slot, successor);
            self.see_every_packet(slot);
        }
        let Some(successor) = self.beside.get_mut(&slot) else {
            return false;
        };
        successor.take_in(segment, tick, block, &self.ports);
        self.held.count(&mut successor.connection, None);
        if self.held.bytes() > self.limits.held_bytes && successor.connection.held_bytes() > 0 {
            successor.connection.stop_waiting(&self.ports);
            self.held.count(&mut successor.connection, None);
            self.given_up.held += 1;
        }
        let way = successor.way_of_answer();
        let one_way = !self.saw(slot, way);
        let is_proven = |successor: &Successor| successor.is_proven(one_way);
        if self.beside.get(&slot).is_some_and(is_proven) {
            self.close_succeeded(slot, tick, outlet);
        }
        true
    }

    /// Whether the connection in `slot` shows who sends on `way`.
    fn saw(&self, slot: u32, way: Way) -> bool {
        match self.slots.life(slot).map(|life| &life.state) {
            Some(State::Open(connection)) => connection.saw(way),
            _ => true,
        }
    }

    /// From now on each packet between the ports of the connection in `slot` is looked at.
    fn see_every_packet(&mut self, slot: u32) {
        let Some((front, life)) = self.slots.get_mut(slot) else {
            return;
        };
        match &mut life.state {
            State::Open(connection) => connection.catch_up(&front.trace),
            State::Settled(settled) => settled.catch_up(&front.trace),
            State::Free | State::Concluded { .. } => {}
        }
        front.trace.need = [Need::All; 2];
    }

    /// The connection before it is over, or both ends have left it.
    #[cold]
    pub(super) fn take_place(&mut self, successor: Successor, tick: u32, outlet: &mut O) {
        let last = successor.tick;
        let Some(connection) = self.unrefuted(successor) else {
            return;
        };
        let dismissed = connection.is_foreign().then(|| connection.first_numbers());
        let first = connection.is_complete().or(dismissed);
        let wait = match first {
            Some(_) if connection.trace().lasting => self.limits.idle,
            Some(_) => self.limits.linger,
            None => self.limits.wait(&connection),
        };
        let is_decided = connection.is_decided();
        let slot = self.enter(connection, (last + wait).max(tick + 1));
        if let Some(first) = first {
            self.conclude(slot, first, outlet);
            self.hand_out_in_time(slot, tick, outlet);
        } else if let Some(life) = self.slots.life_mut(slot) {
            let ticket = life.ticket(slot);
            if is_decided {
                self.settled.push_back(ticket);
            }
            if let State::Open(connection) = &mut life.state {
                self.held.note(connection, Some(ticket));
            }
        }
    }

    /// Hands out the record of a successor that never took the place of the connection before it.
    #[cold]
    pub(super) fn conclude_beside(
        &mut self,
        successor: Successor,
        tick: u32,
        reason: Reason,
        outlet: &mut O,
    ) {
        if let Some(connection) = self.unrefuted(successor) {
            let last = connection.last;
            let record = self.end(connection, reason, outlet);
            outlet.deliver(Over { record, last, tick });
        }
    }

    /// The connection of the successor; `None` if it was none, and is forgotten.
    fn unrefuted(&mut self, successor: Successor) -> Option<Box<Connection>> {
        let is_refuted = successor.is_refuted();
        let connection = successor.connection;
        if is_refuted {
            self.held.forget(&connection);
            self.keep_spare(connection);
            return None;
        }
        Some(connection)
    }
}
