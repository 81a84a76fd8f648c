//! What is noted of packets that tell nothing new: kept beside the key, so that such a packet costs one look-up in the table and
//! the connection itself is not touched.

use super::Segment;
use crate::time::Timestamp;

/// How far a direction still has to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// Every packet.
    All,
    /// Packets with payload.
    Payload,
    /// None but those that end or restart the connection.
    Nothing,
}

/// The part of a connection that every packet moves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trace {
    /// Time of the latest packet.
    pub(super) last: Timestamp,
    /// By way: the sequence number behind the last byte seen; means something only where not [`Need::All`].
    pub(super) highest: [u32; 2],
    /// By way.
    pub(super) need: [Need; 2],
}

impl Trace {
    /// Of no connection.
    pub(super) const EMPTY: Self = Self {
        last: Timestamp(0),
        highest: [0; 2],
        need: [Need::All; 2],
    };

    /// Takes in a segment that need not be read; false if it must be.
    #[inline]
    pub(super) fn note(&mut self, segment: &Segment) -> bool {
        let way = segment.way.index();
        let ends = segment.flags & (Segment::SYN | Segment::FIN | Segment::RST) != 0;
        let suffices = match self.need[way] {
            Need::All => false,
            Need::Payload => segment.length == 0,
            Need::Nothing => true,
        };
        if ends || !suffices {
            return false;
        }
        self.last = self.last.max(segment.time);
        self.highest[way] = later_end(self.highest[way], segment);
        true
    }
}

/// The higher of `highest` and the end of `segment`, in sequence space.
#[inline]
pub(super) const fn later_end(highest: u32, segment: &Segment) -> u32 {
    let end = segment.seq.wrapping_add(segment.length);
    if end.wrapping_sub(highest) > 1 << 31 {
        highest
    } else {
        end
    }
}
