//! Endace ERF, what capture cards of tap aggregators write ("Extensible Record Format", and LINKTYPE_ERF of
//! <https://www.tcpdump.org/linktypes.html>): time, type, flags, lengths, extension headers, then the frame.

use super::reason::{Malformed, NotFollowed};
use super::walk::{Inner, Layer, Stop};
use crate::wire::Reader;

/// Types, without the bit that tells of extension headers.
const HDLC: [u8; 3] = [1, 10, 15];
const ETHERNET: [u8; 4] = [2, 11, 16, 20];
const IP: [u8; 2] = [22, 23];
/// An extension header follows: in the type, and in the first byte of each.
const EXTENSION: u8 = 0x80;
const EXTENSION_LENGTH: usize = 8;
/// Most extension headers passed over.
const MAX_EXTENSIONS: usize = 16;

const SHORT: Stop = Stop::Short(Malformed::LinkHeader);

/// Passes the header.
pub(super) fn open(bytes: &[u8]) -> Result<Inner, Stop> {
    let mut reader = Reader::new(bytes);
    reader.skip(8).or(Err(SHORT))?; // time
    let kind = reader.u8().or(Err(SHORT))?;
    reader.skip(1 + 2 + 2 + 2).or(Err(SHORT))?; // flags, record length, losses or colour, length on the wire
    let mut more = kind & EXTENSION != 0;
    for _ in 0..MAX_EXTENSIONS {
        if !more {
            break;
        }
        more = reader.u8().or(Err(SHORT))? & EXTENSION != 0;
        reader.skip(EXTENSION_LENGTH - 1).or(Err(SHORT))?;
    }
    let next = match kind & !EXTENSION {
        kind if ETHERNET.contains(&kind) => {
            reader.skip(2).or(Err(SHORT))?; // offset, padding
            Layer::Ethernet
        }
        kind if HDLC.contains(&kind) => Layer::Ppp,
        kind if IP.contains(&kind) => Layer::Ip,
        _ => return Err(Stop::NotFollowed(NotFollowed::LinkType)),
    };
    Ok(Inner::new(reader.offset(), next))
}
