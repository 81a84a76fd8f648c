//! What can go wrong with a store as a whole: which one, what, and what to do.

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
        /// The folder.
        path: PathBuf,
        /// The number of its form.
        found: i64,
    },
    /// Its file is broken.
    #[error(
        "the store `{}` is damaged ({what}): move the folder away to begin a new one; `tlstally report` shows what of it can be read",
        .path.display()
    )]
    Damaged {
        /// The folder.
        path: PathBuf,
        /// What the database says.
        what: String,
    },
    /// There is no room.
    #[error("the store `{}` has no room: {what}", .path.display())]
    Full {
        /// The folder.
        path: PathBuf,
        /// What is full.
        what: String,
    },
    /// It may not be written.
    #[error("the store `{}` cannot be written: {what}", .path.display())]
    ReadOnly {
        /// The folder.
        path: PathBuf,
        /// What the database says.
        what: String,
    },
    /// Another program holds it.
    #[error("the store `{}` is in use by another program for too long: {what}", .path.display())]
    Busy {
        /// The folder.
        path: PathBuf,
        /// What the database says.
        what: String,
    },
    /// Anything else.
    #[error("the store `{}` failed", .path.display())]
    Database {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// The thread that writes could not be started, or is gone.
    #[error("the thread that writes the store `{}` is gone", .0.display())]
    Thread(PathBuf),
}

impl StoreError {
    /// What `error` means for the store at `path`.
    pub(super) fn of(path: &Path, error: rusqlite::Error) -> Self {
        let path = path.to_owned();
        let what = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Damaged { path, what }
            }
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
