//! SSL 2.0 (draft-hickman-netscape-ssl-00): its record header and the messages that go in clear.
//!
//! A client may also send this form to ask for SSL 3.0 up to TLS 1.2 (RFC 5246 E.2); the answer and all that follows
//! are then ordinary TLS records. Only the two-byte header is used for that.

use crate::wire::{Reader, Short};

use super::client_hello::ClientHello;
use super::offer;
use super::server_hello::ServerHello;
use super::{Format, Version};

/// Longest record body: 15 bits of length.
const MAX_BODY: usize = 0x7fff;
/// Bytes of a CLIENT-HELLO before its three lists.
const CLIENT_HELLO_FIXED: usize = 9;
/// Bytes of a SERVER-HELLO before its three lists.
const SERVER_HELLO_FIXED: usize = 11;
/// First byte up to which a three-byte header of a SERVER-HELLO is believed: no text and no TLS record begins so.
pub(super) const MAX_LONG_HEADER_START: u8 = 0x13;

/// Message type of CLIENT-HELLO.
pub(super) const CLIENT_HELLO: u8 = 1;
/// Message type of CLIENT-MASTER-KEY.
const CLIENT_MASTER_KEY: u8 = 2;
/// Message type of SERVER-HELLO.
pub(super) const SERVER_HELLO: u8 = 4;

/// A record header: two bytes, or three if padding may follow the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// Bytes of the header itself.
    pub(super) size: usize,
    /// Bytes of the body, padding included.
    pub(super) length: usize,
    /// Bytes of padding at the body's end.
    pub(super) padding: u8,
}

impl Header {
    /// Reads a header; short if its bytes are not all there.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Short> {
        let mut reader = Reader::new(bytes);
        let start = reader.u16()? as usize;
        if start & 0x8000 != 0 {
            return Ok(Self {
                size: 2,
                length: start & MAX_BODY,
                padding: 0,
            });
        }
        Ok(Self {
            size: 3,
            length: start & 0x3fff,
            padding: reader.u8()?,
        })
    }
}

/// Whether `body`, the first bytes of a record body of `length` bytes, begins a CLIENT-HELLO: `None` if more bytes are
/// needed to tell.
pub(super) fn is_client_hello(length: usize, body: &[u8]) -> Option<bool> {
    if body.first().is_some_and(|kind| *kind != CLIENT_HELLO) {
        return Some(false);
    }
    let mut reader = Reader::new(body.get(..CLIENT_HELLO_FIXED)?);
    let mut check = || {
        reader.u8()?;
        let version = Version(reader.u16()?);
        let kinds = reader.u16()? as usize;
        let session_id = reader.u16()? as usize;
        let challenge = reader.u16()? as usize;
        Ok::<_, Short>(
            matches!(version.0, 0x0002 | 0x0300..=0x0304)
                && kinds > 0
                && kinds.is_multiple_of(3)
                && matches!(session_id, 0 | 16..=32)
                && (16..=32).contains(&challenge)
                && CLIENT_HELLO_FIXED + kinds + session_id + challenge == length,
        )
    };
    Some(check().unwrap_or(false))
}

/// The same for a SERVER-HELLO.
pub(super) fn is_server_hello(length: usize, body: &[u8]) -> Option<bool> {
    if body.first().is_some_and(|kind| *kind != SERVER_HELLO) {
        return Some(false);
    }
    let mut reader = Reader::new(body.get(..SERVER_HELLO_FIXED)?);
    let mut check = || {
        reader.u8()?;
        let hit = reader.u8()?;
        let certificate_type = reader.u8()?;
        let version = Version(reader.u16()?);
        let certificate = reader.u16()? as usize;
        let kinds = reader.u16()? as usize;
        let connection_id = reader.u16()? as usize;
        Ok::<_, Short>(
            hit <= 1
                && certificate_type <= 1
                && version == Version::SSL2
                && kinds.is_multiple_of(3)
                && (1..=32).contains(&connection_id)
                && SERVER_HELLO_FIXED + certificate + kinds + connection_id == length,
        )
    };
    Some(check().unwrap_or(false))
}

/// Reads a CLIENT-HELLO body, type byte included; `whole` is false if its end is missing.
pub(super) fn client_hello(body: &[u8], whole: bool) -> Option<ClientHello> {
    let mut reader = Reader::new(body);
    reader.u8().ok()?;
    let version = Version(reader.u16().ok()?);
    let mut hello = ClientHello::empty(Format::Ssl2, version);
    // No extensions in this form, so that `supported_versions` is known to be absent.
    hello.offer = offer::implied(version, true);
    hello.complete = lists(&mut hello, &mut reader).is_ok() && whole;
    Some(hello)
}

fn lists(hello: &mut ClientHello, reader: &mut Reader<'_>) -> Result<(), Short> {
    let kinds = reader.u16()? as usize;
    let session_id = reader.u16()? as usize;
    let challenge = reader.u16()? as usize;
    let kinds = self::kinds(reader.take(kinds)?);
    // A kind that starts with a zero byte is the suite in the other two (RFC 5246 E.2).
    hello.suites = Some(
        kinds
            .iter()
            .filter_map(|kind| u16::try_from(*kind).ok())
            .collect(),
    );
    hello.ssl2_kinds = kinds;
    hello.session_id = Some(reader.take(session_id)?.into());
    reader.skip(challenge)
}

fn kinds(list: &[u8]) -> Box<[u32]> {
    let (kinds, _) = list.as_chunks::<3>();
    kinds
        .iter()
        .map(|[a, b, c]| u32::from_be_bytes([0, *a, *b, *c]))
        .collect()
}

/// Reads a SERVER-HELLO body, type byte included; `whole` is false if its end is missing.
pub(super) fn server_hello(body: &[u8], whole: bool) -> Option<ServerHello> {
    let mut reader = Reader::new(body);
    reader.u8().ok()?;
    let hit = reader.u8().ok()? == 1;
    reader.u8().ok()?;
    let mut hello = ServerHello::empty(Format::Ssl2, Version(reader.u16().ok()?));
    hello.ssl2_session_hit = hit;
    hello.complete = whole;
    Some(hello)
}

/// The cipher kind that a CLIENT-MASTER-KEY chooses.
pub(super) fn master_key_kind(body: &[u8]) -> Option<u32> {
    let mut reader = Reader::new(body);
    let kind = reader.u8().ok()?;
    reader.u24().ok().filter(|_| kind == CLIENT_MASTER_KEY)
}
