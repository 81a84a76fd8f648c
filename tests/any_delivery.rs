//! However the network and the capture deliver a conversation, the record is the same; where bytes are lost, it says the same or
//! less. The conversations are those of real programs in `pcaps/`, sent again in every way that TCP allows.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod common;

use std::sync::LazyLock;

use common::conversation::{Conversation, End, Segment, WRAPPING, packet, recorded};
use common::less::said_more;
use common::reading::{Reading, contrast, orderless, text, timeless};
use common::script::{conversation, samples};
use common::{Packet, pcaps};
use proptest::prelude::*;
use serde_json::Value;
use tlstally::flow::reassembly::{MAX_HELD_SEGMENTS, MAX_UNSYNCED_SEGMENTS};

/// A conversation and the record of its plain delivery.
struct Known {
    conversation: Conversation,
    record: Value,
    is_recorded: bool,
}

/// One session at least of each kind: every version, refused, reset, in clear, hello in SSL 2.0's form, with a retry.
const FILES: [&str; 16] = [
    "openssl-s_client.pcap",
    "implicit-tls-465.pcap",
    "javamail.pcap",
    "thunderbird-3-default.pcap",
    "sslv2-format-hello.pcap",
    "sslv2-format-hello-refused.pcap",
    "legacy-capped-alert.pcap",
    "hello-retry-request.pcap",
    "hello-unanswered.pcap",
    "no-acceptable-suite.pcap",
    "certificate-rejected.pcap",
    "client-certificate.pcap",
    "starttls-refused.pcap",
    "starttls-never.pcap",
    "pipelining.pcap",
    "ssl3.pcap",
];

/// What no program here would do: commands sent along with STARTTLS, which is not answered; content with lone dots that
/// do not end it.
const WRITTEN: [&str; 3] = [
    "S: 220 a ESMTP
     C: EHLO b
     S: 250-a
     S: 250 STARTTLS
     C: STARTTLS
     C: MAIL FROM:<x@y.example>",
    "S: 220 a ESMTP
     C: EHLO b
     S: 250-a
     S: 250 STARTTLS
     C: STARTTLS
     C: QUIT",
    r"S: 220 a ESMTP
     C: EHLO b
     S: 250-a
     S: 250 STARTTLS
     C: MAIL FROM:<x@y.example>
     S: 250 ok
     C: RCPT TO:<z@y.example>
     S: 250 ok
     C: DATA
     S: 354 go
     C= Subject: x\r\n\r\nhello\n.\nAUTH LOGIN\r\n.\nmore\n.\r\nAUTH LOGIN\r\n.\r\n
     S: 250 taken
     C: QUIT
     S: 221 bye",
];

static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let reading = Reading::new();
    let conversations = FILES.iter().flat_map(|file| recorded(&pcaps().join(file)));
    let mail = conversations.filter(|one| [25, 465, 587].contains(&one.server.1));
    let samples = samples();
    let written = WRITTEN
        .iter()
        .map(|script| conversation(587, script, &samples));
    let all = mail
        .map(|one| (one, true))
        .chain(written.map(|one| (one, false)));
    let known = all.map(|(conversation, is_recorded)| {
        let packets = conversation.packets([1000, 5000], &conversation.segments(1460));
        let record = timeless(reading.only(&packets));
        Known {
            conversation,
            record,
            is_recorded,
        }
    });
    known.collect()
});

/// What was said stays what was said: the record of the plain delivery agrees with tshark's reading of the recording.
#[test]
fn plain_delivery_is_as_recorded() {
    let table = std::fs::read_to_string(pcaps().join("expected.tsv")).unwrap();
    let mut lines = table
        .lines()
        .map(|line| line.split('\t').collect::<Vec<_>>());
    let names = lines.next().unwrap();
    let column = |name| names.iter().position(|one| *one == name).unwrap();
    let [ip, port, version, server_name] =
        ["client_ip", "client_port", "negotiated", "sni"].map(column);
    let rows: Vec<_> = lines.filter(|row| FILES.contains(&row[0])).collect();
    let mut compared = 0;
    for known in KNOWN.iter().filter(|known| known.is_recorded) {
        let is_row = |row: &&Vec<&str>| {
            row[ip] == known.client() && row[port] == known.conversation.client.1.to_string()
        };
        let row = rows.iter().find(is_row).unwrap();
        let (protocol, number) = (
            text(&known.record, "tls.version_protocol"),
            text(&known.record, "tls.version"),
        );
        let negotiated = row[version].to_lowercase().replace("sslv3", "ssl3.0");
        assert_eq!(
            format!("{protocol}{number}"),
            negotiated.replace("none", ""),
            "{row:?}"
        );
        assert_eq!(
            text(&known.record, "tls.client.server_name"),
            if row[server_name] == "-" {
                ""
            } else {
                row[server_name]
            },
            "{row:?}"
        );
        compared += 1;
    }
    assert!(compared > 25, "{compared}");
}

