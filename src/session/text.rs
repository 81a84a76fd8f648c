//! What every writer needs to know about text that came off the wire: which characters never pass raw, and how to cut.
//!
//! Sources: Unicode Standard Annex 9 (bidirectional controls and right-to-left scripts) and Annex 11 (widths, by way of
//! `unicode-width`). How a character is shown instead is each form's own business (see `output::escape`).

use std::borrow::Cow;

use unicode_width::UnicodeWidthChar;

/// Whether `character` could move a cursor, hide, join or reorder what stands around it: controls (C0, DEL, C1), whatever
/// takes no room on a line (zero-width, combining, format and bidirectional controls) and the line separators, and
/// letters that run from right to left and so carry the numbers beside them along.
pub fn is_hazardous(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_control();
    }
    character.width().is_none_or(|columns| columns == 0)
        || is_invisible(character)
        || runs_right_to_left(character)
}

/// Whether all of `bytes` are printable ASCII and none of them is a quotation mark or a backslash: nothing that any form of
/// output must look at twice.
#[inline]
pub fn is_harmless(bytes: &[u8]) -> bool {
    // Sixteen at a time and without a short cut within, so that the compiler can look at them at once.
    let odd = |byte: u8| {
        let (quotes, printable) = (matches!(byte, b'"' | b'\\'), matches!(byte, b' '..=b'~'));
        u8::from(quotes) | u8::from(!printable)
    };
    let odd = |chunk: &[u8; 16]| chunk.iter().fold(0, |found, byte| found | odd(*byte)) != 0;
    let (chunks, rest) = bytes.as_chunks::<16>();
    // What is left is looked at together with bytes before it, or with others that are harmless.
    let last = bytes.last_chunk().copied().unwrap_or_else(|| {
        let mut last = [b' '; 16];
        last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        last
    });
    !chunks.iter().any(odd) && !odd(&last)
}

/// Characters that have a width in the tables and nothing, or a break, on the screen.
const fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// The blocks whose default direction is right to left (Annex 9, `DerivedBidiClass`: R and AL).
const fn runs_right_to_left(character: char) -> bool {
    matches!(character,
        '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// `text` with at most `limit` bytes: what is longer is cut at a character and ends in `…`.
pub fn clip(text: &str, limit: usize) -> Cow<'_, str> {
    const MARK: &str = "…";
    if text.len() <= limit {
        return Cow::Borrowed(text);
    }
    let room = limit.saturating_sub(MARK.len());
    let end = (0..=room).rev().find(|at| text.is_char_boundary(*at));
    let kept = end.and_then(|end| text.get(..end)).unwrap_or_default();
    Cow::Owned(format!("{kept}{MARK}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_pass_and_controls_do_not() {
        for character in ['a', '~', ' ', 'é', '漢', '…', '\\'] {
            assert!(!is_hazardous(character), "{character:?}");
        }
        // ESC, DEL, CSI in one byte (C1), right-to-left override, zero-width space, combining acute, alef, tag letter.
        for character in [
            '\u{1b}',
            '\u{7f}',
            '\u{9b}',
            '\u{202e}',
            '\u{200b}',
            '\u{301}',
            '\u{5d0}',
            '\u{e0041}',
        ] {
            assert!(is_hazardous(character), "{character:?}");
        }
    }

    #[test]
    fn harmless_is_what_no_output_escapes() {
        assert!(is_harmless(b"220 mx.example.com ESMTP ready ~"));
        for odd in [
            &b"\x1b"[..],
            b"\"",
            b"\\",
            "\u{e9}".as_bytes(),
            b"\x7f",
            b"\n",
        ] {
            for before in 0..40 {
                let text = [vec![b'x'; before], odd.to_vec(), vec![b'x'; 17]].concat();
                assert!(!is_harmless(&text), "{text:?}");
            }
        }
    }

    #[test]
    fn clips_at_a_character() {
        assert_eq!(clip("mail.example", 12), "mail.example");
        assert_eq!(clip("mail.example.net", 12), "mail.exam…");
        assert_eq!(clip("ééééé", 6), "é…");
        assert_eq!(clip("ééééé", 2), "…");
    }
}
