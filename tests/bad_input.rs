//! Bad input: a clear line that names the file and the place, everything readable still reported, the right exit status.

mod common;

use std::fs;
use std::path::PathBuf;
use std::process::{Output, Stdio};

use common::{Scratch, command, pcaps, run};

fn good() -> PathBuf {
    pcaps().join("legacy-negotiated.pcap")
}

fn read(paths: &[PathBuf]) -> Output {
    let mut args = vec!["read".into()];
    args.extend(paths.iter().map(|path| path.clone().into_os_string()));
    run(&args)
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The bad file is named and told apart, and the good one beside it is reported all the same.
fn is_told_and_the_rest_reported(bad: PathBuf, words: &[&str]) {
    let output = read(&[bad.clone(), good()]);
    let told = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains(bad.to_str().unwrap()), "{told}");
    for word in words {
        assert!(told.contains(word), "{word:?} is not in: {told}");
    }
    assert!(
        stdout(&output).contains("legacy_negotiated"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn an_empty_file() {
    let scratch = Scratch::new();
    is_told_and_the_rest_reported(
        scratch.file("empty.pcap", b""),
        &["is not a capture", "empty"],
    );
}

#[test]
fn a_text_file() {
    let scratch = Scratch::new();
    let path = scratch.file("notes.pcap", b"To do: capture at the core switch.\n");
    is_told_and_the_rest_reported(path, &["is not a capture", "text"]);
}

#[test]
fn a_file_that_is_not_there() {
    let scratch = Scratch::new();
    is_told_and_the_rest_reported(scratch.path().join("gone.pcap"), &["No such file"]);
}

/// Even root cannot read this one: the kernel answers EIO at address 0.
#[test]
#[cfg(target_os = "linux")]
fn an_unreadable_file() {
    is_told_and_the_rest_reported(PathBuf::from("/proc/self/mem"), &["cannot be read"]);
}

#[test]
fn a_capture_cut_in_a_packet() {
    let scratch = Scratch::new();
    let whole = fs::read(pcaps().join("swaks.pcap")).unwrap();
    let path = scratch.file("cut.pcap", &whole[..whole.len() - 3]);
    is_told_and_the_rest_reported(path, &["packet"]);
}

#[test]
fn a_capture_cut_in_a_header() {
    let scratch = Scratch::new();
    let (link, packets) = common::packets(&pcaps().join("swaks.pcap"));
    let mut bytes = common::plain_pcap(link, &packets[..4]);
    let sound = bytes.len();
    bytes.extend([1, 2, 3, 4, 5]);
    let path = scratch.file("cut.pcap", &bytes);
    let at = format!("byte {sound}");
    is_told_and_the_rest_reported(path, &["packet", &at]);
}

#[test]
fn a_file_header_cut_short() {
    let scratch = Scratch::new();
    let whole = fs::read(good()).unwrap();
    is_told_and_the_rest_reported(scratch.file("cut.pcap", &whole[..13]), &[]);
}

/// What was readable of a cut capture is in the report, and the report says that it was cut.
#[test]
fn what_lies_before_the_damage_counts() {
    let scratch = Scratch::new();
    let whole = fs::read(good()).unwrap();
    let path = scratch.file("cut.pcap", &whole[..whole.len() - 1]);
    let output = read(&[path]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("legacy_negotiated"));
    assert!(stdout(&output).contains("cut.pcap"));
}

#[test]
fn a_folder_without_captures() {
    let scratch = Scratch::new();
    scratch.file("readme.txt", b"nothing here\n");
    let output = read(&[scratch.path().to_owned()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("no captures found"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn wrong_arguments() {
    for args in [
        &["read"][..],
        &["read", "--ports", "smtp", "x"],
        &["read", "--internal", "x", "y"],
        &["raed"],
    ] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn an_output_that_cannot_be_written() {
    let path = good().into_os_string().into_string().unwrap();
    let output = run(&["read", "-o", "/nonexistent/report.txt", &path]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("/nonexistent/report.txt"));
}

/// Whoever reads the output may stop reading: `tlstally read … | head -1` is no failure.
#[test]
fn a_closed_pipe_is_success() {
    let mut child = command(&[
        "read",
        "--to",
        "any",
        "--sessions",
        "-",
        pcaps().to_str().unwrap(),
    ])
    .stdin(Stdio::null())
    .stdout(Stdio::piped())
    .stderr(Stdio::piped())
    .spawn()
    .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stderr(&output), "");
}

#[test]
fn a_bad_endpoint_list() {
    let scratch = Scratch::new();
    let path = scratch.file("list.json", b"<html>blocked by proxy</html>");
    let list = path.to_str().unwrap();
    let output = run(&["endpoints", list]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains(list), "{}", stderr(&output));
}

#[test]
fn fail_on_legacy() {
    let path = good().into_os_string().into_string().unwrap();
    let modern = pcaps()
        .join("message-delivered.pcap")
        .into_os_string()
        .into_string()
        .unwrap();
    assert_eq!(
        run(&["read", "--fail-on-legacy", &path]).status.code(),
        Some(10)
    );
    assert_eq!(
        run(&["read", "--fail-on-legacy", &modern]).status.code(),
        Some(0)
    );
}
