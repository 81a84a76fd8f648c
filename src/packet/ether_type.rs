//! Which header follows an EtherType: the first of the three tables.
//!
//! Numbers: IANA "IEEE 802 Numbers" (EtherType), and IEEE 802.3 clause 3.2.6 for values that are lengths. Used by
//! Ethernet, tags, cooked links, SNAP, GRE, Geneve and whatever else ends in such a number.

use super::reason::NotFollowed;
use super::walk::{Inner, Layer, Stop};

/// IPv4.
pub(super) const IPV4: u16 = 0x0800;
/// ARP.
pub(super) const ARP: u16 = 0x0806;
/// Reverse ARP.
const RARP: u16 = 0x8035;
/// Transparent Ethernet bridging (RFC 1701, RFC 7637).
const TRANSPARENT_ETHERNET: u16 = 0x6558;
/// 802.1Q.
pub(super) const VLAN: u16 = 0x8100;
/// IPv6.
pub(super) const IPV6: u16 = 0x86dd;
/// 802.1ad service tag.
pub(super) const SERVICE_VLAN: u16 = 0x88a8;
/// MPLS, unicast (RFC 5332).
const MPLS: u16 = 0x8847;
/// MPLS, multicast (RFC 5332).
const MPLS_MULTICAST: u16 = 0x8848;
/// PPPoE session (RFC 2516).
const PPPOE_SESSION: u16 = 0x8864;
/// PPP in GRE (RFC 2637).
pub(super) const PPP: u16 = 0x880b;
/// Network Service Header (RFC 8300).
const NSH: u16 = 0x894f;

/// Double tags before 802.1ad, by maker.
const QINQ_1: u16 = 0x9100;
const QINQ_2: u16 = 0x9200;
const QINQ_3: u16 = 0x9300;
/// Cisco VN-Tag, and what became of it as 802.1BR.
const VN_TAG: u16 = 0x8926;
const E_TAG: u16 = 0x893f;
/// Redundancy: HSR (IEC 62439-3) and 802.1CB.
const HSR: u16 = 0x892f;
const R_TAG: u16 = 0xf1c1;
/// Cisco MetaData with one option, the security group.
const CISCO_METADATA: u16 = 0x8909;
/// 802.1AE.
const MACSEC: u16 = 0x88e5;
/// Arista's own; a timestamp is one of its uses.
const ARISTA: u16 = 0xd28b;
/// Provider backbone service tag (802.1ah).
const BACKBONE_SERVICE: u16 = 0x88e7;
/// Cisco FabricPath.
const FABRIC_PATH: u16 = 0x8903;
/// TRILL (RFC 6325).
const TRILL: u16 = 0x22f3;

/// Highest value that is an 802.3 length and not an EtherType.
pub(super) const MAX_LENGTH: u16 = 1500;

/// The header that follows `ether_type` at the end of a header of `header` bytes.
#[inline]
pub(super) fn after(header: usize, ether_type: u16) -> Result<Inner, Stop> {
    if ether_type <= MAX_LENGTH {
        return Ok(Inner::new(header, Layer::Llc).of_length(ether_type as usize));
    }
    layer(ether_type).map(|next| Inner::new(header, next))
}

/// The header that `ether_type` stands for, lengths apart.
#[inline]
pub(super) fn layer(ether_type: u16) -> Result<Layer, Stop> {
    match ether_type {
        IPV4 | IPV6 => Ok(Layer::Ip),
        _ => uncommon(ether_type),
    }
}

fn uncommon(ether_type: u16) -> Result<Layer, Stop> {
    Ok(match ether_type {
        VLAN | SERVICE_VLAN | QINQ_1 | QINQ_2 | QINQ_3 => Layer::Tag(2),
        VN_TAG | HSR | R_TAG => Layer::Tag(4),
        E_TAG | CISCO_METADATA => Layer::Tag(6),
        MACSEC => Layer::MacSec,
        ARISTA => Layer::AristaTimestamp,
        BACKBONE_SERVICE => Layer::MacInMac(4),
        FABRIC_PATH => Layer::MacInMac(2),
        TRILL => Layer::Trill,
        MPLS | MPLS_MULTICAST => Layer::Mpls,
        PPPOE_SESSION => Layer::PppoeSession,
        PPP => Layer::Ppp,
        NSH => Layer::Nsh,
        TRANSPARENT_ETHERNET => Layer::Ethernet,
        ARP | RARP => return Err(Stop::NotFollowed(NotFollowed::Arp)),
        _ => return Err(Stop::NotFollowed(NotFollowed::EtherType)),
    })
}
