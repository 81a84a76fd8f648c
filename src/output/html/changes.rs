//! What is different since a day: hosts that were fixed, got worse, are new or went silent; and two windows side by side.

use std::collections::HashMap;
use std::net::IpAddr;

use super::markup::Page;
use super::trend::{Row, figures};
use crate::tally::Report;
use crate::tally::history::{Change, Changes, Comparison, History, Side};
use crate::tally::report::{Host, HostVerdict};

pub(super) fn render(report: &Report, history: &History, page: &mut Page) {
    if let Some(changes) = &history.changes {
        let hosts = report.hosts.iter().enumerate();
        let places = hosts.map(|(at, host)| (host.host, (at, host))).collect();
        since(changes, &places, page);
    }
    if let Some(comparison) = &history.comparison {
        compared(comparison, page);
    }
}

fn since(changes: &Changes, places: &HashMap<IpAddr, (usize, &Host)>, page: &mut Page) {
    let words = page.words;
    let since = changes.since.to_string();
    page.raw("<h3>")
        .text((words.history.changes)(&since))
        .raw("</h3>\n<div class=changes>");
    let lists = [
        (words.history.fixed, &changes.fixed),
        (words.history.worse, &changes.worse),
        (words.history.new, &changes.new),
        (words.history.silent, &changes.silent),
    ];
    for (title, list) in lists {
        page.raw("<details open><summary>")
            .text(title)
            .raw(" <b>")
            .number(list.len() as u64)
            .raw("</b></summary><ul>");
        for change in list {
            let place = places.get(&change.host).copied();
            changed(change, place, page);
        }
        page.raw("</ul></details>\n");
    }
    page.raw("</div>\n");
}

fn changed(change: &Change, place: Option<(usize, &Host)>, page: &mut Page) {
    let words = page.words;
    page.raw("<li>");
    match place {
        Some((at, host)) => {
            page.raw("<a href=#h")
                .show(at)
                .raw(">")
                .show(change.host)
                .raw("</a>");
            if let Some(name) = host.names.first() {
                page.raw(" ").text(name);
            }
        }
        None => {
            page.show(change.host);
        }
    }
    page.raw("<br><small>");
    verdict(change.before, page);
    page.raw(" ").number(change.sessions_before).raw(" → ");
    verdict(change.since, page);
    page.raw(" ").number(change.sessions_since);
    if let Some(day) = change.last_legacy {
        page.raw(" · ")
            .text((words.history.last_legacy)(&day.to_string()));
    }
    page.raw("</small>");
}

fn verdict(verdict: Option<HostVerdict>, page: &mut Page) {
    let words = page.words;
    match verdict {
        Some(verdict) => page
            .raw("<span class=\"v ")
            .raw(verdict.name())
            .raw("\">")
            .text((words.verdict)(verdict))
            .raw("</span>"),
        None => page.text(words.history.not_seen),
    };
}

fn compared(comparison: &Comparison, page: &mut Page) {
    let words = page.words;
    page.raw("<h3>")
        .text(words.history.comparison)
        .raw("</h3>\n");
    let sides = [&comparison.before, &comparison.now];
    let rows = sides.map(|side| Row {
        key: window(side, page),
        seen: Some(side.seen),
        figures: &side.figures,
    });
    figures(words.about.period, rows.into(), page);
    page.raw("<ul class=sides>");
    for side in sides {
        let window = window(side, page);
        page.raw("<li><b>").text(window).raw("</b> ");
        for (verdict, count) in side.host_verdicts.iter().filter(|(_, count)| *count > 0) {
            self::verdict(Some(verdict), page);
            page.raw(" ").number(count).raw(" ");
        }
    }
    page.raw("</ul>\n");
}

fn window(side: &Side, page: &Page) -> String {
    super::summary::period(side.window, page).unwrap_or_default()
}
