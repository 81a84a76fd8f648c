//! A connection between the same ports as one that goes on, for all that is known: its successor, if the ends agree, or
//! nothing at all.
//!
//! A SYN in the middle of a connection ends nothing: an end that gets one goes on, and asks the other what it knows
//! (RFC 9293 section 3.10.7.4, RFC 5961 section 4). So both are followed, each segment where its numbers are, until the
//! end that opened the later one and the end that answers have left the earlier one for it.

use super::seq::{distance, has_reached, is_further};
use super::trace::HOLE;
use super::{Connection, Segment, Way};
use crate::packet::PortSet;

/// The connection that may come behind another, and what speaks for it.
#[derive(Debug)]
pub(super) struct Successor {
    pub(super) connection: Box<Connection>,
    /// The tick of its last segment.
    pub(super) tick: u32,
    /// The way of its first segment.
    way: Way,
    /// The end that began it has sent more.
    went_on: bool,
    /// The other end has taken it up.
    answered: bool,
    /// The end that began it had been seen in the earlier connection.
    known: bool,
    /// It was, and goes on there.
    contested: bool,
}

/// Where a segment belongs that comes between the ports of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Belongs {
    /// To the connection.
    Here,
    /// To another one beside it.
    Beside,
    /// To one that comes after it: it is over.
    Behind,
}

/// Sequence numbers behind the last byte of each direction, as far as they are known.
pub(super) type Ends = [Option<u32>; 2];

impl Successor {
    /// A successor that begins with `segment`, which `connection` has not taken in yet; `known`: the earlier one shows
    /// the end that sent it. Where one tap comes behind the other, it may not.
    pub(super) const fn new(connection: Box<Connection>, segment: &Segment, known: bool) -> Self {
        Self {
            connection,
            tick: 0,
            way: segment.way,
            went_on: false,
            answered: false,
            known,
            contested: false,
        }
    }

    /// Takes in a segment of it.
    pub(super) fn take_in(&mut self, segment: &Segment, tick: u32, block: &[u8], ports: &PortSet) {
        self.tick = tick;
        if segment.way != self.way {
            self.answered = true;
        } else if segment.flags & (Segment::SYN | Segment::RST) == 0 {
            self.went_on = true;
        }
        self.connection.take_in(segment, block, ports);
    }

    /// Notes a segment of the earlier connection, of which this is known: the end that began this one does not go on with that.
    pub(super) fn note_other(&mut self, segment: &Segment, ends: Ends) {
        let [own, other] = [segment.way, segment.way.reversed()].map(|way| ends[way.index()]);
        let off = |end: Option<u32>, number| end.is_some_and(|end| is_further(HOLE, end, number));
        let late = own.is_some_and(|end| !has_reached(segment.seq, end));
        self.contested |= self.known
            && segment.way == self.way
            && segment.flags & (Segment::SYN | Segment::RST) == 0
            && segment.has(Segment::ACK)
            && !late
            && !off(own, segment.seq)
            && !off(other, segment.ack);
    }

    /// Whether `segment` answers its SYN.
    pub(super) fn is_answered_by(&self, segment: &Segment) -> bool {
        self.connection.is_answered_by(segment)
    }

    /// Whether the numbers of `segment` are nearer to this connection's than to those of the earlier one, of which
    /// `ends` are known. Numbers that are known of one of them only tell nothing.
    pub(super) fn is_nearer(&self, segment: &Segment, ends: Ends) -> bool {
        let own = self.connection.ends();
        let mut distances = [0, 0];
        for (way, number) in [
            (segment.way, Some(segment.seq)),
            (
                segment.way.reversed(),
                segment.has(Segment::ACK).then_some(segment.ack),
            ),
        ] {
            let known = number.zip(own[way.index()].zip(ends[way.index()]));
            if let Some((number, (own, other))) = known {
                distances[0] += u64::from(distance(own, number));
                distances[1] += u64::from(distance(other, number));
            }
        }
        distances[0] < distances[1]
    }

    /// Whether both ends have left the earlier connection for this one; `one_way`: the earlier one shows nothing of the end that
    /// would answer, and neither need this.
    pub(super) const fn is_proven(&self, one_way: bool) -> bool {
        self.went_on && !self.contested && (self.answered || one_way)
    }

    /// Whether it is nothing: the end that began it goes on with the earlier connection, and the other end does not
    /// know of this one.
    pub(super) const fn is_refuted(&self) -> bool {
        self.contested && !self.answered
    }

    /// The way of whoever answers it.
    pub(super) const fn way_of_answer(&self) -> Way {
        self.way.reversed()
    }
}
