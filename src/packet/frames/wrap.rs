//! Encapsulations.

use super::{Frame, all_of, be16, ip, ip_type, label, macs, snap, typed, udp, wireless};

all_of! {
    /// An encapsulation.
    Wrap { Ethernet, Snap, LlcIp, Vlan, ServiceVlan, OldQinQ, VnTag, ETag, CiscoMetaData, Hsr, MacSec, MacSecSci, AristaTimestamp48, AristaTimestamp64, Backbone, FabricPath, Trill, Mpls, MplsThree, MplsMulticast, MplsPseudowire, MplsPseudowireControlWord, Pppoe, PppoeCompressed, Gre, GreAll, GreRouted, GreBridged, GrePptp, Erspan1, Erspan2, Erspan3, Erspan3Platform, Erspan3Ip, Eoip, EtherIp, IpIn4, IpIn6, EthernetIn6, MplsInIp, Authenticated4, Authenticated6, Extensions6, Vxlan, VxlanLinux, VxlanGpe, VxlanGpeIp, VxlanGpeNsh, Geneve, GeneveIp, Gtp, GtpSequence, GtpExtensions, Tzsp, MplsInUdp, L2tp, L2tpAll, Capwap, CapwapWireless, CapwapSwapped, Lisp, GreInUdp }
}

impl Wrap {
    /// Puts the encapsulation around `frame`. What carries only IP leaves a frame that is Ethernet already as it is.
    pub(crate) fn around(self, frame: Frame) -> Frame {
        match frame {
            Frame::Ip(packet) => self.around_ip(&packet).unwrap_or_else(|| {
                self.around_ethernet(&Frame::Ip(packet).ethernet())
                    .expect("an encapsulation carries IP or Ethernet")
            }),
            Frame::Ethernet(bytes) => {
                (self.around_ethernet(&bytes)).unwrap_or(Frame::Ethernet(bytes))
            }
        }
    }

    fn around_ip(self, packet: &[u8]) -> Option<Frame> {
        (self.ip_on_link(packet))
            .or_else(|| self.ip_in_gre(packet))
            .or_else(|| self.ip_in_ip(packet))
            .or_else(|| self.ip_in_capwap(packet))
            .or_else(|| self.ip_in_gtp(packet))
            .or_else(|| self.ip_in_udp(packet))
    }

    /// Directly on a link.
    fn ip_on_link(self, packet: &[u8]) -> Option<Frame> {
        let kind = ip_type(packet);
        Some(match self {
            Self::Snap => {
                let snap = [&[0xaa, 0xaa, 3, 0, 0, 0][..], &kind, packet].concat();
                Frame::Ethernet([&macs()[..], &be16(snap.len()), &snap].concat())
            }
            Self::LlcIp => {
                let llc = [&[6, 6, 3][..], packet].concat();
                Frame::Ethernet([&macs()[..], &be16(llc.len()), &llc].concat())
            }
            Self::Mpls => typed(0x8847, &[&label(16, true)[..], packet].concat()),
            Self::MplsThree => {
                let labels = [label(3, false), label(0xf_ffff, false), label(17, true)].concat();
                typed(0x8847, &[&labels[..], packet].concat())
            }
            Self::MplsMulticast => typed(0x8848, &[&label(99, true)[..], packet].concat()),
            Self::Pppoe => {
                let ppp = [0, ppp(packet)];
                let header = [&[0x11, 0, 0, 7][..], &be16(packet.len() + 2), &ppp];
                typed(0x8864, &[&header.concat()[..], packet].concat())
            }
            Self::PppoeCompressed => {
                let ppp = [ppp(packet)];
                let header = [&[0x11, 0, 0, 7][..], &be16(packet.len() + 1), &ppp];
                typed(0x8864, &[&header.concat()[..], packet].concat())
            }
            _ => return None,
        })
    }

