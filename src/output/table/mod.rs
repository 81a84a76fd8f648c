//! The report for people: the answer in one sentence, the hosts, what to do, the totals, and what the capture was worth.
//!
//! It fits the terminal's width where there is one; without one no text is shortened. What finds no column stands under
//! its host.

mod advice;
mod capture;
pub(super) mod grid;
pub(super) mod head;
mod history;
mod hosts;
mod microsoft;
pub(super) mod text;
mod totals;

use super::Style;
use super::clock::{Clock, UTC};
use crate::tally::Report;

/// Columns used where there is no terminal.
pub const NATURAL_WIDTH: usize = 120;

/// Narrower than this nothing can be laid out; lines then run over.
pub const MIN_WIDTH: usize = 60;

/// Wider than this a line is hard to follow.
pub const MAX_WIDTH: usize = 160;

/// `report` as text for people.
pub fn render(report: &Report, style: Style) -> String {
    let clock = Clock::of(report);
    let page = Page {
        clock: &clock,
        ..Page::new(style)
    };
    // What was asked for comes first.
    let [second, third] = if history::replaces_hosts(report) {
        [history::render(report, page), advice::render(report, page)]
    } else {
        [advice::render(report, page), history::render(report, page)]
    };
    let sections = [
        head::render(report, page),
        hosts(report, page),
        second,
        third,
        microsoft::render(report, page),
        totals::render(report, page),
        capture::render(report, page),
        history::stores(report, page),
    ];
    let shown: Vec<_> = sections
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    shown.join("\n")
}

/// The hosts, unless other rows were asked for.
fn hosts(report: &Report, page: Page) -> String {
    if history::replaces_hosts(report) {
        return String::new();
    }
    hosts::render(report, page)
}

/// Where the text is laid out.
#[derive(Clone, Copy)]
pub(super) struct Page<'a> {
    style: Style,
    /// Who tells its times.
    clock: &'a Clock,
    /// Columns to lay out in.
    width: usize,
    /// There is a terminal, so long things are shortened.
    shortens: bool,
}

impl Page<'_> {
    /// Its times are those of UTC.
    pub(super) fn new(style: Style) -> Self {
        let width = style.width.unwrap_or(NATURAL_WIDTH);
        Self {
            style,
            clock: &UTC,
            width: width.clamp(MIN_WIDTH, MAX_WIDTH),
            shortens: style.width.is_some(),
        }
    }

    /// How many of `count` things to list before `and … more`.
    const fn listed(self, count: usize, limit: usize) -> usize {
        if self.shortens && count > limit {
            limit
        } else {
            count
        }
    }
}
