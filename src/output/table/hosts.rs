//! One row a host, and under it what finds no column.
//!
//! Address, verdict and one column for each version that occurs are always there. The others come in as far as
//! the page is wide, the most telling first, and only if some host has something to say in them.

use super::Page;
use super::text::{flowed, list, names, span, time, version, wrapped};
use crate::output::escape::width;
use crate::output::style::Paint;
use crate::output::words::{Language, Words};
use crate::tally::counts::PerVersion;
use crate::tally::figures::{counted, number};
use crate::tally::report::{Host, HostVerdict};
use crate::tally::{Report, Role, To};

/// The words of sentences.
const EN: &Words = Language::En.words();

/// Space between columns.
const GAP: usize = 2;

/// What stands where there is nothing.
const NOTHING: &str = "-";

/// Widest address column that pushes nothing aside: an IPv4 address. A longer address on a page too narrow for it gets a
/// line of its own.
const SHORT_ADDRESS: usize = 15;

/// Columns of the verdicts, with the space before them.
const VERDICT_COLUMNS: usize = GAP + "plaintext".len();

/// Indentation of what stands under a host.
const UNDER: usize = 4;

/// A fact that stands in a column if there is room, else under the host.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extra {
    Sessions,
    Offered,
    LimitedBy,
    Rejected,
    LastSeen,
}

impl Extra {
    /// In the order in which they are let in, and in which they stand.
    const ALL: [Self; 5] = [
        Self::Sessions,
        Self::Offered,
        Self::LimitedBy,
        Self::Rejected,
        Self::LastSeen,
    ];

    const fn header(self) -> &'static str {
        match self {
            Self::Sessions => "SESSIONS",
            Self::Offered => "OFFERS",
            Self::LimitedBy => "LIMITED BY",
            Self::Rejected => "REJECTED",
            Self::LastSeen => "LAST SEEN",
        }
    }

    fn cell(self, host: &Host, page: Page) -> Option<String> {
        match self {
            Self::Sessions => Some(number(host.sessions)),
            Self::Offered => host.offered_max.map(|best| version(&best.to_string())),
            Self::LimitedBy => host.limited_by.map(|limit| limit.to_string()),
            Self::Rejected => (host.rejected > 0).then(|| number(host.rejected)),
            Self::LastSeen => Some(time(page, host.last_seen)),
        }
    }

    /// The fact in words, for under the host.
    fn sentence(self, host: &Host, page: Page) -> Option<String> {
        let cell = self.cell(host, page)?;
        match self {
            Self::Sessions => Some(counted(host.sessions, "session")),
            Self::Offered => Some(format!("offers {cell} at best")),
            Self::LimitedBy => Some(format!("limited by {cell}")),
            Self::Rejected => Some(format!("{cell} rejected")),
            // Told together with the first.
            Self::LastSeen => None,
        }
    }
}

/// A column ready to be printed.
struct Column {
    header: String,
    cells: Vec<String>,
    /// Of the widest cell, header included.
    width: usize,
    right: bool,
}

impl Column {
    fn new(header: &str, hosts: &[Host], cell: impl Fn(&Host) -> String) -> Self {
        let cells: Vec<_> = hosts.iter().map(cell).collect();
        let widest = cells.iter().map(|cell| width(cell)).max();
        Self {
            header: header.into(),
            width: widest.unwrap_or(0).max(width(header)),
            cells,
            right: false,
        }
    }

    fn right(self) -> Self {
        Self {
            right: true,
            ..self
        }
    }

    /// The space before the column and `text` in it.
    fn padded(&self, text: &str) -> String {
        let (gap, width) = (GAP, self.width);
        if self.right {
            return format!("{:gap$}{text:>width$}", "");
        }
        format!("{:gap$}{text:<width$}", "")
    }
}

pub(super) fn render(report: &Report, page: Page) -> String {
    if report.hosts.is_empty() {
        return String::new();
    }
    let table = Table::new(report, page);
    let mut text = table.header();
    for (at, host) in report.hosts.iter().enumerate() {
        text += &table.row(at, host);
        text += &table.under(host);
    }
    text + &legend(&table)
}

struct Table<'a> {
    page: Page<'a>,
    /// Which servers count.
    to: To,
    /// Columns of the address.
    address: usize,
    columns: Vec<Column>,
    extras: Vec<Extra>,
}

