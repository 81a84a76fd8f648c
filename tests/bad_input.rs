//! Bad input: a clear line that names the file and the place, everything readable still reported, the right exit status.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod common;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

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
fn is_told_and_the_rest_reported(bad: &Path, words: &[&str]) {
    let output = read(&[bad.to_owned(), good()]);
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
        &scratch.file("empty.pcap", b""),
        &["is not a capture", "empty"],
    );
}

#[test]
fn a_text_file() {
    let scratch = Scratch::new();
    let path = scratch.file("notes.pcap", b"To do: capture at the core switch.\n");
    is_told_and_the_rest_reported(&path, &["is not a capture", "text"]);
}

#[test]
fn a_file_that_is_not_there() {
    let scratch = Scratch::new();
    is_told_and_the_rest_reported(&scratch.path().join("gone.pcap"), &["No such file"]);
}

/// Even root cannot read this one: the kernel answers EIO at address 0.
#[test]
fn an_unreadable_file() {
    is_told_and_the_rest_reported(Path::new("/proc/self/mem"), &["cannot be read"]);
}

#[test]
fn a_capture_cut_in_a_packet() {
    let scratch = Scratch::new();
    let whole = fs::read(pcaps().join("swaks.pcap")).unwrap();
    let path = scratch.file("cut.pcap", &whole[..whole.len() - 3]);
    is_told_and_the_rest_reported(&path, &["packet"]);
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
    is_told_and_the_rest_reported(&path, &["packet", &at]);
}

