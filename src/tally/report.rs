//! The report: one typed value that every output form reads, so that all of them show the same facts.
//!
//! As JSON (serde) it is the contract's report. Lists and maps have a fixed order; what is unknown is `null`.

mod capture;
mod concern;
mod host;

use std::net::IpAddr;

use serde::{Serialize, Serializer};

pub use self::capture::Capture;
pub use self::concern::Concern;
pub use self::host::{Host, HostLimit, HostVerdict, InClear, NamedBy, NoVerdict};

use super::bound::Bound;
use super::counts::{PerVersion, PerWord};
use super::diagnosis;
use super::group::{self, GroupBy};
use super::health::CaptureHealth;
use super::history::History;
use super::host::HostTally;
use super::{Tally, To};
use crate::session::{Outcome, Verdict};
use crate::time::Timestamp;
use capture::capture;
use concern::concerns;

/// All that is known, ready to be shown.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The time it covers.
    pub window: Window,
    /// Who saw it.
    pub sensor: String,
    /// Which servers count.
    pub to: To,
    /// Captures and interfaces, by name.
    pub sources: Vec<String>,
    /// The lists of addresses by which servers are Exchange Online: cloud and version, or file.
    pub address_lists: Vec<String>,
    /// All counted sessions together.
    pub totals: Totals,
    /// The internal hosts, worst verdict first, then most sessions, then lowest address.
    pub hosts: Vec<Host>,
    /// Each finding that occurs, what it means, what to do, and the hosts it concerns.
    pub what_to_do: Vec<Concern>,
    /// What the capture held and lost.
    pub capture: Capture,
    /// The same over time; only where a store was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub history: Option<History>,
}

/// A span of time; an end is unknown if there was nothing to take it from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Window {
    /// Its start.
    #[serde(serialize_with = "maybe_shown")]
    pub from: Option<Timestamp>,
    /// Its end.
    #[serde(serialize_with = "maybe_shown")]
    pub to: Option<Timestamp>,
}

/// What the caller knows of the run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// Who saw it.
    pub sensor: String,
    /// Captures and interfaces, in any order.
    pub sources: Vec<String>,
    /// The time that was asked for; by default from the first packet to the last.
    pub window: Option<Window>,
    /// The lists of addresses by which servers were judged; none where others did that, as of sessions in stores.
    pub address_lists: Vec<String>,
    /// What makes two addresses one host.
    pub group_by: GroupBy,
}

/// Counted sessions and hosts, added up.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Totals {
    /// Hosts shown.
    pub hosts: u64,
    /// Sessions that count.
    pub sessions: u64,
    /// Sessions by negotiated version.
    pub versions: PerVersion,
    /// Sessions by outcome.
    pub outcomes: PerWord<Outcome>,
    /// Sessions by verdict.
    pub verdicts: PerWord<Verdict>,
    /// Hosts by verdict.
    pub host_verdicts: PerWord<HostVerdict>,
}

impl Report {
    /// Sets a tally and the health of the capture together.
    pub fn new(tally: &Tally, health: CaptureHealth, context: Context) -> Self {
        let hosts = hosts(tally, context.group_by);
        let mut shown = Shown::default();
        for host in &hosts {
            shown.add(host.verdict, host.sessions);
        }
        let report = Self::in_numbers(tally, health, context, &shown);
        Self {
            what_to_do: concerns(&hosts),
            hosts,
            ..report
        }
    }

    /// The same without hosts and what they have to do: only totals, capture and warnings. For those who look often,
    /// since hosts may be many.
    pub fn brief(tally: &Tally, health: CaptureHealth, context: Context) -> Self {
        let mut shown = Shown::default();
        match context.group_by {
            GroupBy::Address => {
                for (_, host) in tally.hosts() {
                    shown.add(host.verdict(), host.sessions);
                }
            }
            by => {
                for (_, host) in group::grouped(tally, by, &group::gateways(tally)) {
                    shown.add(host.verdict(), host.sessions);
                }
            }
        }
        Self::in_numbers(tally, health, context, &shown)
    }

