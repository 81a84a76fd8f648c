//! A store gives back what it was given, counts it once, and stays within its bounds.

mod full;
mod killed;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use proptest::prelude::*;
use rusqlite::Connection;

use super::*;
use crate::names::{HostName, NameSource};
use crate::session::record;
use crate::session::sample::{self, MORNING};
use crate::session::{Direction, Origin, Session};
use crate::time::{SECOND, Timestamp};
use crate::tls::Version;

const DAY: u64 = 86_400;

/// A folder that goes when it is dropped.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("tlstally-store-{}-{number}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn writer(folder: &Folder) -> Writer {
    Writer::open(folder.path(), "edge-1", Keep::DEFAULT).unwrap()
}

fn line(session: &Session, sensor: &str) -> String {
    let mut out = Vec::new();
    record::write(session, sensor, &mut out);
    String::from_utf8(out).unwrap()
}

fn stored_lines(folder: &Folder) -> Vec<String> {
    let mut reader = Reader::open(folder.path()).unwrap();
    let profiles = reader.profiles();
    let mut lines = Vec::new();
    reader.sessions(
        Range::ALL,
        &profiles,
        |_| true,
        |stored| {
            let mut out = Vec::new();
            record::write_as(&stored.session, &stored.sensor, &stored.program, &mut out);
            lines.push(String::from_utf8(out).unwrap());
        },
    );
    assert_eq!(reader.damage(), [""; 0]);
    lines
}

fn count_of_sessions(folder: &Folder) -> u64 {
    let mut reader = Reader::open(folder.path()).unwrap();
    let days = reader.days();
    let counted: u64 = days
        .iter()
        .flat_map(|day| reader.counts(*day).unwrap().rows)
        .map(|count| count.sessions)
        .sum();
    assert_eq!(reader.facts().sessions, counted);
    let mut spans = 0;
    reader.spans(Range::ALL, |_| spans += 1);
    assert_eq!(spans, counted, "counts and sessions differ");
    assert_eq!(reader.damage(), [""; 0]);
    counted
}

/// One a minute, of one host, on the day `day` days after [`MORNING`].
fn on_day(day: u64, count: u64) -> Vec<Session> {
    (0..count)
        .map(|minute| {
            let mut session =
                sample::submission("10.20.0.14", day * 1_440 + minute, Version::TLS12);
            session.id = day << 32 | minute;
            session
        })
        .collect()
}

#[test]
fn sessions_come_back_byte_for_byte() {
    let folder = Folder::new();
    let mut everything = sample::full();
    everything.id = 2;
    let mut absurd = sample::bare();
    absurd.id = u64::MAX;
    (absurd.start, absurd.end) = (Timestamp(u64::MAX), Timestamp(7));
    let sessions = [sample::bare(), everything, absurd];
    writer(&folder).write(&sessions, &[]).unwrap();
    let mut expected: Vec<_> = sessions
        .iter()
        .map(|session| line(session, "edge-1"))
        .collect();
    expected.sort_unstable();
    let mut lines = stored_lines(&folder);
    lines.sort_unstable();
    assert_eq!(lines, expected);
}

#[test]
fn a_session_counts_once_however_often_it_comes() {
    let folder = Folder::new();
    let sessions = on_day(0, 50);
    let mut first = writer(&folder);
    let mut second = Writer::open(folder.path(), "edge-1", Keep::DEFAULT).unwrap();
    assert_eq!(first.write(&sessions, &[]).unwrap().new, 50);
    assert_eq!(
        second.write(&sessions[20..], &[]).unwrap(),
        Written {
            known: 30,
            ..Written::default()
        }
    );
    assert_eq!(
        first.write(&on_day(0, 60), &[]).unwrap(),
        Written {
            new: 10,
            known: 50,
            too_old: 0
        }
    );
    assert_eq!(count_of_sessions(&folder), 60);
}

/// Two writers, each of which lets go what the other remembers.
#[test]
fn what_another_writer_removed_is_not_relied_on() {
    let folder = Folder::new();
    let mut first = writer(&folder);
    first.write(&on_day(0, 3), &[]).unwrap();
    let keep = Keep {
        days: 1,
        ..Keep::DEFAULT
    };
    let mut second = Writer::open(folder.path(), "edge-1", keep).unwrap();
    for day in [5, 6, 7] {
        let mut other = on_day(day, 1);
        other[0].client.ip = [10, 0, 0, 9].into();
        other[0].id |= 1 << 60;
        second.write(&other, &[]).unwrap();
    }
    first.write(&on_day(7, 3), &[]).unwrap();
    assert_eq!(stored_lines(&folder).len(), 5);
}

