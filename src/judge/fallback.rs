//! Joins a failed TLS attempt with the session in clear that follows it: the finding `cleartext_fallback`.
//!
//! Opportunistic senders (RFC 7435) that cannot agree on TLS come back without it, mostly within seconds. The mail gets
//! through, so nobody notices; only the order of two sessions of one host shows it. Sessions must come in the order of
//! their ends. What counts is the moment at which TLS failed ([`Session::tls_failed`]): the connection may stay open
//! long after it.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;

use crate::session::{Finding, Outcome, Party, Session};
use crate::time::{SECOND, Timestamp};

/// A session in clear within this time of a failure counts as the answer to it: mail servers retry at once or after minutes.
const WITHIN: u64 = 900 * SECOND;
/// Failures remembered; the oldest is forgotten first, and counted if a session in clear could still follow.
const MAX_FAILURES: usize = 4096;

/// Remembers recent failures of TLS.
#[derive(Debug, Default)]
pub struct Fallback {
    /// By client, in the order in which they came.
    failures: HashMap<IpAddr, VecDeque<Failure>>,
    /// Whose they are, in the same order.
    clients: VecDeque<IpAddr>,
    forgotten: u64,
}

#[derive(Clone, Debug)]
struct Failure {
    server: (IpAddr, u16),
    online: bool,
    /// The name that the client gave.
    name: Option<Arc<str>>,
    at: Timestamp,
    /// Since then TLS works again.
    cured: Option<Timestamp>,
}

impl Fallback {
    /// Remembers `session` if its TLS failed; marks it if it sends mail in clear and follows a failure of the same host
    /// toward the same server, or both toward Exchange Online. A session that does nothing, or asks for TLS again, is
    /// no way around it; and with one whose TLS comes about the failure is over.
    pub fn judge(&mut self, session: &mut Session) {
        if let Some(at) = session.tls_failed {
            self.remember(session.client.ip, Failure::of(session, at));
            return;
        }
        let Some(failures) = self.failures.get_mut(&session.client.ip) else {
            return;
        };
        if session.outcome == Outcome::Established {
            for failure in failures.iter_mut().filter(|one| one.is_cured_by(session)) {
                let cured = failure.cured.get_or_insert(session.start);
                *cured = session.start.min(*cured);
            }
        } else if session.findings.contains(Finding::StarttlsNever)
            && failures.iter().any(|failure| failure.leads_to(session))
        {
            session.findings.insert(Finding::CleartextFallback);
            session.findings.remove(Finding::StarttlsNever);
        }
    }

    /// Failures forgotten for newer ones while a session in clear could still follow.
    pub const fn forgotten(&self) -> u64 {
        self.forgotten
    }

    fn remember(&mut self, client: IpAddr, failure: Failure) {
        if self.clients.len() >= MAX_FAILURES {
            self.forget_oldest(failure.at);
        }
        self.clients.push_back(client);
        self.failures.entry(client).or_default().push_back(failure);
    }

    fn forget_oldest(&mut self, now: Timestamp) {
        if let Some(client) = self.clients.pop_front()
            && let Some(failures) = self.failures.get_mut(&client)
        {
            let oldest = failures.pop_front();
            let is_past = oldest.is_none_or(|oldest| now.since(oldest.at) > WITHIN);
            self.forgotten += u64::from(!is_past);
            if failures.is_empty() {
                self.failures.remove(&client);
            }
        }
    }
}

impl Failure {
    fn of(session: &Session, at: Timestamp) -> Self {
        Self {
            server: place(&session.server),
            online: session.exchange_online.is_some(),
            name: session.client.domain.clone(),
            at,
            cured: None,
        }
    }

    /// Whether `session`, in clear, is the way around it.
    fn leads_to(&self, session: &Session) -> bool {
        let same_server = self.server == place(&session.server);
        self.is_toward_the_same(session)
            && (same_server || !self.is_of_another_program(session))
            && self.at <= session.start
            && session.start.since(self.at) <= WITHIN
            && self.cured.is_none_or(|cured| cured > session.start)
    }

    /// Whether `session`, whose TLS came about, shows that what failed works again.
    fn is_cured_by(&self, session: &Session) -> bool {
        self.is_toward_the_same(session)
            && !self.is_of_another_program(session)
            && self.at <= session.start
    }

    fn is_toward_the_same(&self, session: &Session) -> bool {
        self.server.0 == session.server.ip || (self.online && session.exchange_online.is_some())
    }

    /// Both gave a name, and not the same one.
    fn is_of_another_program(&self, session: &Session) -> bool {
        match (&self.name, &session.client.domain) {
            (Some(one), Some(other)) => !one.eq_ignore_ascii_case(other),
            _ => false,
        }
    }
}

