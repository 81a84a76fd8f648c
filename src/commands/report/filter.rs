//! Which sessions were asked for.

use std::collections::HashSet;
use std::net::IpAddr;

use super::opened::Opened;
use crate::cli::{FilterArgs, HostFilter};
use crate::session::{Direction, EndpointKind, Finding, Session, Verdict};
use crate::store::Profile;

/// What sessions must have; an empty list asks for nothing.
pub(super) struct Filter {
    networks: Vec<ipnet::IpNet>,
    /// Hosts with one of the names that were asked for.
    named: HashSet<IpAddr>,
    any_host: bool,
    verdicts: Vec<Verdict>,
    findings: Vec<Finding>,
    endpoints: Vec<EndpointKind>,
    sensors: Vec<String>,
}

impl Filter {
    /// What the options ask for; names are looked up in the stores.
    pub(super) fn new(args: &FilterArgs, stores: &[Opened]) -> Self {
        let mut names = Vec::new();
        let mut networks = Vec::new();
        for host in &args.host {
            match host {
                HostFilter::Network(network) => networks.push(*network),
                HostFilter::Name(name) => names.push(name.as_str()),
            }
        }
        Self {
            networks,
            named: named(&names, stores),
            any_host: args.host.is_empty(),
            verdicts: args.verdict.clone(),
            findings: args.finding.clone(),
            endpoints: args.endpoint.clone(),
            sensors: args.sensor.clone(),
        }
    }

    /// Whether sessions of this profile were asked for.
    pub(super) fn wants(&self, profile: &Profile) -> bool {
        let like = &profile.like;
        let endpoint = like.exchange_online.map(|service| service.endpoint);
        let sensor = |asked: &String| **asked == *profile.sensor;
        asks(&self.verdicts, |verdict| *verdict == like.verdict)
            && asks(&self.findings, |finding| like.findings.contains(*finding))
            && asks(&self.endpoints, |asked| Some(*asked) == endpoint)
            && asks(&self.sensors, sensor)
            && (self.any_host || ends(like).any(|host| self.wants_host(host)))
    }

    fn wants_host(&self, host: IpAddr) -> bool {
        self.named.contains(&host) || self.networks.iter().any(|network| network.contains(&host))
    }
}

fn asks<T>(asked: &[T], fits: impl Fn(&T) -> bool) -> bool {
    asked.is_empty() || asked.iter().any(fits)
}

/// The ends that are a host of ours, or of nobody's the client.
fn ends(like: &Session) -> impl Iterator<Item = IpAddr> {
    let (client, server) = (like.client.ip, like.server.ip);
    let ends = match like.direction {
        Direction::Outbound | Direction::External => [Some(client), None],
        Direction::Inbound => [None, Some(server)],
        Direction::Internal => [Some(client), Some(server)],
    };
    ends.into_iter().flatten()
}

/// The hosts with one of these names, given in their sessions or told otherwise.
fn named(names: &[&str], stores: &[Opened]) -> HashSet<IpAddr> {
    let asked = |name: &str| names.iter().any(|asked| asked.eq_ignore_ascii_case(name));
    let mut found = HashSet::new();
    if names.is_empty() {
        return found;
    }
    for store in stores {
        let told = store.names.iter().filter(|told| asked(&told.name));
        found.extend(told.map(|told| told.ip));
        for profile in store.profiles.values() {
            let like = &profile.like;
            let party = match like.direction {
                Direction::Inbound => &like.server,
                _ => &like.client,
            };
            if party.domain.as_deref().is_some_and(asked) {
                found.insert(party.ip);
            }
        }
    }
    found
}
