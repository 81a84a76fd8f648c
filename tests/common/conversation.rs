//! Conversations as packets: a small TCP/IPv4 sender with right checksums (RFC 9293, RFC 791, RFC 1071), and the reverse, the
//! conversations that a capture holds. Independent of the program's own reading.

use std::net::Ipv4Addr;
use std::path::Path;

use super::{Packet, packets};

pub const FIN: u8 = 1;
pub const SYN: u8 = 2;
pub const RST: u8 = 4;
pub const ACK: u8 = 16;

/// Who sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    Client,
    Server,
}

/// An address and a port.
pub type End = (Ipv4Addr, u16);

/// One TCP segment, before anybody cuts or loses it. `seq` counts from the sender's SYN.
#[derive(Clone, Debug)]
pub struct Segment {
    pub from: From,
    pub seq: u32,
    /// Counts from the other end's SYN.
    pub ack: u32,
    pub flags: u8,
    pub payload: Vec<u8>,
}

/// What two ends said, turn by turn.
#[derive(Clone, Debug)]
pub struct Conversation {
    pub client: End,
    pub server: End,
    pub turns: Vec<(From, Vec<u8>)>,
}

/// Initial sequence numbers of client and server.
pub type Starts = [u32; 2];

/// Sequence numbers that wrap inside every conversation here.
pub const WRAPPING: Starts = [u32::MAX - 40, u32::MAX - 70];

impl Conversation {
    /// As segments: handshake, each turn cut at most `size` bytes long, FIN from both ends.
    pub fn segments(&self, size: usize) -> Vec<Segment> {
        let mut sender = Sender::opened();
        for (from, bytes) in &self.turns {
            bytes
                .chunks(size)
                .for_each(|part| sender.send(*from, ACK, part));
        }
        sender.send(From::Client, FIN | ACK, &[]);
        sender.send(From::Server, FIN | ACK, &[]);
        sender.sent
    }

    /// Segments as packets, a millisecond apart.
    pub fn packets(&self, starts: Starts, segments: &[Segment]) -> Vec<Packet> {
        let frame = |segment: &Segment| ethernet(segment.from, &self.ip(starts, segment));
        segments
            .iter()
            .enumerate()
            .map(|(n, segment)| packet(n, frame(segment)))
            .collect()
    }

    /// All packets of one end, with their times, and behind them all packets of the end `last`.
    pub fn one_behind_the_other(&self, last: From) -> Vec<Packet> {
        let segments = self.segments(1460);
        let packets = self.packets(WRAPPING, &segments);
        let (behind, before): (Vec<_>, Vec<_>) =
            (segments.iter().zip(packets)).partition(|(segment, _)| segment.from == last);
        before
            .into_iter()
            .chain(behind)
            .map(|(_, packet)| packet)
            .collect()
    }

    /// One segment from its IPv4 header on.
    pub fn ip(&self, starts: Starts, segment: &Segment) -> Vec<u8> {
        let [client, server] = starts;
        let (from, to, [start, other]) = match segment.from {
            From::Client => (self.client, self.server, [client, server]),
            From::Server => (self.server, self.client, [server, client]),
        };
        let seq = start.wrapping_add(segment.seq);
        let ack = if segment.flags & ACK == 0 {
            0
        } else {
            other.wrapping_add(segment.ack)
        };
        ipv4(from.0, to.0, 6, &tcp(from, to, [seq, ack], segment))
    }
}

/// Counts sequence numbers of both ends.
struct Sender {
    next: [u32; 2],
    sent: Vec<Segment>,
}

impl Sender {
    fn opened() -> Self {
        let mut sender = Self {
            next: [0, 0],
            sent: Vec::new(),
        };
        sender.send(From::Client, SYN, &[]);
        sender.send(From::Server, SYN | ACK, &[]);
        sender.send(From::Client, ACK, &[]);
        sender
    }

    fn send(&mut self, from: From, flags: u8, payload: &[u8]) {
        let ack = self.next[1 - from as usize];
        let next = &mut self.next[from as usize];
        let segment = Segment {
            from,
            seq: *next,
            ack,
            flags,
            payload: payload.to_vec(),
        };
        *next += payload.len() as u32 + u32::from(flags & (SYN | FIN) != 0);
        self.sent.push(segment);
    }
}

/// The `number`th packet of a capture.
pub fn packet(number: usize, bytes: Vec<u8>) -> Packet {
    let time = 1_760_000_000_000_000_000 + number as u64 * 1_000_000;
    Packet {
        time,
        original: bytes.len() as u32,
        bytes,
    }
}

/// An Ethernet frame around an IP packet.
pub fn ethernet(from: From, ip: &[u8]) -> Vec<u8> {
    let kind: [u8; 2] = if ip[0] >> 4 == 6 {
        [0x86, 0xdd]
    } else {
        [8, 0]
    };
    let [client, server] = [[2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2]];
    let macs = match from {
        From::Client => [server, client],
        From::Server => [client, server],
    };
    [&macs.concat()[..], &kind, ip].concat()
}

