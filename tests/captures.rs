//! Captures of real programs yield what `pcaps/expected.tsv` says. That table was made by tshark and by the servers' own logs
//! (`pcaps/make/expected.py`), not by this program.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod common;

use std::collections::{BTreeMap, HashMap};
use std::fs;

use common::{Scratch, at, captures, pcaps, sessions};
use serde_json::Value;

type Row = HashMap<String, String>;

#[test]
fn every_session_is_told_as_expected() {
    let mut faults = Vec::new();
    let mut checked = 0;
    for (file, rows) in expected() {
        let mut records = sessions(&[], &[pcaps().join(&file)]);
        for row in &rows {
            let Some(place) = records.iter().position(|record| is_of(row, record)) else {
                faults.push(format!(
                    "{file}: no record of {}:{}",
                    row["client_ip"], row["client_port"]
                ));
                continue;
            };
            let record = records.remove(place);
            compare(&file, row, &record, &mut faults);
            checked += 1;
        }
        faults.extend(
            records
                .iter()
                .map(|record| format!("{file}: a session nobody expects: {record}")),
        );
    }
    assert!(
        faults.is_empty(),
        "{} faults in {checked} sessions:\n{}",
        faults.len(),
        faults.join("\n")
    );
    assert!(checked > 100, "only {checked} sessions");
}

/// Its frames hold zeros in place of addresses, which are in a block that the IEEE gave to Xerox.
#[test]
fn a_loopback_interface_has_no_card() {
    let capture = pcaps().join("legacy-negotiated.pcap");
    let (link, mut packets) = common::packets(&capture);
    for packet in &mut packets {
        packet.bytes[..12].fill(0);
    }
    let scratch = Scratch::new();
    let looped = scratch.file("lo.pcap", &common::plain_pcap(link, &packets));
    let [card, none] = [capture, looped].map(|path| sessions(&[], &[path]).remove(0));
    assert!(at(&card, "source.mac").is_string());
    for field in ["source.mac", "destination.mac", "tlstally.source_vendor"] {
        assert!(at(&none, field).is_null(), "{field}: {none}");
    }
}

#[test]
fn every_capture_is_in_the_table() {
    let table = expected();
    for capture in captures() {
        let name = capture.file_name().unwrap().to_str().unwrap();
        assert!(table.contains_key(name), "{name} is not in expected.tsv");
    }
}

fn expected() -> BTreeMap<String, Vec<Row>> {
    let text = fs::read_to_string(pcaps().join("expected.tsv")).unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split('\t').collect();
    let mut table: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for line in lines {
        let fields = line.split('\t').map(str::to_owned);
        let row: Row = header
            .iter()
            .map(|name| (*name).to_owned())
            .zip(fields)
            .collect();
        table.entry(row["file"].clone()).or_default().push(row);
    }
    table
}

fn is_of(row: &Row, record: &Value) -> bool {
    let ip = |path: &str| at(record, path).as_str().unwrap().to_owned();
    let port = |path: &str| at(record, path).as_u64().unwrap().to_string();
    (ip("source.ip"), port("source.port")) == (row["client_ip"].clone(), row["client_port"].clone())
        && (ip("destination.ip"), port("destination.port"))
            == (row["server_ip"].clone(), row["server_port"].clone())
}

fn compare(file: &str, row: &Row, record: &Value, faults: &mut Vec<String>) {
    let who = format!("{file} {}:{}", row["client_ip"], row["client_port"]);
    let mut same = |what: &str, got: Option<String>, want: Option<String>| {
        if got != want {
            faults.push(format!("{who}: {what} is {got:?}, expected {want:?}"));
        }
    };
    let text = |path: &str| at(record, path).as_str().map(str::to_owned);
    let cell = |name: &str| Some(row[name].clone()).filter(|value| value != "-" && value != "none");

    same("mode", text("tlstally.mode"), cell("mode"));
    same(
        "negotiated",
        version(record),
        cell("negotiated").map(|name| plain(&name)),
    );
    same("offered", offered(record), cell_offered(row));
    same("server name", text("tls.client.server_name"), cell("sni"));
    same("ja3", text("tls.client.ja3"), cell("ja3"));
    same(
        "cipher",
        text("tls.cipher").map(|_| cipher_number(record)),
        cell("cipher_suite").map(|_| cipher_of(row)),
    );
    same("client name", text("source.domain"), cell("ehlo_name"));
    same("issuer", issuer_cn(record), cell("certificate_issuer_cn"));
    same(
        "auth in clear",
        at(record, "tlstally.auth_in_clear")
            .as_bool()
            .filter(|seen| *seen)
            .map(|seen| seen.to_string()),
        cell("auth_in_clear"),
    );
    if cell("outcome").is_some() {
        same("outcome", text("tlstally.outcome"), cell("outcome"));
    }
    same("alert by", text("tlstally.alert.by"), cell("alert_by"));
    same(
        "alert code",
        at(record, "tlstally.alert.code")
            .as_u64()
            .map(|code| code.to_string()),
        cell("alert_code"),
    );
    if let Some(findings) = cell("findings") {
        let got = at(record, "tlstally.findings").as_array().map(|list| {
            list.iter()
                .map(|finding| finding.as_str().unwrap())
                .collect::<Vec<_>>()
                .join(",")
        });
        same("findings", got, Some(findings));
    }
}

fn version(record: &Value) -> Option<String> {
    let version = at(record, "tls.version").as_str()?;
    Some(match at(record, "tls.version_protocol").as_str() {
        Some("ssl") => format!("ssl{}", &version[..1]),
        _ => version.to_owned(),
    })
}

/// `TLS1.0` as `1.0`, `SSLv3` as `ssl3`.
fn plain(name: &str) -> String {
    name.strip_prefix("TLS")
        .map_or_else(|| name.to_lowercase().replace('v', ""), str::to_owned)
}

fn offered(record: &Value) -> Option<String> {
    Some(at(record, "tlstally.offered_max").as_str()?.to_owned())
}

/// The highest version of `supported_versions` where that was sent, else the hello's own.
fn cell_offered(row: &Row) -> Option<String> {
    let listed = row["offered_versions"]
        .split(',')
        .filter_map(by_number)
        .max();
    let own = by_number(&row["client_hello_legacy_version"]);
    listed
        .or(own)
        .map(|rank| ["ssl2", "ssl3", "1.0", "1.1", "1.2", "1.3"][rank].to_owned())
}

fn by_number(hex: &str) -> Option<usize> {
    ["0x0002", "0x0300", "0x0301", "0x0302", "0x0303", "0x0304"]
        .iter()
        .position(|known| *known == hex)
}

/// The suite's number by tls-parser's copy of the IANA registry, as a reading apart from ours.
fn cipher_number(record: &Value) -> String {
    let name = at(record, "tls.cipher").as_str().unwrap();
    let suite = tls_parser::TlsCipherSuite::from_name(name);
    suite.map_or_else(|| name.to_owned(), |suite| format!("0x{:04x}", suite.id.0))
}

fn cipher_of(row: &Row) -> String {
    row["cipher_suite"].clone()
}

fn issuer_cn(record: &Value) -> Option<String> {
    let issuer = at(record, "tls.server.issuer").as_str()?;
    let cn = issuer
        .split(',')
        .find_map(|part| part.trim().strip_prefix("CN="))?;
    Some(cn.to_owned())
}
