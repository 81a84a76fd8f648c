//! Holds every record that a test sees to `docs/session.schema.json`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

use std::sync::LazyLock;

use serde_json::Value;

/// What a record must look like.
pub static SCHEMA: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../docs/session.schema.json")).unwrap());

/// Fails unless `record` is as the schema says.
pub fn hold(record: &Value) {
    let faults = faults(record);
    assert!(faults.is_empty(), "{}\n{record:#}", faults.join("\n"));
}

/// What of `record` is against the schema.
pub fn faults(record: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    check("", &SCHEMA, record, &mut faults);
    faults
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

/// The path of `key` inside `path`.
pub fn below(path: &str, key: &str) -> String {
    let separator = if path.is_empty() { "" } else { "." };
    format!("{path}{separator}{key}")
}
