//! What is kept, and what goes: whole days of UTC, the oldest first, by age and by size.
//!
//! No clock of one moment decides what goes. Age counts from the day before the newest that holds sessions, and never
//! from a later one than today: so a clock, or a capture, that jumps ahead for less than a day removes nothing, and one that
//! jumps back neither. Reading old captures into a store removes nothing either, as long as they are of one time.

use rusqlite::{Connection, TransactionBehavior, params};

use super::slots::{day_of, start_of};
use crate::wall_clock;

/// Rows removed in one transaction.
const CHUNK: usize = 20_000;

/// How much history a store holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// Days.
    pub days: u32,
    /// Bytes on disk.
    pub bytes: u64,
}

impl Keep {
    /// Microsoft's own reports go back 90 days.
    pub const DEFAULT: Self = Self {
        days: 90,
        bytes: 10_000_000_000,
    };
}

impl Default for Keep {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Whether the file is larger than it may be.
pub(super) fn is_too_large(connection: &Connection, keep: &Keep) -> rusqlite::Result<bool> {
    Ok(size(connection)? > keep.bytes)
}

/// Bytes of the file.
pub(super) fn size(connection: &Connection) -> rusqlite::Result<u64> {
    let number = |pragma: &str| connection.query_row(pragma, [], |row| row.get::<_, u64>(0));
    Ok(number("PRAGMA page_count")? * number("PRAGMA page_size")?)
}

/// Whether what is held is more than may be, so that nothing more can be taken: one day alone is too large.
pub(super) fn is_full(connection: &Connection, keep: &Keep) -> rusqlite::Result<bool> {
    Ok(held(connection)? > keep.bytes)
}

/// Bytes of the file that hold something.
fn held(connection: &Connection) -> rusqlite::Result<u64> {
    let number = |pragma: &str| connection.query_row(pragma, [], |row| row.get::<_, u64>(0));
    let pages = number("PRAGMA page_count")? - number("PRAGMA freelist_count")?;
    Ok(pages * number("PRAGMA page_size")?)
}

/// Lets go what is too old, then the oldest days while there is too much, and gives the room back.
pub(super) fn tidy(connection: &mut Connection, keep: &Keep) -> rusqlite::Result<()> {
    let mut removed = false;
    if let Some(before) = first_to_stay(connection, keep)? {
        removed |= remove_before(connection, before)?;
    }
    while held(connection)? > keep.bytes {
        let [oldest, next] = oldest(connection)?;
        let (Some(_), Some(next)) = (oldest, next) else {
            break;
        };
        removed |= remove_before(connection, next)?;
    }
    if removed || size(connection)? > keep.bytes {
        give_back(connection)?;
    }
    Ok(())
}

/// The first day that is young enough to stay; `None` where the store does not tell by two days.
pub(super) fn first_to_stay(connection: &Connection, keep: &Keep) -> rusqlite::Result<Option<i64>> {
    let newest = |limit: i64| {
        connection.query_row("SELECT max(day) FROM day WHERE day <= ?1", [limit], |row| {
            row.get::<_, Option<i64>>(0)
        })
    };
    let Some(newest_day) = newest(today())? else {
        return Ok(None);
    };
    let Some(before) = newest(newest_day - 1)? else {
        return Ok(None);
    };
    Ok(Some(before + 1 - i64::from(keep.days)))
}

fn today() -> i64 {
    day_of(wall_clock::now())
}

/// The two oldest days.
fn oldest(connection: &Connection) -> rusqlite::Result<[Option<i64>; 2]> {
    let mut days = [None; 2];
    let mut statement =
        connection.prepare_cached("SELECT DISTINCT day FROM day ORDER BY day LIMIT 2")?;
    let mut rows = statement.query([])?;
    for place in &mut days {
        *place = rows.next()?.map(|row| row.get(0)).transpose()?;
    }
    Ok(days)
}

/// Removes all days before `day`; whether there were any. Times that no clock has, past the year 2262, stand below zero
/// and stay. The counts go first, together with the mark that says so: a reader never sees counts without sessions, and
/// a program that dies here goes on where it was.
fn remove_before(connection: &mut Connection, day: i64) -> rusqlite::Result<bool> {
    let start = start_of(day).0.cast_signed();
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute(
        "UPDATE state SET removed_before = max(removed_before, ?1), \
         sessions = sessions - (SELECT coalesce(sum(sessions), 0) FROM day WHERE day < ?1)",
        [day],
    )?;
    let mut any = transaction.execute("DELETE FROM day WHERE day < ?1", [day])? > 0;
    transaction.commit()?;
    loop {
        let gone = connection.execute(
            "DELETE FROM session WHERE (start, id) IN \
             (SELECT start, id FROM session WHERE start >= 0 AND start < ?1 LIMIT ?2)",
            params![start, CHUNK],
        )?;
        any |= gone > 0;
        if gone < CHUNK {
            break;
        }
    }
    if any {
        forget_before(connection, day)?;
    }
    Ok(any)
}

/// Removes the shared rows that no session needs any more.
fn forget_before(connection: &mut Connection, day: i64) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for table in ["profile", "handshake", "text"] {
        transaction.execute(&format!("DELETE FROM {table} WHERE used < ?1"), [day])?;
    }
    // A name is told once and may be good for years: it stays as long as its host.
    transaction.execute(
        "DELETE FROM name WHERE used < ?1 AND host NOT IN \
         (SELECT client FROM profile UNION SELECT server FROM profile WHERE server IS NOT NULL)",
        [day],
    )?;
    transaction.commit()
}

/// Gives free pages back to the file system, and shortens the log.
fn give_back(connection: &Connection) -> rusqlite::Result<()> {
    for statement in [
        "PRAGMA incremental_vacuum",
        "PRAGMA wal_checkpoint(TRUNCATE)",
    ] {
        let mut statement = connection.prepare(statement)?;
        let mut rows = statement.query([])?;
        while rows.next()?.is_some() {}
    }
    Ok(())
}
