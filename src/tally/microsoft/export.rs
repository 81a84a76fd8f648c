//! The file that the Exchange admin center exports for its SMTP AUTH clients report.
//!
//! Its form is documented only by what the page shows (sender address, domain, TLS 1.0, 1.1 and 1.2 in percent, messages
//! sent, authentication protocol), and it is written in the language of whoever exports it. So headers are recognized by what
//! they hold, in any order; separators, quotes, byte order marks, UTF-16, percent signs and decimal commas are taken as
//! they come. What was not recognized is told, never guessed.

use jiff::civil::Date;

use super::{Sender, Shares};

/// Rows read at most.
pub const MAX_ROWS: usize = 1_000_000;

/// What was read of the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Export {
    /// One entry a row; a row has a date only if the file does.
    pub rows: Vec<(Option<Date>, Sender)>,
    /// Columns that were not found, by what they would say.
    pub missing: Vec<&'static str>,
    /// Rows that could not be read.
    pub unread: u64,
    /// The file has a column of dates.
    pub dated: bool,
}

/// Why a file is no such export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// Neither UTF-8 nor UTF-16.
    #[error("its text is neither UTF-8 nor UTF-16")]
    Encoding,
    /// No line names what is needed.
    #[error(
        "no line of it names a sender address and a TLS version: export it under Reports > Mail flow > SMTP AUTH clients report"
    )]
    NoHeader,
}

/// What a column says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Sender,
    Domain,
    Tls10,
    Tls11,
    Tls12,
    Tls13,
    Messages,
    Protocol,
    Date,
}

/// Those that are told if they are missing.
const EXPECTED: [(Field, &str); 6] = [
    (Field::Domain, "domain"),
    (Field::Tls10, "TLS 1.0"),
    (Field::Tls11, "TLS 1.1"),
    (Field::Tls12, "TLS 1.2"),
    (Field::Messages, "messages sent"),
    (Field::Protocol, "authentication protocol"),
];

/// Reads an export.
pub fn read(bytes: &[u8]) -> Result<Export, ExportError> {
    let text = decoded(bytes).ok_or(ExportError::Encoding)?;
    let separator = separator(&text);
    let mut rows = records(&text, separator);
    let header = rows
        .by_ref()
        .map(|row| row.iter().map(|cell| field(cell)).collect::<Vec<_>>())
        .find(|fields| is_header(fields))
        .ok_or(ExportError::NoHeader)?;
    let mut export = Export {
        missing: missing(&header),
        dated: header.contains(&Some(Field::Date)),
        ..Export::default()
    };
    for row in rows.filter(|row| row.iter().any(|cell| !cell.trim().is_empty())) {
        match sender(&header, &row) {
            Some(entry) if export.rows.len() < MAX_ROWS => export.rows.push(entry),
            _ => export.unread += 1,
        }
    }
    Ok(export)
}

fn is_header(fields: &[Option<Field>]) -> bool {
    let has = |wanted| fields.contains(&Some(wanted));
    let versions = [Field::Tls10, Field::Tls11, Field::Tls12, Field::Tls13];
    has(Field::Sender) && versions.into_iter().any(has)
}

fn missing(header: &[Option<Field>]) -> Vec<&'static str> {
    let absent = |field: &Field| !header.contains(&Some(*field));
    let expected = EXPECTED.iter();
    expected
        .filter(|(field, _)| absent(field))
        .map(|(_, name)| *name)
        .collect()
}

