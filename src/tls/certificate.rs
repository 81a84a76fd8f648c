//! The server's certificate, where it goes in clear (TLS 1.2 and older): names and dates, nothing verified.
//!
//! Certificate message: RFC 5246 7.4.2; certificate: RFC 5280; names are printed as RFC 4514 has it, most specific
//! part first. Every string is hostile and cut at [`MAX_STRING`](crate::session::MAX_STRING).

use std::iter;
use std::sync::Arc;

use x509_parser::der_parser::asn1_rs::{Any, BmpString, Class, Tag};
use x509_parser::der_parser::oid::Oid;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::x509::{AttributeTypeAndValue, X509Name};

use crate::wire::Reader;

use super::client_hello::bounded;
use super::{ja3, known};

/// DNS names kept of one certificate.
pub const MAX_NAMES: usize = 64;

/// Facts of an X.509 certificate that went in clear.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Certificate {
    /// Distinguished name of the subject, RFC 4514 order as printed by common tools.
    pub subject: String,
    /// Distinguished name of the issuer.
    pub issuer: String,
    /// The subject's common name.
    pub subject_cn: Option<String>,
    /// The issuer's common name.
    pub issuer_cn: Option<String>,
    /// The issuer's organization.
    pub issuer_o: Option<String>,
    /// End of validity, seconds since the epoch.
    pub not_after: Option<i64>,
    /// DNS names of the subject alternative name extension, at most [`MAX_NAMES`].
    pub names: Vec<String>,
}

/// Facts of the first certificate in the body of a Certificate message; `None` if it is not there whole or is none.
pub(super) fn first(body: &[u8]) -> Option<Arc<Certificate>> {
    let mut reader = Reader::new(body);
    reader.u24().ok()?; // length of the list, which may reach beyond what was seen
    known::certificate(reader.vec24().ok()?.rest())
}

/// Facts of a certificate in DER.
pub fn read(der: &[u8]) -> Option<Certificate> {
    let Ok((_, certificate)) = X509Certificate::from_der(der) else {
        let (subject, issuer) = names_alone(der)?;
        return Some(of_names(&subject, &issuer));
    };
    Some(Certificate {
        not_after: Some(certificate.validity().not_after.timestamp()),
        names: dns_names(&certificate),
        ..of_names(certificate.subject(), certificate.issuer())
    })
}

fn of_names(subject: &X509Name<'_>, issuer: &X509Name<'_>) -> Certificate {
    Certificate {
        subject: bounded(&distinguished_name(subject)),
        issuer: bounded(&distinguished_name(issuer)),
        subject_cn: first_value(subject.iter_common_name()),
        issuer_cn: first_value(issuer.iter_common_name()),
        issuer_o: first_value(issuer.iter_organization()),
        not_after: None,
        names: Vec::new(),
    }
}

