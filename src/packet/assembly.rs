//! One packet's fragments, until nothing is missing. Where two disagree, the first copy wins.

use std::ops::Range;

use super::datagram::{Datagram, Head, PREFIX};
use super::decoded::Addresses;
use super::fragment::Fragment;
use super::pieces::{MAX_PIECES, Pieces};
use crate::time::Timestamp;

/// What holding a packet costs beside its bytes, roughly.
const OVERHEAD: usize = 256;

/// Most fragments of one packet that bring something: those of the largest on links of 68 octets, the least that IPv4
/// allows (RFC 791 section 3.2), with 48 octets of data each.
const MAX_FRAGMENTS: usize = (65_535_usize - 20).div_ceil(48);

/// What fragments of one packet have in common.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Key {
    addresses: Addresses,
    /// IPv4 only (RFC 8200: fragments of one IPv6 packet may differ in it).
    protocol: Option<u8>,
    identification: u32,
}

impl Key {
    pub(super) const fn of(fragment: &Fragment) -> Self {
        Self {
            addresses: fragment.addresses,
            protocol: match fragment.addresses {
                Addresses::V4 { .. } => Some(fragment.protocol),
                Addresses::V6 { .. } => None,
            },
            identification: fragment.identification,
        }
    }
}

/// One packet's fragments.
#[derive(Debug)]
pub(super) struct Assembly {
    /// Its place in the order in which packets began.
    pub(super) number: u64,
    pub(super) began: Timestamp,
    pub(super) finished: bool,
    /// Room for addresses and header, then the payload as far as it reaches.
    buffer: Vec<u8>,
    pieces: Pieces,
    /// One per fragment that brought something.
    digests: Vec<u64>,
    /// Length of the payload, once the last fragment was seen.
    total: Option<u32>,
    /// The payload is known only up to here, because a capture cut a fragment.
    cut_at: u32,
    head: Option<Head>,
}

impl Assembly {
    /// Begins with nothing.
    pub(super) fn new(number: u64, began: Timestamp) -> Self {
        Self {
            number,
            began,
            finished: false,
            buffer: Vec::new(),
            pieces: Pieces::default(),
            digests: Vec::new(),
            total: None,
            cut_at: u32::MAX,
            head: None,
        }
    }

    /// Bytes that this takes.
    pub(super) fn cost(&self) -> usize {
        self.buffer.capacity() + (self.digests.capacity() + self.pieces.count()) * 8 + OVERHEAD
    }

    /// Fragments that it was made of so far.
    pub(super) fn fragments(&self) -> u64 {
        self.digests.len() as u64
    }

    /// Whether a fragment with this digest is in already.
    pub(super) fn holds(&self, digest: u64) -> bool {
        self.digests.contains(&digest)
    }

    /// Too many holes to go on, or too many fragments: each is compared with all before it.
    pub(super) fn is_shattered(&self) -> bool {
        let torn = self.pieces.count() > MAX_PIECES || self.digests.len() > MAX_FRAGMENTS;
        torn && !self.finished
    }

    /// Takes in what is new in a fragment; says whether it disagrees with what was there. `bytes` are those that were
    /// decoded, `digest` stands for the fragment from now on.
    pub(super) fn add(&mut self, bytes: &[u8], fragment: &Fragment, digest: u64) -> bool {
        self.digests.push(digest);
        if fragment.offset == 0 && self.head.is_none() {
            self.head = Some(Head::of(fragment, bytes));
        }
        let conflict = self.note_end(fragment);
        let range = fragment.offset..fragment.end().min(self.total.unwrap_or(u32::MAX));
        if range.is_empty() {
            return conflict;
        }
        conflict | self.fill(&range, fragment.data(bytes))
    }

    /// Copies what is missing of `range`; says whether the rest differs.
    fn fill(&mut self, range: &Range<u32>, data: &[u8]) -> bool {
        let mut conflict = false;
        for part in self.pieces.present(range) {
            let part = part.start..part.end.min(self.cut_at);
            conflict |= !self.agrees(&part, part_of(data, range.start, &part));
        }
        self.make_room(range.end);
        for part in self.pieces.missing(range) {
            self.copy(&part, part_of(data, range.start, &part));
        }
        self.pieces.add(range);
        conflict
    }

    /// The first fragment that calls itself the last decides the length.
    fn note_end(&mut self, fragment: &Fragment) -> bool {
        let end = fragment.end();
        match self.total {
            Some(total) => end > total || !fragment.more && end != total,
            None if fragment.more => false,
            None => {
                self.total = Some(end);
                self.pieces.end() > end
            }
        }
    }

    fn make_room(&mut self, end: u32) {
        let length = PREFIX + end as usize;
        if self.buffer.len() < length {
            self.buffer.resize(length, 0);
        }
    }

    /// Whether the bytes at `part`, as far as both are known, are `data`.
    fn agrees(&self, part: &Range<u32>, data: &[u8]) -> bool {
        let held = self
            .buffer
            .get(PREFIX + part.start as usize..)
            .unwrap_or_default();
        let known = part.end.saturating_sub(part.start) as usize;
        held.iter()
            .take(known)
            .zip(data)
            .all(|(held, new)| held == new)
    }

    /// Fills `part`; what the capture cut off of it stays unknown.
    fn copy(&mut self, part: &Range<u32>, data: &[u8]) {
        let room = PREFIX + part.start as usize..PREFIX + part.end as usize;
        let room = self.buffer.get_mut(room).unwrap_or_default();
        room.iter_mut().zip(data).for_each(|(to, from)| *to = *from);
        if data.len() < room.len() {
            self.cut_at = self.cut_at.min(part.start + data.len() as u32);
        }
    }

    /// The packet, if nothing is missing. Only the digests stay.
    pub(super) fn take_if_whole(&mut self) -> Option<Datagram> {
        let total = self.total.filter(|total| self.pieces.reaches(*total))?;
        let head = self.head?;
        self.finished = true;
        self.pieces = Pieces::default();
        let mut bytes = std::mem::take(&mut self.buffer);
        bytes.truncate(PREFIX + total.min(self.cut_at) as usize);
        Some(Datagram::new(&head, bytes, total))
    }
}

/// The part of a fragment's data, which begins at `offset`, that falls into `part`.
fn part_of<'a>(data: &'a [u8], offset: u32, part: &Range<u32>) -> &'a [u8] {
    let from = part.start.saturating_sub(offset) as usize;
    let to = (part.end.saturating_sub(offset) as usize).min(data.len());
    data.get(from..to).unwrap_or_default()
}
