//! The report of the Exchange admin center beside this one: sums beside sums, its senders, and what cannot be matched.

use super::chart;
use super::markup::Page;
use crate::tally::Report;
use crate::tally::figures::number;
use crate::tally::microsoft::{Microsoft, Sender};

/// Only where its file was given.
pub(super) fn render(report: &Report, page: &mut Page) {
    let history = report.history.as_ref();
    let Some(microsoft) = history.and_then(|history| history.microsoft.as_ref()) else {
        return;
    };
    let words = page.words;
    page.raw("<p class=prose>")
        .text((words.microsoft.about)(microsoft))
        .raw("</p>\n<ul class=notes>");
    for note in &microsoft.notes {
        page.raw("<li>").text((words.microsoft.remark)(note));
    }
    page.raw("</ul>\n");
    versions(microsoft, page);
    if !microsoft.days.is_empty() {
        days(microsoft, page);
    }
    if !microsoft.senders.is_empty() {
        senders(microsoft, page);
    }
}

fn head(titles: &[&str], page: &mut Page) {
    page.raw("<thead><tr>");
    for (at, title) in titles.iter().enumerate() {
        page.raw(if at == 0 {
            "<th scope=col>"
        } else {
            "<th scope=col class=n>"
        })
        .text(title);
    }
    page.raw("</thead><tbody>\n");
}

fn versions(microsoft: &Microsoft, page: &mut Page) {
    let words = page.words;
    let said = &words.microsoft;
    page.raw("<div class=scroll tabindex=0 role=region aria-label=\"")
        .text(words.totals.by_version)
        .raw("\"><table class=figures>");
    head(
        &[
            words.totals.version,
            said.messages,
            words.totals.share,
            said.sessions,
            words.totals.share,
            words.history.hosts,
        ],
        page,
    );
    for row in &microsoft.versions {
        page.raw("<tr><th scope=row>")
            .text((words.version)(row.version));
        maybe(row.messages.map(number), page);
        share(row.messages_share, page);
        page.raw("<td class=n>").number(row.sessions);
        share(row.sessions_share, page);
        page.raw("<td class=n>").number(row.hosts);
    }
    page.raw("</table></div>\n");
}

fn days(microsoft: &Microsoft, page: &mut Page) {
    let words = page.words;
    let said = &words.microsoft;
    page.raw("<details class=by-day><summary>")
        .text(said.days)
        .raw("</summary><div class=scroll tabindex=0 role=region aria-label=\"")
        .text(said.days)
        .raw("\"><table class=figures>");
    head(
        &[
            words.history.day,
            said.messages,
            said.legacy_messages,
            said.sessions,
            said.legacy_sessions,
        ],
        page,
    );
    for day in &microsoft.days {
        page.raw("<tr><th scope=row class=when>").show(day.date);
        for count in [
            day.messages,
            day.legacy_messages,
            day.sessions,
            day.legacy_sessions,
        ] {
            page.raw("<td class=n>").number(count);
        }
    }
    page.raw("</table></div></details>\n");
}

fn senders(microsoft: &Microsoft, page: &mut Page) {
    let words = page.words;
    let said = &words.microsoft;
    page.raw("<details class=by-day><summary>")
        .text(said.senders)
        .raw(" <small>")
        .number(microsoft.senders.len() as u64)
        .raw("</small></summary><div class=scroll tabindex=0 role=region aria-label=\"")
        .text(said.senders)
        .raw("\"><table class=figures>");
    let versions = ["1.0", "1.1", "1.2", "1.3"].map(words.version);
    let [tls10, tls11, tls12, tls13] = versions;
    head(
        &[
            said.sender,
            said.messages,
            tls10,
            tls11,
            tls12,
            tls13,
            said.protocol,
        ],
        page,
    );
    for sender in &microsoft.senders {
        row(sender, page);
    }
    page.raw("</table></div></details>\n");
}

fn row(sender: &Sender, page: &mut Page) {
    page.raw("<tr><th scope=row>").text(&sender.sender);
    if let Some(domain) = &sender.domain {
        page.raw(" <small>").text(domain).raw("</small>");
    }
    maybe(sender.messages.map(number), page);
    let shares = sender.shares;
    for one in [shares.tls10, shares.tls11, shares.tls12, shares.tls13] {
        share(one, page);
    }
    page.raw("<td class=n>").list(&sender.protocols);
}

/// A dash where a side does not say.
fn maybe(value: Option<String>, page: &mut Page) {
    page.raw("<td class=n>")
        .text(value.unwrap_or_else(|| "–".into()));
}

fn share(share: Option<f64>, page: &mut Page) {
    maybe(share.map(chart::share), page);
}
