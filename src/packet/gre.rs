//! GRE (RFC 2784, RFC 2890; RFC 1701 for routing), also over UDP (RFC 8086), its enhanced form for PPTP (RFC 2637),
//! MikroTik's EoIP, and EtherIP.

use super::ether_type;
use super::reason::{Malformed, NotFollowed};
use super::walk::{Inner, Layer, Stop};
use crate::wire::{Reader, Short};

/// Bits of the first two bytes.
const CHECKSUM: u16 = 0x8000;
const ROUTING: u16 = 0x4000;
const KEY: u16 = 0x2000;
const SEQUENCE: u16 = 0x1000;
const ACKNOWLEDGMENT: u16 = 0x0080;
const VERSION: u16 = 0x0007;

/// Protocols beyond the EtherTypes: ERSPAN types I and II, ERSPAN type III, EoIP.
const ERSPAN: u16 = 0x88be;
const ERSPAN3: u16 = 0x22eb;
const EOIP: u16 = 0x6400;

/// Most source route entries (RFC 1701) passed over.
const MAX_ROUTES: usize = 16;

const SHORT: Stop = Stop::Short(Malformed::GreHeader);

/// Passes the header.
pub(super) fn open(bytes: &[u8]) -> Result<Inner, Stop> {
    let mut reader = Reader::new(bytes);
    let flags = reader.u16().or(Err(SHORT))?;
    let protocol = reader.u16().or(Err(SHORT))?;
    match (flags & VERSION, protocol) {
        (0, _) => {
            skip_options(&mut reader, flags).or(Err(SHORT))?;
            follow(reader.offset(), flags, protocol)
        }
        (1, EOIP) => open_eoip(&mut reader),
        (1, ether_type::PPP) => open_pptp(&mut reader, flags),
        _ => Err(Stop::NotFollowed(NotFollowed::TunnelControl)),
    }
}

/// GRE begins right behind the UDP header.
pub(super) fn open_udp(bytes: &[u8]) -> Option<Inner> {
    open(bytes).is_ok().then_some(Inner::new(0, Layer::Gre))
}

/// Passes an EtherIP header (RFC 3378): version 3, reserved bits.
pub(super) fn open_ether_ip(bytes: &[u8]) -> Result<Inner, Stop> {
    match (Reader::new(bytes).u16()).or(Err(Stop::Short(Malformed::GreHeader)))? >> 12 {
        3 => Ok(Inner::new(2, Layer::Ethernet)),
        _ => Err(Stop::NotFollowed(NotFollowed::TunnelControl)),
    }
}

fn skip_options(reader: &mut Reader, flags: u16) -> Result<(), Short> {
    if flags & (CHECKSUM | ROUTING) != 0 {
        reader.skip(4)?;
    }
    if flags & KEY != 0 {
        reader.skip(4)?;
    }
    if flags & SEQUENCE != 0 {
        reader.skip(4)?;
    }
    if flags & ROUTING != 0 {
        skip_routes(reader)?;
    }
    Ok(())
}

/// Source route entries: address family, offset, length, body; an entry of nothing ends them.
fn skip_routes(reader: &mut Reader) -> Result<(), Short> {
    for _ in 0..MAX_ROUTES {
        let [family_0, family_1, _, length] = reader.array()?;
        if [family_0, family_1, length] == [0, 0, 0] {
            break;
        }
        reader.skip(length as usize)?;
    }
    Ok(())
}

fn follow(header: usize, flags: u16, protocol: u16) -> Result<Inner, Stop> {
    let sequenced = flags & SEQUENCE != 0;
    let next = match protocol {
        ERSPAN => Layer::Erspan { sequenced },
        ERSPAN3 => Layer::Erspan { sequenced: true },
        _ => ether_type::layer(protocol)?,
    };
    Ok(Inner::new(header, next))
}

/// Key is the payload's length and the tunnel's number; an empty payload keeps the tunnel alive.
fn open_eoip(reader: &mut Reader) -> Result<Inner, Stop> {
    let length = reader.u16().or(Err(SHORT))?;
    reader.skip(2).or(Err(SHORT))?;
    if length == 0 {
        return Err(Stop::NotFollowed(NotFollowed::TunnelControl));
    }
    Ok(Inner::new(reader.offset(), Layer::Ethernet).of_length(length as usize))
}

/// Key is the payload's length and the call; without a sequence number there is no payload.
fn open_pptp(reader: &mut Reader, flags: u16) -> Result<Inner, Stop> {
    let length = reader.u16().or(Err(SHORT))?;
    reader.skip(2).or(Err(SHORT))?;
    if flags & SEQUENCE == 0 {
        return Err(Stop::NotFollowed(NotFollowed::TunnelControl));
    }
    let acknowledgment = if flags & ACKNOWLEDGMENT == 0 { 0 } else { 4 };
    reader.skip(4 + acknowledgment).or(Err(SHORT))?;
    Ok(Inner::new(reader.offset(), Layer::Ppp).of_length(length as usize))
}
