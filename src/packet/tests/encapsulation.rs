//! The segment inside is the same, whatever is around it.

use super::super::frames::{self, CLIENT_MAC, Frame, Link, SERVER_MAC, Wrap};
use super::*;

#[test]
fn a_segment_is_read_as_it_was_written() {
    let packet = frames::tcp(false, 50_000, 25, 0x8123_4567, b"EHLO a\r\n");
    let Decoded::Tcp(tcp) = look(LinkType::RAW, &packet) else {
        panic!("no TCP");
    };
    assert_eq!(tcp.addresses.source().to_string(), "10.1.2.3");
    assert_eq!(tcp.addresses.destination().to_string(), "52.101.8.44");
    assert_eq!((tcp.source_port, tcp.destination_port), (50_000, 25));
    assert_eq!((tcp.seq, tcp.ack, tcp.window), (0x8123_4567, 77, 0x1234));
    assert_eq!(tcp.flags, TcpFlags::ACK);
    assert_eq!(
        (tcp.header, tcp.payload, tcp.captured, tcp.length),
        (20, 40, 8, 8)
    );
    assert_eq!(tcp.data(&packet), b"EHLO a\r\n");
    assert_eq!(tcp.checksum(&packet), checksum::Checksum::Good);
}

#[test]
fn every_encapsulation_gives_the_segment_inside() {
    for six in [false, true] {
        let packet = frames::tcp(six, 25, 50_000, 7, b"220 mail ready\r\n");
        for wrap in Wrap::ALL {
            let bytes = wrap.around(Frame::Ip(packet.clone())).ethernet();
            let decoded = look(LinkType::ETHERNET, &bytes);
            assert_eq!(essence(&decoded, &bytes), bare(&packet), "{wrap:?} {six}");
            assert!(
                may_matter(LinkType::ETHERNET, &bytes, &interest()),
                "{wrap:?} {six}"
            );
        }
    }
}

#[test]
fn every_link_gives_the_segment_inside() {
    for six in [false, true] {
        let packet = frames::tcp(six, 50_000, 587, 7, b"STARTTLS\r\n");
        for link in Link::ALL {
            let (kind, bytes) = link.capture(Frame::Ip(packet.clone()));
            let decoded = look(kind, &bytes);
            assert_eq!(essence(&decoded, &bytes), bare(&packet), "{link:?} {six}");
            assert!(may_matter(kind, &bytes, &interest()), "{link:?} {six}");
        }
    }
}

#[test]
fn link_layer_addresses_are_those_beside_the_packet() {
    let macs = |link: LinkType, bytes: &[u8]| match look(link, bytes) {
        Decoded::Tcp(tcp) => (tcp.macs.source(bytes), tcp.macs.destination(bytes)),
        other => panic!("{other:?}"),
    };
    let packet = frames::tcp(false, 50_000, 25, 7, b"");
    let both = (Some(CLIENT_MAC), Some(SERVER_MAC));
    // Of the frame itself, also behind tags; of the inner frame, where a tunnel carries one.
    for wrap in [
        Wrap::Ethernet,
        Wrap::Vlan,
        Wrap::Snap,
        Wrap::Erspan2,
        Wrap::Vxlan,
        Wrap::Backbone,
        Wrap::Capwap,
        Wrap::CapwapWireless,
        Wrap::CapwapSwapped,
    ] {
        let bytes = wrap.around(Frame::Ip(packet.clone())).ethernet();
        assert_eq!(macs(LinkType::ETHERNET, &bytes), both, "{wrap:?}");
    }
    // Of nobody, where IP comes straight out of a tunnel.
    for wrap in [Wrap::Gre, Wrap::IpIn4, Wrap::Gtp, Wrap::GeneveIp] {
        let bytes = wrap.around(Frame::Ip(packet.clone())).ethernet();
        assert_eq!(macs(LinkType::ETHERNET, &bytes), (None, None), "{wrap:?}");
    }
    for link in [
        Link::Wireless,
        Link::RadiotapQos,
        Link::RadiotapPadded,
        Link::Ppi,
    ] {
        let (kind, bytes) = link.capture(Frame::Ip(packet.clone()));
        assert_eq!(macs(kind, &bytes), both, "{link:?}");
    }
    for link in [Link::Cooked, Link::CookedVlan, Link::Cooked2] {
        let (kind, bytes) = link.capture(Frame::Ip(packet.clone()));
        assert_eq!(macs(kind, &bytes), (Some(CLIENT_MAC), None), "{link:?}");
    }
}

