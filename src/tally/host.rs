//! What is added up for one internal host.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use super::bound::Bound;
use super::bounded::Smallest;
use super::counts::{PerVersion, PerWord};
use super::own::Own;
use super::report::{Host, HostLimit, HostVerdict, InClear, NamedBy, NoVerdict};
use super::word_set::WordSet;
use super::{Limits, Role, Span};
use crate::names::NameSource;
use crate::session::record::Mac;
use crate::session::text::clip;
use crate::session::vendor::vendor;
use crate::session::{
    EndpointKind, Findings, Instance, Likely, LimitedBy, MAX_STRING, Outcome, Party, Session,
    Verdict,
};
use crate::tls::Version;

/// The word in `endpoints` for a server that is not Exchange Online (with `--to any`).
pub const OTHER_SERVER: &str = "other";

/// Where a name in a session comes from.
const HELLO: &str = "hello";

/// One internal host's sessions.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct HostTally {
    names: Smallest<Arc<str>>,
    macs: Smallest<Mac>,
    servers: Smallest<Arc<str>>,
    clients: Smallest<&'static str>,
    roles: WordSet<Role>,
    endpoints: WordSet<EndpointKind>,
    /// It was at a server that is not Exchange Online.
    elsewhere: bool,
    instances: WordSet<Instance>,
    pub(super) sessions: u64,
    versions: PerVersion,
    verdicts: PerWord<Verdict>,
    limited_by: PerWord<LimitedBy>,
    /// Of these, those of its sessions as a client.
    limits_as_client: WordSet<LimitedBy>,
    rejected: u64,
    /// Sessions whose mail was likely taken, and likely refused.
    delivered: u64,
    refused: u64,
    outcomes: WordSet<Outcome>,
    /// Who issued the certificates that were not Exchange Online's.
    intercepted_by: Smallest<Arc<str>>,
    offered_max: Option<Version>,
    /// Findings of its sessions as a client.
    as_client: Findings,
    /// Findings of its sessions as a server.
    as_server: Findings,
    span: Span,
    /// It is a client of Exchange Online.
    reaches_service: bool,
}

impl HostTally {
    /// Adds `count` sessions like this one, in which `own` is the host's.
    pub(super) fn add(&mut self, session: &Session, count: u64, own: Own, limits: &Limits) {
        self.sessions += count;
        self.roles.insert(own.role);
        self.versions.add(session.negotiated, count);
        self.verdicts.add(own.verdict, count);
        if session.outcome == Outcome::Rejected {
            self.rejected += count;
        }
        self.outcomes.insert(session.outcome);
        match session.exchange.map(|exchange| exchange.likely) {
            Some(Likely::Delivered) => self.delivered += count,
            Some(Likely::Refused) => self.refused += count,
            Some(Likely::Unknown) | None => {}
        }
        self.span.widen(session.start, session.end);
        if let Some(limited_by) = session.limited_by {
            self.limited_by.add(limited_by, count);
        }
        self.add_service(session);
        match own.role {
            Role::Client => {
                self.as_client.merge(own.findings);
                self.add_as_client(session, limits);
            }
            Role::Server => {
                self.as_server.merge(own.findings);
                self.add_party(&session.server, limits);
            }
        }
    }

    fn add_service(&mut self, session: &Session) {
        let Some(service) = session.exchange_online else {
            self.elsewhere = true;
            return;
        };
        self.endpoints.insert(service.endpoint);
        if let Some(instance) = service.instance {
            self.instances.insert(instance);
        }
    }

    /// Only a client's hello, fingerprint and choice of server are the host's own.
    fn add_as_client(&mut self, session: &Session, limits: &Limits) {
        self.add_party(&session.client, limits);
        self.reaches_service |= session.exchange_online.is_some();
        if let Some(limited_by) = session.limited_by {
            self.limits_as_client.insert(limited_by);
        }
        let offered = session.offer.as_ref().map(|offer| offer.max);
        self.offered_max = self.offered_max.max(offered);
        if let Some(name) = &session.server.domain
            && !self.servers.contains(&**name)
        {
            self.servers.insert(bounded(name), limits.servers);
        }
        if let Some(issuer) = session.intercepted_by()
            && !self.intercepted_by.contains(issuer)
        {
            let issuer = clip(issuer, MAX_STRING).into();
            self.intercepted_by.insert(issuer, limits.servers);
        }
        if let Some(client) = session.client_guess {
            self.clients.insert(client, limits.clients);
        }
    }

