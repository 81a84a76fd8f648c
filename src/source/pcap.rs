//! libpcap's own format: draft-ietf-opsawg-pcap, with the variants that libpcap's sf-pcap.c and Wireshark's wiretap know.
//!
//! A file header, then records of a fixed header and the packet. The records carry no mark of their own, so after an absurd
//! length there is no next record to find: reading stops.

use super::RawPacket;
use super::error::Fault;
use super::format::{MAX_RECORD, Opening, Record, Stop};
use super::order::{Order, array, words};
use crate::packet::LinkType;
use crate::time::Timestamp;

/// Longest packet accepted where the file does not announce longer ones (libpcap's MAXIMUM_SNAPLEN).
const MAX_PACKET: u32 = 262_144;
/// Bytes of the file header.
const HEADER: usize = 24;
/// Bytes of a record's header.
const RECORD: usize = 16;
/// Bytes that Kuznetzov's records have beside them: interface index, protocol, packet type, padding.
const KUZNETZOV: usize = 8;
/// Bytes that Ixia's file header has more: the size of all records.
const IXIA: usize = 4;

/// One pcap file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Pcap {
    order: Order,
    /// Nanoseconds in a unit of the fraction.
    tick: u64,
    /// Bytes of a record's header.
    head: usize,
    lengths: Lengths,
    link: LinkType,
    longest: u32,
}

/// Which of a record's two lengths comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lengths {
    /// Captured, then original.
    Usual,
    /// The other way around: versions before 2.3, and DG/UX (543.0).
    Swapped,
    /// Either, in version 2.3: the shorter one is the captured.
    Either,
}

/// What a magic number says.
struct Variant {
    magic: u32,
    tick: u64,
    more_header: usize,
    more_record: usize,
}

const fn variant(magic: u32, tick: u64, more_header: usize, more_record: usize) -> Variant {
    Variant {
        magic,
        tick,
        more_header,
        more_record,
    }
}

/// Magic numbers: libpcap's two, Kuznetzov's, and Ixia's for its hardware and its software (both in microseconds, as tshark
/// 4.0.17 reads them).
const VARIANTS: [Variant; 5] = [
    variant(0xa1b2_c3d4, 1_000, 0, 0),
    variant(0xa1b2_3c4d, 1, 0, 0),
    variant(0xa1b2_cd34, 1_000, 0, KUZNETZOV),
    variant(0x1c00_01ac, 1_000, IXIA, 0),
    variant(0x1c00_01ab, 1_000, IXIA, 0),
];

impl Pcap {
    /// Reads the file header; the second value is where the first record begins.
    pub(super) fn open(bytes: &[u8]) -> Result<(Self, usize), Opening> {
        let magic = array(bytes, 0).ok_or(Opening::Unknown)?;
        let (order, variant) = variant_of(magic).ok_or(Opening::Unknown)?;
        let first = HEADER + variant.more_header;
        if bytes.len() < first {
            return Err(Opening::Need(first));
        }
        let [version, _zone, _accuracy, snaplen, link] =
            words(bytes, 4).ok_or(Opening::Need(first))?;
        let [a, b, c, d] = version;
        let (major, minor) = (order.u16([a, b]), order.u16([c, d]));
        let pcap = Self {
            order,
            tick: variant.tick,
            head: RECORD + variant.more_record,
            lengths: Lengths::of(major, minor)?,
            link: LinkType(order.u32(link) as u16), // the upper half tells of frame check sequences
            longest: order.u32(snaplen).clamp(MAX_PACKET, MAX_RECORD as u32),
        };
        Ok((pcap, first))
    }

    /// The same, if it is as nearly all are: with that known, a loop over records has less to ask.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "what is known must be known there")]
    pub(super) fn ordinary(&self) -> Option<Self> {
        let ordinary = Self {
            order: Order::Little,
            head: RECORD,
            lengths: Lengths::Usual,
            ..*self
        };
        (ordinary == *self).then_some(ordinary)
    }

    pub(super) fn link(&self) -> LinkType {
        self.link
    }

    /// The record at `at`.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "the loop over packets is built around this call"
    )]
    pub(super) fn record(&self, bytes: &[u8], at: usize) -> Result<Record, Stop> {
        let [seconds, fraction, captured, original] =
            words(bytes, at).ok_or(Stop::Need(self.head))?;
        let (captured, original) = self.lengths(self.order.u32(captured), self.order.u32(original));
        // One comparison for both: a record of nothing is as rare as one that is too long.
        if captured.wrapping_sub(1) >= self.longest {
            if captured > self.longest {
                return Err(Stop::Fault(Fault::TooLong {
                    length: captured as u64,
                    bound: self.longest as u64,
                }));
            }
            // No time, no bytes: room that was set aside for the file, or lost in a crash. What lies behind it need not
            // be a record.
            if seconds == [0; 4] && fraction == [0; 4] && original == 0 {
                return Err(Stop::Fault(Fault::Zeros));
            }
        }
        let offset = at + self.head;
        let next = offset + captured as usize;
        if next > bytes.len() {
            return Err(Stop::Need(self.head + captured as usize));
        }
        let fraction = self.order.u32(fraction) as u64 * self.tick;
        let packet = RawPacket {
            time: Timestamp::from_parts(self.order.u32(seconds) as u64, fraction),
            link: self.link,
            offset: offset as u32,
            captured,
            original,
            interface: 0,
        };
        Ok(Record {
            packet,
            next,
            drops: 0,
        })
    }

    #[inline]
    fn lengths(&self, first: u32, second: u32) -> (u32, u32) {
        match self.lengths {
            Lengths::Usual => (first, second),
            Lengths::Swapped => (second, first),
            Lengths::Either => (first.min(second), first.max(second)),
        }
    }
}

impl Lengths {
    fn of(major: u16, minor: u16) -> Result<Self, Opening> {
        match (major, minor) {
            (543, 0) | (2, ..3) => Ok(Self::Swapped),
            (2, 3) => Ok(Self::Either),
            (2, 4..) => Ok(Self::Usual),
            _ => Err(Opening::Fault(Fault::Version {
                major: major as u32,
                minor: minor as u32,
            })),
        }
    }
}

fn variant_of(magic: [u8; 4]) -> Option<(Order, &'static Variant)> {
    [Order::Little, Order::Big].into_iter().find_map(|order| {
        let magic = order.u32(magic);
        let variant = VARIANTS.iter().find(|variant| variant.magic == magic)?;
        Some((order, variant))
    })
}
