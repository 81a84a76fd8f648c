//! The words of the report for people, one table per language: a struct without defaults, so that a language is complete or
//! does not compile. To add one: a file beside [`en`](self) with its table, and a line in [`Language`].
//!
//! Words are plain text; each form escapes them like anything else. Machine forms (JSON, CSV) do not use them.

mod en;
mod ja;
mod reasons;

use crate::exchange::Remedy;
use crate::session::{EndpointKind, Finding, Instance, Outcome, Seen, Side};
use crate::tally::bound::Bound;
use crate::tally::diagnosis::Warning;
use crate::tally::history::{By, StoreFacts};
use crate::tally::microsoft::{Microsoft, Note};
use crate::tally::report::{HostLimit, HostVerdict, InClear, NoVerdict};
use crate::tally::{Report, Role, To};

/// A language that the report can be written in (`--lang`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Japanese.
    Ja,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::En, Self::Ja];

    /// Its table.
    pub const fn words(self) -> &'static Words {
        match self {
            Self::En => &en::WORDS,
            Self::Ja => &ja::WORDS,
        }
    }
}

/// Everything that the report says in words. `{…}` in a text is a place that the page's script fills.
pub struct Words {
    /// Of the language, for `lang` (BCP 47).
    pub tag: &'static str,
    /// The document's title, before sensor and date.
    pub title: &'static str,
    /// The answer in one sentence.
    pub headline: fn(&Report) -> String,
    /// Between the items of a list in a sentence.
    pub comma: &'static str,
    /// Something in brackets behind something else.
    pub in_brackets: fn(&str, &str) -> String,
    /// What is not known.
    pub unknown: &'static str,
    /// A count of zero in words.
    pub none: &'static str,
    /// A number of hosts.
    pub hosts: fn(u64) -> String,
    /// A size.
    pub bytes: fn(u64) -> String,
    /// Above what the report covers.
    pub about: About,
    /// Titles of sections.
    pub section: Section,
    /// The list of findings.
    pub advice: AdviceWords,
    /// The table of hosts.
    pub table: TableWords,
    /// Sessions added up.
    pub totals: TotalsWords,
    /// How it was measured.
    pub capture: CaptureWords,
    /// The report over time.
    pub history: HistoryWords,
    /// Microsoft's own count.
    pub microsoft: MicrosoftWords,
    /// A version in full, by its key in a report.
    pub version: fn(&'static str) -> &'static str,
    /// A host's verdict in a word.
    pub verdict: fn(HostVerdict) -> &'static str,
    /// What a verdict says, a sentence.
    pub verdict_meaning: fn(HostVerdict) -> &'static str,
    /// A session's outcome in a few words.
    pub outcome: fn(Outcome) -> &'static str,
    /// A finding in a few words.
    pub finding: fn(Finding) -> &'static str,
    /// What a finding means for a host that was this end, a sentence.
    pub meaning: fn(Finding, Side) -> &'static str,
    /// What to do.
    pub action: fn(Remedy) -> &'static str,
    /// Why a host was in clear, a sentence.
    pub in_clear: fn(InClear) -> &'static str,
    /// Why no session of a host tells what it can do, a sentence.
    pub no_verdict: fn(NoVerdict) -> &'static str,
    /// Which end of its sessions a host was.
    pub role: fn(Role) -> &'static str,
    /// Who kept the version down.
    pub limit: fn(HostLimit) -> &'static str,
    /// What an endpoint is for; `None` is a server that is not Exchange Online.
    pub endpoint: fn(Option<EndpointKind>) -> &'static str,
    /// A cloud.
    pub instance: fn(Instance) -> &'static str,
    /// Where a name comes from, by its word in a report.
    pub name_source: fn(&'static str) -> &'static str,
    /// Which servers count.
    pub to: fn(To) -> &'static str,
    /// What makes the answer doubtful.
    pub doubt: fn(&Warning) -> String,
    /// Why packets could not be read or were not followed, by its word in a report.
    pub reason: fn(&str) -> Option<&'static str>,
    /// What was given up at a bound.
    pub bound: fn(Bound) -> &'static str,
}

/// Labels of what the report covers.
pub struct About {
    /// The time.
    pub period: &'static str,
    /// From one time to another.
    pub span: fn(&str, &str) -> String,
    /// From a time on.
    pub since: fn(&str) -> String,
    /// Up to a time.
    pub until: fn(&str) -> String,
    /// Who saw it.
    pub sensor: &'static str,
    /// Captures and interfaces.
    pub sources: &'static str,
    /// Which servers count.
    pub servers: &'static str,
    /// The time zone.
    pub times: &'static str,
    /// Times are in it.
    pub utc: &'static str,
    /// A number of warnings, with a link to them.
    pub caution: fn(u64) -> String,
    /// What made the report, and that it loads nothing.
    pub made_by: fn(&str) -> String,
}

/// Titles of sections, and the way to them.
pub struct Section {
    /// Leads past the head of the page.
    pub skip: &'static str,
    /// Names the list of sections.
    pub contents: &'static str,
    /// The first part.
    pub summary: &'static str,
    /// The report over time.
    pub trend: &'static str,
    /// Microsoft's own count.
    pub microsoft: &'static str,
    /// Findings and what to do.
    pub advice: &'static str,
    /// All hosts.
    pub hosts: &'static str,
    /// Sessions added up.
    pub totals: &'static str,
    /// How it was measured.
    pub capture: &'static str,
    /// What the words mean.
    pub glossary: &'static str,
}

/// Around findings and what to do.
pub struct AdviceWords {
    /// There is no finding, and nothing else to look at.
    pub nothing: &'static str,
    /// There is no finding, but hosts that were in clear or are unknown, or warnings.
    pub look: &'static str,
}

/// Columns, labels and controls of the table of hosts.
pub struct TableWords {
    /// Address and name.
    pub host: &'static str,
    /// The host in one word.
    pub verdict: &'static str,
    /// What to act on.
    pub findings: &'static str,
    /// How many sessions.
    pub sessions: &'static str,
    /// The highest version offered.
    pub offers: &'static str,
    /// Who kept the version down.
    pub limited_by: fn(&str) -> String,
    /// End of the last session.
    pub last_seen: &'static str,
    /// Start of the first session.
    pub first_seen: &'static str,
    /// All addresses.
    pub addresses: &'static str,
    /// Names and where they come from.
    pub names: &'static str,
    /// Link-layer addresses.
    pub macs: &'static str,
    /// Who makes the cards they belong to.
    pub vendors: &'static str,
    /// What its DHCP client says that it is.
    pub classes: &'static str,
    /// Which end of its sessions the host was.
    pub role: &'static str,
    /// It stands for hosts behind it.
    pub relay: &'static str,
    /// Which endpoints.
    pub endpoints: &'static str,
    /// Which servers by name.
    pub servers: &'static str,
    /// Which software.
    pub clients: &'static str,
    /// Sessions that ended with a fatal alert.
    pub rejected: &'static str,
    /// Why it was in clear.
    pub in_clear: &'static str,
    /// Why its verdict is `unknown`.
    pub no_verdict: &'static str,
    /// What became of its messages, by the sizes of what flowed.
    pub messages: &'static str,
    /// So many sessions refused, so many taken.
    pub likely: fn(u64, u64) -> String,
    /// Who issued the certificates that were not Exchange Online's.
    pub intercepted_by: &'static str,
    /// There is no host.
    pub nothing: &'static str,
    /// What stands under the table.
    pub note: &'static str,
    /// Label of the search field.
    pub search: &'static str,
    /// What can be searched for.
    pub search_hint: &'static str,
    /// No finding is asked for.
    pub any_finding: &'static str,
    /// Takes all filters away.
    pub clear: &'static str,
    /// `{from}`, `{to}`, `{count}`: which hosts are shown.
    pub shown: &'static str,
    /// The same with `{all}`, where filters leave some out.
    pub shown_of: &'static str,
    /// Filters leave none.
    pub no_match: &'static str,
    /// The hosts before.
    pub previous: &'static str,
    /// The hosts after.
    pub next: &'static str,
    /// `{host}`: opens the details.
    pub details: &'static str,
}

/// Sessions added up.
pub struct TotalsWords {
    /// By negotiated version.
    pub by_version: &'static str,
    /// By what became of the handshake.
    pub by_outcome: &'static str,
    /// By verdict of the session.
    pub by_verdict: &'static str,
    /// Hosts by verdict.
    pub hosts_by_verdict: &'static str,
    /// How many sessions.
    pub sessions: &'static str,
    /// Of all.
    pub share: &'static str,
    /// A version, as the header of a column.
    pub version: &'static str,
    /// An outcome, as the header of a column.
    pub outcome: &'static str,
}

/// How it was measured.
pub struct CaptureWords {
    /// What was done, and what cannot be known from it: paragraphs.
    pub how: &'static [&'static str],
    /// Above the warnings.
    pub warnings: &'static str,
    /// There is no warning.
    pub no_warnings: &'static str,
    /// Above the numbers.
    pub numbers: &'static str,
    /// Packets read.
    pub packets: &'static str,
    /// Their bytes.
    pub bytes: &'static str,
    /// Time of first and last packet.
    pub packet_times: &'static str,
    /// Files read.
    pub files_read: &'static str,
    /// Dropped by the kernel.
    pub dropped_kernel: &'static str,
    /// Dropped by the interface.
    pub dropped_interface: &'static str,
    /// In the capture only in part.
    pub truncated: &'static str,
    /// Seen before.
    pub duplicates: &'static str,
    /// SMTP sessions seen.
    pub sessions: &'static str,
    /// Of these, counted.
    pub counted: &'static str,
    /// Of these, to other servers.
    pub other_servers: &'static str,
    /// Of these, without an internal host.
    pub external: &'static str,
    /// By which servers are Exchange Online.
    pub address_lists: &'static str,
    /// Sessions by directions seen.
    pub seen: fn(Seen) -> &'static str,
    /// Share of sessions seen in one direction only.
    pub one_direction: &'static str,
    /// Packets that could not be read.
    pub malformed: &'static str,
    /// Packets that were not followed.
    pub not_followed: &'static str,
    /// Bounds reached.
    pub bounds: &'static str,
    /// Files read only in part.
    pub files_damaged: &'static str,
    /// Files that were no captures.
    pub files_skipped: &'static str,
}

/// The report over time.
pub struct HistoryWords {
    /// Title of a chart.
    pub hosts_by_day: &'static str,
    /// Title of a chart.
    pub versions_by_day: &'static str,
    /// Opens the numbers of the charts.
    pub numbers: &'static str,
    /// Before figures `2 → 1` of a chart: of the first and of the last day with sessions.
    pub ends: fn(&str, &str) -> String,
    /// How many hosts, over a column.
    pub hosts: &'static str,
    /// What stands over the numbers of sessions in stores.
    pub contents: &'static str,
    /// Where nothing makes the answer doubtful, as far as stores can tell.
    pub no_warnings: &'static str,
    /// A day, as the header of a column.
    pub day: &'static str,
    /// SMTP sessions seen, also those that do not count.
    pub seen: &'static str,
    /// Hosts with at least one legacy session.
    pub legacy_hosts: &'static str,
    /// The others.
    pub other_hosts: &'static str,
    /// Days without any session.
    pub nothing_seen: &'static str,
    /// A host day by day.
    pub by_day: &'static str,
    /// What the letters of its days mean: the days, and each letter.
    pub letters: fn(&str, &str) -> String,
    /// A host was not seen.
    pub not_seen: &'static str,
    /// What is different since a day.
    pub changes: fn(&str) -> String,
    /// Legacy before, modern since.
    pub fixed: &'static str,
    /// Legacy since, not before.
    pub worse: &'static str,
    /// First seen since.
    pub new: &'static str,
    /// Seen before, not since.
    pub silent: &'static str,
    /// The last day with a legacy session.
    pub last_legacy: fn(&str) -> String,
    /// Two windows side by side.
    pub comparison: &'static str,
    /// What stands in the rows.
    pub by: fn(By) -> &'static str,
    /// The stores that were read.
    pub stores: &'static str,
    /// Sessions and size of one.
    pub store: fn(&StoreFacts) -> String,
    /// Before what could not be read of one.
    pub damaged: &'static str,
}

/// Microsoft's own count.
pub struct MicrosoftWords {
    /// What is set beside what.
    pub about: fn(&Microsoft) -> String,
    /// What the two say together, or why they cannot be the same.
    pub remark: fn(&Note) -> String,
    /// Microsoft: messages.
    pub messages: &'static str,
    /// Microsoft: messages with a legacy version.
    pub legacy_messages: &'static str,
    /// Ours: sessions that could have carried such messages.
    pub sessions: &'static str,
    /// Ours: those with a legacy version.
    pub legacy_sessions: &'static str,
    /// Opens the days.
    pub days: &'static str,
    /// Opens the senders.
    pub senders: &'static str,
    /// A mailbox.
    pub sender: &'static str,
    /// How it signs in.
    pub protocol: &'static str,
}

#[cfg(test)]
mod tests;
