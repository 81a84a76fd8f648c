//! Sets Microsoft's count beside ours: by version, and by day where its file has days.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::export::Export;
use super::notes::notes;
use super::{Comparable, Microsoft, MicrosoftDay, Sender, Shares, SideBySide};
use crate::tally::counts::PerVersion;

/// The versions that either side counts, oldest first.
const VERSIONS: [&str; 6] = ["ssl2", "ssl3", "1.0", "1.1", "1.2", "1.3"];

/// Microsoft's report `export`, read from `file`, beside our `comparable` sessions.
pub fn beside(file: &str, export: &Export, comparable: &Comparable) -> Microsoft {
    let senders = senders(export);
    let messages: Option<u64> = senders.iter().map(|sender| sender.messages).sum();
    let messages = messages.filter(|_| !senders.is_empty());
    let versions = versions(&senders, comparable);
    Microsoft {
        file: file.to_owned(),
        messages,
        days: days(export, comparable),
        comparable: comparable.versions.total(),
        notes: notes(export, &senders, &versions, comparable),
        versions,
        senders,
    }
}

/// The rows of one sender put together, the ones to act on first.
fn senders(export: &Export) -> Vec<Sender> {
    let mut together: BTreeMap<&str, Sender> = BTreeMap::new();
    for (_, row) in &export.rows {
        match together.get_mut(row.sender.as_str()) {
            Some(known) => join(known, row),
            None => drop(together.insert(&row.sender, row.clone())),
        }
    }
    let mut senders: Vec<_> = together.into_values().collect();
    senders.sort_by(|one, other| {
        let legacy = legacy_share(other.shares).total_cmp(&legacy_share(one.shares));
        legacy
            .then_with(|| other.messages.cmp(&one.messages))
            .then_with(|| one.sender.cmp(&other.sender))
    });
    senders
}

/// Adds a row of another day or protocol; shares weigh by messages.
fn join(known: &mut Sender, row: &Sender) {
    let weigh = |one: Option<f64>, other: Option<f64>| {
        let (ours, theirs) = (known.messages? as f64, row.messages? as f64);
        let sum = ours + theirs;
        if sum == 0.0 {
            return one;
        }
        Some((one? * ours + other? * theirs) / sum)
    };
    let shares = Shares {
        tls10: weigh(known.shares.tls10, row.shares.tls10),
        tls11: weigh(known.shares.tls11, row.shares.tls11),
        tls12: weigh(known.shares.tls12, row.shares.tls12),
        tls13: weigh(known.shares.tls13, row.shares.tls13),
    };
    known.shares = shares;
    known.messages = known
        .messages
        .zip(row.messages)
        .map(|(one, other)| one + other);
    for protocol in &row.protocols {
        if !known.protocols.contains(protocol) {
            known.protocols.push(protocol.clone());
        }
    }
}

fn legacy_share(shares: Shares) -> f64 {
    shares.tls10.unwrap_or(0.0) + shares.tls11.unwrap_or(0.0)
}

fn share_of(shares: Shares, version: &str) -> Option<f64> {
    match version {
        "1.0" => shares.tls10,
        "1.1" => shares.tls11,
        "1.2" => shares.tls12,
        "1.3" => shares.tls13,
        _ => None, // Microsoft has no column for SSL.
    }
}

fn versions(senders: &[Sender], comparable: &Comparable) -> Vec<SideBySide> {
    let messages = VERSIONS.map(|version| messages_of(senders, version));
    let all: f64 = messages.iter().flatten().sum();
    let sessions = comparable.versions.total();
    let row = |(version, messages): (&'static str, Option<f64>)| SideBySide {
        version,
        messages: messages.map(rounded),
        messages_share: messages
            .filter(|_| all > 0.0)
            .map(|messages| messages / all),
        sessions: count_of(&comparable.versions, version),
        sessions_share: (sessions > 0)
            .then(|| count_of(&comparable.versions, version) as f64 / sessions as f64),
        hosts: count_of(&comparable.hosts, version),
    };
    let rows = VERSIONS.into_iter().zip(messages).map(row);
    rows.filter(|row| row.messages.is_some() || row.sessions > 0)
        .collect()
}

/// Messages of a version; `None` if no row says.
fn messages_of(senders: &[Sender], version: &str) -> Option<f64> {
    let each = senders.iter().filter_map(|sender| {
        let share = share_of(sender.shares, version)?;
        Some(share * sender.messages? as f64)
    });
    each.fold(None, |sum, messages| Some(sum.unwrap_or(0.0) + messages))
}

#[expect(
    clippy::cast_sign_loss,
    reason = "sums of counts and shares are not negative"
)]
fn rounded(messages: f64) -> u64 {
    messages.round() as u64
}

