//! One open capture: blocks of bytes on one side, packets on the other.

use std::path::Path;
use std::sync::Arc;

use super::RawPacket;
use super::block::{Block, BlockPool};
use super::error::{Fault, Looks};
use super::facts::FileFacts;
use super::format::{Format, Opening, Record, Stop};
use super::input::Feed;
use super::next::{Packets, Taker};
use super::unpack::Compression;
use crate::time::{DOUBTFUL_STEP, Timestamp};

/// A capture being read.
pub(super) struct Capture {
    feed: Feed,
    pool: BlockPool,
    block: Arc<Block>,
    /// Offset of the block's first byte in the capture.
    base: u64,
    format: Format,
    position: Position,
    /// Where in the block the next packet ends, if its time is not believed: it goes along with the packet behind it.
    doubted: Option<usize>,
    stopped: bool,
    facts: FileFacts,
}

/// What is done in a thread beside who looks at the packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InThread {
    /// Nothing: for a look at the start.
    Nothing,
    /// Decompression.
    Unpacking,
    /// That, and reading.
    Everything,
}

/// Why an input did not become a capture.
#[derive(Debug)]
pub(super) enum NotOpened {
    /// It is something else.
    Looks(Looks),
    /// It could not be read at all.
    Unreadable(String),
    /// It is a capture, but damaged at the very start.
    Damaged(FileFacts),
}

/// How far a capture was read.
#[derive(Clone, Copy, Debug, Default)]
struct Position {
    /// The next record in the block.
    at: usize,
    previous: Timestamp,
    packets: u64,
    bytes: u64,
    drops: u64,
}

impl Position {
    /// Goes on behind `record`.
    #[inline]
    fn go_on(&mut self, record: &Record) {
        self.at = record.next;
        self.previous = record.packet.time;
        self.packets += 1;
        self.bytes += record.packet.captured as u64;
        // A damaged file may claim any number.
        self.drops = self.drops.saturating_add(record.drops);
    }
}

impl Capture {
    /// Reads the start of `feed`, decompressing if it is compressed.
    pub(super) fn open(
        path: &Arc<Path>,
        mut feed: Feed,
        pool: BlockPool,
        ahead: InThread,
    ) -> Result<Self, NotOpened> {
        let mut block = pool.block(0);
        feed.fill(&mut block, Format::MAGIC);
        let compression = Compression::of(block.bytes());
        if let Some(compression) = compression {
            feed = feed.unpack(compression, block.bytes());
            block = pool.block(0);
        }
        if ahead == InThread::Everything || (ahead == InThread::Unpacking && compression.is_some())
        {
            feed = feed.ahead();
        }
        feed.fill(&mut block, Format::MAGIC);
        match header(&mut feed, &mut block) {
            Ok((format, first)) => Ok(Self {
                feed,
                pool,
                block: Arc::new(block),
                base: 0,
                format,
                position: Position {
                    at: first,
                    ..Position::default()
                },
                doubted: None,
                stopped: false,
                facts: FileFacts::new(Arc::clone(path)),
            }),
            Err(opening) => Err(not_opened(path, opening, &block, &mut feed, compression)),
        }
    }

    /// When the first packet is due, if it lies in the first `bound` bytes.
    pub(super) fn first_time(&mut self, bound: u64) -> Option<Timestamp> {
        while !self.stopped && self.base + self.position.at as u64 <= bound {
            if let Some(record) = self.step() {
                return Some(self.due(&record));
            }
        }
        None
    }

    /// Goes to the next packet, reading on and passing over what is none; when it is due, or `None` at the end of the capture.
    pub(super) fn next_time(&mut self) -> Option<Timestamp> {
        self.doubted = None;
        while !self.stopped {
            if let Some(record) = self.step() {
                return Some(self.due(&record));
            }
        }
        None
    }

    /// When the packet at the position is due among those of other captures: at its time, but for a single one far ahead of
    /// the one before it and the one after it, which does not tell when its file goes on.
    #[inline]
    fn due(&mut self, record: &Record) -> Timestamp {
        let time = record.packet.time;
        if time.since(self.position.previous) <= DOUBTFUL_STEP {
            return time;
        }
        self.due_after_jump(record)
    }

