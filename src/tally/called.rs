//! What internal hosts are called besides the names in their sessions: by DHCP, DNS, multicast, NetBIOS.
//!
//! Sets, bounded like everything in a tally ([`super::bounded`]): the order in which names were learned does not matter.

use std::net::IpAddr;
use std::sync::Arc;

use super::Limits;
use super::bounded::Smallest;
use super::shelf::Shelf;
use crate::names::{HostName, NameSource};

/// Names by host.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Called {
    hosts: Shelf<Smallest<(Arc<str>, NameSource)>>,
}

impl Called {
    /// Adds one name.
    pub(super) fn add(&mut self, host: &HostName, limits: &Limits) {
        if let Some(names) = self.hosts.entry(host.ip, limits.hosts) {
            names.insert((Arc::clone(&host.name), host.source), names_limit(limits));
        }
    }

    /// Adds what another one holds.
    pub(super) fn merge(&mut self, other: Self, limits: &Limits) {
        self.hosts.merge(other.hosts, limits.hosts, |ours, theirs| {
            ours.merge(theirs, names_limit(limits));
        });
    }

    /// The names of a host, and who said so.
    pub(super) fn of(&self, address: IpAddr) -> impl Iterator<Item = &(Arc<str>, NameSource)> {
        self.hosts
            .get(&address)
            .into_iter()
            .flat_map(Smallest::iter)
    }

    /// Whether a host is called more than is kept.
    pub(super) fn gave_up(&self, address: IpAddr) -> bool {
        self.hosts.get(&address).is_some_and(Smallest::gave_up)
    }

    /// How many hosts were called something that is not kept.
    pub(super) fn left_out(&self) -> u64 {
        self.hosts.left_out()
    }
}

/// One name may come from several sources.
const fn names_limit(limits: &Limits) -> usize {
    2 * limits.names
}
