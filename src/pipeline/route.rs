//! Where the reader's segments go: straight into the table of the worker on the same thread, or through lanes to others.

use std::sync::Arc;

use super::worker::Worked;
use crate::evidence::Frame;
use crate::flow::Segment;
use crate::names::HostName;
use crate::session::asked::AskedNames;
use crate::source::Block;

/// What takes the reader's segments.
pub(super) trait Route {
    /// A segment whose bytes are in `block`, with the names that the client asked DNS for if it opens a connection, and
    /// what it came in.
    fn segment(
        &mut self,
        block: &Arc<Block>,
        segment: Segment,
        asked: Option<AskedNames>,
        frame: Frame,
    );

    /// Names of internal hosts that were learned.
    fn hosts(&mut self, hosts: impl Iterator<Item = HostName>);

    /// A stretch of packets has been read to its end at `clock`, nanoseconds of forward time. False if a thread at the
    /// other end has stopped: then all the rest would be lost, and reading is over.
    fn tick(&mut self, clock: u64) -> bool;

    /// Nothing comes for now. False as for [`Route::tick`].
    fn pause(&mut self, clock: u64) -> bool;

    /// Nothing will come any more. Returns what was counted by workers on this thread.
    fn finish(self, clock: u64) -> Worked;
}
