//! What the compiler cannot see of a table of words.

use super::*;
use crate::output::sample;
use crate::packet::{Malformed, NotFollowed};

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

/// Whoever reads Japanese gets no English sentence (three words of Latin letters in a row that are no names).
#[test]
fn japanese_is_japanese() {
    let words = Language::Ja.words();
    let report = sample::troubled();
    let mut texts = vec![(words.headline)(&report)];
    texts.extend(
        Doubt::ALL
            .iter()
            .map(|doubt| (words.doubt)(*doubt, &report)),
    );
    for side in [Side::Client, Side::Server] {
        texts.extend(Finding::ALL.map(|finding| (words.meaning)(finding, side).to_owned()));
    }
    for text in texts {
        assert!(text.ends_with('。'), "{text}");
        assert!(!text.contains(" the "), "{text}");
    }
}
