//! What the capture held and lost, with what the tally's own bounds gave up.

use serde::Serialize;

use super::{Shown, maybe_shown, sorted};
use crate::session::Seen;
use crate::tally::Tally;
use crate::tally::bound::{Bound, Reached};
use crate::tally::counts::{Counts, PerWord};
use crate::tally::diagnosis::Warning;
use crate::tally::health::{CaptureHealth, WatchedInterface};
use crate::time::Timestamp;

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

pub(super) fn capture(tally: &Tally, health: CaptureHealth, shown: &Shown) -> Capture {
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