#[test]
fn teredo_carries_ipv6_behind_its_indications() {
    let packet = frames::tcp(true, 50_000, 25, 1, b"x");
    let authentication = [&[0, 1, 2, 3][..], &[7; 2 + 3 + 8 + 1]].concat();
    let origin = [0, 0, 0x12, 0x34, 1, 2, 3, 4];
    for head in [
        vec![],
        authentication.clone(),
        origin.to_vec(),
        [&authentication[..], &origin].concat(),
    ] {
        let bytes = frames::udp(false, 3544, 50_001, &[&head[..], &packet].concat());
        assert_eq!(essence(&look(LinkType::RAW, &bytes), &bytes), bare(&packet));
    }
}

#[test]
fn of_capwap_only_whole_frames_in_clear_are_opened() {
    let frame = Frame::Ip(frames::tcp(false, 50_000, 25, 1, b"x")).ethernet();
    let with = |header: [u8; 8]| {
        let bytes = frames::udp(false, 50_001, 5247, &[&header[..], &frame].concat());
        look(LinkType::RAW, &bytes)
    };
    assert!(matches!(with([0, 0x10, 2, 0, 0, 0, 0, 0]), Decoded::Tcp(_)));
    // In DTLS; a fragment; a keep-alive; a header that is said to be shorter than it is.
    for other in [
        [1, 0x10, 2, 0, 0, 0, 0, 0],
        [0, 0x10, 2, 0x80, 0, 1, 0, 0],
        [0, 0x10, 2, 0x08, 0, 0, 0, 0],
        [0, 0x08, 2, 0, 0, 0, 0, 0],
    ] {
        let expected = Decoded::NotFollowed(NotFollowed::PortNotWatched);
        assert_eq!(with(other), expected, "{other:?}");
    }
}

#[test]
fn below_labels_the_reading_that_fits_wins() {
    let below =
        |payload: &[u8]| frames::typed(0x8847, &[&[0, 1, 1, 64], payload].concat()).ethernet();
    // Sources in 129.0.0.0/16 look like a tag's EtherType where a frame would have it.
    let mut packet = frames::tcp(false, 50_000, 25, 1, b"x");
    packet[12..16].copy_from_slice(&[0x81, 0x00, 1, 2]);
    packet[10..12].copy_from_slice(&[0, 0]);
    let header = etherparse::Ipv4Header::from_slice(&packet).unwrap().0;
    packet[10..12].copy_from_slice(&header.calc_header_checksum().to_be_bytes());
    let bytes = below(&packet);
    let Decoded::Tcp(tcp) = look(LinkType::ETHERNET, &bytes) else {
        panic!("no TCP")
    };
    assert_eq!(tcp.addresses.source().to_string(), "129.0.1.2");
    // Frames to cards whose numbers begin like IPv4, IPv6, an associated channel, or a control word.
    let packet = frames::tcp(false, 50_000, 25, 1, &[b'x'; 999]);
    for first in [0x44, 0x45, 0x60, 0x10, 0x00, 0xa0] {
        let mut frame = Frame::Ip(packet.clone()).ethernet();
        frame[..6].copy_from_slice(&[first, 0, 0x02, 0x11, 0x22, 0x33]);
        for control_word in [&[][..], &[0, 0, 0, 1]] {
            let bytes = below(&[control_word, &frame].concat());
            let decoded = look(LinkType::ETHERNET, &bytes);
            assert_eq!(
                essence(&decoded, &bytes),
                bare(&packet),
                "{first:02x} {control_word:?}"
            );
        }
    }
}
