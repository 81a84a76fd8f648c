//! One stage alone, again and again: `stages STAGE CAPTURE TIMES`. Prints how many items the stage worked on.
//!
//! `tools/stage-costs.py` runs each stage twice, with more repetitions the second time, and counts instructions: the difference
//! divided by the difference of the items is what an item costs, whatever it took to start. See `docs/performance.md`.

use std::collections::HashMap;
use std::error::Error;
use std::hint::black_box;
use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;
use std::sync::Arc;

use tlstally::exchange::Catalog;
use tlstally::flow::reassembly::Direction;
use tlstally::flow::segment::CapturePosition;
use tlstally::flow::{Connection, FlowKey, Limits, Outlet, Over, Reason, Segment, Table, Tail};
use tlstally::judge::recall::Recall;
use tlstally::judge::{Judge, Settled};
use tlstally::packet::{Decoded, Interest, LinkType, PortSet, decode, may_matter};
use tlstally::piece::Piece;
use tlstally::session::networks::Networks;
use tlstally::session::{Origin, Session, Side, record};
use tlstally::smtp::Dialogue;
use tlstally::source::Timeline;
use tlstally::time::Timestamp;
use tlstally::tls::{Role, Stream};

/// Packets of the capture that are looked at.
const PACKETS: usize = 20_000;
/// A day: nothing is called over while a stage is measured.
const FAR: u64 = 86_400_000_000_000;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [stage, capture, times] = arguments.as_slice() else {
        return Err("usage: stages STAGE CAPTURE TIMES".into());
    };
    let input = Input::read(Path::new(capture));
    let run = match stage.as_str() {
        "prefilter" | "prefilter-tunnel" => prefilter,
        "decode" | "decode-tunnel" => decoding,
        "reassembly" => reassembly,
        "smtp" => smtp,
        "hello" => hello,
        "hello-new" => new_hello,
        "lookup" => lookup,
        "endpoint" => endpoint,
        "session" => session,
        "record" => records,
        other => return Err(format!("no stage `{other}`").into()),
    };
    let items = run(&input, times.parse()?);
    Ok(writeln!(std::io::stdout(), "{items}")?)
}

/// Packets in memory, and what reads them.
struct Input {
    packets: Vec<(Timestamp, Vec<u8>)>,
    interest: Interest,
    judge: Judge,
}

impl Input {
    fn read(capture: &Path) -> Self {
        let mut packets = Vec::new();
        let mut timeline = Timeline::open(&[capture]);
        while let Some(mut run) = timeline.next_run() {
            let block = Arc::clone(run.block());
            let some = run.by_ref().take(PACKETS - packets.len());
            packets.extend(some.map(|packet| (packet.time, block.packet(&packet).to_vec())));
            if packets.len() >= PACKETS {
                break;
            }
        }
        let ports: PortSet = [25, 465, 587, 2525].into_iter().collect();
        let judge = Judge {
            sensor: "bench".into(),
            networks: Networks::new(Vec::new()),
            catalog: Arc::new(Catalog::built_in()),
            ports: Arc::new(ports.clone()),
        };
        Self {
            packets,
            interest: Interest::new(ports, PortSet::none()),
            judge,
        }
    }

    /// The segments that are followed, each with its packet.
    fn segments(&self) -> Vec<(Segment, &[u8])> {
        let decoded = self.packets.iter().filter_map(|(time, bytes)| {
            let place = CapturePosition {
                base: 0,
                origin: 0,
                time: *time,
                clock: 0,
            };
            match decode(
                LinkType::ETHERNET,
                bytes,
                bytes.len() as u32,
                &self.interest,
            ) {
                Decoded::Tcp(tcp) => Some((Segment::new(&tcp, place), bytes.as_slice())),
                _ => None,
            }
        });
        decoded.collect()
    }
}

/// Per packet: whether it may matter.
fn prefilter(input: &Input, times: u64) -> u64 {
    for _ in 0..times {
        for (_, bytes) in &input.packets {
            black_box(may_matter(
                LinkType::ETHERNET,
                black_box(bytes),
                &input.interest,
            ));
        }
    }
    times * input.packets.len() as u64
}

