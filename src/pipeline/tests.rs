//! A link that falls silent: sessions end and figures move though no packet comes. A thread that panics: all others end.

use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::exchange::Catalog;
use crate::packet::PortSet;
use crate::session::Session;
use crate::session::networks::Networks;
use crate::source::{Next, Run, Timeline};
use crate::time::SECOND;

/// A capture as an interface would bring it: when it is through, silence, until somebody has heard enough.
struct Link {
    capture: Timeline,
    heard: Arc<AtomicBool>,
    /// Seconds of silence left before the link is gone.
    patience: u32,
}

impl Source for Link {
    type Packets<'a> = Run<'a>;

    fn origins(&self) -> Vec<Origin> {
        vec![Origin::Interface("tap0".into())]
    }

    fn next(&mut self) -> Next<Run<'_>> {
        match self.capture.next() {
            Next::End if self.patience > 0 && !self.heard.load(Ordering::Relaxed) => {
                self.patience -= 1;
                thread::yield_now();
                Next::Pause(SECOND)
            }
            next => next,
        }
    }
}

/// Hears enough with the first session.
struct Listener {
    heard: Arc<AtomicBool>,
    sessions: Vec<Session>,
}

impl Consumer for Listener {
    fn session(&mut self, session: Session) {
        self.sessions.push(session);
        self.heard.store(true, Ordering::Relaxed);
    }
}

/// More pauses than any test waits for.
const FOREVER: u32 = 1_000_000;

fn link(capture: &str, heard: &Arc<AtomicBool>) -> Link {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("pcaps")
        .join(capture);
    Link {
        capture: Timeline::open(&[path]),
        heard: Arc::clone(heard),
        patience: FOREVER,
    }
}

fn judge() -> Judge {
    Judge {
        sensor: "test".into(),
        networks: Networks::new(Vec::new()),
        catalog: Arc::new(Catalog::built_in()),
        ports: Arc::new([25, 465, 587, 2525].into_iter().collect::<PortSet>()),
    }
}

fn watch(capture: &str, workers: usize) -> (u32, Vec<Session>) {
    let heard = Arc::new(AtomicBool::new(false));
    let mut link = link(capture, &heard);
    let mut listener = Listener {
        heard,
        sessions: Vec::new(),
    };
    read(&mut link, &judge(), workers, &mut listener).unwrap();
    (link.patience, listener.sessions)
}

#[test]
fn silence_ends_sessions() {
    for workers in [1, 2, 5] {
        let (patience, sessions) = watch("curl.pcap", workers);
        assert!(patience > 0, "no session came before the link was gone");
        let origin = Origin::Interface("tap0".into());
        assert!(sessions.iter().all(|session| *session.origin == origin));
    }
}

/// Who watches is told of it before long, and if the program is killed it is not among what is lost.
#[test]
fn a_reset_session_is_told_within_seconds() {
    for workers in [1, 2] {
        let (patience, sessions) = watch("legacy-capped-reset.pcap", workers);
        let [session] = &sessions[..] else {
            panic!("{sessions:?}")
        };
        assert_eq!(session.verdict, crate::session::Verdict::Legacy);
        // A pause is a second.
        let seconds = FOREVER - patience;
        assert!((2..10).contains(&seconds), "after {seconds} seconds");
    }
}

/// A link on which nothing comes would be read on for as long as the computer runs.
#[test]
fn a_consumer_that_panics_ends_the_reading() {
    for workers in [1, 3] {
        let mut link = link("curl.pcap", &Arc::default());
        let mut consumer = |_: Session| panic!("as this test wants it");
        let read = || read(&mut link, &judge(), workers, &mut consumer).map(|_| ());
        assert!(panic::catch_unwind(AssertUnwindSafe(read)).is_err());
        assert!(link.patience > 0, "read to the end with {workers} workers");
    }
}

#[test]
fn a_worker_that_panics_ends_the_reading() {
    let mut link = link("curl.pcap", &Arc::default());
    let crew = Crew {
        workers: 3,
        begin: &|task| assert_ne!(task, Task::Work, "as this test wants it"),
    };
    let defect = read(&mut link, &judge(), crew, &mut |_: Session| {}).unwrap_err();
    assert_eq!(defect, Defect);
    assert!(link.patience > 0, "read to the end");
}