impl<'a> Table<'a> {
    fn new(report: &Report, page: Page<'a>) -> Self {
        let hosts = &report.hosts;
        let mut columns = vec![Column::new("VERDICT", hosts, |host| {
            host.verdict.to_string()
        })];
        columns.extend(versions(hosts, page));
        let room = page.width.saturating_sub(taken(&columns));
        let address = address_width(hosts, room);
        let mut table = Self {
            page,
            to: report.to,
            address,
            columns,
            extras: Vec::new(),
        };
        table.admit(hosts, room.saturating_sub(address));
        table
    }

    /// Takes in the extra columns that `room` has place for.
    fn admit(&mut self, hosts: &[Host], mut room: usize) {
        for extra in Extra::ALL {
            let column = extra_column(extra, hosts, self.page);
            if let Some(column) = column.filter(|column| GAP + column.width <= room) {
                room -= GAP + column.width;
                self.columns.push(column);
                self.extras.push(extra);
            }
        }
    }

    fn header(&self) -> String {
        let mut line = format!("{:<1$}", "HOST", self.address);
        for column in &self.columns {
            line += &column.padded(&column.header);
        }
        self.page.style.paint(Paint::Strong, line.trim_end()) + "\n"
    }

    fn row(&self, at: usize, host: &Host) -> String {
        let address = host.host.to_string();
        let mut line = format!("{address:<0$}", self.address);
        if address.len() > self.address {
            line += "\n";
            line += &" ".repeat(self.address);
        }
        for (which, column) in self.columns.iter().enumerate() {
            let cell = column.padded(column.cells.get(at).map_or("", String::as_str));
            line += &if which == 0 {
                self.verdict(host.verdict, &cell)
            } else {
                cell
            };
        }
        line.trim_end().to_owned() + "\n"
    }

    fn verdict(&self, verdict: HostVerdict, cell: &str) -> String {
        self.page.style.paint(Paint::of(verdict), cell)
    }

    /// Who the host is, and what found no column; then its findings.
    fn under(&self, host: &Host) -> String {
        let facts = flowed(self.page, &self.facts(host), " · ", UNDER, UNDER);
        let mut text = String::new();
        for line in facts.lines() {
            text += &self.page.style.paint(Paint::Faint, line);
            text.push('\n');
        }
        if let Some(why) = host.in_clear {
            text += &wrapped(self.page, (EN.in_clear)(why), UNDER, UNDER + 2);
        }
        if let Some(why) = host.no_verdict {
            text += &wrapped(self.page, (EN.no_verdict)(why), UNDER, UNDER + 2);
        }
        if !host.findings.is_empty() {
            let findings = format!("findings: {}", list(&host.findings));
            text += &wrapped(self.page, &findings, UNDER, UNDER + 2);
        }
        text
    }

    fn facts(&self, host: &Host) -> Vec<String> {
        let mut facts = identity(host, self.page, self.to);
        facts.push(way(host));
        if !host.servers.is_empty() {
            facts.push(format!("by the name {}", names(self.page, &host.servers)));
        }
        if !host.clients.is_empty() {
            facts.push(format!("software {}", list(&host.clients)));
        }
        if !host.intercepted_by.is_empty() {
            facts.push(format!(
                "certificate issued by {}",
                names(self.page, &host.intercepted_by)
            ));
        }
        if host.likely_refused > 0 {
            facts.push(format!(
                "mail likely refused in {}, taken in {}",
                counted(host.likely_refused, "session"),
                number(host.likely_delivered)
            ));
        }
        let left = Extra::ALL
            .into_iter()
            .filter(|extra| !self.extras.contains(extra));
        facts.extend(left.filter_map(|extra| extra.sentence(host, self.page)));
        facts.push(self.seen(host));
        facts
    }

    fn seen(&self, host: &Host) -> String {
        let first = time(self.page, host.first_seen);
        if self.extras.contains(&Extra::LastSeen) {
            return format!("first seen {first}");
        }
        format!("seen {}", span(self.page, host.first_seen, host.last_seen))
    }
}

