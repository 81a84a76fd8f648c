//! Hellos and certificates repeat: a client sends the same hello each time but for its random, session id, key shares
//! and tickets, and a server the same certificate. What was worked out for one is kept and found again by the bytes
//! that decided it.
//!
//! Nobody can tell from an answer whether it was read anew; each thread has a [`Memo`] of its own.

use std::cell::RefCell;
use std::sync::Arc;

use super::client_hello::key_shares;
use super::server_hello::RETRY_RANDOM;
use super::{Certificate, ClientHello, ServerHello, certificate, extension, server_hello};
use crate::memo::Memo;
use crate::wire::Reader;

thread_local! {
    static CLIENT_HELLOS: RefCell<Memo<Arc<ClientHello>>> = RefCell::default();
    static SERVER_HELLOS: RefCell<Memo<Arc<ServerHello>>> = RefCell::default();
    static CERTIFICATES: RefCell<Memo<Option<Arc<Certificate>>>> = RefCell::default();
}

/// [`ClientHello::read`].
pub(super) fn client_hello(body: &[u8], whole: bool) -> Option<Arc<ClientHello>> {
    let read = || ClientHello::read(body, whole).map(Arc::new);
    if !whole {
        return read();
    }
    CLIENT_HELLOS.with_borrow_mut(|known| known.recall(|key| client_outline(body, key), read))
}

/// [`ServerHello::read`].
pub(super) fn server_hello(body: &[u8], whole: bool) -> Option<Arc<ServerHello>> {
    let read = || ServerHello::read(body, whole).map(Arc::new);
    if !whole {
        return read();
    }
    SERVER_HELLOS.with_borrow_mut(|known| known.recall(|key| server_outline(body, key), read))
}

/// [`certificate::read`].
pub(super) fn certificate(der: &[u8]) -> Option<Arc<Certificate>> {
    let outline = |key: &mut Vec<u8>| {
        key.extend_from_slice(der);
        Some(())
    };
    let read = || Some(certificate::read(der).map(Arc::new));
    CERTIFICATES.with_borrow_mut(|known| known.recall(outline, read))?
}

/// Writes all of a whole ClientHello that [`ClientHello::read`] looks at; `None` if it cannot be walked to its end.
///
/// Left out: random, session id, compression methods, and of extensions that hold what changes each time all but what is
/// read of them.
fn client_outline(body: &[u8], key: &mut Vec<u8>) -> Option<()> {
    let mut reader = Reader::new(body);
    key.extend(reader.array::<2>().ok()?);
    reader.skip(32).ok()?; // random
    reader.vec8().ok()?; // session id
    push_sized(key, reader.vec16().ok()?.rest());
    reader.vec8().ok()?; // compression methods
    extension::walk(&mut reader, |kind, body| {
        key.extend(kind.to_be_bytes());
        match kind {
            extension::SERVER_NAME
            | extension::SUPPORTED_VERSIONS
            | extension::SUPPORTED_GROUPS
            | extension::EC_POINT_FORMATS
            | extension::SIGNATURE_ALGORITHMS
            | extension::ALPN => push_sized(key, body.rest()),
            extension::KEY_SHARE => key.extend(match key_shares(body) {
                Ok(count) => [1, count],
                Err(extension::Malformed) => [0, 0],
            }),
            extension::SESSION_TICKET => key.push(u8::from(!body.is_empty())),
            _ => {}
        }
    })
    .then_some(())
}

/// The same for a ServerHello and [`ServerHello::read`]: the random counts where it says something.
fn server_outline(body: &[u8], key: &mut Vec<u8>) -> Option<()> {
    let mut reader = Reader::new(body);
    let version = reader.u16().ok()?;
    let random = reader.array::<32>().ok()?;
    let early = server_hello::is_early_draft(super::Version(version));
    key.extend(version.to_be_bytes());
    key.push(u8::from(random == RETRY_RANDOM));
    key.push(match server_hello::downgrade(&random) {
        Some(version) => version.0 as u8,
        None => 0,
    });
    if !early {
        reader.vec8().ok()?; // session id
    }
    key.extend(reader.array::<2>().ok()?);
    if !early {
        reader.u8().ok()?; // compression method
    }
    extension::walk(&mut reader, |kind, body| {
        key.extend(kind.to_be_bytes());
        if kind == extension::SUPPORTED_VERSIONS {
            push_sized(key, body.rest());
        }
    })
    .then_some(())
}

/// Bytes led by their count, so that no two lists of fields look alike.
fn push_sized(key: &mut Vec<u8>, bytes: &[u8]) {
    key.extend((bytes.len() as u16).to_be_bytes());
    key.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::samples::{
        Hello, RFC8448_CLIENT_HELLO, RFC8448_RETRY, RFC8448_SERVER_HELLO, hex,
    };
    use super::*;

    fn mutated(message: &[u8], changes: &[(usize, u8)]) -> Vec<u8> {
        let mut body = message[4..].to_vec();
        for (at, byte) in changes {
            let at = at % body.len();
            body[at] = *byte;
        }
        body
    }

    #[test]
    fn what_changes_each_time_is_not_in_the_key() {
        let outline = |hello: Hello| {
            let mut key = Vec::new();
            client_outline(&hello.client()[4..], &mut key).unwrap();
            key
        };
        let hello = |id: &[u8], share: u8, ticket: u8, versions: &[u8]| {
            Hello::new(0x0303, &[0x1301])
                .session(id)
                .with(51, &[0, 5, 0, 29, 0, 1, share])
                .with(35, &[ticket; 9])
                .with(43, versions)
        };
        let one = outline(hello(&[1; 32], 1, 1, &[2, 3, 4]));
        assert_eq!(one, outline(hello(&[], 2, 2, &[2, 3, 4])));
        assert_ne!(one, outline(hello(&[], 2, 2, &[2, 3, 3])));
    }

    proptest! {
        /// Whatever was remembered before, the answer is that of reading anew.
        #[test]
        fn nobody_can_tell(
            first in proptest::collection::vec((0_usize..400, any::<u8>()), 0..4),
            second in proptest::collection::vec((0_usize..400, any::<u8>()), 0..4),
        ) {
            let client = hex(RFC8448_CLIENT_HELLO);
            for changes in [&first, &second, &first] {
                let body = mutated(&client, changes);
                let anew = ClientHello::read(&body, true);
                prop_assert_eq!(client_hello(&body, true).map(Arc::unwrap_or_clone), anew);
            }
            for server in [RFC8448_SERVER_HELLO, RFC8448_RETRY].map(hex) {
                for changes in [&first, &second, &first] {
                    let body = mutated(&server, changes);
                    let anew = ServerHello::read(&body, true);
                    prop_assert_eq!(server_hello(&body, true).map(Arc::unwrap_or_clone), anew);
                }
            }
        }
    }
}
