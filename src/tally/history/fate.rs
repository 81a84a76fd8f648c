//! How a host fared day by day: which verdicts its sessions had.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::session::Verdict;
use crate::session::words::Word;
use crate::tally::report::HostVerdict;

/// Verdicts a host had, one bit each, by their place among all.
pub(super) type Seen = u8;

/// One host.
#[derive(Clone, Default)]
pub(super) struct Fate {
    /// By day.
    pub(super) days: Vec<Seen>,
    pub(super) before: u64,
    pub(super) since: u64,
    /// Of sessions before the first day.
    pub(super) earlier: Seen,
    /// Who saw it.
    pub(super) sensors: BTreeSet<Arc<str>>,
}

impl Fate {
    pub(super) fn add(&mut self, day: usize, days: usize, seen: Seen) {
        if self.days.is_empty() {
            self.days = vec![0; days];
        }
        if let Some(known) = self.days.get_mut(day) {
            *known |= seen;
        }
    }

    /// What was seen before the day at `since`, and from it on.
    pub(super) fn halves(&self, since: usize) -> (Seen, Seen) {
        let (before, after) = self.days.split_at_checked(since).unwrap_or_default();
        let all = |days: &[Seen]| days.iter().fold(0, |all, seen| all | seen);
        (all(before), all(after))
    }
}

pub(super) fn bit(verdict: Verdict) -> Seen {
    let place = Verdict::EACH.iter().position(|known| *known == verdict);
    1 << place.unwrap_or(Verdict::EACH.len())
}

pub(super) fn is_legacy(seen: Seen) -> bool {
    seen & bit(Verdict::Legacy) != 0
}

/// A host's verdict from those of its sessions, by the rule of the report.
pub(super) fn verdict(seen: Seen) -> Option<HostVerdict> {
    let has = |verdict| seen & bit(verdict) != 0;
    if seen == 0 {
        return None;
    }
    let others = has(Verdict::Weak) || has(Verdict::Plaintext) || has(Verdict::Modern);
    Some(match (has(Verdict::Legacy), others) {
        (true, false) => HostVerdict::Legacy,
        (true, true) => HostVerdict::Mixed,
        _ if has(Verdict::Weak) => HostVerdict::Weak,
        _ if has(Verdict::Plaintext) => HostVerdict::Plaintext,
        _ if has(Verdict::Modern) => HostVerdict::Modern,
        _ => HostVerdict::Unknown,
    })
}
