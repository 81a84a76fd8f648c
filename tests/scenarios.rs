//! What is said on a connection and what the record must say of it, line by line as the RFCs have it: RFC 5321, 3207 (STARTTLS),
//! 8314 (implicit TLS), 2920 (pipelining), 3030 (BDAT), 2033 (LMTP), HAProxy's PROXY protocol, and what middleboxes do.
//!
//! A script has a line for each line that is sent: `C:` and `S:` with CRLF, `C|` and `S|` with LF alone, `C=` and `S=` raw with
//! `\xNN`. `TLS n` is all that follows the 220 in the nth session of `openssl-s_client.pcap` (versions 1.0, 1.1, 1.2, 1.3 by
//! tshark's reading), `HELLO n` its first turn. An answer is `field=value`; a bare `field` must be absent.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod common;

use std::net::Ipv4Addr;

use common::conversation::{Conversation, From, WRAPPING, recorded};
use common::pcaps;
use common::reading::{Reading, contrast, orderless, text};
use serde_json::Value;

/// Name, server port, script, answer.
type Scenario = (&'static str, u16, &'static str, &'static str);

const SCENARIOS: &[Scenario] = &[
    (
        "STARTTLS as in RFC 3207 section 5",
        587,
        "S: 220 mail.imc.org SMTP service ready
         C: EHLO mail.example.com
         S: 250-mail.imc.org offers a warm hug of welcome
         S: 250-8BITMIME
         S: 250-STARTTLS
         S: 250 DSN
         C: STARTTLS
         S: 220 Go ahead
         TLS 3",
        "tlstally.mode=starttls tls.version=1.2 tlstally.outcome=established source.domain=mail.example.com tlstally.starttls_command=STARTTLS",
    ),
    (
        "implicit TLS as in RFC 8314 section 3.3",
        465,
        "TLS 4",
        "tlstally.mode=implicit tls.version=1.3 tlstally.outcome=established",
    ),
    (
        "TLS at once on port 25",
        25,
        "TLS 1",
        "tlstally.mode=implicit tls.version=1.0 tlstally.verdict=legacy",
    ),
    (
        "TLS at once on port 587",
        587,
        "TLS 3",
        "tlstally.mode=implicit tls.version=1.2",
    ),
    (
        "STARTTLS on port 465",
        465,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         TLS 3",
        "tlstally.mode=starttls tls.version=1.2",
    ),
    (
        "plain greeting on 465, the client speaks TLS",
        465,
        "S: 220 mail.example ESMTP
         HELLO 3
         S: 500 5.5.1 unrecognized",
        "tlstally.mode=implicit tls.version tlstally.offered_max=1.2 tls.established",
    ),
    (
        "PROXY v1 before the banner",
        25,
        "C: PROXY TCP4 203.0.113.9 192.0.2.1 50000 25
         S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         TLS 2",
        "tlstally.mode=starttls tls.version=1.1 source.domain=b tlstally.outcome=established",
    ),
    (
        "PROXY v1 before implicit TLS",
        465,
        "C: PROXY TCP4 203.0.113.9 192.0.2.1 50000 465
         TLS 2",
        "tlstally.mode=implicit tls.version=1.1",
    ),
    (
        "PROXY v2 before the banner",
        25,
        r"C= \r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\xcb\x00\x71\x09\xc0\x00\x02\x01\xc3\x50\x00\x19
         S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         TLS 2",
        "tlstally.mode=starttls tls.version=1.1 source.domain=b",
    ),
    (
        "PROXY v2 before implicit TLS",
        465,
        r"C= \r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\xcb\x00\x71\x09\xc0\x00\x02\x01\xc3\x50\x01\xd1
         TLS 3",
        "tlstally.mode=implicit tls.version=1.2",
    ),
    (
        "pipelined EHLO and STARTTLS",
        587,
        "S: 220 a ESMTP
         C: EHLO b
         C: STARTTLS
         S: 250-a
         S: 250 STARTTLS
         S: 220 go
         TLS 3",
        "tlstally.mode=starttls tls.version=1.2 tlstally.outcome=established",
    ),
    (
        "a command injected behind STARTTLS",
        587,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         C: MAIL FROM:<x@y.example>
         S: 220 go
         TLS 3",
        "tlstally.mode=starttls tls.version=1.2 tlstally.outcome=established",
    ),
    (
        "454, then asked again",
        587,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 454 4.7.0 TLS not available due to temporary reason
         C: STARTTLS
         S: 220 go
         TLS 1",
        "tlstally.mode=starttls tls.version=1.0 tlstally.outcome=established",
    ),
    (
        "454, and the client leaves",
        587,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 454 4.7.0 TLS not available due to temporary reason
         C: QUIT
         S: 221 bye",
        "tlstally.mode=plaintext tlstally.outcome=starttls_refused tls.version",
    ),
    (
        "EHLO refused, then HELO",
        25,
        "S: 220 old.example Sendmail
         C: EHLO b
         S: 502 5.5.1 command not implemented
         C: HELO b
         S: 250 old.example
         C: MAIL FROM:<x@y.example>
         S: 250 ok
         C: QUIT
         S: 221 bye",
        "tlstally.mode=plaintext tlstally.outcome=starttls_not_offered",
    ),
    (
        "STARTTLS written over by a firewall",
        25,
        "S: 220 ****************************
         C: EHLO b
         S: 250-a
         S: 250-XXXXXXXA
         S: 250 8BITMIME
         C: MAIL FROM:<x@y.example>
         S: 250 ok
         C: QUIT
         S: 221 bye",
        "tlstally.mode=plaintext tlstally.outcome=starttls_not_offered",
    ),
    (
        "content that quotes the protocol",
        25,
        r"S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: MAIL FROM:<x@y.example>
         S: 250 ok
         C: RCPT TO:<z@y.example>
         S: 250 ok
         C: DATA
         S: 354 go
         C: STARTTLS
         C: AUTH LOGIN
         C= \x16\x03\x01\x00\x40\x01\x00\x00\x3c\x03\x01AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\x00\x00\x02\x00\x2f\x01\x00\r\n
         C: .
         S: 250 taken
         C: QUIT
         S: 221 bye",
        "tlstally.mode=plaintext tlstally.outcome=starttls_not_used tls.version tlstally.offered_max tlstally.auth_in_clear=false",
    ),
    (
        "a chunk that quotes the protocol",
        25,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250-CHUNKING
         S: 250 STARTTLS
         C: MAIL FROM:<x@y.example>
         S: 250 ok
         C: RCPT TO:<z@y.example>
         S: 250 ok
         C: BDAT 22 LAST
         C: STARTTLS
         C: AUTH LOGIN
         S: 250 taken
         C: QUIT
         S: 221 bye",
        "tlstally.mode=plaintext tlstally.outcome=starttls_not_used tlstally.auth_in_clear=false",
    ),
    (
        "LMTP",
        2525,
        "S: 220 a LMTP ready
         C: LHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         TLS 3",
        "tlstally.mode=starttls tls.version=1.2 source.domain=b",
    ),
    (
        "bare line feeds",
        25,
        "S| 220 a ESMTP
         C| EHLO b
         S| 250-a
         S| 250 STARTTLS
         C| STARTTLS
         S| 220 go
         TLS 2",
        "tlstally.mode=starttls tls.version=1.1 source.domain=b",
    ),
    (
        "bytes above 127 in greeting and name",
        25,
        r"S= 220 caf\xe9 ESMTP \xff\r\n
         C= EHLO \xe4b\r\n
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         TLS 2",
        "tlstally.mode=starttls tls.version=1.1",
    ),
    (
        "a greeting of many lines",
        25,
        "S: 220-one
         S: 220-two STARTTLS
         S: 220-three
         S: 220 four
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         TLS 3",
        "tlstally.mode=starttls tls.version=1.2 tlstally.outcome=established",
    ),
    (
        "behind a tap that decrypts",
        587,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         C: EHLO b
         S: 250-a
         S: 250 AUTH LOGIN
         C: AUTH LOGIN
         S: 334 VXNlcm5hbWU6
         C: QUIT
         S: 221 bye",
        "tlstally.mode=starttls tls.version tlstally.verdict=unknown tlstally.auth_in_clear=false",
    ),
    (
        "between Exchange servers",
        25,
        "S: 220 a Microsoft ESMTP MAIL Service ready
         C: EHLO b
         S: 250-a
         S: 250-X-ANONYMOUSTLS
         S: 250 8BITMIME
         C: X-ANONYMOUSTLS
         S: 220 2.0.0 SMTP server ready
         TLS 3",
        "tlstally.mode=starttls tls.version=1.2 tlstally.starttls_command=X-ANONYMOUSTLS",
    ),
    (
        "STARTTLS accepted, nothing follows",
        587,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go",
        "tlstally.mode=starttls tls.version tlstally.offered_max tlstally.verdict=unknown",
    ),
    (
        "STARTTLS accepted, the hello stays without an answer and the server closes",
        587,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         HELLO 1",
        "tlstally.mode=starttls tls.version tlstally.outcome=closed tlstally.verdict=legacy tlstally.offered_max=1.0",
    ),
    (
        "a fatal alert for the version (70)",
        587,
        r"S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         HELLO 2
         S= \x15\x03\x01\x00\x02\x02\x46",
        "tlstally.mode=starttls tls.version tlstally.outcome=rejected tlstally.alert.code=70 tlstally.alert.by=server tlstally.limited_by=client",
    ),
    (
        "AUTH in clear where TLS is offered",
        587,
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250-STARTTLS
         S: 250 AUTH LOGIN
         C: AUTH LOGIN
         S: 334 VXNlcm5hbWU6
         C: c2Nhbm5lcg==
         S: 334 UGFzc3dvcmQ6
         C: eA==
         S: 235 ok
         C: QUIT
         S: 221 bye",
        "tlstally.mode=plaintext tlstally.outcome=starttls_not_used tlstally.auth_in_clear=true",
    ),
];

#[test]
fn each_scenario_in_any_cut() {
    let reading = Reading::new();
    let samples = samples();
    let mut faults = Vec::new();
    for (name, port, script, answer) in SCENARIOS {
        let conversation = conversation(*port, script, &samples);
        for size in [1460, 7, 1] {
            let packets = conversation.packets(WRAPPING, &conversation.segments(size));
            let records = reading.ethernet(&packets);
            let what = format!("{name}, {size} bytes a segment");
            match records.as_slice() {
                [record] => faults.extend(differences(&what, record, answer)),
                many => faults.push(format!("{what}: {} sessions", many.len())),
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The server's side may come first in a capture that has the directions one after the other, and the client's.
#[test]
fn each_scenario_one_direction_behind_the_other() {
    let reading = Reading::new();
    let samples = samples();
    let mut faults = Vec::new();
    for (name, port, script, answer) in SCENARIOS {
        let conversation = conversation(*port, script, &samples);
        let plain = conversation.packets(WRAPPING, &conversation.segments(1460));
        let plain = orderless(reading.only(&plain));
        for last in [From::Client, From::Server] {
            let packets = conversation.one_behind_the_other(last);
            let record = orderless(reading.only(&packets));
            faults.extend(differences(
                &format!("{name}, {last:?} last"),
                &record,
                answer,
            ));
            let difference = contrast(&record, &plain);
            if !difference.is_empty() {
                faults.push(format!("{name}, {last:?} last: {difference}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn differences(what: &str, record: &Value, answer: &str) -> Vec<String> {
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
fn samples() -> Vec<Vec<(From, Vec<u8>)>> {
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

fn conversation(port: u16, script: &str, samples: &[Vec<(From, Vec<u8>)>]) -> Conversation {
    let mut turns: Vec<(From, Vec<u8>)> = Vec::new();
    for line in script.lines().map(str::trim_start) {
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
fn joined(turns: Vec<(From, Vec<u8>)>) -> Vec<(From, Vec<u8>)> {
    let mut out: Vec<(From, Vec<u8>)> = Vec::new();
    for (from, bytes) in turns {
        match out.last_mut() {
            Some((last, before)) if *last == from => before.extend(bytes),
            _ => out.push((from, bytes)),
        }
    }
    out
}
