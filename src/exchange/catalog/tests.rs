//! What the built-in lists answer, against the published pages and against other people's copy of the same lists.

use super::*;
use proptest::prelude::*;
use serde_json::Value;

fn told(ip: &str, port: u16) -> String {
    match Catalog::built_in().lookup(ip.parse().unwrap(), port) {
        Some(AddressMatch { instance, kind }) => {
            let cloud = instance.map_or("None".to_owned(), |cloud| format!("{cloud:?}"));
            format!("{cloud} {kind:?}")
        }
        None => "-".to_owned(),
    }
}

#[test]
fn all_four_lists_are_there() {
    let catalog = Catalog::built_in();
    let lists: Vec<_> = catalog
        .lists()
        .map(|info| {
            (
                info.instance,
                info.date().unwrap().to_string(),
                info.ipv4,
                info.ipv6,
            )
        })
        .collect();
    // Counted in the published tables (China: less the five ranges of data/README.md).
    assert_eq!(
        lists,
        [
            (Instance::Worldwide, "2026-08-14".to_owned(), 11 + 5, 16 + 2),
            (
                Instance::UsGovGccHigh,
                "2026-03-31".to_owned(),
                3 + 7,
                4 + 4
            ),
            (Instance::UsGovDod, "2026-03-31".to_owned(), 2 + 4, 3 + 4),
            (Instance::China, "2023-06-29".to_owned(), 5 + 10, 10 + 2),
        ]
    );
}

#[test]
fn addresses_and_ports_mean_what_their_set_says() {
    for (ip, port, expected) in [
        // Sets 1 and 2, first and last address; port 25 is documented there too.
        ("52.96.0.0", 587, "Worldwide ClientSubmission"),
        ("52.99.255.255", 587, "Worldwide ClientSubmission"),
        ("52.97.137.66", 25, "Worldwide ClientSubmission"),
        ("2603:1026:200::1", 587, "Worldwide ClientSubmission"),
        ("40.97.1.1", 465, "-"),
        ("40.97.1.1", 2525, "-"),
        ("40.97.1.1", 443, "-"),
        // Set 10, its neighbour from below, and the /32 that only set 9 has.
        ("52.100.0.0", 25, "Worldwide Mx"),
        ("52.101.73.1", 25, "Worldwide Mx"),
        ("104.47.0.36", 25, "Worldwide Mx"),
        ("104.47.128.0", 25, "-"),
        ("52.238.78.88", 25, "Worldwide Mx"),
        ("52.238.78.89", 25, "-"),
        ("2a01:111:f403::1", 25, "Worldwide Mx"),
        ("52.101.73.1", 587, "Worldwide Unknown"),
        ("52.101.73.1", 2525, "-"),
        // Government: the sets with SMTP ports have no addresses and join the set of the same name.
        ("20.35.208.1", 587, "UsGovGccHigh ClientSubmission"),
        ("20.35.192.1", 587, "UsGovDod ClientSubmission"),
        ("20.35.208.1", 25, "UsGovGccHigh ClientSubmission"),
        ("23.103.208.1", 25, "UsGovGccHigh Mx"),
        ("23.103.204.1", 25, "UsGovDod Mx"),
        ("23.103.199.127", 25, "UsGovDod Mx"),
        ("23.103.199.128", 25, "UsGovGccHigh Mx"),
        // Blocks in both government lists.
        ("23.103.191.7", 25, "None Mx"),
        ("2001:489a:2202:2000::1", 25, "None Mx"),
        // China, and a range given up since.
        ("40.73.132.9", 587, "China ClientSubmission"),
        ("139.219.24.1", 25, "China Mx"),
        ("42.159.40.1", 587, "-"),
        // Other services of Microsoft, other people, and address forms.
        ("13.107.136.9", 25, "-"),
        ("20.190.128.1", 587, "-"),
        ("8.8.8.8", 25, "-"),
        ("10.0.0.25", 25, "-"),
        ("::1", 25, "-"),
        ("::ffff:52.97.137.66", 587, "Worldwide ClientSubmission"),
        ("64:ff9b::52.101.73.1", 25, "Worldwide Mx"),
    ] {
        assert_eq!(told(ip, port), expected, "{ip} {port}");
    }
}

#[test]
fn every_built_in_range_lies_inside_the_misp_copy() {
    let ours = |text| published::parse(text).unwrap().ranges;
    for (list, copy) in [
        (
            ours(include_str!("../../../data/endpoints/worldwide.json")),
            include_str!("../../../data/crosscheck/misp-microsoft-office365-ip.json"),
        ),
        (
            ours(include_str!("../../../data/endpoints/china.json")),
            include_str!("../../../data/crosscheck/misp-microsoft-office365-cn.json"),
        ),
    ] {
        let copy: Value = serde_json::from_str(copy).unwrap();
        let wide: Vec<IpNet> = copy["list"]
            .as_array()
            .unwrap()
            .iter()
            .map(|text| text.as_str().unwrap().parse::<IpNet>().unwrap().trunc())
            .collect();
        for (range, _) in list {
            assert!(wide.iter().any(|net| net.contains(&range)), "{range}");
        }
    }
}

#[test]
fn a_given_list_takes_the_place_of_its_cloud_only() {
    let text = r#"[{"id": 10, "serviceArea": "Exchange", "urls": ["*.mail.protection.outlook.com"], "ips": ["198.51.100.0/24"]}]"#;
    let catalog = Catalog::built_in().replaced_by(Catalog::from_json("new.json", text).unwrap());
    let kind = |ip: &str| catalog.lookup(ip.parse().unwrap(), 25).map(|m| m.kind);
    assert_eq!(kind("198.51.100.9"), Some(EndpointKind::Mx));
    assert_eq!(kind("52.101.73.1"), None);
    assert_eq!(kind("139.219.24.1"), Some(EndpointKind::Mx));
    let sources: Vec<_> = catalog
        .lists()
        .map(|info| (info.instance, info.source.clone()))
        .collect();
    assert_eq!(
        sources[0],
        (
            Instance::Worldwide,
            ListSource::Given("new.json".to_owned())
        )
    );
    assert_eq!(sources.len(), 4);
    assert_eq!(catalog.lists().next().and_then(ListInfo::date), None);
}

#[test]
fn mail_comes_from_mx_ranges_only() {
    let catalog = Catalog::built_in();
    let sender = |ip: &str| catalog.sender(ip.parse().unwrap()).map(|m| m.instance);
    assert_eq!(sender("40.107.22.81"), Some(Some(Instance::Worldwide)));
    assert_eq!(sender("23.103.191.7"), Some(None));
    assert_eq!(sender("52.97.137.66"), None);
}

proptest! {
    #[test]
    fn only_two_ports_prove_anything(ip in any::<IpAddr>(), port in any::<u16>()) {
        let found = Catalog::built_in().lookup(ip, port);
        prop_assert!(found.is_none() || port == 25 || port == 587);
    }
}
