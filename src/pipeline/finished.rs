//! A record on its way from a worker to the caller.

use crate::judge::Folded;
use crate::session::{Mode, Session, Verdict};
use crate::time::Timestamp;

/// A record, whole or in the form in which a million of them can wait.
#[derive(Debug)]
pub(super) enum FinishedSession {
    /// As it is.
    Whole(Box<Session>),
    /// To be unfolded when its turn has come.
    Folded(Box<Folded>),
}

impl FinishedSession {
    pub(super) fn start(&self) -> Timestamp {
        match self {
            Self::Whole(session) => session.start,
            Self::Folded(folded) => folded.start,
        }
    }

    pub(super) fn id(&self) -> u64 {
        match self {
            Self::Whole(session) => session.id,
            Self::Folded(folded) => folded.id,
        }
    }

    pub(super) fn mode(&self) -> Option<Mode> {
        match self {
            Self::Whole(session) => session.mode,
            Self::Folded(folded) => folded.mode(),
        }
    }

    pub(super) fn verdict(&self) -> Verdict {
        match self {
            Self::Whole(session) => session.verdict,
            Self::Folded(folded) => folded.verdict(),
        }
    }

    /// Sets the time of the last packet.
    pub(super) fn end_at(&mut self, time: Timestamp) {
        match self {
            Self::Whole(session) => session.end = time,
            Self::Folded(folded) => folded.end = time,
        }
    }

    /// The record.
    pub(super) fn into_session(self) -> Box<Session> {
        match self {
            Self::Whole(session) => session,
            Self::Folded(folded) => Box::new(folded.unfold()),
        }
    }
}
