//! Radiotap (<https://www.radiotap.org>) and PPI: little-endian headers that radio captures put in front of 802.11.

use super::pktap;
use super::reason::{Malformed, NotFollowed};
use super::walk::{Inner, Layer, Stop};
use crate::wire::Reader;

/// Bits of the presence word: microseconds of the radio's clock, then flags; another presence word follows.
const TSFT: u32 = 1;
const FLAGS: u32 = 1 << 1;
const MORE: u32 = 1 << 31;
/// In the flags: the 802.11 header is padded to four bytes.
const DATA_PADDING: u8 = 0x20;
/// Most presence words looked through.
const MAX_PRESENCE: usize = 16;

const SHORT: Stop = Stop::Short(Malformed::WirelessHeader);

/// Passes a radiotap header.
pub(super) fn open(bytes: &[u8]) -> Result<Inner, Stop> {
    let mut reader = Reader::new(bytes);
    let [version, _] = reader.array().or(Err(SHORT))?;
    let length = reader.u16().or(Err(SHORT))?.swap_bytes() as usize;
    if version != 0 {
        return Err(Stop::NotFollowed(NotFollowed::Wireless));
    }
    let header = Reader::new(bytes).take(length).or(Err(SHORT))?;
    let padded = flags(header).is_some_and(|flags| flags & DATA_PADDING != 0);
    if length < 8 {
        return Err(Stop::Malformed(Malformed::WirelessHeader));
    }
    Ok(Inner::new(length, Layer::Wireless { padded }))
}

/// Passes a PPI header (version, flags, length, link type).
pub(super) fn open_ppi(bytes: &[u8]) -> Result<Inner, Stop> {
    let mut reader = Reader::new(bytes);
    reader.skip(2).or(Err(SHORT))?;
    let length = reader.u16().or(Err(SHORT))?.swap_bytes() as usize;
    let link = reader.u32().or(Err(SHORT))?.swap_bytes();
    if length < reader.offset() {
        return Err(Stop::Malformed(Malformed::WirelessHeader));
    }
    pktap::behind(length, link)
}

/// The flags field, if present.
fn flags(header: &[u8]) -> Option<u8> {
    let mut reader = Reader::new(header);
    reader.skip(4).ok()?;
    let first = reader.u32().ok()?.swap_bytes();
    let mut word = first;
    for _ in 0..MAX_PRESENCE {
        if word & MORE == 0 {
            break;
        }
        word = reader.u32().ok()?.swap_bytes();
    }
    if first & FLAGS == 0 {
        return None;
    }
    if first & TSFT != 0 {
        // Fields are aligned to their size, counted from the header's start.
        let aligned = reader.offset().next_multiple_of(8);
        reader.skip(aligned - reader.offset() + 8).ok()?;
    }
    reader.u8().ok()
}
