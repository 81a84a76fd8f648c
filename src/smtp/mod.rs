//! SMTP line by line up to STARTTLS, in both directions, and TLS from there (RFC 5321, RFC 3207, RFC 8314).
//!
//! The two directions are read apart from each other: a command never begins with a byte that begins a TLS record, and
//! neither does a reply, so each direction tells by itself where TLS starts. Only what a *reply* means needs the command
//! before it; [`pairing`] joins the two by count, whichever arrives first. So it does not matter whether a capture holds the
//! directions interleaved, one after the other, or only one of them.
//!
//! Message content is passed over and never kept; of AUTH nothing is kept but that it happened.

pub mod client;
pub mod command;
pub mod dialogue;
pub mod joint;
pub mod opening;
pub mod pairing;
pub mod reply;
pub mod server;
pub mod start;
mod text;

pub use dialogue::Dialogue;
