//! ERSPAN, what Cisco and others mirror into GRE (draft-foschiano-erspan-03): type I has no header at all, type II
//! eight bytes, type III twelve and sometimes eight more.

use super::reason::{Malformed, NotFollowed};
use super::walk::{Inner, Layer, Stop};
use crate::wire::Reader;

/// Versions in the first nibble.
const TYPE_II: u8 = 1;
const TYPE_III: u8 = 2;
/// Lengths.
const HEADER_II: usize = 8;
const HEADER_III: usize = 12;
const PLATFORM: usize = 8;

/// Passes the header. Without a GRE sequence number it is type I.
pub(super) fn open(bytes: &[u8], sequenced: bool) -> Result<Inner, Stop> {
    if !sequenced {
        return Ok(Inner::new(0, Layer::Ethernet));
    }
    let first = bytes.first().ok_or(Stop::Short(Malformed::GreHeader))?;
    match first >> 4 {
        TYPE_II => Ok(Inner::new(HEADER_II, Layer::Ethernet)),
        TYPE_III => open_iii(bytes),
        _ => Err(Stop::NotFollowed(NotFollowed::TunnelControl)),
    }
}

/// Last two bytes: P, frame type (5 bits), hardware, direction, granularity, O (a platform header follows).
fn open_iii(bytes: &[u8]) -> Result<Inner, Stop> {
    let mut reader = Reader::new(bytes);
    let last = (reader.skip(HEADER_III - 2).and_then(|()| reader.u16()))
        .or(Err(Stop::Short(Malformed::GreHeader)))?;
    let next = match last >> 10 & 0x1f {
        0 => Layer::Ethernet,
        2 => Layer::Ip,
        _ => return Err(Stop::NotFollowed(NotFollowed::TunnelControl)),
    };
    let platform = if last & 1 == 1 { PLATFORM } else { 0 };
    Ok(Inner::new(HEADER_III + platform, next))
}
