//! The tally against what the contract says of it, and against any order.

use proptest::prelude::*;

use super::*;
use crate::exchange::Remedy;
use crate::session::sample::{self, MORNING};
use crate::session::{EndpointKind, Finding, Likely, LimitedBy};
use crate::tls::Version;
use bound::Bound;
use report::{HostLimit, HostVerdict, NoVerdict};

fn report(sessions: &[Session]) -> Report {
    report_with(sessions, Tally::new(To::ExchangeOnline))
}

fn report_with(sessions: &[Session], mut tally: Tally) -> Report {
    tally.extend(sessions);
    Report::new(&tally, CaptureHealth::default(), Context::default())
}

fn of_verdict(verdict: Verdict) -> Session {
    let mut session = sample::submission("10.0.0.1", 0, Version::TLS12);
    session.verdict = verdict;
    session
}

#[test]
fn a_host_has_the_worst_of_its_sessions() {
    use Verdict::{Legacy, Modern, Plaintext, Unknown, Weak};
    let verdict = |verdicts: &[Verdict]| {
        let sessions: Vec<_> = verdicts.iter().copied().map(of_verdict).collect();
        report(&sessions).hosts[0].verdict
    };
    assert_eq!(verdict(&[Legacy, Legacy]), HostVerdict::Legacy);
    assert_eq!(verdict(&[Legacy, Unknown]), HostVerdict::Legacy);
    assert_eq!(verdict(&[Modern, Legacy]), HostVerdict::Mixed);
    assert_eq!(verdict(&[Legacy, Plaintext]), HostVerdict::Mixed);
    assert_eq!(verdict(&[Modern, Weak, Plaintext]), HostVerdict::Weak);
    assert_eq!(verdict(&[Modern, Plaintext]), HostVerdict::Plaintext);
    assert_eq!(verdict(&[Unknown, Modern]), HostVerdict::Modern);
    assert_eq!(verdict(&[Unknown]), HostVerdict::Unknown);
}

#[test]
fn a_host_of_which_no_session_tells_says_why() {
    use Outcome::{Closed, Incomplete, Rejected, Unanswered};
    let why = |outcomes: &[Outcome]| {
        let sessions: Vec<_> = (outcomes.iter())
            .map(|outcome| {
                let mut session = of_verdict(Verdict::Unknown);
                session.negotiated = None;
                session.outcome = *outcome;
                session
            })
            .collect();
        report(&sessions).hosts[0].no_verdict
    };
    assert_eq!(why(&[Incomplete, Rejected]), Some(NoVerdict::Rejected));
    assert_eq!(why(&[Unanswered, Closed]), Some(NoVerdict::Closed));
    assert_eq!(why(&[Unanswered]), Some(NoVerdict::Unanswered));
    assert_eq!(why(&[Incomplete]), Some(NoVerdict::NotCaptured));
    let modern = report(&[of_verdict(Verdict::Modern)]);
    assert_eq!(modern.hosts[0].no_verdict, None);
    // Of a client that agreed on TLS 1.2, the suites may be missing.
    let agreed = report(&[of_verdict(Verdict::Unknown)]);
    assert_eq!(agreed.hosts[0].no_verdict, Some(NoVerdict::NotCaptured));
    // A server that was offered no better than it chose.
    let mut inbound = sample::submission("203.0.113.5", 0, Version::TLS10);
    inbound.direction = Direction::Inbound;
    inbound.server.ip = "10.0.0.25".parse().unwrap();
    let inbound = report(&[inbound]);
    assert_eq!(inbound.hosts[0].no_verdict, Some(NoVerdict::OtherEnd));
}

#[test]
fn hosts_come_worst_first_then_busiest_then_by_address() {
    let sessions = [
        sample::submission("10.0.0.9", 0, Version::TLS13),
        sample::submission("10.0.0.2", 0, Version::TLS12),
        sample::submission("10.0.0.2", 1, Version::TLS12),
        sample::submission("10.0.0.3", 0, Version::TLS11),
        sample::submission("10.0.0.10", 0, Version::TLS10),
        sample::submission("10.0.0.1", 0, Version::TLS10),
        sample::submission("10.0.0.1", 0, Version::TLS12),
    ];
    let hosts: Vec<_> = report(&sessions)
        .hosts
        .iter()
        .map(|host| host.host.to_string())
        .collect();
    assert_eq!(
        hosts,
        ["10.0.0.3", "10.0.0.10", "10.0.0.1", "10.0.0.2", "10.0.0.9"]
    );
}