/// Subject and issuer of a certificate that is wrong elsewhere, in its dates for instance: where they stand is fixed
/// (RFC 5280 section 4.1).
fn names_alone(der: &[u8]) -> Option<(X509Name<'_>, X509Name<'_>)> {
    let sequence = |bytes| {
        let (rest, any) = Any::from_der(bytes).ok()?;
        (any.tag() == Tag::Sequence).then_some((any.data, rest))
    };
    let (certificate, _) = sequence(der)?;
    let (fields, _) = sequence(certificate)?;
    let (behind_first, first) = Any::from_der(fields).ok()?;
    let has_version = first.class() == Class::ContextSpecific;
    let serial = if has_version { behind_first } else { fields };
    let (rest, _) = Any::from_der(serial).ok()?;
    let (_, rest) = sequence(rest)?; // algorithm
    let (rest, issuer) = X509Name::from_der(rest).ok()?;
    let (_, rest) = sequence(rest)?; // validity
    let (_, subject) = X509Name::from_der(rest).ok()?;
    Some((subject, issuer))
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
    let digits = bytes.iter().copied().flat_map(ja3::hex);
    iter::once('#').chain(digits).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::samples::hex;
    use super::*;

    /// `openssl req -x509 -subj "/C=US/O=Example, Inc./CN=mail.example.com"` with three alternative names, one of them
    /// an address.
    const SELF_SIGNED: &str = "
        308201f53082019ca003020102020101300a06082a8648ce3d0403023040310b300906035504061302555331
        163014060355040a0c0d4578616d706c652c20496e632e3119301706035504030c106d61696c2e6578616d70
        6c652e636f6d301e170d3236313132323134343833355a170d3336313131393134343833355a3040310b3009
        06035504061302555331163014060355040a0c0d4578616d706c652c20496e632e3119301706035504030c10
        6d61696c2e6578616d706c652e636f6d3059301306072a8648ce3d020106082a8648ce3d030107034200043e
        e37ccaa67f7f99d28363286a8ae8aa2a33840a046fb7053717a986eac61e125abef46da0cf1dbdb01b0765b4
        4938436567dd39c51a36786ca1a31484eaa13ca38186308183301d0603551d0e0416041487952b4b8765c6cf
        622f552589cadc91063d1bdc301f0603551d2304183016801487952b4b8765c6cf622f552589cadc91063d1b
        dc300f0603551d130101ff040530030101ff30300603551d110429302782106d61696c2e6578616d706c652e
        636f6d820d2a2e6578616d706c652e636f6d8704c0000201300a06082a8648ce3d0403020347003044022053
        fa0a3747ff459c2b76290b15f6e1da72ddd6a0a07132bd9f917cb64b3f695f02207faa24c27f46034524761b
        eace4253d9edd5db23843b58b3d2bf73d02b26bf67";

    fn message(der: &[u8]) -> Vec<u8> {
        let length = |count: usize| (count as u32).to_be_bytes()[1..].to_vec();
        [&length(der.len() + 3)[..], &length(der.len()), der].concat()
    }

    #[test]
    fn reads_what_openssl_reads() {
        let found = first(&message(&hex(SELF_SIGNED))).unwrap();
        // openssl x509 -noout -subject -nameopt RFC2253 -enddate
        let name = "CN=mail.example.com,O=Example\\, Inc.,C=US";
        assert_eq!(
            (found.subject.as_str(), found.issuer.as_str()),
            (name, name)
        );
        assert_eq!(found.not_after, Some(2_110_718_915));
        assert_eq!(found.subject_cn.as_deref(), Some("mail.example.com"));
        assert_eq!(found.issuer_cn.as_deref(), Some("mail.example.com"));
        assert_eq!(found.issuer_o.as_deref(), Some("Example, Inc."));
        assert_eq!(found.names, ["mail.example.com", "*.example.com"]);
    }

    #[test]
    fn a_part_of_a_certificate_gives_nothing() {
        let whole = message(&hex(SELF_SIGNED));
        for end in 0..whole.len() {
            assert_eq!(first(&whole[..end]), None);
        }
    }

    #[test]
    fn a_wrong_date_leaves_the_names() {
        let mut der = hex(SELF_SIGNED);
        let date = der.windows(6).position(|part| part == b"361119").unwrap();
        der[date + 2] = b'9'; // month 91
        let found = first(&message(&der)).unwrap();
        let name = "CN=mail.example.com,O=Example\\, Inc.,C=US";
        assert_eq!(
            (found.subject.as_str(), found.issuer.as_str()),
            (name, name)
        );
        assert_eq!(found.issuer_cn.as_deref(), Some("mail.example.com"));
        assert_eq!(found.not_after, None);
    }

    #[test]
    fn what_would_end_a_value_is_escaped() {
        // RFC 4514 2.4 and its examples in section 4.
        assert_eq!(
            escaped("James \"Jim\" Smith, III"),
            r#"James \"Jim\" Smith\, III"#
        );
        assert_eq!(escaped(" a+b "), r"\ a\+b\ ");
        assert_eq!(escaped("#1"), r"\#1");
        assert_eq!(escaped(""), "");
    }

    proptest! {
        #[test]
        fn never_panics(at in 0_usize..400, byte: u8) {
            let mut der = hex(SELF_SIGNED);
            let at = at % der.len();
            der[at] = byte;
            let _ = read(&der);
        }
    }
}
