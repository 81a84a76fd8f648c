//! Writes sessions: a batch is a transaction, and counts a session only if it was not there before.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::dictionary::Dictionary;
use super::error::StoreError;
use super::keep::{self, Keep};
use super::slots::{Slots, day_of, start_of};
use super::{detail, greeting, handshake, profile, schema};
use crate::names::HostName;
use crate::session::{Origin, Session};
use crate::time::Timestamp;

/// Names kept; the ones seen longest ago go first.
const NAMES: i64 = 262_144;

/// A store that is open to write.
pub struct Writer {
    connection: Connection,
    path: PathBuf,
    sensor: String,
    keep: Keep,
    profiles: Dictionary,
    handshakes: Dictionary,
    texts: Dictionary,
    /// What the database says of other programs' writing; when it changes, what is remembered may be gone.
    others: i64,
    /// Sessions before this day have been removed, and are not taken any more.
    removed_before: i64,
    /// The newest day there is; when it changes, old ones may go.
    newest: i64,
    /// One day alone takes more than may be kept.
    full: bool,
    detail: Vec<u8>,
}

/// What became of the sessions of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Sessions that are new in the store.
    pub new: u64,
    /// Sessions that were there.
    pub known: u64,
    /// Sessions of days that have been removed already.
    pub too_old: u64,
}

impl Written {
    /// Adds another batch.
    pub fn merge(&mut self, other: Self) {
        self.new += other.new;
        self.known += other.known;
        self.too_old += other.too_old;
    }
}

/// A day's sessions of one profile, as far as a batch has new ones.
#[derive(Default)]
struct Added {
    sessions: u64,
    first: Option<Timestamp>,
    last: Timestamp,
    slots: Slots,
}

impl Added {
    fn add(&mut self, session: &Session) {
        self.sessions += 1;
        self.first = Some(
            self.first
                .map_or(session.start, |first| first.min(session.start)),
        );
        self.last = self.last.max(session.end);
        self.slots.add(session.start);
    }
}

impl Writer {
    /// Opens the store in `folder`, and makes it if there is none; `sensor` is who sees the sessions.
    pub fn open(folder: &Path, sensor: &str, keep: Keep) -> Result<Self, StoreError> {
        let connection = schema::open_to_write(folder)?;
        connection.set_prepared_statement_cache_capacity(32);
        let mut writer = Self {
            connection,
            path: folder.to_owned(),
            sensor: sensor.to_owned(),
            keep,
            profiles: Dictionary::of_rows("profile", profile::COLUMNS, profile::COUNT),
            handshakes: Dictionary::of_rows("handshake", handshake::COLUMNS, handshake::COUNT),
            texts: Dictionary::of_texts(),
            others: -1,
            removed_before: 0,
            newest: 0,
            full: false,
            detail: Vec::new(),
        };
        writer.begin().map_err(|error| writer.failed(error))?;
        Ok(writer)
    }

