//! Times, zones and hosts as typed for `tlstally report`.

use std::str::FromStr;
use std::time::Duration;

use ipnet::IpNet;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use thiserror::Error;

use super::length::{Length, Unit};
use super::values;

/// A time up to now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Last {
    /// So many days, today included.
    Days(u32),
    /// So long, exactly.
    Exactly(Duration),
}

/// What is wrong with a time.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MomentError {
    /// Not a length of time.
    #[error("`{0}` is not a time such as 7d, 2w, 12h or 90m")]
    Last(String),
    /// Not a day.
    #[error("`{0}` is not a day such as 2026-08-01, today or yesterday")]
    Day(String),
    /// Not a day or time.
    #[error(
        "`{0}` is not a day such as 2026-08-01, today or yesterday, or a time such as 2026-08-01T14:00, \
         2026-08-01T14:00Z or 2026-08-01T14:00+09:00"
    )]
    Moment(String),
    /// Not two of them.
    #[error("`{0}` is not two days such as 2026-07-01..2026-07-31")]
    Moments(String),
}

impl FromStr for Last {
    type Err = MomentError;

    fn from_str(text: &str) -> Result<Self, MomentError> {
        let length = Length::parse(text, Unit::Day);
        let length = length.ok_or_else(|| MomentError::Last(text.to_owned()))?;
        let days = length.calendar_days().map(Self::Days);
        Ok(days.unwrap_or_else(|| Self::Exactly(length.duration())))
    }
}

/// A day of the report's time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day {
    /// This one.
    Date(Date),
    /// The day that it is there now.
    Today,
    /// The day before.
    Yesterday,
}

impl FromStr for Day {
    type Err = MomentError;

    fn from_str(text: &str) -> Result<Self, MomentError> {
        match text {
            "today" => return Ok(Self::Today),
            "yesterday" => return Ok(Self::Yesterday),
            _ => {}
        }
        // `Date` would take a time as well, and drop it.
        let date = text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'-');
        let date = date.then(|| text.parse().ok()).flatten();
        date.map(Self::Date)
            .ok_or_else(|| MomentError::Day(text.to_owned()))
    }
}

/// A day, or a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// A whole day.
    Day(Day),
    /// What the clocks of the report's time zone show.
    Clock(DateTime),
    /// A time with its offset from UTC (RFC 3339 section 5.6; seconds may be left out).
    Instant(Timestamp),
}

impl FromStr for Moment {
    type Err = MomentError;

    fn from_str(text: &str) -> Result<Self, MomentError> {
        if let Ok(day) = text.parse() {
            return Ok(Self::Day(day));
        }
        if let Ok(instant) = text.parse() {
            return Ok(Self::Instant(instant));
        }
        let wrong = || MomentError::Moment(text.to_owned());
        // `DateTime` would read over an offset, and over the name of a zone.
        let clock = text.get(10..).unwrap_or_default();
        if clock.contains(['+', '-', '[', 'Z', 'z']) {
            return Err(wrong());
        }
        text.parse().map(Self::Clock).map_err(|_| wrong())
    }
}

/// A window to compare with; none given stands for the one right before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moments(pub Option<(Moment, Moment)>);

impl FromStr for Moments {
    type Err = MomentError;

    fn from_str(text: &str) -> Result<Self, MomentError> {
        if text.is_empty() {
            return Ok(Self(None));
        }
        let wrong = || MomentError::Moments(text.to_owned());
        let (from, to) = text.split_once("..").ok_or_else(wrong)?;
        Ok(Self(Some((from.parse()?, to.parse()?))))
    }
}

/// Hosts by network or by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostFilter {
    /// All in this network.
    Network(IpNet),
    /// All with this name, in any case of letters.
    Name(String),
}

impl FromStr for HostFilter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match values::network(text) {
            Ok(network) => Ok(Self::Network(network)),
            // No host name has a slash in it.
            Err(wrong) if text.contains('/') => Err(wrong),
            Err(_) => Ok(Self::Name(text.to_owned())),
        }
    }
}

