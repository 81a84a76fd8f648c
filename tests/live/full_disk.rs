//! A disk that fills up while packets come: what waits is written when there is room, what is lost is counted, and
//! nothing is told for something else.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::common::{Packet, Scratch, run};
use crate::network::{Namespace, until};
use crate::watching::{Watch, again_and_again, write};

/// A file system in memory, of so many KiB, on a scratch folder.
struct Disk(Scratch);

impl Disk {
    fn new(kib: u32) -> Self {
        let folder = Scratch::new();
        mount(
            &["-t", "tmpfs", "-o", &format!("size={kib}k"), "tmpfs"],
            folder.path(),
        );
        Self(folder)
    }

    fn enlarge(&self, kib: u32) {
        mount(&["-o", &format!("remount,size={kib}k")], self.0.path());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

fn mount(options: &[&str], folder: &Path) {
    let status = Command::new("mount").args(options).arg(folder).status();
    assert!(status.unwrap().success());
}

/// What the program says when the disk is full.
const FULL: &str = "No space left on device";

/// A watch whose records go to a disk of so many KiB, and a cable that it watches.
fn watch_onto(kib: u32, options: &[&str]) -> Option<(Namespace, Disk, Watch)> {
    let namespace = Namespace::new()?;
    namespace.cable("mirror", "sensor");
    let disk = Disk::new(kib);
    let mut all = vec!["--every", "1s"];
    all.extend(options);
    let watch = Watch::start(&namespace, &["sensor"], &disk.0, &all);
    Some((namespace, disk, watch))
}

/// Replays so many sessions in a burst, and waits until they are counted.
fn burst(namespace: &Namespace, watch: &mut Watch, sessions: u32) {
    burst_up_to(sessions, namespace, watch, sessions);
}

/// The same, where there will be so many in `all`.
fn burst_up_to(all: u32, namespace: &Namespace, watch: &mut Watch, sessions: u32) {
    let scratch = Scratch::new();
    let (_, packets) = again_and_again(sessions);
    let packets: Vec<Packet> = packets.into_iter().map(|(_, packet)| packet).collect();
    let sent = write(&scratch, "sent.pcap", &packets);
    namespace.replay("mirror", &sent, 50_000);
    watch.running.wait_for(&format!(" {all} sessions ("));
}

fn whole_lines(path: &Path) -> usize {
    let text = fs::read(path).unwrap_or_default();
    memchr::memchr_iter(b'\n', &text).count()
}

#[test]
fn records_wait_for_room() {
    let Some((namespace, disk, mut watch)) = watch_onto(128, &[]) else {
        return;
    };
    burst(&namespace, &mut watch, 800);
    assert!(whole_lines(&watch.records) < 200);
    assert!(watch.running.told.concat().contains(FULL));
    disk.enlarge(16 << 10);
    until("all records", || whole_lines(&watch.records) == 800);
    let (records, told) = watch.end();
    assert_eq!(records.len(), 800);
    let warnings = told.iter().filter(|line| line.contains(FULL)).count();
    assert_eq!(warnings, 1, "{told:#?}");
}

/// Room comes once the file that was put aside is removed, and its place is given up when the program opens another one.
#[test]
fn a_full_file_can_be_put_aside() {
    let Some((namespace, _disk, mut watch)) = watch_onto(128, &[]) else {
        return;
    };
    burst(&namespace, &mut watch, 100);
    watch.running.signal("HUP"); // to itself: nothing becomes better or worse
    watch.running.wait_for(FULL);
    let before = whole_lines(&watch.records);
    assert!((1..100).contains(&before));
    fs::remove_file(&watch.records).unwrap();
    watch.running.signal("HUP");
    until("the rest in a new file", || {
        whole_lines(&watch.records) == 100 - before
    });
    let (records, _) = watch.end();
    assert_eq!(records.len(), 100 - before);
}

#[test]
fn what_is_lost_is_told() {
    let report = Scratch::new();
    let report = report.path().join("report.json");
    let options = ["--format", "json", "-o", report.to_str().unwrap()];
    let Some((namespace, _disk, mut watch)) = watch_onto(64, &options) else {
        return;
    };
    burst(&namespace, &mut watch, 150);
    watch.running.signal("TERM");
    let (status, told) = watch.running.end();
    assert_eq!(status, Some(1), "{told:#?}");
    let written = whole_lines(&watch.records);
    let lost = format!("{} session records lost", 150 - written);
    assert!(told.concat().contains(&lost), "{lost}: {told:#?}");
    let report: Value = serde_json::from_slice(&fs::read(report).unwrap()).unwrap();
    assert_eq!(report["capture"]["bounds"]["records"], 150 - written);
}

/// Packets of a session are in the file, or they are not and that is told; half a block would make the rest unreadable.
#[test]
fn evidence_is_whole() {
    let Some(namespace) = Namespace::new() else {
        return;
    };
    namespace.cable("mirror", "sensor");
    let (records, disk) = (Scratch::new(), Disk::new(64));
    let file = disk.0.path().join("evidence.pcapng");
    let options = ["--every", "1s", "--write", file.to_str().unwrap()];
    let mut watch = Watch::start(&namespace, &["sensor"], &records, &options);
    burst(&namespace, &mut watch, 150);
    disk.enlarge(16 << 10);
    burst_up_to(200, &namespace, &mut watch, 50);
    watch.running.signal("TERM");
    let (status, told) = watch.running.end();
    assert_eq!(status, Some(1), "{told:#?}");
    let bytes = fs::read(&file).unwrap();
    let kept = memchr::memmem::find_iter(&bytes, b"event.id ").count();
    assert!((51..200).contains(&kept), "{kept}");
    let lost = format!("packets of {} sessions could not be written", 200 - kept);
    assert!(told.concat().contains(&lost), "{lost}: {told:#?}");
    let read = run(&["read", file.to_str().unwrap()]);
    let told = String::from_utf8_lossy(&read.stderr).into_owned();
    assert_eq!(read.status.code(), Some(0), "{told}");
}

/// Nobody who asks for a report gets none, and no word of it, since the records fail as well.
#[test]
fn a_report_that_fails_is_told_and_the_one_before_stays() {
    let Some(namespace) = Namespace::new() else {
        return;
    };
    namespace.cable("mirror", "sensor");
    let disk = Disk::new(64);
    let report = disk.0.file("report.html", b"the report before");
    let options = [
        "--every",
        "1s",
        "--format",
        "html",
        "-o",
        report.to_str().unwrap(),
    ];
    let mut watch = Watch::start(&namespace, &["sensor"], &disk.0, &options);
    burst(&namespace, &mut watch, 150);
    watch.running.signal("USR1");
    watch.running.wait_for("report.html` cannot be written");
    assert_eq!(fs::read(&report).unwrap(), b"the report before");
    disk.enlarge(16 << 10);
    until("all records", || whole_lines(&watch.records) == 150);
    watch.end();
    let files = fs::read_dir(disk.0.path()).unwrap();
    assert_eq!(files.count(), 2, "the report and the records");
    assert!(fs::read_to_string(report).unwrap().contains("</html>"));
}

/// `read` may make no file, and asks for room in the one that it has opened.
#[test]
fn reading_keeps_the_report_before_too() {
    if Namespace::new().is_none() {
        return;
    }
    let disk = Disk::new(64);
    let report = disk.0.file("report.html", b"the report before");
    disk.0.file("other", &vec![0; 56 << 10]);
    let capture = crate::common::pcaps().join("office-morning-1.pcap");
    let arguments = ["read", "--format", "html", "-o"];
    let [name, capture] = [&report, &capture].map(|path| path.to_str().unwrap());
    let arguments = [&arguments[..], &[name, capture]].concat();
    let output = run(&arguments);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains(FULL), "{told}");
    assert_eq!(fs::read(&report).unwrap(), b"the report before");
    disk.enlarge(16 << 10);
    let output = run(&arguments);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(fs::read_to_string(report).unwrap().ends_with("</html>\n"));
}
