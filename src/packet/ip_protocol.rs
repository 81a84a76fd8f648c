//! Which header follows an IP protocol number: the second of the three tables.
//!
//! Numbers: IANA "Assigned Internet Protocol Numbers" and "IPv6 Extension Header Types".

use super::reason::NotFollowed;
use super::walk::{Layer, Stop};

/// TCP.
pub(super) const TCP: u8 = 6;
/// UDP.
pub(super) const UDP: u8 = 17;
/// GRE (RFC 2784).
pub(super) const GRE: u8 = 47;

/// Other tunnels: IP (RFC 2003), IPv6 (RFC 4213), EtherIP (RFC 3378), MPLS (RFC 4023), Ethernet (RFC 8986).
const IP_IN_IP: u8 = 4;
const IPV6: u8 = 41;
const ETHER_IP: u8 = 97;
const MPLS: u8 = 137;
const ETHERNET: u8 = 143;
/// IPsec.
const ESP: u8 = 50;
const AUTHENTICATION: u8 = 51;
/// IPv6 extension headers.
const HOP_BY_HOP: u8 = 0;
const ROUTING: u8 = 43;
const FRAGMENT: u8 = 44;
const DESTINATION_OPTIONS: u8 = 60;
const MOBILITY: u8 = 135;
const HIP: u8 = 139;
const SHIM6: u8 = 140;
/// Known, and of no concern.
const ICMP: u8 = 1;
const ICMPV6: u8 = 58;

/// The header that `protocol` stands for.
#[inline]
pub(super) fn layer(protocol: u8) -> Result<Layer, Stop> {
    match protocol {
        TCP => Ok(Layer::Tcp),
        UDP => Ok(Layer::Udp),
        _ => uncommon(protocol),
    }
}

fn uncommon(protocol: u8) -> Result<Layer, Stop> {
    Ok(match protocol {
        IP_IN_IP | IPV6 => Layer::Ip,
        GRE => Layer::Gre,
        AUTHENTICATION => Layer::Authentication,
        ETHER_IP => Layer::EtherIp,
        MPLS => Layer::Mpls,
        ETHERNET => Layer::Ethernet,
        HOP_BY_HOP | MOBILITY | HIP | SHIM6 => Layer::Extension,
        ROUTING => Layer::Routing,
        FRAGMENT => Layer::FragmentHeader,
        DESTINATION_OPTIONS => Layer::DestinationOptions,
        ICMP | ICMPV6 => return Err(Stop::NotFollowed(NotFollowed::Icmp)),
        ESP => return Err(Stop::NotFollowed(NotFollowed::Esp)),
        _ => return Err(Stop::NotFollowed(NotFollowed::IpProtocol)),
    })
}
