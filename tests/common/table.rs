//! A table of connections fed with packets, by tests that look at the table alone.

use std::sync::Arc;

use tlstally::exchange::Catalog;
use tlstally::flow::segment::CapturePosition;
use tlstally::flow::{Connection, FlowKey, Limits, Outlet, Over, Reason, Segment, Table, Tail};
use tlstally::judge::recall::Recall;
use tlstally::judge::{Judge, Settled};
use tlstally::packet::{Decoded, Interest, LinkType, PortSet, decode};
use tlstally::session::networks::Networks;
use tlstally::session::{Origin, Session};
use tlstally::time::{SECOND, Timestamp};

use super::Packet;

/// Counts the connections that are over, and keeps nothing of them.
pub struct Count(pub u64);

impl Outlet for Count {
    type Record = ();
    type Settled = ();

    fn settle(&mut self, _: &Connection) -> Option<()> {
        None
    }

    fn conclude_settled(&mut self, _: &FlowKey, (): &(), _: &Tail) {}

    fn conclude(&mut self, _: &Connection, _: Reason) {}

    fn deliver(&mut self, _: Over<()>) {
        self.0 += 1;
    }
}

/// Judges, and counts what was folded.
pub struct Desk<'a> {
    judge: &'a Judge,
    origin: Arc<Origin>,
    recall: Recall,
    pub folded: usize,
    pub sessions: Vec<Session>,
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

/// A table that judges, on the usual ports.
pub struct Watched<'a> {
    table: Table<Desk<'a>>,
    interest: Interest,
    /// Time of the first packet, and how much has passed since.
    times: Option<(u64, u64)>,
    pub desk: Desk<'a>,
}

impl<'a> Watched<'a> {
    /// With these limits.
    pub fn new(judge: &'a Judge, limits: Limits) -> Self {
        Self {
            table: Table::new(Arc::clone(&judge.ports), limits),
            interest: Interest::new((*judge.ports).clone(), PortSet::none()),
            times: None,
            desk: Desk {
                judge,
                origin: Arc::new(Origin::File("test.pcap".into())),
                recall: Recall::default(),
                folded: 0,
                sessions: Vec::new(),
            },
        }
    }

    /// Packets with the times that they have.
    pub fn take(&mut self, packets: &[Packet]) {
        for packet in packets {
            let (start, passed) = self.times.get_or_insert((packet.time, 0));
            *passed = (*passed).max(packet.time.saturating_sub(*start));
            let times = (packet.time, *passed);
            take(
                &mut self.table,
                &self.interest,
                packet,
                times,
                &mut self.desk,
            );
        }
    }

    /// Lets nanoseconds pass.
    pub fn wait(&mut self, nanoseconds: u64) {
        if let Some((_, passed)) = &mut self.times {
            *passed += nanoseconds;
            self.table.pass(*passed, &mut self.desk);
        }
    }

    /// Twenty seconds later nothing more comes.
    pub fn end(&mut self) {
        let passed = self.times.map_or(0, |(_, passed)| passed);
        self.table.finish(passed + 20 * SECOND, &mut self.desk);
    }
}

/// Judges with what is built in.
pub fn judge() -> Judge {
    Judge {
        sensor: "test".to_owned(),
        networks: Networks::new(Vec::new()),
        catalog: Arc::new(Catalog::built_in()),
        ports: Arc::new([25, 465, 587, 2525].into_iter().collect()),
    }
}

/// Lets the table take in a packet, if it is a TCP segment in Ethernet, at `time` and `clock`, nanoseconds.
pub fn take<O: Outlet>(
    table: &mut Table<O>,
    interest: &Interest,
    packet: &Packet,
    (time, clock): (u64, u64),
    outlet: &mut O,
) {
    let place = CapturePosition {
        base: 0,
        origin: 0,
        time: Timestamp(time),
        clock,
    };
    let length = packet.bytes.len() as u32;
    if let Decoded::Tcp(tcp) = decode(LinkType::ETHERNET, &packet.bytes, length, interest) {
        table.take_segment(&Segment::new(&tcp, place), &packet.bytes, outlet);
    }
}
