//! Reads Microsoft's endpoint list in the JSON form of the "Office 365 IP Address and URL web service".
//!
//! The form is an array of records (`id`, `serviceArea`, `urls`, `ips`, `tcpPorts`, …) in which empty fields are left out.
//! Unknown fields, fields of a strange type and records of other service areas are passed over. What an
//! address is for is read from the names of its record, not from its id (ids differ per cloud) and not from its ports
//! (port 25 of client submission is documented but not listed; the government lists give the SMTP ports to a record
//! without addresses, while the record of the same name that has them says `80,443`).
//!
//! A range that cannot be read is an error, not a skip: a list with a hole would give wrong answers in silence.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::Value;
use thiserror::Error;

use super::name::pattern;
use crate::session::{EndpointKind, Instance};

/// Longest list taken, in bytes. All service areas of the largest cloud are about 150 KiB.
pub(super) const MAX_TEXT: usize = 8 << 20;
/// Most ranges taken from one list. The published lists have about a hundred.
pub(super) const MAX_RANGES: usize = 2048;
/// Widest range taken; the widest published one is a /13.
const MIN_PREFIX_V4: u8 = 8;
/// Widest range taken; the widest published one is a /36.
const MIN_PREFIX_V6: u8 = 19;
/// Characters of the text that an error repeats.
const SHOWN: usize = 60;

/// Why a text is no endpoint list.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CatalogError {
    /// Nothing but blanks.
    #[error("the endpoint list is empty")]
    Empty,
    /// More than [`MAX_TEXT`] bytes, or more than [`MAX_RANGES`] ranges.
    #[error(
        "the endpoint list is larger than any that Microsoft publishes ({size} {unit}, at most {most} are taken)"
    )]
    TooLarge {
        /// How many there are.
        size: usize,
        /// How many are taken.
        most: usize,
        /// Of what.
        unit: &'static str,
    },
    /// A web page: a proxy's answer, a sign-in page, the documentation.
    #[error(
        "this is a web page, not an endpoint list; fetch the address that `tlstally endpoints` prints"
    )]
    Html,
    /// The service's other form.
    #[error("this is the list in CSV form; fetch it without `Format=CSV`")]
    Csv,
    /// The service answered with an error, for instance for a missing ClientRequestId.
    #[error("this is an error answer of the web service, not a list: {message}")]
    ServiceError {
        /// What the service said.
        message: String,
    },
    /// A list of the MISP project.
    #[error(
        "this is a MISP warning list: it merges neighbours and services, so it cannot tell Exchange Online from the rest"
    )]
    MispList,
    /// The answer of the `version` method.
    #[error(
        "this is the answer of the web service's `version` method; the list itself is the `endpoints` method"
    )]
    VersionAnswer,
    /// No JSON.
    #[error("not JSON at line {line}, column {column}")]
    Syntax {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// JSON of another shape.
    #[error("JSON, but no endpoint list: an array of records with `urls` and `ips` is expected")]
    Shape,
    /// An address range that cannot be read or is wider than any published.
    #[error("record {id}: `{value}` is no address range ({reason})")]
    Range {
        /// The record's id, or its position from 0 where it has none.
        id: u64,
        /// The text of it.
        value: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A list without addresses of Exchange Online.
    #[error(
        "the list holds no addresses of Exchange Online; was it fetched with `ServiceAreas=Exchange`?"
    )]
    NoExchange,
    /// The names in it belong to no cloud we know.
    #[error("the list's names do not tell which cloud it is for")]
    CloudUnknown,
    /// The names in it belong to several.
    #[error(
        "the list holds names of several clouds ({first:?}, {second:?}); give each cloud's list as a file of its own"
    )]
    SeveralClouds {
        /// One of them.
        first: Instance,
        /// Another.
        second: Instance,
    },
}

/// What the addresses of a record are for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Role {
    /// Its names are of client submission.
    pub(super) submission: bool,
    /// Its names are of MX.
    pub(super) mx: bool,
}

/// One list, as far as it is about SMTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Published {
    pub(super) instance: Instance,
    /// Records that gave a range.
    pub(super) records: usize,
    pub(super) ranges: Vec<(IpNet, Role)>,
}