    fn begin(&mut self) -> rusqlite::Result<()> {
        let newest = "SELECT coalesce(max(day), 0) FROM day";
        self.newest = self.connection.query_row(newest, [], |row| row.get(0))?;
        keep::tidy(&mut self.connection, &self.keep)
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a batch, whole or not at all. When this returns, it is on the disk.
    pub fn write(
        &mut self,
        sessions: &[Session],
        names: &[HostName],
    ) -> Result<Written, StoreError> {
        if self.full {
            self.tidy(None).map_err(|error| self.failed(error))?;
        }
        if self.full {
            return Err(StoreError::Full {
                path: self.path.clone(),
                what: "one day alone takes more than `--keep-size` allows".into(),
            });
        }
        let written = self.transaction(sessions, names);
        if written.is_err() {
            self.forget();
        }
        let written = written.map_err(|error| self.failed(error))?;
        let newest = sessions.iter().map(|session| day_of(session.start)).max();
        self.tidy(newest).map_err(|error| self.failed(error))?;
        Ok(written)
    }

    /// Writes the log back into the file, so that the folder holds one file at rest.
    pub fn close(self) -> Result<(), StoreError> {
        let path = self.path;
        self.connection
            .close()
            .map_err(|(_, error)| StoreError::of(&path, error))
    }

    /// Lets the file have no more pages than this, as a full disk would.
    #[cfg(test)]
    pub(super) fn limit_pages(&self, pages: u32) {
        let limit = format!("PRAGMA max_page_count={pages}");
        self.connection.query_row(&limit, [], |_| Ok(())).unwrap();
    }

    fn failed(&self, error: rusqlite::Error) -> StoreError {
        StoreError::of(&self.path, error)
    }

    fn forget(&mut self) {
        self.profiles.forget();
        self.handshakes.forget();
        self.texts.forget();
    }

    fn transaction(
        &mut self,
        sessions: &[Session],
        names: &[HostName],
    ) -> rusqlite::Result<Written> {
        let behavior = TransactionBehavior::Immediate;
        // Dropped without a commit it rolls back.
        let transaction = rusqlite::Transaction::new_unchecked(&self.connection, behavior)?;
        let others = transaction.query_row("PRAGMA data_version", [], |row| row.get(0))?;
        if others != self.others {
            self.profiles.forget();
            self.handshakes.forget();
            self.texts.forget();
            self.others = others;
        }
        self.removed_before =
            transaction.query_row("SELECT removed_before FROM state", [], |row| row.get(0))?;
        let mut batch = Batch {
            connection: &transaction,
            sensor: &self.sensor,
            removed_before: self.removed_before,
            profiles: &mut self.profiles,
            handshakes: &mut self.handshakes,
            texts: &mut self.texts,
            detail: &mut self.detail,
            days: BTreeMap::new(),
            written: Written::default(),
        };
        for session in sessions {
            batch.add(session)?;
        }
        batch.count()?;
        let day = sessions.iter().map(|session| day_of(session.start)).max();
        batch.name(names, day.unwrap_or(self.newest))?;
        let written = batch.written;
        transaction.commit()?;
        Ok(written)
    }

    /// Lets old sessions go when a new day begins, or when there is too much.
    fn tidy(&mut self, newest: Option<i64>) -> rusqlite::Result<()> {
        let new_day = newest.is_some_and(|day| day > self.newest);
        self.newest = self.newest.max(newest.unwrap_or(0));
        if new_day || self.full || keep::is_too_large(&self.connection, &self.keep)? {
            keep::tidy(&mut self.connection, &self.keep)?;
            self.full = keep::is_full(&self.connection, &self.keep)?;
            self.forget();
        }
        Ok(())
    }
}

/// A batch under way.
struct Batch<'a> {
    connection: &'a Connection,
    sensor: &'a str,
    removed_before: i64,
    profiles: &'a mut Dictionary,
    handshakes: &'a mut Dictionary,
    texts: &'a mut Dictionary,
    detail: &'a mut Vec<u8>,
    days: BTreeMap<(i64, i64), Added>,
    written: Written,
}

