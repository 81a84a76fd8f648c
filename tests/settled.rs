//! A session that is folded into little memory while it goes on has the same record as one that is not.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::sync::Arc;

use common::conversation::{From, WRAPPING, recorded};
use common::{Packet, pcaps, table};
use tlstally::exchange::Catalog;
use tlstally::flow::{Connection, FlowKey, Limits, Outlet, Over, Reason, Table, Tail};
use tlstally::packet::{Interest, PortSet};
use tlstally::session::judge::{Judge, Settled};
use tlstally::session::networks::Networks;
use tlstally::session::recall::Recall;
use tlstally::session::{Origin, Session};
use tlstally::time::SECOND;

/// Sessions of every version, by command and from the first byte; one in clear, which is not folded.
const FILES: [&str; 9] = [
    "openssl-s_client.pcap",
    "implicit-tls-465.pcap",
    "javamail.pcap",
    "thunderbird-3-default.pcap",
    "sslv2-format-hello.pcap",
    "hello-retry-request.pcap",
    "client-certificate.pcap",
    "ssl3.pcap",
    "starttls-never.pcap",
];

/// Judges, and counts what was folded.
struct Desk<'a> {
    judge: &'a Judge,
    origin: Arc<Origin>,
    recall: Recall,
    folded: usize,
    sessions: Vec<Session>,
}

impl Outlet for Desk<'_> {
    type Record = Option<Session>;
    type Settled = Settled;

    fn settle(&mut self, connection: &Connection) -> Option<Settled> {
        let settled = self
            .judge
            .settle(connection, &self.origin, &mut self.recall)?;
        self.folded += 1;
        Some(settled)
    }

    fn conclude_settled(&mut self, key: &FlowKey, settled: &Settled, tail: &Tail) -> Self::Record {
        Some(settled.conclude(key, tail).unfold())
    }

    fn conclude(&mut self, connection: &Connection, reason: Reason) -> Self::Record {
        self.judge
            .session(connection, reason, &self.origin, &mut self.recall)
    }

    fn deliver(&mut self, over: Over<Self::Record>) {
        if let Some(mut session) = over.record {
            session.end = over.last;
            self.sessions.push(session);
        }
    }
}

/// The sessions in `packets`, and how many of them were folded, where so many may stay as they are.
fn read(judge: &Judge, packets: &[Packet], warm: usize) -> (Vec<Session>, usize) {
    let limits = Limits {
        warm,
        ..Limits::default()
    };
    let mut desk = Desk {
        judge,
        origin: Arc::new(Origin::File("test.pcap".into())),
        recall: Recall::default(),
        folded: 0,
        sessions: Vec::new(),
    };
    let interest = Interest::new((*judge.ports).clone(), PortSet::none());
    let mut table = Table::new(Arc::clone(&judge.ports), limits);
    let start = packets.first().map_or(0, |packet| packet.time);
    let mut clock = 0;
    for packet in packets {
        clock = clock.max(packet.time.saturating_sub(start));
        let times = (packet.time, clock);
        table::take(&mut table, &interest, packet, times, &mut desk);
    }
    table.finish(clock + 20 * SECOND, &mut desk);
    (desk.sessions, desk.folded)
}

/// Every conversation with a message behind its handshake: whole, cut short, in several orders, with packets lost and
/// copied.
#[test]
fn the_record_is_the_same() {
    let judge = Judge {
        sensor: "test".to_owned(),
        networks: Networks::new(Vec::new()),
        catalog: Arc::new(Catalog::built_in()),
        ports: Arc::new([25, 465, 587, 2525].into_iter().collect()),
    };
    let mut folded = 0;
    for mut conversation in FILES.iter().flat_map(|file| recorded(&pcaps().join(file))) {
        for turn in 0..4 {
            let record = [&[23, 3, 3, 0, 120][..], &[7; 120]].concat();
            conversation.turns.push((From::Client, record.repeat(turn)));
            conversation.turns.push((From::Server, record.repeat(5)));
        }
        let packets = conversation.packets(WRAPPING, &conversation.segments(517));
        for change in 0..8 {
            let changed = changed(&packets, change);
            let (plain, none) = read(&judge, &changed, usize::MAX);
            let (sessions, some) = read(&judge, &changed, 0);
            assert_eq!(none, 0);
            assert_eq!(sessions, plain, "change {change}");
            folded += some;
        }
    }
    assert!(folded >= 50, "only {folded} were folded");
}

/// The packets as a network may deliver them, in one of eight ways.
fn changed(packets: &[Packet], change: usize) -> Vec<Packet> {
    let mut packets = packets.to_vec();
    let length = packets.len();
    match change {
        0 => {}
        1 => packets.truncate(length - 1),
        2 => packets.truncate(length - 3),
        // Late, and twice.
        3 => (1..length - 2)
            .step_by(5)
            .for_each(|at| packets.swap(at, at + 1)),
        4 => (1..length)
            .step_by(4)
            .for_each(|at| packets[length - at] = packets[length - at - 1].clone()),
        5 => {
            let copies = packets.clone();
            packets.extend(copies);
        }
        6 => {
            packets.remove(length - 6);
        }
        _ => {
            packets.remove(length - 2);
            packets.remove(length - 9);
        }
    }
    packets
}
