//! The days of a time zone: when each begins, and in which one a moment is.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::time::{SECOND, Timestamp};

/// Days a calendar has at most: the latest. Clocks that were never set leave sessions in 1970, and no history holds more.
pub const MAX_DAYS: usize = 800;

/// Days in a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    dates: Vec<Date>,
    /// When each begins.
    starts: Vec<Timestamp>,
    /// When the last is over.
    end: Timestamp,
}

impl Calendar {
    /// The days of `zone` that hold the time from `first` to `last`.
    pub fn new(first: Timestamp, last: Timestamp, zone: &TimeZone) -> Self {
        let (from, mut date) = (date_of(first, zone), date_of(last, zone));
        let mut calendar = Self {
            end: date
                .tomorrow()
                .map_or(Timestamp(u64::MAX), |next| start_of(next, zone)),
            ..Self::default()
        };
        while date >= from && calendar.dates.len() < MAX_DAYS {
            calendar.dates.push(date);
            calendar.starts.push(start_of(date, zone));
            match date.yesterday() {
                Ok(before) => date = before,
                Err(_) => break,
            }
        }
        calendar.dates.reverse();
        calendar.starts.reverse();
        calendar
    }

    /// The days, oldest first.
    pub fn dates(&self) -> &[Date] {
        &self.dates
    }

    /// The place of the day that `time` is in.
    pub fn day_of(&self, time: Timestamp) -> Option<usize> {
        if time >= self.end {
            return None;
        }
        let behind = self.starts.partition_point(|start| *start <= time);
        behind.checked_sub(1)
    }

    /// The place of the first day from `date` on.
    pub fn from(&self, date: Date) -> usize {
        self.dates.partition_point(|day| *day < date)
    }
}

/// The date at a time; absurd times have the last date there is.
pub fn date_of(time: Timestamp, zone: &TimeZone) -> Date {
    let seconds = i64::try_from(time.0 / SECOND).unwrap_or(i64::MAX);
    let instant = jiff::Timestamp::new(seconds, 0).unwrap_or(jiff::Timestamp::MAX);
    zone.to_datetime(instant).date()
}

/// When a day begins: at midnight, or where clocks skip it, right after; never before 1970.
pub fn start_of(date: Date, zone: &TimeZone) -> Timestamp {
    let midnight = zone.to_timestamp(date.at(0, 0, 0, 0));
    let seconds = midnight.map_or(i64::MAX, jiff::Timestamp::as_second);
    let seconds = u64::try_from(seconds).unwrap_or(0);
    Timestamp::from_parts(seconds, 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn at(text: &str) -> Timestamp {
        let instant: jiff::Timestamp = text.parse().unwrap();
        Timestamp(u64::try_from(instant.as_nanosecond()).unwrap())
    }

    /// Berlin went to summer time on 29 March 2026 at 01:00Z: that day has 23 hours.
    #[test]
    fn days_are_those_of_the_zone() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let calendar = Calendar::new(
            at("2026-03-28T23:30:00Z"),
            at("2026-03-30T00:00:00Z"),
            &berlin,
        );
        assert_eq!(calendar.dates(), [date(2026, 3, 29), date(2026, 3, 30)]);
        for (time, day) in [
            ("2026-03-28T22:59:59Z", None),
            ("2026-03-28T23:00:00Z", Some(0)),
            ("2026-03-29T21:59:59Z", Some(0)),
            ("2026-03-29T22:00:00Z", Some(1)),
            ("2026-03-30T21:59:59Z", Some(1)),
            ("2026-03-30T22:00:00Z", None),
        ] {
            assert_eq!(calendar.day_of(at(time)), day, "{time}");
        }
    }

    /// Beirut skipped the hour after midnight of 29 March 2026.
    #[test]
    fn a_day_may_begin_after_midnight() {
        let beirut = TimeZone::get("Asia/Beirut").unwrap();
        assert_eq!(
            start_of(date(2026, 3, 29), &beirut),
            at("2026-03-28T22:00:00Z")
        );
    }

    #[test]
    fn a_clock_that_was_never_set_makes_no_long_list() {
        let calendar = Calendar::new(Timestamp(0), at("2026-08-01T00:00:00Z"), &TimeZone::UTC);
        assert_eq!(calendar.dates().len(), MAX_DAYS);
        assert_eq!(calendar.dates().last(), Some(&date(2026, 8, 1)));
        assert_eq!(calendar.day_of(Timestamp(0)), None);
        let absurd = Calendar::new(Timestamp(u64::MAX), Timestamp(u64::MAX), &TimeZone::UTC);
        assert_eq!(absurd.dates().len(), 1);
    }
}
