//! `--ports any`: SMTP on other ports is found by its words, and nothing else is taken for it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod common;

use common::conversation::{Conversation, From, WRAPPING, recorded};
use common::reading::{Reading, contrast, text, timeless};
use common::script::{conversation, samples};
use common::{captures, pcaps, sessions};
use serde_json::Value;

/// Ports that nobody watches.
const ODD: [u16; 3] = [26, 1025, 52_525];

/// All recordings with STARTTLS or none at all, moved to another port of the server: told as on their own.
#[test]
fn smtp_on_any_port_is_told_as_on_its_own() {
    let (usual, any) = (Reading::new(), Reading::of_any_port());
    let mut moved = 0;
    for file in [
        "openssl-s_client.pcap",
        "javamail.pcap",
        "starttls-refused.pcap",
        "starttls-never.pcap",
        "pipelining.pcap",
    ] {
        let recorded = recorded(&pcaps().join(file)).into_iter();
        for mut one in recorded.filter(|one| [25, 587].contains(&one.server.1)) {
            let plain = usual.only(&one.packets(WRAPPING, &one.segments(1460)));
            if text(&plain, "tlstally.mode") == "implicit" {
                continue;
            }
            one.server.1 = ODD[moved % ODD.len()];
            for size in [1460, 9, 1] {
                let packets = one.packets(WRAPPING, &one.segments(size));
                assert_same(&any.only(&packets), &plain);
            }
            for last in [From::Client, From::Server] {
                assert_same(&any.only(&one.one_behind_the_other(last)), &plain);
            }
            assert_eq!(
                usual
                    .ethernet(&one.packets(WRAPPING, &one.segments(1460)))
                    .len(),
                0
            );
            moved += 1;
        }
    }
    assert!(moved > 10, "{moved}");
}

/// What does not depend on the port. Addresses of Exchange Online count for its own ports only, and what became of the mail is
/// judged more strictly where servers talk to servers.
fn assert_same(moved: &Value, plain: &Value) {
    let stripped = |record: &Value| {
        let mut record = timeless(record.clone());
        record["destination"]
            .as_object_mut()
            .unwrap()
            .remove("port");
        record["network"]
            .as_object_mut()
            .unwrap()
            .remove("community_id");
        let own = record["tlstally"].as_object_mut().unwrap();
        for field in ["exchange_online", "findings"] {
            own.remove(field);
        }
        if let Some(exchange) = own.get_mut("exchange").and_then(Value::as_object_mut) {
            exchange.remove("likely");
        }
        record
    };
    let difference = contrast(&stripped(moved), &stripped(plain));
    assert!(difference.is_empty(), "{difference}");
}

/// Only what the client said, from its SYN on.
#[test]
fn one_direction_is_enough_if_it_is_the_clients() {
    let any = Reading::of_any_port();
    let mut one = recorded(&pcaps().join("openssl-s_client.pcap")).swap_remove(2);
    one.server.1 = 1025;
    let mut segments = one.segments(1460);
    segments.retain(|segment| segment.from == From::Client);
    let record = any.only(&one.packets(WRAPPING, &segments));
    assert_eq!(text(&record, "tlstally.seen"), "client");
    // Without the SYN nobody knows whether these were its first words.
    assert_eq!(
        any.ethernet(&one.packets(WRAPPING, &segments[1..])).len(),
        0
    );
}

/// A capture that begins in the middle of the greeting's answer: both ends speak SMTP.
#[test]
fn a_late_start_needs_both_directions() {
    let any = Reading::of_any_port();
    let mut one = recorded(&pcaps().join("openssl-s_client.pcap")).swap_remove(2);
    one.server.1 = 1025;
    let record = any.only(&one.packets(WRAPPING, &one.segments(1460)[2..]));
    assert_eq!(text(&record, "tls.version"), "1.2");
}

