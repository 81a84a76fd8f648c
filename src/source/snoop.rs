//! Sun's snoop format, RFC 1761: all in network order, records padded to a length of their own.

use super::RawPacket;
use super::error::Fault;
use super::format::{MAX_RECORD, Opening, Record, Stop};
use super::order::words;
use crate::packet::LinkType;
use crate::time::Timestamp;

/// Identification pattern, RFC 1761 section 2.
const MAGIC: &[u8; 8] = b"snoop\0\0\0";
/// Bytes of the file header.
const HEADER: usize = 16;
/// Bytes of a record's header.
const RECORD: usize = 24;

/// One snoop file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Snoop {
    link: LinkType,
}

impl Snoop {
    pub(super) fn is_snoop(bytes: &[u8]) -> bool {
        bytes.starts_with(MAGIC)
    }

    /// Reads the file header; the second value is where the first record begins.
    pub(super) fn open(bytes: &[u8]) -> Result<(Self, usize), Opening> {
        let [version, datalink] = words(bytes, MAGIC.len()).ok_or(Opening::Need(HEADER))?;
        match u32::from_be_bytes(version) {
            2 => {}
            major => return Err(Opening::Fault(Fault::Version { major, minor: 0 })),
        }
        let link = link_type(u32::from_be_bytes(datalink));
        Ok((Self { link }, HEADER))
    }

    pub(super) fn link(self) -> LinkType {
        self.link
    }

    /// The record at `at`.
    #[inline]
    pub(super) fn record(self, bytes: &[u8], at: usize) -> Result<Record, Stop> {
        let fields = words::<6>(bytes, at).ok_or(Stop::Need(RECORD))?;
        let [original, captured, length, _drops, seconds, micros] = fields.map(u32::from_be_bytes);
        let whole = length as usize;
        check(whole, captured)?;
        if bytes.len() - at < whole {
            return Err(Stop::Need(whole));
        }
        let packet = RawPacket {
            time: Timestamp::from_parts(seconds as u64, micros as u64 * 1_000),
            link: self.link,
            offset: (at + RECORD) as u32,
            captured,
            original,
            interface: 0,
        };
        Ok(Record {
            packet,
            next: at + whole,
            drops: 0,
        })
    }
}

fn check(whole: usize, captured: u32) -> Result<(), Stop> {
    let least = RECORD as u64 + captured as u64;
    if whole > MAX_RECORD {
        return Err(Stop::Fault(Fault::TooLong {
            length: whole as u64,
            bound: MAX_RECORD as u64,
        }));
    }
    if (whole as u64) < least {
        return Err(Stop::Fault(Fault::TooShort {
            length: whole as u64,
            least,
        }));
    }
    Ok(())
}

/// The datalink codes of RFC 1761 section 2, as LINKTYPE_ values; one that has none becomes 0xffff, which is not
/// assigned.
fn link_type(datalink: u32) -> LinkType {
    match datalink {
        0 | 4 => LinkType(1), // IEEE 802.3, Ethernet
        2 => LinkType(6),     // token ring
        8 => LinkType(10),    // FDDI
        _ => LinkType(u16::MAX),
    }
}
