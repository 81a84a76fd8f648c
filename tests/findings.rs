//! Each finding is shown by a capture: the command and the excerpt in `docs/findings.md` are true.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod common;

use std::fs;
use std::path::Path;

use common::{Packet, Scratch, at, packets, pcaps, plain_pcap, sessions};
use serde_json::{Value, json};

/// A section of the page: the finding, its command and its excerpt of a record.
struct Shown {
    finding: String,
    command: String,
    excerpt: Value,
}

#[test]
fn each_capture_yields_its_finding() {
    for shown in sections() {
        let records = records(&shown.command);
        let yields = |record: &&Value| {
            let findings = common::at(record, "tlstally.findings").as_array();
            findings.is_some_and(|all| all.iter().any(|one| *one == shown.finding))
        };
        let (found, others): (Vec<_>, Vec<_>) = records.iter().partition(yields);
        assert!(
            found.iter().any(|record| holds(record, &shown.excerpt)),
            "{}: {} is in none of {found:?}, others {others:?}",
            shown.finding,
            shown.excerpt,
        );
    }
}

#[test]
fn the_page_shows_every_finding_that_records_can_have() {
    let schema = fs::read_to_string(root().join("docs/session.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let words = &schema["properties"]["tlstally"]["properties"]["findings"]["items"]["enum"];
    let shown: Vec<String> = sections().into_iter().map(|shown| shown.finding).collect();
    assert_eq!(*words, Value::from(shown));
}

/// Everything in `part` is in `whole`, with the same value.
fn holds(whole: &Value, part: &Value) -> bool {
    match part {
        Value::Object(object) => object.iter().all(|(key, part)| holds(&whole[key], part)),
        _ => whole == part,
    }
}

fn records(command: &str) -> Vec<Value> {
    let args: Vec<&str> = command.split(' ').skip(1).collect();
    let output = common::command(&args).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{command}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn sections() -> Vec<Shown> {
    let page = fs::read_to_string(root().join("docs/findings.md")).unwrap();
    page.split("\n## `").skip(1).map(section).collect()
}

fn section(text: &str) -> Shown {
    let (finding, rest) = text.split_once('`').unwrap();
    let (_, capture) = rest.split_once("\nCapture: ").unwrap();
    let block = |fence: &str| {
        let (_, rest) = capture.split_once(fence).unwrap();
        rest.split_once("\n```").unwrap().0.to_owned()
    };
    Shown {
        finding: finding.to_owned(),
        command: block("```console\n$ "),
        excerpt: serde_json::from_str(&block("```json\n")).unwrap(),
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A connection that ends in a reset is waited for longer than one that both ends close. The order of the two still tells which
/// followed on which.
#[test]
fn what_follows_a_failure_that_ends_in_a_reset() {
    const FIN: u8 = 1;
    const RST: u8 = 4;
    let (link, mut all) = packets(&pcaps().join("cleartext-fallback-postfix.pcap"));
    let port = |packet: &Packet, at: usize| {
        (packet.bytes[12..14] == [8, 0] && packet.bytes[23] == 6)
            .then(|| u16::from_be_bytes([packet.bytes[at], packet.bytes[at + 1]]))
    };
    let failed = [52_312, 52_328];
    for packet in &mut all {
        let of_failed = [34, 36]
            .iter()
            .any(|at| port(packet, *at).is_some_and(|port| failed.contains(&port)));
        if of_failed && packet.bytes[47] & FIN != 0 {
            packet.bytes[47] = packet.bytes[47] & !FIN | RST;
        }
    }
    // The capture goes on until nothing more is waited for.
    let mut late = all.last().unwrap().clone();
    late.time += 300_000_000_000;
    all.push(late);
    let scratch = Scratch::new();
    let path = scratch.file("reset.pcap", &plain_pcap(link, &all));
    for workers in ["1", "3"] {
        let records = sessions(&["--workers", workers], std::slice::from_ref(&path));
        let clear = records
            .iter()
            .find(|record| *at(record, "tlstally.mode") == "plaintext")
            .unwrap();
        assert_eq!(
            *at(clear, "tlstally.findings"),
            json!(["cleartext_fallback"])
        );
    }
}
