//! The last few of many, each once: the oldest goes first.

use std::collections::{HashSet, VecDeque};
use std::hash::Hash;

/// The last `MOST` of what was noted.
#[derive(Debug)]
pub(super) struct Latest<T, const MOST: usize> {
    known: HashSet<T>,
    order: VecDeque<T>,
}

impl<T, const MOST: usize> Default for Latest<T, MOST> {
    fn default() -> Self {
        Self {
            known: HashSet::new(),
            order: VecDeque::new(),
        }
    }
}

impl<T: Clone + Eq + Hash, const MOST: usize> Latest<T, MOST> {
    /// Takes one in; false if it is among them already, where it keeps its place.
    pub(super) fn note(&mut self, one: T) -> bool {
        if !self.known.insert(one.clone()) {
            return false;
        }
        self.order.push_back(one);
        if self.order.len() > MOST
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }

    /// Whether it is among them.
    pub(super) fn contains(&self, one: &T) -> bool {
        self.known.contains(one)
    }

    /// Whether none was noted.
    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_first() {
        let mut latest = Latest::<u32, 100>::default();
        assert!(latest.is_empty());
        for n in 0..110 {
            assert!(latest.note(n));
            assert!(!latest.note(n));
        }
        assert!(!latest.contains(&9));
        assert!(latest.contains(&10));
        assert!(latest.contains(&109));
        assert_eq!((latest.known.len(), latest.order.len()), (100, 100));
    }
}
