//! What the firewall of the BSDs captures: PFLOG, the packets that it logged, and ENC, those of IPsec before encryption
//! (<https://www.tcpdump.org/linktypes.html>, LINKTYPE_PFLOG and LINKTYPE_ENC). An IP packet follows.

use super::reason::Malformed;
use super::walk::{Inner, Layer, Stop};
use crate::wire::Reader;

/// Address family, SPI, flags.
const ENC: usize = 12;

const SHORT: Stop = Stop::Short(Malformed::LinkHeader);

/// Passes a header of PFLOG, whose first byte is its length; what follows begins at a multiple of four.
pub(super) fn open_log(bytes: &[u8]) -> Result<Inner, Stop> {
    let length = Reader::new(bytes).u8().or(Err(SHORT))? as usize;
    Ok(Inner::new(length.next_multiple_of(4), Layer::Ip))
}

/// Passes a header of ENC.
pub(super) fn open_enc(bytes: &[u8]) -> Result<Inner, Stop> {
    Reader::new(bytes).skip(ENC).or(Err(SHORT))?;
    Ok(Inner::new(ENC, Layer::Ip))
}
