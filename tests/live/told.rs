//! What is written and said while packets come: whole lines whatever happens, files put aside, reports when asked.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::common::{Packet, Scratch};
use crate::network::{Namespace, Running, until};
use crate::watching::{Watch, again_and_again, by_id, write};

/// A conversation after the other, and a watch over them.
fn busy(
    options: &[&str],
    conversations: u32,
    a_second: u32,
) -> Option<(Namespace, Scratch, Watch)> {
    let namespace = Namespace::new()?;
    let scratch = Scratch::new();
    namespace.cable("mirror", "sensor");
    let watch = Watch::start(&namespace, &["sensor"], &scratch, options);
    let (_, packets) = again_and_again(conversations);
    let packets: Vec<Packet> = packets.into_iter().map(|(_, packet)| packet).collect();
    let sent = write(&scratch, "sent.pcap", &packets);
    namespace.replay("mirror", &sent, a_second);
    Some((namespace, scratch, watch))
}

fn lines(path: &Path) -> usize {
    fs::read_to_string(path).map_or(0, |text| text.lines().count())
}

/// The count that a summary line begins with.
fn sessions(line: &str) -> usize {
    let words: Vec<_> = line.split(' ').collect();
    let at = words
        .iter()
        .position(|word| word.starts_with("session"))
        .unwrap();
    words[at - 1].replace(',', "").parse().unwrap()
}

#[test]
fn killed_without_warning() {
    let Some((_namespace, _scratch, mut watch)) = busy(&["--every", "1s", "--plain"], 40, 2000)
    else {
        return;
    };
    let mut counted = 0;
    while counted < 30 {
        counted = sessions(&watch.running.wait_for(" legacy; "));
    }
    // Two seconds later at the least.
    for _ in 0..3 {
        watch.running.wait_for(" legacy; ");
    }
    watch.running.signal("KILL");
    let Watch { running, records } = watch;
    assert_eq!(running.end().0, None, "killed");
    assert!(
        by_id(&records).len() >= counted,
        "{} of {counted}",
        lines(&records)
    );
}

#[test]
fn a_report_when_asked() {
    let scratch = Scratch::new();
    let report = scratch.path().join("report.json");
    let options = ["--format", "json", "-o", report.to_str().unwrap()];
    let Some((_namespace, _records, watch)) = busy(&options, 10, 2000) else {
        return;
    };
    until("nine sessions in the records", || {
        lines(&watch.records) >= 9
    });
    watch.running.signal("USR1");
    let mut asked = Value::Null;
    until("a whole report", || {
        asked = serde_json::from_str(&fs::read_to_string(&report).unwrap()).unwrap_or_default();
        !asked.is_null()
    });
    assert!(
        asked["capture"]["sessions"].as_u64() >= Some(9),
        "{asked:#}"
    );
    assert_eq!(asked["capture"]["dropped_kernel"], 0);
    assert_eq!(asked["sources"], serde_json::json!(["sensor"]));
    let (records, _) = watch.end();
    let last: Value = serde_json::from_str(&fs::read_to_string(&report).unwrap()).unwrap();
    assert_eq!(last["capture"]["sessions"], records.len());
    assert_eq!(records.len(), 10);
}

#[test]
fn a_file_that_was_put_aside() {
    let Some((namespace, scratch, watch)) = busy(&[], 10, 2000) else {
        return;
    };
    until("nine sessions in the records", || {
        lines(&watch.records) >= 9
    });
    let aside = scratch.path().join("aside");
    fs::rename(&watch.records, &aside).unwrap();
    watch.running.signal("HUP");
    until("a new file", || watch.records.exists());
    let before = lines(&aside);
    namespace.replay("mirror", &scratch.path().join("sent.pcap"), 2000);
    let (after, _) = watch.end();
    // The last of the first ten goes with the first of the second.
    assert_eq!(before + after.len(), 20);
    assert_eq!(before, lines(&aside), "the file put aside was left alone");
}

#[test]
fn files_put_aside_by_size() {
    let options = ["--rotate-size", "4k", "--rotate-keep", "2"];
    let Some((_namespace, scratch, watch)) = busy(&options, 30, 400) else {
        return;
    };
    watch.end();
    let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
    let files = fs::read_dir(scratch.path())
        .unwrap()
        .map(|entry| name(entry.unwrap()));
    let aside: Vec<_> = files
        .filter(|name| name.starts_with("watched.jsonl.2"))
        .collect();
    assert!((1..=2).contains(&aside.len()), "{aside:?}");
    for file in aside {
        by_id(&scratch.path().join(file));
    }
}

#[test]
fn one_way_traffic_is_told_in_words() {
    let Some(namespace) = Namespace::new() else {
        return;
    };
    let scratch = Scratch::new();
    namespace.cable("mirror", "sensor");
    let mut watch = Watch::start(&namespace, &["sensor"], &scratch, &[]);
    let (_, packets) = again_and_again(10);
    let client =
        |(from, packet)| (from == crate::common::conversation::From::Client).then_some(packet);
    let half: Vec<Packet> = packets.into_iter().filter_map(client).collect();
    namespace.replay("mirror", &write(&scratch, "half.pcap", &half), 2000);
    watch.running.wait_for("warning: ");
    assert!(
        watch
            .running
            .told
            .iter()
            .any(|line| line.contains("one direction")),
        "{:#?}",
        watch.running.told
    );
}

/// What came while the program could not take it is what the ring held.
#[test]
fn how_full_the_ring_was() {
    let metrics = ["--metrics", "9588"];
    let Some((namespace, scratch, watch)) = busy(&metrics, 10, 2000) else {
        return;
    };
    until("nine sessions in the records", || {
        lines(&watch.records) >= 9
    });
    watch.running.signal("STOP");
    let sent = scratch.path().join("sent.pcap");
    for _ in 0..5 {
        namespace.replay("mirror", &sent, 20_000);
    }
    watch.running.signal("CONT");
    let all = 5 * fs::metadata(&sent).unwrap().len();
    let mut used = 0;
    until("the ring to be seen", || {
        let page = namespace.ask(9588, "/metrics");
        let line = page
            .lines()
            .find_map(|line| line.strip_prefix("tlstally_ring_used_bytes{interface=\"sensor\"} "));
        used = line.map_or(0, |figure| figure.parse().unwrap());
        used > all / 2
    });
    // The file has 16 bytes beside each packet, the ring about 88.
    assert!(used < 2 * all, "{used} of {all}");
    watch.end();
}

#[test]
fn what_is_not_there_cannot_be_watched() {
    let Some(namespace) = Namespace::new() else {
        return;
    };
    let command = namespace.command(env!("CARGO_BIN_EXE_tlstally"), &["watch", "-i", "eth7"]);
    let (status, told) = Running::start(command).end();
    assert_eq!(status, Some(1));
    assert!(told.concat().contains("no interface `eth7`"), "{told:?}");
    let listed = namespace
        .command(env!("CARGO_BIN_EXE_tlstally"), &["interfaces"])
        .output()
        .unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let lo = listed.lines().find(|line| line.starts_with("lo ")).unwrap();
    assert!(
        lo.contains("up") && lo.contains("EN10MB") && lo.contains("127.0.0.1"),
        "{listed}"
    );
}
