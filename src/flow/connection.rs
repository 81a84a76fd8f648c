//! One TCP connection: two directions put in order, who is who, when it began and how it ended.

use std::hint::black_box;
use std::sync::Arc;

use super::bursts::{Burst, Bursts};
use super::reassembly::{Counts, Direction, Piece};
use super::trace::{Need, Trace, is_beyond};
use super::{FlowKey, Segment, Way};
use crate::packet::PortSet;
use crate::packet::checksum::Checksum;
use crate::session::Side;
use crate::smtp::Dialogue;
use crate::time::Timestamp;

/// Sequence numbers by which a SYN that arrives late may lie before the first bytes seen.
const LATE_SYN_WINDOW: u32 = 64 * 1024;

/// A TCP connection on a watched port.
#[derive(Debug)]
pub struct Connection {
    /// Both ends.
    pub key: FlowKey,
    /// First packet.
    pub start: Timestamp,
    /// Last packet.
    pub last: Timestamp,
    /// File or interface of the first packet.
    pub origin: u32,
    /// Sequence number of the first packet.
    pub first_seq: u32,
    /// The way the client's packets go, where a SYN told it.
    opened: Option<Way>,
    /// The way the client's packets go, as used for reading.
    client: Option<Way>,
    syn_at: Option<Timestamp>,
    syn_ack_at: Option<Timestamp>,
    halves: [Half; 2],
    reset_by: Option<Way>,
    /// The name for which DNS had given the client the server's address before the first packet.
    pub asked: Option<Arc<str>>,
    /// The first FIN or RST.
    ended: Option<(Way, Ending)>,
    /// Who sent how much in turn, once TLS has begun.
    bursts: Option<Box<Bursts>>,
    /// Packets came in another order than they were sent in, or are missing: who spoke after whom is not known.
    disordered: bool,
    /// What was said.
    pub dialogue: Dialogue,
}

/// One direction with what is counted about it.
#[derive(Debug, Default)]
struct Half {
    stream: Direction,
    seen: bool,
    mac: Option<[u8; 6]>,
    /// Sequence number behind the last byte seen.
    highest: Option<u32>,
    /// Highest acknowledgement that the other end sent for it.
    acknowledged: Option<u32>,
    /// The same, without what segments that bring no bytes (of a FIN's number, say) add to it.
    sent: Option<u32>,
    /// Nothing more is to be learned from this direction.
    decided: bool,
    /// Sequence number of the first byte of TLS.
    tls_start: Option<u32>,
    /// When a FIN was seen.
    fin: Option<Timestamp>,
    /// Segments with a good checksum were seen: a bad one is then not explained by offloading.
    checksums_hold: bool,
    corrupt: u32,
}

/// What ended a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// A FIN.
    Fin,
    /// An RST.
    Rst,
}

/// What flowed after a point of both directions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flowed {
    /// Bytes by [`Way::index`], by sequence numbers.
    pub bytes: [u64; 2],
    /// Who sent how much in turn.
    pub bursts: Vec<Burst>,
    /// There were more bursts than these.
    pub cut: bool,
}

/// How a connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Close {
    /// Open, as far as seen.
    Open,
    /// FIN from this side only.
    HalfClosed(Side),
    /// FIN from both.
    Closed,
    /// RST by this side.
    Reset(Side),
}

impl Connection {
    /// A connection first seen with `segment`.
    pub fn new(segment: &Segment) -> Self {
        Self {
            key: segment.key,
            start: segment.time,
            last: segment.time,
            origin: segment.origin,
            first_seq: segment.seq,
            opened: None,
            client: None,
            syn_at: None,
            syn_ack_at: None,
            halves: [Half::default(), Half::default()],
            reset_by: None,
            asked: None,
            ended: None,
            bursts: None,
            disordered: false,
            dialogue: Dialogue::default(),
        }
    }

    /// The same for one whose memory is used again.
    pub(super) fn begin_anew(&mut self, segment: &Segment) {
        *self = Self::new(segment);
    }

