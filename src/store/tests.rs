//! A store gives back what it was given, counts it once, and stays within its bounds.

mod any;
mod damaged;
mod full;
mod kept;
mod killed;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use rusqlite::Connection;

use super::*;
use crate::names::{HostName, NameSource};
use crate::session::Session;
use crate::session::record;
use crate::session::sample::{self, MORNING};
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

/// Reads the newest file.
fn reader(folder: &Folder) -> Reader {
    Reader::open(&files::newest(folder.path())).unwrap()
}

fn line(session: &Session, sensor: &str) -> String {
    let mut out = Vec::new();
    record::write(session, sensor, &mut out);
    String::from_utf8(out).unwrap()
}

fn stored_lines(folder: &Folder) -> Vec<String> {
    let mut reader = reader(folder);
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

/// Rows of a table, whatever they mean.
fn rows(connection: &Connection, table: &str) -> i64 {
    let count = format!("SELECT count(*) FROM {table}");
    connection.query_row(&count, [], |row| row.get(0)).unwrap()
}

fn count_of_sessions(folder: &Folder) -> u64 {
    let mut reader = reader(folder);
    let days = reader.days();
    let counted: u64 = days
        .iter()
        .flat_map(|day| reader.counts(*day).unwrap().rows)
        .map(|count| count.sessions)
        .sum();
    assert_eq!(reader.extent().sessions, counted);
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
fn later_forms_other_files_and_no_store_are_told_apart() {
    let folder = Folder::new();
    let open = || {
        Reader::open(&file(folder.path()))
            .map(drop)
            .unwrap_err()
            .to_string()
    };
    assert!(files::all(folder.path()).is_empty());
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
    let mut read = reader(&folder).names();
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
    let mut reader = reader(&folder);
    let days = reader.days();
    let counts = reader.counts(days[0]).unwrap();
    let quarters: Vec<_> = counts.quarters(&counts.rows[0]).collect();
    assert_eq!((days.len(), quarters), (1, vec![Ok((95, 1))]));
}

/// What the server did is in no record, and reports ask for it.
#[test]
fn what_the_server_did_comes_back() {
    use crate::session::{Direction, ServerDid};
    let folder = Folder::new();
    let mut inbound = sample::submission("52.100.1.1", 0, Version::TLS12);
    inbound.direction = Direction::Inbound;
    inbound.server_did.withhold_tls = true;
    // What flowed behind the handshake is not counted by day: that it may be a mail is.
    let mut internal = sample::submission("10.0.0.9", 1, Version::TLS12);
    internal.direction = Direction::Internal;
    internal.exchange = sample::full().exchange;
    internal.exchange.as_mut().unwrap().likely = crate::session::Likely::Delivered;
    internal.id += 1;
    writer(&folder).write(&[inbound, internal], &[]).unwrap();
    let profiles = reader(&folder).profiles();
    let did = |direction| {
        let of = |profile: &&Profile| profile.like.direction == direction;
        profiles.values().find(of).unwrap().like.server_did
    };
    assert_eq!(
        did(Direction::Inbound),
        ServerDid {
            withhold_tls: true,
            take_mail: false
        }
    );
    assert_eq!(
        did(Direction::Internal),
        ServerDid {
            withhold_tls: false,
            take_mail: true
        }
    );
}
