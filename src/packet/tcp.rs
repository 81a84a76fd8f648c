//! TCP (RFC 9293 section 3.1): ports first, because most segments go no further.

use super::decoded::{Decoded, Tcp, TcpFlags};
use super::interest::Interest;
use super::reason::{Malformed, NotFollowed};
use super::walk::{Stop, Walk};
use crate::wire::{Reader, Short};

/// Without options.
const HEADER: usize = 20;

/// Ends at a TCP header: only the ports are looked at.
#[inline]
pub(super) fn open(bytes: &[u8], interest: &Interest) -> Stop {
    let mut reader = Reader::new(bytes);
    match (reader.u16(), reader.u16()) {
        (Ok(source), Ok(destination)) if interest.wants_tcp(source, destination) => Stop::Tcp,
        (Ok(_), Ok(_)) => Stop::NotFollowed(NotFollowed::PortNotWatched),
        _ => Stop::Short(Malformed::TcpHeader),
    }
}

/// Reads the header in front.
#[inline]
pub(super) fn decoded(walk: &Walk) -> Decoded {
    let Ok(header) = Header::read(walk.rest()) else {
        return walk.short(Malformed::TcpHeader);
    };
    if header.length < HEADER || header.length > walk.rest_on_wire() {
        return Decoded::Malformed(Malformed::TcpDataOffset);
    }
    Decoded::Tcp(Tcp {
        addresses: walk.addresses,
        plain_addresses: walk.plain_addresses,
        source_port: header.source_port,
        destination_port: header.destination_port,
        seq: header.seq,
        ack: header.ack,
        flags: header.flags,
        window: header.window,
        header: walk.at() as u32,
        payload: (walk.at() + header.length) as u32,
        captured: walk.rest().len().saturating_sub(header.length) as u32,
        length: (walk.rest_on_wire() - header.length) as u32,
        macs: walk.macs,
    })
}

/// The fixed part.
struct Header {
    source_port: u16,
    destination_port: u16,
    seq: u32,
    ack: u32,
    /// With options, in bytes.
    length: usize,
    flags: TcpFlags,
    window: u16,
}

impl Header {
    #[inline]
    fn read(bytes: &[u8]) -> Result<Self, Short> {
        let fixed = Reader::new(bytes).take(HEADER)?;
        let mut reader = Reader::new(fixed);
        Ok(Self {
            source_port: reader.u16()?,
            destination_port: reader.u16()?,
            seq: reader.u32()?,
            ack: reader.u32()?,
            length: (reader.u8()? >> 4) as usize * 4,
            flags: TcpFlags(reader.u8()?),
            window: reader.u16()?,
        })
    }
}
