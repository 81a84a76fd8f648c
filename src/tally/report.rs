//! The report: one typed value that every output form reads, so that all of them show the same facts.
//!
//! As JSON (serde) it is the contract's report. Lists and maps have a fixed order; what is unknown is `null`.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::bound::{Bound, Reached};
use super::counts::{Counts, PerVersion, PerWord};
use super::diagnosis::{self, Warning};
use super::group::{self, GroupBy};
use super::health::{CaptureHealth, WatchedInterface};
use super::history::History;
use super::host::HostTally;
use super::word_set::WordSet;
use super::{Role, Tally, To};
use crate::exchange::{Advice, Client, Remedy, Signs, Software};
use crate::session::record::Mac;
use crate::session::words::words;
use crate::session::{Finding, Findings, Instance, LimitedBy, Outcome, Seen, Side, Verdict};
use crate::time::Timestamp;
use crate::tls::Version;

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

/// One internal host.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Host {
    /// Its address; of several the lowest.
    pub host: IpAddr,
    /// All its addresses (`--group-by`).
    pub addresses: Vec<IpAddr>,
    /// The names it gave in its sessions, then what it is called elsewhere.
    pub names: Vec<Arc<str>>,
    /// Where each of them comes from.
    pub name_sources: Vec<NamedBy>,
    /// The link-layer addresses its packets came from, gateways' left out.
    pub macs: Vec<Mac>,
    /// Who makes the cards they belong to, by the IEEE's listing.
    pub vendors: Vec<&'static str>,
    /// What its DHCP client says that it is.
    pub classes: Vec<Arc<str>>,
    /// Which end of its sessions it was.
    pub roles: Vec<Role>,
    /// It takes mail from internal clients and is itself a client of Exchange Online: what it does stands for hosts behind
    /// it.
    pub relay: bool,
    /// The host in one word.
    pub verdict: HostVerdict,
    /// What to act on.
    pub findings: Vec<Finding>,
    /// Why it was in clear, where no finding tells.
    pub in_clear: Option<InClear>,
    /// Those of its sessions as a client.
    #[serde(skip)]
    pub as_client: Findings,
    /// Those of its sessions as a server.
    #[serde(skip)]
    pub as_server: Findings,
    /// Who kept its versions down where it was the client.
    #[serde(skip)]
    pub limit_as_client: Option<HostLimit>,
    /// Sessions that count for it.
    pub sessions: u64,
    /// Those by negotiated version.
    pub versions: PerVersion,
    /// The highest version it offered as a client.
    #[serde(serialize_with = "maybe_shown")]
    pub offered_max: Option<Version>,
    /// Who kept the version down, by the ends of the TCP connection.
    pub limited_by: Option<HostLimit>,
    /// Sessions that ended with a fatal alert.
    pub rejected: u64,
    /// Sessions whose message was likely taken, by the sizes of what flowed.
    pub likely_delivered: u64,
    /// Sessions that were likely refused inside TLS, by the same.
    pub likely_refused: u64,
    /// Who issued the certificates that it met in place of Exchange Online's.
    pub intercepted_by: Vec<Arc<str>>,
    /// What the endpoints it used are for.
    pub endpoints: Vec<&'static str>,
    /// The clouds they belong to.
    pub instances: Vec<Instance>,
    /// Names of the servers it went to.
    pub servers: Vec<Arc<str>>,
    /// The software its fingerprints are known for.
    pub clients: Vec<&'static str>,
    /// Start of its first session.
    #[serde(serialize_with = "shown")]
    pub first_seen: Timestamp,
    /// End of its last session.
    #[serde(serialize_with = "shown")]
    pub last_seen: Timestamp,
}

/// A name with everybody who told it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NamedBy {
    /// The name.
    pub name: Arc<str>,
    /// `hello` (EHLO, or a server's own name), or words of [`crate::names::NameSource`].
    pub sources: Vec<&'static str>,
}

/// A host in one word, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HostVerdict {
    /// Legacy in every session that tells.
    Legacy,
    /// Legacy in some sessions and not in others.
    Mixed,
    /// No acceptable suite in some session.
    Weak,
    /// Without TLS in some session.
    Plaintext,
    /// TLS 1.2 or 1.3 in every session that tells.
    Modern,
    /// No session tells.
    Unknown,
}

words!(HostVerdict {
    Legacy => "legacy",
    Mixed => "mixed",
    Weak => "weak",
    Plaintext => "plaintext",
    Modern => "modern",
    Unknown => "unknown",
});

impl HostVerdict {
    /// Whether the host was seen with a legacy version, always or sometimes.
    pub const fn is_legacy(self) -> bool {
        matches!(self, Self::Legacy | Self::Mixed)
    }
}

/// Why a host was in clear without a finding that tells what to change at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InClear {
    /// It asked for TLS, and the server refused.
    StarttlsRefused,
    /// The server did not offer TLS.
    StarttlsNotOffered,
    /// It did not ask for TLS, and neither sent mail nor logged in, as far as was seen.
    StarttlsNotUsed,
}