    fn in_numbers(tally: &Tally, health: CaptureHealth, context: Context, shown: &Shown) -> Self {
        let window = context.window.unwrap_or_else(|| window(tally, &health));
        let mut report = Self {
            window,
            sensor: context.sensor,
            to: tally.to,
            sources: sorted(context.sources),
            address_lists: context.address_lists,
            totals: totals(tally, shown),
            what_to_do: Vec::new(),
            capture: capture(tally, health, shown),
            hosts: Vec::new(),
            history: None,
        };
        report.capture.warnings = diagnosis::warnings(&report);
        report
    }

    /// The same report with only these hosts, in this order, and what they have to do. The totals stay those of all.
    #[must_use]
    pub fn narrowed(&self, hosts: Vec<Host>) -> Self {
        Self {
            what_to_do: concerns(&hosts),
            hosts,
            ..self.clone()
        }
    }

    /// Hosts of which sessions are not shown, and hosts of which even legacy sessions are not, since there were more
    /// than a tally holds.
    pub fn left_out(&self) -> (u64, u64) {
        let bounds = &self.capture.bounds;
        (
            bounds.of(Bound::HostsLeftOut),
            bounds.of(Bound::LegacyHostsLeftOut),
        )
    }

    /// Hosts seen with a legacy version, always or sometimes.
    pub fn legacy_hosts(&self) -> u64 {
        let of = |verdict| self.totals.host_verdicts.of(verdict);
        of(HostVerdict::Legacy) + of(HostVerdict::Mixed)
    }
}

/// The hosts that are shown, added up.
#[derive(Default)]
struct Shown {
    hosts: u64,
    sessions: u64,
    verdicts: PerWord<HostVerdict>,
}

impl Shown {
    fn add(&mut self, verdict: HostVerdict, sessions: u64) {
        self.hosts += 1;
        self.sessions += sessions;
        self.verdicts.add(verdict, 1);
    }
}

fn hosts(tally: &Tally, by: GroupBy) -> Vec<Host> {
    let gateways = group::gateways(tally);
    let show = |addresses: Vec<IpAddr>, host: &HostTally| {
        let called = addresses.iter().flat_map(|one| tally.called.of(*one));
        let called: Vec<_> = called.collect();
        let serves = addresses.iter().any(|one| tally.serving.get(one).is_some());
        host.report(addresses, serves, &gateways, called.into_iter())
    };
    let mut hosts: Vec<_> = match by {
        GroupBy::Address => tally
            .hosts()
            .filter_map(|(address, host)| show(vec![address], &host))
            .collect(),
        by => group::grouped(tally, by, &gateways)
            .into_iter()
            .filter_map(|(addresses, host)| show(addresses, &host))
            .collect(),
    };
    hosts.sort_by_key(|host| (host.verdict, std::cmp::Reverse(host.sessions), host.host));
    hosts
}

/// From the first packet to the last, or where packets are not known (history) from the first session to the last.
fn window(tally: &Tally, health: &CaptureHealth) -> Window {
    Window {
        from: health.span.first.or(tally.span.first),
        to: health.span.last.or(tally.span.last),
    }
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort_unstable();
    names.dedup();
    names
}

fn totals(tally: &Tally, shown: &Shown) -> Totals {
    Totals {
        hosts: shown.hosts,
        sessions: tally.counted.sessions,
        versions: tally.counted.versions,
        outcomes: tally.counted.outcomes.clone(),
        verdicts: tally.counted.verdicts.clone(),
        host_verdicts: shown.verdicts.clone(),
    }
}

/// Serializes a value as its text.
pub(super) fn shown<S: Serializer>(
    value: &impl std::fmt::Display,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

/// Serializes a value as its text, or `null`.
#[expect(clippy::ref_option, reason = "the shape serde asks for")]
pub(super) fn maybe_shown<S: Serializer>(
    value: &Option<impl std::fmt::Display>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => serializer.collect_str(value),
        None => serializer.serialize_none(),
    }
}
