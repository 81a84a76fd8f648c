//! What of a direction came early, and waits for its turn: parts in order and apart from each other, of which each byte
//! is that of its first copy.

use std::mem;

use crate::flow::seq::is_before;
use crate::time::Timestamp;

/// What a held segment costs besides its bytes.
const PART: usize = 64;

/// Parts that came early.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// In order, apart from each other.
    parts: Vec<Part<Box<[u8]>>>,
    bytes: usize,
    conflicts: u32,
}

/// `length` bytes of the stream from `seq` on, of which the first `bytes.len()` were captured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part<B> {
    pub(super) seq: u32,
    pub(super) length: u32,
    pub(super) time: Timestamp,
    pub(super) bytes: B,
}

impl Held {
    #[inline]
    pub(super) fn parts(&self) -> &[Part<Box<[u8]>>] {
        &self.parts
    }

    /// Bytes held, with what it costs to hold them.
    #[inline]
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Segments that brought held bytes again with other content.
    pub(super) const fn conflicts(&self) -> u32 {
        self.conflicts
    }

    /// Lets go of all parts.
    pub(super) fn forget(&mut self) {
        self.parts = Vec::new();
        self.bytes = 0;
    }

    /// Lets go of what begins before `seq`.
    pub(super) fn drop_before(&mut self, seq: u32) {
        self.parts.retain(|part| !is_before(part.seq, seq));
        self.bytes = self.parts.iter().map(Part::cost).sum();
    }

    /// All parts, of which the first may go on, each told by [`Self::let_go`]; then [`Self::take_back`] has the rest.
    #[inline]
    pub(super) fn lend(&mut self) -> Vec<Part<Box<[u8]>>> {
        mem::take(&mut self.parts)
    }

    /// A part that was lent goes on.
    #[inline]
    pub(super) fn let_go(&mut self, part: &Part<Box<[u8]>>) {
        self.bytes -= part.cost();
    }

    /// The parts that were lent, of which as many as are `gone` have gone on.
    #[inline]
    pub(super) fn take_back(&mut self, mut parts: Vec<Part<Box<[u8]>>>, gone: usize) {
        parts.drain(..gone);
        if parts.is_empty() {
            parts = Vec::new();
        }
        self.parts = parts;
    }

    /// Puts a part among the others, cut where they already have its bytes; false if they had all of them.
    pub(super) fn hold(&mut self, mut part: Part<&[u8]>) -> bool {
        let mut at = self
            .parts
            .partition_point(|held| !is_before(part.seq, held.end()));
        let mut brought = false;
        loop {
            let Some(held) = self.parts.get(at) else {
                self.insert(at, part);
                return true;
            };
            if !is_before(held.seq, part.end()) {
                self.insert(at, part);
                return true;
            }
            let begin = held.seq;
            if is_before(part.seq, begin) {
                let head = part.until(begin);
                self.insert(at, head);
                brought = true;
                at += 1;
                let Some(rest) = part.from(begin) else {
                    return true;
                };
                part = rest;
            }
            let Some(held) = self.parts.get(at) else {
                return true;
            };
            let end = held.end();
            if held.differs(&part) {
                self.conflicts = self.conflicts.saturating_add(1);
            }
            if self.make_way(at, &part) {
                brought = true;
                continue;
            }
            let Some(rest) = part.from(end) else {
                return brought;
            };
            part = rest;
            at += 1;
        }
    }

    /// Where a capture cut a held part and `part` has some of what is missing: leaves room for that. Says whether there
    /// was any.
    fn make_way(&mut self, at: usize, part: &Part<&[u8]>) -> bool {
        let Some(held) = self.parts.get(at).filter(|held| held.is_cut()) else {
            return false;
        };
        let (known, new, end) = (held.known_end(), part.known_end(), held.end());
        let from = if is_before(known, part.seq) {
            part.seq
        } else {
            known
        };
        let to = if is_before(new, end) { new } else { end };
        if !is_before(from, to) {
            return false;
        }
        let (seq, time) = (held.seq, held.time);
        if to != end {
            let rest = Part {
                seq: to,
                length: end.wrapping_sub(to),
                time,
                bytes: Box::default(),
            };
            self.parts.insert(at + 1, rest);
            self.bytes += PART;
        }
        if from == seq {
            self.parts.remove(at);
            self.bytes -= PART;
        } else if let Some(held) = self.parts.get_mut(at) {
            held.length = from.wrapping_sub(seq);
        }
        true
    }

    fn insert(&mut self, at: usize, part: Part<&[u8]>) {
        self.bytes += part.cost();
        let Part {
            seq,
            length,
            time,
            bytes,
        } = part;
        self.parts.insert(
            at,
            Part {
                seq,
                length,
                time,
                bytes: bytes.into(),
            },
        );
    }
}

impl<B: AsRef<[u8]>> Part<B> {
    pub(super) const fn end(&self) -> u32 {
        self.seq.wrapping_add(self.length)
    }

    /// Where its bytes end.
    fn known_end(&self) -> u32 {
        let captured = self.bytes.as_ref().len() as u32;
        self.seq.wrapping_add(captured.min(self.length))
    }

    /// Whether bytes of it are missing.
    fn is_cut(&self) -> bool {
        (self.bytes.as_ref().len() as u32) < self.length
    }

    /// Bytes of memory that it takes to hold it.
    #[inline]
    fn cost(&self) -> usize {
        self.bytes.as_ref().len() + PART
    }

    #[inline]
    pub(super) fn borrowed(&self) -> Part<&[u8]> {
        Part {
            seq: self.seq,
            length: self.length,
            time: self.time,
            bytes: self.bytes.as_ref(),
        }
    }

    /// Whether a byte that both hold differs.
    fn differs(&self, other: &Part<&[u8]>) -> bool {
        let from = if is_before(self.seq, other.seq) {
            other.seq
        } else {
            self.seq
        };
        let here = self
            .bytes
            .as_ref()
            .get(from.wrapping_sub(self.seq) as usize..);
        let there = other.bytes.get(from.wrapping_sub(other.seq) as usize..);
        let (Some(here), Some(there)) = (here, there) else {
            return false;
        };
        here.iter().zip(there).any(|(a, b)| a != b)
    }
}

impl<'a> Part<&'a [u8]> {
    /// What lies at or after `seq`, if anything does.
    pub(super) fn from(self, seq: u32) -> Option<Self> {
        if !is_before(self.seq, seq) {
            return Some(self);
        }
        if !is_before(seq, self.end()) {
            return None;
        }
        let known = seq.wrapping_sub(self.seq);
        let bytes = self.bytes.get(known as usize..).unwrap_or_default();
        Some(Self {
            seq,
            length: self.length - known,
            bytes,
            ..self
        })
    }

    /// What lies before `seq`, which is inside the part.
    fn until(self, seq: u32) -> Self {
        let length = seq.wrapping_sub(self.seq);
        let bytes: &'a [u8] = self.bytes.get(..length as usize).unwrap_or(self.bytes);
        Self {
            length,
            bytes,
            ..self
        }
    }
}
