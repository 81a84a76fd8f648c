//! ClientHello (RFC 8446 4.1.2, RFC 5246 7.4.1.2): read field by field, as far as the bytes go.
//!
//! A hello that is cut, or wrong in one place, still says what stands before that place. No list in here is longer
//! than the message that carried it, which [`MAX_MESSAGE`](super::stream::MAX_MESSAGE) bounds.

use std::sync::Arc;

use crate::session::MAX_STRING;
use crate::wire::{Reader, Short};

use super::extension::{self, Malformed};
use super::offer::{self, Offered};
use super::{Format, Version};

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
    /// `legacy_session_id`, where it was seen.
    pub session_id: Option<Box<[u8]>>,
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
}

impl ClientHello {
    /// Reads a message body, or its first bytes if `whole` is false. `None` if not even a version is there.
    pub(super) fn read(body: &[u8], whole: bool) -> Option<Self> {
        let mut reader = Reader::new(body);
        let mut hello = Self::empty(Format::Tls, Version(reader.u16().ok()?));
        hello.complete = hello.fields(&mut reader).unwrap_or(false) && whole;
        hello.offer = hello.offered();
        Some(hello)
    }

    /// A hello of which only the version is known yet.
    pub(super) fn empty(format: Format, legacy_version: Version) -> Self {
        Self {
            format,
            legacy_version,
            complete: false,
            offer: None,
            session_id: None,
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
        self.session_id = Some(reader.vec8()?.rest().into());
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

fn key_shares(mut body: Reader<'_>) -> Result<u8, Malformed> {
    let mut list = body.vec16()?;
    let mut count = 0_u8;
    while !list.is_empty() {
        let group = list.u16()?;
        list.vec16()?;
        count = count.saturating_add(u8::from(!super::version::is_grease(group)));
    }
    Ok(count)
}
