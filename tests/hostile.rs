//! Names off the wire that would act on a terminal, a spreadsheet, a browser or a parser come out harmless in every form.
//!
//! The capture is built here: a client whose EHLO and SNI, and a server whose banner and certificate, all hold the hostile text.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod common;
#[path = "hostile/wire.rs"]
mod wire;

use std::path::PathBuf;

use common::Scratch;
use serde_json::Value;

/// What the wire says, and what it would do.
fn texts() -> Vec<Vec<u8>> {
    let mut texts: Vec<Vec<u8>> = [
        "printer\x1b[2J\x1b[1;1H\x1b]0;owned\x07", // clears the screen, sets the title (ECMA-48)
        "printer\u{9b}31m",                        // the same with C1 control codes
        "<script>alert(1)</script>",               // runs in a browser
        "\"><img src=x onerror=alert(1)>",         // leaves an attribute
        "=cmd|' /C calc'!A0",                      // a formula in a spreadsheet
        "+1+1",
        "-2+3",
        "@SUM(1)",
        "a\tb",
        "printer\",\"tlstally\":{\"verdict\":\"modern\"},\"x\":\"", // leaves a JSON string
        "printer\nHOST legacy",                                     // a line of its own
        "printer\r\nHOST legacy",
        "\u{202e}retnirp", // turns the reading direction (Unicode 9.1, bidi controls)
        "prin\u{200b}ter\u{feff}", // takes no room
        "a;b\0c",
        "name{host=\"x\"} 1", // a metrics label
        "../../etc/passwd",
    ]
    .map(|text| text.as_bytes().to_vec())
    .into();
    texts.push(b"printer\xff\xfe\xc3(".to_vec()); // no UTF-8
    texts.push(vec![b'x'; 65_000]);
    texts.push("\u{202e}\x1b".repeat(16_000).into_bytes());
    texts
}

fn capture(scratch: &Scratch) -> PathBuf {
    let texts = texts();
    let packets: Vec<_> = texts
        .iter()
        .enumerate()
        .flat_map(|(number, text)| wire::session(number as u8, text))
        .collect();
    scratch.file("hostile.pcap", &common::plain_pcap(1, &packets))
}

fn run(options: &[&str]) -> Option<String> {
    let scratch = Scratch::new();
    let path = capture(&scratch);
    let mut args = vec!["read", "--sensor", "test", "--to", "any"];
    args.extend(options);
    let path = path.into_os_string().into_string().unwrap();
    args.push(&path);
    let output = common::run(&args);
    if output.status.code() == Some(2) {
        return None; // a form that this program does not have
    }
    assert!(output.status.success());
    Some(
        String::from_utf8(output.stdout)
            .unwrap()
            .replace(&path, "hostile.pcap"),
    )
}

/// Characters that act on a terminal, or hide, or turn what stands beside them.
fn acts(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[test]
fn records_are_one_harmless_line_each() {
    let text = run(&["--sessions", "-"]).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), texts().len());
    for line in lines {
        assert!(!line.chars().any(acts), "{line}");
        assert!(line.len() < 32 * 1024, "{} bytes", line.len());
        let record: Value = serde_json::from_str(line).unwrap();
        assert_eq!(common::at(&record, "tlstally.mode"), "starttls");
        assert_eq!(common::at(&record, "tls.version"), "1.2");
    }
}

/// The names do arrive, as text.
#[test]
fn records_hold_what_was_said() {
    let text = run(&["--sessions", "-"]).unwrap();
    let records: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let any = |path: &str, part: &str| {
        let values = records
            .iter()
            .filter_map(|record| common::at(record, path).as_str());
        values.into_iter().any(|value| value.contains(part))
    };
    for path in ["source.domain", "tlstally.banner", "tls.server.subject"] {
        assert!(any(path, "alert(1)"), "{path}");
        assert!(any(path, "calc"), "{path}");
    }
}

#[test]
fn the_table_holds_nothing_but_text_and_lines() {
    let text = run(&["--format", "table"]).unwrap();
    let found: Vec<char> = text.chars().filter(|c| acts(*c) && *c != '\n').collect();
    assert!(found.is_empty(), "{found:?}");
    assert!(!text.lines().any(|line| line.starts_with("HOST legacy")));
}

#[test]
fn the_report_as_json_is_one_document() {
    let text = run(&["--format", "json"]).unwrap();
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["hosts"].as_array().unwrap().len(), texts().len());
    let found: Vec<char> = text.chars().filter(|c| acts(*c) && *c != '\n').collect();
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn no_cell_is_a_formula() {
    let text = run(&["--format", "csv"]).unwrap();
    let rows = rows(&text);
    assert_eq!(rows.len(), texts().len() + 1);
    for row in &rows {
        assert_eq!(row.len(), rows[0].len(), "{row:?}");
        for cell in row {
            // OWASP, "CSV Injection".
            assert!(
                !cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']),
                "{cell}"
            );
            assert!(!cell.chars().any(acts), "{cell:?}");
        }
    }
}

#[test]
fn no_tag_reaches_a_browser() {
    let Some(text) = run(&["--format", "html"]) else {
        return;
    };
    assert!(!text.contains("<script>alert"));
    assert!(!text.contains("<img src=x"));
    assert!(!text.contains("\u{202e}"));
}

/// The cells of a CSV text (RFC 4180).
fn rows(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted && characters.peek() == Some(&'\n') => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            _ => cell.push(character),
        }
    }
    assert!(
        !quoted && cell.is_empty() && row.is_empty(),
        "the last line has no end"
    );
    rows
}
