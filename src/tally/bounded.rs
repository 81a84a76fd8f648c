//! Bounds that do not depend on order.
//!
//! A bound that keeps what came first gives another answer for another order of files or number of workers. Here the
//! *smallest* values are kept, by their own order: whatever was once pushed out has enough smaller values before it for
//! good, so it never comes back, what stays has never been away, and a union of parts keeps exactly what the whole would.
//! The hosts of a tally are bounded the same way, by address.

use std::collections::BTreeSet;

/// The smallest values ever put in, up to a limit that every call names alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Smallest<T> {
    kept: BTreeSet<T>,
    gave_up: bool,
}

impl<T> Default for Smallest<T> {
    fn default() -> Self {
        Self {
            kept: BTreeSet::new(),
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
        self.kept.contains(value)
    }

    /// Puts in one value.
    pub fn insert(&mut self, value: T, limit: usize) {
        self.kept.insert(value);
        if self.kept.len() > limit {
            self.kept.pop_last();
            self.gave_up = true;
        }
    }

    /// Puts in what another one holds.
    pub fn merge(&mut self, other: Self, limit: usize) {
        self.gave_up |= other.gave_up;
        for value in other.kept {
            self.insert(value, limit);
        }
    }

    /// What was kept, smallest first.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.kept.iter()
    }

    /// Whether there were more different values than the limit.
    pub const fn gave_up(&self) -> bool {
        self.gave_up
    }
}

#[cfg(test)]
mod tests {
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