    #[cold]
    fn due_after_jump(&mut self, record: &Record) -> Timestamp {
        let time = record.packet.time;
        let length = record.next - self.position.at;
        match self.time_behind(length, time) {
            Some(behind) if time.since(behind) > DOUBTFUL_STEP => {
                self.doubted = Some(self.position.at + length);
                behind
            }
            _ => time,
        }
    }

    /// The time of the packet so many bytes behind the position, if one follows there and need not be waited for.
    fn time_behind(&mut self, length: usize, previous: Timestamp) -> Option<Timestamp> {
        loop {
            let at = self.position.at + length;
            match self.format.record(self.block.bytes(), at, previous) {
                Ok(record) => return Some(record.packet.time),
                Err(Stop::Need(wanted)) if self.feed.may_read_on() => self.read_on(length + wanted),
                Err(_) => return None,
            }
        }
    }

    /// The packet at the position; or gets one obstacle out of the way.
    fn step(&mut self) -> Option<Record> {
        let Position { at, previous, .. } = self.position;
        match self.format.record(self.block.bytes(), at, previous) {
            Ok(record) => Some(record),
            Err(stop) => {
                self.overcome(stop);
                None
            }
        }
    }

    /// The packets of this block from here on that are no later than `last`; the next one alone, if its time is not believed.
    pub(super) fn run(&mut self, file: usize, last: Timestamp) -> Run<'_> {
        let bytes = self.block.bytes();
        let alone = self.doubted.take().and_then(|end| bytes.get(..end));
        let (bytes, last) = match alone {
            Some(alone) => (alone, Timestamp(u64::MAX)),
            None => (bytes, last),
        };
        Run {
            format: &self.format,
            bytes,
            block: &self.block,
            path: &self.facts.path,
            position: self.position,
            home: &mut self.position,
            last,
            file,
        }
    }

    /// What is known of the file by now.
    pub(super) fn facts(&self) -> FileFacts {
        let mut facts = self.facts.clone();
        facts.packets = self.position.packets;
        facts.bytes = self.position.bytes;
        facts.drops.told_by_packets = self.position.drops;
        self.format.fill(&mut facts);
        facts
    }

    fn overcome(&mut self, stop: Stop) {
        match stop {
            Stop::Need(wanted) => self.read_on(wanted),
            Stop::Fault(fault) => self.stop(fault),
            Stop::Skip(fault, next) => {
                self.note(fault, false);
                self.position.at = next;
            }
            Stop::Aside => match self.format.aside(self.block.bytes(), self.position.at) {
                Ok(next) => self.position.at = next,
                Err(stop) => self.overcome(stop), // never another `Aside`
            },
        }
    }

    /// Brings `wanted` bytes from the position on into a block, or ends the capture.
    fn read_on(&mut self, wanted: usize) {
        let left = self
            .block
            .bytes()
            .get(self.position.at..)
            .unwrap_or_default();
        if self.feed.ended() {
            let available = left.len();
            return self.run_out(wanted, available);
        }
        self.base += self.position.at as u64;
        self.carry(wanted);
        self.position.at = 0;
    }

    /// Moves what is left of the block to the start of a block and fills that up: the same block if nobody else looks at it.
    fn carry(&mut self, wanted: usize) {
        let at = self.position.at;
        let alone = Arc::get_mut(&mut self.block).filter(|block| block.capacity() >= wanted);
        if let Some(block) = alone {
            block.keep_from(at);
            self.feed.fill(block, wanted);
            return;
        }
        let mut block = self.pool.block(wanted);
        block.append(self.block.bytes().get(at..).unwrap_or_default());
        self.feed.fill(&mut block, wanted);
        self.block = Arc::new(block);
    }

    fn run_out(&mut self, wanted: usize, available: usize) {
        self.stopped = true;
        let cut = (available > 0).then_some(Fault::CutRecord {
            wanted: wanted as u64,
            available: available as u64,
        });
        if let Some(fault) = self.feed.take_fault().or(cut) {
            self.note(fault, true);
        }
    }

    fn stop(&mut self, fault: Fault) {
        self.stopped = true;
        self.note(fault, true);
    }

    fn note(&mut self, fault: Fault, ends: bool) {
        let offset = self.base + self.position.at as u64;
        self.facts.note(fault, offset, self.position.packets, ends);
    }
}

