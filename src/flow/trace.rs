//! What is noted of packets that tell nothing new: kept beside the key, so that such a packet costs one look-up in the table and
//! the connection itself is not touched.

use super::seq::{self, WINDOW, ahead, has_reached, is_further, later};
use super::{Segment, Way};
use crate::time::{SECOND, Timestamp};

/// How far a direction still has to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// Every packet.
    All,
    /// Packets with payload.
    Payload,
    /// Packets that begin a turn, and whatever is not next in line.
    Turns,
    /// None but those that end or restart the connection, or show that bytes are missing.
    Nothing,
    /// None but one that opens another connection: this one is of no interest.
    Opening,
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
    /// By way: the last packet with payload acknowledged everything up to `highest` of the other way. What follows it with the
    /// same acknowledgement tells nothing new.
    pub(super) same_turn: [bool; 2],
    /// Its place stays as long without a packet as that of one that is followed, though it was dismissed.
    pub(super) lasting: bool,
}

impl Trace {
    /// Of no connection.
    pub(super) const EMPTY: Self = Self {
        last: Timestamp(0),
        highest: [0; 2],
        need: [Need::All; 2],
        same_turn: [false; 2],
        lasting: false,
    };

    /// Takes in a segment that need not be read; false if it must be.
    #[inline]
    pub(super) fn note(&mut self, segment: &Segment) -> bool {
        if !self.suffices(segment) {
            return false;
        }
        if self.is_dismissed() {
            self.last = self.last.max(segment.time);
            return true;
        }
        if segment.length > 0 {
            self.same_turn[1 - segment.way.index()] = false;
        }
        self.note_copy(segment);
        true
    }

    /// Whether `segment` need not be read.
    #[inline]
    pub(super) const fn suffices(&self, segment: &Segment) -> bool {
        let ends = segment.flags & (Segment::SYN | Segment::FIN | Segment::RST) != 0;
        let passed = match self.need[segment.way.index()] {
            Need::All => false,
            Need::Opening => return !segment.has(Segment::SYN),
            Need::Payload => segment.length == 0,
            Need::Turns => self.goes_on(segment),
            Need::Nothing => self.is_no_step(segment),
        };
        passed && !ends
    }

    /// Takes in a segment of a connection of which everything is known.
    #[inline]
    pub(super) fn note_copy(&mut self, segment: &Segment) {
        let way = segment.way.index();
        self.last = self.last.max(segment.time);
        if !segment.has(Segment::SYN) {
            self.highest[way] = later_end(self.highest[way], segment);
        }
    }

    /// Only a SYN tells from now on that a packet is not of this connection.
    pub(super) const fn dismiss(&mut self) {
        self.need = [Need::Opening; 2];
    }

    /// Whether the connection was dismissed.
    pub(super) const fn is_dismissed(&self) -> bool {
        matches!(self.need, [Need::Opening, Need::Opening])
    }

    /// Whether `segment` is the next of its turn, or brings nothing.
    #[inline]
    const fn goes_on(&self, segment: &Segment) -> bool {
        let way = segment.way.index();
        let next = segment.seq == self.highest[way];
        let same = self.same_turn[way] && segment.ack == self.highest[1 - way];
        next && (segment.length == 0 || (same && segment.has(Segment::ACK)))
            && self.is_near(segment)
    }

    /// Whether `segment` brings bytes, or stands where they end.
    #[inline]
    const fn is_no_step(&self, segment: &Segment) -> bool {
        let next = segment.seq == self.highest[segment.way.index()];
        (next || segment.length > 0) && self.is_near(segment)
    }

    /// Whether it stays within the same 2^30 numbers: the connection must see every step that is larger, to count bytes.
    #[inline]
    const fn is_near(&self, segment: &Segment) -> bool {
        let end = segment.seq.wrapping_add(segment.length);
        (end ^ self.highest[segment.way.index()]) >> 30 == 0
    }

    /// Whether both numbers of `segment` are far from all that is `known` of this connection by way, which is `over` or
    /// silent: then the SYNs of another connection are not in the capture.
    pub(super) fn is_foreign_to(
        &self,
        segment: &Segment,
        over: bool,
        known: [Option<u32>; 2],
    ) -> bool {
        let far = |way: Way, number| known[way.index()].is_some_and(|known| is_far(known, number));
        let silent = over || segment.time.since(self.last) > SILENCE;
        silent
            && segment.has(Segment::ACK)
            && far(segment.way, segment.seq)
            && far(segment.way.reversed(), segment.ack)
    }