/// Per packet: all its headers.
fn decoding(input: &Input, times: u64) -> u64 {
    for _ in 0..times {
        for (_, bytes) in &input.packets {
            let length = bytes.len() as u32;
            black_box(decode(
                LinkType::ETHERNET,
                black_box(bytes),
                length,
                &input.interest,
            ));
        }
    }
    times * input.packets.len() as u64
}

/// Per segment of 1400 bytes: half of them in order, half of them in pairs that changed places.
fn reassembly(_: &Input, times: u64) -> u64 {
    const LENGTH: u32 = 1400;
    let bytes = [7; LENGTH as usize];
    let mut direction = Direction::default();
    let mut sink = |piece: Piece<'_>| {
        black_box(&piece);
    };
    direction.start_at(0);
    for turn in 0..times {
        let first = (turn as u32).wrapping_mul(4 * LENGTH);
        for place in [0, 1, 3, 2] {
            let seq = first.wrapping_add(place * LENGTH);
            direction.push(seq, &bytes, LENGTH, Timestamp(0), &mut sink);
        }
    }
    times * 4
}

/// Per session: the text up to STARTTLS.
fn smtp(_: &Input, times: u64) -> u64 {
    let said: [(Side, &[u8]); 5] = [
        (Side::Server, b"220 mx.example.com ESMTP service ready\r\n"),
        (Side::Client, b"EHLO printer.example.com\r\n"),
        (
            Side::Server,
            b"250-mx.example.com Hello [192.0.2.7]\r\n250-SIZE 1000\r\n250 STARTTLS\r\n",
        ),
        (Side::Client, b"STARTTLS\r\n"),
        (Side::Server, b"220 2.0.0 ready\r\n"),
    ];
    for _ in 0..times {
        let mut dialogue = Dialogue::default();
        for (side, bytes) in said {
            dialogue.push(side, &Piece::Bytes(black_box(bytes), Timestamp(0)), true);
        }
        black_box(&dialogue);
    }
    times
}

/// Per ClientHello: one that differs from the one before in its random alone.
fn hello(input: &Input, times: u64) -> u64 {
    hellos(input, times, 11)
}

/// Per ClientHello: one with suites that were not seen before.
fn new_hello(input: &Input, times: u64) -> u64 {
    hellos(input, times, RECORD_TO_SUITES)
}

/// From the first byte of the record to the first suite of a hello without session id.
const RECORD_TO_SUITES: usize = 5 + 4 + 2 + 32 + 1 + 2;

fn hellos(input: &Input, times: u64, changed: usize) -> u64 {
    let segments = input.segments();
    let found = segments
        .iter()
        .find(|(segment, block)| matches!(segment.payload(block), [22, 3, _, _, _, 1, ..]));
    let Some((segment, block)) = found else {
        return 0;
    };
    let mut bytes = segment.payload(block).to_vec();
    for turn in 0..times {
        if let Some(place) = bytes.get_mut(changed..changed + 8) {
            place.copy_from_slice(&(turn + 1).to_be_bytes());
        }
        let mut stream = Stream::new(Role::Client);
        stream.push(&bytes, Timestamp(turn));
        black_box(stream.facts());
    }
    times
}

/// Per packet: a bare acknowledgement that brings nothing, of an open connection of which everything is known that matters.
fn lookup(input: &Input, times: u64) -> u64 {
    let segments: Vec<_> = input
        .segments()
        .into_iter()
        .filter(|(segment, _)| !segment.has(Segment::FIN))
        .collect();
    let mut table = Table::new(Arc::clone(&input.judge.ports), Limits::default());
    let mut ends = HashMap::new();
    for (segment, block) in &segments {
        table.take_segment(segment, block, &mut Sink);
        let end = segment.seq.wrapping_add(segment.length);
        ends.insert((segment.key, segment.way.index()), end);
    }
    let quiet: Vec<_> = segments
        .iter()
        .filter(|(segment, _)| segment.flags == Segment::ACK && segment.length == 0)
        .filter(|(segment, _)| ends.get(&(segment.key, segment.way.index())) == Some(&segment.seq))
        .collect();
    for _ in 0..times {
        for (segment, block) in &quiet {
            table.take_segment(black_box(segment), block, &mut Sink);
        }
    }
    times * quiet.len() as u64
}