/// Reads a list.
pub(super) fn parse(text: &str) -> Result<Published, CatalogError> {
    let text = text.trim_matches(|c: char| c == '\u{feff}' || c.is_whitespace());
    refuse_other_forms(text)?;
    let value: Value = serde_json::from_str(text).map_err(|error| CatalogError::Syntax {
        line: error.line(),
        column: error.column(),
    })?;
    let list = records(&value)?;
    let mut clouds = Clouds::default();
    let mut published = Vec::new();
    let mut used = 0;
    for (position, record) in list.iter().enumerate().filter(|(_, one)| is_exchange(one)) {
        let role = role(record, &mut clouds);
        let before = published.len();
        if role != Role::default() {
            collect_ranges(record, position, role, &mut published)?;
        }
        used += usize::from(published.len() > before);
    }
    if published.is_empty() {
        return Err(CatalogError::NoExchange);
    }
    Ok(Published {
        instance: clouds.only()?,
        records: used,
        ranges: published,
    })
}

fn refuse_other_forms(text: &str) -> Result<(), CatalogError> {
    if text.is_empty() {
        return Err(CatalogError::Empty);
    }
    if text.len() > MAX_TEXT {
        return Err(CatalogError::TooLarge {
            size: text.len(),
            most: MAX_TEXT,
            unit: "bytes",
        });
    }
    let first_line = text.lines().next().unwrap_or_default().to_ascii_lowercase();
    if first_line.starts_with('<') {
        return Err(CatalogError::Html);
    }
    let heads = ["id,", "\"id\",", "#type "];
    if heads.iter().any(|head| first_line.starts_with(head)) {
        return Err(CatalogError::Csv);
    }
    Ok(())
}

/// The array of records: the answer itself, or the `value` that PowerShell 5 wraps around an array.
fn records(value: &Value) -> Result<&[Value], CatalogError> {
    let list = match value {
        Value::Array(list) => list,
        Value::Object(object) => match object.get("value") {
            Some(Value::Array(list)) => list,
            _ => return Err(refuse_object(value)),
        },
        _ => return Err(CatalogError::Shape),
    };
    let has = |key: &str| list.iter().any(|record| record.get(key).is_some());
    if has("latest") {
        Err(CatalogError::VersionAnswer)
    } else if list.is_empty() || has("urls") || has("ips") {
        Ok(list)
    } else {
        Err(CatalogError::Shape)
    }
}

fn refuse_object(object: &Value) -> CatalogError {
    let has = |key: &str| object.get(key).is_some();
    if has("latest") {
        return CatalogError::VersionAnswer;
    }
    if has("list") && (has("matching_attributes") || has("type")) {
        return CatalogError::MispList;
    }
    let said = ["error", "Error", "message", "Message", "title"]
        .iter()
        .find_map(|key| object.get(key));
    match said {
        Some(message) => CatalogError::ServiceError {
            message: error_text(message),
        },
        None => CatalogError::Shape,
    }
}

/// The text in an error answer: plain, or in the `message` of an inner object.
fn error_text(value: &Value) -> String {
    let inner = value.get("message").unwrap_or(value);
    match inner.as_str() {
        Some(text) => shown(text),
        None => shown(&inner.to_string()),
    }
}

/// The beginning of a text, without control characters.
fn shown(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control())
        .take(SHOWN)
        .collect()
}

/// A list cut by hand may lack the service area; its names then decide alone.
fn is_exchange(record: &Value) -> bool {
    match record.get("serviceArea").and_then(Value::as_str) {
        Some(area) => area.eq_ignore_ascii_case("Exchange"),
        None => true,
    }
}

/// What the record's names say its addresses are for; notes the clouds they belong to.
fn role(record: &Value, clouds: &mut Clouds) -> Role {
    let mut role = Role::default();
    for found in texts(record, "urls").filter_map(pattern) {
        match found.kind {
            EndpointKind::Mx => role.mx = true,
            EndpointKind::Unknown => {}
            EndpointKind::ClientSubmission
            | EndpointKind::LegacySubmission
            | EndpointKind::HighVolume => role.submission = true,
        }
        clouds.note(found.instance);
    }
    role
}

