//! Timeouts without scanning: a wheel with a slot for each tick (Varghese and Lauck, 1987), and one turn of about two minutes.
//!
//! A flow is in the wheel for its next deadline; an entry that fires too early, because packets moved the deadline
//! on or because it lay beyond a turn, is put back by whoever owns the flow. So a packet never touches the wheel.
//!
//! Nothing is taken out of it before its time: entries of flows that are long over, or that were given an earlier
//! deadline, stay for up to a turn, so a turn is short.

use std::mem;

use crate::time::SECOND;

/// Ticks in a second.
pub const PER_SECOND: u32 = 8;
/// Nanoseconds between two deadlines that are told apart.
pub const TICK: u64 = SECOND / PER_SECOND as u64;
/// Ticks in a turn. Longer than closed connections are kept, of which there are many; those that are open for longer,
/// of which there are few, come around once a turn.
pub const TURN: u32 = 128 * PER_SECOND;

/// Entries by the tick in which they are due.
#[derive(Debug)]
pub struct Wheel<T> {
    slots: Vec<Vec<T>>,
    now: u32,
}

impl<T> Default for Wheel<T> {
    fn default() -> Self {
        Self {
            slots: (0..TURN).map(|_| Vec::new()).collect(),
            now: 0,
        }
    }
}

impl<T> Wheel<T> {
    /// An empty wheel that has already fired everything up to `tick`.
    pub fn starting_at(tick: u32) -> Self {
        Self {
            now: tick,
            ..Self::default()
        }
    }

    /// The tick up to which everything has fired.
    pub const fn now(&self) -> u32 {
        self.now
    }

    /// Adds an entry that is due in tick `due`; one that is past is due in the next tick. Returns the tick in which it fires.
    pub fn schedule(&mut self, due: u32, entry: T) -> u32 {
        let due = due.clamp(self.now + 1, self.now + TURN - 1);
        if let Some(slot) = self.slots.get_mut((due % TURN) as usize) {
            slot.push(entry);
        }
        due
    }

    /// Moves on by one tick if `tick` is ahead, and returns what is due in it.
    pub fn step_towards(&mut self, tick: u32) -> Option<Vec<T>> {
        if tick <= self.now {
            return None;
        }
        self.now += 1;
        Some(
            self.slots
                .get_mut((self.now % TURN) as usize)
                .map(mem::take)
                .unwrap_or_default(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fires_each_entry_once_in_its_tick() {
        let mut wheel = Wheel::default();
        for due in [1, 5, 120, 90_000] {
            wheel.schedule(due, due);
        }
        let mut fired = Vec::new();
        while let Some(due) = wheel.step_towards(TURN + 70) {
            fired.extend(due.into_iter().map(|entry| (wheel.now(), entry)));
        }
        // 90,000 lies beyond a turn and comes early, for its owner to put back.
        assert_eq!(fired, [(1, 1), (5, 5), (120, 120), (TURN - 1, 90_000)]);
    }
}
