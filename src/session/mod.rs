//! The one record that everything after the protocol stages shares: console, report, store and exports are
//! different readers of [`Session`].
//!
//! A field that is not known is `None` or empty, never a made-up value. Strings in here came off the wire: bounded in
//! length, but hostile; every writer escapes them for its own form.

pub mod asked;
pub mod clients;
pub mod community;
pub mod fields;
pub mod identity;
pub mod json;
pub mod networks;
pub mod record;
pub mod reference;
#[cfg(test)]
pub(crate) mod sample;
pub mod text;
pub mod vendor;
pub mod words;

use std::net::IpAddr;
use std::sync::Arc;

pub use crate::tls::{Alert, Certificate};

use crate::time::Timestamp;
use crate::tls::Version;

/// Longest string kept from the wire, in bytes; what is longer is cut at a character and ends in `…`.
pub const MAX_STRING: usize = 255;

/// One TCP connection that speaks SMTP, or TLS where SMTP is expected.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// Stable identity: the same for the same session seen by the same sensor.
    pub id: u64,
    /// First packet of the session.
    pub start: Timestamp,
    /// Last packet used.
    pub end: Timestamp,
    /// The file or interface that brought the first packet.
    pub origin: Arc<Origin>,
    /// Who opened the TCP connection.
    pub client: Party,
    /// Who took it.
    pub server: Party,
    /// Where the two stand to the internal networks.
    pub direction: Direction,
    /// How TLS began; `None` where the capture does not hold what would decide it.
    pub mode: Option<Mode>,
    /// The command that asked for TLS, in mode `starttls`, where it was seen.
    pub starttls_command: Option<StarttlsCommand>,
    /// What became of it.
    pub outcome: Outcome,
    /// When it was seen that TLS does not come about, though it was tried. In no record: for
    /// what comes after ([`fallback`](crate::judge::fallback)).
    pub tls_failed: Option<Timestamp>,
    /// The fatal alert that ended the handshake, if one was sent in clear.
    pub alert: Option<Alert>,
    /// What the ClientHello allows.
    pub offer: Option<Offer>,
    /// The version in the ServerHello.
    pub negotiated: Option<Version>,
    /// The server's random says that it chose less than it knows (RFC 8446 section 4.1.3): it knows TLS 1.3 (and the mark is TLS
    /// 1.2's), or TLS 1.2 at least (the mark is that of 1.1 and older).
    pub downgrade_sentinel: Option<Version>,
    /// The suite the server chose (IANA number; SSL 2.0 kinds have three bytes).
    pub cipher: Option<u32>,
    /// The handshake was seen to finish.
    pub established: Option<bool>,
    /// The handshake resumed an earlier one; `None` where that cannot be told.
    pub resumed: Option<bool>,
    /// Server name indication of the ClientHello.
    pub server_name: Option<Arc<str>>,
    /// JA3 of the ClientHello, 32 hex digits.
    pub ja3: Option<Arc<str>>,
    /// JA3S of the ServerHello, 32 hex digits.
    pub ja3s: Option<Arc<str>>,
    /// JA4 of the ClientHello.
    pub ja4: Option<Arc<str>>,
    /// The server's certificate, where it went in clear (TLS 1.2 and older).
    pub certificate: Option<Arc<Certificate>>,
    /// Who kept the version down, where the answer was legacy or refused for its version.
    pub limited_by: Option<LimitedBy>,
    /// The session in one word.
    pub verdict: Verdict,
    /// What to act on.
    pub findings: Findings,
    /// Present only if the server is Exchange Online.
    pub exchange_online: Option<ExchangeOnline>,
    /// Software the fingerprint is known for.
    pub client_guess: Option<&'static str>,
    /// AUTH was sent outside TLS.
    pub auth_in_clear: bool,
    /// First line of the server's greeting.
    pub banner: Option<Arc<str>>,
    /// The client's address as the server greets it (`Hello [203.0.113.7]`).
    pub public_ip: Option<IpAddr>,
    /// Handshake times of the monitored world.
    pub latency: Latency,
    /// Bytes known to be missing from the part that was followed.
    pub gaps: Option<Gaps>,
    /// Which directions of the session the capture holds.
    pub seen: Seen,
    /// What flowed after the handshake.
    pub exchange: Option<Exchange>,
    /// What the server did, for reports; in no record.
    pub server_did: ServerDid,
}