/// An IPv4 packet of any protocol.
pub fn ipv4(from: Ipv4Addr, to: Ipv4Addr, protocol: u8, payload: &[u8]) -> Vec<u8> {
    let length = (20 + payload.len() as u16).to_be_bytes();
    let head = [
        0x45, 0, length[0], length[1], 0, 1, 0, 0, 64, protocol, 0, 0,
    ];
    let mut header = [&head[..], &from.octets(), &to.octets()].concat();
    let sum = checksum(&header);
    header[10..12].copy_from_slice(&sum.to_be_bytes());
    [header, payload.to_vec()].concat()
}

fn tcp(from: End, to: End, numbers: [u32; 2], segment: &Segment) -> Vec<u8> {
    let ports = [from.1.to_be_bytes(), to.1.to_be_bytes()].concat();
    let rest = [0x50, segment.flags, 0xff, 0xff, 0, 0, 0, 0];
    let mut bytes = [
        &ports[..],
        &numbers.map(u32::to_be_bytes).concat(),
        &rest,
        &segment.payload,
    ]
    .concat();
    let length = (bytes.len() as u32).to_be_bytes();
    let pseudo = [&from.0.octets()[..], &to.0.octets(), &[0, 0, 0, 6], &length];
    let sum = checksum(&[&pseudo.concat()[..], &bytes].concat());
    bytes[16..18].copy_from_slice(&sum.to_be_bytes());
    bytes
}

/// RFC 1071.
fn checksum(bytes: &[u8]) -> u16 {
    let pair = |pair: &[u8]| u32::from(pair[0]) << 8 | pair.get(1).map_or(0, |low| u32::from(*low));
    let mut sum: u32 = bytes.chunks(2).map(pair).sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

/// The conversations of a clean Ethernet and IPv4 capture, in the order they begin; each byte once, in the order it was sent.
pub fn recorded(path: &Path) -> Vec<Conversation> {
    let mut found: Vec<Recording> = Vec::new();
    for packet in packets(path).1 {
        let Some(read) = Read::of(&packet.bytes) else {
            continue;
        };
        if read.flags & (SYN | ACK) == SYN {
            found.push(Recording::new(&read));
        } else if let Some(recording) = found.iter_mut().rev().find(|one| one.holds(&read)) {
            recording.add(&read);
        }
    }
    found
        .into_iter()
        .map(|recording| recording.conversation)
        .collect()
}

struct Recording {
    conversation: Conversation,
    next: [Option<u32>; 2],
}

struct Read<'a> {
    from: End,
    to: End,
    seq: u32,
    flags: u8,
    payload: &'a [u8],
}

impl<'a> Read<'a> {
    fn of(frame: &'a [u8]) -> Option<Self> {
        let ip = frame.get(14..)?;
        if frame.get(12..14)? != [8, 0] || ip.get(9) != Some(&6) {
            return None;
        }
        let half = |at: usize| Some(u16::from_be_bytes(ip.get(at..at + 2)?.try_into().ok()?));
        let address = |at: usize| {
            <[u8; 4]>::try_from(ip.get(at..at + 4)?)
                .ok()
                .map(Ipv4Addr::from)
        };
        let at = usize::from(ip[0] & 15) * 4;
        let data = at + usize::from(ip.get(at + 12)? >> 4) * 4;
        Some(Self {
            from: (address(12)?, half(at)?),
            to: (address(16)?, half(at + 2)?),
            seq: u32::from(half(at + 4)?) << 16 | u32::from(half(at + 6)?),
            flags: *ip.get(at + 13)?,
            payload: ip.get(data..usize::from(half(2)?))?,
        })
    }
}

impl Recording {
    fn new(syn: &Read<'_>) -> Self {
        let conversation = Conversation {
            client: syn.from,
            server: syn.to,
            turns: Vec::new(),
        };
        Self {
            conversation,
            next: [Some(syn.seq.wrapping_add(1)), None],
        }
    }

    fn holds(&self, read: &Read<'_>) -> bool {
        let ends = (self.conversation.client, self.conversation.server);
        ends == (read.from, read.to) || ends == (read.to, read.from)
    }

    fn add(&mut self, read: &Read<'_>) {
        let from = if read.from == self.conversation.client {
            From::Client
        } else {
            From::Server
        };
        let next = &mut self.next[from as usize];
        if read.flags & SYN != 0 {
            *next = Some(read.seq.wrapping_add(1));
        }
        if read.payload.is_empty() || *next != Some(read.seq) {
            return;
        }
        *next = Some(read.seq.wrapping_add(read.payload.len() as u32));
        match self.conversation.turns.last_mut() {
            Some((last, bytes)) if *last == from => bytes.extend(read.payload),
            _ => self.conversation.turns.push((from, read.payload.to_vec())),
        }
    }
}
