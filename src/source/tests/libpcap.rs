//! libpcap's reading of the same files: packets, nanosecond times, lengths, link type.

use std::path::Path;

use super::write::{BIG, LITTLE, Packet, Writer, packet};
use super::{Folder, Seen, read};

/// What libpcap reads, and whether it came to the end without an error.
fn libpcap(path: &Path) -> (Vec<Seen>, bool) {
    let nano = pcap::Precision::Nano;
    let mut capture = pcap::Capture::from_file_with_precision(path, nano).unwrap();
    let link = u16::try_from(capture.get_datalink().0).unwrap();
    let mut packets = Vec::new();
    loop {
        match capture.next_packet() {
            Ok(packet) => packets.push(Seen {
                // libpcap takes the seconds for signed. With `Precision::Nano` the field for microseconds holds nanoseconds.
                time: (packet.header.ts.tv_sec.cast_unsigned() as u32) as u64 * 1_000_000_000
                    + packet.header.ts.tv_usec.cast_unsigned(),
                link,
                original: packet.header.len,
                bytes: packet.data.to_vec(),
            }),
            Err(pcap::Error::NoMorePackets) => return (packets, true),
            Err(_) => return (packets, false),
        }
    }
}

fn agree(name: &str, bytes: &[u8]) {
    let folder = Folder::new();
    let path = folder.write(name, bytes);
    let (theirs, clean) = libpcap(&path);
    let (ours, facts) = read(bytes);
    assert_eq!(ours, theirs, "{name}");
    assert_eq!(facts.damage.is_empty(), clean, "{name}: {:?}", facts.damage);
    assert!(!ours.is_empty(), "{name} holds nothing to compare");
}

fn packets() -> Vec<Packet> {
    let mut packets: Vec<_> = (0..200u32)
        .map(|n| {
            packet(
                1_700_000_000 + n,
                n * 977,
                &vec![n as u8; (n * 37 % 1_500) as usize],
            )
        })
        .collect();
    packets[3].original = 9_000;
    packets[5].seconds = 4_000_000_000; // past 2038
    packets[9].seconds = 12;
    packets
}

fn pcap(writer: Writer, magic: u32, version: (u16, u16), more: &[u8]) -> Vec<u8> {
    let mut bytes = writer.pcap(magic, version, 1);
    for packet in packets() {
        bytes.extend(writer.record(&packet, more));
    }
    bytes
}

#[test]
fn pcap_of_both_orders_and_units() {
    for writer in [LITTLE, BIG] {
        agree("micro", &pcap(writer, 0xa1b2_c3d4, (2, 4), &[]));
        agree("nano", &pcap(writer, 0xa1b2_3c4d, (2, 4), &[]));
        agree("modified", &pcap(writer, 0xa1b2_cd34, (2, 4), &[0; 8]));
    }
}

#[test]
fn pcap_versions_with_swapped_lengths() {
    for version in [(2, 2), (2, 3), (543, 0)] {
        let mut bytes = LITTLE.pcap(0xa1b2_c3d4, version, 1);
        for captured in [4u32, 8, 12] {
            bytes.extend(LITTLE.words(&[captured, 0, 100, captured]));
            bytes.extend(vec![1; captured as usize]);
        }
        agree(&format!("{version:?}"), &bytes);
    }
}

#[test]
fn pcap_cut_in_the_last_record() {
    let whole = pcap(LITTLE, 0xa1b2_c3d4, (2, 4), &[]);
    agree("cut in the data", &whole[..whole.len() - 1]);
    let header = packets()[199].data.len() + 7;
    agree("cut in the header", &whole[..whole.len() - header]);
}

#[test]
fn pcap_with_an_absurd_length() {
    let mut bytes = pcap(LITTLE, 0xa1b2_c3d4, (2, 4), &[]);
    bytes.extend(LITTLE.words(&[1, 1, 262_145, 262_145]));
    bytes.extend(vec![0; 300_000]);
    agree("absurd", &bytes);
}

#[test]
fn pcapng_of_both_orders_and_many_clocks() {
    for writer in [LITTLE, BIG] {
        for resolution in [0u8, 3, 6, 7, 9, 0x8a, 0x94] {
            let options = [
                writer.option(9, &[resolution]),
                writer.option(14, &writer.u64(1_000)),
            ];
            let mut bytes = [writer.section(), writer.interface(1, 0, &options)].concat();
            for n in 0..100u64 {
                let comment = writer.option(1, &vec![b'x'; n as usize]);
                bytes.extend(writer.enhanced(0, n * 12_345_677, &vec![1; n as usize], &[comment]));
                bytes.extend(writer.block(0x0bad, &vec![0; n as usize]));
            }
            agree(&format!("{writer:?} {resolution:x}"), &bytes);
        }
    }
}

#[test]
fn pcapng_with_old_and_simple_packets() {
    for writer in [LITTLE, BIG] {
        let bytes = [
            writer.section(),
            writer.interface(1, 100, &[]),
            writer.obsolete(0, 3, 1_234_567_890_123, b"old"),
        ]
        .concat();
        agree("obsolete", &bytes);
        let bytes = [
            writer.section(),
            writer.interface(1, 100, &[]),
            writer.simple(6, b"simple"),
            writer.simple(1_000, &[9; 100]),
        ]
        .concat();
        agree("simple", &bytes);
    }
}

#[test]
fn pcapng_whose_lengths_differ() {
    let mut bytes = [
        LITTLE.section(),
        LITTLE.interface(1, 0, &[]),
        LITTLE.enhanced(0, 1, b"good", &[]),
        LITTLE.enhanced(0, 2, b"bad.", &[]),
    ]
    .concat();
    let last = bytes.len() - 4;
    bytes[last] ^= 4;
    agree("lengths", &bytes);
}
