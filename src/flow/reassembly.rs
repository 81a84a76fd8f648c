//! One direction of a TCP connection put in order (RFC 9293 section 3.4), whatever the network or the capture did.
//!
//! In order, nothing is copied: the caller's slice goes straight on. What comes early is held, within bounds, until the
//! missing bytes come, the bounds are reached or the connection ends; only then is the hole called a gap. Waiting costs
//! nothing but memory, and captures do show data after its own acknowledgement, so acknowledgements are not taken as
//! proof of a loss. The first copy of a byte wins; a later copy that differs is counted while both are at hand.

mod held;

use self::held::{Held, Part};
use super::seq::{WINDOW, is_near};
use crate::piece::Piece;
use crate::time::Timestamp;

/// Bytes held per direction while something before them is missing: as many as a sender may have on the way before it
/// hears of the loss and sends the missing ones again. How many all connections may hold is bounded besides
/// ([`super::Limits`]).
pub const MAX_HELD_BYTES: usize = 1024 * 1024;
/// Segments held per direction while something before them is missing.
pub const MAX_HELD_SEGMENTS: usize = 1024;
/// Bytes that a SYN may have with it.
pub(super) const MAX_SYN_DATA: u32 = 64 * 1024;
/// Without a SYN nobody knows which byte is first: so many segments are looked at before the lowest is taken.
pub const MAX_UNSYNCED_SEGMENTS: usize = 8;

/// The state of one direction.
#[derive(Debug, Default)]
pub struct Direction {
    next: u32,
    synced: bool,
    /// `first` was told by the other end.
    presumed: bool,
    first: Option<u32>,
    end: Option<u32>,
    duplicates: u32,
    trouble: Option<Box<Trouble>>,
}

/// What most directions never have.
#[derive(Debug, Default)]
struct Trouble {
    held: Held,
    gaps: u32,
    gap_bytes: u64,
}

/// What went wrong on the way, in one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Places where bytes are missing.
    pub gaps: u32,
    /// Bytes in those places.
    pub gap_bytes: u64,
    /// Segments that brought nothing new.
    pub duplicates: u32,
    /// Segments that brought known bytes again with other content, as far as both copies were at hand.
    pub conflicts: u32,
}

impl Direction {
    /// The SYN of this direction: its data starts at `first`. Ignored once bytes have gone on. Those that came before
    /// the SYN wait for [`Self::drain`].
    pub fn start_at(&mut self, first: u32) {
        let nothing_went_on = self.presumed && self.first == Some(self.next);
        if self.synced && !nothing_went_on {
            return;
        }
        self.presumed = false;
        self.start(first);
    }

    /// The other end's SYN acknowledges that of this direction, so its data starts at `first`, or with the SYN itself
    /// (RFC 7413).
    pub fn presume_start(&mut self, first: u32) {
        if !self.synced {
            self.presumed = true;
            self.start(first);
        }
    }

    /// Begins at `first` instead, with nothing that was held for where it began before.
    pub fn begin_at(&mut self, first: u32) {
        self.forget();
        self.first = Some(first);
        self.next = first;
    }

    /// Whether it is known where it begins, and nothing has gone on from there.
    pub fn is_at_start(&self) -> bool {
        self.first == self.next()
    }

    fn start(&mut self, first: u32) {
        self.first = Some(first);
        self.next = first;
        self.synced = true;
        if let Some(trouble) = &mut self.trouble {
            // Of a SYN that came late: what lies before its data is not of this stream.
            trouble.held.drop_before(first);
        }
    }

    /// The sequence number of its first byte, where a SYN tells.
    pub const fn first(&self) -> Option<u32> {
        self.first
    }

    /// Whether [`Self::first`] was told by the other end alone.
    pub const fn is_start_presumed(&self) -> bool {
        self.presumed
    }

    /// Whether a SYN with data up to `first` may have gone before, which is not the one that was seen.
    pub fn may_start_before(&self, seq: u32) -> bool {
        let ahead = self.first.map(|first| first.wrapping_sub(seq));
        self.presumed && ahead.is_some_and(|ahead| ahead < MAX_SYN_DATA)
    }

    /// The next sequence number expected, once anything is known.
    pub fn next(&self) -> Option<u32> {
        self.synced.then_some(self.next)
    }

