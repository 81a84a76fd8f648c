//! A length of time as typed: one form for every option that takes one.

use std::time::Duration;

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Second,
    Minute,
    Hour,
    Day,
    Week,
}

impl Unit {
    const fn seconds(self) -> u64 {
        match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3_600,
            Self::Day => DAY,
            Self::Week => 7 * DAY,
        }
    }
}

/// Seconds in a day.
const DAY: u64 = 86_400;

/// The most days that an option takes: a hundred years.
const MAX_DAYS: u64 = 36_500;

/// More than nothing, up to a hundred years.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Length {
    seconds: u64,
    unit: Unit,
}

impl Length {
    /// A number with `s`, `m`, `h`, `d` or `w`; of `usual` units without.
    pub(super) fn parse(text: &str, usual: Unit) -> Option<Self> {
        let end = text.find(|char: char| !char.is_ascii_digit());
        let (number, unit) = text.split_at(end.unwrap_or(text.len()));
        let unit = match unit {
            "" => usual,
            "s" => Unit::Second,
            "m" => Unit::Minute,
            "h" => Unit::Hour,
            "d" => Unit::Day,
            "w" => Unit::Week,
            _ => return None,
        };
        let seconds = number.parse::<u64>().ok()?.checked_mul(unit.seconds())?;
        (1..=MAX_DAYS * DAY)
            .contains(&seconds)
            .then_some(Self { seconds, unit })
    }

    /// As a clock measures it.
    pub(super) const fn duration(self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    /// `None` where it is not a whole number of days.
    pub(super) fn whole_days(self) -> Option<u32> {
        let days = self.seconds / DAY;
        self.seconds
            .is_multiple_of(DAY)
            .then_some(days)
            .and_then(|days| u32::try_from(days).ok())
    }

    /// Days of the calendar, where it was given in days or weeks: 24 hours are no day of these.
    pub(super) fn calendar_days(self) -> Option<u32> {
        match self.unit {
            Unit::Day | Unit::Week => self.whole_days(),
            Unit::Second | Unit::Minute | Unit::Hour => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_and_the_usual_one() {
        let seconds = |text, usual| Some(Length::parse(text, usual)?.duration().as_secs());
        for (text, expected) in [
            ("90s", 90),
            ("60m", 3_600),
            ("12h", 43_200),
            ("7d", 604_800),
            ("1w", 604_800),
        ] {
            assert_eq!(seconds(text, Unit::Second), Some(expected), "{text}");
            assert_eq!(seconds(text, Unit::Day), Some(expected), "{text}");
        }
        assert_eq!(seconds("7", Unit::Day), Some(604_800));
        assert_eq!(seconds("7", Unit::Second), Some(7));
        assert_eq!(seconds("36500d", Unit::Second), Some(3_153_600_000));
    }

    #[test]
    fn anything_else_is_none() {
        for text in [
            "",
            "s",
            "0d",
            "-7d",
            "1e3d",
            "７d",
            "5 m",
            "7days",
            "36501d",
            "99999999999999999999d",
        ] {
            assert_eq!(Length::parse(text, Unit::Day), None, "{text}");
        }
    }

    #[test]
    fn hours_are_no_days_of_a_calendar() {
        let [hours, week] = ["48h", "1w"].map(|text| Length::parse(text, Unit::Day).unwrap());
        assert_eq!((hours.whole_days(), hours.calendar_days()), (Some(2), None));
        assert_eq!(
            (week.whole_days(), week.calendar_days()),
            (Some(7), Some(7))
        );
    }
}
