//! 802.11 data frames (IEEE 802.11 clause 9.3.2) with LLC in clear.
//!
//! Not opened: encrypted frames, fragments, aggregates (A-MSDU, mesh). A monitor beside an access point sees few others.

use super::decoded::Macs;
use super::reason::{Malformed, NotFollowed};
use super::walk::{Inner, Layer, Stop};
use crate::wire::Reader;

/// Type `data` in the first byte of frame control, with version 0.
const TYPE_MASK: u8 = 0x0f;
const DATA: u8 = 0x08;
/// Subtypes: without data; with QoS control.
const NO_DATA: u8 = 0x40;
const QOS: u8 = 0x80;
/// Second byte of frame control.
const TO_DS: u8 = 0x01;
const FROM_DS: u8 = 0x02;
const MORE_FRAGMENTS: u8 = 0x04;
const PROTECTED: u8 = 0x40;
const HT_CONTROL: u8 = 0x80;
/// In QoS control: an aggregate follows.
const AGGREGATE: u8 = 0x80;

const SHORT: Stop = Stop::Short(Malformed::WirelessHeader);

/// Whether the first byte of frame control is a data frame's.
pub(super) const fn is_data(control: u8) -> bool {
    control & TYPE_MASK == DATA
}

/// Passes the header; `padded` to four bytes if the radio header said so.
pub(super) fn open(bytes: &[u8], padded: bool) -> Result<Inner, Stop> {
    let mut reader = Reader::new(bytes);
    let frame_control = reader.array().or(Err(SHORT))?;
    let alignment = if padded { 4 } else { 1 };
    open_behind(frame_control, reader, alignment)
}

/// The same where the two bytes of frame control changed places.
pub(super) fn open_swapped(bytes: &[u8]) -> Result<Inner, Stop> {
    let mut reader = Reader::new(bytes);
    let [flags, control] = reader.array().or(Err(SHORT))?;
    open_behind([control, flags], reader, 1)
}

/// Passes what is behind frame control.
fn open_behind(
    [control, flags]: [u8; 2],
    mut reader: Reader<'_>,
    alignment: usize,
) -> Result<Inner, Stop> {
    if !is_data(control) || control & NO_DATA != 0 || flags & MORE_FRAGMENTS != 0 {
        return Err(Stop::NotFollowed(NotFollowed::Wireless));
    }
    if flags & PROTECTED != 0 {
        return Err(Stop::NotFollowed(NotFollowed::EncryptedLink));
    }
    // Duration, three addresses, sequence control whose low nibble is the fragment's number.
    reader.skip(2 + 18).or(Err(SHORT))?;
    let [fragment, _] = reader.array().or(Err(SHORT))?;
    if flags & (TO_DS | FROM_DS) == TO_DS | FROM_DS {
        reader.skip(6).or(Err(SHORT))?;
    }
    let mut split = fragment & 0x0f != 0;
    if control & QOS != 0 {
        let [qos, _] = reader.array().or(Err(SHORT))?;
        split |= qos & AGGREGATE != 0;
        reader
            .skip(if flags & HT_CONTROL == 0 { 0 } else { 4 })
            .or(Err(SHORT))?;
    }
    if split {
        return Err(Stop::NotFollowed(NotFollowed::Wireless));
    }
    let header = reader.offset().next_multiple_of(alignment);
    Ok(Inner::new(header, Layer::Llc).with_macs(macs(flags)))
}

/// Which of the four addresses are those of the hosts (table 9-30).
const fn macs(flags: u8) -> Macs {
    let (first, second, third, fourth) = (Some(4), Some(10), Some(16), Some(24));
    let (source, destination) = match flags & (TO_DS | FROM_DS) {
        TO_DS => (second, third),
        FROM_DS => (third, first),
        0 => (second, first),
        _ => (fourth, third),
    };
    Macs {
        source,
        destination,
    }
}
