//! Each finding is shown by a capture: the command and the excerpt in `docs/findings.md` are true.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod common;

use std::fmt::Write;
use std::fs;
use std::path::Path;

use common::conversation::{ACK, Conversation, FIN, From, RST, Segment, WRAPPING};
use common::script::{conversation, samples};
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

/// A conversation of a client with port 25 of a server, from this port on, and what ends it: so many milliseconds
/// after its last words, a segment of this end with these flags.
struct Told<'a> {
    port: u16,
    script: &'a str,
    second: u64,
    end: (From, u8),
    wait: u64,
}

const GREETING: &str = "S: 220 a ESMTP
    C: EHLO b
    S: 250-a
    S: 250 STARTTLS
    ";
const ASKED: &str = "S: 220 a ESMTP
    C: EHLO b
    S: 250-a
    S: 250 STARTTLS
    C: STARTTLS
    S: 220 go
    ";
const ALERT: &str = r"S= \x15\x03\x01\x00\x02\x02\x28";

impl Told<'_> {
    fn packets(&self) -> Vec<Packet> {
        let mut said = conversation(25, self.script, &samples());
        said.client.1 = self.port;
        let start = 1_760_000_000_000_000_000 + self.second * 1_000_000_000;
        let segments = ended(&said, self.end);
        let mut packets = said.packets(WRAPPING, &segments);
        for (number, packet) in packets.iter_mut().enumerate() {
            packet.time = start + number as u64 * 1_000_000;
        }
        packets.last_mut().unwrap().time += self.wait * 1_000_000;
        packets
    }
}

/// The conversation with this end in place of its two.
fn ended(said: &Conversation, (from, flags): (From, u8)) -> Vec<Segment> {
    let mut segments = said.segments(1460);
    let server = segments.pop().unwrap();
    let client = segments.pop().unwrap();
    segments.push(match from {
        From::Client => Segment { flags, ..client },
        // The client's FIN is not there to be acknowledged.
        From::Server => Segment {
            flags,
            ack: server.ack - 1,
            ..server
        },
    });
    segments
}

/// Whether mail in clear that begins in this second counts as the way around a session that said `script` at second 0
/// and then ended so, `wait` milliseconds later.
fn is_way_around(second: u64, script: &str, end: (From, u8), wait: u64) -> bool {
    let failed = Told {
        port: 50_001,
        script,
        second: 0,
        end,
        wait,
    };
    let mail = "C: MAIL FROM:<x@y.example>
        S: 250 ok
        C: QUIT
        S: 221 bye";
    let clear = Told {
        port: 50_002,
        script: &format!("{GREETING}{mail}"),
        second,
        end: (From::Client, FIN | ACK),
        wait: 0,
    };
    let mut all = failed.packets();
    all.extend(clear.packets());
    all.sort_by_key(|packet| packet.time);
    let scratch = Scratch::new();
    let path = scratch.file("two.pcap", &plain_pcap(1, &all));
    let answers = ["1", "3"].map(|workers| {
        let records = sessions(&["--workers", workers], std::slice::from_ref(&path));
        let clear = records
            .iter()
            .find(|record| *at(record, "source.port") == 50_002);
        at(clear.unwrap(), "tlstally.findings").clone()
    });
    assert_eq!(answers[0], answers[1]);
    if answers[0] == json!(["cleartext_fallback"]) {
        return true;
    }
    assert_eq!(answers[0], json!(["starttls_never"]));
    false
}

/// What counts is when TLS failed, not when the connection ended.
#[test]
fn mail_in_clear_follows_the_moment_of_the_failure() {
    let alert = format!("{ASKED}HELLO 3\n{ALERT}");
    let (closed, reset) = ((From::Client, FIN | ACK), (From::Client, RST | ACK));
    assert!(is_way_around(1, &alert, closed, 50_000));
    assert!(is_way_around(1, &alert, reset, 5_000));
    // The hello is answered by nothing, and the connection is left for half a minute.
    let hello = format!("{ASKED}HELLO 3");
    assert!(is_way_around(11, &hello, reset, 35_000));
    // It began before the server said no, though the connection ends within a second of that.
    let mut late = format!("{ASKED}HELLO 3");
    assert!(!is_way_around(2, &late, reset, 4_000));
    late += "\nS: 454 4.7.0 TLS not available";
    assert!(is_way_around(2, &late, reset, 4_000));
}

/// A reset behind the 220, or behind the ServerHello, is a failure too; but not where the handshake may have finished.
#[test]
fn a_reset_before_the_handshake_is_over() {
    let reset = (From::Server, RST | ACK);
    assert!(is_way_around(5, ASKED, reset, 0));
    assert!(is_way_around(5, ASKED, (From::Client, RST | ACK), 0));
    let first_flight = |number: usize| {
        let answer = samples()[number - 1][1].1.clone();
        let mut hex = String::new();
        for byte in answer {
            write!(hex, "\\x{byte:02x}").unwrap();
        }
        format!("{ASKED}HELLO {number}\nS= {hex}")
    };
    assert!(is_way_around(5, &first_flight(3), reset, 0));
    assert!(is_way_around(5, &first_flight(4), reset, 0));
    assert!(!is_way_around(5, &format!("{ASKED}TLS 3"), reset, 0));
    assert!(!is_way_around(5, &format!("{ASKED}TLS 4"), reset, 0));
    // The client thinks better of it.
    assert!(!is_way_around(5, &format!("{ASKED}C: QUIT"), reset, 0));
}

