//! pcapng, draft-ietf-opsawg-pcapng: sections of blocks, each led and closed by its length.
//!
//! Packets come in three kinds of block (enhanced, simple, and the obsolete one). Interface descriptions and statistics are
//! taken in; name resolution, secrets, custom and unknown blocks are passed over. A block that is wrong inside its two equal
//! lengths is left out, and reading goes on with the next one; where the lengths disagree it cannot.

mod clock;
pub(crate) mod codes;
mod interface;
mod options;

use self::codes::{BYTE_ORDER_MAGIC, block};
use self::interface::{Described, Table};
use self::options::Options;
use super::RawPacket;
use super::error::Fault;
use super::facts::{Drops, Interface};
use super::format::{MAX_RECORD, Record, Stop};
use super::order::{Order, array, words};
use crate::packet::LinkType;
use crate::time::Timestamp;

/// Bytes before a block's body: type and length.
const LEAD: usize = 8;
/// Bytes after it: the length again.
const TRAIL: usize = 4;
/// Fixed fields of an enhanced and of an obsolete packet block, without lead and trail.
const PACKET_FIELDS: usize = 20;
/// Fixed field of a simple packet block.
const SIMPLE_FIELDS: usize = 4;
/// The same counter in enhanced packet blocks: option `epb_dropcount`.
const EPB_DROPCOUNT: u16 = 4;
/// A drop count of an obsolete packet block that means "not known".
const DROPS_UNKNOWN: u16 = u16::MAX;

/// One pcapng file.
#[derive(Debug)]
pub(super) struct Pcapng {
    order: Order,
    table: Table,
}

/// A file begins with a section header; nothing is read before it, so the first order does not matter.
impl Default for Pcapng {
    fn default() -> Self {
        Self {
            order: Order::Little,
            table: Table::default(),
        }
    }
}

/// A block that lies whole in memory, its two lengths equal.
#[derive(Clone, Copy)]
struct Whole<'a> {
    body: &'a [u8],
    /// Where the body begins.
    start: usize,
    next: usize,
}

impl Pcapng {
    /// Whether `bytes` begin with a section header.
    pub(super) fn is_section(bytes: &[u8]) -> bool {
        array(bytes, 0) == Some(block::SECTION.to_be_bytes())
    }

    /// Interfaces of all sections so far.
    pub(super) fn interfaces(&self) -> &[Interface] {
        self.table.kept()
    }

    /// Drops told by statistics blocks so far.
    pub(super) fn drops(&self) -> Drops {
        self.table.drops()
    }