    /// The lowest sequence number at hand, for a direction that has not started to hand on.
    pub fn lowest_held(&self) -> Option<u32> {
        self.held().first().map(|part| part.seq)
    }

    fn held(&self) -> &[Part<Box<[u8]>>] {
        self.trouble
            .as_deref()
            .map_or(&[], |trouble| trouble.held.parts())
    }

    fn trouble(&mut self) -> &mut Trouble {
        self.trouble.get_or_insert_default()
    }

    /// Whether all bytes up to the FIN have gone on.
    pub fn is_finished(&self) -> bool {
        self.synced && self.end == Some(self.next)
    }

    /// The FIN of this direction: its data ends before `end`.
    pub fn end_at(&mut self, end: u32) {
        self.end.get_or_insert(end);
    }

    /// Whether `seq` can belong to this direction.
    pub fn accepts(&self, seq: u32) -> bool {
        match (self.synced, self.held().first()) {
            (true, _) => is_near(seq, self.next),
            (false, Some(part)) => is_near(seq, part.seq),
            (false, None) => true,
        }
    }

    /// Bytes held back, with what it costs to hold them.
    pub const fn held_bytes(&self) -> usize {
        match &self.trouble {
            Some(trouble) => trouble.held.bytes(),
            None => 0,
        }
    }

    /// What went wrong so far.
    pub fn counts(&self) -> Counts {
        let trouble = self.trouble.as_deref();
        Counts {
            gaps: trouble.map_or(0, |trouble| trouble.gaps),
            gap_bytes: trouble.map_or(0, |trouble| trouble.gap_bytes),
            duplicates: self.duplicates,
            conflicts: trouble.map_or(0, |trouble| trouble.held.conflicts()),
        }
    }

