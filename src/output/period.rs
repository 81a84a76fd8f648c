//! A window of a history as people name it: by days of the report's time zone where it holds whole days, else by the clock there.

use super::clock::{Clock, Zone};
use crate::tally::history::calendar::{date_of, start_of};
use crate::tally::report::Window;
use crate::time::Timestamp;

/// Both ends as text, the last day included.
pub(super) struct Period {
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
}

impl Period {
    /// By the clock alone where there is no zone whose days it could be.
    pub(super) fn of(window: Window, clock: &Clock) -> Self {
        Self {
            from: window.from.map(|from| begin(from, clock)),
            to: window.to.map(|to| end(to, clock)),
        }
    }
}

fn begin(from: Timestamp, clock: &Clock) -> String {
    match clock.zone() {
        Some(Zone { rules, .. }) if start_of(date_of(from, rules), rules) == from => {
            date_of(from, rules).to_string()
        }
        _ => clock.time(from),
    }
}

/// `to` is not in the window any more.
fn end(to: Timestamp, clock: &Clock) -> String {
    let whole = clock.zone().and_then(|Zone { rules, .. }| {
        let date = date_of(Timestamp(to.0.saturating_sub(1)), rules);
        let next = date.tomorrow().ok()?;
        (start_of(next, rules) == to).then_some(date)
    });
    whole.map_or_else(|| clock.time(to), |date| date.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(zone: &str, from: u64, to: u64) -> (Option<String>, Option<String>) {
        let window = Window {
            from: Some(Timestamp::from_parts(from, 0)),
            to: Some(Timestamp::from_parts(to, 0)),
        };
        let mut report = crate::output::sample::history::over_time(None);
        if let Some(history) = &mut report.history {
            history.time_zone = zone.into();
        }
        let period = Period::of(window, &Clock::of(&report));
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
