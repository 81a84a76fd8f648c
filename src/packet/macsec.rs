//! MACsec (IEEE 802.1AE clause 9): the SecTAG, opened only where the frame is authenticated but not encrypted.

use super::ether_type;
use super::reason::{Malformed, NotFollowed};
use super::walk::{Inner, Stop};
use crate::wire::Reader;

/// A secure channel identifier of eight bytes follows.
const SC: u8 = 0x20;
/// The user data is encrypted, or changed in another way.
const ENCRYPTED: u8 = 0x08;
const CHANGED: u8 = 0x04;

const SHORT: Stop = Stop::Short(Malformed::Tag);

/// Passes the SecTAG after its EtherType, and the type behind it. The ICV stays behind as padding.
pub(super) fn open(bytes: &[u8]) -> Result<Inner, Stop> {
    let mut reader = Reader::new(bytes);
    let control = reader.u8().or(Err(SHORT))?;
    if control & (ENCRYPTED | CHANGED) != 0 {
        return Err(Stop::NotFollowed(NotFollowed::EncryptedLink));
    }
    let identifier = if control & SC == 0 { 0 } else { 8 };
    // Short length, packet number, identifier.
    reader.skip(1 + 4 + identifier).or(Err(SHORT))?;
    let number = reader.u16().or(Err(SHORT))?;
    ether_type::after(reader.offset(), number)
}