    /// The first sequence numbers of both directions, once nothing that may still come tells more: both SYNs were seen, both FINs,
    /// and every byte between them that is of use. What then comes between the same ports is a copy, or another connection.
    pub(super) fn is_complete(&self) -> Option<[u32; 2]> {
        let [up, down] = &self.halves;
        let read_to_the_end =
            |half: &Half| half.fin.is_some() && (half.decided || half.stream.is_finished());
        if !read_to_the_end(up) || !read_to_the_end(down) {
            return None;
        }
        self.syn_at.and(self.syn_ack_at)?;
        Some([up.stream.first()?, down.stream.first()?])
    }

    /// Has the processor fetch what the next segment needs first.
    #[inline]
    pub(super) fn touch(&self) {
        black_box((self.last, self.halves[0].highest, self.halves[1].highest));
    }

    /// Whether `segment` opens or belongs to another connection between the same ports.
    pub fn is_succeeded_by(&self, segment: &Segment) -> bool {
        let half = &self.halves[segment.way.index()];
        let after_syn = segment.seq.wrapping_add(1);
        if segment.has(Segment::SYN) {
            return match (
                half.stream.first(),
                half.stream.next().or(half.stream.lowest_held()),
            ) {
                (Some(first), _) => first != after_syn,
                (None, Some(lowest)) => lowest.wrapping_sub(after_syn) > LATE_SYN_WINDOW,
                (None, None) => self.is_over() && !segment.has(Segment::ACK),
            };
        }
        let beyond = half.highest.is_some_and(|end| is_beyond(end, segment));
        segment.length > 0 && self.is_over() && half.fin.is_some() && beyond
    }

    /// Takes one segment of this connection in; `block` holds its bytes.
    #[inline]
    pub fn segment(&mut self, segment: &Segment, block: &[u8], ports: &PortSet) {
        self.last = self.last.max(segment.time);
        self.disordered |= self.is_out_of_order(segment);
        self.halves[segment.way.reversed().index()].note_acknowledged(segment);
        let half = &mut self.halves[segment.way.index()];
        let new = half.note(segment);
        let decided = half.decided;
        if let (Some(bursts), Some((from, to))) = (&mut self.bursts, new) {
            bursts.note(segment.way, from, to);
        }
        if !decided {
            self.read(segment, block, ports);
        }
        if segment.flags & (Segment::FIN | Segment::RST) != 0 {
            self.note_end(segment);
        }
    }

    /// Whether who spoke after whom can be told from the order of the packets.
    pub const fn is_disordered(&self) -> bool {
        self.disordered
    }

    /// Whether `segment` leaves out bytes of its own direction, or acknowledges bytes of the other that were not seen yet.
    fn is_out_of_order(&self, segment: &Segment) -> bool {
        // SYN and FIN have a sequence number of their own that `highest` does not count.
        let skips = |from: Option<u32>, to: u32| {
            let ahead = from.map_or(0, |from| to.wrapping_sub(from));
            ahead > 1 && ahead < 1 << 31
        };
        let own = self.halves[segment.way.index()].highest;
        let other = self.halves[segment.way.reversed().index()].highest;
        skips(own, segment.seq) || (segment.has(Segment::ACK) && skips(other, segment.ack))
    }

    /// `segment` was sent by, or to, a client to which DNS had given the server's address for `name`. Counts only if it is the first
    /// packet: whatever was answered later cannot be why the client came.
    pub fn note_asked(&mut self, segment: &Segment, name: &Arc<str>) {
        if self.start == segment.time && self.first_seq == segment.seq {
            self.asked.get_or_insert_with(|| Arc::clone(name));
        }
    }

    /// What the table may note of further packets by itself.
    pub(super) fn trace(&self) -> Trace {
        let over = self.is_over();
        Trace {
            last: self.last,
            highest: [0, 1].map(|way| self.halves[way].highest.unwrap_or_default()),
            // An acknowledgement tells of the other direction, as long as that is read.
            need: [0, 1].map(|way| {
                if self.halves[1 - way].decided {
                    self.halves[way].need(over, self.bursts.is_some())
                } else {
                    Need::All
                }
            }),
        }
    }

    /// Takes over what the table noted.
    pub(super) fn catch_up(&mut self, trace: &Trace) {
        self.last = trace.last;
        for (half, highest) in self.halves.iter_mut().zip(trace.highest) {
            half.highest = half.highest.map(|_| highest);
        }
    }

