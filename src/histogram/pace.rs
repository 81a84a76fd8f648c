//! How the pipeline kept up: what batches of packets cost, and how many waited for a worker. Measured only where
//! asked for, once a batch, never a packet.

use std::time::Duration;

use hdrhistogram::Histogram;

use super::Times;

/// Most waiting batches told apart; channels are bounded far below.
const MOST_WAITING: u64 = 1024;

/// What was measured, over all workers.
#[derive(Clone, Debug, PartialEq)]
pub struct Pace {
    /// Time that a worker spent on one batch, by this machine's clock.
    pub batch: Times,
    /// Batches that waited behind it; counted from one, since the histogram begins there.
    waiting: Histogram<u32>,
}

impl Default for Pace {
    fn default() -> Self {
        let waiting = Histogram::new_with_bounds(1, MOST_WAITING, 2)
            .unwrap_or_else(|_| unreachable!("the bounds of a histogram are constants"));
        Self {
            batch: Times::default(),
            waiting,
        }
    }
}

impl Pace {
    /// One batch took `spent`, and `waiting` more were there when it was begun.
    pub fn note(&mut self, spent: Duration, waiting: usize) {
        let nanoseconds = u64::try_from(spent.as_nanos()).unwrap_or(u64::MAX);
        self.batch.note(nanoseconds);
        self.waiting.saturating_record(waiting as u64 + 1);
    }

    /// Adds what another worker measured.
    pub fn merge(&mut self, other: &Self) {
        self.batch.merge(&other.batch);
        // Both have the same bounds, so there is no value that does not fit.
        let _ = self.waiting.add(&other.waiting);
    }

    /// As many batches as waited, or fewer, for `share` (0 to 1) of all.
    pub fn waiting(&self, share: f64) -> u64 {
        self.waiting.value_at_quantile(share).saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idle_worker_has_nothing_waiting() {
        let mut pace = Pace::default();
        assert_eq!(pace.waiting(1.0), 0);
        (0..10).for_each(|_| pace.note(Duration::from_micros(300), 0));
        let mut busy = Pace::default();
        busy.note(Duration::from_millis(2), 8);
        pace.merge(&busy);
        assert_eq!((pace.waiting(0.5), pace.waiting(1.0)), (0, 8));
        assert_eq!(pace.batch.count(), 11);
    }
}