#[test]
fn only_servers_that_count_are_counted() {
    let service = sample::submission("10.0.0.1", 0, Version::TLS10);
    let mut other = sample::submission("10.0.0.2", 0, Version::TLS10);
    other.exchange_online = None;
    let sessions = [service, other];
    let narrow = report(&sessions);
    assert_eq!(
        (narrow.totals.sessions, narrow.capture.other_servers),
        (1, 1)
    );
    assert_eq!(narrow.capture.sessions, 2);
    let wide = report_with(&sessions, Tally::new(To::Any));
    assert_eq!((wide.totals.sessions, wide.capture.other_servers), (2, 0));
    assert_eq!(wide.hosts[1].endpoints, ["other"]);
}

#[test]
fn a_delivery_counts_for_the_server_that_takes_it() {
    let mut delivery = sample::submission("52.100.1.1", 0, Version::TLS10);
    delivery.direction = Direction::Inbound;
    delivery.server = sample::party("192.168.7.7", 25);
    delivery.server.domain = Some("mail.corp.example".into());
    delivery.server.mac = Some([0, 0, 0x5e, 0, 0x53, 9]);
    delivery.client.domain = Some("mail-am6eur05on2042.outbound.protection.outlook.com".into());
    delivery.client_guess = Some("Exchange Online");
    delivery.offer = Some(sample::offer(&[Version::TLS13]));
    delivery.limited_by = Some(LimitedBy::Server);
    let report = report(&[delivery]);
    let host = &report.hosts[0];
    assert_eq!(host.host.to_string(), "192.168.7.7");
    assert_eq!(host.names, ["mail.corp.example".into()]);
    assert_eq!(host.macs[0].to_string(), "00-00-5E-00-53-09");
    assert_eq!(
        (host.verdict, host.limited_by),
        (HostVerdict::Legacy, Some(HostLimit::Server))
    );
    // The hello and its fingerprint are the other end's.
    assert_eq!((host.offered_max, host.clients.len()), (None, 0));
    assert_eq!(host.roles, [Role::Server]);
}

/// Exchange Online delivers to a server of ours, with these findings.
fn delivery(verdict: Verdict, outcome: Outcome, findings: &[Finding]) -> Session {
    let mut session = sample::submission("52.100.1.1", 0, Version::TLS12);
    session.direction = Direction::Inbound;
    session.server = sample::party("192.168.7.7", 25);
    session.verdict = verdict;
    session.outcome = outcome;
    for finding in findings {
        session.findings.insert(*finding);
    }
    session.server_did.withhold_tls = outcome == Outcome::StarttlsNotOffered;
    session
}

/// What the one host of these sessions is, and its findings.
fn judged(sessions: &[Session]) -> (HostVerdict, Vec<Finding>) {
    let host = report(sessions).hosts.remove(0);
    (host.verdict, host.findings)
}

#[test]
fn a_server_answers_for_what_it_chose() {
    use Finding::{LegacyCapped, LegacyNegotiated};
    let mut chosen = delivery(Verdict::Legacy, Outcome::Established, &[LegacyNegotiated]);
    chosen.limited_by = Some(LimitedBy::Server);
    assert_eq!(
        judged(&[chosen]),
        (HostVerdict::Legacy, vec![LegacyNegotiated])
    );
    // The client offers nothing better: taken, or refused, it is the client's.
    let both = [LegacyNegotiated, LegacyCapped];
    let mut taken = delivery(Verdict::Legacy, Outcome::Established, &both);
    taken.limited_by = Some(LimitedBy::Client);
    let refused = delivery(Verdict::Legacy, Outcome::Rejected, &[LegacyCapped]);
    // What was offered is not known.
    let unheard = delivery(Verdict::Legacy, Outcome::Established, &[LegacyNegotiated]);
    for session in [taken, refused, unheard] {
        let report = report(&[session]);
        let host = &report.hosts[0];
        assert_eq!(
            (host.verdict, host.sessions),
            (HostVerdict::Unknown, 1),
            "{host:?}"
        );
        assert_eq!(host.findings, []);
        assert_eq!(report.what_to_do, []);
        assert_eq!(report.legacy_hosts(), 0);
    }
}

