//! The server's certificate, where it goes in clear (TLS 1.2 and older): names and dates, nothing verified.
//!
//! Certificate message: RFC 5246 7.4.2; certificate: RFC 5280; names are printed as RFC 4514 has it, most specific
//! part first. Every string is hostile and cut at [`MAX_STRING`](crate::session::MAX_STRING).

use x509_parser::der_parser::asn1_rs::{Any, BmpString, Tag};
use x509_parser::der_parser::oid::Oid;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::x509::{AttributeTypeAndValue, X509Name};

use crate::session::Certificate;
use crate::wire::Reader;

use super::client_hello::bounded;
use super::ja3;

/// DNS names kept of one certificate.
pub const MAX_NAMES: usize = 64;

/// Facts of the first certificate in the body of a Certificate message; `None` if it is not there whole or is none.
pub(super) fn first(body: &[u8]) -> Option<Certificate> {
    let mut reader = Reader::new(body);
    reader.u24().ok()?; // length of the list, which may reach beyond what was seen
    read(reader.vec24().ok()?.rest())
}

/// Facts of a certificate in DER.
pub fn read(der: &[u8]) -> Option<Certificate> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    Some(Certificate {
        subject: bounded(&distinguished_name(certificate.subject())),
        issuer: bounded(&distinguished_name(certificate.issuer())),
        subject_cn: first_value(certificate.subject().iter_common_name()),
        issuer_cn: first_value(certificate.issuer().iter_common_name()),
        issuer_o: first_value(certificate.issuer().iter_organization()),
        not_after: Some(certificate.validity().not_after.timestamp()),
        names: dns_names(&certificate),
    })
}

fn dns_names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(extension)) = certificate.subject_alternative_name() else {
        return Vec::new();
    };
    let names = extension.value.general_names.iter();
    names
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some(bounded(name)),
            _ => None,
        })
        .take(MAX_NAMES)
        .collect()
}

fn first_value<'a>(
    mut attributes: impl Iterator<Item = &'a AttributeTypeAndValue<'a>>,
) -> Option<String> {
    let value = text(attributes.next()?.attr_value())?;
    Some(bounded(&value))
}

/// RFC 4514: relative names from last to first, `,` between them, `+` within.
fn distinguished_name(name: &X509Name<'_>) -> String {
    let mut relative: Vec<String> = name
        .iter_rdn()
        .map(|part| {
            let attributes: Vec<String> = part.iter().map(attribute).collect();
            attributes.join("+")
        })
        .collect();
    relative.reverse();
    relative.join(",")
}

fn attribute(attribute: &AttributeTypeAndValue<'_>) -> String {
    let value = match text(attribute.attr_value()) {
        Some(value) => escaped(&value),
        None => hex(attribute.as_slice()),
    };
    format!("{}={value}", keyword(attribute.attr_type()))
}

/// Names of RFC 4514 section 3, and those that OpenSSL prints besides; others by number.
fn keyword(oid: &Oid<'_>) -> String {
    let number = oid.to_id_string();
    let word = match number.as_str() {
        "2.5.4.3" => "CN",
        "2.5.4.4" => "SN",
        "2.5.4.5" => "serialNumber",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.9" => "STREET",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "2.5.4.12" => "title",
        "2.5.4.15" => "businessCategory",
        "2.5.4.17" => "postalCode",
        "2.5.4.42" => "GN",
        "0.9.2342.19200300.100.1.1" => "UID",
        "0.9.2342.19200300.100.1.25" => "DC",
        "1.2.840.113549.1.9.1" => "emailAddress",
        _ => return number,
    };
    word.to_owned()
}

/// The string types that certificates use.
fn text(value: &Any<'_>) -> Option<String> {
    match value.tag() {
        Tag::Utf8String
        | Tag::PrintableString
        | Tag::Ia5String
        | Tag::NumericString
        | Tag::VisibleString
        | Tag::T61String => Some(String::from_utf8_lossy(value.data).into_owned()),
        Tag::BmpString => BmpString::try_from(value.clone())
            .ok()
            .map(|text| text.string()),
        _ => None,
    }
}

/// RFC 4514 2.4: what would end the value is escaped.
fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let last = value.chars().count().saturating_sub(1);
    for (at, character) in value.chars().enumerate() {
        let edge = (at == 0 && matches!(character, ' ' | '#')) || (at == last && character == ' ');
        if edge || matches!(character, '"' | '+' | ',' | ';' | '<' | '>' | '\\') {
            text.push('\\');
        }
        text.push(character);
    }
    text
}

/// RFC 4514 2.4: a value that is no string, as `#` and hex.
fn hex(bytes: &[u8]) -> String {
    format!("#{}", ja3::hex(bytes))
}
