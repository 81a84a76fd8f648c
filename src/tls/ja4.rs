//! JA4, the TLS client fingerprint of FoxIO (BSD 3-Clause; `technical_details/JA4.md`). The other members of the
//! family are under another licence and are not computed.
//!
//! ```text
//! t13d1516h2_8daaf6152771_e5627efa2ab1
//! |||| | |   |            SHA-256 of sorted extensions, without server_name and ALPN, and of signature algorithms
//! |||| | |   SHA-256 of the sorted suites
//! |||| | first and last character of the first ALPN name
//! |||| count of extensions
//! ||count of suites
//! ||d: a server name was sent, i: none
//! |version: highest of supported_versions, else the hello's own
//! t: TLS over TCP
//! ```
//!
//! GREASE is left out everywhere, of the signature algorithms too. A hello that was not read to its end gives none.
//! Hashed anew at each call: read it from the hello, where it is kept.

use sha2::{Digest, Sha256};

use super::ja3::hex;
use super::version::is_grease;
use super::{ClientHello, Format, extension};

/// Highest count that two digits show.
const MAX_COUNT: usize = 99;
/// Bytes of a hash that are shown.
const HASH_BYTES: usize = 6;

/// JA4 of a whole ClientHello.
pub fn ja4(hello: &ClientHello) -> Option<String> {
    let mut suites = without_grease(hello.suites.as_ref()?);
    if !hello.complete || hello.format != Format::Tls {
        return None;
    }
    let mut extensions = without_grease(&hello.extensions);
    let named = extensions.contains(&extension::SERVER_NAME);

    let mut fingerprint = String::with_capacity(36);
    fingerprint.push('t');
    fingerprint.push_str(version(hello));
    fingerprint.push(if named { 'd' } else { 'i' });
    push_count(&mut fingerprint, suites.len());
    push_count(&mut fingerprint, extensions.len());
    fingerprint.extend(protocol(hello.alpn.as_deref()));

    suites.sort_unstable();
    let mut text = Vec::with_capacity(5 * (suites.len() + extensions.len()));
    push_list(&mut text, &suites);
    push_hash(&mut fingerprint, &text);

    extensions.retain(|kind| !matches!(*kind, extension::SERVER_NAME | extension::ALPN));
    extensions.sort_unstable();
    text.clear();
    push_list(&mut text, &extensions);
    let algorithms = without_grease(&hello.signature_algorithms);
    if !algorithms.is_empty() {
        text.push(b'_');
        push_list(&mut text, &algorithms);
    }
    push_hash(&mut fingerprint, &text);
    Some(fingerprint)
}

fn without_grease(values: &[u16]) -> Vec<u16> {
    let mut values = values.to_vec();
    values.retain(|value| !is_grease(*value));
    values
}

fn version(hello: &ClientHello) -> &'static str {
    let listed = hello.supported_versions.as_deref().map(without_grease);
    let highest = match listed {
        Some(versions) => versions.into_iter().max().unwrap_or(0),
        None => hello.legacy_version.0,
    };
    match highest {
        0x0304 => "13",
        0x0303 => "12",
        0x0302 => "11",
        0x0301 => "10",
        0x0300 => "s3",
        0x0002 => "s2",
        _ => "00",
    }
}

/// The first and last character if both ends are ASCII letters or digits, else the ends of the name in hex.
fn protocol(name: Option<&[u8]>) -> [char; 2] {
    let Some((first, last)) = name.and_then(|name| Some((*name.first()?, *name.last()?))) else {
        return ['0', '0'];
    };
    if first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric() {
        [char::from(first), char::from(last)]
    } else {
        let ([high, _], [_, low]) = (hex(first), hex(last));
        [high, low]
    }
}

fn push_count(fingerprint: &mut String, count: usize) {
    let count = count.min(MAX_COUNT) as u8;
    fingerprint.extend([count / 10, count % 10].map(|digit| char::from(b'0' + digit)));
}

