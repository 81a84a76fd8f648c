//! Conversations written as text, line by line, and what is asked of their records.
//!
//! A script has a line for each line that is sent: `C:` and `S:` with CRLF, `C|` and `S|` with LF alone, `C=` and `S=` raw with
//! `\xNN`. `TLS n` is all that follows the 220 in the nth session of `openssl-s_client.pcap` (versions 1.0, 1.1, 1.2, 1.3 by
//! tshark's reading), `HELLO n` its first turn. An answer is `field=value`; a bare `field` must be absent.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

use std::net::Ipv4Addr;

use serde_json::Value;

use super::conversation::{Conversation, From, recorded};
use super::pcaps;
use super::reading::text;

pub fn differences(what: &str, record: &Value, answer: &str) -> Vec<String> {
    let each = answer
        .split_whitespace()
        .map(|part| part.split_once('=').unwrap_or((part, "")));
    let wrong = each.filter(|(field, value)| !holds(&text(record, field), value));
    wrong
        .map(|(field, value)| {
            format!(
                "{what}: {field} is {:?}, not {value:?}",
                text(record, field)
            )
        })
        .collect()
}

/// What is false may be absent.
fn holds(got: &str, wanted: &str) -> bool {
    got == wanted || (wanted == "false" && got.is_empty())
}

/// The turns behind the 220 to STARTTLS of the four sessions.
pub fn samples() -> Vec<Vec<(From, Vec<u8>)>> {
    let sessions = recorded(&pcaps().join("openssl-s_client.pcap"));
    let mail = sessions
        .into_iter()
        .filter(|session| session.server.1 == 587);
    mail.map(|session| {
        let hello = session
            .turns
            .iter()
            .position(|(from, bytes)| *from == From::Client && bytes[0] == 22)
            .unwrap();
        session.turns[hello..].to_vec()
    })
    .collect()
}

pub fn conversation(port: u16, script: &str, samples: &[Vec<(From, Vec<u8>)>]) -> Conversation {
    let mut turns: Vec<(From, Vec<u8>)> = Vec::new();
    let lines = script.lines().map(str::trim_start);
    for line in lines.filter(|line| !line.is_empty()) {
        match line.split_once(' ').unwrap() {
            ("TLS", number) => turns.extend(samples[number.parse::<usize>().unwrap() - 1].clone()),
            ("HELLO", number) => {
                turns.push(samples[number.parse::<usize>().unwrap() - 1][0].clone());
            }
            (mark, text) => turns.push(spoken(mark, text)),
        }
    }
    Conversation {
        client: (Ipv4Addr::new(10, 20, 0, 9), 50_123),
        server: (Ipv4Addr::new(192, 0, 2, 1), port),
        turns: joined(turns),
    }
}

fn spoken(mark: &str, text: &str) -> (From, Vec<u8>) {
    let from = if mark.starts_with('C') {
        From::Client
    } else {
        From::Server
    };
    let bytes = match &mark[1..] {
        ":" => format!("{text}\r\n").into_bytes(),
        "|" => format!("{text}\n").into_bytes(),
        "=" => unescaped(text),
        other => panic!("{other}"),
    };
    (from, bytes)
}

fn unescaped(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match (byte, byte == b'\\') {
            (_, true) => match rest.next().unwrap() {
                b'r' => out.push(b'\r'),
                b'n' => out.push(b'\n'),
                _ => {
                    let digits = [rest.next().unwrap(), rest.next().unwrap()];
                    out.push(
                        u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap(),
                    );
                }
            },
            (plain, false) => out.push(plain),
        }
    }
    out
}

/// Lines of one side in a row are one turn.
pub fn joined(turns: Vec<(From, Vec<u8>)>) -> Vec<(From, Vec<u8>)> {
    let mut out: Vec<(From, Vec<u8>)> = Vec::new();
    for (from, bytes) in turns {
        match out.last_mut() {
            Some((last, before)) if *last == from => before.extend(bytes),
            _ => out.push((from, bytes)),
        }
    }
    out
}
