//! A bounded table of what was told lately: the oldest goes first, and is counted.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;

use crate::session::asked::AskedName;

/// Entries held.
const ENTRIES: usize = 65_536;
/// Bytes of names and aliases held, each counted wherever it is used.
const BYTES: usize = 8 << 20;
/// Names held for one key.
const NAMES: usize = 16;

/// Whom it was told (`None`: anybody), and which address.
pub(super) type Key = (Option<IpAddr>, IpAddr);

/// A name told for an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) asked: AskedName,
    pub(super) rank: u8,
    /// Names that it is an alias for, each by its mark.
    aliases: Option<Arc<[u64]>>,
    /// Forward time until which it counts, nanoseconds.
    until: u64,
    /// Grows with every time something is told.
    number: u64,
}

impl Told {
    pub(super) const fn new(asked: AskedName, rank: u8, until: u64) -> Self {
        Self {
            asked,
            rank,
            aliases: None,
            until,
            number: 0,
        }
    }

    /// The same, as an alias for these names, each by its mark.
    pub(super) fn with_aliases(self, aliases: Option<Arc<[u64]>>) -> Self {
        Self { aliases, ..self }
    }

    /// Whether it is an alias for the name of this mark.
    pub(super) fn is_alias_for(&self, mark: u64) -> bool {
        let aliases = self.aliases.as_deref().unwrap_or_default();
        aliases.contains(&mark)
    }

    /// Bytes held for it besides itself.
    fn bytes(&self) -> usize {
        let alias_for = self.asked.alias_for.as_deref().unwrap_or_default();
        self.asked.name.len()
            + alias_for.len()
            + self
                .aliases
                .as_ref()
                .map_or(0, |aliases| size_of_val(&**aliases))
    }
}

/// What was told lately.
#[derive(Debug, Default)]
pub(super) struct Recent {
    told: HashMap<Key, Vec<Told>>,
    /// By number; entries that are gone, or were told again, are passed over.
    order: VecDeque<(u64, Key)>,
    entries: usize,
    bytes: usize,
    next: u64,
    given_up: u64,
}

impl Recent {
    /// Puts in what was told at `clock`.
    pub(super) fn note(&mut self, key: Key, mut told: Told, clock: u64) {
        self.next += 1;
        told.number = self.next;
        self.order.push_back((told.number, key));
        self.make_room(&key, &told, clock);
        self.entries += 1;
        self.bytes += told.bytes();
        self.told.entry(key).or_default().push(told);
        while self.entries > ENTRIES || self.bytes > BYTES {
            self.give_up_oldest();
        }
        self.trim_order();
    }

    /// What counts for `key` at `clock`.
    pub(super) fn live(&self, key: &Key, clock: u64) -> impl Iterator<Item = &Told> {
        let all = self.told.get(key).map(Vec::as_slice).unwrap_or_default();
        all.iter().filter(move |told| told.until > clock)
    }

    /// The newest of the highest rank.
    pub(super) fn best(&self, key: &Key, clock: u64) -> Option<&Told> {
        self.live(key, clock)
            .max_by_key(|told| (told.rank, told.number))
    }

    /// Entries that went though they still counted.
    pub(super) const fn given_up(&self) -> u64 {
        self.given_up
    }

    /// Takes out what `told` replaces, what no longer counts, and the least of too many.
    fn make_room(&mut self, key: &Key, told: &Told, clock: u64) {
        self.remove(key, |old| {
            old.asked.name == told.asked.name || old.until <= clock
        });
        let list = self.told.get(key).map(Vec::as_slice).unwrap_or_default();
        if list.len() >= NAMES
            && let Some(least) = list.iter().map(|old| (old.rank, old.number)).min()
        {
            self.given_up += 1;
            self.remove(key, |old| (old.rank, old.number) == least);
        }
    }

    fn remove(&mut self, key: &Key, goes: impl Fn(&Told) -> bool) -> usize {
        let Some(list) = self.told.get_mut(key) else {
            return 0;
        };
        let (before, mut bytes) = (list.len(), 0);
        list.retain(|told| {
            let goes = goes(told);
            bytes += if goes { told.bytes() } else { 0 };
            !goes
        });
        let removed = before - list.len();
        if list.is_empty() {
            self.told.remove(key);
        }
        self.entries -= removed;
        self.bytes -= bytes;
        removed
    }

    fn give_up_oldest(&mut self) {
        while let Some((number, key)) = self.order.pop_front() {
            if self.remove(&key, |told| told.number == number) > 0 {
                self.given_up += 1;
                return;
            }
        }
    }

    /// Forgets places of entries that are gone once they are the greater part.
    fn trim_order(&mut self) {
        if self.order.len() < 1024 || self.order.len() < 2 * self.entries {
            return;
        }
        let told = &self.told;
        self.order.retain(|(number, key)| {
            told.get(key)
                .is_some_and(|list| list.iter().any(|told| told.number == *number))
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u32) -> Key {
        (None, IpAddr::V4(n.into()))
    }

    fn told(name: &str, rank: u8) -> Told {
        Told::new(name.into(), rank, u64::MAX)
    }

    #[test]
    fn the_oldest_goes_first_and_is_counted() {
        let mut recent = Recent::default();
        for n in 0..ENTRIES as u32 + 10 {
            recent.note(key(n), told("a.example", 0), 0);
            recent.note(key(0), told("kept.example", 0), 0);
        }
        assert_eq!(recent.entries, ENTRIES);
        assert_eq!(
            recent.best(&key(0), 0).unwrap().asked.name.as_ref(),
            "kept.example"
        );
        assert!(recent.best(&key(5), 0).is_none());
        assert!(recent.best(&key(ENTRIES as u32 + 9), 0).is_some());
        assert!(recent.given_up() >= 10);
        assert!(recent.order.len() <= 2 * ENTRIES + 2);
        let bytes: usize = recent
            .told
            .values()
            .flatten()
            .map(|told| told.asked.name.len())
            .sum();
        assert_eq!(recent.bytes, bytes);
    }

    #[test]
    fn names_of_one_address_are_bounded_and_the_best_stay() {
        let mut recent = Recent::default();
        recent.note(key(1), told("smtp.example", 1), 0);
        for n in 0..100 {
            recent.note(key(1), told(&format!("www{n}.example"), 0), 0);
        }
        assert_eq!(recent.entries, NAMES);
        assert_eq!(
            recent.best(&key(1), 0).unwrap().asked.name.as_ref(),
            "smtp.example"
        );
    }
}