impl Batch<'_> {
    fn add(&mut self, session: &Session) -> rusqlite::Result<()> {
        let day = day_of(session.start);
        if day < self.removed_before {
            self.written.too_old += 1;
            return Ok(());
        }
        let profile = self.profile(session, day)?;
        if !self.insert(session, profile, day)? {
            self.written.known += 1;
            return Ok(());
        }
        self.written.new += 1;
        self.days.entry((day, profile)).or_default().add(session);
        Ok(())
    }

    fn profile(&mut self, session: &Session, day: i64) -> rusqlite::Result<i64> {
        let columns = profile::columns(session, self.sensor);
        self.profiles.row(self.connection, &columns, day)
    }

    /// Whether the session is new.
    fn insert(&mut self, session: &Session, profile: i64, day: i64) -> rusqlite::Result<bool> {
        const INSERT: &str = "INSERT OR IGNORE INTO session (start, id, profile, handshake, server, origin, \
            client_port, duration, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        let columns = handshake::columns(session, env!("CARGO_PKG_VERSION"));
        let handshake = self.handshakes.row(self.connection, &columns, day)?;
        let server = self.text(&session.server.ip.to_string(), day)?;
        let origin = self.text(&origin_text(&session.origin), day)?;
        let greeting = match session.banner.as_deref().map(greeting::split) {
            Some((head, end)) => Some((self.text(head, day)?, end)),
            None => None,
        };
        self.detail.clear();
        detail::put_parts(self.detail, session, greeting);
        let added = self.connection.prepare_cached(INSERT)?.execute(params![
            session.start.0.cast_signed(),
            session.id.cast_signed(),
            profile,
            handshake,
            server,
            origin,
            session.client.port,
            session.end.0.wrapping_sub(session.start.0).cast_signed(),
            &*self.detail,
        ])?;
        Ok(added > 0)
    }

    fn text(&mut self, text: &str, day: i64) -> rusqlite::Result<i64> {
        self.texts.text(self.connection, text, day)
    }

    /// Adds the new sessions to the counts of their days.
    fn count(&self) -> rusqlite::Result<()> {
        const FIND: &str =
            "SELECT sessions, first, last, slots FROM day WHERE day = ?1 AND profile = ?2";
        const PUT: &str = "INSERT OR REPLACE INTO day (day, profile, sessions, first, last, slots) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        const SUM: &str = "UPDATE state SET sessions = sessions + ?1";
        self.connection
            .prepare_cached(SUM)?
            .execute([self.written.new])?;
        for ((day, profile), added) in &self.days {
            let mut slots = added.slots.clone();
            let before = self
                .connection
                .prepare_cached(FIND)?
                .query_row(params![day, profile], |row| {
                    // Counts that cannot be read are made anew from the batch; reading the day tells of the damage.
                    let _ = slots.add_packed(row.get_ref(3)?.as_blob()?);
                    Ok((row.get::<_, u64>(0)?, row.get(1)?, row.get(2)?))
                })
                .optional()?;
            let first = added
                .first
                .unwrap_or_else(|| start_of(*day))
                .0
                .cast_signed();
            let last = added.last.0.cast_signed();
            let (sessions, first, last) = match before {
                Some((sessions, known_first, known_last)) => (
                    sessions + added.sessions,
                    first.min(known_first),
                    last.max(known_last),
                ),
                None => (added.sessions, first, last),
            };
            self.connection.prepare_cached(PUT)?.execute(params![
                day,
                profile,
                sessions,
                first,
                last,
                slots.packed()
            ])?;
        }
        Ok(())
    }

    /// Keeps names of hosts, marked with the day of the batch.
    fn name(&self, names: &[HostName], day: i64) -> rusqlite::Result<()> {
        const PUT: &str = "INSERT INTO name (host, name, source, used) VALUES (?1, ?2, ?3, ?4) \
            ON CONFLICT DO UPDATE SET used = max(used, excluded.used)";
        const DROP: &str = "DELETE FROM name WHERE (SELECT count(*) FROM name) > ?1 \
            AND used <= (SELECT min(used) FROM name)";
        if names.is_empty() {
            return Ok(());
        }
        for name in names {
            self.connection.prepare_cached(PUT)?.execute(params![
                name.ip.to_string(),
                &*name.name,
                name.source.name(),
                day,
            ])?;
        }
        self.connection
            .prepare_cached(DROP)?
            .execute([NAMES])
            .map(drop)
    }
}

/// An origin as text; what is a file and what an interface is told by its beginning.
pub(super) fn origin_text(origin: &Origin) -> String {
    match origin {
        Origin::File(path) => format!("file:{path}"),
        Origin::Interface(name) => format!("interface:{name}"),
    }
}
