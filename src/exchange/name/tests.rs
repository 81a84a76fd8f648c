//! Names against the pages that publish them, and against their look-alikes.

use super::*;
use proptest::prelude::*;

/// Cloud, kind and marks in one word each, as the tables below write them.
fn told(host: &str) -> String {
    let Some(found) = name(host) else {
        return "-".to_owned();
    };
    let retired = if found.retired { " retired" } else { "" };
    let consumer = if found.consumer { " consumer" } else { "" };
    let cloud = found
        .instance
        .map_or("None".to_owned(), |cloud| format!("{cloud:?}"));
    format!("{cloud} {:?}{retired}{consumer}", found.kind)
}

#[test]
fn published_names_mean_what_their_pages_say() {
    for (host, expected) in [
        ("smtp.office365.com", "Worldwide ClientSubmission"),
        ("outlook.office365.com", "Worldwide ClientSubmission"),
        (
            "BE1P281CA0440.outlook.office365.com",
            "Worldwide ClientSubmission",
        ),
        ("smtp-legacy.office365.com", "Worldwide LegacySubmission"),
        ("smtp-legacy.partner.outlook.cn", "China LegacySubmission"),
        ("smtp.hve.mx.microsoft", "Worldwide HighVolume"),
        ("smtp-hve.office365.com", "Worldwide HighVolume"),
        ("contoso-com.mail.protection.outlook.com", "Worldwide Mx"),
        ("mail.protection.outlook.com", "Worldwide Mx"),
        ("contoso-com.h-v1.mx.microsoft", "Worldwide Mx"),
        (
            "outlook-com.olc.protection.outlook.com",
            "Worldwide Mx consumer",
        ),
        (
            "smtp-mail.outlook.com",
            "Worldwide ClientSubmission consumer",
        ),
        ("smtp.partner.outlook.cn", "China ClientSubmission"),
        ("contoso-cn.mail.protection.partner.outlook.cn", "China Mx"),
        ("outlook.office365.us", "UsGovGccHigh ClientSubmission"),
        ("outlook-dod.office365.us", "UsGovDod ClientSubmission"),
        ("webmail.apps.mil", "UsGovDod ClientSubmission"),
        ("contoso-us.mail.protection.office365.us", "None Mx"),
        ("army-mil.mail.protection.apps.mil", "UsGovDod Mx"),
        ("contoso.a-v1.usgovcloud-mx.microsoft", "None Mx"),
        ("mdw-efz.ms-acdc.office.com", "Worldwide ClientSubmission"),
        ("outlook.com", "Worldwide Unknown"),
        ("outlook-emeawest.office365.com", "Worldwide Unknown"),
    ] {
        assert_eq!(told(host), expected, "{host}");
    }
}

#[test]
fn regional_names_are_retired() {
    let retired = "Worldwide ClientSubmission retired";
    for region in REGIONS {
        assert_eq!(told(&format!("smtp-{region}.outlook.com")), retired);
    }
    assert_eq!(told("SMTP-EMEAWEST.Outlook.COM."), retired);
    assert_eq!(told("smtp-emeanowhere.outlook.com"), "Worldwide Unknown");
}

#[test]
fn other_names_are_not_ours() {
    for host in [
        "",
        ".",
        "notoutlook.com",
        "smtp.office365.com.example.net",
        "mail.protection.outlook.com.evil.example",
        "xmx.microsoft",
        "www.microsoft.com",
        "apps.mil",
        "travel.apps.mil",
        "office.com",
        "outlook.cn",
        "EX01.contoso.local",
        "smtp.gmail.com",
        "192.0.2.1",
        "a b.outlook.com",
        ".outlook.com",
        "*.outlook.com",
    ] {
        assert_eq!(told(host), "-", "{host}");
    }
}

#[test]
fn no_row_hides_a_later_one() {
    for row in NAMES {
        let host = if row.below {
            format!("x.{}", row.name)
        } else {
            row.name.to_owned()
        };
        assert_eq!(name(&host), Some(row.means), "{host}");
    }
}

#[test]
fn host_names_have_two_labels_and_are_no_addresses() {
    assert!(is_host_name("mail.contoso.com.") && is_host_name("EX_01.contoso.local"));
    for text in [
        "localhost",
        "192.0.2.1",
        "[192.0.2.1]",
        "a..b",
        ".com",
        "a b.com",
        "****",
    ] {
        assert!(!is_host_name(text), "{text}");
    }
}

proptest! {
    #[test]
    fn never_panics(host in any::<String>()) {
        let _ = (name(&host), pattern(&host), is_host_name(&host));
    }

    #[test]
    fn case_and_the_final_dot_change_nothing(row in 0..NAMES.len(), upper in any::<u64>()) {
        let mixed: String = NAMES[row]
            .name
            .chars()
            .enumerate()
            .map(|(at, c)| if upper >> (at % 64) & 1 == 1 { c.to_ascii_uppercase() } else { c })
            .collect();
        prop_assert_eq!(name(&mixed), name(NAMES[row].name));
        prop_assert_eq!(name(&(mixed + ".")), name(NAMES[row].name));
    }
}
