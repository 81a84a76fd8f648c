//! Reads a store: counts by day, spans, whole sessions, names. What is damaged is noted and passed over; all else is read.
//!
//! One transaction from open to end, so a report is of one moment while others write.

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row};

use super::column::{address, word};
use super::damage::{Damage, Result};
use super::error::StoreError;
use super::handshake::Handshake;
use super::profile::{self, Profile};
use super::slots::{DAY, SLOTS, day_of, slot_of, slot_start, start_of};
use super::{detail, handshake, schema, slots};
use crate::names::HostName;
use crate::session::{Origin, Session};
use crate::time::Timestamp;

/// Different things found wrong that are told; the rest are counted.
const TOLD: usize = 20;

/// Shared rows held; beyond, they are read again.
const HELD: usize = 262_144;

/// Days looked through one by one where the list of days cannot be read.
const SEARCHED: i64 = 36_525;

/// A span of time, both ends in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// Its first nanosecond.
    pub first: Timestamp,
    /// Its last.
    pub last: Timestamp,
}

impl Range {
    /// All of time.
    pub const ALL: Self = Self {
        first: Timestamp(0),
        last: Timestamp(u64::MAX),
    };

    /// A day of UTC.
    pub fn of_day(day: i64) -> Self {
        let first = start_of(day);
        Self {
            first,
            last: first.plus(DAY - 1),
        }
    }

    /// The quarters of an hour of a day of UTC.
    pub fn quarters_of(day: i64) -> impl Iterator<Item = Self> {
        let length = DAY / SLOTS as u64;
        (0..SLOTS).map(move |slot| {
            let first = slot_start(day, slot);
            let last = first.plus(length - 1);
            Self { first, last }
        })
    }

    /// What both hold.
    pub fn and(self, other: Self) -> Option<Self> {
        let first = self.first.max(other.first);
        let last = self.last.min(other.last);
        (first <= last).then_some(Self { first, last })
    }

    /// Whether all of `other` is in it.
    pub fn holds(self, other: Self) -> bool {
        self.first <= other.first && other.last <= self.last
    }

    /// As the database orders times: what its numbers cannot hold stands below zero.
    fn signed(self) -> Vec<(i64, i64)> {
        const LARGEST: u64 = i64::MAX.cast_unsigned();
        let whole = |first: u64, last: u64| (first.cast_signed(), last.cast_signed());
        let (first, last) = (self.first.0, self.last.0);
        if last <= LARGEST || first > LARGEST {
            return vec![whole(first, last)];
        }
        vec![whole(first, LARGEST), whole(LARGEST + 1, last)]
    }
}

/// What a store holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Bytes on disk, the log too.
    pub bytes: u64,
    /// Sessions.
    pub sessions: u64,
    /// Start of the first.
    pub first: Option<Timestamp>,
    /// End of the last.
    pub last: Option<Timestamp>,
}

/// Sessions of one profile and day, counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Number of the profile.
    pub profile: i64,
    /// Sessions.
    pub sessions: u64,
    /// Start of the first.
    pub first: Timestamp,
    /// End of the last.
    pub last: Timestamp,
    /// Where its quarters stand in [`Counts::slots`].
    from: usize,
    to: usize,
}

/// The counts of a day.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// One a profile.
    pub rows: Vec<Count>,
    slots: Vec<u8>,
}

impl Counts {
    /// How many sessions began in each quarter of an hour that has any.
    pub fn quarters(
        &self,
        count: &Count,
    ) -> impl Iterator<Item = std::result::Result<(usize, u64), Damage>> + '_ {
        slots::read(self.slots.get(count.from..count.to).unwrap_or_default())
    }
}

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

/// A store that is open to read.
pub struct Reader {
    connection: Connection,
    path: PathBuf,
    /// Nothing before this is read: it is being removed.
    floor: Timestamp,
    damage: DamageLog,
    shared: Shared,
}

impl Reader {
    /// Opens the store in `folder`.
    pub fn open(folder: &Path) -> std::result::Result<Self, StoreError> {
        let (connection, caution) = schema::open_to_read(folder)?;
        let failed = |error| StoreError::of(folder, error);
        connection.execute_batch("BEGIN").map_err(failed)?;
        let removed = "SELECT removed_before FROM state";
        let removed_before = connection.query_row(removed, [], |row| row.get(0));
        let mut reader = Self {
            connection,
            path: folder.to_owned(),
            floor: Timestamp(0),
            damage: DamageLog::default(),
            shared: Shared::default(),
        };
        reader.damage.told.extend(caution);
        match removed_before {
            Ok(day) => reader.floor = start_of(day),
            Err(error) => reader.note(&error.into()),
        }
        Ok(reader)
    }