#[test]
fn days_go_when_they_are_old_and_not_on_the_word_of_one_day() {
    let folder = Folder::new();
    let keep = Keep {
        days: 2,
        ..Keep::DEFAULT
    };
    let mut writer = Writer::open(folder.path(), "edge-1", keep).unwrap();
    for day in 0..3 {
        writer.write(&on_day(day, 10), &[]).unwrap();
    }
    // Day 2 alone does not say that day 0 is two days old; the days up to 1 do not make it so.
    assert_eq!(count_of_sessions(&folder), 30);
    writer.write(&on_day(3, 10), &[]).unwrap();
    assert_eq!(count_of_sessions(&folder), 30);
    let late = writer.write(&on_day(0, 1), &[]).unwrap();
    assert_eq!(late.too_old, 1);
    // One packet of a clock that is a year ahead removes nothing.
    writer.write(&on_day(300, 1), &[]).unwrap();
    assert_eq!(count_of_sessions(&folder), 31);
    drop(writer);
    let connection = Connection::open(file(folder.path())).unwrap();
    let rows: i64 = connection
        .query_row("SELECT count(*) FROM profile", [], |row| row.get(0))
        .unwrap();
    assert_eq!(rows, 1);
}

#[test]
fn what_no_session_needs_is_forgotten() {
    let folder = Folder::new();
    let keep = Keep {
        days: 1,
        ..Keep::DEFAULT
    };
    let mut writer = Writer::open(folder.path(), "edge-1", keep).unwrap();
    for day in 0..20 {
        let mut sessions = on_day(day, 5);
        for (at, session) in sessions.iter_mut().enumerate() {
            session.client.domain = Some(format!("host-{day}-{at}").into());
            session.server.ip = [52, 96, day as u8, at as u8].into();
            session.ja3 = Some(format!("{day}-{at}").into());
        }
        let name = HostName::new([10, 9, 9, day as u8].into(), "seldom", NameSource::Dhcp);
        writer.write(&sessions, &[name]).unwrap();
    }
    writer.close().unwrap();
    let connection = Connection::open(file(folder.path())).unwrap();
    for table in ["profile", "handshake", "text"] {
        let rows: i64 = connection
            .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| {
                row.get(0)
            })
            .unwrap();
        assert!(rows <= 13, "{table}: {rows}");
    }
    let names = Reader::open(folder.path()).unwrap().names();
    assert_eq!(names.len(), 2);
}

#[test]
fn a_store_stays_below_its_size() {
    let folder = Folder::new();
    let keep = Keep {
        days: 90,
        bytes: 1_000_000,
    };
    let mut writer = Writer::open(folder.path(), "edge-1", keep).unwrap();
    for day in 0..30 {
        let mut sessions = on_day(day, 1_000);
        for (at, session) in sessions.iter_mut().enumerate() {
            session.banner = Some(format!("220 {day}-{at} ESMTP").into());
        }
        writer.write(&sessions, &[]).unwrap();
        let size = std::fs::metadata(file(folder.path())).unwrap().len();
        assert!(size <= 1_500_000, "day {day}: {size}");
    }
    writer.close().unwrap();
    let size = std::fs::metadata(file(folder.path())).unwrap().len();
    assert!(size <= 1_000_000, "{size}");
    assert!(count_of_sessions(&folder) >= 1_000);
}

#[test]
fn a_day_that_is_too_large_alone_is_refused_and_told() {
    let folder = Folder::new();
    let keep = Keep {
        days: 90,
        bytes: 200_000,
    };
    let mut writer = Writer::open(folder.path(), "edge-1", keep).unwrap();
    let full = (0..20).find_map(|part| {
        let mut sessions = on_day(0, 800);
        for session in &mut sessions {
            session.id |= part << 40;
        }
        writer.write(&sessions, &[]).err()
    });
    let error = full.expect("the store grows without bound").to_string();
    assert!(error.contains("one day alone takes more"), "{error}");
}

#[test]
fn later_forms_other_files_and_no_store_are_told_apart() {
    let folder = Folder::new();
    let open = || {
        Reader::open(folder.path())
            .map(drop)
            .unwrap_err()
            .to_string()
    };
    assert!(open().contains("holds no store"));
    writer(&folder).write(&on_day(0, 1), &[]).unwrap();
    let set = |pragma: &str| {
        let connection = Connection::open(file(folder.path())).unwrap();
        connection.execute_batch(pragma).unwrap();
    };
    set("PRAGMA user_version=2");
    assert!(
        open().contains("has form 2, and this version knows forms up to 1"),
        "{}",
        open()
    );
    let written = Writer::open(folder.path(), "x", Keep::DEFAULT).map(drop);
    assert!(matches!(written, Err(StoreError::Newer { found: 2, .. })));
    set("PRAGMA user_version=1; PRAGMA application_id=7");
    assert!(open().contains("is not a store of tlstally"));
    std::fs::write(
        file(folder.path()),
        "no database at all, but long enough to look at",
    )
    .unwrap();
    assert!(open().contains("is damaged"), "{}", open());
}

