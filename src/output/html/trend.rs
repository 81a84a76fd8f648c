//! The report over time: hosts and versions by day as charts with their numbers, and the rows of `--by`.

use super::chart::{self, rectangle, scaled};
use super::markup::Page;
use super::totals::{host_verdict, version_class};
use crate::output::words::Words;
use crate::session::EndpointKind;
use crate::session::words::Word as _;
use crate::tally::Report;
use crate::tally::counts::PerVersion;
use crate::tally::figures::{number, percent};
use crate::tally::history::over_time::{OTHER_SERVER, UNKNOWN};
use crate::tally::history::{By, Day, Figures, History};

/// Only where there is a history.
pub(super) fn render(report: &Report, page: &mut Page) {
    let Some(history) = &report.history else {
        return;
    };
    let words = page.words;
    if !history.days.is_empty() {
        page.raw("<div class=charts>");
        hosts(history, page);
        versions(history, page);
        page.raw("</div>\n<details class=by-day><summary>")
            .text(words.history.numbers)
            .raw("</summary>");
        let days = history.days.iter().map(|day| Row {
            key: day.date.to_string(),
            seen: Some(day.seen),
            figures: &day.figures,
        });
        figures(words.history.day, days.collect(), page);
        page.raw("</details>\n");
    }
    super::changes::render(report, history, page);
    groups(history, page);
}

/// What a chart shows of one day.
struct Column {
    parts: Vec<chart::Part>,
    note: String,
}

fn hosts(history: &History, page: &mut Page) {
    let words = page.words;
    let most = history
        .days
        .iter()
        .map(|day| day.figures.hosts)
        .max()
        .unwrap_or(0);
    let columns = history.days.iter().map(|day| {
        let (all, legacy) = (day.figures.hosts, day.figures.legacy_hosts);
        Column {
            parts: vec![("legacy", legacy), ("others", all.saturating_sub(legacy))],
            note: format!("{}: {} / {}", day.date, number(legacy), number(all)),
        }
    });
    opening(words.history.hosts_by_day, &number(most), page);
    plot(columns.collect(), Some(most), history, page);
    let ends = ends(history, |day| number(day.figures.legacy_hosts));
    key("legacy", words.history.legacy_hosts, &ends, page);
    let ends = self::ends(history, |day| {
        number(day.figures.hosts.saturating_sub(day.figures.legacy_hosts))
    });
    key("others", words.history.other_hosts, &ends, page);
    closing(history, page);
}

fn versions(history: &History, page: &mut Page) {
    let words = page.words;
    let all: Vec<_> = history.days.iter().map(|day| &day.figures).collect();
    let present = present_versions(&all);
    let columns = history.days.iter().map(|day| Column {
        parts: present
            .iter()
            .map(|key| (version_class(key), count(&day.figures.versions, key)))
            .collect(),
        note: format!("{}: {}", day.date, number(day.figures.sessions)),
    });
    opening(words.history.versions_by_day, "100%", page);
    plot(columns.collect(), None, history, page);
    for version in present {
        let ends = ends(history, |day| {
            percent(count(&day.figures.versions, version), day.figures.sessions)
        });
        key(
            version_class(version),
            (words.version)(version),
            &ends,
            page,
        );
    }
    closing(history, page);
}

fn opening(title: &'static str, most: &str, page: &mut Page) {
    page.raw("<figure><figcaption>")
        .text(title)
        .raw("</figcaption><div class=plot><span class=most>")
        .text(most)
        .raw("</span>");
}

/// Width of a day, and of its column, in the chart's own units.
const DAY: f64 = 10.0;
const COLUMN: f64 = 8.0;

/// A column a day. The height is that of `full`; without it each column is full.
fn plot(columns: Vec<Column>, full: Option<u64>, history: &History, page: &mut Page) {
    page.raw("<svg viewBox=\"0 0 ")
        .show(columns.len() * 10)
        .raw(" 100\" preserveAspectRatio=none aria-hidden=true>");
    for (at, (column, day)) in columns.into_iter().zip(&history.days).enumerate() {
        let left = at as f64 * DAY + (DAY - COLUMN) / 2.0;
        page.raw("<g><title>").text(&column.note).raw("</title>");
        if day.seen == 0 {
            page.raw("<rect class=nothing");
            rectangle(left, 97.0, COLUMN, 3.0, page);
        }
        let whole = full.unwrap_or_else(|| column.parts.iter().map(|(_, size)| size).sum());
        let mut top = 100.0;
        for (class, size) in column.parts.into_iter().filter(|(_, size)| *size > 0) {
            let height = scaled(size, whole, 100.0);
            top -= height;
            page.raw("<rect class=").raw(class);
            rectangle(left, top, COLUMN, height, page);
        }
        page.raw("</g>");
    }
    page.raw("</svg>");
    if let [first, .., last] = history.days.as_slice() {
        page.raw("<span class=from>")
            .show(first.date)
            .raw("</span><span class=until>")
            .show(last.date)
            .raw("</span>");
    }
    page.raw("</div>");
    if let (Some(first), Some(last)) = end_days(history) {
        let ends = (page.words.history.ends)(&first.date.to_string(), &last.date.to_string());
        page.raw("<p class=ends>").text(ends).raw("</p>");
    }
    page.raw("<ul class=key>");
}

