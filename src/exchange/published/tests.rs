//! What is taken, and what the errors say about the rest.

use super::*;
use proptest::prelude::*;

/// A list of one record about client submission with these address ranges.
fn list_with(ips: &str) -> String {
    format!(r#"[{{"id":2,"serviceArea":"Exchange","urls":["smtp.office365.com"],"ips":[{ips}]}}]"#)
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
    let misp = include_str!("../../../data/crosscheck/misp-microsoft-office365-ip.json");
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
