//! Columns that a report over time has beside the others, and the rows of `--by` that stand in place of the hosts.

use std::collections::HashMap;
use std::net::IpAddr;

use super::{Column, cells, column, counted, maybe, one, versions};
use crate::output::escape::csv;
use crate::tally::Report;
use crate::tally::history::{By, Change, Changes, Day, Figures, Group, History, letter};
use crate::tally::microsoft::{Microsoft, SideBySide};
use crate::tally::report::Host;

#[rustfmt::skip]
pub(super) const REPORT: &[Column<History>] = &[
    column("time_zone", "The time zone whose days are meant.", |history| one(&history.time_zone)),
    column("stores", "The stores that were read.", |history| history.stores.iter().flat_map(|store| one(&store.name)).collect()),
    column("stores_damaged", "What could not be read of them.", |history| history.stores.iter().flat_map(|store| store.damage.iter().flat_map(one)).collect()),
    column("changes_since", "The day since which `change` means.", |history| maybe(history.changes.as_ref().map(|changes| changes.since))),
    column("before_from", "Start of the window compared with.", |history| maybe(history.comparison.as_ref().and_then(|comparison| comparison.before.window.from))),
    column("before_to", "Its end.", |history| maybe(history.comparison.as_ref().and_then(|comparison| comparison.before.window.to))),
    column("before_sessions", "Its sessions that count.", |history| maybe(before(history).map(|before| before.sessions))),
    column("before_versions", "Those by version, `version=count`.", |history| before(history).map(|before| versions(&before.versions)).unwrap_or_default()),
    column("before_hosts", "Its hosts.", |history| maybe(before(history).map(|before| before.hosts))),
    column("before_legacy_hosts", "Of these, hosts with a legacy session.", |history| maybe(before(history).map(|before| before.legacy_hosts))),
    column("microsoft_messages", "Messages that Microsoft's report counts (`--eac`).", |history| maybe(history.microsoft.as_ref().and_then(|microsoft| microsoft.messages))),
    column("microsoft_versions", "Those by version, `version=count`.", |history| side_by_side(history, |row| row.messages.unwrap_or(0))),
    column("comparable_versions", "Sessions that could have carried such messages, `version=count`.", |history| side_by_side(history, |row| row.sessions)),
];

#[rustfmt::skip]
const DAY: &[Column<Day>] = &[
    column("day", "The day.", |day| one(day.date)),
    column("seen", "SMTP sessions seen, also those that do not count.", |day| one(day.seen)),
];

#[rustfmt::skip]
const FIGURES: &[Column<Figures>] = &[
    column("sessions", "Sessions that count.", |figures| one(figures.sessions)),
    column("ssl2", "Those that negotiated SSL 2.0.", |figures| one(figures.versions.ssl2)),
    column("ssl3", "SSL 3.0.", |figures| one(figures.versions.ssl3)),
    column("tls1.0", "TLS 1.0.", |figures| one(figures.versions.tls10)),
    column("tls1.1", "TLS 1.1.", |figures| one(figures.versions.tls11)),
    column("tls1.2", "TLS 1.2.", |figures| one(figures.versions.tls12)),
    column("tls1.3", "TLS 1.3.", |figures| one(figures.versions.tls13)),
    column("none", "Sessions without a ServerHello.", |figures| one(figures.versions.none)),
    column("other", "A version nobody knows.", |figures| one(figures.versions.other)),
    column("verdicts", "Sessions by verdict, `word=count`.", |figures| counted(figures.verdicts.iter())),
    column("hosts", "Hosts they count for.", |figures| one(figures.hosts)),
    column("legacy_hosts", "Of these, hosts with a legacy session.", |figures| one(figures.legacy_hosts)),
];

#[rustfmt::skip]
const SEEN: &[Column<Group>] = &[
    column("first_seen", "Start of the first.", |group| one(group.first_seen)),
    column("last_seen", "End of the last.", |group| one(group.last_seen)),
];

/// The columns of a host that only time tells: name and meaning.
pub(super) const HOST: [(&str, &str); 2] = [
    (
        "change",
        "`new`, `fixed`, `worse` or `silent` since `changes_since`; empty if none.",
    ),
    (
        "trend",
        "One letter a day of the window: `L`egacy, `M`ixed, `W`eak, `P`laintext, m`O`dern, `U`nknown, `.` nothing.",
    ),
];

/// What time tells of the hosts, ready to be looked up.
pub(super) struct OverTime<'a> {
    history: &'a History,
    changes: HashMap<IpAddr, Vec<String>>,
}

impl<'a> OverTime<'a> {
    pub(super) fn of(history: &'a History) -> Self {
        let mut changes: HashMap<IpAddr, Vec<String>> = HashMap::new();
        for (word, list) in history.changes.iter().flat_map(lists) {
            for change in list {
                changes.entry(change.host).or_default().push(csv(word));
            }
        }
        Self { history, changes }
    }

    /// The cells for [`HOST`], of the host at this place of the report.
    pub(super) fn cells(&self, at: usize, host: &Host) -> [Vec<String>; 2] {
        let trend = self.history.trends.get(at);
        let letters = trend.map(|trend| trend.days.iter().copied().map(letter).collect::<String>());
        let changes = self.changes.get(&host.host).cloned();
        [changes.unwrap_or_default(), maybe(letters)]
    }
}

fn lists(changes: &Changes) -> [(&'static str, &[Change]); 4] {
    [
        ("new", &changes.new),
        ("fixed", &changes.fixed),
        ("worse", &changes.worse),
        ("silent", &changes.silent),
    ]
}

/// Header and rows of `--by`, if other rows than the hosts were asked for.
pub(super) fn rows(report: &Report) -> Option<(Vec<&'static str>, Vec<Vec<String>>)> {
    let history = report.history.as_ref()?;
    match history.by? {
        By::Host => None,
        By::Day => Some((
            names(DAY).chain(names(FIGURES)).collect(),
            history.days.iter().map(day).collect(),
        )),
        By::Endpoint | By::Client | By::Sensor => {
            let key = [history.by?.name()].into_iter();
            let header = key.chain(names(FIGURES)).chain(names(SEEN)).collect();
            Some((header, history.groups.iter().map(group).collect()))
        }
    }
}

fn day(day: &Day) -> Vec<String> {
    let mut row = cells(DAY, day);
    row.extend(cells(FIGURES, &day.figures));
    row
}

fn group(group: &Group) -> Vec<String> {
    let mut row = vec![crate::output::escape::csv_cell(&one(&group.key))];
    row.extend(cells(FIGURES, &group.figures));
    row.extend(cells(SEEN, group));
    row
}

fn names<T>(columns: &'static [Column<T>]) -> impl Iterator<Item = &'static str> {
    columns.iter().map(|column| column.name)
}

fn before(history: &History) -> Option<&Figures> {
    let comparison = history.comparison.as_ref()?;
    Some(&comparison.before.figures)
}

fn side_by_side(history: &History, count: fn(&SideBySide) -> u64) -> Vec<String> {
    let rows = |microsoft: &Microsoft| microsoft.versions.clone();
    let rows = history.microsoft.as_ref().map(rows).unwrap_or_default();
    counted(rows.iter().map(|row| (row.version, count(row))))
}
