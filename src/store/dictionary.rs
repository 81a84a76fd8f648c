//! Rows that many sessions share, found or made once, and marked with the last day that needs them.
//!
//! What was found is remembered, within a bound, and forgotten whenever another program has written or a transaction was
//! rolled back: a row may then be gone.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Result, ToSql, params};
use sha2::{Digest, Sha256};

use super::column::Column;

/// Rows remembered of one table.
const REMEMBERED: usize = 65_536;

/// A row that was found: its number, and the last day for which it is marked.
#[derive(Clone, Copy)]
struct Known {
    id: i64,
    used: i64,
}

/// One table of shared rows.
pub(super) struct Dictionary {
    find: String,
    make: String,
    mark: String,
    known: HashMap<Vec<u8>, Known>,
    /// The key of the row that is looked for, kept to save allocations.
    key: Vec<u8>,
}

impl Dictionary {
    /// A table with `columns`, whose equal rows are found by a hash.
    pub(super) fn of_rows(table: &str, columns: &str, count: usize) -> Self {
        let values: Vec<_> = (0..count).map(|at| format!("?{}", at + 3)).collect();
        Self {
            find: format!("SELECT id, used FROM {table} WHERE key = ?1"),
            make: format!(
                "INSERT INTO {table} (used, key, {columns}) VALUES (?1, ?2, {})",
                values.join(", ")
            ),
            mark: format!("UPDATE {table} SET used = ?1 WHERE id = ?2"),
            known: HashMap::new(),
            key: Vec::new(),
        }
    }

    /// The table of texts.
    pub(super) fn of_texts() -> Self {
        Self {
            find: "SELECT id, used FROM text WHERE text = ?1".into(),
            make: "INSERT INTO text (used, text) VALUES (?1, ?2)".into(),
            mark: "UPDATE text SET used = ?1 WHERE id = ?2".into(),
            known: HashMap::new(),
            key: Vec::new(),
        }
    }

    /// Forgets what was found; the rows stay.
    pub(super) fn forget(&mut self) {
        self.known.clear();
    }

    /// The number of the row with these values, needed on `day`.
    pub(super) fn row(
        &mut self,
        connection: &Connection,
        columns: &[Column<'_>],
        day: i64,
    ) -> Result<i64> {
        self.key.clear();
        for column in columns {
            column.put(&mut self.key);
        }
        if let Some(id) = self.remembered(connection, day)? {
            return Ok(id);
        }
        let hash = Sha256::digest(&self.key);
        let key = hash.get(..16).unwrap_or_default().to_vec();
        let make = |connection: &Connection, make: &str| {
            let mut values: Vec<&dyn ToSql> = vec![&day, &key];
            values.extend(columns.iter().map(|column| column as &dyn ToSql));
            connection.prepare_cached(make)?.insert(&*values)
        };
        self.find_or_make(connection, &key, day, make)
    }

    /// The number of a text, needed on `day`.
    pub(super) fn text(&mut self, connection: &Connection, text: &str, day: i64) -> Result<i64> {
        self.key.clear();
        self.key.extend_from_slice(text.as_bytes());
        if let Some(id) = self.remembered(connection, day)? {
            return Ok(id);
        }
        let make = |connection: &Connection, make: &str| {
            connection.prepare_cached(make)?.insert(params![day, text])
        };
        self.find_or_make(connection, &text, day, make)
    }

    fn remembered(&mut self, connection: &Connection, day: i64) -> Result<Option<i64>> {
        let Some(known) = self.known.get_mut(&self.key) else {
            return Ok(None);
        };
        if day > known.used {
            mark(connection, &self.mark, known.id, day)?;
            known.used = day;
        }
        Ok(Some(known.id))
    }

    fn find_or_make(
        &mut self,
        connection: &Connection,
        key: &dyn ToSql,
        day: i64,
        make: impl Fn(&Connection, &str) -> Result<i64>,
    ) -> Result<i64> {
        let found = connection
            .prepare_cached(&self.find)?
            .query_row([key], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let known = match found {
            Some((id, used)) => {
                if day > used {
                    mark(connection, &self.mark, id, day)?;
                }
                let used = day.max(used);
                Known { id, used }
            }
            None => Known {
                id: make(connection, &self.make)?,
                used: day,
            },
        };
        if self.known.len() >= REMEMBERED {
            self.known.clear();
        }
        self.known.insert(self.key.clone(), known);
        Ok(known.id)
    }
}

fn mark(connection: &Connection, statement: &str, id: i64, day: i64) -> Result<()> {
    connection
        .prepare_cached(statement)?
        .execute(params![day, id])
        .map(drop)
}
