//! When in a day of UTC sessions began, by quarters of an hour: fine enough for the days of every time zone there is
//! (their offsets are whole quarters), and two bytes a quarter that has any.

use super::damage::{Damage, Result};
use super::varint::{Numbers, put};
use crate::time::{SECOND, Timestamp};

/// Quarters of an hour in a day.
pub(super) const SLOTS: usize = 96;

/// Nanoseconds in a day.
pub(super) const DAY: u64 = 86_400 * SECOND;

/// Nanoseconds in a quarter of an hour.
const SLOT: u64 = DAY / SLOTS as u64;

/// The day of UTC, counted from 1970-01-01.
pub(super) const fn day_of(time: Timestamp) -> i64 {
    (time.0 / DAY).cast_signed()
}

/// The start of a day; saturates at either end of time.
pub(super) fn start_of(day: i64) -> Timestamp {
    Timestamp(u64::try_from(day).unwrap_or(0).saturating_mul(DAY))
}

/// The quarter of its day in which `time` is.
pub(super) const fn slot_of(time: Timestamp) -> usize {
    (time.0 % DAY / SLOT) as usize
}

/// The start of a quarter.
pub(super) fn slot_start(day: i64, slot: usize) -> Timestamp {
    start_of(day).plus(SLOT * slot as u64)
}

/// Sessions that began in each quarter of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Slots(pub(super) [u64; SLOTS]);

impl Default for Slots {
    fn default() -> Self {
        Self([0; SLOTS])
    }
}

impl Slots {
    /// Counts a session that began at `time`.
    pub(super) fn add(&mut self, time: Timestamp) {
        if let Some(count) = self.0.get_mut(slot_of(time)) {
            *count += 1;
        }
    }

    /// Adds what [`Slots::packed`] made.
    pub(super) fn add_packed(&mut self, packed: &[u8]) -> Result<()> {
        for entry in read(packed) {
            let (slot, count) = entry?;
            if let Some(known) = self.0.get_mut(slot) {
                *known = known.saturating_add(count);
            }
        }
        Ok(())
    }

    /// For each quarter that has any: how many quarters after the last such, and how many sessions less one. The two
    /// share a number, for they are small: the count's part is `0` for one session.
    pub(super) fn packed(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut next = 0;
        for (slot, count) in self.0.iter().enumerate().filter(|(_, count)| **count > 0) {
            put(&mut out, (slot - next) as u64);
            put(&mut out, count - 1);
            next = slot + 1;
        }
        out
    }
}

/// Quarter and count, in order.
pub(super) fn read(packed: &[u8]) -> impl Iterator<Item = Result<(usize, u64)>> + '_ {
    let mut numbers = Numbers(packed);
    let mut next = 0usize;
    std::iter::from_fn(move || {
        if numbers.is_empty() {
            return None;
        }
        let entry = entry(&mut numbers, &mut next);
        if entry.is_err() {
            numbers = Numbers(&[]);
        }
        Some(entry)
    })
}

fn entry(numbers: &mut Numbers<'_>, next: &mut usize) -> Result<(usize, u64)> {
    let skipped = usize::try_from(numbers.next()?).map_err(|_| Damage::Range)?;
    let count = numbers.next()?.saturating_add(1);
    let slot = next.saturating_add(skipped);
    if slot >= SLOTS {
        return Err(Damage::Range);
    }
    *next = slot + 1;
    Ok((slot, count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_count_comes_back(counts in proptest::collection::vec((0usize..SLOTS, 0u64..300), 0..40)) {
            let mut slots = Slots::default();
            for (slot, count) in counts {
                slots.0[slot] += count;
            }
            let mut back = Slots::default();
            back.add_packed(&slots.packed()).unwrap();
            prop_assert_eq!(back, slots);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            for (slot, _) in read(&bytes).flatten() {
                prop_assert!(slot < SLOTS);
            }
        }
    }

    #[test]
    fn days_and_quarters_are_those_of_utc() {
        // 2026-08-01T09:44:59Z (`date -u -d 2026-08-01T09:44:59Z +%s`); 20,666 days since 1970-01-01.
        let time = Timestamp::from_parts(1_785_577_499, 0);
        assert_eq!((day_of(time), slot_of(time)), (20_666, 38));
        assert_eq!(
            slot_start(20_666, 38).to_string(),
            "2026-08-01T09:30:00.000000000Z"
        );
    }
}
