//! A capture file of any bytes, compressed or not: packets lie in their blocks, reading ends.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tlstally::source::Timeline;
use tlstally_fuzz::scratch_file;

fuzz_target!(|data: &[u8]| {
    let mut timeline = Timeline::open(&[scratch_file(data)]);
    while let Some(mut run) = timeline.next_run() {
        let block = run.block().clone();
        for packet in run.by_ref() {
            assert_eq!(block.packet(&packet).len(), packet.captured as usize);
        }
    }
    for file in timeline.files() {
        file.damage
            .iter()
            .for_each(|damage| drop(damage.to_string()));
    }
    timeline
        .errors()
        .iter()
        .for_each(|error| drop(error.to_string()));
});
