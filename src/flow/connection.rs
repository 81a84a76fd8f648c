//! One TCP connection: two directions put in order, who is who, when it began and how it ended.

use std::hint::black_box;
use std::mem;
use std::sync::Arc;

use super::client;
use super::reassembly::{Counts, Direction, MAX_SYN_DATA, Piece};
use super::tail::{self, Tail};
use super::trace::{
    Known, LATE_SYN_WINDOW, LATE_WAY_WINDOW, Need, Trace, WINDOW, is_beyond, is_near, is_stray,
    later, later_end,
};
use super::{FlowKey, Segment, Way};
use crate::packet::PortSet;
use crate::packet::checksum::Checksum;
use crate::session::Side;
use crate::session::asked::AskedNames;
use crate::smtp::Dialogue;
use crate::smtp::opening::{self, Standing};
use crate::time::Timestamp;
use crate::tls::facts::Application;
use crate::tls::{self, Course, Facts, Left};

/// A TCP connection on a watched port.
#[derive(Debug)]
pub struct Connection {
    /// Both ends.
    pub key: FlowKey,
    /// First packet.
    pub start: Timestamp,
    /// Last packet.
    pub last: Timestamp,
    /// File or interface of the first packet.
    pub origin: u32,
    /// Sequence number of the first packet.
    pub first_seq: u32,
    /// The way the client's packets go, where a SYN told it.
    opened: Option<Way>,
    /// The way the client's packets go, as used for reading.
    client: Option<Way>,
    syn_at: Option<Timestamp>,
    syn_ack_at: Option<Timestamp>,
    /// Where the server begins by another answer to the same SYN, as long as nothing tells which of the two counts.
    other_start: Option<(Way, u32)>,
    halves: [Half; 2],
    /// Bytes held, as counted last.
    held: usize,
    /// Since when bytes are held, as the table counts those that begin to.
    pub(super) held_since: Option<u64>,
    /// The names for which DNS had given the client the server's address before the first packet; of several, nothing
    /// tells which it meant.
    pub asked: Option<AskedNames>,
    /// Who sent how much in answer to what, and how it ended.
    pub tail: Tail,
    /// Its ports say nothing: it is of interest only if it is SMTP by its words.
    by_words: bool,
    /// By its words, or by who opened it, it is something else.
    foreign: bool,
    /// Its watched port is the client's.
    disowned: bool,
    /// Its client had sent nothing behind its Finished when it had the server's.
    taken: bool,
    /// The other end of the watched port greets as a server does, though no SYN told who is the client.
    greeted_backwards: bool,
    /// What was said.
    pub dialogue: Dialogue,
}

/// One direction with what is counted about it.
#[derive(Debug, Default)]
struct Half {
    stream: Direction,
    seen: bool,
    /// Packets with payload were seen.
    spoke: bool,
    /// Its first bytes were looked at.
    opened: bool,
    mac: Option<[u8; 6]>,
    /// Sequence number behind the last byte seen.
    highest: Option<u32>,
    /// Highest acknowledgement that the other end sent for it.
    acknowledged: Option<u32>,
    /// Nothing more is to be learned from this direction.
    decided: bool,
    /// Sequence number of the first byte of TLS.
    tls_start: Option<u32>,
    /// Segments with a good checksum were seen: a bad one is then not explained by offloading.
    checksums_hold: bool,
    corrupt: u32,
}

/// Sequence numbers of both directions of a connection that is settled, by way.
#[derive(Debug)]
pub(super) struct Numbers {
    /// Of the first byte.
    pub(super) first: [u32; 2],
    /// Of the first that was not read.
    pub(super) unread: [u32; 2],
    /// Behind the last byte seen.
    pub(super) highest: [u32; 2],
}

/// What ended a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// A FIN.
    Fin,
    /// An RST.
    Rst,
}

/// How a connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Close {
    /// Open, as far as seen.
    Open,
    /// FIN from this side only.
    HalfClosed(Side),
    /// FIN from both.
    Closed,
    /// RST by this side.
    Reset(Side),
}

