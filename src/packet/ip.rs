//! IP, whichever version the first nibble says.
//!
//! An EtherType or protocol number that says otherwise is not believed: captures of tunnels and of raw sockets mix
//! the two, and Wireshark goes by the nibble as well.

use super::reason::Malformed;
use super::walk::{Layer, Stop, Walk};
use super::{ipv4, ipv6};

/// Passes the header.
#[inline]
pub(super) fn open(walk: &mut Walk) -> Result<Layer, Stop> {
    match walk.rest().first().map(|first| first >> 4) {
        Some(4) => ipv4::open(walk),
        Some(6) => ipv6::open(walk),
        Some(_) => Err(Stop::Malformed(Malformed::IpVersion)),
        None => Err(Stop::Short(Malformed::IpVersion)),
    }
}
