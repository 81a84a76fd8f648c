//! What a tally of many hosts takes: little for each, and for those who only want numbers nothing that grows with them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::sync::Arc;

use common::pcaps;
use tlstally::exchange::Catalog;
use tlstally::pipeline;
use tlstally::session::judge::Judge;
use tlstally::session::networks::Networks;
use tlstally::session::{Session, Verdict};
use tlstally::source::Timeline;
use tlstally::tally::{CaptureHealth, Context, Report, Tally, To};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// Hosts of the tally that is measured.
const HOSTS: u32 = 20_000;

fn recorded_session() -> Session {
    let judge = Judge {
        sensor: "test".to_owned(),
        networks: Networks::new(Vec::new()),
        catalog: Arc::new(Catalog::built_in()),
        ports: Arc::new([25, 465, 587].into_iter().collect()),
    };
    let mut sessions: Vec<Session> = Vec::new();
    let mut timeline = Timeline::open(&[pcaps().join("openssl-s_client.pcap")]);
    let mut each = |session: Session| sessions.push(session);
    pipeline::read(&mut timeline, &judge, 1, &mut each).unwrap();
    let mut sessions = sessions.into_iter();
    sessions
        .find(|one| one.server.domain.is_some() && one.client.mac.is_some())
        .unwrap()
}

/// A tally of hosts with one session each, told apart by address and name.
fn tally_of(session: &Session, verdict: Verdict) -> Tally {
    let mut tally = Tally::new(To::Any);
    for host in 0..HOSTS {
        let mut session = session.clone();
        session.verdict = verdict;
        session.client.ip = (0x0a00_0000 + host).to_be_bytes().into();
        session.client.domain = Some(format!("printer-{host}.example.com").into());
        tally.add(&session);
    }
    tally
}

fn held() -> u64 {
    dhat::HeapStats::get().curr_bytes as u64
}

#[test]
fn a_host_of_one_session_takes_little() {
    let session = recorded_session();
    let _counting = dhat::Profiler::builder().testing().build();
    for verdict in [Verdict::Modern, Verdict::Legacy] {
        let before = held();
        let tally = tally_of(&session, verdict);
        let each = (held() - before) / u64::from(HOSTS);
        assert!((200..640).contains(&each), "{each} bytes a host");
        let before = held();
        let brief = Report::brief(&tally, CaptureHealth::default(), Context::default());
        assert_eq!(brief.totals.hosts, u64::from(HOSTS));
        assert!(held() - before < 10_000, "a brief report holds no hosts");
        drop(brief);
        let before = held();
        let report = Report::new(&tally, CaptureHealth::default(), Context::default());
        let each = (held() - before) / report.totals.hosts;
        assert!(each < 1_500, "{each} bytes a host of the report");
    }
}
