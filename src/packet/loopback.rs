//! BSD loopback (<https://www.tcpdump.org/linktypes.html>, LINKTYPE_NULL and LINKTYPE_LOOP): a four-byte address
//! family, in the byte order of whoever captured, or of the network.

use super::reason::{Malformed, NotFollowed};
use super::walk::{Inner, Layer, Stop};
use crate::wire::Reader;

/// AF_INET everywhere; AF_INET6 of Linux, Windows, NetBSD and OpenBSD, FreeBSD, Darwin.
const INTERNET: [u32; 6] = [2, 10, 23, 24, 28, 30];

/// Passes the family; the version is left to the IP header.
pub(super) fn open(bytes: &[u8]) -> Result<Inner, Stop> {
    let family = (Reader::new(bytes).u32()).or(Err(Stop::Short(Malformed::LinkHeader)))?;
    if INTERNET.contains(&family) || INTERNET.contains(&family.swap_bytes()) {
        Ok(Inner::new(4, Layer::Ip))
    } else {
        Err(Stop::NotFollowed(NotFollowed::EtherType))
    }
}
