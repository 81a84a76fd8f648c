//! The sequence numbers of a connection of which nothing more is to be learned, by which the table knows what still
//! comes for it.

use super::Connection;
use crate::flow::Way;

/// Sequence numbers of both directions of a connection that is settled, by way.
#[derive(Debug)]
pub(in crate::flow) struct Numbers {
    /// Of the first byte.
    pub(in crate::flow) first: [u32; 2],
    /// Of the first that was not read.
    pub(in crate::flow) unread: [u32; 2],
    /// Behind the last byte seen.
    pub(in crate::flow) highest: [u32; 2],
}

impl Connection {
    /// The first sequence numbers of both directions, once nothing that may still come tells more: both SYNs were seen,
    /// both FINs, and every byte between them that is of use. What then comes between the same ports is a copy, or
    /// another connection.
    pub(in crate::flow) fn is_complete(&self) -> Option<[u32; 2]> {
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
    pub(in crate::flow) fn known_first_numbers(&self) -> Option<[u32; 2]> {
        let [up, down] = &self.halves;
        self.syn_at.and(self.syn_ack_at)?;
        Some([up.stream.first()?, down.stream.first()?])
    }

    /// The first sequence numbers of both directions, 0 where they are not known.
    pub(in crate::flow) fn first_numbers(&self) -> [u32; 2] {
        [0, 1].map(|way| self.halves[way].stream.first().unwrap_or_default())
    }

    /// What [`Settled`](crate::flow::settled::Settled) needs to go on in its place: both directions are decided, and seen
    /// from their SYNs.
    pub(in crate::flow) fn settled_numbers(&self) -> Option<Numbers> {
        if !self.is_decided() || self.is_foreign() {
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
}
