//! Puts IP packets together again (RFC 791 section 3.2, RFC 8200 section 4.5, RFC 1858 for what can be wrong).
//!
//! Fragments may come in any order and more than once. Where two disagree, the first copy wins and the disagreement is
//! counted. What is held has a bound in packets and in bytes, and an age in capture time; the oldest is given up first.
//! A finished packet is remembered by digests of its fragments, so that the copies a mirror delivers late do not start
//! another one, into which an unrelated packet with the same identification could fall.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, RandomState};

use super::decoded::{Addresses, Decoded, Macs};
use super::fragment::Fragment;
use super::interest::Interest;
use super::pieces::{MAX_PIECES, Pieces};
use super::walk::{Layer, Walk};
use crate::time::{SECOND, Timestamp};

/// Two link-layer addresses in front of the largest IP header.
const PREFIX: usize = MACS + IPV6_HEADER;
const MACS: usize = 12;
const IPV4_HEADER: usize = 20;
const IPV6_HEADER: usize = 40;

/// What holding a packet costs beside its bytes, roughly.
const OVERHEAD: usize = 256;

/// Bounds of a [`Defragmenter`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DefragmentLimits {
    /// Most packets held, unfinished and remembered ones together.
    pub packets: usize,
    /// Most bytes held.
    pub bytes: usize,
    /// Nanoseconds of capture time from a packet's first fragment until it is given up.
    pub age: u64,
}

impl Default for DefragmentLimits {
    fn default() -> Self {
        Self {
            packets: 4096,
            bytes: 16 << 20,
            age: 30 * SECOND,
        }
    }
}

/// What a [`Defragmenter`] has seen.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct DefragmentCounters {
    /// Fragments taken in.
    pub fragments: u64,
    /// Packets put together.
    pub finished: u64,
    /// Fragments that were there already.
    pub duplicates: u64,
    /// Fragments that disagree with earlier ones about bytes or about the packet's length.
    pub conflicts: u64,
    /// Packets given up because their last piece never came.
    pub expired: u64,
    /// Packets given up because a bound was reached.
    pub evicted: u64,
}

impl DefragmentCounters {
    /// Adds all of `other`.
    pub fn merge(&mut self, other: &Self) {
        self.fragments += other.fragments;
        self.finished += other.finished;
        self.duplicates += other.duplicates;
        self.conflicts += other.conflicts;
        self.expired += other.expired;
        self.evicted += other.evicted;
    }

    /// Words for reports and their counts.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> {
        [
            ("fragments", self.fragments),
            ("finished", self.finished),
            ("duplicates", self.duplicates),
            ("conflicts", self.conflicts),
            ("expired", self.expired),
            ("evicted", self.evicted),
        ]
        .into_iter()
    }
}

/// Holds fragments until their packet is whole.
#[derive(Debug, Default)]
pub struct Defragmenter {
    limits: DefragmentLimits,
    counters: DefragmentCounters,
    packets: HashMap<Key, Assembly, RandomState>,
    /// Keys by the order in which their packets began.
    order: BTreeMap<u64, Key>,
    /// Number of the next packet to begin.
    next: u64,
    /// Bytes held.
    held: usize,
}

impl Defragmenter {
    /// Holds nothing yet.
    pub fn new(limits: DefragmentLimits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// What was seen so far.
    pub const fn counters(&self) -> &DefragmentCounters {
        &self.counters
    }

    /// Bytes held at the moment.
    pub const fn held(&self) -> usize {
        self.held
    }

    /// Takes a fragment in; gives the packet it completes, if any. `bytes` are those that were decoded.
    pub fn push(&mut self, time: Timestamp, bytes: &[u8], fragment: &Fragment) -> Option<Datagram> {
        self.counters.fragments += 1;
        self.expire(time);
        let key = Key::of(fragment);
        let data = fragment.data(bytes);
        let digest = (self.packets.hasher()).hash_one((fragment.offset, fragment.more, data));
        self.begin_unless_held(key, time, digest);
        let packet = self.packets.get_mut(&key)?;
        if packet.digests.contains(&digest) {
            self.counters.duplicates += 1;
            return None;
        }
        let before = packet.cost();
        self.counters.conflicts += u64::from(packet.add(bytes, fragment, data));
        packet.digests.push(digest);
        let datagram = packet.take_if_whole(&key);
        self.counters.finished += u64::from(datagram.is_some());
        let shattered = packet.pieces.count() > MAX_PIECES;
        self.held = self.held + packet.cost() - before;
        if shattered {
            self.counters.evicted += 1;
            self.remove(&key);
        }
        self.keep_bounds();
        datagram
    }

    /// Makes sure that there is a packet for `key` which the fragment belongs to: a finished one only if it was part of
    /// it, an unfinished one only if it is not too old.
    fn begin_unless_held(&mut self, key: Key, time: Timestamp, digest: u64) {
        if let Some(packet) = self.packets.get(&key) {
            let stale = time.since(packet.began).max(packet.began.since(time)) > self.limits.age;
            let another = packet.finished && !packet.digests.contains(&digest);
            if !stale && !another {
                return;
            }
            self.counters.expired += u64::from(!packet.finished);
            self.remove(&key);
        }
        let packet = Assembly::new(self.next, time);
        self.order.insert(self.next, key);
        self.next += 1;
        self.held += packet.cost();
        self.packets.insert(key, packet);
    }

    /// Gives up what began too long ago.
    fn expire(&mut self, now: Timestamp) {
        while let Some((key, packet)) = self.oldest() {
            if now.since(packet.began) <= self.limits.age {
                return;
            }
            self.counters.expired += u64::from(!packet.finished);
            self.remove(&key);
        }
    }

    /// Gives up the oldest until what is held is within its bounds.
    fn keep_bounds(&mut self) {
        while self.packets.len() > self.limits.packets || self.held > self.limits.bytes {
            let Some((key, packet)) = self.oldest() else {
                return;
            };
            self.counters.evicted += u64::from(!packet.finished);
            self.remove(&key);
        }
    }

    fn oldest(&self) -> Option<(Key, &Assembly)> {
        let (_, key) = self.order.first_key_value()?;
        Some((*key, self.packets.get(key)?))
    }

    fn remove(&mut self, key: &Key) {
        if let Some(packet) = self.packets.remove(key) {
            self.order.remove(&packet.number);
            self.held -= packet.cost();
        }
    }
}

/// A packet put together again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Datagram {
    /// Link-layer addresses where known, a new IP header without options, the payload as far as it was captured.
    bytes: Vec<u8>,
    /// Offset of the IP header.
    start: usize,
    /// Where the payload ends on the wire.
    wire_end: usize,
    macs: Macs,
    plain_addresses: bool,
    layers: u8,
}

