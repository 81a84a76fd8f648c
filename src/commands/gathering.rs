//! What `read` and `watch` do with every session: judge it by those before, count it, write its record.

use super::records::Records;
use crate::judge::fallback::Fallback;
use crate::names::HostName;
use crate::session::Session;
use crate::store::{Kept, Spool};
use crate::tally::latency::ByServer;
use crate::tally::{Tally, To};

/// Sessions on their way into the tally and the records.
pub(super) struct Gathering {
    fallback: Fallback,
    tally: Tally,
    records: Records,
    /// Handshake times, where somebody wants them.
    times: Option<ByServer>,
    /// Where they are kept, if they are.
    store: Option<Spool>,
}

impl Gathering {
    /// Counts sessions to such servers; all of them are recorded.
    pub(super) fn new(to: To, records: Records) -> Self {
        Self {
            fallback: Fallback::default(),
            tally: Tally::new(to),
            records,
            times: None,
            store: None,
        }
    }

    /// Keeps all sessions and names in a store too.
    pub(super) fn keep_in(&mut self, store: Option<Spool>) {
        self.store = store;
    }

    /// Writes what is not yet in the store, and tells what became of all that was put there.
    pub(super) fn close_store(&mut self) -> Option<Kept> {
        self.store.take().map(Spool::finish)
    }

    /// What has become of what was put in the store, so far.
    pub(super) fn kept(&self) -> Kept {
        let kept = self.store.as_ref().map(Spool::kept);
        kept.unwrap_or_default()
    }

    /// Keeps handshake times too.
    pub(super) fn keep_times(&mut self) {
        self.times.get_or_insert_default();
    }

    /// The handshake times, where they are kept.
    pub(super) const fn times(&self) -> Option<&ByServer> {
        self.times.as_ref()
    }

    /// Takes a session; they come in the order of their ends. Gives it back as it was counted.
    pub(super) fn session(&mut self, mut session: Session) -> Session {
        self.fallback.judge(&mut session);
        self.tally.add(&session);
        if let Some(times) = &mut self.times {
            times.note(&session);
        }
        self.records.write(&session);
        if let Some(store) = &self.store {
            store.session(session.clone());
        }
        session
    }

    /// Takes a name of a host.
    pub(super) fn host(&mut self, host: &HostName) {
        self.tally.name(host);
        if let Some(store) = &self.store {
            store.host(host.clone());
        }
    }

    /// The sessions counted so far.
    pub(super) const fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Where session records go.
    pub(super) const fn records(&mut self) -> &mut Records {
        &mut self.records
    }

    /// Records that could not be written and are lost.
    pub(super) fn lost(&self) -> u64 {
        self.records.lost()
    }

    /// Failures of TLS that were forgotten too early.
    pub(super) const fn forgotten(&self) -> u64 {
        self.fallback.forgotten()
    }
}
