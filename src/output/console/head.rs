//! What stands above every view: who watches what, the answer in a sentence, rates, the worst warning, and the trend.

use ratatui::text::{Line, Span};

use super::Facts;
use super::paint::{Palette, fitted, fitted_right};
use super::screen::{Lines, wrap};
use super::trend::{BARS, Bar, Scale, sparkline};
use crate::output::Language;
use crate::output::escape::{terminal_within, width};
use crate::output::style::Paint;
use crate::output::table::head::paint;
use crate::tally::Report;
use crate::tally::figures::{bytes, number};
use crate::tally::live::{Moment, Rates};
use crate::tally::report::Capture;

/// Lines of the answer.
const ANSWER_LINES: usize = 2;
/// Columns a sensor's or an interface's name may take.
const NAME_COLUMNS: usize = 24;

/// Sensor and interfaces, the answer, the rates, the worst warning: a line each.
pub(super) fn render(facts: &Facts, paused: bool, palette: Palette, columns: usize) -> Lines {
    let Some(snapshot) = &facts.snapshot else {
        let state = state(None, paused);
        return vec![title("tlstally", state, palette, columns)];
    };
    let (report, moment) = (&snapshot.report, &snapshot.moment);
    let watched = format!("tlstally · {}", watched(&report.sensor, moment));
    let mut lines = vec![title(
        &watched,
        state(Some(moment), paused),
        palette,
        columns,
    )];
    lines.extend(answer(report, palette, columns));
    lines.extend([
        rates(moment, facts.rates, palette, columns),
        warning(&report.capture, palette, columns),
    ]);
    lines
}

/// The answer in a sentence, and hosts by verdict: two lines.
fn answer(report: &Report, palette: Palette, columns: usize) -> Lines {
    let verdicts = report.totals.host_verdicts.iter();
    let verdicts = verdicts.filter(|(_, count)| *count > 0);
    let each: Vec<String> = verdicts
        .map(|(verdict, count)| format!("{} {verdict}", number(count)))
        .collect();
    let sentence = (Language::En.words().headline)(report);
    let text = if each.is_empty() {
        sentence
    } else {
        format!("{sentence} Hosts: {}.", each.join(", "))
    };
    let mut lines = wrap(&text, columns, 0, 0);
    lines.resize(ANSWER_LINES, Line::default());
    let style = palette.style(paint(report));
    lines.into_iter().map(|line| line.style(style)).collect()
}

fn title(watched: &str, state: String, palette: Palette, columns: usize) -> Line<'static> {
    let room = columns.saturating_sub(width(&state) + 2);
    let watched = fitted(watched, room);
    Line::from(vec![
        palette.span(Paint::Strong, format!("{watched}  ")),
        palette.span(Paint::Strong, state),
    ])
}

fn state(moment: Option<&Moment>, paused: bool) -> String {
    let up = moment.map(|moment| format!("up {}", lasted(moment.uptime.as_secs())));
    match (paused, up) {
        (true, Some(up)) => format!("PAUSED  {up}"),
        (true, None) => "PAUSED".into(),
        (false, up) => up.unwrap_or_default(),
    }
}

fn watched(sensor: &str, moment: &Moment) -> String {
    let mut shown = Vec::new();
    if !sensor.is_empty() {
        shown.push(format!("sensor {}", terminal_within(sensor, NAME_COLUMNS)));
    }
    for interface in &moment.interfaces {
        let name = terminal_within(&interface.name, NAME_COLUMNS);
        let down = if interface.up { "" } else { " DOWN" };
        shown.push(format!("{name}{down}"));
    }
    shown.join(" · ")
}

