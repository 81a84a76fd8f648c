//! Several captures as one: by time, whatever the order they are named in.

use std::path::PathBuf;

use super::write::{plain, plain_ng};
use super::{Folder, read_all};

/// Names and first bytes, in the order of reading.
fn order(paths: &[PathBuf]) -> Vec<(String, u8)> {
    let (packets, _) = read_all(paths);
    let name = |path: PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
    packets
        .into_iter()
        .map(|(path, seen)| (name(path), seen.bytes[0]))
        .collect()
}

#[test]
fn two_taps_are_interleaved() {
    let folder = Folder::new();
    let paths = [
        folder.write("out", &plain(&[(1, b"a"), (3, b"c"), (5, b"e")])),
        folder.write(
            "in",
            &plain_ng(&[(2_000_000, b"b"), (3_000_000, b"d"), (6_000_000, b"f")]),
        ),
    ];
    let expected = [
        ("out", b'a'),
        ("in", b'b'),
        ("out", b'c'),
        ("in", b'd'),
        ("out", b'e'),
        ("in", b'f'),
    ]
    .map(|(name, first)| (name.to_owned(), first));
    assert_eq!(order(&paths), expected);
    let [out, inwards] = paths;
    assert_eq!(order(&[inwards, out]), expected);
}

#[test]
fn rotated_files_follow_each_other_whatever_their_names() {
    let folder = Folder::new();
    let paths = [
        folder.write("z", &plain(&[(1, b"a"), (2, b"b")])),
        folder.write("a", &plain(&[(3, b"c"), (4, b"d")])),
        folder.write("m", &plain(&[(4, b"e"), (6, b"f")])),
    ];
    let firsts: Vec<_> = order(&paths).into_iter().map(|(_, first)| first).collect();
    assert_eq!(firsts, b"abcdef");
}

#[test]
fn a_file_that_runs_backwards_keeps_its_order() {
    let folder = Folder::new();
    let paths = [
        folder.write(
            "back",
            &plain(&[(5, b"1"), (2, b"2"), (9, b"3"), (1, b"4")]),
        ),
        folder.write("other", &plain(&[(6, b"5"), (7, b"6")])),
    ];
    let firsts: Vec<_> = order(&paths).into_iter().map(|(_, first)| first).collect();
    assert_eq!(firsts, b"125634");
}

#[test]
fn equal_times_are_in_the_order_of_paths() {
    let folder = Folder::new();
    let one = folder.write("1", &plain(&[(0, b"a"), (0, b"b")]));
    let two = folder.write("2", &plain(&[(0, b"c"), (0, b"d")]));
    for paths in [[&one, &two], [&two, &one]] {
        let firsts: Vec<_> = order(&paths.map(Clone::clone))
            .into_iter()
            .map(|(_, first)| first)
            .collect();
        assert_eq!(firsts, b"abcd");
    }
}

#[test]
fn hundreds_of_overlapping_files_are_merged() {
    // More than may be held open.
    let folder = Folder::new();
    for file in 0..300u32 {
        let packets: Vec<(u32, &[u8])> = (0..3).map(|n| (1_000 * n + file, &b"x"[..])).collect();
        folder.write(format!("{file:03}"), &plain(&packets));
    }
    let (packets, timeline) = read_all(&[&folder.0]);
    assert_eq!(packets.len(), 900);
    assert!(packets.is_sorted_by_key(|(_, seen)| seen.time));
    assert!(
        timeline
            .files()
            .all(|facts| facts.packets == 3 && facts.damaged == 0)
    );
    let progress = timeline.progress();
    assert_eq!(Some(progress.read()), progress.total());
}

#[test]
fn a_run_that_is_left_goes_on_where_it_was() {
    let folder = Folder::new();
    let path = folder.write("a", &plain(&[(1, b"a"), (2, b"b"), (3, b"c")]));
    let mut timeline = crate::source::Timeline::open(&[path]);
    let mut times = Vec::new();
    while let Some(mut run) = timeline.next_run() {
        times.extend(run.next().map(|packet| packet.time.0 / 1_000_000_000));
    }
    assert_eq!(times, [1, 2, 3]);
}

/// One time that jumps far ahead, at the start of a file or in it, is that packet's alone.
#[test]
fn a_glitch_does_not_hold_up_its_file() {
    let folder = Folder::new();
    let one: [(u32, &'static [u8]); 4] = [(1, b"a"), (90_000, b"glitch"), (3, b"c"), (4, b"d")];
    let two: [(u32, &'static [u8]); 3] = [(80_000, b"first"), (6, b"f"), (7, b"g")];
    let three: [(u32, &'static [u8]); 3] = [(9, b"i"), (5_000, b"after a pause"), (5_001, b"k")];
    let in_ng = |packets: &[(u32, &'static [u8])]| {
        let micros = packets
            .iter()
            .map(|(seconds, data)| (u64::from(*seconds) * 1_000_000, *data));
        plain_ng(&micros.collect::<Vec<_>>())
    };
    for files in [
        [plain(&one), plain(&two), plain(&three)],
        [in_ng(&one), in_ng(&two), in_ng(&three)],
    ] {
        let paths = [
            folder.write("3", &files[2]),
            folder.write("2", &files[1]),
            folder.write("1", &files[0]),
        ];
        let (packets, _) = read_all(&paths);
        let read: Vec<_> = packets.iter().map(|(_, seen)| &seen.bytes[..]).collect();
        let expected: [&[u8]; 10] = [
            b"a",
            b"glitch",
            b"c",
            b"d",
            b"first",
            b"f",
            b"g",
            b"i",
            b"after a pause",
            b"k",
        ];
        assert_eq!(read, expected);
    }
}
