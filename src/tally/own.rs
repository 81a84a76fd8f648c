//! What of a session a host has to answer for, by the end that it was.
//!
//! A record tells of the session; most of it is what the client did. A server answers for what it chose and for what it did not
//! offer, not for what those who come to it do.

use super::Role;
use crate::session::{Finding, Findings, LimitedBy, Session, Verdict};

/// What a host has to answer for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Own {
    /// The end that it was.
    pub(super) role: Role,
    /// The session in one word, as far as it is about this end.
    pub(super) verdict: Verdict,
    /// What this end has to act on.
    pub(super) findings: Findings,
}

impl Own {
    /// What of `session` the host answers for that was the end that `role` says.
    pub(super) fn of(session: &Session, role: Role) -> Self {
        match role {
            Role::Client => Self {
                role,
                verdict: session.verdict,
                findings: session.findings,
            },
            Role::Server => Self {
                role,
                verdict: server_verdict(session),
                findings: server_findings(session),
            },
        }
    }
}

/// A legacy version is the server's if it was offered better; what a client offers or does not ask for says nothing of
/// the server.
fn server_verdict(session: &Session) -> Verdict {
    match session.verdict {
        Verdict::Legacy if !kept_down(session) => Verdict::Unknown,
        Verdict::Plaintext if !withholds_tls(session) => Verdict::Unknown,
        Verdict::Weak => Verdict::Unknown,
        verdict => verdict,
    }
}

fn server_findings(session: &Session) -> Findings {
    let mut findings = Findings::default();
    for finding in session.findings.iter() {
        let own = match finding {
            Finding::LegacyNegotiated => kept_down(session),
            Finding::StarttlsNever => withholds_tls(session),
            // Its certificate was not trusted; TLS with it failed.
            Finding::CertificateRejected | Finding::CleartextFallback => true,
            Finding::LegacyCapped
            | Finding::NoAcceptableSuite
            | Finding::Intercepted
            | Finding::LegacyEndpoint
            | Finding::RetiredName
            | Finding::AuthInClear => false,
        };
        if own {
            findings.insert(finding);
        }
    }
    findings
}

/// The server was offered better than it chose.
fn kept_down(session: &Session) -> bool {
    session.limited_by == Some(LimitedBy::Server)
}

/// The server did not offer TLS to one who asked what there is; to HELO nothing is offered (RFC 5321 section 4.1.1.1).
const fn withholds_tls(session: &Session) -> bool {
    session.server_did.withhold_tls
}
