//! A session that is folded into little memory while it goes on has the same record as one that is not.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::conversation::{FIN, From, RST, SYN, WRAPPING, recorded};
use common::table::{self, Watched};
use common::{Packet, pcaps};
use tlstally::flow::Limits;
use tlstally::judge::Judge;
use tlstally::session::Session;

/// Sessions of every version, by command and from the first byte; one in clear, which is not folded.
const FILES: [&str; 9] = [
    "openssl-s_client.pcap",
    "implicit-tls-465.pcap",
    "javamail.pcap",
    "thunderbird-3-default.pcap",
    "sslv2-format-hello.pcap",
    "hello-retry-request.pcap",
    "client-certificate.pcap",
    "ssl3.pcap",
    "starttls-never.pcap",
];

/// The sessions in `packets`, and how many of them were folded, where so many may stay as they are.
fn read(judge: &Judge, packets: &[Packet], warm: usize) -> (Vec<Session>, usize) {
    let limits = Limits {
        warm,
        ..Limits::default()
    };
    let mut watched = Watched::new(judge, limits);
    watched.take(packets);
    watched.end();
    (watched.desk.sessions, watched.desk.folded)
}

/// Every conversation with a message behind its handshake: whole, cut short, in several orders, with packets lost and
/// copied.
#[test]
fn the_record_is_the_same() {
    let judge = table::judge();
    let mut folded = 0;
    for mut conversation in FILES.iter().flat_map(|file| recorded(&pcaps().join(file))) {
        for turn in 0..4 {
            let record = [&[23, 3, 3, 0, 120][..], &[7; 120]].concat();
            conversation.turns.push((From::Client, record.repeat(turn)));
            conversation.turns.push((From::Server, record.repeat(5)));
        }
        let packets = conversation.packets(WRAPPING, &conversation.segments(517));
        let segments = conversation.segments(517);
        for change in 0..18 {
            let changed = match change {
                0..8 => changed(&packets, change),
                // A second connection between the same ports, at the same time; the SYNs of which are not in the capture.
                8 | 9 => {
                    let starts = WRAPPING.map(|start| start ^ (1 << (13 + change)));
                    let others = conversation.packets(starts, &segments).split_off(3);
                    let mut both = packets.clone();
                    let at = |packet: &Packet| packet.time;
                    both.extend(others);
                    both[3..].sort_by_key(at);
                    both
                }
                // One that is opened where nothing has ended; and no more than its SYN, from either end.
                12..15 => {
                    let starts = WRAPPING.map(|start| start ^ (1 << 24));
                    let mut other = conversation.packets(starts, &segments);
                    if change > 12 {
                        other = vec![other.swap_remove(change - 13)];
                        other[0].bytes[47] = SYN;
                    }
                    let end = segments.len() - 4;
                    let rest = if change == 12 { packets.len() } else { end };
                    [&packets[..end], &other, &packets[rest..]].concat()
                }
                // A FIN and a reset far away, and a FIN behind a hole.
                15..18 => {
                    let mut far = segments.clone();
                    let end = far.len() - 2;
                    far[end].seq += 50_000_000;
                    match change {
                        15 => far.insert(end, segments[end].clone()),
                        16 => far[end].flags = RST,
                        _ => far[end + 1].ack += 50_000_000,
                    }
                    conversation.packets(WRAPPING, &far)
                }
                // One that follows, with the same number of the client, where the first was closed or reset.
                _ => {
                    let starts = [WRAPPING[0], WRAPPING[1] ^ (1 << 24)];
                    let mut both = packets.clone();
                    if change == 11 {
                        let end = &mut both[segments.len() - 2].bytes;
                        end[47] = end[47] & !FIN | RST;
                        both.truncate(segments.len() - 1);
                    }
                    both.extend(conversation.packets(starts, &segments));
                    both
                }
            };
            let (plain, none) = read(&judge, &changed, usize::MAX);
            let (sessions, some) = read(&judge, &changed, 0);
            assert_eq!(none, 0);
            assert_eq!(sessions, plain, "change {change}");
            folded += some;
        }
    }
    assert!(folded >= 50, "only {folded} were folded");
}

/// The packets as a network may deliver them, in one of eight ways.
fn changed(packets: &[Packet], change: usize) -> Vec<Packet> {
    let mut packets = packets.to_vec();
    let length = packets.len();
    match change {
        0 => {}
        1 => packets.truncate(length - 1),
        2 => packets.truncate(length - 3),
        // Late, and twice.
        3 => (1..length - 2)
            .step_by(5)
            .for_each(|at| packets.swap(at, at + 1)),
        4 => (1..length)
            .step_by(4)
            .for_each(|at| packets[length - at] = packets[length - at - 1].clone()),
        5 => {
            let copies = packets.clone();
            packets.extend(copies);
        }
        6 => {
            packets.remove(length - 6);
        }
        _ => {
            packets.remove(length - 2);
            packets.remove(length - 9);
        }
    }
    packets
}
