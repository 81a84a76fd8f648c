//! Raw IP packets in a row: fragments are held within their bounds, and what they make is decoded.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tlstally::packet::{Decoded, Defragmenter, Interest, LinkType, PortSet, decode};
use tlstally::time::Timestamp;
use tlstally_fuzz::Input;

fuzz_target!(|data: &[u8]| {
    let interest = Interest::new(PortSet::all(), PortSet::none());
    let mut defragmenter = Defragmenter::default();
    for (number, packet) in Input(data).slices().enumerate() {
        let decoded = decode(LinkType::RAW, packet, packet.len() as u32, &interest);
        let Decoded::Fragment(fragment) = decoded else {
            continue;
        };
        let time = Timestamp(number as u64 * 1_000_000);
        if let Some(datagram) = defragmenter.push(time, packet, &fragment) {
            assert!(datagram.bytes().len() < 1 << 17);
            let _ = datagram.decode(&interest);
        }
        assert!(defragmenter.held() <= 64 << 20);
    }
});
