//! A piece of an IP packet (RFC 791 section 3.2, RFC 8200 section 4.5).

use super::decoded::{Addresses, Decoded, Macs};
use super::ip_protocol;
use super::reason::Malformed;
use super::walk::{Inner, Stop, Walk};
use crate::wire::Reader;

/// Most bytes of payload in a whole IPv4 packet: total length has 16 bits, the header 20 bytes of it.
const MAX_PAYLOAD_V4: usize = 65_515;
/// Most bytes behind the header of a whole IPv6 packet that is no jumbogram.
const MAX_PAYLOAD_V6: usize = 65_535;

/// A fragment, for the [`Defragmenter`](super::Defragmenter). Offsets count from the first byte given to the decoder.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fragment {
    /// Addresses of the IP header.
    pub addresses: Addresses,
    /// As in [`Tcp`](super::Tcp).
    pub plain_addresses: bool,
    /// Protocol of the whole packet's payload; IPv6 says so reliably only in the first fragment.
    pub protocol: u8,
    /// Identification: 16 bits for IPv4, 32 for IPv6.
    pub identification: u32,
    /// Where in the whole packet's payload this piece begins.
    pub offset: u32,
    /// It is not the last piece.
    pub more: bool,
    /// Offset of the piece.
    pub payload: u32,
    /// Bytes of it that are there.
    pub captured: u32,
    /// Bytes of it on the wire.
    pub length: u32,
    /// As in [`Tcp`](super::Tcp).
    pub macs: Macs,
    /// Headers passed to get here.
    pub(super) layers: u8,
}

impl Fragment {
    /// The captured part of the piece; `bytes` are those given to the decoder.
    pub(super) fn data<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        let (at, length) = (self.payload as usize, self.captured as usize);
        bytes.get(at..at + length).unwrap_or_default()
    }

    /// Where in the whole packet's payload this piece ends.
    pub(super) const fn end(&self) -> u32 {
        self.offset + self.length
    }
}

/// What a header says about the piece behind it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct FragmentHeader {
    pub(super) protocol: u8,
    pub(super) identification: u32,
    pub(super) offset: u32,
    pub(super) more: bool,
}

/// Passes the fragment header of IPv6, or ends at it. One that stands for the whole packet is no fragment (RFC 6946).
pub(super) fn open_header(walk: &mut Walk) -> Result<Inner, Stop> {
    let mut reader = Reader::new(walk.rest());
    let short = Stop::Short(Malformed::Ipv6Extension);
    let [protocol, _] = reader.array().or(Err(short))?;
    let offset_more = reader.u16().or(Err(short))?;
    let identification = reader.u32().or(Err(short))?;
    let header = FragmentHeader {
        protocol,
        identification,
        offset: (offset_more & 0xfff8) as u32,
        more: offset_more & 1 != 0,
    };
    if header.offset == 0 && !header.more {
        return ip_protocol::layer(protocol).map(|next| Inner::new(reader.offset(), next));
    }
    walk.skip(reader.offset());
    Err(Stop::Fragment(header))
}

/// Ends at the piece in front. All but the last are multiples of eight bytes long; what is more is left out.
pub(super) fn decoded(walk: &Walk, header: FragmentHeader) -> Decoded {
    let on_wire = walk.rest_on_wire();
    let length = if header.more { on_wire & !7 } else { on_wire };
    let most = match walk.addresses {
        Addresses::V4 { .. } => MAX_PAYLOAD_V4,
        Addresses::V6 { .. } => MAX_PAYLOAD_V6,
    };
    if length == 0 || header.offset as usize + length > most {
        return Decoded::Malformed(Malformed::Fragment);
    }
    Decoded::Fragment(Fragment {
        addresses: walk.addresses,
        plain_addresses: walk.plain_addresses,
        protocol: header.protocol,
        identification: header.identification,
        offset: header.offset,
        more: header.more,
        payload: walk.at() as u32,
        captured: walk.rest().len().min(length) as u32,
        length: length as u32,
        macs: walk.macs,
        layers: walk.layers(),
    })
}