/// What a colour stands for, and how it was on the first and the last day with sessions.
fn key(class: &'static str, name: &str, ends: &str, page: &mut Page) {
    page.raw("<li><i class=")
        .raw(class)
        .raw("></i>")
        .text(name)
        .raw(" <small>")
        .text(ends)
        .raw("</small>");
}

/// The first and the last day with sessions.
fn end_days(history: &History) -> (Option<&Day>, Option<&Day>) {
    let mut days = history.days.iter().filter(|day| day.figures.sessions > 0);
    (days.next(), days.next_back())
}

fn ends(history: &History, say: impl Fn(&Day) -> String) -> String {
    match end_days(history) {
        (Some(first), Some(last)) => format!("{} → {}", say(first), say(last)),
        (Some(only), None) => say(only),
        _ => String::new(),
    }
}

fn closing(history: &History, page: &mut Page) {
    let words = page.words;
    if history.days.iter().any(|day| day.seen == 0) {
        page.raw("<li><i class=nothing></i>")
            .text(words.history.nothing_seen);
    }
    page.raw("</ul></figure>\n");
}

/// Keys of the versions that occur, oldest first.
fn present_versions(all: &[&Figures]) -> Vec<&'static str> {
    let keys = PerVersion::default().iter().map(|(key, _)| key);
    keys.filter(|key| all.iter().any(|figures| count(&figures.versions, key) > 0))
        .collect()
}

fn count(versions: &PerVersion, key: &str) -> u64 {
    versions
        .iter()
        .find_map(|(known, count)| (known == key).then_some(count))
        .unwrap_or(0)
}

/// A row of figures, and what it is about.
pub(super) struct Row<'a> {
    pub(super) key: String,
    /// Sessions seen, also those that do not count, where that is known.
    pub(super) seen: Option<u64>,
    pub(super) figures: &'a Figures,
}

/// A table of figures: a column for whatever occurs.
pub(super) fn figures(header: &str, rows: Vec<Row<'_>>, page: &mut Page) {
    let words = page.words;
    let all: Vec<_> = rows.iter().map(|row| row.figures).collect();
    let present = present_versions(&all);
    let verdicts = rows
        .first()
        .map(|row| row.figures.verdicts.iter().map(|(verdict, _)| verdict));
    let verdicts: Vec<_> = verdicts
        .into_iter()
        .flatten()
        .filter(|verdict| rows.iter().any(|row| row.figures.verdicts.of(*verdict) > 0))
        .collect();
    let seen = rows.iter().any(|row| row.seen.is_some());
    page.raw("<div class=scroll tabindex=0 role=region aria-label=\"")
        .text(header)
        .raw("\"><table class=figures><thead><tr><th scope=col>")
        .text(header);
    if seen {
        head(words.history.seen, page);
    }
    for title in [
        words.totals.sessions,
        words.history.hosts,
        words.history.legacy_hosts,
    ] {
        head(title, page);
    }
    for version in &present {
        head((words.version)(version), page);
    }
    for verdict in &verdicts {
        head((words.verdict)(host_verdict(*verdict)), page);
    }
    page.raw("</thead><tbody>\n");
    for row in rows {
        // Dates are not broken.
        page.raw(match row.seen {
            Some(_) => "<tr><th scope=row class=when>",
            None => "<tr><th scope=row>",
        });
        page.text(row.key);
        let figures = row.figures;
        let plain = [figures.sessions, figures.hosts, figures.legacy_hosts];
        let versions = present.iter().map(|key| count(&figures.versions, key));
        let verdicts = verdicts.iter().map(|verdict| figures.verdicts.of(*verdict));
        for count in row
            .seen
            .into_iter()
            .chain(plain)
            .chain(versions)
            .chain(verdicts)
        {
            page.raw("<td class=n>").number(count);
        }
    }
    page.raw("</table></div>\n");
}

fn head(title: &str, page: &mut Page) {
    page.raw("<th scope=col class=n>").text(title);
}

fn groups(history: &History, page: &mut Page) {
    let words = page.words;
    let Some(by) = history.by.filter(|_| !history.groups.is_empty()) else {
        return;
    };
    page.raw("<h3>").text((words.history.by)(by)).raw("</h3>\n");
    let rows = history.groups.iter().map(|group| {
        let seen = (words.about.span)(
            &page.clock.time(group.first_seen),
            &page.clock.time(group.last_seen),
        );
        Row {
            key: (words.in_brackets)(key_of(by, &group.key, words), &seen),
            seen: None,
            figures: &group.figures,
        }
    });
    let rows = rows.collect();
    figures((words.history.by)(by), rows, page);
}

/// What stands in a row, in the words of the page where they are ours.
fn key_of<'a>(by: By, key: &'a str, words: &Words) -> &'a str {
    let kind = || EndpointKind::EACH.iter().find(|kind| kind.name() == key);
    match by {
        By::Endpoint if key == OTHER_SERVER => (words.endpoint)(None),
        By::Endpoint => kind().map_or(key, |kind| (words.endpoint)(Some(*kind))),
        _ if key == UNKNOWN => words.unknown,
        _ => key,
    }
}
