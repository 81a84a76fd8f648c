//! Sessions of all workers in one order that does not depend on how many there are: by the second of their end, then their start,
//! then their identity.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::worker::Delivery;
use crate::session::Session;
use crate::time::Timestamp;

/// Holds sessions back until no worker can bring an earlier one.
#[derive(Debug)]
pub(super) struct Order {
    done_before: Vec<u32>,
    waiting: BinaryHeap<Reverse<Waiting>>,
}

#[derive(Debug)]
struct Waiting {
    key: (u32, Timestamp, u64),
    session: Session,
}

impl Order {
    /// For `workers` workers.
    pub(super) fn new(workers: usize) -> Self {
        Self {
            done_before: vec![0; workers],
            waiting: BinaryHeap::new(),
        }
    }

    /// Takes a delivery in and hands on every session whose turn has come.
    pub(super) fn take(&mut self, delivery: Delivery, mut next: impl FnMut(Session)) {
        for (second, session) in delivery.sessions {
            let key = (second, session.start, session.id);
            self.waiting.push(Reverse(Waiting { key, session }));
        }
        if let Some(done) = self.done_before.get_mut(delivery.worker) {
            *done = delivery.done_before;
        }
        let ready = self.done_before.iter().copied().min().unwrap_or(u32::MAX);
        while let Some(Reverse(first)) = self.waiting.peek() {
            if first.key.0 >= ready && ready != u32::MAX {
                return;
            }
            if let Some(Reverse(first)) = self.waiting.pop() {
                next(first.session);
            }
        }
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key.cmp(&other.key)
    }
}
