//! Compressed captures: the same packets as without, and all that comes out before a damage.

use std::io::Write;

use super::write::{plain, plain_ng};
use super::{Folder, Seen, read, read_all, read_in};
use crate::source::capture::NotOpened;
use crate::source::{Cause, Compression, Fault, Inside, Looks, SourceError};

/// A pcap of one packet, `one` at one second, through the command line programs gzip 1.12, zstd 1.5.4, xz 5.4.1 and lz4 1.9.4.
const VECTORS: [&str; 4] = [
    "1f8b0800000000000003bb7278d3422606160618f8ff9f81819101824180198af3f35201bff51f862b000000",
    "28b52ffd242b1d0100c8d4c3b2a102000400ffff0000010003000000030000006f6e6503002080dd2804e002b18f4826",
    "fd377a585a000004e6d6b4460200210116000000742fe5a3e0002a001a5d006a30d1c87d8bf8099bad944b8af2fffa2a4a71662fa6f254840000\
     00008b9748cf3963a80f0001362b1edd26051fb6f37d010000000004595a",
    "04224d186440a72300000084d4c3b2a102000400010062ffff000001000400000200b003000000030000006f6e650000000073876b50",
];

#[test]
fn what_the_usual_programs_write_is_read() {
    for (vector, compression) in VECTORS.iter().zip(ALL) {
        let digits: Vec<char> = vector.chars().collect();
        let bytes: Vec<u8> = digits
            .chunks(2)
            .map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap())
            .collect();
        assert_eq!(Compression::of(&bytes), Some(compression));
        let (packets, facts) = read(&bytes);
        assert_eq!(packets[0].bytes, b"one", "{compression}");
        assert_eq!((packets.len(), facts.damaged), (1, 0));
    }
}

const ALL: [Compression; 4] = [
    Compression::Gzip,
    Compression::Zstd,
    Compression::Xz,
    Compression::Lz4,
];

/// One member, frame or stream.
fn pack(compression: Compression, bytes: &[u8]) -> Vec<u8> {
    match compression {
        Compression::Gzip => {
            let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            writer.write_all(bytes).unwrap();
            writer.finish().unwrap()
        }
        Compression::Zstd => zstd::encode_all(bytes, 1).unwrap(),
        Compression::Xz => {
            let options = lzma_rust2::XzOptions::with_preset(0);
            let mut writer = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
            writer.write_all(bytes).unwrap();
            writer.finish().unwrap()
        }
        Compression::Lz4 => {
            let small =
                lz4_flex::frame::FrameInfo::new().block_size(lz4_flex::frame::BlockSize::Max64KB);
            let mut writer = lz4_flex::frame::FrameEncoder::with_frame_info(small, Vec::new());
            writer.write_all(bytes).unwrap();
            writer.finish().unwrap()
        }
    }
}

/// A capture of about a megabyte whose packets do not compress to nothing.
fn sample() -> Vec<u8> {
    let mut state = 1u32;
    let data: Vec<Vec<u8>> = (0..1_000usize)
        .map(|n| {
            let mut byte = || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 28) as u8
            };
            (0..n % 1_400 + 400).map(|_| byte()).collect()
        })
        .collect();
    let packets: Vec<(u32, &[u8])> = (0..).zip(data.iter().map(Vec::as_slice)).collect();
    plain(&packets)
}

#[test]
fn the_same_packets_come_out() {
    let bytes = sample();
    let (expected, _) = read(&bytes);
    let folder = Folder::new();
    for compression in ALL {
        let packed = pack(compression, &bytes);
        assert_eq!(Compression::of(&packed), Some(compression));
        let (inline, facts) = read(&packed);
        assert!(inline == expected, "{compression}");
        assert_eq!(facts.damaged, 0);
        let path = folder.write(compression.name(), &packed);
        let (threaded, _) = read_all(&[path]);
        let threaded: Vec<Seen> = threaded.into_iter().map(|(_, seen)| seen).collect();
        assert!(threaded == expected, "{compression}");
    }
}

