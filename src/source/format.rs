//! The capture formats behind one face: where the next packet is, and what stands in the way of it.

use super::error::Fault;
use super::facts::{Drops, Interface};
use super::pcap::Pcap;
use super::pcapng::Pcapng;
use super::snoop::Snoop;
use super::{Compression, FileFacts, RawPacket};
use crate::time::Timestamp;

/// Longest record that is read into memory, in bytes (Wireshark has the same bound for pcapng blocks).
pub(super) const MAX_RECORD: usize = 16 << 20;

/// A packet's record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) packet: RawPacket,
    /// Where the record after it begins.
    pub(super) next: usize,
    /// Packets lost before this one, if the record says so.
    pub(super) drops: u64,
}

/// Why there is no packet record at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// So many bytes from there on are needed to tell; never more than [`MAX_RECORD`].
    Need(usize),
    /// A whole block that is no packet: for [`Format::aside`].
    Aside,
    /// A block that is wrong inside, and the place of the one after it.
    Skip(Fault, usize),
    /// Nothing from there on can be trusted.
    Fault(Fault),
}

/// Why a file cannot be read as a capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    /// So many bytes are needed to tell.
    Need(usize),
    /// It begins like no capture.
    Unknown,
    /// It begins like one, but its header is wrong.
    Fault(Fault),
}

/// The state of reading one capture.
#[derive(Debug)]
pub(super) enum Format {
    /// libpcap's.
    Pcap(Pcap),
    /// draft-ietf-opsawg-pcapng.
    Pcapng(Box<Pcapng>),
    /// RFC 1761.
    Snoop(Snoop),
}

/// Whether a file that begins so is a capture, or compressed as captures are. Its first eight bytes tell.
pub fn begins_like_a_capture(start: &[u8]) -> bool {
    let is_capture = || !matches!(Format::open(start), Err(Opening::Unknown));
    start.len() >= Format::MAGIC && (Compression::of(start).is_some() || is_capture())
}

impl Format {
    /// Bytes that tell the formats apart.
    pub(super) const MAGIC: usize = 8;

    /// Reads the header at the start of `bytes`; the second value is where the first record begins.
    pub(super) fn open(bytes: &[u8]) -> Result<(Self, usize), Opening> {
        if Pcapng::is_section(bytes) {
            return Ok((Self::Pcapng(Box::default()), 0));
        }
        if Snoop::is_snoop(bytes) {
            return Snoop::open(bytes).map(|(snoop, first)| (Self::Snoop(snoop), first));
        }
        Pcap::open(bytes).map(|(pcap, first)| (Self::Pcap(pcap), first))
    }

    /// The packet record at `at`. `previous` is the time of the packet before, for records that have none.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "the loop over packets is built around this call"
    )]
    pub(super) fn record(
        &self,
        bytes: &[u8],
        at: usize,
        previous: Timestamp,
    ) -> Result<Record, Stop> {
        match self {
            Self::Pcap(pcap) => pcap.record(bytes, at),
            Self::Pcapng(pcapng) => pcapng.record(bytes, at, previous),
            Self::Snoop(snoop) => snoop.record(bytes, at),
        }
    }

    /// Takes in the block at `at` that is no packet; where the next one begins.
    pub(super) fn aside(&mut self, bytes: &[u8], at: usize) -> Result<usize, Stop> {
        match self {
            Self::Pcapng(pcapng) => pcapng.aside(bytes, at),
            Self::Pcap(_) | Self::Snoop(_) => Err(Stop::Need(1)),
        }
    }

    /// Writes down what the format itself tells.
    pub(super) fn fill(&self, facts: &mut FileFacts) {
        match self {
            Self::Pcap(pcap) => facts.interfaces = vec![unnamed(pcap.link())],
            Self::Snoop(snoop) => facts.interfaces = vec![unnamed(snoop.link())],
            Self::Pcapng(pcapng) => {
                facts.interfaces = pcapng.interfaces().to_vec();
                let counted = pcapng.drops();
                facts.drops = Drops {
                    told_by_packets: facts.drops.told_by_packets,
                    ..counted
                };
            }
        }
    }
}

fn unnamed(link: crate::packet::LinkType) -> Interface {
    Interface { name: None, link }
}
