//! Which time was asked for, in nanoseconds of UTC and in days of a time zone.

use std::time::Duration;

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::opened::Opened;
use crate::cli::{Day, Last, Moment, Moments, WindowArgs};
use crate::commands::{WrongArguments, complain};
use crate::store::Range;
use crate::tally::history::calendar::{Calendar, date_of, start_of};
use crate::time::{SECOND, Timestamp};
use crate::wall_clock;

/// The windows of a report.
pub(super) struct Windows {
    /// The sessions that began in it are reported.
    pub(super) range: Range,
    /// The window to compare with.
    pub(super) other: Option<Range>,
    /// The days of `range`.
    pub(super) calendar: Calendar,
    /// Where before ends and since begins, if it was said.
    pub(super) changes_since: Option<Date>,
    /// The name of their time zone.
    pub(super) zone_name: String,
}

impl Windows {
    /// What the options ask for, of what the stores hold.
    pub(super) fn of(args: &WindowArgs, stores: &[Opened]) -> Result<Self> {
        let clock = Clock {
            zone: args.tz.clone().unwrap_or_else(TimeZone::system),
            now: wall_clock::now(),
        };
        let range = clock.range(args)?;
        let seen = seen(stores).and_then(|seen| seen.and(range));
        let (first, last) = ends(range, seen);
        let calendar = Calendar::new(first, last, &clock.zone);
        let changes_since = args.changes_since.map(|day| clock.date(day));
        tell_doubts(changes_since, &calendar, &clock.zone);
        Ok(Self {
            range,
            other: clock.other(args, range)?,
            calendar,
            changes_since,
            zone_name: name(&clock.zone, last),
        })
    }
}

/// Where an end is open, the days are those that hold something; where nothing does, the one day that was named.
fn ends(range: Range, seen: Option<Range>) -> (Timestamp, Timestamp) {
    let asked_first = (range.first.0 > 0).then_some(range.first);
    let asked_last = (range.last.0 < u64::MAX).then_some(range.last);
    let first = asked_first.or(seen.map(|seen| seen.first)).or(asked_last);
    let last = asked_last.or(seen.map(|seen| seen.last)).or(asked_first);
    (first.unwrap_or_default(), last.unwrap_or_default())
}

/// What was asked for and cannot be: the answer would look as if it had been.
fn tell_doubts(changes_since: Option<Date>, calendar: &Calendar, zone: &TimeZone) {
    if zone.is_unknown() {
        complain(&anyhow::anyhow!(
            "this machine's time zone is not known: days are those of UTC; `--tz` names another"
        ));
    }
    let days = calendar.dates();
    if let (Some(since), Some(first), Some(last)) = (changes_since, days.first(), days.last())
        && !(*first < since && since <= *last)
    {
        complain(&anyhow::anyhow!(
            "no changes since {since}: the window is of {first} to {last}, and needs a day before and one from then on"
        ));
    }
}

/// From the first session of all stores to the last.
pub(super) fn seen(stores: &[Opened]) -> Option<Range> {
    let spans = || stores.iter().map(Opened::span);
    Some(Range {
        first: spans().filter_map(|(first, _)| first).min()?,
        last: spans().filter_map(|(_, last)| last).max()?,
    })
}

/// What days and times mean: whose they are, and when now is.
struct Clock {
    zone: TimeZone,
    now: Timestamp,
}

impl Clock {
    fn range(&self, args: &WindowArgs) -> Result<Range> {
        let range = match args.last {
            Some(Last::Exactly(length)) => Range {
                first: Timestamp(self.now.0.saturating_sub(nanoseconds(length))),
                last: self.now,
            },
            Some(Last::Days(days)) => {
                let first = self.today().saturating_sub((i64::from(days) - 1).days());
                Range {
                    first: start_of(first, &self.zone),
                    last: self.now,
                }
            }
            None => Range {
                first: args.since.map_or(Timestamp(0), |since| self.from(since)),
                last: args
                    .until
                    .map_or(Timestamp(u64::MAX), |until| self.until_end(until)),
            },
        };
        if range.first > range.last {
            return Err(WrongArguments("the window ends before it begins".into()).into());
        }
        Ok(range)
    }

