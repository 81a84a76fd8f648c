//! README shows what the program prints today. `UPDATE_DOCS=1 cargo test --test readme` writes it anew.

mod common;

use std::path::Path;
use std::{env, fs};

/// The report of the two captures of the demo, 100 columns wide.
fn report() -> String {
    let paths = [
        "pcaps/office-morning-1.pcap",
        "pcaps/office-morning-2.pcapng",
    ];
    let mut args = vec!["read", "--sensor", "core-switch"];
    args.extend(paths);
    let output = common::command(&args)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("COLUMNS", "100")
        .output()
        .unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn readme_shows_what_the_program_prints() {
    let report = report();
    let (hosts, rest) = report.split_once("\nWHAT TO DO\n").unwrap();
    let (advice, _) = rest.split_once("\nTOTALS\n").unwrap();
    let command = "$ tlstally read pcaps/office-morning-1.pcap pcaps/office-morning-2.pcapng";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let before = fs::read_to_string(&path).unwrap();
    let after = with_block(&before, "hosts", &format!("{command}\n{hosts}"));
    let after = with_block(&after, "advice", &format!("WHAT TO DO\n{advice}"));
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &after).unwrap();
        return;
    }
    assert!(
        before == after,
        "README.md is behind: UPDATE_DOCS=1 cargo test --test readme"
    );
}

/// `text` with the console block behind the marker `name` replaced.
fn with_block(text: &str, name: &str, block: &str) -> String {
    let marker = format!("<!-- demo: {name} -->\n```console\n");
    let (head, rest) = text.split_once(&marker).unwrap();
    let (_, tail) = rest.split_once("```").unwrap();
    format!("{head}{marker}{}\n```{tail}", block.trim_end())
}
