//! The report as CSV (RFC 4180): a header, then one row per host, lines ended by CR LF, lists joined by `;`.
//!
//! What is true of the whole report (window, totals, health) stands in every row, behind the host's own columns: rows of
//! many sensors can be put in one sheet and each still says where it comes from and how far to trust it. Only the lists of
//! files, which can be long, stand in the first row alone. A report without hosts has one row, its host columns empty. In a
//! `word=count` list, words without a count are left out.
//!
//! A report over time has some columns more, at the end of each part; with `--by` its rows are days or groups.

mod history;

use std::fmt::Write;

use super::escape::{csv, csv_cell};
use crate::tally::Report;
use crate::tally::counts::PerVersion;
use crate::tally::report::Host;
use history::OverTime;

/// A column: its name, what it says, and where it comes from.
struct Column<T> {
    name: &'static str,
    meaning: &'static str,
    cell: fn(&T) -> Vec<String>,
}

const fn column<T>(
    name: &'static str,
    meaning: &'static str,
    cell: fn(&T) -> Vec<String>,
) -> Column<T> {
    Column {
        name,
        meaning,
        cell,
    }
}

#[rustfmt::skip]
const HOST: &[Column<Host>] = &[
    column("host", "Its address; of several the lowest.", |host| one(host.host)),
    column("addresses", "All its addresses.", |host| each(&host.addresses)),
    column("names", "The names it gave in its sessions, then what it is called by DHCP, DNS, multicast DNS, LLMNR and NetBIOS.", |host| each(&host.names)),
    column("name_sources", "Who told each of them, `name=words` with a `+` between the words: `hello` (EHLO, or a server's own name) or where else it is from.", |host| host.name_sources.iter().map(|named| csv(&format!("{}={}", named.name, named.sources.join("+")))).collect()),
    column("macs", "The link-layer addresses its packets came from, gateways' left out.", |host| each(&host.macs)),
    column("vendors", "Who makes the cards they belong to, by the IEEE's public listing.", |host| each(&host.vendors)),
    column("classes", "What its DHCP client says that it is (vendor class).", |host| each(&host.classes)),
    column("roles", "`client`, `server` or both, by the ends of the TCP connection.", |host| each(&host.roles)),
    column("relay", "`true` if it takes mail from internal clients and goes to Exchange Online itself.", |host| one(host.relay)),
    column("verdict", "The host in one word.", |host| one(host.verdict)),
    column("findings", "What to act on.", |host| each(&host.findings)),
    column("in_clear", "Why it was in clear, where no finding tells: `starttls_refused`, `starttls_not_offered` or `starttls_not_used`.", |host| maybe(host.in_clear)),
    column("no_verdict", "Why its verdict is `unknown`: `other_end` (a version was agreed on that the other end had offered), `rejected`, `closed`, `unanswered` or `not_captured`.", |host| maybe(host.no_verdict)),
    column("sessions", "Sessions that count for it.", |host| one(host.sessions)),
    column("ssl2", "Those that negotiated SSL 2.0.", |host| one(host.versions.ssl2)),
    column("ssl3", "SSL 3.0.", |host| one(host.versions.ssl3)),
    column("tls1.0", "TLS 1.0.", |host| one(host.versions.tls10)),
    column("tls1.1", "TLS 1.1.", |host| one(host.versions.tls11)),
    column("tls1.2", "TLS 1.2.", |host| one(host.versions.tls12)),
    column("tls1.3", "TLS 1.3.", |host| one(host.versions.tls13)),
    column("none", "Sessions without a ServerHello.", |host| one(host.versions.none)),
    column("other", "A version nobody knows.", |host| one(host.versions.other)),
    column("offered_max", "The highest version it offered as a client.", |host| maybe(host.offered_max)),
    column("limited_by", "Who kept the version down: `client`, `server` or `both`.", |host| maybe(host.limited_by)),
    column("rejected", "Sessions that ended with a fatal alert.", |host| one(host.rejected)),
    column("likely_delivered", "Sessions whose message was likely taken, by the sizes of what flowed.", |host| one(host.likely_delivered)),
    column("likely_refused", "Sessions that were likely refused inside TLS, by the same.", |host| one(host.likely_refused)),
    column("intercepted_by", "Who issued the certificates that it met in place of Exchange Online's.", |host| each(&host.intercepted_by)),
    column("endpoints", "What the endpoints it used are for.", |host| each(&host.endpoints)),
    column("instances", "The clouds they belong to.", |host| each(&host.instances)),
    column("servers", "Names of the servers it went to.", |host| each(&host.servers)),
    column("clients", "The software its fingerprints are known for.", |host| each(&host.clients)),
    column("first_seen", "Start of its first session.", |host| one(host.first_seen)),
    column("last_seen", "End of its last session.", |host| one(host.last_seen)),
];

