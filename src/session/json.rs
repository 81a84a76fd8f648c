//! JSON written straight into a buffer, with absence built in: what is `None`, and an object that nothing was put into,
//! leaves no trace. RFC 8259, and stricter: text is escaped so that it is harmless on a terminal too.
//!
//! Keys are our own constants and need no escaping.

use std::io::Write;
use std::net::IpAddr;

use super::text::{is_harmless, is_hazardous};
use crate::time::{CertificateTime, Timestamp};

/// One JSON object that is being written.
pub struct Object<'a> {
    out: &'a mut Vec<u8>,
    empty: bool,
}

/// Appends one object, filled by `fill`, to `out`.
pub fn object(out: &mut Vec<u8>, fill: impl FnOnce(&mut Object<'_>)) {
    out.push(b'{');
    fill(&mut Object { out, empty: true });
    out.push(b'}');
}

/// Appends members of an object that has others before them, filled by `fill`, without its brackets; each begins with its comma.
pub fn members(out: &mut Vec<u8>, fill: impl FnOnce(&mut Object<'_>)) {
    fill(&mut Object { out, empty: false });
}

impl Object<'_> {
    /// What [`members`] wrote before.
    pub fn members(&mut self, written: &[u8]) {
        self.out.extend_from_slice(written);
    }

    /// An object inside this one that is left open, for [`Object::close`].
    pub fn open(&mut self, key: &str, fill: impl FnOnce(&mut Object<'_>)) {
        self.key(key);
        self.out.push(b'{');
        fill(&mut Object {
            out: self.out,
            empty: true,
        });
    }

    /// Goes on in the object that was left open with something in it, and closes it.
    pub fn close(&mut self, fill: impl FnOnce(&mut Object<'_>)) {
        fill(&mut Object {
            out: self.out,
            empty: false,
        });
        self.out.push(b'}');
    }

    /// An object inside this one; absent if nothing is put into it.
    pub fn object(&mut self, key: &str, fill: impl FnOnce(&mut Object<'_>)) {
        let (length, empty) = (self.out.len(), self.empty);
        self.key(key);
        self.out.push(b'{');
        let mut inner = Object {
            out: self.out,
            empty: true,
        };
        fill(&mut inner);
        if inner.empty {
            self.out.truncate(length);
            self.empty = empty;
        } else {
            self.out.push(b'}');
        }
    }

    /// Text, escaped.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as of `key`")]
    pub fn text<'v>(&mut self, key: &str, value: impl Into<Option<&'v str>>) {
        if let Some(value) = value.into() {
            self.key(key);
            string(self.out, value);
        }
    }

    /// A word of our own, which needs no escaping.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as of `key`")]
    pub fn word(&mut self, key: &str, word: impl Into<Option<&'static str>>) {
        if let Some(word) = word.into() {
            self.key(key);
            self.out.push(b'"');
            self.out.extend_from_slice(word.as_bytes());
            self.out.push(b'"');
        }
    }

    /// Text that our own code makes and that needs no escaping: addresses, times, hex.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as of `key`")]
    pub fn plain(&mut self, key: &str, value: Option<impl Plain>) {
        if let Some(value) = value {
            self.key(key);
            self.out.push(b'"');
            value.append(self.out);
            self.out.push(b'"');
        }
    }

    /// A whole number.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as of `key`")]
    pub fn number(&mut self, key: &str, value: impl Into<Option<u64>>) {
        if let Some(value) = value.into() {
            self.key(key);
            digits(self.out, value);
        }
    }

    /// `true` or `false`.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as of `key`")]
    pub fn flag(&mut self, key: &str, value: impl Into<Option<bool>>) {
        if let Some(value) = value.into() {
            self.key(key);
            self.out
                .extend_from_slice(if value { b"true" } else { b"false" });
        }
    }

    /// A list of our own words, which need no escaping; absent if it is empty.
    pub fn words(&mut self, key: &str, values: impl Iterator<Item = impl AsRef<str>>) {
        let mut opened = false;
        for value in values {
            if opened {
                self.out.push(b',');
            } else {
                self.key(key);
                self.out.push(b'[');
                opened = true;
            }
            self.out.push(b'"');
            self.out.extend_from_slice(value.as_ref().as_bytes());
            self.out.push(b'"');
        }
        if opened {
            self.out.push(b']');
        }
    }

    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "only where the key is known is its copy of a fixed size"
    )]
    fn key(&mut self, key: &str) {
        if !self.empty {
            self.out.push(b',');
        }
        self.empty = false;
        self.out.push(b'"');
        self.out.extend_from_slice(key.as_bytes());
        self.out.extend_from_slice(b"\":");
    }
}

/// Writes itself in characters that need no escaping; some ten times a record, so without the formatting machinery.
pub trait Plain {
    /// Appends the text.
    fn append(&self, out: &mut Vec<u8>);
}

impl Plain for Timestamp {
    fn append(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.rfc3339());
    }
}

