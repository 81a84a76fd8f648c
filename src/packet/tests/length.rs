//! How much of a segment there is, and whether its checksum can be known.

use super::super::frames;
use super::*;

#[test]
fn a_cut_capture_is_not_malformed() {
    let whole = frames::tcp(false, 50_000, 25, 1, &[b'x'; 1000]);
    let cut = |length: usize| decode(LinkType::RAW, &whole[..length], 1040, &interest());
    for length in 0..40 {
        assert_eq!(
            cut(length),
            Decoded::NotFollowed(NotFollowed::CutBySnaplen),
            "{length}"
        );
    }
    let Decoded::Tcp(tcp) = cut(96) else {
        panic!("no TCP")
    };
    assert_eq!((tcp.captured, tcp.length), (56, 1000));
    // The capture kept the options out: 24 bytes of header, of which 20 are there.
    let mut options = frames::ip(false, 6, &[&whole[20..40], &[1; 4], b"data"].concat());
    options[32] = 0x60;
    let decoded = decode(LinkType::RAW, &options[..40], 48, &interest());
    let Decoded::Tcp(tcp) = decoded else {
        panic!("no TCP")
    };
    assert_eq!(
        (tcp.captured, tcp.length, tcp.data(&options[..40])),
        (0, 4, &[][..])
    );
}

#[test]
fn lengths_come_from_ip_or_from_the_frame() {
    let packet = frames::tcp(false, 50_000, 25, 1, b"1234");
    let lengths =
        |bytes: &[u8], original: u32| match decode(LinkType::RAW, bytes, original, &interest()) {
            Decoded::Tcp(tcp) => (tcp.captured, tcp.length),
            other => panic!("{other:?}"),
        };
    // Padding and checksum of the link behind the packet.
    assert_eq!(lengths(&[&packet[..], &[0; 9]].concat(), 53), (4, 4));
    // A mirror that slices frames says less than the packet's own length.
    assert_eq!(lengths(&packet[..42], 42), (2, 4));
    // Segments that a card will cut have a total length of 0.
    let mut offloaded = packet.clone();
    offloaded[2..4].copy_from_slice(&[0, 0]);
    assert_eq!(lengths(&offloaded, 44), (4, 4));
    assert_eq!(lengths(&offloaded, 70_000), (4, 69_960));
}

#[test]
fn a_replaced_address_leaves_the_checksum_unknown() {
    let packet = frames::tcp(true, 50_000, 25, 1, b"x");
    let checksum = |header: &[u8], next: u8| {
        let bytes = frames::ip(true, next, &[header, &packet[40..]].concat());
        match look(LinkType::RAW, &bytes) {
            Decoded::Tcp(tcp) => tcp.checksum(&bytes),
            other => panic!("{other:?}"),
        }
    };
    let home = [&[6, 2, 1, 2, 0, 0, 0xc9, 16][..], &[0xfd; 16]].concat();
    assert_eq!(checksum(&home, 60), checksum::Checksum::Unknown);
    assert_eq!(
        checksum(&[6, 0, 0, 1, 0, 0, 0, 0], 43),
        checksum::Checksum::Unknown
    );
    assert_eq!(
        checksum(&[6, 0, 0, 0, 0, 0, 0, 0], 43),
        checksum::Checksum::Good
    );
    // Loose source route with one address to go (RFC 791).
    let four = frames::tcp(false, 50_000, 25, 1, b"x");
    let route = [131, 7, 4, 9, 9, 9, 9, 0];
    let mut routed = [&four[..20], &route, &four[20..]].concat();
    (routed[0], routed[3]) = (0x47, routed.len() as u8);
    let Decoded::Tcp(tcp) = look(LinkType::RAW, &routed) else {
        panic!("no TCP")
    };
    assert!(!tcp.plain_addresses);
    // Inside a tunnel, the addresses are the inner ones again.
    let tunnelled = frames::ip(true, 60, &[&[41, 2], &home[2..], &packet].concat());
    let Decoded::Tcp(tcp) = look(LinkType::RAW, &tunnelled) else {
        panic!("no TCP")
    };
    assert_eq!(tcp.checksum(&tunnelled), checksum::Checksum::Good);
}