    fn add_party(&mut self, party: &Party, limits: &Limits) {
        if let Some(name) = &party.domain
            && !self.names.contains(&**name)
        {
            self.names.insert(bounded(name), limits.names);
        }
        if let Some(mac) = party.mac {
            self.macs.insert(Mac(mac), limits.macs);
        }
    }

    /// Adds what another tally holds of the same host.
    pub(super) fn merge(&mut self, other: Self, limits: &Limits) {
        self.names.merge(other.names, limits.names);
        self.macs.merge(other.macs, limits.macs);
        self.servers.merge(other.servers, limits.servers);
        self.clients.merge(other.clients, limits.clients);
        self.roles.merge(other.roles);
        self.endpoints.merge(other.endpoints);
        self.elsewhere |= other.elsewhere;
        self.instances.merge(other.instances);
        self.sessions += other.sessions;
        self.versions.merge(&other.versions);
        self.verdicts.merge(&other.verdicts);
        self.limited_by.merge(&other.limited_by);
        self.rejected += other.rejected;
        self.delivered += other.delivered;
        self.refused += other.refused;
        self.outcomes.merge(other.outcomes);
        self.intercepted_by
            .merge(other.intercepted_by, limits.servers);
        self.offered_max = self.offered_max.max(other.offered_max);
        self.limits_as_client.merge(other.limits_as_client);
        self.as_client.merge(other.as_client);
        self.as_server.merge(other.as_server);
        self.span.merge(other.span);
        self.reaches_service |= other.reaches_service;
    }

    /// The names it gave.
    pub(super) fn names(&self) -> impl ExactSizeIterator<Item = &Arc<str>> {
        self.names.iter()
    }

    /// The link-layer addresses that its packets came from.
    pub(super) fn macs(&self) -> impl ExactSizeIterator<Item = &Mac> {
        self.macs.iter()
    }

