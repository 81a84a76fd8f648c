//! PPPoE session (RFC 2516 section 4): version and type, code, session, length, then PPP.

use super::reason::{Malformed, NotFollowed};
use super::walk::{Inner, Layer, Stop};
use crate::wire::Reader;

/// Version 1, type 1.
const VERSION_AND_TYPE: u8 = 0x11;
/// Session data.
const SESSION: u8 = 0;

const SHORT: Stop = Stop::Short(Malformed::PppHeader);

/// Passes the header.
pub(super) fn open(bytes: &[u8]) -> Result<Inner, Stop> {
    let mut reader = Reader::new(bytes);
    let [version, code, _, _] = reader.array().or(Err(SHORT))?;
    let length = reader.u16().or(Err(SHORT))?;
    if version != VERSION_AND_TYPE || code != SESSION {
        return Err(Stop::NotFollowed(NotFollowed::TunnelControl));
    }
    Ok(Inner::new(reader.offset(), Layer::Ppp).of_length(length as usize))
}
