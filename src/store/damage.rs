//! What can be wrong with one stored row: it costs this row and no other.

use thiserror::Error;

/// A row that does not say what a row says.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Damage {
    /// It ends early.
    #[error("a row ends early")]
    Short,
    /// A number runs on.
    #[error("a number in a row is too long")]
    Number,
    /// A word that is none of its set.
    #[error("`{0}` is not a word of its column")]
    Word(String),
    /// A value that its column cannot hold.
    #[error("a value of a row is out of range")]
    Range,
    /// A row that another one names is not there.
    #[error("row {id} of table `{table}` is missing")]
    Missing {
        /// The table.
        table: &'static str,
        /// The row.
        id: i64,
    },
    /// Two counts that should be equal.
    #[error("counts of a day do not agree with each other")]
    Disagree,
    /// The database itself.
    #[error("{0}")]
    Database(String),
}

/// What reading a row gives.
pub(super) type Result<T> = std::result::Result<T, Damage>;

impl From<rusqlite::Error> for Damage {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error.to_string())
    }
}
