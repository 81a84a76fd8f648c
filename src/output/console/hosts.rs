//! The hosts as a table, as wide as there is room, and the selected one in full below it.

use std::fmt::Write;
use std::net::IpAddr;

use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::choice::Choice;
use super::paint::{Palette, fitted, fitted_right};
use super::screen::{Lines, rule, wrap};
use crate::output::escape::terminal_within;
use crate::output::style::Paint;
use crate::output::table::text::version;
use crate::session::Finding;
use crate::tally::Report;
use crate::tally::counts::PerVersion;
use crate::tally::figures::number;
use crate::tally::report::Host;
use crate::time::{SECOND, Timestamp};

/// Lines above the first host.
pub(super) const HEADER_LINES: usize = 2;
/// Lines of the selected host.
pub(super) const SELECTED_LINES: u16 = 2;

/// What the bars are made of, and what it stands for.
pub(super) const LEGEND: &str = "█ TLS 1.1 and older  ▒ TLS 1.2  ░ TLS 1.3  · none agreed on";
const CELLS: [char; 4] = ['█', '▒', '░', '·'];

/// What is to be shown.
pub(super) struct Shown<'a> {
    pub(super) report: &'a Report,
    pub(super) now: Option<Timestamp>,
    /// The chosen hosts, as places in the report.
    pub(super) rows: &'a [usize],
    /// The first of them to show.
    pub(super) top: usize,
    /// How many can be shown.
    pub(super) room: usize,
    /// Which of them is selected.
    pub(super) selected: Option<usize>,
}

impl Shown<'_> {
    fn host(&self, place: usize) -> Option<&Host> {
        self.report.hosts.get(*self.rows.get(place)?)
    }
}

/// Title, header, and a line for each host that there is room for.
pub(super) fn render(
    shown: &Shown<'_>,
    choice: &Choice,
    palette: Palette,
    columns: usize,
) -> Lines {
    let visible = (shown.top..shown.rows.len()).take(shown.room);
    let longest = visible
        .clone()
        .filter_map(|place| shown.host(place))
        .map(|host| host.host.to_string().len())
        .max();
    let widths = Widths::new(columns, longest.unwrap_or(0));
    let mut lines = vec![
        rule(&title(shown, choice), columns, palette),
        Line::from(palette.span(Paint::Strong, widths.header())),
    ];
    for place in visible {
        let selected = shown.selected == Some(place);
        lines.extend(
            shown
                .host(place)
                .map(|host| widths.row(host, shown.now, selected, palette)),
        );
    }
    if shown.rows.is_empty() {
        let empty = if choice.narrows() {
            "No host is left by the filter and the search; Esc leaves them out."
        } else {
            "No session of an internal host yet."
        };
        lines.push(Line::from(empty));
    }
    lines
}

fn title(shown: &Shown<'_>, choice: &Choice) -> String {
    let all = shown.report.hosts.len() as u64;
    let count = if choice.narrows() {
        format!("{} of {}", number(shown.rows.len() as u64), number(all))
    } else {
        number(all)
    };
    let turned = if choice.reversed {
        ", turned around"
    } else {
        ""
    };
    let mut title = format!("HOSTS {count} · by {}{turned}", choice.sort.name());
    if choice.filter != super::choice::Filter::All {
        let _ = write!(title, " · only {}", choice.filter.name());
    }
    if !choice.search.is_empty() {
        let _ = write!(title, " · with \"{}\"", choice.search);
    }
    title
}

/// Columns of each column; what does not fit is left out.
struct Widths {
    address: usize,
    name: usize,
    bar: usize,
    /// Offers and sessions have columns.
    wide: bool,
    findings: usize,
}

const VERDICT: usize = "plaintext".len();
const LIMIT: usize = "client".len();
const SEEN: usize = "SEEN".len();
const OFFERS: usize = "TLS 1.0".len();
const SESSIONS: usize = "SESSIONS".len();
/// From here on there is room for more columns and a whole IPv6 address.
const WIDE: usize = 110;

