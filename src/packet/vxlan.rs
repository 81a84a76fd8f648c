//! VXLAN (RFC 7348 section 5), VXLAN with group policy, and VXLAN-GPE (draft-ietf-nvo3-vxlan-gpe).

use super::nsh;
use super::walk::{Inner, Layer};

const HEADER: usize = 8;
/// The network identifier is valid; must be set.
const I: u8 = 0x08;
/// GPE: the fourth byte says what follows.
const P: u8 = 0x04;
/// GPE: version, and "operations and maintenance".
const VERSION_AND_O: u8 = 0x31;

/// Passes the header if it is one.
pub(super) fn open(bytes: &[u8]) -> Option<Inner> {
    let [flags, ..] = *bytes.first_chunk::<HEADER>()?;
    (flags & I != 0).then_some(Inner::new(HEADER, Layer::Ethernet))
}

/// Passes the header of a port where the next protocol may be named.
pub(super) fn open_gpe(bytes: &[u8]) -> Option<Inner> {
    let [flags, _, _, protocol, ..] = *bytes.first_chunk::<HEADER>()?;
    if flags & P == 0 {
        return open(bytes);
    }
    if flags & I == 0 || flags & VERSION_AND_O != 0 {
        return None;
    }
    nsh::next(protocol).map(|next| Inner::new(HEADER, next))
}
