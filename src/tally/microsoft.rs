//! The SMTP AUTH clients report of the Exchange admin center, set beside what a sensor saw.
//!
//! Microsoft counts messages by sender address; a sensor counts sessions by host. Neither holds what would join a mailbox to
//! a host, so nothing here does: only sums stand beside sums, and what cannot be matched is said.
//! Source: Microsoft Learn, "SMTP AUTH clients report in the new Exchange admin center".

pub mod beside;
mod columns;
mod dates;
pub mod export;
mod lines;
mod notes;
mod numbers;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::counts::PerVersion;
use super::report::shown;
use crate::session::words::words;

/// Microsoft's report, and ours beside it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Microsoft {
    /// The file, as it was named on the command line.
    pub file: String,
    /// Messages of all senders; `null` if the file does not say.
    pub messages: Option<u64>,
    /// The senders: the largest share of legacy versions first, then most messages, then by address.
    pub senders: Vec<Sender>,
    /// Each version that either side has, oldest first.
    pub versions: Vec<SideBySide>,
    /// Messages by day, oldest first; empty if the file has no dates.
    pub days: Vec<MicrosoftDay>,
    /// Sessions of ours that could have carried such messages: established, to an endpoint for client submission.
    pub comparable: u64,
    /// What the two together say, and what cannot be matched and why.
    pub notes: Vec<Note>,
}

/// One row of the file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sender {
    /// The mailbox.
    pub sender: String,
    /// Its domain; `null` if the file does not say.
    pub domain: Option<String>,
    /// Messages it sent; `null` if the file does not say.
    pub messages: Option<u64>,
    /// Share of them by version, 0 to 1.
    pub shares: Shares,
    /// How it signs in (`Basic`, `OAuth`), as the file says.
    pub protocols: Vec<String>,
}

/// Shares by version, 0 to 1; `null` where the file does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Shares {
    /// TLS 1.0.
    #[serde(rename = "1.0")]
    pub tls10: Option<f64>,
    /// TLS 1.1.
    #[serde(rename = "1.1")]
    pub tls11: Option<f64>,
    /// TLS 1.2.
    #[serde(rename = "1.2")]
    pub tls12: Option<f64>,
    /// TLS 1.3; the report had no such column when this was written.
    #[serde(rename = "1.3")]
    pub tls13: Option<f64>,
}

/// One version in both counts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SideBySide {
    /// `1.0` to `1.3`.
    pub version: &'static str,
    /// Microsoft: messages, by each sender's share of its own; `null` if the file does not say.
    pub messages: Option<u64>,
    /// Their share of all, 0 to 1.
    pub messages_share: Option<f64>,
    /// Ours: sessions that could have carried such messages.
    pub sessions: u64,
    /// Their share of all such, 0 to 1; `null` if there are none.
    pub sessions_share: Option<f64>,
    /// Hosts of ours with such sessions.
    pub hosts: u64,
}

/// One day in both counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct MicrosoftDay {
    /// The day, as the file has it (Microsoft's days are UTC).
    #[serde(serialize_with = "shown")]
    pub date: Date,
    /// Microsoft: messages, all versions.
    pub messages: u64,
    /// Microsoft: messages over TLS 1.0 and 1.1.
    pub legacy_messages: u64,
    /// Ours: sessions that could have carried such messages, by the day of the report's time zone.
    pub sessions: u64,
    /// Ours: those with TLS 1.1 or older.
    pub legacy_sessions: u64,
}

/// What of ours can stand beside Microsoft's count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparable {
    /// Sessions that could have carried messages it counts, by version.
    pub versions: PerVersion,
    /// Hosts with such sessions, by version.
    pub hosts: PerVersion,
    /// Such sessions by day, all and legacy.
    pub days: BTreeMap<Date, (u64, u64)>,
    /// Sessions of the report that could not.
    pub left_out: u64,
}

/// One thing the two counts say together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// What it is, for programs and for texts in other languages.
    pub code: Remark,
    /// The version it is about, if it is about one.
    pub version: Option<&'static str>,
    /// How many of what `code` says, if it is about a number.
    pub count: Option<u64>,
    /// The columns it is about, if it is about some.
    #[serde(skip)]
    pub columns: Vec<&'static str>,
    /// What it means, in a sentence.
    pub text: String,
}

/// What two counts may say together, and why they cannot be the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remark {
    /// Microsoft counts messages with a version of which the sensor saw no session: some senders take another way.
    NotSeen,
    /// The sensor saw sessions with a legacy version that Microsoft counts no message of.
    NotCounted,
    /// No mailbox is matched to a host (`count`: senders): neither side holds what would prove it.
    NoHosts,
    /// Sessions that Microsoft's report leaves out (`count`): to other endpoints, not established, or without TLS.
    LeftOut,
    /// The file does not say which days it covers.
    WindowUnknown,
    /// Its days are not those of the window.
    WindowDiffers,
    /// Columns that were not found.
    ColumnsMissing,
    /// Rows that could not be read (`count`).
    RowsUnread,
}

words!(Remark {
    NotSeen => "not_seen",
    NotCounted => "not_counted",
    NoHosts => "no_hosts",
    LeftOut => "left_out",
    WindowUnknown => "window_unknown",
    WindowDiffers => "window_differs",
    ColumnsMissing => "columns_missing",
    RowsUnread => "rows_unread",
});
