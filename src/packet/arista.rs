//! The timestamp that Arista switches insert between the addresses and the type of frames they mirror
//! ("Overview of Arista Timestamps": subtype 1, a version, 48 or 64 bits of time, the frame's own EtherType).

use super::ether_type;
use super::reason::{Malformed, NotFollowed};
use super::walk::{Inner, Stop};
use crate::wire::Reader;

const TIMESTAMP: u16 = 1;

const SHORT: Stop = Stop::Short(Malformed::Tag);

/// Passes the header after its EtherType, and the type behind it.
pub(super) fn open(bytes: &[u8]) -> Result<Inner, Stop> {
    let mut reader = Reader::new(bytes);
    let subtype = reader.u16().or(Err(SHORT))?;
    let version = reader.u16().or(Err(SHORT))?;
    // The version's third nibble is the format: 1 for 64 bits, 2 for 48.
    let time = match (subtype, version >> 4 & 0xf) {
        (TIMESTAMP, 1) => 8,
        (TIMESTAMP, 2) => 6,
        _ => return Err(Stop::NotFollowed(NotFollowed::EtherType)),
    };
    reader.skip(time).or(Err(SHORT))?;
    let number = reader.u16().or(Err(SHORT))?;
    ether_type::after(reader.offset(), number)
}
