//! The state of a live capture as Prometheus reads it: the text exposition format, version 0.0.4
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/>), and the answers of the small server that gives it out.
//!
//! Pure: facts in, text out; sockets and clocks are the caller's. Label sets are closed (versions, words, reasons of our own
//! code, and the interfaces of the command line): nothing that traffic can choose becomes a label, hosts least of all.

mod families;
pub mod http;
mod text;

use crate::tally::Report;
use crate::tally::live::Moment;

pub use families::reference;

/// What a scrape tells.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// What the sessions say.
    pub report: &'a Report,
    /// What the capture says, at the same moment.
    pub moment: &'a Moment,
}

/// All metrics, as a scrape gets them.
pub fn render(facts: Facts<'_>) -> String {
    let mut out = String::with_capacity(16 << 10);
    for family in families::ALL {
        text::write(family, &(family.samples)(&facts), &mut out);
    }
    out
}

#[cfg(test)]
mod tests;
