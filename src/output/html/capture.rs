//! How it was measured, what the capture held, and what could not be seen.

use super::markup::Page;
use crate::session::Seen;
use crate::tally::Report;
use crate::tally::figures::percent;
use crate::tally::history::History;
use crate::tally::report::Capture;

pub(super) fn render(report: &Report, page: &mut Page) {
    let (words, capture) = (page.words, &report.capture);
    for paragraph in words.capture.how {
        page.raw("<p class=prose>").text(paragraph).raw("</p>\n");
    }
    warnings(report, page);
    page.raw("<h3>")
        .text(match report.history {
            Some(_) => words.history.contents,
            None => words.capture.numbers,
        })
        .raw("</h3>\n<dl class=numbers>");
    // A store holds sessions; what their packets went through is not in it.
    if report.history.is_none() {
        packets(capture, page);
    }
    sessions(report, page);
    if report.history.is_none() {
        losses(capture, page);
    }
    page.raw("</dl>\n");
    if let Some(history) = &report.history {
        stores(history, page);
    }
    files("sources", words.about.sources, &report.sources, page);
    files(
        "damaged",
        words.capture.files_damaged,
        &capture.files_damaged,
        page,
    );
    files(
        "skipped",
        words.capture.files_skipped,
        &capture.files_skipped,
        page,
    );
}

fn warnings(report: &Report, page: &mut Page) {
    let words = page.words;
    page.raw("<h3 id=warnings>")
        .text(words.capture.warnings)
        .raw("</h3>\n");
    if report.capture.warnings.is_empty() {
        page.raw("<p>")
            .text(match report.history {
                Some(_) => words.history.no_warnings,
                None => words.capture.no_warnings,
            })
            .raw("</p>\n");
        return;
    }
    page.raw("<ul class=warnings>");
    for warning in &report.capture.warnings {
        page.raw("<li>").prose(&(words.doubt)(warning));
    }
    page.raw("</ul>\n");
}

fn packets(capture: &Capture, page: &mut Page) {
    let words = page.words;
    maybe(words.capture.packets, capture.packets, page);
    page.fact(words.capture.bytes, |page| {
        page.text((words.bytes)(capture.bytes.unwrap_or(0)));
    });
    if let (Some(first), Some(last)) = (capture.first_packet, capture.last_packet) {
        page.fact(words.capture.packet_times, |page| {
            let span = (words.about.span)(&page.clock.time(first), &page.clock.time(last));
            page.text(span);
        });
    }
    number(words.capture.files_read, capture.files_read, page);
}

fn sessions(report: &Report, page: &mut Page) {
    let (words, capture) = (page.words, &report.capture);
    number(words.capture.sessions, capture.sessions, page);
    number(words.capture.counted, report.totals.sessions, page);
    number(words.capture.other_servers, capture.other_servers, page);
    number(words.capture.external, capture.external, page);
    if !report.address_lists.is_empty() {
        page.fact(words.capture.address_lists, |page| {
            page.list(&report.address_lists);
        });
    }
    for (seen, count) in capture.seen.iter() {
        number((words.capture.seen)(seen), count, page);
    }
    if capture.sessions > 0 {
        let one_direction = capture.sessions - capture.seen.of(Seen::Both);
        page.fact(words.capture.one_direction, |page| {
            page.text(percent(one_direction, capture.sessions));
        });
    }
}

fn losses(capture: &Capture, page: &mut Page) {
    let words = page.words;
    maybe(words.capture.dropped_kernel, capture.dropped_kernel, page);
    maybe(
        words.capture.dropped_interface,
        capture.dropped_interface,
        page,
    );
    maybe(words.capture.truncated, capture.truncated, page);
    maybe(words.capture.duplicates, capture.duplicates, page);
    // With the word of the machine forms where there are no others.
    let known = |(word, count)| ((words.reason)(word).unwrap_or(word), count);
    let malformed = capture.malformed.iter().map(known);
    counts(words.capture.malformed, malformed, page);
    let not_followed = capture.not_followed.iter().map(known);
    counts(words.capture.not_followed, not_followed, page);
    let bounds = capture.bounds.iter();
    let bounds = bounds.map(|(bound, count)| ((words.bound)(bound), count));
    counts(words.capture.bounds, bounds, page);
}

fn number(term: &'static str, value: u64, page: &mut Page) {
    page.fact(term, |page| {
        page.number(value);
    });
}

fn maybe(term: &'static str, value: Option<u64>, page: &mut Page) {
    let words = page.words;
    page.fact(term, |page| {
        match value {
            Some(value) => page.number(value),
            None => page.text(words.unknown),
        };
    });
}

/// Each of them in words.
fn counts<'a>(term: &'static str, counts: impl Iterator<Item = (&'a str, u64)>, page: &mut Page) {
    let words = page.words;
    let mut counts = counts.peekable();
    page.fact(term, |page| {
        if counts.peek().is_none() {
            page.text(words.none);
            return;
        }
        page.raw("<ul>");
        for (word, count) in counts {
            page.raw("<li>")
                .text(word)
                .raw(" <b>")
                .number(count)
                .raw("</b>");
        }
        page.raw("</ul>");
    });
}

fn stores(history: &History, page: &mut Page) {
    let words = page.words;
    page.raw("<h3>")
        .text(words.history.stores)
        .raw("</h3>\n<ul class=stores>");
    for store in &history.stores {
        page.raw("<li>")
            .text(&store.name)
            .raw(" <small>")
            .text((words.history.store)(store))
            .raw("</small>");
        if let (Some(first), Some(last)) = (store.first, store.last) {
            let span = (words.about.span)(&page.clock.time(first), &page.clock.time(last));
            page.raw("<br><small>").text(span).raw("</small>");
        }
        for damage in &store.damage {
            page.raw("<br>")
                .text(words.history.damaged)
                .raw(" ")
                .text(damage);
        }
    }
    page.raw("</ul>\n");
}

/// Names or messages, which can be many.
fn files(id: &'static str, title: &'static str, all: &[String], page: &mut Page) {
    if all.is_empty() {
        return;
    }
    page.raw("<details open class=files id=")
        .raw(id)
        .raw("><summary>")
        .text(title)
        .raw(" <small>")
        .number(all.len() as u64)
        .raw("</small></summary><ul>");
    for one in all {
        page.raw("<li>").text(one);
    }
    page.raw("</ul></details>\n");
}
