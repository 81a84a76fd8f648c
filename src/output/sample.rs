//! Reports for tests: a site as one would meet it, and one where the wire is hostile.

pub(crate) mod history;

use crate::names::{HostName, NameSource};
use crate::session::sample::{self, MORNING};
use crate::session::{
    Alert, Direction, EndpointKind, Finding, Mode, Outcome, Seen, Session, Side, Verdict,
};
use crate::tally::bound::Bound;
use crate::tally::{CaptureHealth, Context, Report, Tally, To};
use crate::time::Timestamp;
use crate::tls::Version;

/// A printer that stays at TLS 1.0, a relay that uses both, an application without TLS, modern hosts, a mail server that
/// takes deliveries, and a host of which too little was seen.
pub(crate) fn site() -> Report {
    let mut tally = Tally::new(To::ExchangeOnline);
    tally.extend(&sessions());
    Report::new(&tally, health(), context())
}

/// A site where nothing is wrong.
pub(crate) fn modern() -> Report {
    let mut tally = Tally::new(To::ExchangeOnline);
    for minutes in 0..3 {
        tally.add(&sample::submission("10.20.0.30", minutes, Version::TLS13));
        tally.add(&sample::submission("10.20.0.31", minutes, Version::TLS12));
    }
    Report::new(&tally, health(), context())
}

/// A mirror that carries nothing.
pub(crate) fn silent() -> Report {
    let tally = Tally::new(To::ExchangeOnline);
    Report::new(&tally, CaptureHealth::default(), Context::default())
}

/// A sensor that loses packets, sees one side, and was given files it cannot read.
pub(crate) fn troubled() -> Report {
    let mut tally = Tally::new(To::ExchangeOnline);
    for mut session in sessions() {
        session.seen = Seen::Client;
        tally.add(&session);
    }
    let mut health = health();
    health.dropped_kernel = Some(120_433);
    health.truncated = 17;
    health.bounds.add(Bound::Flows, 12);
    health.malformed.add("tcp_header", 41);
    health
        .files_damaged
        .push("captures/tuesday.pcapng: cut in the middle of a block at byte 81920".into());
    health
        .files_skipped
        .push("captures/notes.txt: not a capture file".into());
    Report::new(&tally, health, context())
}

/// Every text of the report is `text`.
pub(crate) fn hostile(text: &str) -> Report {
    let mut tally = Tally::new(To::ExchangeOnline);
    tally.add(&sample::named(text));
    let health = CaptureHealth {
        packets: 9,
        files_skipped: vec![text.into()],
        files_damaged: vec![text.into()],
        ..CaptureHealth::default()
    };
    let context = Context {
        sensor: text.into(),
        sources: vec![text.into()],
        window: None,
        ..Context::default()
    };
    Report::new(&tally, health, context)
}

fn health() -> CaptureHealth {
    let mut health = CaptureHealth {
        packets: 1_204_331,
        bytes: 812_400_000,
        duplicates: 3,
        files_read: 2,
        ..CaptureHealth::default()
    };
    health.not_followed.add("arp", 1_204);
    health.not_followed.add("udp", 88_310);
    health.span.widen(
        Timestamp::from_parts(MORNING - 60, 0),
        Timestamp::from_parts(MORNING + 86_400, 0),
    );
    health
}

fn context() -> Context {
    Context {
        sensor: "edge-1".into(),
        address_lists: vec!["worldwide 2026081400".into()],
        sources: vec![
            "captures/monday.pcapng".into(),
            "captures/tuesday.pcapng".into(),
        ],
        window: None,
        ..Context::default()
    }
}

/// The sessions of [`site`].
pub(crate) fn sessions() -> Vec<Session> {
    let mut sessions = Vec::new();
    sessions.extend((0..210).map(printer));
    sessions.extend((0..4).map(refused));
    sessions.extend((0..1_350).map(relay));
    sessions.push(behind_the_relay());
    sessions.extend((0..12).map(application));
    sessions.extend(
        (0..2_411).map(|minute| sample::submission("10.20.0.30", minute % 1440, Version::TLS13)),
    );
    sessions.extend((0..40).map(delivery));
    sessions.push(half_seen());
    sessions.push(elsewhere());
    sessions
}

