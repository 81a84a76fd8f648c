//! What to do: each finding once, with the hosts it concerns.

use super::Page;
use super::text::{counted, list, number, wrapped};
use crate::output::style::Paint;
use crate::tally::Report;
use crate::tally::report::Concern;

/// More than this many hosts are counted instead of named, on a terminal; each is in the table above.
const HOSTS: usize = 12;

pub(super) fn render(report: &Report, page: Page) -> String {
    if report.what_to_do.is_empty() {
        return String::new();
    }
    let mut text = page.style.paint(Paint::Strong, "WHAT TO DO") + "\n";
    for concern in &report.what_to_do {
        text += &entry(concern, page);
    }
    text
}

fn entry(concern: &Concern, page: Page) -> String {
    let hosts = counted(concern.hosts.len() as u64, "host");
    let title = format!("  {} ({hosts})", concern.finding);
    let advice = format!("{} {}", concern.meaning, concern.action);
    let mut text = page.style.paint(Paint::Strong, &title) + "\n";
    text += &wrapped(page, &advice, 4, 4);
    text += &wrapped(page, &concerned(concern, page), 4, 4);
    text
}

fn concerned(concern: &Concern, page: Page) -> String {
    let listed = page.listed(concern.hosts.len(), HOSTS);
    let shown = list(concern.hosts.iter().take(listed));
    match concern.hosts.len() - listed {
        0 => shown,
        more => format!("{shown} and {} more", number(more as u64)),
    }
}
