//! Writes a store, whatever becomes of its files: a damaged one stays where it is and another is begun beside it, one
//! that was moved away is begun anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::batch::Written;
use super::error::StoreError;
use super::files;
use super::keep::Keep;
use super::recording::Recording;
use super::slots::day_of;
use crate::names::HostName;
use crate::session::Session;
use crate::time::Timestamp;

/// A store that is open to write.
pub struct Writer {
    folder: PathBuf,
    sensor: String,
    keep: Keep,
    /// The file that is written; none where it could not be opened again.
    recording: Option<Recording>,
    /// Damaged files that came before it, oldest first.
    older: Vec<PathBuf>,
    told: Vec<String>,
}

impl Writer {
    /// Opens the store in `folder`, and makes it if there is none; `sensor` is who sees the sessions.
    pub fn open(folder: &Path, sensor: &str, keep: Keep) -> Result<Self, StoreError> {
        let mut writer = Self {
            folder: folder.to_owned(),
            sensor: sensor.to_owned(),
            keep,
            recording: None,
            older: Vec::new(),
            told: Vec::new(),
        };
        writer.open_newest()?;
        writer.remove_older();
        Ok(writer)
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// What happened to its files since this was last asked, a sentence each.
    pub fn told(&mut self) -> Vec<String> {
        std::mem::take(&mut self.told)
    }

    /// Writes a batch, whole or not at all. When this returns, it is on the disk.
    pub fn write(
        &mut self,
        sessions: &[Session],
        names: &[HostName],
    ) -> Result<Written, StoreError> {
        self.leave_what_is_left();
        let written = match self.try_write(sessions, names) {
            Err(StoreError::Damaged { path, what }) => {
                self.recording = None;
                let next = self.next(&path, &what)?;
                self.open_file(next)?;
                self.try_write(sessions, names)
            }
            written => written,
        }?;
        self.remove_older();
        Ok(written)
    }

    /// Writes the log back into the file, so that the folder holds no log at rest.
    pub fn close(self) -> Result<(), StoreError> {
        self.recording.map_or(Ok(()), Recording::close)
    }

    /// Lets the file have no more pages than this, as a full disk would.
    #[cfg(test)]
    pub(super) fn limit_pages(&self, pages: u32) {
        self.recording.as_ref().unwrap().limit_pages(pages);
    }

    fn try_write(
        &mut self,
        sessions: &[Session],
        names: &[HostName],
    ) -> Result<Written, StoreError> {
        if self.recording.is_none() {
            self.open_newest()?;
        }
        match &mut self.recording {
            Some(recording) => recording.write(&self.sensor, sessions, names, &self.keep),
            None => Err(StoreError::Absent(self.folder.clone())),
        }
    }

    fn open_newest(&mut self) -> Result<(), StoreError> {
        files::make_folder(&self.folder).map_err(|source| StoreError::Create {
            path: self.folder.clone(),
            source,
        })?;
        self.open_file(files::newest(&self.folder))
    }

    /// Opens a file, or as many after it as it takes to find one that is whole.
    fn open_file(&mut self, mut file: PathBuf) -> Result<(), StoreError> {
        let recording = loop {
            match Recording::open(&file, &self.keep) {
                Err(StoreError::Damaged { path, what }) => file = self.next(&path, &what)?,
                opened => break opened?,
            }
        };
        self.older = files::all(&self.folder);
        self.older.retain(|older| older != recording.path());
        self.recording = Some(recording);
        Ok(())
    }

    /// The file after a damaged one: another writer may have begun it.
    fn next(&mut self, damaged: &Path, what: &str) -> Result<PathBuf, StoreError> {
        let all = files::all(&self.folder);
        if let Some(newest) = all.last().filter(|newest| *newest != damaged) {
            return Ok(newest.clone());
        }
        if all.len() >= files::MOST {
            return Err(StoreError::Worn {
                path: self.folder.clone(),
                what: what.to_owned(),
            });
        }
        let next = files::after(&self.folder, damaged);
        self.told.push(format!(
            "the store's file `{}` is damaged ({what}): it stays where it is, `tlstally report` shows what of it can be read, and sessions go \
             to `{}` from now on",
            damaged.display(),
            next.display()
        ));
        Ok(next)
    }

    /// Closes a file that was moved away or removed, and one that another writer has left for the next.
    fn leave_what_is_left(&mut self) {
        let Some(recording) = &self.recording else {
            return;
        };
        let has_its_name = recording.has_its_name();
        let is_left = files::after(&self.folder, recording.path()).exists();
        if has_its_name && !is_left {
            return;
        }
        if !has_its_name {
            self.told.push(format!(
                "the store's file `{}` was moved away or removed: it is begun anew",
                recording.path().display()
            ));
        }
        self.recording = None;
    }

    /// Removes damaged files that are older, or take more room, than may be kept; the oldest first.
    fn remove_older(&mut self) {
        let Some(recording) = self.recording.as_ref().filter(|_| !self.older.is_empty()) else {
            return;
        };
        let first_to_stay = recording.first_to_stay(&self.keep);
        let size = recording.size();
        while let Some(file) = self.older.first() {
            let bytes: u64 = self.older.iter().map(|older| files::bytes(older)).sum();
            let is_too_old = first_to_stay.is_some_and(|first| last_written(file) < first);
            if !is_too_old && size + bytes <= self.keep.bytes {
                break;
            }
            let file = self.older.remove(0);
            let limit = if is_too_old { "--keep" } else { "--keep-size" };
            self.told.push(match files::remove(&file) {
                Ok(()) => format!(
                    "the store's damaged file `{}` was removed, by `{limit}`",
                    file.display()
                ),
                Err(error) => format!(
                    "the store's damaged file `{}` cannot be removed: {error}",
                    file.display()
                ),
            });
        }
    }
}

/// The day on which a file was last written; of one that is damaged nothing else may be known.
fn last_written(file: &Path) -> i64 {
    let modified = fs::metadata(file).and_then(|found| found.modified());
    let since = modified
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let nanoseconds = since.map_or(0, |since| {
        u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
    });
    day_of(Timestamp(nanoseconds))
}