impl Plain for CertificateTime {
    fn append(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.rfc3339());
    }
}

impl Plain for IpAddr {
    fn append(&self, out: &mut Vec<u8>) {
        match self {
            Self::V4(address) => {
                let [a, b, c, d] = address.octets();
                digits(out, a);
                for octet in [b, c, d] {
                    out.push(b'.');
                    digits(out, octet);
                }
            }
            Self::V6(address) => {
                // Writing into a Vec does not fail.
                let _ = write!(out, "{address}");
            }
        }
    }
}

/// Appends a number in decimal; some thirty times a record, so without the formatting machinery.
fn digits(out: &mut Vec<u8>, value: impl itoa::Integer) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// Appends `text` as a JSON string. Beyond RFC 8259 section 7, what [`is_hazardous`] names is written as `\uXXXX`: the
/// value is the same to every parser, and nothing in it acts on a terminal.
pub fn string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    if is_harmless(text.as_bytes()) {
        out.extend_from_slice(text.as_bytes());
    } else {
        text.chars().for_each(|character| escaped(out, character));
    }
    out.push(b'"');
}

fn escaped(out: &mut Vec<u8>, character: char) {
    match character {
        '"' => out.extend_from_slice(b"\\\""),
        '\\' => out.extend_from_slice(b"\\\\"),
        '\n' => out.extend_from_slice(b"\\n"),
        '\r' => out.extend_from_slice(b"\\r"),
        '\t' => out.extend_from_slice(b"\\t"),
        _ if is_hazardous(character) => escaped_by_number(out, character),
        _ => out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
    }
}

/// UTF-16 code units, as RFC 8259 section 7 wants them.
fn escaped_by_number(out: &mut Vec<u8>, character: char) {
    for unit in character.encode_utf16(&mut [0; 2]) {
        let _ = write!(out, "\\u{unit:04x}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn written(fill: impl FnOnce(&mut Object<'_>)) -> String {
        let mut out = Vec::new();
        object(&mut out, fill);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn absence_leaves_no_trace() {
        let line = written(|root| {
            root.text("a", None);
            root.object("b", |b| b.object("c", |c| c.number("d", None)));
            root.flag("e", true);
            root.object("f", |f| {
                f.words("none", std::iter::empty::<&str>());
                f.number("g", 7);
            });
        });
        assert_eq!(line, r#"{"e":true,"f":{"g":7}}"#);
    }

    #[test]
    fn nothing_acts_on_a_terminal() {
        let line = written(|root| root.text("x", "\u{1b}[2J\u{9b}A\u{202e}\"\\\n\u{e0041}é"));
        assert_eq!(line, r#"{"x":"\u001b[2J\u009bA\u202e\"\\\n\udb40\udc41é"}"#);
    }

    #[test]
    fn numbers_are_written_whole() {
        for value in [0, 7, 10, 4_294_967_296, u64::MAX] {
            assert_eq!(
                written(|root| root.number("n", value)),
                format!("{{\"n\":{value}}}")
            );
        }
    }

    proptest! {
        /// serde_json reads back what was written, whatever the text.
        #[test]
        fn any_text_survives(text in any::<String>(), words in proptest::collection::vec("[a-z]{1,8}", 0..4)) {
            let line = written(|root| {
                root.text("text", text.as_str());
                root.words("words", words.iter());
            });
            let mut expected = json!({ "text": text });
            if !words.is_empty() {
                expected["words"] = json!(words);
            }
            prop_assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), expected);
            prop_assert!(!line.chars().any(is_hazardous));
        }
    }
}
