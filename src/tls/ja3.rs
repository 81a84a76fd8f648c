//! JA3 and JA3S fingerprints (salesforce/ja3): MD5 over decimal lists of what a hello holds.
//!
//! JA3 is `version,suites,extensions,groups,point formats` of the ClientHello without GREASE; JA3S is
//! `version,suite,extensions` of the ServerHello. Values within a list are joined by `-`; an empty list is an empty
//! field. The version is the hello's own, never that of `supported_versions`. Hellos of SSL 2.0 have none, and a hello
//! that was not read to its end gives none, since its list would be wrong.
//!
//! Hashed anew at each call: call once, when a record is built.

use std::fmt::Write as _;

use md5::{Digest, Md5};

use super::version::is_grease;
use super::{ClientHello, Format, ServerHello};

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
    let formats = hello.point_formats.iter().copied().map(u16::from);
    Some(format!(
        "{},{},{},{},{}",
        hello.legacy_version.0,
        decimal(without_grease(suites)),
        decimal(without_grease(&hello.extensions)),
        decimal(without_grease(&hello.groups)),
        decimal(formats),
    ))
}

fn text_of_server(hello: &ServerHello) -> Option<String> {
    let suite = hello.cipher.filter(|_| hello.complete)?;
    let extensions = decimal(hello.extensions.iter().copied());
    Some(format!("{},{suite},{extensions}", hello.legacy_version.0))
}

fn without_grease(values: &[u16]) -> impl Iterator<Item = u16> {
    values.iter().copied().filter(|value| !is_grease(*value))
}

fn decimal(values: impl Iterator<Item = u16>) -> String {
    let mut text = String::new();
    for value in values {
        let dash = if text.is_empty() { "" } else { "-" };
        let _ = write!(text, "{dash}{value}");
    }
    text
}

fn hash(text: &str) -> String {
    hex(&Md5::digest(text.as_bytes()))
}

/// Lower-case hex digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}
