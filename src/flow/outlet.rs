//! Where a table hands its connections when they are over.

use super::tail::Tail;
use super::{Connection, FlowKey};
use crate::time::Timestamp;

/// What the owner of a table makes of its connections.
pub trait Outlet {
    /// What is kept of a connection of which everything is known.
    type Record;
    /// What is kept of an open connection of which nothing but turns and ends may still change.
    type Settled;

    /// What is to be kept of `connection`, of which both directions have told everything. `None` if its record needs more, so
    /// that it must stay as it is; else [`Outlet::conclude_settled`] will be called for it, in place of [`Outlet::conclude`].
    fn settle(&mut self, connection: &Connection) -> Option<Self::Settled>;

    /// The connection of which `settled` was kept is over, with these turns and ends.
    fn conclude_settled(
        &mut self,
        key: &FlowKey,
        settled: &Self::Settled,
        tail: &Tail,
    ) -> Self::Record;

    /// Nothing that may still come tells more of `connection`, which is over for this `reason`.
    fn conclude(&mut self, connection: &Connection, reason: Reason) -> Self::Record;

    /// Whether `record` must come behind those of connections that ended before, but not in the way that tells
    /// everything: then it takes as long as theirs ([`Limits::late`](super::Limits::late)).
    fn is_patient(&self, _record: &Self::Record) -> bool {
        false
    }

    /// The record of a connection that nothing moves any more.
    fn deliver(&mut self, over: Over<Self::Record>);
}

/// A connection that nothing moves any more.
#[derive(Debug)]
pub struct Over<R> {
    /// What was concluded of it.
    pub record: R,
    /// Its last packet, copies that came a little late included.
    pub last: Timestamp,
    /// The tick of the clock in which it was called over; `u32::MAX` at the end of the capture.
    pub tick: u32,
}

/// Why a connection was called over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It was closed; nothing is missing of it, or late packets were waited for.
    Closed,
    /// No packet came for as long as [`Limits::idle`](super::Limits::idle).
    Idle,
    /// Another connection between the same ports began, so many nanoseconds after its last packet.
    Succeeded(u64),
    /// The table was full.
    Evicted,
    /// The capture ended, so many nanoseconds after its last packet.
    EndOfCapture(u64),
}
