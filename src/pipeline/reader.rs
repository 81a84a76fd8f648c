//! The reading thread: walks packets, drops at a glance what cannot matter, decodes the rest, hands segments to their workers.

use std::sync::{Arc, Mutex, PoisonError};

use super::clock::Clock;
use super::route::Route;
use super::worker::Worked;
use crate::evidence::Frame;
use crate::flow::Segment;
use crate::flow::segment::CapturePosition;
use crate::judge::Judge;
use crate::names::{self, Names, Part};
use crate::packet::{
    Counters, Decoded, DefragmentCounters, Defragmenter, Interest, Tcp, decode_ordinary,
    decode_other, may_matter,
};
use crate::source::{Block, Next, Packets, RawPacket, Source, Stretch, Taker};
use crate::time::Timestamp;

/// Fragments inside tunnels that are fragmented themselves: so often a packet may be put together anew.
const MAX_NESTED_FRAGMENTS: usize = 4;
/// After so many packets, and at every pause, others get to see what was counted.
const SHOWN_EVERY: u64 = 1 << 14;

/// What the reader counted.
#[derive(Clone, Debug, Default)]
pub struct ReaderFacts {
    /// Turns it took, packets or not: grows as long as it works.
    pub turns: u64,
    /// Packets.
    pub packets: u64,
    /// Their bytes on the wire.
    pub bytes: u64,
    /// Packets that the capture cut short; of those that are followed also such as were cut before they were captured.
    pub cut: u64,
    /// Packets that went to a worker.
    pub followed: u64,
    /// Those of them that go to a watched port from one that is not.
    pub to_servers: u64,
    /// Those of them that come from a watched port to one that is not.
    pub from_servers: u64,
    /// Packets dropped at a glance: no watched port.
    pub glanced_over: u64,
    /// What the decoder did not follow, or found malformed.
    pub reasons: Counters,
    /// What became of IP fragments.
    pub fragments: DefragmentCounters,
    /// What became of messages that tell names.
    pub names: names::Counters,
    /// Time of the earliest packet.
    pub first: Option<Timestamp>,
    /// Time of the latest packet.
    pub last: Option<Timestamp>,
}

/// What the reader has counted, as others see it while it reads.
#[derive(Debug, Default)]
pub(super) struct Shown(Mutex<ReaderFacts>);

impl Shown {
    /// As of a moment ago.
    pub(super) fn facts(&self) -> ReaderFacts {
        let facts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        facts.clone()
    }

    fn show(&self, facts: ReaderFacts) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = facts;
    }
}

/// Reads everything there is, and sends what is to be followed on its `route`, as long as somebody takes it there.
pub(super) fn read(
    source: &mut impl Source,
    interest: &Interest,
    judge: &Judge,
    mut route: impl Route,
    shown: &Shown,
) -> (ReaderFacts, Worked) {
    let mut reader = Reader {
        interest,
        judge,
        names: Names::default(),
        clock: Clock::default(),
        facts: ReaderFacts::default(),
        defragmenter: Defragmenter::default(),
    };
    let mut show_at = SHOWN_EVERY;
    loop {
        reader.facts.turns += 1;
        let goes_on = match source.next() {
            Next::Packets(stretch) => {
                reader.stretch(stretch, &mut route);
                route.hosts(reader.names.new_hosts());
                route.tick(reader.clock.elapsed())
            }
            Next::Pause(nanoseconds) => {
                reader.clock.pause(nanoseconds);
                show_at = 0;
                route.pause(reader.clock.elapsed())
            }
            Next::End => false,
        };
        if !goes_on {
            break;
        }
        if reader.facts.packets >= show_at {
            show_at = reader.facts.packets + SHOWN_EVERY;
            shown.show(reader.facts());
        }
    }
    reader.defragmenter.finish();
    let facts = route.finish(reader.clock.elapsed());
    (reader.facts(), facts)
}

