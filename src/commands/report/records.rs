//! The sessions of stores one by one, in order of time, each once however many stores hold it.

use std::collections::BTreeMap;

use super::filter::Filter;
use super::opened::{self, Opened};
use crate::store::{Profile, Range, Stored};
use crate::time::Timestamp;

/// Gives out the sessions that began in `range` and are wanted, in order of start and identity, each once.
pub(super) fn each(
    stores: &mut [Opened],
    range: Range,
    filter: &Filter,
    mut each: impl FnMut(&Stored),
) {
    if let [store] = stores {
        let wanted = |profile: &Profile| filter.wants(profile);
        store
            .reader
            .sessions(range, &store.profiles, wanted, |stored| each(&stored));
        return;
    }
    for day in opened::days(stores, range) {
        for quarter in Range::quarters_of(day).filter_map(|quarter| quarter.and(range)) {
            let mut all: BTreeMap<(Timestamp, u64), Stored> = BTreeMap::new();
            for store in &mut *stores {
                let wanted = |profile: &Profile| filter.wants(profile);
                store
                    .reader
                    .sessions(quarter, &store.profiles, wanted, |stored| {
                        let key = (stored.session.start, stored.session.id);
                        all.entry(key).or_insert(stored);
                    });
            }
            all.values().for_each(&mut each);
        }
    }
}
