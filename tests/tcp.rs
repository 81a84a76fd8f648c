//! What TCP and the network do to one session (RFC 9293): the record stays the same, or says less for a reason.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod common;

use std::sync::LazyLock;

use common::conversation::{
    ACK, Conversation, FIN, From, RST, SYN, Segment, WRAPPING, packet, recorded,
};
use common::less::said_more;
use common::reading::{Reading, contrast, orderless, text, timeless};
use common::script::{conversation, samples};
use common::{Packet, pcaps};
use serde_json::Value;

/// STARTTLS and TLS 1.2 (`openssl s_client`), by tshark's reading of the recording.
static SESSION: LazyLock<Conversation> = LazyLock::new(|| {
    recorded(&pcaps().join("openssl-s_client.pcap"))
        .into_iter()
        .nth(2)
        .unwrap()
});

fn segments() -> Vec<Segment> {
    SESSION.segments(1000)
}

fn packets(segments: &[Segment]) -> Vec<Packet> {
    SESSION.packets(WRAPPING, segments)
}

fn plain() -> Value {
    timeless(Reading::new().only(&packets(&segments())))
}

fn is_told_the_same(packets: &[Packet]) {
    let difference = contrast(&timeless(Reading::new().only(packets)), &plain());
    assert!(difference.is_empty(), "{difference}");
}

/// The first data segment of `from` that begins with `bytes`.
fn place(segments: &[Segment], from: From, bytes: &[u8]) -> usize {
    let is_it = |segment: &Segment| segment.from == from && segment.payload.starts_with(bytes);
    segments.iter().position(is_it).unwrap()
}

#[test]
fn the_session_is_what_tshark_says() {
    let record = plain();
    assert_eq!(text(&record, "tls.version"), "1.2");
    assert_eq!(text(&record, "tlstally.outcome"), "established");
    assert_eq!(text(&record, "tlstally.mode"), "starttls");
}

#[test]
fn keep_alive_probes() {
    let mut segments = segments();
    let at = place(&segments, From::Client, &[22]);
    let probe = Segment {
        seq: segments[at].seq - 1,
        payload: vec![0],
        ..segments[at].clone()
    };
    segments.insert(at, probe);
    is_told_the_same(&packets(&segments));
}

#[test]
fn a_fin_sent_again() {
    let mut segments = segments();
    let fins: Vec<_> = segments
        .iter()
        .filter(|segment| segment.flags & FIN != 0)
        .cloned()
        .collect();
    segments.extend(fins.clone());
    segments.extend(fins);
    is_told_the_same(&packets(&segments));
}

#[test]
fn zero_windows() {
    let mut packets = packets(&segments());
    packets
        .iter_mut()
        .step_by(3)
        .for_each(|packet| packet.bytes[48..50].fill(0));
    // The checksum covers the window; cards fill it in later, so it is often wrong in captures of the sender.
    let record = timeless(Reading::new().only(&packets));
    assert_eq!(text(&record, "tls.version"), "1.2");
}

/// Bytes that did not reach the other end in this form: the copy with the good checksum counts.
#[test]
fn other_bytes_with_a_bad_checksum() {
    let segments = segments();
    let at = place(&segments, From::Server, &[22]);
    let mut packets = packets(&segments);
    let mut broken = packets[at].clone();
    // The version in the ServerHello, and the record's.
    let payload = broken.bytes.len() - segments[at].payload.len();
    broken.bytes[payload + 9..payload + 11].copy_from_slice(&[3, 1]);
    packets.insert(at, broken);
    renumber(&mut packets);
    is_told_the_same(&packets);
}

/// Sent again with other bytes and a good checksum: the first copy counts, as for a receiver that has it.
#[test]
fn other_bytes_sent_again() {
    let mut segments = segments();
    let at = place(&segments, From::Server, &[22]);
    let mut other = segments[at].clone();
    other.payload[9..11].copy_from_slice(&[3, 1]);
    segments.insert(at + 1, other);
    is_told_the_same(&packets(&segments));
}

#[test]
fn no_syn_in_the_capture() {
    let segments = segments();
    let record = timeless(Reading::new().only(&packets(&segments[2..])));
    for path in [
        "tls.version",
        "tls.cipher",
        "tlstally.mode",
        "tlstally.outcome",
        "tls.client.ja3",
    ] {
        assert_eq!(text(&record, path), text(&plain(), path), "{path}");
    }
}

#[test]
fn a_syn_that_comes_late() {
    let mut segments = segments();
    segments[..5].rotate_left(2);
    is_told_the_same(&packets(&segments));
}

/// A reset far outside the window is nobody's (RFC 5961); one in its place ends the session.
#[test]
fn resets() {
    let mut segments = segments();
    let at = place(&segments, From::Client, &[22]);
    let far = Segment {
        seq: segments[at].seq ^ (1 << 31),
        flags: RST,
        payload: Vec::new(),
        ..segments[at].clone()
    };
    segments.insert(at, far);
    // Without `exchange`: who ended it, and when, is in doubt.
    let record = orderless(Reading::new().only(&packets(&segments)));
    let difference = contrast(&record, &orderless(plain()));
    assert!(difference.is_empty(), "{difference}");

    let near = Segment {
        seq: 0,
        from: From::Server,
        flags: RST | ACK,
        ack: 0,
        payload: Vec::new(),
    };
    let answer = place(&segments, From::Server, &[22]);
    let reset = Segment {
        seq: segments[answer].seq,
        ack: segments[answer].ack,
        ..near
    };
    segments.truncate(answer);
    segments.push(reset);
    let record = Reading::new().only(&packets(&segments));
    assert_eq!(text(&record, "tlstally.outcome"), "closed");
    assert_eq!(
        text(&record, "tlstally.offered_max"),
        text(&plain(), "tlstally.offered_max")
    );
    assert_eq!(text(&record, "tls.version"), "");
}

/// RFC 9293 section 3.10.7.4: what stands outside the window is dropped, an RST that does not stand at the number
/// expected as well (RFC 5961 section 3). Whoever does not see the packets cannot hit it, and ends nothing, nor tells
/// of bytes that nobody sent.
#[test]
fn resets_and_fins_far_from_where_their_senders_are() {
    let segments = segments();
    let closed = segments
        .iter()
        .position(|one| one.flags & FIN != 0)
        .unwrap();
    for distance in [50_000_000, 1 << 29, 2_000_000, 0_u32.wrapping_sub(500_000)] {
        for flags in [RST, RST | ACK, FIN | ACK] {
            for at in 3..closed {
                for own in [true, false] {
                    let next = &segments[at];
                    let (seq, ack) = (next.seq, next.ack);
                    let other = [From::Server, From::Client][next.from as usize];
                    let forged = Segment {
                        from: if own { next.from } else { other },
                        seq: if own { seq } else { ack }.wrapping_add(distance),
                        ack: if flags & ACK == 0 {
                            0
                        } else if own {
                            ack
                        } else {
                            seq
                        },
                        flags,
                        payload: Vec::new(),
                    };
                    let mut with = segments.clone();
                    with.insert(at, forged);
                    is_told_the_same(&packets(&with));
                    let mut record = Reading::new().only(&packets(&with));
                    assert_eq!(record["tlstally"]["gaps"].take(), Value::Null);
                }
            }
        }
    }
}

/// The capture has lost a little before the reset, or the reset answers something that its sender had acknowledged long before.
#[test]
fn resets_near_where_their_senders_are() {
    let segments = segments();
    let answer = place(&segments, From::Server, &[22]);
    let expected = |distance: u32| {
        let reset = Segment {
            seq: segments[answer].seq.wrapping_add(distance),
            flags: RST,
            ack: 0,
            payload: Vec::new(),
            ..segments[answer].clone()
        };
        let mut with = segments[..answer].to_vec();
        with.push(reset);
        with.push(segments[0].clone());
        text(
            &Reading::new().only(&packets(&with[..=answer])),
            "tlstally.outcome",
        )
    };
    assert_eq!(expected(0), "closed");
    assert_eq!(expected(0_u32.wrapping_sub(20)), "closed");
    // What is missing may have been an answer.
    assert_eq!(expected(20_000), "incomplete");
}

