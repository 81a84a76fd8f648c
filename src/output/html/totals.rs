//! All counted sessions together: by version, by outcome, by verdict.

use super::chart;
use super::markup::Page;
use crate::session::{Outcome, Verdict};
use crate::tally::Report;
use crate::tally::figures::percent;
use crate::tally::report::HostVerdict;

pub(super) fn render(report: &Report, page: &mut Page) {
    let (totals, words) = (&report.totals, page.words);
    page.raw("<div class=totals>");
    let versions = totals.versions.iter().map(|(key, count)| Row {
        name: (words.version)(key),
        class: version_class(key),
        count,
    });
    counts(
        words.totals.by_version,
        words.totals.version,
        versions,
        page,
    );
    let outcomes = totals.outcomes.iter().map(|(outcome, count)| Row {
        name: (words.outcome)(outcome),
        class: outcome_class(outcome),
        count,
    });
    counts(
        words.totals.by_outcome,
        words.totals.outcome,
        outcomes,
        page,
    );
    let verdicts = totals.verdicts.iter().map(|(verdict, count)| Row {
        name: (words.verdict)(host_verdict(verdict)),
        class: verdict.name(),
        count,
    });
    counts(words.totals.by_verdict, words.table.verdict, verdicts, page);
    page.raw("</div>\n");
}

/// One row of a table of counts.
struct Row {
    name: &'static str,
    class: &'static str,
    count: u64,
}

/// A table with a row for each that occurs; none if nothing does.
fn counts(
    title: &'static str,
    header: &'static str,
    rows: impl Iterator<Item = Row>,
    page: &mut Page,
) {
    let words = page.words;
    let rows: Vec<_> = rows.filter(|row| row.count > 0).collect();
    let all: u64 = rows.iter().map(|row| row.count).sum();
    page.raw("<table class=counts><caption>")
        .text(title)
        .raw("</caption><thead><tr><th scope=col>")
        .text(header)
        .raw("<th scope=col class=n>")
        .text(words.totals.sessions)
        .raw("<th scope=col class=n>")
        .text(words.totals.share)
        .raw("</thead><tbody>");
    if rows.is_empty() {
        page.raw("<tr><td colspan=3>").text(words.none);
    }
    for row in rows {
        page.raw("<tr><th scope=row>").text(row.name);
        chart::bar(row.class, row.count, all, page);
        page.raw("<td class=n>").number(row.count);
        page.raw("<td class=n>").text(percent(row.count, all));
    }
    page.raw("</table>\n");
}

/// Versions are coloured like the verdicts they lead to.
pub(super) fn version_class(key: &str) -> &'static str {
    match key {
        "ssl2" | "ssl3" => "ssl",
        "1.0" => "tls10",
        "1.1" => "tls11",
        "1.2" => "tls12",
        "1.3" => "tls13",
        _ => "noversion",
    }
}

const fn outcome_class(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Established | Outcome::Negotiated => "modern",
        Outcome::Rejected | Outcome::Closed => "legacy",
        Outcome::StarttlsRefused | Outcome::StarttlsNotOffered | Outcome::StarttlsNotUsed => {
            "plaintext"
        }
        Outcome::Unanswered | Outcome::Incomplete => "unknown",
    }
}

/// A session's verdict has the same words as a host's.
pub(super) const fn host_verdict(verdict: Verdict) -> HostVerdict {
    match verdict {
        Verdict::Legacy => HostVerdict::Legacy,
        Verdict::Weak => HostVerdict::Weak,
        Verdict::Plaintext => HostVerdict::Plaintext,
        Verdict::Modern => HostVerdict::Modern,
        Verdict::Unknown => HostVerdict::Unknown,
    }
}
