//! A conversation in every tunnel and on every link that the packet stage knows: the record is the same, cards apart.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod common;

#[path = "common/wrapped.rs"]
#[expect(dead_code, reason = "this test brings its own TCP packets")]
mod packet;

use common::conversation::{WRAPPING, packet, recorded};
use common::reading::{Reading, contrast, timeless};
use common::{Packet, pcaps};
use serde_json::Value;

#[test]
fn in_every_tunnel_and_on_every_link() {
    let reading = Reading::new();
    for conversation in recorded(&pcaps().join("openssl-s_client.pcap")) {
        let segments = conversation.segments(1000);
        let expected = cardless(reading.only(&conversation.packets(WRAPPING, &segments)));
        let ip = segments
            .iter()
            .map(|segment| conversation.ip(WRAPPING, segment));
        let packets: Vec<_> = ip
            .enumerate()
            .map(|(number, bytes)| packet(number, bytes))
            .collect();
        for (name, link, frames) in every_way(&packets) {
            let records = reading.link(link, &frames);
            assert_eq!(records.len(), 1, "{name}");
            let difference = contrast(&cardless(records[0].clone()), &expected);
            assert!(difference.is_empty(), "{name}: {difference}");
        }
    }
}

fn every_way(packets: &[Packet]) -> Vec<(String, u32, Vec<Packet>)> {
    let mut ways = packet::every_way(packets);
    ways.push(packet::in_fragments(packets));
    ways
}

fn cardless(record: Value) -> Value {
    let mut record = timeless(record);
    for side in ["source", "destination"] {
        record[side].as_object_mut().unwrap().remove("mac");
    }
    record
}