impl Connection {
    /// A connection first seen with `segment`.
    pub fn new(segment: &Segment) -> Self {
        Self {
            key: segment.key,
            start: segment.time,
            last: segment.time,
            origin: segment.origin,
            first_seq: segment.seq,
            opened: None,
            client: None,
            syn_at: None,
            syn_ack_at: None,
            other_start: None,
            halves: [Half::default(), Half::default()],
            held: 0,
            held_since: None,
            asked: None,
            tail: Tail::default(),
            by_words: false,
            foreign: false,
            disowned: false,
            taken: false,
            greeted_backwards: false,
            dialogue: Dialogue::default(),
        }
    }

    /// Its ports say nothing: what is said must tell that it is SMTP.
    pub(super) const fn go_by_words(&mut self) {
        self.by_words = true;
    }

    /// Whether only its words can tell that it is SMTP.
    pub const fn goes_by_words(&self) -> bool {
        self.by_words
    }

    /// It is no SMTP, by its words or since its server is on no watched port, so nothing of it is of interest.
    pub const fn is_foreign(&self) -> bool {
        self.foreign
    }

    /// Whether its watched port is the client's, which the words of its middle would not tell.
    pub(super) const fn is_disowned(&self) -> bool {
        self.disowned
    }

    /// Whether it is SMTP by its words, or need not be.
    pub fn is_wanted(&self) -> bool {
        let backwards = self.greeted_backwards && !self.saw_opening();
        if self.by_words {
            self.standing() == Standing::Smtp
        } else if backwards {
            !self.foreign && !self.is_silent_as_a_server()
        } else {
            !self.foreign
        }
    }

    /// Nothing that only a server says came from the end that is taken for it.
    fn is_silent_as_a_server(&self) -> bool {
        let server = self.dialogue.server.as_ref();
        server.is_none_or(|side| {
            let answered = side
                .tls
                .facts()
                .is_some_and(|facts| facts.server_hello.is_some());
            side.facts.replies == 0 && !answered
        })
    }

    /// What its words make of it.
    fn standing(&self) -> Standing {
        if self.foreign {
            return Standing::Other;
        }
        opening::standing(&self.dialogue, self.saw_opening())
    }

    /// The same for one whose memory is used again.
    pub(super) fn begin_anew(&mut self, segment: &Segment) {
        let mut tail = mem::take(&mut self.tail);
        tail.begin_anew();
        *self = Self {
            tail,
            ..Self::new(segment)
        };
    }

    /// The first sequence numbers of both directions, once nothing that may still come tells more: both SYNs were seen,
    /// both FINs, and every byte between them that is of use. What then comes between the same ports is a copy, or
    /// another connection.
    pub(super) fn is_complete(&self) -> Option<[u32; 2]> {
        let read_to_the_end = |way: Way| {
            let half = &self.halves[way.index()];
            self.tail.closed_at(way).is_some() && (half.decided || half.stream.is_finished())
        };
        if !read_to_the_end(Way::Up) || !read_to_the_end(Way::Down) {
            return None;
        }
        // What was decided is not read any more, but who sent what in answer to what is still noted.
        if !self.tail.turns.is_whole() {
            return None;
        }
        self.known_first_numbers()
    }

    /// The first sequence numbers of both directions, if their SYNs tell them.
    pub(super) fn known_first_numbers(&self) -> Option<[u32; 2]> {
        let [up, down] = &self.halves;
        self.syn_at.and(self.syn_ack_at)?;
        Some([up.stream.first()?, down.stream.first()?])
    }

    /// The first sequence numbers of both directions, 0 where they are not known.
    pub(super) fn first_numbers(&self) -> [u32; 2] {
        [0, 1].map(|way| self.halves[way].stream.first().unwrap_or_default())
    }

