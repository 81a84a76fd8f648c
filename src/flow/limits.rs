//! What a table may hold, and how long connections are waited for.

use super::connection::Connection;
use super::tail::Tail;
use super::trace::Trace;
use super::wheel::PER_SECOND;

/// What a table may hold and for how long.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections at a time.
    pub flows: usize,
    /// Bytes held for missing segments, and of TLS messages that are not whole yet, over all connections.
    pub held_bytes: usize,
    /// Ticks without a packet after which an open connection is over.
    pub idle: u32,
    /// Ticks that a closed connection is kept for late copies of its packets; where nothing comes late, also those that
    /// one end's close is waited for behind the other's.
    pub linger: u32,
    /// Ticks that a connection that is over is waited for while something may be missing of it, the one that has begun
    /// included. As long as `linger` where packets may come late; less where they come in the order of time, as from
    /// interfaces.
    pub late: u32,
    /// Ticks that the acknowledgement of the last FIN is waited for, the one that has begun included.
    pub last_ack: u32,
    /// Connections of which everything but their end is known, and that are held as they are: most end soon.
    pub warm: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            flows: 1_000_000,
            held_bytes: 64 << 20,
            idle: 4_000 * PER_SECOND,
            linger: 60 * PER_SECOND,
            late: 60 * PER_SECOND,
            last_ack: 2 * PER_SECOND,
            warm: 1024,
        }
    }
}

impl Limits {
    /// For packets that come in the order of time, as from interfaces: behind the end of a connection there come only
    /// those that were under way.
    #[must_use]
    pub const fn in_order(self) -> Self {
        const ROUND_TRIPS: u32 = 3;
        Self {
            late: ROUND_TRIPS,
            last_ack: ROUND_TRIPS,
            ..self
        }
    }

    /// Whether nothing comes late.
    pub(super) const fn are_in_order(&self) -> bool {
        self.late < self.linger
    }

    /// Ticks without a packet after which `connection` is over.
    pub(super) fn wait(&self, connection: &Connection) -> u32 {
        if self.are_in_order() && connection.is_over_as_far_as_seen() {
            self.late
        } else if connection.is_foreign() && !connection.is_disowned() {
            self.linger
        } else {
            self.wait_for(&connection.tail)
        }
    }

    /// The same for one that is settled.
    pub(super) fn wait_settled(&self, tail: &Tail) -> u32 {
        if tail.is_over() {
            self.late
        } else {
            self.wait_for(tail)
        }
    }

    /// Where one end has closed and nothing comes late, no more than the close of the other end is to be expected, and
    /// that may be lost.
    fn wait_for(&self, tail: &Tail) -> u32 {
        if tail.is_over() || (self.are_in_order() && tail.is_half_closed()) {
            self.linger
        } else {
            self.idle
        }
    }

    /// The same after a packet that only moved `trace`.
    pub(super) const fn wait_after(&self, trace: &Trace) -> u32 {
        if trace.is_dismissed() && !trace.lasting {
            self.linger
        } else {
            self.idle
        }
    }
}
