//! What still moves of a connection when both directions have told everything: who sends how much in answer to what,
//! and how it ends.

use super::trace::{SILENCE, Stand, stand};
use super::turns::{Flowed, Turns};
use super::{Close, Ending, Segment, Way};
use crate::session::Side;
use crate::time::Timestamp;

/// Turns and ends of a connection.
#[derive(Debug, Default)]
pub struct Tail {
    /// Who sent how much in answer to what.
    pub(super) turns: Turns,
    /// Apart, since most of a million open connections have none.
    ends: Option<Box<Ends>>,
}

const _: () = assert!(size_of::<Tail>() == 136);

/// Whether an end left the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// It did not.
    Not,
    /// It did, when it had received the other direction up to this sequence number.
    Having(u32),
    /// It did, or may have where bytes are missing.
    Unknown,
}

/// How a connection ends.
#[derive(Debug, Default)]
struct Ends {
    /// The first FIN of each direction.
    fins: [Option<Timestamp>; 2],
    /// The first RST, and which way it went.
    reset: Option<(Way, Timestamp)>,
    /// What its sender had received, where it says so.
    reset_received: Option<u32>,
    /// A FIN that stands far ahead of all that is known of its direction.
    doubtful: Option<Doubtful>,
    /// Its SYN came once more after a silence.
    tried_again: bool,
}

/// A FIN that counts only if the other end has received it.
#[derive(Clone, Copy, Debug)]
struct Doubtful {
    way: Way,
    time: Timestamp,
    seq: u32,
    received: u32,
}

impl Tail {
    /// That of another connection, with the memory of this one.
    pub(super) fn begin_anew(&mut self) {
        self.turns.begin_anew();
        if let Some(ends) = &mut self.ends {
            **ends = Ends::default();
        }
    }

    /// Notes what `segment`, near the bytes that were seen, tells of who sent what in answer to what.
    #[inline]
    pub(super) fn note_turn(&mut self, segment: &Segment) {
        let (way, received) = (segment.way, segment.ack);
        if segment.has(Segment::RST) {
            // It stands where its sender had got to, and says what that has received (RFC 9293 section 3.5.2), which
            // may not be in the capture.
            self.turns.note_acknowledged(way, segment.seq);
            if segment.has(Segment::ACK) {
                self.turns.note_acknowledged(way.reversed(), received);
            }
            return;
        }
        // A SYN has a number of its own, before its payload (RFC 7413).
        let from = segment
            .seq
            .wrapping_add(u32::from(segment.has(Segment::SYN)));
        let to = from.wrapping_add(segment.length);
        match (segment.has(Segment::ACK), segment.length > 0) {
            (true, true) => self.turns.note(way, from, to, received),
            (false, true) => self.turns.note_part(way, from, to),
            (true, false) => self.turns.note_acknowledged(way.reversed(), received),
            (false, false) => {}
        }
        if segment.has(Segment::FIN | Segment::ACK) {
            self.turns.note_fin(way, to, received);
        }
    }

    /// `way` went on from `was` to `now` by packets that each followed the one before; `other` is how far the other way had got.
    pub(super) fn catch_up(&mut self, way: Way, (was, now): (u32, u32), other: Option<u32>) {
        match other {
            Some(received) if !self.turns.is_full() => self.turns.note(way, was, now, received),
            _ => self.turns.note_part(way, was, now),
        }
    }

    /// Whether `segment`, with FIN or RST, stands where its sender may have come to; `seen`: what is known of its
    /// direction besides what the other end has acknowledged. A FIN that may be is noted, until the other end tells.
    pub(super) fn is_in_place(&mut self, segment: &Segment, seen: Option<u32>) -> bool {
        let way = segment.way;
        match stand(segment, [seen, self.turns.acknowledged(way)]) {
            Stand::Near => true,
            Stand::Ahead if segment.has(Segment::ACK) && self.closed_at(way).is_none() => {
                let ends = self.ends.get_or_insert_default();
                ends.doubtful = Some(Doubtful {
                    way,
                    time: segment.time,
                    seq: segment.seq.wrapping_add(segment.length),
                    received: segment.ack,
                });
                false
            }
            Stand::Ahead | Stand::Elsewhere => false,
        }
    }

    /// Whether there is a FIN that waits for what the other end says of it.
    #[inline]
    pub(super) fn is_in_doubt(&self) -> bool {
        self.ends
            .as_ref()
            .is_some_and(|ends| ends.doubtful.is_some())
    }

    /// Believes a FIN that stood far ahead if `segment` acknowledges it: the capture has lost what goes before. Its way
    /// and its sequence number.
    pub(super) fn believe_fin(&mut self, segment: &Segment) -> Option<(Way, u32)> {
        let ends = self.ends.as_mut()?;
        let Doubtful {
            way,
            time,
            seq,
            received,
        } = ends.doubtful?;
        let acknowledges = segment.has(Segment::ACK) && segment.ack == seq.wrapping_add(1);
        if segment.way == way || !acknowledges {
            return None;
        }
        ends.doubtful = None;
        self.note_fin(way, time);
        self.turns.note_fin(way, seq, received);
        Some((way, seq))
    }

