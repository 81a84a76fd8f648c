//! Damaged captures: all that was readable comes out, and the damage is named with its place.

use super::write::{LITTLE, packet, plain, plain_ng};
use super::{read, read_in};
use crate::source::capture::NotOpened;
use crate::source::{Damage, Fault, Looks};

fn only(damage: &[Damage]) -> &Damage {
    assert_eq!(damage.len(), 1, "{damage:?}");
    &damage[0]
}

#[test]
fn every_cut_of_a_pcap_gives_the_whole_packets_before_it() {
    let data: [(u32, &[u8]); 3] = [(1, b"one"), (2, b""), (3, b"three")];
    let whole = plain(&data);
    let ends = [24, 24 + 19, 24 + 19 + 16, whole.len()];
    for cut in 24..=whole.len() {
        let (packets, facts) = read(&whole[..cut]);
        let expected = ends.iter().filter(|end| **end <= cut).count() - 1;
        assert_eq!(packets.len(), expected, "cut at {cut}");
        assert_eq!(facts.damage.is_empty(), ends.contains(&cut), "cut at {cut}");
        for damage in &facts.damage {
            assert_eq!(damage.packets, expected as u64);
            assert_eq!(damage.offset, ends[expected] as u64);
            assert!(matches!(damage.fault, Fault::CutRecord { .. }) && damage.ends);
        }
    }
}

/// A file of a fixed size that was not filled, or a tail that a crash left.
#[test]
fn zeros_behind_the_last_packet_are_no_packets() {
    let packets: [(u32, &[u8]); 2] = [(1, b"one"), (2, b"")];
    for zeros in [16, 4096] {
        let bytes = [plain(&packets), vec![0; zeros]].concat();
        let (read, facts) = read(&bytes);
        assert_eq!(read.len(), 2);
        let damage = only(&facts.damage);
        assert_eq!((&damage.fault, damage.packets), (&Fault::Zeros, 2));
        assert!(damage.ends);
    }
    // Only one of them all is not told from a packet.
    let empty = [plain(&packets), LITTLE.words(&[0, 0, 0, 60])].concat();
    assert_eq!(read(&empty).0.len(), 3);
}

#[test]
fn every_cut_of_a_pcapng_gives_the_whole_packets_before_it() {
    let whole = plain_ng(&[(1, b"one"), (2, b"twotwo")]);
    let ends = [28, 48, 48 + 36, whole.len()];
    for cut in 4..=whole.len() {
        let (packets, facts) = read(&whole[..cut]);
        let expected = ends[1..].iter().filter(|end| **end <= cut).count();
        assert_eq!(packets.len(), expected.saturating_sub(1), "cut at {cut}");
        assert_eq!(facts.damage.is_empty(), ends.contains(&cut), "cut at {cut}");
    }
}

#[test]
fn a_header_cut_in_the_middle_is_a_damaged_capture() {
    for cut in 4..24 {
        let Err(NotOpened::Damaged(facts)) = read_in(&plain(&[])[..cut], 100) else {
            panic!("cut at {cut}");
        };
        let cut = cut as u64;
        let fault = Fault::CutHeader {
            wanted: 24,
            available: cut,
        };
        assert_eq!(only(&facts.damage).fault, fault);
    }
}

#[test]
fn a_pcapng_block_that_is_wrong_inside_is_left_out() {
    let mut overflowing = LITTLE.enhanced(0, 2, b"body", &[]);
    overflowing[20] = 200; // captured length
    let bytes = [
        plain_ng(&[(1, b"one")]),
        overflowing,
        LITTLE.enhanced(7, 3, b"of no interface", &[]),
        LITTLE.block(6, b"too short"),
        LITTLE.enhanced(0, 4, b"four", &[]),
    ]
    .concat();
    let (packets, facts) = read(&bytes);
    assert_eq!(packets.len(), 2);
    assert_eq!(packets[1].bytes, b"four");
    let faults: Vec<_> = facts.damage.iter().map(|damage| &damage.fault).collect();
    assert!(matches!(
        faults[..],
        [
            Fault::Overflow {
                captured: 200,
                room: 4
            },
            Fault::NoInterface {
                interface: 7,
                known: 1
            },
            Fault::TooShort { .. }
        ]
    ));
    assert!(facts.damage.iter().all(|damage| !damage.ends));
}

#[test]
fn lengths_that_lie_end_the_reading() {
    let lie = |length: u32| {
        let mut bytes = plain_ng(&[(1, b"one")]);
        bytes.extend(LITTLE.words(&[4, length, 0, 0, length]));
        let (packets, facts) = read(&bytes);
        assert_eq!(packets.len(), 1);
        let damage = only(&facts.damage);
        assert!(damage.ends);
        assert_eq!(damage.offset, 48 + 36);
        damage.fault.clone()
    };
    assert!(matches!(lie(0), Fault::TooShort { length: 0, .. }));
    assert!(matches!(lie(11), Fault::TooShort { .. }));
    assert!(matches!(lie(16), Fault::LengthsDiffer { .. }));
    assert!(matches!(lie(24), Fault::CutRecord { .. }));
    assert!(matches!(lie(u32::MAX), Fault::TooLong { .. }));
}

#[test]
fn a_long_record_is_accepted_where_the_file_announces_it() {
    let mut bytes = LITTLE.words(&[0xa1b2_c3d4, 0x0004_0002, 0, 0, 1 << 20, 1]);
    bytes.extend(LITTLE.record(&packet(1, 0, &vec![1; 1 << 20]), &[]));
    let (packets, facts) = read(&bytes);
    assert_eq!((packets.len(), facts.damaged), (1, 0));
}

#[test]
fn only_so_many_damages_are_kept_and_the_last_is_the_end() {
    let mut bytes = plain_ng(&[]);
    for _ in 0..50 {
        bytes.extend(LITTLE.enhanced(9, 3, b"of no interface", &[]));
    }
    bytes.extend(b"rubbish here");
    let (_, facts) = read(&bytes);
    assert_eq!(facts.damaged, 51);
    assert_eq!(facts.damage.len(), crate::source::FileFacts::DAMAGE_KEPT);
    assert!(facts.damage.last().unwrap().ends);
}

#[test]
fn what_is_no_capture_is_told() {
    let looks = |bytes: &[u8]| match read_in(bytes, 1_000) {
        Err(NotOpened::Looks(looks)) => looks,
        other => panic!("{other:?}"),
    };
    assert_eq!(looks(b""), Looks::Empty);
    assert_eq!(looks(b"12:00:01 IP a > b: tcp\n"), Looks::Text);
    assert!(matches!(looks(b"PK\x03\x04...."), Looks::Known(_)));
    let unknown = looks(&[0, 1, 2, 0xff, 4, 5, 6, 7, 8, 9]);
    assert_eq!(
        unknown.to_string(),
        "it begins with 00 01 02 ff 04 05 06 07"
    );
}

#[test]
fn messages_name_file_place_and_consequence() {
    let whole = plain(&[(1, b"one"), (2, b"two")]);
    let (_, facts) = read(&whole[..whole.len() - 1]);
    assert_eq!(
        only(&facts.damage).to_string(),
        "`memory` is damaged at byte 43, after 1 packets: the last record is cut (18 of 19 bytes); \
         was the capture copied while it was written?; what follows in this file is not read"
    );
}
