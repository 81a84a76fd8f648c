//! What can be wrong with what is stored: a bad row costs itself and no other.

use thiserror::Error;

/// Different things found wrong that are told; the rest are counted.
const TOLD: usize = 20;

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

/// What was found wrong in a file, each thing once.
#[derive(Default)]
pub(super) struct DamageLog {
    told: Vec<String>,
    more: u64,
}

impl DamageLog {
    pub(super) fn note(&mut self, place: &str, damage: &Damage) {
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

    /// Takes what opening a file had to say.
    pub(super) fn caution(&mut self, caution: Option<String>) {
        self.told.extend(caution);
    }

    /// One message each.
    pub(super) fn messages(&self) -> Vec<String> {
        let mut messages = self.told.clone();
        if self.more > 0 {
            messages.push(format!("and {} more", self.more));
        }
        messages
    }
}
