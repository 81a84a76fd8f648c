//! ServerHello (RFC 8446 4.1.3, RFC 5246 7.4.1.3) and what its bytes alone prove about the version.
//!
//! Drafts 18 to 21 of TLS 1.3 wrote their number into the version field and left the session id out; draft 22 brought
//! the form of the RFC. A HelloRetryRequest has the form of a ServerHello with a fixed random; the drafts before 22
//! sent it as a message type of its own.

use std::sync::Arc;

use crate::wire::{Reader, Short};

use super::extension;
use super::session_id::SessionId;
use super::{Format, Version, ja3};

/// The random that makes a ServerHello a HelloRetryRequest (RFC 8446 4.1.3: SHA-256 of "HelloRetryRequest").
pub(super) const RETRY_RANDOM: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];
/// Last bytes of the random of a server that knows TLS 1.3 and answers with TLS 1.2 (RFC 8446 4.1.3).
const DOWNGRADE_TLS12: &[u8] = b"DOWNGRD\x01";
/// The same, answering with TLS 1.1 or lower.
const DOWNGRADE_TLS11: &[u8] = b"DOWNGRD\x00";

/// What a ServerHello says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerHello {
    /// The form it was sent in.
    pub format: Format,
    /// `legacy_version`, or the version of an SSL 2.0 hello.
    pub legacy_version: Version,
    /// All of it was there and could be walked to its end.
    pub complete: bool,
    /// It is a HelloRetryRequest: a question, not an answer.
    pub retry: bool,
    /// The random was seen, so that `retry` and `downgrade` are known.
    pub random_seen: bool,
    /// The downgrade sentinel in the random: TLS 1.2, or TLS 1.1 standing for "1.1 or lower".
    pub downgrade: Option<Version>,
    /// The suite chosen (IANA number).
    pub cipher: Option<u16>,
    /// The version in `supported_versions`.
    pub selected_version: Option<Version>,
    /// `supported_versions` is there and is not a version: nobody can tell what was meant.
    pub version_malformed: bool,
    /// Extension types in the order sent.
    pub extensions: Box<[u16]>,
    /// `pre_shared_key` is there: TLS 1.3 resumption.
    pub pre_shared_key: bool,
    /// SSL 2.0: SESSION-ID-HIT.
    pub ssl2_session_hit: bool,
    /// JA3S, 32 hex digits; `None` unless all of it was seen.
    pub ja3s: Option<Arc<str>>,
}

impl ServerHello {
    /// Reads a message body, or its first bytes if `whole` is false. `None` if not even a version is there.
    pub(super) fn read(body: &[u8], whole: bool) -> Option<Self> {
        let mut reader = Reader::new(body);
        let mut hello = Self::empty(Format::Tls, Version(reader.u16().ok()?));
        hello.complete = hello.fields(&mut reader).unwrap_or(false) && whole;
        hello.ja3s = ja3::ja3s(&hello).map(Arc::from);
        Some(hello)
    }

    /// The session id in the body of a hello of this version; the early drafts have none.
    pub(super) fn session_id(body: &[u8]) -> Option<SessionId> {
        let version = Version(Reader::new(body).u16().ok()?);
        SessionId::of_hello(body).filter(|_| !is_early_draft(version))
    }

    /// A hello of which only the version is known yet.
    pub(super) fn empty(format: Format, legacy_version: Version) -> Self {
        Self {
            format,
            legacy_version,
            complete: false,
            retry: false,
            random_seen: false,
            downgrade: None,
            ja3s: None,
            cipher: None,
            selected_version: None,
            version_malformed: false,
            extensions: Box::default(),
            pre_shared_key: false,
            ssl2_session_hit: false,
        }
    }

    /// The version these bytes prove, drafts counted as TLS 1.3; an unknown value stays what it is.
    ///
    /// - `supported_versions` decides if it is there, and its absence if the hello was read to its end.
    /// - Of a hello that is cut, 0x0302 or lower is proof: TLS 1.3 always writes 0x0303 there. So is a draft's number.
    /// - 0x0303 alone may still become TLS 1.3. The suite tells the two apart, since none is shared; so does the
    ///   downgrade sentinel, which TLS 1.3 never carries.
    pub fn version(&self) -> Option<Version> {
        if self.retry || self.version_malformed {
            return None;
        }
        let named = self.selected_version.unwrap_or(self.legacy_version);
        let open = !self.complete && self.selected_version.is_none();
        if open && named == Version::TLS12 {
            return self.version_of_a_cut_hello();
        }
        Some(named.standard().unwrap_or(named))
    }