fn rates(moment: &Moment, rates: Option<Rates>, palette: Palette, columns: usize) -> Line<'static> {
    let parts = match rates {
        None => vec![format!("{} packets", number(moment.packets()))],
        Some(rates) => vec![
            format!("{} packets/s", rate(rates.packets)),
            format!("{}bit/s", bits(rates.bytes)),
            format!("{} sessions/s", rate(rates.sessions)),
        ],
    };
    let now = parts.join(" · ") + " · ";
    let (paint, dropped) = match moment.dropped() {
        0 => (Paint::Fine, "0 dropped".to_owned()),
        dropped => (Paint::Alarm, format!("{} DROPPED", number(dropped))),
    };
    let memory = moment.resident_bytes;
    let held = format!(
        " · {} sessions · {} flows{}",
        number(moment.sessions),
        number(moment.flows.now),
        memory.map_or_else(String::new, |memory| format!(" · {}", bytes(memory)))
    );
    let room = columns.saturating_sub(width(&now) + width(&dropped));
    Line::from(vec![
        Span::raw(now),
        palette.span(paint, dropped),
        Span::raw(terminal_within(&held, room).into_owned()),
    ])
}

/// The most serious warning, and how many more there are.
fn warning(capture: &Capture, palette: Palette, columns: usize) -> Line<'static> {
    let Some(worst) = capture.warnings.first() else {
        return Line::default();
    };
    let more = match capture.warnings.len() {
        1 => " (c: all of it)".to_owned(),
        count => format!(" (c: all {count})"),
    };
    let text = format!("! {}", worst.text());
    let whole = width(&text) <= columns && capture.warnings.len() == 1;
    let more = if whole { String::new() } else { more };
    let room = columns.saturating_sub(width(&more));
    let text = format!("{}{more}", terminal_within(&text, room));
    Line::from(palette.span(Paint::Caution, text))
}

/// Sessions over time, the newest at the right edge: legacy ones, and all others.
pub(super) fn trend(facts: &Facts, scale: Scale, palette: Palette, columns: usize) -> Lines {
    const LABEL: usize = "legacy  ".len();
    const MOST: usize = " most 1,234,567 in 10 min".len();
    let room = columns.saturating_sub(LABEL + MOST).min(BARS);
    let bars: Vec<Bar> = facts.trend.bars(scale, room).collect();
    let line = |paint, label, of: fn(&Bar) -> u64| {
        let counts: Vec<u64> = bars.iter().map(of).collect();
        let most = number(counts.iter().copied().max().unwrap_or(0));
        Line::from(vec![
            palette.span(Paint::Faint, fitted(label, LABEL)),
            palette.span(paint, fitted_right(&sparkline(&counts), room)),
            palette.span(Paint::Faint, format!(" most {most} in {}", scale.name())),
        ])
    };
    vec![
        line(Paint::Alarm, "legacy", |bar| bar.legacy),
        line(Paint::Fine, "others", |bar| bar.others),
    ]
}

/// A rate with one decimal below ten, grouped above.
#[expect(clippy::cast_sign_loss, reason = "rates are not negative")]
pub(super) fn rate(value: f64) -> String {
    if value < 9.95 {
        return format!("{value:.1}");
    }
    number(value.round() as u64)
}

/// Bytes a second as bits, decimal: `8.1 M`.
pub(super) fn bits(bytes_per_second: f64) -> String {
    let mut scaled = bytes_per_second * 8.0;
    for unit in ["", "k", "M", "G"] {
        if scaled < 999.5 {
            return format!("{} {unit}", rate(scaled));
        }
        scaled /= 1000.0;
    }
    format!("{} T", rate(scaled))
}

/// `45 s`, `12 min`, `3 h 12 min`, `5 d 3 h`.
pub(super) fn lasted(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {} min", minutes % 60),
        (days, hours, _) => format!("{days} d {} h", hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_well() {
        assert_eq!(lasted(59), "59 s");
        assert_eq!(lasted(3_599), "59 min");
        assert_eq!(lasted(11_520), "3 h 12 min");
        assert_eq!(lasted(86_400 * 5 + 3 * 3_600), "5 d 3 h");
        assert_eq!(rate(0.04), "0.0");
        assert_eq!(rate(9.96), "10");
        assert_eq!(rate(1_204.4), "1,204");
        assert_eq!(bits(0.0), "0.0 ");
        assert_eq!(bits(125.0), "1.0 k");
        assert_eq!(bits(1_012_500.0), "8.1 M");
        assert_eq!(bits(1.25e9), "10 G");
    }
}
