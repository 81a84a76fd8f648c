//! What the capture held and lost: quiet lines where all is well, `!` where it is not.

use super::Page;
use super::text::{counts, flowed, span, wrapped};
use crate::output::escape::{terminal, terminal_within};
use crate::output::style::Paint;
use crate::session::Seen;
use crate::tally::Report;
use crate::tally::figures::{bytes, counted, known, number, percent};
use crate::tally::report::Capture;

/// More than this many file messages are counted instead of shown, on a terminal.
const MESSAGES: usize = 10;

/// Columns a file's message may take on a terminal.
const MESSAGE_COLUMNS: usize = 240;

pub(super) fn render(report: &Report, page: Page) -> String {
    let capture = &report.capture;
    let mut text = page.style.paint(Paint::Strong, "CAPTURE") + "\n";
    if report.history.is_none() {
        text += &flowed(page, &packets(capture, page), ", ", 2, 4);
    }
    text += &flowed(page, &sessions(report), ", ", 2, 4);
    if report.history.is_none() {
        text += &flowed(page, &losses(capture), "; ", 2, 4);
    }
    if !report.address_lists.is_empty() {
        let lists = report.address_lists.join(", ");
        let lists = format!("address lists: {}", terminal(&lists));
        text += &wrapped(page, &lists, 2, 4);
    }
    for warning in &capture.warnings {
        let lines = wrapped(page, &format!("! {}", warning.text()), 2, 4);
        text += &page.style.paint(Paint::Caution, lines.trim_end());
        text.push('\n');
    }
    text += &messages("damaged", &capture.files_damaged, page);
    text += &messages("skipped", &capture.files_skipped, page);
    text
}

fn packets(capture: &Capture, page: Page) -> Vec<String> {
    let mut parts = vec![
        counted(capture.packets.unwrap_or(0), "packet"),
        bytes(capture.bytes.unwrap_or(0)),
    ];
    if capture.files_read > 0 {
        parts.push(format!("{} read", counted(capture.files_read, "file")));
    }
    if let (Some(first), Some(last)) = (capture.first_packet, capture.last_packet) {
        parts.push(span(page, first, last));
    }
    parts
}

fn sessions(report: &Report) -> Vec<String> {
    let capture = &report.capture;
    let one_direction = capture.sessions - capture.seen.of(Seen::Both);
    vec![
        format!(
            "{}: {} counted",
            counted(capture.sessions, "SMTP session"),
            number(report.totals.sessions)
        ),
        format!("{} to other servers", number(capture.other_servers)),
        format!("{} without an internal host", number(capture.external)),
        format!(
            "{} ({}) seen in one direction only",
            number(one_direction),
            percent(one_direction, capture.sessions)
        ),
    ]
}

fn losses(capture: &Capture) -> Vec<String> {
    vec![
        format!(
            "dropped: kernel {}, interface {}",
            known(capture.dropped_kernel),
            known(capture.dropped_interface)
        ),
        format!("cut short: {}", known(capture.truncated)),
        format!("duplicates: {}", known(capture.duplicates)),
        counts("malformed", capture.malformed.iter()).join(", "),
        counts("not followed", capture.not_followed.iter()).join(", "),
        counts("bounds reached", capture.bounds.iter()).join(", "),
    ]
}

fn messages(what: &str, messages: &[String], page: Page) -> String {
    let listed = page.listed(messages.len(), MESSAGES);
    let mut text = String::new();
    for message in messages.iter().take(listed) {
        text += &wrapped(page, &format!("{what}: {}", sentence(page, message)), 4, 6);
    }
    if listed < messages.len() {
        let more = number((messages.len() - listed) as u64);
        text += &wrapped(page, &format!("and {more} more {what}"), 4, 6);
    }
    text
}

/// A message, harmless, and on a terminal no longer than a few lines.
fn sentence(page: Page, message: &str) -> String {
    if page.shortens {
        return terminal_within(message, MESSAGE_COLUMNS).into_owned();
    }
    terminal(message).into_owned()
}
