//! What a mirror does to packets on the way to the sensor is told in the report: by count, and by what to do about it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod common;

use std::net::Ipv4Addr;

use common::conversation::{Conversation, From, WRAPPING, ethernet, ipv4, packet, recorded};
use common::{Packet, Scratch, pcaps, plain_pcap, run};
use serde_json::Value;

fn conversation() -> Conversation {
    recorded(&pcaps().join("openssl-s_client.pcap")).remove(0)
}

/// The capture's part of the report on `packets`.
fn capture(packets: &[Packet]) -> Value {
    let scratch = Scratch::new();
    let file = scratch.file("mirror.pcap", &plain_pcap(1, packets));
    let file = file.into_os_string().into_string().unwrap();
    let output = run(&["read", "--to", "any", "--format", "json", &file]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    report["capture"].clone()
}

fn codes(capture: &Value) -> Vec<&str> {
    let warnings = capture["warnings"].as_array().unwrap();
    warnings
        .iter()
        .map(|warning| warning["code"].as_str().unwrap())
        .collect()
}

/// From the mirror's address to the sensor's.
fn outer(protocol: u8, payload: &[u8]) -> Vec<u8> {
    let [mirror, sensor] = [[192, 0, 2, 1], [192, 0, 2, 2]].map(Ipv4Addr::from);
    ethernet(From::Client, &ipv4(mirror, sensor, protocol, payload))
}

/// The mirrored packets, the first `longest` bytes of each, in GRE.
fn in_gre(longest: usize) -> Vec<Packet> {
    let conversation = conversation();
    let segments = conversation.segments(1000);
    let inner = segments.iter().map(|one| conversation.ip(WRAPPING, one));
    let wrap = |(number, ip): (usize, Vec<u8>)| {
        let kept = &ip[..ip.len().min(longest)];
        packet(number, outer(47, &[&[0, 0, 8, 0], kept].concat()))
    };
    inner.enumerate().map(wrap).collect()
}

/// The mirror's own packets are whole, so that only the lengths inside tell.
#[test]
fn what_a_mirror_cut_counts_as_cut() {
    let whole = capture(&in_gre(usize::MAX));
    assert_eq!(whole["truncated"], 0);
    let cut = capture(&in_gre(100));
    assert!(cut["truncated"].as_u64() > Some(3), "{cut}");
    assert!(codes(&cut).contains(&"packets_cut"), "{cut}");
}

/// As after a filter by port: only first fragments have ports.
#[test]
fn fragments_without_the_rest_are_counted() {
    let mut packets = in_gre(100);
    assert_eq!(
        capture(&packets)["not_followed"].get("fragments_incomplete"),
        None
    );
    for (number, packet) in packets.iter_mut().enumerate() {
        packet.bytes[18..20].copy_from_slice(&(number as u16).to_be_bytes());
        packet.bytes[20] |= 0x20; // more fragments
        let length = 20 + ((packet.bytes.len() as u16 - 34) & !7);
        packet.bytes[16..18].copy_from_slice(&length.to_be_bytes());
    }
    let alone = capture(&packets);
    assert_eq!(alone["not_followed"]["fragments_incomplete"], packets.len());
    assert!(codes(&alone).contains(&"fragments_incomplete"), "{alone}");
}
