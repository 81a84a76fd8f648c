//! The answer in one sentence, and what it is about.

use super::Page;
use super::text::{counts, flowed, name, span, wrapped};
use crate::output::Language;
use crate::output::period::Period;
use crate::output::style::Paint;
use crate::tally::Report;
use crate::tally::figures::{counted, number};
use crate::tally::report::{HostVerdict, Window};

pub(super) fn render(report: &Report, page: Page) -> String {
    let headline = wrapped(page, &(Language::En.words().headline)(report), 0, 0);
    let mut text = page.style.paint(paint(report), headline.trim_end()) + "\n";
    if report.totals.hosts > 0 {
        let verdicts = counts("Hosts by verdict", report.totals.host_verdicts.iter());
        text += &flowed(page, &verdicts, ", ", 0, 4);
    }
    let about = about(report, page);
    if !about.is_empty() {
        text += &flowed(page, &about, " · ", 0, 0);
    }
    if let count @ 1.. = report.capture.warnings.len() as u64 {
        let caution = format!(
            "Read with care: {} under CAPTURE.",
            counted(count, "warning")
        );
        text += &page.style.paint(Paint::Caution, &caution);
        text.push('\n');
    }
    text
}

/// Only a site that is modern throughout is as it should be.
pub(in crate::output) fn paint(report: &Report) -> Paint {
    let modern = report.totals.host_verdicts.of(HostVerdict::Modern);
    if report.legacy_hosts() > 0 {
        return Paint::Alarm;
    }
    if report.totals.hosts > 0 && modern == report.totals.hosts {
        return Paint::Fine;
    }
    Paint::Strong
}

/// Window, sensor and sources, as far as they are known.
fn about(report: &Report, page: Page) -> Vec<String> {
    let mut parts = Vec::new();
    parts.extend(window(report, page));
    if !report.sensor.is_empty() {
        parts.push(format!("sensor {}", name(page, &report.sensor)));
    }
    if !report.sources.is_empty() {
        parts.push(format!("from {}", sources(&report.sources, page)));
    }
    parts
}

/// `2026-08-01 to 2026-08-31 (Europe/Berlin)`: the only place where the zone stands.
fn window(report: &Report, page: Page) -> Option<String> {
    let period = match page.clock.zone() {
        Some(zone) => {
            let period = period(report.window, page)?;
            format!("{period} ({})", name(page, &zone.name))
        }
        None => period(report.window, page)?,
    };
    Some(period)
}

/// Whole days, or times.
pub(super) fn period(window: Window, page: Page) -> Option<String> {
    if let (None, Some(from), Some(to)) = (page.clock.zone(), window.from, window.to) {
        return Some(span(page, from, to));
    }
    let Period { from, to } = Period::of(window, page.clock);
    let mark = page.clock.zone().map_or("Z", |_| "");
    match (from, to) {
        (Some(from), Some(to)) => Some(format!("{from} to {to}")),
        (Some(from), None) => Some(format!("since {from}{mark}")),
        (None, Some(to)) => Some(format!("until {to}{mark}")),
        (None, None) => None,
    }
}

/// More than this many sources are counted instead of named; the other forms name all.
const SOURCES: usize = 3;

fn sources(sources: &[String], page: Page) -> String {
    let listed = sources.len().min(SOURCES);
    let shown: Vec<_> = sources
        .iter()
        .take(listed)
        .map(|source| name(page, source))
        .collect();
    let shown = shown.join(", ");
    match sources.len() - listed {
        0 => shown,
        more => format!("{shown} and {} more", number(more as u64)),
    }
}
