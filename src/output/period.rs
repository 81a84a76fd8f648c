//! A window of a history as people name it: by days of the report's time zone where it holds whole days, else by the clock there.

use jiff::tz::TimeZone;

use crate::tally::history::History;
use crate::tally::history::calendar::{date_of, start_of};
use crate::tally::report::Window;
use crate::time::{SECOND, Timestamp};

/// Both ends as text, the last day included, and the zone they are of.
pub(super) struct Period {
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
    pub(super) zone: String,
}

impl Period {
    /// `None` where the zone's clock is not known here; then times are told in UTC.
    pub(super) fn of(window: Window, history: &History) -> Option<Self> {
        let zone = TimeZone::get(&history.time_zone).ok()?;
        Some(Self {
            from: window.from.map(|from| begin(from, &zone)),
            to: window.to.map(|to| end(to, &zone)),
            zone: history.time_zone.clone(),
        })
    }
}

fn begin(from: Timestamp, zone: &TimeZone) -> String {
    let date = date_of(from, zone);
    if start_of(date, zone) == from {
        return date.to_string();
    }
    clock(from, zone)
}

/// `to` is not in the window any more.
fn end(to: Timestamp, zone: &TimeZone) -> String {
    let date = date_of(Timestamp(to.0.saturating_sub(1)), zone);
    let whole = date.tomorrow().is_ok_and(|next| start_of(next, zone) == to);
    if whole {
        return date.to_string();
    }
    clock(to, zone)
}

fn clock(time: Timestamp, zone: &TimeZone) -> String {
    let seconds = i64::try_from(time.0 / SECOND).unwrap_or(i64::MAX);
    let instant = jiff::Timestamp::new(seconds, 0).unwrap_or(jiff::Timestamp::MAX);
    let local = zone.to_datetime(instant);
    format!("{} {}", local.date(), local.time())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(zone: &str, from: u64, to: u64) -> (Option<String>, Option<String>) {
        let window = Window {
            from: Some(Timestamp::from_parts(from, 0)),
            to: Some(Timestamp::from_parts(to, 0)),
        };
        let history = History {
            time_zone: zone.into(),
            ..crate::output::sample::history::over_time(None)
                .history
                .unwrap()
        };
        let period = Period::of(window, &history).unwrap();
        (period.from, period.to)
    }

    /// Seconds by `date -d 'TZ="Europe/Berlin" 2026-10-24 00:00' +%s`; the clocks go back on the 25th.
    #[test]
    fn whole_days_are_dates_and_the_rest_is_by_the_clock() {
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            period("Europe/Berlin", 1_792_792_800, 1_792_969_200),
            (text("2026-10-24"), text("2026-10-25"))
        );
        assert_eq!(
            period("UTC", 1_792_792_800, 1_792_969_200),
            (text("2026-10-23 22:00:00"), text("2026-10-25 23:00:00"))
        );
    }
}
