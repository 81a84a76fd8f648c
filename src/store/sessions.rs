//! Reads sessions one by one: when they were, or whole. What is damaged is noted and passed over, also pages that cannot be read.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row};

use super::column::address;
use super::damage::{Damage, Result};
use super::detail;
use super::handshake::{self, Handshake};
use super::profile::Profile;
use super::range::Range;
use super::read::Reader;
use super::slots::{day_of, slot_of, slot_start};
use crate::session::{Origin, Session};
use crate::time::Timestamp;

/// Shared rows held; beyond, they are read again.
const HELD: usize = 262_144;

/// When a session was, and of which profile it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Its first packet.
    pub start: Timestamp,
    /// Its identity.
    pub id: u64,
    /// Its last packet.
    pub end: Timestamp,
    /// Number of the profile.
    pub profile: i64,
}

/// A session as it was stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// The session; of its certificate only what records show.
    pub session: Session,
    /// Who saw it.
    pub sensor: Arc<str>,
    /// The version of the program that recorded it.
    pub program: Arc<str>,
}

impl Reader {
    /// When the sessions that began in `range` were, in order of start and identity.
    pub fn spans(&mut self, range: Range, mut each: impl FnMut(Span)) {
        let ask = "SELECT start, id, duration, profile FROM session WHERE start BETWEEN ?1 AND ?2 ORDER BY start, id";
        self.each_row(ask, range, |_, _, row| {
            each(span(row)?);
            Ok(())
        });
    }

    /// The sessions that began in `range` and whose profile is `wanted`, in order of start and identity.
    pub fn sessions(
        &mut self,
        range: Range,
        profiles: &HashMap<i64, Profile>,
        wanted: impl Fn(&Profile) -> bool,
        mut each: impl FnMut(Stored),
    ) {
        let ask = "SELECT start, id, duration, profile, handshake, server, origin, client_port, detail \
            FROM session WHERE start BETWEEN ?1 AND ?2 ORDER BY start, id";
        self.each_row(ask, range, |connection, shared, row| {
            let id = row.get(3)?;
            let table = "profile";
            let profile = profiles.get(&id).ok_or(Damage::Missing { table, id })?;
            if wanted(profile) {
                each(shared.stored(connection, row, profile)?);
            }
            Ok(())
        });
    }

