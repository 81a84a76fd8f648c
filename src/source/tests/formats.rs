//! The formats' fields, each asserted against the text of its description.

use super::write::{BIG, LITTLE, Writer, packet, plain};
use super::{Seen, read};
use crate::packet::LinkType;
use crate::source::{Drops, FileFacts, Interface};

const S: u64 = 1_000_000_000;

fn times(packets: &[Seen]) -> Vec<u64> {
    packets.iter().map(|packet| packet.time).collect()
}

#[test]
fn magics_say_unit_and_order() {
    let kuznetzov = [0; 8];
    let variants: [(u32, u64, &[u8], &[u8]); 5] = [
        (0xa1b2_c3d4, 1_000, &[], &[]),
        (0xa1b2_3c4d, 1, &[], &[]),
        (0xa1b2_cd34, 1_000, &[], &kuznetzov),
        (0x1c00_01ac, 1_000, &[9; 4], &[]),
        (0x1c00_01ab, 1_000, &[9; 4], &[]),
    ];
    for (magic, unit, after_header, after_record) in variants {
        for writer in [LITTLE, BIG] {
            let mut bytes = writer.pcap(magic, (2, 4), 1);
            bytes.extend(after_header);
            bytes.extend(writer.record(&packet(5, 7, b"one"), after_record));
            bytes.extend(writer.record(&packet(6, 8, b"two."), after_record));
            let (packets, facts) = read(&bytes);
            assert_eq!(times(&packets), [5 * S + 7 * unit, 6 * S + 8 * unit]);
            assert_eq!(packets[0].bytes, b"one");
            assert_eq!(packets[1].bytes, b"two.");
            assert!(facts.damage.is_empty(), "{magic:x}: {:?}", facts.damage);
        }
    }
}

#[test]
fn link_types_have_sixteen_bits() {
    // Bits 28 to 31 are the length of the frame check sequence, bit 26 says that it counts (draft-ietf-opsawg-pcap section 4).
    let mut bytes = LITTLE.pcap(0xa1b2_c3d4, (2, 4), 0x2400_0001);
    bytes.extend(LITTLE.record(&packet(1, 0, b"x"), &[]));
    assert_eq!(read(&bytes).0[0].link, 1);
}

#[test]
fn cut_packets_keep_their_original_length() {
    let mut cut = packet(1, 0, b"short");
    cut.original = 1_500;
    let bytes = [plain(&[]), LITTLE.record(&cut, &[])].concat();
    let (packets, facts) = read(&bytes);
    assert_eq!((packets[0].original, packets[0].bytes.len()), (1_500, 5));
    assert_eq!((facts.packets, facts.bytes), (1, 5));
}

#[test]
fn a_packet_longer_than_a_block_is_whole() {
    let data = vec![7; 250_000];
    let mut bytes = plain(&[(1, b"small")]);
    bytes.extend(LITTLE.record(&packet(2, 0, &data), &[]));
    bytes.extend(LITTLE.record(&packet(3, 0, b"small"), &[]));
    let (packets, _) = super::read_in(&bytes, 1_000).unwrap();
    assert_eq!(packets.len(), 3);
    assert_eq!(packets[1].bytes, data);
}

#[test]
fn interfaces_have_link_types_and_clocks_of_their_own() {
    for writer in [LITTLE, BIG] {
        let nanoseconds = writer.option(9, &[9]);
        let an_hour_on = writer.option(14, &writer.u64(3_600));
        let bytes = [
            writer.section(),
            writer.interface(1, 0, &[writer.option(2, b"eth0")]),
            writer.interface(
                101,
                0,
                &[nanoseconds, an_hour_on, writer.option(3, b"tunnel")],
            ),
            writer.enhanced(0, 5_000_007, b"one", &[]),
            writer.enhanced(1, 5, b"two", &[]),
        ]
        .concat();
        let (packets, facts) = read(&bytes);
        assert_eq!(times(&packets), [5 * S + 7_000, 3_600 * S + 5]);
        assert_eq!((packets[0].link, packets[1].link), (1, 101));
        let interface = |name: &str, link| Interface {
            name: Some(name.to_owned()),
            link: LinkType(link),
        };
        assert_eq!(
            facts.interfaces,
            [interface("eth0", 1), interface("tunnel", 101)]
        );
    }
}

#[test]
fn sections_begin_anew_in_their_own_order() {
    let part = |writer: Writer, link, ticks| {
        [
            writer.section(),
            writer.interface(link, 0, &[]),
            writer.enhanced(0, ticks, b"data", &[]),
        ]
        .concat()
    };
    let bytes = [part(LITTLE, 1, 1), part(BIG, 113, 2), part(LITTLE, 1, 3)].concat();
    let (packets, facts) = read(&bytes);
    assert_eq!(times(&packets), [1_000, 2_000, 3_000]);
    let links: Vec<_> = packets.iter().map(|packet| packet.link).collect();
    assert_eq!(links, [1, 113, 1]);
    assert_eq!(facts.interfaces.len(), 2);
}

