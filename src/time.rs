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

impl Timestamp {
    /// A time from whole seconds and nanoseconds; saturates instead of wrapping.
    pub const fn from_parts(seconds: u64, nanoseconds: u64) -> Self {
        Self(seconds.saturating_mul(SECOND).saturating_add(nanoseconds))
    }

    /// Nanoseconds from `earlier` to `self`; zero if `earlier` is later (captures do run backwards).
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// `nanoseconds` later.
    #[must_use]
    pub const fn plus(self, nanoseconds: u64) -> Self {
        Self(self.0.saturating_add(nanoseconds))
    }
}

/// RFC 3339 in UTC with nine decimals; years past 9999 (damaged captures) print as the last representable instant.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = i64::try_from(self.0 / SECOND).unwrap_or(i64::MAX);
        let nanoseconds = i32::try_from(self.0 % SECOND).unwrap_or(0);
        let instant = jiff::Timestamp::new(seconds, nanoseconds).unwrap_or(jiff::Timestamp::MAX);
        write!(f, "{instant:.9}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_rfc3339_with_nanoseconds() {
        // 1420629096 s is 2015-01-07T11:11:36Z (date -u -d @1420629096).
        let time = Timestamp::from_parts(1_420_629_096, 7);
        assert_eq!(time.to_string(), "2015-01-07T11:11:36.000000007Z");
        assert_eq!(Timestamp(0).to_string(), "1970-01-01T00:00:00.000000000Z");
    }

    #[test]
    fn runs_backwards_without_wrapping() {
        assert_eq!(Timestamp(5).since(Timestamp(9)), 0);
        assert_eq!(Timestamp(u64::MAX).plus(1), Timestamp(u64::MAX));
    }
}
