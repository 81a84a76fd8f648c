//! From a segment with payload to the dialogue: each direction is put in order, and what is next in line is read at
//! once.

use std::mem;

use super::Connection;
use super::half::Half;
use crate::flow::client;
use crate::flow::reassembly::Direction;
use crate::flow::{Segment, Way};
use crate::packet::PortSet;
use crate::packet::checksum::Checksum;
use crate::piece::Piece;
use crate::smtp::opening::{self, Standing};

/// Where in a direction TLS starts, looked for while pieces of it go by.
#[derive(Debug)]
struct FirstTlsByte {
    /// Bytes that went by.
    passed: u32,
    /// How many of them lie before it.
    at: Option<u32>,
    /// It was not known before.
    unknown: bool,
}

impl Connection {
    pub(super) fn reassemble(&mut self, segment: &Segment, block: &[u8], ports: &PortSet) {
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
            self.halves[segment.way.index()].stream.start_at(seq);
            self.pass_to_dialogue(segment.way, ports, |stream, sink| stream.drain(sink));
            if segment.has(Segment::ACK) {
                let other = segment.way.reversed();
                self.halves[other.index()].stream.presume_start(segment.ack);
                self.pass_to_dialogue(other, ports, |stream, sink| stream.drain(sink));
            }
        }
        if segment.length > 0 && self.is_sound(segment, block) {
            let payload = segment.payload(block);
            let stream = &self.halves[segment.way.index()].stream;
            if stream.next().or(stream.lowest_held()).is_none() {
                // The first that is seen of a connection that began before: where it does not tell, nothing will.
                self.client.words_may_open(payload);
            }
            let (length, time) = (segment.length, segment.time);
            self.pass_to_dialogue(segment.way, ports, |stream, sink| {
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
    pub(super) fn pass_to_dialogue(
        &mut self,
        way: Way,
        ports: &PortSet,
        feed: impl FnOnce(&mut Direction, &mut dyn FnMut(Piece<'_>)),
    ) {
        self.client.follow_syn();
        let half = &mut self.halves[way.index()];
        let whole = half.stream.first().is_some();
        let (key, client, dialogue) = (&self.key, &mut self.client, &mut self.dialogue);
        let mut first_tls = FirstTlsByte::of(half);
        let words_heard = &mut half.words_heard;
        feed(&mut half.stream, &mut |piece| {
            first_tls.pass(&piece);
            let bytes = match &piece {
                Piece::Bytes(bytes, _) => *bytes,
                Piece::Gap(_) => &[],
            };
            if !mem::replace(words_heard, true) {
                client.first_words(key, ports, way, bytes);
            }
            if client.is_foreign() {
                return;
            }
            let side = client.side(key, ports, way, bytes);
            dialogue.push(side, &piece, whole);
            first_tls.note(dialogue.tls_begun_with(side));
        });
        if self.goes_by_words() && opening::standing(&self.dialogue, whole) == Standing::Other {
            self.client.call_foreign();
        }
        self.note_read(way, &first_tls);
    }

    /// `way` was read on, with this found of where its TLS starts.
    fn note_read(&mut self, way: Way, first_tls: &FirstTlsByte) {
        let Some(client) = self.client.read_as() else {
            return;
        };
        let half = &mut self.halves[way.index()];
        if let Some(start) = first_tls.found(&half.stream) {
            half.tls_start = Some(start);
            self.tail.turns.forget_before(way, start);
        }
        if self.dialogue.is_decided(client::side(client, way)) {
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
    pub(super) fn decide(&mut self, way: Way) {
        let half = &mut self.halves[way.index()];
        half.decided = true;
        half.stream.forget();
        if self.is_decided() {
            self.dialogue.joint.settle();
        }
    }
}

impl FirstTlsByte {
    /// Of a direction that is about to go on.
    const fn of(half: &Half) -> Self {
        Self {
            passed: 0,
            at: None,
            unknown: half.tls_start.is_none(),
        }
    }

    /// The next piece.
    const fn pass(&mut self, piece: &Piece<'_>) {
        self.passed = self.passed.wrapping_add(piece.length());
    }

    /// The TLS that is read now has begun with so many of the bytes that went by.
    const fn note(&mut self, begun_with: Option<u32>) {
        match begun_with {
            Some(bytes) if self.unknown && self.at.is_none() => {
                self.at = Some(self.passed.wrapping_sub(bytes));
            }
            // It was given up, and may begin again.
            None => (self.unknown, self.at) = (true, None),
            Some(_) => {}
        }
    }

    /// The sequence number of its first byte, if it was found in what went by; `stream` has come behind all of that.
    fn found(&self, stream: &Direction) -> Option<u32> {
        let (at, next) = (self.at?, stream.next()?);
        Some(next.wrapping_sub(self.passed).wrapping_add(at))
    }
}
