//! Address ranges as sorted flat arrays, for a lookup of a few nanoseconds.
//!
//! Lists overlap (the same range in sets 1 and 2, a /32 beside the set it repeats, blocks that GCC High and DoD share).
//! Building cuts them into segments that do not overlap, each with all its uses, so that one binary search answers.

use std::net::IpAddr;

use ipnet::IpNet;

use super::published::Role;
use crate::session::Instance;

/// What the addresses of a segment are for: one bit for each cloud.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Uses {
    pub(super) submission: Clouds,
    pub(super) mx: Clouds,
}

/// A set of clouds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Clouds(u8);

impl Clouds {
    const ALL: [Instance; 4] = [
        Instance::Worldwide,
        Instance::UsGovGccHigh,
        Instance::UsGovDod,
        Instance::China,
    ];

    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The cloud, if it is one.
    pub(super) const fn only(self) -> Option<Instance> {
        if self.0.is_power_of_two() {
            Some(Self::ALL[(self.0.trailing_zeros() % 4) as usize])
        } else {
            None
        }
    }
}

impl From<Instance> for Clouds {
    fn from(instance: Instance) -> Self {
        Self(1 << instance as u8)
    }
}

impl Uses {
    pub(super) fn new(instance: Instance, role: Role) -> Self {
        let cloud = Clouds::from(instance);
        let if_so = |so: bool| if so { cloud } else { Clouds::default() };
        Self {
            submission: if_so(role.submission),
            mx: if_so(role.mx),
        }
    }

    const fn and(self, other: Self) -> Self {
        Self {
            submission: self.submission.and(other.submission),
            mx: self.mx.and(other.mx),
        }
    }
}

/// All ranges of all lists, both address families.
#[derive(Clone, Debug, Default)]
pub(super) struct Ranges {
    v4: Flat<u32>,
    v6: Flat<u128>,
}

impl Ranges {
    pub(super) fn new(ranges: &[(IpNet, Uses)]) -> Self {
        let v4 = ranges.iter().filter_map(|(range, uses)| match range {
            IpNet::V4(range) => Some((range.network().into(), range.broadcast().into(), *uses)),
            IpNet::V6(_) => None,
        });
        let v6 = ranges.iter().filter_map(|(range, uses)| match range {
            IpNet::V6(range) => Some((range.network().into(), range.broadcast().into(), *uses)),
            IpNet::V4(_) => None,
        });
        Self {
            v4: Flat::new(&v4.collect::<Vec<_>>()),
            v6: Flat::new(&v6.collect::<Vec<_>>()),
        }
    }

    /// What `ip` is published for. An IPv4 address inside an IPv6 one is looked up as the IPv4 address it is: mapped
    /// (RFC 4291 section 2.5.5.2), or behind the well-known prefix of NAT64 (RFC 6052 section 2.1).
    #[inline]
    pub(super) fn find(&self, ip: IpAddr) -> Option<Uses> {
        match ip {
            IpAddr::V4(ip) => self.v4.find(ip.into()),
            IpAddr::V6(ip) => {
                let value = u128::from(ip);
                match value >> 32 {
                    MAPPED | NAT64 => self.v4.find(value as u32),
                    _ => self.v6.find(value),
                }
            }
        }
    }
}

/// ::ffff:0:0/96
const MAPPED: u128 = 0xffff;
/// 64:ff9b::/96
const NAT64: u128 = 0x0064_ff9b << 64;

/// Segments in rising order that do not overlap; `first`, `last` and `uses` run in parallel.
#[derive(Clone, Debug, Default)]
struct Flat<T> {
    first: Box<[T]>,
    last: Box<[T]>,
    uses: Box<[Uses]>,
}

impl<T: Copy + Ord + Successor> Flat<T> {
    fn new(ranges: &[(T, T, Uses)]) -> Self {
        let mut segments: Vec<(T, T, Uses)> = Vec::new();
        let cuts = cuts(ranges);
        for (at, first) in cuts.iter().enumerate() {
            let uses = uses_at(ranges, *first);
            if uses == Uses::default() {
                continue;
            }
            let last = end_of(ranges, *first, cuts.get(at + 1));
            match segments.last_mut() {
                Some(before) if before.2 == uses && before.1.successor() == Some(*first) => {
                    before.1 = last;
                }
                _ => segments.push((*first, last, uses)),
            }
        }
        Self {
            first: segments.iter().map(|segment| segment.0).collect(),
            last: segments.iter().map(|segment| segment.1).collect(),
            uses: segments.iter().map(|segment| segment.2).collect(),
        }
    }

    #[inline]
    fn find(&self, value: T) -> Option<Uses> {
        let after = self.first.partition_point(|first| *first <= value);
        let at = after.checked_sub(1)?;
        if *self.last.get(at)? < value {
            return None;
        }
        self.uses.get(at).copied()
    }
}

