//! What the compiler cannot see of a table of words.

use std::collections::BTreeSet;

use super::*;
use crate::output::sample;
use crate::packet::{Malformed, NotFollowed};
use crate::tally::counts::Counts;
use crate::tally::diagnosis::{Doubt, Share};

/// Words that `commands::health` adds to those of the packet stage, and the bounds.
const ADDED: [&str; 24] = [
    "connections_of_other_protocols",
    "connections_without_smtp_or_tls",
    "fragments_incomplete",
    "dns_truncated",
    "dns_split",
    "dns_unasked",
    "tcp_checksum",
    "name_message",
    "flows",
    "held_bytes",
    "fragments",
    "records",
    "evidence",
    "dns_answers",
    "hosts",
    "hosts_left_out",
    "legacy_hosts_left_out",
    "relays",
    "called_hosts",
    "host_called",
    "host_clients",
    "host_names",
    "host_macs",
    "host_servers",
];

#[test]
fn every_reason_has_words() {
    let packet = NotFollowed::ALL.iter().map(|reason| reason.name());
    let words = packet
        .chain(Malformed::ALL.iter().map(|reason| reason.name()))
        .chain(ADDED);
    for word in words {
        for language in Language::ALL {
            assert!((language.words().reason)(word).is_some(), "{word}");
        }
    }
}

#[test]
fn sentences_end_and_differ() {
    for language in Language::ALL {
        let words = language.words();
        let meaning = |finding| (words.meaning)(finding, Side::Client);
        let mut meanings: Vec<_> = Finding::ALL.into_iter().map(meaning).collect();
        let mut titles: Vec<_> = Finding::ALL.into_iter().map(words.finding).collect();
        assert!(meanings.iter().all(|text| text.ends_with(['.', '。'])));
        for list in [&mut meanings, &mut titles] {
            list.sort_unstable();
            list.dedup();
            assert_eq!(list.len(), Finding::ALL.len());
        }
    }
}

/// One of each case.
fn warnings() -> Vec<Warning> {
    let names = || vec!["eth1".to_owned(), "eth2".to_owned()];
    let share = Share { part: 7, whole: 91 };
    let mut bounds = Counts::default();
    bounds.add("flows", 12);
    vec![
        Warning::NoPackets,
        Warning::NoSmtp {
            packets: 91,
            unread_links: None,
        },
        Warning::NoSmtp {
            packets: 91,
            unread_links: Some(83),
        },
        Warning::InterfaceLost {
            now: true,
            names: names(),
        },
        Warning::InterfaceLost {
            now: false,
            names: names(),
        },
        Warning::InterfaceSilent {
            names: names(),
            arrived: 0,
        },
        Warning::InterfaceSilent {
            names: names(),
            arrived: 7,
        },
        Warning::OneWay {
            to_servers: 91,
            from_servers: 7,
        },
        Warning::NoInternalHost { sessions: 7 },
        Warning::KernelDrops(share),
        Warning::RingNearlyFull { names: names() },
        Warning::InterfaceDrops(share),
        Warning::OneDirection {
            client: 7,
            server: 12,
            sessions: 91,
        },
        Warning::Gaps {
            sessions: share,
            cut: true,
        },
        Warning::Gaps {
            sessions: share,
            cut: false,
        },
        Warning::Duplicates {
            packets: 91,
            sessions: 7,
        },
        Warning::PacketsCut { packets: 7 },
        Warning::FragmentsIncomplete(share),
        Warning::Malformed(share),
        Warning::BoundsReached(bounds),
        Warning::FilesDamaged { files: 7 },
    ]
}

/// Whatever the language: the same numbers, interfaces and options, and for each case a sentence of its own.
#[test]
fn languages_say_the_same_of_a_warning() {
    let warnings = warnings();
    for doubt in Doubt::ALL {
        assert!(warnings.iter().any(|one| one.code() == *doubt), "{doubt}");
    }
    for language in Language::ALL {
        let words = language.words();
        let mut texts: Vec<_> = warnings.iter().map(words.doubt).collect();
        for (warning, text) in warnings.iter().zip(&texts) {
            assert_eq!(facts(text), facts(&warning.text()), "{text}");
        }
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), warnings.len());
    }
}

/// The numbers, interfaces and options that a text names, each once.
fn facts(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && !"-.%".contains(c));
    let words = words.map(|word| word.trim_end_matches('.'));
    words
        .filter(|word| word.contains(|c: char| c.is_ascii_digit()) || word.starts_with("--"))
        .collect()
}

/// Whoever reads Japanese gets no English sentence (three words of Latin letters in a row that are no names).
#[test]
fn japanese_is_japanese() {
    let words = Language::Ja.words();
    let report = sample::troubled();
    let mut texts = vec![(words.headline)(&report)];
    texts.extend(warnings().iter().map(words.doubt));
    for side in [Side::Client, Side::Server] {
        texts.extend(Finding::ALL.map(|finding| (words.meaning)(finding, side).to_owned()));
    }
    for text in texts {
        assert!(text.ends_with('。'), "{text}");
        assert!(!text.contains(" the "), "{text}");
    }
}
