//! TLS up to the end of the handshake: what each side said in clear, and what that proves.
//!
//! [`probe()`] tells whether bytes begin TLS at all; [`Stream`] reads one direction of a conversation from its first
//! TLS byte on and collects [`Facts`]; [`conclude()`] sets the two directions side by side. Pure: bytes and times in,
//! facts out.
//!
//! ```text
//! bytes -> record -> handshake -> client_hello / server_hello / certificate -> facts -> conclude
//!          (or ssl2)              extension, offer
//! ```
//!
//! Sources: RFC 8446 (TLS 1.3), RFC 5246 (1.2), RFC 4346 (1.1), RFC 2246 (1.0), RFC 6101 (SSL 3.0),
//! draft-hickman-netscape-ssl-00 (SSL 2.0), the IANA registries "TLS Parameters" and "TLS Extensions". Nothing is
//! decrypted, no signature or chain is checked, DTLS and QUIC are not read.

pub mod certificate;
pub mod client_hello;
mod collect;
pub mod conclude;
mod extension;
pub mod facts;
mod handshake;
pub mod ja3;
pub mod ja4;
mod known;
pub mod names;
pub mod offer;
pub mod probe;
pub(crate) mod record;
pub mod server_hello;
pub mod session_id;
mod small;
mod ssl2;
pub mod stream;
pub mod version;

#[cfg(test)]
mod samples;

pub use certificate::Certificate;
pub use client_hello::ClientHello;
pub use conclude::{Alert, Conclusion, Course, Left, conclude, handshake_end};
pub use facts::{ClearAlert, Facts};
pub use offer::Offered;
pub use probe::{Probe, probe};
pub use server_hello::ServerHello;
pub use session_id::SessionId;
pub use stream::Stream;
pub use version::Version;

/// Which end of the conversation a direction is expected to come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The end that sends the ClientHello.
    Client,
    /// The end that answers it.
    Server,
}

/// The form a hello was sent in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// A handshake message in TLS records (SSL 3.0 and later).
    #[default]
    Tls,
    /// An SSL 2.0 message; a client may use it and still ask for up to TLS 1.2 (RFC 5246 E.2).
    Ssl2,
}
