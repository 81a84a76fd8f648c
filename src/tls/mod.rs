//! TLS up to the end of the handshake: what each side said in clear, and what that proves.
//!
//! [`Stream`] reads one direction of a conversation from the first TLS byte on; [`conclude`] sets the two directions
//! side by side. Pure: bytes and times in, facts out.

pub mod version;

pub use version::Version;
