//! README shows what the program prints today. `UPDATE_DOCS=1 cargo test --test readme` writes it anew.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod common;

use std::path::Path;
use std::{env, fs};

/// A report 100 columns wide, as printed above `WHAT TO DO`, and what stands under it up to `TOTALS`.
fn report(sensor: &str, paths: &[&str]) -> (String, String) {
    let mut args = vec!["read", "--sensor", sensor];
    args.extend(paths);
    let output = common::command(&args)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("COLUMNS", "100")
        .output()
        .unwrap();
    assert!(output.status.success());
    let report = String::from_utf8(output.stdout).unwrap();
    let (hosts, rest) = report
        .split_once("\nTOTALS\n")
        .unwrap()
        .0
        .split_once("\nWHAT TO DO\n")
        .unwrap_or((&report, ""));
    let hosts = hosts.split("\nTOTALS\n").next().unwrap_or_default();
    let command = format!("$ tlstally read --sensor {sensor} {}", paths.join(" "));
    (format!("{command}\n{hosts}"), format!("WHAT TO DO\n{rest}"))
}

#[test]
fn readme_shows_what_the_program_prints() {
    let (hosts, advice) = report(
        "core-switch",
        &[
            "pcaps/office-morning-1.pcap",
            "pcaps/office-morning-2.pcapng",
        ],
    );
    holds("README.md", &[("hosts", &hosts), ("advice", &advice)]);
}

#[test]
fn the_experiment_shows_what_the_program_prints() {
    let of = |capture: &str| report("lab", &[capture]).0;
    holds(
        "docs/thunderbird-experiment.md",
        &[
            (
                "thunderbird set to TLS 1.0",
                &of("pcaps/thunderbird-1-set-to-tls10.pcap"),
            ),
            (
                "system set to TLS 1.0",
                &of("pcaps/thunderbird-2-os-tls10-only.pcap"),
            ),
            (
                "system set to TLS 1.0, server to TLS 1.2",
                &of("pcaps/thunderbird-6-os-tls10-only-server-tls12.pcap"),
            ),
        ],
    );
}

fn holds(page: &str, blocks: &[(&str, &str)]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    let before = fs::read_to_string(&path).unwrap();
    let mut after = before.clone();
    for (name, block) in blocks {
        after = with_block(&after, name, block);
    }
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &after).unwrap();
        return;
    }
    assert!(
        before == after,
        "{page} is behind: UPDATE_DOCS=1 cargo test --test readme"
    );
}

/// `text` with the console block behind the marker `name` replaced.
fn with_block(text: &str, name: &str, block: &str) -> String {
    let marker = format!("<!-- demo: {name} -->\n```console\n");
    let (head, rest) = text.split_once(&marker).unwrap();
    let (_, tail) = rest.split_once("```").unwrap();
    format!("{head}{marker}{}\n```{tail}", block.trim_end())
}