/// A mirror drops a burst of a long message with all that lies behind it, and shows how both ends close.
#[test]
fn fins_behind_a_hole_of_many_megabytes() {
    const LOST: u32 = 50_000_000;
    let segments = segments();
    let closed = segments
        .iter()
        .position(|one| one.flags & FIN != 0)
        .unwrap();
    let plain = Reading::new().only(&packets(&segments));
    let sent = |record: &Value, by: &str| -> u32 {
        text(record, &format!("tlstally.exchange.{by}_bytes"))
            .parse()
            .unwrap()
    };
    let mut hole = segments.clone();
    hole[closed].seq += LOST;
    hole[closed + 1].ack += LOST;
    let told = Reading::new().only(&packets(&hole));
    assert_eq!(sent(&told, "client"), sent(&plain, "client") + LOST);
    assert_eq!(sent(&told, "server"), sent(&plain, "server"));
    // The server has acknowledged the bytes before the client closes.
    let mut acknowledged = hole.clone();
    let bare = Segment {
        flags: ACK,
        ack: hole[closed + 1].ack - 1,
        ..hole[closed + 1].clone()
    };
    acknowledged.insert(closed, bare);
    let told = Reading::new().only(&packets(&acknowledged));
    assert_eq!(sent(&told, "client"), sent(&plain, "client") + LOST);
    // Nobody says that the FIN has come.
    let told = Reading::new().only(&packets(&hole[..=closed]));
    let without = Reading::new().only(&packets(&segments[..closed]));
    let difference = contrast(&timeless(told), &timeless(without));
    assert!(difference.is_empty(), "{difference}");
}

/// The server's SYN and answer are lost, and the client has acknowledged both: it cannot be said that there was no answer.
#[test]
fn an_answer_that_was_acknowledged_and_is_not_in_the_capture() {
    let all = segments();
    let hello = place(&all, From::Client, &[22]);
    let answer = place(&all, From::Server, &[22]);
    let kept: Vec<_> = all
        .into_iter()
        .enumerate()
        .filter(|(at, segment)| match segment.from {
            From::Client => *at <= hello || segment.flags & FIN != 0,
            From::Server => *at < answer && segment.flags & SYN == 0,
        })
        .map(|(_, segment)| segment)
        .collect();
    let record = Reading::new().only(&packets(&kept));
    assert_eq!(text(&record, "tlstally.outcome"), "incomplete");
    assert_eq!(text(&record, "tlstally.mode"), "starttls");
}

/// The server's alert is lost, and the reset behind it stands where its sender had got to.
#[test]
fn an_alert_that_is_missing_in_front_of_a_reset() {
    let refused = recorded(&pcaps().join("legacy-capped-alert.pcap")).remove(0);
    let mut segments = refused.segments(1000);
    let alert = place(&segments, From::Server, &[21]);
    let reset = Segment {
        seq: segments[alert].seq + segments[alert].payload.len() as u32,
        flags: RST | ACK,
        payload: Vec::new(),
        ..segments[alert].clone()
    };
    segments.truncate(alert);
    segments.push(reset);
    let record = Reading::new().only(&refused.packets(WRAPPING, &segments));
    assert_eq!(text(&record, "tlstally.outcome"), "incomplete");
    assert_eq!(text(&record, "tlstally.gaps.count"), "1");
}

/// A message in chunks (RFC 3030) has a ClientHello in it, and the command in front of it is lost: the server goes on in clear.
#[test]
fn a_hello_in_a_message_whose_command_is_missing() {
    let hello = &SESSION
        .turns
        .iter()
        .find(|(_, bytes)| bytes[0] == 22)
        .unwrap()
        .1;
    let chunk = format!("BDAT {} LAST\r\n", hello.len());
    let said = |from, text: &str| (from, text.as_bytes().to_vec());
    let mail = Conversation {
        turns: vec![
            said(From::Server, "220 a ESMTP\r\n"),
            said(From::Client, "EHLO b\r\n"),
            said(From::Server, "250-a\r\n250-CHUNKING\r\n250 STARTTLS\r\n"),
            said(
                From::Client,
                "MAIL FROM:<x@y.example>\r\nRCPT TO:<z@y.example>\r\n",
            ),
            said(From::Server, "250 ok\r\n250 ok\r\n"),
            said(From::Client, &chunk),
            (From::Client, hello.clone()),
            said(From::Server, "250 taken\r\n"),
            said(From::Client, "QUIT\r\n"),
            said(From::Server, "221 bye\r\n"),
        ],
        ..SESSION.clone()
    };
    let whole = mail.segments(1000);
    let mut without = whole.clone();
    without.remove(place(&whole, From::Client, b"BDAT"));
    for segments in [whole, without] {
        let record = Reading::new().only(&mail.packets(WRAPPING, &segments));
        assert_eq!(text(&record, "tlstally.mode"), "plaintext");
        assert_eq!(text(&record, "tlstally.verdict"), "plaintext");
        assert_eq!(text(&record, "tlstally.offered"), "");
    }
}

/// Lines as segments of their own, of a conversation that is seen from the line `first` on, and without the line `missing`.
fn line_by_line(script: &[(From, &str)], first: usize, missing: Option<usize>) -> Value {
    let turns = script
        .iter()
        .map(|(from, line)| (*from, format!("{line}\r\n").into_bytes()));
    let conversation = Conversation {
        turns: turns.collect(),
        ..SESSION.clone()
    };
    let mut segments = conversation.segments(1000);
    if let Some(missing) = missing {
        segments.remove(3 + missing);
    }
    let first = if first == 0 { 0 } else { 3 + first };
    Reading::new().only(&conversation.packets(WRAPPING, &segments[first..]))
}

const DIALOGUE: [(From, &str); 5] = [
    (From::Server, "220 a ESMTP"),
    (From::Client, "EHLO b"),
    (From::Server, "250-a\r\n250 AUTH LOGIN"),
    (From::Client, "MAIL FROM:<x@y.example>"),
    (From::Server, "250 ok"),
];

/// Prose that begins like AUTH (RFC 4954 section 4), and the command itself as a quotation, each line in its own
/// segment. Without what goes before it, it is content for all that is known.
#[test]
fn content_that_reads_like_auth_without_what_goes_before_it() {
    let mail = [
        (From::Client, "RCPT TO:<z@y.example>"),
        (From::Server, "250 ok"),
        (From::Client, "DATA"),
        (From::Server, "354 go"),
        (From::Client, "Subject: hello"),
        (From::Client, "Auth code: 123456"),
        (From::Client, "AUTH: see below"),
        (From::Client, "auth login"),
        (From::Client, "."),
        (From::Server, "550 5.7.1 rejected"),
        (From::Client, "QUIT"),
        (From::Server, "221 bye"),
    ];
    let script = [&DIALOGUE[..], &mail].concat();
    let data = DIALOGUE.len() + 2;
    let parts = (1..script.len() - 2).map(|first| (first, None)).chain([
        (0, None),
        (0, Some(data)),
        (0, Some(data + 1)),
    ]);
    for (first, missing) in parts {
        let record = line_by_line(&script, first, missing);
        assert_eq!(text(&record, "tlstally.mode"), "plaintext");
        let told = text(&record, "tlstally.auth_in_clear");
        assert_eq!(told, "", "from {first}, without {missing:?}");
    }
}

/// The rest of a mail in which the command stands alone in its segment: text that goes on behind it, and is answered.
#[test]
fn content_that_reads_like_starttls_without_what_goes_before_it() {
    let script = [
        (From::Client, "please use"),
        (From::Client, "STARTTLS"),
        (From::Client, "from now on."),
        (From::Client, "."),
        (From::Server, "250 taken"),
        (From::Client, "QUIT"),
        (From::Server, "221 bye"),
    ];
    for first in 1..4 {
        let record = line_by_line(
            &[&[(From::Client, "Hello,")][..], &script].concat(),
            first,
            None,
        );
        assert_eq!(text(&record, "tlstally.mode"), "plaintext", "from {first}");
        assert_eq!(text(&record, "tlstally.starttls_command"), "");
    }
}

