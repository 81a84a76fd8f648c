//! One direction of a connection, and what is counted about it.

use crate::flow::Segment;
use crate::flow::reassembly::Direction;
use crate::flow::seq::{WINDOW, later};
use crate::flow::trace::{Need, is_near, later_end};

/// One direction with what is counted about it.
#[derive(Debug, Default)]
pub(super) struct Half {
    pub(super) stream: Direction,
    pub(super) seen: bool,
    /// Packets with payload were seen.
    pub(super) spoke: bool,
    /// Its first bytes were looked at.
    pub(super) words_heard: bool,
    pub(super) mac: Option<[u8; 6]>,
    /// Sequence number behind the last byte seen.
    pub(super) highest: Option<u32>,
    /// Highest acknowledgement that the other end sent for it.
    pub(super) acknowledged: Option<u32>,
    /// Nothing more is to be learned from this direction.
    pub(super) decided: bool,
    /// Sequence number of the first byte of TLS.
    pub(super) tls_start: Option<u32>,
    /// Segments with a good checksum were seen: a bad one is then not explained by offloading.
    pub(super) checksums_hold: bool,
    pub(super) corrupt: u32,
}

impl Half {
    #[inline]
    pub(super) fn note_acknowledged(&mut self, segment: &Segment) {
        if !self.decided && segment.has(Segment::ACK) {
            self.acknowledged = Some(match self.acknowledged {
                Some(before) => later(before, segment.ack),
                None => segment.ack,
            });
        }
    }

    /// No FIN is needed to know that bytes are missing at the end: what was acknowledged was sent, and so was what lies
    /// before a later sequence number.
    pub(super) fn end_where_told(&mut self, closed: bool) {
        let known = self.stream.next().or(self.stream.lowest_held());
        let Some(known) = known.filter(|_| !closed) else {
            return;
        };
        let told = [self.acknowledged, self.highest].into_iter().flatten();
        let furthest = told
            .filter(|end| self.stream.accepts(*end))
            .map(|end| end.wrapping_sub(known))
            .filter(|ahead| *ahead < WINDOW)
            .max();
        if let Some(ahead) = furthest {
            self.stream.end_at(known.wrapping_add(ahead));
        }
    }

    /// Moves on to the end of `segment`.
    #[inline]
    pub(super) fn note(&mut self, segment: &Segment) {
        self.seen = true;
        self.spoke |= segment.length > 0;
        if !is_near(self.highest, segment) {
            return;
        }
        self.highest = Some(match self.highest {
            Some(highest) => later_end(highest, segment),
            None => segment.seq.wrapping_add(segment.length),
        });
    }

    /// What of this direction must still be read; `closing`: one end has closed, or reset it; `full`: what was sent in
    /// answer to what is not noted any more.
    pub(super) const fn need(&self, closing: bool, full: bool) -> Need {
        if closing || self.highest.is_none() {
            Need::All
        } else if self.decided && full {
            Need::Nothing
        } else if self.decided {
            Need::Turns
        } else if self.mac.is_some() {
            Need::Payload
        } else {
            Need::All
        }
    }
}