fn texts<'a>(record: &'a Value, key: &str) -> impl Iterator<Item = &'a str> {
    let list = record.get(key).and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::trim)
}

fn collect_ranges(
    record: &Value,
    position: usize,
    role: Role,
    ranges: &mut Vec<(IpNet, Role)>,
) -> Result<(), CatalogError> {
    let id = record.get("id").and_then(Value::as_u64);
    for text in texts(record, "ips") {
        let range = range(text).map_err(|reason| CatalogError::Range {
            id: id.unwrap_or(position as u64),
            value: shown(text),
            reason,
        })?;
        ranges.push((range, role));
    }
    if ranges.len() > MAX_RANGES {
        return Err(CatalogError::TooLarge {
            size: ranges.len(),
            most: MAX_RANGES,
            unit: "ranges",
        });
    }
    Ok(())
}

/// A range in CIDR form, or one address. Host bits are cleared.
fn range(text: &str) -> Result<IpNet, &'static str> {
    let range = match text.parse::<IpNet>() {
        Ok(range) => range.trunc(),
        Err(_) => IpNet::from(
            text.parse::<IpAddr>()
                .map_err(|_| "neither a CIDR nor an address")?,
        ),
    };
    let narrowest = match range {
        IpNet::V4(_) => MIN_PREFIX_V4,
        IpNet::V6(_) => MIN_PREFIX_V6,
    };
    if range.prefix_len() < narrowest {
        return Err("wider than any that is published");
    }
    Ok(range)
}

/// The clouds that a list's names belong to.
#[derive(Default)]
struct Clouds {
    first: Option<Instance>,
    second: Option<Instance>,
}

impl Clouds {
    fn note(&mut self, instance: Option<Instance>) {
        if self.first.is_none() {
            self.first = instance;
        } else if self.second.is_none() && instance.is_some() && instance != self.first {
            self.second = instance;
        }
    }

