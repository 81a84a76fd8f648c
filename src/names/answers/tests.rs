use super::*;

const HOUR: u64 = 3_600 * SECOND;

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn note(answers: &mut Answers, client: &str, name: &str, clock: u64) {
    answers.note(ip(client), &name.into(), &[(ip("52.96.1.1"), 10)], clock);
}

fn name(answers: &Answers, client: &str, clock: u64) -> Option<String> {
    answers
        .name(ip(client), ip("52.96.1.1"), clock)
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
    // To the resolver itself the newest of them counts.
    assert_eq!(
        name(&answers, "10.0.0.53", 4).as_deref(),
        Some("smtp-legacy.office365.com")
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
