//! Sessions of all workers in one order that does not depend on how many there are: by the tick of their end, then their start,
//! then their identity.

use std::collections::BTreeMap;

use super::finished::FinishedSession;
use super::worker::Delivery;
use crate::session::Session;
use crate::time::Timestamp;

/// Holds sessions back until no worker can bring an earlier one.
#[derive(Debug)]
pub(super) struct Order {
    done_before: Vec<u32>,
    /// By the tick of their end; sorted within it when its turn has come.
    waiting: BTreeMap<u32, Vec<Waiting>>,
}

#[derive(Debug)]
struct Waiting {
    key: (Timestamp, u64),
    session: FinishedSession,
}

impl Order {
    /// For `workers` workers.
    pub(super) fn new(workers: usize) -> Self {
        Self {
            done_before: vec![0; workers],
            waiting: BTreeMap::new(),
        }
    }

    /// Takes a delivery in and hands on every session whose turn has come.
    pub(super) fn take(&mut self, delivery: Delivery, next: impl FnMut(Box<Session>)) {
        for (tick, session) in delivery.sessions {
            let key = (session.start(), session.id());
            let waiting = self.waiting.entry(tick).or_default();
            waiting.push(Waiting { key, session });
        }
        if let Some(done) = self.done_before.get_mut(delivery.worker) {
            *done = delivery.done_before;
        }
        let ready = self.done_before.iter().copied().min().unwrap_or(u32::MAX);
        self.hand_on(ready, next);
    }

    /// Hands on what still waits, though a worker has not said that it is done.
    pub(super) fn finish(&mut self, next: impl FnMut(Box<Session>)) {
        self.hand_on(u32::MAX, next);
    }

    fn hand_on(&mut self, ready: u32, mut next: impl FnMut(Box<Session>)) {
        while let Some(first) = self.waiting.first_entry() {
            if *first.key() >= ready && ready != u32::MAX {
                return;
            }
            let mut together = first.remove();
            together.sort_unstable_by_key(|waiting| waiting.key);
            for one in together {
                next(one.session.into_session());
            }
        }
    }
}
