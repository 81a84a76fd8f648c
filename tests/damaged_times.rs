//! Times in captures can be anything: what is told of a session must not suffer, and reading must not walk through
//! every second of a century that nobody recorded.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod common;

use common::conversation::{WRAPPING, recorded};
use common::pcaps;
use common::reading::{Reading, text};

/// Seconds that a pcap record can name: 136 years.
const LAST: u64 = u32::MAX as u64 * 1_000_000_000;

#[test]
fn jumps_over_a_century_while_a_connection_is_open() {
    let reading = Reading::new();
    let conversation = recorded(&pcaps().join("openssl-s_client.pcap")).remove(0);
    let whole = conversation.packets(WRAPPING, &conversation.segments(1000));
    let mut packets = whole.clone();
    // The times jump ahead and back behind the first data; two packets in a row are needed for a jump to be believed.
    for time in [1_000_000_000, LAST, LAST, 1_000_000_000, LAST, LAST] {
        let mut late = whole[0].clone();
        late.bytes[34] ^= 0x40;
        late.time = time;
        packets.extend([late.clone(), late]);
    }
    let records = reading.ethernet(&packets);
    let versions: Vec<_> = records
        .iter()
        .map(|record| text(record, "tls.version"))
        .collect();
    assert_eq!(versions, ["1.0"]);
}

/// What is told of the recorded conversations when other packets, of no interest, stand between theirs with times of their own.
fn among(other: impl Fn(usize, u64) -> Vec<u64>) -> Vec<String> {
    let reading = Reading::new();
    let conversation = recorded(&pcaps().join("openssl-s_client.pcap")).remove(0);
    let whole = conversation.packets(WRAPPING, &conversation.segments(1000));
    let mut packets = Vec::new();
    for (index, packet) in whole.iter().enumerate() {
        packets.push(packet.clone());
        for time in other(index, packet.time) {
            let mut alien = whole[0].clone();
            alien.bytes.truncate(14);
            alien.bytes[12..14].copy_from_slice(&[0x08, 0x06]);
            alien.time = time;
            packets.push(alien);
        }
    }
    let records = reading.ethernet(&packets);
    records
        .iter()
        .map(|record| {
            format!(
                "{} {}",
                text(record, "tls.version"),
                text(record, "tlstally.outcome")
            )
        })
        .collect()
}

const MINUTE: u64 = 60_000_000_000;

/// A packet whose time was never set, or a file filled up with zeros.
#[test]
fn a_time_of_1970_does_not_end_a_session() {
    let whole = among(|_, _| Vec::new());
    assert_eq!(whole.len(), 1);
    assert_eq!(among(|index, _| vec![0; usize::from(index == 9)]), whole);
    assert_eq!(among(|_, _| vec![0; 200]), whole);
}

/// Two interfaces of one file, the second one with a clock of its own: by a leap second, TAI, GPS, a time zone, a day.
#[test]
fn clocks_that_differ_do_not_end_a_session() {
    let whole = among(|_, _| Vec::new());
    for behind in [1, 18, 37, 120, 60 * 60, 24 * 60 * 60].map(|seconds| seconds * MINUTE / 60) {
        // A busy interface: steps to and fro are many.
        let one = among(|index, time| vec![time - behind; 1 + index % 2]);
        assert_eq!(one, whole, "{behind}");
        let to_and_fro = among(|_, time| (0..400).map(|step| time - behind * (step % 2)).collect());
        assert_eq!(to_and_fro, whole, "{behind}");
    }
}
