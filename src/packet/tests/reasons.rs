//! Why frames go no further.

use super::super::frames::{self, Frame};
use super::*;

#[test]
fn what_is_not_followed_has_its_reason() {
    use NotFollowed as N;
    let ethernet = |kind: u16, payload: &[u8]| frames::typed(kind, payload).ethernet();
    let ip = |protocol: u8| Frame::Ip(frames::ip(false, protocol, &[0; 40])).ethernet();
    let tcp = Frame::Ip(frames::tcp(false, 50_000, 443, 1, b"x")).ethernet();
    let stp = [0x42, 0x42, 3, 0, 0, 0, 0, 0];
    let cdp = [0xaa, 0xaa, 3, 0, 0, 0x0c, 0x20, 0];
    let cases: [(N, Vec<u8>); 19] = [
        (N::PortNotWatched, tcp),
        (
            N::PortNotWatched,
            Frame::Ip(frames::udp(false, 443, 50_000, b"")).ethernet(),
        ),
        (N::Arp, ethernet(0x0806, &[0; 28])),
        (N::EtherType, ethernet(0x88cc, &[0; 28])),
        (N::Llc, ethernet(8, &stp)),
        (N::Llc, ethernet(8, &cdp)),
        (N::Icmp, ip(1)),
        (N::Icmp, Frame::Ip(frames::ip(true, 58, &[0; 8])).ethernet()),
        (N::IpProtocol, ip(89)),
        (N::Esp, ip(50)),
        (
            N::EncryptedLink,
            ethernet(0x88e5, &[0x2c, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]),
        ),
        (
            N::TunnelControl,
            ethernet(0x8864, &[0x11, 0xa7, 0, 0, 0, 0]),
        ),
        (
            N::PppProtocol,
            ethernet(0x8864, &[0x11, 0, 0, 1, 0, 4, 0xc0, 0x21, 9, 9]),
        ),
        (
            N::TunnelControl,
            Frame::Ip(frames::ip(false, 47, &[0x20, 1, 0x64, 0, 0, 0, 1, 0])).ethernet(),
        ),
        // VXLAN without a valid identifier, Geneve of another version, a GTP-U echo: ordinary UDP.
        (
            N::PortNotWatched,
            Frame::Ip(frames::udp(false, 50_000, 4789, &[0; 60])).ethernet(),
        ),
        (
            N::PortNotWatched,
            Frame::Ip(frames::udp(false, 50_000, 6081, &[0x40; 60])).ethernet(),
        ),
        (
            N::PortNotWatched,
            Frame::Ip(frames::udp(false, 2152, 2152, &[0x32, 1, 0, 4])).ethernet(),
        ),
        (
            N::TunnelControl,
            ethernet(0x8847, &[0, 0, 0xd1, 64, 0x10, 0, 0, 0x07, 1, 2]),
        ),
        (
            N::TooDeep,
            [&ethernet(0x8100, &[])[..], &[0, 1, 0x81, 0].repeat(100)].concat(),
        ),
    ];
    for (reason, bytes) in cases {
        assert_eq!(
            look(LinkType::ETHERNET, &bytes),
            Decoded::NotFollowed(reason)
        );
    }
    assert_eq!(
        look(LinkType(147), &[0; 99]),
        Decoded::NotFollowed(N::LinkType)
    );
    // A beacon, then a protected data frame.
    assert_eq!(
        look(LinkType::IEEE802_11, &[0x80; 40]),
        Decoded::NotFollowed(N::Wireless)
    );
    let protected = [&[0x08, 0x41][..], &[0; 40]].concat();
    assert_eq!(
        look(LinkType::IEEE802_11, &protected),
        Decoded::NotFollowed(N::EncryptedLink)
    );
}

#[test]
fn what_is_malformed_has_its_reason() {
    use Malformed as M;
    let good = frames::tcp(false, 50_000, 25, 1, b"hello");
    let with = |at: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes[at] = byte;
        bytes
    };
    let cases: [(M, Vec<u8>); 8] = [
        (M::IpVersion, with(0, 0x55)),
        (M::Ipv4HeaderLength, with(0, 0x44)),
        (M::Ipv4TotalLength, with(3, 19)),
        (M::TcpDataOffset, with(32, 0x40)),
        (M::TcpDataOffset, with(32, 0x70)),
        (M::TcpHeader, with(3, 30)),
        (M::Ipv4Header, good[..19].to_vec()),
        (
            M::UdpLength,
            frames::ip(true, 17, &[0, 53, 0, 99, 0, 7, 0, 0]),
        ),
    ];
    for (reason, bytes) in cases {
        assert_eq!(look(LinkType::RAW, &bytes), Decoded::Malformed(reason));
    }
    assert_eq!(
        look(LinkType::ETHERNET, &[0; 13]),
        Decoded::Malformed(M::EthernetHeader)
    );
    let tag = [&[0; 12][..], &[0x81, 0, 0, 1]].concat();
    assert_eq!(look(LinkType::ETHERNET, &tag), Decoded::Malformed(M::Tag));
}
