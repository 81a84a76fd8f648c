//! The session in one word, and what to act on.

use crate::exchange;
use crate::session::{
    Alert, Direction, Evidence, Finding, Findings, Mode, Offer, Session, Side, Verdict,
};
use crate::tls::Version;

/// The session in one word.
pub(super) fn verdict(
    mode: Option<Mode>,
    negotiated: Option<Version>,
    cipher: Option<u32>,
    offer: Option<&Offer>,
    acceptable_in_tls12: Option<bool>,
) -> Verdict {
    if negotiated.is_some_and(Version::is_legacy) {
        return Verdict::Legacy;
    }
    match offer {
        // A legacy offer was all there was, whatever came of it.
        Some(offer) if offer.max.is_legacy() => Verdict::Legacy,
        // A client that also allows TLS 1.3, which Exchange Online speaks, is weak only where it got TLS 1.2.
        Some(offer)
            if acceptable_in_tls12 == Some(false)
                && negotiated.unwrap_or(offer.max) == Version::TLS12 =>
        {
            Verdict::Weak
        }
        // Of a client whose offer was not seen, the suite that was taken proves that it offers one that is accepted.
        _ if negotiated == Some(Version::TLS12) && acceptable_in_tls12.is_none() => {
            let proves = |suite| {
                let suite = u16::try_from(suite);
                suite.is_ok_and(|suite| exchange::is_acceptable_suite(suite, Version::TLS12))
            };
            if cipher.is_some_and(proves) {
                Verdict::Modern
            } else {
                Verdict::Unknown
            }
        }
        _ if negotiated.is_some_and(|version| version.standard().is_some()) => Verdict::Modern,
        _ if mode == Some(Mode::Plaintext) => Verdict::Plaintext,
        _ => Verdict::Unknown,
    }
}

/// What to act on, but for `cleartext_fallback`, most of which needs other sessions.
pub(super) fn findings(
    session: &Session,
    classification: &exchange::Classification,
    never_asked: bool,
) -> Findings {
    let mut findings = Findings::default();
    let mut add = |finding, holds: bool| {
        if holds {
            findings.insert(finding);
        }
    };
    let online = session.exchange_online.is_some();
    let offers_legacy = session
        .offer
        .as_ref()
        .is_some_and(|offer| offer.max.is_legacy());
    add(
        Finding::LegacyNegotiated,
        session.negotiated.is_some_and(Version::is_legacy),
    );
    add(Finding::LegacyCapped, offers_legacy);
    add(Finding::NoAcceptableSuite, session.verdict == Verdict::Weak);
    add(Finding::StarttlsNever, never_asked);
    add(Finding::CertificateRejected, is_distrust(session.alert));
    let issuer = session
        .certificate
        .as_deref()
        .map(exchange::issuer_is_known);
    add(
        Finding::Intercepted,
        is_asked_for(session) && issuer == Some(false),
    );
    add(
        Finding::LegacyEndpoint,
        online && classification.legacy_endpoint,
    );
    add(Finding::RetiredName, online && classification.retired_name);
    add(Finding::AuthInClear, session.auth_in_clear);
    findings
}

/// The certificate is in the place of Exchange Online's. Where Exchange Online delivers, the server's is its own; a
/// server of ours is in that place only for a client that asks it for Exchange Online.
fn is_asked_for(session: &Session) -> bool {
    session.exchange_online.is_some_and(|online| {
        let by_name = online.evidence.contains(Evidence::ServerName);
        match session.direction {
            Direction::Outbound | Direction::External => true,
            Direction::Internal => by_name,
            Direction::Inbound => false,
        }
    })
}

/// Alerts by which a client says that it does not trust the certificate: bad_certificate (42) to certificate_unknown
/// (46), unknown_ca (48).
pub(super) fn is_distrust(alert: Option<Alert>) -> bool {
    alert.is_some_and(|alert| alert.by == Side::Client && matches!(alert.code, 42..=46 | 48))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::session::{Certificate, sample};

    /// A session whose server's certificate is from an issuer of one's own.
    fn foreign(direction: Direction, evidence: Evidence) -> bool {
        let mut session = sample::submission("10.0.0.5", 0, Version::TLS12);
        session.direction = direction;
        let online = session.exchange_online.as_mut().unwrap();
        online.evidence.insert(evidence);
        session.certificate = Some(Arc::new(Certificate {
            issuer: "CN=Mail Shield".into(),
            issuer_cn: Some("Mail Shield".into()),
            ..Certificate::default()
        }));
        let classification = exchange::Classification::default();
        findings(&session, &classification, false).contains(Finding::Intercepted)
    }

    /// A proxy of one's own stands in for Exchange Online where it was asked for by name; a server of ours to which
    /// Exchange Online delivers has a certificate of its own.
    #[test]
    fn who_may_have_another_certificate() {
        assert!(foreign(Direction::Outbound, Evidence::Address));
        assert!(foreign(Direction::Internal, Evidence::ServerName));
        assert!(!foreign(Direction::Internal, Evidence::Banner));
        assert!(!foreign(Direction::Inbound, Evidence::Address));
        assert!(!foreign(Direction::Inbound, Evidence::ServerName));
    }
}
