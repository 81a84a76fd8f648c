//! Whose clock tells the times of a report for people: that of the zone whose days a history counts, else UTC.

use jiff::fmt::temporal::DateTimeParser;
use jiff::tz::TimeZone;

use crate::tally::Report;
use crate::time::{SECOND, Timestamp};

/// A zone, or UTC where none was asked for.
pub(super) struct Clock {
    zone: Option<Zone>,
}

/// A time zone and how the report names it.
pub(super) struct Zone {
    pub(super) name: String,
    pub(super) rules: TimeZone,
}

/// Of reports over captures, and of the console.
pub(super) static UTC: Clock = Clock { zone: None };

impl Clock {
    /// One for the whole report. A zone that is not known here leaves UTC.
    pub(super) fn of(report: &Report) -> Self {
        let name = report.history.as_ref().map(|history| &history.time_zone);
        let zone = name.and_then(|name| {
            // Also offsets: a machine's own zone may have no name.
            let rules = DateTimeParser::new().parse_time_zone(name).ok()?;
            let name = name.clone();
            Some(Zone { name, rules })
        });
        Self { zone }
    }

    pub(super) const fn zone(&self) -> Option<&Zone> {
        self.zone.as_ref()
    }

    /// To the second, `2026-08-01 09:00:00`.
    pub(super) fn time(&self, value: Timestamp) -> String {
        let Some(zone) = &self.zone else {
            let full = value.to_string();
            return full.split('.').next().unwrap_or_default().replace('T', " ");
        };
        let seconds = i64::try_from(value.0 / SECOND).unwrap_or(i64::MAX);
        let instant = jiff::Timestamp::new(seconds, 0).unwrap_or(jiff::Timestamp::MAX);
        let local = zone.rules.to_datetime(instant);
        format!("{} {}", local.date(), local.time())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::sample;

    fn told(zone: &str, seconds: u64) -> String {
        let mut report = sample::history::over_time(None);
        if let Some(history) = &mut report.history {
            history.time_zone = zone.into();
        }
        Clock::of(&report).time(Timestamp::from_parts(seconds, 0))
    }

    /// By `TZ=Asia/Tokyo date -d @1795323600`, and so on.
    #[test]
    fn times_are_those_of_the_zone() {
        assert_eq!(told("Asia/Tokyo", 1_795_323_600), "2026-11-22 14:00:00");
        assert_eq!(told("UTC", 1_795_323_600), "2026-11-22 05:00:00");
        assert_eq!(
            told("America/New_York", 1_795_323_600),
            "2026-11-22 00:00:00"
        );
        assert_eq!(told("+05:30", 1_795_323_600), "2026-11-22 10:30:00");
        assert_eq!(told("+09", 1_795_323_600), "2026-11-22 14:00:00");
        assert_eq!(told("Nowhere/Town", 1_795_323_600), "2026-11-22 05:00:00");
        let capture = Clock::of(&sample::site());
        assert_eq!(capture.time(Timestamp(0)), "1970-01-01 00:00:00");
    }
}
