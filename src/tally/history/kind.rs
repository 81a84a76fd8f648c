//! A kind of session: all that differ only in their times. What a report asks of it is worked out once.

use std::sync::Arc;

use super::By;
use crate::session::{EndpointKind, Outcome, Session, Verdict};
use crate::tally::host::OTHER_SERVER;
use crate::tally::own::Own;
use crate::tally::{Role, To, internal_end};
use crate::time::Timestamp;
use crate::tls::Version;

/// The group of sessions of which the answer is not known.
pub const UNKNOWN: &str = "unknown";

/// Sessions that differ only in their times.
pub(super) struct Kind {
    /// Whether they count.
    pub(super) counts: bool,
    pub(super) host: Option<usize>,
    pub(super) version: Option<Version>,
    pub(super) verdict: Verdict,
    /// As far as it is about the host.
    pub(super) host_verdict: Verdict,
    /// Who saw them.
    pub(super) sensor: Arc<str>,
    /// The answer to `--by`.
    pub(super) key: Arc<str>,
    pub(super) comparable: bool,
    pub(super) sessions: u64,
    pub(super) first: Timestamp,
    pub(super) last: Timestamp,
}

/// The number of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindId(pub(super) usize);

impl Kind {
    /// Sessions like this one, seen by `sensor`; `place` gives hosts that count theirs.
    pub(super) fn of(
        like: &Session,
        sensor: &Arc<str>,
        by: Option<By>,
        to: To,
        place: impl FnOnce(std::net::IpAddr) -> Option<usize>,
    ) -> Self {
        let counts = to == To::Any || like.exchange_online.is_some();
        let host = internal_end(like).filter(|_| counts);
        Self {
            counts: host.is_some(),
            host: host.and_then(|(address, _)| place(address)),
            version: like.negotiated,
            verdict: like.verdict,
            host_verdict: host.map_or(like.verdict, |(_, role)| Own::of(like, role).verdict),
            sensor: Arc::clone(sensor),
            key: key(like, sensor, by, host.map(|(_, role)| role)),
            comparable: host.is_some() && is_comparable(like),
            sessions: 0,
            first: Timestamp(u64::MAX),
            last: Timestamp(0),
        }
    }
}

/// The row of `--by` that sessions stand in.
fn key(like: &Session, sensor: &Arc<str>, by: Option<By>, role: Option<Role>) -> Arc<str> {
    let service = like.exchange_online;
    match by {
        Some(By::Endpoint) => service
            .map_or(OTHER_SERVER, |service| service.endpoint.name())
            .into(),
        // The software of a client elsewhere is not what is asked for.
        Some(By::Client) => like
            .client_guess
            .filter(|_| role == Some(Role::Client))
            .unwrap_or(UNKNOWN)
            .into(),
        Some(By::Sensor) => Arc::clone(sensor),
        Some(By::Day | By::Host) | None => Arc::from(""),
    }
}

/// Whether Microsoft's report could count a message of such a session.
fn is_comparable(like: &Session) -> bool {
    let submission = like.exchange_online.is_some_and(|service| {
        matches!(
            service.endpoint,
            EndpointKind::ClientSubmission | EndpointKind::LegacySubmission
        )
    });
    submission && like.outcome == Outcome::Established && like.negotiated.is_some()
}
