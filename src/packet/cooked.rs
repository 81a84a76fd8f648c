//! Linux cooked captures (<https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html> and `..._SLL2.html`): what
//! Linux writes for the `any` device, with the sender's link-layer address and an EtherType.

use super::decoded::Macs;
use super::ether_type;
use super::reason::{Malformed, NotFollowed};
use super::walk::{Inner, Layer, Stop};
use crate::wire::{Reader, Short};

/// Link-layer device types of Linux (`if_arp.h`) whose protocol field is no EtherType.
const ARPHRD_FRAD: u16 = 770;
const ARPHRD_IPGRE: u16 = 778;
const ARPHRD_WLAN: u16 = 801;
const ARPHRD_WLAN_RADIOTAP: u16 = 803;
const ARPHRD_NETLINK: u16 = 824;

/// Protocol numbers of Linux (`if_ether.h`) for frames without an EtherType.
const ETH_P_802_3: u16 = 0x0001;
const ETH_P_802_2: u16 = 0x0004;

/// What both versions say.
struct Header {
    device: u16,
    protocol: u16,
    length: usize,
    /// Offset of the sender's address, if it is six bytes.
    source: Option<u32>,
}

/// Passes a header of version 1: packet type, device type, address length, address, protocol.
pub(super) fn open(bytes: &[u8]) -> Result<Inner, Stop> {
    read(bytes)
        .or(Err(Stop::Short(Malformed::LinkHeader)))
        .and_then(|header| follow(&header))
}

/// Passes a header of version 2: protocol, reserved, interface, device type, packet type, address length, address.
pub(super) fn open2(bytes: &[u8]) -> Result<Inner, Stop> {
    read2(bytes)
        .or(Err(Stop::Short(Malformed::LinkHeader)))
        .and_then(|header| follow(&header))
}

fn read(bytes: &[u8]) -> Result<Header, Short> {
    let mut reader = Reader::new(bytes);
    reader.skip(2)?;
    let device = reader.u16()?;
    let address = reader.u16()?;
    reader.skip(8)?;
    Ok(Header {
        device,
        protocol: reader.u16()?,
        length: reader.offset(),
        source: (address == 6).then_some(6),
    })
}

fn read2(bytes: &[u8]) -> Result<Header, Short> {
    let mut reader = Reader::new(bytes);
    let protocol = reader.u16()?;
    reader.skip(2 + 4)?;
    let device = reader.u16()?;
    reader.skip(1)?;
    let address = reader.u8()?;
    reader.skip(8)?;
    Ok(Header {
        device,
        protocol,
        length: reader.offset(),
        source: (address == 6).then_some(12),
    })
}

/// Whether the protocol field of such a device is an EtherType, and what follows begins with that.
#[inline]
pub(super) const fn has_ether_type(device: u16) -> bool {
    !matches!(
        device,
        ARPHRD_FRAD | ARPHRD_IPGRE | ARPHRD_WLAN | ARPHRD_WLAN_RADIOTAP | ARPHRD_NETLINK
    )
}

fn follow(header: &Header) -> Result<Inner, Stop> {
    let next = match (header.device, header.protocol) {
        (ARPHRD_NETLINK | ARPHRD_FRAD, _) => return Err(Stop::NotFollowed(NotFollowed::LinkType)),
        (ARPHRD_WLAN, _) => Layer::Wireless { padded: false },
        (ARPHRD_WLAN_RADIOTAP, _) => Layer::Radiotap,
        (ARPHRD_IPGRE, protocol) => ether_type::layer(protocol)?,
        (_, ETH_P_802_3 | ETH_P_802_2) => Layer::Llc,
        (_, protocol) => ether_type::layer(protocol)?,
    };
    Ok(Inner::new(header.length, next).with_macs(Macs {
        source: header.source,
        destination: None,
    }))
}
