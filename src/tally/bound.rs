//! The bounds of this program that give something up when they are reached, and how much was given up at each.
//!
//! Each is counted where it is: by the stages ([`super::health`]) or by the tally. A bound without words in every language,
//! or of which nobody says who counts it, does not compile.

use serde::{Serialize, Serializer};

use super::counts::PerWord;
use crate::session::words::words;

/// A bound, by the alphabet of their words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// Hosts whose names from elsewhere are not kept.
    CalledHosts,
    /// Requests of DHCP and DHCPv6 whose answer was not waited for any longer.
    DhcpRequests,
    /// Answers of DNS let go.
    DnsAnswers,
    /// Messages of DNS over TCP whose end was not waited for any longer.
    DnsMessages,
    /// Packets not kept as evidence.
    Evidence,
    /// Connections finished early.
    Flows,
    /// Packets in fragments given up.
    Fragments,
    /// Connections whose missing bytes were not waited for any longer.
    HeldBytes,
    /// Hosts with more names from elsewhere than are kept.
    HostCalled,
    /// Hosts with more software than is kept.
    HostClients,
    /// Hosts that met certificates of more issuers than are kept.
    HostIssuers,
    /// Hosts with more link-layer addresses than are kept.
    HostMacs,
    /// Hosts with more names than are kept.
    HostNames,
    /// Hosts with more servers than are kept.
    HostServers,
    /// Counted sessions that no host shown has.
    Hosts,
    /// Hosts of which sessions are not shown, none of them legacy sessions. Many are an estimate.
    HostsLeftOut,
    /// Hosts of which legacy sessions are not shown. Many are an estimate.
    LegacyHostsLeftOut,
    /// Records that could not be written.
    Records,
    /// Internal servers that cannot be told as relays.
    Relays,
    /// Link-layer addresses of routers that are not known as such. Many are an estimate.
    Routers,
    /// Failures of TLS forgotten while a session in clear could still follow.
    TlsFailures,
}

words!(Bound {
    CalledHosts => "called_hosts",
    DhcpRequests => "dhcp_requests",
    DnsAnswers => "dns_answers",
    DnsMessages => "dns_messages",
    Evidence => "evidence",
    Flows => "flows",
    Fragments => "fragments",
    HeldBytes => "held_bytes",
    HostCalled => "host_called",
    HostClients => "host_clients",
    HostIssuers => "host_issuers",
    HostMacs => "host_macs",
    HostNames => "host_names",
    HostServers => "host_servers",
    Hosts => "hosts",
    HostsLeftOut => "hosts_left_out",
    LegacyHostsLeftOut => "legacy_hosts_left_out",
    Records => "records",
    Relays => "relays",
    Routers => "routers",
    TlsFailures => "tls_failures",
});

/// What was given up, by bound; in JSON a map of those that were reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reached(PerWord<Bound>);

impl Reached {
    /// What `count` says of each bound.
    pub fn of_each(count: impl Fn(Bound) -> u64) -> Self {
        let mut reached = Self::default();
        for bound in Bound::ALL {
            reached.add(*bound, count(*bound));
        }
        reached
    }

    /// Adds what was given up at a bound.
    pub fn add(&mut self, bound: Bound, count: u64) {
        self.0.add(bound, count);
    }

    /// Adds the counts of another.
    pub fn merge(&mut self, other: &Self) {
        self.0.merge(&other.0);
    }

    /// What was given up at a bound.
    pub fn of(&self, bound: Bound) -> u64 {
        self.0.of(bound)
    }

    /// The bounds that were reached, each with what was given up there.
    pub fn iter(&self) -> impl Iterator<Item = (Bound, u64)> {
        self.0.iter().filter(|(_, count)| *count > 0)
    }

    /// Whether none was reached.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

impl Serialize for Reached {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(bound, count)| (bound.name(), count)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reports are compared as text: a bound more must not move the others.
    #[test]
    fn bounds_stand_by_the_alphabet() {
        assert!(Bound::WORDS.is_sorted());
    }

    #[test]
    fn every_bound_is_in_the_documents() {
        let documents = [
            include_str!("../../docs/architecture.md"),
            include_str!("../../docs/record.md"),
        ];
        for bound in Bound::ALL {
            let word = format!("`{bound}`");
            assert!(documents.iter().any(|text| text.contains(&word)), "{word}");
        }
    }

    #[test]
    fn only_what_was_reached_is_written() {
        let mut reached = Reached::default();
        assert!(reached.is_empty());
        reached.add(Bound::Flows, 2);
        reached.add(Bound::Records, 0);
        reached.merge(&reached.clone());
        let written = serde_json::to_string(&reached).unwrap();
        assert_eq!(written, r#"{"flows":4}"#);
    }
}
