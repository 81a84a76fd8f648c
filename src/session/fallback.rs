//! Joins a failed TLS attempt with the session in clear that follows it: the finding `cleartext_fallback`.
//!
//! Opportunistic senders (RFC 7435) that cannot agree on TLS come back without it, mostly within seconds. The mail gets through, so
//! nobody notices; only the order of two sessions of one host shows it. Sessions must come in the order of their ends.

use std::collections::VecDeque;
use std::net::IpAddr;

use super::{Finding, Outcome, Session};
use crate::time::{SECOND, Timestamp};

/// A session in clear within this time of a failure counts as the answer to it: mail servers retry at once or after minutes.
const WITHIN: u64 = 900 * SECOND;
/// The failed connection's last packets may come so long after the client has begun the next one.
const CLOSING: u64 = 2 * SECOND;
/// Failures remembered; the oldest is forgotten first.
const MAX_FAILURES: usize = 4096;

/// Remembers recent failures of TLS.
#[derive(Debug, Default)]
pub struct Fallback {
    failures: VecDeque<Failure>,
}

#[derive(Clone, Copy, Debug)]
struct Failure {
    client: IpAddr,
    server: IpAddr,
    online: bool,
    end: Timestamp,
}

impl Fallback {
    /// Remembers `session` if its TLS failed; marks it if it sends mail in clear and follows a failure of the same host toward the same
    /// server, or both toward Exchange Online. A session that does nothing, or asks for TLS again, is no way around it.
    pub fn judge(&mut self, session: &mut Session) {
        let online = session.exchange_online.is_some();
        if has_failed(session) {
            self.remember(Failure {
                client: session.client.ip,
                server: session.server.ip,
                online,
                end: session.end,
            });
            return;
        }
        if !session.findings.contains(Finding::StarttlsNever) {
            return;
        }
        let follows = |failure: &Failure| {
            failure.client == session.client.ip
                && (failure.server == session.server.ip || (failure.online && online))
                && failure.end <= session.start.plus(CLOSING)
                && session.start.since(failure.end) <= WITHIN
        };
        if self.failures.iter().any(follows) {
            session.findings.insert(Finding::CleartextFallback);
            session.findings.remove(Finding::StarttlsNever);
        }
    }

    fn remember(&mut self, failure: Failure) {
        if self.failures.len() >= MAX_FAILURES {
            self.failures.pop_front();
        }
        self.failures.push_back(failure);
    }
}

/// TLS was tried and did not come about.
fn has_failed(session: &Session) -> bool {
    matches!(
        session.outcome,
        Outcome::Rejected | Outcome::Closed | Outcome::Unanswered | Outcome::StarttlsRefused
    )
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::session::Mode;
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

    fn failed(second: u64) -> Session {
        session(second, Outcome::Rejected)
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
        // Refused before it began: 454 and the like.
        assert!(falls_back(
            session(0, Outcome::StarttlsRefused),
            in_clear(3)
        ));
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
        let mut long = failed(0);
        long.end = long.start.plus(5 * SECOND);
        assert!(!falls_back(long.clone(), in_clear(1)));
        // The last packets of the one may come behind the first of the other.
        assert!(falls_back(long, in_clear(4)));
    }
}
