//! Signs that every stage still works: what a watchdog asks for.

use std::time::{Duration, Instant};

/// When each stage last showed a sign.
#[derive(Debug)]
pub(super) struct Signs {
    turns: u64,
    reader: Instant,
    workers: Vec<Instant>,
}

impl Signs {
    pub(super) fn new(workers: usize) -> Self {
        let now = Instant::now();
        Self {
            turns: 0,
            reader: now,
            workers: vec![now; workers],
        }
    }

    /// The reader has taken so many turns.
    pub(super) fn of_reader(&mut self, turns: u64) {
        if turns != self.turns {
            self.turns = turns;
            self.reader = Instant::now();
        }
    }

    /// A worker has delivered.
    pub(super) fn of_worker(&mut self, worker: usize) {
        if let Some(last) = self.workers.get_mut(worker) {
            *last = Instant::now();
        }
    }

    /// How long the slowest has shown nothing.
    pub(super) fn silence(&self, now: Instant) -> Duration {
        let oldest = self.workers.iter().copied().fold(self.reader, Instant::min);
        now.saturating_duration_since(oldest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_stage_counts() {
        let mut signs = Signs::new(2);
        let begin = signs.reader;
        signs.of_reader(1);
        signs.of_worker(1);
        signs.of_worker(7);
        let later = begin + Duration::from_secs(60);
        assert!(
            signs.silence(later) >= Duration::from_secs(60),
            "worker 0 never came"
        );
        signs.of_worker(0);
        signs.of_reader(2);
        assert!(signs.silence(later) < Duration::from_secs(60));
    }
}
