//! ClientHello (RFC 8446 4.1.2, RFC 5246 7.4.1.2): read field by field, as far as the bytes go.
//!
//! A hello that is cut, or wrong in one place, still says what stands before that place. No list in here is longer
//! than the message that carried it, which [`MAX_MESSAGE`](super::stream::MAX_MESSAGE) bounds.

use std::sync::Arc;

use crate::session::MAX_STRING;
use crate::wire::{Reader, Short};

use super::extension::{self, Malformed};
use super::offer::{self, Offered};
use super::{Format, Version, ja3, ja4};

/// What a ClientHello says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientHello {
    /// The form it was sent in.
    pub format: Format,
    /// `legacy_version`, or the version of an SSL 2.0 hello.
    pub legacy_version: Version,
    /// All of it was there and could be walked to its end: what is not in here was not sent.
    pub complete: bool,
    /// What it allows; `None` where the bytes do not tell.
    pub offer: Option<Offered>,
    /// Cipher suites in the order sent, GREASE included; `None` if the list was not seen whole. An SSL 2.0 hello
    /// gives those of its kinds that stand for a suite.
    pub suites: Option<Box<[u16]>>,
    /// Cipher kinds of an SSL 2.0 hello, three bytes each.
    pub ssl2_kinds: Box<[u32]>,
    /// Extension types in the order sent, GREASE included.
    pub extensions: Box<[u16]>,
    /// Extensions whose body is not what their definition says.
    pub malformed: Box<[u16]>,
    /// First host name of `server_name`: printable ASCII, cut at [`MAX_STRING`].
    pub server_name: Option<Arc<str>>,
    /// First protocol of the ALPN list, as sent.
    pub alpn: Option<Box<[u8]>>,
    /// `supported_versions` as sent.
    pub supported_versions: Option<Box<[u16]>>,
    /// `supported_groups`, GREASE included.
    pub groups: Box<[u16]>,
    /// `ec_point_formats`.
    pub point_formats: Box<[u8]>,
    /// `signature_algorithms`, GREASE included.
    pub signature_algorithms: Box<[u16]>,
    /// Groups for which a key share was sent, GREASE left out.
    pub key_shares: u8,
    /// `pre_shared_key` was sent (TLS 1.3 resumption or external key).
    pub pre_shared_key: bool,
    /// `early_data` was sent: encrypted records may follow before any answer.
    pub early_data: bool,
    /// `session_ticket` was sent with a ticket in it (TLS 1.2 resumption).
    pub ticket: bool,
    /// `encrypted_client_hello` was sent: name and versions in here may be those of an outer hello.
    pub encrypted_client_hello: bool,
    /// JA3, 32 hex digits; `None` unless all of it was seen.
    pub ja3: Option<Arc<str>>,
    /// JA4; `None` unless all of it was seen.
    pub ja4: Option<Arc<str>>,
}

impl ClientHello {
    /// Reads a message body, or its first bytes if `whole` is false. `None` if not even a version is there.
    pub(super) fn read(body: &[u8], whole: bool) -> Option<Self> {
        let mut reader = Reader::new(body);
        let mut hello = Self::empty(Format::Tls, Version(reader.u16().ok()?));
        hello.complete = hello.fields(&mut reader).unwrap_or(false) && whole;
        hello.offer = hello.offered();
        hello.ja3 = ja3::ja3(&hello).map(Arc::from);
        hello.ja4 = ja4::ja4(&hello).map(Arc::from);
        Some(hello)
    }

    /// A hello of which only the version is known yet.
    pub(super) fn empty(format: Format, legacy_version: Version) -> Self {
        Self {
            format,
            legacy_version,
            complete: false,
            offer: None,
            ja3: None,
            ja4: None,
            suites: None,
            ssl2_kinds: Box::default(),
            extensions: Box::default(),
            malformed: Box::default(),
            server_name: None,
            alpn: None,
            supported_versions: None,
            groups: Box::default(),
            point_formats: Box::default(),
            signature_algorithms: Box::default(),
            key_shares: 0,
            pre_shared_key: false,
            early_data: false,
            ticket: false,
            encrypted_client_hello: false,
        }
    }

    /// Everything after the version; true if the extension list was walked to its end.
    fn fields(&mut self, reader: &mut Reader<'_>) -> Result<bool, Short> {
        reader.skip(32)?; // random
        reader.vec8()?; // session id
        self.suites = Some(suites(reader.vec16()?));
        reader.vec8()?; // compression methods
        let mut types = Vec::new();
        let mut malformed = Vec::new();
        let whole = extension::walk(reader, |kind, body| {
            types.push(kind);
            if self.extension(kind, body).is_err() {
                malformed.push(kind);
            }
        });
        self.extensions = types.into();
        self.malformed = malformed.into();
        Ok(whole)
    }

