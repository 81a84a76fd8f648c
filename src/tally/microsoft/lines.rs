//! The lines of a file that spreadsheets write: text of any usual encoding, cells by RFC 4180 with any usual separator.

/// UTF-8 or UTF-16, with or without a byte order mark.
pub(super) fn decoded(bytes: &[u8]) -> Option<String> {
    let wide = |bytes: &[u8], number: fn([u8; 2]) -> u16| {
        let units = bytes
            .chunks_exact(2)
            .filter_map(|pair| <[u8; 2]>::try_from(pair).ok());
        let units: Vec<_> = units.map(number).collect();
        String::from_utf16(&units).ok()
    };
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        [_, 0, ..] => wide(bytes, u16::from_le_bytes),
        _ => String::from_utf8(bytes.to_vec()).ok(),
    }
}

/// The one of the usual separators that the first lines have most of, outside quotes.
pub(super) fn separator(text: &str) -> char {
    let mut quoted = false;
    let mut counts = [(',', 0), (';', 0), ('\t', 0)];
    for character in text.chars().take(4_096) {
        if character == '"' {
            quoted = !quoted;
        }
        let found = counts
            .iter_mut()
            .find(|(known, _)| *known == character && !quoted);
        if let Some((_, count)) = found {
            *count += 1;
        }
    }
    counts
        .into_iter()
        .max_by_key(|(_, count)| *count)
        .map_or(',', |(separator, _)| separator)
}

/// RFC 4180 with any separator, and any kind of line end.
pub(super) fn records(text: &str, separator: char) -> impl Iterator<Item = Vec<String>> + '_ {
    let mut characters = text.chars().peekable();
    std::iter::from_fn(move || {
        characters.peek()?;
        let mut row = vec![String::new()];
        let mut quoted = false;
        while let Some(character) = characters.next() {
            let cell = row.last_mut()?;
            match character {
                '"' if quoted && characters.peek() == Some(&'"') => {
                    characters.next();
                    cell.push('"');
                }
                '"' => quoted = !quoted,
                '\n' if !quoted => break,
                '\r' if !quoted => {}
                _ if character == separator && !quoted => row.push(String::new()),
                _ => cell.push(character),
            }
        }
        Some(row)
    })
}
