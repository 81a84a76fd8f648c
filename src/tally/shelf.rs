//! What is kept of each of many hosts or routers, up to a bound: of more, those with the lowest addresses ([`super::bounded`]
//! says why these), and how many others there were.

use std::collections::BTreeMap;
use std::hash::Hash;
use std::net::IpAddr;

use super::distinct::Distinct;

/// Something for each host, or for each of what has addresses of another kind. Boxed: the map's nodes stand half empty.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shelf<T, Address = IpAddr> {
    kept: BTreeMap<Address, Box<T>>,
    left_out: Distinct,
}

impl<T, Address> Default for Shelf<T, Address> {
    fn default() -> Self {
        Self {
            kept: BTreeMap::new(),
            left_out: Distinct::default(),
        }
    }
}

impl<T: Default, Address: Copy + Ord + Hash> Shelf<T, Address> {
    /// What is kept of a host, of at most `limit` hosts; `None` if it is not one of them.
    pub(super) fn entry(&mut self, address: Address, limit: usize) -> Option<&mut T> {
        if self.kept.len() >= limit && !self.kept.contains_key(&address) {
            let last = self.kept.last_entry().filter(|last| address < *last.key());
            let Some(last) = last else {
                self.left_out.note(address);
                return None;
            };
            self.left_out.note(last.remove_entry().0);
        }
        Some(self.kept.entry(address).or_default())
    }

    /// Adds what another one holds, host by host.
    pub(super) fn merge(&mut self, other: Self, limit: usize, mut join: impl FnMut(&mut T, T)) {
        self.left_out.merge(&other.left_out);
        for (address, theirs) in other.kept {
            if let Some(ours) = self.entry(address, limit) {
                join(ours, *theirs);
            }
        }
    }
}

impl<T, Address: Copy + Ord> Shelf<T, Address> {
    /// What is kept of a host.
    pub(super) fn get(&self, address: &Address) -> Option<&T> {
        self.kept.get(address).map(Box::as_ref)
    }

    /// All that is kept, by address.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Address, &T)> {
        self.kept
            .iter()
            .map(|(address, kept)| (*address, kept.as_ref()))
    }

    /// How many hosts there were of which not all is kept; many are an estimate.
    pub(super) fn left_out(&self) -> u64 {
        self.left_out.count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_addresses_stay_and_the_others_are_counted() {
        let address = |number: u8| IpAddr::from([10, 0, 0, number]);
        let mut shelf = Shelf::<u32>::default();
        for number in [5, 3, 9, 1, 9, 5] {
            if let Some(count) = shelf.entry(address(number), 2) {
                *count += 1;
            }
        }
        let kept: Vec<_> = shelf.iter().collect();
        assert_eq!(kept, [(address(1), &1), (address(3), &1)]);
        assert_eq!(shelf.left_out(), 2);
    }
}
