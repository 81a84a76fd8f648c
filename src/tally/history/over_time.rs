//! Adds sessions up by day, host and group, from counts of equal ones.
//!
//! Each different kind of session is told once; after that a count costs a few additions, so that ten million sessions are
//! summed in less than a second.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::Arc;

use jiff::civil::Date;

use super::calendar::Calendar;
use super::fate::{Fate, Seen, bit, is_legacy, verdict};
use super::kind::Kind;
use super::{By, Change, Changes, Day, Figures, Group, Trend};
use crate::session::{Session, Verdict};
use crate::tally::microsoft::Comparable;
use crate::tally::report::{Host, HostVerdict};
use crate::tally::{Limits, Span, To};
use crate::time::Timestamp;
use crate::tls::Version;

pub use super::kind::{KindId, UNKNOWN};
pub use crate::tally::host::OTHER_SERVER;

/// Sensors kept of an address: that there are several is what matters.
const MAX_SENSORS: usize = 16;

/// Sessions over time.
pub struct OverTime {
    calendar: Calendar,
    to: To,
    /// The first day of the later part.
    since: usize,
    days: Vec<DayCounts>,
    hosts: BTreeMap<IpAddr, usize>,
    fates: Vec<Fate>,
    kinds: Vec<Kind>,
}

/// One day.
#[derive(Clone, Default)]
struct DayCounts {
    seen: u64,
    figures: Figures,
    comparable: u64,
    comparable_legacy: u64,
}

impl OverTime {
    /// Nothing yet; sessions to such servers count, and `since` begins the later part (the middle of the days if not given).
    pub fn new(calendar: Calendar, to: To, since: Option<Date>) -> Self {
        let count = calendar.dates().len();
        let since = since.map_or(count / 2, |date| calendar.from(date));
        Self {
            days: vec![DayCounts::default(); count],
            calendar,
            to,
            since,
            hosts: BTreeMap::new(),
            fates: Vec::new(),
            kinds: Vec::new(),
        }
    }

    /// The days.
    pub const fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// A kind of session, seen by `sensor`.
    pub fn kind(&mut self, like: &Session, sensor: &Arc<str>, by: Option<By>) -> KindId {
        let to = self.to;
        let kind = Kind::of(like, sensor, by, to, |address| self.host(address));
        self.kinds.push(kind);
        KindId(self.kinds.len() - 1)
    }

    /// Counts `count` sessions that began on the day at this place of the calendar.
    pub fn add(&mut self, kind: KindId, at: usize, count: u64) {
        let Some(kind) = self.kinds.get(kind.0) else {
            return;
        };
        if let Some(day) = self.days.get_mut(at) {
            day.add(kind, count);
        }
        if !kind.counts {
            return;
        }
        if let Some(fate) = kind.host.and_then(|host| self.fates.get_mut(host)) {
            fate.add(at, self.days.len(), bit(kind.host_verdict));
            if !fate.sensors.contains(&kind.sensor) && fate.sensors.len() < MAX_SENSORS {
                fate.sensors.insert(Arc::clone(&kind.sensor));
            }
            if at < self.since {
                fate.before += count;
            } else {
                fate.since += count;
            }
        }
    }

    /// Says from when to when all sessions of a kind were, and how many.
    pub fn total(&mut self, kind: KindId, sessions: u64, first: Timestamp, last: Timestamp) {
        if let Some(kind) = self.kinds.get_mut(kind.0) {
            kind.sessions += sessions;
            kind.first = kind.first.min(first);
            kind.last = kind.last.max(last);
        }
    }

    /// Says that there are sessions of a kind before the first day.
    pub fn known_before(&mut self, kind: KindId) {
        let Some(kind) = self.kinds.get(kind.0) else {
            return;
        };
        let seen = bit(kind.host_verdict);
        if let Some(fate) = kind.host.and_then(|host| self.fates.get_mut(host)) {
            fate.earlier |= seen;
        }
    }

    /// The place of a host; none beyond the bound of a tally.
    fn host(&mut self, address: IpAddr) -> Option<usize> {
        if let Some(at) = self.hosts.get(&address) {
            return Some(*at);
        }
        if self.hosts.len() >= Limits::DEFAULT.hosts {
            return None;
        }
        self.fates.push(Fate::default());
        self.hosts.insert(address, self.fates.len() - 1);
        Some(self.fates.len() - 1)
    }

    /// The days.
    pub fn days(&self) -> Vec<Day> {
        let mut days: Vec<_> = self
            .calendar
            .dates()
            .iter()
            .zip(&self.days)
            .map(|(date, counts)| Day {
                date: *date,
                seen: counts.seen,
                figures: counts.figures.clone(),
            })
            .collect();
        for fate in &self.fates {
            for (day, seen) in days.iter_mut().zip(&fate.days) {
                day.figures.hosts += u64::from(*seen != 0);
                day.figures.legacy_hosts += u64::from(is_legacy(*seen));
            }
        }
        days
    }

