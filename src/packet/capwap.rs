//! CAPWAP (RFC 5415 section 4.3): what stations send through an access point to its controller, as 802.11 or as Ethernet.
//!
//! Not opened: the data channel in DTLS, and fragments.

use super::walk::{Inner, Layer};

/// Version 0, no DTLS.
const PREAMBLE: u8 = 0;
/// Wireless binding (RFC 5416 section 2.1): 802.11.
const IEEE802_11: u8 = 1;
/// In the third byte: the frame is one of the wireless binding, else of 802.3.
const NATIVE: u8 = 0x01;
/// In the fourth byte: a fragment; a keep-alive, which holds no frame.
const FRAGMENT: u8 = 0x80;
const KEEP_ALIVE: u8 = 0x08;

/// Passes the header if it is one with a frame behind it.
pub(super) fn open(bytes: &[u8]) -> Option<Inner> {
    let [preamble, length, binding, flags, ..] = *bytes.first_chunk::<8>()?;
    if preamble != PREAMBLE || flags & (FRAGMENT | KEEP_ALIVE) != 0 {
        return None;
    }
    let header = usize::from(length >> 3) * 4;
    let frame = bytes.get(header..).filter(|_| header >= 8)?;
    let next = match (binding & NATIVE, binding >> 1 & 0x1f) {
        (0, _) => Layer::Ethernet,
        (_, IEEE802_11) => wireless(frame)?,
        _ => return None,
    };
    Some(Inner::new(header, next))
}

/// 802.11; Cisco's controllers and access points send the two bytes of frame control the other way round.
fn wireless(frame: &[u8]) -> Option<Layer> {
    let [first, second, ..] = *frame else {
        return None;
    };
    Some(
        if super::wireless::is_data(first) || !super::wireless::is_data(second) {
            Layer::Wireless { padded: false }
        } else {
            Layer::SwappedWireless
        },
    )
}
