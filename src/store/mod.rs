//! History: sessions kept in a folder, counted by day as they come, given back as they were.
//!
//! One SQLite file a folder (write-ahead log, synchronous FULL). A session is a row keyed by its start and `event.id`, so
//! reading a capture twice adds nothing. What sessions share stands once: who did what ([`profile`]), how
//! ([`handshake`]), and texts. A table of counts by day and profile changes in the same transaction, and only
//! for rows that were new; a report adds it up and need not look at the sessions. `docs/history.md` explains all of it.

mod column;
mod damage;
mod detail;
mod dictionary;
mod error;
mod greeting;
mod handshake;
mod keep;
mod place;
mod profile;
mod read;
mod schema;
mod slots;
mod spool;
mod varint;
mod write;

pub use damage::Damage;
pub use error::StoreError;
pub use keep::Keep;
pub use place::Place;
pub use profile::Profile;
pub use read::{Count, Counts, Facts, Range, Reader, Span, Stored};
pub use schema::{SCHEMA, file};
pub use spool::{Kept, Pressure, Spool};
pub use write::{Writer, Written};

#[cfg(test)]
mod tests;
