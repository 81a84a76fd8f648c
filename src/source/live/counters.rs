//! What is known of a watched interface, for other threads to look at: written by its capture thread, relaxed, never locked.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};

use pcap::Linktype;

use super::card::OfCard;
use super::silence::Silence;
use crate::packet::LinkType;

/// One interface as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InterfaceFacts {
    /// Its name.
    pub name: String,
    /// What its frames are; `None` before the first opening.
    pub link: Option<LinkType>,
    /// libpcap's name for that.
    pub link_name: Option<String>,
    /// It is there, up, and captured from.
    pub up: bool,
    /// Packets taken.
    pub packets: u64,
    /// Their bytes on the wire.
    pub bytes: u64,
    /// Frames that arrived at it, of interest or not; `None` where the system does not tell.
    pub received: Option<u64>,
    /// Packets that the kernel's filter let pass, and that were lost since the ring was full.
    pub dropped_kernel: u64,
    /// Packets that the interface or its driver lost; `None` where the system does not tell.
    pub dropped_interface: Option<u64>,
    /// Bytes of the kernel's ring.
    pub ring_bytes: u64,
    /// The most of them that were in use lately, about; `None` where the packets' clock is not the host's.
    pub ring_used: Option<u64>,
    /// The most that ever were.
    pub ring_most: Option<u64>,
    /// How often it went down or away.
    pub losses: u64,
    /// Blocks that wait to be read.
    pub waiting: u64,
}

/// The counts of one interface.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) packets: AtomicU64,
    pub(super) bytes: AtomicU64,
    pub(super) waiting: AtomicU64,
    dropped_kernel: AtomicU64,
    /// One more than the count; zero is not known.
    received: AtomicU64,
    /// One more than the count; zero is not known.
    dropped_interface: AtomicU64,
    /// One more than the count; zero is not known.
    ring_used: AtomicU64,
    /// One more than the count; zero is not known.
    ring_most: AtomicU64,
    pub(super) losses: AtomicU64,
    pub(super) up: AtomicBool,
    pub(super) silence: Silence,
    /// One more than the number; zero is not known.
    link: AtomicU32,
}

impl Counters {
    pub(super) fn set_link(&self, link: LinkType) {
        self.link.store(u32::from(link.0) + 1, Relaxed);
    }

    pub(super) fn add_dropped_kernel(&self, dropped: u64) {
        self.dropped_kernel.fetch_add(dropped, Relaxed);
    }

    /// From the first time on they are known.
    pub(super) fn add_card(&self, more: OfCard) {
        for (count, more) in [
            (&self.received, more.received),
            (&self.dropped_interface, more.dropped),
        ] {
            let known = count.load(Relaxed).max(1);
            count.store(known.saturating_add(more), Relaxed);
        }
    }

    /// From the first time on it is known.
    pub(super) fn set_ring_used(&self, lately: u64) {
        self.ring_used.store(lately + 1, Relaxed);
        self.ring_most.fetch_max(lately + 1, Relaxed);
    }

    /// Adds packets that were taken.
    pub(super) fn took(&self, packets: u64, bytes: u64) {
        self.packets.fetch_add(packets, Relaxed);
        self.bytes.fetch_add(bytes, Relaxed);
    }

    /// As of now.
    pub(super) fn facts(&self, name: &str, ring_bytes: u64) -> InterfaceFacts {
        let link = self.link.load(Relaxed).checked_sub(1);
        InterfaceFacts {
            name: name.to_owned(),
            link: link.map(|link| LinkType(link as u16)),
            link_name: link.and_then(|link| Linktype(link.cast_signed()).get_name().ok()),
            up: self.up.load(Relaxed),
            packets: self.packets.load(Relaxed),
            bytes: self.bytes.load(Relaxed),
            received: self.received.load(Relaxed).checked_sub(1),
            dropped_kernel: self.dropped_kernel.load(Relaxed),
            dropped_interface: self.dropped_interface.load(Relaxed).checked_sub(1),
            ring_bytes,
            ring_used: self.ring_used.load(Relaxed).checked_sub(1),
            ring_most: self.ring_most.load(Relaxed).checked_sub(1),
            losses: self.losses.load(Relaxed),
            waiting: self.waiting.load(Relaxed),
        }
    }
}

/// Adds up a count that wraps at 32 bits, as libpcap's do, from what it was told each time.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wrapping {
    last: u32,
}

impl Wrapping {
    /// How many were added since the last time. Must be asked before 2^32 more can have come.
    pub(super) fn since(&mut self, told: u32) -> u64 {
        let more = told.wrapping_sub(self.last);
        self.last = told;
        u64::from(more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_that_wraps_goes_on() {
        let mut count = Wrapping::default();
        assert_eq!(count.since(4_294_967_290), 4_294_967_290);
        assert_eq!(count.since(4), 10);
        assert_eq!(count.since(4), 0);
    }

    #[test]
    fn unknown_is_not_zero() {
        let counters = Counters::default();
        let facts = counters.facts("eth1", 1);
        assert_eq!((facts.link, facts.dropped_interface), (None, None));
        assert_eq!((facts.ring_used, facts.ring_most), (None, None));
        counters.set_link(LinkType(0));
        counters.add_card(OfCard::default());
        let facts = counters.facts("eth1", 1);
        assert_eq!(facts.link, Some(LinkType(0)));
        assert_eq!(facts.dropped_interface, Some(0));
        counters.set_ring_used(7);
        counters.set_ring_used(0);
        let facts = counters.facts("eth1", 1);
        assert_eq!((facts.ring_used, facts.ring_most), (Some(0), Some(7)));
    }
}