    fn extension(&mut self, kind: u16, body: Reader<'_>) -> Result<(), Malformed> {
        match kind {
            extension::SERVER_NAME => self.server_name = host_name(body)?,
            extension::SUPPORTED_VERSIONS => self.supported_versions = Some(versions(body)?),
            extension::SUPPORTED_GROUPS => self.groups = extension::u16_list(body)?.into(),
            extension::EC_POINT_FORMATS => self.point_formats = point_formats(body)?,
            extension::SIGNATURE_ALGORITHMS => {
                self.signature_algorithms = extension::u16_list(body)?.into();
            }
            extension::ALPN => self.alpn = first_protocol(body)?,
            extension::KEY_SHARE => self.key_shares = key_shares(body)?,
            extension::PRE_SHARED_KEY => self.pre_shared_key = true,
            extension::EARLY_DATA => self.early_data = true,
            extension::SESSION_TICKET => self.ticket = !body.is_empty(),
            extension::ENCRYPTED_CLIENT_HELLO => self.encrypted_client_hello = true,
            _ => {}
        }
        Ok(())
    }

    /// A `supported_versions` that was there and could not be read leaves the offer unknown, whatever
    /// `legacy_version` says.
    fn offered(&self) -> Option<Offered> {
        match &self.supported_versions {
            Some(values) => offer::listed(values),
            None if self.malformed.contains(&extension::SUPPORTED_VERSIONS) => None,
            None => offer::implied(self.legacy_version, self.complete),
        }
    }
}

/// An odd last byte belongs to no suite.
fn suites(mut list: Reader<'_>) -> Box<[u16]> {
    let mut suites = Vec::with_capacity(list.left() / 2);
    while let Ok(suite) = list.u16() {
        suites.push(suite);
    }
    suites.into()
}

/// First entry of type host_name (RFC 6066 section 3).
fn host_name(mut body: Reader<'_>) -> Result<Option<Arc<str>>, Malformed> {
    let mut list = body.vec16()?;
    while !list.is_empty() {
        let kind = list.u8()?;
        let name = list.vec16()?.rest();
        if kind == 0 {
            return text(name).map(Some).ok_or(Malformed);
        }
    }
    Ok(None)
}

/// Printable ASCII without blanks, which is all that a host name can hold.
fn text(name: &[u8]) -> Option<Arc<str>> {
    let printable = !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
    let name = std::str::from_utf8(name).ok().filter(|_| printable)?;
    Some(bounded(name).into())
}

/// Cut to [`MAX_STRING`] bytes at a character, the last of them `…`.
pub(super) fn bounded(text: &str) -> String {
    const CUT: &str = "…";
    if text.len() <= MAX_STRING {
        return text.to_owned();
    }
    let ends = text.char_indices().map(|(at, _)| at);
    let end = ends
        .take_while(|at| *at <= MAX_STRING - CUT.len())
        .last()
        .unwrap_or(0);
    format!("{}{CUT}", text.get(..end).unwrap_or_default())
}

fn versions(mut body: Reader<'_>) -> Result<Box<[u16]>, Malformed> {
    let list = body.vec8()?;
    if !body.is_empty() {
        return Err(Malformed);
    }
    extension::pairs(list).map(Into::into)
}

fn point_formats(mut body: Reader<'_>) -> Result<Box<[u8]>, Malformed> {
    Ok(body.vec8()?.rest().into())
}

/// An empty name is kept: it is what was sent.
fn first_protocol(mut body: Reader<'_>) -> Result<Option<Box<[u8]>>, Malformed> {
    let mut list = body.vec16()?;
    if list.is_empty() {
        return Ok(None);
    }
    Ok(Some(list.vec8()?.rest().into()))
}