#[test]
fn a_server_answers_for_tls_that_it_does_not_offer() {
    use Finding::{AuthInClear, StarttlsNever};
    let never = |outcome| delivery(Verdict::Plaintext, outcome, &[StarttlsNever, AuthInClear]);
    assert_eq!(
        judged(&[never(Outcome::StarttlsNotOffered)]),
        (HostVerdict::Plaintext, vec![StarttlsNever])
    );
    let unused = never(Outcome::StarttlsNotUsed);
    assert_eq!(judged(&[unused]), (HostVerdict::Unknown, vec![]));
    // It was not asked: the client says HELO.
    let mut bot = never(Outcome::StarttlsNotOffered);
    bot.exchange_online = None;
    bot.server_did.withhold_tls = false;
    let host = report_with(&[bot], Tally::new(To::Any)).hosts.remove(0);
    assert_eq!(
        (host.verdict, host.findings.len()),
        (HostVerdict::Unknown, 0)
    );
}

#[test]
fn what_a_client_did_is_no_finding_of_the_server() {
    let theirs = [
        Finding::LegacyCapped,
        Finding::NoAcceptableSuite,
        Finding::Intercepted,
        Finding::LegacyEndpoint,
        Finding::RetiredName,
        Finding::AuthInClear,
    ];
    let session = delivery(Verdict::Weak, Outcome::Established, &theirs);
    assert_eq!(judged(&[session]), (HostVerdict::Unknown, vec![]));
}

/// A host that sends and takes mail is told what to do at either end.
#[test]
fn each_end_has_its_own_sentence() {
    use Finding::{CertificateRejected, CleartextFallback};
    let findings = [CertificateRejected, CleartextFallback];
    let as_server = delivery(Verdict::Modern, Outcome::Rejected, &findings);
    let mut as_client = sample::submission("192.168.7.7", 0, Version::TLS12);
    as_client.findings.insert(CertificateRejected);
    let report = report(&[as_server, as_client]);
    let told: Vec<_> = report
        .what_to_do
        .iter()
        .map(|concern| (concern.finding, concern.remedy))
        .collect();
    assert_eq!(
        told,
        [
            (CleartextFallback, Remedy::CureServerTls),
            (CertificateRejected, Remedy::TrustRoot(None)),
            (CertificateRejected, Remedy::RenewCertificate),
        ]
    );
    assert_eq!(report.hosts[0].advice(CertificateRejected).count(), 2);
}

/// Which side kept the versions down that a host took as a server does not change what it has to do as a client.
#[test]
fn a_server_that_keeps_versions_down_is_told_so_as_a_client_too() {
    let mut taken = delivery(
        Verdict::Legacy,
        Outcome::Established,
        &[Finding::LegacyNegotiated],
    );
    taken.limited_by = Some(LimitedBy::Server);
    let sent = sample::submission("192.168.7.7", 0, Version::TLS10);
    let report = report(&[taken, sent]);
    assert_eq!(report.hosts[0].limited_by, Some(HostLimit::Both));
    let told: Vec<_> = report.what_to_do.iter().map(|one| one.remedy).collect();
    let raise = Remedy::RaiseVersion(None);
    assert_eq!(told, [raise, Remedy::AnswerBetter, raise]);
}

#[test]
fn a_relay_serves_inside_and_goes_outside() {
    let outside = sample::submission("10.0.0.25", 0, Version::TLS12);
    let mut inside = sample::submission("10.0.0.9", 0, Version::TLS10);
    inside.direction = Direction::Internal;
    inside.exchange_online = None;
    inside.server = sample::party("10.0.0.25", 25);
    let is_relay = |inside: &Session| {
        let report = report(&[inside.clone(), outside.clone()]);
        assert_eq!(report.hosts.len(), 1);
        report.hosts[0].relay
    };
    // It must take mail: in clear, or what flows behind the handshake may be one.
    assert!(!is_relay(&inside));
    inside.exchange = sample::full().exchange;
    assert!(!is_relay(&inside));
    inside.exchange.as_mut().unwrap().likely = Likely::Unknown;
    assert!(is_relay(&inside));
    inside.exchange = None;
    inside.server_did.take_mail = true;
    assert!(is_relay(&inside));
    assert!(!self::report(&[outside]).hosts[0].relay);
    assert!(self::report(&[inside]).hosts.is_empty());
}