/// Per server: whether its address is published, in all four lists. Every other one is of IPv6, and every other pair is
/// published.
fn endpoint(input: &Input, times: u64) -> u64 {
    const PUBLISHED: (u32, u128) = (
        Ipv4Addr::new(40, 92, 0, 0).to_bits(),
        Ipv6Addr::new(0x2603, 0x1006, 0, 0, 0, 0, 0, 0).to_bits(),
    );
    const SERVERS: u32 = 1024;
    let servers: Vec<IpAddr> = (0..SERVERS)
        .map(|turn| {
            // Spread over all addresses, and over the part of the published ranges that stays the same.
            let spread = turn.wrapping_mul(0x9e37_79b1);
            match (turn % 2 == 0, turn % 4 < 2) {
                (true, true) => Ipv4Addr::from_bits(PUBLISHED.0 | spread >> 17).into(),
                (true, false) => Ipv4Addr::from_bits(spread).into(),
                (false, true) => Ipv6Addr::from_bits(PUBLISHED.1 | u128::from(spread)).into(),
                (false, false) => Ipv6Addr::from_bits(u128::from(spread) << 96).into(),
            }
        })
        .collect();
    for _ in 0..times {
        for ip in &servers {
            black_box(input.judge.catalog.lookup(black_box(*ip), 25));
        }
    }
    times * u64::from(SERVERS)
}

/// Per session: all its packets through the table, and its judgement.
fn session(input: &Input, times: u64) -> u64 {
    let segments = input.segments();
    let mut sessions = 0;
    for turn in 0..times {
        let mut desk = Desk::new(&input.judge);
        let mut table = Table::new(Arc::clone(&input.judge.ports), Limits::default());
        for (segment, block) in &segments {
            table.take_segment(segment, block, &mut desk);
        }
        table.finish(FAR + turn, &mut desk);
        sessions += desk.sessions.len() as u64;
    }
    sessions
}

/// Per session: its record in JSON.
fn records(input: &Input, times: u64) -> u64 {
    let mut desk = Desk::new(&input.judge);
    let mut table = Table::new(Arc::clone(&input.judge.ports), Limits::default());
    for (segment, block) in &input.segments() {
        table.take_segment(segment, block, &mut desk);
    }
    table.finish(FAR, &mut desk);
    let mut line = Vec::new();
    for _ in 0..times {
        for session in &desk.sessions {
            line.clear();
            record::write(black_box(session), "bench", &mut line);
        }
    }
    times * desk.sessions.len() as u64
}

/// Keeps nothing.
struct Sink;

impl Outlet for Sink {
    type Record = ();
    type Settled = ();

    fn settle(&mut self, _: &Connection) -> Option<()> {
        None
    }

    fn conclude_settled(&mut self, _: &FlowKey, (): &(), _: &Tail) {}

    fn conclude(&mut self, _: &Connection, _: Reason) {}

    fn deliver(&mut self, _: Over<()>) {}
}

/// Judges and keeps the sessions.
struct Desk<'a> {
    judge: &'a Judge,
    recall: Recall,
    origin: Arc<Origin>,
    sessions: Vec<Session>,
}

impl<'a> Desk<'a> {
    fn new(judge: &'a Judge) -> Self {
        Self {
            judge,
            recall: Recall::default(),
            origin: Arc::new(Origin::File("bench.pcap".into())),
            sessions: Vec::new(),
        }
    }
}

impl Outlet for Desk<'_> {
    type Record = Option<Box<Session>>;
    type Settled = Settled;

    fn settle(&mut self, connection: &Connection) -> Option<Settled> {
        let (origin, recall) = (&self.origin, &mut self.recall);
        self.judge.settle(connection, origin, recall)
    }

    fn conclude_settled(&mut self, key: &FlowKey, settled: &Settled, tail: &Tail) -> Self::Record {
        Some(Box::new(settled.conclude(key, tail).unfold()))
    }

    fn conclude(&mut self, connection: &Connection, reason: Reason) -> Self::Record {
        let (origin, recall) = (&self.origin, &mut self.recall);
        let session = self.judge.session(connection, reason, origin, recall);
        session.map(Box::new)
    }

    fn deliver(&mut self, over: Over<Self::Record>) {
        self.sessions.extend(over.record.map(|session| *session));
    }
}