pub(super) fn key_shares(mut body: Reader<'_>) -> Result<u8, Malformed> {
    let mut list = body.vec16()?;
    let mut count = 0_u8;
    while !list.is_empty() {
        let group = list.u16()?;
        list.vec16()?;
        count = count.saturating_add(u8::from(!super::version::is_grease(group)));
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::samples::{Hello, RFC8448_CLIENT_HELLO, hex};
    use super::*;

    /// The body of a message, read whole.
    fn read(message: &[u8]) -> ClientHello {
        ClientHello::read(&message[4..], true).unwrap()
    }

    #[test]
    fn reads_the_hello_of_rfc_8448() {
        let hello = read(&hex(RFC8448_CLIENT_HELLO));
        assert_eq!(hello.legacy_version, Version::TLS12);
        assert_eq!(hello.server_name.as_deref(), Some("server"));
        assert_eq!(hello.suites.as_deref(), Some(&[0x1301, 0x1303, 0x1302][..]));
        let offer = hello.offer.as_ref().unwrap();
        assert_eq!(
            (&offer.versions[..], offer.listed),
            (&[Version::TLS13][..], true)
        );
        assert_eq!(*hello.extensions, [0, 0xff01, 10, 35, 51, 43, 13, 45, 28]);
        assert_eq!(hello.groups.len(), 9);
        assert_eq!(hello.signature_algorithms.len(), 15);
        assert_eq!((hello.key_shares, hello.complete), (1, true));
        assert!(hello.malformed.is_empty() && !hello.early_data && !hello.ticket);
    }

    #[test]
    fn agrees_with_tls_parser() {
        let bytes = hex(RFC8448_CLIENT_HELLO);
        let hello = read(&bytes);
        let (_, message) = tls_parser::parse_tls_message_handshake(&bytes).unwrap();
        let tls_parser::TlsMessage::Handshake(tls_parser::TlsMessageHandshake::ClientHello(other)) =
            message
        else {
            panic!("not a ClientHello: {message:?}")
        };
        assert_eq!(other.version.0, hello.legacy_version.0);
        let suites: Vec<u16> = other.ciphers.iter().map(|suite| suite.0).collect();
        assert_eq!(hello.suites.as_deref(), Some(&suites[..]));
        let (_, extensions) =
            tls_parser::parse_tls_client_hello_extensions(other.ext.unwrap()).unwrap();
        let types: Vec<u16> = extensions
            .iter()
            .map(|extension| tls_parser::TlsExtensionType::from(extension).0)
            .collect();
        assert_eq!(*hello.extensions, types);
    }

    #[test]
    fn one_bad_extension_does_not_hide_the_others() {
        // A server_name that says it is longer than it is stands in front of supported_versions.
        let hello = read(
            &Hello::new(0x0303, &[0x1301])
                .with(0, &[0, 99, 0])
                .with(43, &[4, 3, 4, 3, 3])
                .client(),
        );
        assert_eq!(*hello.malformed, [0]);
        assert_eq!(hello.offer.unwrap().max, Version::TLS13);
        assert!(hello.complete);
    }

    #[test]
    fn a_bad_version_list_leaves_the_offer_unknown() {
        for body in [&[3, 3, 4, 3][..], &[4, 3, 4], &[2, 3, 4, 3], &[]] {
            let hello = read(&Hello::new(0x0303, &[0x1301]).with(43, body).client());
            assert_eq!(hello.offer, None, "{body:?}");
            assert_eq!(*hello.malformed, [43]);
        }
    }

    #[test]
    fn a_cut_hello_offers_only_what_it_proves() {
        let modern = Hello::new(0x0303, &[0xc02f]).with(43, &[2, 3, 3]).client();
        let old = Hello::new(0x0302, &[0x002f])
            .with(10, &[0, 2, 0, 23])
            .client();
        for end in 6..old.len() {
            let hello = ClientHello::read(&old[4..end], false).unwrap();
            assert_eq!(hello.offer.map(|offer| offer.max), Some(Version::TLS11));
        }
        for end in 6..modern.len() {
            let hello = ClientHello::read(&modern[4..end], false).unwrap();
            assert_eq!((hello.offer, hello.complete), (None, false), "cut at {end}");
        }
    }

    #[test]
    fn a_list_that_was_seen_counts_though_the_rest_was_not() {
        let hello = Hello::new(0x0303, &[0x1301])
            .with(43, &[2, 3, 4])
            .with(21, &[0; 200]);
        let message = hello.client();
        let cut = ClientHello::read(&message[4..message.len() - 150], false).unwrap();
        assert_eq!(cut.offer.map(|offer| offer.max), Some(Version::TLS13));
        assert!(!cut.complete);
    }

    #[test]
    fn impossible_lists_do_not_cost_the_version() {
        let long_id = Hello::new(0x0301, &[0x002f]).session(&[1; 40]).client();
        assert_eq!(read(&long_id).offer.unwrap().max, Version::TLS10);
        let mut odd = Hello::new(0x0301, &[0x002f, 0x0035]).client();
        odd[4 + 35 + 1] = 3; // three bytes of suites
        let hello = read(&odd);
        assert_eq!(hello.offer.unwrap().max, Version::TLS10);
        assert_eq!(hello.suites.as_deref(), Some(&[0x002f][..]));
    }

    #[test]
    fn names_that_are_no_text_are_not_kept() {
        let with_name = |name: &[u8]| {
            let length = name.len() as u8;
            let body = [&[0, length + 3, 0, 0, length][..], name].concat();
            read(&Hello::new(0x0303, &[0x1301]).with(0, &body).client())
        };
        let good = with_name(b"smtp.office365.com");
        assert_eq!(good.server_name.as_deref(), Some("smtp.office365.com"));
        for bad in [&b"a\x1b[2Jb"[..], b"\xff\xfe", b"a b", b""] {
            let hello = with_name(bad);
            assert_eq!((hello.server_name, &*hello.malformed), (None, &[0][..]));
        }
    }

    #[test]
    fn long_text_is_cut_at_a_character() {
        assert_eq!(bounded("mail"), "mail");
        let cut = bounded(&"é".repeat(200));
        assert!(cut.len() <= MAX_STRING && cut.ends_with("é…"));
        assert_eq!(bounded(&"x".repeat(255)).len(), 255);
    }

    proptest! {
        #[test]
        fn never_panics(body in proptest::collection::vec(any::<u8>(), 0..400), whole: bool) {
            let _ = ClientHello::read(&body, whole);
        }

        #[test]
        fn cuts_never_change_the_offer(end in 6_usize..196) {
            let bytes = hex(RFC8448_CLIENT_HELLO);
            let whole = read(&bytes).offer;
            let cut = ClientHello::read(&bytes[4..end], false).unwrap().offer;
            prop_assert!(cut.is_none() || cut == whole);
        }
    }
}