    fn only(&self) -> Result<Instance, CatalogError> {
        match (self.first, self.second) {
            (Some(first), Some(second)) => Err(CatalogError::SeveralClouds { first, second }),
            (Some(instance), None) => Ok(instance),
            (None, _) => Err(CatalogError::CloudUnknown),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A list of one record about client submission with these address ranges.
    fn list_with(ips: &str) -> String {
        format!(
            r#"[{{"id":2,"serviceArea":"Exchange","urls":["smtp.office365.com"],"ips":[{ips}]}}]"#
        )
    }

    #[test]
    fn takes_what_the_service_documents_and_a_little_more() {
        // Unknown fields, missing fields, ports as text with blanks and ranges or as a number, blanks around addresses,
        // a wildcard inside a name, both families in one list, a record of another service area.
        let text = r#"[
            {"id": 2, "serviceArea": "Exchange", "urls": ["outlook.office365.com", "autodiscover.*.onmicrosoft.com"],
             "ips": [" 52.96.0.0/14 ", "2603:1006::/40", "204.79.197.215"], "tcpPorts": "143, 587, 990-995", "new": {"a": [1]}},
            {"id": 8, "serviceArea": "Exchange", "urls": ["*.outlook.com"], "tcpPorts": 443},
            {"id": 10, "urls": ["*.mail.protection.outlook.com"], "ips": ["40.92.0.0/15"]},
            {"id": 31, "serviceArea": "SharePoint", "urls": ["smtp.office365.com"], "ips": ["13.107.136.0/22", "nonsense"]},
            {"id": 40, "ips": "none", "urls": 7}, 5, null
        ]"#;
        let list = parse(text).unwrap();
        assert_eq!((list.instance, list.records), (Instance::Worldwide, 2));
        let ranges: Vec<_> = list
            .ranges
            .iter()
            .map(|(range, role)| (range.to_string(), role.submission, role.mx))
            .collect();
        assert_eq!(
            ranges,
            [
                ("52.96.0.0/14".to_owned(), true, false),
                ("2603:1006::/40".to_owned(), true, false),
                ("204.79.197.215/32".to_owned(), true, false),
                ("40.92.0.0/15".to_owned(), false, true),
            ]
        );
    }

    #[test]
    fn a_byte_order_mark_and_powershells_wrapping_change_nothing() {
        let plain = list_with(r#""52.96.0.0/14""#);
        let marked = format!("\u{feff}{plain}\r\n");
        let wrapped = format!(r#"{{"value": {plain}, "Count": 1}}"#);
        let expected = parse(&plain);
        assert!(expected.is_ok());
        assert_eq!(parse(&marked), expected);
        assert_eq!(parse(&wrapped), expected);
    }

    #[test]
    fn says_what_the_text_is_instead() {
        use CatalogError as E;
        let misp = include_str!("../../data/crosscheck/misp-microsoft-office365-ip.json");
        for (text, expected) in [
            ("", E::Empty),
            (" \n\u{feff}", E::Empty),
            ("<!DOCTYPE html><html>", E::Html),
            ("<html><body>Sign in</body></html>", E::Html),
            (
                "id,serviceArea,serviceAreaDisplayName,urls,ips\n1,Exchange",
                E::Csv,
            ),
            ("\"id\",\"serviceArea\"\n", E::Csv),
            (misp, E::MispList),
            (
                r#"{"instance": "Worldwide", "latest": "2026081400"}"#,
                E::VersionAnswer,
            ),
            (
                r#"[{"instance": "Worldwide", "latest": "2026081400"}]"#,
                E::VersionAnswer,
            ),
            (
                r#"{"Message": "The ClientRequestId is missing"}"#,
                E::ServiceError {
                    message: "The ClientRequestId is missing".into(),
                },
            ),
            (
                r#"{"error": {"code": 429, "message": "Too many\u001b[2J"}}"#,
                E::ServiceError {
                    message: "Too many[2J".into(),
                },
            ),
            ("{}", E::Shape),
            ("7", E::Shape),
            (r#"["52.96.0.0/14"]"#, E::Shape),
            ("[{\n  oops", E::Syntax { line: 2, column: 3 }),
            ("[]", E::NoExchange),
            (
                r#"[{"serviceArea": "Exchange", "urls": ["*.outlook.com"]}]"#,
                E::NoExchange,
            ),
            (
                r#"[{"urls": ["*.usgovcloud-mx.microsoft"], "ips": ["23.103.191.0/24"]}]"#,
                E::CloudUnknown,
            ),
        ] {
            assert_eq!(parse(text).unwrap_err(), expected, "{text}");
        }
    }

    #[test]
    fn refuses_a_list_with_a_hole_or_with_the_whole_internet() {
        for ips in [
            r#""52.96.0.0/33""#,
            r#""0.0.0.0/0""#,
            r#""::/0""#,
            r#""smtp.office365.com""#,
            r#""""#,
        ] {
            let error = parse(&list_with(ips)).unwrap_err();
            assert!(
                matches!(error, CatalogError::Range { id: 2, .. }),
                "{ips} {error}"
            );
        }
    }

    #[test]
    fn refuses_two_clouds_in_one_file() {
        let text = r#"[{"urls": ["smtp.office365.com"], "ips": ["52.96.0.0/14"]},
                       {"urls": ["outlook.office365.us"], "ips": ["20.35.208.0/20"]}]"#;
        let several = CatalogError::SeveralClouds {
            first: Instance::Worldwide,
            second: Instance::UsGovGccHigh,
        };
        assert_eq!(parse(text), Err(several));
    }

    #[test]
    fn refuses_more_ranges_than_any_list_has() {
        let ips = vec![r#""52.96.0.0/14""#; MAX_RANGES + 1].join(",");
        let error = parse(&list_with(&ips)).unwrap_err();
        assert!(matches!(
            error,
            CatalogError::TooLarge { unit: "ranges", .. }
        ));
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>(), ip in any::<String>()) {
            let _ = parse(&text);
            let _ = parse(&list_with(&Value::String(ip).to_string()));
        }
    }
}
