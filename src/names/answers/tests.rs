use super::*;

const HOUR: u64 = 3_600 * SECOND;

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn note(answers: &mut Answers, client: &str, name: &str, clock: u64) {
    note_chain(answers, client, &[name], clock);
}

/// The first is an alias for the others.
fn note_chain(answers: &mut Answers, client: &str, names: &[&str], clock: u64) {
    let aliases: Vec<_> = names[1..].iter().map(|name| (*name).to_owned()).collect();
    let addresses = [(ip("52.96.1.1"), 10)];
    let asked = asked(names[0].to_owned(), &aliases);
    answers.note(ip(client), &asked, &aliases, &addresses, clock);
}

fn names(answers: &Answers, client: &str, clock: u64) -> Vec<String> {
    let found = answers.names(ip(client), ip("52.96.1.1"), clock);
    let found = found.as_deref().unwrap_or_default();
    found.iter().map(|asked| asked.name.to_string()).collect()
}

fn name(answers: &Answers, client: &str, clock: u64) -> Option<String> {
    answers
        .only(ip(client), ip("52.96.1.1"), clock)
        .map(|name| name.to_string())
}

#[test]
fn an_answer_to_the_client_comes_first() {
    let mut answers = Answers::default();
    note(&mut answers, "10.0.0.1", "mail.contoso.example", 0);
    note(&mut answers, "10.0.0.2", "smtp.office365.com", 1);
    assert_eq!(
        name(&answers, "10.0.0.1", 2).as_deref(),
        Some("mail.contoso.example")
    );
    assert_eq!(
        name(&answers, "10.0.0.2", 2).as_deref(),
        Some("smtp.office365.com")
    );
    // Whoever asks through a resolver: the one name that looks most like mail.
    assert_eq!(
        name(&answers, "10.0.0.3", 2).as_deref(),
        Some("smtp.office365.com")
    );
}

#[test]
fn between_names_told_to_others_nothing_decides() {
    let mut answers = Answers::default();
    note(&mut answers, "10.0.0.53", "smtp.office365.com", 0);
    note(&mut answers, "10.0.0.53", "outlook.office365.com", 1);
    assert_eq!(
        name(&answers, "10.0.0.1", 2).as_deref(),
        Some("smtp.office365.com")
    );
    note(&mut answers, "10.0.0.53", "smtp-legacy.office365.com", 3);
    assert_eq!(name(&answers, "10.0.0.1", 4), None);
    // Of what the resolver itself asked for, either may be meant.
    assert_eq!(
        names(&answers, "10.0.0.53", 4),
        ["smtp.office365.com", "smtp-legacy.office365.com"]
    );
}

/// The findings `retired_name` and `legacy_endpoint` are of who asked.
#[test]
fn a_name_that_is_a_finding_counts_for_who_asked_alone() {
    for bad in ["smtp-emea.outlook.com", "smtp-legacy.office365.com"] {
        let mut answers = Answers::default();
        note(&mut answers, "10.0.0.9", bad, 0);
        assert_eq!(name(&answers, "10.0.0.9", 1).as_deref(), Some(bad));
        assert_eq!(name(&answers, "10.0.0.5", 1), None);
        // Nor does it leave room for a worse guess.
        note(&mut answers, "10.0.0.9", "outlook.office365.com", 2);
        assert_eq!(name(&answers, "10.0.0.5", 3), None);
    }
}

#[test]
fn a_mail_name_outlasts_the_browsing_of_the_same_host() {
    let mut answers = Answers::default();
    note(&mut answers, "10.0.0.1", "smtp.office365.com", 0);
    note(&mut answers, "10.0.0.1", "outlook.office365.com", 1);
    note(&mut answers, "10.0.0.1", "www.contoso.example", 2);
    assert_eq!(
        name(&answers, "10.0.0.1", 3).as_deref(),
        Some("smtp.office365.com")
    );
}

/// Tenants share addresses, and so do customers of any provider.
#[test]
fn between_names_that_the_client_asked_for_nothing_decides() {
    for pair in [
        [
            "contoso-com.mail.protection.outlook.com",
            "fabrikam-com.mail.protection.outlook.com",
        ],
        ["mail.fabrikam.example", "smtp.contoso.example"],
    ] {
        let mut answers = Answers::default();
        for (clock, name) in (0..).zip([pair[0], pair[1], pair[0]]) {
            note(&mut answers, "10.0.0.1", name, clock);
        }
        let mut found = names(&answers, "10.0.0.1", 5);
        found.sort();
        assert_eq!(found, pair);
    }
    let mut answers = Answers::default();
    for clock in 0..3 {
        note(&mut answers, "10.0.0.1", "smtp.contoso.example", clock);
    }
    assert_eq!(names(&answers, "10.0.0.1", 5), ["smtp.contoso.example"]);
}

