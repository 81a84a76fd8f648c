//! LISP data (RFC 9300 section 5.1): eight bytes, then an IP packet.

use super::walk::{Inner, Layer};

const HEADER: usize = 8;

/// Passes the header if an IP packet is behind it.
pub(super) fn open(bytes: &[u8]) -> Option<Inner> {
    let version = bytes.get(HEADER)? >> 4;
    matches!(version, 4 | 6).then_some(Inner::new(HEADER, Layer::Ip))
}
