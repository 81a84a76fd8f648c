//! The text of a scrape held against the rules of its format, by hand and by Prometheus' own checker.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::families::{ALL, Kind};
use super::*;
use crate::output::sample;
use crate::session::sample::full;
use crate::tally::live::{Interface, Level};

fn moment() -> Moment {
    let mut moment = Moment {
        uptime: Duration::from_millis(61_500),
        alive: Duration::from_millis(61_400),
        interfaces: vec![
            Interface {
                name: "eth1".into(),
                up: true,
                packets: 1_204_331,
                bytes: 812_400_000,
                dropped_kernel: Some(120_433),
                dropped_interface: Some(0),
                ring_bytes: 67_108_864,
                ring_used: Some(1_300_000),
                ..Interface::default()
            },
            Interface {
                // What a kernel lets an interface be called.
                name: "we\"ird\\n\n0".into(),
                ..Interface::default()
            },
        ],
        flows: Level {
            now: 1_203,
            bound: 1_000_000,
        },
        resident_bytes: Some(84_100_000),
        ..Moment::default()
    };
    moment.latencies.note(&full().latency); // 12, 13.5 and 14 ms
    moment
}

fn scrape() -> String {
    render(Facts {
        report: &sample::troubled(),
        moment: &moment(),
    })
}

/// The value of a line that begins with `series`.
fn value(text: &str, series: &str) -> String {
    let line = text.lines().find_map(|line| line.strip_prefix(series));
    line.unwrap_or_else(|| panic!("no {series}"))
        .trim()
        .to_owned()
}

#[test]
fn a_scrape_looks_like_this() {
    insta::assert_snapshot!(scrape().replace(env!("CARGO_PKG_VERSION"), "[version]"));
}

#[test]
fn the_documentation_lists_every_metric() {
    crate::document::holds("docs/metrics.md", "metrics", &reference());
}

/// `name{label="value",…} number`, no series twice, help and type before the samples and all of a family together.
#[test]
fn every_line_keeps_to_the_format() {
    let text = scrape();
    assert!(text.ends_with('\n'));
    let (mut series, mut done, mut current) = (BTreeSet::new(), BTreeSet::new(), String::new());
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            current = rest.split(' ').next().unwrap().to_owned();
            assert!(done.insert(current.clone()), "{current} comes twice");
            continue;
        }
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            assert!(rest.starts_with(&format!("{current} ")), "{line}");
            continue;
        }
        let (name, number) = line.rsplit_once(' ').unwrap();
        assert!(number.parse::<f64>().unwrap().is_finite(), "{line}");
        assert!(name.starts_with(&current), "{line} under {current}");
        assert!(series.insert(name.to_owned()), "{name} comes twice");
    }
}

#[test]
fn names_follow_the_conventions_and_labels_are_declared() {
    let facts = (sample::troubled(), moment());
    let facts = Facts {
        report: &facts.0,
        moment: &facts.1,
    };
    for family in ALL {
        let name = family.name;
        assert!(name.starts_with("tlstally_"));
        assert_eq!(
            family.kind == Kind::Counter,
            name.ends_with("_total"),
            "{name}"
        );
        assert!(family.help.ends_with('.'), "{name}");
        for sample in (family.samples)(&facts) {
            let labels = sample.labels.iter().map(|(label, _)| *label);
            let labels: Vec<_> = labels.filter(|label| *label != "le").collect();
            assert_eq!(labels, family.labels, "{name}");
        }
    }
}

#[test]
fn buckets_are_cumulative_and_end_in_the_count() {
    let text = scrape();
    let bucket = |step: &str, end: &str| {
        let series = format!("tlstally_handshake_seconds_bucket{{step=\"{step}\",le=\"{end}\"}}");
        value(&text, &series)
    };
    // 13.5 ms from STARTTLS to its 220.
    assert_eq!(bucket("starttls", "0.01"), "0");
    assert_eq!(bucket("starttls", "0.025"), "1");
    assert_eq!(bucket("starttls", "30"), "1");
    assert_eq!(bucket("starttls", "+Inf"), "1");
    assert_eq!(
        value(&text, "tlstally_handshake_seconds_sum{step=\"starttls\"}"),
        "0.0135"
    );
    let mut before: BTreeMap<String, u64> = BTreeMap::new();
    for line in text.lines().filter(|line| line.contains("_bucket{")) {
        let (name, count) = line.rsplit_once(' ').unwrap();
        let step = name.split("le=").next().unwrap().to_owned();
        let count = count.parse().unwrap();
        assert!(before.insert(step, count).unwrap_or(0) <= count, "{line}");
    }
}

#[test]
fn an_interface_s_name_is_escaped() {
    let text = scrape();
    let series = r#"tlstally_interface_up{interface="we\"ird\\n\n0"}"#;
    assert_eq!(value(&text, series), "0");
    assert_eq!(
        value(
            &text,
            r#"tlstally_dropped_packets_total{interface="eth1",place="kernel"}"#
        ),
        "120433"
    );
}