/// A frame whose content checksum (RFC 8878 section 3.1.1) is wrong has all of its bytes nevertheless.
#[test]
fn a_wrong_checksum_of_zstd_takes_no_packet_away() {
    for bytes in [sample(), plain(&[(1, b"one")])] {
        let (expected, _) = read(&bytes);
        let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
        encoder.include_checksum(true).unwrap();
        encoder.write_all(&bytes).unwrap();
        let mut packed = encoder.finish().unwrap();
        *packed.last_mut().unwrap() ^= 1;
        let (packets, facts) = read(&packed);
        assert!(
            packets == expected,
            "{} of {}",
            packets.len(),
            expected.len()
        );
        assert_eq!(facts.damaged, 1);
    }
}

#[test]
fn several_members_are_one_capture() {
    let bytes = sample();
    let (expected, _) = read(&bytes);
    for compression in ALL {
        let packed: Vec<u8> = bytes
            .chunks(300_001)
            .flat_map(|part| pack(compression, part))
            .collect();
        let (packets, facts) = read(&packed);
        assert!(packets == expected, "{compression}");
        assert_eq!(facts.damaged, 0, "{compression}: {:?}", facts.damage);
    }
}

#[test]
fn skippable_lz4_frames_are_passed_over() {
    let bytes = plain_ng(&[(1, b"one")]);
    let (head, tail) = bytes.split_at(30);
    let skippable = [&[0x51, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"any"].concat();
    let packed = [
        pack(Compression::Lz4, head),
        skippable.clone(),
        skippable,
        pack(Compression::Lz4, tail),
    ];
    assert_eq!(read(&packed.concat()).0.len(), 1);
}

#[test]
fn a_cut_stream_gives_what_came_before() {
    let bytes = sample();
    let (all, _) = read(&bytes);
    for compression in ALL {
        let packed = pack(compression, &bytes);
        for tenth in 1..10 {
            let (packets, facts) = match read_in(&packed[..packed.len() * tenth / 10], 256 << 10) {
                Ok(read) => read,
                // The first block may be longer than what was left.
                Err(NotOpened::Looks(Looks::Compressed(_, Inside::Cut))) => continue,
                Err(error) => panic!("{compression} {tenth}: {error:?}"),
            };
            assert!(all.starts_with(&packets), "{compression} {tenth}");
            let [damage] = &facts.damage[..] else {
                panic!("{compression} {tenth}: {:?}", facts.damage);
            };
            assert!(matches!(damage.fault, Fault::Unpack { .. }), "{damage}");
            assert_eq!(damage.packets, packets.len() as u64);
        }
        let (most, _) = read(&packed[..packed.len() * 9 / 10]);
        let least = all.len() / 2;
        assert!(
            most.len() >= least,
            "{compression}: {} of {}",
            most.len(),
            all.len()
        );
    }
}

#[test]
fn a_cut_between_two_blocks_of_lz4_is_a_damage() {
    // lz4_flex takes it for the end of the frame. The end mark is four zero bytes.
    let packed = pack(Compression::Lz4, &sample());
    let without_mark = packed.strip_suffix(&[0; 4]).unwrap();
    let (packets, facts) = read(without_mark);
    assert_eq!(packets.len(), 1_000);
    assert_eq!(facts.damaged, 1);
    assert_eq!(read(&packed).1.damaged, 0);
}

#[test]
fn a_flipped_bit_is_a_damage_not_a_panic() {
    let bytes = sample();
    for compression in [Compression::Gzip, Compression::Xz] {
        let mut packed = pack(compression, &bytes);
        let middle = packed.len() / 2;
        packed[middle] ^= 0x10;
        let damaged = match read_in(&packed, 256 << 10) {
            Ok((_, facts)) => facts.damaged,
            Err(_) => 1,
        };
        assert_eq!(damaged, 1, "{compression}");
    }
}

#[test]
fn gzip_gives_all_that_came_before_a_flipped_bit() {
    // A stored block (RFC 1951 3.2.4) whose second length word is wrong, after a good one.
    let good = plain(&[(1, b"one"), (2, b"two")]);
    let length = good.len() as u16;
    let mut packed = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    packed.push(0); // not final, stored
    packed.extend(length.to_le_bytes());
    packed.extend((!length).to_le_bytes());
    packed.extend(&good);
    packed.extend([0, 1, 0, 1, 0]);
    let (packets, facts) = read(&packed);
    assert_eq!(packets.len(), 2);
    assert!(matches!(facts.damage[0].fault, Fault::Unpack { .. }));
}

/// A small capture is one chunk for xz: what there is of it comes out.
#[test]
fn xz_gives_what_there_is_of_a_chunk() {
    let bytes = &sample()[..20_000];
    let (all, _) = read(bytes);
    let packed = pack(Compression::Xz, bytes);
    let (packets, facts) = read(&packed[..packed.len() / 2]);
    assert!(all.len() > 20 && packets.len() > all.len() / 3);
    assert!(all.starts_with(&packets));
    let Fault::Unpack { cause, .. } = &facts.damage[0].fault else {
        panic!("{:?}", facts.damage);
    };
    assert_eq!(*cause, Cause::Cut);
}

/// As gzip has it: blocks of tapes and of downloads are filled up.
#[test]
fn zeros_behind_gzip_are_padding() {
    let packed = pack(Compression::Gzip, &plain(&[(1, b"one")]));
    let padded = [&packed[..], &vec![0; 300_000]].concat();
    let (packets, facts) = read(&padded);
    assert_eq!((packets.len(), facts.damaged), (1, 0));
    let another = [&packed[..], &[0; 7], b"garbage"].concat();
    let (packets, facts) = read(&another);
    assert_eq!((packets.len(), facts.damaged), (1, 1));
}

#[test]
fn a_wrong_checksum_is_called_so() {
    let mut packed = pack(Compression::Gzip, &sample());
    let checksum = packed.len() - 8;
    packed[checksum] ^= 1;
    let (packets, facts) = read(&packed);
    assert_eq!(packets.len(), 1_000);
    let told = facts.damage[0].to_string();
    assert!(told.contains("its checksum does not match"), "{told}");
}

/// `zstd --long=28` and more: a frame that announces a window of 256 MiB, with one block as it is.
#[test]
fn a_window_too_large_is_told_with_the_way_out() {
    let bytes = plain(&[(1, b"one")]);
    let block = (bytes.len() as u32) << 3 | 1;
    let frame = [
        &[0x28, 0xb5, 0x2f, 0xfd, 0, 18 << 3][..],
        &block.to_le_bytes()[..3],
        &bytes,
    ];
    let Err(NotOpened::Looks(looks)) = read_in(&frame.concat(), 1_000) else {
        panic!();
    };
    assert_eq!(looks, Looks::Compressed(Compression::Zstd, Inside::Memory));
    let error = SourceError::NotACapture {
        path: "capture".into(),
        looks,
    };
    assert_eq!(
        error.to_string(),
        "`capture` cannot be read: it is zstd that needs more than the 128 MiB of memory that a file gets; \
         decompress it first, with `zstd -d --long=31`"
    );
}

/// `lz4 -l`: a magic number, then blocks behind their lengths, up to the end.
#[test]
fn legacy_lz4_is_read() {
    let bytes = sample();
    let (expected, _) = read(&bytes);
    let blocks = bytes.chunks(400_000).flat_map(|part| {
        let block = lz4_flex::block::compress(part);
        [&(block.len() as u32).to_le_bytes()[..], &block].concat()
    });
    let mut packed: Vec<u8> = [0x02, 0x21, 0x4c, 0x18].into_iter().chain(blocks).collect();
    assert_eq!(Compression::of(&packed), Some(Compression::Lz4));
    let (packets, facts) = read(&packed);
    assert!(packets == expected);
    assert_eq!(facts.damaged, 0, "{:?}", facts.damage);
    packed.truncate(packed.len() - 1);
    assert_eq!(read(&packed).1.damaged, 1);
}

#[test]
fn compressed_text_is_told() {
    let packed = pack(Compression::Gzip, b"only a log file\n");
    let Err(NotOpened::Looks(looks)) = read_in(&packed, 1_000) else {
        panic!();
    };
    assert_eq!(looks, Looks::Compressed(Compression::Gzip, Inside::Text));
}
