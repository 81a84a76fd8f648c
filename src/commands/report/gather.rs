//! Sums what stores hold over a window: whole days from their counts, the rest from the sessions.
//!
//! Two stores may hold the same sessions, if one sensor wrote both. Days on which that may be are read session by session,
//! and each session counts once.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::filter::Filter;
use super::opened::{self, Opened};
use super::sum::{Sum, Sums};
use crate::store::{Count, Counts, Damage, Profile, Range, Span};
use crate::tally::Tally;
use crate::tally::history::By;
use crate::tally::history::over_time::{KindId, OverTime};

/// What was gathered.
pub(super) struct Gathered {
    pub(super) tally: Tally,
    pub(super) over_time: Option<OverTime>,
    /// Who saw the sessions.
    pub(super) sensors: BTreeSet<Arc<str>>,
}

/// Sums the sessions that began in `range` and are wanted.
pub(super) fn counts(
    stores: &mut [Opened],
    range: Range,
    filter: &Filter,
    mut tally: Tally,
    mut over_time: Option<OverTime>,
    by: Option<By>,
) -> Gathered {
    let mut sums: Vec<Sums> = Vec::new();
    for store in &*stores {
        let wanted = store
            .profiles
            .iter()
            .filter(|(_, profile)| filter.wants(profile));
        let sum =
            |(id, profile): (&i64, &Profile)| (*id, Sum::new(profile, over_time.as_mut(), by));
        sums.push(wanted.map(sum).collect());
    }
    let mut gathering = Gathering {
        range,
        sums,
        over_time,
    };
    gathering.note_earlier(stores);
    for day in opened::days(stores, range) {
        gathering.day(stores, day);
    }
    let Gathering {
        sums,
        mut over_time,
        ..
    } = gathering;
    let mut sensors = BTreeSet::new();
    for (store, sums) in stores.iter().zip(sums) {
        for (id, sum) in sums.into_iter().filter(|(_, sum)| sum.sessions > 0) {
            if let Some(profile) = store.profiles.get(&id) {
                sum.finish(profile, &mut tally, over_time.as_mut());
                sensors.insert(Arc::clone(&profile.sensor));
            }
        }
        for name in &store.names {
            tally.name(name);
        }
    }
    Gathered {
        tally,
        over_time,
        sensors,
    }
}

/// Summing under way.
struct Gathering {
    range: Range,
    /// By store.
    sums: Vec<Sums>,
    over_time: Option<OverTime>,
}

impl Gathering {
    /// Takes note of the hosts that there were before the window.
    fn note_earlier(&mut self, stores: &mut [Opened]) {
        let Some(over_time) = &mut self.over_time else {
            return;
        };
        for (store, sums) in stores.iter_mut().zip(&self.sums) {
            let days = store.days.iter().copied();
            let first = days
                .filter(|day| Range::of_day(*day).last >= self.range.first)
                .min();
            // Where there is none, all that is stored came before.
            let earlier = store.reader.profiles_before(first.unwrap_or(i64::MAX));
            let counts = first.and_then(|day| store.reader.counts(day));
            let counts = counts.unwrap_or_default();
            let same_day = counts
                .rows
                .iter()
                .filter(|count| count.first < self.range.first);
            for id in earlier
                .into_iter()
                .chain(same_day.map(|count| count.profile))
            {
                if let Some(kind) = sums.get(&id).and_then(|sum| sum.kind) {
                    over_time.known_before(kind);
                }
            }
        }
    }

    /// Sums a day of UTC.
    fn day(&mut self, stores: &mut [Opened], day: i64) {
        let counts: Vec<_> = stores
            .iter_mut()
            .map(|store| day_counts(store, day))
            .collect();
        if stores.len() > 1 && may_overlap(stores, &counts) {
            self.once(stores, day);
            return;
        }
        for (at, (store, counts)) in stores.iter_mut().zip(counts).enumerate() {
            match counts {
                Some(counts) if is_inside(&counts, day, self.range) => {
                    self.add_counts(at, store, day, &counts);
                }
                _ => self.add_sessions(at, store, day),
            }
        }
    }

    fn add_counts(&mut self, at: usize, store: &mut Opened, day: i64, counts: &Counts) {
        let places = self.places(day);
        let Some(sums) = self.sums.get_mut(at) else {
            return;
        };
        for count in &counts.rows {
            let Some(sum) = sums.get_mut(&count.profile) else {
                missing(store, count.profile);
                continue;
            };
            sum.add(count.sessions, count.first, count.last);
            if let (Some(kind), Some(over_time)) = (sum.kind, &mut self.over_time)
                && let Err(damage) = spread(counts, count, &places, kind, over_time)
            {
                store.reader.note(&damage);
            }
        }
    }