    /// A segment: `bytes` were captured of `length` that were sent, the first at `seq`.
    #[inline]
    pub fn push(
        &mut self,
        seq: u32,
        bytes: &[u8],
        length: u32,
        time: Timestamp,
        sink: &mut (impl FnMut(Piece<'_>) + ?Sized),
    ) {
        if length == 0 {
            return;
        }
        let part = Part {
            seq,
            length,
            time,
            bytes,
        };
        if self.synced && seq == self.next && self.held().is_empty() {
            self.deliver(part, sink);
        } else if self.accepts(seq) {
            self.push_unordered(part, sink);
        }
    }

    /// Nothing more will come: hands on what is held, with its gaps.
    pub fn flush(&mut self, sink: &mut (impl FnMut(Piece<'_>) + ?Sized)) {
        while !self.held().is_empty() {
            self.skip_hole(sink);
            self.drain(sink);
        }
        let missing = self.end.map_or(0, |end| end.wrapping_sub(self.next));
        if self.synced && missing < WINDOW {
            self.gap(missing, sink);
        }
    }

    /// Lets go of everything held, for a direction that nobody reads any more.
    pub fn forget(&mut self) {
        if let Some(trouble) = &mut self.trouble {
            trouble.held.forget();
        }
    }

    fn push_unordered(&mut self, part: Part<&[u8]>, sink: &mut (impl FnMut(Piece<'_>) + ?Sized)) {
        let fresh = if self.synced {
            part.from(self.next)
        } else {
            Some(part)
        };
        match fresh {
            Some(fresh) if self.trouble().held.hold(fresh) => {}
            _ => self.duplicates = self.duplicates.saturating_add(1),
        }
        self.drain(sink);
        while self.is_over_bounds() {
            self.skip_hole(sink);
            self.drain(sink);
        }
    }

    fn is_over_bounds(&self) -> bool {
        let segments = if self.synced {
            MAX_HELD_SEGMENTS
        } else {
            MAX_UNSYNCED_SEGMENTS
        };
        self.held().len() > segments || self.held_bytes() > MAX_HELD_BYTES
    }

    /// Hands on the held parts that are next in line.
    pub fn drain(&mut self, sink: &mut (impl FnMut(Piece<'_>) + ?Sized)) {
        if !self.synced || self.held().is_empty() {
            return;
        }
        let mut ready = 0;
        let parts = self.trouble().held.lend();
        while let Some(part) = parts.get(ready).filter(|part| part.seq == self.next) {
            self.trouble().held.let_go(part);
            self.deliver(part.borrowed(), sink);
            ready += 1;
        }
        self.trouble().held.take_back(parts, ready);
    }

    /// Gives up on the bytes before the first held part.
    fn skip_hole(&mut self, sink: &mut (impl FnMut(Piece<'_>) + ?Sized)) {
        let Some(seq) = self.held().first().map(|part| part.seq) else {
            return;
        };
        if self.synced {
            self.gap(seq.wrapping_sub(self.next), sink);
        } else {
            self.synced = true;
            self.next = seq;
        }
    }

    #[inline]
    fn deliver(&mut self, part: Part<&[u8]>, sink: &mut (impl FnMut(Piece<'_>) + ?Sized)) {
        let captured = part.bytes.len() as u32;
        self.next = self.next.wrapping_add(captured.min(part.length));
        if captured > 0 {
            sink(Piece::Bytes(part.bytes, part.time));
        }
        if captured < part.length {
            self.gap(part.length - captured, sink);
        }
    }

    fn gap(&mut self, bytes: u32, sink: &mut (impl FnMut(Piece<'_>) + ?Sized)) {
        if bytes == 0 {
            return;
        }
        self.next = self.next.wrapping_add(bytes);
        let trouble = self.trouble();
        trouble.gaps = trouble.gaps.saturating_add(1);
        trouble.gap_bytes = trouble.gap_bytes.saturating_add(u64::from(bytes));
        sink(Piece::Gap(bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What came out: bytes joined, gaps as their length in `#` bytes.
    #[derive(Default)]
    struct Out(Vec<u8>);

    impl Out {
        fn sink(&mut self) -> impl FnMut(Piece<'_>) + '_ {
            |piece| match piece {
                Piece::Bytes(bytes, _) => self.0.extend_from_slice(bytes),
                Piece::Gap(length) => self.0.extend(vec![b'#'; length as usize]),
            }
        }

        fn text(&self) -> &str {
            std::str::from_utf8(&self.0).unwrap()
        }
    }

    fn run(start: Option<u32>, segments: &[(u32, &str)]) -> (Out, Counts) {
        let mut direction = Direction::default();
        let mut out = Out::default();
        if let Some(start) = start {
            direction.start_at(start);
        }
        for (seq, text) in segments {
            direction.push(
                *seq,
                text.as_bytes(),
                text.len() as u32,
                Timestamp(0),
                &mut out.sink(),
            );
        }
        direction.flush(&mut out.sink());
        (out, direction.counts())
    }

    #[test]
    fn orders_and_wraps() {
        let start = u32::MAX - 2;
        let (out, counts) = run(Some(start), &[(1, "efg"), (start, "abcd"), (4, "h")]);
        assert_eq!(out.text(), "abcdefgh");
        assert_eq!(counts, Counts::default());
    }

    #[test]
    fn the_first_copy_of_a_byte_wins() {
        let (out, counts) = run(Some(0), &[(2, "CD"), (0, "abcdef"), (4, "XX")]);
        assert_eq!(out.text(), "abCDef");
        assert_eq!((counts.conflicts, counts.duplicates), (1, 1));
    }

    /// Two taps, one of which cuts: what waits for its turn takes what either has.
    #[test]
    fn a_whole_copy_fills_a_cut_one_that_is_held() {
        let told = |late: &[(u32, &str, u32)]| {
            let mut direction = Direction::default();
            let mut out = Out::default();
            direction.start_at(0);
            for (seq, text, length) in late.iter().chain(&[(0, "ab", 2)]) {
                let (bytes, time) = (text.as_bytes(), Timestamp(0));
                direction.push(*seq, bytes, *length, time, &mut out.sink());
            }
            assert_eq!(direction.held_bytes(), 0);
            (out.text().to_owned(), direction.counts())
        };
        let whole = Counts::default();
        assert_eq!(
            told(&[(2, "c", 6), (2, "cdefgh", 6)]),
            ("abcdefgh".into(), whole)
        );
        assert_eq!(
            told(&[(2, "", 6), (2, "cdefgh", 6)]),
            ("abcdefgh".into(), whole)
        );
        assert_eq!(
            told(&[(2, "c", 6), (5, "fghi", 4), (3, "de", 2)]).0,
            "abcdefghi"
        );
        assert_eq!(told(&[(4, "e", 4), (2, "cdefgh", 6)]).0, "abcdefgh");
        assert_eq!(told(&[(4, "", 4), (2, "cdefghij", 8)]).0, "abcdefghij");
        assert_eq!(told(&[(4, "e", 4), (2, "c", 6)]).0, "abc#e###");
        let (text, counts) = told(&[(2, "c", 6), (4, "ef", 2)]);
        assert_eq!(
            (&text[..], counts.gaps, counts.gap_bytes),
            ("abc#ef##", 2, 3)
        );
        let (text, counts) = told(&[(2, "c", 6), (2, "cd", 6), (2, "c", 6)]);
        assert_eq!((&text[..], counts.duplicates), ("abcd####", 1));
    }

    #[test]
    fn a_hole_is_a_gap_only_at_the_end() {
        let (out, counts) = run(Some(10), &[(10, "ab"), (15, "f"), (14, "e")]);
        assert_eq!(out.text(), "ab##ef");
        assert_eq!((counts.gaps, counts.gap_bytes), (1, 2));
    }

    #[test]
    fn without_a_syn_the_lowest_is_first() {
        let (out, counts) = run(None, &[(7, "b"), (6, "a"), (8, "c")]);
        assert_eq!(out.text(), "abc");
        assert_eq!(counts.gaps, 0);
    }

    #[test]
    fn a_keep_alive_probe_brings_nothing() {
        // RFC 9293 section 3.8.4: one garbage byte below the next expected number.
        let (out, counts) = run(Some(0), &[(0, "abc"), (2, "\0"), (3, "d")]);
        assert_eq!(out.text(), "abcd");
        assert_eq!(counts.duplicates, 1);
    }

    #[test]
    fn a_cut_packet_leaves_a_gap() {
        let mut direction = Direction::default();
        let mut out = Out::default();
        direction.start_at(0);
        direction.push(0, b"abc", 6, Timestamp(0), &mut out.sink());
        direction.push(6, b"g", 1, Timestamp(0), &mut out.sink());
        assert_eq!(out.text(), "abc###g");
    }

    #[test]
    fn bounds_are_kept() {
        let mut direction = Direction::default();
        let mut out = Out::default();
        direction.start_at(0);
        for n in 0..10_000u32 {
            direction.push(10 + 2 * n, b"x", 1, Timestamp(0), &mut out.sink());
            assert!(direction.held().len() <= MAX_HELD_SEGMENTS);
        }
        direction.push(2_000_000_000, b"far", 3, Timestamp(0), &mut out.sink());
        assert!(!out.text().contains("far"));
    }

    #[test]
    fn bytes_lost_before_the_fin_are_told() {
        let mut direction = Direction::default();
        let mut out = Out::default();
        direction.start_at(0);
        direction.push(0, b"ab", 2, Timestamp(0), &mut out.sink());
        direction.end_at(5);
        assert!(!direction.is_finished());
        direction.flush(&mut out.sink());
        assert_eq!(out.text(), "ab###");
    }

    proptest! {
        /// Any cut, any order, any repetition of the same bytes gives the same stream.
        #[test]
        fn any_delivery_gives_the_same_stream(
            start in any::<u32>(),
            text in proptest::collection::vec(any::<u8>(), 1..400),
            cuts in proptest::collection::vec((0usize..400, 1usize..60), 0..40),
            order in any::<u64>(),
        ) {
            let mut pieces: Vec<(usize, usize)> =
                (0..text.len()).step_by(16).map(|at| (at, (at + 16).min(text.len()))).collect();
            pieces.extend(cuts.iter().filter(|(at, _)| *at < text.len())
                .map(|(at, length)| (*at, (at + length).min(text.len()))));
            let mut seed = order | 1;
            for n in (1..pieces.len()).rev() {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                pieces.swap(n, (seed >> 33) as usize % (n + 1));
            }
            let mut direction = Direction::default();
            let mut out = Out::default();
            direction.start_at(start);
            for (from, to) in pieces {
                let seq = start.wrapping_add(from as u32);
                direction.push(seq, &text[from..to], (to - from) as u32, Timestamp(0), &mut out.sink());
            }
            direction.flush(&mut out.sink());
            prop_assert_eq!(out.0, text);
            prop_assert_eq!(direction.counts().gaps, 0);
            prop_assert_eq!(direction.counts().conflicts, 0);
        }
    }
}
