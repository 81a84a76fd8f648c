//! A store that is open, with what is needed of it all the time.

use std::collections::HashMap;

use crate::names::HostName;
use crate::store::{Facts, Profile, Reader};
use crate::tally::history::StoreFacts;

/// A store.
pub(super) struct Opened {
    /// As it was named on the command line.
    pub(super) name: String,
    pub(super) reader: Reader,
    pub(super) profiles: HashMap<i64, Profile>,
    pub(super) names: Vec<HostName>,
    /// Days of UTC with sessions, oldest first.
    pub(super) days: Vec<i64>,
    facts: Facts,
}

impl Opened {
    pub(super) fn new(name: String, mut reader: Reader) -> Self {
        Self {
            name,
            profiles: reader.profiles(),
            names: reader.names(),
            days: reader.days(),
            facts: reader.facts(),
            reader,
        }
    }

    /// The time of its sessions.
    pub(super) const fn span(
        &self,
    ) -> (
        Option<crate::time::Timestamp>,
        Option<crate::time::Timestamp>,
    ) {
        (self.facts.first, self.facts.last)
    }

    /// What the report tells of it.
    pub(super) fn facts(&self) -> StoreFacts {
        StoreFacts {
            name: self.name.clone(),
            bytes: self.facts.bytes,
            sessions: self.facts.sessions,
            first: self.facts.first,
            last: self.facts.last,
            damage: self.reader.damage(),
        }
    }
}