const fn place(server: &Party) -> (IpAddr, u16) {
    (server.ip, server.port)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Mode;
    use crate::session::sample;
    use crate::tls::Version;

    const CLIENT: &str = "10.0.0.5";

    /// A session of a second, so many seconds after the first.
    fn session(second: u64, outcome: Outcome) -> Session {
        let mut session = sample::submission(CLIENT, 0, Version::TLS12);
        session.start = session.start.plus(second * SECOND);
        session.end = session.start.plus(SECOND);
        session.outcome = outcome;
        session
    }

    fn named(mut session: Session, name: &str) -> Session {
        session.client.domain = Some(name.into());
        session
    }

    /// TLS fails half a second after the start.
    fn failed(second: u64) -> Session {
        let mut session = session(second, Outcome::Rejected);
        session.tls_failed = Some(session.start.plus(SECOND / 2));
        session
    }

    fn in_clear(second: u64) -> Session {
        let mut session = session(second, Outcome::StarttlsNotUsed);
        session.mode = Some(Mode::Plaintext);
        session.findings.insert(Finding::StarttlsNever);
        session
    }

    fn falls_back(mut first: Session, mut second: Session) -> bool {
        let mut fallback = Fallback::default();
        fallback.judge(&mut first);
        fallback.judge(&mut second);
        let never = second.findings.contains(Finding::StarttlsNever);
        let back = second.findings.contains(Finding::CleartextFallback);
        assert!(!(back && never));
        back
    }

    #[test]
    fn mail_in_clear_after_a_failure() {
        assert!(falls_back(failed(0), in_clear(1)));
        assert!(falls_back(failed(0), in_clear(800)));
        assert!(!falls_back(failed(0), in_clear(1000)));
        assert!(!falls_back(session(0, Outcome::Established), in_clear(3)));
    }

    /// What sends no mail or asks for TLS has not gone on without it.
    #[test]
    fn a_session_that_does_nothing_is_no_fallback() {
        for outcome in [
            Outcome::StarttlsNotOffered,
            Outcome::StarttlsNotUsed,
            Outcome::StarttlsRefused,
        ] {
            let mut idle = in_clear(3);
            idle.outcome = outcome;
            idle.findings.remove(Finding::StarttlsNever);
            assert!(!falls_back(failed(0), idle));
        }
    }

    #[test]
    fn what_began_before_the_failure_does_not_follow_it() {
        let mut late = failed(0);
        late.tls_failed = Some(late.start.plus(2 * SECOND));
        late.end = late.start.plus(60 * SECOND);
        assert!(!falls_back(late.clone(), in_clear(1)));
        // The connection that failed may stay open.
        assert!(falls_back(late, in_clear(3)));
    }

    #[test]
    fn another_program_at_another_server() {
        let other_port = |mut session: Session| {
            session.server.port = 25;
            session
        };
        let (erp, backup) = (named(failed(0), "erp"), named(in_clear(3), "backup"));
        assert!(falls_back(erp.clone(), backup.clone()));
        assert!(!falls_back(erp.clone(), other_port(backup)));
        assert!(falls_back(erp, other_port(named(in_clear(3), "ERP"))));
        assert!(falls_back(
            failed(0),
            other_port(named(in_clear(3), "backup"))
        ));
    }

    #[test]
    fn tls_that_works_again_ends_a_failure() {
        let with = |between: Session| {
            let mut fallback = Fallback::default();
            let (mut first, mut between, mut last) = (failed(0), between, in_clear(9));
            first.client.domain = Some("erp".into());
            for session in [&mut first, &mut between, &mut last] {
                fallback.judge(session);
            }
            last.findings.contains(Finding::CleartextFallback)
        };
        assert!(!with(session(5, Outcome::Established)));
        assert!(!with(named(session(5, Outcome::Established), "erp")));
        assert!(with(named(session(5, Outcome::Established), "backup")));
        // It began before the failure, or behind what was sent in clear.
        assert!(with(session(0, Outcome::Established)));
        assert!(with(session(10, Outcome::Established)));
        assert!(with(session(5, Outcome::Negotiated)));
    }

    #[test]
    fn the_oldest_failure_is_forgotten_first() {
        let mut fallback = Fallback::default();
        let address = |at: usize| IpAddr::from([10, 1, (at >> 8) as u8, at as u8]);
        for at in 0..=MAX_FAILURES {
            let mut session = failed(0);
            session.client.ip = address(at);
            fallback.judge(&mut session);
        }
        for (at, back) in [(0, false), (1, true), (MAX_FAILURES, true)] {
            let mut session = in_clear(3);
            session.client.ip = address(at);
            fallback.judge(&mut session);
            assert_eq!(session.findings.contains(Finding::CleartextFallback), back);
        }
        assert_eq!(fallback.failures.len(), MAX_FAILURES);
        assert_eq!(fallback.forgotten(), 1);
        // Nothing follows the others any more.
        fallback.judge(&mut failed(1000));
        assert_eq!(fallback.forgotten(), 1);
    }
}
