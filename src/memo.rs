//! A bounded memory of what a pure function has said, for input that repeats.
//!
//! Found by all the bytes that decide the answer, so nobody can tell whether it was worked out anew. Its hash is keyed: whoever
//! sends the bytes cannot choose where they go.

use std::hash::BuildHasher as _;
use std::mem;
use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashMap};

/// Answers in the younger half of a memory; the older half has as many at most.
const MAX_ANSWERS: usize = 512;
/// Longest input that is remembered, in bytes. What is longer is worked out each time.
const MAX_INPUT: usize = 4096;

/// Answers by their input: those asked for lately, and those before them.
#[derive(Debug)]
pub(crate) struct Memo<V> {
    young: HashMap<Box<[u8]>, V>,
    old: HashMap<Box<[u8]>, V>,
    input: Vec<u8>,
}

impl<V> Default for Memo<V> {
    fn default() -> Self {
        Self {
            young: HashMap::new(),
            old: HashMap::new(),
            input: Vec::new(),
        }
    }
}

impl<V: Clone> Memo<V> {
    /// The answer for the input that `outline` writes; `work_out` gives it if it is not remembered. Where `outline` gives up,
    /// nothing is remembered, nor is the answer `None`.
    pub(crate) fn recall(
        &mut self,
        outline: impl FnOnce(&mut Vec<u8>) -> Option<()>,
        work_out: impl FnOnce() -> Option<V>,
    ) -> Option<V> {
        self.input.clear();
        if outline(&mut self.input).is_none() || self.input.len() > MAX_INPUT {
            return work_out();
        }
        if let Some(answer) = self.young.get(self.input.as_slice()) {
            return Some(answer.clone());
        }
        let answer = match self.old.remove(self.input.as_slice()) {
            Some(answer) => answer,
            None => work_out()?,
        };
        if self.young.len() >= MAX_ANSWERS {
            self.old = mem::take(&mut self.young);
        }
        self.young
            .insert(self.input.as_slice().into(), answer.clone());
        Some(answer)
    }
}

/// Texts met lately, for those that come again to be held once. What comes but once costs little more than without.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    /// Each at the place that its hash gives it.
    places: Vec<Option<Arc<str>>>,
    seed: DefaultHashBuilder,
}

impl Texts {
    /// The text that these bytes are, if they are one; else what `clean` makes of them.
    pub(crate) fn share(&mut self, bytes: &[u8], clean: impl FnOnce() -> Arc<str>) -> Arc<str> {
        if self.places.is_empty() {
            self.places.resize(2 * MAX_ANSWERS, None);
        }
        let at = self.seed.hash_one(bytes) as usize % (2 * MAX_ANSWERS);
        let Some(place) = self.places.get_mut(at) else {
            return clean();
        };
        if let Some(known) = place
            && known.as_bytes() == bytes
        {
            return Arc::clone(known);
        }
        let text = clean();
        if text.as_bytes() == bytes {
            *place = Some(Arc::clone(&text));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_come_again_are_held_once() {
        let mut texts = Texts::default();
        let first = texts.share(b"mx.example.com", || "mx.example.com".into());
        let again = texts.share(b"mx.example.com", || unreachable!());
        assert!(Arc::ptr_eq(&first, &again));
        for _ in 0..2 {
            let cleaned = texts.share(b"a\0", || "a\u{fffd}".into());
            assert_eq!(&*cleaned, "a\u{fffd}");
        }
    }

    fn recall(memo: &mut Memo<u32>, number: u32) -> Option<u32> {
        let outline = |input: &mut Vec<u8>| {
            input.extend(number.to_be_bytes());
            Some(())
        };
        memo.recall(outline, || Some(number))
    }

    #[test]
    fn bounded_and_keeps_what_is_asked_for() {
        let mut memo = Memo::default();
        for number in 0..10_000 {
            assert_eq!(recall(&mut memo, number), Some(number));
            assert_eq!(recall(&mut memo, 7), Some(7));
        }
        assert!(memo.young.len() <= MAX_ANSWERS && memo.old.len() <= MAX_ANSWERS);
        let remembered = memo.recall(
            |input| {
                input.extend(7_u32.to_be_bytes());
                Some(())
            },
            || None,
        );
        assert_eq!(remembered, Some(7));
    }

    #[test]
    fn long_input_is_not_kept() {
        let mut memo = Memo::default();
        let long = |input: &mut Vec<u8>| {
            input.resize(MAX_INPUT + 1, 0);
            Some(())
        };
        assert_eq!(memo.recall(long, || Some(1)), Some(1));
        assert_eq!(memo.recall(long, || Some(2)), Some(2));
    }
}
