//! Links that captures come from.

use super::{CLIENT_MAC, Frame, all_of, be16, ip_type, label, snap, wireless};
use crate::packet::LinkType;

all_of! {
    /// A link that captures come from.
    Link { Ethernet, Raw, RawByVersion, Cooked, CookedVlan, Cooked2, Cooked2Vlan, Null, NullBigEndian, Loop, Ppp, PppFramed, CiscoHdlc, PppOfPppd, PppDirected, CiscoHdlcDirected, Erf, ErfExtended, ErfHdlc, Pflog, Enc, PppoeOnly, MplsOnly, Nflog, NflogBigEndian, Pktap, Wireless, RadiotapQos, RadiotapPadded, Ppi }
}

impl Link {
    /// The frame as captured on this link, and its link type. Ethernet stays Ethernet.
    pub(crate) fn capture(self, frame: Frame) -> (LinkType, Vec<u8>) {
        let Frame::Ip(packet) = frame else {
            return (LinkType(1), frame.ethernet());
        };
        let kind = ip_type(&packet);
        let six = packet[0] >> 4 == 6;
        let ppp = [0, if six { 0x57 } else { 0x21 }];
        let vlan = [&[0, 100][..], &kind].concat();
        let sll = |kind: &[u8]| [&[0, 0, 0, 1, 0, 6][..], &CLIENT_MAC, &[0, 0], kind].concat();
        let sll2 =
            |kind: &[u8]| [kind, &[0, 0, 0, 0, 0, 2, 0, 1, 0, 6], &CLIENT_MAC, &[0, 0]].concat();
        let (link, head) = match self {
            Self::Ethernet => return (LinkType(1), Frame::Ip(packet).ethernet()),
            Self::Raw => (101, vec![]),
            Self::RawByVersion => (if six { 229 } else { 228 }, vec![]),
            Self::Cooked => (113, sll(&kind)),
            Self::CookedVlan => (113, [&sll(&[0x81, 0])[..], &vlan].concat()),
            Self::Cooked2 => (276, sll2(&kind)),
            Self::Cooked2Vlan => (276, [&sll2(&[0x81, 0])[..], &vlan].concat()),
            Self::Null => (0, vec![if six { 30 } else { 2 }, 0, 0, 0]),
            Self::NullBigEndian => (0, vec![0, 0, 0, if six { 24 } else { 2 }]),
            Self::Loop => (108, vec![0, 0, 0, if six { 24 } else { 2 }]),
            Self::Ppp => (9, ppp.to_vec()),
            Self::PppFramed => (50, [&[0xff, 3][..], &ppp].concat()),
            Self::CiscoHdlc => (104, [&[0x0f, 0][..], &kind].concat()),
            Self::PppOfPppd => (166, [&[1, 3][..], &ppp].concat()),
            Self::PppDirected => (204, [&[0, 0xff, 3][..], &ppp].concat()),
            Self::CiscoHdlcDirected => (205, [&[1, 0x0f, 0][..], &kind].concat()),
            Self::Erf | Self::ErfExtended => {
                let frame = Frame::Ip(packet.clone()).ethernet();
                let extended = self == Self::ErfExtended;
                let more: &[u8] = if extended {
                    &[0x83, 0, 0, 0, 0, 0, 0, 1, 0x04, 0, 0, 0, 0, 0, 0, 2]
                } else {
                    &[]
                };
                let head = erf(if extended { 0x82 } else { 2 }, more, frame.len(), 2);
                let ethernet = &frame[..frame.len() - packet.len()];
                (197, [&head, &[0, 0][..], ethernet].concat())
            }
            Self::ErfHdlc => {
                let cisco = [&[0x0f, 0][..], &kind].concat();
                (197, [erf(1, &[], packet.len() + 4, 0), cisco].concat())
            }
            // 61 bytes as OpenBSD and FreeBSD have them, then up to a multiple of four.
            Self::Pflog => (117, [&[61, 2, 0, 0][..], b"em0", &[0; 57]].concat()),
            Self::Enc => (109, [&[2, 0, 0, 0][..], &[0; 8]].concat()),
            Self::PppoeOnly => (
                51,
                [&[0x11, 0, 0, 1][..], &be16(packet.len() + 2), &ppp].concat(),
            ),
            Self::MplsOnly => (219, label(50, true).to_vec()),
            Self::Nflog => {
                // Family, version, group; packet header (type 1, 8 bytes), prefix (type 10, 5 padded to 8), payload.
                let mut head = vec![if six { 10 } else { 2 }, 0, 0, 30];
                head.extend([12, 0, 1, 0, 8, 0, 0, 0, 0, 0, 0, 0]);
                head.extend([5, 0, 10, 0, 0, 0, 0, 0]);
                head.extend(((packet.len() + 4) as u16).to_le_bytes());
                head.extend([9, 0]);
                (239, head)
            }
            Self::NflogBigEndian => {
                let mut head = vec![if six { 10 } else { 2 }, 0, 0, 30];
                head.extend([0, 12, 0, 1, 8, 0, 0, 0, 0, 0, 0, 0]);
                head.extend(be16(packet.len() + 4));
                head.extend([0, 9]);
                (239, head)
            }
            Self::Pktap => {
                let mut head = [&[108, 0, 0, 0, 1, 0, 0, 0, 12, 0, 0, 0][..], &[0; 96]].concat();
                head[12] = b'l';
                (258, head)
            }
            Self::Wireless => (105, [&wireless(0x08, 0x01)[..], &snap(kind)].concat()),
            Self::RadiotapQos => {
                // Flags (0x10: FCS at the end), rate; no timestamp.
                let radiotap = [0, 0, 10, 0, 0x06, 0, 0, 0, 0x10, 2];
                let qos = [&wireless(0x88, 0x02)[..], &[0, 0], &snap(kind)].concat();
                (127, [&radiotap, &qos[..]].concat())
            }
            Self::RadiotapPadded => {
                // Two presence words, alignment, timestamp, flags (0x20: padded).
                let presence = [0x03, 0, 0, 0x80, 0, 0, 0, 0];
                let radiotap = [&[0, 0, 25, 0][..], &presence, &[0; 4], &[1; 8], &[0x20]].concat();
                let qos = [&wireless(0x88, 0x01)[..], &[0, 0], &[0, 0], &snap(kind)].concat();
                (127, [radiotap, qos].concat())
            }
            Self::Ppi => {
                let ppi = [0, 0, 12, 0, 105, 0, 0, 0, 9, 9, 9, 9];
                (192, [&ppi, &wireless(0x08, 0x00)[..], &snap(kind)].concat())
            }
        };
        (LinkType(link), [head, packet].concat())
    }
}

/// Time, type, flags, length of the record, losses, length on the wire, extension headers.
fn erf(kind: u8, extensions: &[u8], on_wire: usize, padding: usize) -> Vec<u8> {
    let record = be16(16 + extensions.len() + padding + on_wire);
    let head = [&[0; 8][..], &[kind, 4], &record, &[0, 0], &be16(on_wire)];
    [&head.concat(), extensions].concat()
}
