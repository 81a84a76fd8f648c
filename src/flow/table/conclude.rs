//! The end of a connection in the table: its record is made when nothing more is wanted of it, handed out when nothing
//! moves it any more, and its place is given up when no copy of its packets need be expected.

use super::{Connection, Outlet, Over, Reason, State, Table};
use crate::flow::slots::Ticket;
use crate::flow::tail::Tail;
use crate::flow::trace::Trace;
use crate::flow::wheel::TICK;
use crate::flow::{Segment, Way};

impl<O: Outlet> Table<O> {
    /// Nothing more is wanted of the connection: only its record stays.
    pub(super) fn conclude(&mut self, slot: u32, first: [u32; 2], outlet: &mut O) {
        let Some((front, life)) = self.slots.get_mut(slot) else {
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
                note_fins(&connection.tail, &mut front.trace);
                self.end(connection, Reason::Closed, outlet)
            }
            State::Settled(settled) => {
                note_fins(settled.tail(), &mut front.trace);
                outlet.conclude_settled(&front.key, settled.kept(), settled.tail())
            }
            State::Free | State::Concluded { .. } => return,
        };
        self.open -= 1;
        let Some(life) = self.slots.life_mut(slot) else {
            return;
        };
        life.state = State::Concluded {
            record: Some(record),
            due: u32::MAX,
            first,
            acknowledged,
        };
        self.concluded.push_back(life.ticket(slot));
        self.trim_concluded();
    }

    /// Concludes a connection that is over, or half of it, as far as packets that come in order show; false if it is
    /// not. Its place stays: what still comes is not of another connection.
    pub(super) fn conclude_in_order(&mut self, ticket: Ticket, now: u32, outlet: &mut O) -> bool {
        let Some((front, life)) = self.slots.get_mut(ticket.slot) else {
            return false;
        };
        let (over, half, first) = match &mut life.state {
            State::Open(connection) => {
                connection.catch_up(&front.trace);
                let over = connection.is_over_as_far_as_seen();
                let half = connection.tail.is_half_closed();
                (over, half, connection.known_first_numbers())
            }
            State::Settled(settled) => {
                settled.catch_up(&front.trace);
                let (over, half) = (settled.tail().is_over(), settled.tail().is_half_closed());
                (over, half, Some(settled.first_numbers()))
            }
            State::Free | State::Concluded { .. } => return false,
        };
        if !over && !half {
            return false;
        }
        if first.is_none() {
            // Nothing tells what is another connection's but a SYN.
            front.trace.dismiss();
        }
        let stays = if over {
            self.limits.linger
        } else {
            self.limits.idle
        };
        front.deadline = now + stays;
        life.schedule(ticket.slot, front.deadline, &mut self.wheel);
        self.conclude(ticket.slot, first.unwrap_or_default(), outlet);
        self.hand_out(ticket.slot, now, outlet);
        if self.has_beside(ticket.slot) {
            self.close_succeeded(ticket.slot, now, outlet);
        }
        true
    }

    /// Takes the connection out of the table.
    pub(super) fn close(&mut self, slot: u32, tick: u32, reason: Reason, outlet: &mut O) {
        let Some((key, trace, state)) = self.slots.vacate(slot) else {
            return;
        };
        let record = match state {
            State::Free => None,
            State::Concluded { record, .. } => record,
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

    /// Takes a connection out of the table in whose place another one comes.
    pub(super) fn close_succeeded(&mut self, slot: u32, tick: u32, outlet: &mut O) {
        let silence = self.silence(slot, u64::from(tick) * TICK);
        let reason = Reason::Succeeded(silence.unwrap_or_default());
        self.close(slot, tick, reason, outlet);
    }

    /// The record of a connection to which nothing more comes.
    pub(super) fn end(
        &mut self,
        mut connection: Box<Connection>,
        reason: Reason,
        outlet: &mut O,
    ) -> O::Record {
        self.held.forget(&connection);
        connection.finish(&self.ports);
        let record = outlet.conclude(&connection, reason);
        self.keep_spare(connection);
        record
    }

    /// Hands the record out if both ends know that the other has closed; else when it is due.
    pub(super) fn hand_out_in_time(&mut self, slot: u32, tick: u32, outlet: &mut O) {
        let Some(life) = self.slots.life_mut(slot) else {
            return;
        };
        let State::Concluded {
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
    pub(super) fn hand_out(&mut self, slot: u32, tick: u32, outlet: &mut O) {
        let Some((front, life)) = self.slots.get_mut(slot) else {
            return;
        };
        if let State::Concluded { record, .. } = &mut life.state
            && let Some(record) = record.take()
        {
            outlet.deliver(Over {
                record,
                last: front.trace.last,
                tick,
            });
        }
    }

    /// Notes a packet of a connection that was concluded: it may acknowledge the last FIN, or say that nothing else
    /// will.
    pub(super) fn note_late(&mut self, slot: u32, segment: &Segment, tick: u32, outlet: &mut O) {
        let Some((front, life)) = self.slots.get_mut(slot) else {
            return;
        };
        let [end, other] =
            [segment.way, segment.way.reversed()].map(|way| front.trace.highest[way.index()]);
        let acknowledges = segment.has(Segment::ACK) && segment.ack == other;
        let resets = segment.has(Segment::RST) && end.wrapping_sub(segment.seq) <= 1;
        front.trace.note_copy(segment);
        let State::Concluded {
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
}
