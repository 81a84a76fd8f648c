//! The text of `tlstally endpoints`: which lists are in use, how old they are, how to refresh them.

use std::fmt::Write;

use jiff::civil::Date;

use super::catalog::{Catalog, ListInfo, ListSource};
use crate::session::Instance;

/// Days after which a list is called old: new ranges are published about 30 days before use, so one that is three
/// months behind misses some that are in use.
const OLD_AFTER_DAYS: i32 = 90;

/// Describes the lists in use as of `today`.
pub fn describe_lists(catalog: &Catalog, today: Date) -> String {
    let mut text = String::from("Exchange Online address lists in use\n\n");
    for info in catalog.lists() {
        describe_list(&mut text, info, today);
    }
    text.push_str(NAMES_AND_PORTS);
    text.push_str(REFRESH);
    for info in catalog.lists() {
        let (word, path) = (word(info.instance), path(info.instance));
        let _ = writeln!(text, "  {word}\n    {}", endpoints_url(path));
    }
    text.push_str(AFTER_REFRESH);
    text
}

/// The lists in use in a few words each, for reports: the cloud, and the version, or where it came from.
pub fn lists_in_use(catalog: &Catalog) -> Vec<String> {
    let in_use = |info: &ListInfo| {
        let word = word(info.instance);
        match (&info.source, info.version) {
            (ListSource::Given(name), _) => format!("{word} from {}", printable(name)),
            (ListSource::BuiltIn, version) => format!("{word} {}", version.unwrap_or_default()),
        }
    };
    catalog.lists().map(in_use).collect()
}

fn describe_list(text: &mut String, info: &ListInfo, today: Date) {
    let source = match &info.source {
        ListSource::BuiltIn => "built in".to_owned(),
        ListSource::Given(name) => format!("from `{}`", printable(name)),
    };
    let word = word(info.instance);
    let _ = writeln!(text, "  {word:<16} {}, {source}", age(info, today));
    let (records, v4, v6) = (info.records, info.ipv4, info.ipv6);
    let _ = writeln!(
        text,
        "  {:<16} {records} records with addresses, {v4} IPv4 and {v6} IPv6 ranges",
        ""
    );
    if let Some(note) = info.note {
        let _ = writeln!(text, "  {:<16} note: {note}", "");
    }
    text.push('\n');
}

/// Version, and days since then.
fn age(info: &ListInfo, today: Date) -> String {
    let (Some(version), Some(date)) = (info.version, info.date()) else {
        return "version not told (the published form does not carry it)".to_owned();
    };
    let days = date.until(today).map_or(0, |span| span.get_days());
    let old = if days > OLD_AFTER_DAYS { ": old" } else { "" };
    match days {
        1 => format!("version {version} of {date}, 1 day ago"),
        days if days >= 0 => format!("version {version} of {date}, {days} days ago{old}"),
        _ => format!("version {version} of {date}, later than today's date here"),
    }
}

/// A file name with control characters replaced, so that it cannot move a terminal's cursor.
fn printable(name: &str) -> String {
    name.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

/// The instance as records and reports write it.
pub(super) const fn word(instance: Instance) -> &'static str {
    match instance {
        Instance::Worldwide => "worldwide",
        Instance::UsGovGccHigh => "usgov-gcchigh",
        Instance::UsGovDod => "usgov-dod",
        Instance::China => "china",
    }
}

/// The instance as the web service writes it.
const fn path(instance: Instance) -> &'static str {
    match instance {
        Instance::Worldwide => "Worldwide",
        Instance::UsGovGccHigh => "USGovGCCHigh",
        Instance::UsGovDod => "USGovDoD",
        Instance::China => "China",
    }
}

fn endpoints_url(path: &str) -> String {
    format!(
        "https://endpoints.office.com/endpoints/{path}?ClientRequestId=<GUID>&ServiceAreas=Exchange"
    )
}

const NAMES_AND_PORTS: &str = "\
An address counts on ports 25 and 587 only. Host names are recognised besides, in SNI, DNS answers,
certificates and banners: smtp.office365.com, *.mail.protection.outlook.com, *.mx.microsoft and their
national, legacy, high-volume and retired siblings.

";

const REFRESH: &str = "\
To refresh: tlstally never connects to anything. Fetch a list yourself, once a month is enough, with
any GUID of your own in place of <GUID> (`uuidgen` prints one; the service refuses without it):

";

const AFTER_REFRESH: &str = "
Then name the file: `tlstally read --endpoints FILE …`, or look at it first with
`tlstally endpoints FILE`. It takes the place of the built-in list of the same cloud. Whether there is
a newer one: https://endpoints.office.com/version/Worldwide?ClientRequestId=<GUID>
";

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn tells_version_age_and_where_to_fetch() {
        let text = describe_lists(&Catalog::built_in(), date(2026, 10, 2));
        // 14 August to 2 October 2026: 17 + 30 + 2 days.
        assert!(text.contains(
            "worldwide        version 2026081400 of 2026-08-14, 49 days ago, built in\n"
        ));
        assert!(text.contains(
            "usgov-dod        version 2026033100 of 2026-03-31, 185 days ago: old, built in\n"
        ));
        assert!(text.contains("note: the last public list with ports"));
        for instance in ["Worldwide", "USGovGCCHigh", "USGovDoD", "China"] {
            let url = format!(
                "https://endpoints.office.com/endpoints/{instance}?ClientRequestId=<GUID>&ServiceAreas=Exchange\n"
            );
            assert!(text.contains(&url), "{url}");
        }
    }

    #[test]
    fn a_clock_that_is_behind_makes_no_negative_age() {
        let text = describe_lists(&Catalog::built_in(), date(1970, 1, 1));
        assert!(text.contains("2026-08-14, later than today's date here"));
        let text = describe_lists(&Catalog::built_in(), date(2026, 8, 15));
        assert!(text.contains("2026-08-14, 1 day ago, built in"));
    }

    #[test]
    fn a_given_list_is_named_without_its_control_characters() {
        let list = r#"[{"urls": ["smtp.office365.com"], "ips": ["52.96.0.0/14"]}]"#;
        let given = Catalog::from_json("a\u{1b}[2J.json", list).unwrap();
        let text = describe_lists(&given, date(2026, 10, 2));
        assert!(text.contains("version not told"), "{text}");
        assert!(text.contains("from `a\u{fffd}[2J.json`"), "{text}");
        assert!(!text.contains("China"), "{text}");
    }
}