words!(InClear {
    StarttlsRefused => "starttls_refused",
    StarttlsNotOffered => "starttls_not_offered",
    StarttlsNotUsed => "starttls_not_used",
});

impl InClear {
    /// By what became of its sessions.
    pub(super) fn of(
        verdict: HostVerdict,
        findings: Findings,
        outcomes: WordSet<Outcome>,
    ) -> Option<Self> {
        let tells = [
            Finding::StarttlsNever,
            Finding::CleartextFallback,
            Finding::AuthInClear,
        ];
        let is_told = tells.into_iter().any(|finding| findings.contains(finding));
        if verdict != HostVerdict::Plaintext || is_told {
            return None;
        }
        let had = |outcome| outcomes.iter().any(|one| one == outcome);
        Some(if had(Outcome::StarttlsRefused) {
            Self::StarttlsRefused
        } else if had(Outcome::StarttlsNotOffered) {
            Self::StarttlsNotOffered
        } else {
            Self::StarttlsNotUsed
        })
    }
}

/// Who kept a host's versions down, over all its sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostLimit {
    /// Always the TCP client.
    Client,
    /// Always the TCP server.
    Server,
    /// Now one, now the other.
    Both,
}

words!(HostLimit {
    Client => "client",
    Server => "server",
    Both => "both",
});

/// A finding, and whom it concerns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Concern {
    /// Its word.
    pub finding: Finding,
    /// Which end the hosts were.
    #[serde(skip)]
    pub side: Side,
    /// What it means, one sentence.
    pub meaning: Cow<'static, str>,
    /// What to do about it.
    pub action: Cow<'static, str>,
    /// The same, for texts in other languages.
    #[serde(skip)]
    pub remedy: Remedy,
    /// The hosts, in the order of the report.
    pub hosts: Vec<IpAddr>,
}

/// What the capture held and lost, with what the tally left out.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Capture {
    /// Packets read; `null` where the report is not made of packets, as with the three below.
    pub packets: Option<u64>,
    /// Their bytes on the wire.
    pub bytes: Option<u64>,
    /// Packets the kernel dropped; `null` where that cannot be known.
    pub dropped_kernel: Option<u64>,
    /// Packets the interface dropped; `null` where that cannot be known.
    pub dropped_interface: Option<u64>,
    /// Packets the capture holds only in part.
    pub truncated: Option<u64>,
    /// Packets that brought nothing new; those behind the handshake are not looked at.
    pub duplicates: Option<u64>,
    /// Connections that are still followed.
    #[serde(skip)]
    pub open: u64,
    /// Followed segments that go to a watched port.
    #[serde(skip)]
    pub to_servers: u64,
    /// Followed segments that come from a watched port.
    #[serde(skip)]
    pub from_servers: u64,
    /// Sessions of which bytes are known to be missing.
    #[serde(skip)]
    pub gapped: u64,
    /// Interfaces that are watched.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub interfaces: Vec<WatchedInterface>,
    /// Packets that could not be read, by reason.
    pub malformed: Counts,
    /// Packets not followed, by reason.
    pub not_followed: Counts,
    /// Bounds that were reached.
    pub bounds: Reached,
    /// Capture files read.
    pub files_read: u64,
    /// Files that were not captures.
    pub files_skipped: Vec<String>,
    /// Files that could be read only in part.
    pub files_damaged: Vec<String>,
    /// Time of the first packet.
    #[serde(serialize_with = "maybe_shown")]
    pub first_packet: Option<Timestamp>,
    /// Time of the last packet.
    #[serde(serialize_with = "maybe_shown")]
    pub last_packet: Option<Timestamp>,
    /// SMTP sessions seen.
    pub sessions: u64,
    /// Of these, sessions to servers that do not count.
    pub other_servers: u64,
    /// Of these, sessions to servers that count of which neither end is internal.
    pub external: u64,
    /// Sessions by the directions that the capture holds of them.
    pub seen: PerWord<Seen>,
    /// Share of the sessions of which only one direction was seen, 0 to 1; `null` without sessions.
    pub one_direction_share: Option<f64>,
    /// What makes the answer doubtful, and what to check.
    pub warnings: Vec<Warning>,
}