    /// What it holds.
    pub fn facts(&mut self) -> Facts {
        let mut facts = Facts {
            bytes: bytes(&self.path),
            ..Facts::default()
        };
        let time = |row: &Row<'_>| Ok(row.get::<_, Option<i64>>(0)?.map(i64::cast_unsigned));
        let asked = [
            "SELECT sessions FROM state",
            "SELECT min(first) FROM day WHERE day = (SELECT min(day) FROM day)",
            "SELECT max(last) FROM day WHERE day = (SELECT max(day) FROM day)",
        ]
        .map(|question| self.connection.query_row(question, [], time));
        let [sessions, first, last] = asked.map(|answer| match answer {
            Ok(answer) => answer,
            Err(error) => {
                self.note(&error.into());
                None
            }
        });
        facts.sessions = sessions.unwrap_or(0);
        facts.first = first.map(Timestamp);
        facts.last = last.map(Timestamp);
        facts
    }

    /// What was found wrong so far, one message each.
    pub fn damage(&self) -> Vec<String> {
        let mut damage = self.damage.told.clone();
        if self.damage.more > 0 {
            damage.push(format!("and {} more", self.damage.more));
        }
        damage
    }

    /// Takes note of something wrong in what was read.
    pub fn note(&mut self, damage: &Damage) {
        self.damage.note("", damage);
    }

    /// The days of UTC with sessions, counted from 1970-01-01, oldest first.
    pub fn days(&mut self) -> Vec<i64> {
        let mut days = Vec::new();
        let mut last = -1;
        loop {
            let next = "SELECT min(day) FROM day WHERE day > ?1";
            let next = self
                .connection
                .prepare_cached(next)
                .and_then(|mut next| next.query_row([last], |row| row.get::<_, Option<i64>>(0)));
            match next {
                Ok(Some(day)) => {
                    days.push(day);
                    last = day;
                }
                Ok(None) => return days,
                Err(error) => {
                    self.damage.note("the list of days: ", &error.into());
                    return self.searched_days();
                }
            }
        }
    }

    /// Days found by asking for the sessions of each.
    fn searched_days(&mut self) -> Vec<i64> {
        let ask = "SELECT start FROM session WHERE start >= ?1 ORDER BY start LIMIT 1";
        let end = |order: &str| {
            let ask = format!(
                "SELECT start FROM session WHERE start >= 0 ORDER BY start {order} LIMIT 1"
            );
            let start = self
                .connection
                .query_row(&ask, [], |row| row.get::<_, i64>(0));
            start.map(|start| day_of(Timestamp(start.cast_unsigned())))
        };
        let first = end("").unwrap_or(0);
        let last = end("DESC")
            .unwrap_or(first + SEARCHED)
            .min(first + SEARCHED);
        let mut days = Vec::new();
        let mut day = first;
        while day <= last {
            let start = start_of(day).0.cast_signed();
            let found = self
                .connection
                .query_row(ask, [start], |row| row.get::<_, i64>(0));
            // Where the answer cannot be read there may be something.
            let next = found.map_or(day, |start| day_of(Timestamp(start.cast_unsigned())));
            days.push(next);
            day = next + 1;
        }
        days
    }

    /// The counts of a day; `None` if they cannot be read.
    pub fn counts(&mut self, day: i64) -> Option<Counts> {
        match self.try_counts(day) {
            Ok(counts) => Some(counts),
            Err(damage) => {
                let place = format!("the counts of {}: ", date(start_of(day)));
                self.damage.note(&place, &damage);
                None
            }
        }
    }

    fn try_counts(&self, day: i64) -> Result<Counts> {
        let ask = "SELECT profile, sessions, first, last, slots FROM day WHERE day = ?1";
        let mut statement = self.connection.prepare_cached(ask)?;
        let mut rows = statement.query([day])?;
        let mut counts = Counts::default();
        while let Some(row) = rows.next()? {
            let packed = row.get_ref(4)?.as_blob().map_err(|_| Damage::Range)?;
            let from = counts.slots.len();
            counts.slots.extend_from_slice(packed);
            counts.rows.push(Count {
                profile: row.get(0)?,
                sessions: row.get(1)?,
                first: Timestamp(row.get::<_, i64>(2)?.cast_unsigned()),
                last: Timestamp(row.get::<_, i64>(3)?.cast_unsigned()),
                from,
                to: counts.slots.len(),
            });
        }
        Ok(counts)
    }

