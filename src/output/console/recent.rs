//! The sessions that were told last, all together and by host, within bounds that traffic cannot move.
//!
//! By host, a few sessions of each of the hosts that were heard of last are kept; hosts with something to act on
//! have places of their own, so that a thousand healthy machines do not push out the one that is looked for.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;

use crate::session::Session;
use crate::tally::internal_end;

/// Sessions kept, whoever's they are.
pub(super) const LATEST: usize = 500;
/// Sessions kept of a host.
pub(super) const OF_A_HOST: usize = 12;
/// Hosts kept that have something to act on.
pub(super) const HOSTS_WITH_FINDINGS: usize = 512;
/// Hosts kept that have not.
pub(super) const OTHER_HOSTS: usize = 128;

/// Sessions that were told last.
#[derive(Clone, Debug, Default)]
pub(super) struct Recent {
    /// Newest last.
    latest: VecDeque<Arc<Session>>,
    with_findings: Hosts,
    others: Hosts,
}

/// Sessions by host.
#[derive(Clone, Debug, Default)]
struct Hosts {
    hosts: BTreeMap<IpAddr, Of>,
    /// Counts sessions, to know which host was heard of last.
    told: u64,
}

/// Sessions of one host.
#[derive(Clone, Debug, Default)]
struct Of {
    sessions: VecDeque<Arc<Session>>,
    told: u64,
}

impl Recent {
    /// Keeps a session, in the place of the oldest.
    pub(super) fn note(&mut self, session: Arc<Session>) {
        if let Some((host, _)) = internal_end(&session) {
            let (hosts, bound) = if session.findings.is_empty() {
                (&mut self.others, OTHER_HOSTS)
            } else {
                (&mut self.with_findings, HOSTS_WITH_FINDINGS)
            };
            hosts.note(host, Arc::clone(&session), bound);
        }
        push(&mut self.latest, session, LATEST);
    }

    /// All, newest first.
    pub(super) fn latest(&self) -> impl Iterator<Item = &Session> {
        self.latest.iter().rev().map(|session| &**session)
    }

    /// Those of a host with these addresses, newest first.
    pub(super) fn of(&self, addresses: &[IpAddr]) -> Vec<&Session> {
        let mut sessions: Vec<&Session> = [&self.with_findings, &self.others]
            .into_iter()
            .flat_map(|hosts| addresses.iter().filter_map(|host| hosts.hosts.get(host)))
            .flat_map(|of| &of.sessions)
            .map(|session| &**session)
            .collect();
        sessions.sort_by_key(|session| std::cmp::Reverse((session.end, session.id)));
        sessions
    }
}

impl Hosts {
    fn note(&mut self, host: IpAddr, session: Arc<Session>, bound: usize) {
        if self.hosts.len() >= bound && !self.hosts.contains_key(&host) {
            self.forget_one();
        }
        self.told += 1;
        let of = self.hosts.entry(host).or_default();
        of.told = self.told;
        push(&mut of.sessions, session, OF_A_HOST);
    }

    /// Forgets the host that was heard of longest ago.
    fn forget_one(&mut self) {
        let oldest = self.hosts.iter().min_by_key(|(_, of)| of.told);
        if let Some(host) = oldest.map(|(host, _)| *host) {
            self.hosts.remove(&host);
        }
    }
}

fn push(sessions: &mut VecDeque<Arc<Session>>, session: Arc<Session>, bound: usize) {
    if sessions.len() >= bound {
        sessions.pop_front();
    }
    sessions.push_back(session);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::sample;
    use crate::tls::Version;

    fn told(host: u32, minute: u64, version: Version) -> Arc<Session> {
        let address = std::net::Ipv4Addr::from(0x0a00_0000 + host).to_string();
        Arc::new(sample::submission(&address, minute, version))
    }

    #[test]
    fn a_thousand_modern_hosts_leave_the_legacy_one_alone() {
        let mut recent = Recent::default();
        recent.note(told(1, 0, Version::TLS10));
        for host in 0..1_000 {
            recent.note(told(2 + host, 1, Version::TLS13));
        }
        assert_eq!(recent.of(&[IpAddr::from([10, 0, 0, 1])]).len(), 1);
        assert_eq!(recent.of(&[IpAddr::from([10, 0, 0, 2])]).len(), 0);
        assert_eq!(recent.of(&[IpAddr::from([10, 0, 3, 233])]).len(), 1);
        assert_eq!(recent.latest().count(), LATEST);
    }

    #[test]
    fn of_a_busy_host_the_newest_are_kept() {
        let mut recent = Recent::default();
        for minute in 0..100 {
            recent.note(told(1, minute, Version::TLS10));
        }
        let sessions = recent.of(&[IpAddr::from([10, 0, 0, 1])]);
        assert_eq!(sessions.len(), OF_A_HOST);
        assert_eq!(sessions[0], &*told(1, 99, Version::TLS10));
        assert_eq!(sessions[OF_A_HOST - 1], &*told(1, 88, Version::TLS10));
    }

    #[test]
    fn hosts_have_a_bound_whatever_they_do() {
        let mut recent = Recent::default();
        for host in 0..2_000 {
            recent.note(told(host, 0, Version::TLS10));
            recent.note(told(host, 1, Version::TLS13));
        }
        assert_eq!(recent.with_findings.hosts.len(), HOSTS_WITH_FINDINGS);
        assert_eq!(recent.others.hosts.len(), OTHER_HOSTS);
    }
}
