//! TCP (RFC 9293 section 3.1): ports first, because most segments go no further.

use super::decoded::{Decoded, Tcp, TcpFlags};
use super::interest::Interest;
use super::reason::{Malformed, NotFollowed};
use super::walk::{Stop, Walk};

/// Without options.
const HEADER: usize = 20;

/// Ends at a TCP header.
#[inline]
pub(super) fn open(walk: &Walk, interest: &Interest) -> Stop {
    let rest = walk.rest();
    let Some([s0, s1, d0, d1]) = rest.first_chunk().copied() else {
        return Stop::Short(Malformed::TcpHeader);
    };
    let source_port = u16::from_be_bytes([s0, s1]);
    let destination_port = u16::from_be_bytes([d0, d1]);
    if !interest.wants_tcp(source_port, destination_port) {
        return Stop::NotFollowed(NotFollowed::PortNotWatched);
    }
    let Some(header) = rest.first_chunk::<HEADER>() else {
        return Stop::Short(Malformed::TcpHeader);
    };
    #[rustfmt::skip]
    let [_, _, _, _, q0, q1, q2, q3, a0, a1, a2, a3, offset, flags, w0, w1, _, _, _, _] = *header;
    let header_length = (offset >> 4) as usize * 4;
    if header_length < HEADER || header_length > walk.rest_on_wire() {
        return Stop::Malformed(Malformed::TcpDataOffset);
    }
    Stop::Found(Decoded::Tcp(Tcp {
        addresses: walk.addresses,
        plain_addresses: walk.plain_addresses,
        source_port,
        destination_port,
        seq: u32::from_be_bytes([q0, q1, q2, q3]),
        ack: u32::from_be_bytes([a0, a1, a2, a3]),
        flags: TcpFlags(flags),
        window: u16::from_be_bytes([w0, w1]),
        header: walk.at() as u32,
        payload: (walk.at() + header_length) as u32,
        captured: rest.len().saturating_sub(header_length) as u32,
        length: (walk.rest_on_wire() - header_length) as u32,
        macs: walk.macs,
    }))
}
