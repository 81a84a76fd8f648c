//! The console as its user sees it: `tlstally watch` in a terminal that the test reads, on a cable in a network namespace.
//!
//! Needs what the tests of live capture need (root, `ip`, `tcpdump`, `tcpreplay`); where that is not there the tests say so and
//! pass, except in CI.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]
#![allow(unreachable_pub, reason = "nobody is outside of a test")]

#[path = "../common/mod.rs"]
mod common;
#[path = "../live/network.rs"]
#[allow(dead_code, reason = "the tests of live capture use the rest")]
mod network;
mod screen;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use common::{Scratch, pcaps};
use network::Namespace;
use screen::Screen;

/// Two captures of one office with 13 internal hosts, six of them legacy or mixed (README).
const MORNING: [&str; 2] = ["office-morning-1.pcap", "office-morning-2.pcapng"];

fn cabled() -> Option<Namespace> {
    let namespace = Namespace::new()?;
    namespace.cable("one", "other");
    Some(namespace)
}

#[test]
fn a_morning_in_the_office() {
    let Some(namespace) = cabled() else { return };
    let scratch = Scratch::new();
    let folder = scratch.path().to_str().unwrap();
    // The program is nobody by the time that it exports.
    fs::set_permissions(scratch.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let options = ["--metrics", "9587", "--export-dir", folder];
    let mut screen = Screen::watch(&namespace, "one", &options, &[("NO_COLOR", "")]);
    screen.wait_for("sensor lab · one");
    screen.wait_for("No session of an internal host");
    assert!(
        namespace
            .ask(9587, "/healthz")
            .starts_with("HTTP/1.1 200 OK\r\n")
    );
    for capture in MORNING {
        namespace.replay("other", &pcaps().join(capture), 2_000);
    }
    // What is in clear counts as over a minute after its end.
    screen.wait_for("6 of 13 internal hosts used TLS 1.1 or older");
    screen.wait_for("HOSTS 13");
    let hosts = screen.text();
    assert!(hosts.contains("> 10.20.0.21      SCANNER-3F"), "{hosts}");
    assert!(screen.has_colours());
    let metrics = namespace.ask(9587, "/metrics");
    assert!(metrics.contains("\ntlstally_legacy_hosts 6\n"), "{metrics}");
    assert!(
        metrics.contains("\ntlstally_interface_up{interface=\"one\"} 1\n"),
        "{metrics}"
    );

    screen.press("f/FD20\r");
    screen.wait_for("HOSTS 1 of 13 · by verdict · only legacy and mixed · with \"FD20\"");
    screen.press("ej");
    let written = screen.wait_for("Written to ");
    let path = written.split("Written to ").nth(1).unwrap().trim();
    let report: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(report["hosts"].as_array().unwrap().len(), 1);
    assert_eq!(report["hosts"][0]["host"], "fd20:7a11:1::61");
    screen.press("\r");
    screen.wait_for("HOST fd20:7a11:1::61");
    screen.wait_for("Do: ");
    screen.press("\u{1b}");
    screen.wait_for("LATEST SESSIONS");

    screen.resize(60, 15);
    screen.wait_for("this terminal has 60 and 15.");
    screen.resize(80, 24);
    screen.wait_for("Enter open  s sort  f filter  / search  p pause  e export  ? help  q quit");
    screen.press("q");
    let report = screen.end();
    assert!(
        report.contains("WHAT TO DO") && report.contains("TOTALS"),
        "{report}"
    );
}

#[test]
fn a_signal_gives_the_terminal_back() {
    let Some(namespace) = cabled() else { return };
    let mut screen = Screen::watch(&namespace, "one", &[], &[("NO_COLOR", "1")]);
    screen.wait_for("sensor lab · one");
    screen.wait_for("0 dropped");
    assert!(!screen.has_colours());
    namespace.run("ip", &["link", "set", "one", "down"]);
    screen.wait_for("sensor lab · one DOWN");
    screen.signal("TERM");
    let report = screen.end();
    assert!(
        report.contains("No session of an internal host"),
        "{report}"
    );
}

/// There is nobody to show the report to: that is an error, and none that the program stumbles over.
#[test]
fn a_terminal_that_goes_away_ends_the_program() {
    let Some(namespace) = cabled() else { return };
    let mut screen = Screen::watch(&namespace, "one", &[], &[]);
    screen.wait_for("sensor lab · one");
    assert_eq!(screen.hang_up().exit_code(), 1);
}