    /// Whether `segment` is of a later connection than the one that is over and whose first sequence numbers were `first`.
    pub(super) const fn is_succeeded_by(&self, first: [u32; 2], segment: &Segment) -> bool {
        let way = segment.way.index();
        if segment.has(Segment::SYN) {
            return opens_another(first, !self.is_dismissed(), segment);
        }
        // Of one that was dismissed no numbers are kept: only a SYN tells.
        segment.length > 0
            && !self.is_dismissed()
            && is_outside(first[way], self.highest[way], segment)
    }
}

/// Bytes that an end may have sent where all of it comes late: a message, and no more than can be told from chance.
pub(super) const LATE_WAY_WINDOW: u32 = 64 * 1024 * 1024;
/// Sequence numbers by which a SYN that arrives late may lie before the first bytes seen, or what was acknowledged first.
pub(super) const LATE_SYN_WINDOW: u32 = 64 * 1024;
/// Nanoseconds without a packet after which numbers that are far away are another connection's, and not those of a copy
/// that a firewall has numbered anew.
pub(super) const SILENCE: u64 = 10 * SECOND;

/// Whether `segment` can belong to the direction that has come to `highest`, by its number.
#[inline]
pub(super) fn is_near(highest: Option<u32>, segment: &Segment) -> bool {
    highest.is_none_or(|highest| seq::is_near(segment.seq, highest))
}

/// Whether `segment`, a SYN, opens another connection than the one whose directions begin at `first`. An answer to the
/// SYN of that one is of that one, whatever number it begins at itself: whoever answers without keeping state has
/// another number for each copy of a SYN. Once it is `over`, the SYN was another one with the same number.
pub(super) const fn opens_another(first: [u32; 2], over: bool, segment: &Segment) -> bool {
    let way = segment.way.index();
    let answers = segment.has(Segment::ACK) && segment.ack == first[1 - way];
    first[way] != segment.seq.wrapping_add(1) && (over || !answers)
}

/// What is known of the sequence numbers of a direction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    /// Of its first byte, by its own SYN, as long as it is read.
    pub(super) first: Option<u32>,
    /// Behind the last byte seen, or acknowledged.
    pub(super) end: Option<u32>,
}

/// Whether `segment`, no SYN, cannot be of the connection of which this is `known` of its own direction and of the
/// other (RFC 9293 section 3.4), however many packets are missing: what an earlier connection between the same ports
/// had under way, or what another one at the same time sends, as on both sides of a proxy that keeps the addresses.
pub(super) fn is_stray(segment: &Segment, [own, other]: [Known; 2]) -> bool {
    // A keep-alive stands one before. Numbers come around in what is longer.
    let before = |known: Known, number: u32| {
        known.first.zip(known.end).is_some_and(|(first, end)| {
            let from = first.wrapping_sub(1);
            end.wrapping_sub(from) < WINDOW && !has_reached(number, from)
        })
    };
    if before(own, segment.seq) {
        return true;
    }
    if !segment.has(Segment::ACK) {
        let far = |end| is_further(LATE_WAY_WINDOW, end, segment.seq);
        return segment.has(Segment::RST) && own.end.is_some_and(far);
    }
    let Some(end) = own.end else {
        // The other end has sent its SYN, and no more than may be with it.
        let acknowledged = other.first.map(|first| segment.ack.wrapping_sub(first));
        return acknowledged.is_some_and(|bytes| bytes > LATE_SYN_WINDOW);
    };
    // Where a firewall numbers one direction anew, the other's numbers hold.
    let far = |end| is_further(HOLE, end, segment.ack);
    is_further(HOLE, end, segment.seq) && (other.end.is_some_and(far) || before(other, segment.ack))
}

/// Sequence numbers by which a reset may stand before what is known of its sender: it may answer what the other end had
/// sent before (RFC 9293 section 3.10.7.1).
const LATE_RESET: u32 = 64 * 1024;

/// Where a FIN or an RST stands, by what is known of its direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stand {
    /// Where its sender may have come to.
    Near,
    /// Where it has come to if the capture has lost very much.
    Ahead,
    /// Where its sender was long ago, or never.
    Elsewhere,
}