    /// The place in the calendar of each quarter of an hour of a day of UTC.
    fn places(&self, day: i64) -> Vec<Option<usize>> {
        let Some(over_time) = &self.over_time else {
            return Vec::new();
        };
        let calendar = over_time.calendar();
        Range::quarters_of(day)
            .map(|quarter| calendar.day_of(quarter.first))
            .collect()
    }

    fn add_sessions(&mut self, at: usize, store: &mut Opened, day: i64) {
        let Some(range) = Range::of_day(day).and(self.range) else {
            return;
        };
        let mut lost = BTreeSet::new();
        let (sums, over_time) = (&mut self.sums, &mut self.over_time);
        store.reader.spans(range, |span| {
            if !add_span(sums, over_time.as_mut(), at, span) {
                lost.insert(span.profile);
            }
        });
        for profile in lost {
            missing(store, profile);
        }
    }

    /// Sums a day of several stores, each session once.
    fn once(&mut self, stores: &mut [Opened], day: i64) {
        for quarter in Range::quarters_of(day).filter_map(|quarter| quarter.and(self.range)) {
            let mut all: Vec<(Span, usize)> = Vec::new();
            for (at, store) in stores.iter_mut().enumerate() {
                store.reader.spans(quarter, |span| all.push((span, at)));
            }
            all.sort_unstable_by_key(|(span, at)| (span.start, span.id, *at));
            all.dedup_by_key(|(span, _)| (span.start, span.id));
            for (span, at) in all {
                if !add_span(&mut self.sums, self.over_time.as_mut(), at, span)
                    && let Some(store) = stores.get_mut(at)
                {
                    missing(store, span.profile);
                }
            }
        }
    }
}

/// The counts of a day; none if the store has none of it, `None` if they cannot be read.
fn day_counts(store: &mut Opened, day: i64) -> Option<Counts> {
    if store.days.binary_search(&day).is_err() {
        return Some(Counts::default());
    }
    store.reader.counts(day)
}

/// Whether one sensor wrote to more than one of the stores that day.
fn may_overlap(stores: &[Opened], counts: &[Option<Counts>]) -> bool {
    let mut seen: BTreeSet<&Arc<str>> = BTreeSet::new();
    for (store, counts) in stores.iter().zip(counts) {
        let Some(counts) = counts else {
            return true;
        };
        let profiles = counts
            .rows
            .iter()
            .filter_map(|count| store.profiles.get(&count.profile));
        let sensors: BTreeSet<_> = profiles.map(|profile| &profile.sensor).collect();
        if sensors.into_iter().any(|sensor| !seen.insert(sensor)) {
            return true;
        }
    }
    false
}

/// Whether all sessions of a day's counts began in the window.
fn is_inside(counts: &Counts, day: i64, range: Range) -> bool {
    let inside = |count: &Count| count.first >= range.first && count.last <= range.last;
    range.holds(Range::of_day(day)) || counts.rows.iter().all(inside)
}

/// Puts a count into the days of the calendar.
fn spread(
    counts: &Counts,
    count: &Count,
    places: &[Option<usize>],
    kind: KindId,
    over_time: &mut OverTime,
) -> Result<(), Damage> {
    let mut place = None;
    let mut sessions = 0;
    let mut all = 0;
    for quarter in counts.quarters(count) {
        let (slot, count) = quarter?;
        let here = places.get(slot).copied().flatten();
        if here != place {
            if let Some(place) = place {
                over_time.add(kind, place, sessions);
            }
            (place, sessions) = (here, 0);
        }
        sessions += count;
        all += count;
    }
    if let Some(place) = place {
        over_time.add(kind, place, sessions);
    }
    if all == count.sessions {
        Ok(())
    } else {
        Err(Damage::Disagree)
    }
}

/// Adds a session; whether its profile is known (or not wanted).
fn add_span(sums: &mut [Sums], over_time: Option<&mut OverTime>, at: usize, span: Span) -> bool {
    let Some(sum) = sums
        .get_mut(at)
        .and_then(|sums| sums.get_mut(&span.profile))
    else {
        return false;
    };
    sum.add(1, span.start, span.end);
    if let (Some(kind), Some(over_time)) = (sum.kind, over_time)
        && let Some(place) = over_time.calendar().day_of(span.start)
    {
        over_time.add(kind, place, 1);
    }
    true
}

/// Notes that the profile of sessions is not there, unless it is and only not wanted.
fn missing(store: &mut Opened, id: i64) {
    if !store.profiles.contains_key(&id) {
        let table = "profile";
        store.reader.note(&Damage::Missing { table, id });
    }
}
