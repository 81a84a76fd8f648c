//! JA3 and JA3S fingerprints (salesforce/ja3): MD5 over decimal lists of what a hello holds.
//!
//! JA3 is `version,suites,extensions,groups,point formats` of the ClientHello without GREASE; JA3S is
//! `version,suite,extensions` of the ServerHello. Values within a list are joined by `-`; an empty list is an empty
//! field. The version is the hello's own, never that of `supported_versions`. Hellos of SSL 2.0 have none, and a hello
//! that was not read to its end gives none, since its list would be wrong.
//!
//! Hashed anew at each call: read it from the hello, where it is kept.

use md5::{Digest, Md5};

use super::version::is_grease;
use super::{ClientHello, Format, ServerHello};

/// Room for the text of a usual hello, in bytes.
const USUAL: usize = 256;

/// JA3 of a whole ClientHello, 32 hex digits.
pub fn ja3(hello: &ClientHello) -> Option<String> {
    text_of_client(hello).map(|text| hash(&text))
}

/// JA3S of a whole ServerHello, 32 hex digits.
pub fn ja3s(hello: &ServerHello) -> Option<String> {
    text_of_server(hello).map(|text| hash(&text))
}

fn text_of_client(hello: &ClientHello) -> Option<String> {
    let suites = hello.suites.as_ref()?;
    if !hello.complete || hello.format != Format::Tls {
        return None;
    }
    let mut text = String::with_capacity(USUAL);
    text.push_str(itoa::Buffer::new().format(hello.legacy_version.0));
    for list in [suites, &hello.extensions, &hello.groups] {
        let listed = list.iter().copied();
        push_field(&mut text, listed.filter(|value| !is_grease(*value)));
    }
    let formats = hello.point_formats.iter().copied();
    push_field(&mut text, formats.map(u16::from));
    Some(text)
}

fn text_of_server(hello: &ServerHello) -> Option<String> {
    let suite = hello.cipher.filter(|_| hello.complete)?;
    let mut text = String::with_capacity(USUAL);
    text.push_str(itoa::Buffer::new().format(hello.legacy_version.0));
    push_field(&mut text, [suite].into_iter());
    push_field(&mut text, hello.extensions.iter().copied());
    Some(text)
}

/// A comma, and the values with `-` between them.
fn push_field(text: &mut String, values: impl Iterator<Item = u16>) {
    let start = text.len();
    text.push(',');
    for value in values {
        if text.len() > start + 1 {
            text.push('-');
        }
        text.push_str(itoa::Buffer::new().format(value));
    }
}

fn hash(text: &str) -> String {
    let mut digits = String::with_capacity(32);
    digits.extend(Md5::digest(text.as_bytes()).into_iter().flat_map(hex));
    digits
}

/// The two lower-case hex digits of a byte.
pub(super) fn hex(byte: u8) -> [char; 2] {
    [byte >> 4, byte & 0x0f].map(|half| match half {
        0..10 => char::from(b'0' + half),
        _ => char::from(b'a' - 10 + half),
    })
}

#[cfg(test)]
mod tests {
    use super::super::samples::Hello;
    use super::*;

    #[test]
    fn the_example_of_the_specification() {
        // salesforce/ja3, README: the string and its hash.
        let text = "769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0";
        assert_eq!(hash(text), "ada70206e40642a3e4461f35503241d5");
        let suites = [47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4];
        let message = Hello::new(769, &suites)
            .with(0, &[])
            .with(10, &[0, 6, 0, 23, 0, 24, 0, 25])
            .with(11, &[1, 0])
            .client();
        let hello = ClientHello::read(&message[4..], true).unwrap();
        assert_eq!(text_of_client(&hello).as_deref(), Some(text));
    }

    #[test]
    fn empty_fields_stay_and_grease_goes() {
        // The second example there: a hello without extensions.
        assert_eq!(
            hash("769,4-5-10-9-100-98-3-6-19-18-99,,,"),
            "de350869b8c85de67a350c8d186f11e6"
        );
        let message = Hello::new(769, &[0x1a1a, 4, 5]).client();
        let hello = ClientHello::read(&message[4..], true).unwrap();
        assert_eq!(text_of_client(&hello).as_deref(), Some("769,4-5,,,"));
        let cut = ClientHello::read(&message[4..], false).unwrap();
        assert_eq!(ja3(&cut), None);
    }

    #[test]
    fn servers_are_version_suite_extensions() {
        let message = [65281, 0, 11, 35, 5, 16]
            .into_iter()
            .fold(Hello::new(769, &[47]), |hello, kind| hello.with(kind, &[]))
            .server();
        let hello = ServerHello::read(&message[4..], true).unwrap();
        assert_eq!(
            text_of_server(&hello).as_deref(),
            Some("769,47,65281-0-11-35-5-16")
        );
        // As md5sum of coreutils hashes that string.
        assert_eq!(
            ja3s(&hello).as_deref(),
            Some("836ce314215654b5b1f85f97c73e506f")
        );
    }
}
