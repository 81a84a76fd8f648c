//! One TCP connection: who is who, when it began, what it has taken in and how it ended.
//!
//! `half` is one direction of it. `belonging` tells which segments are its own, `reading` puts them in order and has
//! them read, `noted` leaves to the table those that need not be. `course` says what they tell of TLS besides their
//! bytes, `numbers` when nothing more is to be learned.

mod belonging;
mod course;
mod half;
mod noted;
mod numbers;
mod reading;

use std::hint::black_box;
use std::mem;
use std::sync::Arc;

use self::half::Half;
pub(super) use self::numbers::Numbers;
use super::client::{self, ClientEnd};
use super::reassembly::Counts;
use super::seq::later;
use super::tail::Tail;
use super::trace::is_near;
use super::{FlowKey, Segment, Way};
use crate::packet::PortSet;
use crate::session::Side;
use crate::session::asked::AskedNames;
use crate::smtp::Dialogue;
use crate::smtp::opening::{self, Standing};
use crate::time::Timestamp;

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
    /// Which end is the client.
    client: ClientEnd,
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
    /// Its client had sent nothing behind its Finished when it had the server's.
    taken: bool,
    /// What was said.
    pub dialogue: Dialogue,
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
            client: ClientEnd::default(),
            syn_at: None,
            syn_ack_at: None,
            other_start: None,
            halves: [Half::default(), Half::default()],
            held: 0,
            held_since: None,
            asked: None,
            tail: Tail::default(),
            taken: false,
            dialogue: Dialogue::default(),
        }
    }

    /// The same as [`Self::new`], in the memory of one that is over.
    pub(super) fn begin_anew(&mut self, segment: &Segment) {
        let mut tail = mem::take(&mut self.tail);
        tail.begin_anew();
        *self = Self {
            tail,
            ..Self::new(segment)
        };
    }

    /// Its ports say nothing: what is said must tell that it is SMTP.
    pub(super) const fn go_by_words(&mut self) {
        self.client.go_by_words();
    }

    /// Whether only its words can tell that it is SMTP.
    pub const fn goes_by_words(&self) -> bool {
        self.client.goes_by_words()
    }

    /// It is no SMTP, by its words or since its server is on no watched port, so nothing of it is of interest.
    pub const fn is_foreign(&self) -> bool {
        self.client.is_foreign()
    }

    /// Whether its watched port is the client's, which the words of its middle would not tell.
    pub(super) const fn is_disowned(&self) -> bool {
        self.client.is_disowned()
    }

    /// Whether it is SMTP by its words, or need not be.
    pub fn is_wanted(&self) -> bool {
        if self.goes_by_words() {
            return self.standing() == Standing::Smtp;
        }
        let is_backwards = || self.client.greets_backwards() && self.is_silent_as_a_server();
        !self.is_foreign() && !is_backwards()
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
        if self.is_foreign() {
            return Standing::Other;
        }
        opening::standing(&self.dialogue, self.saw_opening())
    }

    /// Has the processor fetch what the next segment needs first.
    #[inline]
    pub(super) fn touch(&self) {
        black_box((self.last, self.halves[0].highest, self.halves[1].highest));
    }

    /// The other end has received a FIN that stood far ahead.
    fn believe_fin(&mut self, segment: &Segment) {
        if let Some((way, fin)) = self.tail.believe_fin(segment) {
            let half = &mut self.halves[way.index()];
            half.highest = half.highest.map(|highest| later(highest, fin));
            half.stream.end_at(fin);
        }
    }

    /// Takes one segment of this connection in; `block` holds its bytes.
    #[inline]
    pub fn take_in(&mut self, segment: &Segment, block: &[u8], ports: &PortSet) {
        let follows = self.halves[segment.way.index()].highest == Some(segment.seq);
        if !follows {
            if segment.has(Segment::SYN) {
                self.note_attempt(segment);
            } else if self.is_stray(segment) {
                return;
            }
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
            self.reassemble(segment, block, ports);
        }
        if segment.flags & (Segment::FIN | Segment::RST) != 0 {
            self.note_end(segment);
        } else if segment.length == 0 && !self.halves[segment.way.index()].decided {
            self.note_taken(segment);
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

    /// Nothing more will come: reads what was held back.
    pub fn finish(&mut self, ports: &PortSet) {
        for way in [Way::Up, Way::Down] {
            let half = &mut self.halves[way.index()];
            if !half.decided {
                half.end_where_told(self.tail.closed_at(way).is_some());
                self.pass_to_dialogue(way, ports, |stream, sink| stream.flush(sink));
            }
        }
        self.dialogue.finish();
    }

    /// Gives up on the bytes that are waited for, and reads on behind them.
    pub(super) fn stop_waiting(&mut self, ports: &PortSet) {
        for way in [Way::Up, Way::Down] {
            if !self.halves[way.index()].decided {
                self.pass_to_dialogue(way, ports, |stream, sink| stream.flush(sink));
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
        let known = self.client.known();
        known.unwrap_or_else(|| client::guess(&self.key, ports, Way::Up, &[]))
    }

    /// Whether the way of the client is known from a SYN.
    pub const fn saw_opening(&self) -> bool {
        self.client.opened().is_some()
    }

    /// SYN to SYN-ACK, nanoseconds.
    pub fn connect_latency(&self) -> Option<u64> {
        self.syn_ack_at?.after(self.syn_at?)
    }

    /// Whether packets of `way` are in the capture.
    pub const fn saw(&self, way: Way) -> bool {
        self.halves[way.index()].seen
    }

    /// The link-layer address that packets of `way` came from.
    pub const fn mac(&self, way: Way) -> Option<[u8; 6]> {
        self.halves[way.index()].mac
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

    fn note_opening(&mut self, segment: &Segment, ports: &PortSet) {
        let answers = segment.has(Segment::ACK);
        let (client, at) = if answers {
            (segment.way.reversed(), &mut self.syn_ack_at)
        } else {
            (segment.way, &mut self.syn_at)
        };
        let other_opened = self.client.opened() == Some(segment.way.reversed());
        if !answers && other_opened && at.is_some() {
            self.client.both_opened(&self.key, ports);
        }
        at.get_or_insert(segment.time);
        let is_read = self.halves.iter().any(|half| half.words_heard);
        self.client.syn(&self.key, ports, client, is_read);
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