    /// The profiles with sessions on days before `day`.
    pub fn profiles_before(&mut self, day: i64) -> Vec<i64> {
        let ask = "SELECT DISTINCT profile FROM day WHERE day < ?1";
        let found = self.connection.prepare_cached(ask).and_then(|mut ask| {
            let found = ask.query_map([day], |row| row.get(0))?;
            found.collect()
        });
        found.unwrap_or_else(|error| {
            self.damage.note("earlier days: ", &error.into());
            Vec::new()
        })
    }

    /// All profiles by number.
    pub fn profiles(&mut self) -> HashMap<i64, Profile> {
        let mut profiles = HashMap::new();
        let mut after = i64::MIN;
        let mut wrong = Vec::new();
        // A page that cannot be read ends the reading of a table; what comes behind is found from its other end.
        for order in ["", "DESC"] {
            let ended = self.read_profiles(order, &mut profiles, &mut after, &mut wrong);
            for damage in wrong.drain(..) {
                self.damage.note("profiles: ", &damage);
            }
            match ended {
                Ok(()) => break,
                Err(damage) => self.damage.note("profiles: ", &damage),
            }
        }
        profiles
    }

    fn read_profiles(
        &self,
        order: &str,
        profiles: &mut HashMap<i64, Profile>,
        after: &mut i64,
        wrong: &mut Vec<Damage>,
    ) -> Result<()> {
        let columns = profile::COLUMNS;
        let ask = format!("SELECT id, {columns} FROM profile WHERE id > ?1 ORDER BY id {order}");
        let mut statement = self.connection.prepare(&ask)?;
        let mut rows = statement.query([*after])?;
        while let Some(row) = rows.next()? {
            let id = row.get(0)?;
            match profile::read(row, 1) {
                Ok(profile) => drop(profiles.insert(id, profile)),
                Err(damage) => wrong.push(damage),
            }
            if order.is_empty() {
                *after = id;
            }
        }
        Ok(())
    }

    /// The names of hosts.
    pub fn names(&mut self) -> Vec<HostName> {
        let mut names = Vec::new();
        if let Err(damage) = self.read_names(&mut names) {
            self.damage.note("names: ", &damage);
        }
        names
    }

    fn read_names(&self, names: &mut Vec<HostName>) -> Result<()> {
        let mut statement = self
            .connection
            .prepare("SELECT host, name, source FROM name")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let text = |at: usize| {
                let value = row.get_ref(at)?;
                value.as_str().map_err(|_| Damage::Range)
            };
            let ip: IpAddr = address(text(0)?)?;
            names.push(HostName::new(ip, text(1)?, word(text(2)?)?));
        }
        Ok(())
    }

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

/// What was found wrong.
#[derive(Default)]
struct DamageLog {
    told: Vec<String>,
    more: u64,
}

impl DamageLog {
    fn note(&mut self, place: &str, damage: &Damage) {
        let message = format!("{place}{damage}");
        if self.told.contains(&message) {
            return;
        }
        if self.told.len() < TOLD {
            self.told.push(message);
        } else {
            self.more += 1;
        }
    }
}

/// Shared rows that were read.
#[derive(Default)]
struct Shared {
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

/// What [`super::write::origin_text`] wrote.
fn origin(text: &str) -> Result<Origin> {
    match text.split_once(':') {
        Some(("file", path)) => Ok(Origin::File(path.to_owned())),
        Some(("interface", name)) => Ok(Origin::Interface(name.to_owned())),
        _ => Err(Damage::Range),
    }
}

/// Bytes of the file and its log.
fn bytes(folder: &Path) -> u64 {
    let file = schema::file(folder);
    let mut log = file.clone().into_os_string();
    log.push("-wal");
    let length = |path: &Path| std::fs::metadata(path).map_or(0, |found| found.len());
    length(&file) + length(Path::new(&log))
}

/// The date of a time, of UTC.
fn date(time: Timestamp) -> String {
    time.to_string().chars().take(10).collect()
}