/// Pages of the file overwritten one after the other: what can be read is read, and something is told whenever sessions are
/// missing.
#[test]
fn damage_costs_what_is_damaged() {
    let folder = Folder::new();
    let mut sessions = Vec::new();
    for day in 0..4 {
        sessions.extend(on_day(day, 400));
    }
    let mut writer = writer(&folder);
    writer.write(&sessions, &[]).unwrap();
    writer.close().unwrap();
    let whole = std::fs::read(file(folder.path())).unwrap();
    let pages = whole.len() / 8_192;
    assert!(pages > 12, "{pages}");
    for page in 1..pages {
        let mut broken = whole.clone();
        for byte in &mut broken[page * 8_192..(page + 1) * 8_192] {
            *byte = 0xa5;
        }
        std::fs::write(file(folder.path()), &broken).unwrap();
        let Ok(mut reader) = Reader::open(folder.path()) else {
            continue;
        };
        let profiles = reader.profiles();
        let mut read = 0;
        for day in reader.days() {
            reader.sessions(Range::of_day(day), &profiles, |_| true, |_| read += 1);
            let _ = reader.counts(day);
        }
        assert!(read <= 1_600);
        assert!(
            read == 1_600 || !reader.damage().is_empty(),
            "page {page}: {read}"
        );
    }
}

#[test]
fn names_come_back() {
    let folder = Folder::new();
    let names = [
        HostName::new([10, 0, 0, 1].into(), "printer", NameSource::Dhcp),
        HostName::new([10, 0, 0, 1].into(), "printer.corp", NameSource::Reverse),
    ];
    let mut writer = writer(&folder);
    writer.write(&[], &names).unwrap();
    writer.write(&on_day(0, 1), &names).unwrap();
    let mut read = Reader::open(folder.path()).unwrap().names();
    read.sort_unstable();
    assert_eq!(read, names);
}

#[test]
fn the_spool_writes_all_of_it() {
    let folder = Folder::new();
    let spool = Spool::start(writer(&folder), Pressure::Wait).unwrap();
    for session in on_day(0, 500) {
        spool.session(session);
    }
    let kept = spool.finish();
    assert_eq!(
        (kept.written.new, kept.lost, kept.errors),
        (500, 0, Vec::new())
    );
    assert_eq!(count_of_sessions(&folder), 500);
}

/// The day and its quarters are of the start, whatever the session's length.
#[test]
fn days_are_those_of_the_start() {
    let folder = Folder::new();
    let mut session = sample::submission("10.0.0.1", 0, Version::TLS12);
    session.start = Timestamp::from_parts(MORNING / DAY * DAY + DAY - 1, 0);
    session.end = session.start.plus(9 * SECOND);
    writer(&folder).write(&[session], &[]).unwrap();
    let mut reader = Reader::open(folder.path()).unwrap();
    let days = reader.days();
    let counts = reader.counts(days[0]).unwrap();
    let quarters: Vec<_> = counts.quarters(&counts.rows[0]).collect();
    assert_eq!((days.len(), quarters), (1, vec![Ok((95, 1))]));
}

prop_compose! {
    /// A session with text and numbers of any kind.
    fn any_session()(
        text in any::<String>(),
        numbers in any::<[u64; 8]>(),
        (port, code, cipher) in any::<(u16, u8, Option<u32>)>(),
        versions in proptest::collection::vec(any::<u16>(), 0..4),
        flags in any::<[Option<bool>; 4]>(),
        client in any::<std::net::IpAddr>(),
        server in any::<std::net::IpAddr>(),
        interface in any::<bool>(),
        direction in 0usize..4,
        full in any::<bool>(),
    ) -> Session {
        let mut session = if full { sample::named(&text) } else { sample::bare() };
        [session.id, session.start.0, session.end.0] = [numbers[0], numbers[1], numbers[2]];
        session.client.ip = client;
        session.client.port = port;
        session.server.ip = server;
        session.direction = Direction::ALL[direction];
        session.origin = std::sync::Arc::new(if interface { Origin::Interface(text.clone()) } else { Origin::File(text.clone()) });
        session.cipher = cipher;
        session.established = flags[0];
        session.resumed = flags[1];
        session.negotiated = flags[2].map(|_| Version(port));
        session.downgrade_sentinel = flags[1].map(|_| Version(port));
        if let Some(alert) = &mut session.alert {
            alert.code = code;
        }
        if let Some(offer) = &mut session.offer {
            offer.versions = versions.into_iter().map(Version).collect();
            offer.max = Version(port ^ 1);
            offer.acceptable_suite = flags[3];
        }
        session.latency.connect = flags[3].map(|_| numbers[3]);
        session.latency.hello = flags[2].map(|_| numbers[4]);
        if let Some(exchange) = &mut session.exchange {
            [exchange.client_bytes, exchange.server_bytes] = [numbers[5], numbers[6]];
        }
        if let Some(gaps) = &mut session.gaps {
            gaps.bytes = numbers[7];
        }
        session.public_ip = flags[0].map(|_| server);
        session
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_session_comes_back_byte_for_byte(sessions in proptest::collection::vec(any_session(), 1..8), sensor in any::<String>()) {
        let folder = Folder::new();
        let mut writer = Writer::open(folder.path(), &sensor, Keep { days: 36_500, ..Keep::DEFAULT }).unwrap();
        writer.write(&sessions, &[]).unwrap();
        let mut expected: Vec<_> = sessions.iter().map(|session| line(session, &sensor)).collect();
        expected.sort_unstable();
        let mut lines = stored_lines(&folder);
        lines.sort_unstable();
        prop_assert_eq!(lines, expected);
    }
}
