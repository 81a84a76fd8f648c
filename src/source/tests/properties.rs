//! Properties: no bytes make the reader panic or stand still, and block sizes do not show.

use proptest::collection::vec;
use proptest::prelude::*;

use super::read_in;
use super::write::{BIG, LITTLE, Writer, packet, plain};

fn writer() -> impl Strategy<Value = Writer> {
    any::<bool>().prop_map(|big| if big { BIG } else { LITTLE })
}

/// A capture with all kinds of blocks.
fn capture() -> impl Strategy<Value = Vec<u8>> {
    let data = vec(vec(any::<u8>(), 0..80), 0..12);
    (writer(), data, any::<bool>()).prop_map(|(writer, data, ng)| {
        if ng {
            pcapng(writer, &data)
        } else {
            let mut bytes = writer.pcap(0xa1b2_c3d4, (2, 4), 1);
            for (n, data) in data.iter().enumerate() {
                bytes.extend(writer.record(&packet(n as u32, 1, data), &[]));
            }
            bytes
        }
    })
}

fn pcapng(writer: Writer, data: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = [writer.section(), writer.interface(1, 60, &[])].concat();
    for (n, data) in data.iter().enumerate() {
        let ticks = n as u64;
        bytes.extend(match n % 4 {
            0 => writer.enhanced(0, ticks, data, &[writer.option(4, &writer.u64(1))]),
            1 => writer.simple(data.len().min(60) as u32, data),
            2 => writer.obsolete(0, 1, ticks, data),
            _ => writer.block(n as u32, data),
        });
    }
    bytes
}

proptest! {
    #[test]
    fn any_bytes(bytes in vec(any::<u8>(), 0..600)) {
        let _ = read_in(&bytes, 64);
    }

    #[test]
    fn any_bytes_after_a_header(bytes in vec(any::<u8>(), 0..600), ng in any::<bool>(), writer in writer()) {
        let header = if ng { writer.section() } else { writer.pcap(0xa1b2_3c4d, (2, 4), 1) };
        let _ = read_in(&[header, bytes].concat(), 64);
    }

    #[test]
    fn any_bytes_after_a_magic(bytes in vec(any::<u8>(), 0..200), which in 0usize..5) {
        let magics: [&[u8]; 5] = [
            &[0x1f, 0x8b, 8], &[0x28, 0xb5, 0x2f, 0xfd], &[0xfd, b'7', b'z', b'X', b'Z', 0],
            &[4, 0x22, 0x4d, 0x18], b"snoop\0\0\0",
        ];
        let _ = read_in(&[magics[which], &bytes].concat(), 64);
    }

    #[test]
    fn a_few_changed_bytes(mut bytes in capture(), changes in vec((any::<usize>(), any::<u8>()), 1..6)) {
        for (at, value) in changes {
            let at = at % bytes.len();
            bytes[at] = value;
        }
        if let Ok((packets, facts)) = read_in(&bytes, 100) {
            prop_assert_eq!(packets.len() as u64, facts.packets);
            prop_assert!(packets.len() * 16 <= bytes.len());
        }
    }

    #[test]
    fn block_sizes_do_not_show(bytes in capture(), size in 24usize..500, cut in any::<usize>()) {
        let bytes = &bytes[..24 + cut % (bytes.len() - 23)];
        let (whole, facts) = read_in(bytes, 1 << 20).unwrap();
        let (parts, again) = read_in(bytes, size).unwrap();
        prop_assert_eq!(whole, parts);
        prop_assert_eq!(facts.interfaces, again.interfaces);
        prop_assert_eq!(facts.drops, again.drops);
        prop_assert_eq!(format!("{:?}", facts.damage), format!("{:?}", again.damage));
    }

    #[test]
    fn merging_keeps_every_packet(files in vec(vec(0u32..20, 0..30), 1..5)) {
        let folder = super::Folder::new();
        let mut paths: Vec<_> = files.iter().enumerate().map(|(n, times)| {
            let packets: Vec<(u32, &[u8])> = times.iter().map(|time| (*time, &b"x"[..])).collect();
            folder.write(n.to_string(), &plain(&packets))
        }).collect();
        let (packets, _) = super::read_all(&paths);
        for (path, times) in paths.iter().zip(&files) {
            let of_file: Vec<_> = packets.iter().filter(|(from, _)| from == path)
                .map(|(_, seen)| (seen.time / 1_000_000_000) as u32).collect();
            prop_assert_eq!(&of_file, times);
        }
        if files.iter().all(|times| times.is_sorted()) {
            prop_assert!(packets.is_sorted_by_key(|(_, seen)| seen.time));
        }
        paths.reverse();
        prop_assert_eq!(super::read_all(&paths).0, packets);
    }
}
