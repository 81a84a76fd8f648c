//! Time in a table: deadlines fire as the clock goes on, and the capture ends.

use std::collections::VecDeque;

use super::{Outlet, Reason, State, Table};
use crate::flow::slots::Ticket;
use crate::flow::wheel::{TICK, TURN, Wheel};

impl<O: Outlet> Table<O> {
    /// Lets time go on to `clock`, whose tick is returned.
    #[inline]
    pub(super) fn advance_to(&mut self, clock: u64, outlet: &mut O) -> u32 {
        let tick = ticks(clock);
        if self.wheel.now() < tick {
            self.advance(tick, outlet);
        }
        tick
    }

    /// Lets time pass without a packet: `clock` in nanoseconds.
    pub fn pass(&mut self, clock: u64, outlet: &mut O) {
        self.advance(ticks(clock), outlet);
    }

    /// Tick by tick as long as there are connections: once the last is over, the rest of the way is one step, however
    /// far a damaged capture's times jump.
    fn advance(&mut self, tick: u32, outlet: &mut O) {
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

    fn fire(&mut self, ticket: Ticket, now: u32, outlet: &mut O) {
        let Some((front, life)) = self.slots.live_mut(ticket) else {
            return;
        };
        if life.scheduled != now {
            return;
        }
        life.scheduled = u32::MAX;
        let deadline = front.deadline;
        if deadline > now {
            let mut next = deadline;
            if let State::Concluded {
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

    /// The capture has ended at `clock`: everything left is over.
    pub fn finish(&mut self, clock: u64, outlet: &mut O) {
        let mut part = self.finish_part(clock, 0, outlet);
        while let Some(next) = part {
            part = self.finish_part(clock, next, outlet);
        }
    }

    /// A part of [`Table::finish`]; begins with part 0, and returns the next one.
    pub fn finish_part(&mut self, clock: u64, part: u32, outlet: &mut O) -> Option<u32> {
        const SLOTS: u32 = 4096;
        self.advance(ticks(clock), outlet);
        // Nothing is looked for any more, and what leaves the table now may have to wait for its turn.
        self.slots.forget_index();
        self.wheel = Wheel::starting_at(self.wheel.now());
        self.oldest = VecDeque::new();
        let all = self.slots.total();
        let begin = part * SLOTS;
        for slot in begin..all.min(begin + SLOTS) {
            let Some(silence) = self.silence(slot, clock) else {
                continue;
            };
            let successor = self.beside.remove(&slot);
            self.close(slot, u32::MAX, Reason::EndOfCapture(silence), outlet);
            if let Some(successor) = successor {
                let reason = Reason::EndOfCapture(since(clock, successor.tick));
                self.conclude_beside(successor, u32::MAX, reason, outlet);
            }
        }
        (all > begin + SLOTS).then_some(part + 1)
    }

    /// Nanoseconds from the last packet of the connection in `slot` to `clock`; `None` if there is none.
    pub(super) fn silence(&self, slot: u32, clock: u64) -> Option<u64> {
        let (front, life) = self.slots.get(slot)?;
        let wait = match &life.state {
            State::Free => return None,
            State::Open(connection) => self.limits.wait(connection),
            State::Settled(settled) => self.limits.wait_settled(settled.tail()),
            State::Concluded { .. } => self.limits.linger,
        };
        Some(since(clock, front.deadline.saturating_sub(wait)))
    }
}

/// Nanoseconds from a tick to `clock`.
pub(super) const fn since(clock: u64, tick: u32) -> u64 {
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