    /// What [`Settled`](super::settled::Settled) needs to go on in its place: both directions are decided, and seen
    /// from their SYNs.
    pub(super) fn settled_numbers(&self) -> Option<Numbers> {
        if !self.is_decided() || self.foreign {
            return None;
        }
        self.syn_at.and(self.syn_ack_at)?;
        let [up, down] = &self.halves;
        if up.stream.is_start_presumed() || down.stream.is_start_presumed() {
            return None;
        }
        Some(Numbers {
            first: [up.stream.first()?, down.stream.first()?],
            unread: [up.stream.next()?, down.stream.next()?],
            highest: [up.highest?, down.highest?],
        })
    }

    /// Has the processor fetch what the next segment needs first.
    #[inline]
    pub(super) fn touch(&self) {
        black_box((self.last, self.halves[0].highest, self.halves[1].highest));
    }

    /// Whether `segment` opens or belongs to another connection between the same ports; `trace` is what the table noted
    /// of this one.
    pub(super) fn is_succeeded_by(&self, segment: &Segment, trace: &Trace) -> bool {
        let half = &self.halves[segment.way.index()];
        let after_syn = segment.seq.wrapping_add(1);
        if segment.has(Segment::SYN) {
            if self.answers_anew(segment) {
                return self.is_over();
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
    pub(super) fn is_answered_by(&self, segment: &Segment) -> bool {
        let syn = &self.halves[segment.way.reversed().index()].stream;
        segment.has(Segment::SYN | Segment::ACK) && syn.first() == Some(segment.ack)
    }

    /// Sequence numbers behind the last byte that was seen of each direction or, where none was, acknowledged.
    pub(super) fn ends(&self) -> [Option<u32>; 2] {
        let [up, down] = &self.halves;
        [up, down].map(|half| half.highest.or(half.acknowledged))
    }

    /// Whether `segment` answers the SYN of this connection once more, and begins at another number than the answer before.
    fn answers_anew(&self, segment: &Segment) -> bool {
        let first = self.halves[segment.way.index()].stream.first();
        self.is_answered_by(segment)
            && first.is_some_and(|first| first != segment.seq.wrapping_add(1))
    }

    /// Whether `segment` answers another SYN than the one that was seen (RFC 9293 section 3.10.7.3: its acknowledgement
    /// is unacceptable).
    fn answers_another(&self, segment: &Segment) -> bool {
        let syn = &self.halves[segment.way.reversed().index()].stream;
        let own = syn.first().filter(|_| !syn.is_start_presumed());
        segment.has(Segment::ACK)
            && own.is_some_and(|first| segment.ack.wrapping_sub(first) >= MAX_SYN_DATA)
    }

    /// Whether the numbers of `segment` say that it is of another connection between the same ports; not asked of what
    /// is next in line.
    #[inline(never)]
    fn is_stray(&mut self, segment: &Segment) -> bool {
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

    /// The other end has received a FIN that stood far ahead.
    fn believe_fin(&mut self, segment: &Segment) {
        if let Some((way, place)) = self.tail.believe_fin(segment) {
            let half = &mut self.halves[way.index()];
            half.highest = half.highest.map(|highest| later(highest, place));
            half.stream.end_at(place);
        }
    }

    /// The client goes by the answer that reaches it first, and may be the only one to know which that was (RFC 9293
    /// section 3.10.7).
    fn note_other_start(&mut self, segment: &Segment) {
        let half = &self.halves[segment.way.index()];
        if half.stream.is_at_start() && half.acknowledged != half.stream.first() {
            self.other_start = Some((segment.way, segment.seq.wrapping_add(1)));
        }
    }

    /// Begins the server's direction anew where the client acknowledges its other answer, or the server goes on from that.
    fn choose_start(&mut self, segment: &Segment) {
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

    /// What the table noted or, of an end that was not seen, what the other has received from it.
    fn is_foreign_to(&self, segment: &Segment, trace: &Trace) -> bool {
        let known = [Way::Up, Way::Down].map(|way| {
            let half = &self.halves[way.index()];
            let highest = half.highest.map(|_| trace.highest[way.index()]);
            highest.or(half.acknowledged)
        });
        trace.is_foreign_to(segment, self.is_over(), known)
    }

    /// Takes one segment of this connection in; `block` holds its bytes.
    #[inline]
    pub fn segment(&mut self, segment: &Segment, block: &[u8], ports: &PortSet) {
        let follows = self.halves[segment.way.index()].highest == Some(segment.seq);
        if !follows && !segment.has(Segment::SYN) && self.is_stray(segment) {
            return;
        }
        self.last = self.last.max(segment.time);
        if segment.has(Segment::SYN) {
            if self.answers_anew(segment) {
                return self.note_other_start(segment);
            }
            self.forget_refusal(segment);
        }
        self.halves[segment.way.reversed().index()].note_acknowledged(segment);
        self.choose_start(segment);
        if self.tail.is_in_doubt() {
            self.believe_fin(segment);
        }
        let half = &mut self.halves[segment.way.index()];
        if is_near(half.highest, segment) {
            self.tail.note_turn(segment);
        }
        half.note(segment);
        if !half.decided {
            self.read(segment, block, ports);
        }
        if segment.flags & (Segment::FIN | Segment::RST) != 0 {
            self.note_end(segment);
        } else if segment.length == 0 && !self.halves[segment.way.index()].decided {
            self.note_taken(segment);
        }
    }

    /// An acknowledgement without payload says where its sender has got to (RFC 9293 section 3.4): one of the client
    /// that stands where its Finished ends, and acknowledges all of the server's, shows that it did not refuse the
    /// handshake before it had that. So nothing more is to be learned.
    fn note_taken(&mut self, segment: &Segment) {
        let way = segment.way;
        let left = self.tail.is_over() || self.tail.is_half_closed();
        if left || self.client != Some(way) || !segment.has(Segment::ACK) {
            return;
        }
        let Some(ends) = self.dialogue.finished_ends() else {
            return;
        };
        let acknowledges = |place: u32| segment.ack.wrapping_sub(place) < 1 << 31;
        self.taken |= matches!(
            self.places(way, ends),
            Some((client, Some(server))) if client == segment.seq && acknowledges(server)
        );
        if self.taken && self.is_established(way) {
            self.decide(way);
            self.decide(way.reversed());
        }
    }

    /// An end that had answered a SYN with a reset accepts the same SYN, tried again: the reset, whose sequence number
    /// may be anything (RFC 9293 section 3.10.7.1), tells nothing of what follows. Nor does that by which the client
    /// has answered an old connection's packet before it tries again (section 3.5.1).
    fn forget_refusal(&mut self, segment: &Segment) {
        let half = &mut self.halves[segment.way.index()];
        let answers = segment.has(Segment::ACK);
        if (!answers || half.stream.first().is_none())
            && !half.spoke
            && self.tail.forget_reset(segment)
        {
            half.highest = None;
        }
    }

    /// `segment` was sent by, or to, a client to which DNS had given the server's address for `names`. Counts only if
    /// it is the first packet: whatever was answered later cannot be why the client came.
    pub fn note_asked(&mut self, segment: &Segment, names: &AskedNames) {
        let is_first = self.start == segment.time && self.first_seq == segment.seq;
        if is_first && !self.is_decided() {
            self.asked.get_or_insert_with(|| Arc::clone(names));
        }
    }

    /// What the table may note of further packets by itself.
    pub(super) fn trace(&self) -> Trace {
        let closing = self.is_over() || self.tail.is_half_closed() || self.tail.is_in_doubt();
        if self.foreign {
            return Trace {
                last: self.last,
                need: [Need::Opening; 2],
                lasting: self.disowned,
                ..Trace::EMPTY
            };
        }
        let [up, down] = &self.halves;
        let full = self.tail.turns.is_full();
        // An acknowledgement tells of the other direction, as long as that is read.
        let need = |half: &Half, other: &Half| {
            if other.decided {
                half.need(closing, full)
            } else {
                Need::All
            }
        };
        // The first packets of each turn come here and are noted.
        let same_turn = |way: Way, other: &Half| {
            other.highest.is_some() && self.tail.turns.received(way) == other.highest
        };
        Trace {
            last: self.last,
            highest: [
                up.highest.unwrap_or_default(),
                down.highest.unwrap_or_default(),
            ],
            need: [need(up, down), need(down, up)],
            same_turn: [same_turn(Way::Up, down), same_turn(Way::Down, up)],
            lasting: false,
        }
    }

    /// Takes over what the table noted.
    pub(super) fn catch_up(&mut self, trace: &Trace) {
        self.last = trace.last;
        if trace.need == [Need::All; 2] {
            return;
        }
        let was = [self.halves[0].highest, self.halves[1].highest];
        for way in [Way::Up, Way::Down] {
            let (Some(from), to) = (was[way.index()], trace.highest[way.index()]) else {
                continue;
            };
            self.halves[way.index()].highest = Some(to);
            if from == to || !matches!(trace.need[way.index()], Need::Turns | Need::Nothing) {
                continue;
            }
            let other = was[way.reversed().index()];
            self.tail.catch_up(way, (from, to), other);
        }
    }

    /// Nothing more will come: reads what was held back.
    pub fn finish(&mut self, ports: &PortSet) {
        for way in [Way::Up, Way::Down] {
            let half = &mut self.halves[way.index()];
            if !half.decided {
                half.end_where_told(self.tail.closed_at(way).is_some());
                self.with_reader(way, ports, |stream, sink| stream.flush(sink));
            }
        }
        self.dialogue.finish();
    }

    /// Gives up on the bytes that are waited for, and reads on behind them.
    pub(super) fn stop_waiting(&mut self, ports: &PortSet) {
        for way in [Way::Up, Way::Down] {
            if !self.halves[way.index()].decided {
                self.with_reader(way, ports, |stream, sink| stream.flush(sink));
            }
        }
        self.dialogue.let_go();
    }

    /// Nothing more is to be learned from either direction.
    pub fn is_decided(&self) -> bool {
        self.halves.iter().all(|half| half.decided)
    }

    /// Closed in both directions, or reset.
    pub fn is_over(&self) -> bool {
        self.tail.is_over()
    }

    /// Over, or only one direction is seen, and it closed. One that was refused before anybody said a word is not: it
    /// may be tried again with the same numbers.
    pub(super) fn is_over_as_far_as_seen(&self) -> bool {
        let alone = |way: Way| {
            self.tail.closed_at(way).is_some() && !self.halves[way.reversed().index()].seen
        };
        self.halves.iter().any(|half| half.spoke)
            && (self.is_over() || alone(Way::Up) || alone(Way::Down))
    }

    /// How the connection ended, if it did.
    pub fn close(&self, ports: &PortSet) -> Close {
        self.tail.close(self.client_way(ports))
    }

    /// The way the client's packets go: by its SYN, else by the watched port, else by what was said.
    pub fn client_way(&self, ports: &PortSet) -> Way {
        let known = self.opened.or(self.client);
        known.unwrap_or_else(|| client::guess(&self.key, ports, Way::Up, &[]))
    }

    /// Whether the way of the client is known from a SYN.
    pub const fn saw_opening(&self) -> bool {
        self.opened.is_some()
    }

    /// SYN to SYN-ACK, nanoseconds.
    pub fn connect_latency(&self) -> Option<u64> {
        self.syn_ack_at?.after(self.syn_at?)
    }

    /// Whether packets of `way` are in the capture.
    pub const fn saw(&self, way: Way) -> bool {
        self.halves[way.index()].seen
    }

    /// Whether `way` sent the first bytes that were seen of it in answer to none that were seen.
    pub fn began_first(&self, way: Way) -> bool {
        self.tail.turns.began_first(way)
    }

    /// Whether no byte of `way` is known to be missing from the first that was seen on.
    pub fn is_unbroken(&self, way: Way) -> bool {
        let stream = &self.halves[way.index()].stream;
        stream.counts().gaps == 0 && stream.next().is_some()
    }

    /// Whether `way` is seen from its true beginning and no byte of it is known to be missing.
    pub fn is_whole(&self, way: Way) -> bool {
        self.halves[way.index()].stream.first().is_some() && self.is_unbroken(way)
    }

    /// The link-layer address that packets of `way` came from.
    pub const fn mac(&self, way: Way) -> Option<[u8; 6]> {
        self.halves[way.index()].mac
    }

    /// The sequence numbers at the given positions, counted from the first byte of TLS of the client's direction and
    /// the server's.
    pub fn places(&self, client: Way, ends: (u64, Option<u64>)) -> Option<(u32, Option<u32>)> {
        let client_end = self.tls_position(client, ends.0)?;
        let server_end = match ends.1 {
            Some(end) => Some(self.tls_position(client.reversed(), end)?),
            None => None,
        };
        Some((client_end, server_end))
    }

    /// What the client had received of the server's direction when it sent the last byte before `place` of its own;
    /// both counted from the first byte of TLS.
    pub fn received_before(&self, client: Way, place: u64) -> Option<u64> {
        let place = self.tls_position(client, place)?;
        let received = self.tail.turns.received_before(client, place)?;
        let start = self.halves[client.reversed().index()].tls_start?;
        let length = received.wrapping_sub(start);
        (length < 1 << 31).then_some(u64::from(length))
    }

    /// How the client left, and what it had received of the server's direction then, counted from the first byte of TLS.
    fn left(&self, client: Way) -> Left {
        let start = self.halves[client.reversed().index()].tls_start;
        match (self.tail.left(client), start) {
            (tail::Left::Not, _) => Left::Not,
            (tail::Left::Having(received), Some(start)) => match received.wrapping_sub(start) {
                length @ 0..0x8000_0000 => Left::Having(u64::from(length)),
                _ => Left::Having(0),
            },
            _ => Left::Unknown,
        }
    }

    /// Asks something that takes what the connection tells besides its bytes; `client` is the way of its client's packets.
    pub fn with_course<T>(&self, client: Way, ask: impl FnOnce(Course<'_>) -> T) -> T {
        ask(Course {
            received: &|place| self.received_before(client, place),
            taken: self.taken,
            left: self.left(client),
            over: self.is_over() || self.tail.is_half_closed(),
        })
    }

    /// Whether both directions together prove that the handshake has finished, where the server's may be over: in TLS
    /// 1.3 nothing tells where it is, so that many records are waited for.
    fn is_established(&self, client: Way) -> bool {
        let dialogue = &self.dialogue;
        let of_client = dialogue.client.as_ref().and_then(|side| side.tls.facts());
        let of_server = dialogue.server.as_ref().and_then(|side| side.tls.facts());
        let may_be_over = |facts: &&Facts| {
            facts.finished || usize::from(facts.application.count) >= Application::KEPT
        };
        let Some(of_server) = of_server.filter(may_be_over) else {
            return false;
        };
        let proof = self.with_course(client, |course| {
            tls::conclude(of_client, Some(of_server), course)
        });
        proof.established == Some(true)
    }

    /// The sequence number `offset` bytes behind the first byte of TLS.
    fn tls_position(&self, way: Way, offset: u64) -> Option<u32> {
        let start = self.halves[way.index()].tls_start?;
        Some(start.wrapping_add(u32::try_from(offset).ok()?))
    }

    /// What went wrong, both ways together.
    pub fn counts(&self) -> Counts {
        let [up, down] = [&self.halves[0], &self.halves[1]].map(|half| half.stream.counts());
        Counts {
            gaps: up.gaps.saturating_add(down.gaps),
            gap_bytes: up.gap_bytes.saturating_add(down.gap_bytes),
            duplicates: up.duplicates.saturating_add(down.duplicates),
            conflicts: up.conflicts.saturating_add(down.conflicts),
        }
    }

    /// Segments left out for a bad TCP checksum.
    pub fn corrupt(&self) -> u64 {
        self.halves.iter().map(|half| u64::from(half.corrupt)).sum()
    }

    /// Bytes held in both directions, for missing segments and for TLS messages that are not whole yet, when they were
    /// counted last.
    pub(super) const fn held_bytes(&self) -> usize {
        self.held
    }

    /// Counts them, and returns how many they were before and are now.
    #[inline]
    pub(super) fn count_held(&mut self) -> (usize, usize) {
        let [up, down] = &self.halves;
        let now = up.stream.held_bytes() + down.stream.held_bytes() + self.dialogue.held();
        (mem::replace(&mut self.held, now), now)
    }

    fn read(&mut self, segment: &Segment, block: &[u8], ports: &PortSet) {
        if self.halves[segment.way.index()].mac.is_none() {
            let [source, destination] = segment.macs(block);
            self.halves[segment.way.index()].mac = source;
            let other = &mut self.halves[segment.way.reversed().index()].mac;
            *other = other.or(destination);
        }
        let mut seq = segment.seq;
        if segment.has(Segment::SYN) {
            seq = seq.wrapping_add(1);
            self.note_opening(segment, ports);
            self.with_reader(segment.way, ports, |stream, sink| {
                stream.start_at(seq, sink);
            });
            if segment.has(Segment::ACK) {
                self.with_reader(segment.way.reversed(), ports, |stream, sink| {
                    stream.presume_start(segment.ack, sink);
                });
            }
        }
        if segment.length > 0 && self.is_sound(segment, block) {
            let payload = segment.payload(block);
            let stream = &self.halves[segment.way.index()].stream;
            if self.by_words && stream.next().or(stream.lowest_held()).is_none() {
                // The first that is seen of a connection that began before: where it does not tell, nothing will.
                self.foreign |= !opening::may_open(payload);
            }
            let (length, time) = (segment.length, segment.time);
            self.with_reader(segment.way, ports, |stream, sink| {
                stream.push(seq, payload, length, time, sink);
            });
        }
    }

    /// Whether the payload may be believed: a bad checksum counts only where others of the same sender were good.
    fn is_sound(&mut self, segment: &Segment, block: &[u8]) -> bool {
        let half = &mut self.halves[segment.way.index()];
        match segment.checksum(block) {
            Checksum::Good => {
                half.checksums_hold = true;
                true
            }
            Checksum::Bad if half.checksums_hold => {
                half.corrupt = half.corrupt.saturating_add(1);
                false
            }
            _ => true,
        }
    }

    /// Runs `feed` on one direction, with everything it hands on going to the dialogue.
    fn with_reader(
        &mut self,
        way: Way,
        ports: &PortSet,
        feed: impl FnOnce(&mut Direction, &mut dyn FnMut(Piece<'_>)),
    ) {
        let mut client = self.opened.or(self.client);
        let guess = (self.key, ports);
        let half = &mut self.halves[way.index()];
        let dialogue = &mut self.dialogue;
        let whole = half.stream.first().is_some();
        let (by_words, opened, foreign) = (&mut self.by_words, &mut half.opened, &mut self.foreign);
        let (disowned, greeted_backwards) = (&mut self.disowned, &mut self.greeted_backwards);
        let told = self.opened;
        let mut unknown = half.tls_start.is_none();
        let (mut passed, mut tls_at) = (0_u32, None);
        feed(&mut half.stream, &mut |piece| {
            passed = passed.wrapping_add(piece.length());
            let bytes = match &piece {
                Piece::Bytes(bytes, _) => *bytes,
                Piece::Gap(_) => &[],
            };
            if !std::mem::replace(opened, true) {
                let client_told = told.or_else(|| {
                    client::against_port(&guess.0, ports, way, bytes, greeted_backwards)
                });
                if let Some(told) =
                    client_told.filter(|told| client::is_against_port(&guess.0, ports, *told))
                {
                    *disowned = true;
                    *by_words = ports.has_others();
                    // What was read with the ends taken for each other cannot be read again.
                    *foreign |= !*by_words || client.is_some_and(|client| client != told);
                    client = Some(told);
                }
                *foreign |= *by_words && !bytes.is_empty() && !opening::may_open(bytes);
            }
            if *foreign {
                return;
            }
            let client =
                *client.get_or_insert_with(|| client::guess(&guess.0, guess.1, way, bytes));
            let side = if way == client {
                Side::Client
            } else {
                Side::Server
            };
            dialogue.push(side, &piece, whole);
            match dialogue.tls_begun_with(side) {
                Some(bytes) if unknown && tls_at.is_none() => {
                    tls_at = Some(passed.wrapping_sub(bytes));
                }
                // It was given up, and may begin again.
                None => (unknown, tls_at) = (true, None),
                Some(_) => {}
            }
        });
        self.client = client;
        self.foreign |= self.by_words && opening::standing(dialogue, whole) == Standing::Other;
        let Some(client) = client else { return };
        let side = if way == client {
            Side::Client
        } else {
            Side::Server
        };
        if let (Some(at), Some(next)) = (tls_at, half.stream.next()) {
            let start = next.wrapping_sub(passed).wrapping_add(at);
            half.tls_start = Some(start);
            self.tail.turns.forget_before(way, start);
        }
        if dialogue.is_decided(side) {
            self.decide(way);
        }
        let [of_client, of_server] = [client, client.reversed()].map(Way::index);
        if self.halves[of_client].decided
            && !self.halves[of_server].decided
            && self.is_established(client)
        {
            self.decide(client.reversed());
        }
    }

    /// Nothing that could still come of `way` would change what is known.
    fn decide(&mut self, way: Way) {
        let half = &mut self.halves[way.index()];
        half.decided = true;
        half.stream.forget();
        if self.is_decided() {
            self.dialogue.joint.settle();
        }
    }

    fn note_opening(&mut self, segment: &Segment, ports: &PortSet) {
        let crossing = self.opened == Some(segment.way.reversed()) && self.syn_at.is_some();
        if !segment.has(Segment::ACK) && crossing {
            // Both ends opened (RFC 9293 section 3.5): the watched port is the server's.
            self.opened = client::by_port(&self.key, ports).or(self.opened);
        }
        if segment.has(Segment::ACK) {
            self.opened.get_or_insert(segment.way.reversed());
            self.syn_ack_at.get_or_insert(segment.time);
        } else {
            self.opened.get_or_insert(segment.way);
            self.syn_at.get_or_insert(segment.time);
        }
        // Before anything is read both ends may still open, and tell better.
        let is_read = self.halves.iter().any(|half| half.opened);
        let against = |client| client::is_against_port(&self.key, ports, client);
        if is_read && !self.disowned && self.opened.is_some_and(against) {
            self.disowned = true;
            self.foreign = true;
            self.by_words = ports.has_others();
        }
    }

    fn note_end(&mut self, segment: &Segment) {
        let half = &mut self.halves[segment.way.index()];
        if segment.has(Segment::RST) {
            if half.stream.accepts(segment.seq) {
                self.tail.note_reset(segment);
            }
            return;
        }
        self.tail.note_fin(segment.way, segment.time);
        half.stream.end_at(segment.seq.wrapping_add(segment.length));
    }
}

impl Half {
    #[inline]
    fn note_acknowledged(&mut self, segment: &Segment) {
        if !self.decided && segment.has(Segment::ACK) {
            match self.acknowledged {
                Some(before) if segment.ack.wrapping_sub(before) > 1 << 31 => {}
                _ => self.acknowledged = Some(segment.ack),
            }
        }
    }

    /// No FIN is needed to know that bytes are missing at the end: what was acknowledged was sent, and so was what lies
    /// before a later sequence number.
    fn end_where_told(&mut self, closed: bool) {
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
    fn note(&mut self, segment: &Segment) {
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
    const fn need(&self, closing: bool, full: bool) -> Need {
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