/// Port, what is said.
const OTHERS: &[(u16, &str)] = &[
    // FTP, RFC 959 and RFC 4217: greets with 220 as well.
    (
        21,
        "S: 220 ftp.example FTP server ready
         C: USER anonymous
         S: 331 Guest login ok
         C: PASS x
         S: 230 ok
         C: QUIT
         S: 221 Goodbye",
    ),
    (
        2121,
        "S: 220-ESMTP is not spoken here
         S: 220 FTP
         C: AUTH TLS
         S: 234 go
         TLS 3",
    ),
    // HTTP (RFC 9112).
    (
        80,
        "C: GET /220 HTTP/1.1
         C: Host: smtp.office365.com
         S: HTTP/1.1 200 OK
         S: Content-Length: 0",
    ),
    (
        8080,
        "C: HEAD / HTTP/1.0
         S: HTTP/1.0 200 OK",
    ),
    // HTTPS, and every other TLS from the first byte.
    (443, "TLS 4"),
    (8443, "TLS 1"),
    // Mail that a web form uploads, quoted.
    (
        8000,
        "C: POST / HTTP/1.1
         C: EHLO x
         C: STARTTLS
         S: HTTP/1.1 204 No Content",
    ),
    // IMAP with STARTTLS (RFC 9051), POP3 with STLS (RFC 2595).
    (
        143,
        "S: * OK IMAP4rev2 server ready
         C: a STARTTLS
         S: a OK go
         TLS 3",
    ),
    (
        110,
        "S: +OK POP3 server ready
         C: STLS
         S: +OK go
         TLS 3",
    ),
    // SSH (RFC 4253), NNTP (RFC 3977), a behind-a-proxy web server.
    (
        22,
        "S: SSH-2.0-OpenSSH_9.2
         C: SSH-2.0-OpenSSH_9.2",
    ),
    (
        119,
        "S: 200 news.example ready
         C: CAPABILITIES
         S: 101 list",
    ),
    (
        8081,
        "C: PROXY TCP4 203.0.113.9 192.0.2.1 50000 25
         C: GET / HTTP/1.1
         S: HTTP/1.1 200 OK",
    ),
    (
        8444,
        "C: PROXY TCP4 203.0.113.9 192.0.2.1 50000 25
         TLS 3",
    ),
    // A client that speaks SMTP to a server that does not.
    (
        6379,
        "C: EHLO b
         S: -ERR unknown command",
    ),
    (9999, ""),
];

#[test]
fn nothing_else_is_taken_for_smtp() {
    let any = Reading::of_any_port();
    let samples = samples();
    for (port, script) in OTHERS {
        let conversation = conversation(*port, script, &samples);
        for size in [1460, 5, 1] {
            let segments = conversation.segments(size);
            none(&any, &conversation, &segments, *port);
            // A capture that begins late, and one that has one direction only.
            none(
                &any,
                &conversation,
                segments.get(4..).unwrap_or_default(),
                *port,
            );
            for from in [From::Client, From::Server] {
                if script.starts_with("C: EHLO") && from == From::Client {
                    // Alone, what the client says is SMTP.
                    continue;
                }
                let mut one = segments.clone();
                one.retain(|segment| segment.from == from);
                none(&any, &conversation, &one, *port);
            }
        }
    }
}

fn none(
    reading: &Reading,
    conversation: &Conversation,
    segments: &[common::conversation::Segment],
    port: u16,
) {
    let records = reading.ethernet(&conversation.packets(WRAPPING, segments));
    assert!(records.is_empty(), "port {port}: {records:#?}");
}

/// A port that is used again: by HTTPS, by SMTP, by HTTPS.
#[test]
fn what_was_dismissed_does_not_hide_what_comes_after() {
    let any = Reading::of_any_port();
    let samples = samples();
    let smtp = "S: 220 a ESMTP
                C: EHLO b
                S: 250-a
                S: 250 STARTTLS
                C: STARTTLS
                S: 220 go
                TLS 3";
    let mut packets = Vec::new();
    for (number, script) in ["TLS 4", smtp, "TLS 4", "TLS 1"].into_iter().enumerate() {
        let one = conversation(9443, script, &samples);
        let starts = [number as u32 * 1_000_000; 2];
        packets.extend(one.packets(starts, &one.segments(700)));
    }
    for (number, packet) in packets.iter_mut().enumerate() {
        *packet = common::conversation::packet(number, std::mem::take(&mut packet.bytes));
    }
    let records = any.ethernet(&packets);
    assert_eq!(records.len(), 1, "{records:#?}");
    assert_eq!(text(&records[0], "tls.version"), "1.2");
}