    /// The packet record at `at`.
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
        let kind = array(bytes, at).ok_or(Stop::Need(LEAD + TRAIL))?;
        if self.order.u32(kind) == block::ENHANCED {
            return self.enhanced(self.whole(bytes, at)?);
        }
        self.seldom(bytes, at, previous)
    }

    /// The block at `at`, whole.
    #[inline]
    fn whole<'a>(&self, bytes: &'a [u8], at: usize) -> Result<Whole<'a>, Stop> {
        let [_, length] = words(bytes, at).ok_or(Stop::Need(LEAD + TRAIL))?;
        let leading = self.order.u32(length);
        let length = leading as usize;
        if !(LEAD + TRAIL..=MAX_RECORD).contains(&length) {
            return Err(Stop::Fault(length_fault(length)));
        }
        let next = at + length;
        let start = at + LEAD;
        let body = bytes.get(start..next - TRAIL);
        let (Some(body), Some(trail)) = (body, array(bytes, next - TRAIL)) else {
            return Err(Stop::Need(length));
        };
        let trailing = self.order.u32(trail);
        if trailing != leading {
            return Err(Stop::Fault(Fault::LengthsDiffer { leading, trailing }));
        }
        Ok(Whole { body, start, next })
    }

    /// Enhanced packet block, draft section 4.3.
    #[inline]
    fn enhanced(&self, whole: Whole<'_>) -> Result<Record, Stop> {
        let fields = words(whole.body, 0).ok_or_else(|| too_short(whole, PACKET_FIELDS))?;
        let [interface, high, low, captured, original] = fields.map(|word| self.order.u32(word));
        let end = room(whole, PACKET_FIELDS, captured)?;
        let described = self.described(interface, whole)?;
        let drops = if whole.body.len() > end {
            self.drops_option(whole, end)
        } else {
            0
        };
        Ok(Record {
            packet: RawPacket {
                time: described.clock.time(high, low),
                link: described.link,
                offset: (whole.start + PACKET_FIELDS) as u32,
                captured,
                original,
                interface: described.number,
            },
            next: whole.next,
            drops,
        })
    }

    #[inline]
    fn described(&self, interface: u32, whole: Whole<'_>) -> Result<&Described, Stop> {
        self.table.described(interface).ok_or_else(|| {
            let known = self.table.known();
            Stop::Skip(Fault::NoInterface { interface, known }, whole.next)
        })
    }

    #[inline(never)]
    fn drops_option(&self, whole: Whole<'_>, from: usize) -> u64 {
        let options = whole.body.get(from..).unwrap_or_default();
        Options::new(options, self.order)
            .find(|option| option.code == EPB_DROPCOUNT)
            .and_then(|option| array(option.value, 0))
            .map_or(0, |count| self.order.u64(count))
    }

    /// The two rare kinds of packet, and all that is no packet.
    #[inline(never)]
    fn seldom(&self, bytes: &[u8], at: usize, previous: Timestamp) -> Result<Record, Stop> {
        let kind = self
            .order
            .u32(array(bytes, at).ok_or(Stop::Need(LEAD + TRAIL))?);
        if kind == block::SECTION {
            return Err(section_ahead(bytes, at));
        }
        let whole = self.whole(bytes, at)?;
        match kind {
            block::SIMPLE => self.simple(whole, previous),
            block::OBSOLETE => self.obsolete(whole),
            _ => Err(Stop::Aside),
        }
    }

    /// Simple packet block, draft section 4.4: of interface 0, without a time, cut at that interface's snapshot length.
    fn simple(&self, whole: Whole<'_>, previous: Timestamp) -> Result<Record, Stop> {
        let [original] = words(whole.body, 0).ok_or_else(|| too_short(whole, SIMPLE_FIELDS))?;
        let original = self.order.u32(original);
        let described = self.described(0, whole)?;
        let captured = original.min(described.snaplen);
        room(whole, SIMPLE_FIELDS, captured)?;
        Ok(Record {
            packet: RawPacket {
                time: previous,
                link: described.link,
                offset: (whole.start + SIMPLE_FIELDS) as u32,
                captured,
                original,
                interface: described.number,
            },
            next: whole.next,
            drops: 0,
        })
    }

    /// Packet block, draft appendix A: an enhanced one with a 16-bit interface and a drop count.
    fn obsolete(&self, whole: Whole<'_>) -> Result<Record, Stop> {
        let fields = words(whole.body, 0).ok_or_else(|| too_short(whole, PACKET_FIELDS))?;
        let [[a, b, c, d], high, low, captured, original] = fields;
        let interface = self.order.u16([a, b]) as u32;
        let drops = match self.order.u16([c, d]) {
            DROPS_UNKNOWN => 0,
            drops => drops as u64,
        };
        let captured = self.order.u32(captured);
        room(whole, PACKET_FIELDS, captured)?;
        let described = self.described(interface, whole)?;
        Ok(Record {
            packet: RawPacket {
                time: described
                    .clock
                    .time(self.order.u32(high), self.order.u32(low)),
                link: described.link,
                offset: (whole.start + PACKET_FIELDS) as u32,
                captured,
                original: self.order.u32(original),
                interface: described.number,
            },
            next: whole.next,
            drops,
        })
    }

    /// Takes in the block at `at` that is no packet; where the next one begins.
    pub(super) fn aside(&mut self, bytes: &[u8], at: usize) -> Result<usize, Stop> {
        let kind = self
            .order
            .u32(array(bytes, at).ok_or(Stop::Need(LEAD + TRAIL))?);
        if kind == block::SECTION {
            self.order = section_order(bytes, at)?;
        }
        let whole = self.whole(bytes, at)?;
        match kind {
            block::SECTION => self.section(whole)?,
            block::INTERFACE => self.interface(whole)?,
            block::STATISTICS => self.table.statistics(whole.body, self.order),
            _ => {}
        }
        Ok(whole.next)
    }

    /// Section header block, draft section 4.1.
    fn section(&mut self, whole: Whole<'_>) -> Result<(), Stop> {
        let [_, [a, b, c, d]] = words(whole.body, 0).ok_or_else(|| too_short(whole, 16))?;
        let (major, minor) = (self.order.u16([a, b]), self.order.u16([c, d]));
        if major != 1 {
            return Err(Stop::Fault(Fault::Version {
                major: major as u32,
                minor: minor as u32,
            }));
        }
        self.table.begin_section();
        Ok(())
    }

    /// Interface description block, draft section 4.2.
    fn interface(&mut self, whole: Whole<'_>) -> Result<(), Stop> {
        let [[a, b, _, _], snaplen] = words(whole.body, 0).ok_or_else(|| too_short(whole, 8))?;
        let link = LinkType(self.order.u16([a, b]));
        let snaplen = self.order.u32(snaplen);
        let options = Options::new(whole.body.get(8..).unwrap_or_default(), self.order);
        self.table
            .describe(link, snaplen, &options)
            .map_err(Stop::Fault)
    }
}

