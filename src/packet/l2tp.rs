//! L2TP, version 2 (RFC 2661 section 3.1): PPP in UDP. Often inside ESP, where nobody sees it; opened where it is not.

use super::walk::{Inner, Layer};
use crate::wire::Reader;

/// Bits of the first two bytes.
const CONTROL: u16 = 0x8000;
const LENGTH: u16 = 0x4000;
const SEQUENCE: u16 = 0x0800;
const OFFSET: u16 = 0x0200;
const VERSION: u16 = 0x000f;

/// Passes the header if it is one of a data message.
pub(super) fn open(bytes: &[u8]) -> Option<Inner> {
    let mut reader = Reader::new(bytes);
    let flags = reader.u16().ok()?;
    if flags & CONTROL != 0 || flags & VERSION != 2 {
        return None;
    }
    if flags & LENGTH != 0 {
        reader.skip(2).ok()?;
    }
    reader.skip(2 + 2).ok()?; // tunnel, session
    if flags & SEQUENCE != 0 {
        reader.skip(2 + 2).ok()?;
    }
    if flags & OFFSET != 0 {
        let padding = reader.u16().ok()?;
        reader.skip(padding as usize).ok()?;
    }
    Some(Inner::new(reader.offset(), Layer::Ppp))
}