/// Where `segment`, with FIN or RST, stands, if `known` are the ends of what was seen of its direction, and
/// acknowledged. An end believes a reset only at the number that it expects (RFC 9293 section 3.10.7.4, RFC 5961
/// section 3); a capture misses some of what the end has, so no more than that can be asked for here.
pub(super) fn stand(segment: &Segment, known: [Option<u32>; 2]) -> Stand {
    let is_reset = segment.has(Segment::RST);
    let number = segment.seq.wrapping_add(segment.length);
    // What its sender has acknowledged since stands behind a FIN that was sent again.
    let before = if is_reset { LATE_RESET } else { 1 };
    let near = |known: u32| number.wrapping_sub(known.wrapping_sub(before)) <= HOLE + before;
    let ahead = |known: u32| number.wrapping_sub(known) < WINDOW;
    let known = || known.into_iter().flatten();
    if known().next().is_none() || known().any(near) {
        Stand::Near
    } else if !is_reset && known().all(ahead) {
        Stand::Ahead
    } else {
        Stand::Elsewhere
    }
}

/// Bytes that are never missing of both directions at once, of which one has no more than replies.
pub(super) const HOLE: u32 = 1024 * 1024;

/// Whether `number` is far from `known`, to either side.
const fn is_far(known: u32, number: u32) -> bool {
    is_further(LATE_WAY_WINDOW, known, number)
}

/// Whether `segment` begins further than a FIN's number behind the end of its direction.
pub(super) const fn is_beyond(end: u32, segment: &Segment) -> bool {
    matches!(ahead(end, segment.seq), Some(2..))
}

/// Whether `segment` begins before the `first` byte of its direction (a keep-alive stands one before it) or further
/// than a FIN's number behind its end.
const fn is_outside(first: u32, end: u32, segment: &Segment) -> bool {
    let from = first.wrapping_sub(1);
    segment.seq.wrapping_sub(from) > end.wrapping_sub(from).wrapping_add(1)
}