    /// The host as the report shows it; `None` if no session counts for it. `serves` says that it takes mail from
    /// internal clients.
    pub(super) fn report<'a>(
        &self,
        mut addresses: Vec<IpAddr>,
        serves: bool,
        gateways: &BTreeSet<Mac>,
        called: impl Iterator<Item = &'a (Arc<str>, NameSource)>,
    ) -> Option<Host> {
        let (classes, called): (Vec<_>, Vec<_>) =
            called.partition(|(_, source)| *source == NameSource::DhcpClass);
        let name_sources = self.all_names(called.into_iter());
        let classes: BTreeSet<_> = classes.into_iter().map(|(class, _)| class).collect();
        let (first_seen, last_seen) = (self.span.first?, self.span.last?);
        addresses.sort_unstable();
        let mut findings = self.as_client;
        findings.merge(self.as_server);
        let macs: Vec<Mac> = (self.macs())
            .filter(|mac| !gateways.contains(mac))
            .copied()
            .collect();
        Some(Host {
            host: *addresses.first()?,
            addresses,
            names: name_sources
                .iter()
                .map(|named| Arc::clone(&named.name))
                .collect(),
            name_sources,
            vendors: makers(&macs),
            classes: classes.into_iter().cloned().collect(),
            macs,
            roles: self.roles.iter().collect(),
            relay: serves && self.reaches_service,
            verdict: self.verdict(),
            findings: findings.iter().collect(),
            in_clear: InClear::of(self.verdict(), findings, self.outcomes),
            no_verdict: NoVerdict::of(
                self.verdict(),
                !self.roles.iter().any(|role| role == Role::Client),
                &self.versions,
                self.outcomes,
            ),
            as_client: self.as_client,
            as_server: self.as_server,
            limit_as_client: host_limit(self.limits_as_client.iter()),
            sessions: self.sessions,
            versions: self.versions,
            offered_max: self.offered_max,
            limited_by: host_limit(self.limits()),
            rejected: self.rejected,
            likely_delivered: self.delivered,
            likely_refused: self.refused,
            intercepted_by: self.intercepted_by.iter().cloned().collect(),
            endpoints: self.endpoints(),
            instances: self.instances.iter().collect(),
            servers: self.servers.iter().cloned().collect(),
            clients: self.clients.iter().copied().collect(),
            first_seen,
            last_seen,
        })
    }

    fn endpoints(&self) -> Vec<&'static str> {
        let elsewhere = self.elsewhere.then_some(OTHER_SERVER);
        let service = self.endpoints.iter().map(EndpointKind::name);
        elsewhere.into_iter().chain(service).collect()
    }

    /// The bounds of this host's lists that hold less than there was.
    pub(super) fn given_up(&self) -> impl Iterator<Item = Bound> {
        [
            (Bound::HostNames, self.names.gave_up()),
            (Bound::HostMacs, self.macs.gave_up()),
            (Bound::HostServers, self.servers.gave_up()),
            (Bound::HostClients, self.clients.gave_up()),
            (Bound::HostIssuers, self.intercepted_by.gave_up()),
        ]
        .into_iter()
        .filter_map(|(bound, reached)| reached.then_some(bound))
    }

    /// The host's own names, then the others; two that differ in case only are one.
    fn all_names<'a>(
        &self,
        called: impl Iterator<Item = &'a (Arc<str>, NameSource)>,
    ) -> Vec<NamedBy> {
        let own = self.names.iter().map(|name| (name, HELLO));
        let others = called.map(|(name, source)| (name, source.name()));
        let mut all: Vec<NamedBy> = Vec::with_capacity(own.len());
        for (name, source) in own.chain(others) {
            match all
                .iter_mut()
                .find(|known| known.name.eq_ignore_ascii_case(name))
            {
                Some(known) if known.sources.contains(&source) => {}
                Some(known) => known.sources.push(source),
                None => all.push(NamedBy {
                    name: Arc::clone(name),
                    sources: vec![source],
                }),
            }
        }
        all
    }

    /// The worst that was seen; sessions that tell nothing (`unknown`) decide only where there is nothing else.
    pub(super) fn verdict(&self) -> HostVerdict {
        let of = |verdict| self.verdicts.of(verdict);
        let others = of(Verdict::Weak) + of(Verdict::Plaintext) + of(Verdict::Modern);
        match (of(Verdict::Legacy), others) {
            (0, 0) => HostVerdict::Unknown,
            (0, _) if of(Verdict::Weak) > 0 => HostVerdict::Weak,
            (0, _) if of(Verdict::Plaintext) > 0 => HostVerdict::Plaintext,
            (0, _) => HostVerdict::Modern,
            (_, 0) => HostVerdict::Legacy,
            (_, _) => HostVerdict::Mixed,
        }
    }

    /// Who kept its versions down, whichever end it was.
    fn limits(&self) -> impl Iterator<Item = LimitedBy> {
        let counts = self.limited_by.iter();
        counts.filter_map(|(limit, count)| (count > 0).then_some(limit))
    }
}

/// All of them in one word.
fn host_limit(limits: impl Iterator<Item = LimitedBy>) -> Option<HostLimit> {
    limits.fold(None, |known, limit| {
        let limit = match limit {
            LimitedBy::Client => HostLimit::Client,
            LimitedBy::Server => HostLimit::Server,
        };
        match known {
            Some(known) if known != limit => Some(HostLimit::Both),
            _ => Some(limit),
        }
    })
}

/// A name with the bound that sessions promise, whoever made them.
fn bounded(name: &Arc<str>) -> Arc<str> {
    if name.len() <= MAX_STRING {
        return Arc::clone(name);
    }
    clip(name, MAX_STRING).into()
}

/// Who makes the cards, each maker once.
fn makers(macs: &[Mac]) -> Vec<&'static str> {
    let makers: BTreeSet<_> = macs.iter().filter_map(|mac| vendor(mac.0)).collect();
    makers.into_iter().collect()
}
