//! A link that falls silent: sessions end and figures move though no packet comes. A thread that panics: all others end.

use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::Arc;
use std::vec;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::*;
use crate::exchange::Catalog;
use crate::judge::fallback::Fallback;
use crate::packet::{Decoded, PortSet, decode};
use crate::session::networks::Networks;
use crate::session::{Finding, Session};
use crate::source::{Block, Next, Packets, RawPacket, Stretch, Timeline};
use crate::time::SECOND;

/// A capture as an interface would bring it: when it is through, silence, until somebody has heard enough.
struct Link {
    capture: Timeline,
    /// Which packets of the capture come: by their number, and whether a server sends them.
    comes: fn(usize, bool) -> bool,
    number: usize,
    /// Silence left, nanoseconds.
    silence: u64,
    /// Then nothing happens until this tells that enough was heard.
    enough: Receiver<()>,
    /// Nobody had heard enough.
    timed_out: bool,
}

/// Silence is told this much at a time.
const STEP: u64 = SECOND / 20;
/// More than any test waits for.
const FOREVER: u64 = 1_000_000 * SECOND;
/// A machine that needs longer to hand a session on is broken.
const BROKEN: Duration = Duration::from_secs(60);

impl Link {
    fn new(capture: &str, silence: u64, enough: Receiver<()>) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("pcaps")
            .join(capture);
        Self {
            capture: Timeline::open(&[path]),
            comes: |_, _| true,
            number: 0,
            silence,
            enough,
            timed_out: false,
        }
    }

    fn comes(&mut self, block: &Block, packet: &RawPacket) -> bool {
        self.number += 1;
        let ports = ports();
        let interest = names::interest(&ports);
        let decoded = decode(
            packet.link,
            block.packet(packet),
            packet.original,
            &interest,
        );
        let by_server = matches!(decoded, Decoded::Tcp(tcp) if ports.contains(tcp.source_port));
        (self.comes)(self.number, by_server)
    }
}

impl Packets for vec::IntoIter<RawPacket> {}

impl Source for Link {
    type Packets<'a> = vec::IntoIter<RawPacket>;

    fn origins(&self) -> Vec<Origin> {
        vec![Origin::Interface("tap0".into())]
    }

    fn next(&mut self) -> Next<vec::IntoIter<RawPacket>> {
        let run = self.capture.next_run();
        let run = run.map(|run| (Arc::clone(run.block()), run.collect::<Vec<_>>()));
        if let Some((block, mut packets)) = run {
            packets.retain(|packet| self.comes(&block, packet));
            return Next::Packets(Stretch {
                origin: 0,
                block,
                packets: packets.into_iter(),
            });
        }
        if self.silence > 0 && self.enough.is_empty() {
            self.silence -= STEP;
            thread::yield_now();
            return Next::Pause(STEP);
        }
        self.timed_out = self.enough.recv_timeout(BROKEN).is_err();
        Next::End
    }
}

/// Has heard enough after so many sessions.
struct Listener {
    enough: Sender<()>,
    wanted: usize,
    sessions: Vec<Session>,
}

impl Consumer for Listener {
    fn session(&mut self, session: Session) {
        self.sessions.push(session);
        if self.sessions.len() == self.wanted {
            let _ = self.enough.send(()); // unless the link is gone
        }
    }
}

fn ports() -> PortSet {
    [25, 465, 587, 2525].into_iter().collect()
}

fn judge() -> Judge {
    Judge {
        sensor: "test".into(),
        networks: Networks::new(Vec::new()),
        catalog: Arc::new(Catalog::built_in()),
        ports: Arc::new(ports()),
    }
}

/// The sessions, of which `wanted` must come in so much `silence` behind the capture.
fn watch(
    capture: &str,
    comes: fn(usize, bool) -> bool,
    (wanted, silence): (usize, u64),
    workers: usize,
) -> Vec<Session> {
    let (sender, enough) = bounded(1);
    let mut link = Link::new(capture, silence, enough);
    link.comes = comes;
    let mut listener = Listener {
        enough: sender,
        wanted,
        sessions: Vec::new(),
    };
    read(&mut link, &judge(), workers, &mut listener).unwrap();
    assert!(
        !link.timed_out,
        "{capture}: {} of {wanted} sessions",
        listener.sessions.len()
    );
    listener.sessions
}