/// What traffic can choose never becomes a series, however much of it there is.
#[test]
fn hosts_and_names_are_no_labels() {
    let render = |report: &Report| {
        render(Facts {
            report,
            moment: &moment(),
        })
    };
    let names = |text: &str| -> BTreeSet<String> {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines
            .map(|line| line.rsplit_once(' ').unwrap().0.to_owned())
            .collect()
    };
    let hostile = render(&sample::hostile("evil\"} 1\nx{a=\""));
    assert!(!hostile.contains("evil"));
    let (site, hostile) = (names(&render(&sample::site())), names(&hostile));
    let only = |one: &BTreeSet<String>, other: &BTreeSet<String>| -> Vec<String> {
        let only = one
            .difference(other)
            .filter(|name| !name.contains("reason="));
        only.cloned().collect()
    };
    assert_eq!(only(&site, &hostile), [""; 0]);
    assert_eq!(only(&hostile, &site), [""; 0]);
}

#[test]
fn prometheus_own_checker_finds_nothing() {
    let checker = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut checker = match checker {
        Ok(checker) => checker,
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "promtool: {error}");
            eprintln!("skipped: promtool is not installed (Debian package prometheus)");
            return;
        }
    };
    let mut input = checker.stdin.take().unwrap();
    input.write_all(scrape().as_bytes()).unwrap();
    drop(input);
    let output = checker.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(
        output.status.success() && said.is_empty(),
        "{}",
        String::from_utf8_lossy(&said)
    );
}

const ALERTS: &str = include_str!("../../../deploy/prometheus-alerts.yml");
const DASHBOARD: &str = include_str!("../../../deploy/grafana-dashboard.json");

/// Whatever alerts and dashboard ask for is there, under names that a scrape has.
#[test]
fn alerts_and_dashboard_ask_for_metrics_that_there_are() {
    let text = scrape();
    let series: BTreeSet<&str> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split(['{', ' ']).next().unwrap())
        .collect();
    let asked = |text: &'static str| -> BTreeSet<&str> {
        let words = text.split(|one: char| !one.is_ascii_alphanumeric() && one != '_');
        words.filter(|word| word.starts_with("tlstally_")).collect()
    };
    for (text, fewest) in [(ALERTS, 8), (DASHBOARD, 15)] {
        let asked = asked(text);
        assert!(asked.len() >= fewest);
        // Of bounds reached a scrape has only those that were: the sample has one.
        assert!(asked.is_subset(&series), "{:?}", asked.difference(&series));
    }
}

#[test]
fn the_dashboard_is_one_that_can_be_imported() {
    let dashboard: serde_json::Value = serde_json::from_str(DASHBOARD).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let ids: BTreeSet<u64> = panels
        .iter()
        .map(|panel| panel["id"].as_u64().unwrap())
        .collect();
    assert_eq!(ids.len(), panels.len());
    for panel in panels {
        assert_eq!(panel["datasource"]["uid"], "${datasource}");
        assert!(
            !panel["targets"].as_array().unwrap().is_empty(),
            "{}",
            panel["title"]
        );
    }
}

/// Holds that Prometheus' own checker finds so many sound rules in a file.
fn has_rules(path: &str, count: usize) {
    let checker = Command::new("promtool")
        .args(["check", "rules", path])
        .output();
    match checker {
        Ok(output) => {
            let said = [output.stdout, output.stderr].concat();
            let said = String::from_utf8_lossy(&said).into_owned();
            let found = format!("{count} rules found");
            assert!(output.status.success() && said.contains(&found), "{said}");
        }
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "promtool: {error}");
            eprintln!("skipped: promtool is not installed (Debian package prometheus)");
        }
    }
}

#[test]
fn prometheus_own_checker_takes_the_alerts() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/prometheus-alerts.yml");
    has_rules(path, 11);
}

/// What Grafana asks Prometheus for, with its own variables filled in as it would: each query as a rule, since rules are what the
/// checker reads.
#[test]
fn prometheus_own_checker_takes_the_queries_of_the_dashboard() {
    let dashboard: serde_json::Value = serde_json::from_str(DASHBOARD).unwrap();
    let queries = dashboard["panels"].as_array().unwrap().iter();
    let queries = queries
        .flat_map(|panel| panel["targets"].as_array().unwrap())
        .map(|target| target["expr"].as_str().unwrap());
    let rules: Vec<_> = queries
        .enumerate()
        .map(|(number, query)| {
            let query = query
                .replace("$__rate_interval", "5m")
                .replace("$__range", "1h")
                .replace("$instance", "sensor:9464");
            assert!(!query.contains('$'), "{query}");
            serde_json::json!({ "record": format!("query:{number}"), "expr": query })
        })
        .collect();
    assert!(rules.len() >= 15);
    // JSON is YAML.
    let file = serde_json::json!({ "groups": [{ "name": "dashboard", "rules": rules }] });
    let name = format!("tlstally-dashboard-{}.yml", std::process::id());
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, file.to_string()).unwrap();
    has_rules(path.to_str().unwrap(), rules.len());
    std::fs::remove_file(&path).unwrap();
}
