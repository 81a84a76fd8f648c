//! A sensor that misses packets: sessions by the thousand, made of the recorded ones, with packets taken out at random. What is
//! told of a session must be true; where the beginning of its ServerHello is there, it should be told.
//!
//! `TLSTALLY_LOSS_SESSIONS` sets the number of sessions, `TLSTALLY_LOSS_KEEP` a folder where the captures are left for other
//! programs to read; `docs/accuracy.md` has the figures of a long run.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod common;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::{env, fs};

use common::conversation::{Conversation, End, From, Segment, recorded};
use common::reading::{Reading, text};
use common::{Packet, captures, plain_pcap};

/// What is true of a session: version as records write it, highest offer.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Truth {
    version: String,
    offered: String,
}

/// A packet of a session with the number of the session.
struct Sent {
    session: usize,
    server: End,
    holds_answer: bool,
    packet: Packet,
}

/// What is true, by the client's address and port.
type Truths = HashMap<(String, String), Truth>;

#[derive(Debug, Default)]
struct Score {
    /// Sessions with TLS of which the first bytes of the ServerHello survived.
    answerable: u32,
    /// Of those, with the right version told.
    right: u32,
    /// Sessions of which something false was told.
    wrong: u32,
}

#[test]
fn what_is_told_in_spite_of_loss_is_true() {
    let sessions = env::var("TLSTALLY_LOSS_SESSIONS").map_or(600, |text| text.parse().unwrap());
    let (sent, truths) = traffic(sessions);
    for per_mille in [1, 10, 50, 100] {
        let score = score(&sent, &truths, per_mille);
        println!("{per_mille} of 1000 packets lost: {score:?}");
        assert_eq!(score.wrong, 0, "{per_mille} of 1000 lost");
        assert!(
            score.right * 1000 >= score.answerable * 999,
            "{per_mille} of 1000 lost: {score:?}"
        );
    }
}

fn score(sent: &[Sent], truths: &Truths, per_mille: u64) -> Score {
    let mut seed = 0x5eed_0000 + per_mille;
    let kept: Vec<&Sent> = sent
        .iter()
        .filter(|_| chance(&mut seed) % 1000 >= per_mille)
        .collect();
    let packets: Vec<Packet> = kept.iter().map(|sent| sent.packet.clone()).collect();
    keep(per_mille, &kept, &packets, truths);
    let told: HashMap<_, _> = Reading::new()
        .ethernet(&packets)
        .into_iter()
        .map(|record| {
            (
                (text(&record, "source.ip"), text(&record, "source.port")),
                record,
            )
        })
        .collect();
    let mut score = Score::default();
    for sent in kept.iter().filter(|sent| sent.holds_answer) {
        let ends = client(sent.session);
        let truth = &truths[&ends];
        score.answerable += 1;
        let version = told.get(&ends).map(|record| text(record, "tls.version"));
        score.right += u32::from(version.as_ref() == Some(&truth.version));
    }
    for (ends, record) in &told {
        let truth = truths.get(ends).cloned().unwrap_or(Truth {
            version: String::new(),
            offered: String::new(),
        });
        let [version, offered] = [
            text(record, "tls.version"),
            text(record, "tlstally.offered_max"),
        ];
        let honest = (version.is_empty() || version == truth.version)
            && (offered.is_empty() || offered == truth.offered);
        score.wrong += u32::from(!honest);
    }
    score
}

/// Leaves the capture for other readers, with a table of the sessions whose answer is there.
fn keep(per_mille: u64, kept: &[&Sent], packets: &[Packet], truths: &Truths) {
    let Some(folder) = env::var_os("TLSTALLY_LOSS_KEEP").map(PathBuf::from) else {
        return;
    };
    let capture = format!("loss-{per_mille}.pcap");
    fs::write(folder.join(&capture), plain_pcap(1, packets)).unwrap();
    let mut table =
        "file\tclient_ip\tclient_port\tserver_ip\tserver_port\tmode\tnegotiated\n".to_owned();
    for sent in kept.iter().filter(|sent| sent.holds_answer) {
        let ((ip, port), server) = (client(sent.session), sent.server);
        let version = match truths[&client(sent.session)].version.as_str() {
            "3.0" => "SSLv3".to_owned(),
            number => format!("TLS{number}"),
        };
        let (address, number) = server;
        writeln!(
            table,
            "{capture}\t{ip}\t{port}\t{address}\t{number}\ttls\t{version}"
        )
        .unwrap();
    }
    fs::write(folder.join(format!("loss-{per_mille}.tsv")), table).unwrap();
}

/// A generator of chance that is the same everywhere (Knuth's MMIX constants).
fn chance(seed: &mut u64) -> u64 {
    *seed = seed
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    *seed >> 33
}