/// The hosts of a report over a session of each of these ends with what was said.
fn hosts(said: &[([u8; 4], [u8; 4], u16, &str)]) -> Vec<Value> {
    let mut all = Vec::new();
    for (client, server, port, script) in said {
        let mut conversation = conversation(*port, script, &samples());
        conversation.client.0 = (*client).into();
        conversation.server.0 = (*server).into();
        all.extend(conversation.packets(WRAPPING, &conversation.segments(1460)));
    }
    let scratch = Scratch::new();
    let path = scratch.file("hosts.pcap", &plain_pcap(1, &all));
    let path = path.to_str().unwrap();
    let output = common::command(&["read", "--to", "any", "--format", "json", path])
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    report["hosts"].as_array().unwrap().clone()
}

/// Mail that comes in clear is the server's doing only if it was asked what it offers.
#[test]
fn a_server_that_offers_no_starttls() {
    let taken = "C: MAIL FROM:<x@y.example>
        S: 250 ok
        C: RCPT TO:<z@y.example>
        S: 250 ok
        C: QUIT
        S: 221 bye";
    let judged = |hello: &str| {
        let script = format!("S: 220 a ESMTP\n{hello}\n{taken}");
        let hosts = hosts(&[([203, 0, 113, 9], [10, 5, 5, 5], 25, &script)]);
        (hosts[0]["verdict"].clone(), hosts[0]["findings"].clone())
    };
    assert_eq!(
        judged("C: EHLO b\nS: 250-a\nS: 250 8BITMIME"),
        (json!("plaintext"), json!(["starttls_never"]))
    );
    for hello in [
        "C: HELO b\nS: 250 a",
        "C: EHLO b\nS: 250-a\nS: 250 STARTTLS",
    ] {
        assert_eq!(judged(hello), (json!("unknown"), json!([])));
    }
}

/// A server that turns its clients away passes nothing on.
#[test]
fn a_relay_takes_mail() {
    let relay = |answer: &str| {
        let inside = format!(
            "S: 220 a ESMTP
             C: EHLO b
             S: 250 a
             C: MAIL FROM:<x@y.example>
             S: 250 ok
             C: RCPT TO:<z@y.example>
             S: {answer}
             C: QUIT
             S: 221 bye"
        );
        let outside = format!("{ASKED}TLS 3");
        let hosts = hosts(&[
            ([10, 20, 0, 50], [52, 97, 133, 162], 587, &outside),
            ([10, 20, 0, 9], [10, 20, 0, 50], 25, &inside),
        ]);
        let relay = hosts.iter().find(|host| host["host"] == "10.20.0.50");
        relay.unwrap()["relay"].clone()
    };
    assert_eq!(relay("250 ok"), json!(true));
    assert_eq!(relay("554 5.7.1 relay access denied"), json!(false));
}

/// What the captures are known to hold (`pcaps/README.md`) is said of the host, in reports of files and of stores.
#[test]
fn a_host_says_why_it_was_in_clear_and_who_came_between() {
    let scratch = Scratch::new();
    for (capture, key, expected) in [
        (
            "starttls-not-offered.pcap",
            "in_clear",
            json!("starttls_not_offered"),
        ),
        (
            "starttls-refused.pcap",
            "in_clear",
            json!("starttls_refused"),
        ),
        ("starttls-never.pcap", "in_clear", json!(null)),
        ("message-delivered.pcap", "likely_delivered", json!(2)),
        ("auth-421-4.7.66-tls10.pcap", "likely_refused", json!(2)),
    ] {
        for hosts in from_file_and_store(&scratch, capture) {
            let is_said = hosts.iter().any(|host| host[key] == expected);
            assert!(is_said, "{capture}: {hosts:?}");
        }
    }
    for hosts in from_file_and_store(&scratch, "intercepted.pcap") {
        let issuer = hosts[0]["intercepted_by"][0].as_str().unwrap();
        assert!(issuer.contains("Mail Shield"), "{issuer}");
    }
}

/// The hosts of a capture, as read and as kept.
fn from_file_and_store(scratch: &Scratch, capture: &str) -> [Vec<Value>; 2] {
    let store = scratch.path().join(capture);
    let store = store.to_str().unwrap();
    let path = pcaps().join(capture);
    let read = [
        "read",
        "--format",
        "json",
        "--store",
        store,
        path.to_str().unwrap(),
    ];
    let kept = ["report", "--format", "json", store];
    [&read[..], &kept[..]].map(|arguments| {
        let output = common::command(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        report["hosts"].as_array().unwrap().clone()
    })
}
