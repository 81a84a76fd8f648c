//! SSL 2.0 (draft-hickman-netscape-ssl-00): its record header and the messages that go in clear.
//!
//! A client may also send this form to ask for SSL 3.0 up to TLS 1.2 (RFC 5246 E.2); the answer and all that follows
//! are then ordinary TLS records. Only the two-byte header is used for that.

use crate::wire::{Reader, Short};

use super::client_hello::ClientHello;
use super::offer;
use super::server_hello::ServerHello;
use super::session_id::SessionId;
use super::{Format, Version};

/// Longest record body: 15 bits of length.
const MAX_BODY: usize = 0x7fff;
/// Bytes of a CLIENT-HELLO before its three lists.
const CLIENT_HELLO_FIXED: usize = 9;
/// Bytes of a SERVER-HELLO before its three lists.
const SERVER_HELLO_FIXED: usize = 11;

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

/// The session id in a CLIENT-HELLO body, type byte included.
pub(super) fn session_id(body: &[u8]) -> Option<SessionId> {
    let mut reader = Reader::new(body);
    reader.skip(3).ok()?; // type and version
    let kinds = reader.u16().ok()? as usize;
    let length = reader.u16().ok()? as usize;
    reader.skip(2 + kinds).ok()?; // the challenge's length, the kinds
    SessionId::new(reader.take(length).ok()?)
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
    reader.skip(session_id)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A CLIENT-HELLO with the version given: kinds RC4_128_WITH_MD5 and the suite 0x002f, a challenge of 16 bytes.
    fn client(version: u16) -> Vec<u8> {
        let [major, minor] = version.to_be_bytes();
        let fixed = [1, major, minor, 0, 6, 0, 0, 0, 16];
        [&fixed[..], &[1, 0, 0x80, 0, 0, 0x2f], &[9; 16]].concat()
    }

    #[test]
    fn headers_have_two_bytes_or_three() {
        let short = Header::read(&[0x80, 0x1f]).unwrap();
        assert_eq!((short.size, short.length, short.padding), (2, 31, 0));
        let long = Header::read(&[0x01, 0x02, 5]).unwrap();
        assert_eq!((long.size, long.length, long.padding), (3, 0x102, 5));
        assert!(Header::read(&[0x01, 0x02]).is_err());
    }

    #[test]
    fn a_hello_says_what_it_asks_for() {
        let hello = client_hello(&client(2), true).unwrap();
        assert_eq!(hello.offer.unwrap().max, Version::SSL2);
        assert_eq!(*hello.ssl2_kinds, [0x01_0080, 0x2f]);
        assert_eq!(hello.suites.as_deref(), Some(&[0x2f][..]));
        // RFC 5246 E.2: the same form for TLS.
        let hello = client_hello(&client(0x0303), true).unwrap();
        assert_eq!(hello.format, Format::Ssl2);
        assert_eq!(hello.offer.unwrap().max, Version::TLS12);
    }

    #[test]
    fn lengths_must_agree() {
        let body = client(0x0301);
        assert_eq!(is_client_hello(body.len(), &body), Some(true));
        assert_eq!(is_client_hello(body.len() + 1, &body), Some(false));
        assert_eq!(is_client_hello(body.len(), &body[..8]), None);
        assert_eq!(is_client_hello(body.len(), b"EHLO"), Some(false));
    }

    #[test]
    fn a_server_hello_is_ssl2_only() {
        let body = [&[4, 0, 1, 0, 2, 0, 3, 0, 3, 0, 16][..], &[0; 22]].concat();
        assert_eq!(is_server_hello(body.len(), &body), Some(true));
        let hello = server_hello(&body, true).unwrap();
        assert_eq!(hello.version(), Some(Version::SSL2));
        let later = [&[4, 0, 1, 3, 1, 0, 3, 0, 3, 0, 16][..], &[0; 22]].concat();
        assert_eq!(is_server_hello(later.len(), &later), Some(false));
    }

    #[test]
    fn the_client_chooses_the_kind() {
        assert_eq!(master_key_kind(&[2, 7, 0, 0xc0, 0]), Some(0x07_00c0));
        assert_eq!(master_key_kind(&[3, 7, 0, 0xc0]), None);
    }
}
