//! Who sent how much in answer to what: all that is left to see of a conversation that is encrypted.
//!
//! The order in which a capture shows packets does not tell who spoke after whom: two taps may have been appended, a
//! mirror may shuffle. The packets themselves do: each says how far its sender had received (the acknowledgement
//! number, RFC 9293 section 3.1). A byte that was sent with acknowledgement `a` answers nothing behind `a`. The lowest
//! acknowledgement of all segments that reach a byte or lie behind it is the one that counts, since later copies carry
//! later ones. What is noted here is the same whichever order the segments come in.
//!
//! `one_way` is what is noted of one direction, `parts` which bytes of it were seen.
//!
//! Bytes are not read, and those that the capture lost are known to be lost: then there are no turns.

mod one_way;
mod parts;

use std::hint::black_box;

use self::one_way::{OneWay, Step};
use super::Way;
use super::seq::is_before;

/// Steps kept of each direction, at each of which its sender had received more. A handshake has up to six, a message
/// sent command by command eight more.
pub const MAX_STEPS: usize = 48;

/// Bytes that one side sent before the other had answered them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Burst {
    /// Which side.
    pub way: Way,
    /// How many.
    pub bytes: u32,
}

/// What is noted of both directions of a connection.
#[derive(Debug, Default)]
pub struct Turns {
    ways: [OneWay; 2],
}

/// What flowed after a point of both directions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flowed {
    /// Bytes by [`Way::index`], by sequence numbers: up to the FIN, else as far as the capture shows.
    pub bytes: [u64; 2],
    /// Who sent how much in turn, the server first where both were free to; `None` if bytes are missing.
    pub bursts: Option<Vec<Burst>>,
    /// There were more bursts than these.
    pub cut: bool,
}

impl Turns {
    /// `way` sent `from..to`, with this acknowledgement number.
    #[inline]
    pub fn note(&mut self, way: Way, from: u32, to: u32, received: u32) {
        self.note_acknowledged(way.reversed(), received);
        let one = &mut self.ways[way.index()];
        one.note_part(from, to);
        one.note_step(Step { seq: to, received });
    }

    /// Has the processor fetch what [`Turns::note`] needs for a segment of `way`.
    #[inline]
    pub(super) fn touch(&self, way: Way) {
        let (one, other) = (&self.ways[way.index()], &self.ways[way.reversed().index()]);
        black_box((one.steps().last().copied(), other.acknowledged()));
    }

    /// `way` sent `from..to`: in answer to what is not known, or not wanted any more.
    #[inline]
    pub fn note_part(&mut self, way: Way, from: u32, to: u32) {
        self.ways[way.index()].note_part(from, to);
    }

    /// A FIN of `way`, behind its last byte.
    pub fn note_fin(&mut self, way: Way, seq: u32, received: u32) {
        self.note_acknowledged(way.reversed(), received);
        self.ways[way.index()].note_fin(Step { seq, received });
    }

    /// The sequence number of the FIN of `way`, and whether the other end has acknowledged it.
    pub(super) fn fin_of(&self, way: Way) -> Option<(u32, bool)> {
        let one = &self.ways[way.index()];
        let fin = one.fin()?.seq;
        Some((fin, one.acknowledged().is_some_and(|to| is_before(fin, to))))
    }

    /// The other end has received `way` up to here.
    #[inline]
    pub fn note_acknowledged(&mut self, way: Way, to: u32) {
        self.ways[way.index()].note_acknowledged(to);
    }

    /// How far the other end has received `way`.
    pub(super) fn acknowledged(&self, way: Way) -> Option<u32> {
        self.ways[way.index()].acknowledged()
    }

    /// What the sender of `way` had received when it sent its last byte so far.
    pub fn received(&self, way: Way) -> Option<u32> {
        let last = self.ways[way.index()].steps().last();
        last.map(|step| step.received)
    }

    /// Whether `way` sent its first bytes before it had received any of the other direction that were seen.
    pub(super) fn began_first(&self, way: Way) -> bool {
        let first = self.ways[way.index()].steps().first();
        let other = self.ways[way.reversed().index()].begins();
        matches!((first, other), (Some(step), Some(from)) if !is_before(from, step.received))
    }