/// Where in the body the packet's data end, padding included.
#[inline]
fn room(whole: Whole<'_>, fields: usize, captured: u32) -> Result<usize, Stop> {
    let room = whole.body.len() - fields;
    let captured = captured as usize;
    if captured > room {
        let (captured, room) = (captured as u64, room as u64);
        return Err(Stop::Skip(Fault::Overflow { captured, room }, whole.next));
    }
    Ok(fields + captured.next_multiple_of(4))
}

/// Why a section header stops the loop over packets; its length is in an order of its own.
fn section_ahead(bytes: &[u8], at: usize) -> Stop {
    let order = match section_order(bytes, at) {
        Ok(order) => order,
        Err(stop) => return stop,
    };
    let ahead = Pcapng {
        order,
        table: Table::default(),
    };
    match ahead.whole(bytes, at) {
        Ok(_) => Stop::Aside,
        Err(stop) => stop,
    }
}

/// The order that the section at `at` was written in.
fn section_order(bytes: &[u8], at: usize) -> Result<Order, Stop> {
    let magic = array(bytes, at + LEAD).ok_or(Stop::Need(LEAD + 4))?;
    [Order::Little, Order::Big]
        .into_iter()
        .find(|order| order.u32(magic) == BYTE_ORDER_MAGIC)
        .ok_or(Stop::Fault(Fault::ByteOrder {
            magic: u32::from_be_bytes(magic),
        }))
}

#[cold]
fn length_fault(length: usize) -> Fault {
    let length = length as u64;
    if length > MAX_RECORD as u64 {
        let bound = MAX_RECORD as u64;
        return Fault::TooLong { length, bound };
    }
    let least = (LEAD + TRAIL) as u64;
    Fault::TooShort { length, least }
}

#[cold]
fn too_short(whole: Whole<'_>, fields: usize) -> Stop {
    let fault = Fault::TooShort {
        length: (whole.body.len() + LEAD + TRAIL) as u64,
        least: (fields + LEAD + TRAIL) as u64,
    };
    Stop::Skip(fault, whole.next)
}
