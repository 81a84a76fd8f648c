//! What the sizes suggest became of the mail, against what the servers logged. `UPDATE_DOCS=1 cargo test --test exchange` writes
//! the table in `docs/exchange.md` anew.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod common;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

use common::{at, captures, pcaps, sessions};
use serde_json::Value;

/// What a server logged, and what the record says.
type Counts = BTreeMap<(&'static str, String), u32>;

#[test]
fn no_session_is_told_wrongly_and_none_that_is_known_is_missed() {
    let counts = counts();
    let of = |logged, likely: &str| {
        counts
            .get(&(logged, likely.to_owned()))
            .copied()
            .unwrap_or(0)
    };
    assert_eq!(of("delivered", "likely_refused"), 0, "{counts:?}");
    assert_eq!(of("refused", "likely_delivered"), 0, "{counts:?}");
    assert_eq!(of("no mail", "likely_delivered"), 0, "{counts:?}");
    assert_eq!(of("no mail", "likely_refused"), 0, "{counts:?}");
    assert!(of("delivered", "likely_delivered") > 70, "{counts:?}");
    assert!(of("refused", "likely_refused") > 3, "{counts:?}");
}

#[test]
fn the_page_shows_these_counts() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/exchange.md");
    let before = fs::read_to_string(&path).unwrap();
    let (head, rest) = before.split_once("<!-- begin: counts -->\n").unwrap();
    let (_, tail) = rest.split_once("<!-- end: counts -->").unwrap();
    let after = format!(
        "{head}<!-- begin: counts -->\n{}<!-- end: counts -->{tail}",
        table()
    );
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &after).unwrap();
        return;
    }
    assert!(
        before == after,
        "docs/exchange.md is behind: UPDATE_DOCS=1 cargo test --test exchange"
    );
}

/// The bytes are those that were on the wire after the handshake: `auth-421-4.7.66-tls10.pcap` has in its second session, by
/// Wireshark, records of 64, 64 and 48 bytes from the client after Finished, and 256 and 176 from the server, 5 more each with
/// headers.
#[test]
fn bytes_are_counted_from_the_end_of_the_handshake() {
    let records = sessions(&[], &[pcaps().join("auth-421-4.7.66-tls10.pcap")]);
    let record = records
        .iter()
        .find(|record| at(record, "tls.version") == "1.1")
        .unwrap();
    assert_eq!(at(record, "tlstally.exchange.client_bytes"), 69 + 69 + 53);
    assert_eq!(at(record, "tlstally.exchange.server_bytes"), 261 + 181);
    assert_eq!(at(record, "tlstally.exchange.ended"), "server_closed");
    assert_eq!(at(record, "tlstally.exchange.likely"), "likely_refused");
}

fn counts() -> Counts {
    let logged = logged();
    let mut counts = Counts::new();
    for record in sessions(&[], &captures()) {
        if let Some(likely) = at(&record, "tlstally.exchange.likely").as_str() {
            let logged = logged[&key(&record)];
            *counts.entry((logged, likely.to_owned())).or_default() += 1;
        }
    }
    counts
}

fn key(record: &Value) -> (String, String, String) {
    let path = Path::new(at(record, "log.file.path").as_str().unwrap());
    (
        path.file_name().unwrap().to_str().unwrap().to_owned(),
        at(record, "source.ip").as_str().unwrap().to_owned(),
        at(record, "source.port").to_string(),
    )
}

fn logged() -> BTreeMap<(String, String, String), &'static str> {
    let text = fs::read_to_string(pcaps().join("expected.tsv")).unwrap();
    let header: Vec<&str> = text.lines().next().unwrap().split('\t').collect();
    let place = |name: &str| header.iter().position(|column| *column == name).unwrap();
    let places = ["file", "client_ip", "client_port", "exchange"].map(place);
    let rows = text.lines().skip(1).map(|line| {
        let fields: Vec<&str> = line.split('\t').collect();
        let [file, ip, port, logged] = places.map(|place| fields[place].to_owned());
        let logged = match logged.as_str() {
            "delivered" => "delivered",
            "refused" => "refused",
            _ => "no mail",
        };
        ((file, ip, port), logged)
    });
    rows.collect()
}

fn table() -> String {
    let counts = counts();
    let words = ["likely_delivered", "likely_refused", "unknown"];
    let mut table = String::from(
        "| logged by the server | `likely_delivered` | `likely_refused` | `unknown` |\n|---|---|---|---|\n",
    );
    for logged in ["delivered", "refused", "no mail"] {
        let of = |word: &str| counts.get(&(logged, word.to_owned())).copied().unwrap_or(0);
        let [delivered, refused, unknown] = words.map(of);
        let _ = writeln!(table, "| {logged} | {delivered} | {refused} | {unknown} |");
    }
    table
}
