//! GTP-U, version 1 (3GPP TS 29.281 section 5): subscriber IP packets between mobile network elements.

use super::walk::{Inner, Layer};
use crate::wire::Reader;

/// Version 1, protocol type GTP.
const VERSION_AND_TYPE_MASK: u8 = 0xf0;
const VERSION_1_GTP: u8 = 0x30;
/// One of extension header, sequence number, N-PDU number: all three fields are there.
const OPTIONAL: u8 = 0x07;
const EXTENSION: u8 = 0x04;
/// Message type: a user packet.
const G_PDU: u8 = 255;
/// Most extension headers passed over.
const MAX_EXTENSIONS: usize = 16;

/// Passes the header if it is one with an IP packet behind it.
pub(super) fn open(bytes: &[u8]) -> Option<Inner> {
    let mut reader = Reader::new(bytes);
    let [flags, message] = reader.array().ok()?;
    if flags & VERSION_AND_TYPE_MASK != VERSION_1_GTP || message != G_PDU {
        return None;
    }
    reader.skip(2 + 4).ok()?; // length, tunnel endpoint identifier
    if flags & OPTIONAL != 0 {
        reader.skip(2 + 1).ok()?; // sequence number, N-PDU number
        let next_type = reader.u8().ok()?;
        if flags & EXTENSION != 0 {
            skip_extensions(&mut reader, next_type)?;
        }
    }
    let version = reader.rest().first()? >> 4;
    matches!(version, 4 | 6).then(|| Inner::new(reader.offset(), Layer::Ip))
}

/// Length in words, body, type of the next one; type 0 ends them.
fn skip_extensions(reader: &mut Reader, mut next_type: u8) -> Option<()> {
    for _ in 0..MAX_EXTENSIONS {
        if next_type == 0 {
            return Some(());
        }
        let body = (reader.u8().ok()? as usize * 4).checked_sub(2)?;
        reader.skip(body).ok()?;
        next_type = reader.u8().ok()?;
    }
    None
}