/// Where anything begins, or has just ended: rising, each once.
fn cuts<T: Copy + Ord + Successor>(ranges: &[(T, T, Uses)]) -> Vec<T> {
    let begins = ranges.iter().map(|range| range.0);
    let ended = ranges.iter().filter_map(|range| range.1.successor());
    let mut cuts: Vec<T> = begins.chain(ended).collect();
    cuts.sort_unstable();
    cuts.dedup();
    cuts
}

fn uses_at<T: Copy + Ord>(ranges: &[(T, T, Uses)], value: T) -> Uses {
    covering(ranges, value).fold(Uses::default(), |sum, range| sum.and(range.2))
}

/// The last value before the next cut; where there is no next cut, the end of what covers `first`.
fn end_of<T: Copy + Ord + Successor>(ranges: &[(T, T, Uses)], first: T, next: Option<&T>) -> T {
    match next.and_then(|next| next.predecessor()) {
        Some(last) => last,
        None => covering(ranges, first)
            .map(|range| range.1)
            .max()
            .unwrap_or(first),
    }
}

fn covering<T: Copy + Ord>(
    ranges: &[(T, T, Uses)],
    value: T,
) -> impl Iterator<Item = &(T, T, Uses)> {
    ranges
        .iter()
        .filter(move |range| range.0 <= value && value <= range.1)
}

/// The neighbours of an address, as far as there are any.
trait Successor: Sized {
    fn successor(self) -> Option<Self>;
    fn predecessor(self) -> Option<Self>;
}

impl Successor for u32 {
    fn successor(self) -> Option<Self> {
        self.checked_add(1)
    }
    fn predecessor(self) -> Option<Self> {
        self.checked_sub(1)
    }
}

impl Successor for u128 {
    fn successor(self) -> Option<Self> {
        self.checked_add(1)
    }
    fn predecessor(self) -> Option<Self> {
        self.checked_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::net::{Ipv4Addr, Ipv6Addr};

    const SUBMISSION: Role = Role {
        submission: true,
        mx: false,
    };

    fn uses(bits: u8) -> Uses {
        Uses {
            submission: Clouds(bits & 0xf),
            mx: Clouds(bits >> 4),
        }
    }

    #[test]
    fn the_ends_of_the_address_space() {
        let all: IpNet = "255.0.0.0/8".parse().unwrap();
        let top: IpNet = "ff00::/8".parse().unwrap();
        let ranges = Ranges::new(&[(all, uses(1)), (top, uses(2))]);
        assert_eq!(ranges.find(Ipv4Addr::BROADCAST.into()), Some(uses(1)));
        assert_eq!(ranges.find(Ipv4Addr::UNSPECIFIED.into()), None);
        assert_eq!(ranges.find(Ipv6Addr::from(u128::MAX).into()), Some(uses(2)));
        assert_eq!(Ranges::default().find(Ipv4Addr::LOCALHOST.into()), None);
    }

    #[test]
    fn ipv4_inside_ipv6_is_ipv4() {
        let range: IpNet = "52.96.0.0/14".parse().unwrap();
        let ranges = Ranges::new(&[(range, Uses::new(Instance::China, SUBMISSION))]);
        let found = |text: &str| ranges.find(text.parse().unwrap()).is_some();
        assert!(found("52.99.255.255") && found("::ffff:52.96.0.1") && found("64:ff9b::52.96.0.1"));
        assert!(!found("52.100.0.0") && !found("64:ff9b:1::52.96.0.1") && !found("::52.96.0.1"));
    }

    #[test]
    fn one_cloud_or_none() {
        for instance in Clouds::ALL {
            assert_eq!(Clouds::from(instance).only(), Some(instance));
        }
        assert_eq!(Clouds(0b11).only(), None);
        assert_eq!(Clouds(0).only(), None);
    }

    proptest! {
        /// The plain reading: go through all ranges and add up what covers the address.
        #[test]
        fn the_flat_form_answers_like_a_walk_through_the_list(
            list in prop::collection::vec((0u32..64, 26u8..=32, 1u8..=255), 0..24),
            high in any::<bool>(),
        ) {
            let base = if high { u32::MAX - 63 } else { 0x3460_0000 };
            let ranges: Vec<(IpNet, Uses)> = list
                .iter()
                .map(|(at, length, bits)| {
                    let net = ipnet::Ipv4Net::new((base + at).into(), *length).unwrap().trunc();
                    (IpNet::V4(net), uses(*bits))
                })
                .collect();
            let flat = Ranges::new(&ranges);
            for value in base.saturating_sub(3)..=base.saturating_add(66) {
                let ip = Ipv4Addr::from(value);
                let walked = ranges
                    .iter()
                    .filter(|(range, _)| range.contains(&IpAddr::V4(ip)))
                    .fold(Uses::default(), |sum, (_, one)| sum.and(*one));
                prop_assert_eq!(flat.find(ip.into()).unwrap_or_default(), walked, "{}", ip);
            }
        }
    }
}