impl Capture {
    /// The report is not made of packets but of sessions that were kept, which say nothing of them.
    pub fn without_packets(&mut self) {
        [self.packets, self.bytes, self.truncated, self.duplicates] = [None; 4];
        self.warnings
            .retain(|warning| *warning != Warning::NoPackets);
    }
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

/// Findings with the hosts they concern; hosts that have something else to do about the same finding stand apart, and clients
/// before servers.
fn concerns(hosts: &[Host]) -> Vec<Concern> {
    let mut concerns: Vec<Concern> = Vec::new();
    for finding in Finding::ALL {
        for side in [Side::Client, Side::Server] {
            let first = concerns.len();
            for host in hosts {
                let Some(advice) = host.advice_as(side, finding) else {
                    continue;
                };
                let known = concerns.get_mut(first..).unwrap_or_default();
                match known.iter_mut().find(|known| known.remedy == advice.remedy) {
                    Some(concern) => concern.hosts.push(host.host),
                    None => concerns.push(Concern {
                        finding,
                        side,
                        meaning: advice.meaning.into(),
                        action: advice.action.into(),
                        remedy: advice.remedy,
                        hosts: vec![host.host],
                    }),
                }
            }
        }
    }
    concerns
}

impl Host {
    /// What `finding` means for this host, for each end that it was, and what to do.
    pub fn advice(&self, finding: Finding) -> impl Iterator<Item = Advice> {
        let sides = [Side::Client, Side::Server].into_iter();
        sides.filter_map(move |side| self.advice_as(side, finding))
    }

    /// The same for one end, if the finding is one of its sessions as that.
    fn advice_as(&self, side: Side, finding: Finding) -> Option<Advice> {
        match side {
            Side::Client => (self.as_client.contains(finding)).then(|| self.to_client(finding)),
            Side::Server => (self.as_server.contains(finding)).then(|| Advice::to_server(finding)),
        }
    }

    /// By its software and by who kept the version down, where that is known.
    fn to_client(&self, finding: Finding) -> Advice {
        let limited_by = match self.limit_as_client {
            Some(HostLimit::Client) => Some(LimitedBy::Client),
            Some(HostLimit::Server) => Some(LimitedBy::Server),
            Some(HostLimit::Both) | None => None,
        };
        let program = match self.clients.as_slice() {
            [one] => Some(*one),
            _ => None,
        };
        let signs = Signs {
            makers: &self.vendors,
            classes: &self.classes,
            names: &self.names,
        };
        let client = Client {
            software: Software::of_host(program, signs),
            limited_by,
            modern: self.verdict == HostVerdict::Modern,
        };
        Advice::to_client(finding, client)
    }
}

fn capture(tally: &Tally, health: CaptureHealth, shown: &Shown) -> Capture {
    let CaptureHealth { span, .. } = health;
    let mut bounds = health.bounds;
    bounds.merge(&given_up(tally, shown));
    let sessions = tally.seen.total();
    let one_direction = sessions - tally.seen.of(Seen::Both);
    Capture {
        packets: Some(health.packets),
        bytes: Some(health.bytes),
        dropped_kernel: health.dropped_kernel,
        dropped_interface: health.dropped_interface,
        truncated: Some(health.truncated),
        duplicates: Some(health.duplicates),
        open: health.open,
        to_servers: health.to_servers,
        from_servers: health.from_servers,
        gapped: tally.gapped,
        interfaces: health.interfaces,
        malformed: health.malformed,
        not_followed: health.not_followed,
        bounds,
        files_read: health.files_read,
        files_skipped: sorted(health.files_skipped),
        files_damaged: sorted(health.files_damaged),
        first_packet: span.first,
        last_packet: span.last,
        sessions,
        other_servers: tally.left_out.other_servers,
        external: tally.left_out.external,
        seen: tally.seen.clone(),
        one_direction_share: share(one_direction, sessions),
        warnings: Vec::new(),
    }
}

/// What the tally's own bounds gave up.
fn given_up(tally: &Tally, shown: &Shown) -> Reached {
    let mut of_hosts = Reached::default();
    for (address, host) in tally.hosts() {
        for bound in host.given_up() {
            of_hosts.add(bound, 1);
        }
        of_hosts.add(Bound::HostCalled, tally.called.gave_up(address).into());
    }
    Reached::of_each(|bound| match bound {
        Bound::Hosts => tally.counted.sessions - shown.sessions,
        Bound::HostsLeftOut => tally.others.left_out(),
        Bound::LegacyHostsLeftOut => tally.legacy.left_out(),
        Bound::Relays => tally.serving.left_out(),
        Bound::Routers => tally.routers.left_out(),
        Bound::CalledHosts => tally.called.left_out(),
        Bound::HostCalled
        | Bound::HostClients
        | Bound::HostIssuers
        | Bound::HostMacs
        | Bound::HostNames
        | Bound::HostServers => of_hosts.of(bound),
        // Those before the tally count themselves.
        Bound::DhcpRequests
        | Bound::DnsAnswers
        | Bound::DnsMessages
        | Bound::Evidence
        | Bound::Flows
        | Bound::Fragments
        | Bound::HeldBytes
        | Bound::Records
        | Bound::TlsFailures => 0,
    })
}

/// Rounded to four decimals: a report compares equal wherever it was made, and reads well.
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| (part as f64 / whole as f64 * 10_000.0).round() / 10_000.0)
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