    /// Generic routing encapsulation.
    fn ip_in_gre(self, packet: &[u8]) -> Option<Frame> {
        let kind = ip_type(packet);
        Some(match self {
            Self::Gre => ip_in(false, 47, &[&[0, 0], &kind[..], packet].concat()),
            Self::GreAll => {
                let options = [0xee; 12]; // checksum and offset, key, sequence
                ip_in(
                    true,
                    47,
                    &[&[0xb0, 0], &kind[..], &options, packet].concat(),
                )
            }
            Self::GreRouted => {
                let routes = [0, 0, 0, 0, 8, 0, 0, 4, 1, 2, 3, 4, 0, 0, 0, 0];
                ip_in(
                    false,
                    47,
                    &[&[0x40, 0], &kind[..], &routes, packet].concat(),
                )
            }
            Self::GrePptp => {
                let ppp = [&[0xff, 3, 0][..], &[ppp(packet)], packet].concat();
                let key = [&be16(ppp.len())[..], &[0, 5], &[0; 8]].concat();
                ip_in(
                    false,
                    47,
                    &[&[0x30, 0x81, 0x88, 0x0b], &key[..], &ppp].concat(),
                )
            }
            Self::Erspan3Ip => {
                let erspan = [0x20, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0x08, 0];
                ip_in(
                    false,
                    47,
                    &[&gre(0x22eb, true)[..], &erspan, packet].concat(),
                )
            }
            _ => return None,
        })
    }

    /// As payload of another IP packet, or behind headers of its own.
    fn ip_in_ip(self, packet: &[u8]) -> Option<Frame> {
        let inner = if is_six(packet) { 41 } else { 4 };
        Some(match self {
            Self::IpIn4 => ip_in(false, inner, packet),
            Self::IpIn6 => ip_in(true, inner, packet),
            Self::MplsInIp => ip_in(false, 137, &[&label(20, true)[..], packet].concat()),
            Self::Authenticated4 | Self::Authenticated6 => {
                let header = [&[inner, 4, 0, 0][..], &[0x55; 20]].concat();
                ip_in(
                    self == Self::Authenticated6,
                    51,
                    &[&header[..], packet].concat(),
                )
            }
            Self::Extensions6 => {
                let options = [60, 0, 1, 4, 0, 0, 0, 0]; // hop-by-hop: PadN
                let destination = [43, 1, 0, 1, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]; // Pad1, PadN
                let routing = [44, 0, 4, 0, 0, 0, 0, 0];
                let whole = [inner, 0, 0, 0, 1, 2, 3, 4]; // a fragment that is all
                let chain = [&options[..], &destination, &routing, &whole, packet].concat();
                ip_in(true, 0, &chain)
            }
            _ => return None,
        })
    }

    /// From and to stations of a wireless network.
    fn ip_in_capwap(self, packet: &[u8]) -> Option<Frame> {
        let kind = ip_type(packet);
        Some(match self {
            Self::CapwapWireless => {
                // 802.11, with the radio's address.
                let header = [0, 0x20, 0x43, 0x10, 0, 0, 0, 0, 6, 2, 0, 0, 0, 0, 0xcc, 0];
                let station = [&wireless(0x88, 0x01)[..], &[0, 0], &snap(kind)].concat();
                udp_in(5247, &[&header[..], &station, packet].concat())
            }
            Self::CapwapSwapped => {
                let mut station = wireless(0x08, 0x02);
                station.swap(0, 1);
                let header = [0, 0x10, 0x03, 0, 0, 0, 0, 0];
                udp_in(5247, &[&header, &station[..], &snap(kind), packet].concat())
            }
            _ => return None,
        })
    }

    /// User data of a mobile network.
    fn ip_in_gtp(self, packet: &[u8]) -> Option<Frame> {
        Some(match self {
            Self::Gtp => {
                let header = [&[0x30, 255][..], &be16(packet.len()), &[0, 0, 0, 1]].concat();
                udp_in(2152, &[&header[..], packet].concat())
            }
            Self::GtpSequence => {
                let length = be16(packet.len() + 4);
                let header = [&[0x32, 255][..], &length, &[0, 0, 0, 1, 0, 8, 0, 0]].concat();
                udp_in(2152, &[&header[..], packet].concat())
            }
            Self::GtpExtensions => {
                // PDU session container (0x85), then UDP port (0x40), then none.
                let extensions = [0, 0, 0, 0x85, 1, 0, 9, 0x40, 1, 8, 104, 0];
                let length = be16(packet.len() + extensions.len());
                let header = [&[0x34, 255][..], &length, &[0, 0, 0, 1], &extensions].concat();
                udp_in(2152, &[&header[..], packet].concat())
            }
            _ => return None,
        })
    }

