//! Whose a segment is that comes between the ports of a connection: its own, a later one's, or that of another at the
//! same time, by sequence numbers (RFC 9293 section 3.4). What the table asks of all segments, and of those of which
//! nothing but a [`Trace`] is kept, is in [`trace`](crate::flow::trace).

use super::Connection;
use crate::flow::reassembly::MAX_SYN_DATA;
use crate::flow::trace::{Known, LATE_SYN_WINDOW, LATE_WAY_WINDOW, Trace, is_beyond, is_stray};
use crate::flow::{Segment, Way};

impl Connection {
    /// Whether `segment` opens or belongs to another connection between the same ports; `trace` is what the table noted
    /// of this one.
    pub(in crate::flow) fn is_succeeded_by(&self, segment: &Segment, trace: &Trace) -> bool {
        let half = &self.halves[segment.way.index()];
        let after_syn = segment.seq.wrapping_add(1);
        if segment.has(Segment::SYN) {
            if self.answers_anew(segment) {
                return self.is_over() || self.tail.was_tried_again();
            }
            return match (
                half.stream.first(),
                half.stream.next().or(half.stream.lowest_held()),
            ) {
                (Some(first), _) => first != after_syn && !half.stream.may_start_before(after_syn),
                (None, _) if self.answers_another(segment) => true,
                (None, Some(lowest)) => lowest.wrapping_sub(after_syn) > LATE_SYN_WINDOW,
                (None, None) => match half.acknowledged {
                    // One tap behind the other: this end comes last, and the other has acknowledged it already.
                    Some(end) => end.wrapping_sub(after_syn) >= LATE_WAY_WINDOW,
                    None => self.is_over() && !segment.has(Segment::ACK),
                },
            };
        }
        let beyond = half.highest.is_some_and(|end| is_beyond(end, segment));
        let over = self.is_over() && self.tail.closed_at(segment.way).is_some() && beyond;
        segment.length > 0 && (over || self.is_foreign_to(segment, trace))
    }

    /// Whether `segment` answers the SYN of this connection.
    pub(in crate::flow) fn is_answered_by(&self, segment: &Segment) -> bool {
        let syn = &self.halves[segment.way.reversed().index()].stream;
        segment.has(Segment::SYN | Segment::ACK) && syn.first() == Some(segment.ack)
    }

    /// Sequence numbers behind the last byte that was seen of each direction or, where none was, acknowledged.
    pub(in crate::flow) fn ends(&self) -> [Option<u32>; 2] {
        let [up, down] = &self.halves;
        [up, down].map(|half| half.highest.or(half.acknowledged))
    }

    /// Whether the numbers of `segment` say that it is of another connection between the same ports; not asked of what
    /// is next in line.
    #[inline(never)]
    pub(super) fn is_stray(&mut self, segment: &Segment) -> bool {
        // As long as the server may begin at either of two numbers, none of them is wrong.
        let undecided = |(way, _): (Way, u32)| self.halves[way.index()].stream.is_at_start();
        let known = [segment.way, segment.way.reversed()].map(|way| {
            let half = &self.halves[way.index()];
            let is_own = !half.decided && !half.stream.is_start_presumed();
            Known {
                first: half.stream.first().filter(|_| is_own),
                end: half.highest.or(half.acknowledged),
            }
        });
        if self.other_start.is_some_and(undecided) {
            return false;
        }
        if is_stray(segment, known) {
            return true;
        }
        let half = &self.halves[segment.way.index()];
        let seen = half.highest.or(half.acknowledged);
        let ends = segment.flags & (Segment::FIN | Segment::RST) != 0;
        ends && !self.tail.is_in_place(segment, seen)
    }

    /// What the table noted or, of an end that was not seen, what the other has received from it.
    fn is_foreign_to(&self, segment: &Segment, trace: &Trace) -> bool {
        let known = [Way::Up, Way::Down].map(|way| {
            let half = &self.halves[way.index()];
            let highest = half.highest.map(|_| trace.highest[way.index()]);
            highest.or(half.acknowledged)
        });
        trace.is_foreign_to(segment, self.is_over(), known)
    }

    /// Whether `segment` answers the SYN of this connection once more, and begins at another number than the answer
    /// before.
    pub(super) fn answers_anew(&self, segment: &Segment) -> bool {
        let first = self.halves[segment.way.index()].stream.first();
        self.is_answered_by(segment)
            && first.is_some_and(|first| first != segment.seq.wrapping_add(1))
    }

    /// Notes a SYN like the one that was seen, once its answer was gone by. Who sends it after a silence may have
    /// forgotten the connection, and begin another one with the same number.
    pub(super) fn note_attempt(&mut self, segment: &Segment) {
        let answers = segment.has(Segment::ACK);
        if answers || (self.syn_at.is_some() && self.goes_by_start(segment.way.reversed())) {
            self.tail.note_attempt(segment, self.last);
        }
    }

    /// Whether an end has sent data behind its SYN, or the other has acknowledged that.
    fn goes_by_start(&self, way: Way) -> bool {
        let half = &self.halves[way.index()];
        !half.stream.is_at_start() || half.acknowledged == half.stream.first()
    }

    /// Whether `segment` answers another SYN than the one that was seen (RFC 9293 section 3.10.7.3: its acknowledgement
    /// is unacceptable).
    fn answers_another(&self, segment: &Segment) -> bool {
        let syn = &self.halves[segment.way.reversed().index()].stream;
        let own = syn.first().filter(|_| !syn.is_start_presumed());
        segment.has(Segment::ACK)
            && own.is_some_and(|first| segment.ack.wrapping_sub(first) >= MAX_SYN_DATA)
    }

    /// The client goes by the answer that reaches it first, and may be the only one to know which that was (RFC 9293
    /// section 3.10.7).
    pub(super) fn note_other_start(&mut self, segment: &Segment) {
        if !self.goes_by_start(segment.way) {
            self.other_start = Some((segment.way, segment.seq.wrapping_add(1)));
        }
    }

    /// Begins the server's direction anew where the client acknowledges its other answer, or the server goes on from
    /// that.
    pub(super) fn choose_start(&mut self, segment: &Segment) {
        let Some((way, start)) = self.other_start else {
            return;
        };
        let half = &mut self.halves[way.index()];
        let is_told = if segment.way == way {
            segment.length > 0 && segment.seq == start && half.acknowledged.is_none()
        } else {
            segment.has(Segment::ACK) && segment.ack == start
        };
        if !half.stream.is_at_start() || half.acknowledged == half.stream.first() {
            self.other_start = None;
        } else if is_told {
            self.other_start = None;
            half.stream.begin_at(start);
            half.highest = Some(start);
            half.acknowledged = Some(start);
        }
    }
}