struct Reader<'a> {
    interest: &'a Interest,
    judge: &'a Judge,
    names: Names,
    clock: Clock,
    facts: ReaderFacts,
    defragmenter: Defragmenter,
}

impl Reader<'_> {
    /// What was counted so far.
    fn facts(&self) -> ReaderFacts {
        ReaderFacts {
            names: self.names.counters(),
            fragments: *self.defragmenter.counters(),
            ..self.facts.clone()
        }
    }

    /// Never a part of its caller: the fewer things there are around the loop, the more of it is in registers.
    #[inline(never)]
    fn stretch(&mut self, stretch: Stretch<impl Packets>, route: &mut impl Route) {
        let mut look = Look {
            clock: self.clock,
            seen: Seen::default(),
            block: &stretch.block,
            bytes: stretch.block.bytes(),
            origin: stretch.origin,
            reader: self,
            route,
        };
        stretch.packets.hand_to(&mut look);
        let Look { clock, seen, .. } = look;
        self.clock = clock;
        self.facts.add(&seen);
    }

    #[inline(never)]
    fn decode(
        &mut self,
        packet: RawPacket,
        bytes: &[u8],
        block: &Arc<Block>,
        origin: u32,
        clock: u64,
        route: &mut impl Route,
    ) {
        let (place, frame) = (place_of(&packet, origin, clock), frame_of(&packet));
        match decode_ordinary(packet.link, bytes) {
            Some(tcp) => self.tcp(&tcp, place, frame, block, route),
            None => self.decode_further(packet, bytes, block, (origin, clock), route),
        }
    }

    /// Takes the walk through the headers of a frame that is out of the ordinary.
    #[inline(never)]
    fn decode_further(
        &mut self,
        packet: RawPacket,
        bytes: &[u8],
        block: &Arc<Block>,
        (origin, clock): (u32, u64),
        route: &mut impl Route,
    ) {
        let place = place_of(&packet, origin, clock);
        let mut decoded = decode_other(packet.link, bytes, packet.original, self.interest);
        let mut whole: Option<Arc<Block>> = None;
        for _ in 0..MAX_NESTED_FRAGMENTS {
            let Decoded::Fragment(fragment) = decoded else {
                break;
            };
            let from = whole.as_ref().map_or(bytes, |whole| whole.bytes());
            // Fragments of one packet come soon after each other, whatever the clocks of other interfaces say.
            let now = Timestamp(clock);
            let Some(datagram) = self.defragmenter.push(now, from, &fragment) else {
                return;
            };
            decoded = datagram.decode(self.interest);
            whole = Some(Arc::new(Block::from(datagram.bytes().to_vec())));
        }
        match whole {
            Some(whole) => {
                let frame = Frame::of_packet(whole.bytes());
                self.take(
                    &decoded,
                    CapturePosition { base: 0, ..place },
                    frame,
                    &whole,
                    route,
                );
            }
            None => self.take(&decoded, place, frame_of(&packet), block, route),
        }
    }

    fn take(
        &mut self,
        decoded: &Decoded,
        place: CapturePosition,
        frame: Frame,
        block: &Arc<Block>,
        route: &mut impl Route,
    ) {
        match decoded {
            Decoded::Tcp(tcp) => self.tcp(tcp, place, frame, block, route),
            Decoded::Udp(udp) => {
                let part = Part::of_udp(udp, bytes(place, block), place.clock);
                self.names.datagram(&part, &self.judge.networks);
            }
            Decoded::NotFollowed(reason) => self.facts.reasons.add_not_followed(*reason),
            Decoded::Malformed(reason) => self.facts.reasons.add_malformed(*reason),
            Decoded::Fragment(_) => {}
        }
    }

    /// A segment of a connection that is followed or looked at, or of DNS over TCP.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "only where the frame is read need the segment not be laid out in memory in between"
    )]
    fn tcp(
        &mut self,
        tcp: &Tcp,
        place: CapturePosition,
        frame: Frame,
        block: &Arc<Block>,
        route: &mut impl Route,
    ) {
        let ports = &self.judge.ports;
        let is_dns = tcp.source_port == names::DNS || tcp.destination_port == names::DNS;
        let from = ports.contains(tcp.source_port);
        let to = ports.contains(tcp.destination_port);
        if from || to || (ports.has_others() && !is_dns) {
            self.facts.followed += 1;
            self.facts.to_servers += u64::from(to && !from);
            self.facts.from_servers += u64::from(from && !to);
            // As mirrors do that truncate and then wrap what is left: the record is whole.
            let is_whole = frame.captured >= frame.original;
            self.facts.cut += u64::from(is_whole && tcp.captured < tcp.length);
            let segment = Segment::new(tcp, place);
            let asked = self.names.asked_before(&segment);
            route.segment(block, segment, asked, frame);
        } else {
            let part = Part::of_tcp(tcp, bytes(place, block), place.clock);
            self.names.segment(&part, tcp.seq, &self.judge.networks);
        }
    }
}

