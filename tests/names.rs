//! Names from the wire, over captures of real programs: what DNS said stands in the records, what DHCP said in the report.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod common;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{Scratch, at, packets, pcaps, run, sessions};
use serde_json::Value;

/// Every session of the recordings follows a question to the recordings' own DNS server (`pcaps/README.md`).
#[test]
fn what_was_asked_for_is_evidence() {
    for (file, name) in [
        ("legacy-negotiated.pcap", "smtp.office365.com"),
        ("legacy-endpoint.pcap", "smtp-legacy.office365.com"),
    ] {
        let records = sessions(&[], &[pcaps().join(file)]);
        assert!(!records.is_empty());
        for record in records {
            assert!(evidence(&record).contains(&"dns"), "{file}: {record}");
            assert_eq!(*at(&record, "destination.domain"), *name, "{file}");
        }
    }
}

/// No SNI is sent in these sessions, and the banners name front ends: the name can only come from DNS.
#[test]
fn a_server_without_sni_has_the_name_that_was_asked_for() {
    let records = sessions(&[], &[pcaps().join("cleartext-fallback-postfix.pcap")]);
    let without_sni: Vec<_> = records
        .iter()
        .filter(|record| at(record, "tls.client.server_name").is_null())
        .collect();
    assert!(!without_sni.is_empty());
    for record in without_sni {
        assert_eq!(
            *at(record, "destination.domain"),
            "contoso-com.mail.protection.outlook.com"
        );
    }
}

/// The answers moved behind everything else: nothing in them can be why the client came.
#[test]
fn an_answer_after_the_first_packet_does_not_count() {
    let scratch = Scratch::new();
    let (link, all) = packets(&pcaps().join("legacy-negotiated.pcap"));
    let end = all.iter().map(|packet| packet.time).max().unwrap();
    let (mut answers, mut moved): (Vec<_>, Vec<_>) = all.into_iter().partition(|packet| {
        // UDP in untagged IPv4, from port 53.
        packet.bytes[12..14] == [8, 0] && packet.bytes[23] == 17 && packet.bytes[34..36] == [0, 53]
    });
    assert!(!answers.is_empty());
    for (n, answer) in answers.iter_mut().enumerate() {
        answer.time = end + 1_000_000 * (n as u64 + 1);
    }
    moved.append(&mut answers);
    let records = sessions(
        &[],
        &[scratch.file("late.pcap", &common::plain_pcap(link, &moved))],
    );
    assert!(!records.is_empty());
    for record in records {
        assert!(!evidence(&record).contains(&"dns"), "{record}");
    }
}

/// Two hosts of the recorded morning got their address by DHCP and told their name (`pcaps/README.md`).
#[test]
fn leases_name_hosts() {
    let mut args: Vec<_> = ["read", "--sensor", "test", "--format", "json"]
        .map(PathBuf::from)
        .to_vec();
    args.extend(
        ["office-morning-1.pcap", "office-morning-2.pcapng"].map(|file| pcaps().join(file)),
    );
    let report: Value = serde_json::from_slice(&run(&args).stdout).unwrap();
    for (address, name) in [("10.20.0.23", "MFP-LOBBY"), ("10.20.0.29", "OLD-APP")] {
        let hosts = report["hosts"].as_array().unwrap();
        let host = hosts.iter().find(|host| host["host"] == address).unwrap();
        assert_eq!(host["names"][0], name);
        assert_eq!(host["name_sources"][0]["name"], name);
        let sources = host["name_sources"][0]["sources"].as_array().unwrap();
        assert!(sources.iter().any(|source| source == "dhcp"), "{host}");
    }
}

/// Wherever an answer that tshark reads gave the client the server's address before it came, the record says so.
#[test]
fn tshark_reads_the_same_answers() {
    if !common::has("tshark") {
        return;
    }
    for file in [
        "curl.pcap",
        "javamail.pcap",
        "ipv6.ns.pcap",
        "inbound-server-tls10-only.pcap",
    ] {
        let path = pcaps().join(file);
        let answers = tshark_answers(&path);
        for record in sessions(&[], &[path]) {
            let [client, server] =
                ["source.ip", "destination.ip"].map(|end| at(&record, end).as_str().unwrap());
            let told = (client.to_owned(), server.to_owned());
            // A client that asks over IPv4 and connects over IPv6 is somebody else to DNS.
            let name = answers
                .get(&told)
                .or_else(|| told_to_others(&answers, server));
            let has_sni = !at(&record, "tls.client.server_name").is_null();
            let online = !at(&record, "tlstally.exchange_online").is_null();
            assert_eq!(
                online && name.is_some(),
                evidence(&record).contains(&"dns"),
                "{file}: {record}"
            );
            if let Some(name) = name.filter(|_| !has_sni) {
                assert_eq!(*at(&record, "destination.domain"), **name, "{file}");
            }
        }
    }
}

/// The only name that anybody was told for an address.
fn told_to_others<'a>(
    answers: &'a HashMap<(String, String), String>,
    server: &str,
) -> Option<&'a String> {
    let mut names = answers
        .iter()
        .filter(|((_, address), _)| address == server)
        .map(|(_, name)| name);
    let name = names.next()?;
    names.all(|other| other == name).then_some(name)
}

/// The name asked for, by client and address.
fn tshark_answers(path: &Path) -> HashMap<(String, String), String> {
    let output = Command::new("tshark")
        .arg("-r")
        .arg(path)
        .args([
            "-Y",
            "dns.flags.response == 1 && dns.count.answers > 0",
            "-T",
            "fields",
        ])
        .args([
            "-e",
            "ip.dst",
            "-e",
            "ipv6.dst",
            "-e",
            "dns.qry.name",
            "-e",
            "dns.a",
            "-e",
            "dns.aaaa",
        ])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut answers = HashMap::new();
    for line in text.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [v4, v6, name, addresses @ ..] = fields.as_slice() else {
            continue;
        };
        let client = format!("{v4}{v6}");
        for address in addresses
            .iter()
            .flat_map(|list| list.split(','))
            .filter(|a| !a.is_empty())
        {
            answers.insert((client.clone(), address.to_owned()), name.to_lowercase());
        }
    }
    answers
}

fn evidence(record: &Value) -> Vec<&str> {
    let list = at(record, "tlstally.exchange_online.evidence").as_array();
    list.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}