/// SMTP, FTP (RFC 4217) and TLS from a client whose own port is one that servers of SMTP have.
const SMTP: &str = "S: 220 a ESMTP
                    C: EHLO b
                    S: 250-a
                    S: 250 STARTTLS
                    C: STARTTLS
                    S: 220 go
                    TLS 1";
const FTP: &str = "S: 220 ftp.example ready
                   C: AUTH TLS
                   S: 234 go
                   TLS 1";

/// What `script` says to a server on `port`, from port 2525.
fn from_a_watched_port(port: u16, script: &str) -> Conversation {
    let mut conversation = conversation(port, script, &samples());
    conversation.client.1 = 2525;
    conversation
}

/// `--ports` are those of servers: who opens the connection from one of them is a client like any other.
#[test]
fn a_client_on_a_watched_port_is_no_server() {
    let (usual, any) = (Reading::new(), Reading::of_any_port());
    let scripts = OTHERS
        .iter()
        .filter(|(_, script)| !script.starts_with("C: EHLO"));
    for (port, script) in scripts.chain(&[(21, FTP)]) {
        let conversation = from_a_watched_port(*port, script);
        for size in [1460, 5, 1] {
            let segments = conversation.segments(size);
            let mut late = segments.clone();
            late[..5].rotate_left(2);
            let alone = |from| segments.iter().filter(move |one| one.from == from);
            let [client, server] = [From::Client, From::Server].map(|from| alone(from).cloned());
            for reading in [&usual, &any] {
                none(reading, &conversation, &segments, *port);
                // The answer to the SYN tells it as well, and so does a SYN that comes late.
                none(reading, &conversation, &segments[1..], *port);
                none(reading, &conversation, &late, *port);
                none(
                    reading,
                    &conversation,
                    &client.clone().collect::<Vec<_>>(),
                    *port,
                );
                none(
                    reading,
                    &conversation,
                    &server.clone().collect::<Vec<_>>(),
                    *port,
                );
                let behind = server.clone().chain(client.clone());
                none(reading, &conversation, &behind.collect::<Vec<_>>(), *port);
            }
        }
    }
}

/// Without a SYN the sender of the hello is the client, and that of the answer or of the greeting is not.
#[test]
fn a_client_on_a_watched_port_is_known_by_its_hello() {
    let (usual, any) = (Reading::new(), Reading::of_any_port());
    for (port, script) in [(443, "TLS 1"), (443, "TLS 4"), (21, FTP), (26, SMTP)] {
        let mut conversation = from_a_watched_port(port, script);
        for _ in 0..2 {
            let segments = conversation.segments(1460).split_off(3);
            let alone = |from| segments.iter().filter(move |one| one.from == from).cloned();
            let [client, server] = [From::Client, From::Server].map(|from| alone(from));
            let parts = [
                segments.clone(),
                client.clone().chain(server.clone()).collect(),
                server.clone().chain(client).collect(),
                server.collect(),
            ];
            for (number, part) in parts.iter().enumerate() {
                none(&usual, &conversation, part, port);
                if port != 26 {
                    none(&any, &conversation, part, port);
                } else if number < 3 {
                    let record = any.only(&conversation.packets(WRAPPING, part));
                    assert_eq!(text(&record, "source.port"), "2525");
                    assert_eq!(text(&record, "tls.version"), "1.0");
                }
            }
            // As well where the client has the higher address.
            let (client, server) = (conversation.client.0, conversation.server.0);
            (conversation.client.0, conversation.server.0) = (server, client);
        }
    }
}

