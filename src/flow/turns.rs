//! Who sent how much in answer to what: all that is left to see of a conversation that is encrypted.
//!
//! The order in which a capture shows packets does not tell who spoke after whom: two taps may have been appended, a
//! mirror may shuffle. The packets themselves do: each says how far its sender had received (the acknowledgement
//! number, RFC 9293 section 3.1). A byte that was sent with acknowledgement `a` answers nothing behind `a`. The lowest
//! acknowledgement of all segments that reach a byte or lie behind it is the one that counts, since later copies carry
//! later ones. What is noted here is the same whichever order the segments come in.
//!
//! Bytes are not read, and those that the capture lost are known to be lost: then there are no turns.

use std::hint::black_box;
use std::mem;
use std::ops::Range;

use super::Way;

/// Places kept of each direction at which its sender had received more. A handshake has up to six, a message sent command by
/// command eight more.
pub const MAX_STEPS: usize = 48;
/// Parts of a direction that are apart from each other: as many segments as reassembly holds.
const MAX_PARTS: usize = 64;

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

/// One direction, in one cache line: a million of them are open at once.
#[derive(Debug, Default)]
struct OneWay {
    parts: Parts,
    /// By rising place and rising acknowledgement: bytes before the place were sent with at most this acknowledgement.
    steps: Vec<Step>,
    fin: Step,
    start: u32,
    limit: u32,
    acknowledged: u32,
    known: Known,
}

const _: () = assert!(size_of::<OneWay>() == 64);

/// Which numbers of a [`OneWay`] are known: an `Option` for each would take as much again.
#[derive(Clone, Copy, Debug, Default)]
struct Known(u8);

impl Known {
    /// Nothing before `start` is of interest.
    const START: u8 = 1;
    /// Steps behind `limit` were given up.
    const LIMIT: u8 = 2;
    /// How far the other end has acknowledged it.
    const ACKNOWLEDGED: u8 = 4;
    /// Sequence number of the FIN, and what its sender had received.
    const FIN: u8 = 8;
    /// There were more parts than are kept, or more bytes than can be compared by number.
    const LOST: u8 = 16;

    const fn has(self, what: u8) -> bool {
        self.0 & what != 0
    }

    /// `value`, if `what` it stands for is known.
    const fn only<T: Copy>(self, what: u8, value: T) -> Option<T> {
        if self.has(what) { Some(value) } else { None }
    }

    const fn add(&mut self, what: u8) {
        self.0 |= what;
    }
}

/// Parts of the stream that were seen, in order and apart from each other: first byte, and behind the last.
#[derive(Debug)]
enum Parts {
    /// None, or one: so it is where nothing is missing.
    Few(Option<(u32, u32)>),
    /// Several.
    Many(Box<Several>),
}

#[derive(Debug, Default)]
struct Several(Vec<(u32, u32)>);

/// Everything before `place` was sent when its sender had received the other direction up to `received` at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Step {
    place: u32,
    received: u32,
}

impl Turns {
    /// `way` sent `from..to`, with this acknowledgement number.
    #[inline]
    pub fn note(&mut self, way: Way, from: u32, to: u32, received: u32) {
        self.note_acknowledged(way.reversed(), received);
        let one = &mut self.ways[way.index()];
        one.note_part(from, to);
        one.note_step(Step {
            place: to,
            received,
        });
    }

    /// Has the processor fetch what [`Turns::note`] needs for a segment of `way`.
    #[inline]
    pub(super) fn touch(&self, way: Way) {
        let (one, other) = (&self.ways[way.index()], &self.ways[way.reversed().index()]);
        black_box((one.steps.last().copied(), other.acknowledged));
    }

    /// `way` sent `from..to`: in answer to what is not known, or not wanted any more.
    #[inline]
    pub fn note_part(&mut self, way: Way, from: u32, to: u32) {
        self.ways[way.index()].note_part(from, to);
    }

    /// A FIN of `way`, behind its last byte.
    pub fn note_fin(&mut self, way: Way, place: u32, received: u32) {
        self.note_acknowledged(way.reversed(), received);
        let one = &mut self.ways[way.index()];
        if one.fin().is_none() {
            one.fin = Step { place, received };
            one.known.add(Known::FIN);
        }
    }

