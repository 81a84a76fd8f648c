//! What the capture holds and loses: warnings in full, interfaces, queues, latencies, and what was not followed, by reason.

use std::fmt::Display;

use ratatui::text::{Line, Span};

use super::Snapshot;
use super::head::{bits, lasted, rate};
use super::paint::{Palette, fitted, fitted_right};
use super::screen::{Lines, labelled, wrap};
use crate::output::style::Paint;
use crate::tally::figures::{bytes, duration, known, number, percent};
use crate::tally::latency::Latencies;
use crate::tally::live::{Interface, Level, Moment, Rates};
use crate::tally::report::Capture;

/// Columns of the labels.
const LABEL: usize = 16;
/// Columns of a figure.
const FIGURE: usize = 14;
/// Columns of an interface's name; those of Linux have at most 15 characters.
const NAME: usize = 15;

pub(super) fn render(
    snapshot: &Snapshot,
    rates: Option<Rates>,
    palette: Palette,
    columns: usize,
) -> Lines {
    let (capture, moment) = (&snapshot.report.capture, &snapshot.moment);
    let mut lines = warnings(capture, palette, columns);
    lines.extend(interfaces(moment, palette));
    lines.extend(held(moment, rates, palette, columns));
    lines.extend(latencies(&moment.latencies, palette));
    lines.extend(reasons(capture, palette, columns));
    lines
}

fn warnings(capture: &Capture, palette: Palette, columns: usize) -> Lines {
    if capture.warnings.is_empty() {
        return vec![Line::from("Nothing makes the answer doubtful.")];
    }
    let texts = capture.warnings.iter();
    let lines = texts.flat_map(|warning| wrap(&format!("! {}", warning.text()), columns, 0, 2));
    lines
        .map(|line| line.style(palette.style(Paint::Caution)))
        .collect()
}

fn interfaces(moment: &Moment, palette: Palette) -> Lines {
    let heads =
        ["PACKETS", "BYTES", "KERNEL LOST", "IFACE LOST"].map(|head| fitted_right(head, FIGURE));
    let header = format!("{} STATE{}", fitted("INTERFACE", NAME), heads.concat());
    let mut lines = vec![
        Line::default(),
        Line::from(palette.span(Paint::Strong, header)),
    ];
    for interface in &moment.interfaces {
        lines.extend(of_interface(interface, palette));
    }
    lines
}

fn of_interface(interface: &Interface, palette: Palette) -> Lines {
    let (state, paint) = if interface.up {
        ("up   ", Paint::Fine)
    } else {
        ("DOWN ", Paint::Alarm)
    };
    let figures = [
        number(interface.packets),
        bytes(interface.bytes),
        known(interface.dropped_kernel),
        known(interface.dropped_interface),
    ];
    let figures = figures.map(|figure| fitted_right(&figure, FIGURE)).concat();
    let link = interface.link.as_deref().unwrap_or("not opened yet");
    let ring = bytes(interface.ring_bytes);
    let used = interface
        .ring_used
        .map(|used| format!(", of late {} used", percent(used, interface.ring_bytes)));
    let about = format!(
        "link type {link}, ring of {ring}{}",
        used.unwrap_or_default()
    );
    let about = fitted(&about, 70);
    vec![
        Line::from(vec![
            Span::raw(fitted(&interface.name, NAME) + " "),
            palette.span(paint, state),
            Span::raw(figures),
        ]),
        Line::from(palette.span(Paint::Faint, format!("  {about}"))),
    ]
}

fn held(moment: &Moment, rates: Option<Rates>, palette: Palette, columns: usize) -> Lines {
    let mut lines = vec![
        Line::default(),
        Line::from(palette.span(Paint::Strong, "HELD NOW")),
    ];
    let mut fact = |label: &str, text: String| lines.extend(labelled(label, &text, LABEL, columns));
    if let Some(rates) = rates {
        let dropped = format!("{} dropped/s", rate(rates.dropped));
        let packets = format!(
            "{} packets/s, {}bit/s",
            rate(rates.packets),
            bits(rates.bytes)
        );
        fact(
            "Rates",
            format!("{packets}, {} sessions/s, {dropped}", rate(rates.sessions)),
        );
    }
    fact("Queue", format!("{} batches", level(moment.queue, number)));
    fact("Connections", level(moment.flows, number));
    fact("Early segments", level(moment.held_bytes, bytes));
    if let Some(resident) = moment.resident_bytes {
        fact("Memory", format!("{} resident", bytes(resident)));
    }
    fact("Up", lasted(moment.uptime.as_secs()));
    lines
}

fn level(level: Level, figure: fn(u64) -> String) -> String {
    let share = percent(level.now, level.bound);
    format!("{} of {} ({share})", figure(level.now), figure(level.bound))
}

fn latencies(latencies: &Latencies, palette: Palette) -> Lines {
    let heads =
        ["TIMES", "HALF UNDER", "99% UNDER", "LONGEST"].map(|head| fitted_right(head, FIGURE));
    let header = format!("{}{}", fitted("LATENCY", LABEL), heads.concat());
    let mut lines = vec![
        Line::default(),
        Line::from(palette.span(Paint::Strong, header)),
    ];
    for (name, times) in latencies.named() {
        let under = |share| times.quantile(share).map_or_else(|| "-".into(), duration);
        let figures = [number(times.count()), under(0.5), under(0.99), under(1.0)];
        let figures = figures.map(|figure| fitted_right(&figure, FIGURE)).concat();
        lines.push(Line::from(format!("{}{figures}", fitted(name, LABEL))));
    }
    lines
}

fn reasons(capture: &Capture, palette: Palette, columns: usize) -> Lines {
    let mut lines = vec![
        Line::default(),
        Line::from(palette.span(Paint::Strong, "BY REASON")),
    ];
    let seen = capture.seen.iter().filter(|(_, count)| *count > 0);
    let lists = [
        ("Directions", counts(seen)),
        ("Malformed", counts(capture.malformed.iter())),
        ("Not followed", counts(capture.not_followed.iter())),
        ("Bounds reached", counts(capture.bounds.iter())),
        ("Cut short", known(capture.truncated)),
        ("Duplicates", known(capture.duplicates)),
    ];
    for (label, text) in lists {
        let text = if text.is_empty() { "none" } else { &text };
        lines.extend(labelled(label, text, LABEL, columns));
    }
    lines
}

fn counts(counts: impl Iterator<Item = (impl Display, u64)>) -> String {
    let each: Vec<String> = counts
        .map(|(reason, count)| format!("{} {reason}", number(count)))
        .collect();
    each.join(", ")
}
