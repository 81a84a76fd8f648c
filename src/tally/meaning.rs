//! What each finding means and what to do about it. A stand-in: the sentences of the exchange stage take its place.

use crate::session::Finding;

/// A finding in plain words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advice {
    /// What it means, one sentence.
    pub meaning: &'static str,
    /// What to do, one sentence.
    pub action: &'static str,
}

/// What `finding` means.
pub const fn meaning(finding: Finding) -> Advice {
    let (meaning, action) = match finding {
        Finding::LegacyNegotiated => (
            "The session ran over TLS 1.1 or older.",
            "Turn on TLS 1.2 on the end that keeps the version down, then turn the old versions off.",
        ),
        Finding::LegacyCapped => (
            "The best version this host offers is TLS 1.1 or older, so Exchange Online will refuse it.",
            "Update its mail software or firmware, or turn on TLS 1.2 in its settings.",
        ),
        Finding::NoAcceptableSuite => (
            "The host offers TLS 1.2, but no cipher suite that Exchange Online accepts.",
            "Turn on an ECDHE suite with AES-GCM.",
        ),
        Finding::CleartextFallback => (
            "TLS failed, and the host came back and sent without it.",
            "Make TLS mandatory in its mail settings, after mending why TLS failed.",
        ),
        Finding::StarttlsNever => (
            "The host never asks for TLS.",
            "Turn on STARTTLS in its mail settings.",
        ),
        Finding::CertificateRejected => (
            "The host does not trust the certificate it was shown.",
            "Install the current root certificates on it and check its clock.",
        ),
        Finding::Intercepted => (
            "The certificate is not from an issuer that Exchange Online uses: something on the way opens the TLS.",
            "Exempt the Exchange Online endpoints from TLS inspection.",
        ),
        Finding::LegacyEndpoint => (
            "The host uses an endpoint that Microsoft keeps for legacy TLS.",
            "Move it to smtp.office365.com with TLS 1.2.",
        ),
        Finding::RetiredName => (
            "The host uses a server name that the service has given up.",
            "Set the current name in its mail settings.",
        ),
        Finding::AuthInClear => (
            "The host sent a login outside TLS.",
            "Make TLS mandatory in its mail settings and change the password.",
        ),
    };
    Advice { meaning, action }
}