/// What a server did that a report asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServerDid {
    /// It was asked what it offers (EHLO), and STARTTLS was not in it.
    pub withhold_tls: bool,
    /// It took mail, in clear: a recipient, or content.
    pub take_mail: bool,
}

impl Session {
    /// The server took mail, as far as can be told: what was seen of it in clear, or behind a handshake bytes both ways
    /// that do not look like a refusal.
    pub fn took_mail(&self) -> bool {
        let flowed = |exchange: Exchange| {
            exchange.client_bytes > 0
                && exchange.server_bytes > 0
                && exchange.likely != Likely::Refused
        };
        self.server_did.take_mail || self.exchange.is_some_and(flowed)
    }

    /// Who issued the certificate, if it is not one that Exchange Online uses.
    pub fn intercepted_by(&self) -> Option<&str> {
        let certificate = self.certificate.as_ref()?;
        let told = self.findings.contains(Finding::Intercepted) && !certificate.issuer.is_empty();
        told.then_some(certificate.issuer.as_str())
    }

    /// A session of which nothing is known.
    pub(crate) fn unknown() -> Self {
        let nobody = Party {
            ip: [0, 0, 0, 0].into(),
            port: 0,
            mac: None,
            domain: None,
        };
        Self {
            id: 0,
            start: Timestamp::default(),
            end: Timestamp::default(),
            origin: Arc::new(Origin::File(String::new())),
            client: nobody.clone(),
            server: nobody,
            direction: Direction::External,
            mode: None,
            starttls_command: None,
            outcome: Outcome::Incomplete,
            tls_failed: None,
            alert: None,
            offer: None,
            negotiated: None,
            downgrade_sentinel: None,
            cipher: None,
            established: None,
            resumed: None,
            server_name: None,
            ja3: None,
            ja3s: None,
            ja4: None,
            certificate: None,
            limited_by: None,
            verdict: Verdict::Unknown,
            findings: Findings::default(),
            exchange_online: None,
            client_guess: None,
            auth_in_clear: false,
            banner: None,
            public_ip: None,
            latency: Latency::default(),
            gaps: None,
            seen: Seen::Both,
            exchange: None,
            server_did: ServerDid::default(),
        }
    }
}

/// Where packets came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A capture file, as it was named on the command line; `-` for standard input.
    File(String),
    /// A network interface.
    Interface(String),
}

/// One end of a TCP connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// Address.
    pub ip: IpAddr,
    /// TCP port.
    pub port: u16,
    /// Link-layer address next to the IP header, where the link has one.
    pub mac: Option<[u8; 6]>,
    /// Client: the EHLO/HELO argument. Server: SNI, else the name seen in DNS, else the banner's.
    pub domain: Option<Arc<str>>,
}

/// Where client and server stand to the internal networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Internal client, external server.
    Outbound,
    /// External client, internal server.
    Inbound,
    /// Both internal.
    Internal,
    /// Both external.
    External,
}

/// How TLS began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// By command (RFC 3207), or Exchange's `X-ANONYMOUSTLS`.
    Starttls,
    /// From the first byte (RFC 8314).
    Implicit,
    /// It never did.
    Plaintext,
}

/// The command that asked for TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StarttlsCommand {
    /// RFC 3207.
    Starttls,
    /// MS-SMTPNTLM and Exchange's own form between its servers.
    XAnonymousTls,
}