impl Datagram {
    /// The bytes that offsets in what [`Datagram::decode`] finds count in.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Takes the packet apart; what is inside may be a fragment again.
    pub fn decode(&self, interest: &Interest) -> Decoded {
        let mut walk = Walk::reassembled(&self.bytes, self.wire_end, self.start, self.layers);
        walk.macs = self.macs;
        walk.plain_addresses = self.plain_addresses;
        walk.run(Layer::Ip, interest)
    }
}

/// What fragments of one packet have in common.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Key {
    addresses: Addresses,
    /// IPv4 only (RFC 8200: fragments of one IPv6 packet may differ in it).
    protocol: Option<u8>,
    identification: u32,
}

impl Key {
    const fn of(fragment: &Fragment) -> Self {
        Self {
            addresses: fragment.addresses,
            protocol: match fragment.addresses {
                Addresses::V4 { .. } => Some(fragment.protocol),
                Addresses::V6 { .. } => None,
            },
            identification: fragment.identification,
        }
    }
}

/// One packet's fragments.
#[derive(Debug)]
struct Assembly {
    number: u64,
    began: Timestamp,
    finished: bool,
    /// Room for addresses and header, then the payload as far as it reaches.
    buffer: Vec<u8>,
    pieces: Pieces,
    /// One per fragment that brought something.
    digests: Vec<u64>,
    /// Length of the payload, once the last fragment was seen.
    total: Option<u32>,
    /// The payload is known only up to here, because a capture cut a fragment.
    cut_at: u32,
    /// What only the first fragment tells.
    first: Option<First>,
}

/// What the fragment at offset 0 tells about the whole packet.
#[derive(Clone, Copy, Debug)]
struct First {
    protocol: u8,
    plain_addresses: bool,
    layers: u8,
    source: Option<[u8; 6]>,
    destination: Option<[u8; 6]>,
}

impl Assembly {
    fn new(number: u64, began: Timestamp) -> Self {
        Self {
            number,
            began,
            finished: false,
            buffer: Vec::new(),
            pieces: Pieces::default(),
            digests: Vec::new(),
            total: None,
            cut_at: u32::MAX,
            first: None,
        }
    }

    fn cost(&self) -> usize {
        self.buffer.capacity() + (self.digests.capacity() + self.pieces.count()) * 8 + OVERHEAD
    }

    /// Takes in what is new in a fragment; says whether it disagrees with what was there.
    fn add(&mut self, bytes: &[u8], fragment: &Fragment, data: &[u8]) -> bool {
        let mut conflict = self.note_end(fragment);
        if fragment.offset == 0 && self.first.is_none() {
            self.first = Some(First::of(fragment, bytes));
        }
        let range = fragment.offset..fragment.end().min(self.total.unwrap_or(u32::MAX));
        if range.is_empty() {
            return conflict;
        }
        for part in self.pieces.present(&range) {
            let part = part.start..part.end.min(self.cut_at);
            conflict |= !self.agrees(&part, part_of(data, fragment.offset, &part));
        }
        self.make_room(range.end);
        for part in self.pieces.missing(&range) {
            self.copy(&part, part_of(data, fragment.offset, &part));
        }
        self.pieces.add(&range);
        conflict
    }