#[test]
fn a_host_has_everything_its_sessions_say() {
    let mut full = sample::full();
    full.end = Timestamp::from_parts(MORNING + 60, 0);
    let mut later = sample::submission("10.20.0.14", 90, Version::TLS12);
    later.limited_by = Some(LimitedBy::Server);
    later.exchange_online.as_mut().unwrap().endpoint = EndpointKind::Mx;
    later.offer = Some(sample::offer(&[Version::TLS12]));
    let report = report(&[full, later]);
    let host = &report.hosts[0];
    assert_eq!(host.endpoints, ["client-submission", "mx"]);
    assert_eq!(host.limited_by, Some(HostLimit::Both));
    assert_eq!(host.offered_max, Some(Version::TLS12));
    assert_eq!((host.rejected, host.sessions), (1, 2));
    assert_eq!((host.versions.tls10, host.versions.tls12), (1, 1));
    assert_eq!(host.first_seen, Timestamp::from_parts(MORNING, 0));
    assert_eq!(
        host.last_seen,
        Timestamp::from_parts(MORNING + 90 * 60 + 1, 0)
    );
    assert_eq!(host.findings, Finding::ALL);
    assert_eq!(report.what_to_do.len(), Finding::ALL.len());
    assert_eq!(report.legacy_hosts(), 1);
}

#[test]
fn what_a_bound_gives_up_is_told() {
    let limits = Limits {
        hosts: 2,
        names: 1,
        macs: 1,
        servers: 1,
        clients: 1,
    };
    let named = |client: &str, name: &str| {
        let mut session = sample::submission(client, 0, Version::TLS10);
        session.client.domain = Some(name.into());
        session
    };
    let sessions = [
        named("10.0.0.3", "c"),
        named("10.0.0.2", "b"),
        named("10.0.0.1", "a"),
        named("10.0.0.1", "z"),
        named("10.0.0.3", "c"),
    ];
    let report = report_with(&sessions, Tally::with_limits(To::ExchangeOnline, limits));
    assert_eq!(report.hosts.len(), 2);
    let bounds: Vec<_> = report.capture.bounds.iter().collect();
    assert_eq!(
        bounds,
        [
            (Bound::HostNames, 1),
            (Bound::Hosts, 2),
            (Bound::LegacyHostsLeftOut, 1)
        ]
    );
    assert_eq!(report.totals.sessions, 5);
}

/// A router that is not kept may be shown as a host's card, an issuer that is not kept is not shown.
#[test]
fn routers_and_issuers_that_are_not_kept_are_told() {
    let mut sessions = Vec::new();
    for number in 0..300_u16 {
        let [high, low] = number.to_be_bytes();
        let mut session = sample::submission("10.0.0.1", 0, Version::TLS12);
        session.server.mac = Some([2, 0, 0, 0, high, low]);
        session.findings.insert(Finding::Intercepted);
        session.certificate = Some(std::sync::Arc::new(crate::session::Certificate {
            issuer: format!("issuer {number}"),
            ..crate::session::Certificate::default()
        }));
        sessions.push(session);
    }
    let told = |sessions: &[Session]| -> Vec<_> {
        let reached = report(sessions).capture.bounds;
        reached.iter().collect()
    };
    let routers = (300 - MAX_ROUTERS) as u64;
    let both = [(Bound::HostIssuers, 1), (Bound::Routers, routers)];
    assert_eq!(told(&sessions), both);
    assert_eq!(told(&sessions[..Limits::DEFAULT.servers]), []);
}

