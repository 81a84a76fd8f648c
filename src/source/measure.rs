//! What the walk over packets costs, against the least that any reader must do. Not a test: nothing is asserted about time.
//!
//! ```text
//! cargo test --release source::measure -- --ignored --nocapture
//! ```
//!
//! Processor time of the thread (user and system, from the kernel's scheduler), rounds of all readers interleaved. The file
//! stays in the page cache; `TLSTALLY_MEASURE_MB` sets its size, 1000 unless told.

use std::fs::{self, File};
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use super::Timeline;

const ROUNDS: usize = 9;
/// Packet sizes, in the proportions of a mail server's uplink: acknowledgements, small commands, full segments.
const SIZES: [u32; 10] = [66, 1514, 66, 1514, 74, 120, 1514, 590, 66, 300];

#[test]
#[ignore = "measures; run by hand in a release build"]
fn nanoseconds_a_packet() {
    let folder = std::env::temp_dir().join(format!("tlstally-measure-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let (pcap, pcapng, packets) = generate(&folder);
    let readers: [(&str, &dyn Fn() -> u64); 3] = [
        ("bare pcap", &|| bare(&pcap)),
        ("pcap", &|| walk(&pcap)),
        ("pcapng", &|| walk(&pcapng)),
    ];
    let mut costs = readers.map(|_| Vec::new());
    for _ in 0..ROUNDS {
        for ((_, reader), costs) in readers.iter().zip(&mut costs) {
            let before = processor_time();
            std::hint::black_box(reader());
            costs.push((processor_time() - before) as f64 / packets as f64);
        }
    }
    println!("{packets} packets, nanoseconds each: least, median");
    for ((name, _), mut costs) in readers.iter().zip(costs) {
        costs.sort_by(f64::total_cmp);
        println!("{name:10} {:7.1} {:7.1}", costs[0], costs[ROUNDS / 2]);
    }
    fs::remove_dir_all(&folder).unwrap();
}

/// Both formats with the same packets.
fn generate(folder: &Path) -> (PathBuf, PathBuf, u64) {
    let size = std::env::var("TLSTALLY_MEASURE_MB").map_or(1000, |size| size.parse().unwrap());
    let (pcap, pcapng) = (folder.join("a.pcap"), folder.join("a.pcapng"));
    let mut one = BufWriter::new(File::create(&pcap).unwrap());
    let mut two = BufWriter::new(File::create(&pcapng).unwrap());
    let words = |words: &[u32]| -> Vec<u8> { words.iter().flat_map(|w| w.to_le_bytes()).collect() };
    one.write_all(&words(&[0xa1b2_c3d4, 0x0004_0002, 0, 0, 262_144, 1]))
        .unwrap();
    two.write_all(&words(&[
        0x0a0d_0d0a,
        28,
        0x1a2b_3c4d,
        1,
        u32::MAX,
        u32::MAX,
        28,
    ]))
    .unwrap();
    two.write_all(&words(&[1, 20, 1, 262_144, 20])).unwrap();
    let data = [0x55; 2048];
    let (mut written, mut packets, mut micros) = (0u64, 0u64, 1_700_000_000_000_000u64);
    for size_of_packet in SIZES.iter().copied().cycle() {
        if written > size << 20 {
            break;
        }
        micros += 9;
        let (seconds, fraction) = ((micros / 1_000_000) as u32, (micros % 1_000_000) as u32);
        let (high, low) = ((micros >> 32) as u32, micros as u32);
        let padded = size_of_packet.next_multiple_of(4);
        one.write_all(&words(&[seconds, fraction, size_of_packet, size_of_packet]))
            .unwrap();
        one.write_all(&data[..size_of_packet as usize]).unwrap();
        let lead = [6, 32 + padded, 0, high, low, size_of_packet, size_of_packet];
        two.write_all(&words(&lead)).unwrap();
        two.write_all(&data[..padded as usize]).unwrap();
        two.write_all(&words(&[32 + padded])).unwrap();
        written += size_of_packet as u64 + 16;
        packets += 1;
    }
    (pcap, pcapng, packets)
}

/// The least a reader can do: read(2) by 256 KiB, and sum the captured lengths.
fn bare(path: &Path) -> u64 {
    let mut file = File::open(path).unwrap();
    let mut buffer = vec![0; 256 << 10];
    let (mut filled, mut at, mut sum) = (0, 24, 0u64);
    loop {
        let count = file.read(&mut buffer[filled..]).unwrap();
        if count == 0 {
            return sum;
        }
        filled += count;
        while let Some(header) = buffer[..filled].get(at..at + 16) {
            let captured = u32::from_le_bytes([header[8], header[9], header[10], header[11]]);
            if at + 16 + captured as usize > filled {
                break;
            }
            sum += captured as u64;
            at += 16 + captured as usize;
        }
        buffer.copy_within(at..filled, 0);
        filled -= at;
        at = 0;
    }
}

fn walk(path: &Path) -> u64 {
    let mut timeline = Timeline::open(&[path]);
    let mut sum = 0;
    while let Some(run) = timeline.next_run() {
        for packet in run {
            sum += packet.captured as u64 + (packet.time.0 & 1) + packet.offset as u64;
        }
    }
    sum
}

/// Nanoseconds that this thread has run on a processor.
fn processor_time() -> u64 {
    let told = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    told.split_whitespace().next().unwrap().parse().unwrap()
}
