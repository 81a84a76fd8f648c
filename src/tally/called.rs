//! What internal hosts are called besides the names in their sessions: by DHCP, DNS, multicast, NetBIOS.
//!
//! Sets, bounded like everything in a tally ([`super::bounded`]): the order in which names were learned does not matter.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use super::Limits;
use super::bounded::Smallest;
use crate::names::{HostName, NameSource};

/// Names by host.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Called {
    hosts: BTreeMap<IpAddr, Smallest<(Arc<str>, NameSource)>>,
}

impl Called {
    /// Adds one name.
    pub(super) fn add(&mut self, host: &HostName, limits: &Limits) {
        if let Some(names) = self.host(host.ip, limits) {
            names.insert((Arc::clone(&host.name), host.source), names_limit(limits));
        }
    }

    /// Adds what another one holds.
    pub(super) fn merge(&mut self, other: Self, limits: &Limits) {
        for (address, theirs) in other.hosts {
            if let Some(ours) = self.host(address, limits) {
                ours.merge(theirs, names_limit(limits));
            }
        }
    }

    /// The names of a host, and who said so.
    pub(super) fn of(&self, address: IpAddr) -> impl Iterator<Item = &(Arc<str>, NameSource)> {
        self.hosts
            .get(&address)
            .into_iter()
            .flat_map(Smallest::iter)
    }

    fn host(
        &mut self,
        address: IpAddr,
        limits: &Limits,
    ) -> Option<&mut Smallest<(Arc<str>, NameSource)>> {
        if self.hosts.len() >= limits.hosts && !self.hosts.contains_key(&address) {
            let (highest, _) = self.hosts.last_key_value()?;
            if address > *highest {
                return None;
            }
            self.hosts.pop_last();
        }
        Some(self.hosts.entry(address).or_default())
    }
}

/// One name may come from several sources.
const fn names_limit(limits: &Limits) -> usize {
    2 * limits.names
}
