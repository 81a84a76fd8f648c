//! Capture time: nanoseconds since the Unix epoch, as the capture's own clock told them.
//!
//! Nothing in the stages reads a clock; every time comes in with the bytes. A clock that was never set gives small
//! values, a damaged capture gives absurd ones; both are carried as they are.

use std::fmt;

/// One nanosecond count since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Timestamp(pub u64);

/// Nanoseconds in a second.
pub const SECOND: u64 = 1_000_000_000;

/// A longer step forward from one packet to the next, in nanoseconds, is believed only where the packet after it confirms it.
pub(crate) const DOUBTFUL_STEP: u64 = 600 * SECOND;

impl Timestamp {
    /// A time from whole seconds and nanoseconds; saturates instead of wrapping.
    pub const fn from_parts(seconds: u64, nanoseconds: u64) -> Self {
        Self(seconds.saturating_mul(SECOND).saturating_add(nanoseconds))
    }

    /// Nanoseconds from `earlier` to `self`; zero if `earlier` is later (captures do run backwards).
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Nanoseconds from `earlier` to `self`; nothing if `earlier` is later: two clocks that disagree measure nothing.
    pub const fn after(self, earlier: Self) -> Option<u64> {
        self.0.checked_sub(earlier.0)
    }

    /// `nanoseconds` later.
    #[must_use]
    pub const fn plus(self, nanoseconds: u64) -> Self {
        Self(self.0.saturating_add(nanoseconds))
    }
}

/// Bytes of `2026-08-01T09:00:00.000000000Z`.
pub const RFC3339_LENGTH: usize = 30;

impl Timestamp {
    /// RFC 3339 in UTC with nine decimals. The last instant lies in the year 2554, so the year always has four digits.
    pub fn rfc3339(self) -> [u8; RFC3339_LENGTH] {
        rfc3339(self.0 / SECOND, self.0 % SECOND)
    }
}

/// Whole seconds since 1970-01-01T00:00:00Z, up to the end of the year 9999: the times of certificates (RFC 5280
/// section 4.1.2.5).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CertificateTime(u64);

impl CertificateTime {
    /// The last: 9999-12-31T23:59:59Z, which says that there is no end.
    const LAST: u64 = 253_402_300_799;

    /// `None` before 1970 and behind the last.
    pub fn new(seconds: i64) -> Option<Self> {
        let seconds = u64::try_from(seconds).ok()?;
        (seconds <= Self::LAST).then_some(Self(seconds))
    }

    /// As [`Timestamp::rfc3339`] has it.
    pub fn rfc3339(self) -> [u8; RFC3339_LENGTH] {
        rfc3339(self.0, 0)
    }
}

/// Seconds up to the year 9999, and nanoseconds.
fn rfc3339(seconds: u64, fraction: u64) -> [u8; RFC3339_LENGTH] {
    let (year, month, day) = date(seconds / DAY);
    let clock = seconds % DAY;
    let mut text = *b"0000-00-00T00:00:00.000000000Z";
    let nanoseconds = fraction % 100_000_000;
    let pairs = [
        (0, year / 100),
        (2, year % 100),
        (5, month),
        (8, day),
        (11, clock / 3600),
        (14, clock / 60 % 60),
        (17, clock % 60),
        (21, nanoseconds / 1_000_000),
        (23, nanoseconds / 10_000 % 100),
        (25, nanoseconds / 100 % 100),
        (27, nanoseconds % 100),
    ];
    for (place, value) in pairs {
        if let Some(digits) = text
            .get_mut(place..)
            .and_then(|rest| rest.first_chunk_mut())
        {
            *digits = two_digits(value as u8);
        }
    }
    if let Some(digit) = text.get_mut(20) {
        *digit = b'0' + (fraction / 100_000_000) as u8;
    }
    text
}

/// A number below 100.
const fn two_digits(value: u8) -> [u8; 2] {
    [b'0' + value / 10, b'0' + value % 10]
}

/// Seconds of a day: the Unix clock has no leap seconds.
const DAY: u64 = 86_400;
/// Days of 400 years of the Gregorian calendar, after which it repeats, of 100, and of four.
const DAYS_400: u64 = 146_097;
const DAYS_100: u64 = 36_524;
const DAYS_4: u64 = 1461;
/// Days from the first of March of the year 0 to 1970-01-01.
const EPOCH: u64 = 719_468;

/// Year, month and day, so many days after 1970-01-01. Years are taken to begin in March, so that the leap day is their last.
const fn date(days: u64) -> (u64, u64, u64) {
    let days = days + EPOCH;
    let (era, day) = (days / DAYS_400, days % DAYS_400);
    let year = (day - day / (DAYS_4 - 1) + day / DAYS_100 - day / (DAYS_400 - 1)) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    // From March on, months of 31 and 30 days take turns so that five of them are 153 days.
    let month = (5 * day + 2) / 153;
    let day_of_month = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year + (month <= 2) as u64;
    (year, month, day_of_month)
}

/// As [`Timestamp::rfc3339`] has it.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.rfc3339()).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn prints_rfc3339_with_nanoseconds() {
        // 1420629096 s is 2015-01-07T11:11:36Z (date -u -d @1420629096).
        let time = Timestamp::from_parts(1_420_629_096, 7);
        assert_eq!(time.to_string(), "2015-01-07T11:11:36.000000007Z");
        assert_eq!(Timestamp(0).to_string(), "1970-01-01T00:00:00.000000000Z");
    }

    /// RFC 5280 section 4.1.2.5: a certificate without an end has the last second of the year 9999.
    #[test]
    fn certificates_reach_to_the_year_9999() {
        let text = |seconds| {
            let time = CertificateTime::new(seconds)?;
            Some(String::from_utf8(time.rfc3339().to_vec()).unwrap())
        };
        let last = "9999-12-31T23:59:59.000000000Z";
        assert_eq!(text(253_402_300_799).as_deref(), Some(last));
        assert_eq!(text(253_402_300_800), None);
        assert_eq!(text(-1), None);
    }

    proptest! {
        /// A second opinion.
        #[test]
        fn prints_what_jiff_prints(nanoseconds in any::<u64>()) {
            let instant = jiff::Timestamp::from_nanosecond(i128::from(nanoseconds)).unwrap();
            prop_assert_eq!(Timestamp(nanoseconds).to_string(), format!("{instant:.9}"));
        }
    }

    #[test]
    fn runs_backwards_without_wrapping() {
        assert_eq!(Timestamp(5).since(Timestamp(9)), 0);
        assert_eq!(Timestamp(5).after(Timestamp(9)), None);
        assert_eq!(Timestamp(9).after(Timestamp(5)), Some(4));
        assert_eq!(Timestamp(u64::MAX).plus(1), Timestamp(u64::MAX));
    }
}
