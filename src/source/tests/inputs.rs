//! Paths: folders, links, names that are no text, files that are no captures.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;

use super::write::plain;
use super::{Folder, read_all};
use crate::source::{Looks, Skipped, SourceError};

#[test]
fn folders_are_walked_and_links_do_not_loop() {
    let folder = Folder::new();
    folder.write("a.pcap", &plain(&[(1, b"a")]));
    folder.write("deep/er/b", &plain(&[(2, b"b")]));
    folder.write("deep/notes.txt", b"a line of text\n");
    folder.write("empty", b"");
    let called = folder.write("called.pcap.bz2", b"BZh9");
    symlink(&folder.0, folder.0.join("deep/loop")).unwrap();
    symlink(folder.0.join("a.pcap"), folder.0.join("latest.pcap")).unwrap();
    let (packets, timeline) = read_all(&[&folder.0]);
    assert_eq!(packets.len(), 2);
    assert!(timeline.errors().is_empty());
    let skipped = Skipped {
        not_captures: 1,
        empty: 1,
        special: 0,
        same: 1,
    };
    assert_eq!(timeline.skipped(), skipped);
    // What calls itself a capture is told by its name.
    let [(path, looks)] = timeline.skipped_captures() else {
        panic!("{:?}", timeline.skipped_captures())
    };
    assert_eq!((&**path, *looks), (&*called, Looks::Known("bzip2")));
    let progress = timeline.progress();
    assert_eq!(Some(progress.read()), progress.total());
}

#[test]
fn a_file_named_twice_is_read_once() {
    let folder = Folder::new();
    let path = folder.write("a", &plain(&[(1, b"a")]));
    let (packets, timeline) = read_all(&[&folder.0, &path, &path]);
    assert_eq!(packets.len(), 1);
    assert_eq!(packets[0].0, path);
    assert_eq!(timeline.skipped().same, 1);
}

#[test]
fn names_need_not_be_text() {
    let folder = Folder::new();
    let path = folder.write(OsStr::from_bytes(b"\xff\xfe.pcap"), &plain(&[(1, b"a")]));
    assert_eq!(read_all(&[path]).0.len(), 1);
}

#[test]
fn a_named_file_that_is_no_capture_is_an_error() {
    let folder = Folder::new();
    let text = folder.write("a.txt", b"12:00:01 IP a > b\n");
    let missing = folder.0.join("missing");
    let good = folder.write("b", &plain(&[(1, b"a")]));
    let (packets, timeline) = read_all(&[text, missing, good]);
    assert_eq!(packets.len(), 1, "the others are read all the same");
    let [missing, text] = timeline.errors() else {
        panic!("{:?}", timeline.errors());
    };
    assert!(matches!(missing, SourceError::Open { .. }));
    let SourceError::NotACapture { looks, .. } = text else {
        panic!("{text:?}");
    };
    assert_eq!(*looks, Looks::Text);
    assert!(text.to_string().contains("tcpdump -w"));
}

#[test]
fn a_pipe_is_read_without_a_second_look() {
    let (reader, mut writer) = std::io::pipe().unwrap();
    let path = {
        use std::os::fd::AsRawFd;
        format!("/dev/fd/{}", reader.as_raw_fd())
    };
    std::io::Write::write_all(&mut writer, &plain(&[(1, b"a"), (2, b"b")])).unwrap();
    drop(writer);
    let (packets, timeline) = read_all(&[path]);
    assert_eq!(packets.len(), 2);
    assert_eq!(timeline.progress().total(), None);
    assert!(timeline.progress().read() > 0);
}
