//! Who gets what comes out of the pipeline, and what was counted on the way.

use std::time::Duration;

use super::{ReaderFacts, WorkerFacts};
use crate::evidence::KeptPacket;
use crate::histogram::Pace;
use crate::names::HostName;
use crate::session::Session;

/// Takes what the pipeline finds; always called on the thread that started it.
pub trait Consumer {
    /// A session that is over.
    fn session(&mut self, session: Session);

    /// A name of an internal host, in no certain order.
    fn host(&mut self, _host: HostName) {}

    /// Runs about ten times a second, however much or little comes, with what was counted up to a moment ago.
    fn tick(&mut self, _facts: &PipelineCounters) {}

    /// Packets of a session with a legacy verdict, before the session itself, in the order in which they came.
    fn evidence(&mut self, _evidence: Evidence) {}

    /// Whether packets are kept for [`Consumer::evidence`]; asked once, at the start.
    fn wants_evidence(&self) -> bool {
        false
    }

    /// Whether the pipeline's own pace is to be measured; asked once, at the start.
    fn wants_pace(&self) -> bool {
        false
    }
}

/// For those who only want the sessions.
impl<F: FnMut(Session)> Consumer for F {
    fn session(&mut self, session: Session) {
        self(session);
    }
}

/// Handshake packets of one session.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// [`Session::id`].
    pub session: u64,
    /// What was kept.
    pub packets: Vec<KeptPacket>,
}

/// What was counted on the way.
#[derive(Clone, Debug, Default)]
pub struct PipelineCounters {
    /// By the reader.
    pub reader: ReaderFacts,
    /// By all workers together.
    pub workers: WorkerFacts,
    /// How long the slowest stage has shown no sign of working.
    pub silence: Duration,
    /// How the workers kept up, where that was asked for; known at the end.
    pub pace: Option<Pace>,
}

impl PipelineCounters {
    pub(super) fn of(reader: ReaderFacts, workers: &[WorkerFacts], silence: Duration) -> Self {
        let mut all = WorkerFacts::default();
        for worker in workers {
            all.merge(worker);
        }
        Self {
            reader,
            workers: all,
            silence,
            pace: None,
        }
    }
}
