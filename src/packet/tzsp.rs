//! TZSP, TaZmen Sniffer Protocol: how MikroTik and others stream frames to a sensor. Version, type, what is inside,
//! tags, then the frame.

use super::walk::{Inner, Layer};
use crate::wire::Reader;

const VERSION: u8 = 1;
/// A received packet, or one to be sent.
const PACKET_TYPES: [u8; 2] = [0, 1];
/// What is inside.
const ETHERNET: u16 = 1;
const IEEE802_11: u16 = 18;
/// Tags without a length.
const PADDING: u8 = 0;
const END: u8 = 1;
/// Most tags passed over.
const MAX_TAGS: usize = 64;

/// Passes the header if it is one.
pub(super) fn open(bytes: &[u8]) -> Option<Inner> {
    let mut reader = Reader::new(bytes);
    let [version, kind] = reader.array().ok()?;
    let next = match reader.u16().ok()? {
        ETHERNET => Layer::Ethernet,
        IEEE802_11 => Layer::Wireless { padded: false },
        _ => return None,
    };
    if version != VERSION || !PACKET_TYPES.contains(&kind) {
        return None;
    }
    for _ in 0..MAX_TAGS {
        match reader.u8().ok()? {
            PADDING => {}
            END => return Some(Inner::new(reader.offset(), next)),
            _ => {
                reader.vec8().ok()?;
            }
        }
    }
    None
}
