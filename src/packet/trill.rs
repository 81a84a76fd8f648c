//! TRILL (RFC 6325 section 3): flags and hop count, two nicknames, options, then an Ethernet frame.

use super::reason::{Malformed, NotFollowed};
use super::walk::{Inner, Layer, Stop};
use crate::wire::Reader;

/// Passes the header after its EtherType.
pub(super) fn open(bytes: &[u8]) -> Result<Inner, Stop> {
    let flags = (Reader::new(bytes).u16()).or(Err(Stop::Short(Malformed::Tag)))?;
    if flags >> 14 != 0 {
        return Err(Stop::NotFollowed(NotFollowed::TunnelControl));
    }
    let options = (flags >> 6 & 0x1f) as usize * 4;
    Ok(Inner::new(6 + options, Layer::Ethernet))
}