/// What became of the session's TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// The handshake was seen to finish.
    Established,
    /// ServerHello seen, the end not.
    Negotiated,
    /// A fatal alert in clear.
    Rejected,
    /// TCP closed or reset after the ClientHello, before a ServerHello.
    Closed,
    /// A ClientHello that nothing followed, though the capture went on.
    Unanswered,
    /// The server said no to STARTTLS.
    StarttlsRefused,
    /// The server never offered it.
    StarttlsNotOffered,
    /// The server offered it and the client never asked.
    StarttlsNotUsed,
    /// The capture cuts the session before any of these.
    Incomplete,
}

/// One of the two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The TCP client.
    Client,
    /// The TCP server.
    Server,
}

/// What a ClientHello allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Versions, highest first, without GREASE and unknown values.
    pub versions: Arc<[Version]>,
    /// The highest of them.
    pub max: Version,
    /// The list was sent (`supported_versions`), rather than implied by `legacy_version`.
    pub listed: bool,
    /// The suites hold at least one that Exchange Online accepts; `None` if the list was not seen whole.
    pub acceptable_suite: Option<bool>,
}

/// Who kept the version down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LimitedBy {
    /// The client offers no better.
    Client,
    /// The server was offered better.
    Server,
}

/// A session in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// A legacy version was negotiated, or nothing better than one was offered.
    Legacy,
    /// TLS 1.2, but none of the suites that Exchange Online accepts.
    Weak,
    /// Never TLS.
    Plaintext,
    /// TLS 1.2 or 1.3.
    Modern,
    /// The capture does not tell.
    Unknown,
}

/// One thing to act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Finding {
    /// A legacy version was negotiated.
    LegacyNegotiated,
    /// The best offer is legacy, whatever came of it.
    LegacyCapped,
    /// TLS 1.2 without a suite that Exchange Online accepts.
    NoAcceptableSuite,
    /// TLS failed, the same host came back without it.
    CleartextFallback,
    /// The host never asked for TLS.
    StarttlsNever,
    /// The client's alert says that it does not trust the certificate.
    CertificateRejected,
    /// The certificate's issuer is not one Exchange Online uses.
    Intercepted,
    /// An endpoint kept for legacy TLS.
    LegacyEndpoint,
    /// A name that the service has given up.
    RetiredName,
    /// AUTH outside TLS.
    AuthInClear,
}

impl Finding {
    /// All, in the order of the contract.
    pub const ALL: [Self; 10] = [
        Self::LegacyNegotiated,
        Self::LegacyCapped,
        Self::NoAcceptableSuite,
        Self::CleartextFallback,
        Self::StarttlsNever,
        Self::CertificateRejected,
        Self::Intercepted,
        Self::LegacyEndpoint,
        Self::RetiredName,
        Self::AuthInClear,
    ];

    /// The word in records and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LegacyNegotiated => "legacy_negotiated",
            Self::LegacyCapped => "legacy_capped",
            Self::NoAcceptableSuite => "no_acceptable_suite",
            Self::CleartextFallback => "cleartext_fallback",
            Self::StarttlsNever => "starttls_never",
            Self::CertificateRejected => "certificate_rejected",
            Self::Intercepted => "intercepted",
            Self::LegacyEndpoint => "legacy_endpoint",
            Self::RetiredName => "retired_name",
            Self::AuthInClear => "auth_in_clear",
        }
    }
}

/// A set of [`Finding`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Findings(u16);

impl Findings {
    /// Adds one.
    pub fn insert(&mut self, finding: Finding) {
        self.0 |= 1 << finding as u8;
    }

    /// Takes one out.
    pub fn remove(&mut self, finding: Finding) {
        self.0 &= !(1 << finding as u8);
    }

