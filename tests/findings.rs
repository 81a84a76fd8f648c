//! Each finding is shown by a capture: the command and the excerpt in `docs/findings.md` are true.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod common;

use std::fs;
use std::path::Path;

use serde_json::Value;

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
