//! Evidence in every combination (`matrix.txt`), then kinds and clouds where pieces differ.

use super::*;
use proptest::prelude::*;

const PIECES: [(Evidence, &str); 5] = [
    (Evidence::ServerName, "server_name"),
    (Evidence::Dns, "dns"),
    (Evidence::Certificate, "certificate"),
    (Evidence::Banner, "banner"),
    (Evidence::Address, "address"),
];

const OUR_BANNER: &str =
    "220 AM0PR01CA0001.outlook.office365.com Microsoft ESMTP MAIL Service ready";
const OTHER_BANNER: &str = "220 EX01.contoso.local Microsoft ESMTP MAIL Service ready";
/// In set 2, and documentation space (RFC 5737).
const OUR_IP: &str = "52.97.137.66";
const OTHER_IP: &str = "192.0.2.10";

fn word(evidence: Evidence) -> &'static str {
    PIECES
        .iter()
        .find(|(piece, _)| *piece == evidence)
        .unwrap()
        .1
}

fn certificate(common_name: &str, names: &[&str]) -> Certificate {
    Certificate {
        subject_cn: Some(common_name.to_owned()),
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        ..Certificate::default()
    }
}

/// Clues without names, at an address and port.
fn at(ip: &str, port: u16) -> Clues<'static> {
    Clues {
        server_name: None,
        dns: None,
        dns_others: &[],
        certificate: None,
        banner: None,
        ip: ip.parse().unwrap(),
        port,
    }
}

fn told(clues: &Clues) -> Classification {
    classify(&Catalog::built_in(), clues)
}

/// Cloud, kind, evidence; then what contradicts.
fn summary(found: &Classification) -> (String, String) {
    let Some(online) = found.exchange_online else {
        return ("none".to_owned(), String::new());
    };
    let cloud = online
        .instance
        .map_or("None".to_owned(), |cloud| format!("{cloud:?}"));
    let evidence: Vec<_> = online.evidence.iter().map(word).collect();
    let contradictions: Vec<_> = found
        .contradictions
        .iter()
        .map(|one| format!("{}:{:?}", word(one.evidence), one.about))
        .collect();
    let head = format!("{cloud} {:?} {}", online.endpoint, evidence.join(" "));
    (head, contradictions.join(" "))
}