fn printer(minute: u64) -> Session {
    let mut session = sample::submission("10.20.0.14", minute, Version::TLS10);
    session.client.domain = Some("printer-2.corp.example".into());
    session.client.mac = Some([0x00, 0x00, 0x5e, 0x00, 0x53, 0x23]);
    session.server.domain = Some("smtp-legacy.office365.com".into());
    session.exchange_online.as_mut().unwrap().endpoint = EndpointKind::LegacySubmission;
    session.client_guess = Some("OpenSSL 0.9.8");
    session.findings.insert(Finding::LegacyEndpoint);
    session
}

fn refused(minute: u64) -> Session {
    let mut session = sample::submission("10.20.0.14", 300 + minute, Version::TLS10);
    session.negotiated = None;
    session.outcome = Outcome::Rejected;
    session.alert = Some(Alert {
        by: Side::Server,
        code: 70,
    });
    session.findings = crate::session::Findings::default();
    session.findings.insert(Finding::LegacyCapped);
    session.client.domain = Some("printer-2.corp.example".into());
    session
}

fn relay(minute: u64) -> Session {
    let version = if minute.is_multiple_of(90) {
        Version::TLS11
    } else {
        Version::TLS12
    };
    let mut session = sample::submission("10.20.0.25", minute, version);
    session.client.domain = Some("relay.corp.example".into());
    session.server.domain = Some("contoso-com.mail.protection.outlook.com".into());
    session.exchange_online.as_mut().unwrap().endpoint = EndpointKind::Mx;
    session
}

fn behind_the_relay() -> Session {
    let mut session = sample::submission("10.20.0.77", 5, Version::TLS10);
    session.direction = Direction::Internal;
    session.exchange_online = None;
    session.server = sample::party("10.20.0.25", 25);
    session.server_did.take_mail = true;
    session
}

fn application(minute: u64) -> Session {
    let mut session = sample::submission("fd00:20::7:1c2d:3e4f:5a6b", minute, Version::TLS12);
    session.negotiated = None;
    session.offer = None;
    session.mode = Some(Mode::Plaintext);
    session.outcome = Outcome::StarttlsNotUsed;
    session.verdict = Verdict::Plaintext;
    session.client.domain = Some("erp01".into());
    session.findings.insert(Finding::StarttlsNever);
    session.findings.insert(Finding::AuthInClear);
    session
}

fn delivery(minute: u64) -> Session {
    let mut session = sample::submission("52.100.1.1", minute, Version::TLS12);
    session.direction = Direction::Inbound;
    session.server = sample::party("192.168.7.7", 25);
    session.server.domain = Some("mail.corp.example".into());
    session.exchange_online.as_mut().unwrap().endpoint = EndpointKind::Mx;
    session
}

fn half_seen() -> Session {
    let mut session = sample::bare();
    session.client = sample::party("10.20.0.99", 50000);
    session.exchange_online = sample::submission("10.0.0.1", 0, Version::TLS12).exchange_online;
    session.seen = Seen::Client;
    session
}

fn elsewhere() -> Session {
    let mut session = sample::submission("10.20.0.30", 3, Version::TLS12);
    session.exchange_online = None;
    session
}

/// As many hosts as asked for, of the kinds that a large site has, each with what its kind makes known.
pub(crate) fn large(hosts: u32) -> Report {
    let mut tally = Tally::new(To::ExchangeOnline);
    for host in 0..hosts {
        let ip = std::net::IpAddr::from((0x0a14_0000 + host).to_be_bytes());
        for minute in 0..4 {
            let mut session = match host % 7 {
                0 => printer(minute),
                1 => relay(minute * 90),
                2 => application(minute),
                3 => refused(minute),
                _ => sample::submission("10.20.0.30", minute, Version::TLS13),
            };
            session.client.ip = ip;
            session.client.mac = Some([2, 0, 0, 0, (host >> 8) as u8, host as u8]);
            session.client.domain = Some(format!("workstation-{host}.branch.corp.example").into());
            session.client_guess = Some("OpenSSL");
            tally.add(&session);
        }
        let name = format!("WS-{host}");
        tally.name(&HostName::new(ip, &name, NameSource::Dhcp));
        tally.name(&HostName::new(ip, &name, NameSource::Netbios));
    }
    Report::new(&tally, health(), context())
}
