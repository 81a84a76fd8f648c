//! The answer, what it is about, and what its words mean.

use super::chart;
use super::markup::Page;
use crate::output::period::Period;
use crate::output::words::Words;
use crate::tally::Report;
use crate::tally::figures::{number, percent};
use crate::tally::report::{HostVerdict, Window};

/// The headline, the hosts by verdict, and what the report covers.
pub(super) fn render(report: &Report, page: &mut Page) {
    let words = page.words;
    page.raw("<p class=brand>")
        .text(words.title)
        .raw("</p>\n<div class=\"answer ")
        .raw(mood(report))
        .raw("\">");
    figure(report, page);
    let headline = (words.headline)(report);
    page.raw("<h1>").text(headline).raw("</h1></div>\n");
    verdicts(report, page);
    caution(report, page);
    about(report, page);
}

/// How the answer looks; the words say the same.
fn mood(report: &Report) -> &'static str {
    let modern = report.totals.host_verdicts.of(HostVerdict::Modern);
    match report.legacy_hosts() {
        1.. => "alarm",
        0 if report.totals.hosts > 0 && modern == report.totals.hosts => "fine",
        0 => "plain",
    }
}

/// The number of the headline, large.
fn figure(report: &Report, page: &mut Page) {
    if report.totals.hosts > 0 {
        page.raw("<p class=figure aria-hidden=true>")
            .number(report.legacy_hosts())
            .raw("<small>/")
            .number(report.totals.hosts)
            .raw("</small></p>");
    }
}

fn verdicts(report: &Report, page: &mut Page) {
    let words = page.words;
    let hosts = report.totals.hosts;
    if hosts == 0 {
        return;
    }
    let counts = &report.totals.host_verdicts;
    page.raw("<div class=verdicts role=group aria-label=\"")
        .text(words.totals.hosts_by_verdict)
        .raw("\">");
    let parts: Vec<_> = counts
        .iter()
        .map(|(verdict, count)| (verdict.name(), count))
        .collect();
    chart::stacked(&parts, page);
    page.raw("<ul>");
    for (verdict, count) in counts.iter() {
        page.raw(if count == 0 {
            "<li class=zero>"
        } else {
            "<li>"
        });
        page.raw("<span class=\"v ")
            .raw(verdict.name())
            .raw("\">")
            .text((words.verdict)(verdict))
            .raw("</span> <b>")
            .number(count)
            .raw("</b>");
        if count > 0 {
            page.raw(" <small>")
                .text(percent(count, hosts))
                .raw("</small>");
        }
    }
    page.raw("</ul></div>\n");
}

fn caution(report: &Report, page: &mut Page) {
    let words = page.words;
    if let count @ 1.. = report.capture.warnings.len() as u64 {
        let caution = (words.about.caution)(count);
        page.raw("<p class=caution><a href=#warnings>")
            .text(caution)
            .raw("</a></p>\n");
    }
}

/// More sources than this are counted here; all of them stand under how it was measured.
const SOURCES: usize = 3;

fn about(report: &Report, page: &mut Page) {
    let words = page.words;
    page.raw("<dl class=about>");
    if let Some(period) = period(report.window, page) {
        entry(page, words.about.period, |page| {
            page.text(period);
        });
    }
    entry(page, words.about.times, |page| {
        let zone = page.clock.zone().map(|zone| zone.name.clone());
        page.text(zone.as_deref().unwrap_or(words.about.utc));
    });
    entry(page, words.about.servers, |page| {
        page.text((words.to)(report.to));
    });
    if !report.sensor.is_empty() {
        entry(page, words.about.sensor, |page| {
            page.text(&report.sensor);
        });
    }
    if !report.sources.is_empty() {
        entry(page, words.about.sources, |page| {
            page.list(report.sources.iter().take(SOURCES));
            if let more @ 1.. = report.sources.len().saturating_sub(SOURCES) {
                page.raw(" <a href=#sources>+ ")
                    .text(number(more as u64))
                    .raw("</a>");
            }
        });
    }
    page.raw("</dl>\n");
}

/// A term and what is said of it, kept together.
fn entry(page: &mut Page, term: &str, say: impl FnOnce(&mut Page)) {
    page.raw("<div>").fact(term, say).raw("</div>");
}

/// A window in the words of the page; of a history by its days.
pub(super) fn period(window: Window, page: &Page) -> Option<String> {
    let Period { from, to } = Period::of(window, &page.clock);
    ends(from.as_deref(), to.as_deref(), page.words)
}

fn ends(from: Option<&str>, to: Option<&str>, words: &Words) -> Option<String> {
    let about = &words.about;
    match (from, to) {
        (Some(from), Some(to)) => Some((about.span)(from, to)),
        (Some(from), None) => Some((about.since)(from)),
        (None, Some(to)) => Some((about.until)(to)),
        (None, None) => None,
    }
}

/// What the verdicts mean.
pub(super) fn glossary(_report: &Report, page: &mut Page) {
    let words = page.words;
    page.raw("<dl class=glossary>");
    for verdict in HostVerdict::ALL {
        page.raw("<dt><span class=\"v ")
            .raw(verdict.name())
            .raw("\">")
            .text((words.verdict)(*verdict))
            .raw("</span><dd>")
            .text((words.verdict_meaning)(*verdict));
    }
    page.raw("</dl>\n");
}
