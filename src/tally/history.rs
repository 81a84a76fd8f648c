//! What a store adds to a report: the same sessions over time, by day, in groups, before and after, beside Microsoft's own
//! count. Plain values that every output form draws; a report of captures alone has none.
//!
//! A day is a calendar day of the report's time zone. Every list has a fixed order.

pub mod calendar;
mod fate;
mod kind;
pub mod over_time;

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use jiff::civil::Date;
use serde::{Serialize, Serializer};

use super::counts::{PerVersion, PerWord};
use super::microsoft::Microsoft;
use super::report::{HostVerdict, Window, maybe_shown, shown};
use crate::session::Verdict;
use crate::session::words::words;
use crate::time::Timestamp;

/// The sessions of a report over time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct History {
    /// The time zone whose days are meant: an IANA name, or an offset where it has none.
    pub time_zone: String,
    /// The stores that were read.
    pub stores: Vec<StoreFacts>,
    /// Every day of the window, oldest first, also those without a session.
    pub days: Vec<Day>,
    /// How each host of the report fared day by day: one entry a host, in the order of the report.
    pub trends: Vec<Trend>,
    /// What was asked for with `--by`; `null` if nothing was.
    pub by: Option<By>,
    /// The rows of `--by endpoint`, `client` or `sensor`, most sessions first; the other two have `hosts` and `days`.
    pub groups: Vec<Group>,
    /// What is different since a date; `null` if the window has no day before it.
    pub changes: Option<Changes>,
    /// Two windows side by side; `null` unless asked for.
    pub comparison: Option<Comparison>,
    /// The report of the Exchange admin center beside this one; `null` unless a file of it was given.
    pub microsoft: Option<Microsoft>,
}

/// What can stand in the rows (`--by`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Days.
    Day,
    /// Hosts.
    Host,
    /// What servers are for.
    Endpoint,
    /// The software of clients.
    Client,
    /// Who saw it.
    Sensor,
}

words!(By {
    Day => "day",
    Host => "host",
    Endpoint => "endpoint",
    Client => "client",
    Sensor => "sensor",
});

/// One store that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StoreFacts {
    /// Its folder, as it was named on the command line.
    pub name: String,
    /// Bytes it takes on disk.
    pub bytes: u64,
    /// Sessions it holds, of any time.
    pub sessions: u64,
    /// Start of the oldest of them.
    #[serde(serialize_with = "maybe_shown")]
    pub first: Option<Timestamp>,
    /// End of the newest of them.
    #[serde(serialize_with = "maybe_shown")]
    pub last: Option<Timestamp>,
    /// What could not be read of it, one message each.
    pub damage: Vec<String>,
}

/// Sessions that count, added up over whatever stands beside them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// Sessions.
    pub sessions: u64,
    /// Those by negotiated version.
    pub versions: PerVersion,
    /// Those by verdict.
    pub verdicts: PerWord<Verdict>,
    /// Hosts they count for.
    pub hosts: u64,
    /// Of these, hosts with at least one legacy session.
    pub legacy_hosts: u64,
}

/// One day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Day {
    /// The day, `2026-08-01`.
    #[serde(serialize_with = "shown")]
    pub date: Date,
    /// SMTP sessions seen, also those that do not count; with 0 the sensor may not have been there at all.
    pub seen: u64,
    /// The sessions that count.
    #[serde(flatten)]
    pub figures: Figures,
}

/// One host, day by day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trend {
    /// The host, as in the report.
    pub host: IpAddr,
    /// Its verdict on each day of [`History::days`], `None` where nothing was seen. In JSON one letter a day, see
    /// [`letter`].
    #[serde(serialize_with = "letters")]
    pub days: Vec<Option<HostVerdict>>,
    /// Who saw it.
    pub sensors: BTreeSet<Arc<str>>,
}

/// A verdict in one letter: `L`egacy, `M`ixed, `W`eak, `P`laintext, m`O`dern, `U`nknown, `.` for nothing.
pub const fn letter(verdict: Option<HostVerdict>) -> char {
    match verdict {
        Some(HostVerdict::Legacy) => 'L',
        Some(HostVerdict::Mixed) => 'M',
        Some(HostVerdict::Weak) => 'W',
        Some(HostVerdict::Plaintext) => 'P',
        Some(HostVerdict::Modern) => 'O',
        Some(HostVerdict::Unknown) => 'U',
        None => '.',
    }
}

fn letters<S: Serializer>(days: &[Option<HostVerdict>], serializer: S) -> Result<S::Ok, S::Error> {
    let text: String = days.iter().copied().map(letter).collect();
    serializer.serialize_str(&text)
}

/// One row of `--by`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Group {
    /// What the sessions have in common; `unknown` where it is not known.
    pub key: Arc<str>,
    /// The sessions that count.
    #[serde(flatten)]
    pub figures: Figures,
    /// Start of the first.
    #[serde(serialize_with = "shown")]
    pub first_seen: Timestamp,
    /// End of the last.
    #[serde(serialize_with = "shown")]
    pub last_seen: Timestamp,
}

/// What is different since a day of the window; hosts in the order of the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// The first day of the later part.
    #[serde(serialize_with = "shown")]
    pub since: Date,
    /// Hosts whose first stored session, of any time, is of the later part.
    pub new: Vec<Change>,
    /// Hosts with legacy sessions before, and since then none, but some that are modern.
    pub fixed: Vec<Change>,
    /// Hosts without legacy sessions before, and with some since; new hosts are not among them.
    pub worse: Vec<Change>,
    /// Hosts seen before, and since then not at all.
    pub silent: Vec<Change>,
}

/// One host before and since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The host, as in the report.
    pub host: IpAddr,
    /// What it was before; `null` if nothing was seen.
    pub before: Option<HostVerdict>,
    /// What it is since then.
    pub since: Option<HostVerdict>,
    /// Sessions before.
    pub sessions_before: u64,
    /// Sessions since then.
    pub sessions_since: u64,
    /// The last day with a legacy session; `null` if the window has none.
    #[serde(serialize_with = "maybe_shown")]
    pub last_legacy: Option<Date>,
}

/// Two windows side by side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// The other window.
    pub before: Side,
    /// The window of the report.
    pub now: Side,
}

/// One of two windows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Side {
    /// The time it covers.
    pub window: Window,
    /// SMTP sessions seen, also those that do not count.
    pub seen: u64,
    /// The sessions that count.
    #[serde(flatten)]
    pub figures: Figures,
    /// Hosts by verdict.
    pub host_verdicts: PerWord<HostVerdict>,
}