/// The command itself is known by what the server says to it: 334, 235 and 535 are said to nothing else (RFC 4954
/// sections 4 and 6), and to content nobody says 530 or 504.
#[test]
fn auth_without_what_goes_before_it() {
    let login = [
        (From::Client, "AUTH LOGIN"),
        (From::Server, "334 VXNlcm5hbWU6"),
        (From::Client, "eA=="),
        (From::Server, "535 5.7.3 Authentication unsuccessful"),
    ];
    let plain = [
        (From::Client, "AUTH PLAIN AGEAYg=="),
        (From::Server, "235 2.7.0 Authentication successful"),
    ];
    let turned_away = [
        (From::Client, "AUTH PLAIN AGEAYg=="),
        (
            From::Server,
            "530 5.7.0 Must issue a STARTTLS command first",
        ),
    ];
    let unknown = [
        (From::Client, "AUTH NTLM"),
        (From::Server, "504 5.7.4 Unrecognized authentication type"),
    ];
    for exchange in [&login[..], &plain, &turned_away, &unknown] {
        let end = [(From::Client, "QUIT"), (From::Server, "221 bye")];
        let script = [&DIALOGUE[..], exchange, &end].concat();
        let auth = DIALOGUE.len();
        let parts = (0..=auth)
            .map(|first| (first, None))
            .chain([(0, Some(1)), (0, Some(3))]);
        for (first, missing) in parts {
            let record = line_by_line(&script, first, missing);
            let told = text(&record, "tlstally.auth_in_clear");
            assert_eq!(
                told, "true",
                "{exchange:?} from {first}, without {missing:?}"
            );
        }
    }
}

/// A mail with EHLO as a line of its text, each line in its own segment: without what goes before it, it names nobody.
/// What the client says when it greets is known by the answer.
#[test]
fn content_that_reads_like_ehlo_without_what_goes_before_it() {
    let script = [
        (
            From::Client,
            "Subject: hello\r\n\r\nEHLO foo\r\nMAIL FROM:<q@y.example>",
        ),
        (From::Client, "EHLO bar"),
        (From::Client, "."),
        (From::Server, "250 taken"),
        (From::Client, "QUIT"),
        (From::Server, "221 bye"),
    ];
    for first in 0..2 {
        let record = line_by_line(
            &[&[(From::Client, "From: a")][..], &script].concat(),
            1 + first,
            None,
        );
        assert_eq!(text(&record, "source.domain"), "", "from {first}");
    }
    let record = line_by_line(&DIALOGUE, 1, None);
    assert_eq!(text(&record, "source.domain"), "b");
    let early = [
        (From::Client, "HELO b"),
        (From::Client, "MAIL FROM:<x@y.example>"),
        (From::Server, "220 a ESMTP\r\n250 a\r\n250 ok"),
    ];
    let record = line_by_line(&[&[(From::Client, "")][..], &early].concat(), 1, None);
    assert_eq!(text(&record, "source.domain"), "b");
}

/// Where the greeting is not in the capture, what STARTTLS is answered with stands first.
#[test]
fn what_is_said_to_starttls_is_no_greeting() {
    let ready = (From::Server, "220 2.0.0 SMTP server ready");
    let other = (From::Server, "220 SMTP server ready");
    for ready in [ready, other] {
        let script = [
            &DIALOGUE[..3],
            &[(From::Client, "STARTTLS"), ready][..],
            &[(From::Client, "\x16\x03\x01")],
        ]
        .concat();
        for first in 3..5 {
            let record = line_by_line(&script, first, None);
            assert_eq!(text(&record, "tlstally.banner"), "", "from {first}");
            assert_eq!(text(&record, "destination.domain"), "", "from {first}");
        }
    }
    // A greeting is followed by commands that are taken.
    let script = [(From::Client, ""), DIALOGUE[0], DIALOGUE[1], DIALOGUE[2]];
    let record = line_by_line(&script, 1, None);
    assert_eq!(text(&record, "tlstally.banner"), "a ESMTP");
}

/// A capture that begins with the 220 to STARTTLS: the hello is refused by a line, and the client goes on without TLS.
#[test]
fn a_hello_refused_in_text_without_what_goes_before_it() {
    let samples = samples();
    for (ready, mode) in [("2.0.0 Ready to start TLS", "starttls"), ("a ESMTP", "")] {
        let script = format!(
            "C: NOOP
             S: 220 {ready}
             HELLO 3
             S: 500 5.5.1 unrecognized
             C: EHLO b
             S: 250-a
             S: 250 STARTTLS
             C: MAIL FROM:<x@y.example>
             S: 250 ok
             C: QUIT
             S: 221 bye"
        );
        let late = conversation(25, &script, &samples);
        let segments = late.segments(1460).split_off(4);
        let record = Reading::new().only(&late.packets(WRAPPING, &segments));
        assert_eq!(text(&record, "tlstally.mode"), mode);
        assert_eq!(text(&record, "tlstally.outcome"), "incomplete");
        assert_eq!(text(&record, "tlstally.offered_max"), "1.2");
        assert_eq!(text(&record, "tlstally.verdict"), "unknown");
    }
}

/// Clocks may be too coarse to tell the hello from what is said to it.
#[test]
fn a_hello_refused_in_text_at_the_same_time() {
    let script = "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         HELLO 3
         S: 421 4.3.0 TLS not available";
    let refused = conversation(25, script, &samples());
    let mut packets = refused.packets(WRAPPING, &refused.segments(1460));
    for coarse in [false, true] {
        if coarse {
            let time = packets[0].time;
            for packet in &mut packets {
                packet.time = time;
            }
        }
        let record = Reading::new().only(&packets);
        assert_eq!(text(&record, "tlstally.outcome"), "starttls_refused");
    }
}

/// The answers to the SYN and to DATA are not known when the content comes, which begins like a command.
#[test]
fn content_that_reads_like_commands_without_the_answer_to_data() {
    let mail = [
        (From::Client, "RCPT TO:<z@y.example>"),
        (From::Server, "250 ok"),
        (From::Client, "DATA"),
        (From::Server, "354 go"),
        (
            From::Client,
            "EHLO foo\r\nAUTH LOGIN\r\n334\r\nSTARTTLS\r\n.",
        ),
        (From::Server, "250 taken"),
        (From::Client, "QUIT"),
        (From::Server, "221 bye"),
    ];
    let script = [&DIALOGUE[..], &mail].concat();
    let turns = script
        .iter()
        .map(|(from, line)| (*from, format!("{line}\r\n").into_bytes()));
    let conversation = Conversation {
        turns: turns.collect(),
        ..SESSION.clone()
    };
    let mut segments = conversation.segments(1000);
    segments.remove(1);
    let record = Reading::new().only(&conversation.packets(WRAPPING, &segments));
    assert_eq!(text(&record, "tlstally.auth_in_clear"), "");
}