    /// In datagrams of UDP that have a protocol of their own, by port.
    fn ip_in_udp(self, packet: &[u8]) -> Option<Frame> {
        let kind = ip_type(packet);
        let next = if is_six(packet) { 2 } else { 1 };
        Some(match self {
            Self::Lisp => udp_in(4341, &[&[0x80, 0, 0, 9, 0, 0, 0, 1], packet].concat()),
            Self::GreInUdp => udp_in(4754, &[&[0, 0], &kind[..], packet].concat()),
            Self::VxlanGpeIp => udp_in(4790, &[&[0x0c, 0, 0, next, 0, 0, 9, 0], packet].concat()),
            Self::VxlanGpeNsh => {
                let nsh = [&[0, 2, 1, next][..], &[0; 4]].concat();
                udp_in(
                    4790,
                    &[&[0x0c, 0, 0, 4, 0, 0, 9, 0], &nsh[..], packet].concat(),
                )
            }
            Self::GeneveIp => {
                let header = [&[0, 0][..], &kind, &[0, 0, 9, 0]].concat();
                udp_in(6081, &[&header[..], packet].concat())
            }
            Self::MplsInUdp => udp_in(6635, &[&label(18, true)[..], packet].concat()),
            Self::L2tp => {
                let ppp = [0xff, 3, 0, ppp(packet)];
                udp_in(1701, &[&[0, 2, 0, 1, 0, 1], &ppp[..], packet].concat())
            }
            Self::L2tpAll => {
                let header = [0x4a, 2, 0, 99, 0, 1, 0, 1, 0, 5, 0, 6, 0, 3, 1, 1, 1];
                let ppp = [0, ppp(packet)];
                udp_in(1701, &[&header, &ppp[..], packet].concat())
            }
            _ => return None,
        })
    }

