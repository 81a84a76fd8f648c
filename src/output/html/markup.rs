//! Writes markup so that text cannot become markup: [`Page::raw`] takes only what stands in this program's source, all else
//! goes through [`Page::text`] and is escaped.
//!
//! End tags that HTML lets one leave out are left out in tables and lists (HTML Living Standard, "Optional tags"), and
//! attributes without spaces are not quoted: thousands of rows stay small.

use std::fmt::Display;

use crate::output::clock::Clock;
use crate::output::escape;
use crate::output::words::Words;
use crate::tally::figures::number;
use crate::time::Timestamp;

/// A page being written, and the words it is written with.
pub(super) struct Page {
    out: String,
    pub(super) words: &'static Words,
    /// Who tells its times.
    pub(super) clock: Clock,
}

impl Page {
    pub(super) const fn new(words: &'static Words, clock: Clock) -> Self {
        Self {
            out: String::new(),
            words,
            clock,
        }
    }

    /// Markup of ours.
    pub(super) fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.out += markup;
        self
    }

    /// Any text.
    pub(super) fn text(&mut self, text: impl AsRef<str>) -> &mut Self {
        self.out += &escape::html(text.as_ref());
        self
    }

    /// A text of ours: what stands between backticks is something to type.
    pub(super) fn prose(&mut self, text: &str) -> &mut Self {
        for (at, part) in text.split('`').enumerate() {
            if at % 2 == 0 {
                self.text(part);
            } else {
                self.raw("<code>").text(part).raw("</code>");
            }
        }
        self
    }

    /// A value as its text.
    pub(super) fn show(&mut self, value: impl Display) -> &mut Self {
        self.text(value.to_string())
    }

    /// A count with its thousands apart.
    pub(super) fn number(&mut self, value: u64) -> &mut Self {
        self.text(number(value))
    }

    /// A time to the second, `2026-08-01 09:00:00`.
    pub(super) fn time(&mut self, value: Timestamp) -> &mut Self {
        self.text(self.clock.time(value))
    }

    /// Texts with the language's comma between them.
    pub(super) fn list<T: AsRef<str>>(&mut self, all: impl IntoIterator<Item = T>) -> &mut Self {
        for (at, one) in all.into_iter().enumerate() {
            if at > 0 {
                self.text(self.words.comma);
            }
            self.text(one);
        }
        self
    }

    /// A term and what `say` says of it, in a list of descriptions.
    pub(super) fn fact(&mut self, term: &str, say: impl FnOnce(&mut Self)) -> &mut Self {
        self.raw("<dt>").text(term).raw("<dd>");
        say(self);
        self
    }

    pub(super) fn finish(self) -> String {
        self.out
    }
}
