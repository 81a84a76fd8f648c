//! `--store` and `report`: what goes in comes out, once, and the report over it is that of the captures.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use common::{Scratch, captures, command, run};
use serde_json::Value;

/// Wide enough for the times of any capture.
const KEEP: &str = "36500d";

fn read(options: &[&str], paths: &[PathBuf]) -> Output {
    let mut args: Vec<String> = vec!["read".into()];
    if !options.contains(&"--sensor") {
        args.extend(["--sensor".into(), "edge-1".into()]);
    }
    args.extend(options.iter().map(ToString::to_string));
    args.extend(paths.iter().map(|path| path.to_str().unwrap().to_owned()));
    run(&args)
}

fn store(folder: &Path, options: &[&str], paths: &[PathBuf]) {
    let folder = folder.to_str().unwrap();
    let all = [&["--store", folder, "--keep", KEEP], options].concat();
    let output = read(&all, paths);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn report(folders: &[&Path], options: &[&str]) -> Output {
    let mut args = vec!["report"];
    args.extend(options);
    args.extend(folders.iter().map(|folder| folder.to_str().unwrap()));
    run(&args)
}

fn json(folders: &[&Path], options: &[&str]) -> Value {
    let mut all = vec!["--format", "json"];
    if !options.contains(&"--tz") {
        all.extend(["--tz", "UTC"]);
    }
    all.extend(options);
    let output = report(folders, &all);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

fn lines(output: &Output) -> Vec<String> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn records(folders: &[&Path], options: &[&str]) -> Vec<String> {
    lines(&report(folders, &[&["--sessions", "-"], options].concat()))
}

#[test]
fn records_come_back_byte_for_byte_and_once() {
    let scratch = Scratch::new();
    let folder = scratch.path().join("store");
    let paths = captures();
    let mut expected = lines(&read(&["--sessions", "-"], &paths));
    store(&folder, &[], &paths);
    store(&folder, &[], &paths[..3]);
    let found = records(&[&folder], &[]);
    let times: Vec<_> = found.iter().map(|line| line.get(..46).unwrap()).collect();
    assert!(times.is_sorted(), "not in order of time");
    let mut found = found;
    found.sort_unstable();
    expected.sort_unstable();
    assert!(expected.len() > 50);
    assert_eq!(found, expected);
}

#[test]
fn the_report_is_that_of_the_captures() {
    let scratch = Scratch::new();
    let folder = scratch.path().join("store");
    let paths = captures();
    store(&folder, &[], &paths);
    for options in [
        &[][..],
        &["--to", "any"],
        &["--group-by", "mac"],
        &["--group-by", "name"],
    ] {
        let output = read(&[&["--format", "json"], options].concat(), &paths);
        let of_captures: Value = serde_json::from_slice(&output.stdout).unwrap();
        let of_store = json(&[&folder], options);
        for part in ["totals", "hosts", "what_to_do", "to", "sensor"] {
            assert_eq!(of_store[part], of_captures[part], "{part} with {options:?}");
        }
        for part in [
            "sessions",
            "other_servers",
            "external",
            "seen",
            "one_direction_share",
            "gapped",
        ] {
            assert_eq!(
                of_store["capture"][part], of_captures["capture"][part],
                "{part}"
            );
        }
        // A store knows nothing of packets, and does not make it up.
        for part in ["packets", "bytes", "truncated", "duplicates"] {
            assert!(of_captures["capture"][part].is_u64(), "{part}");
            assert!(of_store["capture"][part].is_null(), "{part}");
        }
    }
}

/// Days and windows, in a zone that is not UTC: every session is in exactly one, whichever way it is counted.
#[test]
fn days_and_windows_add_up() {
    let scratch = Scratch::new();
    let folder = scratch.path().join("store");
    store(&folder, &[], &captures());
    for zone in ["UTC", "Asia/Tokyo", "Asia/Kathmandu", "America/Los_Angeles"] {
        let whole = json(&[&folder], &["--to", "any", "--tz", zone]);
        let days = whole["history"]["days"].as_array().unwrap();
        let mut sessions = 0;
        for day in days {
            let date = day["date"].as_str().unwrap();
            sessions += day["sessions"].as_u64().unwrap();
            let window = [
                "--to", "any", "--tz", zone, "--since", date, "--until", date,
            ];
            let alone = json(&[&folder], &window);
            for part in ["sessions", "versions", "verdicts", "hosts"] {
                assert_eq!(
                    alone["totals"][part], day[part],
                    "{part} on {date} in {zone}"
                );
            }
            let counted = records(&[&folder], &window[2..]).len() as u64;
            assert_eq!(day["seen"], counted, "{date} in {zone}");
        }
        // The trend is bounded; captures of many years hold more days.
        assert!(sessions <= whole["totals"]["sessions"].as_u64().unwrap());
    }
}

/// RFC 3339 section 5.6: 23:47 at +09:00 and 09:47 at -05:00 are 14:47 of UTC, whatever zone the days are of.
#[test]
fn the_offset_of_a_time_counts() {
    let scratch = Scratch::new();
    let folder = scratch.path().join("store");
    store(&folder, &[], &captures());
    let started = |line: &String| {
        let record: Value = serde_json::from_str(line).unwrap();
        record["@timestamp"].as_str().unwrap().to_owned()
    };
    let (before, from_then): (Vec<_>, Vec<_>) = records(&[&folder], &[])
        .into_iter()
        .partition(|line| *started(line) < *"2026-11-22T14:47:00");
    assert!(before.len() > 5 && from_then.len() > 5);
    for time in [
        "2026-11-22T23:47:00+09:00",
        "2026-11-22T09:47-05:00",
        "2026-11-22T14:47:00Z",
        "2026-11-22T14:47Z",
    ] {
        for zone in ["UTC", "America/New_York"] {
            let since = ["--tz", zone, "--since", time];
            assert_eq!(records(&[&folder], &since), from_then, "{since:?}");
            let until = ["--tz", zone, "--until", time];
            assert_eq!(records(&[&folder], &until), before, "{until:?}");
        }
    }
    let clock = ["--tz", "Asia/Tokyo", "--since", "2026-11-22T23:47"];
    assert_eq!(records(&[&folder], &clock), from_then);
}

/// Japan is nine hours ahead of UTC, all year: the table has no time of another zone, and names the zone once.
#[test]
fn the_table_has_one_zone() {
    let scratch = Scratch::new();
    let folder = scratch.path().join("store");
    store(&folder, &[], &captures());
    let options = ["--tz", "Asia/Tokyo", "--compare=2026-11-21..2026-11-21"];
    let text = lines(&report(&[&folder], &options)).join("\n");
    assert_eq!(text.matches("Asia/Tokyo").count(), 1, "{text}");
    let marked = |word: &str| word.contains(':') && word.ends_with('Z');
    let of_utc: Vec<_> = text
        .split_whitespace()
        .filter(|word| marked(word))
        .collect();
    assert_eq!(of_utc, [""; 0]);
    let json = json(&[&folder], &options);
    for host in json["hosts"].as_array().unwrap() {
        let first: jiff::Timestamp = host["first_seen"].as_str().unwrap().parse().unwrap();
        let ahead = first + jiff::SignedDuration::from_hours(9);
        let shown = ahead.strftime("seen %F %T").to_string();
        assert!(text.contains(&shown), "{shown}");
    }
}

/// An end that was left open is not made up where nothing was seen.
#[test]
fn a_window_without_sessions_has_no_made_up_start() {
    let scratch = Scratch::new();
    let folder = scratch.path().join("store");
    store(&folder, &[], &captures());
    for option in ["--until", "--since"] {
        let date = if option == "--until" {
            "2001-01-01"
        } else {
            "2201-01-01"
        };
        let days = &json(&[&folder], &[option, date])["history"]["days"];
        let dates: Vec<_> = days.as_array().unwrap().iter().collect();
        assert_eq!(dates.len(), 1, "{dates:?}");
        assert_eq!(dates[0]["date"], date);
    }
}

/// What was asked for and cannot be told is said, since the report looks the same without it.
#[test]
fn a_day_outside_and_an_unknown_zone_are_told() {
    let scratch = Scratch::new();
    let folder = scratch.path().join("store");
    store(&folder, &[], &captures());
    let told = |date: &str| {
        let window = ["--since", "2026-11-20", "--until", "2026-11-24"];
        let options = [&window[..], &["--tz", "UTC", "--changes-since", date]].concat();
        let output = report(&[&folder], &options);
        assert!(output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    for outside in ["2026-11-20", "2026-11-25", "2025-01-01"] {
        assert!(
            told(outside).contains("no changes since"),
            "{outside}: {}",
            told(outside)
        );
    }
    for inside in ["2026-11-21", "2026-11-24"] {
        assert_eq!(told(inside), "", "{inside}");
    }

    let output = command(&["report", folder.to_str().unwrap()])
        .env("TZ", "Europe/Nowhere")
        .output()
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{told}");
    assert!(told.contains("time zone is not known"), "{told}");
}

#[test]
fn filters_keep_what_they_name() {
    let scratch = Scratch::new();
    let folder = scratch.path().join("store");
    store(&folder, &[], &captures());
    let whole = json(&[&folder], &[]);
    let host = whole["hosts"][0]["host"].as_str().unwrap();
    for name in [host, whole["hosts"][0]["names"][0].as_str().unwrap_or(host)] {
        let one = json(&[&folder], &["--host", name]);
        let found = one["hosts"].as_array().unwrap();
        assert!(
            found.iter().any(|found| found == &whole["hosts"][0]),
            "{name}"
        );
        assert!(found.len() < whole["hosts"].as_array().unwrap().len());
    }
    let legacy = json(&[&folder], &["--verdict", "legacy"]);
    assert_eq!(
        legacy["totals"]["sessions"],
        whole["totals"]["verdicts"]["legacy"]
    );
    let finding = json(&[&folder], &["--finding", "legacy_capped"]);
    let lines = records(&[&folder], &["--finding", "legacy_capped"]);
    assert!(lines.iter().all(|line| line.contains("\"legacy_capped\"")) && !lines.is_empty());
    assert!(finding["totals"]["sessions"].as_u64().unwrap() <= lines.len() as u64);
    let sensor = json(&[&folder], &["--sensor", "another"]);
    assert_eq!(sensor["totals"]["sessions"], 0);
    let groups = json(&[&folder], &["--by", "endpoint"]);
    let sum: u64 = groups["history"]["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| group["sessions"].as_u64().unwrap())
        .sum();
    assert_eq!(whole["totals"]["sessions"], sum);
}

/// One sensor, two stores with the same sessions, and some in one alone: each counts once. Two sensors see a session as two.
#[test]
fn several_stores_are_one_history() {
    let scratch = Scratch::new();
    let folder = |name: &str| scratch.path().join(name);
    let (one, other, foreign) = (folder("one"), folder("other"), folder("foreign"));
    let paths = captures();
    store(&one, &[], &paths);
    store(&other, &[], &paths);
    store(&foreign, &["--sensor", "edge-2"], &paths);
    let whole = json(&[&one], &[]);
    let together = json(&[&one, &other], &[]);
    for part in ["totals", "hosts", "what_to_do"] {
        assert_eq!(together[part], whole[part], "{part}");
    }
    assert_eq!(together["history"]["days"], whole["history"]["days"]);
    assert_eq!(records(&[&one, &other], &[]), records(&[&one], &[]));
    let sensors = json(&[&one, &foreign], &["--by", "sensor"]);
    assert_eq!(sensors["sensor"], "edge-1, edge-2");
    let sessions = |report: &Value| report["totals"]["sessions"].as_u64().unwrap();
    assert_eq!(sessions(&sensors), 2 * sessions(&whole));
    for group in sensors["history"]["groups"].as_array().unwrap() {
        assert_eq!(group["sessions"], sessions(&whole));
    }
}

/// A pcap (little-endian, as in `pcaps/`) of so many days earlier.
fn earlier(capture: &Path, days: u32) -> Vec<u8> {
    let mut bytes = fs::read(capture).unwrap();
    let mut at = 24;
    while at < bytes.len() {
        let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        let (time, length) = (word(at) - days * 86_400, word(at + 8) as usize);
        bytes[at..at + 4].copy_from_slice(&time.to_le_bytes());
        at += 16 + length;
    }
    bytes
}

/// What was stored before the window makes a host known, in whichever store it is: a damaged one goes on in a second file.
#[test]
fn a_host_of_an_older_store_is_not_new() {
    let scratch = Scratch::new();
    let [older, newer] = ["older", "newer"].map(|name| scratch.path().join(name));
    let capture = PathBuf::from("pcaps/office-morning-1.pcap");
    let moved = scratch.path().join("moved.pcap");
    fs::write(&moved, earlier(&capture, 40)).unwrap();
    store(&older, &[], &[moved]);
    store(&newer, &[], &[capture]);
    let days = &json(&[&newer], &[])["history"]["days"];
    let day: jiff::civil::Date = days[0]["date"].as_str().unwrap().parse().unwrap();
    let before = day.yesterday().unwrap().to_string();
    let day = day.to_string();
    let window = ["--since", &before, "--until", &day, "--changes-since", &day];
    let new = |folders: &[&Path]| {
        let changes = &json(folders, &window)["history"]["changes"];
        changes["new"].as_array().unwrap().len()
    };
    assert!(new(&[&newer]) > 0);
    assert_eq!(new(&[&newer, &older]), 0);
}

#[test]
fn exit_codes_are_those_of_the_contract() {
    let scratch = Scratch::new();
    let folder = scratch.path().join("store");
    store(&folder, &[], &captures());
    let absent = scratch.path().join("absent");
    let code = |output: Output| output.status.code();
    assert_eq!(code(report(&[&folder], &[])), Some(0));
    assert_eq!(code(report(&[&folder], &["--fail-on-legacy"])), Some(10));
    assert_eq!(code(report(&[&folder, &absent], &[])), Some(1));
    assert_eq!(code(report(&[&absent], &[])), Some(1));
    assert_eq!(code(report(&[&folder], &["--last", "7 days"])), Some(2));
    for last in ["7", "1w", "60m"] {
        assert_eq!(code(report(&[&folder], &["--last", last])), Some(0));
    }
    let days = ["--since", "yesterday", "--until", "today"];
    assert_eq!(code(report(&[&folder], &days)), Some(0));
    assert_eq!(code(report(&[&folder], &["--tz", "Nowhere/Town"])), Some(2));
    let backwards = ["--since", "2026-09-30", "--until", "2026-09-01"];
    assert_eq!(code(report(&[&folder], &backwards)), Some(2));
    assert_eq!(code(report(&[&folder], &["--compare"])), Some(2));
    let nothing = report(
        &[&folder],
        &["--since", "2001-01-01", "--until", "2001-01-02"],
    );
    let said = String::from_utf8_lossy(&nothing.stderr).into_owned();
    assert!(said.contains("; theirs are of "), "{said}");
    assert_eq!(code(nothing), Some(0));
    let elsewhere = run(&["report", "https://example.com/store"]);
    assert_eq!(elsewhere.status.code(), Some(2));
    let said = String::from_utf8(elsewhere.stderr).unwrap();
    assert!(
        said.contains("a store is a folder on this machine"),
        "{said}"
    );
}

/// A store among several that is no database costs only itself.
#[test]
fn a_damaged_store_costs_only_itself() {
    let scratch = Scratch::new();
    let (whole, broken) = (scratch.path().join("whole"), scratch.path().join("broken"));
    store(&whole, &[], &captures());
    fs::create_dir_all(&broken).unwrap();
    fs::write(broken.join("sessions.sqlite"), vec![0xa5; 20_000]).unwrap();
    let output = report(&[&broken, &whole], &["--format", "json", "--tz", "UTC"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let named = "broken/sessions.sqlite` is damaged";
    assert!(said.contains(named), "{said}");
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["hosts"], json(&[&whole], &[])["hosts"]);
    let told = found["capture"]["files_damaged"][0].as_str().unwrap();
    assert!(told.contains(named), "{told}");
}

/// A store that breaks goes on in another file; the report joins what is left of both.
#[test]
fn a_damaged_store_goes_on() {
    let scratch = Scratch::new();
    let (whole, broken) = (scratch.path().join("whole"), scratch.path().join("broken"));
    store(&whole, &[], &captures());
    store(&broken, &[], &captures());
    let file = broken.join("sessions.sqlite");
    let mut bytes = fs::read(&file).unwrap();
    let sessions = bytes.len() / 2;
    bytes[sessions..].fill(0xa5);
    fs::write(&file, &bytes).unwrap();
    let text = broken.to_str().unwrap();
    let again = read(&["--store", text, "--keep", KEEP], &captures());
    let said = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(again.status.success(), "{said}");
    assert!(said.contains("sessions.sqlite` is damaged ("), "{said}");
    assert!(said.contains("sessions-2.sqlite` from now on"), "{said}");

    let output = report(&[&broken], &["--format", "json", "--tz", "UTC"]);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let expected = json(&[&whole], &[]);
    for part in ["totals", "hosts", "what_to_do"] {
        assert_eq!(found[part], expected[part], "{part}");
    }
    assert_eq!(found["history"]["days"], expected["history"]["days"]);
    // What is damaged of the first file is named.
    assert_eq!(output.status.code(), Some(1));
    let stores = found["history"]["stores"].as_array().unwrap();
    assert_eq!(stores.len(), 2);
    assert!(
        stores[0]["name"]
            .as_str()
            .unwrap()
            .ends_with("sessions.sqlite")
    );
    assert_ne!(stores[0]["damage"], serde_json::json!([]));
    assert_eq!(stores[1]["name"], text);
    assert_eq!(stores[1]["damage"], serde_json::json!([]));
    // The next run has nothing more to tell.
    let third = read(&["--store", text, "--keep", KEEP], &captures());
    assert_eq!(String::from_utf8_lossy(&third.stderr), "");
}

#[test]
fn microsofts_report_stands_beside() {
    let scratch = Scratch::new();
    let folder = scratch.path().join("store");
    store(&folder, &[], &captures());
    let export = scratch.path().join("export.csv");
    let text = "Sender address,Domain,TLS 1.0 (percentage),TLS 1.1 (percentage),TLS 1.2 (percentage),Messages sent,Authentication Protocol\n\
        scan@contoso.com,contoso.com,100,0,0,12,Basic\n";
    fs::write(&export, text).unwrap();
    let found = json(&[&folder], &["--eac", export.to_str().unwrap()]);
    let microsoft = &found["history"]["microsoft"];
    assert_eq!(microsoft["messages"], 12);
    let rows = microsoft["versions"].as_array().unwrap();
    let row = |version: &str| rows.iter().find(|row| row["version"] == version).unwrap();
    assert_eq!(row("1.0")["messages"], 12);
    assert!(row("1.0")["sessions"].as_u64().unwrap() > 0);
    // Microsoft has no column for SSL; ours are all there, and add up.
    assert!(row("ssl3")["messages"].is_null());
    let sessions: u64 = rows
        .iter()
        .map(|row| row["sessions"].as_u64().unwrap())
        .sum();
    assert_eq!(microsoft["comparable"], sessions);
    let table = report(&[&folder], &["--eac", export.to_str().unwrap()]);
    let table = String::from_utf8(table.stdout).unwrap();
    assert!(table.contains("BESIDE MICROSOFT'S REPORT"), "{table}");
    fs::write(&export, "a,b\n1,2\n").unwrap();
    let refused = report(&[&folder], &["--eac", export.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(1));
}