/// Reads the file header.
fn header(feed: &mut Feed, block: &mut Block) -> Result<(Format, usize), Opening> {
    loop {
        match Format::open(block.bytes()) {
            Err(Opening::Need(wanted)) if !feed.ended() => feed.fill(block, wanted),
            Err(Opening::Need(wanted)) => {
                return Err(Opening::Fault(Fault::CutHeader {
                    wanted: wanted as u64,
                    available: block.bytes().len() as u64,
                }));
            }
            opened => return opened,
        }
    }
}

fn not_opened(
    path: &Arc<Path>,
    opening: Opening,
    block: &Block,
    feed: &mut Feed,
    compression: Option<Compression>,
) -> NotOpened {
    if let Opening::Fault(fault) = opening {
        let mut facts = FileFacts::new(Arc::clone(path));
        facts.note(feed.take_fault().unwrap_or(fault), 0, 0, true);
        return NotOpened::Damaged(facts);
    }
    // What comes wrong behind the first bytes is no reason; whether it is known by now depends on how far ahead was read.
    let fault = (block.bytes().len() < Format::MAGIC).then(|| feed.take_fault());
    match (fault.flatten(), compression) {
        (
            Some(Fault::Unpack {
                compression, cause, ..
            }),
            _,
        ) => NotOpened::Looks(Looks::damaged(compression, cause)),
        (Some(fault), _) => NotOpened::Unreadable(fault.to_string()),
        (None, None) => NotOpened::Looks(Looks::at(block.bytes())),
        (None, Some(compression)) => NotOpened::Looks(Looks::at(block.bytes()).inside(compression)),
    }
}

/// Consecutive packets of one file that lie in one block: an iterator, made to be used up.
pub struct Run<'a> {
    format: &'a Format,
    bytes: &'a [u8],
    block: &'a Arc<Block>,
    path: &'a Arc<Path>,
    /// A copy, so that the loop can keep it in registers; written back at the end.
    position: Position,
    home: &'a mut Position,
    last: Timestamp,
    file: usize,
}

impl Run<'_> {
    /// The block that the packets lie in; clone it to look at them later or elsewhere.
    pub fn block(&self) -> &Arc<Block> {
        self.block
    }

    /// The file: an index into [`super::Timeline::files`].
    pub fn file(&self) -> usize {
        self.file
    }

    /// The file's path.
    pub fn path(&self) -> &Arc<Path> {
        self.path
    }
}

/// A run may be left before its end; the next one goes on from there.
impl Iterator for Run<'_> {
    type Item = RawPacket;

    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "so that the position stays in registers over the loop around it"
    )]
    fn next(&mut self) -> Option<RawPacket> {
        let Position { at, previous, .. } = self.position;
        let record = self.format.record(self.bytes, at, previous).ok()?;
        if record.packet.time > self.last {
            return None;
        }
        self.position.go_on(&record);
        Some(record.packet)
    }
}

/// A loop for each format, so that which it is need not be asked at each packet.
impl Packets for Run<'_> {
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "the loop over packets, whose body comes from the caller"
    )]
    fn hand_to(mut self, taker: &mut impl Taker) {
        match self.format {
            Format::Pcap(pcap) => {
                if let Some(pcap) = pcap.ordinary() {
                    return self.records(|bytes, at, _| pcap.record(bytes, at), taker);
                }
                let pcap = *pcap;
                self.records(|bytes, at, _| pcap.record(bytes, at), taker);
            }
            Format::Pcapng(pcapng) => {
                self.records(|bytes, at, time| pcapng.record(bytes, at, time), taker);
            }
            Format::Snoop(snoop) => self.records(|bytes, at, _| snoop.record(bytes, at), taker),
        }
    }
}

impl<'a> Run<'a> {
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as of `Packets::hand_to`")]
    fn records(
        &mut self,
        record: impl Fn(&'a [u8], usize, Timestamp) -> Result<Record, Stop>,
        taker: &mut impl Taker,
    ) {
        let (bytes, last, mut position) = (self.bytes, self.last, self.position);
        // Why there is none is seen to by who comes next.
        let next = |from: &Position| record(bytes, from.at, from.previous).ok();
        while let Some(record) = next(&position) {
            if record.packet.time > last {
                break;
            }
            position.go_on(&record);
            taker.take(record.packet);
        }
        self.position = position;
    }
}

impl Drop for Run<'_> {
    #[inline]
    fn drop(&mut self) {
        *self.home = self.position;
    }
}