#[rustfmt::skip]
const REPORT: &[Column<Report>] = &[
    column("window_from", "Start of the time the report covers.", |report| maybe(report.window.from)),
    column("window_to", "Its end.", |report| maybe(report.window.to)),
    column("sensor", "Who saw it.", |report| one(&report.sensor)),
    column("to", "Which servers count.", |report| one(report.to)),
    column("address_lists", "The address lists by which servers are Exchange Online: cloud and version, or file.", |report| each(&report.address_lists)),
    column("total_hosts", "Hosts in the report.", |report| one(report.totals.hosts)),
    column("total_host_verdicts", "Hosts by verdict, `word=count`.", |report| counted(report.totals.host_verdicts.iter())),
    column("total_sessions", "Sessions that count.", |report| one(report.totals.sessions)),
    column("total_versions", "Sessions by version, `version=count`.", |report| versions(&report.totals.versions)),
    column("total_outcomes", "Sessions by outcome, `word=count`.", |report| counted(report.totals.outcomes.iter())),
    column("total_verdicts", "Sessions by verdict, `word=count`.", |report| counted(report.totals.verdicts.iter())),
    column("packets", "Packets read; empty where the report is not made of packets.", |report| maybe(report.capture.packets)),
    column("bytes", "Their bytes on the wire.", |report| maybe(report.capture.bytes)),
    column("dropped_kernel", "Packets the kernel dropped; empty where unknown.", |report| maybe(report.capture.dropped_kernel)),
    column("dropped_interface", "Packets the interface dropped; empty where unknown.", |report| maybe(report.capture.dropped_interface)),
    column("truncated", "Packets the capture holds only in part.", |report| maybe(report.capture.truncated)),
    column("duplicates", "Packets that brought nothing new; those behind the handshake are not looked at.", |report| maybe(report.capture.duplicates)),
    column("malformed", "Packets that could not be read, `reason=count`.", |report| counted(report.capture.malformed.iter())),
    column("not_followed", "Packets not followed, `reason=count`.", |report| counted(report.capture.not_followed.iter())),
    column("bounds", "Bounds that were reached, `bound=count`.", |report| counted(report.capture.bounds.iter())),
    column("files_read", "Capture files read.", |report| one(report.capture.files_read)),
    column("first_packet", "Time of the first packet.", |report| maybe(report.capture.first_packet)),
    column("last_packet", "Time of the last packet.", |report| maybe(report.capture.last_packet)),
    column("seen_sessions", "SMTP sessions seen.", |report| one(report.capture.sessions)),
    column("other_servers", "Of these, sessions to servers that do not count.", |report| one(report.capture.other_servers)),
    column("external", "Of these, sessions of which neither end is internal.", |report| one(report.capture.external)),
    column("seen", "Sessions by the directions seen, `word=count`.", |report| counted(report.capture.seen.iter())),
    column("one_direction_share", "Share of sessions seen in one direction only, 0 to 1.", |report| maybe(report.capture.one_direction_share)),
    column("warnings", "What makes the answer doubtful.", |report| report.capture.warnings.iter().map(|warning| sentence(&warning.text())).collect()),
    column("warning_codes", "The same for programs, in the same order.", |report| report.capture.warnings.iter().map(|warning| csv(warning.code().name())).collect()),
];

/// As long as the command line was, so only in the first row.
#[rustfmt::skip]
const FILES: &[Column<Report>] = &[
    column("sources", "Captures and interfaces; in the first row only.", |report| each(&report.sources)),
    column("files_skipped", "Files that were not captures; in the first row only.", |report| each(&report.capture.files_skipped)),
    column("files_damaged", "Files that could be read only in part; in the first row only.", |report| each(&report.capture.files_damaged)),
];

/// The one column that needs both: the sentences for the host's findings.
const WHAT_TO_DO: (&str, &str) = (
    "what_to_do",
    "What each of its findings means and what to do, in their order.",
);