fn count_of(counts: &PerVersion, version: &str) -> u64 {
    let found = counts.iter().find(|(key, _)| *key == version);
    found.map_or(0, |(_, count)| count)
}

fn days(export: &Export, comparable: &Comparable) -> Vec<MicrosoftDay> {
    let mut days: BTreeMap<Date, (u64, f64)> = BTreeMap::new();
    for (date, row) in &export.rows {
        let (Some(date), Some(messages)) = (date, row.messages) else {
            continue;
        };
        let day = days.entry(*date).or_default();
        day.0 += messages;
        day.1 += legacy_share(row.shares) * messages as f64;
    }
    let row = |(date, (messages, legacy)): (Date, (u64, f64))| {
        let (sessions, legacy_sessions) = comparable.days.get(&date).copied().unwrap_or_default();
        MicrosoftDay {
            date,
            messages,
            legacy_messages: rounded(legacy),
            sessions,
            legacy_sessions,
        }
    };
    days.into_iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::super::export;
    use super::*;
    use crate::tls::Version;

    fn ours(sessions: &[(Version, u64)]) -> Comparable {
        let mut comparable = Comparable::default();
        for (version, count) in sessions {
            comparable.versions.add(Some(*version), *count);
            comparable.hosts.add(Some(*version), 1);
        }
        comparable
    }

    fn codes(microsoft: &Microsoft) -> Vec<&'static str> {
        microsoft
            .notes
            .iter()
            .map(|note| note.code.name())
            .collect()
    }

    /// 75 % of 1,200 and 100 % of 40 by hand.
    #[test]
    fn messages_are_summed_by_each_senders_share() {
        let file = "Sender address,Domain,TLS 1.0,TLS 1.1,TLS 1.2,Messages sent,Authentication Protocol\n\
            scan@x,x,75,0,25,1200,Basic\ncrm@x,x,0,0,100,40,OAuth\n";
        let export = export::read(file.as_bytes()).unwrap();
        let microsoft = beside(
            "a.csv",
            &export,
            &ours(&[(Version::TLS10, 30), (Version::TLS12, 10)]),
        );
        assert_eq!(microsoft.messages, Some(1_240));
        let counts: Vec<_> = microsoft
            .versions
            .iter()
            .map(|row| (row.version, row.messages, row.sessions, row.hosts))
            .collect();
        assert_eq!(
            counts,
            [
                ("1.0", Some(900), 30, 1),
                ("1.1", Some(0), 0, 0),
                ("1.2", Some(340), 10, 1)
            ]
        );
        assert_eq!(microsoft.senders[0].sender, "scan@x");
        assert_eq!(codes(&microsoft), ["window_unknown", "no_hosts"]);
    }

    #[test]
    fn what_only_one_side_has_is_told() {
        let file = "Sender address,TLS 1.0,TLS 1.1,TLS 1.2,Messages sent\na@x,100,0,0,10\n";
        let export = export::read(file.as_bytes()).unwrap();
        let microsoft = beside("a.csv", &export, &ours(&[(Version::TLS11, 3)]));
        assert_eq!(
            codes(&microsoft),
            [
                "not_seen",
                "not_counted",
                "window_unknown",
                "no_hosts",
                "columns_missing"
            ]
        );
        assert_eq!(microsoft.notes[0].version, Some("1.0"));
        assert_eq!(microsoft.notes[0].count, Some(10));
    }

    #[test]
    fn days_and_rows_of_one_sender_are_put_together() {
        let file = "Date,Sender address,TLS 1.0,TLS 1.1,TLS 1.2,Messages sent\n\
            2026-08-01,a@x,100,0,0,10\n2026-08-02,a@x,0,0,100,30\n";
        let export = export::read(file.as_bytes()).unwrap();
        let mut comparable = ours(&[(Version::TLS10, 7), (Version::TLS12, 20)]);
        comparable
            .days
            .insert(jiff::civil::date(2026, 8, 1), (27, 7));
        let microsoft = beside("a.csv", &export, &comparable);
        assert_eq!(microsoft.senders.len(), 1);
        assert_eq!(microsoft.senders[0].shares.tls10, Some(0.25));
        let days: Vec<_> = microsoft
            .days
            .iter()
            .map(|day| {
                (
                    day.messages,
                    day.legacy_messages,
                    day.sessions,
                    day.legacy_sessions,
                )
            })
            .collect();
        assert_eq!(days, [(10, 10, 27, 7), (30, 0, 0, 0)]);
        assert!(codes(&microsoft).contains(&"window_differs"));
    }
}
