//! Which bytes of a stream were seen, as parts of it that are apart from each other.

use std::mem;
use std::ops::Range;

use crate::flow::seq::is_before;

/// Parts that are kept.
const MAX_PARTS: usize = 64;

/// Parts of the stream that were seen, in order and apart from each other: first byte, and behind the last.
#[derive(Debug)]
pub(super) enum Parts {
    /// None, or one: so it is where nothing is missing.
    Few(Option<(u32, u32)>),
    /// Several.
    Many(Box<Several>),
}

#[derive(Debug, Default)]
pub(super) struct Several(Vec<(u32, u32)>);

impl Parts {
    pub(super) fn all(&self) -> &[(u32, u32)] {
        match self {
            Self::Few(part) => part.as_slice(),
            Self::Many(parts) => &parts.0,
        }
    }

    pub(super) fn last_mut(&mut self) -> Option<&mut (u32, u32)> {
        match self {
            Self::Few(part) => part.as_mut(),
            Self::Many(parts) => parts.0.last_mut(),
        }
    }

    pub(super) fn forget_before(&mut self, seq: u32) {
        let cut = |part: &mut (u32, u32)| {
            if is_before(part.0, seq) {
                part.0 = seq;
            }
            is_before(part.0, part.1)
        };
        match self {
            Self::Few(part) => {
                part.take_if(|part| !cut(part));
            }
            Self::Many(parts) => parts.0.retain_mut(cut),
        }
    }

    /// Adds a part that may touch others, or lie apart from them; false if there were more than are kept.
    pub(super) fn add(&mut self, mut from: u32, mut to: u32) -> bool {
        let mut parts = self.take();
        let first = parts.partition_point(|part| is_before(part.1, from));
        let behind = parts.partition_point(|part| !is_before(to, part.0));
        if let Some(touched) = parts.get(first..behind) {
            for part in touched {
                from = if is_before(part.0, from) {
                    part.0
                } else {
                    from
                };
                to = if is_before(to, part.1) { part.1 } else { to };
            }
        }
        replace(&mut parts, first..behind.max(first), (from, to));
        let fits = parts.len() <= MAX_PARTS;
        parts.truncate(MAX_PARTS);
        *self = Self::from(parts);
        fits
    }

    fn take(&mut self) -> Vec<(u32, u32)> {
        match mem::take(self) {
            Self::Few(part) => part.into_iter().collect(),
            Self::Many(parts) => parts.0,
        }
    }
}

impl Default for Parts {
    fn default() -> Self {
        Self::Few(None)
    }
}

impl From<Vec<(u32, u32)>> for Parts {
    fn from(parts: Vec<(u32, u32)>) -> Self {
        match *parts {
            [] => Self::Few(None),
            [one] => Self::Few(Some(one)),
            _ => Self::Many(Box::new(Several(parts))),
        }
    }
}

/// Puts `item` in the place of those in `range`.
pub(super) fn replace<T>(list: &mut Vec<T>, range: Range<usize>, item: T) {
    match list.get_mut(range.start) {
        Some(first) if !range.is_empty() => {
            *first = item;
            list.drain(range.start + 1..range.end);
        }
        _ => list.insert(range.start, item),
    }
}