#[test]
fn no_legacy_host_gives_way_to_a_modern_one() {
    let limits = Limits {
        hosts: 2,
        ..Limits::DEFAULT
    };
    let of = |host: u8, version| sample::submission(&format!("10.0.0.{host}"), 0, version);
    let mut sessions = vec![of(200, Version::TLS10), of(201, Version::TLS11)];
    sessions.extend((1..100).map(|host| of(host, Version::TLS12)));
    // A legacy host beyond the bound of the others: its legacy session is shown, this one is not.
    sessions.push(of(200, Version::TLS13));
    let report = report_with(&sessions, Tally::with_limits(To::ExchangeOnline, limits));
    let hosts: Vec<_> = report
        .hosts
        .iter()
        .map(|one| one.host.to_string())
        .collect();
    assert_eq!(hosts, ["10.0.0.200", "10.0.0.201", "10.0.0.1", "10.0.0.2"]);
    assert_eq!(report.legacy_hosts(), 2);
    assert_eq!(report.left_out(), (98, 0));
    let bounds: Vec<_> = report.capture.bounds.iter().collect();
    assert_eq!(bounds, [(Bound::Hosts, 98), (Bound::HostsLeftOut, 98)]);
    let mut tally = Tally::with_limits(To::ExchangeOnline, limits);
    tally.extend(&sessions);
    let brief = Report::brief(&tally, CaptureHealth::default(), Context::default());
    assert_eq!(brief.totals, report.totals);
    assert_eq!(brief.capture, report.capture);
}

#[test]
fn long_names_are_cut() {
    let mut session = sample::submission("10.0.0.1", 0, Version::TLS10);
    session.client.domain = Some("x".repeat(65_536).into());
    let report = report(&[session]);
    assert_eq!(report.hosts[0].names[0].len(), crate::session::MAX_STRING);
}

prop_compose! {
    /// Sessions that meet on few hosts, names and times.
    fn any_session()(
        client in 0u8..6, server in 0u8..4, direction in 0usize..4, version in 0usize..7, outcome in 0usize..9,
        verdict in 0usize..5, finding in 0usize..10, endpoint in 0usize..6, limit in 0usize..3, seen in 0usize..3,
        name in 0u8..5, minutes in 0u64..50,
    ) -> Session {
        let mut session = sample::bare();
        session.client = sample::party(&format!("10.0.0.{client}"), 50000);
        session.server = sample::party(&format!("10.0.0.{server}"), 25);
        session.client.domain = (name > 0).then(|| format!("host-{name}").into());
        session.server.domain = (name > 1).then(|| format!("mx-{name}").into());
        session.client.mac = (name > 2).then_some([0, 0, 0, 0, 0, name]);
        session.client_guess = ["OpenSSL", "Java", "Postfix"].get(name as usize).copied();
        session.direction = Direction::ALL[direction];
        session.negotiated = Version::ALL.get(version).copied();
        session.offer = session.negotiated.map(|version| sample::offer(&[version]));
        session.outcome = Outcome::ALL[outcome];
        session.verdict = Verdict::ALL[verdict];
        session.findings.insert(Finding::ALL[finding]);
        session.limited_by = LimitedBy::ALL.get(limit).copied();
        session.seen = Seen::ALL[seen];
        session.exchange_online = EndpointKind::ALL.get(endpoint).map(|endpoint| crate::session::ExchangeOnline {
            instance: None,
            endpoint: *endpoint,
            evidence: crate::session::EvidenceSet::default(),
            contradicted_by: crate::session::EvidenceSet::default(),
        });
        session.start = Timestamp::from_parts(MORNING + minutes * 60, 0);
        session.end = session.start.plus(minutes);
        session
    }
}

proptest! {
    /// Whatever the order, whatever the parts, however tight the bounds: the same report.
    #[test]
    fn order_and_parts_do_not_matter(
        sessions in proptest::collection::vec((any_session(), 0usize..3), 0..60),
        shuffled in any::<u64>(),
        any_server in any::<bool>(),
        tight in any::<bool>(),
    ) {
        let to = if any_server { To::Any } else { To::ExchangeOnline };
        let limits = Limits { hosts: 3, names: 2, macs: 1, servers: 1, clients: 1 };
        let empty = || Tally::with_limits(to, if tight { limits } else { Limits::DEFAULT });
        let report = |tally: &Tally| Report::new(tally, CaptureHealth::default(), Context::default());

        let mut whole = empty();
        whole.extend(sessions.iter().map(|(session, _)| session));

        let mut order: Vec<_> = sessions.iter().enumerate().collect();
        order.sort_by_key(|(at, _)| (*at as u64 + 1).wrapping_mul(shuffled | 1));
        let mut parts = [empty(), empty(), empty()];
        for (_, (session, part)) in &order {
            parts[*part].add(session);
        }
        let [mut first, second, third] = parts;
        first.merge(third);
        first.merge(second);

        prop_assert_eq!(report(&first), report(&whole));
    }

    /// Nothing is lost on the way: every session is counted, left out, or both ends are external.
    #[test]
    fn every_session_is_accounted_for(sessions in proptest::collection::vec(any_session(), 0..60)) {
        let report = report(&sessions);
        let capture = &report.capture;
        prop_assert_eq!(capture.sessions, sessions.len() as u64);
        prop_assert_eq!(report.totals.sessions + capture.other_servers + capture.external, capture.sessions);
        let of_hosts: u64 = report.hosts.iter().map(|host| host.sessions).sum();
        prop_assert_eq!(of_hosts, report.totals.sessions);
        for host in &report.hosts {
            prop_assert_eq!(host.versions.iter().map(|(_, count)| count).sum::<u64>(), host.sessions);
        }
    }
}

