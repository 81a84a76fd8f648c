//! Which time was asked for, in nanoseconds of UTC and in days of a time zone.

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::opened::Opened;
use crate::cli::{Last, Moment, Moments, WindowArgs};
use crate::commands::{WrongArguments, complain};
use crate::store::Range;
use crate::tally::history::calendar::{Calendar, date_of, start_of};
use crate::time::{SECOND, Timestamp};

/// Nanoseconds in an hour.
const HOUR: u64 = 3_600 * SECOND;

/// The windows of a report.
pub(super) struct Windows {
    /// The sessions that began in it are reported.
    pub(super) range: Range,
    /// The window to compare with.
    pub(super) other: Option<Range>,
    /// The days of `range`.
    pub(super) calendar: Calendar,
    /// The name of their time zone.
    pub(super) zone_name: String,
}

impl Windows {
    /// What the options ask for, of what the stores hold.
    pub(super) fn of(args: &WindowArgs, stores: &[Opened]) -> Result<Self> {
        let zone = args.tz.clone().unwrap_or_else(TimeZone::system);
        let range = range(args, &zone)?;
        let seen = seen(stores).and_then(|seen| seen.and(range));
        // Where an end is open, the days are those that hold something.
        let first = if range.first.0 > 0 {
            range.first
        } else {
            seen.map_or(range.first, |seen| seen.first)
        };
        let last = if range.last.0 < u64::MAX {
            range.last
        } else {
            seen.map_or(first, |seen| seen.last)
        };
        let calendar = Calendar::new(first, last, &zone);
        tell_doubts(args, &calendar, &zone);
        Ok(Self {
            range,
            other: other(args, range, &zone)?,
            calendar,
            zone_name: name(&zone, last),
        })
    }
}

/// What was asked for and cannot be: the answer would look as if it had been.
fn tell_doubts(args: &WindowArgs, calendar: &Calendar, zone: &TimeZone) {
    if zone.is_unknown() {
        complain(&anyhow::anyhow!(
            "this machine's time zone is not known: days are those of UTC; `--tz` names another"
        ));
    }
    let days = calendar.dates();
    if let (Some(since), Some(first), Some(last)) = (args.changes_since, days.first(), days.last())
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

fn range(args: &WindowArgs, zone: &TimeZone) -> Result<Range> {
    let now = now();
    let range = match args.last {
        Some(Last::Hours(hours)) => Range {
            first: Timestamp(now.0.saturating_sub(u64::from(hours) * HOUR)),
            last: now,
        },
        Some(Last::Days(days)) => {
            let today = date_of(now, zone);
            let first = today.saturating_sub((i64::from(days) - 1).days());
            Range {
                first: start_of(first, zone),
                last: now,
            }
        }
        None => Range {
            first: args.since.map_or(Timestamp(0), |since| from(since, zone)),
            last: args
                .until
                .map_or(Timestamp(u64::MAX), |until| until_end(until, zone)),
        },
    };
    if range.first > range.last {
        return Err(WrongArguments("the window ends before it begins".into()).into());
    }
    Ok(range)
}

fn other(args: &WindowArgs, range: Range, zone: &TimeZone) -> Result<Option<Range>> {
    let Some(Moments(other)) = args.compare else {
        return Ok(None);
    };
    let Some((first, last)) = other else {
        return match args.last {
            Some(Last::Days(days)) => Ok(Some(earlier(range, days, zone))),
            _ => before(range, zone).map(Some),
        };
    };
    let other = Range {
        first: from(first, zone),
        last: until_end(last, zone),
    };
    if other.first > other.last {
        return Err(
            WrongArguments("the window to compare with ends before it begins".into()).into(),
        );
    }
    Ok(Some(other))
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

fn from(moment: Moment, zone: &TimeZone) -> Timestamp {
    match moment {
        Moment::Day(date) => start_of(date, zone),
        Moment::Time(time) => instant(time, zone),
    }
}

/// The last nanosecond of a day, or the one before a time.
fn until_end(moment: Moment, zone: &TimeZone) -> Timestamp {
    let behind = match moment {
        Moment::Day(date) => match date.tomorrow() {
            Ok(next) => start_of(next, zone),
            Err(_) => return Timestamp(u64::MAX),
        },
        Moment::Time(time) => instant(time, zone),
    };
    Timestamp(behind.0.saturating_sub(1))
}

fn instant(time: DateTime, zone: &TimeZone) -> Timestamp {
    let nanoseconds = zone
        .to_timestamp(time)
        .map_or(0, jiff::Timestamp::as_nanosecond);
    Timestamp(u64::try_from(nanoseconds).unwrap_or(0))
}

fn now() -> Timestamp {
    let nanoseconds = jiff::Timestamp::now().as_nanosecond();
    Timestamp(u64::try_from(nanoseconds).unwrap_or(0))
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