    fn version_of_a_cut_hello(&self) -> Option<Version> {
        match (self.cipher, self.downgrade) {
            (Some(suite), _) if is_tls13_suite(suite) => Some(Version::TLS13),
            (Some(_), _) | (None, Some(_)) => Some(Version::TLS12),
            (None, None) => None,
        }
    }

    /// Everything after the version; true if the extension list was walked to its end.
    fn fields(&mut self, reader: &mut Reader<'_>) -> Result<bool, Short> {
        self.random(&reader.array()?);
        if !is_early_draft(self.legacy_version) {
            reader.vec8()?; // session id
        }
        self.cipher = Some(reader.u16()?);
        if !is_early_draft(self.legacy_version) {
            reader.u8()?; // compression method
        }
        let mut types = Vec::new();
        let whole = extension::walk(reader, |kind, body| {
            types.push(kind);
            self.extension(kind, body);
        });
        self.extensions = types.into();
        Ok(whole)
    }

    fn random(&mut self, random: &[u8; 32]) {
        self.random_seen = true;
        self.retry = *random == RETRY_RANDOM;
        self.downgrade = downgrade(random);
    }

    fn extension(&mut self, kind: u16, mut body: Reader<'_>) {
        match kind {
            extension::SUPPORTED_VERSIONS if body.left() == 2 => {
                self.selected_version = body.u16().ok().map(Version);
            }
            extension::SUPPORTED_VERSIONS => self.version_malformed = true,
            extension::PRE_SHARED_KEY => self.pre_shared_key = true,
            _ => {}
        }
    }
}

/// The version that the end of a ServerHello's random stands for.
pub(super) fn downgrade(random: &[u8; 32]) -> Option<Version> {
    match random {
        _ if random.ends_with(DOWNGRADE_TLS12) => Some(Version::TLS12),
        _ if random.ends_with(DOWNGRADE_TLS11) => Some(Version::TLS11),
        _ => None,
    }
}

/// Drafts before 22: their number stands in the version field, and the fields around the suite are not sent.
pub(super) const fn is_early_draft(version: Version) -> bool {
    matches!(version.0, 0x7f01..=0x7f15)
}

