//! Whether a connection on a port that says nothing is SMTP, told by the first bytes of each direction.
//!
//! A server of SMTP greets with 220 (RFC 5321 section 3.1), and so do servers of FTP (RFC 959). What no other client
//! says first is EHLO, HELO (section 4.1.1.1) or LHLO (RFC 2033), behind a PROXY header if there is one. TLS from the
//! first byte is not taken for SMTP: on any port, nearly all of it is something else.

use super::client::{PROXY_V1, PROXY_V2};
use super::dialogue::Dialogue;

/// What SMTP begins with, by its client and by its server; in capitals.
const OPENINGS: [&[u8]; 7] = [
    b"EHLO ", b"HELO ", b"LHLO ", b"220 ", b"220-", &PROXY_V1, &PROXY_V2,
];

/// Whether a direction of SMTP may begin with `bytes`, or with bytes that they begin.
pub fn may_open(bytes: &[u8]) -> bool {
    let agrees = |opening: &&[u8]| {
        let pairs = opening.iter().zip(bytes);
        pairs.fold(true, |agrees, (one, other)| {
            agrees && *one == other.to_ascii_uppercase()
        })
    };
    OPENINGS.iter().any(agrees)
}

/// What the dialogue has turned out to be so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing speaks against SMTP yet.
    Open,
    /// SMTP.
    Smtp,
    /// Something else.
    Other,
}

/// How a dialogue stands that is SMTP only if it says so. `whole`: it is seen from its beginning, so that its first words are
/// the first words.
pub fn standing(dialogue: &Dialogue, whole: bool) -> Standing {
    let client = dialogue.client.as_ref();
    let server = dialogue.server.as_ref();
    let hello = client.is_some_and(|side| side.facts.said_hello);
    let other_words = client.is_some_and(|side| side.facts.commands > 0 || side.is_noisy());
    let greeting = server.and_then(|side| side.facts.greeting);
    if (other_words && !hello) || greeting.is_some_and(|code| code != 220) {
        return Standing::Other;
    }
    let text_first = |begun: bool, said: bool| begun && !said;
    let tls_first = client.is_some_and(|side| text_first(side.tls.at().is_some(), hello))
        || server.is_some_and(|side| text_first(side.tls.at().is_some(), side.facts.replies > 0));
    if tls_first {
        return Standing::Other;
    }
    let replied = server.is_some_and(|side| side.facts.replies > 0);
    let names_itself =
        server.is_some_and(|side| side.facts.extensions_seen && side.facts.banner.is_some());
    match client {
        Some(_) if hello && (replied || (whole && server.is_none())) => Standing::Smtp,
        None if whole && names_itself => Standing::Smtp,
        _ => Standing::Open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First bytes as in the RFCs of each protocol.
    #[test]
    fn first_words() {
        let smtp: [&[u8]; 7] = [
            b"220 mail.example ESMTP\r\n",
            b"220-a\r\n",
            b"EHLO b\r\n",
            b"ehlo b\r\n",
            b"H",
            b"2",
            b"PROXY TCP4 ",
        ];
        for bytes in smtp {
            assert!(may_open(bytes), "{bytes:?}");
        }
        let other: [&[u8]; 12] = [
            b"\x16\x03\x01\x02\x00\x01",
            b"GET / HTTP/1.1\r\n",
            b"HEAD / HTTP/1.1\r\n",
            b"HTTP/1.1 200 OK\r\n",
            b"POST /",
            b"PUT /",
            b"* OK IMAP4rev1\r\n",
            b"+OK POP3\r\n",
            b"USER anonymous\r\n",
            b"SSH-2.0-x\r\n",
            b"200 news\r\n",
            b"EHLO\r\n",
        ];
        for bytes in other {
            assert!(!may_open(bytes), "{bytes:?}");
        }
    }
}