#[test]
fn simple_packets_take_the_time_before_and_the_snapshot_length() {
    let bytes = [
        LITTLE.section(),
        LITTLE.interface(1, 6, &[]),
        LITTLE.simple(100, b"first."),
        LITTLE.enhanced(0, 9, b"x", &[]),
        LITTLE.simple(3, b"abc"),
    ]
    .concat();
    let (packets, facts) = read(&bytes);
    assert_eq!(times(&packets), [0, 9_000, 9_000]);
    assert_eq!(
        (packets[0].original, packets[0].bytes.as_slice()),
        (100, &b"first."[..])
    );
    assert_eq!(packets[2].bytes, b"abc");
    assert!(facts.damage.is_empty());
}

#[test]
fn drops_are_told_in_three_places() {
    let count = |value| LITTLE.u64(value);
    let mut statistics = LITTLE.words(&[0, 0, 0]);
    statistics.extend(LITTLE.option(5, &count(10)));
    statistics.extend(LITTLE.option(7, &count(20)));
    let bytes = [
        LITTLE.section(),
        LITTLE.interface(1, 0, &[]),
        LITTLE.enhanced(
            0,
            1,
            b"abc",
            &[LITTLE.option(1, b"comment"), LITTLE.option(4, &count(3))],
        ),
        LITTLE.obsolete(0, 2, 2, b"abc"),
        LITTLE.obsolete(0, 0xffff, 3, b"not known"),
        LITTLE.block(5, &statistics),
        LITTLE.section(),
        LITTLE.interface(1, 0, &[]),
        LITTLE.block(5, &statistics),
    ]
    .concat();
    let (packets, facts) = read(&bytes);
    assert_eq!(packets.len(), 3);
    let told = Drops {
        interface: 20,
        system: 40,
        told_by_packets: 5,
    };
    assert_eq!(facts.drops, told);
}

#[test]
fn blocks_that_are_no_packets_are_passed_over() {
    // Name resolution, secrets, custom (both kinds), and a type that nobody has described.
    let others = [4, 10, 0xbad, 0x4000_0bad, 0x8000_0001]
        .map(|kind| LITTLE.block(kind, b"whatever it holds"));
    let bytes = [
        LITTLE.section(),
        LITTLE.interface(1, 0, &[]),
        others.concat(),
        LITTLE.enhanced(0, 1, b"here", &[]),
    ]
    .concat();
    let (packets, facts) = read(&bytes);
    assert_eq!(packets.len(), 1);
    assert_eq!(facts.damaged, 0);
}

#[test]
fn more_interfaces_than_are_kept_still_have_their_link_types() {
    let mut bytes = LITTLE.section();
    for number in 0..300u16 {
        bytes.extend(LITTLE.interface(number, 0, &[]));
    }
    bytes.extend(LITTLE.enhanced(299, 1, b"x", &[]));
    let (packets, facts) = read(&bytes);
    assert_eq!(packets[0].link, 299);
    assert_eq!(facts.interfaces.len(), FileFacts::INTERFACES_KEPT);
}

#[test]
fn long_names_are_cut_at_a_character() {
    let name = "ä".repeat(400);
    let bytes = [
        LITTLE.section(),
        LITTLE.interface(1, 0, &[LITTLE.option(2, name.as_bytes())]),
    ]
    .concat();
    let (_, facts) = read(&bytes);
    let name = facts.interfaces[0].name.clone().unwrap();
    assert!(name.len() <= crate::session::MAX_STRING);
    assert!(name.ends_with("ä…"));
}

#[test]
fn snoop_records_are_padded() {
    // RFC 1761: version 2, datalink 4 is Ethernet; record fields original, included, record length, drops, seconds, micros.
    let mut bytes = b"snoop\0\0\0".to_vec();
    bytes.extend(BIG.words(&[2, 4]));
    bytes.extend(BIG.words(&[60, 5, 24 + 8, 0, 9, 1]));
    bytes.extend(b"five.\0\0\0");
    bytes.extend(BIG.words(&[4, 4, 24 + 4, 0, 10, 0]));
    bytes.extend(b"four");
    let (packets, facts) = read(&bytes);
    assert_eq!(times(&packets), [9 * S + 1_000, 10 * S]);
    assert_eq!((packets[0].link, packets[0].original), (1, 60));
    assert_eq!(packets[0].bytes, b"five.");
    assert_eq!(packets[1].bytes, b"four");
    assert!(facts.damage.is_empty());
}