    /// Nothing before this sequence number of `way` is of interest.
    pub fn forget_before(&mut self, way: Way, seq: u32) {
        self.ways[way.index()].forget_before(seq);
    }

    /// Nothing that was noted of `way` is true.
    pub(super) fn forget_way(&mut self, way: Way) {
        self.ways[way.index()] = OneWay::default();
    }

    /// No more turns are kept of either direction.
    pub const fn is_full(&self) -> bool {
        self.ways[0].limit().is_some() && self.ways[1].limit().is_some()
    }

    /// The same of another connection, with the memory of this one.
    pub fn begin_anew(&mut self) {
        self.ways.iter_mut().for_each(OneWay::begin_anew);
    }

    /// Lets go of memory that is kept for further turns.
    pub fn shrink(&mut self) {
        self.ways.iter_mut().for_each(OneWay::shrink);
    }

    /// No byte of either direction is known to be missing, from what [`Self::forget_before`] left on.
    pub fn is_whole(&self) -> bool {
        self.ways.iter().all(OneWay::is_whole)
    }

    /// The same of one direction.
    pub(super) fn is_whole_way(&self, way: Way) -> bool {
        self.ways[way.index()].is_whole()
    }

    /// What the sender of `way` had received when it closed.
    pub(super) fn received_at_fin(&self, way: Way) -> Option<u32> {
        self.ways[way.index()].fin().map(|fin| fin.received)
    }

    /// Who sent the first FIN: whoever had not received the other's. `None` if that does not tell.
    pub fn closed_first(&self) -> Option<Way> {
        let [up, down] = [self.ways[0].fin()?, self.ways[1].fin()?];
        let knew = |one: Step, other: Step| is_before(other.seq, one.received);
        match (knew(up, down), knew(down, up)) {
            (true, false) => Some(Way::Down),
            (false, true) => Some(Way::Up),
            _ => None,
        }
    }

    /// What flowed behind sequence number `from` of the client's direction, and behind `other` of the server's: where
    /// that is not known, behind what the client had received when it sent its last byte before `from`. `None` if that
    /// cannot be told.
    pub fn behind(&self, client: Way, from: u32, other: Option<u32>) -> Option<Flowed> {
        let server = client.reversed();
        let other = match other {
            Some(seq) => seq,
            None => self.received_before(client, from)?,
        };
        let mut ends = [from, other];
        let mut bytes = [0, 0];
        for (way, end) in [(client, from), (server, other)] {
            ends[way.index()] = end;
            bytes[way.index()] = self.ways[way.index()].sent_behind(end)?;
        }
        let (bursts, cut) = self.bursts(client, ends).unzip();
        Some(Flowed {
            bytes,
            bursts,
            cut: cut.unwrap_or(false),
        })
    }

    /// What the sender of `way` had received when it sent its last byte before `seq`. The byte must be in the capture,
    /// and if the other end had already answered it, that is no first copy.
    pub(super) fn received_before(&self, way: Way, seq: u32) -> Option<u32> {
        let one = &self.ways[way.index()];
        let received = one.received_at(seq.wrapping_sub(1))?;
        let seen = one.holds(seq.wrapping_sub(1));
        let other = &self.ways[way.reversed().index()];
        let mut before = (other.steps().iter()).filter(|step| is_before(step.received, seq));
        // A FIN has a number of its own.
        let closed = other
            .fin()
            .filter(|fin| is_before(fin.received, seq) && received == fin.seq.wrapping_add(1));
        let unanswered = closed.is_some()
            || before
                .next_back()
                .is_none_or(|step| !is_before(step.seq, received));
        (seen && unanswered).then_some(received)
    }

