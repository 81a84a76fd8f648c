//! A host of the report, and what it has to do.

use std::net::IpAddr;
use std::sync::Arc;

use serde::Serialize;

use super::{maybe_shown, shown};
use crate::exchange::{Advice, Client, Signs, Software};
use crate::session::record::Mac;
use crate::session::words::words;
use crate::session::{Finding, Findings, Instance, LimitedBy, Outcome, Side};
use crate::tally::Role;
use crate::tally::counts::PerVersion;
use crate::tally::word_set::WordSet;
use crate::time::Timestamp;
use crate::tls::Version;

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
    /// Why its verdict is `unknown`.
    pub no_verdict: Option<NoVerdict>,
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

impl Host {
    /// What `finding` means for this host, for each end that it was, and what to do.
    pub fn advice(&self, finding: Finding) -> impl Iterator<Item = Advice> {
        let sides = [Side::Client, Side::Server].into_iter();
        sides.filter_map(move |side| self.advice_as(side, finding))
    }

    /// The same for one end, if the finding is one of its sessions as that.
    pub(super) fn advice_as(&self, side: Side, finding: Finding) -> Option<Advice> {
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
        let legacy = [
            Finding::LegacyNegotiated,
            Finding::LegacyCapped,
            Finding::NoAcceptableSuite,
        ];
        let client = Client {
            software: Software::of_host(program, signs),
            limited_by,
            offers_tls12: self.offered_max.is_some_and(|offered| !offered.is_legacy()),
            legacy: legacy
                .into_iter()
                .any(|finding| self.as_client.contains(finding)),
        };
        Advice::to_client(finding, client)
    }
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
    pub(in crate::tally) fn of(
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

/// Why no session of a host tells what it can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoVerdict {
    /// A version was agreed on, and it was the other end's choice.
    OtherEnd,
    /// Handshakes were refused with an alert.
    Rejected,
    /// Connections were closed or reset after the ClientHello.
    Closed,
    /// Nothing answered its ClientHello.
    Unanswered,
    /// What would tell is not in the capture.
    NotCaptured,
}

words!(NoVerdict {
    OtherEnd => "other_end",
    Rejected => "rejected",
    Closed => "closed",
    Unanswered => "unanswered",
    NotCaptured => "not_captured",
});

impl NoVerdict {
    /// By what became of its sessions; `serves` says that it was the server in all of them.
    pub(in crate::tally) fn of(
        verdict: HostVerdict,
        serves: bool,
        versions: &PerVersion,
        outcomes: WordSet<Outcome>,
    ) -> Option<Self> {
        if verdict != HostVerdict::Unknown {
            return None;
        }
        let had = |outcome| outcomes.iter().any(|one| one == outcome);
        let agreed = versions.total() > versions.none;
        Some(if agreed && serves {
            Self::OtherEnd
        } else if agreed {
            Self::NotCaptured
        } else if had(Outcome::Rejected) {
            Self::Rejected
        } else if had(Outcome::Closed) {
            Self::Closed
        } else if had(Outcome::Unanswered) {
            Self::Unanswered
        } else {
            Self::NotCaptured
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
