//! `legacy_session_id`: what a client sends to go on with an earlier session, and what a server of TLS 1.2 or older
//! sends back if it does (RFC 5246 7.4.1.2, `opaque<0..32>`).

use crate::wire::Reader;

/// Longest id.
const MAX: usize = 32;
/// What goes before it in a hello.
const VERSION_AND_RANDOM: usize = 2 + 32;

/// A session id, held in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionId {
    length: u8,
    bytes: [u8; MAX],
}

impl SessionId {
    /// `None` if these are more bytes than an id may have.
    pub(super) fn new(id: &[u8]) -> Option<Self> {
        let mut bytes = [0; MAX];
        bytes.get_mut(..id.len())?.copy_from_slice(id);
        Some(Self {
            length: id.len() as u8,
            bytes,
        })
    }

    /// The id in the body of a hello that has the form of TLS; `None` if it is not there whole.
    pub(super) fn of_hello(body: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(body);
        reader.skip(VERSION_AND_RANDOM).ok()?;
        Self::new(reader.vec8().ok()?.rest())
    }

    /// No id: the client has no session, or the server will not go on with it.
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_long_as_the_rfc_allows() {
        assert!(SessionId::new(&[]).is_some_and(|id| id.is_empty()));
        assert_eq!(SessionId::new(&[7; 32]), SessionId::new(&[7; 32]));
        assert_ne!(SessionId::new(&[0; 31]), SessionId::new(&[0; 32]));
        assert_eq!(SessionId::new(&[7; 33]), None);
    }
}
