//! tshark's reading of the same bytes: versions, suites, names and fingerprints of every hello in every capture of `pcaps/`.
//!
//! JA3S is a hash of legacy version, suite and extensions, so suites are compared by it. Hellos in SSL 2.0's form are left out:
//! tshark has no fields for them.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod common;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use common::reading::text;
use common::{captures, has, sessions};
use serde_json::Value;

/// Client's address and port, server's address and port.
type Ends = [String; 4];

/// What a stream's first hellos say.
#[derive(Debug, Default)]
struct Hellos {
    /// Highest version offered, SNI, JA3.
    client: Option<[String; 3]>,
    /// Version, JA3S.
    server: Option<[String; 2]>,
}

const FIELDS: [&str; 13] = [
    "tls.handshake.type",
    "ip.src",
    "ipv6.src",
    "tcp.srcport",
    "ip.dst",
    "ipv6.dst",
    "tcp.dstport",
    "tls.handshake.version",
    "tls.handshake.extensions.supported_version",
    "tls.handshake.extensions_server_name",
    "tls.handshake.ja3",
    "tls.handshake.ja3s",
    "tls.handshake.random",
];

/// RFC 8446 section 4.1.3: the random of a HelloRetryRequest.
const RETRY: &str = "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c";

#[test]
fn hellos_are_read_as_tshark_reads_them() {
    if !has("tshark") {
        return;
    }
    let mut compared = 0;
    for path in captures() {
        let ours = own(&path);
        for (ends, hellos) in tshark(&path) {
            let same = |(own, record): &&(Ends, Value)| *own == ends && agrees(record, &hellos);
            let records: Vec<_> = ours.iter().filter(|(own, _)| *own == ends).collect();
            let found = ours.iter().any(|one| same(&one));
            assert!(
                found,
                "{}: {ends:?}\n{hellos:#?}\n{records:#?}",
                path.display()
            );
            compared += 1;
        }
    }
    assert!(compared > 80, "{compared} streams compared");
}

fn agrees(record: &Value, hellos: &Hellos) -> bool {
    let client = [
        "tlstally.offered_max",
        "tls.client.server_name",
        "tls.client.ja3",
    ];
    let client = client.map(|path| text(record, path));
    let version = text(record, "tls.version_protocol") + &text(record, "tls.version");
    let server = [version, text(record, "tls.server.ja3s")];
    hellos
        .client
        .as_ref()
        .is_none_or(|theirs| *theirs == client)
        && hellos
            .server
            .as_ref()
            .is_none_or(|theirs| *theirs == server)
}

fn own(path: &Path) -> Vec<(Ends, Value)> {
    let records = sessions(&["--to", "any"], &[path.to_owned()]);
    records
        .into_iter()
        .map(|record| (ends(&record), record))
        .collect()
}

fn ends(record: &Value) -> Ends {
    let paths = [
        "source.ip",
        "source.port",
        "destination.ip",
        "destination.port",
    ];
    paths.map(|path| text(record, path))
}

/// tshark's fields of each frame that holds a hello, put together by stream.
fn tshark(path: &Path) -> BTreeMap<Ends, Hellos> {
    let mut command = Command::new("tshark");
    command
        .arg("-r")
        .arg(path)
        .args(["-n", "-d", "tcp.port==465,tls"]);
    command.args(["-d", "tcp.port==2525,smtp", "-T", "fields"]);
    command.args(["-Y", "tls.handshake.type==1 || tls.handshake.type==2"]);
    for field in FIELDS {
        command.args(["-e", field]);
    }
    let output = command.output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    let mut streams = BTreeMap::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        take(&line.split('\t').collect::<Vec<_>>(), &mut streams);
    }
    streams
}

fn take(row: &[&str], streams: &mut BTreeMap<Ends, Hellos>) {
    // In a tunnel there are two addresses each; the last are those inside.
    let last = |field: usize| row[field].rsplit(',').next().unwrap().to_owned();
    let address = |four: usize| {
        if row[four].is_empty() {
            last(four + 1)
        } else {
            last(four)
        }
    };
    let [from, to] = [(address(1), last(3)), (address(4), last(6))];
    if row[0].starts_with('1') {
        let hellos: &mut Hellos = streams.entry([from.0, from.1, to.0, to.1]).or_default();
        let said = [offered_max(row), row[9].to_owned(), row[10].to_owned()];
        hellos.client.get_or_insert(said);
    } else if row[12] != RETRY {
        let hellos = streams.entry([to.0, to.1, from.0, from.1]).or_default();
        let chosen = if row[8].is_empty() { row[7] } else { row[8] };
        let (protocol, number) = if chosen == "0x0300" {
            ("ssl", "3.0")
        } else {
            ("tls", name(chosen))
        };
        hellos
            .server
            .get_or_insert([format!("{protocol}{number}"), row[11].to_owned()]);
    }
}

fn offered_max(row: &[&str]) -> String {
    let listed = row[8]
        .split(',')
        .filter(|version| version.starts_with("0x03"));
    name(listed.max().unwrap_or(row[7])).to_owned()
}

/// A version's number as records write it in lists.
fn name(number: &str) -> &str {
    match number {
        "0x0300" => "ssl3",
        "0x0301" => "1.0",
        "0x0302" => "1.1",
        "0x0303" => "1.2",
        "0x0304" => "1.3",
        other => other,
    }
}
