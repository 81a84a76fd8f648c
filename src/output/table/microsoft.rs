//! The report of the Exchange admin center beside this one.

use super::Page;
use super::grid::{Grid, Header};
use super::text::{name, version, wrapped};
use crate::output::escape::terminal;
use crate::output::style::Paint;
use crate::tally::Report;
use crate::tally::figures::{counted, number};
use crate::tally::microsoft::{Microsoft, SideBySide};

/// What stands where a side does not say.
const NOTHING: &str = "-";

pub(super) fn render(report: &Report, page: Page) -> String {
    let history = report.history.as_ref();
    let Some(microsoft) = history.and_then(|history| history.microsoft.as_ref()) else {
        return String::new();
    };
    let title = "BESIDE MICROSOFT'S REPORT (SMTP AUTH CLIENTS)";
    let mut text = page.style.paint(Paint::Strong, title) + "\n";
    text += &wrapped(page, &about(microsoft, page), 2, 4);
    text += &versions(microsoft, page);
    text += &days(microsoft, page);
    for note in &microsoft.notes {
        text += &wrapped(page, &terminal(&note.text), 2, 4);
    }
    text
}

fn about(microsoft: &Microsoft, page: Page) -> String {
    let senders = counted(microsoft.senders.len() as u64, "sender");
    let messages = microsoft
        .messages
        .map(|messages| format!(" with {}", counted(messages, "message")))
        .unwrap_or_default();
    let file = name(page, &microsoft.file);
    let ours = counted(microsoft.comparable, "session");
    format!("{file}: {senders}{messages}; beside it {ours} that could have carried such messages.")
}

fn versions(microsoft: &Microsoft, page: Page) -> String {
    let headers = [
        "VERSION",
        "MESSAGES",
        "SHARE",
        "OUR SESSIONS",
        "SHARE",
        "HOSTS",
    ];
    let mut grid = Grid::new(headers.map(Header::new).into());
    for row in &microsoft.versions {
        grid.row(cells(row));
    }
    grid.render(page, 2)
}

fn cells(row: &SideBySide) -> Vec<String> {
    vec![
        version(row.version),
        row.messages.map_or_else(|| NOTHING.into(), number),
        share(row.messages_share),
        number(row.sessions),
        share(row.sessions_share),
        number(row.hosts),
    ]
}

fn share(share: Option<f64>) -> String {
    share.map_or_else(|| NOTHING.into(), |share| format!("{:.1}%", share * 100.0))
}

fn days(microsoft: &Microsoft, page: Page) -> String {
    if microsoft.days.is_empty() {
        return String::new();
    }
    let headers = ["DAY", "MESSAGES", "LEGACY", "OUR SESSIONS", "LEGACY"];
    let mut grid = Grid::new(headers.map(Header::new).into());
    for day in &microsoft.days {
        let counts = [
            day.messages,
            day.legacy_messages,
            day.sessions,
            day.legacy_sessions,
        ];
        let mut cells = vec![day.date.to_string()];
        cells.extend(counts.map(number));
        grid.row(cells);
    }
    grid.render(page, 2)
}
