//! Which parts of a whole are there: disjoint ranges in order.

use std::ops::Range;

/// Most separate parts of one whole; in order, or nearly so, there are never more than a few.
pub(super) const MAX_PIECES: usize = 256;

/// Disjoint, non-touching ranges in order.
#[derive(Clone, Default, Debug)]
pub(super) struct Pieces(Vec<Range<u32>>);

impl Pieces {
    /// How many separate parts there are.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// Whether everything up to `end` is there.
    pub(super) fn reaches(&self, end: u32) -> bool {
        self.0
            .first()
            .is_some_and(|first| first.start == 0 && first.end >= end)
    }

    /// Where the last part ends.
    pub(super) fn end(&self) -> u32 {
        self.0.last().map_or(0, |last| last.end)
    }

    /// Those parts of `range` that are there.
    pub(super) fn present(&self, range: &Range<u32>) -> Vec<Range<u32>> {
        (self.0.iter())
            .map(|piece| piece.start.max(range.start)..piece.end.min(range.end))
            .filter(|part| !part.is_empty())
            .collect()
    }

    /// Those parts of `range` that are not.
    pub(super) fn missing(&self, range: &Range<u32>) -> Vec<Range<u32>> {
        let mut missing = Vec::new();
        let mut from = range.start;
        for part in self.present(range) {
            missing.push(from..part.start);
            from = part.end;
        }
        missing.push(from..range.end);
        missing.retain(|part| !part.is_empty());
        missing
    }

    /// Adds `range`, joining what it touches.
    pub(super) fn add(&mut self, range: &Range<u32>) {
        let first = self.0.partition_point(|piece| piece.end < range.start);
        let behind = self.0.partition_point(|piece| piece.start <= range.end);
        let touched = self.0.get(first..behind).unwrap_or_default();
        let start = touched
            .first()
            .map_or(range.start, |piece| piece.start.min(range.start));
        let end = touched
            .last()
            .map_or(range.end, |piece| piece.end.max(range.end));
        self.0.splice(first..behind, std::iter::once(start..end));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn joins_what_touches() {
        let mut pieces = Pieces::default();
        for range in [8..16, 24..32, 40..48] {
            pieces.add(&range);
        }
        assert_eq!(pieces.present(&(12..26)), [12..16, 24..26]);
        assert_eq!(pieces.missing(&(0..44)), [0..8, 16..24, 32..40]);
        pieces.add(&(16..24));
        assert_eq!((pieces.count(), pieces.end()), (2, 48));
        pieces.add(&(0..9));
        assert!(pieces.reaches(32) && !pieces.reaches(33));
    }

    proptest! {
        /// A set of numbers is the model.
        #[test]
        fn is_a_set(ranges in prop::collection::vec((0u32..100, 1u32..20), 1..20), look in (0u32..100, 0u32..30)) {
            let mut pieces = Pieces::default();
            let mut model = std::collections::BTreeSet::new();
            for (start, length) in ranges {
                pieces.add(&(start..start + length));
                model.extend(start..start + length);
            }
            let look = look.0..look.0 + look.1;
            let flat = |parts: Vec<Range<u32>>| parts.into_iter().flatten().collect::<Vec<_>>();
            prop_assert_eq!(flat(pieces.present(&look)), look.clone().filter(|n| model.contains(n)).collect::<Vec<_>>());
            prop_assert_eq!(flat(pieces.missing(&look)), look.filter(|n| !model.contains(n)).collect::<Vec<_>>());
            prop_assert!(pieces.0.windows(2).all(|pair| pair[0].end < pair[1].start));
        }
    }
}
