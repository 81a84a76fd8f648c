//! Ethernet (IEEE 802.3 clause 3): two addresses and a type or length. Padding and FCS are left to the lengths inside.

use super::decoded::Macs;
use super::ether_type;
use super::llc;
use super::reason::Malformed;
use super::walk::{Inner, Stop};

/// Two addresses and a type.
pub(super) const HEADER: usize = 14;

/// Where the addresses are.
pub(super) const MACS: Macs = Macs {
    source: Some(6),
    destination: Some(0),
};

/// Passes the header.
#[inline]
pub(super) fn open(bytes: &[u8]) -> Result<Inner, Stop> {
    let number = ether_type_of(bytes).ok_or(Stop::Short(Malformed::EthernetHeader))?;
    ether_type::after(HEADER, number).map(|inner| inner.with_macs(MACS))
}

/// Whether `bytes` read well as a frame: a type that is in use, and a first byte behind it that agrees with it. For
/// places where nothing on the wire says what follows.
pub(super) fn is_plausible(bytes: &[u8]) -> bool {
    let behind = bytes.get(HEADER..).unwrap_or_default();
    let nibble = behind.first().map(|first| first >> 4);
    match ether_type_of(bytes) {
        Some(ether_type::IPV4) => nibble == Some(4),
        Some(ether_type::IPV6) => nibble == Some(6),
        Some(ether_type::ARP) => true,
        Some(length @ ..=ether_type::MAX_LENGTH) => {
            (3..=behind.len()).contains(&(length as usize)) && llc::is_plausible(behind)
        }
        Some(number) => ether_type::layer(number).is_ok(),
        None => false,
    }
}

#[inline]
fn ether_type_of(bytes: &[u8]) -> Option<u16> {
    let [high, low] = *bytes.get(12..)?.first_chunk()?;
    Some(u16::from_be_bytes([high, low]))
}
