//! Text off the wire made harmless: one function per form, and every form uses only its own.
//!
//! JSON is escaped where it is written: [`crate::session::json::string`] for records, [`json`] here for what serde wrote.

use std::borrow::Cow;
use std::fmt::Write;

use unicode_width::UnicodeWidthChar;

use crate::session::text::is_hazardous;

/// For a terminal or any plain text: one line, no character that acts, hides or reorders; such are shown as `\u{1b}`.
pub fn terminal(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hazardous) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_hazardous(character) {
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(character));
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// As [`terminal`], in at most `columns` columns: what is longer is cut and ends in `…`.
pub fn terminal_within(text: &str, columns: usize) -> Cow<'_, str> {
    let shown = terminal(text);
    if width(&shown) <= columns {
        return shown;
    }
    let mut cut = String::new();
    let mut used = 1; // of the mark
    for character in shown.chars() {
        used += character.width().unwrap_or(0);
        if used > columns {
            break;
        }
        cut.push(character);
    }
    cut.push('…');
    Cow::Owned(cut)
}

/// Columns that `text` takes.
pub fn width(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}

/// JSON that serde wrote, with the characters that act on a terminal written as `\uXXXX`. Outside of strings JSON is plain
/// ASCII (RFC 8259), so whatever is replaced stands in one; line ends between values stay.
pub fn json(text: &str) -> Cow<'_, str> {
    let acts = |character: char| character != '\n' && is_hazardous(character);
    if !text.chars().any(acts) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if acts(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(safe, "\\u{unit:04x}");
            }
        } else {
            safe.push(character);
        }
    }
    Cow::Owned(safe)
}

/// For HTML, between tags and in quoted attributes: as [`terminal`], and nothing that is markup (HTML Living Standard,
/// "Escaping a string", and `'`). Characters that act or reorder are shown as `\u{202e}` here too: a browser would
/// obey them.
pub fn html(text: &str) -> Cow<'_, str> {
    const MARKUP: [char; 5] = ['&', '<', '>', '"', '\''];
    let shown = terminal(text);
    if !shown.contains(MARKUP) {
        return shown;
    }
    let mut safe = String::with_capacity(shown.len() + 16);
    for character in shown.chars() {
        match character {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            '\'' => safe += "&#39;",
            _ => safe.push(character),
        }
    }
    Cow::Owned(safe)
}

/// One value of a CSV cell, not yet quoted. Beyond what [`terminal`] does: `;` is written `%3B`, since it separates the
/// values of a list and, in half of Europe, cells; and a value that a spreadsheet would take for a formula
/// gets the apostrophe that makes it text (OWASP, CSV Injection).
pub fn csv(text: &str) -> String {
    let shown = terminal(text).replace(';', "%3B");
    if starts_formula(&shown) {
        return format!("'{shown}");
    }
    shown
}

/// The characters that open a formula, in ASCII and full width, also behind space that importers trim.
fn starts_formula(text: &str) -> bool {
    let first = text.trim_start().chars().next();
    matches!(
        first,
        Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')
    )
}

/// A CSV cell of one or more values, each through [`csv`]: joined by `;`, quoted where RFC 4180 section 2 asks for it.
pub fn csv_cell(values: &[String]) -> String {
    let cell = values.join(";");
    if cell.contains([',', '"', '\r', '\n']) || cell.starts_with(' ') || cell.ends_with(' ') {
        return format!("\"{}\"", cell.replace('"', "\"\""));
    }
    cell
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn terminals_see_no_commands() {
        assert_eq!(terminal("printer-2.corp.example"), "printer-2.corp.example");
        assert_eq!(
            terminal("a\u{1b}[2J\r\nb\u{202e}c"),
            "a\\u{1b}[2J\\u{d}\\u{a}b\\u{202e}c"
        );
    }

    #[test]
    fn cuts_by_columns_and_not_by_bytes() {
        assert_eq!(terminal_within("printer", 7), "printer");
        assert_eq!(terminal_within("printer-2", 7), "printe…");
        // Two columns each (Unicode Annex 11, wide).
        assert_eq!(terminal_within("漢字漢字", 7), "漢字漢…");
        assert_eq!(terminal_within("漢字漢字", 6), "漢字…");
    }

    #[test]
    fn browsers_see_no_markup() {
        assert_eq!(html("printer-2.corp.example"), "printer-2.corp.example");
        assert_eq!(html("社内サーバー1"), "社内サーバー1");
        assert_eq!(
            html("<img src=x onerror=\"a('b')\">&amp;"),
            "&lt;img src=x onerror=&quot;a(&#39;b&#39;)&quot;&gt;&amp;amp;"
        );
        assert_eq!(html("a\u{202e}b\r\nc\0"), "a\\u{202e}b\\u{d}\\u{a}c\\u{0}");
        // What was no UTF-8 on the wire comes as U+FFFD and stays.
        assert_eq!(html(&String::from_utf8_lossy(b"a\xff<")), "a\u{fffd}&lt;");
    }

    #[test]
    fn spreadsheets_see_no_formulas() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "＝1"] {
            assert_eq!(csv(formula), format!("'{formula}"));
        }
        assert_eq!(csv("\t=1"), "\\u{9}=1");
        assert_eq!(csv("a;=1"), "a%3B=1");
        assert_eq!(csv("printer-2"), "printer-2");
    }

    #[test]
    fn cells_are_quoted_as_rfc_4180_says() {
        let cell =
            |values: &[&str]| csv_cell(&values.iter().map(|value| csv(value)).collect::<Vec<_>>());
        assert_eq!(cell(&["a", "b"]), "a;b");
        assert_eq!(cell(&["say \"hi\", then"]), "\"say \"\"hi\"\", then\"");
        assert_eq!(cell(&[]), "");
    }

    proptest! {
        #[test]
        fn any_text_is_harmless(text in any::<String>(), columns in 1usize..40) {
            prop_assert!(!terminal(&text).chars().any(is_hazardous));
            prop_assert!(width(&terminal_within(&text, columns)) <= columns);
            prop_assert!(!html(&text).contains(|c| matches!(c, '<' | '>' | '"' | '\'') || is_hazardous(c)));
            let value = csv(&text);
            prop_assert!(!value.contains(['\n', '\r', ';']) && !starts_formula(&value));
            let quoted = serde_json::to_string_pretty(&[&text]).unwrap();
            let safe = json(&quoted);
            prop_assert!(!safe.lines().any(|line| line.chars().any(is_hazardous)));
            prop_assert_eq!(serde_json::from_str::<Vec<String>>(&safe).unwrap(), [text]);
        }
    }
}
