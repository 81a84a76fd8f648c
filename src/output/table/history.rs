//! The report over time: day by day, what changed, two windows side by side, the rows of `--by`, and the stores.

use std::collections::HashMap;
use std::net::IpAddr;

use super::Page;
use super::grid::{Grid, Header};
use super::head::period;
use super::text::{counts, flowed, name, span, time, version, wrapped};
use crate::output::style::Paint;
use crate::tally::Report;
use crate::tally::counts::PerVersion;
use crate::tally::figures::{bytes, counted, number};
use crate::tally::history::{
    By, Change, Changes, Comparison, Day, Figures, History, Side, StoreFacts,
};
use crate::tally::report::Host;

/// On a terminal, unless they are asked for, no more days than this: the latest.
const DAYS: usize = 14;

/// More than this many hosts are counted instead of named, on a terminal; the other forms name all.
const HOSTS: usize = 12;

/// What stands where there is nothing.
const NOTHING: &str = "-";

pub(super) fn render(report: &Report, page: Page) -> String {
    let Some(history) = &report.history else {
        return String::new();
    };
    let known = report.hosts.iter().map(|host| (host.host, host)).collect();
    let sections = [
        groups(history, page),
        days(history, page),
        history
            .changes
            .as_ref()
            .map(|changes| render_changes(changes, &known, page))
            .unwrap_or_default(),
        history
            .comparison
            .as_ref()
            .map(|comparison| render_comparison(comparison, page))
            .unwrap_or_default(),
    ];
    let shown: Vec<_> = sections
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    shown.join("\n")
}

/// Whether the rows of hosts give way to others.
pub(super) fn replaces_hosts(report: &Report) -> bool {
    let by = report.history.as_ref().and_then(|history| history.by);
    by.is_some_and(|by| by != By::Host)
}

/// The stores behind the report, at its very end.
pub(super) fn stores(report: &Report, page: Page) -> String {
    let Some(history) = &report.history else {
        return String::new();
    };
    let mut text = heading(page, "STORES");
    for store in &history.stores {
        text += &flowed(page, &store_facts(store, page), " · ", 2, 4);
        for damage in &store.damage {
            text += &wrapped(page, &format!("damaged: {}", name(page, damage)), 4, 4);
        }
    }
    text
}

fn store_facts(store: &StoreFacts, page: Page) -> Vec<String> {
    let mut facts = vec![
        name(page, &store.name),
        counted(store.sessions, "session"),
        bytes(store.bytes),
    ];
    if let (Some(first), Some(last)) = (store.first, store.last) {
        facts.push(span(page, first, last));
    }
    facts
}

fn groups(history: &History, page: Page) -> String {
    let Some(by) = history.by.filter(|_| !history.groups.is_empty()) else {
        return String::new();
    };
    let all: Vec<_> = history.groups.iter().map(|group| &group.figures).collect();
    let present = present(&all);
    let mut headers = figure_headers(&by.name().to_uppercase(), &present);
    headers.push(Header::new("LAST SEEN"));
    let mut grid = Grid::new(headers);
    for group in &history.groups {
        let mut cells = figure_cells(name(page, &group.key), &group.figures, &present);
        cells.push(time(page, group.last_seen));
        grid.row(cells);
    }
    heading(page, &format!("BY {}", by.name().to_uppercase())) + &grid.render(page, 2)
}

fn days(history: &History, page: Page) -> String {
    if history.days.is_empty() {
        return String::new();
    }
    let asked = history.by == Some(By::Day);
    let limit = if asked { usize::MAX } else { DAYS };
    let listed = page.listed(history.days.len(), limit);
    let left_out = history.days.len() - listed;
    let shown = history.days.get(left_out..).unwrap_or_default();
    let figures: Vec<_> = shown.iter().map(|day| &day.figures).collect();
    let present = present(&figures);
    let mut grid = Grid::new(figure_headers("DAY", &present));
    for run in runs(shown) {
        grid.row(match run {
            [day] if day.seen > 0 => figure_cells(day.date.to_string(), &day.figures, &present),
            quiet => vec![quiet_days(quiet)],
        });
    }
    let mut text = heading(page, "DAY BY DAY") + &grid.render(page, 2);
    if left_out > 0 {
        let earlier = counted(left_out as u64, "earlier day");
        text += &wrapped(page, &format!("and {earlier}: `--by day` shows all"), 2, 4);
    }
    text
}

/// Days with sessions one by one, and those without in one piece.
fn runs(days: &[Day]) -> impl Iterator<Item = &[Day]> {
    days.chunk_by(|one, next| one.seen == 0 && next.seen == 0)
}

