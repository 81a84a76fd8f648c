//! Words, numbers and times as the table writes them, and lines that keep to the page.

use std::fmt::Display;

use super::Page;
use crate::output::escape::{terminal, terminal_within, width};
use crate::time::Timestamp;

/// Columns a name off the wire may take on a terminal.
const NAME_COLUMNS: usize = 40;

/// `text` broken at spaces into lines that fit the page: the first indented by `first` columns, the rest by `rest`. A word
/// longer than a line runs over.
pub(super) fn wrapped(page: Page, text: &str, first: usize, rest: usize) -> String {
    let mut lines = String::new();
    let mut line = " ".repeat(first);
    let mut empty = true;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if !empty && width(&line) + 1 + width(word) > page.width {
            lines += &line;
            lines.push('\n');
            line = " ".repeat(rest);
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line += word;
        empty = false;
    }
    lines + &line + "\n"
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

/// Counts that are not zero, `legacy 3, modern 9`; `none` if there are none.
pub(super) fn counts(all: impl Iterator<Item = (impl Display, u64)>) -> String {
    let present = all.filter(|(_, count)| *count > 0);
    let shown = list(present.map(|(key, count)| format!("{key} {}", number(count))));
    if shown.is_empty() {
        "none".into()
    } else {
        shown
    }
}

/// `1,204,331`.
pub(super) fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1 host`, `3 hosts`.
pub(super) fn counted(value: u64, one: &str) -> String {
    let ending = if value == 1 { "" } else { "s" };
    format!("{} {one}{ending}", number(value))
}

/// `812.4 MB`: decimal units, as links are sold.
pub(super) fn bytes(value: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if value < 1000 {
        return counted(value, "byte");
    }
    let mut scaled = value as f64 / 1000.0;
    let mut unit = 0;
    while scaled >= 999.95 && unit + 1 < UNITS.len() {
        scaled /= 1000.0;
        unit += 1;
    }
    format!("{scaled:.1} {}", UNITS.get(unit).copied().unwrap_or("PB"))
}

/// `2026-08-01 09:00:00Z`.
pub(super) fn time(value: Timestamp) -> String {
    let full = value.to_string();
    let second = full.split('.').next().unwrap_or_default();
    format!("{}Z", second.replace('T', " "))
}

/// A negotiated or offered version in full: `TLS 1.0`, `SSL 3.0`, or its own word.
pub(super) fn version(key: &str) -> String {
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
    fn numbers_read_well() {
        assert_eq!(number(0), "0");
        assert_eq!(number(999), "999");
        assert_eq!(number(1_204_331), "1,204,331");
        assert_eq!(bytes(1), "1 byte");
        assert_eq!(bytes(999), "999 bytes");
        assert_eq!(bytes(1000), "1.0 kB");
        assert_eq!(bytes(999_999), "1.0 MB");
        assert_eq!(bytes(812_400_000), "812.4 MB");
        assert_eq!(bytes(u64::MAX), "18446.7 PB");
    }

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