/// An IANA zone.
pub(super) fn zone(text: &str) -> Result<TimeZone, String> {
    TimeZone::get(text)
        .map_err(|_| format!("`{text}` is not a time zone such as Europe/Berlin or UTC"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_days_of_the_calendar_or_exact() {
        assert_eq!("30d".parse(), Ok(Last::Days(30)));
        assert_eq!("7".parse(), Ok(Last::Days(7)));
        assert_eq!("2w".parse(), Ok(Last::Days(14)));
        let exactly = |hours: u64| Ok(Last::Exactly(Duration::from_secs(hours * 3_600)));
        assert_eq!("24h".parse(), exactly(24));
        assert_eq!("60m".parse(), exactly(1));
        for text in ["", "d", "0d", "-7d", "36501d"] {
            assert!(text.parse::<Last>().is_err(), "{text}");
        }
    }

    /// RFC 3339 sections 4.2 and 5.6, and ISO 8601 without seconds: 14:00 at +09:00 is 05:00 of UTC.
    #[test]
    fn an_offset_counts() {
        let instant = |text: &str| match text.parse() {
            Ok(Moment::Instant(instant)) => instant.to_string(),
            other => format!("{other:?}"),
        };
        for text in [
            "2026-11-22T14:00:00+09:00",
            "2026-11-22T14:00+09:00",
            "2026-11-22T05:00:00Z",
            "2026-11-22T05:00Z",
            "2026-11-22t05:00:00z",
            "2026-11-22T00:00:00-05:00",
            "2026-11-22T05:00:00.000+00:00",
            "2026-11-22 05:00:00Z",
        ] {
            assert_eq!(instant(text), "2026-11-22T05:00:00Z", "{text}");
        }
    }

    #[test]
    fn days_and_clocks_are_those_of_the_zone() {
        let date = jiff::civil::date(2026, 8, 1);
        assert_eq!("2026-08-01".parse(), Ok(Moment::Day(Day::Date(date))));
        assert_eq!("today".parse(), Ok(Moment::Day(Day::Today)));
        assert_eq!("yesterday".parse(), Ok(Moment::Day(Day::Yesterday)));
        for text in [
            "2026-08-01T14:00",
            "2026-08-01T14:00:00",
            "2026-08-01 14:00",
        ] {
            let clock = Moment::Clock(date.at(14, 0, 0, 0));
            assert_eq!(text.parse(), Ok(clock), "{text}");
        }
    }

    #[test]
    fn nothing_of_a_time_is_dropped() {
        for text in [
            "",
            "1.8.2026",
            "tomorrow",
            "2026-02-30",
            "2026-08-01T",
            "2026-08-01T25:00",
            "2026-08-01T14:00[Asia/Tokyo]",
            "2026-08-01T14:00+99:00",
            "2026-08-01T14:00 +09:00",
        ] {
            let moment = text.parse::<Moment>();
            assert!(moment.is_err(), "{text} is {moment:?}");
        }
        for text in ["2026-08-01T14:00", "2026-08-01T14:00Z", "2026-08-01 14:00"] {
            assert!(text.parse::<Day>().is_err(), "{text}");
        }
    }

    #[test]
    fn windows_have_two_ends() {
        let days = |from: &str, to: &str| Ok(Moments(Some((from.parse()?, to.parse()?))));
        assert_eq!(
            "2026-07-01..2026-07-31".parse(),
            days("2026-07-01", "2026-07-31")
        );
        assert_eq!("yesterday..today".parse(), days("yesterday", "today"));
        assert!("2026-07-01".parse::<Moments>().is_err());
    }

    #[test]
    fn hosts_are_networks_or_names() {
        let network = "10.20.0.0/16".parse().unwrap();
        assert_eq!("10.20.0.0/16".parse(), Ok(HostFilter::Network(network)));
        assert_eq!(
            "printer-2".parse(),
            Ok(HostFilter::Name("printer-2".into()))
        );
    }

    #[test]
    fn zones_are_those_of_iana() {
        assert_eq!(zone("Asia/Tokyo").unwrap().iana_name(), Some("Asia/Tokyo"));
        assert!(zone("Berlin").is_err());
    }
}