impl Widths {
    fn new(columns: usize, longest_address: usize) -> Self {
        let wide = columns >= WIDE;
        let address = longest_address.clamp(15, if wide { 39 } else { 20 });
        let bar = if wide { 16 } else { 8 };
        let others = if wide { OFFERS + SESSIONS + 2 } else { 0 };
        // The mark before the address, and a space behind each column but the last.
        let taken = 2 + address + 1 + VERDICT + 1 + bar + 1 + LIMIT + 1 + SEEN + 1 + others + 1;
        let rest = columns.saturating_sub(taken);
        let name = (rest * 2 / 5).clamp(12, 40);
        Self {
            address,
            name,
            bar,
            wide,
            findings: rest.saturating_sub(name),
        }
    }

    fn header(&self) -> String {
        let more = if self.wide {
            format!("{} {} ", fitted("OFFERS", OFFERS), "SESSIONS")
        } else {
            String::new()
        };
        let bar = if self.wide { "VERSIONS" } else { "VERSION" };
        format!(
            "  {} {} {} {} {more}{} {} FINDINGS",
            fitted("HOST", self.address),
            fitted("NAME", self.name),
            fitted("VERDICT", VERDICT),
            fitted(bar, self.bar),
            fitted("LIMIT", LIMIT),
            fitted_right("SEEN", SEEN),
        )
    }

    fn row(
        &self,
        host: &Host,
        now: Option<Timestamp>,
        selected: bool,
        palette: Palette,
    ) -> Line<'static> {
        let paint = Paint::of(host.verdict);
        let limit = host
            .limited_by
            .map_or("-", crate::tally::report::HostLimit::name);
        let mut spans = vec![
            Span::raw(if selected { "> " } else { "  " }),
            Span::raw(fitted(&host.host.to_string(), self.address) + " "),
            Span::raw(fitted(best_name(host), self.name) + " "),
            palette.span(paint, fitted(host.verdict.name(), VERDICT) + " "),
            palette.span(paint, bar(&host.versions, self.bar) + " "),
        ];
        if self.wide {
            let best = host.offered_max.map(|best| version(&best.to_string()));
            spans.push(Span::raw(
                fitted(best.as_deref().unwrap_or("-"), OFFERS) + " ",
            ));
            spans.push(Span::raw(
                fitted_right(&number(host.sessions), SESSIONS) + " ",
            ));
        }
        spans.push(Span::raw(fitted(limit, LIMIT) + " "));
        spans.push(Span::raw(
            fitted_right(&age(host.last_seen, now), SEEN) + " ",
        ));
        spans.push(Span::raw(fitted(
            &findings(host, self.findings),
            self.findings,
        )));
        let line = Line::from(spans);
        if selected {
            line.patch_style(Modifier::REVERSED)
        } else {
            line
        }
    }
}

/// The selected host in words: what the columns had no room for.
pub(super) fn selected(shown: &Shown<'_>, columns: usize) -> Lines {
    let host = shown.selected.and_then(|place| shown.host(place));
    let Some(host) = host else {
        return Vec::new();
    };
    wrap(&sentence(host), columns, 0, 2)
}

fn sentence(host: &Host) -> String {
    let mut parts = vec![host.host.to_string()];
    parts.extend(
        host.names
            .first()
            .map(|name| terminal_within(name, 40).into_owned()),
    );
    let counts = host.versions.iter().filter(|(_, count)| *count > 0);
    let counts: Vec<String> = counts
        .map(|(key, count)| format!("{} {}", number(count), version(key)))
        .collect();
    parts.push(counts.join(", "));
    parts.extend(
        host.offered_max
            .map(|best| format!("offers {}", version(&best.to_string()))),
    );
    let findings: Vec<&str> = host.findings.iter().map(|finding| finding.name()).collect();
    if !findings.is_empty() {
        parts.push(findings.join(", "));
    }
    parts.join(" · ")
}

/// The name that tells most: the first the host gave, else the first it is called by.
fn best_name(host: &Host) -> &str {
    host.names.first().map_or("-", |name| name)
}

