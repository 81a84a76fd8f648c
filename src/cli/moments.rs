//! Times, zones and hosts as typed for `tlstally report`.

use std::str::FromStr;

use ipnet::IpNet;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use thiserror::Error;

use super::values;

/// A time up to now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Last {
    /// So many days, today included.
    Days(u32),
    /// So many hours.
    Hours(u32),
}

/// What is wrong with a time.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MomentError {
    /// Not a length of time.
    #[error("`{0}` is not a time such as 7d or 12h")]
    Last(String),
    /// Not a day or time.
    #[error("`{0}` is not a day such as 2026-08-01, or a time such as 2026-08-01T14:00")]
    Moment(String),
    /// Not two of them.
    #[error("`{0}` is not two days such as 2026-07-01..2026-07-31")]
    Moments(String),
}

impl FromStr for Last {
    type Err = MomentError;

    fn from_str(text: &str) -> Result<Self, MomentError> {
        let wrong = || MomentError::Last(text.to_owned());
        let unit = text.chars().last().ok_or_else(wrong)?;
        let digits = text.strip_suffix(unit).unwrap_or_default();
        let count = digits
            .parse()
            .ok()
            .filter(|count| (1..=36_500).contains(count));
        match (unit, count) {
            ('d', Some(count)) => Ok(Self::Days(count)),
            ('h', Some(count)) => Ok(Self::Hours(count)),
            _ => Err(wrong()),
        }
    }
}

/// A day or a time, of the report's time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// A whole day.
    Day(Date),
    /// A time of a day.
    Time(DateTime),
}

impl FromStr for Moment {
    type Err = MomentError;

    fn from_str(text: &str) -> Result<Self, MomentError> {
        let wrong = |_| MomentError::Moment(text.to_owned());
        if text.contains('T') {
            return text.parse().map(Self::Time).map_err(wrong);
        }
        text.parse().map(Self::Day).map_err(wrong)
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
    fn times_say_what_is_wrong() {
        assert_eq!("30d".parse(), Ok(Last::Days(30)));
        assert_eq!("12h".parse(), Ok(Last::Hours(12)));
        for text in ["", "d", "0d", "7", "7w", "-7d", "1e3d", "７d"] {
            assert!(text.parse::<Last>().is_err(), "{text}");
        }
        assert!("2026-08-01".parse::<Moment>().is_ok());
        assert!("2026-08-01T14:00".parse::<Moment>().is_ok());
        assert!("1.8.2026".parse::<Moment>().is_err());
        assert!("2026-07-01..2026-07-31".parse::<Moments>().is_ok());
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
