//! One row a host, and under it what finds no column.
//!
//! Address, verdict, sessions and one column for each version that occurs are always there. The others come in as far as
//! the page is wide, the most telling first, and only if some host has something to say in them.

use super::Page;
use super::text::{list, names, number, time, version, wrapped};
use crate::output::escape::width;
use crate::output::style::Paint;
use crate::tally::Report;
use crate::tally::Role;
use crate::tally::report::{Host, HostVerdict};

/// Space between columns.
const GAP: usize = 2;

/// What stands where there is nothing.
const NOTHING: &str = "-";

/// Widest address column that pushes nothing aside: an IPv4 address. A longer address on a page too narrow for it gets a
/// line of its own.
const SHORT_ADDRESS: usize = 15;

/// Indentation of what stands under a host.
const UNDER: usize = 4;

/// A fact that stands in a column if there is room, else under the host.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extra {
    Offered,
    LimitedBy,
    Rejected,
    LastSeen,
    Endpoints,
}

impl Extra {
    /// In the order in which they are let in, and in which they stand.
    const ALL: [Self; 5] = [
        Self::Offered,
        Self::LimitedBy,
        Self::Rejected,
        Self::LastSeen,
        Self::Endpoints,
    ];

    const fn header(self) -> &'static str {
        match self {
            Self::Offered => "OFFERS",
            Self::LimitedBy => "LIMITED BY",
            Self::Rejected => "REJECTED",
            Self::LastSeen => "LAST SEEN",
            Self::Endpoints => "ENDPOINTS",
        }
    }

    fn cell(self, host: &Host) -> Option<String> {
        match self {
            Self::Offered => host.offered_max.map(|best| version(&best.to_string())),
            Self::LimitedBy => host.limited_by.map(|limit| limit.to_string()),
            Self::Rejected => (host.rejected > 0).then(|| number(host.rejected)),
            Self::LastSeen => Some(time(host.last_seen)),
            Self::Endpoints => Some(list(&host.endpoints)),
        }
    }

    /// The fact in words, for under the host.
    fn sentence(self, host: &Host) -> Option<String> {
        let cell = self.cell(host)?;
        match self {
            Self::Offered => Some(format!("offers {cell} at best")),
            Self::LimitedBy => Some(format!("limited by {cell}")),
            Self::Rejected => Some(format!("{cell} rejected")),
            // Told with the first or with the servers' names.
            Self::LastSeen | Self::Endpoints => None,
        }
    }
}

/// A column ready to be printed.
struct Column {
    header: String,
    cells: Vec<String>,
    right: bool,
}

impl Column {
    fn width(&self) -> usize {
        let cells = self.cells.iter().map(|cell| width(cell));
        cells.chain([width(&self.header)]).max().unwrap_or(0)
    }

    fn padded(&self, text: &str) -> String {
        let room = " ".repeat(self.width().saturating_sub(width(text)));
        if self.right {
            return room + text;
        }
        text.to_owned() + &room
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
    text
}

struct Table {
    page: Page,
    /// Columns of the address.
    address: usize,
    columns: Vec<Column>,
    extras: Vec<Extra>,
}

impl Table {
    fn new(report: &Report, page: Page) -> Self {
        let hosts = &report.hosts;
        let mut columns = vec![
            column("VERDICT", hosts, |host| host.verdict.to_string()),
            right(column("SESSIONS", hosts, |host| number(host.sessions))),
        ];
        columns.extend(versions(hosts));
        let mut room = page.width.saturating_sub(taken(&columns));
        let longest = hosts.iter().map(|host| host.host.to_string().len());
        let longest = longest.max().unwrap_or(0).max("HOST".len());
        let address = if longest <= room {
            longest
        } else {
            longest.min(SHORT_ADDRESS)
        };
        room = room.saturating_sub(address);
        let mut extras = Vec::new();
        for extra in Extra::ALL {
            let Some(column) = extra_column(extra, hosts) else {
                continue;
            };
            let needed = GAP + column.width();
            if needed <= room {
                room -= needed;
                columns.push(column);
                extras.push(extra);
            }
        }
        Self {
            page,
            address,
            columns,
            extras,
        }
    }