/// The client's address and port in the `number`th session.
fn client(number: usize) -> (String, String) {
    let (ip, port) = client_end(number);
    (ip.to_string(), port.to_string())
}

fn client_end(number: usize) -> (Ipv4Addr, u16) {
    let number = number as u32;
    (
        Ipv4Addr::from(0x0a40_0000 + number / 40),
        40_000 + (number % 40) as u16,
    )
}

/// Sessions one after the other from changing clients, each overlapping with the next ones, and what is true of them.
fn traffic(sessions: usize) -> (Vec<Sent>, Truths) {
    let known = known();
    assert!(known.len() > 60, "{}", known.len());
    let mut truths = HashMap::new();
    let mut sent = Vec::new();
    for number in 0..sessions {
        let (conversation, truth) = &known[number % known.len()];
        let conversation = Conversation {
            client: client_end(number),
            ..conversation.clone()
        };
        truths.insert(client(number), truth.clone());
        sent.extend(packets(number, &conversation));
    }
    sent.sort_by_key(|sent| sent.packet.time);
    (sent, truths)
}

fn packets(number: usize, conversation: &Conversation) -> Vec<Sent> {
    let segments = conversation.segments(1448);
    let answer = segments.iter().position(begins_server_hello);
    let start = (number as u32).wrapping_mul(0x9e37_79b9);
    let packets = conversation.packets([start, start ^ 0x5555_5555], &segments);
    let server = conversation.server;
    let timed = packets.into_iter().enumerate().map(|(place, mut packet)| {
        packet.time += number as u64 * 3_000_000;
        Sent {
            session: number,
            server,
            holds_answer: Some(place) == answer,
            packet,
        }
    });
    timed.collect()
}

/// A handshake record whose message is a ServerHello (RFC 5246 sections 6.2.1 and 7.4), and no HelloRetryRequest.
fn begins_server_hello(segment: &Segment) -> bool {
    let retry = [0xcf, 0x21, 0xad, 0x74];
    let bytes = &segment.payload;
    segment.from == From::Server
        && bytes.first() == Some(&22)
        && bytes.get(5) == Some(&2)
        && bytes.get(11..15).is_some_and(|random| random != retry)
}

/// Recorded sessions on watched ports with tshark's reading of them.
fn known() -> Vec<(Conversation, Truth)> {
    let truths = recorded_truths();
    let conversations = captures()
        .into_iter()
        .filter(|path| is_plain(path))
        .flat_map(|path| {
            let file = path.file_name().unwrap().to_str().unwrap().to_owned();
            recorded(&path)
                .into_iter()
                .map(move |conversation| (file.clone(), conversation))
        });
    conversations
        .filter_map(|(file, conversation)| {
            let (ip, port) = conversation.client;
            let truth = truths.get(&(file, ip.to_string(), port.to_string()))?;
            Some((conversation, truth.clone()))
        })
        .collect()
}

/// A pcap file with microseconds, not in a tunnel.
fn is_plain(path: &std::path::Path) -> bool {
    fs::read(path)
        .unwrap()
        .starts_with(&[0xd4, 0xc3, 0xb2, 0xa1])
}

fn recorded_truths() -> HashMap<(String, String, String), Truth> {
    let table = fs::read_to_string(common::pcaps().join("expected.tsv")).unwrap();
    let mut lines = table
        .lines()
        .map(|line| line.split('\t').map(str::to_owned).collect::<Vec<_>>());
    let names = lines.next().unwrap();
    let column = |name: &str| names.iter().position(|one| one == name).unwrap();
    let [file, ip, port, version, listed, legacy] = [
        "file",
        "client_ip",
        "client_port",
        "negotiated",
        "offered_versions",
        "client_hello_legacy_version",
    ]
    .map(column);
    lines
        .map(|row| {
            let known = |number: &str| {
                matches!(number, "0x0300" | "0x0301" | "0x0302" | "0x0303" | "0x0304")
            };
            let best = row[listed].split(',').filter(|number| known(number)).max();
            let truth = Truth {
                version: version_name(&row[version]),
                offered: offer_name(best.unwrap_or(&row[legacy])),
            };
            (
                (row[file].clone(), row[ip].clone(), row[port].clone()),
                truth,
            )
        })
        .collect()
}

fn version_name(name: &str) -> String {
    match name {
        "SSLv3" => "3.0".to_owned(),
        "none" | "-" => String::new(),
        tls => tls.trim_start_matches("TLS").to_owned(),
    }
}

fn offer_name(number: &str) -> String {
    match number {
        "0x0300" => "ssl3",
        "0x0301" => "1.0",
        "0x0302" => "1.1",
        "0x0303" => "1.2",
        "0x0304" => "1.3",
        _ => "",
    }
    .to_owned()
}
