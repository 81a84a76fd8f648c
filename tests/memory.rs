//! What a tally of many hosts takes: little for each, and for those who only want numbers nothing that grows with them.
//! What connections take that are over: nothing.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::sync::{Arc, Mutex};

use common::conversation::{From, RST, Segment, WRAPPING, recorded};
use common::table::Watched;
use common::{pcaps, table};
use tlstally::exchange::Catalog;
use tlstally::flow::{Limits, Table};
use tlstally::judge::Judge;
use tlstally::packet::{Interest, PortSet};
use tlstally::piece::Piece;
use tlstally::pipeline;
use tlstally::session::networks::Networks;
use tlstally::session::{Session, Side, Verdict};
use tlstally::smtp::Dialogue;
use tlstally::source::Timeline;
use tlstally::tally::{CaptureHealth, Context, Report, Tally, To};
use tlstally::time::{SECOND, Timestamp};

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

/// One test at a time: all of the process is counted.
static ALONE: Mutex<()> = Mutex::new(());

fn held() -> u64 {
    dhat::HeapStats::get().curr_bytes as u64
}

#[test]
fn a_host_of_one_session_takes_little() {
    let _alone = ALONE.lock().unwrap();
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

/// What is read of a segment is read in its place, however often its lines change what the rest may be.
#[test]
fn a_segment_is_not_copied_line_by_line() {
    let _alone = ALONE.lock().unwrap();
    let said = [&b"\n"[..], &b"DATA\nRSET\n".repeat(5_000)].concat();
    // The first bytes may begin a line, or be held back: as TLS, as the header of a proxy, as the first line behind DATA.
    for before in [&b""[..], b"\xae", b"P", b"DATA\nMAIL FROM:<a@a.example>"] {
        let mut dialogue = Dialogue::default();
        let _counting = dhat::Profiler::builder().testing().build();
        for bytes in [before, &said]
            .into_iter()
            .filter(|bytes| !bytes.is_empty())
        {
            dialogue.push(Side::Client, &Piece::Bytes(bytes, Timestamp(0)), true);
        }
        let most = dhat::HeapStats::get().max_bytes;
        assert!(most < 2 * said.len(), "{most} bytes behind {before:?}");
        assert!(dialogue.client.unwrap().facts.commands >= 10_000);
    }
}

/// Handshake messages that nobody completes: what is held of them is bounded in all, by what came last, and what goes
/// on is read whole.
#[test]
fn unfinished_hellos_are_bounded_together() {
    const BOUND: usize = 1 << 20;
    const HELLOS: u16 = 400;
    let _alone = ALONE.lock().unwrap();
    let judge = table::judge();
    let limits = Limits {
        held_bytes: BOUND,
        ..Limits::default()
    };
    let whole = recorded(&pcaps().join("openssl-s_client.pcap")).remove(2);
    let mut unfinished = recorded(&pcaps().join("implicit-tls-465.pcap")).remove(0);
    unfinished.server.1 = 465;
    // The length of the message, and of the record that it begins with (RFC 8446 sections 4 and 5.1).
    let message = [&[1, 0, 255, 250, 3, 3][..], &vec![0; 60_000]].concat();
    let record = |part: &[u8]| {
        let length = (part.len() as u16).to_be_bytes();
        [&[22, 3, 1][..], &length, part].concat()
    };
    let hello: Vec<u8> = message.chunks(16_384).flat_map(record).collect();
    unfinished.turns = vec![(From::Client, hello)];
    let segments = unfinished.segments(50_000);
    let _counting = dhat::Profiler::builder().testing().build();
    let before = held();
    let mut watched = Watched::new(&judge, limits);
    for port in 0..HELLOS {
        unfinished.client.1 = 10_000 + port;
        watched.take(&unfinished.packets(WRAPPING, &segments[..segments.len() - 2]));
    }
    let taken = held() - before;
    // A vector that grows takes up to twice of what is in it.
    assert!(
        taken < 2 * BOUND as u64 + u64::from(HELLOS) * 8_192,
        "{taken} bytes"
    );
    // The hello of one that goes on lies in several segments, as all that it says.
    watched.take(&whole.packets(WRAPPING, &whole.segments(100)));
    watched.end();
    let sessions = watched.desk.sessions;
    assert_eq!(sessions.len(), usize::from(HELLOS) + 1);
    let is_whole = |one: &&Session| one.client.port == whole.client.1;
    let session = sessions.iter().find(is_whole).unwrap();
    let mut alone = Watched::new(&judge, Limits::default());
    alone.take(&whole.packets(WRAPPING, &whole.segments(100)));
    alone.end();
    assert_eq!(session, &alone.desk.sessions[0]);
}

/// A packet that shortens what a connection is waited for, and one that lengthens it, again and again: SYN, RST.
#[test]
fn a_connection_that_is_reset_and_tried_again_takes_no_more() {
    const PACKETS: u64 = 20_000;
    let _alone = ALONE.lock().unwrap();
    let conversation = recorded(&pcaps().join("openssl-s_client.pcap")).remove(0);
    let ports: PortSet = [conversation.server.1].into_iter().collect();
    let interest = Interest::new(ports.clone(), PortSet::none());
    let syn = conversation.segments(1400).swap_remove(0);
    let reset = Segment {
        flags: RST,
        seq: syn.seq + 1,
        ..syn.clone()
    };
    let pair = conversation.packets(WRAPPING, &[syn, reset]);
    for limits in [Limits::default(), Limits::default().in_order()] {
        let mut table = Table::new(Arc::new(ports.clone()), limits);
        let mut over = table::Count(0);
        let _counting = dhat::Profiler::builder().testing().build();
        let mut after = Vec::new();
        for number in 1..=2 * PACKETS {
            let packet = &pair[number as usize % 2];
            let now = number * SECOND / 500;
            table::take(&mut table, &interest, packet, (now, now), &mut over);
            if number % PACKETS == 0 {
                after.push(held());
            }
        }
        assert!(after[1] < after[0] + 4_096, "{after:?}");
        assert!(after[1] < 64 * 1024, "{after:?}");
    }
}

/// Connections that open and close in each second of [`MINUTES`].
const EACH_SECOND: u16 = 10;
/// Long enough for all that is kept of a closed connection for a while to go.
const MINUTES: u64 = 6;

/// A sensor that runs for months sees any number of them.
#[test]
fn connections_that_are_over_leave_nothing() {
    let _alone = ALONE.lock().unwrap();
    let mut conversation = recorded(&pcaps().join("openssl-s_client.pcap")).remove(0);
    let ports: PortSet = [conversation.server.1].into_iter().collect();
    let interest = Interest::new(ports.clone(), PortSet::none());
    let mut table = Table::new(Arc::new(ports), Limits::default());
    let mut over = table::Count(0);
    let _counting = dhat::Profiler::builder().testing().build();
    let mut after = Vec::new();
    for second in 1..=2 * MINUTES * 60 {
        for port in 0..EACH_SECOND {
            conversation.client.1 = 10_000 + (second as u16 % 1_000) * EACH_SECOND + port;
            for packet in conversation.packets(WRAPPING, &conversation.segments(1400)) {
                let now = second * SECOND;
                table::take(&mut table, &interest, &packet, (now, now), &mut over);
            }
        }
        table.pass(second * SECOND, &mut over);
        if second % (MINUTES * 60) == 0 {
            after.push((over.0, table.len(), held()));
        }
    }
    let [(half, _, before), (all, open, now)] = after[..] else {
        unreachable!()
    };
    assert!(half > 3_000 && all > 6_000, "{after:?}");
    assert!(open < 1_000, "{after:?}");
    assert!(now < before + 4_096, "{after:?}");
}