/// The higher of `highest` and the end of `segment`, in sequence space.
#[inline]
pub(super) const fn later_end(highest: u32, segment: &Segment) -> u32 {
    later(highest, segment.seq.wrapping_add(segment.length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::FlowKey;
    use crate::packet::Addresses;

    fn segment(seq: u32, length: u32, flags: u8) -> Segment {
        let addresses = Addresses::V4 {
            source: [10, 0, 0, 1],
            destination: [52, 96, 0, 1],
        };
        let (key, way) = FlowKey::new(&addresses, 40_000, 587);
        Segment {
            key,
            way,
            flags,
            header_length: 20,
            seq,
            ack: 0,
            header: 0,
            captured: length,
            length,
            source_mac: Segment::NO_MAC,
            destination_mac: Segment::NO_MAC,
            checkable: false,
            origin: 0,
            time: Timestamp(u64::from(length)),
            clock: 0,
        }
    }

    fn trace(need: Need, highest: u32) -> Trace {
        Trace {
            highest: [highest; 2],
            need: [need; 2],
            ..Trace::EMPTY
        }
    }

    #[test]
    fn what_ends_or_restarts_a_connection_is_never_passed_over() {
        let mut trace = trace(Need::Nothing, 5);
        for flag in [Segment::SYN, Segment::FIN, Segment::RST] {
            assert!(!trace.note(&segment(5, 10, flag | Segment::ACK)));
        }
        assert!(trace.note(&segment(5, 10, Segment::ACK)));
        assert_eq!(trace.last, Timestamp(10));
    }

    #[test]
    fn only_bare_acknowledgements_pass_while_payload_is_wanted() {
        let mut trace = trace(Need::Payload, 5);
        assert!(trace.note(&segment(5, 0, Segment::ACK)));
        assert!(!trace.note(&segment(5, 1, Segment::ACK)));
        assert!(!super::tests::trace(Need::All, 5).note(&segment(5, 0, Segment::ACK)));
    }

    /// Whatever its numbers, of which none are kept: what is passed over does not open another connection.
    #[test]
    fn only_a_syn_succeeds_a_connection_that_was_dismissed() {
        let trace = trace(Need::Opening, 0);
        for seq in [1, 5, 1 << 30, 1 << 31, u32::MAX] {
            let payload = segment(seq, 10, Segment::ACK);
            assert!(trace.suffices(&payload));
            assert!(!trace.is_succeeded_by([7; 2], &payload));
            assert!(trace.is_succeeded_by([7; 2], &segment(seq, 0, Segment::SYN)));
        }
    }

    /// RFC 9293 section 3.4: sequence numbers are compared modulo 2^32.
    #[test]
    fn the_highest_byte_moves_on_over_the_wrap_and_never_back() {
        let first = segment(u32::MAX - 9, 20, Segment::ACK);
        assert_eq!(later_end(u32::MAX - 9, &first), 10);
        assert_eq!(later_end(10, &segment(u32::MAX - 9, 15, Segment::ACK)), 10);
    }

    /// The connection counts bytes beyond what 32 bits can, so it must see each quarter of the numbers go by.
    #[test]
    fn a_step_over_a_quarter_of_all_numbers_is_never_passed_over() {
        let mut trace = trace(Need::Nothing, (1 << 30) - 10);
        assert!(trace.note(&segment((1 << 30) - 10, 9, Segment::ACK)));
        assert!(!trace.note(&segment((1 << 30) - 1, 9, Segment::ACK)));
    }

    fn known(first: Option<u32>, end: u32) -> Known {
        Known {
            first,
            end: Some(end),
        }
    }

    /// RFC 9293 section 3.4: nobody sends, or acknowledges, what lies before the SYN.
    #[test]
    fn numbers_from_before_the_syn_are_of_another_connection() {
        for first in [1000, 5, 1 << 31, u32::MAX] {
            let [own, other] = [known(Some(first), first.wrapping_add(100)); 2];
            let at = |seq: u32, ack: u32| Segment {
                ack: first.wrapping_add(ack),
                ..segment(first.wrapping_add(seq), 10, Segment::ACK)
            };
            for (seq, ack) in [(0, 0), (u32::MAX, 0), (100, 100), (5000, 50), (0, 9000)] {
                assert!(!is_stray(&at(seq, ack), [own, other]), "{seq} {ack}");
            }
            assert!(is_stray(&at(u32::MAX - 1, 0), [own, other]));
            assert!(is_stray(&at(HOLE * 2, u32::MAX - 1), [own, other]));
            assert!(is_stray(&at(HOLE * 2, HOLE * 2), [own, other]));
            // One number alone may be that of a firewall, or behind a hole.
            assert!(!is_stray(&at(HOLE * 2, 100), [own, other]));
            assert!(!is_stray(&at(100, HOLE * 2), [own, other]));
            // Nothing but the SYN of the other end is known.
            let unseen = Known {
                first: None,
                end: None,
            };
            let syn = known(Some(first), first.wrapping_sub(1));
            assert!(!is_stray(&at(HOLE, 0), [unseen, syn]));
            assert!(is_stray(&at(HOLE, u32::MAX), [unseen, syn]));
            assert!(is_stray(&at(HOLE, LATE_SYN_WINDOW + 1), [unseen, syn]));
        }
    }

    /// Numbers that have gone half around, or all around, since the SYN are not before it.
    #[test]
    fn numbers_come_around() {
        for sent in [1 << 30, 1 << 31, 3 << 30, u32::MAX - 5] {
            let numbers = [known(Some(1), 1_u32.wrapping_add(sent)); 2];
            let next = Segment {
                ack: 1_u32.wrapping_add(sent),
                ..segment(sent, 10, Segment::ACK)
            };
            assert!(!is_stray(&next, numbers), "{sent}");
        }
    }

    /// One that answers anew is of the same connection, as long as that goes on.
    #[test]
    fn another_answer_behind_the_end_is_of_another_connection() {
        let answer = Segment {
            ack: 7,
            ..segment(100, 0, Segment::SYN | Segment::ACK)
        };
        assert!(!opens_another([7; 2], false, &answer));
        assert!(opens_another([7; 2], true, &answer));
        assert!(!opens_another([101; 2], true, &answer));
    }

    #[test]
    fn what_goes_on_in_the_same_turn_passes() {
        let sent = segment(7, 10, Segment::ACK);
        let way = sent.way.index();
        let mut trace = Trace {
            highest: [0; 2],
            ..trace(Need::Turns, 0)
        };
        trace.highest[way] = 7;
        assert!(!trace.note(&sent));
        trace.same_turn[way] = true;
        assert!(trace.note(&sent));
        assert_eq!(trace.highest[way], 17);
        // Again, and with an acknowledgement of more.
        assert!(!trace.note(&sent));
        let next = segment(17, 10, Segment::ACK);
        assert!(!trace.note(&Segment { ack: 1, ..next }));
        assert!(trace.note(&next));
    }
}
