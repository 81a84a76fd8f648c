//! Packets in pieces.

use proptest::prelude::*;
use proptest::sample::select;

use super::super::frames::{self, CLIENT_MAC, Frame, SERVER_MAC, Wrap};
use super::*;
use crate::time::{SECOND, Timestamp};

/// Decodes, and puts fragments together, until there is something else.
fn follow(defragmenter: &mut Defragmenter, time: u64, link: LinkType, bytes: &[u8]) -> String {
    let time = Timestamp(time);
    let mut decoded = look(link, bytes);
    let mut bytes = bytes.to_vec();
    while let Decoded::Fragment(fragment) = decoded {
        match defragmenter.push(time, &bytes, &fragment) {
            Some(whole) => {
                decoded = whole.decode(&interest());
                bytes = whole.bytes().to_vec();
            }
            None => return String::new(),
        }
    }
    essence(&decoded, &bytes)
}

/// Every answer that the frames give, one after the other.
fn follow_all(defragmenter: &mut Defragmenter, frames: &[Vec<u8>]) -> Vec<String> {
    let answers = frames
        .iter()
        .map(|frame| follow(defragmenter, 0, LinkType::RAW, frame));
    answers.filter(|answer| !answer.is_empty()).collect()
}

#[test]
fn link_layer_addresses_survive_fragmentation() {
    let packet = frames::tcp(true, 50_000, 25, 1, &[b'x'; 99]);
    let mut defragmenter = Defragmenter::default();
    let mut found = None;
    for piece in frames::fragments(&packet, 1, 48).into_iter().rev() {
        let bytes = Frame::Ip(piece).ethernet();
        let Decoded::Fragment(fragment) = look(LinkType::ETHERNET, &bytes) else {
            panic!()
        };
        found = found.or(defragmenter.push(Timestamp(0), &bytes, &fragment));
    }
    let whole = found.unwrap();
    let Decoded::Tcp(tcp) = whole.decode(&interest()) else {
        panic!("no TCP")
    };
    assert_eq!(tcp.macs.source(whole.bytes()), Some(CLIENT_MAC));
    assert_eq!(tcp.macs.destination(whole.bytes()), Some(SERVER_MAC));
}

#[test]
fn the_first_copy_of_a_byte_wins() {
    let packet = frames::tcp(false, 50_000, 25, 1, &[b'a'; 60]);
    let (header, payload) = packet.split_at(20);
    let other = [b'b'; 32];
    let piece = |offset: u16, more, data: &[u8]| frames::fragment(header, 5, offset, more, data);
    let mut defragmenter = Defragmenter::default();
    let answers = follow_all(
        &mut defragmenter,
        &[
            piece(24, true, &payload[24..48]),
            piece(32, true, &other),
            piece(0, true, &payload[..24]),
            piece(64, false, &payload[64..]),
        ],
    );
    assert!(
        answers[0].contains("62, 62, 62"),
        "bytes 48 to 64 are the other copy's"
    );
    assert_eq!(defragmenter.counters().conflicts, 1);
    assert_eq!(defragmenter.counters().finished, 1);
}

#[test]
fn a_late_copy_does_not_begin_another_packet() {
    let one = frames::fragments(&frames::tcp(false, 50_000, 25, 1, &[b'a'; 60]), 5, 40);
    let two = frames::fragments(&frames::tcp(false, 50_000, 25, 99, &[b'b'; 60]), 5, 40);
    let mut defragmenter = Defragmenter::default();
    // A mirror of two ports delivers everything twice; then the identification comes round again.
    let frames = [&one[0], &one[1], &one[0], &one[1], &two[1], &two[0]].map(Clone::clone);
    assert_eq!(follow_all(&mut defragmenter, &frames).len(), 2);
    let counters = defragmenter.counters();
    assert_eq!(
        (counters.duplicates, counters.conflicts, counters.finished),
        (2, 0, 2)
    );
}

#[test]
fn what_never_ends_is_given_up() {
    let pieces = frames::fragments(&frames::tcp(false, 50_000, 25, 1, &[b'a'; 60]), 5, 40);
    let mut defragmenter = Defragmenter::default();
    let mut at = |time: u64, n: usize| follow(&mut defragmenter, time, LinkType::RAW, &pieces[n]);
    assert_eq!(at(100 * SECOND, 0), "");
    assert_eq!(at(131 * SECOND, 1), "", "the first piece is 31 s old");
    assert_ne!(
        at(110 * SECOND, 0),
        "",
        "time may run backwards, by less than the age"
    );
    let pieces = frames::fragments(&frames::tcp(false, 50_000, 25, 1, &[b'a'; 60]), 6, 40);
    let mut at = |time: u64, n: usize| follow(&mut defragmenter, time, LinkType::RAW, &pieces[n]);
    assert_eq!(at(100 * SECOND, 0), "");
    assert_eq!(at(60 * SECOND, 1), "", "40 s backwards is another packet");
    assert_eq!(defragmenter.counters().expired, 2);
    assert_eq!(defragmenter.counters().alone, 2);
    defragmenter.finish();
    assert_eq!(defragmenter.counters().alone, 3, "what is left at the end");
    assert_eq!(defragmenter.held(), 0);
}