    /// Nothing more will come: reads what was held back.
    pub fn finish(&mut self, ports: &PortSet) {
        for way in [Way::Up, Way::Down] {
            let half = &mut self.halves[way.index()];
            if !half.decided {
                half.end_where_told();
                self.with_reader(way, ports, |stream, sink| stream.flush(sink));
            }
        }
        self.dialogue.finish();
    }

    /// Gives up on the bytes that are waited for, and reads on behind them.
    pub fn stop_waiting(&mut self, ports: &PortSet) {
        for way in [Way::Up, Way::Down] {
            self.with_reader(way, ports, |stream, sink| stream.flush(sink));
        }
    }

    /// Nothing more is to be learned from either direction.
    pub fn is_decided(&self) -> bool {
        self.halves.iter().all(|half| half.decided)
    }

    /// Closed in both directions, or reset.
    pub fn is_over(&self) -> bool {
        self.reset_by.is_some() || self.halves.iter().all(|half| half.fin.is_some())
    }

    /// How the connection ended, if it did.
    pub fn close(&self, ports: &PortSet) -> Close {
        let client = self.client_way(ports);
        let side = |way: Way| {
            if way == client {
                Side::Client
            } else {
                Side::Server
            }
        };
        let [up, down] = &self.halves;
        match (self.reset_by, up.fin.is_some(), down.fin.is_some()) {
            (Some(way), ..) => Close::Reset(side(way)),
            (None, true, true) => Close::Closed,
            (None, true, false) => Close::HalfClosed(side(Way::Up)),
            (None, false, true) => Close::HalfClosed(side(Way::Down)),
            (None, false, false) => Close::Open,
        }
    }

    /// The way the client's packets go: by its SYN, else by the watched port, else by what was said.
    pub fn client_way(&self, ports: &PortSet) -> Way {
        let known = self.opened.or(self.client);
        known.unwrap_or_else(|| guess_client(&self.key, ports, Way::Up, &[]))
    }

    /// Whether the way of the client is known from a SYN.
    pub const fn saw_opening(&self) -> bool {
        self.opened.is_some()
    }

    /// SYN to SYN-ACK, nanoseconds.
    pub fn connect_latency(&self) -> Option<u64> {
        Some(self.syn_ack_at?.since(self.syn_at?))
    }

    /// Whether packets of `way` are in the capture.
    pub const fn saw(&self, way: Way) -> bool {
        self.halves[way.index()].seen
    }

    /// When the end that sends on `way` closed.
    pub const fn closed_at(&self, way: Way) -> Option<Timestamp> {
        self.halves[way.index()].fin
    }

    /// Whether no byte of `way` is known to be missing from the first that was seen on.
    pub fn is_unbroken(&self, way: Way) -> bool {
        let stream = &self.halves[way.index()].stream;
        stream.counts().gaps == 0 && stream.next().is_some()
    }

    /// Whether `way` is seen from its true beginning and no byte of it is known to be missing.
    pub fn is_whole(&self, way: Way) -> bool {
        self.halves[way.index()].stream.first().is_some() && self.is_unbroken(way)
    }

    /// The link-layer address that packets of `way` came from.
    pub const fn mac(&self, way: Way) -> Option<[u8; 6]> {
        self.halves[way.index()].mac
    }

    /// Who ended it, and how, whatever the other end did afterwards.
    pub const fn ended(&self) -> Option<(Way, Ending)> {
        self.ended
    }

    /// What flowed behind the given positions, counted from the first byte of TLS of each direction. Where only the client's
    /// is known, the server's is what it had sent before the client got there.
    pub fn flowed_behind(&self, client: Way, ends: (u64, Option<u64>)) -> Option<Flowed> {
        let bursts = self.bursts.as_ref()?;
        let client_end = self.tls_position(client, ends.0)?;
        let server_end = match ends.1 {
            Some(end) => self.tls_position(client.reversed(), end)?,
            None => bursts.other_before(client, client_end)?,
        };
        let ends = match client {
            Way::Up => [client_end, server_end],
            Way::Down => [server_end, client_end],
        };
        Some(Flowed {
            bytes: [self.sent_behind(0, ends)?, self.sent_behind(1, ends)?],
            bursts: bursts.behind(ends),
            cut: bursts.is_cut(),
        })
    }

