//! `--write`: the handshakes of legacy sessions, and nothing of any message, address or password.

use std::path::PathBuf;
use std::process::Command;

use crate::common::{Packet, Scratch, packets, pcaps, sessions};
use crate::network::Namespace;
use crate::watching::{Watch, write};

/// What tshark shows of a file.
fn tshark(file: &PathBuf, args: &[&str]) -> Option<String> {
    let output = Command::new("tshark")
        .arg("-r")
        .arg(file)
        .args(args)
        .output()
        .ok()?;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn handshakes_of_legacy_sessions_and_nothing_else() {
    let Some(namespace) = Namespace::new() else {
        return;
    };
    let scratch = Scratch::new();
    let names = [
        "legacy-negotiated",
        "legacy-capped-alert",
        "auth-in-clear",
        "message-delivered",
        "starttls-never",
        "sslv2-format-hello",
    ];
    let sent: Vec<Packet> = names
        .iter()
        .flat_map(|name| packets(&pcaps().join(format!("{name}.pcap"))).1)
        .collect();
    namespace.cable("mirror", "sensor");
    let evidence = scratch.path().join("evidence.pcapng");
    let watch = Watch::start(
        &namespace,
        &["sensor"],
        &scratch,
        &["--write", evidence.to_str().unwrap()],
    );
    namespace.replay("mirror", &write(&scratch, "sent.pcap", &sent), 2000);
    let (records, _) = watch.end();

    let legacy: Vec<_> = records
        .values()
        .filter(|record| record["tlstally"]["verdict"] == "legacy")
        .collect();
    assert!(!legacy.is_empty() && legacy.len() < records.len());
    // Read again, the file holds those sessions, with the versions they had.
    let mut again = sessions(&[], std::slice::from_ref(&evidence));
    let ports = |record: &serde_json::Value| record["source"]["port"].as_u64();
    again.sort_by_key(ports);
    let mut expected = legacy.clone();
    expected.sort_by_key(|record| ports(record));
    assert_eq!(again.len(), expected.len());
    for (kept, watched) in again.iter().zip(expected) {
        assert_eq!(ports(kept), ports(watched));
        for field in [
            "/tls/version",
            "/tls/cipher",
            "/tlstally/offered",
            "/tlstally/mode",
            "/tls/client/ja3",
        ] {
            assert_eq!(kept.pointer(field), watched.pointer(field), "{field}");
        }
    }
    // No application data, no command beyond STARTTLS, by somebody else's reading.
    let Some(seen) = tshark(
        &evidence,
        &[
            "-T",
            "fields",
            "-e",
            "tls.record.content_type",
            "-e",
            "smtp.req.command",
        ],
    ) else {
        assert!(std::env::var_os("CI").is_none(), "CI must have tshark");
        return;
    };
    for line in seen.lines() {
        let (types, commands) = line.split_once('\t').unwrap();
        assert!(types.split(',').all(|kind| kind != "23"), "{line}");
        let leading = ["", "EHLO", "HELO", "STAR", "STARTTLS"];
        assert!(
            commands
                .split(',')
                .all(|command| leading.contains(&command)),
            "{line}"
        );
    }
    let comments = tshark(&evidence, &["-T", "fields", "-e", "frame.comment"]).unwrap();
    let commented = comments
        .lines()
        .filter(|line| line.contains("event.id "))
        .count();
    assert_eq!(commented, legacy.len());
}
