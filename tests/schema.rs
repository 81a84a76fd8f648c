//! Every record of every capture is as `docs/session.schema.json` says, and every field of `docs/record.md` is shown to exist.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use common::{captures, sessions};
use serde_json::{Map, Value};

/// Fields that no capture in `pcaps/` can have, and why.
const NOT_IN_CAPTURES: &[(&str, &str)] = &[
    (
        "observer.ingress.interface.name",
        "only when watching an interface",
    ),
    (
        "tlstally.gaps.count",
        "no packet is missing from these captures",
    ),
    (
        "tlstally.gaps.bytes",
        "no packet is missing from these captures",
    ),
    (
        "tlstally.source_vendor",
        "the machines in these captures have cards that nobody made",
    ),
];

#[test]
fn every_record_is_as_the_schema_says() {
    let schema: Value = serde_json::from_str(&page("session.schema.json")).unwrap();
    let records = sessions(&[], &captures());
    assert!(records.len() > 100);
    let mut faults = Vec::new();
    for record in &records {
        check("", &schema, record, &mut faults);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_field_of_the_page_occurs() {
    let listed = fields(&page("record.md"));
    assert!(listed.len() > 50);
    let mut seen = BTreeSet::new();
    for record in sessions(&[], &captures()) {
        leaves("", &record, &mut seen);
    }
    for field in &listed {
        let excused = NOT_IN_CAPTURES.iter().any(|(name, _)| name == field);
        assert!(
            seen.contains(field) != excused,
            "{field}: {}",
            if excused {
                "occurs after all"
            } else {
                "never occurs"
            }
        );
    }
    for field in &seen {
        assert!(listed.contains(field), "{field} is not on the page");
    }
}

/// The checker knows what it does not know, and finds what is wrong.
#[test]
fn the_checker_finds_faults() {
    let schema: Value = serde_json::from_str(&page("session.schema.json")).unwrap();
    let record = sessions(&[], &captures()).swap_remove(0);
    let faults = |change: &dyn Fn(&mut Value)| {
        let mut record = record.clone();
        change(&mut record);
        let mut faults = Vec::new();
        check("", &schema, &record, &mut faults);
        faults.len()
    };
    assert_eq!(faults(&|_| ()), 0);
    assert_eq!(faults(&|record| record["source"]["port"] = "25".into()), 1);
    assert_eq!(
        faults(&|record| record["source"]["ip"] = "printer".into()),
        1
    );
    assert_eq!(
        faults(&|record| record["tlstally"]["verdict"] = "fine".into()),
        1
    );
    assert_eq!(
        faults(&|record| record["@timestamp"] = "yesterday".into()),
        1
    );
    assert_eq!(
        faults(&|record| record["tlstally"] = Value::Object(Map::new())),
        3
    );
}

fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs")
        .join(name);
    fs::read_to_string(path).unwrap()
}

/// The first column of the table of fields.
fn fields(page: &str) -> BTreeSet<String> {
    let (_, rest) = page.split_once("<!-- begin: fields -->").unwrap();
    let (table, _) = rest.split_once("<!-- end: fields -->").unwrap();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.map(|row| row.split_once('`').unwrap().0.to_owned())
        .collect()
}

fn leaves(path: &str, value: &Value, found: &mut BTreeSet<String>) {
    let Value::Object(object) = value else {
        found.insert(path.to_owned());
        return;
    };
    for (key, value) in object {
        leaves(&below(path, key), value, found);
    }
}

fn below(path: &str, key: &str) -> String {
    let separator = if path.is_empty() { "" } else { "." };
    format!("{path}{separator}{key}")
}

/// The part of JSON Schema (draft 2020-12) that our schema uses; a word beyond it is a fault.
fn check(path: &str, schema: &Value, value: &Value, faults: &mut Vec<String>) {
    for (word, rule) in schema.as_object().unwrap() {
        let holds = match word.as_str() {
            "$schema" | "title" | "description" => true,
            "properties" => {
                for (key, rule) in rule.as_object().unwrap() {
                    if let Some(value) = value.get(key) {
                        check(&below(path, key), rule, value, faults);
                    }
                }
                true
            }
            "required" => {
                let missing = list(rule)
                    .iter()
                    .filter(|key| value.get(key.as_str().unwrap()).is_none());
                faults.extend(missing.map(|key| format!("{path} lacks {key}")));
                true
            }
            "items" => {
                for value in list(value) {
                    check(path, rule, value, faults);
                }
                true
            }
            "anyOf" => list(rule).iter().any(|rule| {
                let mut own = Vec::new();
                check(path, rule, value, &mut own);
                own.is_empty()
            }),
            _ => keeps(word, rule, value),
        };
        if !holds {
            faults.push(format!("{path}: {value} is against {word} {rule}"));
        }
    }
}

fn keeps(word: &str, rule: &Value, value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    match (word, rule.as_str()) {
        ("type", Some("object")) => value.is_object(),
        ("type", Some("array")) => value.is_array(),
        ("type", Some("string")) => value.is_string(),
        ("type", Some("integer")) => value.is_u64() || value.is_i64(),
        ("type", Some("boolean")) => value.is_boolean(),
        ("format", Some("ipv4")) => text.parse::<std::net::Ipv4Addr>().is_ok(),
        ("format", Some("ipv6")) => text.parse::<std::net::Ipv6Addr>().is_ok(),
        ("format", Some("date-time")) => text.parse::<jiff::Timestamp>().is_ok(),
        ("enum", _) => list(rule).contains(value),
        ("minimum", _) => value
            .as_f64()
            .is_none_or(|value| Some(value) >= rule.as_f64()),
        ("minItems", _) => list(value).len() as u64 >= rule.as_u64().unwrap(),
        ("uniqueItems", _) => {
            let items = list(value);
            (1..items.len()).all(|at| !items[..at].contains(&items[at]))
        }
        _ => false,
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}