/// Suites that only TLS 1.3 has: 0x13xx (RFC 8446), SM4 (RFC 8998), GOST (RFC 9367), integrity only (RFC 9150).
const fn is_tls13_suite(suite: u16) -> bool {
    matches!(suite, 0x1301..=0x13ff | 0x00c6 | 0x00c7 | 0xc103..=0xc106 | 0xc0b4 | 0xc0b5)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::samples::{Hello, RFC8448_RETRY, RFC8448_SERVER_HELLO, hex};
    use super::*;

    fn read(message: &[u8]) -> ServerHello {
        ServerHello::read(&message[4..], true).unwrap()
    }

    /// The version that the first `end` bytes of the message prove.
    fn cut(message: &[u8], end: usize) -> Option<Version> {
        ServerHello::read(&message[4..end], false).and_then(|hello| hello.version())
    }

    /// A ServerHello of TLS 1.2 up to and with the suite: type and length 4, version 2, random 32, id 1, suite 2.
    const TO_SUITE: usize = 41;

    #[test]
    fn reads_the_hello_of_rfc_8448() {
        let hello = read(&hex(RFC8448_SERVER_HELLO));
        assert_eq!(hello.version(), Some(Version::TLS13));
        assert_eq!(hello.legacy_version, Version::TLS12);
        assert_eq!((hello.cipher, hello.complete), (Some(0x1301), true));
        assert_eq!(*hello.extensions, [51, 43]);
    }

    #[test]
    fn a_retry_is_no_answer() {
        let hello = read(&hex(RFC8448_RETRY));
        assert!(hello.retry && hello.complete);
        assert_eq!(hello.version(), None);
    }

    #[test]
    fn old_versions_are_proven_by_two_bytes() {
        for version in [0x0300, 0x0301, 0x0302] {
            let message = Hello::new(version, &[0x002f]).session(&[1; 32]).server();
            assert_eq!(cut(&message, 5), None);
            for end in 6..=message.len() {
                assert_eq!(cut(&message, end), Some(Version(version)));
            }
        }
    }

    #[test]
    fn tls12_is_proven_by_its_suite() {
        let message = Hello::new(0x0303, &[0xc02f]).server();
        assert_eq!(cut(&message, TO_SUITE - 1), None);
        assert_eq!(cut(&message, TO_SUITE), Some(Version::TLS12));
        assert_eq!(read(&message).version(), Some(Version::TLS12));
        let modern = hex(RFC8448_SERVER_HELLO);
        assert_eq!(cut(&modern, TO_SUITE - 1), None);
        assert_eq!(cut(&modern, TO_SUITE), Some(Version::TLS13));
    }

    #[test]
    fn the_downgrade_sentinel_proves_tls12() {
        let mut hello = Hello::new(0x0303, &[0xc02f]);
        hello.random[24..].copy_from_slice(b"DOWNGRD\x01");
        let message = hello.server();
        assert_eq!(cut(&message, 4 + 2 + 31), None);
        assert_eq!(cut(&message, 4 + 2 + 32), Some(Version::TLS12));
        assert_eq!(read(&message).downgrade, Some(Version::TLS12));
    }

    #[test]
    fn drafts_before_22_have_their_number_in_front() {
        // draft-ietf-tls-tls13-18 4.1.3: version, random, suite, extensions.
        let body = [
            &[0x7f, 0x12][..],
            &[3; 32],
            &[0x13, 0x02],
            &[0, 4, 0, 41, 0, 0],
        ]
        .concat();
        let hello = ServerHello::read(&body, true).unwrap();
        assert_eq!(hello.version(), Some(Version::TLS13));
        assert_eq!((hello.cipher, hello.complete), (Some(0x1302), true));
        assert!(hello.pre_shared_key);
    }

    #[test]
    fn supported_versions_wins() {
        let draft = Hello::new(0x0303, &[0x1301])
            .with(43, &[0x7f, 0x1c])
            .server();
        assert_eq!(read(&draft).version(), Some(Version::TLS13));
        let unknown = Hello::new(0x0303, &[0x1301])
            .with(43, &[0x03, 0x99])
            .server();
        assert_eq!(read(&unknown).version(), Some(Version(0x0399)));
        let list = Hello::new(0x0303, &[0x1301]).with(43, &[2, 3, 4]).server();
        assert_eq!(read(&list).version(), None);
    }

    #[test]
    fn an_answer_may_be_older_than_its_suite_suggests() {
        let message = Hello::new(0x0301, &[0xc02f]).server();
        assert_eq!(read(&message).version(), Some(Version::TLS10));
    }

    proptest! {
        #[test]
        fn agrees_with_tls_parser(
            version in 0x0300_u16..=0x0303,
            suite: u16,
            id in proptest::collection::vec(any::<u8>(), 0..33),
        ) {
            let bytes = Hello::new(version, &[suite]).session(&id).with(23, &[]).server();
            let hello = read(&bytes);
            let (_, message) = tls_parser::parse_tls_message_handshake(&bytes).unwrap();
            let tls_parser::TlsMessage::Handshake(
                tls_parser::TlsMessageHandshake::ServerHello(other),
            ) = message
            else {
                panic!("not a ServerHello: {message:?}")
            };
            prop_assert_eq!(other.version.0, hello.legacy_version.0);
            prop_assert_eq!(Some(other.cipher.0), hello.cipher);
            prop_assert_eq!(SessionId::new(other.session_id.unwrap_or_default()), ServerHello::session_id(&bytes[4..]));
            prop_assert_eq!(hello.version(), Some(Version(version)));
        }

        #[test]
        fn never_panics(body in proptest::collection::vec(any::<u8>(), 0..300), whole: bool) {
            let _ = ServerHello::read(&body, whole).map(|hello| hello.version());
        }
    }
}