    fn around_ethernet(self, frame: &[u8]) -> Option<Frame> {
        let tagged = |tag: &[u8]| Frame::Ethernet([&frame[..12], tag, &frame[12..]].concat());
        let pseudowire = |control_word: &[u8]| {
            let labels = [label(30, false), label(31, true)].concat();
            typed(0x8847, &[&labels[..], control_word, frame].concat())
        };
        Some(match self {
            Self::Ethernet => Frame::Ethernet(frame.to_vec()),
            Self::Vlan => tagged(&[0x81, 0x00, 0x60, 0x64]),
            Self::ServiceVlan => tagged(&[0x88, 0xa8, 0, 9]),
            Self::OldQinQ => tagged(&[0x91, 0x00, 0, 9]),
            Self::VnTag => tagged(&[0x89, 0x26, 0, 1, 2, 3]),
            Self::ETag => tagged(&[0x89, 0x3f, 0, 1, 2, 3, 4, 5]),
            Self::CiscoMetaData => tagged(&[0x89, 0x09, 1, 1, 0, 1, 0, 42]),
            Self::Hsr => tagged(&[0x89, 0x2f, 0, 100, 0, 1]),
            Self::MacSec => tagged(&[0x88, 0xe5, 0x00, 0, 0, 0, 0, 1]),
            Self::MacSecSci => tagged(&[0x88, 0xe5, 0x20, 0, 0, 0, 0, 1, 2, 2, 2, 2, 2, 2, 0, 1]),
            Self::AristaTimestamp48 => tagged(&[0xd2, 0x8b, 0, 1, 0, 0x20, 1, 2, 3, 4, 5, 6]),
            Self::AristaTimestamp64 => tagged(&[0xd2, 0x8b, 0, 1, 1, 0x10, 1, 2, 3, 4, 5, 6, 7, 8]),
            Self::Backbone => typed(0x88e7, &[&[0, 1, 2, 3], frame].concat()),
            Self::FabricPath => typed(0x8903, &[&[0, 0x60], frame].concat()),
            Self::Trill => {
                let header = [0x00, 0x45, 0, 1, 0, 2, 9, 9, 9, 9]; // one word of options
                typed(0x22f3, &[&header, frame].concat())
            }
            Self::MplsPseudowire => pseudowire(&[]),
            Self::MplsPseudowireControlWord => pseudowire(&[0, 0, 0x12, 0x34]),
            Self::GreBridged => ip_in(
                false,
                47,
                &[&[0x20, 0, 0x65, 0x58, 0, 0, 1, 0], frame].concat(),
            ),
            Self::Erspan1 => ip_in(false, 47, &[&gre(0x88be, false)[..], frame].concat()),
            Self::Erspan2 => {
                let erspan = [0x10, 1, 0, 1, 0, 0, 0, 0];
                ip_in(
                    false,
                    47,
                    &[&gre(0x88be, true)[..], &erspan, frame].concat(),
                )
            }
            Self::Erspan3 => {
                let erspan = [0x20, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];
                ip_in(true, 47, &[&gre(0x22eb, true)[..], &erspan, frame].concat())
            }
            Self::Erspan3Platform => {
                let erspan = [0x20, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1];
                ip_in(
                    false,
                    47,
                    &[&gre(0x22eb, true)[..], &erspan, &[7; 8], frame].concat(),
                )
            }
            Self::Eoip => {
                let header = [&[0x20, 1, 0x64, 0][..], &be16(frame.len()), &[5, 0]].concat();
                ip_in(false, 47, &[&header[..], frame].concat())
            }
            Self::EtherIp => ip_in(false, 97, &[&[0x30, 0], frame].concat()),
            Self::EthernetIn6 => ip_in(true, 143, frame),
            Self::Vxlan => udp_in(4789, &[&[8, 0, 0, 0, 0, 0, 9, 0], frame].concat()),
            Self::VxlanLinux => udp_in(8472, &[&[0x88, 0, 0, 5, 0, 0, 9, 0], frame].concat()),
            Self::VxlanGpe => udp_in(4790, &[&[0x0c, 0, 0, 3, 0, 0, 9, 0], frame].concat()),
            Self::Geneve => {
                let header = [&[2, 0, 0x65, 0x58, 0, 0, 9, 0][..], &[0; 8]].concat();
                udp_in(6081, &[&header[..], frame].concat())
            }
            Self::Capwap => udp_in(5247, &[&[0, 0x10, 0x02, 0, 0, 0, 0, 0], frame].concat()),
            Self::Tzsp => {
                // Padding, signal strength, channel, end.
                let header = [1, 0, 0, 1, 0, 10, 1, 200, 18, 1, 6, 1];
                udp_in(37008, &[&header, frame].concat())
            }
            _ => return None,
        })
    }
}

fn is_six(packet: &[u8]) -> bool {
    packet[0] >> 4 == 6
}

/// PPP's number for IPv4 or IPv6, in its short form.
fn ppp(packet: &[u8]) -> u8 {
    if is_six(packet) { 0x57 } else { 0x21 }
}

fn ip_in(six: bool, protocol: u8, payload: &[u8]) -> Frame {
    Frame::Ip(ip(six, protocol, payload))
}

fn udp_in(port: u16, payload: &[u8]) -> Frame {
    Frame::Ip(udp(false, 51_234, port, payload))
}

/// A GRE header without options, or with a sequence number.
fn gre(protocol: u16, sequenced: bool) -> Vec<u8> {
    let flags: [u8; 2] = if sequenced { [0x10, 0] } else { [0, 0] };
    let sequence: &[u8] = if sequenced { &[0, 0, 0, 9] } else { &[] };
    [&flags[..], &protocol.to_be_bytes(), sequence].concat()
}
