//! What can go wrong with a store as a whole: which one, what, and what to do.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use thiserror::Error;

use super::schema::SCHEMA;

/// A store cannot be used.
#[derive(Debug, Error)]
pub enum StoreError {
    /// An address that is no folder.
    #[error(
        "`{0}` is not a folder: a store is a folder on this machine (`DIR` or `file:DIR`); other addresses are not supported"
    )]
    NotAFolder(String),
    /// There is no store there.
    #[error("`{}` holds no store: `tlstally read --store {}` makes one", .0.display(), .0.display())]
    Absent(PathBuf),
    /// There may be one, and this user may not look.
    #[error("the store `{}` cannot be read", .path.display())]
    Closed {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The folder or its file cannot be made.
    #[error("the store `{}` cannot be made", .path.display())]
    Create {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is not one of ours.
    #[error("`{}` is not a store of tlstally: name another folder", .0.display())]
    Foreign(PathBuf),
    /// A later version wrote it.
    #[error(
        "the store `{}` has form {found}, and this version knows forms up to {SCHEMA}: use the version of tlstally that wrote it, or a later one",
        .path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The number of its form.
        found: i64,
    },
    /// A file of it is broken.
    #[error("the store `{}` is damaged ({what})", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What the database says.
        what: String,
    },
    /// One file after the other broke.
    #[error(
        "the store `{}` holds too many damaged files, the last one too ({what}): see whether the disk and the memory of this machine are \
         sound, and move the folder away to begin a new one",
        .path.display()
    )]
    Worn {
        /// The folder.
        path: PathBuf,
        /// What the database says of the last one.
        what: String,
    },
    /// There is no room.
    #[error("the store `{}` has no room: {what}", .path.display())]
    Full {
        /// The file.
        path: PathBuf,
        /// What is full.
        what: String,
    },
    /// It may not be written.
    #[error("the store `{}` cannot be written: {what}", .path.display())]
    ReadOnly {
        /// The file.
        path: PathBuf,
        /// What the database says.
        what: String,
    },
    /// Another program holds it.
    #[error("the store `{}` is in use by another program for too long: {what}", .path.display())]
    Busy {
        /// The file.
        path: PathBuf,
        /// What the database says.
        what: String,
    },
    /// Anything else.
    #[error("the store `{}` failed", .path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// The thread that writes could not be started, or is gone.
    #[error("the thread that writes the store `{}` is gone", .0.display())]
    Thread(PathBuf),
}

impl StoreError {
    /// Why nothing of a store is found in `folder`.
    pub fn of_nothing(folder: &Path) -> Self {
        let path = folder.to_owned();
        match fs::read_dir(folder) {
            Err(source) if source.kind() == io::ErrorKind::NotADirectory => {
                Self::NotAFolder(folder.display().to_string())
            }
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Self::Closed { path, source }
            }
            _ => Self::Absent(path),
        }
    }

    /// What `error` means for the file of a store at `path`.
    pub(super) fn of(path: &Path, error: rusqlite::Error) -> Self {
        let path = path.to_owned();
        let what = error.to_string();
        if is_damage(&error) {
            return Self::Damaged { path, what };
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full { path, what },
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                Self::ReadOnly { path, what }
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy { path, what },
            _ => Self::Database {
                path,
                source: error,
            },
        }
    }
}

/// Whether the file is not what was written: found by the database itself, or because tables and values are not those that
/// every store has.
fn is_damage(error: &rusqlite::Error) -> bool {
    match error {
        rusqlite::Error::SqliteFailure(failure, _) => {
            let code = failure.code;
            let found = [
                ErrorCode::DatabaseCorrupt,
                ErrorCode::NotADatabase,
                ErrorCode::ConstraintViolation,
                ErrorCode::TypeMismatch,
            ];
            // A file that ends before what was written to it, unlike other errors of reading, is not the disk's fault.
            let extended = [
                rusqlite::ffi::SQLITE_ERROR,
                rusqlite::ffi::SQLITE_IOERR_SHORT_READ,
            ];
            found.contains(&code) || extended.contains(&failure.extended_code)
        }
        rusqlite::Error::SqlInputError { .. }
        | rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::IntegralValueOutOfRange(..)
        | rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::QueryReturnedNoRows => true,
        _ => false,
    }
}
