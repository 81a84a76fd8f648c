//! Tags between Ethernet's addresses and its type: so many bytes, then another EtherType.
//!
//! 802.1Q and 802.1ad (IEEE 802.1Q clause 9), 802.1BR E-Tag, Cisco VN-Tag and MetaData, HSR, R-TAG. Any number of them
//! may follow each other; what they say is of no concern here.

use super::ether_type;
use super::reason::Malformed;
use super::walk::{Inner, Stop};
use crate::wire::Reader;

/// Passes a tag of `length` bytes and the type behind it.
pub(super) fn open(bytes: &[u8], length: u8) -> Result<Inner, Stop> {
    let mut reader = Reader::new(bytes);
    let number = (reader.skip(length as usize).and_then(|()| reader.u16()))
        .or(Err(Stop::Short(Malformed::Tag)))?;
    ether_type::after(reader.offset(), number)
}
