//! What the capture held and lost: quiet lines where all is well, `!` where it is not.

use super::Page;
use super::text::{bytes, counted, counts, number, time, wrapped};
use crate::output::escape::terminal;
use crate::output::style::Paint;
use crate::session::Seen;
use crate::tally::Report;
use crate::tally::diagnosis::percent;
use crate::tally::report::Capture;

/// More than this many file messages are counted instead of shown, on a terminal.
const MESSAGES: usize = 10;

pub(super) fn render(report: &Report, page: Page) -> String {
    let capture = &report.capture;
    let mut text = page.style.paint(Paint::Strong, "CAPTURE") + "\n";
    for line in [packets(capture), sessions(report), losses(capture)] {
        text += &wrapped(page, &line, 2, 4);
    }
    for warning in &capture.warnings {
        let lines = wrapped(page, &format!("! {}", warning.text), 2, 4);
        text += &page.style.paint(Paint::Caution, lines.trim_end());
        text.push('\n');
    }
    text += &messages("damaged", &capture.files_damaged, page);
    text += &messages("skipped", &capture.files_skipped, page);
    text
}

fn packets(capture: &Capture) -> String {
    let mut parts = vec![counted(capture.packets, "packet"), bytes(capture.bytes)];
    if capture.files_read > 0 {
        parts.push(format!("{} read", counted(capture.files_read, "file")));
    }
    if let (Some(first), Some(last)) = (capture.first_packet, capture.last_packet) {
        parts.push(format!("{} to {}", time(first), time(last)));
    }
    parts.join(", ")
}

fn sessions(report: &Report) -> String {
    let capture = &report.capture;
    let one_direction = capture.sessions - capture.seen.of(Seen::Both);
    format!(
        "{}: {} counted, {} to other servers, {} without an internal host; {} ({}) seen in one direction only",
        counted(capture.sessions, "SMTP session"),
        number(report.totals.sessions),
        number(capture.other_servers),
        number(capture.external),
        number(one_direction),
        percent(one_direction, capture.sessions),
    )
}

fn losses(capture: &Capture) -> String {
    format!(
        "dropped: kernel {}, interface {}; cut short: {}; duplicates: {}; malformed: {}; not followed: {}; bounds reached: {}",
        known(capture.dropped_kernel),
        known(capture.dropped_interface),
        number(capture.truncated),
        number(capture.duplicates),
        counts(capture.malformed.iter()),
        counts(capture.not_followed.iter()),
        counts(capture.bounds.iter()),
    )
}

fn known(count: Option<u64>) -> String {
    count.map_or_else(|| "unknown".into(), number)
}

fn messages(what: &str, messages: &[String], page: Page) -> String {
    let listed = page.listed(messages.len(), MESSAGES);
    let mut text = String::new();
    for message in messages.iter().take(listed) {
        text += &wrapped(page, &format!("{what}: {}", terminal(message)), 4, 6);
    }
    if listed < messages.len() {
        let more = number((messages.len() - listed) as u64);
        text += &wrapped(page, &format!("and {more} more {what}"), 4, 6);
    }
    text
}
