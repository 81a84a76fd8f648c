//! Joins a failed TLS attempt with the session in clear that follows it: the finding `cleartext_fallback`.
//!
//! Opportunistic senders (RFC 7435) that cannot agree on TLS come back without it, mostly within seconds. The mail gets through, so
//! nobody notices; only the order of two sessions of one host shows it. Sessions must come in the order of their ends.

use std::collections::VecDeque;
use std::net::IpAddr;

use super::{Finding, Mode, Outcome, Session};
use crate::time::{SECOND, Timestamp};

/// A session in clear within this time of a failure counts as the answer to it: mail servers retry at once or after minutes.
const WITHIN: u64 = 900 * SECOND;
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
    start: Timestamp,
}

impl Fallback {
    /// Remembers `session` if its TLS failed; marks it if it is in clear and follows a failure of the same host toward the same
    /// server, or both toward Exchange Online.
    pub fn judge(&mut self, session: &mut Session) {
        let online = session.exchange_online.is_some();
        if has_failed(session) {
            self.remember(Failure {
                client: session.client.ip,
                server: session.server.ip,
                online,
                start: session.start,
            });
            return;
        }
        if session.mode != Some(Mode::Plaintext)
            || session.findings.contains(Finding::CleartextFallback)
        {
            return;
        }
        let follows = |failure: &Failure| {
            failure.client == session.client.ip
                && (failure.server == session.server.ip || (failure.online && online))
                && failure.start <= session.start
                && session.start.since(failure.start) <= WITHIN
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
        Outcome::Rejected | Outcome::Closed | Outcome::Unanswered
    ) || (session.outcome == Outcome::StarttlsRefused && session.mode == Some(Mode::Starttls))
}