#[test]
fn a_cut_fragment_leaves_its_packet_cut() {
    let packet = frames::tcp(false, 50_000, 25, 1, &[b'a'; 108]);
    let pieces = frames::fragments(&packet, 5, 64);
    let mut defragmenter = Defragmenter::default();
    let mut found = None;
    for (piece, kept) in [(&pieces[0], 60), (&pieces[1], 84)] {
        let original = piece.len() as u32;
        let decoded = decode(LinkType::RAW, &piece[..kept], original, &interest());
        let Decoded::Fragment(fragment) = decoded else {
            panic!("{decoded:?}")
        };
        found = found.or(defragmenter.push(Timestamp(0), &piece[..kept], &fragment));
    }
    let Decoded::Tcp(tcp) = found.unwrap().decode(&interest()) else {
        panic!("no TCP")
    };
    // 60 bytes less 20 of IP and 20 of TCP; what the second piece brought comes after the hole.
    assert_eq!((tcp.captured, tcp.length), (20, 108));
}

/// RFC 791 section 3.2: links carry at least 68 octets, so no packet need come in more than 1,365 fragments.
#[test]
fn a_packet_of_too_many_fragments_is_given_up() {
    let header = frames::ip(false, 6, &[]);
    let others = |numbers: std::ops::Range<u16>| {
        let other = |n: u16| frames::fragment(&header, 7, 800, true, &n.to_be_bytes().repeat(4));
        numbers.map(other).collect::<Vec<_>>()
    };
    let mut defragmenter = Defragmenter::default();
    follow_all(&mut defragmenter, &others(0..1_365));
    follow_all(&mut defragmenter, &others(0..1_365));
    let counters = *defragmenter.counters();
    assert_eq!((counters.duplicates, counters.evicted), (1_365, 0));
    follow_all(&mut defragmenter, &others(1_365..2_740));
    assert_eq!(defragmenter.counters().evicted, 2);
}

#[test]
fn the_largest_packet_over_the_narrowest_link() {
    let packet = frames::tcp(false, 50_000, 25, 1, &b"a".repeat(65_535 - 20 - 20));
    let pieces = frames::fragments(&packet, 9, 48);
    assert_eq!(pieces.len(), 1_365);
    let mut defragmenter = Defragmenter::default();
    assert_eq!(follow_all(&mut defragmenter, &pieces), [bare(&packet)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

#[test]
    fn fragments_come_together_in_any_order(
        six: bool, payload in prop::collection::vec(any::<u8>(), 1..1200), size in 1..40usize,
        shuffle: u64, again in 0..3usize, outer in prop::collection::vec(select(Wrap::ALL.to_vec()), 0..3),
        inner in prop::collection::vec(select(Wrap::ALL.to_vec()), 0..3),
    ) {
        let packet = frames::tcp(six, 25, 40_000, 9, &payload);
        let tunnelled = inner.iter().fold(Frame::Ip(packet.clone()), |frame, wrap| wrap.around(frame));
        let whole = match tunnelled {
            Frame::Ip(packet) => packet,
            Frame::Ethernet(frame) => frames::ip(six, 97, &[&[0x30, 0], &frame[..]].concat()),
        };
        let pieces = frames::fragments(&whole, 77, size * 8);
        let mut sent: Vec<_> = pieces.iter().cloned().chain(pieces.iter().take(again).cloned()).collect();
        let mut state = shuffle;
        for n in (1..sent.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            sent.swap(n, (state >> 33) as usize % (n + 1));
        }
        let mut defragmenter = Defragmenter::default();
        let answers: Vec<_> = sent
            .into_iter()
            .map(|piece| outer.iter().fold(Frame::Ip(piece), |frame, wrap| wrap.around(frame)).ethernet())
            .map(|bytes| follow(&mut defragmenter, 0, LinkType::ETHERNET, &bytes))
            .filter(|answer| !answer.is_empty())
            .collect();
        if pieces.len() > 1 {
            prop_assert_eq!(answers, [bare(&packet)]);
            prop_assert_eq!(defragmenter.counters().conflicts, 0);
        }
    }

    /// Whatever comes, the bounds hold.
    #[test]
    fn the_defragmenter_keeps_its_bounds(
        pieces in prop::collection::vec((0..6u16, 0..8190u16, any::<bool>(), 0..200usize, any::<u8>(), any::<bool>(), 0..90u64), 1..200),
    ) {
        let limits = DefragmentLimits { packets: 4, bytes: 100_000, age: 30 * SECOND };
        let mut defragmenter = Defragmenter::new(limits);
        for (id, offset, more, length, byte, six, seconds) in pieces {
            let header = frames::ip(six, 6, &[]);
            let bytes = frames::fragment(&header, id, offset * 8, more, &vec![byte; length]);
            follow(&mut defragmenter, seconds * SECOND, LinkType::RAW, &bytes);
            prop_assert!(defragmenter.held() <= limits.bytes);
        }
    }
}