    /// The sequence number `offset` bytes behind the first byte of TLS.
    fn tls_position(&self, way: Way, offset: u64) -> Option<u32> {
        let start = self.halves[way.index()].tls_start?;
        Some(start.wrapping_add(u32::try_from(offset).ok()?))
    }

    /// Bytes that were sent behind the position; `None` if it was never reached.
    fn sent_behind(&self, index: usize, ends: [u32; 2]) -> Option<u64> {
        let sent = self.halves[index].sent?.wrapping_sub(ends[index]);
        (sent < 1 << 31).then_some(u64::from(sent))
    }

    /// What went wrong, both ways together.
    pub fn counts(&self) -> Counts {
        let [up, down] = [&self.halves[0], &self.halves[1]].map(|half| half.stream.counts());
        Counts {
            gaps: up.gaps.saturating_add(down.gaps),
            gap_bytes: up.gap_bytes.saturating_add(down.gap_bytes),
            duplicates: up.duplicates.saturating_add(down.duplicates),
            conflicts: up.conflicts.saturating_add(down.conflicts),
        }
    }

    /// Segments left out for a bad TCP checksum.
    pub fn corrupt(&self) -> u64 {
        self.halves.iter().map(|half| u64::from(half.corrupt)).sum()
    }

    /// Bytes held back in both directions.
    pub const fn held_bytes(&self) -> usize {
        self.halves[0].stream.held_bytes() + self.halves[1].stream.held_bytes()
    }

    fn read(&mut self, segment: &Segment, block: &[u8], ports: &PortSet) {
        if self.halves[segment.way.index()].mac.is_none() {
            let [source, destination] = segment.macs(block);
            self.halves[segment.way.index()].mac = source;
            let other = &mut self.halves[segment.way.reversed().index()].mac;
            *other = other.or(destination);
        }
        let mut seq = segment.seq;
        if segment.has(Segment::SYN) {
            seq = seq.wrapping_add(1);
            self.note_opening(segment);
            self.with_reader(segment.way, ports, |stream, sink| {
                stream.start_at(seq, sink);
            });
        }
        if segment.length > 0 && self.is_sound(segment, block) {
            let payload = segment.payload(block);
            let (length, time) = (segment.length, segment.time);
            self.with_reader(segment.way, ports, |stream, sink| {
                stream.push(seq, payload, length, time, sink);
            });
        }
    }

    /// Whether the payload may be believed: a bad checksum counts only where others of the same sender were good.
    fn is_sound(&mut self, segment: &Segment, block: &[u8]) -> bool {
        let half = &mut self.halves[segment.way.index()];
        match segment.checksum(block) {
            Checksum::Good => {
                half.checksums_hold = true;
                true
            }
            Checksum::Bad if half.checksums_hold => {
                half.corrupt = half.corrupt.saturating_add(1);
                false
            }
            _ => true,
        }
    }