    /// Calls `each` for the rows of `range`; goes on behind what cannot be read.
    fn each_row(
        &mut self,
        ask: &str,
        range: Range,
        mut each: impl FnMut(&Connection, &mut Shared, &Row<'_>) -> Result<()>,
    ) {
        let floor = Range {
            first: self.floor,
            last: Timestamp(u64::MAX),
        };
        let mut left = range.and(floor);
        while let Some(range) = left {
            let mut reached = range.first;
            let (connection, shared, damage) =
                (&self.connection, &mut self.shared, &mut self.damage);
            let ended = rows(connection, ask, range, &mut reached, |row| {
                if let Err(wrong) = each(connection, shared, row) {
                    damage.note("a session: ", &wrong);
                }
            });
            left = None;
            if let Err(wrong) = ended {
                self.damage
                    .note(&format!("sessions from {reached} on: "), &wrong);
                left = behind(reached).and_then(|behind| behind.and(range));
            }
        }
    }
}

/// Calls `each` for the rows of `range`, and says how far it came.
fn rows(
    connection: &Connection,
    ask: &str,
    range: Range,
    reached: &mut Timestamp,
    mut each: impl FnMut(&Row<'_>),
) -> Result<()> {
    let mut statement = connection.prepare_cached(ask)?;
    for (first, last) in range.signed() {
        let mut rows = statement.query([first, last])?;
        while let Some(row) = rows.next()? {
            *reached = Timestamp(row.get::<_, i64>(0)?.cast_unsigned());
            each(row);
        }
    }
    Ok(())
}

/// From the next quarter of an hour on.
fn behind(time: Timestamp) -> Option<Range> {
    let first = slot_start(day_of(time), slot_of(time) + 1);
    (first > time).then_some(Range {
        first,
        last: Timestamp(u64::MAX),
    })
}

/// Columns: start, id, duration, profile.
fn span(row: &Row<'_>) -> Result<Span> {
    let start = row.get::<_, i64>(0)?.cast_unsigned();
    let duration = row.get::<_, i64>(2)?.cast_unsigned();
    Ok(Span {
        start: Timestamp(start),
        id: row.get::<_, i64>(1)?.cast_unsigned(),
        end: Timestamp(start.wrapping_add(duration)),
        profile: row.get(3)?,
    })
}

/// Shared rows that were read.
#[derive(Default)]
pub(super) struct Shared {
    texts: HashMap<i64, Arc<str>>,
    handshakes: HashMap<i64, Arc<Handshake>>,
}

impl Shared {
    /// Columns: start, id, duration, profile, handshake, server, origin, client_port, detail.
    fn stored(
        &mut self,
        connection: &Connection,
        row: &Row<'_>,
        profile: &Profile,
    ) -> Result<Stored> {
        let Span { start, id, end, .. } = span(row)?;
        let mut session = profile.like.clone();
        session.id = id;
        session.start = start;
        session.end = end;
        let handshake = self.handshake(connection, row.get(4)?)?;
        handshake.complete(&mut session);
        session.server.ip = address(&self.text(connection, row.get(5)?)?)?;
        session.origin = Arc::new(origin(&self.text(connection, row.get(6)?)?)?);
        session.client.port = row.get(7)?;
        let packed = row.get_ref(8)?.as_blob().map_err(|_| Damage::Range)?;
        let detail = detail::read(packed, start)?;
        session.latency = detail.latency;
        session.gaps = detail.gaps;
        session.exchange = detail.exchange;
        if let Some((head, end)) = detail.greeting {
            let head = self.text(connection, head)?;
            session.banner = Some(format!("{head}{end}").into());
        }
        Ok(Stored {
            session,
            sensor: Arc::clone(&profile.sensor),
            program: Arc::clone(&handshake.program),
        })
    }

    fn text(&mut self, connection: &Connection, id: i64) -> Result<Arc<str>> {
        if let Some(text) = self.texts.get(&id) {
            return Ok(Arc::clone(text));
        }
        let text = connection
            .prepare_cached("SELECT text FROM text WHERE id = ?1")?
            .query_row([id], |row| row.get::<_, String>(0))
            .optional()?;
        let table = "text";
        let text: Arc<str> = text.ok_or(Damage::Missing { table, id })?.into();
        if self.texts.len() >= HELD {
            self.texts.clear();
        }
        self.texts.insert(id, Arc::clone(&text));
        Ok(text)
    }

    fn handshake(&mut self, connection: &Connection, id: i64) -> Result<Arc<Handshake>> {
        if let Some(handshake) = self.handshakes.get(&id) {
            return Ok(Arc::clone(handshake));
        }
        let columns = handshake::COLUMNS;
        let ask = format!("SELECT {columns} FROM handshake WHERE id = ?1");
        let mut statement = connection.prepare_cached(&ask)?;
        let mut rows = statement.query([id])?;
        let table = "handshake";
        let row = rows.next()?.ok_or(Damage::Missing { table, id })?;
        let handshake = Arc::new(Handshake::read(row, 0)?);
        if self.handshakes.len() >= HELD {
            self.handshakes.clear();
        }
        self.handshakes.insert(id, Arc::clone(&handshake));
        Ok(handshake)
    }
}

/// What [`super::batch::origin_text`] wrote.
fn origin(text: &str) -> Result<Origin> {
    match text.split_once(':') {
        Some(("file", path)) => Ok(Origin::File(path.to_owned())),
        Some(("interface", name)) => Ok(Origin::Interface(name.to_owned())),
        _ => Err(Damage::Range),
    }
}
