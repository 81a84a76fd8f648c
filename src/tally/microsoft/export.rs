//! The file that the Exchange admin center exports for its SMTP AUTH clients report.
//!
//! Its form is documented only by what the page shows (sender address, domain, TLS 1.0, 1.1 and 1.2 in percent, messages
//! sent, authentication protocol), and it is written in the language of whoever exports it. So headers are recognized by what
//! they hold, in any order; separators, quotes, byte order marks, UTF-16, percent signs and decimal commas are taken as
//! they come. What was not recognized is told, never guessed.

use jiff::civil::Date;

use super::columns::{self, Field, field};
use super::dates;
use super::lines::{decoded, records, separator};
use super::numbers::{share, whole};
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
    /// The file says of which days its rows are.
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

/// Reads an export.
pub fn read(bytes: &[u8]) -> Result<Export, ExportError> {
    let text = decoded(bytes).ok_or(ExportError::Encoding)?;
    let separator = separator(&text);
    let mut rows = records(&text, separator);
    let header = rows
        .by_ref()
        .map(|row| row.iter().map(|cell| field(cell)).collect::<Vec<_>>())
        .find(|fields| columns::is_header(fields))
        .ok_or(ExportError::NoHeader)?;
    let mut export = Export {
        missing: columns::missing(&header),
        ..Export::default()
    };
    let mut days = Vec::new();
    for row in rows.filter(|row| row.iter().any(|cell| !cell.trim().is_empty())) {
        match sender(&header, &row) {
            Some((day, sender)) if export.rows.len() < MAX_ROWS => {
                days.push(day);
                export.rows.push((None, sender));
            }
            _ => export.unread += 1,
        }
    }
    for ((day, _), read) in export.rows.iter_mut().zip(dates::read(&days)) {
        *day = read;
    }
    export.dated = export.rows.iter().any(|(day, _)| day.is_some());
    Ok(export)
}

/// A row, and its date as it is written; `None` if it names no sender or a number in it is none.
fn sender(header: &[Option<Field>], row: &[String]) -> Option<(Option<String>, Sender)> {
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
    Some((cell(Field::Date).map(str::to_owned), sender))
}

fn protocols(text: &str) -> Vec<String> {
    let each = text.split([',', ';', '/', '|']).map(str::trim);
    each.filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
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

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            let _ = read(&bytes);
            let _ = read(&[ENGLISH.as_bytes(), &bytes].concat());
        }
    }
}