    /// Runs `feed` on one direction, with everything it hands on going to the dialogue.
    fn with_reader(
        &mut self,
        way: Way,
        ports: &PortSet,
        feed: impl FnOnce(&mut Direction, &mut dyn FnMut(Piece<'_>)),
    ) {
        let mut client = self.opened.or(self.client);
        let guess = (self.key, ports);
        let half = &mut self.halves[way.index()];
        let dialogue = &mut self.dialogue;
        let whole = half.stream.first().is_some();
        feed(&mut half.stream, &mut |piece| {
            let client = *client.get_or_insert_with(|| {
                let bytes = if let Piece::Bytes(bytes, _) = &piece {
                    bytes
                } else {
                    &[][..]
                };
                guess_client(&guess.0, guess.1, way, bytes)
            });
            let side = if way == client {
                Side::Client
            } else {
                Side::Server
            };
            dialogue.push(side, &piece, whole);
        });
        self.client = client;
        let Some(client) = client else { return };
        let side = if way == client {
            Side::Client
        } else {
            Side::Server
        };
        if let (None, Some(offset)) = (half.tls_start, dialogue.tls_offset(side)) {
            let next = half.stream.next();
            half.tls_start = next.map(|next| next.wrapping_sub(offset as u32));
            self.bursts.get_or_insert_default();
        }
        if dialogue.is_decided(side) {
            half.decided = true;
            half.stream.forget();
            if self.is_decided() {
                self.dialogue.joint.settle();
            }
        }
    }

    fn note_opening(&mut self, segment: &Segment) {
        if segment.has(Segment::ACK) {
            self.opened.get_or_insert(segment.way.reversed());
            self.syn_ack_at.get_or_insert(segment.time);
        } else {
            self.opened.get_or_insert(segment.way);
            self.syn_at.get_or_insert(segment.time);
        }
    }

    fn note_end(&mut self, segment: &Segment) {
        let half = &mut self.halves[segment.way.index()];
        if segment.has(Segment::RST) {
            if half.stream.accepts(segment.seq) {
                self.reset_by.get_or_insert(segment.way);
                self.ended.get_or_insert((segment.way, Ending::Rst));
            }
            return;
        }
        self.ended.get_or_insert((segment.way, Ending::Fin));
        half.fin.get_or_insert(segment.time);
        half.stream.end_at(segment.seq.wrapping_add(segment.length));
    }
}

impl Half {
    #[inline]
    fn note_acknowledged(&mut self, segment: &Segment) {
        if !self.decided && segment.has(Segment::ACK) {
            match self.acknowledged {
                Some(before) if segment.ack.wrapping_sub(before) > 1 << 31 => {}
                _ => self.acknowledged = Some(segment.ack),
            }
        }
    }

    /// No FIN is needed to know that bytes are missing at the end: what was acknowledged was sent, and so was what lies
    /// before a later sequence number.
    fn end_where_told(&mut self) {
        for end in [self.acknowledged, self.highest].into_iter().flatten() {
            let ahead = self.stream.next().map(|next| end.wrapping_sub(next));
            if self.fin.is_none()
                && self.stream.accepts(end)
                && ahead.is_some_and(|ahead| ahead < 1 << 30)
            {
                self.stream.end_at(end);
            }
        }
    }

    /// Moves on to the end of `segment`; the sequence numbers that were passed, if it brought bytes.
    #[inline]
    fn note(&mut self, segment: &Segment) -> Option<(u32, u32)> {
        self.seen = true;
        let end = segment.seq.wrapping_add(segment.length);
        let from = self.highest.unwrap_or(segment.seq);
        let ahead = end.wrapping_sub(from);
        if ahead > 1 << 31 {
            return None;
        }
        self.highest = Some(end);
        if segment.length == 0 || ahead == 0 {
            return None;
        }
        self.sent = Some(end);
        Some((from, end))
    }

    /// What of this direction must still be read; `over`: the connection has ended; `counting`: who sent how much in turn is
    /// counted, also of a decided direction.
    const fn need(&self, over: bool, counting: bool) -> Need {
        if over || self.highest.is_none() {
            Need::All
        } else if self.decided && !counting {
            Need::Nothing
        } else if self.decided || self.mac.is_some() {
            Need::Payload
        } else {
            Need::All
        }
    }
}

/// Who the client is where no SYN tells: the other end of the watched port, else whoever speaks like one, else the end with the
/// higher port.
fn guess_client(key: &FlowKey, ports: &PortSet, way: Way, bytes: &[u8]) -> Way {
    let (up, down) = (key.sender_port(Way::Up), key.sender_port(Way::Down));
    match (ports.contains(up), ports.contains(down)) {
        (true, false) => return Way::Down,
        (false, true) => return Way::Up,
        _ => {}
    }
    if crate::smtp::reply::ReplyLine::parse(bytes.split(|b| *b == b'\n').next().unwrap_or_default())
        .is_some()
    {
        return way.reversed();
    }
    match crate::tls::probe(bytes, crate::tls::Role::Client) {
        crate::tls::Probe::ClientHello | crate::tls::Probe::Ssl2ClientHello => return way,
        _ => {}
    }
    if up > down { Way::Up } else { Way::Down }
}
