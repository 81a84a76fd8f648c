//! Tells in words, while watching, what makes the answer doubtful: once when it begins, and again only when it got much worse.

use std::time::{Duration, Instant};

use tracing::warn;

use super::known::Known;
use crate::tally::diagnosis::{Doubt, Warning};

/// How often is looked, and how long after the beginning first: a link may be quiet for a moment.
const LOOK: Duration = Duration::from_secs(20);

/// What has been told.
#[derive(Default)]
pub(super) struct Doubts {
    due: Option<Instant>,
    told: Vec<Doubt>,
}

impl Doubts {
    /// Looks if it is time.
    pub(super) fn look(&mut self, known: &Known, now: Instant) {
        let due = *self.due.get_or_insert(now + LOOK);
        if now >= due {
            self.due = Some(now + LOOK);
            self.look_now(known);
        }
    }

    /// Looks, and tells what is new. What has gone may come, and be told, again.
    pub(super) fn look_now(&mut self, known: &Known) {
        let warnings = known.brief().capture.warnings;
        for warning in &warnings {
            if !self.told.contains(&warning.code()) {
                warn!("{}", warning.text());
            }
        }
        self.told = warnings.iter().map(Warning::code).collect();
    }
}
