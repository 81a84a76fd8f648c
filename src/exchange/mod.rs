//! Is it Exchange Online, which cloud and which kind of endpoint, by which evidence; and what a finding means.
//!
//! ```text
//! data/endpoints/*.json ─┐
//! a file given           ├─ published ── ranges ── catalog ─┐
//!                        ┘                                  ├─ classify ── Classification
//! SNI, DNS answer, certificate, banner ──── name ───────────┘
//! ```
//!
//! Pure: lists come in as text, nothing is fetched. Names decide before addresses, since only a name tells a legacy
//! or high-volume endpoint from the ordinary one, and since addresses are published for what *may* be reached there.
//! Where each fact comes from is in `data/README.md`; what findings mean at length is in `docs/findings.md`.

mod advice;
mod catalog;
mod classify;
mod greeting;
mod issuer;
mod listing;
mod name;
mod published;
mod ranges;
mod sender;
mod suite;

pub use advice::{Advice, Client, Remedy, Signs, Software, meaning};
pub use catalog::{AddressMatch, Catalog, ListInfo, ListSource};
pub use classify::{Classification, Clues, Contradiction, Disagreement, classify};
pub use greeting::{banner_host, claimed_ip, greeted_ip};
pub use issuer::issuer_is_known;
pub use listing::{describe_lists, lists_in_use};
pub use name::{NameMatch, name};
pub use published::CatalogError;
pub use sender::classify_sender;
pub use suite::{ACCEPTED_SUITES, ACCEPTED_SUITES_SINCE, is_acceptable_suite};