/// `report` as CSV.
pub fn render(report: &Report) -> String {
    let (mut header, rows) = history::rows(report).unwrap_or_else(|| hosts(report));
    let mut shared = cells(REPORT, report);
    for column in REPORT {
        header.push(of_the_report(column.name, &header));
    }
    if let Some(over_time) = &report.history {
        shared.extend(cells(history::REPORT, over_time));
        header.extend(history::REPORT.iter().map(|column| column.name));
    }
    header.extend(FILES.iter().map(|column| column.name));
    let mut files = cells(FILES, report);
    let mut text = row(header.iter());
    for own in rows {
        text += &row(own.iter().chain(&shared).chain(&files));
        files.fill(String::new());
    }
    text
}

/// The name of a column that all rows share, by which no column of the rows themselves goes.
fn of_the_report(name: &'static str, rows: &[&str]) -> &'static str {
    match name {
        "sensor" if rows.contains(&name) => "report_sensor",
        "seen" if rows.contains(&name) => "report_seen",
        _ => name,
    }
}

/// The columns as a Markdown table, for the reference page.
pub fn reference() -> String {
    let mut table = String::from("| column | meaning |\n|---|---|\n");
    for (name, meaning) in columns() {
        let _ = writeln!(table, "| `{name}` | {meaning} |");
    }
    table
}

/// Those that only a report over time has, as a Markdown table.
#[cfg(test)]
pub fn history_reference() -> String {
    let mut table = String::from("| column | meaning |\n|---|---|\n");
    let shared = history::REPORT
        .iter()
        .map(|column| (column.name, column.meaning));
    for (name, meaning) in history::HOST.into_iter().chain(shared) {
        let _ = writeln!(table, "| `{name}` | {meaning} |");
    }
    table
}

/// Name and meaning of all columns that every report has, in their order.
fn columns() -> impl Iterator<Item = (&'static str, &'static str)> {
    let host = HOST.iter().map(|column| (column.name, column.meaning));
    let report = REPORT
        .iter()
        .chain(FILES)
        .map(|column| (column.name, column.meaning));
    host.chain([WHAT_TO_DO]).chain(report)
}

/// Header and rows of the hosts; one empty row if there are none.
fn hosts(report: &Report) -> (Vec<&'static str>, Vec<Vec<String>>) {
    let mut header: Vec<_> = HOST.iter().map(|column| column.name).collect();
    header.push(WHAT_TO_DO.0);
    if report.history.is_some() {
        header.extend(history::HOST.map(|(name, _)| name));
    }
    if report.hosts.is_empty() {
        let empty = vec![String::new(); header.len()];
        return (header, vec![empty]);
    }
    let over_time = report.history.as_ref().map(OverTime::of);
    let cells = |(at, host)| host_cells(over_time.as_ref(), at, host);
    let rows = report.hosts.iter().enumerate().map(cells);
    (header, rows.collect())
}

fn host_cells(over_time: Option<&OverTime<'_>>, at: usize, host: &Host) -> Vec<String> {
    let mut own = cells(HOST, host);
    own.push(csv_cell(&what_to_do(host)));
    if let Some(over_time) = over_time {
        own.extend(over_time.cells(at, host).map(|cell| csv_cell(&cell)));
    }
    own
}

fn what_to_do(host: &Host) -> Vec<String> {
    let findings = host.findings.iter();
    let advice = findings.flat_map(|finding| host.advice(*finding));
    advice
        .map(|advice| sentence(&format!("{} {}", advice.meaning, advice.action)))
        .collect()
}

/// Prose: a semicolon of its own would end a value of the list, and escaped it reads badly.
fn sentence(text: &str) -> String {
    csv(&text.replace("; ", " - "))
}

fn cells<T>(columns: &[Column<T>], of: &T) -> Vec<String> {
    columns
        .iter()
        .map(|column| csv_cell(&(column.cell)(of)))
        .collect()
}

fn row(cells: impl Iterator<Item = impl AsRef<str>>) -> String {
    let mut row = String::new();
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            row.push(',');
        }
        row += cell.as_ref();
    }
    row + "\r\n"
}

fn one(value: impl std::fmt::Display) -> Vec<String> {
    vec![csv(&format!("{value}"))]
}

fn maybe(value: Option<impl std::fmt::Display>) -> Vec<String> {
    value.map(one).unwrap_or_default()
}

fn each<T: std::fmt::Display>(values: &[T]) -> Vec<String> {
    values.iter().flat_map(one).collect()
}

fn counted(counts: impl Iterator<Item = (impl std::fmt::Display, u64)>) -> Vec<String> {
    counts
        .filter(|(_, count)| *count > 0)
        .map(|(key, count)| csv(&format!("{key}={count}")))
        .collect()
}

fn versions(versions: &PerVersion) -> Vec<String> {
    counted(versions.iter())
}
