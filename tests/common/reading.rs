//! Reads captures through the library, in this process.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

use std::sync::Arc;

use serde_json::Value;
use tlstally::exchange::Catalog;
use tlstally::judge::Judge;
use tlstally::packet::PortSet;
use tlstally::session::Session;
use tlstally::session::networks::Networks;
use tlstally::source::Timeline;
use tlstally::{pipeline, session};

use super::{Packet, Scratch, at, plain_pcap, schema};

/// Reads captures again and again with one judge.
pub struct Reading {
    judge: Judge,
    scratch: Scratch,
}

impl Reading {
    pub fn new() -> Self {
        Self::of([25, 465, 587, 2525].into_iter().collect())
    }

    /// As with `--ports any`.
    pub fn of_any_port() -> Self {
        let usual: PortSet = [25, 465, 587, 2525].into_iter().collect();
        Self::of(usual.with_others())
    }

    fn of(ports: PortSet) -> Self {
        let judge = Judge {
            sensor: "test".to_owned(),
            networks: Networks::new(Vec::new()),
            catalog: Arc::new(Catalog::built_in()),
            ports: Arc::new(ports),
        };
        Self {
            judge,
            scratch: Scratch::new(),
        }
    }

    /// Session records of an Ethernet capture of `packets`.
    pub fn ethernet(&self, packets: &[Packet]) -> Vec<Value> {
        self.link(1, packets)
    }

    /// Session records of a capture of `packets` on a link.
    pub fn link(&self, link: u32, packets: &[Packet]) -> Vec<Value> {
        let path = self
            .scratch
            .file("capture.pcap", &plain_pcap(link, packets));
        let mut timeline = Timeline::open(&[path]);
        let mut records = Vec::new();
        let mut each = |session: Session| {
            let mut line = Vec::new();
            session::record::write(&session, "test", &mut line);
            let record = serde_json::from_slice(&line).unwrap();
            schema::hold(&record);
            records.push(record);
        };
        pipeline::read(&mut timeline, &self.judge, 1, &mut each).unwrap();
        records
    }

    /// The record of the only session in `packets`.
    pub fn only(&self, packets: &[Packet]) -> Value {
        let mut records = self.ethernet(packets);
        assert_eq!(records.len(), 1, "{records:#?}");
        records.remove(0)
    }
}

/// What of a record does not depend on when packets came, on which card and how they were lost and found.
pub fn timeless(mut record: Value) -> Value {
    let top = record.as_object_mut().unwrap();
    for key in ["@timestamp", "event", "log"] {
        top.remove(key);
    }
    let own = top["tlstally"].as_object_mut().unwrap();
    own.remove("latency");
    own.remove("gaps");
    record
}

/// What of a record does not depend on the times of packets either: which end closed first is told by them where both did
/// without knowing of the other.
pub fn orderless(record: Value) -> Value {
    let mut record = timeless(record);
    if let Some(exchange) = record["tlstally"]["exchange"].as_object_mut() {
        exchange.remove("ended");
    }
    record
}

/// A value as text; empty where the record does not have it.
pub fn text(record: &Value, path: &str) -> String {
    match at(record, path) {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The fields in which two records differ, one a line.
pub fn contrast(left: &Value, right: &Value) -> String {
    let mut out = Vec::new();
    contrast_at("", left, right, &mut out);
    out.join("; ")
}

fn contrast_at(path: &str, left: &Value, right: &Value, out: &mut Vec<String>) {
    if left == right {
        return;
    }
    let (Value::Object(one), Value::Object(other)) = (left, right) else {
        out.push(format!("{path}: {left} or {right}"));
        return;
    };
    let mut keys: Vec<_> = one.keys().chain(other.keys()).collect();
    keys.sort();
    keys.dedup();
    for key in keys {
        contrast_at(&format!("{path}.{key}"), &left[key], &right[key], out);
    }
}
