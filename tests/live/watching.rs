//! The program and tcpdump, side by side on the same interfaces.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::common::conversation::{Conversation, From, recorded};
use crate::common::{Packet, Scratch, pcaps, plain_pcap};
use crate::network::{Namespace, Running, until};

/// `tlstally watch` in a namespace, writing records into a scratch folder.
pub struct Watch {
    pub running: Running,
    pub records: PathBuf,
}

impl Watch {
    /// Watches, and has begun to.
    pub fn start(
        namespace: &Namespace,
        interfaces: &[&str],
        scratch: &Scratch,
        options: &[&str],
    ) -> Self {
        let records = scratch.path().join("watched.jsonl");
        let mut args = vec![
            "watch",
            "--sensor",
            "test",
            "--sessions",
            records.to_str().unwrap(),
        ];
        for interface in interfaces {
            args.extend(["-i", interface]);
        }
        args.extend(options);
        let mut running = Running::start(namespace.command(env!("CARGO_BIN_EXE_tlstally"), &args));
        running.wait_for("watching ");
        Self { running, records }
    }

    /// Ends it in good order; its records and what it said.
    pub fn end(self) -> (BTreeMap<String, Value>, Vec<String>) {
        self.running.signal("TERM");
        let (status, told) = self.running.end();
        assert_eq!(status, Some(0), "{told:#?}");
        (by_id(&self.records), told)
    }
}

/// tcpdump in a namespace, writing what it sees into a file.
pub struct Dump {
    running: Running,
    pub file: PathBuf,
}

impl Dump {
    pub fn start(namespace: &Namespace, interface: &str, scratch: &Scratch) -> Self {
        let file = scratch.path().join(format!("{interface}.pcap"));
        let name = file.to_str().unwrap();
        let args = [
            "-i",
            interface,
            "-U",
            "-Z",
            "root",
            "-B",
            "16384",
            "--time-stamp-precision=nano",
            "-w",
            name,
        ];
        let mut running = Running::start(namespace.command("tcpdump", &args));
        running.wait_for("listening on");
        Self { running, file }
    }

    /// Ends it; what it should hold has been seen in the file.
    pub fn stop(self) -> PathBuf {
        self.running.signal("TERM");
        self.running.end();
        self.file
    }

    /// Waits until so many packets of so many bytes are in the file, and ends it.
    pub fn end(self, packets: &[Packet]) -> PathBuf {
        let size = 24
            + packets
                .iter()
                .map(|packet| 16 + packet.bytes.len() as u64)
                .sum::<u64>();
        let written = || fs::metadata(&self.file).map_or(0, |file| file.len());
        until("tcpdump to have written everything", || written() >= size);
        assert_eq!(written(), size, "other packets than those sent");
        self.stop()
    }
}

/// Records by their identity, without what tells a file from an interface.
pub fn by_id(records: &Path) -> BTreeMap<String, Value> {
    let text = fs::read_to_string(records).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'), "a line is torn");
    keyed(text.lines().map(|line| serde_json::from_str(line).unwrap()))
}

/// The same of records that were read from captures.
pub fn keyed(records: impl Iterator<Item = Value>) -> BTreeMap<String, Value> {
    records
        .map(|mut record| {
            let top = record.as_object_mut().unwrap();
            top.remove("log");
            top["observer"].as_object_mut().unwrap().remove("ingress");
            (record["event"]["id"].as_str().unwrap().to_owned(), record)
        })
        .collect()
}

/// A capture to be replayed.
pub fn write(scratch: &Scratch, name: &str, frames: &[Packet]) -> PathBuf {
    scratch.file(name, &plain_pcap(1, frames))
}

/// A conversation that a capture holds, so many times with the same ports: each ends the one before.
pub fn again_and_again(times: u32) -> (Conversation, Vec<(From, Packet)>) {
    let conversation = recorded(&pcaps().join("openssl-s_client.pcap")).remove(0);
    let segments = conversation.segments(1460);
    let packets = (0..times).flat_map(|time| {
        let starts = [
            time.wrapping_mul(10_000_019),
            time.wrapping_mul(20_000_003) + 7,
        ];
        let packets = conversation.packets(starts, &segments);
        let from: Vec<_> = segments.iter().map(|segment| segment.from).collect();
        from.into_iter().zip(packets).collect::<Vec<_>>()
    });
    let packets = packets.collect();
    (conversation, packets)
}
