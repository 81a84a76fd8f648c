//! Linux netfilter log (<https://www.tcpdump.org/linktypes/LINKTYPE_NFLOG.html>): attributes, one of which is the IP
//! packet. Attribute headers are in the byte order of whoever captured.

use super::reason::{Malformed, NotFollowed};
use super::walk::{Inner, Layer, Stop};
use crate::wire::Reader;

/// Most attributes looked through; the kernel sends about twenty.
const MAX_ATTRIBUTES: usize = 64;
/// NFULA_PAYLOAD.
const PAYLOAD: u16 = 9;
/// Flags in an attribute's type.
const TYPE_MASK: u16 = 0x3fff;

const SHORT: Stop = Stop::Short(Malformed::LinkHeader);

/// Passes everything up to the packet.
pub(super) fn open(bytes: &[u8]) -> Result<Inner, Stop> {
    let mut reader = Reader::new(bytes);
    let [_family, version, _, _] = reader.array().or(Err(SHORT))?;
    if version != 0 {
        return Err(Stop::NotFollowed(NotFollowed::TunnelControl));
    }
    for _ in 0..MAX_ATTRIBUTES {
        let (length, kind) = attribute(reader.array().or(Err(SHORT))?);
        let Some(body) = (length as usize).checked_sub(4) else {
            return Err(Stop::Malformed(Malformed::LinkHeader));
        };
        if kind == PAYLOAD {
            return Ok(Inner::new(reader.offset(), Layer::Ip).of_length(body));
        }
        reader.skip(body.next_multiple_of(4)).or(Err(SHORT))?;
    }
    Err(Stop::NotFollowed(NotFollowed::TooDeep))
}

/// Length and type of an attribute. Types are small, so the byte order in which the type is small is the right one.
fn attribute([a, b, c, d]: [u8; 4]) -> (u16, u16) {
    let big = u16::from_be_bytes([c, d]) & TYPE_MASK;
    let little = u16::from_le_bytes([c, d]) & TYPE_MASK;
    if little <= big {
        (u16::from_le_bytes([a, b]), little)
    } else {
        (u16::from_be_bytes([a, b]), big)
    }
}