/// What the host calls itself and is.
fn identity(host: &Host, page: Page, to: To) -> Vec<String> {
    let mut facts = Vec::new();
    if let [_, others @ ..] = host.addresses.as_slice()
        && !others.is_empty()
    {
        facts.push(format!("also {}", list(others)));
    }
    if !host.names.is_empty() {
        facts.push(names(page, &host.names));
    }
    if !host.macs.is_empty() {
        facts.push(format!("MAC {}", list(&host.macs)));
    }
    if !host.vendors.is_empty() {
        facts.push(format!("card by {}", list(&host.vendors)));
    }
    if !host.classes.is_empty() {
        facts.push(format!("DHCP class {}", list(&host.classes)));
    }
    if host.relay {
        facts.push(match to {
            To::ExchangeOnline => {
                "relay for internal hosts (`--to any` tells of their sessions with it)".into()
            }
            To::Any => "relay for internal hosts".into(),
        });
    }
    facts
}

/// Which way its sessions went, to or from which endpoints, in which clouds.
fn way(host: &Host) -> String {
    let way = match (
        host.roles.contains(&Role::Client),
        host.roles.contains(&Role::Server),
    ) {
        (false, true) => "takes deliveries, endpoint",
        (true, true) => "sends and takes deliveries, endpoint",
        _ => "to",
    };
    let endpoints = list(&host.endpoints);
    if host.instances.is_empty() {
        return format!("{way} {endpoints}");
    }
    format!("{way} {endpoints} ({})", list(&host.instances))
}

/// Room for the longest address if there is so much.
fn address_width(hosts: &[Host], room: usize) -> usize {
    let lengths = hosts.iter().map(|host| host.host.to_string().len());
    let longest = lengths.max().unwrap_or(0).max("HOST".len());
    if longest <= room {
        longest
    } else {
        longest.min(SHORT_ADDRESS)
    }
}

/// A column for each version that some host negotiated, oldest first, then `none`; with short headers where the page has
/// no room for `TLS`.
fn versions(hosts: &[Host], page: Page) -> Vec<Column> {
    let long = version_columns(hosts, |key| version(key).to_uppercase());
    if SHORT_ADDRESS + VERDICT_COLUMNS + taken(&long) <= page.width {
        return long;
    }
    version_columns(hosts, str::to_uppercase)
}

fn version_columns(hosts: &[Host], header: impl Fn(&str) -> String) -> Vec<Column> {
    let count = |host: &Host, at: usize| host.versions.iter().nth(at).map_or(0, |(_, count)| count);
    let occurs = |at: usize| hosts.iter().any(|host| count(host, at) > 0);
    let cell = |at: usize| {
        move |host: &Host| match count(host, at) {
            0 => NOTHING.to_owned(),
            count => number(count),
        }
    };
    let keys = PerVersion::default().iter().enumerate();
    keys.filter(|(at, _)| occurs(*at))
        .map(|(at, (key, _))| Column::new(&header(key), hosts, cell(at)).right())
        .collect()
}

/// The column of an extra fact; `None` if no host has it.
fn extra_column(extra: Extra, hosts: &[Host], page: Page) -> Option<Column> {
    if hosts.iter().all(|host| extra.cell(host, page).is_none()) {
        return None;
    }
    let cell = |host: &Host| extra.cell(host, page).unwrap_or_else(|| NOTHING.into());
    let column = Column::new(extra.header(), hosts, cell);
    match extra {
        Extra::Sessions | Extra::Rejected => Some(column.right()),
        _ => Some(column),
    }
}

fn taken(columns: &[Column]) -> usize {
    columns.iter().map(|column| GAP + column.width).sum()
}

/// What the columns mean where their headers do not say it.
fn legend(table: &Table) -> String {
    let mut notes = Vec::new();
    if table.columns.iter().any(|column| column.header == "NONE") {
        notes.push(
            "NONE: no version was agreed on (never TLS, refused, or not in the capture)."
                .to_owned(),
        );
    }
    if table.extras.contains(&Extra::LimitedBy) {
        notes.push("LIMITED BY: the end of the connection that kept the version down.".to_owned());
    }
    if notes.is_empty() {
        return String::new();
    }
    let text = flowed(table.page, &notes, " ", 0, 0);
    table.page.style.paint(Paint::Faint, text.trim_end()) + "\n"
}
