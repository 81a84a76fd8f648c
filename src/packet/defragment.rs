//! Puts IP packets together again (RFC 791 section 3.2, RFC 8200 section 4.5, RFC 1858 for what can be wrong).
//!
//! Fragments may come in any order and more than once. Where two disagree, the first copy wins and the disagreement is
//! counted. What is held has a bound in packets and in bytes, and an age in capture time; the oldest is given up first.
//! A finished packet is remembered by digests of its fragments, so that the copies a mirror delivers late do not start
//! another one, into which an unrelated packet with the same identification could fall.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, RandomState};

use super::assembly::{Assembly, Key};
use super::datagram::Datagram;
use super::fragment::Fragment;
use crate::time::{SECOND, Timestamp};

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
    /// Fragments of packets that were given up because their last piece never came.
    pub alone: u64,
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
        self.alone += other.alone;
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
            ("alone", self.alone),
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
        let digest = self.digest(bytes, fragment);
        self.begin_unless_held(key, time, digest);
        let packet = self.packets.get_mut(&key)?;
        if packet.holds(digest) {
            self.counters.duplicates += 1;
            return None;
        }
        let before = packet.cost();
        self.counters.conflicts += u64::from(packet.add(bytes, fragment, digest));
        let datagram = packet.take_if_whole();
        self.counters.finished += u64::from(datagram.is_some());
        let shattered = packet.is_shattered();
        self.held = self.held + packet.cost() - before;
        if shattered {
            self.counters.evicted += 1;
            self.remove(&key);
        }
        self.keep_bounds();
        datagram
    }

    /// Two fragments with the same digest are the same.
    fn digest(&self, bytes: &[u8], fragment: &Fragment) -> u64 {
        let place = (fragment.offset, fragment.length, fragment.more);
        self.packets
            .hasher()
            .hash_one((place, fragment.data(bytes)))
    }

    /// Makes sure that there is a packet for `key` which the fragment belongs to: a finished one only if it was part of
    /// it, an unfinished one only if it is not too old.
    fn begin_unless_held(&mut self, key: Key, time: Timestamp, digest: u64) {
        if let Some(packet) = self.packets.get(&key) {
            let stale = time.since(packet.began).max(packet.began.since(time)) > self.limits.age;
            let another = packet.finished && !packet.holds(digest);
            if !stale && !another {
                return;
            }
            self.give_up(&key);
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
            self.give_up(&key);
        }
    }

    /// No fragment will come any more: gives up what is not whole.
    pub fn finish(&mut self) {
        while let Some((key, _)) = self.oldest() {
            self.give_up(&key);
        }
    }

    /// Gives up a packet whose last piece can no longer come.
    fn give_up(&mut self, key: &Key) {
        if let Some(packet) = self.packets.get(key).filter(|packet| !packet.finished) {
            self.counters.expired += 1;
            self.counters.alone += packet.fragments();
        }
        self.remove(key);
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