/// A session of `client`, whose packets bear `mac`, and which says `name`.
fn marked(client: &str, mac: u8, name: &str) -> Session {
    let mut session = sample::submission(client, 0, Version::TLS12);
    session.client.mac = Some([2, 0, 0, 0, 0, mac]);
    session.server.mac = Some([2, 0, 0, 0, 1, 0]);
    session.client.domain = Some(name.into());
    session
}

/// The addresses of each host of the report.
fn grouped(sessions: &[Session], group_by: GroupBy) -> Vec<String> {
    let mut tally = Tally::new(To::ExchangeOnline);
    tally.extend(sessions);
    let context = Context {
        group_by,
        ..Context::default()
    };
    let report = Report::new(&tally, CaptureHealth::default(), context);
    let mut hosts: Vec<_> = report
        .hosts
        .iter()
        .map(|host| {
            let addresses: Vec<_> = host.addresses.iter().map(ToString::to_string).collect();
            addresses.join(" ")
        })
        .collect();
    hosts.sort();
    hosts
}

#[test]
fn addresses_of_one_card_are_one_host() {
    let sessions = [
        marked("10.0.0.1", 1, "a"),
        marked("fd00::1", 1, "b"),
        marked("10.0.0.2", 2, "a"),
    ];
    assert_eq!(grouped(&sessions, GroupBy::Address).len(), 3);
    let by_mac = ["10.0.0.1 fd00::1", "10.0.0.2"];
    assert_eq!(grouped(&sessions, GroupBy::Mac), by_mac);
    let by_name = ["10.0.0.1 10.0.0.2", "fd00::1"];
    assert_eq!(grouped(&sessions, GroupBy::Name), by_name);
}

#[test]
fn a_gateway_is_no_host() {
    let four = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"];
    let behind: Vec<_> = four.map(|host| marked(host, 1, "localhost")).into();
    assert_eq!(grouped(&behind, GroupBy::Mac), four);
    assert_eq!(grouped(&behind, GroupBy::Name), four);
    assert!(
        report(&behind)
            .hosts
            .iter()
            .all(|host| host.macs.is_empty())
    );
    // Three of them may be one host with three addresses.
    assert_eq!(grouped(&behind[..3], GroupBy::Mac).len(), 1);
    // Unless packets from outside bear the same address.
    let mut outside = behind[..2].to_vec();
    outside[0].server.mac = Some([2, 0, 0, 0, 0, 1]);
    assert_eq!(grouped(&outside, GroupBy::Mac).len(), 2);
}

/// A host changes its IPv6 address every day (RFC 8981), within its network.
#[test]
fn temporary_addresses_make_no_gateway() {
    let sessions: Vec<_> = (1..9)
        .map(|day| marked(&format!("fd00::{day}"), 1, "host"))
        .collect();
    assert_eq!(grouped(&sessions, GroupBy::Mac).len(), 1);
}

#[test]
fn a_chain_of_marks_joins_in_any_order() {
    let mut sessions = [
        marked("10.0.0.1", 1, "a"),
        marked("10.0.0.3", 2, "b"),
        marked("10.0.0.2", 1, "c"),
        marked("10.0.0.2", 2, "d"),
    ];
    let one = ["10.0.0.1 10.0.0.2 10.0.0.3"];
    assert_eq!(grouped(&sessions, GroupBy::Mac), one);
    sessions.reverse();
    assert_eq!(grouped(&sessions, GroupBy::Mac), one);
}