/// The answer to DATA is not in the capture, and what follows is no content: a hello right behind STARTTLS tells.
#[test]
fn starttls_behind_a_refused_data_of_the_client_alone() {
    let samples = samples();
    for between in ["", "C: X-EXPS GSSAPI\nC: NTLM\nS: 503 no\n"] {
        for command in ["STARTTLS", "X-ANONYMOUSTLS"] {
            let script = format!(
                "S: 220 a ESMTP
                 C: EHLO b
                 S: 250-a
                 S: 250 STARTTLS
                 C: MAIL FROM:<x@y.example>
                 C: RCPT TO:<z@y.example>
                 C: DATA
                 S: 530 no
                 S: 503 no
                 S: 503 no
                 {between}C: {command}
                 S: 220 go
                 TLS 1"
            );
            let refused = conversation(587, &script, &samples);
            for size in [1460, 7, 1] {
                let record = of_client(&refused, size);
                assert_eq!(text(&record, "tlstally.mode"), "starttls", "{script}");
                assert_eq!(text(&record, "tlstally.starttls_command"), command);
                assert_eq!(text(&record, "tlstally.offered_max"), "1.0");
                assert_eq!(text(&record, "tlstally.verdict"), "legacy");
                assert_eq!(text(&record, "tlstally.findings"), r#"["legacy_capped"]"#);
            }
        }
    }
}

/// Lines of a message that reads like a dialogue, each in a segment of its own.
#[test]
fn starttls_in_content_of_the_client_alone() {
    let lines = |lines: &[&str]| {
        let head = [
            "EHLO b",
            "MAIL FROM:<x@y.example>",
            "RCPT TO:<z@y.example>",
            "DATA",
            "Subject: how to test",
            "",
            "First say",
        ];
        let said = [&head[..], lines].concat();
        // So that each line is a turn.
        let turns = said.iter().flat_map(|line| {
            let line = (From::Client, format!("{line}\r\n").into_bytes());
            [line, (From::Server, b"250 ok\r\n".to_vec())]
        });
        let mail = Conversation {
            turns: turns.collect(),
            ..SESSION.clone()
        };
        of_client(&mail, 1460)
    };
    let quoted = lines(&["STARTTLS", "and wait.", ".", "QUIT"]);
    assert_eq!(text(&quoted, "tlstally.mode"), "plaintext");
    assert_eq!(text(&quoted, "tlstally.findings"), r#"["starttls_never"]"#);
    let prose = lines(&["STARTTLS is what to say.", "NOOP", ".", "QUIT"]);
    assert_eq!(text(&prose, "tlstally.mode"), "plaintext");
    // It may as well be the command, with nothing behind it or others.
    for end in [&["STARTTLS"][..], &["STARTTLS", "QUIT"]] {
        let record = lines(end);
        assert_eq!(text(&record, "tlstally.mode"), "", "{end:?}");
        assert_eq!(text(&record, "tlstally.verdict"), "unknown");
        assert_eq!(text(&record, "tlstally.findings"), "");
    }
}

fn of_client(conversation: &Conversation, size: usize) -> Value {
    let mut segments = conversation.segments(size);
    segments.retain(|segment| segment.from == From::Client);
    Reading::new().only(&conversation.packets(WRAPPING, &segments))
}

/// STARTTLS was refused, and in a hole it may have been asked for again: 220 is said to nothing else. What was sent
/// before the hole was sent in clear.
#[test]
fn tls_begun_in_a_hole_behind_a_refusal() {
    let refused = [
        (From::Client, "STARTTLS"),
        (From::Server, "454 4.7.0 not now"),
    ];
    let mail = [
        (From::Client, "MAIL FROM:<x@y.example>"),
        (From::Server, "250 ok"),
    ];
    let login = [
        (From::Client, "AUTH PLAIN AGEAYg=="),
        (From::Server, "235 ok"),
    ];
    let taken = [
        (From::Client, "STARTTLS"),
        (From::Server, "220 2.0.0 Ready"),
    ];
    let again = [DIALOGUE[1], DIALOGUE[2]];
    let start = &DIALOGUE[..3];
    for (before, behind, in_clear) in [
        (&mail, &[][..], ""),
        (&mail, &[again, mail].concat(), ""),
        (&mail, &[again, login].concat(), ""),
        (&login, &[again, mail].concat(), "true"),
    ] {
        let script = [start, &refused, before, &taken, behind].concat();
        let asked = start.len() + refused.len() + before.len();
        for (missing, mode) in [(None, "starttls"), (Some(asked), "")] {
            let record = line_by_line(&script, 0, missing);
            assert_eq!(text(&record, "tlstally.mode"), mode, "{script:?}");
            assert_eq!(text(&record, "tlstally.outcome"), "incomplete");
            assert_eq!(text(&record, "tlstally.verdict"), "unknown");
            assert_eq!(text(&record, "tlstally.auth_in_clear"), in_clear);
        }
    }
}

/// AUTH before everything that is missing was sent in clear, whatever became of TLS.
#[test]
fn auth_in_front_of_a_hole() {
    let script = [
        &DIALOGUE[..3],
        &[
            (From::Client, "AUTH PLAIN AGEAYg=="),
            (From::Server, "535 no"),
            (From::Client, "STARTTLS"),
            (From::Server, "502 no"),
            (From::Client, "NOOP"),
            (From::Server, "250 ok"),
        ],
    ]
    .concat();
    for missing in [None, Some(6)] {
        let record = line_by_line(&script, 0, missing);
        assert_eq!(text(&record, "tlstally.auth_in_clear"), "true");
    }
}

/// Without the server's SYN, and with a clock of its tap that is ahead, the greeting comes behind STARTTLS.
#[test]
fn a_greeting_that_is_seen_behind_starttls() {
    let script = "S: 220 a.example ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: NOOP
         S: 250 ok
         C: STARTTLS
         S: 454 4.7.0 not now
         C: MAIL FROM:<x@y.example>
         S: 250 ok
         C: QUIT
         S: 221 bye";
    let refused = conversation(587, script, &samples());
    let whole = refused.segments(1460);
    let noop = place(&whole, From::Client, b"NOOP");
    for (missing, mode, outcome) in [
        (None, "plaintext", "incomplete"),
        (Some(noop), "", "incomplete"),
    ] {
        let mut segments = whole.clone();
        if let Some(missing) = missing {
            segments.remove(missing);
        }
        segments.remove(1);
        let mut packets = refused.packets(WRAPPING, &segments);
        for (packet, segment) in packets.iter_mut().zip(&segments) {
            packet.time += u64::from(segment.from == From::Server) * 1_000_000_000;
        }
        packets.sort_by_key(|packet| packet.time);
        let record = Reading::new().only(&packets);
        assert_eq!(text(&record, "tlstally.mode"), mode, "without {missing:?}");
        assert_eq!(text(&record, "tlstally.outcome"), outcome);
        assert_eq!(text(&record, "tlstally.starttls_command"), "");
    }
}

/// What is no TLS does not become it since the server answers in TLS, by an alert (OpenSSL: protocol_version).
#[test]
fn text_to_a_server_of_tls() {
    let said = |text: &str| {
        let script = [text, r"S= \x15\x03\x03\x00\x02\x02\x46"].join("\n");
        let alerted = conversation(465, &script, &samples());
        Reading::new().only(&alerted.packets(WRAPPING, &alerted.segments(1460)))
    };
    for (text_of_client, mode) in [
        ("C: EHLO b", "plaintext"),
        ("C: GET / HTTP/1.0\nC: Host: a", ""),
        ("C: EHLO b\nC: STARTTLS", ""),
        ("HELLO 1", "implicit"),
    ] {
        let record = said(text_of_client);
        assert_eq!(text(&record, "tlstally.mode"), mode, "{text_of_client}");
        assert_eq!(text(&record, "tlstally.outcome"), "rejected");
        assert_eq!(text(&record, "tlstally.alert.by"), "server");
    }
}

/// Both ports are watched, and no SYN tells: the command does.
#[test]
fn who_asks_for_tls_is_the_client() {
    let script = "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 2.0.0 go
         TLS 3";
    let mut asking = conversation(25, script, &samples());
    asking.client.1 = 25;
    for _ in 0..2 {
        let segments = asking.segments(1460).split_off(6);
        let record = Reading::new().only(&asking.packets(WRAPPING, &segments));
        assert_eq!(text(&record, "source.ip"), asking.client.0.to_string());
        assert_eq!(text(&record, "tlstally.mode"), "starttls");
        assert_eq!(text(&record, "tls.version"), "1.2");
        // As well where the client has the higher address.
        (asking.client.0, asking.server.0) = (asking.server.0, asking.client.0);
    }
}

/// The same behind the hellos, where each end has handshake messages of its own (RFC 5246 section 7.4): of ClientKeyExchange
/// on, and of the server alone from its NewSessionTicket on.
#[test]
fn who_exchanges_keys_is_the_client() {
    let mut asking = conversation(587, "TLS 1", &samples());
    asking.client.1 = 25;
    let handshake = |segments: &[Segment], from, kind: u8| {
        let is_it = |segment: &Segment| {
            segment.from == from
                && matches!(*segment.payload, [22, _, _, _, _, first, ..] if first == kind)
        };
        segments.iter().position(is_it).unwrap()
    };
    for _ in 0..2 {
        let segments = asking.segments(1460);
        let both = &segments[handshake(&segments, From::Client, 16)..];
        let ticket = &segments[handshake(&segments, From::Server, 4)..];
        let server = ticket.iter().filter(|segment| segment.from == From::Server);
        for part in [both.to_vec(), server.cloned().collect()] {
            let record = Reading::new().only(&asking.packets(WRAPPING, &part));
            assert_eq!(text(&record, "source.ip"), asking.client.0.to_string());
        }
        // As well where the client has the higher address.
        (asking.client.0, asking.server.0) = (asking.server.0, asking.client.0);
    }
}

/// STARTTLS was refused, AUTH sent, and STARTTLS taken: with or without TLS behind it, AUTH was in clear. Behind the
/// one that was taken a tap that decrypts shows it.
#[test]
fn auth_behind_a_refused_request_for_tls() {
    let refused = [
        (From::Client, "STARTTLS"),
        (From::Server, "454 4.7.0 not now"),
    ];
    let login = [
        (From::Client, "AUTH PLAIN AGEAYg=="),
        (From::Server, "235 ok"),
    ];
    let taken = [(From::Client, "STARTTLS"), (From::Server, "220 go")];
    let start = &DIALOGUE[..3];
    for (script, told) in [
        ([start, &refused, &login, &taken], "true"),
        ([start, &refused, &taken, &login], ""),
    ] {
        let record = line_by_line(&script.concat(), 0, None);
        assert_eq!(text(&record, "tlstally.auth_in_clear"), told);
        assert_eq!(text(&record, "tlstally.mode"), "starttls");
    }
}

/// Many servers take a lone dot between bare line feeds for the end of content (until CVE-2023-51764 Postfix did too),
/// and there are clients that rely on it. That it was taken is told by the reply that comes before the client goes on;
/// in a capture that holds the client's side first, it is not known.
#[test]
fn content_that_ends_with_bare_line_feeds() {
    let samples = samples();
    for ending in [r".\n", r".\r\n"] {
        let mail = format!(
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
              C= Subject: x\r\n\r\nhello\n{ending}
              S: 250 taken
              C: STARTTLS
              "
        );
        let taken = conversation(25, &format!("{mail}S: 220 go\nTLS 1"), &samples);
        let refused = conversation(
            25,
            &format!("{mail}S: 454 not now\nC: QUIT\nS: 221 bye"),
            &samples,
        );
        for (conversation, mode, outcome) in [
            (taken, "starttls", "established"),
            (refused, "plaintext", "starttls_refused"),
        ] {
            let plain = conversation.packets(WRAPPING, &conversation.segments(1460));
            let plain = timeless(Reading::new().only(&plain));
            for size in [1460, 7, 1] {
                let packets = conversation.packets(WRAPPING, &conversation.segments(size));
                let record = timeless(Reading::new().only(&packets));
                assert_eq!(text(&record, "tlstally.mode"), mode);
                assert_eq!(text(&record, "tlstally.outcome"), outcome);
                assert_eq!(
                    text(&record, "tlstally.findings"),
                    text(&plain, "tlstally.findings")
                );
            }
            for last in [From::Client, From::Server] {
                let packets = conversation.one_behind_the_other(last);
                let record = timeless(Reading::new().only(&packets));
                assert_eq!(
                    said_more(&record, &plain),
                    Vec::<String>::new(),
                    "{last:?} last"
                );
            }
        }
    }
}

/// Large receive offload: the capture shows segments that never were on the wire, up to 64 KiB.
#[test]
fn segments_larger_than_any_link() {
    is_told_the_same(&packets(&SESSION.segments(60_000)));
}

/// TCP Fast Open (RFC 7413): the SYN has the first bytes with it. Over implicit TLS, since SMTP's client waits to be greeted.
#[test]
fn fast_open() {
    let mut recordings = recorded(&pcaps().join("implicit-tls-465.pcap")).into_iter();
    let conversation = recordings.find(|one| one.server.1 == 465).unwrap();
    let plain = conversation.segments(1000);
    let record = |segments: &[Segment]| {
        timeless(Reading::new().only(&conversation.packets(WRAPPING, segments)))
    };
    let first = place(&plain, From::Client, &[22]);
    let mut fast = plain.clone();
    let opening = fast.remove(first);
    assert!(opening.payload.len() > 100);
    fast[0].payload = opening.payload.clone();
    // The answer to the SYN takes the bytes too.
    fast[1].ack += opening.payload.len() as u32;
    let difference = contrast(&record(&fast), &record(&plain));
    assert!(difference.is_empty(), "{difference}");
    // The server's tap in front of the client's: its answer to the SYN is seen before the SYN and the bytes with it.
    let (server, client): (Vec<_>, Vec<_>) =
        (fast.iter().cloned()).partition(|segment| segment.from == From::Server);
    let difference = contrast(&record(&[server, client].concat()), &record(&plain));
    assert!(difference.is_empty(), "{difference}");
    // A server that does not take them gets them again.
    let mut again = plain.clone();
    again[0].payload = opening.payload;
    let difference = contrast(&record(&again), &record(&plain));
    assert!(difference.is_empty(), "{difference}");
}

/// RFC 9293 section 3.5, figure 7: both ends send a SYN before they see the other's.
#[test]
fn simultaneous_open() {
    let mut segments = segments();
    let mut crossing = segments[1].clone();
    crossing.flags = SYN;
    crossing.ack = 0;
    let mut answer = segments[0].clone();
    answer.flags = SYN | ACK;
    answer.ack = 1;
    segments.splice(1..3, [crossing, answer, segments[1].clone()]);
    let record = timeless(Reading::new().only(&packets(&segments)));
    let difference = contrast(&record, &plain());
    assert!(difference.is_empty(), "{difference}");
}

/// The same, with the SYN of the watched port first: which end is the client is not told by who came first.
#[test]
fn simultaneous_open_of_the_server_first() {
    let mut segments = segments();
    let [syn, answer] = [segments[0].clone(), segments[1].clone()];
    let crossing = Segment {
        flags: SYN,
        ack: 0,
        ..answer.clone()
    };
    let taken = Segment {
        flags: SYN | ACK,
        ack: 1,
        ..syn.clone()
    };
    segments.splice(..3, [crossing, syn, taken, answer]);
    let record = timeless(Reading::new().only(&packets(&segments)));
    let difference = contrast(&record, &plain());
    assert!(difference.is_empty(), "{difference}");
}

/// The client's SYN is lost. The server's acknowledges it, so where the client begins is known, and all that it said is seen.
#[test]
fn the_answer_to_a_syn_tells_where_its_sender_begins() {
    is_told_the_same(&packets(&segments()[1..]));
    let never = recorded(&pcaps().join("starttls-never.pcap")).remove(0);
    let all = never.segments(1000);
    let findings = |segments: &[Segment]| {
        let record = Reading::new().only(&never.packets(WRAPPING, segments));
        text(&record, "tlstally.findings")
    };
    assert_eq!(findings(&all), r#"["starttls_never"]"#);
    assert_eq!(findings(&all[1..]), r#"["starttls_never"]"#);
    // Nothing tells any more what went before the client's first bytes.
    assert_eq!(findings(&all[3..]), "");
}

/// A balancer that keeps nothing of a SYN answers a repeated one from another number. The client takes the answer that
/// reaches it first, and answers the other with an acknowledgement of that (RFC 9293 section 3.10.7.4): it is one
/// connection, wherever the other answer shows.
#[test]
fn a_second_answer_to_the_syn_from_another_number() {
    let segments = segments();
    for distance in [1 << 31, 5000, 0_u32.wrapping_sub(5000), 1] {
        let other = Segment {
            seq: segments[1].seq.wrapping_add(distance),
            ..segments[1].clone()
        };
        let with = |places: &[usize]| {
            let mut changed = segments.clone();
            for at in places {
                changed.insert(*at, other.clone());
            }
            packets(&changed)
        };
        // Behind the answer that the client takes: beside it, in the dialogue, in the handshake, behind the end.
        for at in 2..=segments.len() {
            is_told_the_same(&with(&[at]));
        }
        // Before it, where the client or, if its acknowledgement is not in the capture, the server goes on from the later one.
        is_told_the_same(&with(&[1]));
        is_told_the_same(&with(&[3, 1]));
        let mut unacknowledged = with(&[1]);
        unacknowledged.remove(3);
        is_told_the_same(&unacknowledged);
        // Of the server's side alone its own bytes tell.
        let alone = |segments: &[Segment]| {
            let of_the_server = segments.iter().filter(|one| one.from == From::Server);
            let packets = packets(&of_the_server.cloned().collect::<Vec<_>>());
            timeless(Reading::new().only(&packets))
        };
        let mut changed = segments.clone();
        changed.insert(1, other.clone());
        let difference = contrast(&alone(&changed), &alone(&segments));
        assert!(difference.is_empty(), "{difference}");
    }
}

/// The capture loses the rest of a connection, however long it goes on, and whatever comes between the same ports: what
/// the session would have become is not told by that.
#[test]
fn silence_after_any_packet() {
    let segments = segments();
    let whole = plain();
    let another = Conversation {
        client: (SESSION.client.0, SESSION.client.1 + 1),
        ..SESSION.clone()
    };
    let elsewhere = WRAPPING.map(|number| number.wrapping_add(1 << 31));
    let hours_later = another.packets(WRAPPING, &segments[..1]);
    let in_its_place = SESSION.packets(elsewhere, &segments[..1]);
    for at in 4..segments.len() {
        for later in [&hours_later, &in_its_place] {
            let mut packets = packets(&segments[..at]);
            packets.extend(later.iter().map(|packet| Packet {
                time: packet.time + 3 * 3600 * 1_000_000_000,
                ..packet.clone()
            }));
            for record in Reading::new().ethernet(&packets) {
                for field in ["tlstally.mode", "tlstally.verdict"] {
                    let told = text(&record, field);
                    let honest = ["", "unknown", &text(&whole, field)].contains(&told.as_str());
                    assert!(honest, "{field} is {told} after {at} packets");
                }
            }
        }
    }
}

/// The same ports again after a reset, and the SYNs of the second session are not in the capture: its numbers tell it apart.
#[test]
fn the_same_ports_after_a_reset_without_syns() {
    let segments = segments();
    let closed = segments.iter().position(|segment| segment.flags & FIN != 0);
    let mut first = segments[..closed.unwrap()].to_vec();
    let reset = Segment {
        flags: RST,
        ack: 0,
        payload: Vec::new(),
        ..segments[closed.unwrap()].clone()
    };
    first.push(reset);
    let mut both = SESSION.packets(WRAPPING, &first);
    let elsewhere = WRAPPING.map(|number| number.wrapping_add(1 << 31));
    both.extend(SESSION.packets(elsewhere, &segments[3..]));
    renumber(&mut both);
    let records = Reading::new().ethernet(&both);
    assert_eq!(records.len(), 2);
    for record in &records {
        assert_eq!(text(record, "tls.version"), "1.2");
        assert_eq!(text(record, "tlstally.outcome"), "established");
        assert_eq!(text(record, "tlstally.gaps"), "");
    }
}

/// Urgent data is part of the stream (RFC 6093): a byte that a client marks is read with the others.
#[test]
fn urgent_data() {
    const URG: u8 = 32;
    let segments = segments();
    let mut packets = packets(&segments);
    for (packet, segment) in packets.iter_mut().zip(&segments) {
        if !segment.payload.is_empty() {
            packet.bytes[47] |= URG;
            packet.bytes[52..54].copy_from_slice(&[0, 1]);
        }
    }
    // The checksum covers both: cards fill it in later, so it is often wrong in captures of the sender.
    let record = timeless(Reading::new().only(&packets));
    let difference = contrast(&record, &plain());
    assert!(difference.is_empty(), "{difference}");
}

/// Mirror ports show an answer before what it answers: every segment comes after the one that acknowledges it.
#[test]
fn data_seen_after_its_acknowledgement() {
    let mut segments = segments();
    for n in (3..segments.len() - 1).step_by(2) {
        segments.swap(n, n + 1);
    }
    let record = timeless(Reading::new().only(&packets(&segments)));
    let difference = contrast(&record, &plain());
    assert!(difference.is_empty(), "{difference}");
}

/// One segment is missing: in the greeting, in the certificate, in the answer to EHLO. The version is there, and so it is told.
#[test]
fn gaps() {
    let segments = SESSION.segments(300);
    let hello = place(&segments, From::Server, &[22]);
    for missing in [
        place(&segments, From::Server, b"220"),
        place(&segments, From::Server, b"250"),
        hello + 2,
    ] {
        let mut left = segments.clone();
        assert_eq!(left.remove(missing).from, From::Server);
        let record = Reading::new().only(&packets(&left));
        assert_eq!(text(&record, "tls.version"), "1.2", "without {missing}");
        assert_eq!(
            text(&record, "tlstally.mode"),
            "starttls",
            "without {missing}"
        );
        assert_eq!(
            text(&record, "tlstally.gaps.count"),
            "1",
            "without {missing}"
        );
    }
}

/// The clock of one tap is behind the other's: what lies between the two is not known, and no time is better than none at all.
#[test]
fn clocks_that_disagree() {
    let segments = segments();
    let mut packets = packets(&segments);
    for (packet, segment) in packets.iter_mut().zip(&segments) {
        if segment.from == From::Server {
            packet.time -= 500_000_000;
        }
    }
    let record = Reading::new().only(&packets);
    assert_eq!(text(&record, "tls.version"), "1.2");
    assert_eq!(text(&record, "tlstally.latency"), "");
}

/// Only one direction is in the capture.
#[test]
fn one_direction_only() {
    for (from, seen) in [(From::Client, "client"), (From::Server, "server")] {
        let mut segments = segments();
        segments.retain(|segment| segment.from == from);
        let record = Reading::new().only(&packets(&segments));
        assert_eq!(text(&record, "tlstally.seen"), seen);
        assert_eq!(text(&record, "tlstally.mode"), "starttls");
        let (version, offered) = (
            text(&record, "tls.version"),
            text(&record, "tlstally.offered_max"),
        );
        let told = (version.as_str(), offered.as_str());
        assert_eq!(
            told,
            if from == From::Client {
                ("", "1.2")
            } else {
                ("1.2", "")
            }
        );
    }
}

fn renumber(packets: &mut [Packet]) {
    for (number, one) in packets.iter_mut().enumerate() {
        *one = packet(number, std::mem::take(&mut one.bytes));
    }
}

/// As two taps appended leave it, where the server resets what comes after its FIN: its end is told before the client begins.
#[test]
fn a_reset_of_the_server_before_the_client_is_seen() {
    let mut segments = segments();
    let reset = Segment {
        flags: RST,
        ack: 0,
        ..segments.last().unwrap().clone()
    };
    segments.push(reset);
    let (server, client): (Vec<_>, Vec<_>) = segments
        .into_iter()
        .partition(|segment| segment.from == From::Server);
    let told = [server, client].concat();
    let record = orderless(Reading::new().only(&packets(&told)));
    for path in [
        "tls.version",
        "tlstally.mode",
        "tlstally.outcome",
        "tlstally.seen",
    ] {
        assert_eq!(text(&record, path), text(&plain(), path), "{path}");
    }
}

/// A session with STARTTLS between the same ports as every other one: it offers and chooses the `number`th version of `samples`.
fn mail(number: usize) -> Conversation {
    let script = format!(
        "S: 220 a ESMTP
         C: EHLO b
         S: 250-a
         S: 250 STARTTLS
         C: STARTTLS
         S: 220 go
         TLS {number}"
    );
    conversation(25, &script, &samples())
}

/// Sequence numbers of another connection, further and less far ahead of and behind those of the first.
const DISTANCES: [u32; 6] = [
    1 << 31,
    700_000_000,
    7_000_000,
    0_u32.wrapping_sub(7_000_000),
    1 << 29,
    3 << 30,
];

const FIRST: [u32; 2] = [1_000_000_000, 3_000_000_000];

fn away(distance: u32) -> [u32; 2] {
    FIRST.map(|number| number.wrapping_add(distance))
}

/// Whatever else is told: each record is of TLS 1.0 offered and chosen (`mail(1)`), or of TLS 1.2 (`mail(3)`), and of
/// nothing in between.
fn nothing_is_mixed(records: &[Value]) {
    for record in records {
        let (version, offered) = versions(record);
        let other = |one: &str| one.is_empty() || version.is_empty() || one == version;
        assert!(other(&offered), "{version} chosen, {offered} offered");
        let known = text(record, "tlstally.limited_by");
        assert!(["", "client"].contains(&known.as_str()), "{known}");
    }
}

/// Chosen, and offered at best.
fn versions(record: &Value) -> (String, String) {
    (
        text(record, "tls.version"),
        text(record, "tlstally.offered_max"),
    )
}

fn told(records: &[Value]) -> Vec<(String, String)> {
    let mut told: Vec<_> = records.iter().map(versions).collect();
    told.sort();
    told
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(one, other)| ((*one).to_owned(), (*other).to_owned()))
        .collect()
}

/// What one end sends of a conversation.
fn half(one: &Conversation, starts: [u32; 2], from: From) -> Vec<Packet> {
    let segments = one.segments(1460).into_iter();
    let segments: Vec<_> = segments.filter(|segment| segment.from == from).collect();
    one.packets(starts, &segments)
}

/// RFC 9293 section 3.10.7.3: a SYN-ACK whose acknowledgement is not that of the SYN does not answer it.
#[test]
fn an_answer_to_another_syn_is_of_another_connection() {
    let (legacy, modern) = (mail(1), mail(3));
    for distance in DISTANCES {
        let client = half(&modern, away(distance), From::Client);
        let server = half(&legacy, FIRST, From::Server);
        for packets in [[client.clone(), server.clone()], [server, client]] {
            let mut packets = packets.concat();
            renumber(&mut packets);
            let records = Reading::new().ethernet(&packets);
            assert_eq!(told(&records), pairs(&[("", "1.2"), ("1.0", "")]));
        }
    }
}

/// One tap behind the other, of two sessions that used the same ports within minutes, or hours apart.
#[test]
fn taps_one_behind_the_other_and_ports_used_again() {
    let (one, other) = (mail(1), mail(3));
    for (distance, pause) in DISTANCES.into_iter().zip([0, 60, 600, 3000, 7200, 90_000]) {
        let both = |from| {
            let mut packets = half(&one, FIRST, from);
            let later = half(&other, away(distance), from);
            packets.extend(later.into_iter().map(|packet| Packet {
                time: packet.time + (pause + 1) * 1_000_000_000,
                ..packet
            }));
            packets
        };
        for order in [[From::Client, From::Server], [From::Server, From::Client]] {
            let records = Reading::new().ethernet(&order.map(both).concat());
            nothing_is_mixed(&records);
            for version in ["1.0", "1.2"] {
                let chosen = records
                    .iter()
                    .any(|record| text(record, "tls.version") == version);
                let offered = |one| text(one, "tlstally.offered_max") == version;
                assert!(
                    chosen && records.iter().any(offered),
                    "{version}, {pause} s"
                );
            }
        }
    }
}

/// The clock of the server's tap is behind, and the ports are used again before it shows the end of the first session.
#[test]
fn taps_that_disagree_and_ports_used_again() {
    let (one, other) = (mail(1), mail(3));
    for distance in DISTANCES {
        for (reused, behind) in [(30, 50), (30, 10), (5, 20), (300, 310), (40, 400)] {
            let moved = |packets: Vec<Packet>, by: u64| {
                let later = packets.into_iter().map(move |packet| Packet {
                    time: packet.time + by * 1_000_000,
                    ..packet
                });
                later.collect::<Vec<_>>()
            };
            // Halves have no pauses: the server's packets come between the client's.
            let mut packets = half(&one, FIRST, From::Client);
            packets.extend(moved(half(&one, FIRST, From::Server), behind));
            packets.extend(moved(half(&other, away(distance), From::Client), reused));
            packets.extend(moved(
                half(&other, away(distance), From::Server),
                reused + behind,
            ));
            packets.sort_by_key(|packet| packet.time);
            nothing_is_mixed(&Reading::new().ethernet(&packets));
        }
    }
}

/// A port used again with the same number of the client, as by systems without chance: after a reset, or after both ends closed.
#[test]
fn the_same_number_of_the_client_again() {
    let (one, other) = (mail(3), mail(1));
    for distance in DISTANCES {
        let again = [FIRST[0], away(distance)[1]];
        let whole = one.segments(1460);
        let hello = place(&whole, From::Client, &[22]);
        let closed = whole.iter().position(|one| one.flags & FIN != 0).unwrap();
        for (at, chosen) in [(hello + 1, ""), (closed, "1.2"), (whole.len(), "1.2")] {
            let mut first = whole[..at].to_vec();
            if at < whole.len() {
                let reset = Segment {
                    flags: RST | ACK,
                    payload: Vec::new(),
                    ..whole
                        .iter()
                        .skip(at)
                        .find(|one| one.from == From::Server)
                        .unwrap()
                        .clone()
                };
                first.push(reset);
            }
            let mut packets = one.packets(FIRST, &first);
            packets.extend(other.packets(again, &other.segments(1460)));
            renumber(&mut packets);
            let records = Reading::new().ethernet(&packets);
            assert_eq!(told(&records), {
                let mut both = pairs(&[(chosen, "1.2"), ("1.0", "1.0")]);
                both.sort();
                both
            });
        }
    }
}

/// A device without chance lost its power and begins with the same port and number; nothing ends its first connection in the
/// capture. The answer to its SYN tells that this is another one.
#[test]
fn the_same_number_of_the_client_after_an_end_that_was_not_seen() {
    for versions in [[1, 3], [3, 1]] {
        let [one, other] = versions.map(mail);
        for distance in DISTANCES {
            for seconds in [20, 120, 1_200] {
                let whole = one.segments(1460);
                let hello = place(&whole, From::Client, &[22]);
                let closed = whole.iter().position(|one| one.flags & FIN != 0).unwrap();
                for at in [hello + 1, closed] {
                    let mut packets = one.packets(FIRST, &whole[..at]);
                    let again = [FIRST[0], away(distance)[1]];
                    let mut later = other.packets(again, &other.segments(1460));
                    for (number, packet) in later.iter_mut().enumerate() {
                        packet.time += (at + number) as u64 + seconds * 1_000_000_000;
                    }
                    packets.extend(later);
                    let records = Reading::new().ethernet(&packets);
                    assert_eq!(records.len(), 2, "{versions:?} {distance} {seconds} {at}");
                    nothing_is_mixed(&records);
                    let chosen = ["", "1.0", "", "1.2"][versions[1]];
                    let told = told(&records);
                    assert!(told.contains(&(chosen.into(), chosen.into())), "{told:?}");
                }
            }
        }
    }
}

/// Sorts the packets of two connections, by place and connection.
type Order = fn(&(usize, bool)) -> usize;

/// Both sides of a proxy that keeps addresses and ports, in one capture: each side has its own numbers. One at least is
/// told, both where one is open before the other, and neither has anything of the other.
#[test]
fn two_connections_between_the_same_ports_at_the_same_time() {
    let (one, other) = (mail(1), mail(3));
    let plain = [&one, &other]
        .map(|mail| timeless(Reading::new().only(&mail.packets(FIRST, &mail.segments(1460)))));
    for distance in DISTANCES {
        let (left, right) = (one.segments(1460), other.segments(1460));
        let mut places: Vec<_> = (0..left.len()).map(|at| (at, false)).collect();
        places.extend((0..right.len()).map(|at| (at, true)));
        // In turns; the answers to the SYNs the other way round; one opened before the other.
        let orders: [(Order, usize); 3] = [
            (|(at, right)| 2 * at + usize::from(*right), 1),
            (|(at, right)| 2 * at + usize::from(*right ^ (*at > 0)), 1),
            (|(at, right)| 2 * at + 5 * usize::from(*right), 2),
        ];
        for (order, least) in orders {
            places.sort_by_key(order);
            let packet = |(at, is_right): &(usize, bool)| {
                if *is_right {
                    other.packets(away(distance), &right[*at..=*at]).remove(0)
                } else {
                    one.packets(FIRST, &left[*at..=*at]).remove(0)
                }
            };
            let mut packets: Vec<_> = places.iter().map(packet).collect();
            renumber(&mut packets);
            let records = Reading::new().ethernet(&packets);
            assert!(records.len() >= least, "{distance}: {records:#?}");
            nothing_is_mixed(&records);
            for record in records {
                let record = timeless(record);
                let same = plain
                    .iter()
                    .any(|plain| contrast(plain, &record).is_empty());
                assert!(same, "{distance}: {record:#}");
            }
        }
    }
}

/// The client gives up and connects again; what the server had under way for the connection before comes first, whole
/// or in parts.
#[test]
fn bytes_under_way_for_the_connection_before() {
    let (one, other) = (mail(1), mail(3));
    let whole = one.segments(1460);
    let hello = place(&whole, From::Client, &[22]);
    let answer = place(&whole, From::Server, &[22]);
    let reset = Segment {
        seq: whole[hello].seq + whole[hello].payload.len() as u32,
        flags: RST | ACK,
        payload: Vec::new(),
        ..whole[hello].clone()
    };
    let before = [&whole[..=hello], &[reset]].concat();
    let again = other.segments(1460);
    for distance in DISTANCES {
        let starts = away(distance);
        for at in 1..again.len() {
            let mut packets = one.packets(FIRST, &before);
            packets.extend(other.packets(starts, &again[..at]));
            packets.extend(one.packets(FIRST, &whole[answer..=answer]));
            packets.extend(other.packets(starts, &again[at..]));
            renumber(&mut packets);
            let records = Reading::new().ethernet(&packets);
            assert_eq!(
                told(&records),
                pairs(&[("", "1.0"), ("1.2", "1.2")]),
                "{distance} {at}"
            );
            assert!(
                records
                    .iter()
                    .all(|record| text(record, "tlstally.gaps").is_empty())
            );
        }
    }
}

/// RFC 9293 section 3.10.7.4, RFC 5961 section 4: whoever gets a SYN in the middle of a connection goes on with it, and
/// says so. Anybody may have sent that SYN, what answers it, and bytes behind it.
#[test]
fn a_syn_in_the_middle_ends_nothing() {
    let segments = segments();
    let closed = segments
        .iter()
        .position(|one| one.flags & FIN != 0)
        .unwrap();
    for distance in DISTANCES {
        for (number, from) in [(0, From::Client), (1, From::Server)] {
            let starts = away(distance);
            let syn = Segment {
                flags: SYN,
                ack: 0,
                ..segments[number].clone()
            };
            let acknowledgement = Segment {
                seq: 1,
                flags: ACK,
                ack: 9,
                ..syn.clone()
            };
            let more = Segment {
                payload: b"EHLO x\r\n".to_vec(),
                ..acknowledgement.clone()
            };
            let answer = Segment {
                flags: SYN | ACK,
                ack: 1,
                ..syn.clone()
            };
            for forged in [
                vec![syn.clone()],
                vec![syn, acknowledgement, more],
                vec![answer],
            ] {
                for at in 2..closed {
                    let mut packets = SESSION.packets(FIRST, &segments[..at]);
                    packets.extend(SESSION.packets(starts, &forged));
                    // What the other end says to it, which does not know of another connection.
                    let (seq, ack) = (segments[at].seq, segments[at].ack);
                    let other = segments[at].from == from;
                    let challenge = Segment {
                        from: [From::Server, From::Client][from as usize],
                        seq: if other { ack } else { seq },
                        ack: if other { seq } else { ack },
                        flags: ACK,
                        payload: Vec::new(),
                    };
                    packets.extend(SESSION.packets(FIRST, &[challenge]));
                    packets.extend(SESSION.packets(FIRST, &segments[at..]));
                    renumber(&mut packets);
                    is_told_the_same(&packets);
                }
            }
        }
    }
}

/// An end that has lost a connection opens another one between the same ports, and nothing shows the end of the first:
/// what was seen of it is told as if the capture had ended there, and the second is told whole.
#[test]
fn ports_used_again_where_nothing_has_ended() {
    let (one, other) = (mail(1), mail(3));
    let (first, second) = (one.segments(1460), other.segments(1460));
    let of = |segments: &[Segment], from: Option<From>| -> Vec<Segment> {
        let own = segments
            .iter()
            .filter(|one| from.is_none_or(|from| one.from == from));
        own.cloned().collect()
    };
    for from in [None, Some(From::Client), Some(From::Server)] {
        let (first, second) = (of(&first, from), of(&second, from));
        let last = timeless(Reading::new().only(&other.packets(FIRST, &second)));
        for distance in DISTANCES {
            for at in 1..first.len() {
                let alone = one.packets(FIRST, &first[..at]);
                let mut both = alone.clone();
                both.extend(other.packets(away(distance), &second));
                renumber(&mut both);
                let mut expected: Vec<_> = Reading::new()
                    .ethernet(&alone)
                    .into_iter()
                    .map(timeless)
                    .collect();
                expected.push(last.clone());
                let told: Vec<_> = Reading::new()
                    .ethernet(&both)
                    .into_iter()
                    .map(timeless)
                    .collect();
                assert_eq!(
                    told.len(),
                    expected.len(),
                    "{from:?} {distance} {at}: {told:#?}"
                );
                for (told, expected) in told.iter().zip(&expected) {
                    let difference = contrast(told, expected);
                    assert!(
                        difference.is_empty(),
                        "{from:?} {distance} {at}: {difference}"
                    );
                }
            }
        }
    }
}

/// A reset with ACK says how far its sender had received the other end (RFC 9293 section 3.5.2): what the capture lacks
/// of that is known to be missing.
#[test]
fn a_reset_says_what_its_sender_had_received() {
    let mail = mail(3);
    let mut segments = mail.segments(1460);
    let said = |one: &Segment| one.from == From::Server && !one.payload.is_empty();
    let last = segments.iter().rposition(said).unwrap();
    segments.truncate(last + 1);
    let answer = segments[last].clone();
    let reset = Segment {
        from: From::Client,
        seq: answer.ack,
        ack: answer.seq + answer.payload.len() as u32,
        flags: RST | ACK,
        payload: Vec::new(),
    };
    segments.push(reset);
    let told = |segments: &[Segment]| {
        let record = Reading::new().only(&mail.packets(FIRST, segments));
        text(&record, "tlstally.exchange.ended")
    };
    assert_eq!(told(&segments), "client_reset");
    segments.remove(last);
    assert_eq!(told(&segments), "", "a FIN may have been in it");
}

/// RFC 9293 section 3.5.1, figure 9: the server still has a connection that the client has lost. It answers the SYN
/// with what it knows, is reset for that, and the SYN comes again. The reset is not the new connection's.
#[test]
fn half_open_connections_are_recovered() {
    let again = mail(1);
    let whole = again.segments(1460);
    let hello = place(&whole, From::Client, &[22]);
    let plain = |to: usize| timeless(Reading::new().only(&again.packets(FIRST, &whole[..to])));
    for distance in DISTANCES {
        let old = again.packets(away(distance), &whole[..5]);
        let stale = Segment {
            flags: ACK,
            payload: Vec::new(),
            ..whole[5].clone()
        };
        let answer = Segment {
            from: From::Server,
            seq: stale.ack,
            ack: stale.seq,
            ..stale.clone()
        };
        let reset = Segment {
            from: From::Client,
            flags: RST,
            seq: stale.seq,
            ack: 0,
            ..stale
        };
        for to in [hello + 1, whole.len()] {
            for with_old in [true, false] {
                let mut packets = if with_old { old.clone() } else { Vec::new() };
                packets.extend(again.packets(FIRST, &whole[..1]));
                packets.extend(again.packets(away(distance), &[answer.clone(), reset.clone()]));
                packets.extend(again.packets(FIRST, &whole[..to]));
                renumber(&mut packets);
                let records = Reading::new().ethernet(&packets);
                let last = timeless(records.into_iter().next_back().unwrap());
                let difference = contrast(&last, &plain(to));
                assert!(difference.is_empty(), "{distance}: {difference}");
            }
        }
    }
}

/// Section 3.5.1 too: an answer to an old SYN is reset, and the SYN comes again. So it is where the answer was right,
/// and its server answers as before.
#[test]
fn a_reset_before_the_same_syn_again() {
    let whole = segments();
    let hello = place(&whole, From::Client, &[22]);
    for (seq, ack) in [(40_000, 0), (40_000, 2), (0, 1), (40_000, 1)] {
        let answer = Segment {
            seq,
            ack,
            ..whole[1].clone()
        };
        let reset = Segment {
            flags: RST,
            ack: 0,
            seq: ack,
            ..whole[0].clone()
        };
        let tried = [whole[0].clone(), answer, reset];
        // Where the capture ends with the hello, nobody has closed anything.
        for to in [hello + 1, whole.len()] {
            let of = |segments: &[Segment]| timeless(Reading::new().only(&packets(segments)));
            let again = of(&[&tried[..], &whole[..to]].concat());
            let difference = contrast(&again, &of(&whole[..to]));
            assert!(difference.is_empty(), "{difference}");
        }
    }
}

/// A firewall numbers the client's direction anew, and the capture has the server's packets from both its sides: what
/// they acknowledge differs, and their own numbers do not.
#[test]
fn acknowledgements_that_a_firewall_has_numbered_anew() {
    let segments = segments();
    for distance in DISTANCES {
        let inside = [WRAPPING[0].wrapping_add(distance), WRAPPING[1]];
        let mut both = Vec::new();
        for segment in &segments {
            both.extend(SESSION.packets(WRAPPING, std::slice::from_ref(segment)));
            if segment.from == From::Server {
                both.extend(SESSION.packets(inside, std::slice::from_ref(segment)));
            }
        }
        renumber(&mut both);
        // Who ended it is told by what each end had acknowledged.
        let without = |mut record: Value| {
            record["tlstally"]
                .as_object_mut()
                .unwrap()
                .remove("exchange");
            record
        };
        let record = timeless(Reading::new().only(&both));
        let difference = contrast(&without(record), &without(plain()));
        assert!(difference.is_empty(), "{difference}");
    }
}