    fn header(&self) -> String {
        let mut line = format!("{:<1$}", "HOST", self.address);
        for column in &self.columns {
            line += &" ".repeat(GAP);
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
            line += &" ".repeat(GAP);
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
        let facts = self.facts(host).join(" · ");
        let facts = wrapped(self.page, &facts, UNDER, UNDER);
        let mut text = String::new();
        for line in facts.lines() {
            text += &self.page.style.paint(Paint::Faint, line);
            text.push('\n');
        }
        if !host.findings.is_empty() {
            let findings = format!("findings: {}", list(&host.findings));
            text += &wrapped(self.page, &findings, UNDER, UNDER + 2);
        }
        text
    }

    fn facts(&self, host: &Host) -> Vec<String> {
        let mut facts = identity(host, self.page);
        facts.push(self.way(host));
        if !host.clients.is_empty() {
            facts.push(format!("software {}", list(&host.clients)));
        }
        let left = Extra::ALL
            .into_iter()
            .filter(|extra| !self.extras.contains(extra));
        facts.extend(left.filter_map(|extra| extra.sentence(host)));
        facts.push(self.seen(host));
        facts
    }

    /// Where it went: the endpoints unless they have a column, the clouds unless it is the usual one, the names.
    fn way(&self, host: &Host) -> String {
        let mut way = String::from("to");
        if host.roles == [Role::Server] {
            way = "takes deliveries, endpoint".into();
        } else if host.roles.contains(&Role::Server) {
            way = "sends and takes deliveries, to".into();
        }
        way = format!("{way} {}", list(&host.endpoints));
        if !host.instances.is_empty() {
            way = format!("{way} ({})", list(&host.instances));
        }
        if !host.servers.is_empty() {
            way = format!("{way} as {}", names(self.page, &host.servers));
        }
        way
    }

    fn seen(&self, host: &Host) -> String {
        let first = time(host.first_seen);
        if self.extras.contains(&Extra::LastSeen) {
            return format!("first seen {first}");
        }
        format!("seen {first} to {}", time(host.last_seen))
    }
}

/// What the host calls itself and is.
fn identity(host: &Host, page: Page) -> Vec<String> {
    let mut facts = Vec::new();
    if !host.names.is_empty() {
        facts.push(names(page, &host.names));
    }
    if !host.macs.is_empty() {
        facts.push(format!("MAC {}", list(&host.macs)));
    }
    if host.relay {
        facts.push("relay for internal hosts".into());
    }
    facts
}

fn column(header: &str, hosts: &[Host], cell: impl Fn(&Host) -> String) -> Column {
    Column {
        header: header.into(),
        cells: hosts.iter().map(cell).collect(),
        right: false,
    }
}

fn right(column: Column) -> Column {
    Column {
        right: true,
        ..column
    }
}

/// A column for each version that some host negotiated, oldest first, then `none`.
fn versions(hosts: &[Host]) -> Vec<Column> {
    let Some(first) = hosts.first() else {
        return Vec::new();
    };
    let keys = first.versions.iter().map(|(key, _)| key);
    let of = |host: &Host, wanted: &str| {
        let found = host.versions.iter().find(|(key, _)| *key == wanted);
        found.map_or(0, |(_, count)| count)
    };
    keys.filter(|key| hosts.iter().any(|host| of(host, key) > 0))
        .map(|key| {
            let cell = |host: &Host| match of(host, key) {
                0 => NOTHING.to_owned(),
                count => number(count),
            };
            right(column(&version(key).to_uppercase(), hosts, cell))
        })
        .collect()
}

/// The column of an extra fact; `None` if no host has it.
fn extra_column(extra: Extra, hosts: &[Host]) -> Option<Column> {
    let cell = |host: &Host| extra.cell(host);
    if hosts.iter().all(|host| cell(host).is_none()) {
        return None;
    }
    let shown = column(extra.header(), hosts, |host| {
        cell(host).unwrap_or_else(|| NOTHING.into())
    });
    Some(Column {
        right: extra == Extra::Rejected,
        ..shown
    })
}

fn taken(columns: &[Column]) -> usize {
    columns.iter().map(|column| GAP + column.width()).sum()
}
