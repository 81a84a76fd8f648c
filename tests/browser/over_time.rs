//! A site over time: conversations of the office morning, said again by other hosts on other days, kept in a store.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use crate::common::conversation::{Conversation, From, WRAPPING, recorded};
use crate::common::{Packet, Scratch, pcaps, plain_pcap, run};

/// 2026-08-03, a Monday, 08:00 UTC (`date -u -d '2026-08-03 08:00' +%s`).
const MONDAY: u64 = 1_785_744_000;

/// The days of the story, and the one that its changes are seen from.
pub(super) const DAYS: u32 = 60;
pub(super) const SINCE: &str = "2026-08-03";
pub(super) const UNTIL: &str = "2026-10-01";

/// How a host speaks.
#[derive(Clone, Copy)]
enum Way {
    Old,
    Modern,
    Newest,
    Clear,
    Refused,
}

/// Who of the office spoke so.
const fn speaker(way: Way) -> Ipv4Addr {
    let last = match way {
        Way::Old => 21,
        Way::Newest => 22,
        Way::Refused => 23,
        Way::Clear => 24,
        Way::Modern => 27,
    };
    Ipv4Addr::new(10, 20, 0, last)
}

/// What a host is called, and how it speaks on a day; `None` if it is silent.
fn host(number: u32, day: u32) -> Option<(&'static str, Way)> {
    let weekend = day % 7 > 4;
    let office = |name, way| (!weekend).then_some((name, way));
    let until = |last: u32, before: Way, since: Way| if day < last { before } else { since };
    match number {
        // Put right one after the other.
        0..6 => office("scanner", until(9 + 8 * number, Way::Old, Way::Modern)),
        // Never put right.
        6..9 => office("printer", Way::Old),
        9 => Some(("alarm-panel", Way::Refused)),
        10 => office("label-printer", Way::Clear),
        // Switched off, installed, gone back to an old image.
        11 => (day < 22).then_some(("old-crm", Way::Old)),
        12 => (day > 40).then_some(("ticket-system", Way::Newest)),
        13 => office("till", until(46, Way::Modern, Way::Old)),
        14..22 => office("workstation", Way::Modern),
        22..30 => Some(("app", Way::Newest)),
        _ => None,
    }
}

/// A store with that story.
pub(super) fn store(scratch: &Scratch) -> PathBuf {
    let said = recorded(&pcaps().join("office-morning-1.pcap"));
    let mut packets = Vec::new();
    for day in 0..DAYS {
        for number in 0..30 {
            if let Some((name, way)) = host(number, day) {
                let name = format!("{name}-{number}.corp.example");
                let conversation = conversation(&said, way, number, &name);
                for time in 0..=number % 3 {
                    let second = MONDAY + u64::from(day * 86_400 + time * 5_400 + number * 61);
                    packets.extend(spoken(&conversation, second));
                }
            }
        }
    }
    packets.sort_by_key(|packet| packet.time);
    let capture = scratch.file("site.pcap", &plain_pcap(1, &packets));
    let store = scratch.path().join("store");
    let read = [
        "read",
        "--sensor",
        "core-switch",
        "--keep",
        "36500d",
        "--store",
        store.to_str().unwrap(),
        capture.to_str().unwrap(),
    ];
    assert!(run(&read).status.success());
    store
}

fn conversation(said: &[Conversation], way: Way, number: u32, name: &str) -> Conversation {
    let speaker = speaker(way);
    let mut found = said.iter().filter(|one| one.client.0 == speaker);
    let mut conversation = found
        .find(|one| [25, 587].contains(&one.server.1))
        .unwrap()
        .clone();
    conversation.client.0 = Ipv4Addr::from(0x0a14_0100 + number);
    for (from, bytes) in &mut conversation.turns {
        let greets = bytes.len() > 5 && bytes[..5].eq_ignore_ascii_case(b"EHLO ");
        if *from == From::Client && greets {
            *bytes = format!("EHLO {name}\r\n").into_bytes();
        }
    }
    conversation
}

fn spoken(conversation: &Conversation, second: u64) -> Vec<Packet> {
    let segments = conversation.segments(1460);
    let starts = WRAPPING.map(|start| start.wrapping_add(second as u32));
    let mut packets = conversation.packets(starts, &segments);
    for (at, packet) in packets.iter_mut().enumerate() {
        packet.time = second * 1_000_000_000 + at as u64 * 2_000_000;
    }
    packets
}

/// The Exchange admin center's count of some of those days.
pub(super) fn export(scratch: &Scratch) -> PathBuf {
    let mut text = String::from(
        "Date,Sender address,Domain,TLS 1.0 %,TLS 1.1 %,TLS 1.2 %,Messages sent,Authentication Protocol\n",
    );
    for day in 1..=30 {
        let old = 90 - 2 * day;
        let line = format!(
            "2026-09-{day:02},scan@corp.example,corp.example,{old},0,{},{},Basic\n2026-09-{day:02},app@corp.example,corp.example,0,0,100,40,OAuth\n",
            100 - old,
            20 + day
        );
        text.push_str(&line);
    }
    scratch.file("export.csv", text.as_bytes())
}

/// The report over all of it as a page.
pub(super) fn page(scratch: &Scratch, store: &Path, language: &str) -> PathBuf {
    let page = scratch.path().join(format!("history-{language}.html"));
    let export = export(scratch);
    let report = [
        "report",
        store.to_str().unwrap(),
        "--tz",
        "UTC",
        "--since",
        SINCE,
        "--until",
        UNTIL,
        "--compare=2026-08-03..2026-08-31",
        "--by",
        "endpoint",
        "--eac",
        export.to_str().unwrap(),
        "--lang",
        language,
        "--format",
        "html",
        "-o",
        page.to_str().unwrap(),
    ];
    let output = run(&report);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    page
}
