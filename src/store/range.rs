//! A span of time, and its parts: days and quarters of an hour of UTC.

use super::slots::{DAY, SLOTS, slot_start, start_of};
use crate::time::Timestamp;

/// A span of time, both ends in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// Its first nanosecond.
    pub first: Timestamp,
    /// Its last.
    pub last: Timestamp,
}

impl Range {
    /// All of time.
    pub const ALL: Self = Self {
        first: Timestamp(0),
        last: Timestamp(u64::MAX),
    };

    /// A day of UTC.
    pub fn of_day(day: i64) -> Self {
        let first = start_of(day);
        Self {
            first,
            last: first.plus(DAY - 1),
        }
    }

    /// The quarters of an hour of a day of UTC.
    pub fn quarters_of(day: i64) -> impl Iterator<Item = Self> {
        let length = DAY / SLOTS as u64;
        (0..SLOTS).map(move |slot| {
            let first = slot_start(day, slot);
            let last = first.plus(length - 1);
            Self { first, last }
        })
    }

    /// What both hold.
    pub fn and(self, other: Self) -> Option<Self> {
        let first = self.first.max(other.first);
        let last = self.last.min(other.last);
        (first <= last).then_some(Self { first, last })
    }

    /// Whether all of `other` is in it.
    pub fn holds(self, other: Self) -> bool {
        self.first <= other.first && other.last <= self.last
    }

    /// As the database orders times: what its numbers cannot hold stands below zero.
    pub(super) fn signed(self) -> Vec<(i64, i64)> {
        const LARGEST: u64 = i64::MAX.cast_unsigned();
        let whole = |first: u64, last: u64| (first.cast_signed(), last.cast_signed());
        let (first, last) = (self.first.0, self.last.0);
        if last <= LARGEST || first > LARGEST {
            return vec![whole(first, last)];
        }
        vec![whole(first, LARGEST), whole(LARGEST + 1, last)]
    }
}
