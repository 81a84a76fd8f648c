//! Hosts of a report: one per address, or addresses put together that share a MAC address or a name.
//!
//! A MAC address is a host's own only on its own segment. Behind a router every packet bears the router's; so a MAC is taken
//! for a gateway's, and shown and merged for nobody, if it was seen
//!
//! - before packets of an external end, or
//! - before packets of internal hosts in more than [`SHARED`] networks of one host (an IPv4 address, or an IPv6 /64, as
//!   hosts change their IPv6 addresses within it).
//!
//! A router with fewer hosts behind it, and another way out, cannot be told from a host with several addresses. Names shared by
//! so many hosts, `localhost` and address literals are no host's own either.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::host::HostTally;
use super::{Limits, Tally};
use crate::session::record::Mac;
use crate::session::words::words;

/// What makes two addresses one host in the report (`--group-by`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GroupBy {
    /// Nothing: each address is a host.
    #[default]
    Address,
    /// A MAC address that is no gateway's.
    Mac,
    /// A name given in EHLO or HELO.
    Name,
}

words!(GroupBy {
    Address => "address",
    Mac => "mac",
    Name => "name",
});

/// What more hosts than this share is not their own.
pub const SHARED: usize = 3;

/// The MAC addresses that are gateways', as far as the tally can tell.
pub(super) fn gateways(tally: &Tally) -> BTreeSet<Mac> {
    // Of each the last network and the number of networks; hosts come by address, so one network's come together.
    let mut networks: BTreeMap<Mac, (IpAddr, usize)> = BTreeMap::new();
    for (address, host) in tally.hosts() {
        let network = network(address);
        for mac in host.macs() {
            let (last, count) = networks.entry(*mac).or_insert((network, 1));
            if *last != network {
                (*last, *count) = (network, *count + 1);
            }
        }
    }
    let shared = networks
        .into_iter()
        .filter_map(|(mac, (_, networks))| (networks > SHARED).then_some(mac));
    let routers = tally.routers.iter().map(|(mac, ())| mac);
    shared.chain(routers).collect()
}

/// What one host has for itself: its IPv4 address, or the /64 of its IPv6 addresses (RFC 7421, RFC 8981).
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) >> 64 << 64).into()),
    }
}

/// A host of the report: its addresses and what they did.
pub(super) type Group<'a> = (Vec<IpAddr>, Cow<'a, HostTally>);

/// The hosts of a tally. Whatever the order, the same groups: two addresses are together if a chain of shared marks joins them.
pub(super) fn grouped<'a>(
    tally: &'a Tally,
    by: GroupBy,
    gateways: &BTreeSet<Mac>,
) -> Vec<Group<'a>> {
    let marks = |host: &HostTally| match by {
        GroupBy::Address => Vec::new(),
        GroupBy::Mac => own_macs(host, gateways),
        GroupBy::Name => own_names(host),
    };
    let marked: Vec<_> = tally
        .hosts()
        .map(|(address, host)| (address, marks(&host), host))
        .collect();
    let usual = too_usual(&marked);
    let mut groups = Groups::default();
    for (address, marks, host) in marked {
        let marks = marks.into_iter().filter(|mark| !usual.contains(mark));
        groups.add(address, host, marks, &tally.limits);
    }
    groups.into_list()
}

fn own_macs(host: &HostTally, gateways: &BTreeSet<Mac>) -> Vec<String> {
    let own = host.macs().filter(|mac| !gateways.contains(mac));
    own.map(ToString::to_string).collect()
}

fn own_names(host: &HostTally) -> Vec<String> {
    let names = host.names().map(|name| name.to_ascii_lowercase());
    names.filter(|name| is_telling(name)).collect()
}

/// Not an address literal (RFC 5321 section 4.1.3), and not what every host calls itself.
fn is_telling(name: &str) -> bool {
    let bare = name.trim_matches(['[', ']']);
    !name.starts_with('[') && bare.parse::<IpAddr>().is_err() && !name.starts_with("localhost")
}

/// Marks of more than [`SHARED`] networks.
fn too_usual(marked: &[(IpAddr, Vec<String>, Cow<'_, HostTally>)]) -> BTreeSet<String> {
    let mut networks: BTreeMap<&String, BTreeSet<IpAddr>> = BTreeMap::new();
    for (address, marks, _) in marked {
        for mark in marks {
            networks.entry(mark).or_default().insert(network(*address));
        }
    }
    networks
        .into_iter()
        .filter_map(|(mark, networks)| (networks.len() > SHARED).then(|| mark.clone()))
        .collect()
}

/// Groups under way.
#[derive(Default)]
struct Groups<'a> {
    list: Vec<Place<'a>>,
    by_mark: BTreeMap<String, usize>,
}

/// A place in the list of groups.
#[expect(clippy::large_enum_variant, reason = "nearly all places are groups")]
enum Place<'a> {
    Group(Group<'a>),
    /// The group went into another, which is there or where that place says.
    Moved(usize),
}

impl<'a> Groups<'a> {
    /// Adds a host, and joins all groups that its marks lead to.
    fn add(
        &mut self,
        address: IpAddr,
        host: Cow<'a, HostTally>,
        marks: impl Iterator<Item = String>,
        limits: &Limits,
    ) {
        let own = self.list.len();
        self.list.push(Place::Group((vec![address], host)));
        for mark in marks {
            let other = *self.by_mark.entry(mark).or_insert(own);
            let other = self.root(other);
            if other != own {
                self.join(other, own, limits);
            }
        }
    }

    /// Where the group that was at `place` is now; the way there is short the next time.
    fn root(&mut self, place: usize) -> usize {
        let mut root = place;
        while let Some(Place::Moved(next)) = self.list.get(root) {
            root = *next;
        }
        let mut at = place;
        while let Some(Place::Moved(next)) = self.list.get_mut(at) {
            at = std::mem::replace(next, root);
        }
        root
    }

    /// Puts the group at `from` into that at `into`.
    fn join(&mut self, from: usize, into: usize, limits: &Limits) {
        let Some(place) = self.list.get_mut(from) else {
            return;
        };
        let Place::Group((addresses, host)) = std::mem::replace(place, Place::Moved(into)) else {
            return;
        };
        if let Some(Place::Group((all, merged))) = self.list.get_mut(into) {
            all.extend(addresses);
            merged.to_mut().merge(host.into_owned(), limits);
        }
    }

    fn into_list(self) -> Vec<Group<'a>> {
        let groups = self.list.into_iter().filter_map(|place| match place {
            Place::Group(group) => Some(group),
            Place::Moved(_) => None,
        });
        groups.collect()
    }
}
