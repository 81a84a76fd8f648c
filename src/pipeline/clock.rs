//! Forward capture time: what timeouts are measured with, whatever the capture's own clock does.
//!
//! Times in captures jump: backwards where files or taps were appended or the clock was set, to and fro where
//! interfaces of one file have clocks of their own, far ahead or to 1970 where a record is damaged. The clock counts
//! what goes by once:
//!
//! - a time before the latest moves nothing, until the times have gone on from there for [`STAY`] without a return:
//!   then the clock was set;
//! - a step of more than [`DOUBTFUL_STEP`] ahead is believed only if the next packet confirms it;
//! - the setting that was left is remembered, and a return to it is no step at all.

use crate::time::{DOUBTFUL_STEP, SECOND, Timestamp};

/// Times that have gone on for so long from where they stepped back to will stay there.
const STAY: u64 = 60 * SECOND;
/// A step of so much is one of the same setting: two settings that are told apart differ by [`STAY`] at least.
const SURE: u64 = STAY / 2;
/// A longer step is as good as this one: nothing is waited for, or remembered, for longer. What is counted stays within
/// what a table can tell apart though there be years between captures.
const LONGEST: u64 = 2 * 86_400 * SECOND;

/// Adds up what goes by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    elapsed: u64,
    /// The time, by the present setting, at which so much had elapsed. [`NOTHING`] before the first packet.
    last: Timestamp,
    /// The same time by the setting before, less `last`, modulo 2^64: both go on at the same pace. Zero if there was none.
    other: u64,
    doubt: Doubt,
}

/// What the packets before this one leave open.
#[derive(Clone, Copy, Debug)]
enum Doubt {
    Nothing,
    /// The latest one was far ahead.
    Ahead(Timestamp),
    /// Times go on from `start`, which is behind, and have come to `last`.
    Behind {
        start: Timestamp,
        last: Timestamp,
    },
}

/// No step leads from here: it is far from all times that there are.
const NOTHING: Timestamp = Timestamp(1 << 63);

impl Default for Clock {
    fn default() -> Self {
        Self {
            elapsed: 0,
            last: NOTHING,
            other: 0,
            doubt: Doubt::Nothing,
        }
    }
}

impl Clock {
    /// A packet captured at `time`: returns nanoseconds of forward time so far.
    #[inline]
    pub(super) fn advance(&mut self, time: Timestamp) -> u64 {
        // A step back is a very long one.
        let step = time.0.wrapping_sub(self.last.0);
        if step > SURE {
            return self.judge(time);
        }
        self.doubt = Doubt::Nothing;
        self.elapsed += step;
        self.last = time;
        self.elapsed
    }

    /// So many nanoseconds have gone by without a packet. Before the first packet there is nothing to measure from.
    pub(super) fn pause(&mut self, nanoseconds: u64) {
        if self.last == NOTHING {
            return;
        }
        self.last = self.last.plus(nanoseconds);
        self.elapsed = self.elapsed.saturating_add(nanoseconds);
        // That is counted; what goes by between the packets is still to be.
        if let Doubt::Behind { start, last } = self.doubt {
            self.doubt = Doubt::Behind {
                start: start.plus(nanoseconds),
                last: last.plus(nanoseconds),
            };
        }
    }

    /// Nanoseconds of forward time so far.
    pub(super) const fn elapsed(&self) -> u64 {
        self.elapsed
    }

    /// A packet that is not the next one by the present setting for sure.
    #[cold]
    fn judge(&mut self, time: Timestamp) -> u64 {
        if self.last == NOTHING {
            self.last = time;
        } else if self.is_of_other(time) {
            self.turn_to_other();
            self.go_on(time);
        } else if time < self.last {
            self.behind(time);
        } else if time.since(self.last) <= DOUBTFUL_STEP {
            self.go_on(time);
        } else {
            self.ahead(time);
        }
        self.elapsed
    }

    /// Whether a packet belongs to the setting before rather than to this one.
    fn is_of_other(&self, time: Timestamp) -> bool {
        if self.other == 0 {
            return false;
        }
        let other = self.other_last();
        let is_about = time.since(other) <= SURE && other.since(time) <= SURE;
        // Of two steps forward the shorter one counts, though there be a pause in it.
        let is_nearer = self.last < other && time > other && time.since(other) <= DOUBTFUL_STEP;
        is_about || is_nearer
    }

    /// The time by the setting before.
    fn other_last(&self) -> Timestamp {
        Timestamp(self.last.0.wrapping_add(self.other))
    }