/// UTF-8 or UTF-16, with or without a byte order mark.
fn decoded(bytes: &[u8]) -> Option<String> {
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
fn separator(text: &str) -> char {
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
fn records(text: &str, separator: char) -> impl Iterator<Item = Vec<String>> + '_ {
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

/// What a header means: versions by their number, the rest by words of some languages.
fn field(header: &str) -> Option<Field> {
    let header = header.trim().to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| header.contains(word));
    if header.contains("tls") {
        return version(&header);
    }
    if has(&[
        "protocol",
        "protokoll",
        "protocole",
        "protocolo",
        "protocollo",
        "プロトコル",
        "authentication",
        "authentifizierung",
        "認証",
    ]) {
        return Some(Field::Protocol);
    }
    if has(&[
        "message",
        "nachricht",
        "mensaje",
        "mensagens",
        "messaggi",
        "メッセージ",
        "count",
        "sent",
        "件数",
    ]) && !has(&["sender", "date"])
    {
        return Some(Field::Messages);
    }
    if has(&[
        "sender",
        "absender",
        "expéditeur",
        "remitente",
        "remetente",
        "mittente",
        "送信者",
        "差出人",
        "afzender",
    ]) {
        return Some(
            if has(&[
                "domain",
                "domäne",
                "domaine",
                "dominio",
                "domínio",
                "ドメイン",
            ]) {
                Field::Domain
            } else {
                Field::Sender
            },
        );
    }
    if has(&[
        "domain",
        "domäne",
        "domaine",
        "dominio",
        "domínio",
        "ドメイン",
        "domein",
    ]) {
        return Some(Field::Domain);
    }
    if has(&["date", "datum", "fecha", "data", "日付"]) {
        return Some(Field::Date);
    }
    None
}

fn version(header: &str) -> Option<Field> {
    let digits: String = header.chars().filter(char::is_ascii_digit).collect();
    match digits.get(..2)? {
        "10" => Some(Field::Tls10),
        "11" => Some(Field::Tls11),
        "12" => Some(Field::Tls12),
        "13" => Some(Field::Tls13),
        _ => None,
    }
}

/// A row; `None` if it names no sender or a number in it is none.
fn sender(header: &[Option<Field>], row: &[String]) -> Option<(Option<Date>, Sender)> {
    let cell = |wanted| {
        let at = header.iter().position(|field| *field == Some(wanted))?;
        row.get(at)
            .map(|cell| cell.trim())
            .filter(|cell| !cell.is_empty())
    };
    let percent = |wanted| match cell(wanted) {
        None => Some(None),
        Some(text) => share(text).map(Some),
    };
    let name = cell(Field::Sender)?;
    let messages = match cell(Field::Messages) {
        None => None,
        Some(text) => Some(whole(text)?),
    };
    let sender = Sender {
        sender: name.to_owned(),
        domain: cell(Field::Domain)
            .or_else(|| name.rsplit_once('@').map(|(_, domain)| domain))
            .map(str::to_owned),
        messages,
        shares: Shares {
            tls10: percent(Field::Tls10)?,
            tls11: percent(Field::Tls11)?,
            tls12: percent(Field::Tls12)?,
            tls13: percent(Field::Tls13)?,
        },
        protocols: protocols(cell(Field::Protocol).unwrap_or_default()),
    };
    Some((cell(Field::Date).and_then(date), sender))
}

fn protocols(text: &str) -> Vec<String> {
    let each = text.split([',', ';', '/', '|']).map(str::trim);
    each.filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A number of percent, as a share. With a percent sign or without, decimal point or comma.
fn share(text: &str) -> Option<f64> {
    let bare: String = text
        .chars()
        .filter(|character| !character.is_whitespace() && !"%％".contains(*character))
        .collect();
    let value: f64 = bare.replace(',', ".").parse().ok()?;
    (0.0..=100.5)
        .contains(&value)
        .then(|| (value / 100.0).min(1.0))
}

/// A whole number, with whatever a locale puts between thousands.
fn whole(text: &str) -> Option<u64> {
    let parts: Vec<&str> = text
        .split([',', '.', '\'', '’', ' ', '\u{a0}', '\u{202f}'])
        .collect();
    let grouped = parts.iter().skip(1).all(|part| part.len() == 3);
    let digits: String = match parts.as_slice() {
        // `12.0`: a fraction that is none.
        [whole, fraction] if !grouped && fraction.bytes().all(|digit| digit == b'0') => {
            (*whole).to_owned()
        }
        _ if grouped => parts.concat(),
        _ => return None,
    };
    let value: u64 = digits.parse().ok()?;
    (value < 1 << 50).then_some(value)
}

/// `2026-08-01`, with or without a time behind it; other orders of day and month cannot be told apart.
fn date(text: &str) -> Option<Date> {
    text.get(..10)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The columns as Microsoft Learn lists them.
    const ENGLISH: &str = "Sender address,Domain,TLS 1.0 (percentage),TLS 1.1 (percentage),TLS 1.2 (percentage),Messages sent,Authentication Protocol\r\n\
        scan@contoso.com,contoso.com,75,0,25,\"1,200\",Basic\r\n\
        \"crm@contoso.com\",contoso.com,0%,0%,100%,40,OAuth\r\n";

    #[test]
    fn the_documented_columns() {
        let export = read(ENGLISH.as_bytes()).unwrap();
        assert_eq!(
            (export.rows.len(), export.unread, export.dated),
            (2, 0, false)
        );
        assert!(export.missing.is_empty(), "{:?}", export.missing);
        let (_, first) = &export.rows[0];
        assert_eq!(first.sender, "scan@contoso.com");
        assert_eq!(first.messages, Some(1_200));
        assert_eq!(first.shares.tls10, Some(0.75));
        assert_eq!(first.shares.tls12, Some(0.25));
        assert_eq!(first.shares.tls13, None);
        assert_eq!(first.protocols, ["Basic"]);
    }

    #[test]
    fn other_orders_separators_encodings_and_languages() {
        let german = "\u{feff}Domäne;Absenderadresse;TLS 1.2 (Prozent);TLS 1.0 (Prozent);Gesendete Nachrichten\n\
            contoso.com;scan@contoso.com;99,5 %;0,5 %;1.200\n";
        let japanese = "送信者アドレス\tドメイン\tTLS 1.0\tTLS 1.1\tTLS 1.2\t送信されたメッセージ\tDate\n\
            scan@contoso.com\tcontoso.com\t1\t2\t97\t12\t2026-08-01T00:00:00\n";
        let wide: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain(german[3..].encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        for bytes in [german.as_bytes(), &wide] {
            let export = read(bytes).unwrap();
            let (_, sender) = &export.rows[0];
            assert_eq!(sender.messages, Some(1_200));
            assert_eq!(sender.shares.tls12, Some(0.995));
            assert_eq!(export.missing, ["TLS 1.1", "authentication protocol"]);
        }
        let export = read(japanese.as_bytes()).unwrap();
        assert!(export.dated);
        assert_eq!(export.rows[0].0, Some(jiff::civil::date(2026, 8, 1)));
        assert_eq!(export.rows[0].1.messages, Some(12));
    }

    #[test]
    fn rows_that_say_nothing_are_counted_and_other_files_refused() {
        let broken = "Sender address,TLS 1.0,Messages sent\n,5,1\na@b,many,1\na@b,5,x\na@b,101,1\na@b,5,1\n\n";
        let export = read(broken.as_bytes()).unwrap();
        assert_eq!((export.rows.len(), export.unread), (1, 4));
        assert_eq!(export.rows[0].1.domain.as_deref(), Some("b"));
        assert_eq!(read(b"a,b\n1,2\n"), Err(ExportError::NoHeader));
        assert_eq!(read(b""), Err(ExportError::NoHeader));
        assert_eq!(read(&[0xff, 0x00, 0xd8]), Err(ExportError::NoHeader));
        assert_eq!(read(&[b'a', 0xff]), Err(ExportError::Encoding));
    }

    #[test]
    fn numbers_of_all_locales() {
        for (text, value) in [
            ("1200", Some(1_200)),
            ("1,200", Some(1_200)),
            ("1.200", Some(1_200)),
            ("1 200", Some(1_200)),
            ("1\u{202f}200\u{202f}300", Some(1_200_300)),
            ("12.0", Some(12)),
            ("12.5", None),
            ("-1", None),
            ("", None),
        ] {
            assert_eq!(whole(text), value, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            let _ = read(&bytes);
            let _ = read(&[ENGLISH.as_bytes(), &bytes].concat());
        }
    }
}
