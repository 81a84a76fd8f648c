//! Sessions of a day, counted by profile, as they are read.

use super::damage::Damage;
use super::slots;
use crate::time::Timestamp;

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
    pub(super) from: usize,
    pub(super) to: usize,
}

/// The counts of a day.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// One a profile.
    pub rows: Vec<Count>,
    pub(super) slots: Vec<u8>,
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
