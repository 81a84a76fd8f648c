//! Keeping sessions in a store, for the commands that see them.

use anyhow::Result;
use tracing::warn;

use super::{Ended, complain};
use crate::cli::StoreArgs;
use crate::store::{Kept, Pressure, Spool, Writer};
use crate::tally::figures::counted;

/// Opens the store that was asked for, if one was. Before rights are given away: its file may have to be made.
pub(super) fn open(args: &StoreArgs, sensor: &str) -> Result<Option<Writer>> {
    let Some(place) = &args.store else {
        return Ok(None);
    };
    let writer = Writer::open(&place.0, sensor, args.limits())?;
    Ok(Some(writer))
}

/// Starts the thread that writes it. After rights are given away, so that it has no more than the rest.
pub(super) fn start(store: Option<Writer>, pressure: Pressure) -> Result<Option<Spool>> {
    let start = |writer| Spool::start(writer, pressure);
    Ok(store.map(start).transpose()?)
}

/// Tells what became of the store's files, and what could not be kept.
pub(super) fn tell(kept: &Kept) -> Ended {
    for note in &kept.notes {
        complain(&anyhow::anyhow!("{note}"));
    }
    for error in &kept.errors {
        complain(&anyhow::anyhow!("{error}"));
    }
    if kept.lost > 0 {
        let sessions = counted(kept.lost, "session");
        complain(&anyhow::anyhow!("{sessions} could not be stored"));
    }
    if kept.written.too_old > 0 {
        let sessions = counted(kept.written.too_old, "session");
        complain(&anyhow::anyhow!(
            "{sessions} of days that `--keep` has removed were not stored"
        ));
    }
    if kept.errors.is_empty() && kept.lost == 0 {
        Ended::Well
    } else {
        Ended::InPart
    }
}

/// What was told of a store while it is written: watching may go on for months.
#[derive(Default)]
pub(super) struct StoreNotices {
    /// The store tells of no more than the first and the last.
    errors: Vec<String>,
    notes: usize,
}

impl StoreNotices {
    /// Tells what is new.
    pub(super) fn tell(&mut self, kept: &Kept) {
        for note in kept.notes.iter().skip(self.notes) {
            warn!("{note}");
        }
        self.notes = kept.notes.len();
        for error in &kept.errors {
            if !self.errors.contains(error) {
                warn!("{error}; sessions are lost to the store, and counted");
                self.errors.push(error.clone());
            }
        }
    }

    /// Tells the rest, once all is written.
    pub(super) fn finish(&self, mut kept: Kept) -> Ended {
        kept.notes.drain(..self.notes.min(kept.notes.len()));
        tell(&kept)
    }
}