    /// The hosts of a report, day by day.
    pub fn trends(&self, hosts: &[Host]) -> Vec<Trend> {
        let trend = |host: &Host| {
            let fate = self.fate(host);
            Trend {
                host: host.host,
                days: fate.days.into_iter().map(verdict).collect(),
                sensors: fate.sensors,
            }
        };
        hosts.iter().map(trend).collect()
    }

    /// What is different since the day that was given, or since the middle; `None` with no day before it.
    pub fn changes(&self, hosts: &[Host]) -> Option<Changes> {
        let since = *self.calendar.dates().get(self.since)?;
        if self.since == 0 {
            return None;
        }
        let mut changes = Changes {
            since,
            new: Vec::new(),
            fixed: Vec::new(),
            worse: Vec::new(),
            silent: Vec::new(),
        };
        for host in hosts {
            let fate = self.fate(host);
            let (first, after) = fate.halves(self.since);
            // Of a host that was silent in the first part, what it did before the window.
            let before = if first == 0 { fate.earlier } else { first };
            let list = match (first, after) {
                (0, 0) => continue,
                (_, 0) => &mut changes.silent,
                _ if before == 0 => &mut changes.new,
                _ if is_legacy(before) && verdict(after) == Some(HostVerdict::Modern) => {
                    &mut changes.fixed
                }
                _ if !is_legacy(before) && is_legacy(after) => &mut changes.worse,
                _ => continue,
            };
            list.push(self.change(host, &fate, before, after));
        }
        Some(changes)
    }

    fn change(&self, host: &Host, fate: &Fate, before: Seen, since: Seen) -> Change {
        let last = fate.days.iter().rposition(|seen| is_legacy(*seen));
        Change {
            host: host.host,
            before: verdict(before),
            since: verdict(since),
            sessions_before: fate.before,
            sessions_since: fate.since,
            last_legacy: last.and_then(|at| self.calendar.dates().get(at)).copied(),
        }
    }

    /// What all addresses of a host did.
    fn fate(&self, host: &Host) -> Fate {
        let mut all = Fate {
            days: vec![0; self.days.len()],
            ..Fate::default()
        };
        let found = host
            .addresses
            .iter()
            .filter_map(|address| self.hosts.get(address));
        for fate in found.filter_map(|at| self.fates.get(*at)) {
            for (day, seen) in all.days.iter_mut().zip(&fate.days) {
                *day |= seen;
            }
            all.before += fate.before;
            all.since += fate.since;
            all.earlier |= fate.earlier;
            all.sensors.extend(fate.sensors.iter().cloned());
        }
        all
    }

    /// The groups, most sessions first.
    pub fn groups(&self) -> Vec<Group> {
        let mut groups: HashMap<&Arc<str>, Gathered> = HashMap::new();
        for kind in self
            .kinds
            .iter()
            .filter(|kind| kind.counts && kind.sessions > 0)
        {
            groups.entry(&kind.key).or_default().add(kind);
        }
        let mut groups: Vec<_> = groups
            .into_iter()
            .map(|(key, gathered)| gathered.into_group(key))
            .collect();
        groups.sort_by(|one, other| {
            let sessions = other.figures.sessions.cmp(&one.figures.sessions);
            sessions.then_with(|| one.key.cmp(&other.key))
        });
        groups
    }

    /// What Microsoft's report can be set beside.
    pub fn comparable(&self) -> Comparable {
        let mut comparable = Comparable::default();
        let mut hosts: BTreeSet<(Option<Version>, usize)> = BTreeSet::new();
        for kind in self.kinds.iter().filter(|kind| kind.counts) {
            if !kind.comparable {
                comparable.left_out += kind.sessions;
                continue;
            }
            comparable.versions.add(kind.version, kind.sessions);
            if let Some(host) = kind.host.filter(|_| kind.sessions > 0) {
                hosts.insert((kind.version.and_then(Version::standard), host));
            }
        }
        for (version, _) in hosts {
            comparable.hosts.add(version, 1);
        }
        let days = self.calendar.dates().iter().zip(&self.days);
        comparable.days = days
            .map(|(date, day)| (*date, (day.comparable, day.comparable_legacy)))
            .collect();
        comparable
    }
}

/// A group under way.
#[derive(Default)]
struct Gathered {
    figures: Figures,
    hosts: BTreeSet<usize>,
    legacy: BTreeSet<usize>,
    span: Span,
}

impl Gathered {
    fn add(&mut self, kind: &Kind) {
        self.figures.add(kind, kind.sessions);
        self.span.widen(kind.first, kind.last);
        self.hosts.extend(kind.host);
        if kind.host_verdict == Verdict::Legacy {
            self.legacy.extend(kind.host);
        }
    }

