//! How full the kernel's ring is, which the kernel does not tell.
//!
//! A packet that was stamped before a look at the clock, and is taken from the ring after it, was in the ring at that
//! look. So the bytes of all such packets together are what the ring held then. Blocks that the kernel has not handed
//! on yet (they are for a tenth of a second at most) are not seen, and what the kernel keeps beside a packet is known
//! only about ([`BESIDE`]): the figure is an estimate.

use std::time::{Duration, Instant};

use crate::time::Timestamp;
use crate::wall_clock;

/// Bytes that a packet takes in a TPACKET_V3 ring beside its own: its header, the address it came from, and alignment
/// (`linux/if_packet.h`).
const BESIDE: u64 = 88;
/// The most of the last one to two of these is what the ring held lately.
const LATELY: Duration = Duration::from_secs(10);

/// Looks at how full the ring is, one time after the other.
#[derive(Debug, Default)]
pub(super) struct Fill {
    /// When it was looked at; `None` between two looks.
    at: Option<Timestamp>,
    /// What was found so far that had been there then.
    bytes: u64,
    /// The most that was found.
    most: u64,
}

impl Fill {
    /// Looks at the clock, if the last look has come to its end.
    pub(super) fn look(&mut self) {
        self.at.get_or_insert_with(wall_clock::now);
    }

    /// A packet of `captured` bytes was taken.
    #[inline]
    pub(super) fn packet(&mut self, time: Timestamp, captured: usize) {
        if self.at.is_some_and(|at| time <= at) {
            self.bytes += captured as u64 + BESIDE;
        } else if self.at.is_some() {
            self.end();
        }
    }

    /// What there was has been taken, or newer packets have come.
    pub(super) fn end(&mut self) {
        self.most = self.most.max(self.bytes);
        self.bytes = 0;
        self.at = None;
    }

    /// The most since the last time that this was asked.
    pub(super) fn most(&mut self) -> u64 {
        std::mem::take(&mut self.most).max(self.bytes)
    }
}

/// The most of a while.
#[derive(Debug)]
pub(super) struct Lately {
    begun: Instant,
    now: u64,
    before: u64,
}

impl Lately {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            begun: now,
            now: 0,
            before: 0,
        }
    }

    /// Takes a figure in; the most of late.
    pub(super) fn note(&mut self, figure: u64, now: Instant) -> u64 {
        if now - self.begun >= LATELY {
            self.begun = now;
            self.before = std::mem::take(&mut self.now);
        }
        self.now = self.now.max(figure);
        self.now.max(self.before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_stamped_before_the_look_was_in_the_ring() {
        let mut fill = Fill {
            at: Some(Timestamp(1_000)),
            ..Fill::default()
        };
        for time in [700, 900, 1_000, 1_001, 1_002] {
            fill.packet(Timestamp(time), 100);
        }
        assert_eq!((fill.most(), fill.at), (3 * (100 + BESIDE), None));
        assert_eq!(fill.most(), 0);
    }

    #[test]
    fn a_look_goes_on_until_the_ring_is_empty() {
        let mut fill = Fill::default();
        fill.look();
        let at = fill.at;
        for _ in 0..3 {
            fill.look();
            fill.packet(Timestamp(1), 100);
        }
        assert_eq!((fill.most(), fill.at), (3 * (100 + BESIDE), at));
        fill.end();
        assert_eq!((fill.most(), fill.at), (3 * (100 + BESIDE), None));
    }

    #[test]
    fn the_most_is_forgotten_after_a_while() {
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        let mut lately = Lately::new(start);
        let found = [(0, 7), (9, 3), (10, 2), (19, 1), (20, 1), (30, 0)];
        let most = found.map(|(second, figure)| lately.note(figure, after(second)));
        assert_eq!(most, [7, 7, 7, 7, 2, 1]);
    }
}
