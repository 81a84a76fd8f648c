//! IP Authentication Header (RFC 4302 section 2): in clear, so what follows is followed.

use super::ip_protocol;
use super::reason::Malformed;
use super::walk::{Inner, Stop};
use crate::wire::Reader;

const SHORT: Stop = Stop::Short(Malformed::AuthenticationHeader);

/// Passes the header, whose length is in units of four bytes, less two.
pub(super) fn open(bytes: &[u8]) -> Result<Inner, Stop> {
    let mut reader = Reader::new(bytes);
    let [next_header, length] = reader.array().or(Err(SHORT))?;
    let header = (length as usize + 2) * 4;
    reader.skip(header - 2).or(Err(SHORT))?;
    ip_protocol::layer(next_header).map(|next| Inner::new(header, next))
}
