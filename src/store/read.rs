//! Reads a file of a store: counts by day, profiles, names. What is damaged is noted and passed over; all else is read.
//!
//! One transaction from open to end, so a report is of one moment while others write.

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, Row};

use super::column::{address, word};
use super::counts::{Count, Counts};
use super::damage::{Damage, DamageLog, Result};
use super::error::StoreError;
use super::profile::{self, Profile};
use super::sessions::Shared;
use super::slots::{day_of, start_of};
use super::{files, schema};
use crate::names::HostName;
use crate::time::Timestamp;

/// Days looked through one by one where the list of days cannot be read.
const SEARCHED: i64 = 36_525;

/// What a store holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreExtent {
    /// Bytes on disk, the log too.
    pub bytes: u64,
    /// Sessions.
    pub sessions: u64,
    /// Start of the first.
    pub first: Option<Timestamp>,
    /// End of the last.
    pub last: Option<Timestamp>,
}

/// A file of a store that is open to read.
pub struct Reader {
    pub(super) connection: Connection,
    path: PathBuf,
    /// Nothing before this is read: it is being removed.
    pub(super) floor: Timestamp,
    pub(super) damage: DamageLog,
    pub(super) shared: Shared,
}

impl Reader {
    /// Opens one file of a store, see [`files::all`].
    pub fn open(file: &Path) -> std::result::Result<Self, StoreError> {
        let (connection, caution) = schema::open_to_read(file)?;
        let failed = |error| StoreError::of(file, error);
        connection.execute_batch("BEGIN").map_err(failed)?;
        let removed = "SELECT removed_before FROM state";
        let removed_before = connection.query_row(removed, [], |row| row.get(0));
        let mut reader = Self {
            connection,
            path: file.to_owned(),
            floor: Timestamp(0),
            damage: DamageLog::default(),
            shared: Shared::default(),
        };
        reader.damage.caution(caution);
        match removed_before {
            Ok(day) => reader.floor = start_of(day),
            Err(error) => reader.note(&error.into()),
        }
        Ok(reader)
    }

    /// What it holds.
    pub fn extent(&mut self) -> StoreExtent {
        let mut extent = StoreExtent {
            bytes: files::bytes(&self.path),
            ..StoreExtent::default()
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
        extent.sessions = sessions.unwrap_or(0);
        extent.first = first.map(Timestamp);
        extent.last = last.map(Timestamp);
        extent
    }

    /// What was found wrong so far, one message each.
    pub fn damage(&self) -> Vec<String> {
        self.damage.messages()
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
}

/// The date of a time, of UTC.
fn date(time: Timestamp) -> String {
    time.to_string().chars().take(10).collect()
}
