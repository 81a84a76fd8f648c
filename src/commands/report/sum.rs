//! What one store holds of each profile, summed.

use std::collections::HashMap;

use crate::store::Profile;
use crate::tally::Tally;
use crate::tally::history::By;
use crate::tally::history::over_time::{KindId, OverTime};
use crate::time::Timestamp;

/// Sessions of one profile so far.
pub(super) struct Sum {
    pub(super) kind: Option<KindId>,
    pub(super) sessions: u64,
    pub(super) first: Timestamp,
    pub(super) last: Timestamp,
}

/// The sums of one store, by profile; only of those that are wanted.
pub(super) type Sums = HashMap<i64, Sum>;

impl Sum {
    pub(super) fn new(profile: &Profile, over_time: Option<&mut OverTime>, by: Option<By>) -> Self {
        Self {
            kind: over_time.map(|over_time| over_time.kind(&profile.like, &profile.sensor, by)),
            sessions: 0,
            first: Timestamp(u64::MAX),
            last: Timestamp(0),
        }
    }

    pub(super) fn add(&mut self, sessions: u64, first: Timestamp, last: Timestamp) {
        self.sessions += sessions;
        self.first = self.first.min(first);
        self.last = self.last.max(last);
    }

    pub(super) fn finish(
        &self,
        profile: &Profile,
        tally: &mut Tally,
        over_time: Option<&mut OverTime>,
    ) {
        let mut like = profile.like.clone();
        (like.start, like.end) = (self.first, self.last);
        tally.add_many(&like, self.sessions);
        if let (Some(kind), Some(over_time)) = (self.kind, over_time) {
            over_time.total(kind, self.sessions, self.first, self.last);
        }
    }
}