    /// The first fragment that calls itself the last decides the length.
    fn note_end(&mut self, fragment: &Fragment) -> bool {
        let end = fragment.end();
        match self.total {
            Some(total) => end > total || !fragment.more && end != total,
            None if fragment.more => false,
            None => {
                self.total = Some(end);
                self.pieces.end() > end
            }
        }
    }

    fn make_room(&mut self, end: u32) {
        let length = PREFIX + end as usize;
        if self.buffer.len() < length {
            self.buffer.resize(length, 0);
        }
    }

    /// Whether the bytes at `part`, as far as both are known, are `data`.
    fn agrees(&self, part: &std::ops::Range<u32>, data: &[u8]) -> bool {
        let held = self
            .buffer
            .get(PREFIX + part.start as usize..)
            .unwrap_or_default();
        let known = part.end.saturating_sub(part.start) as usize;
        held.iter()
            .take(known)
            .zip(data)
            .all(|(held, new)| held == new)
    }

    /// Fills `part`; what the capture cut off of it stays unknown.
    fn copy(&mut self, part: &std::ops::Range<u32>, data: &[u8]) {
        let room = PREFIX + part.start as usize..PREFIX + part.end as usize;
        let room = self.buffer.get_mut(room).unwrap_or_default();
        room.iter_mut().zip(data).for_each(|(to, from)| *to = *from);
        if data.len() < room.len() {
            self.cut_at = self.cut_at.min(part.start + data.len() as u32);
        }
    }

    /// The packet, if nothing is missing. Only the digests stay.
    fn take_if_whole(&mut self, key: &Key) -> Option<Datagram> {
        let total = self.total.filter(|total| self.pieces.reaches(*total))?;
        let first = self.first?;
        self.finished = true;
        self.pieces = Pieces::default();
        let mut bytes = std::mem::take(&mut self.buffer);
        bytes.truncate(PREFIX + total.min(self.cut_at) as usize);
        Some(first.head(key, bytes, total))
    }
}

impl First {
    fn of(fragment: &Fragment, bytes: &[u8]) -> Self {
        Self {
            protocol: fragment.protocol,
            plain_addresses: fragment.plain_addresses,
            layers: fragment.layers,
            source: fragment.macs.source(bytes),
            destination: fragment.macs.destination(bytes),
        }
    }

    /// Writes addresses and a header in front of `total` bytes of payload.
    fn head(self, key: &Key, mut bytes: Vec<u8>, total: u32) -> Datagram {
        let wire_end = PREFIX + total as usize;
        let start = match key.addresses {
            Addresses::V4 { .. } => PREFIX - IPV4_HEADER,
            Addresses::V6 { .. } => PREFIX - IPV6_HEADER,
        };
        let (destination, source) = (start - MACS, start - MACS / 2);
        put(
            &mut bytes,
            destination,
            &self.destination.unwrap_or_default(),
        );
        put(&mut bytes, source, &self.source.unwrap_or_default());
        self.put_ip_header(key, &mut bytes, total);
        Datagram {
            bytes,
            start,
            wire_end,
            macs: Macs {
                source: self.source.map(|_| source as u32),
                destination: self.destination.map(|_| destination as u32),
            },
            plain_addresses: self.plain_addresses,
            layers: self.layers,
        }
    }

    /// Bounds were checked where fragments are found: both lengths fit 16 bits.
    fn put_ip_header(self, key: &Key, bytes: &mut [u8], total: u32) {
        match key.addresses {
            Addresses::V4 {
                source,
                destination,
            } => {
                let at = PREFIX - IPV4_HEADER;
                put(bytes, at, &[0x45, 0]);
                put(
                    bytes,
                    at + 2,
                    &(total as u16 + IPV4_HEADER as u16).to_be_bytes(),
                );
                put(bytes, at + 4, &(key.identification as u16).to_be_bytes());
                put(bytes, at + 8, &[64, self.protocol]);
                put(bytes, at + 12, &source);
                put(bytes, at + 16, &destination);
            }
            Addresses::V6 {
                source,
                destination,
            } => {
                let at = PREFIX - IPV6_HEADER;
                put(bytes, at, &[0x60]);
                put(bytes, at + 4, &(total as u16).to_be_bytes());
                put(bytes, at + 6, &[self.protocol, 64]);
                put(bytes, at + 8, &source);
                put(bytes, at + 24, &destination);
            }
        }
    }
}

/// The part of a fragment's data, which begins at `offset`, that falls into `part`.
fn part_of<'a>(data: &'a [u8], offset: u32, part: &std::ops::Range<u32>) -> &'a [u8] {
    let from = part.start.saturating_sub(offset) as usize;
    let to = (part.end.saturating_sub(offset) as usize).min(data.len());
    data.get(from..to).unwrap_or_default()
}

fn put(bytes: &mut [u8], at: usize, what: &[u8]) {
    let room = bytes.get_mut(at..at + what.len()).unwrap_or_default();
    if room.len() == what.len() {
        room.copy_from_slice(what);
    }
}
