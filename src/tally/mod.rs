//! Sessions added up per internal host, and the [`Report`] that every output form reads.
//!
//! A [`Tally`] is the same whatever the order in which sessions were added and parts were merged, also where a bound cut
//! something off: see [`bounded`]. Pure: no clock, no files, no printing.

pub mod bound;
pub mod bounded;
mod called;
pub mod counts;
pub mod diagnosis;
mod distinct;
pub mod figures;
pub mod group;
pub mod health;
pub mod history;
pub mod host;
pub mod latency;
pub mod live;
pub mod microsoft;
mod own;
pub mod report;
mod shelf;
mod word_set;

use std::borrow::Cow;
use std::net::IpAddr;

use crate::names::HostName;
use crate::session::record::Mac;
use crate::session::words::words;
use crate::session::{Direction, Outcome, Seen, Session, Verdict};
use crate::time::Timestamp;
use called::Called;
use counts::{PerVersion, PerWord};
use host::HostTally;
use own::Own;
use shelf::Shelf;

pub use group::GroupBy;
pub use health::CaptureHealth;
pub use report::{Context, Report};

/// Which servers count (`--to`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum To {
    /// Exchange Online only.
    #[default]
    ExchangeOnline,
    /// Every mail server.
    Any,
}

words!(To {
    ExchangeOnline => "exchange-online",
    Any => "any",
});

/// What a tally may hold. What is beyond is given up, and the report says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Hosts with legacy sessions, and as many others; and as many hosts whose names are kept.
    pub hosts: usize,
    /// Names a host gave for itself.
    pub names: usize,
    /// Link-layer addresses of a host.
    pub macs: usize,
    /// Names of the servers a host went to.
    pub servers: usize,
    /// Software guesses for a host.
    pub clients: usize,
}

impl Limits {
    /// A host with one ordinary session takes about half a KB (`tests/allocations.rs`); a text at most
    /// [`crate::session::MAX_STRING`] bytes.
    pub const DEFAULT: Self = Self {
        hosts: 65_536,
        names: 32,
        macs: 8,
        servers: 32,
        clients: 8,
    };
}

/// Which end of a session a host was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// It opened the connection.
    Client,
    /// It took the connection.
    Server,
}

words!(Role {
    Client => "client",
    Server => "server",
});

/// Sessions added up.
#[derive(Clone, Debug, PartialEq)]
pub struct Tally {
    to: To,
    limits: Limits,
    /// Legacy sessions by host. Kept apart from the others, so that however many other hosts there are, none of these
    /// is given up for them; and apart by session, so that the order of sessions does not matter.
    legacy: Shelf<HostTally>,
    /// The other sessions by host; some hosts are on both shelves.
    others: Shelf<HostTally>,
    /// Hosts that take mail from internal clients.
    serving: Shelf<()>,
    called: Called,
    counted: Counted,
    left_out: LeftOut,
    seen: PerWord<Seen>,
    /// Sessions of which bytes are known to be missing.
    gapped: u64,
    span: Span,
    /// Link-layer addresses that packets of external ends came from.
    routers: Shelf<(), Mac>,
}

/// Link-layer addresses of routers kept; a sensor sees few. One that is not kept may be shown as a host's.
const MAX_ROUTERS: usize = 256;

/// The sessions that count for a host.
#[derive(Clone, Debug, Default, PartialEq)]
struct Counted {
    sessions: u64,
    versions: PerVersion,
    outcomes: PerWord<Outcome>,
    verdicts: PerWord<Verdict>,
}

/// The sessions that count for none.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct LeftOut {
    /// The server is not one that counts.
    other_servers: u64,
    /// Neither end is internal.
    external: u64,
}

/// The time that sessions cover.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The earliest start.
    pub first: Option<Timestamp>,
    /// The latest end.
    pub last: Option<Timestamp>,
}

impl Span {
    /// Widens the span so that it holds `first` and `last`.
    pub fn widen(&mut self, first: Timestamp, last: Timestamp) {
        self.first = Some(self.first.map_or(first, |known| known.min(first)));
        self.last = Some(self.last.map_or(last, |known| known.max(last)));
    }

    fn merge(&mut self, other: Self) {
        if let (Some(first), Some(last)) = (other.first, other.last) {
            self.widen(first, last);
        }
    }
}

impl Tally {
    /// An empty tally of the sessions to such servers.
    pub fn new(to: To) -> Self {
        Self::with_limits(to, Limits::DEFAULT)
    }

    /// An empty tally with bounds of the caller's choice.
    pub fn with_limits(to: To, limits: Limits) -> Self {
        Self {
            to,
            limits,
            legacy: Shelf::default(),
            others: Shelf::default(),
            serving: Shelf::default(),
            called: Called::default(),
            counted: Counted::default(),
            left_out: LeftOut::default(),
            seen: PerWord::default(),
            gapped: 0,
            span: Span::default(),
            routers: Shelf::default(),
        }
    }