#[test]
fn names_of_one_chain_are_the_one_it_begins_with() {
    let chain = [
        "mail.contoso.example",
        "shared.provider.example",
        "front-1.provider.example",
    ];
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let mut answers = Answers::default();
        for (clock, from) in (0..).zip(order) {
            note_chain(&mut answers, "10.0.0.1", &chain[from..], clock);
        }
        assert_eq!(names(&answers, "10.0.0.1", 5), [chain[0]], "{order:?}");
    }
    // Two that end in the same place are two.
    let mut answers = Answers::default();
    note_chain(&mut answers, "10.0.0.1", &["a.example", chain[1]], 0);
    note_chain(&mut answers, "10.0.0.1", &["b.example", chain[1]], 1);
    assert_eq!(names(&answers, "10.0.0.1", 5).len(), 2);
    // And a circle says nothing.
    note_chain(&mut answers, "10.0.0.1", &["a.example", "b.example"], 2);
    note_chain(&mut answers, "10.0.0.1", &["b.example", "a.example"], 3);
    assert_eq!(names(&answers, "10.0.0.1", 5).len(), 2);
}

/// A domain controller asks its provider on behalf of a printer.
#[test]
fn what_a_resolver_asks_for_others_is_not_for_itself() {
    let (resolver, printer) = ("10.0.0.2", "10.0.0.77");
    let bad = "smtp-emea.outlook.com";
    for resolver_first in [true, false] {
        let mut answers = Answers::default();
        let told_to = if resolver_first {
            [resolver, printer]
        } else {
            [printer, resolver]
        };
        for client in told_to {
            note(&mut answers, client, bad, 0);
        }
        assert_eq!(name(&answers, resolver, 1).as_deref(), Some(bad));
        answers.note_resolver(ip(resolver), ip(printer), &bad.into());
        assert_eq!(name(&answers, resolver, 1), None);
        assert_eq!(name(&answers, printer, 1).as_deref(), Some(bad));
        // Another name may be its own.
        note(&mut answers, resolver, "smtp.office365.com", 2);
        assert_eq!(
            name(&answers, resolver, 3).as_deref(),
            Some("smtp.office365.com")
        );
    }
    // Who answers himself asks for himself.
    let mut answers = Answers::default();
    note(&mut answers, resolver, bad, 0);
    answers.note_resolver(ip(resolver), ip(resolver), &bad.into());
    assert_eq!(name(&answers, resolver, 1).as_deref(), Some(bad));
}

#[test]
fn an_answer_ends() {
    let mut answers = Answers::default();
    note(&mut answers, "10.0.0.1", "smtp.office365.com", 0);
    // Ten seconds are raised to sixty, and an hour is added.
    assert!(name(&answers, "10.0.0.1", HOUR + 59 * SECOND).is_some());
    assert!(name(&answers, "10.0.0.1", HOUR + 60 * SECOND).is_none());
    note(&mut answers, "10.0.0.1", "smtp.office365.com", HOUR);
    assert!(name(&answers, "10.0.0.1", 2 * HOUR).is_some());
}

#[test]
fn ranks_follow_what_a_name_is_for() {
    for (name, expected) in [
        ("smtp.office365.com", 3),
        ("smtp-legacy.office365.com", 3),
        ("contoso-com.mail.protection.outlook.com", 3),
        ("outlook.office365.com", 2),
        ("smtp.provider.example", 1),
        ("www.example", 0),
        ("x", 0),
        ("é", 0),
    ] {
        assert_eq!(rank(name), expected, "{name}");
    }
}

/// Devices are given a name of one's own that is an alias for the one of the service, so that it can be changed in one place.
#[test]
fn an_alias_for_exchange_online_tells_whose_server_it_is() {
    let told = |client: &str, chain: &[&str]| {
        let mut answers = Answers::default();
        note_chain(&mut answers, "10.0.0.1", chain, 0);
        let found = answers.names(ip(client), ip("52.96.1.1"), 1);
        found.map(|found| {
            let [only] = &*found else {
                panic!("{found:?}");
            };
            (only.name.to_string(), only.telling().to_owned())
        })
    };
    let own = "mail.contoso.example";
    let known = |telling: &str| Some((own.to_owned(), telling.to_owned()));
    for (chain, telling) in [
        (&[own, "smtp.office365.com"] as &[_], "smtp.office365.com"),
        (
            &[own, "relay.contoso.example", "smtp-legacy.office365.com"],
            "smtp-legacy.office365.com",
        ),
        // The chain goes on within Exchange Online.
        (
            &[own, "smtp.office365.com", "outlook.ha.office365.com"],
            "smtp.office365.com",
        ),
        (&[own, "mail.provider.example"], own),
    ] {
        assert_eq!(told("10.0.0.1", chain), known(telling));
    }
    // That a host uses a name which is a finding is no proof that another one does.
    assert_eq!(told("10.0.0.2", &[own, "smtp-legacy.office365.com"]), None);
    let smtp = [own, "smtp.office365.com"];
    assert_eq!(told("10.0.0.2", &smtp), known("smtp.office365.com"));
    // Who asks through a resolver means the name that all of them come to.
    let mut answers = Answers::default();
    note_chain(&mut answers, "10.0.0.1", &smtp, 0);
    note(&mut answers, "10.0.0.2", "smtp.office365.com", 1);
    assert_eq!(names(&answers, "10.0.0.3", 2), ["smtp.office365.com"]);
    // Who asked for both names means its own.
    let mut answers = Answers::default();
    note_chain(&mut answers, "10.0.0.1", &smtp, 0);
    note(&mut answers, "10.0.0.1", "smtp.office365.com", 1);
    assert_eq!(names(&answers, "10.0.0.1", 2), [own]);
}