/// Four hex digits each, commas between.
fn push_list(text: &mut Vec<u8>, values: &[u16]) {
    for (turn, value) in values.iter().enumerate() {
        if turn > 0 {
            text.push(b',');
        }
        let [high, low] = value.to_be_bytes().map(hex);
        text.extend([high[0], high[1], low[0], low[1]].map(|digit| digit as u8));
    }
}

/// An underscore and the hash, that of nothing written as zeros.
fn push_hash(fingerprint: &mut String, text: &[u8]) {
    let hash = match text {
        [] => [0; 32],
        _ => Sha256::digest(text).into(),
    };
    fingerprint.push('_');
    fingerprint.extend(hash.into_iter().take(HASH_BYTES).flat_map(hex));
}

#[cfg(test)]
mod tests {
    use super::super::samples::Hello;
    use super::*;

    /// Suites, extensions and signature algorithms of the example in `technical_details/JA4.md`.
    const SUITES: [u16; 15] = [
        0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014,
        0x009c, 0x009d, 0x002f, 0x0035,
    ];
    const EXTENSIONS: [u16; 16] = [
        0x001b, 0x0000, 0x0033, 0x0010, 0x4469, 0x0017, 0x002d, 0x000d, 0x0005, 0x0023, 0x0012,
        0x002b, 0xff01, 0x000b, 0x000a, 0x0015,
    ];
    const ALGORITHMS: [u16; 8] = [
        0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601,
    ];

    fn example() -> ClientHello {
        let mut hello = ClientHello::empty(Format::Tls, super::super::Version::TLS12);
        hello.complete = true;
        hello.suites = Some(SUITES.into());
        hello.extensions = EXTENSIONS.into();
        hello.signature_algorithms = ALGORITHMS.into();
        hello.supported_versions = Some([0x0304, 0x0303].into());
        hello.alpn = Some((*b"h2").into());
        hello
    }

    #[test]
    fn the_example_of_the_specification() {
        let expected = "t13d1516h2_8daaf6152771_e5627efa2ab1";
        assert_eq!(ja4(&example()).as_deref(), Some(expected));
    }

    #[test]
    fn grease_counts_nowhere() {
        let mut hello = example();
        hello.suites = Some([&[0x2a2a][..], &SUITES].concat().into());
        hello.extensions = [&[0xdada][..], &EXTENSIONS, &[0x1a1a]].concat().into();
        hello.signature_algorithms = [&[0x4a4a][..], &ALGORITHMS].concat().into();
        hello.supported_versions = Some([0xfafa, 0x0304].into());
        assert_eq!(ja4(&hello), ja4(&example()));
    }

    #[test]
    fn without_signature_algorithms_no_underscore() {
        // The same document: 6d807ffa2a79.
        let mut hello = example();
        hello.signature_algorithms = Box::default();
        assert_eq!(
            ja4(&hello).as_deref(),
            Some("t13d1516h2_8daaf6152771_6d807ffa2a79")
        );
    }

    #[test]
    fn protocol_names_show_their_ends() {
        // The table of the same document.
        assert_eq!(protocol(None), ['0', '0']);
        assert_eq!(protocol(Some(b"")), ['0', '0']);
        assert_eq!(protocol(Some(b"h")), ['h', 'h']);
        assert_eq!(protocol(Some(b"http/1.1")), ['h', '1']);
        assert_eq!(protocol(Some(&[0xab])), ['a', 'b']);
        assert_eq!(protocol(Some(&[0xab, 0xcd])), ['a', 'd']);
        assert_eq!(protocol(Some(&[0x30, 0xab])), ['3', 'b']);
        assert_eq!(protocol(Some(&[0x30, 0x31, 0xab, 0xcd])), ['3', 'd']);
        assert_eq!(protocol(Some(&[0x30, 0xab, 0xcd, 0x31])), ['0', '1']);
    }

    #[test]
    fn nothing_hashes_to_zeros() {
        let message = Hello::new(0x0301, &[0x0a0a]).client();
        let hello = ClientHello::read(&message[4..], true).unwrap();
        assert_eq!(
            ja4(&hello).as_deref(),
            Some("t10i000000_000000000000_000000000000")
        );
    }
}