    /// Adds one session.
    pub fn add(&mut self, session: &Session) {
        self.add_many(session, 1);
    }

    /// Adds `count` sessions that differ in nothing a tally reads but their times; `session` is from the start of the first to
    /// the end of the last.
    pub fn add_many(&mut self, session: &Session, count: u64) {
        self.seen.add(session.seen, count);
        if session.gaps.is_some() {
            self.gapped += count;
        }
        self.span.widen(session.start, session.end);
        self.note_server(session);
        self.note_router(session);
        if self.to == To::ExchangeOnline && session.exchange_online.is_none() {
            self.left_out.other_servers += count;
            return;
        }
        let Some((address, role)) = internal_end(session) else {
            self.left_out.external += count;
            return;
        };
        self.counted.add(session, count);
        let own = Own::of(session, role);
        let shelf = match own.verdict {
            Verdict::Legacy => &mut self.legacy,
            _ => &mut self.others,
        };
        if let Some(host) = shelf.entry(address, self.limits.hosts) {
            host.add(session, count, own, &self.limits);
        }
    }

    /// Adds a name that a host is called by; it shows if sessions count for the host.
    pub fn name(&mut self, host: &HostName) {
        self.called.add(host, &self.limits);
    }

    /// Adds what another tally of the same kind holds.
    pub fn merge(&mut self, other: Self) {
        self.counted.merge(&other.counted);
        self.left_out.other_servers += other.left_out.other_servers;
        self.left_out.external += other.left_out.external;
        self.seen.merge(&other.seen);
        self.gapped += other.gapped;
        self.span.merge(other.span);
        self.routers.merge(other.routers, MAX_ROUTERS, |(), ()| ());
        let limits = self.limits;
        self.called.merge(other.called, &limits);
        self.serving.merge(other.serving, limits.hosts, |(), ()| ());
        let join = |ours: &mut HostTally, theirs| ours.merge(theirs, &limits);
        self.legacy.merge(other.legacy, limits.hosts, join);
        self.others.merge(other.others, limits.hosts, join);
    }

    /// A server that takes mail of internal clients may be a relay, whoever it is that counts.
    fn note_server(&mut self, session: &Session) {
        if session.direction == Direction::Internal && session.took_mail() {
            self.serving.entry(session.server.ip, self.limits.hosts);
        }
    }

    /// What brings packets from outside is no host's own address.
    fn note_router(&mut self, session: &Session) {
        let macs = match session.direction {
            Direction::Outbound => [session.server.mac, None],
            Direction::Inbound => [session.client.mac, None],
            Direction::External => [session.client.mac, session.server.mac],
            Direction::Internal => return,
        };
        for mac in macs.into_iter().flatten() {
            self.routers.entry(Mac(mac), MAX_ROUTERS);
        }
    }

    /// The hosts that sessions count for, by address, each with all that is kept of it.
    fn hosts(&self) -> impl Iterator<Item = (IpAddr, Cow<'_, HostTally>)> {
        let mut others = self.others.iter().peekable();
        let mut legacy = self.legacy.iter().peekable();
        std::iter::from_fn(move || {
            let first = match (legacy.peek(), others.peek()) {
                (Some((one, _)), Some((other, _))) => *one.min(other),
                (Some((only, _)), None) | (None, Some((only, _))) => *only,
                (None, None) => return None,
            };
            let legacy = legacy.next_if(|(address, _)| *address == first);
            let others = others.next_if(|(address, _)| *address == first);
            match (legacy, others) {
                (Some((_, legacy)), Some((_, others))) => {
                    let mut both = legacy.clone();
                    both.merge(others.clone(), &self.limits);
                    Some((first, Cow::Owned(both)))
                }
                (one, other) => one.or(other).map(|(_, one)| (first, Cow::Borrowed(one))),
            }
        })
    }
}

impl<'a> Extend<&'a Session> for Tally {
    fn extend<T: IntoIterator<Item = &'a Session>>(&mut self, sessions: T) {
        for session in sessions {
            self.add(session);
        }
    }
}

/// The internal host that a session says something about, and which end it is: the client where it is ours, else the
/// server that is (Exchange Online delivers to us).
pub const fn internal_end(session: &Session) -> Option<(IpAddr, Role)> {
    match session.direction {
        Direction::Outbound | Direction::Internal => Some((session.client.ip, Role::Client)),
        Direction::Inbound => Some((session.server.ip, Role::Server)),
        Direction::External => None,
    }
}

impl Counted {
    fn add(&mut self, session: &Session, count: u64) {
        self.sessions += count;
        self.versions.add(session.negotiated, count);
        self.outcomes.add(session.outcome, count);
        self.verdicts.add(session.verdict, count);
    }

    fn merge(&mut self, other: &Self) {
        self.sessions += other.sessions;
        self.versions.merge(&other.versions);
        self.outcomes.merge(&other.outcomes);
        self.verdicts.merge(&other.verdicts);
    }
}

#[cfg(test)]
mod tests;
