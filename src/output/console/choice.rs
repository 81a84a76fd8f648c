//! Which hosts are shown, and in which order.

use std::cmp::Reverse;

use crate::tally::Report;
use crate::tally::report::{Host, HostVerdict};

/// Longest text to search for, in characters.
const MAX_SEARCH: usize = 64;

/// What orders the hosts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Sort {
    /// Worst verdict first, then most sessions: the report's order.
    #[default]
    Verdict,
    /// Seen last first.
    LastSeen,
    /// Most sessions first.
    Sessions,
    /// By address.
    Address,
    /// By best name, nameless ones last.
    Name,
}

impl Sort {
    /// Its words.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Verdict => "verdict",
            Self::LastSeen => "last seen",
            Self::Sessions => "sessions",
            Self::Address => "address",
            Self::Name => "name",
        }
    }

    const fn next(self) -> Self {
        match self {
            Self::Verdict => Self::LastSeen,
            Self::LastSeen => Self::Sessions,
            Self::Sessions => Self::Address,
            Self::Address => Self::Name,
            Self::Name => Self::Verdict,
        }
    }
}

/// Which verdicts are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Filter {
    /// All.
    #[default]
    All,
    /// `legacy` and `mixed`.
    Legacy,
    /// One other verdict.
    Only(HostVerdict),
}

impl Filter {
    const EACH: [Self; 6] = [
        Self::All,
        Self::Legacy,
        Self::Only(HostVerdict::Weak),
        Self::Only(HostVerdict::Plaintext),
        Self::Only(HostVerdict::Modern),
        Self::Only(HostVerdict::Unknown),
    ];

    /// Its words.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Legacy => "legacy and mixed",
            Self::Only(verdict) => verdict.name(),
        }
    }

    fn takes(self, verdict: HostVerdict) -> bool {
        match self {
            Self::All => true,
            Self::Legacy => verdict.is_legacy(),
            Self::Only(only) => verdict == only,
        }
    }

    /// The one `steps` further on, around the end.
    fn moved(self, steps: usize) -> Self {
        let at = Self::EACH.iter().position(|filter| *filter == self);
        let at = (at.unwrap_or(0) + steps) % Self::EACH.len();
        Self::EACH.get(at).copied().unwrap_or_default()
    }
}

/// What the user asked to see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) sort: Sort,
    /// The order is turned around.
    pub(super) reversed: bool,
    pub(super) filter: Filter,
    /// Only hosts that hold this text somewhere; empty for all.
    pub(super) search: String,
}

impl Choice {
    /// Sorts by the next thing.
    pub(super) const fn next_sort(&mut self) {
        self.sort = self.sort.next();
    }

    /// Shows the next verdict.
    pub(super) fn next_filter(&mut self) {
        self.filter = self.filter.moved(1);
    }

    /// Shows the previous verdict.
    pub(super) fn previous_filter(&mut self) {
        self.filter = self.filter.moved(Filter::EACH.len() - 1);
    }

    /// Adds a character to what is searched for.
    pub(super) fn type_character(&mut self, character: char) {
        if self.search.chars().count() < MAX_SEARCH && !character.is_control() {
            self.search.push(character);
        }
    }

    /// Whether some hosts may be left out.
    pub(super) fn narrows(&self) -> bool {
        self.filter != Filter::All || !self.search.is_empty()
    }

    /// Places of the chosen hosts in `report.hosts`, in the order to show.
    pub(super) fn of(&self, report: &Report) -> Vec<usize> {
        let sought = self.search.to_lowercase();
        let chosen = |host: &Host| self.filter.takes(host.verdict) && mentions(host, &sought);
        let mut hosts: Vec<(usize, &Host)> = report
            .hosts
            .iter()
            .enumerate()
            .filter(|(_, host)| chosen(host))
            .collect();
        match self.sort {
            Sort::Verdict => {}
            Sort::LastSeen => hosts.sort_by_key(|(_, host)| Reverse(host.last_seen)),
            Sort::Sessions => hosts.sort_by_key(|(_, host)| Reverse(host.sessions)),
            Sort::Address => hosts.sort_by_key(|(_, host)| host.host),
            Sort::Name => hosts.sort_by_cached_key(|(_, host)| {
                let name = host.names.first();
                (name.is_none(), name.map(|name| name.to_lowercase()))
            }),
        }
        if self.reversed {
            hosts.reverse();
        }
        hosts.into_iter().map(|(at, _)| at).collect()
    }
}

/// Whether what is known of `host` holds `sought`, which is in lower case.
fn mentions(host: &Host, sought: &str) -> bool {
    let holds = |text: &str| text.to_lowercase().contains(sought);
    sought.is_empty()
        || host.addresses.iter().any(|ip| holds(&ip.to_string()))
        || host
            .names
            .iter()
            .chain(&host.servers)
            .any(|name| holds(name))
        || host.macs.iter().any(|mac| holds(&mac.to_string()))
        || host
            .clients
            .iter()
            .chain(&host.endpoints)
            .any(|word| holds(word))
        || host.findings.iter().any(|finding| holds(finding.name()))
        || holds(host.verdict.name())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::sample;

    fn shown(change: impl FnOnce(&mut Choice)) -> Vec<String> {
        let report = sample::site();
        let mut choice = Choice::default();
        change(&mut choice);
        choice
            .of(&report)
            .into_iter()
            .map(|at| report.hosts[at].host.to_string())
            .collect()
    }

    #[test]
    fn the_report_s_order_is_the_first() {
        let hosts = shown(|_| ());
        assert_eq!(hosts[0], "10.20.0.14");
        assert_eq!(
            shown(|choice| choice.reversed = true)[hosts.len() - 1],
            hosts[0]
        );
    }

    #[test]
    fn each_sort_puts_its_first_first() {
        let first = |sort| shown(|choice| choice.sort = sort).swap_remove(0);
        assert_eq!(first(Sort::Sessions), "10.20.0.30"); // 2,411 sessions, the most
        assert_eq!(first(Sort::Address), "10.20.0.14");
        assert_eq!(first(Sort::Name), "fd00:20::7:1c2d:3e4f:5a6b"); // erp01, before mail, printer, relay
    }

    #[test]
    fn filters_and_searches_leave_what_was_asked_for() {
        assert_eq!(
            shown(super::Choice::next_filter),
            ["10.20.0.14", "10.20.0.25"]
        );
        assert_eq!(
            shown(|choice| choice.search = "PRINTER".into()),
            ["10.20.0.14"]
        );
        assert_eq!(
            shown(|choice| choice.search = "auth_in_clear".into()),
            ["fd00:20::7:1c2d:3e4f:5a6b"]
        );
        assert_eq!(shown(|choice| choice.search = "nobody".into()), [""; 0]);
    }

    #[test]
    fn cycles_come_back() {
        let mut choice = Choice::default();
        for _ in 0..Filter::EACH.len() {
            choice.next_filter();
        }
        for _ in 0..5 {
            choice.next_sort();
        }
        assert_eq!(choice, Choice::default());
        choice.next_filter();
        choice.previous_filter();
        assert_eq!(choice, Choice::default());
    }
}
