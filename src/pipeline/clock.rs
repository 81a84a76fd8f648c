//! Forward capture time: what timeouts are measured with, whatever the capture's own clock does.
//!
//! Times in captures jump: backwards where files or taps were appended, far ahead where a record is damaged. The clock adds up
//! only steps forward, and believes a step of more than [`DOUBTFUL`] only if the next packet confirms it.

use crate::time::{SECOND, Timestamp};

/// A longer step forward must be confirmed.
pub(super) const DOUBTFUL: u64 = 600 * SECOND;
/// A longer step is as good as this one: nothing is waited for, or remembered, for longer. What is counted stays within what a table can tell
/// apart though there be years between captures.
const LONGEST: u64 = 2 * 86_400 * SECOND;

/// Adds up forward steps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    elapsed: u64,
    /// [`NOTHING`] before the first packet.
    last: Timestamp,
    doubtful: Option<Timestamp>,
}

/// No step forward leads from here.
const NOTHING: Timestamp = Timestamp(u64::MAX);

impl Default for Clock {
    fn default() -> Self {
        Self {
            elapsed: 0,
            last: NOTHING,
            doubtful: None,
        }
    }
}

impl Clock {
    /// A packet captured at `time`: returns nanoseconds of forward time so far.
    #[inline]
    pub(super) fn advance(&mut self, time: Timestamp) -> u64 {
        let step = time.since(self.last);
        if step > DOUBTFUL {
            return self.doubt(time);
        }
        self.doubtful = None;
        self.elapsed += step;
        self.last = time;
        self.elapsed
    }

    /// So many nanoseconds have gone by without a packet. Before the first packet there is nothing to measure from.
    pub(super) fn pause(&mut self, nanoseconds: u64) {
        if self.last != NOTHING {
            self.last = self.last.plus(nanoseconds);
            self.elapsed = self.elapsed.saturating_add(nanoseconds);
        }
    }

    /// Nanoseconds of forward time so far.
    pub(super) const fn elapsed(&self) -> u64 {
        self.elapsed
    }

    #[cold]
    fn doubt(&mut self, time: Timestamp) -> u64 {
        let confirmed = self
            .doubtful
            .is_some_and(|before| time.since(before) <= DOUBTFUL && before.since(time) <= DOUBTFUL);
        if confirmed {
            self.doubtful = None;
            self.elapsed = self
                .elapsed
                .saturating_add(time.since(self.last).min(LONGEST));
            self.last = time;
        } else {
            self.doubtful = Some(time);
        }
        self.elapsed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_absurd_time_moves_nothing() {
        let mut clock = Clock::default();
        clock.advance(Timestamp(0));
        clock.advance(Timestamp(5));
        assert_eq!(clock.advance(Timestamp(u64::MAX / 2)), 5);
        assert_eq!(clock.advance(Timestamp(7)), 7);
    }

    /// Captures of many years read in one run.
    #[test]
    fn years_between_captures_count_as_days() {
        let mut clock = Clock::default();
        for year in 0..20 {
            for second in 0..3 {
                clock.advance(Timestamp((year * 365 * 86_400 + second) * SECOND));
            }
        }
        assert_eq!(clock.elapsed(), 19 * (LONGEST + SECOND) + 2 * SECOND);
    }

    #[test]
    fn a_told_pause_counts_as_much_as_one_between_packets() {
        let mut clock = Clock::default();
        clock.pause(9);
        assert_eq!(clock.advance(Timestamp(100)), 0);
        clock.pause(7200 * SECOND);
        assert_eq!(clock.advance(Timestamp(7201 * SECOND + 100)), 7201 * SECOND);
    }

    #[test]
    fn a_pause_counts_once_confirmed_and_steps_back_do_not() {
        let mut clock = Clock::default();
        clock.advance(Timestamp(0));
        assert_eq!(clock.advance(Timestamp(7200 * SECOND)), 0);
        assert_eq!(clock.advance(Timestamp(7201 * SECOND)), 7201 * SECOND);
        assert_eq!(clock.advance(Timestamp(3 * SECOND)), 7201 * SECOND);
        assert_eq!(clock.advance(Timestamp(4 * SECOND)), 7202 * SECOND);
    }
}
