//! The answer in one sentence, and what it is about.

use super::Page;
use super::text::{counted, name, number, time, wrapped};
use crate::output::style::Paint;
use crate::tally::report::{HostVerdict, Window};
use crate::tally::{Report, To};

pub(super) fn render(report: &Report, page: Page) -> String {
    let mut text = page.style.paint(
        headline_paint(report),
        wrapped(page, &headline(report), 0, 0).trim_end(),
    );
    text.push('\n');
    text += &wrapped(page, &about(report, page), 0, 0);
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

fn headline(report: &Report) -> String {
    let hosts = report.totals.hosts;
    let of = |verdict| report.totals.host_verdicts.of(verdict);
    let toward = toward(report.to);
    if hosts == 0 {
        return format!(
            "No session of an internal host{toward} was seen.{}",
            elsewhere(report)
        );
    }
    if report.legacy_hosts() > 0 {
        return format!(
            "{} of {} used, or offered nothing better than, TLS 1.1 or older{toward}.",
            number(report.legacy_hosts()),
            counted(hosts, "internal host"),
        );
    }
    if of(HostVerdict::Unknown) == hosts {
        return format!(
            "{} spoke{toward}, but the capture does not tell which TLS version was used.",
            counted(hosts, "internal host"),
        );
    }
    format!(
        "None of {} was seen with TLS 1.1 or older{toward}.",
        counted(hosts, "internal host"),
    )
}

const fn toward(to: To) -> &'static str {
    match to {
        To::ExchangeOnline => " toward Exchange Online",
        To::Any => " toward any mail server",
    }
}

/// Sessions that would count with another `--to`.
fn elsewhere(report: &Report) -> String {
    match report.capture.other_servers {
        0 => String::new(),
        1 => " 1 SMTP session went to another server (`--to any` counts it).".into(),
        others => format!(
            " {} SMTP sessions went to other servers (`--to any` counts them).",
            number(others)
        ),
    }
}

fn headline_paint(report: &Report) -> Paint {
    let unknown = report.totals.host_verdicts.of(HostVerdict::Unknown);
    match report.totals.hosts {
        _ if report.legacy_hosts() > 0 => Paint::Alarm,
        hosts if hosts == unknown => Paint::Strong,
        _ => Paint::Fine,
    }
}

/// Window, sensor and sources.
fn about(report: &Report, page: Page) -> String {
    let mut parts = vec![window(report.window)];
    if !report.sensor.is_empty() {
        parts.push(format!("sensor {}", name(page, &report.sensor)));
    }
    if !report.sources.is_empty() {
        parts.push(format!("from {}", sources(&report.sources, page)));
    }
    parts.join(" · ")
}

fn window(window: Window) -> String {
    match (window.from, window.to) {
        (Some(from), Some(to)) => format!("{} to {}", time(from), time(to)),
        (Some(from), None) => format!("since {}", time(from)),
        (None, Some(to)) => format!("until {}", time(to)),
        (None, None) => "no time known".into(),
    }
}

/// More than this many sources are counted instead of named, on a terminal.
const SOURCES: usize = 3;

fn sources(sources: &[String], page: Page) -> String {
    let listed = page.listed(sources.len(), SOURCES);
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