    /// Adds all of `other`.
    pub fn merge(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Whether `finding` is in the set.
    pub const fn contains(self, finding: Finding) -> bool {
        self.0 & (1 << finding as u8) != 0
    }

    /// Whether there is nothing to act on.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The findings in the order of the contract.
    pub fn iter(self) -> impl Iterator<Item = Finding> {
        Finding::ALL
            .into_iter()
            .filter(move |finding| self.contains(*finding))
    }
}

/// What is known of the Exchange Online end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExchangeOnline {
    /// Which cloud; `None` if the evidence does not say.
    pub instance: Option<Instance>,
    /// Which kind of endpoint.
    pub endpoint: EndpointKind,
    /// What proves it.
    pub evidence: EvidenceSet,
    /// What says otherwise: that it is not Exchange Online, or another cloud or kind of it.
    pub contradicted_by: EvidenceSet,
}

/// A cloud of Exchange Online.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Instance {
    /// The public cloud.
    Worldwide,
    /// US government, GCC High.
    UsGovGccHigh,
    /// US government, DoD.
    UsGovDod,
    /// Operated by 21Vianet.
    China,
}

/// What an Exchange Online endpoint is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EndpointKind {
    /// smtp.office365.com and its siblings.
    ClientSubmission,
    /// smtp-legacy.office365.com and its siblings.
    LegacySubmission,
    /// High Volume Email.
    HighVolume,
    /// Port 25 of a tenant: MX, direct send, connector relay.
    Mx,
    /// Exchange Online, kind not told.
    Unknown,
}

/// One piece of evidence, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Evidence {
    /// SNI.
    ServerName,
    /// A DNS answer that gave the client this address.
    Dns,
    /// The certificate's subject or alternative names.
    Certificate,
    /// The host name in the banner.
    Banner,
    /// The published ranges.
    Address,
}

/// A set of [`Evidence`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct EvidenceSet(u8);

impl EvidenceSet {
    /// Adds one.
    pub fn insert(&mut self, evidence: Evidence) {
        self.0 |= 1 << evidence as u8;
    }

    /// Whether the piece is there.
    pub const fn contains(self, evidence: Evidence) -> bool {
        self.0 & (1 << evidence as u8) != 0
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Strongest first.
    pub fn iter(self) -> impl Iterator<Item = Evidence> {
        [
            Evidence::ServerName,
            Evidence::Dns,
            Evidence::Certificate,
            Evidence::Banner,
            Evidence::Address,
        ]
        .into_iter()
        .filter(move |evidence| self.contains(*evidence))
    }
}

/// Times between packets of the session, nanoseconds of capture time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Latency {
    /// SYN to SYN-ACK.
    pub connect: Option<u64>,
    /// STARTTLS to its 220.
    pub starttls: Option<u64>,
    /// ClientHello to ServerHello.
    pub hello: Option<u64>,
}

/// What is known to be missing from the followed part of a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gaps {
    /// Places where bytes are missing.
    pub count: u32,
    /// Bytes missing there, by sequence numbers.
    pub bytes: u64,
}

/// Which directions of a session the capture holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Seen {
    /// Both.
    Both,
    /// Only what the client sent.
    Client,
    /// Only what the server sent.
    Server,
}

/// What flowed after the handshake, by sequence numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// Bytes the client sent after the handshake, TLS framing included.
    pub client_bytes: u64,
    /// Bytes the server sent after the handshake, TLS framing included.
    pub server_bytes: u64,
    /// What ended the connection, if anything was seen to.
    pub ended: Option<Ended>,
    /// What the amounts suggest.
    pub likely: Likely,
}

/// What ended a connection, whatever the other end did afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ended {
    /// The client's FIN.
    ClientClosed,
    /// The server's FIN.
    ServerClosed,
    /// The client's RST.
    ClientReset,
    /// The server's RST.
    ServerReset,
}

/// What became of the message, judged by amounts alone; see [`amounts`](crate::judge::amounts).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Likely {
    /// A message was handed over.
    Delivered,
    /// The server refused before there was a message.
    Refused,
    /// The amounts do not tell.
    Unknown,
}
