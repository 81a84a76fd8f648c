//! Bounds that do not depend on order.
//!
//! A bound that keeps what came first gives another answer for another order of files or number of workers. Here the
//! *smallest* values are kept, by their own order: whatever was once pushed out has enough smaller values before it for
//! good, so it never comes back, what stays has never been away, and a union of parts keeps exactly what the whole would.
//! The hosts of a tally are bounded the same way, by address.

/// The smallest values ever put in, up to a limit that every call names alike. Made for few values, and for many of
/// itself: it takes no memory but theirs.
#[derive(Clone, Debug, PartialEq)]
pub struct Smallest<T> {
    /// In their order, each once.
    kept: Vec<T>,
    gave_up: bool,
}

impl<T> Default for Smallest<T> {
    fn default() -> Self {
        Self {
            kept: Vec::new(),
            gave_up: false,
        }
    }
}

impl<T: Ord> Smallest<T> {
    /// Whether it holds this value. Asking first saves a copy where most values come again.
    pub fn contains<Q: Ord + ?Sized>(&self, value: &Q) -> bool
    where
        T: std::borrow::Borrow<Q>,
    {
        let found = self
            .kept
            .binary_search_by(|known| known.borrow().cmp(value));
        found.is_ok()
    }

    /// Puts in one value.
    pub fn insert(&mut self, value: T, limit: usize) {
        let Err(place) = self.kept.binary_search(&value) else {
            return;
        };
        self.gave_up |= self.kept.len() >= limit;
        if place >= limit {
            return;
        }
        if self.kept.len() >= limit {
            self.kept.pop();
        }
        if self.kept.len() == self.kept.capacity() {
            // Most hosts have one of each thing: not room for four, as `Vec` would.
            self.kept.reserve_exact(self.kept.len().max(1));
        }
        self.kept.insert(place, value);
    }

    /// Puts in what another one holds.
    pub fn merge(&mut self, other: Self, limit: usize) {
        self.gave_up |= other.gave_up;
        for value in other.kept {
            self.insert(value, limit);
        }
    }

    /// What was kept, smallest first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &T> {
        self.kept.iter()
    }

    /// Whether there were more different values than the limit.
    pub const fn gave_up(&self) -> bool {
        self.gave_up
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Any split and order keep the same as sorting everything would.
        #[test]
        fn keeps_the_smallest(values in proptest::collection::vec(0u8..20, 0..40), cut in 0usize..40, limit in 0usize..10) {
            let filled = |values: &[u8]| {
                let mut kept = Smallest::default();
                for value in values {
                    kept.insert(*value, limit);
                }
                kept
            };
            let (left, right) = values.split_at(cut.min(values.len()));
            let mut merged = filled(right);
            merged.merge(filled(left), limit);
            prop_assert_eq!(&merged, &filled(&values));
            let distinct: BTreeSet<_> = values.into_iter().collect();
            prop_assert!(merged.iter().eq(distinct.iter().take(limit)));
            prop_assert_eq!(merged.gave_up(), distinct.len() > limit);
        }
    }
}
