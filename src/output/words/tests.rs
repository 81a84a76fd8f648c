//! What the compiler cannot see of a table of words.

use std::collections::BTreeSet;

use super::*;
use crate::exchange::{Client, Software};
use crate::output::sample;
use crate::packet::{Malformed, NotFollowed};
use crate::session::LimitedBy;
use crate::tally::bound::Reached;
use crate::tally::diagnosis::{Doubt, Share};
use crate::tally::microsoft::Remark;

/// Words that `commands::health` adds to those of the packet stage.
const ADDED: [&str; 8] = [
    "connections_of_other_protocols",
    "connections_without_smtp_or_tls",
    "fragments_incomplete",
    "dns_truncated",
    "dns_split",
    "dns_unasked",
    "tcp_checksum",
    "name_message",
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
    let mut bounds = Reached::default();
    bounds.add(Bound::Flows, 12);
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
        Warning::SeveralSensors { hosts: 7 },
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
    let reports = [
        sample::site(),
        sample::modern(),
        sample::silent(),
        sample::troubled(),
    ];
    let mut texts: Vec<_> = reports.iter().map(words.headline).collect();
    texts.extend(warnings().iter().map(words.doubt));
    texts.extend(notes().iter().map(words.microsoft.remark));
    let mut said = words.capture.how.to_vec();
    said.extend(HostVerdict::ALL.iter().copied().map(words.verdict_meaning));
    said.extend(InClear::ALL.iter().copied().map(words.in_clear));
    said.extend(NoVerdict::ALL.iter().copied().map(words.no_verdict));
    said.extend(remedies().into_iter().map(words.action));
    for side in [Side::Client, Side::Server] {
        said.extend(Finding::ALL.map(|finding| (words.meaning)(finding, side)));
    }
    texts.extend(said.into_iter().map(str::to_owned));
    for text in texts {
        assert!(text.ends_with('。'), "{text}");
        assert!(!holds_english(&text), "{text}");
    }
    for warning in warnings() {
        assert!(holds_english(&warning.text()), "{warning:?}");
    }
}

/// What may be said of Microsoft's count.
fn notes() -> Vec<Note> {
    let note = |code| Note {
        code,
        version: Some("1.0"),
        count: Some(3),
        columns: vec!["TLS 1.1"],
        text: String::new(),
    };
    Remark::ALL.iter().copied().map(note).collect()
}

/// All that there may be to do.
fn remedies() -> Vec<Remedy> {
    let mut remedies: Vec<_> = Finding::ALL.map(Remedy::of_server).into();
    for software in Software::MAYBE {
        for (limited_by, offers_tls12) in
            [(None, false), (None, true), (Some(LimitedBy::Server), true)]
        {
            let client = Client {
                software,
                limited_by,
                offers_tls12,
                legacy: false,
            };
            remedies.extend(Finding::ALL.map(|finding| Remedy::of(finding, client)));
        }
    }
    remedies
}

/// Names that look like words of English.
const NAMES: [&str; 11] = [
    "Exchange",
    "Online",
    "Microsoft",
    "Windows",
    "Server",
    "Internet",
    "Explorer",
    "Global",
    "Root",
    "Framework",
    "Thunderbird",
];

/// Three words in a row, outside of what is to be typed.
fn holds_english(text: &str) -> bool {
    let typed = text.split('`').step_by(2);
    let runs = typed.flat_map(|part| part.split(|c: char| !c.is_ascii() || ".:;,()".contains(c)));
    runs.into_iter().any(|run| {
        let words = run.split_whitespace().filter(|word| is_a_word(word));
        words.count() >= 3
    })
}

/// Not one that only technical names are: `TLS`, `ClientHello`, `smtp.office365.com`.
fn is_a_word(word: &str) -> bool {
    let small = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase());
    let tail = word.strip_prefix(|c: char| c.is_ascii_uppercase());
    !NAMES.contains(&word) && small(tail.unwrap_or(word))
}
