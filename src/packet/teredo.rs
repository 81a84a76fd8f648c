//! Teredo (RFC 4380 section 5.1.1): IPv6 in UDP, behind an authentication header, an origin indication, both or none.

use super::walk::{Inner, Layer};
use crate::wire::Reader;

const AUTHENTICATION: [u8; 2] = [0, 1];
const ORIGIN: [u8; 2] = [0, 0];

/// Passes what is in front of an IPv6 packet that fills the datagram.
pub(super) fn open(bytes: &[u8]) -> Option<Inner> {
    let mut reader = Reader::new(bytes);
    if bytes.starts_with(&AUTHENTICATION) {
        reader.skip(2).ok()?;
        let [client, value] = reader.array().ok()?;
        // Client identifier, authentication value, nonce, confirmation.
        reader.skip(client as usize + value as usize + 8 + 1).ok()?;
    }
    if reader.rest().starts_with(&ORIGIN) {
        reader.skip(2 + 2 + 4).ok()?; // indicator, port, address
    }
    let header = reader.rest().first_chunk::<6>()?;
    (header.first()? >> 4 == 6).then(|| Inner::new(reader.offset(), Layer::Ip))
}