    /// A SYN like the one that was seen, or like the answer to it; the packet before it came at `last`.
    pub(super) fn note_attempt(&mut self, segment: &Segment, last: Timestamp) {
        if segment.has(Segment::ACK) {
            // So both are copies.
            if let Some(ends) = &mut self.ends {
                ends.tried_again = false;
            }
        } else if segment.time.since(last) > SILENCE {
            self.ends.get_or_insert_default().tried_again = true;
        }
    }

    /// Whether another answer to the SYN is another connection's: the SYN came once more after a silence.
    pub(super) fn was_tried_again(&self) -> bool {
        self.ends.as_ref().is_some_and(|ends| ends.tried_again)
    }

    /// A FIN of `way`.
    pub(super) fn note_fin(&mut self, way: Way, time: Timestamp) {
        let ends = self.ends.get_or_insert_default();
        ends.fins[way.index()].get_or_insert(time);
    }

    /// An RST.
    pub(super) fn note_reset(&mut self, segment: &Segment) {
        let ends = self.ends.get_or_insert_default();
        if ends.reset.is_none() {
            ends.reset = Some((segment.way, segment.time));
            ends.reset_received = segment.has(Segment::ACK).then_some(segment.ack);
        }
    }

    /// Whether the end that sends on `way` closed or reset the connection, and what it had received then.
    pub(super) fn left(&self, way: Way) -> Left {
        if let Some(received) = self.turns.received_at_fin(way) {
            return Left::Having(received);
        }
        let ends = self.ends.as_ref();
        let reset = ends.filter(|ends| ends.reset.is_some_and(|(by, _)| by == way));
        let closed = self.closed_at(way).is_some() || !self.turns.is_whole_way(way);
        match reset {
            _ if closed => Left::Unknown,
            Some(ends) => ends.reset_received.map_or(Left::Unknown, Left::Having),
            None => Left::Not,
        }
    }

    /// When the end that sends on `way` closed.
    pub fn closed_at(&self, way: Way) -> Option<Timestamp> {
        self.ends.as_ref()?.fins[way.index()]
    }

    /// When the first end of it was seen: a FIN or an RST.
    pub fn ended_at(&self) -> Option<Timestamp> {
        let ends = self.ends.as_ref()?;
        let reset = ends.reset.map(|(_, time)| time);
        ends.fins.iter().copied().chain([reset]).flatten().min()
    }

    /// The end that reset it, and when.
    fn reset_by(&self) -> Option<(Way, Timestamp)> {
        self.ends.as_ref()?.reset
    }

    /// Forgets a reset by the end that sent `segment` before that, and all that it told; false if there was none.
    pub(super) fn forget_reset(&mut self, segment: &Segment) -> bool {
        let Some(ends) = &mut self.ends else {
            return false;
        };
        let before = |(way, time)| way == segment.way && time < segment.time;
        if !ends.reset.is_some_and(before) {
            return false;
        }
        ends.reset = None;
        self.turns.forget_way(segment.way);
        true
    }

    /// Closed in both directions, or reset.
    pub fn is_over(&self) -> bool {
        self.ends
            .as_ref()
            .is_some_and(|ends| ends.reset.is_some() || ends.fins.iter().all(Option::is_some))
    }

    /// Closed in one direction only.
    pub(super) fn is_half_closed(&self) -> bool {
        let closed = |way| self.closed_at(way).is_some();
        closed(Way::Up) != closed(Way::Down)
    }

    /// How the connection ended, if it did; `client` is the way of its client.
    pub fn close(&self, client: Way) -> Close {
        let side = |way: Way| {
            if way == client {
                Side::Client
            } else {
                Side::Server
            }
        };
        let [up, down] = [Way::Up, Way::Down].map(|way| self.closed_at(way).is_some());
        match (self.reset_by(), up, down) {
            (Some((way, _)), ..) => Close::Reset(side(way)),
            (None, true, true) => Close::Closed,
            (None, true, false) => Close::HalfClosed(side(Way::Up)),
            (None, false, true) => Close::HalfClosed(side(Way::Down)),
            (None, false, false) => Close::Open,
        }
    }

    /// Who ended it, and how, whatever the other end did afterwards: told by what each end had received, and where both ended
    /// without knowing of the other, by time. `None` where bytes are missing that may have told.
    pub fn ended(&self) -> Option<(Way, Ending)> {
        if !self.turns.is_whole() {
            return None;
        }
        let first = match (self.closed_at(Way::Up), self.closed_at(Way::Down)) {
            (Some(up), Some(down)) => {
                self.turns
                    .closed_first()
                    .unwrap_or(if up <= down { Way::Up } else { Way::Down })
            }
            (Some(_), None) => Way::Up,
            (None, Some(_)) => Way::Down,
            (None, None) => return self.reset_by().map(|(way, _)| (way, Ending::Rst)),
        };
        match self.reset_by() {
            // An end that has reset the connection does not close it any more.
            Some((way, time))
                if way != first && self.closed_at(first).is_some_and(|fin| time < fin) =>
            {
                Some((way, Ending::Rst))
            }
            _ => Some((first, Ending::Fin)),
        }
    }

    /// What flowed behind the given sequence numbers of the client's direction and the server's. Where only the client's is
    /// known, the server's is what it had sent before the client got there.
    pub fn flowed_behind(&self, client: Way, seqs: (u32, Option<u32>)) -> Option<Flowed> {
        self.turns.behind(client, seqs.0, seqs.1)
    }
}
