//! Words, numbers and times as the table writes them, and lines that keep to the page.

use std::fmt::Display;

use unicode_width::UnicodeWidthChar;

use super::Page;
use crate::output::clock::UTC;
use crate::output::escape::{terminal, terminal_within, width};
use crate::tally::figures::number;
use crate::time::Timestamp;

/// Columns a name off the wire may take on a terminal.
const NAME_COLUMNS: usize = 40;

/// `text` broken at spaces into lines that fit the page: the first indented by `first` columns, the rest by `rest`. On a
/// terminal a word longer than a line is broken too; elsewhere it runs over.
pub(in crate::output) fn wrapped(page: Page, text: &str, first: usize, rest: usize) -> String {
    let words = text.split(' ').filter(|word| !word.is_empty());
    let mut lines = Lines::new(page, first, rest);
    words.for_each(|word| lines.put(" ", word));
    lines.finish()
}

/// `parts` with `separator` between them, broken between parts as long as a part fits a line.
pub(super) fn flowed(
    page: Page,
    parts: &[String],
    separator: &str,
    first: usize,
    rest: usize,
) -> String {
    let mut lines = Lines::new(page, first, rest);
    for part in parts {
        if rest + width(part) + width(separator.trim_end()) <= page.width {
            lines.put(separator, part);
        } else {
            lines.put_words(separator, part);
        }
    }
    lines.finish()
}

/// Lines being filled.
struct Lines<'a> {
    page: Page<'a>,
    rest: usize,
    done: String,
    line: String,
    /// Columns of the line that are taken.
    used: usize,
    /// Nothing but the indentation stands in the line.
    fresh: bool,
}

impl<'a> Lines<'a> {
    fn new(page: Page<'a>, first: usize, rest: usize) -> Self {
        Self {
            page,
            rest,
            done: String::new(),
            line: " ".repeat(first),
            used: first,
            fresh: true,
        }
    }

    /// Puts `part` behind `separator`, or on a new line if it does not fit; the separator then ends the old one, so room
    /// for it is kept.
    fn put(&mut self, separator: &str, part: &str) {
        let mark = separator.trim_end();
        if !self.fresh {
            let needed = width(separator) + width(part) + width(mark);
            if self.used + needed > self.page.width {
                self.line += mark;
                self.next();
            } else {
                self.line += separator;
                self.used += width(separator);
            }
        }
        self.push(part);
    }

    fn put_words(&mut self, separator: &str, part: &str) {
        let mut separator = separator;
        for word in part.split(' ').filter(|word| !word.is_empty()) {
            self.put(separator, word);
            separator = " ";
        }
    }

    fn push(&mut self, part: &str) {
        let columns = width(part);
        if !self.page.shortens || self.used + columns <= self.page.width {
            self.line += part;
            self.used += columns;
        } else {
            self.push_broken(part);
        }
        self.fresh = false;
    }

    /// Breaks `part` wherever a line is full.
    fn push_broken(&mut self, part: &str) {
        for character in part.chars() {
            let columns = character.width().unwrap_or(0);
            if self.used + columns > self.page.width {
                self.next();
            }
            self.line.push(character);
            self.used += columns;
        }
    }

    fn next(&mut self) {
        self.done += self.line.trim_end();
        self.done.push('\n');
        self.line = " ".repeat(self.rest);
        self.used = self.rest;
        self.fresh = true;
    }

    fn finish(mut self) -> String {
        self.next();
        self.done
    }
}

/// A name off the wire or the command line, harmless, and short on a terminal.
pub(super) fn name(page: Page, text: &str) -> String {
    if page.shortens {
        return terminal_within(text, NAME_COLUMNS).into_owned();
    }
    terminal(text).into_owned()
}

/// Names joined by commas.
pub(super) fn names<T: AsRef<str>>(page: Page, all: &[T]) -> String {
    let shown: Vec<_> = all.iter().map(|text| name(page, text.as_ref())).collect();
    shown.join(", ")
}

/// Values joined by commas.
pub(super) fn list(all: impl IntoIterator<Item = impl Display>) -> String {
    let shown: Vec<_> = all.into_iter().map(|value| value.to_string()).collect();
    shown.join(", ")
}

/// Counts that are not zero, `3 legacy`, `9 modern`, the first behind `label`; `none` if there are none.
pub(super) fn counts(label: &str, all: impl Iterator<Item = (impl Display, u64)>) -> Vec<String> {
    let present = all.filter(|(_, count)| *count > 0);
    let mut shown: Vec<_> = present
        .map(|(key, count)| format!("{} {key}", number(count)))
        .collect();
    match shown.first_mut() {
        Some(first) => *first = format!("{label}: {first}"),
        None => shown.push(format!("{label}: none")),
    }
    shown
}

/// `2026-08-01 09:00:00Z`; in a zone that the head of the page names, without the mark of UTC.
pub(super) fn time(page: Page, value: Timestamp) -> String {
    let mark = page.clock.zone().map_or("Z", |_| "");
    format!("{}{mark}", page.clock.time(value))
}

/// `2026-08-01 09:00:00Z`.
pub(in crate::output) fn utc(value: Timestamp) -> String {
    format!("{}Z", UTC.time(value))
}

/// `2026-08-01 09:00:00Z to 14:03:01Z`: the date once if it is the same.
pub(super) fn span(page: Page, from: Timestamp, to: Timestamp) -> String {
    let (from, to) = (time(page, from), time(page, to));
    let same_day = from.split(' ').next() == to.split(' ').next();
    let end = to
        .split_once(' ')
        .filter(|_| same_day)
        .map_or(&*to, |(_, clock)| clock);
    format!("{from} to {end}")
}

/// A negotiated or offered version in full: `TLS 1.0`, `SSL 3.0`, or its own word.
pub(in crate::output) fn version(key: &str) -> String {
    match key {
        "ssl2" => "SSL 2.0".into(),
        "ssl3" => "SSL 3.0".into(),
        "1.0" | "1.1" | "1.2" | "1.3" => format!("TLS {key}"),
        _ => key.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Style;

    #[test]
    fn lines_keep_to_the_page() {
        let page = Page::new(Style {
            colour: false,
            width: Some(60),
        });
        let text = "mail ".repeat(40);
        let lines = wrapped(page, &text, 2, 6);
        assert!(lines.lines().all(|line| width(line) <= 60));
        assert_eq!(lines.split_whitespace().count(), 40);
        assert!(
            lines
                .lines()
                .skip(1)
                .all(|line| line.starts_with("      mail"))
        );
    }
}