/// Minutes without a packet: what goes on then says nothing of who is the client, and need not.
#[test]
fn a_client_on_a_watched_port_that_pauses() {
    let conversation = from_a_watched_port(443, "TLS 4");
    let segments = conversation.segments(1460);
    let mut packets = conversation.packets(WRAPPING, &segments);
    let established = packets.len() - 4;
    for packet in &mut packets[established..] {
        packet.time += 600_000_000_000;
    }
    for reading in [Reading::new(), Reading::of_any_port()] {
        assert_eq!(reading.ethernet(&packets).len(), 0);
    }
}

/// With `--ports any` it is told as from any other port; and a connection between two watched ports is what it always was.
#[test]
fn smtp_from_a_watched_port() {
    let (usual, any) = (Reading::new(), Reading::of_any_port());
    for port in [26, 25, 587] {
        let conversation = from_a_watched_port(port, SMTP);
        for size in [1460, 1] {
            let packets = conversation.packets(WRAPPING, &conversation.segments(size));
            assert_eq!(usual.ethernet(&packets).len(), usize::from(port != 26));
            let record = any.only(&packets);
            for (path, value) in [
                ("source.port", "2525"),
                ("tls.version", "1.0"),
                ("tlstally.mode", "starttls"),
                ("tlstally.outcome", "established"),
            ] {
                assert_eq!(text(&record, path), value, "{path}");
            }
        }
    }
}

/// A capture that begins in a message, with a line that looks like a greeting: the watched port is still the server's,
/// which answers.
#[test]
fn a_line_of_a_message_is_no_greeting() {
    let mail = "S: 220 a ESMTP
                C: EHLO b
                S: 250 a
                C: MAIL FROM:<x@y.example>
                S: 250 ok
                C: RCPT TO:<z@y.example>
                S: 250 ok
                C: DATA
                S: 354 go
                C: 220 boxes were delivered
                C: .
                S: 250 taken
                C: MAIL FROM:<x@y.example>
                S: 250 ok";
    let conversation = conversation(25, mail, &samples());
    let segments = conversation.segments(1460);
    let is_it = |one: &common::conversation::Segment| one.payload.starts_with(b"220 boxes");
    let at = segments.iter().position(is_it).unwrap();
    let packets = conversation.packets(WRAPPING, &segments[at..]);
    let record = Reading::new().only(&packets);
    assert_eq!(text(&record, "source.port"), "50123");
    assert_eq!(text(&record, "destination.port"), "25");
}

/// What the report says of them: they are counted with the others that are no sessions.
#[test]
fn clients_on_a_watched_port_are_counted() {
    let scratch = common::Scratch::new();
    let conversation = from_a_watched_port(443, "TLS 1");
    let packets = conversation.packets(WRAPPING, &conversation.segments(1460));
    let path = scratch.file("capture.pcap", &common::plain_pcap(1, &packets));
    let path = path.to_str().unwrap();
    for (options, reason) in [
        (&[][..], "connections_without_smtp_or_tls"),
        (&["--ports", "any"], "connections_of_other_protocols"),
    ] {
        let args = [&["read", "--to", "any", "--format", "json", path], options].concat();
        let report: Value = serde_json::from_slice(&common::run(&args).stdout).unwrap();
        assert_eq!(report["capture"]["not_followed"][reason], 1, "{options:?}");
        assert_eq!(report["totals"]["sessions"], 0, "{options:?}");
    }
}

/// On the ports that are watched anyway nothing changes, and with `--to any` such sessions count.
#[test]
fn the_command_line() {
    let plain = sessions(&[], &captures());
    let any = sessions(&["--ports", "any"], &captures());
    let known = |records: &[Value]| {
        let mut ids: Vec<_> = records
            .iter()
            .map(|record| text(record, "event.id"))
            .collect();
        ids.sort();
        ids
    };
    assert_eq!(known(&any), known(&plain));
}
