//! Link types of captures: the LINKTYPE_ registry of tcpdump.org, and which header each begins with.

use super::walk::Layer;

/// What the first bytes of a captured frame are: a LINKTYPE_ value (<https://www.tcpdump.org/linktypes.html>).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct LinkType(pub u16);

impl LinkType {
    /// BSD loopback: address family in the byte order of the machine that captured.
    pub const NULL: Self = Self(0);
    /// Ethernet.
    pub const ETHERNET: Self = Self(1);
    /// PPP, with or without HDLC-like framing.
    pub const PPP: Self = Self(9);
    /// Raw IP as some systems wrote it into files (DLT_RAW of most BSDs and Linux).
    pub const DLT_RAW: Self = Self(12);
    /// Raw IP as OpenBSD wrote it into files.
    pub const DLT_RAW_OPENBSD: Self = Self(14);
    /// PPP in HDLC-like framing, or Cisco HDLC.
    pub const PPP_HDLC: Self = Self(50);
    /// PPPoE session packets without the Ethernet header.
    pub const PPP_ETHER: Self = Self(51);
    /// Raw IP, version by the first nibble.
    pub const RAW: Self = Self(101);
    /// Cisco HDLC.
    pub const C_HDLC: Self = Self(104);
    /// 802.11 without a radio header.
    pub const IEEE802_11: Self = Self(105);
    /// OpenBSD loopback: address family in network byte order.
    pub const LOOP: Self = Self(108);
    /// IPsec of the BSDs, before encryption and after decryption.
    pub const ENC: Self = Self(109);
    /// Firewall log of the BSDs.
    pub const PFLOG: Self = Self(117);
    /// PPP whose address byte says who sent it.
    pub const PPP_PPPD: Self = Self(166);
    /// Endace ERF.
    pub const ERF: Self = Self(197);
    /// PPP behind a byte that says who sent it.
    pub const PPP_WITH_DIR: Self = Self(204);
    /// Cisco HDLC behind a byte that says who sent it.
    pub const C_HDLC_WITH_DIR: Self = Self(205);
    /// Linux cooked, version 1.
    pub const LINUX_SLL: Self = Self(113);
    /// 802.11 behind a radiotap header.
    pub const IEEE802_11_RADIOTAP: Self = Self(127);
    /// 802.11 (or another link) behind a PPI header.
    pub const PPI: Self = Self(192);
    /// MPLS label stack.
    pub const MPLS: Self = Self(219);
    /// Raw IPv4.
    pub const IPV4: Self = Self(228);
    /// Raw IPv6.
    pub const IPV6: Self = Self(229);
    /// Linux netfilter log.
    pub const NFLOG: Self = Self(239);
    /// Darwin PKTAP.
    pub const PKTAP: Self = Self(258);
    /// Linux cooked, version 2.
    pub const LINUX_SLL2: Self = Self(276);

    /// The header a frame of this type begins with; `None` if this program cannot read it.
    pub(super) const fn first_layer(self) -> Option<Layer> {
        Some(match self {
            Self::ETHERNET => Layer::Ethernet,
            Self::RAW | Self::DLT_RAW | Self::DLT_RAW_OPENBSD | Self::IPV4 | Self::IPV6 => {
                Layer::Ip
            }
            Self::LINUX_SLL => Layer::Cooked,
            Self::LINUX_SLL2 => Layer::Cooked2,
            Self::NULL | Self::LOOP => Layer::Loopback,
            Self::PPP | Self::PPP_HDLC | Self::C_HDLC => Layer::Ppp,
            Self::PPP_WITH_DIR | Self::C_HDLC_WITH_DIR => Layer::DirectedPpp(1),
            Self::PPP_PPPD => Layer::DirectedPpp(2), // and the control byte
            Self::ERF => Layer::Erf,
            Self::PFLOG => Layer::Pflog,
            Self::ENC => Layer::Enc,
            Self::PPP_ETHER => Layer::PppoeSession,
            Self::MPLS => Layer::Mpls,
            Self::NFLOG => Layer::Nflog,
            Self::PKTAP => Layer::Pktap,
            Self::IEEE802_11 => Layer::Wireless { padded: false },
            Self::IEEE802_11_RADIOTAP => Layer::Radiotap,
            Self::PPI => Layer::Ppi,
            _ => return None,
        })
    }
}
