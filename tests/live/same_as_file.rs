//! Records of interfaces are those of the captures that tcpdump takes there, `event.id` and times included.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

use crate::common::conversation::From;
use crate::common::reading::{contrast, orderless};
use crate::common::{Packet, Scratch, captures, sessions};
use crate::network::Namespace;
use crate::packet::every_way;
use crate::watching::{Dump, Watch, again_and_again, keyed, write};

fn read(files: &[PathBuf]) -> BTreeMap<String, Value> {
    keyed(sessions(&[], files).into_iter())
}

/// Sends frames past the program and tcpdump: the records of both.
fn both(options: &[&str], frames: &[Packet]) -> Option<[BTreeMap<String, Value>; 2]> {
    let namespace = Namespace::new()?;
    let scratch = Scratch::new();
    namespace.cable("mirror", "sensor");
    let dump = Dump::start(&namespace, "sensor", &scratch);
    let watch = Watch::start(&namespace, &["sensor"], &scratch, options);
    namespace.replay("mirror", &write(&scratch, "sent.pcap", frames), 4000);
    let dumped = dump.end(frames);
    let (watched, _) = watch.end();
    Some([watched, read(&[dumped])])
}

/// Every Ethernet frame of the captures in the form that the tests read themselves.
fn recorded() -> Vec<Packet> {
    let plain = |path: &PathBuf| {
        let name = path.to_string_lossy();
        name.ends_with(".pcap") && !name.ends_with(".ns.pcap")
    };
    let files = captures()
        .into_iter()
        .filter(plain)
        .map(|path| crate::common::packets(&path));
    files
        .filter(|(link, _)| *link == 1)
        .flat_map(|(_, packets)| packets)
        .collect()
}

#[test]
fn all_captures_for_any_number_of_workers() {
    let frames = recorded();
    for options in [&["--workers", "1"][..], &["--workers", "2", "--immediate"]] {
        let Some([watched, read]) = both(options, &frames) else {
            return;
        };
        assert!(read.len() > 80, "{}", read.len());
        assert_eq!(watched, read);
    }
}

#[test]
fn inside_tags_and_tunnels() {
    let (_, conversation) = again_and_again(3);
    let ip = |packet: &Packet| Packet {
        bytes: packet.bytes[14..].to_vec(),
        original: packet.original - 14,
        ..packet.clone()
    };
    let packets: Vec<_> = conversation.iter().map(|(_, packet)| ip(packet)).collect();
    let wanted = [
        "Vlan",
        "ServiceVlan",
        "Vxlan",
        "Erspan2",
        "Erspan3",
        "MplsThree",
        "Pppoe",
        "Geneve",
        "Extensions6",
    ];
    let mut found = 0;
    for (name, link, frames) in every_way(&packets) {
        if link != 1 || !wanted.contains(&name.as_str()) {
            continue;
        }
        found += 1;
        let workers = if found % 2 == 0 { "1" } else { "2" };
        let Some([watched, read]) = both(&["--workers", workers], &frames) else {
            return;
        };
        assert_eq!(read.len(), 3, "{name}");
        assert_eq!(watched, read, "{name}");
    }
    assert_eq!(found, wanted.len());
}

/// As behind a tap that gives each direction a port of its own.
#[test]
fn each_direction_on_an_interface_of_its_own() {
    let Some(namespace) = Namespace::new() else {
        return;
    };
    let scratch = Scratch::new();
    let (_, packets) = again_and_again(1);
    let of = |end: From| -> Vec<Packet> {
        let packets = packets.iter().filter(|(from, _)| *from == end);
        packets.map(|(_, packet)| packet.clone()).collect()
    };
    let (up, down) = (of(From::Client), of(From::Server));
    namespace.cable("tap-up", "sensor-up");
    namespace.cable("tap-down", "sensor-down");
    let dumps = ["sensor-up", "sensor-down"].map(|name| Dump::start(&namespace, name, &scratch));
    let watch = Watch::start(&namespace, &["sensor-up", "sensor-down"], &scratch, &[]);
    let [up_file, down_file] =
        [("up", &up), ("down", &down)].map(|(name, sent)| write(&scratch, name, sent));
    std::thread::scope(|scope| {
        scope.spawn(|| namespace.replay("tap-up", &up_file, 100));
        scope.spawn(|| namespace.replay("tap-down", &down_file, 100));
    });
    let [up_dump, down_dump] = dumps;
    let files = [up_dump.end(&up), down_dump.end(&down)];
    let (watched, _) = watch.end();
    // The two ends are sent by two programs, in no certain order.
    let [watched, read] = [watched, read(&files)].map(|records| {
        assert_eq!(records.len(), 1, "{records:#?}");
        orderless(records.into_values().next().unwrap())
    });
    assert_eq!(contrast(&watched, &read), "");
    assert_eq!(watched["tlstally"]["seen"], "both");
}

/// As several sockets would get the packets of one interface that deal them out without regard to connections: worse
/// than any fanout of the kernel's.
#[test]
fn dealt_out_over_two_interfaces() {
    for workers in ["1", "2"] {
        let Some(namespace) = Namespace::new() else {
            return;
        };
        let scratch = Scratch::new();
        let (_, packets) = again_and_again(4);
        let of = |share: usize| -> Vec<Packet> {
            let packets = packets.iter().skip(share).step_by(2);
            packets.map(|(_, packet)| packet.clone()).collect()
        };
        let shares = [of(0), of(1)];
        let names = [("deal-a", "hand-a"), ("deal-b", "hand-b")];
        for (from, to) in names {
            namespace.cable(from, to);
        }
        let dumps = names.map(|(_, to)| Dump::start(&namespace, to, &scratch));
        let options = ["--workers", workers];
        let watch = Watch::start(&namespace, &names.map(|(_, to)| to), &scratch, &options);
        let files = [0, 1].map(|one| write(&scratch, names[one].0, &shares[one]));
        std::thread::scope(|scope| {
            for ((from, _), file) in names.iter().zip(&files) {
                scope.spawn(|| namespace.replay(from, file, 400));
            }
        });
        let mut dumps = dumps.into_iter().zip(&shares);
        let dumped = [(); 2].map(|()| dumps.next().map(|(dump, sent)| dump.end(sent)).unwrap());
        let (watched, _) = watch.end();
        let [watched, read] = [watched, read(&dumped)].map(|records| {
            let records: Vec<_> = records.into_values().map(orderless).collect();
            assert_eq!(records.len(), 4, "{records:#?}");
            records
        });
        for (watched, read) in watched.iter().zip(&read) {
            assert_eq!(contrast(watched, read), "");
        }
    }
}
