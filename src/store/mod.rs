//! History: sessions kept in a folder, counted by day as they come, given back as they were.
//!
//! One SQLite file a folder (write-ahead log, synchronous FULL), and another one beside it when that is found damaged
//! ([`mod@files`]). A session is a row keyed by its start and `event.id`, so reading a capture twice adds nothing. What
//! sessions share stands once: who did what ([`profile`]), how ([`handshake`]), and texts. A table of counts by day and
//! profile changes in the same transaction, and only for rows that were new; a report adds it up and need not look at
//! the sessions. `docs/history.md` explains all of it.

mod batch;
mod column;
mod counts;
mod damage;
mod detail;
mod dictionary;
mod error;
mod files;
mod folder;
mod greeting;
mod handshake;
mod keep;
mod profile;
mod range;
mod read;
mod recording;
mod schema;
mod sessions;
mod slots;
mod spool;
mod varint;
mod write;

pub use batch::Written;
pub use counts::{Count, Counts};
pub use damage::Damage;
pub use error::StoreError;
pub use files::{all as files, file};
pub use folder::StoreFolder;
pub use keep::Keep;
pub use profile::Profile;
pub use range::Range;
pub use read::{Reader, StoreExtent};
pub use schema::SCHEMA;
pub use sessions::{Span, Stored};
pub use spool::{Kept, Pressure, Spool};
pub use write::Writer;

#[cfg(test)]
mod tests;