#[test]
fn every_combination_of_evidence() {
    let catalog = Catalog::built_in();
    let ours = certificate("outlook.com", &["*.outlook.com", "*.office365.com"]);
    let other = certificate("proxy.contoso.com", &["proxy.contoso.com"]);
    let mut rows = 0;
    for row in include_str!("matrix.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
    {
        let [states, evidence, contradictions] =
            row.splitn(3, '|').map(str::trim).collect::<Vec<_>>()[..]
        else {
            panic!("{row}")
        };
        let [name, dns, cert, banner, address] = states.as_bytes() else {
            panic!("{row}")
        };
        let host = |state: &u8, ours, other| match state {
            b'+' => Some(ours),
            b'-' => Some(other),
            _ => None,
        };
        let clues = Clues {
            server_name: host(name, "smtp.office365.com", "mail.contoso.com"),
            dns: host(dns, "smtp.office365.com", "mail.contoso.com"),
            dns_others: &[],
            certificate: match cert {
                b'+' => Some(&ours),
                b'-' => Some(&other),
                _ => None,
            },
            banner: host(banner, OUR_BANNER, OTHER_BANNER),
            ip: host(address, OUR_IP, OTHER_IP)
                .unwrap_or(OUR_IP)
                .parse()
                .unwrap(),
            // The service offers nothing on 465, so no address counts there.
            port: if *address == b'.' { 465 } else { 587 },
        };
        let found = classify(&catalog, &clues);
        let (head, tail) = summary(&found);
        let expected = match evidence {
            "none" => "none".to_owned(),
            pieces => format!("Worldwide ClientSubmission {pieces}"),
        };
        let elsewhere: Vec<_> = contradictions
            .split_whitespace()
            .map(|piece| format!("{piece}:Elsewhere"))
            .collect();
        assert_eq!((head, tail), (expected, elsewhere.join(" ")), "{row}");
        let otherwise = found
            .exchange_online
            .map(|service| service.contradicted_by.iter().map(word).collect::<Vec<_>>());
        assert_eq!(
            otherwise.unwrap_or_default().join(" "),
            contradictions,
            "{row}"
        );
        assert!(!found.legacy_endpoint && !found.retired_name && !found.consumer);
        rows += 1;
    }
    assert_eq!(rows, 3usize.pow(5));
}

#[test]
fn the_strongest_piece_that_tells_gives_kind_and_cloud() {
    let submission = certificate("outlook.com", &["*.outlook.com"]);
    let mx = certificate(
        "mail.protection.outlook.com",
        &[
            "*.mail.protection.outlook.com",
            "outlook.com",
            "*.olc.protection.outlook.com",
        ],
    );
    let wide = certificate("Microsoft", &["*.outlook.com", "*.office365.com"]);
    let base = at(OUR_IP, 587);
    let port25 = at("52.101.73.1", 25);
    for (clues, head, tail) in [
        // Only a name tells the legacy and high-volume endpoints; the same hosts answer, so nothing contradicts.
        (
            Clues {
                server_name: Some("smtp-legacy.office365.com"),
                certificate: Some(&submission),
                banner: Some(OUR_BANNER),
                ..base
            },
            "Worldwide LegacySubmission server_name certificate banner address",
            "",
        ),
        (
            Clues {
                dns: Some("smtp.hve.mx.microsoft"),
                banner: Some(OUR_BANNER),
                ..base
            },
            "Worldwide HighVolume dns banner address",
            "",
        ),
        // Their addresses are not published, so one outside the lists contradicts nothing.
        (
            Clues {
                server_name: Some("smtp.hve.mx.microsoft"),
                ..at(OTHER_IP, 587)
            },
            "Worldwide HighVolume server_name",
            "",
        ),
        (
            Clues {
                dns: Some("smtp-mail.outlook.com"),
                ..at(OTHER_IP, 587)
            },
            "Worldwide ClientSubmission dns",
            "",
        ),
        // The certificate's common name tells submission from MX; bare domains among the other names do not.
        (
            Clues {
                certificate: Some(&submission),
                ..at(OUR_IP, 465)
            },
            "Worldwide ClientSubmission certificate",
            "",
        ),
        (
            Clues {
                certificate: Some(&mx),
                ..port25
            },
            "Worldwide Mx certificate address",
            "",
        ),
        (
            Clues {
                certificate: Some(&wide),
                ..port25
            },
            "Worldwide Mx certificate address",
            "",
        ),
        // A name that tells no kind leaves it to the next piece.
        (
            Clues {
                server_name: Some("autodiscover.outlook.com"),
                ..base
            },
            "Worldwide ClientSubmission server_name address",
            "",
        ),
        // Port 587 of an MX address: Exchange Online, no kind.
        (at("52.101.73.1", 587), "Worldwide Unknown address", ""),
        (
            Clues {
                banner: Some("220 VI1EUR04FT012.mail.protection.outlook.com ready"),
                ..at("52.101.73.1", 2525)
            },
            "Worldwide Mx banner",
            "",
        ),
        // Kinds and clouds that differ.
        (
            Clues {
                server_name: Some("smtp.office365.com"),
                ..port25
            },
            "Worldwide ClientSubmission server_name address",
            "address:Kind",
        ),
        (
            Clues {
                server_name: Some("smtp.office365.us"),
                ..base
            },
            "UsGovGccHigh ClientSubmission server_name address",
            "address:Cloud",
        ),
        (
            Clues {
                dns: Some("contoso.mail.protection.partner.outlook.cn"),
                banner: Some(OUR_BANNER),
                ..at("139.219.24.1", 25)
            },
            "China Mx dns banner address",
            "banner:Cloud banner:Kind",
        ),
        // A shared government name: the address tells the cloud. A shared block: nothing does.
        (
            Clues {
                dns: Some("contoso.mail.protection.office365.us"),
                ..at("23.103.208.1", 25)
            },
            "UsGovGccHigh Mx dns address",
            "",
        ),
        (at("23.103.191.1", 25), "None Mx address", ""),
        // A literal or a bare word is no name of anything.
        (
            Clues {
                server_name: Some("52.97.137.66"),
                dns: Some("localhost"),
                banner: Some("220 ****"),
                ..base
            },
            "Worldwide ClientSubmission address",
            "",
        ),
    ] {
        assert_eq!(
            summary(&told(&clues)),
            (head.to_owned(), tail.to_owned()),
            "{clues:?}"
        );
    }
}

#[test]
fn on_premises_exchange_with_the_same_words_is_not_exchange_online() {
    let certificate = certificate("EX01", &["EX01", "EX01.contoso.local"]);
    let clues = Clues {
        certificate: Some(&certificate),
        banner: Some(OTHER_BANNER),
        ..at("10.0.0.25", 25)
    };
    assert_eq!(told(&clues), Classification::default());
}

#[test]
fn marks_come_from_names() {
    let with = |host| {
        told(&Clues {
            server_name: Some(host),
            ..at(OUR_IP, 587)
        })
    };
    assert!(with("smtp-legacy.partner.outlook.cn").legacy_endpoint);
    assert!(!with("smtp.office365.com").legacy_endpoint);
    assert!(with("smtp-emeaeast.outlook.com").retired_name);
    assert!(with("smtp-mail.outlook.com").consumer);
    // A stronger name that is not the legacy one decides.
    let both = Clues {
        server_name: Some("smtp.office365.com"),
        dns: Some("smtp-legacy.office365.com"),
        ..at(OUR_IP, 587)
    };
    assert!(!told(&both).legacy_endpoint);
}

/// A name of one's own that is an alias for one of the service stands beside others as that one.
#[test]
fn an_alias_says_what_the_name_behind_it_says() {
    let others = [AskedName {
        name: "mail.contoso.example".into(),
        alias_for: Some("smtp-legacy.office365.com".into()),
    }];
    let both = told(&Clues {
        dns: Some("smtp-legacy.office365.com"),
        dns_others: &others,
        ..at("192.0.2.1", 587)
    });
    assert!(both.legacy_endpoint);
    assert_eq!(summary(&both).0, "Worldwide LegacySubmission dns");
}

/// Of several names that DNS gave the address for, what all of them say.
#[test]
fn several_names_tell_what_they_agree_on() {
    let with = |names: [&'static str; 2]| {
        let [both, turned] = [[names[0], names[1]], [names[1], names[0]]].map(|[first, second]| {
            let others = [second.into()];
            told(&Clues {
                dns: Some(first),
                dns_others: &others,
                ..at("192.0.2.1", 465)
            })
        });
        assert_eq!(both, turned, "{names:?}");
        both
    };
    let tenants = with([
        "contoso-com.mail.protection.outlook.com",
        "fabrikam-com.mail.protection.outlook.com",
    ]);
    assert_eq!(summary(&tenants).0, "Worldwide Mx dns");
    let kinds = with(["smtp.office365.com", "smtp-legacy.office365.com"]);
    assert_eq!(summary(&kinds).0, "Worldwide Unknown dns");
    assert!(!kinds.legacy_endpoint);
    assert!(!with(["smtp.office365.com", "smtp-emea.outlook.com"]).retired_name);
    assert!(with(["smtp-emeaeast.outlook.com", "smtp-emea.outlook.com"]).retired_name);
    for none in [
        ["smtp.office365.com", "smtp.partner.outlook.cn"],
        ["smtp.office365.com", "mail.contoso.example"],
    ] {
        assert_eq!(with(none).exchange_online, None);
    }
}

#[test]
fn a_cloud_without_a_list_says_nothing_about_addresses() {
    let text = r#"[{"urls": ["outlook.office365.us"], "ips": ["20.35.208.0/20"]}]"#;
    let government = Catalog::from_json("gov.json", text).unwrap();
    let clues = Clues {
        dns: Some("smtp.office365.com"),
        ..at(OUR_IP, 587)
    };
    assert_eq!(classify(&government, &clues).contradictions, []);
    let clues = Clues {
        dns: Some("smtp.office365.us"),
        ..at(OUR_IP, 587)
    };
    let found = classify(&government, &clues).contradictions;
    let sentence = "the address does not belong to Exchange Online";
    assert_eq!(
        found.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [sentence]
    );
}

prop_compose! {
    /// Host names, ours and others, and arbitrary text.
    fn any_host()(choice in 0..6usize, text in any::<String>()) -> Option<String> {
        ["smtp.office365.com", "x.mail.protection.outlook.com", "smtp-legacy.office365.com", "mail.contoso.com"]
            .get(choice)
            .map(|host| (*host).to_owned())
            .or_else(|| (choice == 4).then_some(text))
    }
}

proptest! {
    #[test]
    fn never_panics_and_keeps_its_promises(
        (sni, dns, cn, banner) in (any_host(), any_host(), any_host(), any_host()),
        names in prop::collection::vec(any_host().prop_map(Option::unwrap_or_default), 0..4),
        ip in prop_oneof![any::<IpAddr>(), Just(IpAddr::from([52, 101, 73, 1])), Just(IpAddr::from([52, 97, 1, 1]))],
        port in prop_oneof![any::<u16>(), Just(25), Just(587)],
    ) {
        let certificate = Certificate { subject_cn: cn, names, ..Certificate::default() };
        let clues = Clues {
            server_name: sni.as_deref(),
            dns: dns.as_deref(),
            dns_others: &[],
            certificate: Some(&certificate),
            banner: banner.as_deref(),
            ip,
            port,
        };
        let found = told(&clues);
        if let Some(online) = found.exchange_online {
            prop_assert!(!online.evidence.is_empty());
            for one in &found.contradictions {
                let elsewhere = one.about == Disagreement::Elsewhere;
                prop_assert_eq!(elsewhere, !online.evidence.contains(one.evidence));
            }
        } else {
            prop_assert_eq!(found, Classification::default());
        }
    }

    #[test]
    fn more_evidence_never_takes_the_verdict_away(dns in any_host(), banner in any_host(), sni in any_host()) {
        let fewer = Clues { dns: dns.as_deref(), ..at(OTHER_IP, 587) };
        let more = Clues { server_name: sni.as_deref(), banner: banner.as_deref(), ..fewer };
        let (few, many) = (told(&fewer).exchange_online, told(&more).exchange_online);
        prop_assert!(few.is_none() || many.is_some());
    }
}

/// What an inspecting proxy puts in place of the certificate has its names, and its own issuer.
#[test]
fn a_certificate_from_another_issuer_proves_nothing_beside_others() {
    let mut shown = certificate("smtp.office365.com", &["*.office365.com"]);
    shown.issuer_cn = Some("Mail Shield Root".to_owned());
    let asked = Clues {
        server_name: Some("smtp.office365.com"),
        certificate: Some(&shown),
        ..at(OTHER_IP, 587)
    };
    let (head, contradictions) = summary(&told(&asked));
    assert_eq!(head, "Worldwide ClientSubmission server_name");
    assert!(
        contradictions.contains("certificate:Elsewhere"),
        "{contradictions}"
    );
    // Where nothing else tells, the names still do.
    let alone = Clues {
        server_name: None,
        ..asked
    };
    let (head, _) = summary(&told(&alone));
    assert!(head.ends_with("certificate"), "{head}");
}