    /// The sequence number of the FIN of `way`, and whether the other end has acknowledged it.
    pub(super) fn fin_of(&self, way: Way) -> Option<(u32, bool)> {
        let one = &self.ways[way.index()];
        let fin = one.fin()?.place;
        Some((fin, one.acknowledged().is_some_and(|to| is_before(fin, to))))
    }

    /// The other end has received `way` up to here.
    #[inline]
    pub fn note_acknowledged(&mut self, way: Way, to: u32) {
        let one = &mut self.ways[way.index()];
        match one.acknowledged() {
            Some(before) if !is_before(before, to) => {}
            _ => {
                one.acknowledged = to;
                one.known.add(Known::ACKNOWLEDGED);
            }
        }
    }

    /// How far the other end has received `way`.
    pub(super) fn acknowledged(&self, way: Way) -> Option<u32> {
        self.ways[way.index()].acknowledged()
    }

    /// What the sender of `way` had received when it sent its last byte so far.
    pub fn received(&self, way: Way) -> Option<u32> {
        let last = self.ways[way.index()].steps.last();
        last.map(|step| step.received)
    }

    /// Whether `way` sent its first bytes before it had received any of the other direction that were seen.
    pub(super) fn began_first(&self, way: Way) -> bool {
        let first = self.ways[way.index()].steps.first();
        let other = self.ways[way.reversed().index()].parts.all().first();
        matches!((first, other), (Some(step), Some((from, _))) if !is_before(*from, step.received))
    }

    /// Nothing before this place of `way` is of interest.
    pub fn forget_before(&mut self, way: Way, place: u32) {
        self.ways[way.index()].forget_before(place);
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
        for one in &mut self.ways {
            let mut steps = mem::take(&mut one.steps);
            steps.clear();
            *one = OneWay {
                steps,
                ..OneWay::default()
            };
        }
    }

    /// Lets go of memory that is kept for further turns.
    pub fn shrink(&mut self) {
        for one in &mut self.ways {
            one.steps.shrink_to_fit();
        }
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
        let knew = |one: Step, other: Step| is_before(other.place, one.received);
        match (knew(up, down), knew(down, up)) {
            (true, false) => Some(Way::Down),
            (false, true) => Some(Way::Up),
            _ => None,
        }
    }

