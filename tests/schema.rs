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

use common::schema::{below, hold};
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
    // Which each record of every other test is held to as well, where it is read.
    let records = sessions(&[], &captures());
    assert!(records.len() > 100);
    records.iter().for_each(hold);
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
    let record = sessions(&[], &captures()).swap_remove(0);
    let faults = |change: &dyn Fn(&mut Value)| {
        let mut record = record.clone();
        change(&mut record);
        common::schema::faults(&record).len()
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
