//! Real clients and a server that logs: what is watched from the cable is what the server says it spoke.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::{Scratch, has, pcaps};
use crate::network::{Namespace, Running, until};
use crate::watching::Watch;

/// An address of Exchange Online, in a network without a way out.
pub const SERVER: &str = "52.97.0.1";

#[test]
fn what_the_server_says_it_spoke() {
    let (Some(office), Some(cloud)) = (Namespace::new(), Namespace::new()) else {
        return;
    };
    if !has("curl") || !has("python3") {
        return;
    }
    let scratch = Scratch::new();
    connect(&office, &cloud);
    let certificate = certificate(&scratch);
    let log = scratch.path().join("server.log");
    let server = pcaps().join("make/servers/exchange_like.py");
    let (certificate, log_name) = (certificate.to_str().unwrap(), log.to_str().unwrap());
    let service = format!("{SERVER}:587=deny-auth");
    let args = [
        server.to_str().unwrap(),
        "--certificate",
        certificate,
        "--log",
        log_name,
        &service,
    ];
    let _server = Running::start(cloud.command("/usr/bin/python3", &args));
    let probe = [
        "-c",
        "import socket; socket.create_connection(('52.97.0.1', 587), 1)",
    ];
    until("the server", || {
        office
            .command("/usr/bin/python3", &probe)
            .output()
            .unwrap()
            .status
            .success()
    });

    let watch = Watch::start(&cloud, &["eth0"], &scratch, &[]);
    let submission = format!("{SERVER}:587");
    for (version, suites) in [
        ("-tls1", "ALL:@SECLEVEL=0"),
        ("-tls1_1", "ALL:@SECLEVEL=0"),
        ("-tls1_2", "DEFAULT"),
    ] {
        let args = [
            "s_client",
            "-connect",
            &submission,
            "-starttls",
            "smtp",
            version,
            "-cipher",
            suites,
        ];
        let status = office.command("openssl", &args).output().unwrap();
        assert!(!status.stdout.is_empty() || !status.stderr.is_empty());
    }
    let url = format!("smtp://{SERVER}:587/scanner.contoso.example");
    let mail = scratch.file("mail", b"Subject: test\r\n\r\nOne line of test text.\r\n");
    let args = [
        "-sS",
        "-k",
        "--ssl-reqd",
        "--url",
        &url,
        "--mail-from",
        "a@contoso.example",
        "--mail-rcpt",
        "b@contoso.example",
        "-T",
        mail.to_str().unwrap(),
    ];
    office.run("curl", &args);
    let script = pcaps().join("make/clients/send_smtplib.py");
    let args = [
        script.to_str().unwrap(),
        "--ca",
        certificate,
        "--max",
        "1.1",
        "scanner-1",
        SERVER,
        "587",
    ];
    let _ = office.command("/usr/bin/python3", &args).output().unwrap();

    until("the server's log", || spoken_in(&log).len() == 5);
    let (records, _) = watch.end();
    let watched: BTreeMap<String, String> = records
        .values()
        .filter_map(|record| {
            let version = record["tls"]["version"].as_str()?;
            Some((record["source"]["port"].to_string(), version.to_owned()))
        })
        .collect();
    assert_eq!(watched, spoken_in(&log));
    let versions: Vec<_> = watched.values().map(String::as_str).collect();
    for version in ["1.0", "1.1", "1.2", "1.3"] {
        assert!(versions.contains(&version), "{versions:?}");
    }
    assert!(
        records
            .values()
            .all(|record| !record["tlstally"]["exchange_online"].is_null())
    );
}

/// Ports and versions of the sessions with TLS in the server's log. The others are attempts whether it is there yet.
fn spoken_in(log: &Path) -> BTreeMap<String, String> {
    let log = fs::read_to_string(log).unwrap_or_default();
    let spoken = log.lines().map(spoken);
    spoken.filter(|(_, version)| version != "-").collect()
}

/// Port and version of a line of the server's log.
fn spoken(line: &str) -> (String, String) {
    let words: Vec<_> = line.split('\t').collect();
    let version = match words[4] {
        "TLSv1" => "1.0",
        other => other.trim_start_matches("TLSv"),
    };
    (words[3].to_owned(), version.to_owned())
}

/// A cable between the two, and addresses.
pub fn connect(office: &Namespace, cloud: &Namespace) {
    let name = cloud.name();
    office.run(
        "ip",
        &[
            "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", name,
        ],
    );
    for (namespace, address, other) in [
        (office, "10.20.0.21/32", "52.97.0.1/32"),
        (cloud, "52.97.0.1/32", "10.20.0.21/32"),
    ] {
        namespace.run("ip", &["addr", "add", address, "dev", "eth0"]);
        namespace.run("ip", &["link", "set", "eth0", "up"]);
        namespace.run("ip", &["route", "add", other, "dev", "eth0"]);
    }
}

/// A key and a certificate of its own, in one file.
pub fn certificate(scratch: &Scratch) -> PathBuf {
    let [key, certificate] = ["key.pem", "certificate.pem"].map(|name| scratch.path().join(name));
    let mut openssl = Command::new("openssl");
    openssl.args([
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=outlook.office365.com",
        "-addext",
        "subjectAltName=IP:52.97.0.1",
    ]);
    openssl
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&certificate);
    let made = openssl.output().unwrap();
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    let both = [fs::read(&key).unwrap(), fs::read(&certificate).unwrap()].concat();
    scratch.file("server.pem", &both)
}