    /// What flowed behind place `from` of the client's direction, and behind `other` of the server's: where that is not known,
    /// behind what the client had received when it sent its last byte before `from`. `None` if that cannot be told.
    pub fn behind(&self, client: Way, from: u32, other: Option<u32>) -> Option<Flowed> {
        let server = client.reversed();
        let other = match other {
            Some(place) => place,
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

    /// What the sender of `way` had received when it sent its last byte before `place`. The byte must be in the capture, and if
    /// the other end had already answered it, that is no first copy.
    pub(super) fn received_before(&self, way: Way, place: u32) -> Option<u32> {
        let one = &self.ways[way.index()];
        let received = one.received_at(place.wrapping_sub(1))?;
        let seen = one.holds(place.wrapping_sub(1));
        let other = &self.ways[way.reversed().index()];
        let mut before = (other.steps.iter()).filter(|step| is_before(step.received, place));
        // A FIN has a number of its own.
        let closed = other
            .fin()
            .filter(|fin| is_before(fin.received, place) && received == fin.place.wrapping_add(1));
        let unanswered = closed.is_some()
            || before
                .next_back()
                .is_none_or(|step| !is_before(step.place, received));
        (seen && unanswered).then_some(received)
    }

    /// Lets each side send what it was free to send, the server first, until nothing is left; and whether there was more.
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

impl OneWay {
    const fn start(&self) -> Option<u32> {
        self.known.only(Known::START, self.start)
    }

    const fn limit(&self) -> Option<u32> {
        self.known.only(Known::LIMIT, self.limit)
    }

    const fn acknowledged(&self) -> Option<u32> {
        self.known.only(Known::ACKNOWLEDGED, self.acknowledged)
    }

    const fn fin(&self) -> Option<Step> {
        self.known.only(Known::FIN, self.fin)
    }

    #[inline]
    fn note_part(&mut self, from: u32, to: u32) {
        match self.parts.last_mut() {
            Some(last) if last.1 == from => last.1 = to,
            None if !self.known.has(Known::START) => self.parts = Parts::Few(Some((from, to))),
            _ => self.note_part_apart(from, to),
        }
        let parts = self.parts.all();
        if let (Some(first), Some(last)) = (parts.first(), parts.last())
            && last.1.wrapping_sub(first.0) >= 1 << 31
        {
            self.known.add(Known::LOST);
        }
    }

    fn note_part_apart(&mut self, mut from: u32, mut to: u32) {
        if let Some(start) = self.start()
            && is_before(from, start)
        {
            if !is_before(start, to) {
                return;
            }
            from = start;
        }
        let mut parts = self.parts.take();
        let first = parts.partition_point(|part| is_before(part.1, from));
        let behind = parts.partition_point(|part| !is_before(to, part.0));
        if let Some(touched) = parts.get(first..behind) {
            for part in touched {
                from = if is_before(part.0, from) {
                    part.0
                } else {
                    from
                };
                to = if is_before(to, part.1) { part.1 } else { to };
            }
        }
        replace(&mut parts, first..behind.max(first), (from, to));
        if parts.len() > MAX_PARTS {
            parts.pop();
            self.known.add(Known::LOST);
        }
        self.parts = Parts::from(parts);
    }

    #[inline]
    fn note_step(&mut self, step: Step) {
        let room = self.steps.len() < MAX_STEPS;
        match self.steps.last_mut() {
            _ if self.known.has(Known::LIMIT) => self.note_step_within(step),
            Some(last) if is_before(last.place, step.place) && last.received == step.received => {
                last.place = step.place;
            }
            Some(last)
                if is_before(last.place, step.place)
                    && is_before(last.received, step.received)
                    && room =>
            {
                self.make_room();
                self.steps.push(step);
            }
            _ => self.note_step_within(step),
        }
    }

    /// Steps come one by one and are few: most directions have no more than four.
    fn make_room(&mut self) {
        if self.steps.len() == self.steps.capacity() {
            self.steps.reserve_exact(2);
        }
    }

    fn note_step_within(&mut self, mut step: Step) {
        if self
            .start()
            .is_some_and(|start| !is_before(start, step.place))
        {
            return;
        }
        if let Some(limit) = self.limit()
            && is_before(limit, step.place)
        {
            step.place = limit;
        }
        let at = self
            .steps
            .partition_point(|other| is_before(other.place, step.place));
        let told = |other: &Step| !is_before(step.received, other.received);
        if self.steps.get(at).is_some_and(told) {
            return;
        }
        // What lies before it cannot have known more, nor what ends where it ends.
        let same = self
            .steps
            .get(at)
            .is_some_and(|other| other.place == step.place);
        let from = self
            .steps
            .partition_point(|other| is_before(other.received, step.received))
            .min(at);
        self.make_room();
        replace(&mut self.steps, from..at + usize::from(same), step);
        if self.steps.len() > MAX_STEPS {
            self.steps.pop();
            self.limit = self.steps.last().map_or(0, |last| last.place);
            self.known.add(Known::LIMIT);
        }
    }

    fn forget_before(&mut self, place: u32) {
        self.start = place;
        self.known.add(Known::START);
        self.steps.retain(|step| is_before(place, step.place));
        self.parts.forget_before(place);
    }

    /// What its sender had received when it sent the byte at `place`.
    fn received_at(&self, place: u32) -> Option<u32> {
        let step = self.steps.iter().find(|step| is_before(place, step.place));
        step.map(|step| step.received)
    }

    fn holds(&self, place: u32) -> bool {
        let reaches = |part: &&(u32, u32)| !is_before(place, part.0) && is_before(place, part.1);
        self.parts.all().iter().any(|part| reaches(&part))
    }

    /// Behind the last byte that was seen.
    fn end(&self) -> Option<u32> {
        self.parts.all().last().map(|part| part.1)
    }

    fn is_whole(&self) -> bool {
        if self.known.has(Known::LOST) {
            return false;
        }
        let parts = self.parts.all();
        let (Some(first), Some(end)) = (parts.first(), self.end()) else {
            return !self.known.has(Known::FIN | Known::ACKNOWLEDGED);
        };
        if let Some(limit) = self.limit() {
            return !is_before(first.1, limit);
        }
        let fin = self.fin().map_or(end, |fin| fin.place);
        let last = fin.wrapping_add(u32::from(self.known.has(Known::FIN)));
        let known = self
            .acknowledged()
            .is_none_or(|acknowledged| !is_before(last, acknowledged));
        parts.len() == 1 && fin == end && known
    }

    /// Bytes behind `place`: up to the FIN, else as far as was seen. `None` if more was acknowledged than was seen: the last
    /// number may be a byte's or a FIN's.
    fn sent_behind(&self, place: u32) -> Option<u64> {
        if self.known.has(Known::LOST) {
            return None;
        }
        let seen = self.end().unwrap_or(place);
        let end = match (self.fin(), self.acknowledged()) {
            (Some(fin), _) => fin.place,
            (None, Some(acknowledged)) if is_before(seen, acknowledged) => return None,
            (None, _) => seen,
        };
        let sent = end.wrapping_sub(place);
        (sent < 1 << 31).then_some(u64::from(sent))
    }

    /// How far the other end can acknowledge it once everything before `at` was sent: a FIN has a number of its own.
    fn receivable(&self, at: u32) -> u32 {
        let closed = self.fin().is_some_and(|fin| fin.place == at);
        at.wrapping_add(u32::from(closed))
    }

    /// How far its sender, having sent everything before `at`, was free to send when it had received the other way up to
    /// `received`.
    fn free_to_send(&self, at: u32, received: u32) -> u32 {
        let ahead = self.steps.iter().filter(|step| is_before(at, step.place));
        let free = ahead.take_while(|step| !is_before(received, step.received));
        free.last().map_or(at, |step| step.place)
    }
}

impl Parts {
    fn all(&self) -> &[(u32, u32)] {
        match self {
            Self::Few(part) => part.as_slice(),
            Self::Many(parts) => &parts.0,
        }
    }

    fn last_mut(&mut self) -> Option<&mut (u32, u32)> {
        match self {
            Self::Few(part) => part.as_mut(),
            Self::Many(parts) => parts.0.last_mut(),
        }
    }

    fn forget_before(&mut self, place: u32) {
        let cut = |part: &mut (u32, u32)| {
            if is_before(part.0, place) {
                part.0 = place;
            }
            is_before(part.0, part.1)
        };
        match self {
            Self::Few(part) => {
                part.take_if(|part| !cut(part));
            }
            Self::Many(parts) => parts.0.retain_mut(cut),
        }
    }

    fn take(&mut self) -> Vec<(u32, u32)> {
        match mem::take(self) {
            Self::Few(part) => part.into_iter().collect(),
            Self::Many(parts) => parts.0,
        }
    }
}

impl Default for Parts {
    fn default() -> Self {
        Self::Few(None)
    }
}

impl From<Vec<(u32, u32)>> for Parts {
    fn from(parts: Vec<(u32, u32)>) -> Self {
        match *parts {
            [] => Self::Few(None),
            [one] => Self::Few(Some(one)),
            _ => Self::Many(Box::new(Several(parts))),
        }
    }
}

/// Puts `item` in the place of those in `range`.
fn replace<T>(list: &mut Vec<T>, range: Range<usize>, item: T) {
    match list.get_mut(range.start) {
        Some(first) if !range.is_empty() => {
            *first = item;
            list.drain(range.start + 1..range.end);
        }
        _ => list.insert(range.start, item),
    }
}

/// Whether `a` comes before `b` (RFC 9293 section 3.4: sequence numbers wrap around).
const fn is_before(a: u32, b: u32) -> bool {
    let ahead = b.wrapping_sub(a);
    ahead != 0 && ahead < 1 << 31
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A segment: way, first byte, behind the last, acknowledgement.
    type Sent = (Way, u32, u32, u32);

    const CLIENT: u32 = u32::MAX - 49;

    /// Client (up) and server (down) in turn, across the wrap of the client's numbers: 130 and 200 bytes, then 20 and 30, then 5.
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
    fn where_the_servers_place_is_not_known_it_is_what_the_client_had_received() {
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
            for (which, place, later) in copies {
                let (way, from, to, received) = TALK[which];
                let most = if way == Way::Up { 1230 } else { 105 };
                let received = if later == 0 { received } else { most };
                sent.insert(place, (way, from, to, received));
            }
            let told = noted(&sent).behind(Way::Up, CLIENT, Some(1000));
            prop_assert_eq!(told.as_ref().unwrap().bytes, [155, 230]);
            prop_assert_eq!(bytes(told).unwrap(), ALL);
        }
    }
}
