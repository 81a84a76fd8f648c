//! Text off the wire: lines put together from segments, strings cleaned before anything keeps them.

use std::borrow::Cow;
use std::cell::RefCell;
use std::mem;
use std::sync::Arc;

use memchr::memchr;

use crate::memo::Texts;
use crate::session::MAX_STRING;
use crate::session::text::is_harmless;

/// Bytes kept of one line; RFC 5321 section 4.5.3.1.4 allows 512, AUTH (RFC 4954 section 4) 12,288 that nobody here reads.
const MAX_LINE: usize = 1024;

/// A line that has begun and not ended yet.
#[derive(Debug)]
pub(super) struct Line {
    begun: Vec<u8>,
}

impl Line {
    pub(super) const fn new() -> Self {
        Self { begun: Vec::new() }
    }

    /// What has begun.
    pub(super) fn begun(&self) -> &[u8] {
        &self.begun
    }

    /// Whether the next byte begins a line.
    pub(super) fn is_at_start(&self) -> bool {
        self.begun.is_empty()
    }

    /// Forgets the line.
    pub(super) fn clear(&mut self) {
        *self = Self::new();
    }

    /// Adds bytes that do not end the line; what is past [`MAX_LINE`] is dropped.
    pub(super) fn extend(&mut self, bytes: &[u8]) {
        let room = MAX_LINE.saturating_sub(self.begun.len());
        self.begun
            .extend_from_slice(bytes.get(..room).unwrap_or(bytes));
    }

    /// Cuts `bytes` behind the next line feed: the whole line, and what follows it. `None` if the line does not end in
    /// `bytes`; its part of it is kept.
    pub(super) fn complete<'a>(&mut self, bytes: &'a [u8]) -> Option<(Cow<'a, [u8]>, &'a [u8])> {
        let Some(end) = memchr(b'\n', bytes) else {
            self.extend(bytes);
            return None;
        };
        let (head, rest) = bytes.split_at(end + 1);
        if self.begun.is_empty() {
            return Some((Cow::Borrowed(head.get(..MAX_LINE).unwrap_or(head)), rest));
        }
        self.extend(head);
        Some((Cow::Owned(mem::take(&mut self.begun)), rest))
    }
}

/// Whether a line of SMTP can begin with `byte`: anything else is worth a look for TLS.
pub(super) const fn begins_text(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\r' | b'\n' | b' '..=b'~')
}

/// At most [`MAX_STRING`] bytes of printable text; what is not UTF-8 or not printable becomes U+FFFD, what is longer ends in `…`.
fn clean(bytes: &[u8]) -> Arc<str> {
    if let Some(plain) = plain(bytes) {
        return plain.into();
    }
    let cut = bytes.get(..MAX_STRING).unwrap_or(bytes);
    let room = if bytes.len() > cut.len() {
        MAX_STRING - '…'.len_utf8()
    } else {
        MAX_STRING
    };
    let mut out = String::with_capacity(cut.len());
    for c in String::from_utf8_lossy(cut).chars() {
        let c = if c.is_control() { '\u{fffd}' } else { c };
        if out.len() + c.len_utf8() > room {
            break;
        }
        out.push(c);
    }
    if bytes.len() > cut.len() {
        out.push('…');
    }
    out.into()
}

/// Text of which nothing has to be changed; of some more that is not noticed.
fn plain(bytes: &[u8]) -> Option<&str> {
    let plain = bytes.len() <= MAX_STRING && is_harmless(bytes);
    std::str::from_utf8(bytes).ok().filter(|_| plain)
}

thread_local! {
    /// What hosts say of themselves: few things, and each again in every session.
    static TEXTS: RefCell<Texts> = RefCell::default();
}

/// The same for text that may come again: shared with the sessions before.
pub(super) fn clean_shared(bytes: &[u8]) -> Arc<str> {
    TEXTS.with_borrow_mut(|texts| texts.share(bytes, || clean(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_are_bounded_and_printable() {
        assert_eq!(&*clean(b"a\x1b[2Jb\xff"), "a\u{fffd}[2Jb\u{fffd}");
        let long = clean(&vec![b'x'; 70_000]);
        assert!(long.len() <= MAX_STRING && long.ends_with('…'));
        assert!(clean(&[0xff; 255]).len() <= MAX_STRING);
    }

    #[test]
    fn lines_from_any_pieces() {
        let mut line = Line::new();
        let mut lines = Vec::new();
        for piece in [&b"EH"[..], b"LO a\r", b"\nSTART", b"TLS\n\n"] {
            let mut bytes = piece;
            while let Some((whole, rest)) = line.complete(bytes) {
                lines.push(whole.into_owned());
                bytes = rest;
            }
        }
        assert_eq!(lines, [&b"EHLO a\r\n"[..], b"STARTTLS\n", b"\n"]);
    }
}
