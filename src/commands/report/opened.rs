//! A file of a store that is open, with what is needed of it all the time.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use anyhow::{Result, bail};

use crate::commands::complain;
use crate::names::HostName;
use crate::store::{self, Profile, Range, Reader, StoreError, StoreExtent, StoreFolder};
use crate::tally::history::StoreFacts;

/// A file of a store.
pub(super) struct Opened {
    /// The store as it was named on the command line; of a file that was left for another one its path.
    pub(super) name: String,
    pub(super) reader: Reader,
    pub(super) profiles: HashMap<i64, Profile>,
    pub(super) names: Vec<HostName>,
    /// Days of UTC with sessions, oldest first.
    pub(super) days: Vec<i64>,
    extent: StoreExtent,
}

impl Opened {
    pub(super) fn new(name: String, mut reader: Reader) -> Self {
        Self {
            name,
            profiles: reader.profiles(),
            names: reader.names(),
            days: reader.days(),
            extent: reader.extent(),
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
        (self.extent.first, self.extent.last)
    }

    /// What the report tells of it.
    pub(super) fn facts(&self) -> StoreFacts {
        StoreFacts {
            name: self.name.clone(),
            bytes: self.extent.bytes,
            sessions: self.extent.sessions,
            first: self.extent.first,
            last: self.extent.last,
            damage: self.reader.damage(),
        }
    }
}

/// All that was named.
pub(super) struct Stores {
    /// What could be opened.
    pub(super) stores: Vec<Opened>,
    /// What could not, and why; it was told.
    pub(super) unreadable: Vec<String>,
}

impl Stores {
    /// Opens what can be opened of these stores, and tells what cannot.
    pub(super) fn open(folders: &[StoreFolder]) -> Result<Self> {
        let mut all = Self {
            stores: Vec::new(),
            unreadable: Vec::new(),
        };
        for folder in folders {
            all.open_store(&folder.0);
        }
        if all.stores.is_empty() {
            bail!("no store could be read");
        }
        Ok(all)
    }

    fn open_store(&mut self, folder: &Path) {
        let files = store::files(folder);
        if files.is_empty() {
            self.note(StoreError::of_nothing(folder));
        }
        for (at, file) in files.iter().enumerate() {
            let is_last = at + 1 == files.len();
            let name = if is_last { folder } else { file };
            match Reader::open(file) {
                Ok(reader) => {
                    let name = name.display().to_string();
                    self.stores.push(Opened::new(name, reader));
                }
                Err(error) => self.note(error),
            }
        }
    }

    fn note(&mut self, error: StoreError) {
        let error = error.into();
        self.unreadable.push(format!("{error:#}"));
        complain(&error);
    }
}

/// The days of all stores that lie at least in part in `range`.
pub(super) fn days(stores: &[Opened], range: Range) -> BTreeSet<i64> {
    let all = stores.iter().flat_map(|store| store.days.iter().copied());
    all.filter(|day| Range::of_day(*day).and(range).is_some())
        .collect()
}