    fn other(&self, args: &WindowArgs, range: Range) -> Result<Option<Range>> {
        let Some(Moments(other)) = args.compare else {
            return Ok(None);
        };
        let Some((first, last)) = other else {
            return match args.last {
                Some(Last::Days(days)) => Ok(Some(earlier(range, days, &self.zone))),
                _ => before(range, &self.zone).map(Some),
            };
        };
        let other = Range {
            first: self.from(first),
            last: self.until_end(last),
        };
        if other.first > other.last {
            return Err(
                WrongArguments("the window to compare with ends before it begins".into()).into(),
            );
        }
        Ok(Some(other))
    }

    fn today(&self) -> Date {
        date_of(self.now, &self.zone)
    }

    fn date(&self, day: Day) -> Date {
        match day {
            Day::Date(date) => date,
            Day::Today => self.today(),
            Day::Yesterday => self.today().saturating_sub(1.day()),
        }
    }

    fn from(&self, moment: Moment) -> Timestamp {
        match moment {
            Moment::Day(day) => start_of(self.date(day), &self.zone),
            Moment::Clock(time) => instant(time, &self.zone),
            Moment::Instant(instant) => since_1970(instant),
        }
    }

    /// The last nanosecond of a day, or the one before a time.
    fn until_end(&self, moment: Moment) -> Timestamp {
        let behind = match moment {
            Moment::Day(day) => match self.date(day).tomorrow() {
                Ok(next) => start_of(next, &self.zone),
                Err(_) => return Timestamp(u64::MAX),
            },
            Moment::Clock(_) | Moment::Instant(_) => self.from(moment),
        };
        Timestamp(behind.0.saturating_sub(1))
    }
}

fn nanoseconds(length: Duration) -> u64 {
    u64::try_from(length.as_nanos()).unwrap_or(u64::MAX)
}

/// As many days earlier: the same times of day, so that a today that is not over stands beside a day that is cut there too.
fn earlier(range: Range, days: u32, zone: &TimeZone) -> Range {
    let days = i64::from(days).days();
    let back = |time: Timestamp| {
        let seconds = i64::try_from(time.0 / SECOND).unwrap_or(i64::MAX);
        let local = zone.to_datetime(jiff::Timestamp::new(seconds, 0).unwrap_or_default());
        let moved = instant(local.saturating_sub(days), zone);
        moved.plus(time.0 % SECOND)
    };
    Range {
        first: back(range.first),
        last: back(range.last),
    }
}

/// As long as `range`, right before it; days are days, though clocks may have changed.
fn before(range: Range, zone: &TimeZone) -> Result<Range> {
    if range.first.0 == 0 || range.last.0 == u64::MAX {
        let needs =
            "`--compare` needs a window with two ends: `--last`, or `--since` and `--until`";
        return Err(WrongArguments(needs.into()).into());
    }
    let last = Timestamp(range.first.0 - 1);
    let behind = Timestamp(range.last.0 + 1);
    let [first_day, day_behind] = [range.first, behind].map(|time| date_of(time, zone));
    let is_whole = start_of(first_day, zone) == range.first && start_of(day_behind, zone) == behind;
    let first = if is_whole {
        let days = first_day
            .until(day_behind)
            .map_or(0, |span| span.get_days());
        start_of(first_day.saturating_sub(days.days()), zone)
    } else {
        Timestamp(last.0.saturating_sub(range.last.since(range.first)))
    };
    Ok(Range { first, last })
}

fn instant(time: DateTime, zone: &TimeZone) -> Timestamp {
    zone.to_timestamp(time).map_or(Timestamp(0), since_1970)
}

/// Times before 1970 are the first that there is.
fn since_1970(instant: jiff::Timestamp) -> Timestamp {
    Timestamp(u64::try_from(instant.as_nanosecond()).unwrap_or(0))
}

/// The zone's IANA name, else its offset at `time`.
fn name(zone: &TimeZone, time: Timestamp) -> String {
    if let Some(name) = zone.iana_name() {
        return name.to_owned();
    }
    let seconds = i64::try_from(time.0 / SECOND).unwrap_or(0);
    let instant = jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    zone.to_offset(instant).to_string()
}
