//! Distributions of bounded size: of times, for who measures them and who shows them.
//!
//! A histogram of times keeps two significant digits between a microsecond and a minute and never grows; times outside count at the
//! nearer end.

mod pace;

use hdrhistogram::Histogram;

use crate::time::SECOND;

pub use pace::Pace;

/// Nanoseconds in the unit of the histograms.
const MICROSECOND: u64 = 1_000;
/// The longest time told apart, in microseconds: a minute.
const LONGEST: u64 = 60 * SECOND / MICROSECOND;
/// Significant digits: a time is told to one part in a hundred.
const DIGITS: u8 = 2;

/// A distribution of times.
#[derive(Clone, Debug, PartialEq)]
pub struct Times {
    /// In microseconds.
    spread: Histogram<u32>,
    /// Of all times, exactly; nanoseconds.
    sum: u64,
}

impl Default for Times {
    fn default() -> Self {
        // The bounds are constants that the crate accepts; the test below holds it to that.
        let spread = Histogram::new_with_bounds(1, LONGEST, DIGITS)
            .unwrap_or_else(|_| unreachable!("the bounds of a histogram are constants"));
        Self { spread, sum: 0 }
    }
}

impl Times {
    /// Adds one time, in nanoseconds.
    pub fn note(&mut self, nanoseconds: u64) {
        let microseconds = (nanoseconds / MICROSECOND).max(1);
        self.spread.saturating_record(microseconds);
        self.sum = self.sum.saturating_add(nanoseconds);
    }

    /// Adds all times of `other`.
    pub fn merge(&mut self, other: &Self) {
        // Fails only where `other` holds more than fits here, and both have the same bounds.
        let _ = self.spread.add(&other.spread);
        self.sum = self.sum.saturating_add(other.sum);
    }

    /// How many times there are.
    pub fn count(&self) -> u64 {
        self.spread.len()
    }

    /// Sum of all times, nanoseconds.
    pub const fn sum(&self) -> u64 {
        self.sum
    }

    /// The time that `share` (0 to 1) of all are at or below, nanoseconds; `None` without any.
    pub fn quantile(&self, share: f64) -> Option<u64> {
        (self.count() > 0).then(|| self.spread.value_at_quantile(share) * MICROSECOND)
    }

    /// How many are at or below `nanoseconds`, to the resolution of the histogram: a cumulative bucket.
    pub fn at_most(&self, nanoseconds: u64) -> u64 {
        self.spread.count_between(0, nanoseconds / MICROSECOND)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLISECOND: u64 = 1_000_000;

    /// Nearest rank: of a hundred times of 1 to 100 ms, half are at or below 50 ms and 99 at or below 99 ms.
    #[test]
    fn quantiles_are_right_to_two_digits() {
        let mut times = Times::default();
        (1..=100).for_each(|n| times.note(n * MILLISECOND));
        let near = |share, expected: u64| {
            let found = times.quantile(share).unwrap();
            assert!(
                found.abs_diff(expected) * 100 <= expected,
                "{found} for {expected}"
            );
        };
        near(0.5, 50 * MILLISECOND);
        near(0.99, 99 * MILLISECOND);
        near(1.0, 100 * MILLISECOND);
        assert_eq!(times.count(), 100);
        assert_eq!(times.sum(), 5050 * MILLISECOND);
        assert_eq!(times.at_most(250 * MILLISECOND), 100);
        assert_eq!(times.at_most(9 * MILLISECOND + 900_000), 9);
    }

    #[test]
    fn nothing_is_unknown_and_extremes_stay_within_the_bounds() {
        let mut times = Times::default();
        assert_eq!(times.quantile(0.5), None);
        times.note(0);
        times.note(u64::MAX);
        assert_eq!(times.count(), 2);
        assert_eq!(times.quantile(0.5), Some(MICROSECOND));
        assert!(times.quantile(1.0).unwrap() <= 61 * SECOND);
    }

    #[test]
    fn parts_add_up() {
        let (mut one, mut two, mut both) = (Times::default(), Times::default(), Times::default());
        for n in 1..500 {
            let times = if n % 3 == 0 { &mut one } else { &mut two };
            times.note(n * MILLISECOND);
            both.note(n * MILLISECOND);
        }
        one.merge(&two);
        assert_eq!(one, both);
    }
}
