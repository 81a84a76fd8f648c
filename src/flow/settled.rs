//! A connection of which both directions have told everything, folded into little memory: what its owner keeps of it, and what
//! still moves.
//!
//! It does with further packets what [`Connection`](super::Connection) would do: nobody can tell from the records
//! whether a connection was folded.

use std::hint::black_box;

use super::connection::Numbers;
use super::seq::later;
use super::tail::Tail;
use super::trace::{Known, Need, Trace, is_beyond, is_near, is_stray, later_end, opens_another};
use super::{Segment, Way};

/// What is left of a connection that is settled.
#[derive(Debug)]
pub(super) struct Settled<S> {
    tail: Tail,
    /// Sequence numbers by way: the first byte,
    first: [u32; 2],
    /// the first that was not read,
    unread: [u32; 2],
    /// and behind the last of the packets that came here.
    highest: [u32; 2],
    /// What its owner keeps.
    kept: S,
}

impl<S> Settled<S> {
    /// What is left of a connection with these `numbers` and this `tail`.
    pub(super) fn new(numbers: &Numbers, mut tail: Tail, kept: S) -> Self {
        tail.turns.shrink();
        Self {
            tail,
            first: numbers.first,
            unread: numbers.unread,
            highest: numbers.highest,
            kept,
        }
    }

    /// What its owner kept.
    pub(super) const fn kept(&self) -> &S {
        &self.kept
    }

    /// Turns and ends.
    pub(super) const fn tail(&self) -> &Tail {
        &self.tail
    }

    /// The first sequence numbers of both directions.
    pub(super) const fn first_numbers(&self) -> [u32; 2] {
        self.first
    }

    /// Has the processor fetch what the next segment needs first.
    #[inline]
    pub(super) fn touch(&self, way: Way) {
        black_box((self.highest, self.tail.is_over()));
        self.tail.turns.touch(way);
    }

    /// Takes in a segment, and before it the packets that only moved `trace`.
    pub(super) fn take_in(&mut self, segment: &Segment, trace: &mut Trace) {
        self.catch_up(trace);
        let mut last = trace.last;
        if segment.has(Segment::SYN) {
            self.tail.note_attempt(segment, last);
        }
        let follows = self.highest[segment.way.index()] == segment.seq;
        if follows || segment.has(Segment::SYN) || !self.is_stray(segment) {
            last = last.max(segment.time);
            if let Some((way, fin)) = self.tail.believe_fin(segment) {
                let highest = &mut self.highest[way.index()];
                *highest = later(*highest, fin);
            }
            self.note(segment);
        }
        *trace = Trace {
            last,
            ..self.trace()
        };
    }

    fn note(&mut self, segment: &Segment) {
        let highest = &mut self.highest[segment.way.index()];
        if !segment.has(Segment::SYN) && is_near(Some(*highest), segment) {
            self.tail.note_turn(segment);
            *highest = later_end(*highest, segment);
        }
        if segment.has(Segment::RST) {
            let unread = self.unread[segment.way.index()];
            if is_near(Some(unread), segment) {
                self.tail.note_reset(segment);
            }
        } else if segment.has(Segment::FIN) {
            self.tail.note_fin(segment.way, segment.time);
        }
    }

    /// As of a connection that is not folded.
    #[inline(never)]
    fn is_stray(&mut self, segment: &Segment) -> bool {
        let known = [segment.way, segment.way.reversed()].map(|way| Known {
            first: None,
            end: Some(self.highest[way.index()]),
        });
        let ends = segment.flags & (Segment::FIN | Segment::RST) != 0;
        let seen = Some(self.highest[segment.way.index()]);
        is_stray(segment, known) || (ends && !self.tail.is_in_place(segment, seen))
    }

    /// Takes over what the table noted.
    pub(super) fn catch_up(&mut self, trace: &Trace) {
        let was = self.highest;
        self.highest = trace.highest;
        for way in [Way::Up, Way::Down] {
            let (from, to) = (was[way.index()], trace.highest[way.index()]);
            if from != to && matches!(trace.need[way.index()], Need::Turns | Need::Nothing) {
                self.tail
                    .catch_up(way, (from, to), Some(was[way.reversed().index()]));
            }
        }
    }

    /// What the table may note of further packets by itself, but for the time.
    fn trace(&self) -> Trace {
        let closing = self.tail.is_over() || self.tail.is_half_closed();
        let need = if closing || self.tail.is_in_doubt() {
            Need::All
        } else if self.tail.turns.is_full() {
            Need::Nothing
        } else {
            Need::Turns
        };
        let [up, down] = self.highest;
        let same_turn = |way, other| self.tail.turns.received(way) == Some(other);
        Trace {
            highest: self.highest,
            need: [need; 2],
            same_turn: [same_turn(Way::Up, down), same_turn(Way::Down, up)],
            ..Trace::EMPTY
        }
    }

    /// Whether nothing that may still come tells more.
    pub(super) fn is_complete(&self) -> bool {
        let closed = |way| self.tail.closed_at(way).is_some();
        closed(Way::Up) && closed(Way::Down) && self.tail.turns.is_whole()
    }

    /// Whether `segment` opens or belongs to another connection between the same ports; `trace` is what the table noted
    /// of this one.
    pub(super) fn is_succeeded_by(&self, segment: &Segment, trace: &Trace) -> bool {
        let way = segment.way.index();
        if segment.has(Segment::SYN) {
            let over = self.tail.is_over() || self.tail.was_tried_again();
            return opens_another(self.first, over, segment);
        }
        let over = self.tail.is_over();
        let closed = self.tail.closed_at(segment.way).is_some();
        let foreign = trace.is_foreign_to(segment, over, trace.highest.map(Some));
        segment.length > 0 && ((over && closed && is_beyond(self.highest[way], segment)) || foreign)
    }
}