#[test]
fn a_file_header_cut_short() {
    let scratch = Scratch::new();
    let whole = fs::read(good()).unwrap();
    is_told_and_the_rest_reported(&scratch.file("cut.pcap", &whole[..13]), &[]);
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

/// What may have been meant otherwise is told, and done as it stands.
#[test]
fn doubtful_networks_are_told() {
    let of = |network: &str| {
        let capture = good();
        let args = ["read", "--format", "json", "--sensor", "x", "--internal"];
        run(&[&args[..], &[network, capture.to_str().unwrap()]].concat())
    };
    let (plain, host_bits, bare) = (of("10.20.0.0/16"), of("10.20.0.5/16"), of("10.20.0.0"));
    assert_eq!(stderr(&plain), "");
    assert!(
        stderr(&host_bits).contains("10.20.0.0/16"),
        "{}",
        stderr(&host_bits)
    );
    assert_eq!(stdout(&host_bits), stdout(&plain));
    assert!(stderr(&bare).contains("10.20.0.0/32"), "{}", stderr(&bare));
    for output in [plain, host_bits, bare] {
        assert_eq!(output.status.code(), Some(0));
    }
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

/// Beside others it would go unseen that a folder which was named gave nothing; the answer of the others is good all the same.
#[test]
fn a_folder_without_captures_beside_a_capture() {
    let scratch = Scratch::new();
    scratch.file("readme.txt", b"nothing here\n");
    let output = read(&[scratch.path().to_owned(), good()]);
    let told = stderr(&output);
    assert_eq!(output.status.code(), Some(0), "{told}");
    let expected = format!("no captures in `{}`", scratch.path().display());
    assert!(told.contains(&expected), "{told}");
    assert!(stdout(&output).contains("legacy_negotiated"));
    let again = read(&[pcaps(), good()]);
    assert!(
        !stderr(&again).contains("no captures"),
        "{}",
        stderr(&again)
    );
}

#[test]
fn wrong_arguments() {
    for args in [
        &["read"][..],
        &["read", "--ports", "smtp", "x"],
        &["read", "--internal", "x", "y"],
        &["read", "--sensor", "", "x"],
        &["report", "--host", "10.20.0.0/40", "x"],
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

/// Whoever ends a pipe from afar by Ctrl-C gets the report of what came, though the other end be silent.
#[test]
fn an_interrupted_pipe_is_reported() {
    let scratch = Scratch::new();
    let records = scratch.path().join("records");
    let mut child = command(&["read", "--sessions", records.to_str().unwrap(), "-o"])
        .arg(scratch.path().join("report"))
        .arg("-")
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    pipe.write_all(&fs::read(good()).unwrap()).unwrap();
    // It has read what there is once the pipe is empty, and by then it catches signals.
    let deadline = Instant::now() + Duration::from_secs(60);
    while rustix::io::ioctl_fionread(&pipe).unwrap() > 0 {
        assert!(Instant::now() < deadline, "nothing is read");
        std::thread::yield_now();
    }
    let pid = child.id().to_string();
    let sent = std::process::Command::new("kill")
        .args(["-INT", &pid])
        .status();
    assert!(sent.unwrap().success());
    let output = child.wait_with_output().unwrap();
    drop(pipe);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("interrupted"),
        "{}",
        stderr(&output)
    );
    let report = fs::read_to_string(scratch.path().join("report")).unwrap();
    assert!(report.contains("HOST"), "{report}");
    assert!(!fs::read_to_string(records).unwrap().is_empty());
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

/// A full disk for the report hides no legacy host from a script.
#[test]
fn a_report_that_cannot_be_written() {
    let good = good().into_os_string().into_string().unwrap();
    let args = ["read", "-o", "/dev/full", &good];
    let output = run(&args);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("/dev/full"), "{}", stderr(&output));
    let output = run(&[&args[..], &["--fail-on-legacy"]].concat());
    assert_eq!(output.status.code(), Some(10));
    assert!(stderr(&output).contains("/dev/full"), "{}", stderr(&output));
}

/// What was asked for beside the records is done though nobody reads them on, and the exit status says the same.
#[test]
fn a_closed_pipe_costs_nothing_else() {
    let scratch = Scratch::new();
    let whole = fs::read(good()).unwrap();
    let cut = scratch.file("cut.pcap", &whole[..whole.len() - 1]);
    let report = scratch.path().join("report.json");
    let [good, cut, report] =
        [&good(), &cut, &report].map(|path| path.to_str().unwrap().to_owned());
    let status = |args: &[&str]| {
        let mut child = command(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        child.wait().unwrap().code()
    };
    assert_eq!(status(&["read", "--fail-on-legacy", &good]), Some(10));
    assert_eq!(status(&["read", &cut]), Some(1));
    let records = ["--sessions", "-", "--format", "json", "-o", &report, &good];
    assert_eq!(
        status(&[&["read", "--fail-on-legacy"], &records[..]].concat()),
        Some(10)
    );
    let written: serde_json::Value = serde_json::from_slice(&fs::read(&report).unwrap()).unwrap();
    assert_eq!(written["totals"]["hosts"], 1);
}

/// A full disk for the records is no reason to keep the report back.
#[test]
fn records_that_cannot_be_written() {
    let output = run(&["read", "--sessions", "/dev/full", good().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("/dev/full"), "{}", stderr(&output));
    assert!(stdout(&output).contains("legacy_negotiated"));
}

/// An answer is never written over what it is made of, nor over another capture, nor over the other answer.
#[test]
fn nothing_of_others_is_written_over() {
    let scratch = Scratch::new();
    let capture = fs::read(good()).unwrap();
    let input = scratch.file("input.pcap", &capture);
    let other = scratch.file("other.pcap", &capture);
    let link = scratch.path().join("link");
    std::os::unix::fs::symlink(&other, &link).unwrap();
    let [folder, input, other, link] =
        [scratch.path(), &input, &other, &link].map(|path| path.to_str().unwrap().to_owned());
    for args in [
        [&*input, "-o", &input],
        [&input, "--sessions", &input],
        [&input, "-o", &other],
        [&input, "--sessions", &link],
        [&folder, "-o", &other],
    ] {
        let output = run(&[&["read"], &args[..]].concat());
        assert_eq!(
            output.status.code(),
            Some(2),
            "{args:?}: {}",
            stderr(&output)
        );
        assert!(stderr(&output).contains(args[2]), "{}", stderr(&output));
    }
    assert_eq!(fs::read(&input).unwrap(), capture);
    assert_eq!(fs::read(&other).unwrap(), capture);
    let both = format!("{folder}/answer");
    for place in [&*both, "-"] {
        let output = run(&["read", "--sessions", place, "-o", place, &input]);
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    }
}

/// What an earlier run wrote stays until there is something to put in its place.
#[test]
fn a_run_that_fails_leaves_the_earlier_report() {
    let scratch = Scratch::new();
    let report = scratch.file("report.txt", b"of yesterday\n");
    let empty = scratch.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let output = run(&[
        "read".as_ref(),
        "-o".as_ref(),
        report.as_os_str(),
        empty.as_os_str(),
    ]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(fs::read(&report).unwrap(), b"of yesterday\n");
    let output = run(&[
        "read".as_ref(),
        "-o".as_ref(),
        report.as_os_str(),
        good().as_os_str(),
    ]);
    assert_eq!(output.status.code(), Some(0));
    let text = fs::read_to_string(&report).unwrap();
    assert!(text.contains("legacy_negotiated") && !text.contains("yesterday"));
}

#[test]
fn a_store_that_is_none_is_told_apart() {
    let scratch = Scratch::new();
    let told = |store: &Path| {
        let output = run(&["report".as_ref(), store.as_os_str()]);
        assert_eq!(output.status.code(), Some(1));
        stderr(&output)
    };
    assert!(told(&scratch.path().join("gone")).contains("holds no store"));
    assert!(told(&scratch.file("capture.pcap", b"x")).contains("is not a folder"));
}
