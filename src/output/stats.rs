//! What `--stats` prints beside a report: how long handshakes took, by server, and how this program kept up.
//!
//! Aligned text for people; the report is where programs look.

use super::Style;
use super::escape::terminal_within;
use super::table::Page;
use super::table::grid::{Grid, Header};
use crate::histogram::{Pace, Times};
use crate::tally::figures::{duration, number};
use crate::tally::latency::{ByServer, Latencies};

/// Servers shown; what follows is added up in one line.
const SERVERS: usize = 20;
/// Columns of a server's name.
const NAME_COLUMNS: usize = 44;
/// Shares of all times that are shown, with their headings.
const SHARES: [(&str, f64); 4] = [
    ("MEDIAN", 0.5),
    ("90%", 0.9),
    ("99%", 0.99),
    ("LONGEST", 1.0),
];

/// `by_server` and `pace` as text.
pub fn render(by_server: &ByServer, pace: &Pace) -> String {
    let mut text = String::from("HANDSHAKE TIMES, by the capture's clock\n");
    let rows = rows(by_server);
    if rows.is_empty() {
        text += "  none: no handshake was seen from its start to its answer\n";
    } else {
        text += &table(rows);
    }
    text += "PACE\n";
    text += &batches(pace);
    text
}

/// Server, what was timed, how often, and how long.
type Row = [String; 7];

fn rows(by_server: &ByServer) -> Vec<Row> {
    let mut shown = Vec::new();
    let mut rest: Option<Latencies> = None;
    for (at, (name, latencies)) in by_server.iter().enumerate() {
        match name.filter(|_| at < SERVERS) {
            Some(name) => shown.extend(lines(&terminal_within(name, NAME_COLUMNS), latencies)),
            None => rest.get_or_insert_default().merge(latencies),
        }
    }
    shown.extend(rest.iter().flat_map(|rest| lines("other servers", rest)));
    shown
}

/// A row for each kind of time that there is; the server stands in the first.
fn lines(name: &str, latencies: &Latencies) -> Vec<Row> {
    let mut name = name.to_owned();
    let mut lines = Vec::new();
    for (what, times) in latencies.named() {
        if times.count() > 0 {
            let [median, most, nearly, longest] = SHARES.map(|(_, share)| time(times, share));
            let count = number(times.count());
            let server = std::mem::take(&mut name);
            lines.push([server, what.into(), count, median, most, nearly, longest]);
        }
    }
    lines
}

fn time(times: &Times, share: f64) -> String {
    times.quantile(share).map(duration).unwrap_or_default()
}

fn table(rows: Vec<Row>) -> String {
    let shares = SHARES.map(|(heading, _)| heading);
    let headers = ["SERVER", "WHAT", "COUNT"].into_iter().chain(shares);
    let mut grid = Grid::new(headers.map(Header::new).collect()).words(2);
    for row in rows {
        grid.row(row.into());
    }
    grid.render(Page::new(Style::default()), 2)
}

fn batches(pace: &Pace) -> String {
    let spent = |share| time(&pace.batch, share);
    if pace.batch.count() == 0 {
        return "  no batch of packets went to a worker\n".into();
    }
    format!(
        "  {} batches of packets: median {}, 99% {}, longest {}; waiting for a worker: median {}, 99% {}, most {}\n",
        number(pace.batch.count()),
        spent(0.5),
        spent(0.99),
        spent(1.0),
        pace.waiting(0.5),
        pace.waiting(0.99),
        pace.waiting(1.0),
    )
}