    fn into_group(mut self, key: &Arc<str>) -> Group {
        self.figures.hosts = self.hosts.len() as u64;
        self.figures.legacy_hosts = self.legacy.len() as u64;
        Group {
            key: Arc::clone(key),
            figures: self.figures,
            first_seen: self.span.first.unwrap_or_default(),
            last_seen: self.span.last.unwrap_or_default(),
        }
    }
}

impl DayCounts {
    fn add(&mut self, kind: &Kind, count: u64) {
        self.seen += count;
        if kind.counts {
            self.figures.add(kind, count);
        }
        if kind.comparable {
            self.comparable += count;
            if kind.version.is_some_and(Version::is_legacy) {
                self.comparable_legacy += count;
            }
        }
    }
}

impl Figures {
    fn add(&mut self, kind: &Kind, count: u64) {
        self.sessions += count;
        self.versions.add(kind.version, count);
        self.verdicts.add(kind.verdict, count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::sample::{self, MORNING};
    use crate::tally::{CaptureHealth, Context, Report, Tally};

    /// In which list of changes a host stands whose sessions are of these verdicts: before a window of two days, and
    /// on each of them.
    fn change(earlier: &[Verdict], first: &[Verdict], second: &[Verdict]) -> Option<&'static str> {
        const DAY: u64 = 86_400;
        let start = |day| Timestamp::from_parts(MORNING / DAY * DAY + day * DAY, 0);
        let calendar = Calendar::new(start(0), start(2), &jiff::tz::TimeZone::UTC);
        let mut over_time = OverTime::new(calendar, To::ExchangeOnline, None);
        let mut tally = Tally::new(To::ExchangeOnline);
        for (day, verdicts) in [(None, earlier), (Some(0), first), (Some(1), second)] {
            for verdict in verdicts {
                let mut session = sample::submission("10.0.0.1", 0, Version::TLS12);
                session.verdict = *verdict;
                let kind = over_time.kind(&session, &"edge".into(), None);
                if let Some(day) = day {
                    over_time.add(kind, day, 1);
                    tally.add(&session);
                } else {
                    over_time.known_before(kind);
                }
            }
        }
        let report = Report::new(&tally, CaptureHealth::default(), Context::default());
        let changes = over_time.changes(&report.hosts).unwrap();
        let lists = [
            ("new", changes.new),
            ("fixed", changes.fixed),
            ("worse", changes.worse),
            ("silent", changes.silent),
        ];
        let told: Vec<_> = lists
            .iter()
            .filter(|(_, list)| !list.is_empty())
            .map(|(name, _)| *name)
            .collect();
        assert!(told.len() <= 1, "{told:?}");
        told.first().copied()
    }

    #[test]
    fn a_host_knows_who_saw_it() {
        let day = Timestamp::from_parts(MORNING / 86_400 * 86_400, 0);
        let calendar = Calendar::new(day, day, &jiff::tz::TimeZone::UTC);
        let mut over_time = OverTime::new(calendar, To::ExchangeOnline, None);
        let session = sample::submission("10.0.0.1", 0, Version::TLS12);
        for sensor in ["west", "east", "west"] {
            let kind = over_time.kind(&session, &sensor.into(), None);
            over_time.add(kind, 0, 1);
        }
        let mut tally = Tally::new(To::ExchangeOnline);
        tally.add(&session);
        let report = Report::new(&tally, CaptureHealth::default(), Context::default());
        let trends = over_time.trends(&report.hosts);
        assert_eq!(trends[0].sensors, ["east".into(), "west".into()].into());
    }

    /// By docs/history.md.
    #[test]
    fn changes_are_told_as_documented() {
        use Verdict::{Legacy, Modern, Plaintext, Unknown};
        assert_eq!(change(&[], &[], &[Legacy]), Some("new"));
        assert_eq!(change(&[], &[Legacy], &[]), Some("silent"));
        assert_eq!(change(&[], &[Modern], &[Modern, Legacy]), Some("worse"));
        assert_eq!(change(&[], &[Legacy], &[Modern, Unknown]), Some("fixed"));
        assert_eq!(change(&[], &[Legacy, Modern], &[Modern]), Some("fixed"));
        assert_eq!(change(&[], &[Legacy], &[Modern, Legacy]), None);
        // Mail in clear has the same root and is no cure.
        assert_eq!(change(&[], &[Legacy], &[Modern, Plaintext]), None);
        assert_eq!(change(&[], &[Legacy], &[Unknown]), None);
        // Silent in the first part: what it did before the window counts.
        assert_eq!(change(&[Modern], &[], &[Legacy]), Some("worse"));
        assert_eq!(change(&[Legacy], &[], &[Modern]), Some("fixed"));
        assert_eq!(change(&[Legacy], &[], &[Legacy]), None);
        assert_eq!(change(&[Legacy], &[Modern], &[Modern]), None);
        assert_eq!(change(&[Modern], &[], &[]), None);
    }
}