/// As many findings as fit by name, and how many more there are.
fn findings(host: &Host, columns: usize) -> String {
    let names: Vec<&str> = host
        .findings
        .iter()
        .map(|finding: &Finding| finding.name())
        .collect();
    let all = names.join(", ");
    if all.len() <= columns {
        return all;
    }
    for kept in (1..names.len()).rev() {
        let text = names.get(..kept).unwrap_or_default().join(", ");
        let text = format!("{text} +{}", names.len() - kept);
        if text.len() <= columns {
            return text;
        }
    }
    let more = format!(" +{}", names.len() - 1);
    let first = names.first().copied().unwrap_or_default();
    let more = if names.len() > 1 { &*more } else { "" };
    let room = columns.saturating_sub(more.len());
    format!("{}{more}", terminal_within(first, room))
}

/// Sessions by version as a bar: what occurs has at least one cell.
pub(super) fn bar(versions: &PerVersion, cells: usize) -> String {
    let legacy = versions.ssl2 + versions.ssl3 + versions.tls10 + versions.tls11;
    let others = versions.none + versions.other;
    let counts = [legacy, versions.tls12, versions.tls13, others];
    let shares = shares(counts, cells);
    let of = |(share, cell): (usize, char)| cell.to_string().repeat(share);
    shares.into_iter().zip(CELLS).map(of).collect()
}

/// `cells` shared out by `counts`; each that is not zero gets one at least, the largest gives.
fn shares(counts: [u64; 4], cells: usize) -> [usize; 4] {
    let total: u128 = counts.iter().copied().map(u128::from).sum();
    let mut shares = counts.map(|count| {
        let exact = u128::from(count) * cells as u128;
        let share = exact.checked_div(total).unwrap_or(0) as usize;
        share.max(usize::from(count > 0))
    });
    let largest = (0..4).max_by_key(|at| counts[*at]).unwrap_or(0);
    let others: usize = (0..4)
        .filter(|at| *at != largest)
        .map(|at| shares[at])
        .sum();
    shares[largest] = cells.saturating_sub(others);
    if total == 0 {
        return [0, 0, 0, cells];
    }
    shares
}

/// How long ago in four columns: `12s`, `3m`, `4h`, `5d`.
fn age(then: Timestamp, now: Option<Timestamp>) -> String {
    let Some(now) = now else {
        return "-".into();
    };
    match now.since(then) / SECOND {
        seconds @ 0..100 => format!("{seconds}s"),
        seconds @ 100..6_000 => format!("{}m", seconds / 60),
        seconds @ 6_000..172_800 => format!("{}h", seconds / 3_600),
        seconds => format!("{}d", (seconds / 86_400).min(999)),
    }
}

/// The host with this address, if the report holds it.
pub(super) fn find(report: &Report, address: IpAddr) -> Option<&Host> {
    report.hosts.iter().find(|host| host.host == address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_legacy_session_among_a_million_has_its_cell() {
        let versions = PerVersion {
            tls10: 1,
            tls13: 1_000_000,
            ..PerVersion::default()
        };
        assert_eq!(bar(&versions, 8), "█░░░░░░░");
        let all = PerVersion {
            tls11: 5,
            tls12: 5,
            tls13: 5,
            none: 5,
            ..PerVersion::default()
        };
        assert_eq!(bar(&all, 8), "██▒▒░░··");
        assert_eq!(bar(&PerVersion::default(), 8), "········");
    }

    #[test]
    fn ages_take_four_columns() {
        let at = |seconds| age(Timestamp(0), Some(Timestamp::from_parts(seconds, 0)));
        assert_eq!(at(99), "99s");
        assert_eq!(at(100), "1m");
        assert_eq!(at(5_999), "99m");
        assert_eq!(at(6_000), "1h");
        assert_eq!(at(172_799), "47h");
        assert_eq!(at(172_800), "2d");
        assert_eq!(at(86_400 * 5_000), "999d");
    }
}