/// The look at each packet of a stretch. What every packet moves is held here, so that it stays in registers as long as
/// none matters.
struct Look<'l, 'r, R> {
    clock: Clock,
    seen: Seen,
    block: &'l Arc<Block>,
    /// Those of the block.
    bytes: &'l [u8],
    origin: u32,
    reader: &'l mut Reader<'r>,
    route: &'l mut R,
}

impl<R: Route> Taker for Look<'_, '_, R> {
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "the body of the loop over packets, which each format has for itself"
    )]
    fn take(&mut self, packet: RawPacket) {
        let clock = self.clock.advance(packet.time);
        self.seen.note(&packet);
        let bytes = packet.bytes_in(self.bytes);
        if may_matter(packet.link, bytes, self.reader.interest) {
            let (block, origin) = (self.block, self.origin);
            self.reader
                .decode(packet, bytes, block, origin, clock, self.route);
        } else {
            self.seen.glanced_over += 1;
        }
    }
}

/// What is counted of every packet, over one stretch.
struct Seen {
    packets: u64,
    bytes: u64,
    cut: u64,
    glanced_over: u64,
    /// Of those that have a time: zero is none.
    first: Timestamp,
    last: Timestamp,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            packets: 0,
            bytes: 0,
            cut: 0,
            glanced_over: 0,
            first: Timestamp(u64::MAX),
            last: Timestamp(0),
        }
    }
}

impl Seen {
    #[inline]
    fn note(&mut self, packet: &RawPacket) {
        self.packets += 1;
        self.bytes += u64::from(packet.original);
        self.cut += u64::from(packet.captured < packet.original);
        // Zero becomes the highest.
        let time = packet.time.0.wrapping_sub(1);
        self.first.0 = self.first.0.min(time);
        self.last = self.last.max(packet.time);
    }
}

impl ReaderFacts {
    fn add(&mut self, seen: &Seen) {
        if seen.packets == 0 {
            return;
        }
        self.packets += seen.packets;
        self.bytes += seen.bytes;
        self.cut += seen.cut;
        self.glanced_over += seen.glanced_over;
        let first = Timestamp(seen.first.0.wrapping_add(1));
        if first == Timestamp(0) {
            return;
        }
        self.first = Some(self.first.map_or(first, |before| before.min(first)));
        self.last = Some(self.last.map_or(seen.last, |last| last.max(seen.last)));
    }
}

#[inline]
const fn place_of(packet: &RawPacket, origin: u32, clock: u64) -> CapturePosition {
    CapturePosition {
        base: packet.offset,
        origin,
        time: packet.time,
        clock,
    }
}

#[inline]
const fn frame_of(packet: &RawPacket) -> Frame {
    Frame {
        offset: packet.offset,
        captured: packet.captured,
        original: packet.original,
        link: packet.link,
    }
}

/// The bytes that were decoded, and what lies behind them in the block.
fn bytes(place: CapturePosition, block: &Block) -> &[u8] {
    block.bytes().get(place.base as usize..).unwrap_or_default()
}
