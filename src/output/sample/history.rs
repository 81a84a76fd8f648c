//! A report over time for tests.

use jiff::ToSpan;
use jiff::civil::{Date, date};

use crate::session::sample::MORNING;
use crate::tally::Report;
use crate::tally::counts::{PerVersion, PerWord};
use crate::tally::history::{
    By, Change, Changes, Comparison, Day, Figures, Group, History, Side, StoreFacts, Trend,
};
use crate::tally::microsoft::{Microsoft, MicrosoftDay, Note, Remark, Sender, Shares, SideBySide};
use crate::tally::report::{HostVerdict, Window};
use crate::time::Timestamp;

/// The site of [`super::site`] over 30 days that end with its day: the printer is to be cured, the relay was.
pub(crate) fn over_time(by: Option<By>) -> Report {
    named("edge", "/var/lib/tlstally", "smtp-auth.csv", by)
}

/// Every text of it is `text`.
pub(crate) fn hostile(text: &str) -> Report {
    let mut report = super::hostile(text);
    let mut history = history(&report, Some(By::Client));
    history.time_zone = text.into();
    history.stores = vec![store(text)];
    for store in &mut history.stores {
        store.damage = vec![text.into()];
    }
    history.groups = vec![group(text, 3)];
    history.microsoft = Some(microsoft(text));
    report.history = Some(history);
    report
}

fn named(key: &str, folder: &str, file: &str, by: Option<By>) -> Report {
    let mut report = super::site();
    let mut history = history(&report, by);
    history.stores = vec![store(folder)];
    history.groups = match by {
        Some(By::Endpoint | By::Client | By::Sensor) => vec![group(key, 4_000), group("other", 7)],
        _ => Vec::new(),
    };
    history.microsoft = Some(microsoft(file));
    report.history = Some(history);
    report
}

const FIRST: Date = date(2026, 7, 3);

fn history(report: &Report, by: Option<By>) -> History {
    let hosts: Vec<_> = report.hosts.iter().map(|host| host.host).collect();
    let change = |at: usize, before, since| Change {
        host: hosts.get(at).copied().unwrap_or([10, 0, 0, 1].into()),
        before,
        since,
        sessions_before: 9,
        sessions_since: 4,
        last_legacy: Some(date(2026, 7, 20)),
    };
    let (legacy, modern) = (Some(HostVerdict::Legacy), Some(HostVerdict::Modern));
    History {
        time_zone: "Europe/Berlin".into(),
        stores: Vec::new(),
        days: (0..30).map(day).collect(),
        trends: hosts
            .iter()
            .map(|host| Trend {
                sensors: ["edge-1".into()].into(),
                host: *host,
                days: (0..30)
                    .map(|day| (day % 7 < 5).then_some(HostVerdict::Legacy))
                    .collect(),
            })
            .collect(),
        by,
        groups: Vec::new(),
        changes: Some(Changes {
            since: date(2026, 7, 18),
            new: vec![change(2, None, modern)],
            fixed: vec![change(1, legacy, modern)],
            worse: Vec::new(),
            silent: vec![change(0, legacy, None)],
        }),
        comparison: Some(Comparison {
            before: side(4_100, 6),
            now: side(4_000, 4),
        }),
        microsoft: None,
    }
}

/// Fewer legacy sessions from day to day; nothing at weekends.
fn day(at: i64) -> Day {
    let works = at % 7 < 5;
    let legacy = if works {
        130 - 4 * at.unsigned_abs()
    } else {
        0
    };
    let modern = if works { 900 } else { 0 };
    Day {
        date: FIRST.saturating_add(at.days()),
        seen: legacy + modern,
        figures: figures(legacy, modern),
    }
}

fn figures(legacy: u64, modern: u64) -> Figures {
    Figures {
        sessions: legacy + modern,
        versions: PerVersion {
            tls10: legacy,
            tls12: modern,
            ..PerVersion::default()
        },
        verdicts: PerWord::default(),
        hosts: 5,
        legacy_hosts: u64::from(legacy > 0) * 2,
    }
}

fn group(key: &str, sessions: u64) -> Group {
    Group {
        key: key.into(),
        figures: figures(sessions / 2, sessions / 2),
        first_seen: Timestamp::from_parts(MORNING, 0),
        last_seen: Timestamp::from_parts(MORNING + 86_400, 0),
    }
}

fn side(sessions: u64, legacy_hosts: u64) -> Side {
    let mut host_verdicts = PerWord::default();
    host_verdicts.add(HostVerdict::Legacy, legacy_hosts);
    host_verdicts.add(HostVerdict::Modern, 40);
    Side {
        window: Window {
            from: Some(Timestamp::from_parts(MORNING, 0)),
            to: Some(Timestamp::from_parts(MORNING + 86_400, 0)),
        },
        seen: sessions,
        figures: figures(legacy_hosts * 10, sessions - legacy_hosts * 10),
        host_verdicts,
    }
}

fn store(name: &str) -> StoreFacts {
    StoreFacts {
        name: name.into(),
        bytes: 712_000_000,
        sessions: 10_000_000,
        first: Some(Timestamp::from_parts(MORNING - 90 * 86_400, 0)),
        last: Some(Timestamp::from_parts(MORNING + 86_400, 0)),
        damage: Vec::new(),
    }
}

fn microsoft(file: &str) -> Microsoft {
    let shares = Shares {
        tls10: Some(0.5),
        tls11: Some(0.0),
        tls12: Some(0.5),
        tls13: None,
    };
    let row = |version, messages: u64, sessions: u64| SideBySide {
        version,
        messages: Some(messages),
        messages_share: Some(messages as f64 / 1_200.0),
        sessions,
        sessions_share: Some(sessions as f64 / 3_000.0),
        hosts: 2,
    };
    Microsoft {
        file: file.into(),
        messages: Some(1_200),
        senders: vec![Sender {
            sender: file.into(),
            domain: Some(file.into()),
            messages: Some(1_200),
            shares,
            protocols: vec![file.into()],
        }],
        versions: vec![row("1.0", 600, 300), row("1.2", 600, 2_700)],
        days: vec![MicrosoftDay {
            date: FIRST,
            messages: 40,
            legacy_messages: 12,
            sessions: 51,
            legacy_sessions: 20,
        }],
        comparable: 3_000,
        notes: vec![Note {
            code: Remark::NoHosts,
            version: None,
            count: Some(1),
            columns: Vec::new(),
            text: format!("Nothing joins {file} to a host."),
        }],
    }
}
