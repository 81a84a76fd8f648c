//! A [`crate::tally::Report`] as text: one file a form, all with the same facts.
//!
//! Each `render` makes the whole text; the caller writes it where it belongs. Nothing here looks at a terminal, an
//! environment or a clock: see [`Style`].

mod clock;
pub mod console;
pub mod csv;
pub mod escape;
pub mod html;
pub mod json;
pub mod metrics;
mod period;
pub mod stats;
pub mod style;
pub mod table;
pub mod words;

pub use style::Style;
pub use words::Language;

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;
