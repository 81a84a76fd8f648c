//! The answer is the same for any number of workers, any order of the files, in any container.

mod common;

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use common::{Form, Scratch, captures, packets, pcap, pcaps, read, run, sessions};
use serde_json::Value;

/// All captures at once give thousands of packets, several hosts and every kind of session.
#[test]
fn any_number_of_workers() {
    let paths = captures();
    let one = read(&["--workers", "1"], &paths);
    assert!(one.status.success());
    assert!(!one.stdout.is_empty());
    for workers in ["2", "3", "8", "16"] {
        let many = read(&["--workers", workers], &paths);
        assert_eq!(one.stdout, many.stdout, "{workers} workers");
    }
}

#[test]
fn any_number_of_workers_gives_the_same_report() {
    for format in ["table", "json", "csv"] {
        let with = |workers: &str| {
            let folder = pcaps().into_os_string().into_string().unwrap();
            let args = [
                "read",
                "--sensor",
                "test",
                "--format",
                format,
                "--workers",
                workers,
                &folder,
            ];
            run(&args).stdout
        };
        assert_eq!(with("1"), with("7"), "{format}");
    }
}

#[test]
fn any_order_of_the_files() {
    let mut paths = captures();
    let forward = read(&[], &paths);
    paths.reverse();
    assert_eq!(forward.stdout, read(&[], &paths).stdout);
    let middle = paths.len() / 2;
    paths.rotate_left(middle);
    assert_eq!(forward.stdout, read(&[], &paths).stdout);
}

/// A capture that a ring buffer has split into files, and one that two taps have written, one direction each.
#[test]
fn one_capture_in_several_files() {
    let scratch = Scratch::new();
    let whole = pcaps().join("openssl-s_client.pcap");
    let (link, all) = packets(&whole);
    let rotated: Vec<PathBuf> = all
        .chunks(7)
        .enumerate()
        .map(|(n, part)| {
            scratch.file(
                &format!("ring-{:03}.pcap", 999 - n),
                &common::plain_pcap(link, part),
            )
        })
        .collect();
    assert!(rotated.len() > 3);
    let taps: Vec<PathBuf> = [true, false]
        .map(|from_inside| {
            // The source address of an untagged IPv4 packet; the inside of the recording is 10.20.0.0/24.
            let part: Vec<_> = all
                .iter()
                .filter(|packet| (packet.bytes.get(26) == Some(&10)) == from_inside)
                .cloned()
                .collect();
            scratch.file(
                &format!("tap-{from_inside}.pcap"),
                &common::plain_pcap(link, &part),
            )
        })
        .into();
    let expected = without_path(sessions(&[], &[whole]));
    assert!(!expected.is_empty());
    assert_eq!(without_path(sessions(&[], &rotated)), expected);
    assert_eq!(without_path(sessions(&[], &taps)), expected);
}

#[test]
fn any_container() {
    let scratch = Scratch::new();
    let whole = pcaps().join("legacy-negotiated.pcap");
    let (link, all) = packets(&whole);
    let expected = without_path(sessions(&[], std::slice::from_ref(&whole)));
    assert!(!expected.is_empty());
    for big_endian in [false, true] {
        for nanoseconds in [false, true] {
            let form = Form {
                big_endian,
                nanoseconds,
            };
            let path = scratch.file("form.pcap", &pcap(form, link, &all));
            assert_eq!(without_path(sessions(&[], &[path])), expected, "{form:?}");
        }
    }
    let plain = fs::read(&whole).unwrap();
    for (name, packed) in [
        ("packed.gz", gzip(&plain)),
        ("packed.zst", zstd::encode_all(&plain[..], 3).unwrap()),
        ("packed.lz4", lz4(&plain)),
    ] {
        let path = scratch.file(name, &packed);
        assert_eq!(without_path(sessions(&[], &[path])), expected, "{name}");
    }
}

#[test]
fn standard_input() {
    let whole = pcaps().join("legacy-negotiated.pcap");
    let mut child = common::command(&["read", "--sensor", "test", "--sessions", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(&fs::read(&whole).unwrap())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let lines = output
        .stdout
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty());
    let piped: Vec<Value> = lines
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect();
    assert_eq!(without_path(piped), without_path(sessions(&[], &[whole])));
}

/// The same packets as editcap writes them, where it is there.
#[test]
fn pcapng_by_wireshark() {
    if !common::has("tshark") {
        return;
    }
    let scratch = Scratch::new();
    let whole = pcaps().join("legacy-negotiated.pcap");
    let path = scratch.path().join("same.pcapng");
    let status = Command::new("tshark")
        .arg("-r")
        .arg(&whole)
        .args(["-F", "pcapng", "-w"])
        .arg(&path)
        .status()
        .unwrap();
    assert!(status.success());
    assert_eq!(
        without_path(sessions(&[], &[path])),
        without_path(sessions(&[], &[whole]))
    );
}

/// Reading the same capture twice, or a copy of it beside it, counts nothing twice.
#[test]
fn a_copy_beside_the_capture() {
    let scratch = Scratch::new();
    let whole = pcaps().join("legacy-negotiated.pcap");
    let copy = scratch.file("copy.pcap", &fs::read(&whole).unwrap());
    let once = without_path(sessions(&[], std::slice::from_ref(&whole)));
    let twice = without_path(sessions(&[], &[whole, copy]));
    assert_eq!(once, twice);
}

fn without_path(mut records: Vec<Value>) -> Vec<Value> {
    for record in &mut records {
        record.as_object_mut().unwrap().remove("log");
    }
    records
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn lz4(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = lz4_flex::frame::FrameEncoder::new(Vec::new());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