impl Known {
    fn client(&self) -> String {
        self.conversation.client.0.to_string()
    }

    fn segments(&self, size: usize) -> Vec<Segment> {
        self.conversation.segments(size)
    }

    fn packets(&self, segments: &[Segment]) -> Vec<Packet> {
        self.conversation.packets(WRAPPING, segments)
    }

    fn is_told_by(&self, reading: &Reading, segments: &[Segment]) {
        let record = timeless(reading.only(&self.packets(segments)));
        let difference = contrast(&record, &self.record);
        assert!(difference.is_empty(), "{difference}");
    }
}

fn any_known() -> impl Strategy<Value = usize> {
    0..KNOWN.len()
}

/// A cheap source of chance whose seed proptest can shrink.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % bound.max(1)
    }
}

/// Turns cut anew: each into segments of 1 to `size` bytes.
fn cut(known: &Known, size: usize, chance: &mut Chance) -> Vec<Segment> {
    let mut out = Vec::new();
    for mut segment in known.segments(usize::MAX) {
        while segment.payload.len() > 1 {
            let at = 1 + chance.below(size.min(segment.payload.len()));
            if at == segment.payload.len() {
                break;
            }
            let rest = segment.payload.split_off(at);
            let next = Segment {
                seq: segment.seq + at as u32,
                payload: rest,
                ..segment.clone()
            };
            out.push(std::mem::replace(&mut segment, next));
        }
        out.push(segment);
    }
    out
}

