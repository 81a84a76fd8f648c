//! `watch --store`: what stands in the store afterwards is what `read --store` of the same packets puts there, whatever happens.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::common::{Packet, Scratch, run};
use crate::network::{Namespace, until};
use crate::watching::{Dump, Watch, again_and_again, keyed, write};

/// Packets of so many sessions, one after the other.
fn sessions(count: u32) -> Vec<Packet> {
    let (_, packets) = again_and_again(count);
    packets.into_iter().map(|(_, packet)| packet).collect()
}

/// The records in a store, in the order in which it gives them back.
fn stored(store: &Path) -> Vec<Value> {
    let output = run(&["report", "--sessions", "-", store.to_str().unwrap()]);
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn ids(records: &[Value]) -> Vec<String> {
    let id = |record: &Value| record["event"]["id"].as_str().unwrap().to_owned();
    records.iter().map(id).collect()
}

/// By identity; each is there once.
fn once(records: Vec<Value>) -> BTreeMap<String, Value> {
    let count = records.len();
    let keyed = keyed(records.into_iter());
    assert_eq!(keyed.len(), count, "some are there twice");
    keyed
}

fn read_into(store: &Path, files: &[PathBuf]) {
    let mut args = vec![
        "read",
        "--sensor",
        "test",
        "--store",
        store.to_str().unwrap(),
    ];
    args.extend(files.iter().map(|file| file.to_str().unwrap()));
    let output = run(&args);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
}

/// Hosts and totals of a store, and its records.
fn report(store: &Path) -> [Value; 3] {
    let args = [
        "report",
        "--to",
        "any",
        "--format",
        "json",
        store.to_str().unwrap(),
    ];
    let report: Value = serde_json::from_slice(&run(&args).stdout).unwrap();
    let records = once(stored(store)).into_values().collect();
    [
        report["totals"].clone(),
        report["hosts"].clone(),
        Value::Array(records),
    ]
}

#[test]
fn a_store_of_an_interface_is_that_of_its_capture() {
    let Some(namespace) = Namespace::new() else {
        return;
    };
    let scratch = Scratch::new();
    let [watched, read] = ["watched", "read"].map(|name| scratch.path().join(name));
    namespace.cable("mirror", "sensor");
    let dump = Dump::start(&namespace, "sensor", &scratch);
    let options = ["--store", watched.to_str().unwrap()];
    let watch = Watch::start(&namespace, &["sensor"], &scratch, &options);
    let frames = sessions(40);
    namespace.replay("mirror", &write(&scratch, "sent.pcap", &frames), 4000);
    let dumped = dump.end(&frames);
    let (recorded, _) = watch.end();
    read_into(&read, std::slice::from_ref(&dumped));
    let expected = report(&read);
    assert_eq!(recorded.len(), 40);
    assert_eq!(once(stored(&watched)), recorded);
    assert_eq!(report(&watched), expected);
    // The capture of what was watched adds nothing.
    read_into(&watched, &[dumped]);
    assert_eq!(report(&watched), expected);
}

/// What a reader saw in the store is there after a kill; what was lost comes back from the capture, and nothing is there twice.
#[test]
fn a_killed_watch_leaves_what_it_stored() {
    let Some(namespace) = Namespace::new() else {
        return;
    };
    let scratch = Scratch::new();
    let store = scratch.path().join("store");
    namespace.cable("mirror", "sensor");
    let dump = Dump::start(&namespace, "sensor", &scratch);
    let mut all = Vec::new();
    let mut acknowledged = Vec::new();
    for round in 0..3 {
        let options = ["--store", store.to_str().unwrap()];
        let watch = Watch::start(&namespace, &["sensor"], &scratch, &options);
        let frames = sessions(30);
        let sent = write(&scratch, "sent.pcap", &frames);
        namespace.replay("mirror", &sent, 3000);
        all.extend(frames);
        until("sessions in the store", || {
            stored(&store).len() > acknowledged.len()
        });
        acknowledged = ids(&stored(&store));
        watch.running.signal("KILL");
        watch.running.end();
        let found = ids(&stored(&store));
        let missing: Vec<_> = acknowledged
            .iter()
            .filter(|id| !found.contains(id))
            .collect();
        assert!(missing.is_empty(), "round {round}: {missing:?}");
        acknowledged = found;
    }
    let dumped = dump.end(&all);
    once(stored(&store));
    read_into(&store, &[dumped]);
    let found = once(stored(&store));
    assert_eq!(found.len(), 90);
    assert!(acknowledged.iter().all(|id| found.contains_key(id)));
}

/// The file breaks while it is written: it is told, and what comes after is in the file beside it.
#[test]
fn watching_goes_on_when_the_store_breaks() {
    let Some(namespace) = Namespace::new() else {
        return;
    };
    let scratch = Scratch::new();
    let store = scratch.path().join("store");
    namespace.cable("mirror", "sensor");
    let options = ["--store", store.to_str().unwrap()];
    let mut watch = Watch::start(&namespace, &["sensor"], &scratch, &options);
    let sent = write(&scratch, "sent.pcap", &sessions(10));
    namespace.replay("mirror", &sent, 3000);
    until("sessions in the store", || !stored(&store).is_empty());
    // Another program's transaction makes the writer look at the file again.
    let file = store.join("sessions.sqlite");
    let other = rusqlite::Connection::open(&file).unwrap();
    other
        .execute_batch("create table other (x); drop table other")
        .unwrap();
    drop(other);
    let mut bytes = fs::read(&file).unwrap();
    bytes[4_096..].fill(0xa5);
    fs::write(&file, &bytes).unwrap();
    fs::write(store.join("sessions.sqlite-wal"), [0xa5; 64]).unwrap();
    namespace.replay("mirror", &sent, 3000);
    watch.running.wait_for("sessions-2.sqlite` from now on");
    namespace.replay("mirror", &sent, 3000);
    let (recorded, _) = watch.end();
    let found = once(stored(&store));
    assert!(found.len() >= 19, "{}", found.len());
    assert!(found.keys().all(|id| recorded.contains_key(id)));
}
