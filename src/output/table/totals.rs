//! All counted sessions together.

use super::Page;
use super::text::{counts, flowed, version};
use crate::output::style::Paint;
use crate::tally::Report;
use crate::tally::figures::counted;

pub(super) fn render(report: &Report, page: Page) -> String {
    let totals = &report.totals;
    if totals.sessions == 0 {
        return String::new();
    }
    let versions = totals
        .versions
        .iter()
        .map(|(key, count)| (version(key), count));
    let sessions = counted(totals.sessions, "session");
    let lines = [
        counts(&format!("{sessions} by version"), versions),
        counts("by outcome", totals.outcomes.iter()),
        counts("by verdict", totals.verdicts.iter()),
    ];
    let mut text = page.style.paint(Paint::Strong, "TOTALS") + "\n";
    for line in lines {
        text += &flowed(page, &line, ", ", 2, 4);
    }
    text
}