/// Moves each segment at most `reach` places, SYNs stay first.
fn shuffle(segments: &mut [Segment], reach: usize, chance: &mut Chance) {
    for n in 2..segments.len() {
        let other = n + chance.below(reach.min(segments.len() - n));
        segments.swap(n, other);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_segmentation(which in any_known(), size in 1_usize..1500, seed in any::<u64>()) {
        let known = &KNOWN[which];
        let segments = cut(known, size, &mut Chance(seed));
        known.is_told_by(&Reading::new(), &segments);
    }

    #[test]
    fn any_order_and_repetition(
        which in any_known(), size in 200_usize..1500, reach in 1_usize..30, seed in any::<u64>(), copies in 0_usize..30,
    ) {
        let known = &KNOWN[which];
        let mut chance = Chance(seed);
        let mut segments = known.segments(size);
        // More than that are not held for a missing one.
        prop_assume!(segments.len() <= MAX_HELD_SEGMENTS);
        for _ in 0..copies {
            let again = segments[chance.below(segments.len())].clone();
            segments.insert(chance.below(segments.len()).max(2), again);
        }
        shuffle(&mut segments, reach, &mut chance);
        let record = orderless(Reading::new().only(&known.packets(&segments)));
        let difference = contrast(&record, &orderless(known.record.clone()));
        prop_assert!(difference.is_empty(), "{}", difference);
    }

    #[test]
    fn any_loss(which in any_known(), size in 100_usize..1500, share in 1_usize..60, seed in any::<u64>()) {
        let known = &KNOWN[which];
        let mut chance = Chance(seed);
        let mut segments = cut(known, size, &mut chance);
        segments.retain(|_| chance.below(100) >= share);
        for record in Reading::new().ethernet(&known.packets(&segments)) {
            says_no_more(&timeless(record), &known.record);
        }
    }

    #[test]
    fn any_moment_the_capture_begins_and_ends(which in any_known(), from in 0_usize..100, to in 0_usize..100) {
        let known = &KNOWN[which];
        let segments = known.segments(700);
        let (from, to) = (from * segments.len() / 100, to * segments.len() / 100);
        for record in Reading::new().ethernet(&known.packets(segments.get(from..to).unwrap_or_default())) {
            says_no_more(&timeless(record), &known.record);
        }
    }

    #[test]
    fn any_cut_by_snaplen(which in any_known(), snaplen in 54_usize..300) {
        let known = &KNOWN[which];
        let mut packets = known.packets(&known.segments(1460));
        for packet in &mut packets {
            packet.bytes.truncate(snaplen);
        }
        for record in Reading::new().ethernet(&packets) {
            says_no_more(&timeless(record), &known.record);
        }
    }
}

/// `less` came of the same conversation as `whole`, with bytes missing.
fn says_no_more(less: &Value, whole: &Value) {
    let more = said_more(less, whole);
    assert!(more.is_empty(), "with loss or without: {more:?}");
}

#[test]
fn one_byte_a_segment() {
    let reading = Reading::new();
    for known in KNOWN.iter() {
        known.is_told_by(&reading, &known.segments(1));
    }
}

/// As `mergecap -a` leaves the files of two one-way taps.
#[test]
fn one_direction_behind_the_other() {
    let reading = Reading::new();
    for known in KNOWN.iter() {
        for last in [
            common::conversation::From::Client,
            common::conversation::From::Server,
        ] {
            let packets = known.conversation.one_behind_the_other(last);
            let record = timeless(reading.only(&packets));
            let difference = contrast(&record, &known.record);
            assert!(difference.is_empty(), "{difference}");
        }
    }
}

/// The SYN, its answer or both come behind some or all of what follows them. As long as nothing need be read without
/// them, nothing is different; else it may be less that is known.
#[test]
fn a_syn_that_comes_late() {
    let reading = Reading::new();
    for known in KNOWN.iter() {
        let segments = known.segments(1460);
        for late in [&[0][..], &[1], &[0, 1], &[1, 0]] {
            for behind in 3..=segments.len() {
                let delivered = with_late(&segments, late, behind);
                if behind - 2 <= MAX_UNSYNCED_SEGMENTS {
                    known.is_told_by(&reading, &delivered);
                    continue;
                }
                for record in reading.ethernet(&known.packets(&delivered)) {
                    says_no_more(&timeless(record), &known.record);
                }
            }
        }
    }
}

/// All segments, those that are `late` only `behind` so many of the first.
fn with_late(segments: &[Segment], late: &[usize], behind: usize) -> Vec<Segment> {
    let (before, after) = segments.split_at(behind);
    let in_time = before.iter().enumerate();
    let in_time = in_time.filter(|(at, _)| !late.contains(at));
    let late = late.iter().map(|at| &segments[*at]);
    (in_time.map(|(_, segment)| segment).chain(late))
        .chain(after)
        .cloned()
        .collect()
}

/// Both copies of a mirror that shows a packet on its way in and on its way out, with other cards and a lower TTL.
#[test]
fn both_copies_of_a_mirror() {
    let reading = Reading::new();
    for known in KNOWN.iter() {
        let once = known.packets(&known.segments(1460));
        let twice: Vec<_> = once
            .iter()
            .flat_map(|packet| [packet.clone(), routed(packet)])
            .collect();
        assert_eq!(timeless(reading.only(&twice)), known.record);
    }
}

fn routed(packet: &Packet) -> Packet {
    let mut copy = packet.clone();
    copy.bytes[..12].copy_from_slice(&[2, 9, 9, 9, 9, 9, 2, 8, 8, 8, 8, 8]);
    copy.bytes[22] -= 1;
    copy.time += 20_000;
    copy
}

/// A later connection between the same ports, as a client makes that has no other port left.
#[test]
fn port_reuse() {
    let reading = Reading::new();
    for pair in KNOWN.windows(2) {
        let (one, other) = (&pair[0], &pair[1]);
        let ends: (End, End) = (one.conversation.client, one.conversation.server);
        let again = Conversation {
            client: ends.0,
            server: ends.1,
            ..other.conversation.clone()
        };
        let mut packets = one.packets(&one.segments(1460));
        packets.extend(again.packets([77, 88], &again.segments(1460)));
        renumber(&mut packets);
        let records = reading.ethernet(&packets);
        assert_eq!(records.len(), 2);
        for path in ["tls.version", "tls.client.ja3", "tlstally.outcome"] {
            let got: Vec<_> = records.iter().map(|record| text(record, path)).collect();
            assert_eq!(
                got,
                [text(&one.record, path), text(&other.record, path)],
                "{path}"
            );
        }
    }
}

fn renumber(packets: &mut [Packet]) {
    for (number, one) in packets.iter_mut().enumerate() {
        *one = packet(number, std::mem::take(&mut one.bytes));
    }
}