    fn turn_to_other(&mut self) {
        self.last = self.other_last();
        self.other = self.other.wrapping_neg();
    }

    /// From here on `last` is the time; what it was until now is the setting before.
    fn turn_to(&mut self, last: Timestamp) {
        self.other = self.last.0.wrapping_sub(last.0);
        self.last = last;
        self.doubt = Doubt::Nothing;
    }

    /// A step forward, if it is one.
    fn go_on(&mut self, time: Timestamp) {
        self.doubt = Doubt::Nothing;
        self.elapsed = self.elapsed.saturating_add(time.since(self.last));
        self.last = self.last.max(time);
    }

    fn behind(&mut self, time: Timestamp) {
        let (start, last) = match self.doubt {
            // A little late, or the next one.
            Doubt::Behind { start, last }
                if last.since(time) <= SURE && time.since(last) <= DOUBTFUL_STEP =>
            {
                (start, last.max(time))
            }
            _ => (time, time),
        };
        self.doubt = Doubt::Behind { start, last };
        if last.since(start) >= STAY {
            self.turn_to(start);
            self.go_on(last);
        }
    }

    fn ahead(&mut self, time: Timestamp) {
        let is_confirmed = match self.doubt {
            Doubt::Ahead(before) => {
                time.since(before) <= DOUBTFUL_STEP && before.since(time) <= DOUBTFUL_STEP
            }
            _ => false,
        };
        if !is_confirmed {
            self.doubt = Doubt::Ahead(time);
            return;
        }
        let step = time.since(self.last).min(LONGEST);
        self.turn_to(time);
        self.elapsed = self.elapsed.saturating_add(step);
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
        assert_eq!(clock.advance(Timestamp(3 * SECOND)), 7204 * SECOND);
    }

    /// What has elapsed after packets at these times, in seconds.
    fn after(seconds: impl IntoIterator<Item = u64>) -> u64 {
        let mut clock = Clock::default();
        for second in seconds {
            clock.advance(Timestamp(second * SECOND));
        }
        clock.elapsed() / SECOND
    }

    /// Interfaces of one file whose clocks differ, one packet each in turn: from a leap second to time zones and years.
    #[test]
    fn clocks_that_differ_count_once() {
        for ahead in [1, 37, 59, 60, 61, 90, 599, 601, 7_200, 400 * 86_400] {
            let start = ahead + 1_000;
            let each = (0..2_000).flat_map(|second| [start + second, start + second - ahead]);
            assert_eq!(after(each), 1_999, "{ahead}");
            // One of them is nearly silent: there is a packet of it every two minutes.
            let few = (0..2_000).flat_map(|second| {
                let rare = (second % 120 == 0).then_some(start + second);
                [rare, Some(start + second - ahead)].into_iter().flatten()
            });
            let elapsed = after(few);
            assert!(
                (1_900..=2_000 + ahead.min(60)).contains(&elapsed),
                "{ahead}: {elapsed}"
            );
        }
    }

    #[test]
    fn times_of_1970_move_nothing() {
        let sane = 1_800_000_000_u64;
        let mut times: Vec<_> = (0..100).map(|second| sane + second).collect();
        times.splice(50..50, [0; 300]);
        times.insert(20, 0);
        assert_eq!(after(times), 99);
    }

    #[test]
    fn a_clock_that_is_set_back_goes_on() {
        for back in [1, 50, 70, 3_600, 400 * 86_400] {
            let sane = 1_800_000_000_u64;
            let before = (0..1_000).map(|second| sane + second);
            let behind = (1_000..2_000).map(|second| sane + second - back);
            let elapsed = after(before.chain(behind));
            assert!(
                (1_999 - STAY / SECOND..=1_999).contains(&elapsed),
                "{back}: {elapsed}"
            );
        }
    }

    /// Packets that come late by less than a minute: the highest time is what counts.
    #[test]
    fn late_packets_move_nothing() {
        let late = (0..5_000_u64).map(|second| 100 + second - second * 7919 % 59);
        assert!((4_900..=5_000).contains(&after(late)));
    }

    #[test]
    fn a_told_pause_counts_once_whatever_the_setting() {
        let mut clock = Clock::default();
        clock.advance(Timestamp(9_000 * SECOND));
        // Set back by two hours; half of the time passes in pauses, as on a live link.
        for second in 0..200 {
            clock.advance(Timestamp((1_800 + 2 * second) * SECOND));
            clock.pause(SECOND);
        }
        assert!((300..=400).contains(&(clock.elapsed() / SECOND)));
    }
}
