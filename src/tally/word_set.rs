//! Sets of words, in two bytes each: every host has several.

use std::marker::PhantomData;

use crate::session::words::Word;

/// Members of a closed set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WordSet<W> {
    /// A bit for each member, in the order of the contract.
    members: u16,
    of: PhantomData<W>,
}

impl<W> Default for WordSet<W> {
    fn default() -> Self {
        Self {
            members: 0,
            of: PhantomData,
        }
    }
}

impl<W: Word> WordSet<W> {
    /// Adds one.
    pub(super) fn insert(&mut self, word: W) {
        const { assert!(W::EACH.len() <= u16::BITS as usize) };
        let place = W::EACH.iter().position(|known| *known == word);
        self.members |= place.map_or(0, |place| 1 << place);
    }

    /// Adds all of another.
    pub(super) fn merge(&mut self, other: Self) {
        self.members |= other.members;
    }

    /// What is in it, in the order of the contract.
    pub(super) fn iter(self) -> impl Iterator<Item = W> {
        let words = W::EACH.iter().enumerate();
        words.filter_map(move |(place, word)| (self.members >> place & 1 == 1).then_some(*word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Instance;

    #[test]
    fn members_come_once_and_in_order() {
        let mut set = WordSet::default();
        set.insert(Instance::China);
        let mut other = WordSet::default();
        other.insert(Instance::Worldwide);
        other.insert(Instance::China);
        set.merge(other);
        let members: Vec<_> = set.iter().collect();
        assert_eq!(members, [Instance::Worldwide, Instance::China]);
    }
}
