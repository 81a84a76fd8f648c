//! PPP (RFC 1661 section 2), with or without HDLC-like framing (RFC 1662), and Cisco HDLC.
//!
//! Not opened: multilink (RFC 1990), compressed (CCP) and encrypted (MPPE) data, and bridged frames (BCP).

use super::ether_type;
use super::reason::{Malformed, NotFollowed};
use super::walk::{Inner, Layer, Stop};
use crate::wire::{Reader, Short};

/// Address and control of HDLC-like framing.
const FRAMED: [u8; 2] = [0xff, 0x03];
/// Addresses of Cisco HDLC: unicast, multicast; an EtherType follows the control byte.
const CISCO: [[u8; 2]; 2] = [[0x0f, 0x00], [0x8f, 0x00]];

/// Protocol numbers (IANA "PPP Numbers").
const IPV4: u16 = 0x0021;
const IPV6: u16 = 0x0057;
const MPLS: u16 = 0x0281;
const MPLS_MULTICAST: u16 = 0x0283;

const SHORT: Stop = Stop::Short(Malformed::PppHeader);

/// Passes the header.
pub(super) fn open(bytes: &[u8]) -> Result<Inner, Stop> {
    let mut reader = Reader::new(bytes);
    if let Some(start) = bytes.first_chunk() {
        if CISCO.contains(start) {
            reader.skip(2).or(Err(SHORT))?;
            let number = reader.u16().or(Err(SHORT))?;
            return ether_type::layer(number).map(|next| Inner::new(reader.offset(), next));
        }
        if *start == FRAMED {
            reader.skip(2).or(Err(SHORT))?;
        }
    }
    let next = match protocol(&mut reader).or(Err(SHORT))? {
        IPV4 | IPV6 => Layer::Ip,
        MPLS | MPLS_MULTICAST => Layer::Mpls,
        _ => return Err(Stop::NotFollowed(NotFollowed::PppProtocol)),
    };
    Ok(Inner::new(reader.offset(), next))
}

/// One byte where the low bit is set (protocol field compression, RFC 1661 section 6.5), else two.
fn protocol(reader: &mut Reader) -> Result<u16, Short> {
    let first = reader.u8()?;
    if first & 1 == 1 {
        return Ok(first as u16);
    }
    Ok(u16::from_be_bytes([first, reader.u8()?]))
}
