//! What the watching thread posts, for those who show it: the console and the metrics server, each in a thread of its own.
//!
//! Posting never waits for a reader: a terminal that is not read from, or a client that is slow, hold up only their own thread.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::output::console::Snapshot;
use crate::output::metrics::{self, Facts};
use crate::session::Session;

/// Sessions that may wait for the console; of more the oldest are not listed by it. Counts and report hold all.
const WAITING: usize = 4_096;
/// How often things are posted.
const PERIOD: Duration = Duration::from_secs(1);
/// Putting a snapshot together may take one part in this many of the time.
const SHARE: u32 = 50;

/// The board.
#[derive(Default)]
pub(super) struct Board {
    posted: Mutex<Posted>,
    /// Somebody reads sessions.
    lists_sessions: bool,
}

#[derive(Default)]
struct Posted {
    latest: Option<Arc<Notice>>,
    sessions: VecDeque<Arc<Session>>,
    /// When the next snapshot is due.
    due: Option<Instant>,
}

/// A snapshot on the board.
pub(super) struct Notice {
    pub(super) snapshot: Snapshot,
    /// When it was posted.
    at: Instant,
    /// The text of a scrape, once somebody has asked for it.
    scrape: OnceLock<String>,
}

impl Board {
    /// An empty board; `lists_sessions` says whether a console reads single sessions.
    pub(super) fn new(lists_sessions: bool) -> Self {
        Self {
            lists_sessions,
            ..Self::default()
        }
    }

    /// Whether a console reads, and so wants sessions and hosts one by one.
    pub(super) const fn lists_sessions(&self) -> bool {
        self.lists_sessions
    }

    /// Posts a session.
    pub(super) fn session(&self, session: &Session) {
        if !self.lists_sessions {
            return;
        }
        let session = Arc::new(session.clone());
        let mut posted = self.posted();
        if posted.sessions.len() == WAITING {
            posted.sessions.pop_front();
        }
        posted.sessions.push_back(session);
    }

    /// Posts what is known now, if it is time: once a second, or less often where `make` takes long.
    pub(super) fn post(&self, make: impl FnOnce() -> Snapshot) {
        let begun = Instant::now();
        if self.posted().due.is_some_and(|due| begun < due) {
            return;
        }
        let snapshot = make();
        let at = Instant::now();
        let pause = PERIOD.max((at - begun) * SHARE);
        let mut posted = self.posted();
        posted.due = Some(at + pause);
        posted.latest = Some(Arc::new(Notice {
            snapshot,
            at,
            scrape: OnceLock::new(),
        }));
    }

    /// The latest snapshot.
    pub(super) fn latest(&self) -> Option<Arc<Notice>> {
        self.posted().latest.clone()
    }

    /// Takes the sessions that have not been taken.
    pub(super) fn sessions(&self) -> VecDeque<Arc<Session>> {
        std::mem::take(&mut self.posted().sessions)
    }

    fn posted(&self) -> MutexGuard<'_, Posted> {
        self.posted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Notice {
    /// The text of a scrape.
    pub(super) fn scrape(&self) -> &str {
        self.scrape.get_or_init(|| {
            metrics::render(Facts {
                report: &self.snapshot.report,
                moment: &self.snapshot.moment,
            })
        })
    }

    /// For how long nothing has shown that the capture goes on: neither the thread that posts, nor a stage before it.
    pub(super) fn silent(&self) -> Duration {
        let moment = &self.snapshot.moment;
        self.at.elapsed() + moment.uptime.saturating_sub(moment.alive)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::sample;
    use crate::session::sample as session;
    use crate::tally::live::Moment;

    fn snapshot() -> Snapshot {
        Snapshot {
            report: Arc::new(sample::modern()),
            moment: Arc::new(Moment {
                uptime: Duration::from_secs(60),
                alive: Duration::from_secs(20),
                ..Moment::default()
            }),
        }
    }

    #[test]
    fn the_newest_sessions_wait_and_only_for_a_console() {
        let board = Board::new(true);
        let mut session = session::bare();
        for id in 0..=WAITING as u64 {
            session.id = id;
            board.session(&session);
        }
        let waiting = board.sessions();
        assert_eq!(waiting.len(), WAITING);
        assert_eq!(waiting.front().map(|session| session.id), Some(1));
        assert!(board.sessions().is_empty());
        let nobody = Board::new(false);
        nobody.session(&session);
        assert!(nobody.sessions().is_empty());
    }

    #[test]
    fn a_second_snapshot_waits_its_turn() {
        let board = Board::new(false);
        board.post(snapshot);
        let first = board.latest().unwrap();
        board.post(|| unreachable!("too early"));
        assert!(Arc::ptr_eq(&first, &board.latest().unwrap()));
    }

    #[test]
    fn a_stage_that_stands_still_is_silence() {
        let board = Board::new(false);
        board.post(snapshot);
        assert!(board.latest().unwrap().silent() >= Duration::from_secs(40));
    }
}
