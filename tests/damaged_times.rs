//! Times in captures can be anything: what is told of a session must not suffer, and reading must not walk through every second of
//! a century that nobody recorded.

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