fn quiet_days(days: &[Day]) -> String {
    match days {
        [] => String::new(),
        [day] => format!("{}: nothing", day.date),
        [first, .., last] => format!("{} to {}: nothing", first.date, last.date),
    }
}

fn render_changes(changes: &Changes, known: &HashMap<IpAddr, &Host>, page: Page) -> String {
    let lists = [
        ("fixed (legacy before, modern since)", &changes.fixed),
        ("worse (legacy since, not before)", &changes.worse),
        ("new (first seen since)", &changes.new),
        ("silent (seen before, not since)", &changes.silent),
    ];
    let mut text = heading(page, &format!("CHANGES SINCE {}", changes.since));
    for (what, hosts) in lists.into_iter().filter(|(_, hosts)| !hosts.is_empty()) {
        let count = counted(hosts.len() as u64, "host");
        text += &page
            .style
            .paint(Paint::Strong, &format!("  {what}: {count}"));
        text.push('\n');
        text += &flowed(page, &named(hosts, known, page), ", ", 4, 4);
    }
    if lists.iter().all(|(_, hosts)| hosts.is_empty()) {
        text += "  none\n";
    }
    text
}

fn named(hosts: &[Change], known: &HashMap<IpAddr, &Host>, page: Page) -> Vec<String> {
    let listed = page.listed(hosts.len(), HOSTS);
    let mut shown: Vec<_> = hosts
        .iter()
        .take(listed)
        .map(|change| called(change.host, known, page))
        .collect();
    if listed < hosts.len() {
        shown.push(format!(
            "and {} more",
            number((hosts.len() - listed) as u64)
        ));
    }
    shown
}

fn called(address: IpAddr, known: &HashMap<IpAddr, &Host>, page: Page) -> String {
    let first = known.get(&address).and_then(|host| host.names.first());
    match first {
        Some(first) => format!("{address} {}", name(page, first)),
        None => address.to_string(),
    }
}

fn render_comparison(comparison: &Comparison, page: Page) -> String {
    let sides = [&comparison.before, &comparison.now];
    let figures = sides.map(|side| &side.figures);
    let present = present(&figures);
    let named = ["before", "now"].into_iter().zip(sides);
    let mut grid = Grid::new(figure_headers("WINDOW", &present));
    let mut lines = String::new();
    for (what, side) in named {
        grid.row(figure_cells(what.into(), &side.figures, &present));
        let period = period(side.window, page).unwrap_or_else(|| NOTHING.to_owned());
        lines += &wrapped(page, &format!("{what}: {period}"), 2, 4);
        lines += &flowed(page, &verdicts(side), ", ", 4, 4);
    }
    heading(page, "TWO WINDOWS") + &grid.render(page, 2) + &lines
}

fn verdicts(side: &Side) -> Vec<String> {
    counts("hosts by verdict", side.host_verdicts.iter())
}

/// Which versions some row has, by their place.
fn present(all: &[&Figures]) -> Vec<bool> {
    let versions = PerVersion::default().iter().enumerate();
    let occurs = |at: usize| all.iter().any(|figures| count(figures, at) > 0);
    versions.map(|(at, _)| occurs(at)).collect()
}

fn count(figures: &Figures, at: usize) -> u64 {
    let mut counts = figures.versions.iter();
    counts.nth(at).map_or(0, |(_, count)| count)
}

fn figure_headers(first: &str, present: &[bool]) -> Vec<Header> {
    let mut headers = vec![Header::new(first), Header::new("SESSIONS")];
    let versions = PerVersion::default();
    let keys = versions.iter().zip(present).filter(|(_, shown)| **shown);
    headers.extend(keys.map(|((key, _), _)| {
        let short = key.to_uppercase();
        Header::or(&version(key).to_uppercase(), &short)
    }));
    headers.push(Header::new("HOSTS"));
    headers.push(Header::or("LEGACY HOSTS", "LEGACY"));
    headers
}

fn figure_cells(first: String, figures: &Figures, present: &[bool]) -> Vec<String> {
    let cell = |count: u64| match count {
        0 => NOTHING.to_owned(),
        count => number(count),
    };
    let mut cells = vec![first, cell(figures.sessions)];
    let counts = figures
        .versions
        .iter()
        .zip(present)
        .filter(|(_, shown)| **shown);
    cells.extend(counts.map(|((_, count), _)| cell(count)));
    cells.extend([cell(figures.hosts), cell(figures.legacy_hosts)]);
    cells
}

fn heading(page: Page, text: &str) -> String {
    page.style.paint(Paint::Strong, text) + "\n"
}
