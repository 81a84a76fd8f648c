//! All counted sessions together.

use super::Page;
use super::text::{counts, version, wrapped};
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
    let lines = [
        format!(
            "{} by version: {}",
            counted(totals.sessions, "session"),
            counts(versions)
        ),
        format!("by outcome: {}", counts(totals.outcomes.iter())),
        format!("by verdict: {}", counts(totals.verdicts.iter())),
    ];
    let mut text = page.style.paint(Paint::Strong, "TOTALS") + "\n";
    for line in lines {
        text += &wrapped(page, &line, 2, 4);
    }
    text
}