    /// Lets each side send what it was free to send, the server first, until nothing is left; and whether there was
    /// more.
    fn bursts(&self, client: Way, from: [u32; 2]) -> Option<(Vec<Burst>, bool)> {
        if !self.is_whole() {
            return None;
        }
        let mut at = from;
        let mut bursts = Vec::new();
        loop {
            let before = at;
            for way in [client.reversed(), client] {
                let received =
                    self.ways[way.reversed().index()].receivable(at[way.reversed().index()]);
                let reached = self.ways[way.index()].free_to_send(at[way.index()], received);
                let bytes = reached.wrapping_sub(at[way.index()]);
                at[way.index()] = reached;
                if bytes > 0 {
                    bursts.push(Burst { way, bytes });
                }
            }
            if at == before {
                break;
            }
        }
        let cut = self.ways.iter().any(|one| one.limit().is_some());
        let done =
            (self.ways.iter().zip(at)).all(|(one, at)| one.end().is_none_or(|end| end == at));
        (done || cut).then_some((bursts, cut))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A segment: way, first byte, behind the last, acknowledgement.
    type Sent = (Way, u32, u32, u32);

    const CLIENT: u32 = u32::MAX - 49;

    /// Client (up) and server (down) in turn, across the wrap of the client's numbers: 130 and 200 bytes, then 20 and
    /// 30, then 5.
    const TALK: [Sent; 6] = [
        (Way::Up, CLIENT, 50, 1000),
        (Way::Up, 50, 80, 1000),
        (Way::Down, 1000, 1200, 80),
        (Way::Up, 80, 100, 1200),
        (Way::Down, 1200, 1230, 100),
        (Way::Up, 100, 105, 1230),
    ];

    fn noted(segments: &[Sent]) -> Turns {
        let mut turns = Turns::default();
        for (way, from, to, received) in segments {
            turns.note(*way, *from, *to, *received);
        }
        turns
    }

    /// What an end says when the other has closed shows that it has received the FIN.
    #[test]
    fn a_fin_is_received_like_a_byte() {
        let mut turns = noted(&TALK[..5]);
        turns.note_fin(Way::Down, 1230, 100);
        turns.note(Way::Up, 100, 105, 1231);
        assert_eq!(turns.received_before(Way::Up, 105), Some(1231));
        // A copy of a byte that was answered before.
        assert_eq!(turns.received_before(Way::Up, 100), Some(1200));
        assert_eq!(turns.received_at_fin(Way::Down), Some(100));
    }

    #[test]
    fn who_answers_nothing_began() {
        assert!(noted(&TALK).began_first(Way::Up));
        assert!(!noted(&TALK).began_first(Way::Down));
        assert!(!noted(&TALK[..2]).began_first(Way::Up));
        let mut backwards = TALK;
        backwards.reverse();
        assert!(noted(&backwards).began_first(Way::Up));
        assert!(!noted(&backwards).began_first(Way::Down));
    }

    fn bytes(flowed: Option<Flowed>) -> Option<Vec<(Way, u32)>> {
        let bursts = flowed?.bursts?;
        Some(
            bursts
                .iter()
                .map(|burst| (burst.way, burst.bytes))
                .collect(),
        )
    }

    const ALL: [(Way, u32); 5] = [
        (Way::Up, 130),
        (Way::Down, 200),
        (Way::Up, 20),
        (Way::Down, 30),
        (Way::Up, 5),
    ];

    #[test]
    fn what_one_side_sends_before_it_is_answered_is_one_burst() {
        let flowed = noted(&TALK).behind(Way::Up, CLIENT, Some(1000)).unwrap();
        assert_eq!(flowed.bytes, [155, 230]);
        assert_eq!(bytes(Some(flowed)).unwrap(), ALL);
    }

    #[test]
    fn where_the_servers_number_is_not_known_it_is_what_the_client_had_received() {
        let flowed = noted(&TALK).behind(Way::Up, 90, None).unwrap();
        assert_eq!(flowed.bytes, [15, 30]);
    }

    /// A copy of what was said before TLS began is no part of what follows.
    #[test]
    fn copies_of_what_is_forgotten_change_nothing() {
        let mut turns = noted(&TALK);
        turns.forget_before(Way::Up, 50);
        turns.note(Way::Up, CLIENT, 10, 1000);
        turns.note(Way::Up, 40, 60, 1000);
        let flowed = turns.behind(Way::Up, 50, Some(1000));
        assert_eq!(
            bytes(flowed).unwrap()[..2],
            [(Way::Up, 30), (Way::Down, 200)]
        );
    }

    #[test]
    fn segments_that_are_missing_leave_bytes_but_no_turns() {
        let without: Vec<_> = TALK.into_iter().filter(|sent| sent.1 != 80).collect();
        let flowed = noted(&without).behind(Way::Up, CLIENT, Some(1000)).unwrap();
        assert_eq!((flowed.bytes, flowed.bursts), ([155, 230], None));
    }

    /// RFC 9293 section 3.4: a FIN has a number of its own.
    #[test]
    fn more_that_was_acknowledged_may_be_a_fin() {
        let mut turns = noted(&TALK[..5]);
        turns.note_acknowledged(Way::Up, 106);
        assert_eq!(turns.behind(Way::Up, CLIENT, Some(1000)), None);
        turns.note(Way::Up, 100, 105, 1230);
        assert_eq!(turns.behind(Way::Up, CLIENT, Some(1000)), None);
        turns.note_fin(Way::Up, 105, 1230);
        assert_eq!(
            bytes(turns.behind(Way::Up, CLIENT, Some(1000))).unwrap(),
            ALL
        );
    }

    #[test]
    fn who_closed_first_had_not_received_the_others_fin() {
        for (up, down, first) in [
            (1230, 106, Some(Way::Up)),
            (1231, 105, Some(Way::Down)),
            (1230, 105, None),
        ] {
            let mut turns = noted(&TALK);
            turns.note_fin(Way::Down, 1230, down);
            turns.note_fin(Way::Up, 105, up);
            assert_eq!(turns.closed_first(), first);
        }
    }

    /// What a client says when the server has closed acknowledges the FIN too.
    #[test]
    fn what_follows_the_others_fin_is_a_burst() {
        let mut turns = noted(&TALK[..5]);
        turns.note_fin(Way::Down, 1230, 100);
        turns.note(Way::Up, 100, 105, 1231);
        let told = bytes(turns.behind(Way::Up, CLIENT, Some(1000)));
        assert_eq!(told.unwrap(), ALL);
    }

    /// Tickets of TLS 1.3 are on their way while the client already asks.
    #[test]
    fn what_both_send_at_the_same_time_is_told_apart() {
        let mut crossing = vec![
            (Way::Down, 10, 260, 5),
            (Way::Up, 5, 30, 10),
            (Way::Down, 260, 300, 30),
        ];
        for _ in 0..3 {
            crossing.rotate_left(1);
            let told = bytes(noted(&crossing).behind(Way::Up, 5, Some(10)));
            let expected = [(Way::Down, 250), (Way::Up, 25), (Way::Down, 40)];
            assert_eq!(told.unwrap(), expected);
        }
    }

    #[test]
    fn no_more_than_the_bound_is_kept() {
        let mut turns = Turns::default();
        for turn in 0..MAX_STEPS as u32 + 4 {
            turns.note(Way::Up, turn, turn + 1, turn);
            turns.note(Way::Down, turn, turn + 1, turn + 1);
        }
        assert!(turns.is_full());
        let flowed = turns.behind(Way::Up, 0, Some(0)).unwrap();
        assert!(flowed.cut && flowed.bursts.unwrap().len() == 2 * MAX_STEPS);
        assert_eq!(flowed.bytes, [52, 52]);
    }

    proptest! {
        /// Any order, and any copies with the acknowledgements of later.
        #[test]
        fn the_order_of_packets_changes_nothing(
            order in Just((0..TALK.len()).collect::<Vec<_>>()).prop_shuffle(),
            copies in proptest::collection::vec((0..TALK.len(), 0..TALK.len(), 0_u32..3), 0..6),
        ) {
            let mut sent: Vec<_> = order.into_iter().map(|at| TALK[at]).collect();
            for (which, at, later) in copies {
                let (way, from, to, received) = TALK[which];
                let most = if way == Way::Up { 1230 } else { 105 };
                let received = if later == 0 { received } else { most };
                sent.insert(at, (way, from, to, received));
            }
            let told = noted(&sent).behind(Way::Up, CLIENT, Some(1000));
            prop_assert_eq!(told.as_ref().unwrap().bytes, [155, 230]);
            prop_assert_eq!(bytes(told).unwrap(), ALL);
        }
    }
}
