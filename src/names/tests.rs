use proptest::prelude::*;

use super::*;

const CLIENT: &str = "10.20.0.21";
const RESOLVER: &str = "10.20.0.53";

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn part<'a>(from: (&str, u16), to: (&str, u16), bytes: &'a [u8]) -> Part<'a> {
    Part {
        source: (ip(from.0), from.1),
        destination: (ip(to.0), to.1),
        bytes,
        whole: true,
        clock: 0,
    }
}

/// A name as labels.
fn labels(name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for label in name.split('.') {
        bytes.push(label.len() as u8);
        bytes.extend(label.as_bytes());
    }
    bytes.push(0);
    bytes
}

/// A message with one question and these answers: owner, type, data.
fn message(flags: u16, (name, kind): (&str, u16), answers: &[(&str, u16, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = vec![0x12, 0x34];
    bytes.extend(flags.to_be_bytes());
    bytes.extend([0, 1, 0, answers.len() as u8, 0, 0, 0, 0]);
    bytes.extend(labels(name));
    bytes.extend([0, kind as u8, 0, 1]);
    for (owner, kind, data) in answers {
        bytes.extend(labels(owner));
        bytes.extend([0, *kind as u8, 0, 1, 0, 0, 0, 60, 0, data.len() as u8]);
        bytes.extend(data);
    }
    bytes
}

const ANSWER: u16 = 0x8180;
const QUERY: u16 = 0x0100;
const SERVER: [u8; 4] = [40, 99, 150, 34];

/// The chain that the captures in `pcaps/` hold, in short.
fn chain(flags: u16) -> Vec<u8> {
    let answers = [
        ("smtp.office365.com", 5, labels("outlook.office365.com")),
        ("ooc-g2.tm-4.office.com", 1, SERVER.to_vec()),
        ("outlook.office365.com", 5, labels("ooc-g2.tm-4.office.com")),
        ("elsewhere.example", 1, vec![192, 0, 2, 1]),
    ];
    message(flags, ("sMTP.Office365.com", 1), &answers)
}

/// What is known of `server` after `bytes` came from the resolver.
fn known_after(flags: u16, server: [u8; 4]) -> Option<String> {
    let mut names = Names::default();
    names.datagram(
        &part((RESOLVER, 53), (CLIENT, 40_000), &chain(flags)),
        &Networks::default(),
    );
    names
        .answers
        .only(ip(CLIENT), IpAddr::from(server), 1)
        .map(|name| name.to_string())
}

#[test]
fn the_name_asked_for_stands_for_the_end_of_the_chain() {
    assert_eq!(
        known_after(ANSWER, SERVER).as_deref(),
        Some("smtp.office365.com")
    );
    assert_eq!(known_after(ANSWER, [192, 0, 2, 1]), None);
}

#[test]
fn questions_failures_and_cut_answers_tell_nothing() {
    // A query; NXDOMAIN, TC, a notification (RFC 1996).
    for flags in [QUERY, 0x8183, 0x8380, 0xa180] {
        assert_eq!(known_after(flags, SERVER), None, "{flags:#06x}");
    }
}

#[test]
fn several_questions_are_no_answer() {
    let mut bytes = chain(ANSWER);
    bytes[5] = 2;
    let question = labels("other.example");
    bytes.splice(12..12, [question, vec![0, 1, 0, 1]].concat());
    let mut names = Names::default();
    names.datagram(
        &part((RESOLVER, 53), (CLIENT, 40_000), &bytes),
        &Networks::default(),
    );
    assert_eq!(names.answers.only(ip(CLIENT), SERVER.into(), 1), None);
    assert_eq!(names.counters(), Counters::default());
}

#[test]
fn an_answer_that_nobody_asked_for_is_not_believed() {
    let mut names = Names::default();
    let networks = Networks::default();
    let query = message(QUERY, ("smtp.office365.com", 1), &[]);
    names.datagram(&part((CLIENT, 40_000), (RESOLVER, 53), &query), &networks);
    // From another server, to another port.
    names.datagram(
        &part(("203.0.113.9", 53), (CLIENT, 40_000), &chain(ANSWER)),
        &networks,
    );
    names.datagram(
        &part((RESOLVER, 53), (CLIENT, 40_001), &chain(ANSWER)),
        &networks,
    );
    assert_eq!(names.answers.only(ip(CLIENT), SERVER.into(), 1), None);
    assert_eq!(names.counters().unasked, 2);
    names.datagram(
        &part((RESOLVER, 53), (CLIENT, 40_000), &chain(ANSWER)),
        &networks,
    );
    assert!(names.answers.only(ip(CLIENT), SERVER.into(), 1).is_some());
}

/// A domain controller asks its provider what a printer has asked it, and answers.
#[test]
fn what_a_resolver_asked_for_another_host_is_not_its_own() {
    let mut names = Names::default();
    for (from, to) in [
        (("8.8.8.8", 53), (RESOLVER, 5_300)),
        ((RESOLVER, 53), (CLIENT, 40_000)),
    ] {
        let answer = message(
            ANSWER,
            ("smtp-emea.outlook.com", 1),
            &[("smtp-emea.outlook.com", 1, SERVER.to_vec())],
        );
        names.datagram(&part(from, to, &answer), &Networks::default());
    }
    let told = |client| names.answers.only(ip(client), SERVER.into(), 1);
    assert_eq!(told(CLIENT).as_deref(), Some("smtp-emea.outlook.com"));
    assert_eq!(told(RESOLVER), None);
}

/// The chain of the captures, and its second name asked for by itself.
#[test]
fn names_of_one_chain_are_one() {
    let mut names = Names::default();
    let end = message(
        ANSWER,
        ("outlook.office365.com", 1),
        &[("outlook.office365.com", 1, SERVER.to_vec())],
    );
    for bytes in [&chain(ANSWER), &end] {
        let part = part((RESOLVER, 53), (CLIENT, 40_000), bytes);
        names.datagram(&part, &Networks::default());
    }
    let told = names.answers.only(ip(CLIENT), SERVER.into(), 1);
    assert_eq!(told.as_deref(), Some("smtp.office365.com"));
}

/// RFC 1035 section 4.2.2: each message behind two bytes of length.
#[test]
fn messages_in_one_segment_of_tcp() {
    let one = chain(ANSWER);
    let other = message(
        ANSWER,
        ("smtp.example", 28),
        &[("smtp.example", 28, vec![0x20; 16])],
    );
    let mut bytes = Vec::new();
    for message in [&one, &other] {
        bytes.extend((message.len() as u16).to_be_bytes());
        bytes.extend(message);
    }
    let known = |bytes: &[u8]| {
        let mut names = Names::default();
        names.segment(
            &part((RESOLVER, 53), (CLIENT, 40_000), bytes),
            1,
            &Networks::default(),
        );
        let counters = names.counters();
        let name = |address| names.answers.only(ip(CLIENT), address, 1).is_some();
        (name(SERVER.into()), name([0x20; 16].into()), counters.split)
    };
    assert_eq!(known(&bytes), (true, true, 0));
    // The rest of the second may still come.
    assert_eq!(known(&bytes[..bytes.len() - 1]), (true, false, 0));
    assert_eq!(known(&bytes[9..]), (false, false, 1));
}

#[test]
fn messages_over_segments_of_tcp() {
    let one = chain(ANSWER);
    let bytes = [&(one.len() as u16).to_be_bytes()[..], &one].concat();
    let known = |segments: &[(usize, usize)]| {
        let mut names = Names::default();
        for (from, to) in segments {
            let part = part((RESOLVER, 53), (CLIENT, 40_000), &bytes[*from..*to]);
            let seq = (u32::MAX - 20).wrapping_add(*from as u32);
            names.segment(&part, seq, &Networks::default());
        }
        let named = names.answers.only(ip(CLIENT), SERVER.into(), 1).is_some();
        (named, names.counters().split)
    };
    let all = bytes.len();
    for cut in 1..all {
        assert_eq!(known(&[(0, cut), (cut, all)]), (true, 0), "cut at {cut}");
    }
    let single: Vec<_> = (0..all).map(|at| (at, at + 1)).collect();
    assert_eq!(known(&single), (true, 0));
    // A segment is missing between them: nothing is made of what is left.
    assert_eq!(known(&[(0, 40), (50, all)]), (false, 1));
}

fn hosts(from: (&str, u16), to: (&str, u16), messages: &[Vec<u8>]) -> Vec<(String, String)> {
    let mut names = Names::default();
    for bytes in messages {
        names.datagram(&part(from, to, bytes), &Networks::default());
    }
    names
        .new_hosts()
        .map(|host| (host.ip.to_string(), host.name.to_string()))
        .collect()
}

fn host(ip: &str, name: &str) -> Vec<(String, String)> {
    vec![(ip.to_owned(), name.to_owned())]
}

#[test]
fn names_of_internal_addresses_by_reverse_dns() {
    let of = |address: &str| {
        let name = format!("{address}.in-addr.arpa");
        message(
            ANSWER,
            (&name, 12),
            &[(&name, 12, labels("nas.contoso.example"))],
        )
    };
    let (from, to) = ((RESOLVER, 53), (CLIENT, 40_000));
    assert_eq!(
        hosts(from, to, &[of("28.0.20.10")]),
        host("10.20.0.28", "nas.contoso.example")
    );
    assert_eq!(hosts(from, to, &[of("34.150.99.40")]), []);
}

#[test]
fn names_told_to_neighbours() {
    let record = |name| (name, 1, vec![10, 20, 0, 30]);
    let mdns = message(0x8400, ("x.local", 1), &[record("mfp-3f.local")]);
    let to = ("224.0.0.251", 5353);
    let found = host("10.20.0.30", "mfp-3f.local");
    assert_eq!(
        hosts(("10.20.0.30", 5353), to, std::slice::from_ref(&mdns)),
        found
    );
    // Told once.
    assert_eq!(
        hosts(("10.20.0.30", 5353), to, &[mdns.clone(), mdns]),
        found
    );
    // Not below .local: not for multicast DNS to say.
    let other = message(0x8400, ("x.local", 1), &[record("smtp.office365.com")]);
    assert_eq!(hosts(("10.20.0.30", 5353), to, &[other]), []);
    let llmnr = |flags| message(flags, ("mfp-3f", 1), &[record("mfp-3f")]);
    let (from, to) = (("10.20.0.30", 5355), (CLIENT, 50_000));
    assert_eq!(
        hosts(from, to, &[llmnr(0x8000)]),
        host("10.20.0.30", "mfp-3f")
    );
    // Tentative (RFC 4795 section 2.1.1).
    assert_eq!(hosts(from, to, &[llmnr(0x8100)]), []);
}

/// RFC 1002 section 4.2.2: a registration has the name as question and the address in an additional record.
#[test]
fn names_registered_with_netbios() {
    let registration = |flags: u8| {
        let mut bytes = b"\x12\x34\x29\x10\x00\x01\x00\x00\x00\x00\x00\x01".to_vec();
        bytes.extend(b"\x20EGFCEFEECACACACACACACACACACACACA\x00\x00\x20\x00\x01");
        bytes.extend(b"\xc0\x0c\x00\x20\x00\x01\x00\x04\x93\xe0\x00\x06");
        bytes.extend([flags, 0, 10, 20, 0, 30]);
        bytes
    };
    let (from, to) = (("10.20.0.30", 137), ("10.20.0.255", 137));
    assert_eq!(
        hosts(from, to, &[registration(0x00)]),
        host("10.20.0.30", "FRED")
    );
    assert_eq!(hosts(from, to, &[registration(0x80)]), []);
}

/// RFC 2131 figure 1, options of RFC 2132.
fn dhcp(kind: u8, has: [u8; 4], given: [u8; 4], options: &[u8]) -> Vec<u8> {
    let mut bytes = vec![1, 1, 6, 0, 0xde, 0xad, 0xbe, 0xef, 0, 0, 0, 0];
    bytes.extend(has);
    bytes.extend(given);
    bytes.resize(28, 0);
    bytes.extend([2, 0, 10, 20, 0, 23]);
    bytes.resize(236, 0);
    bytes.extend([99, 130, 83, 99, 53, 1, kind]);
    bytes.extend(options);
    bytes.push(255);
    bytes
}

#[test]
fn a_name_belongs_to_the_address_that_was_acknowledged() {
    let (from, to) = (("10.20.0.23", 68), (RESOLVER, 67));
    let none = [0; 4];
    let address = [10, 20, 0, 23];
    let name = b"\x0c\x09MFP-LOBBY";
    let request = dhcp(3, none, none, name);
    assert_eq!(hosts(from, to, std::slice::from_ref(&request)), []);
    // A refusal (6) gives none; the acknowledgement (5) does, though it does not repeat the name.
    assert_eq!(
        hosts(from, to, &[request.clone(), dhcp(6, none, none, b"")]),
        []
    );
    let acknowledged = [request, dhcp(5, none, address, b"")];
    assert_eq!(
        hosts(from, to, &acknowledged),
        host("10.20.0.23", "MFP-LOBBY")
    );
    // Renewal: the client has the address already.
    assert_eq!(
        hosts(from, to, &[dhcp(3, address, none, name)]),
        host("10.20.0.23", "MFP-LOBBY")
    );
}

/// RFC 2131 section 4.1: several instances of one option are one value (RFC 3396 section 7: in their order). A host has
/// one name, however often it gives it.
#[test]
fn parts_of_an_option_are_one_name() {
    let (from, to) = (("10.20.0.23", 68), (RESOLVER, 67));
    let address = [10, 20, 0, 23];
    let halves = b"\x0c\x04MFP-\x3c\x04MSFT\x0c\x05LOBBY\x3c\x04 5.0";
    let told = hosts(from, to, &[dhcp(3, address, [0; 4], halves)]);
    let expected = [
        host("10.20.0.23", "MFP-LOBBY"),
        host("10.20.0.23", "MSFT 5.0"),
    ];
    assert_eq!(told, expected.concat());
    // RFC 4702 section 2 by name: flags and codes stand in the first part only.
    let halves = b"\x51\x08\x04\xff\xff\x03mfp\x07\x51\x08contoso\x00";
    let told = hosts(from, to, &[dhcp(3, address, [0; 4], halves)]);
    assert_eq!(told, host("10.20.0.23", "mfp.contoso"));
    let many = b"\x0c\x01a".repeat(20_000);
    let told = hosts(from, to, &[dhcp(3, address, [0; 4], &many)]);
    assert!(told.len() <= 1, "{} names", told.len());
}

/// RFC 4702 section 2: flags, two obsolete codes, then labels (bit E) or text.
#[test]
fn full_names_in_both_encodings() {
    let (from, to) = (("10.20.0.23", 68), (RESOLVER, 67));
    let address = [10, 20, 0, 23];
    for option in [
        &b"\x51\x10\x04\xff\xff\x03mfp\x07contoso\x00"[..],
        b"\x51\x0e\x00\xff\xffmfp.contoso",
    ] {
        let renewal = dhcp(3, address, [0; 4], option);
        assert_eq!(
            hosts(from, to, &[renewal]),
            host("10.20.0.23", "mfp.contoso"),
            "{option:?}"
        );
    }
}

#[test]
fn names_that_could_move_a_cursor_are_left_out() {
    let renewal = dhcp(3, [10, 20, 0, 23], [0; 4], b"\x0c\x05a\x1b[2J");
    assert_eq!(hosts(("10.20.0.23", 68), (RESOLVER, 67), &[renewal]), []);
}

/// What a bound gave up is told, whichever it is.
#[test]
fn what_waits_for_too_many_others_is_counted() {
    let mut names = Names::default();
    for client in 0..300_u16 {
        let begins = part((RESOLVER, 53), (CLIENT, client), b"\0");
        names.segment(&begins, 1, &Networks::default());
        let asks = [
            &[3, 0, (client >> 8) as u8, client as u8][..],
            &[0, 1, 0, 0],
        ]
        .concat();
        let asks = part(("fe80::5", 546), ("ff02::1:2", 547), &asks);
        names.datagram(&asks, &Networks::default());
    }
    let counters = names.counters();
    assert_eq!(counters.begun_given_up, 300 - 256);
    assert_eq!(counters.requests_given_up, 300 - 256);
}

proptest! {
    #[test]
    fn any_bytes_on_any_port(
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
        from in prop::sample::select(vec![53_u16, 67, 68, 137, 5353, 5355]),
        to in prop::sample::select(vec![53_u16, 67, 68, 137, 5353, 5355, 40_000]),
        whole: bool,
    ) {
        let mut names = Names::default();
        let part = Part { whole, ..part((RESOLVER, from), (CLIENT, to), &bytes) };
        names.datagram(&part, &Networks::default());
        names.segment(&part, 7, &Networks::default());
    }

    /// A sound answer with one byte changed: the address may go to no name but the one in the question.
    #[test]
    fn damage_makes_no_other_name(at in 0_usize..160, value: u8) {
        let mut bytes = chain(ANSWER);
        let at = at.min(bytes.len() - 1);
        bytes[at] = value;
        let mut names = Names::default();
        names.datagram(&part((RESOLVER, 53), (CLIENT, 40_000), &bytes), &Networks::default());
        let question = Message::read(&bytes, true).ok().and_then(|m| m.questions.first()?.name.clone());
        if let Some(name) = names.answers.only(ip(CLIENT), SERVER.into(), 1) {
            prop_assert_eq!(Some(name.as_ref()), question.as_deref());
        }
    }
}
