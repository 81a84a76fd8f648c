//! One file of a store, open to write: a batch is a transaction, and on the disk when it is done.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, Result, Transaction, TransactionBehavior};

use super::batch::{Batch, Shared, Written};
use super::error::StoreError;
use super::files::{self, Identity};
use super::keep::{self, Keep};
use super::schema;
use super::slots::day_of;
use crate::names::HostName;
use crate::session::Session;

/// A file that is open to write.
pub(super) struct Recording {
    connection: Connection,
    path: PathBuf,
    identity: Option<Identity>,
    shared: Shared,
    /// What the database says of other programs' writing; when it changes, what is remembered may be gone.
    others: i64,
    /// The newest day there is; when it changes, old ones may go.
    newest: i64,
    /// One day alone takes more than may be kept.
    full: bool,
}

impl Recording {
    /// Opens a file, and makes it if there is none.
    pub(super) fn open(path: &Path, keep: &Keep) -> std::result::Result<Self, StoreError> {
        let connection = schema::open_to_write(path)?;
        connection.set_prepared_statement_cache_capacity(32);
        let mut recording = Self {
            connection,
            path: path.to_owned(),
            identity: files::identity(path),
            shared: Shared::new(),
            others: -1,
            newest: 0,
            full: false,
        };
        let begun = recording.begin(keep);
        begun.map_err(|error| recording.failed(error))?;
        Ok(recording)
    }

    fn begin(&mut self, keep: &Keep) -> Result<()> {
        let newest = "SELECT coalesce(max(day), 0) FROM day";
        self.newest = self.connection.query_row(newest, [], |row| row.get(0))?;
        keep::tidy(&mut self.connection, keep)
    }

    /// The file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it still has its name: someone may have moved it away, or removed it.
    pub(super) fn has_its_name(&self) -> bool {
        files::identity(&self.path) == self.identity
    }

    /// The first day that is young enough to stay, if older ones are known of.
    pub(super) fn first_to_stay(&self, keep: &Keep) -> Option<i64> {
        keep::first_to_stay(&self.connection, keep).ok().flatten()
    }

    /// Bytes of the file.
    pub(super) fn size(&self) -> u64 {
        keep::size(&self.connection).unwrap_or(0)
    }

    /// Writes a batch, whole or not at all, and lets old sessions go. When this returns, it is on the disk.
    pub(super) fn write(
        &mut self,
        sensor: &str,
        sessions: &[Session],
        names: &[HostName],
        keep: &Keep,
    ) -> std::result::Result<Written, StoreError> {
        if self.full {
            self.tidy(None, keep).map_err(|error| self.failed(error))?;
        }
        if self.full {
            return Err(StoreError::Full {
                path: self.path.clone(),
                what: "one day alone takes more than `--keep-size` allows".into(),
            });
        }
        let written = self.transaction(sensor, sessions, names);
        if written.is_err() {
            self.shared.forget();
        }
        let written = written.map_err(|error| self.failed(error))?;
        let newest = sessions.iter().map(|session| day_of(session.start)).max();
        self.tidy(newest, keep)
            .map_err(|error| self.failed(error))?;
        Ok(written)
    }

    /// Writes the log back into the file, so that the folder holds one file at rest.
    pub(super) fn close(self) -> std::result::Result<(), StoreError> {
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

    fn transaction(
        &mut self,
        sensor: &str,
        sessions: &[Session],
        names: &[HostName],
    ) -> Result<Written> {
        // Dropped without a commit it rolls back.
        let transaction =
            Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?;
        let others = transaction.query_row("PRAGMA data_version", [], |row| row.get(0))?;
        if others != self.others {
            self.shared.forget();
            self.others = others;
        }
        let removed_before =
            transaction.query_row("SELECT removed_before FROM state", [], |row| row.get(0))?;
        let mut batch = Batch::new(&transaction, sensor, removed_before, &mut self.shared);
        for session in sessions {
            batch.add(session)?;
        }
        let written = batch.count()?;
        let day = sessions.iter().map(|session| day_of(session.start)).max();
        batch.name(names, day.unwrap_or(self.newest))?;
        transaction.commit()?;
        Ok(written)
    }

    /// Lets old sessions go when a new day begins, or when there is too much.
    fn tidy(&mut self, newest: Option<i64>, keep: &Keep) -> Result<()> {
        let new_day = newest.is_some_and(|day| day > self.newest);
        self.newest = self.newest.max(newest.unwrap_or(0));
        if new_day || self.full || keep::is_too_large(&self.connection, keep)? {
            keep::tidy(&mut self.connection, keep)?;
            self.full = keep::is_full(&self.connection, keep)?;
            self.shared.forget();
        }
        Ok(())
    }
}
