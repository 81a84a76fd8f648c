//! A batch of sessions on its way into the tables, within one transaction: a session counts only if it was not there before.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Result, params};

use super::dictionary::Dictionary;
use super::slots::{Slots, day_of, start_of};
use super::{detail, greeting, handshake, profile};
use crate::names::HostName;
use crate::session::{Origin, Session};
use crate::time::Timestamp;

/// Names kept; the ones seen longest ago go first.
const NAMES: i64 = 262_144;

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

/// The tables of rows that sessions share.
pub(super) struct Shared {
    profiles: Dictionary,
    handshakes: Dictionary,
    texts: Dictionary,
}

impl Shared {
    pub(super) fn new() -> Self {
        Self {
            profiles: Dictionary::of_rows("profile", profile::COLUMNS, profile::COUNT),
            handshakes: Dictionary::of_rows("handshake", handshake::COLUMNS, handshake::COUNT),
            texts: Dictionary::of_texts(),
        }
    }

    /// Forgets what is remembered of them; the rows stay.
    pub(super) fn forget(&mut self) {
        self.profiles.forget();
        self.handshakes.forget();
        self.texts.forget();
    }
}

/// A batch under way.
pub(super) struct Batch<'a> {
    connection: &'a Connection,
    sensor: &'a str,
    /// Sessions before this day have been removed, and are not taken any more.
    removed_before: i64,
    shared: &'a mut Shared,
    detail: Vec<u8>,
    days: BTreeMap<(i64, i64), Added>,
    written: Written,
}

impl<'a> Batch<'a> {
    /// Nothing yet, of what `sensor` saw.
    pub(super) fn new(
        connection: &'a Connection,
        sensor: &'a str,
        removed_before: i64,
        shared: &'a mut Shared,
    ) -> Self {
        Self {
            connection,
            sensor,
            removed_before,
            shared,
            detail: Vec::new(),
            days: BTreeMap::new(),
            written: Written::default(),
        }
    }

    /// Puts in a session.
    pub(super) fn add(&mut self, session: &Session) -> Result<()> {
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

    fn profile(&mut self, session: &Session, day: i64) -> Result<i64> {
        let columns = profile::columns(session, self.sensor);
        self.shared.profiles.row(self.connection, &columns, day)
    }

    /// Whether the session is new.
    fn insert(&mut self, session: &Session, profile: i64, day: i64) -> Result<bool> {
        const INSERT: &str = "INSERT OR IGNORE INTO session (start, id, profile, handshake, server, origin, \
            client_port, duration, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        let columns = handshake::columns(session, env!("CARGO_PKG_VERSION"));
        let handshake = self.shared.handshakes.row(self.connection, &columns, day)?;
        let server = self.text(&session.server.ip.to_string(), day)?;
        let origin = self.text(&origin_text(&session.origin), day)?;
        let greeting = match session.banner.as_deref().map(greeting::split) {
            Some((head, end)) => Some((self.text(head, day)?, end)),
            None => None,
        };
        self.detail.clear();
        detail::put_parts(&mut self.detail, session, greeting);
        let added = self.connection.prepare_cached(INSERT)?.execute(params![
            session.start.0.cast_signed(),
            session.id.cast_signed(),
            profile,
            handshake,
            server,
            origin,
            session.client.port,
            session.end.0.wrapping_sub(session.start.0).cast_signed(),
            self.detail,
        ])?;
        Ok(added > 0)
    }

    fn text(&mut self, text: &str, day: i64) -> Result<i64> {
        self.shared.texts.text(self.connection, text, day)
    }

    /// Adds the new sessions to the counts of their days, and tells what became of all of them.
    pub(super) fn count(&self) -> Result<Written> {
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
        Ok(self.written)
    }

    /// Keeps names of hosts, marked with the day of the batch.
    pub(super) fn name(&self, names: &[HostName], day: i64) -> Result<()> {
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