#[test]
fn silence_ends_sessions() {
    for workers in [1, 2, 5] {
        let sessions = watch("hello-unanswered.pcap", |_, _| true, (1, FOREVER), workers);
        let origin = Origin::Interface("tap0".into());
        assert!(sessions.iter().all(|session| *session.origin == origin));
    }
}

/// Who watches is told of it at once, and if the program is killed it is not among what is lost. What an interface
/// keeps to itself, and the way to the file, take the rest of a second.
#[test]
fn a_session_is_told_within_a_second_of_its_end() {
    const SOON: u64 = 13 * STEP;
    let all: fn(usize, bool) -> bool = |_, _| true;
    for workers in [1, 2] {
        let told = |capture, comes, wanted| watch(capture, comes, (wanted, SOON), workers);
        let [session] = &told("legacy-capped-reset.pcap", all, 1)[..] else {
            panic!("another number of sessions")
        };
        assert_eq!(session.verdict, crate::session::Verdict::Legacy);
        told("thunderbird-3-default.pcap", all, 1);
        // In clear, behind the failure that it is an answer to.
        let mut sessions = told("cleartext-fallback-postfix.pcap", all, 3);
        let mut fallback = Fallback::default();
        for session in &mut sessions {
            fallback.judge(session);
        }
        assert!(sessions[2].findings.contains(Finding::CleartextFallback));
        // The greeting is missing; only one direction is seen.
        let [session] = &told("thunderbird-3-default.pcap", |number, _| number != 12, 1)[..] else {
            panic!("another number of sessions")
        };
        assert!(session.gaps.is_some(), "{session:?}");
        told("thunderbird-3-default.pcap", |_, by_server| by_server, 1);
        told("thunderbird-3-default.pcap", |_, by_server| !by_server, 1);
    }
}

/// A link on which nothing comes would be read on for as long as the computer runs.
#[test]
fn a_consumer_that_panics_ends_the_reading() {
    for workers in [1, 3] {
        let (_sender, enough) = bounded(1);
        let mut link = Link::new("curl.pcap", FOREVER, enough);
        let mut consumer = |_: Session| panic!("as this test wants it");
        let read = || read(&mut link, &judge(), workers, &mut consumer).map(|_| ());
        assert!(panic::catch_unwind(AssertUnwindSafe(read)).is_err());
        assert!(link.silence > 0, "read to the end with {workers} workers");
    }
}

#[test]
fn a_worker_that_panics_ends_the_reading() {
    let (_sender, enough) = bounded(1);
    let mut link = Link::new("curl.pcap", FOREVER, enough);
    let crew = Crew {
        workers: 3,
        begin: &|task| assert_ne!(task, Task::Work, "as this test wants it"),
    };
    read(&mut link, &judge(), crew, &mut |_: Session| {}).unwrap_err();
    assert!(link.silence > 0, "read to the end");
}

/// What one connection may hold is held of it whatever the number of workers, and so is read the same.
#[test]
fn a_share_of_held_bytes_is_enough_for_a_connection() {
    let origins = [Arc::new(Origin::File("x.pcap".into()))];
    let whole = Limits::default().held_bytes;
    for workers in 1..=1024 {
        let share = share(workers, &origins).held_bytes;
        assert!(
            share > 2 * MAX_HELD_BYTES && share * workers >= whole,
            "{workers}"
        );
    }
    assert_eq!(share(4, &origins).held_bytes, whole / 4);
}

/// What the other workers found is handed on, and what was counted is told.
#[test]
fn a_worker_that_panics_takes_only_its_own_along() {
    let capture = || {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("pcaps/office-morning-1.pcap");
        Timeline::open(&[path])
    };
    let mut all = Vec::new();
    let facts = read(&mut capture(), &judge(), 3, &mut |session: Session| {
        all.push(session.id);
    });
    let crew = Crew {
        workers: 3,
        begin: &|task| assert_ne!(task, Task::Work, "as this test wants it"),
    };
    let mut found = Vec::new();
    let defect = read(&mut capture(), &judge(), crew, &mut |session: Session| {
        found.push(session.id);
    });
    let defect = defect.unwrap_err();
    assert!(!found.is_empty() && found.len() < all.len());
    assert!(found.iter().all(|id| all.contains(id)));
    assert_eq!(defect.facts.reader.packets, facts.unwrap().reader.packets);
}
