//! IPv4 (RFC 791).
//!
//! The header checksum is not looked at: a mirror delivers what was on the wire, and what was damaged there is caught
//! by TCP's own checksum.

use super::decoded::Addresses;
use super::fragment::FragmentHeader;
use super::ip_protocol;
use super::reason::Malformed;
use super::walk::{Layer, Stop, Walk};
use crate::wire::{Reader, Short};

/// Without options.
const HEADER: usize = 20;
/// More fragments, and the offset in units of eight bytes.
const MORE: u16 = 0x2000;
const OFFSET: u16 = 0x1fff;
/// One of them is set in a fragment.
pub(super) const FRAGMENT: u16 = MORE | OFFSET;

/// Option numbers: end, padding, and the two source routes, which keep the final destination among them.
const END: u8 = 0;
const NO_OPERATION: u8 = 1;
const SOURCE_ROUTES: [u8; 2] = [131, 137];

/// Passes the header, or ends at a fragment.
#[inline]
pub(super) fn open(walk: &mut Walk) -> Result<Layer, Stop> {
    let header = Header::read(walk.rest()).or(Err(Stop::Short(Malformed::Ipv4Header)))?;
    if header.length < HEADER {
        return Err(Stop::Malformed(Malformed::Ipv4HeaderLength));
    }
    set_length(walk, header.total_length, header.length)?;
    walk.enter_ip(Addresses::V4 {
        source: header.source,
        destination: header.destination,
    });
    if header.length > HEADER {
        look_at_options(walk, header.length)?;
    }
    let next = ip_protocol::layer(header.protocol)?;
    walk.skip(header.length);
    if header.fragment & FRAGMENT != 0 {
        return Err(Stop::Fragment(header.fragment_header()));
    }
    Ok(next)
}

/// The fixed part.
struct Header {
    /// With options, in bytes.
    length: usize,
    total_length: usize,
    identification: u16,
    fragment: u16,
    protocol: u8,
    source: [u8; 4],
    destination: [u8; 4],
}

impl Header {
    #[inline]
    fn read(bytes: &[u8]) -> Result<Self, Short> {
        let fixed = Reader::new(bytes).take(HEADER)?;
        let mut reader = Reader::new(fixed);
        let [version_length, _service] = reader.array()?;
        let total_length = reader.u16()? as usize;
        let identification = reader.u16()?;
        let fragment = reader.u16()?;
        let [_time_to_live, protocol] = reader.array()?;
        reader.skip(2)?; // checksum
        Ok(Self {
            length: (version_length & 0xf) as usize * 4,
            total_length,
            identification,
            fragment,
            protocol,
            source: reader.array()?,
            destination: reader.array()?,
        })
    }

    const fn fragment_header(&self) -> FragmentHeader {
        FragmentHeader {
            protocol: self.protocol,
            identification: self.identification as u32,
            offset: (self.fragment & OFFSET) as u32 * 8,
            more: self.fragment & MORE != 0,
        }
    }
}

/// A total length of 0 is what a card that cuts segments itself was given: the packet fills its frame.
#[inline]
fn set_length(walk: &mut Walk, total: usize, header: usize) -> Result<(), Stop> {
    if total >= header {
        walk.set_length(total);
        return Ok(());
    }
    if total == 0 {
        return Ok(());
    }
    Err(Stop::Malformed(Malformed::Ipv4TotalLength))
}

#[cold]
fn look_at_options(walk: &mut Walk, header: usize) -> Result<(), Stop> {
    let options = walk.rest().get(HEADER..header);
    let options = options.ok_or(Stop::Short(Malformed::Ipv4Header))?;
    walk.plain_addresses &= !is_source_routed(options);
    Ok(())
}

fn is_source_routed(options: &[u8]) -> bool {
    let mut left = options;
    while let [kind, rest @ ..] = left {
        let length = match *kind {
            END => return false,
            NO_OPERATION => 1,
            kind if SOURCE_ROUTES.contains(&kind) => return true,
            _ => rest.first().map_or(0, |length| *length as usize),
        };
        match left.get(length..) {
            Some(next) if length > 0 => left = next,
            _ => return false,
        }
    }
    false
}
