//! The record header: content type, version, length (RFC 8446 5.1, RFC 5246 6.2.1).
//!
//! The version in here is a compatibility value that says nothing about the version negotiated; it only helps to
//! tell records from other bytes.

/// ChangeCipherSpec, in clear the single byte 1.
pub(crate) const CHANGE_CIPHER_SPEC: u8 = 20;
/// Alert.
pub(crate) const ALERT: u8 = 21;
/// Handshake.
pub(crate) const HANDSHAKE: u8 = 22;
/// Application data; in TLS 1.3 everything that is encrypted.
pub(super) const APPLICATION_DATA: u8 = 23;
/// Heartbeat (RFC 6520).
const HEARTBEAT: u8 = 24;

/// Bytes of a header.
pub(crate) const HEADER: usize = 5;
/// Longest body: 2^14 bytes and what compression and encryption may add (RFC 5246 6.2.3).
pub(crate) const MAX_BODY: u16 = (1 << 14) + 2048;

/// A header whose three fields are all possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// Content type.
    pub(super) kind: u8,
    /// Bytes of the body.
    pub(super) length: u16,
    /// It names an older version than TLS 1.2.
    pub(super) old: bool,
}

impl Header {
    /// Reads a header; `None` if these bytes cannot be one.
    pub(super) const fn read(bytes: [u8; HEADER]) -> Option<Self> {
        let [kind, major, minor, high, low] = bytes;
        let length = u16::from_be_bytes([high, low]);
        let known = matches!(kind, CHANGE_CIPHER_SPEC..=HEARTBEAT);
        if known && is_version(major, minor) && length <= MAX_BODY {
            let old = minor < 3;
            Some(Self { kind, length, old })
        } else {
            None
        }
    }

    /// Reads the header that `bytes` begin with, if all of it is there and possible.
    pub(super) fn at_start(bytes: &[u8]) -> Option<Self> {
        bytes.first_chunk::<HEADER>().copied().and_then(Self::read)
    }
}

/// Whether record headers carry this version: 3.0 to 3.4.
pub(super) const fn is_version(major: u8, minor: u8) -> bool {
    major == 3 && minor <= 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_the_rfcs_allow_and_nothing_else() {
        assert_eq!(
            Header::read([22, 3, 1, 0, 5]),
            Some(Header {
                kind: HANDSHAKE,
                length: 5,
                old: true
            })
        );
        // 2^14 + 2048 is the longest TLSCiphertext of RFC 5246 6.2.3.
        assert!(Header::read([23, 3, 3, 0x48, 0x00]).is_some());
        assert!(Header::read([23, 3, 3, 0x48, 0x01]).is_none());
        // DTLS 1.2 (RFC 6347) and text.
        assert!(Header::read([22, 0xfe, 0xfd, 0, 5]).is_none());
        assert!(Header::read(*b"220 m").is_none());
        assert!(Header::read([19, 3, 3, 0, 5]).is_none());
    }
}
