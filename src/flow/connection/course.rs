//! What a connection tells of its TLS besides the bytes: who had received how much of the other's direction when, and
//! how the client left. Positions count from the first byte of TLS of a direction.

use super::Connection;
use crate::flow::seq::{ahead, has_reached};
use crate::flow::{Segment, Way, tail};
use crate::tls::facts::Application;
use crate::tls::{self, Course, Facts, Left};

impl Connection {
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

    /// The sequence numbers at the given positions, counted from the first byte of TLS of the client's direction and
    /// the server's.
    pub fn seqs_at(
        &self,
        client: Way,
        positions: (u64, Option<u64>),
    ) -> Option<(u32, Option<u32>)> {
        let client_end = self.tls_seq(client, positions.0)?;
        let server_end = match positions.1 {
            Some(position) => Some(self.tls_seq(client.reversed(), position)?),
            None => None,
        };
        Some((client_end, server_end))
    }

    /// What the client had received of the server's direction when it sent the last byte before `position` of its own;
    /// both counted from the first byte of TLS.
    pub fn received_before(&self, client: Way, position: u64) -> Option<u64> {
        let seq = self.tls_seq(client, position)?;
        let received = self.tail.turns.received_before(client, seq)?;
        let start = self.halves[client.reversed().index()].tls_start?;
        ahead(start, received).map(u64::from)
    }

    /// How the client left, and what it had received of the server's direction then, counted from the first byte of
    /// TLS.
    fn left(&self, client: Way) -> Left {
        let start = self.halves[client.reversed().index()].tls_start;
        match (self.tail.left(client), start) {
            (tail::Left::Not, _) => Left::Not,
            (tail::Left::Having(received), Some(start)) => {
                Left::Having(ahead(start, received).map_or(0, u64::from))
            }
            _ => Left::Unknown,
        }
    }

    /// Asks something that takes what the connection tells besides its bytes; `client` is the way of its client's
    /// packets.
    pub fn with_course<T>(&self, client: Way, ask: impl FnOnce(Course<'_>) -> T) -> T {
        ask(Course {
            received: &|position| self.received_before(client, position),
            taken: self.taken,
            left: self.left(client),
            over: self.is_over() || self.tail.is_half_closed(),
        })
    }

    /// Whether both directions together prove that the handshake has finished, where the server's may be over: in TLS
    /// 1.3 nothing tells where it is, so that many records are waited for.
    pub(super) fn is_established(&self, client: Way) -> bool {
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

    /// An acknowledgement without payload says where its sender has got to (RFC 9293 section 3.4): one of the client
    /// that stands where its Finished ends, and acknowledges all of the server's, shows that it did not refuse the
    /// handshake before it had that. So nothing more is to be learned.
    pub(super) fn note_taken(&mut self, segment: &Segment) {
        let way = segment.way;
        let left = self.tail.is_over() || self.tail.is_half_closed();
        if left || self.client.read_as() != Some(way) || !segment.has(Segment::ACK) {
            return;
        }
        let Some(ends) = self.dialogue.finished_ends() else {
            return;
        };
        let acknowledges = |seq: u32| has_reached(segment.ack, seq);
        self.taken |= matches!(
            self.seqs_at(way, ends),
            Some((client, Some(server))) if client == segment.seq && acknowledges(server)
        );
        if self.taken && self.is_established(way) {
            self.decide(way);
            self.decide(way.reversed());
        }
    }

    /// The sequence number at `position`.
    fn tls_seq(&self, way: Way, position: u64) -> Option<u32> {
        let start = self.halves[way.index()].tls_start?;
        Some(start.wrapping_add(u32::try_from(position).ok()?))
    }
}
