//! Sessions for tests: one with everything known, one with nothing, and the steps between.

use std::net::IpAddr;
use std::sync::Arc;

use super::*;
use crate::time::SECOND;

/// 2026-08-01T09:00:00Z, in seconds (`date -u -d 2026-08-01T09:00:00Z +%s`).
pub(crate) const MORNING: u64 = 1_785_574_800;

/// A session of which only the addresses are known.
pub(crate) fn bare() -> Session {
    Session {
        id: 0x00c0_ffee_0000_0001,
        start: Timestamp::from_parts(MORNING, 0),
        end: Timestamp::from_parts(MORNING + 2, 5),
        origin: Arc::new(Origin::Interface("eth1".into())),
        client: party("10.20.0.14", 49152),
        server: party("52.97.133.162", 587),
        direction: Direction::Outbound,
        ..Session::unknown()
    }
}

/// A session of which everything is known: a printer that stays at TLS 1.0.
pub(crate) fn full() -> Session {
    let text = |text: &str| Some(Arc::<str>::from(text));
    let mut findings = Findings::default();
    for finding in Finding::ALL {
        findings.insert(finding);
    }
    let mut evidence = EvidenceSet::default();
    evidence.insert(Evidence::ServerName);
    evidence.insert(Evidence::Address);
    let mut session = bare();
    session.origin = Arc::new(Origin::File("captures/monday.pcapng".into()));
    session.client.mac = Some([0x00, 0x00, 0x5e, 0x00, 0x53, 0x23]);
    session.client.domain = text("printer-2.corp.example");
    session.server.mac = Some([0x00, 0x00, 0x5e, 0x00, 0x53, 0x01]);
    session.server.domain = text("smtp.office365.com");
    session.mode = Some(Mode::Starttls);
    session.starttls_command = Some(StarttlsCommand::Starttls);
    session.downgrade_sentinel = Some(Version::TLS11);
    session.outcome = Outcome::Rejected;
    session.alert = Some(Alert {
        by: Side::Server,
        code: 70,
    });
    session.offer = Some(offer(&[Version::TLS10]));
    session.negotiated = Some(Version::TLS10);
    session.cipher = Some(0x002f);
    session.established = Some(false);
    session.resumed = Some(false);
    session.server_name = text("smtp.office365.com");
    session.ja3 = text("6fa3244afc6bb6f9fad207b6b52af26b");
    session.ja3s = text("ae4edc6faf64d08308082ad26be60767");
    session.ja4 = text("t10d080500_0123456789ab_ba9876543210");
    session.certificate = Some(Arc::new(Certificate {
        subject: "CN=outlook.com, O=Microsoft Corporation".into(),
        issuer: "CN=DigiCert Cloud Services CA-1, O=DigiCert Inc, C=US".into(),
        not_after: Some(1_798_761_599),
        ..Certificate::default()
    }));
    session.limited_by = Some(LimitedBy::Client);
    session.verdict = Verdict::Legacy;
    session.findings = findings;
    let mut contradicted_by = EvidenceSet::default();
    contradicted_by.insert(Evidence::Banner);
    session.exchange_online = Some(ExchangeOnline {
        instance: Some(Instance::Worldwide),
        endpoint: EndpointKind::ClientSubmission,
        evidence,
        contradicted_by,
    });
    session.client_guess = Some("OpenSSL 0.9.8");
    session.auth_in_clear = true;
    session.banner =
        text("220 FR0P281CA0001.outlook.office365.com Microsoft ESMTP MAIL Service ready");
    session.public_ip = Some(IpAddr::from([203, 0, 113, 7]));
    session.latency = Latency {
        connect: Some(12_000_000),
        starttls: Some(13_500_000),
        hello: Some(14_000_000),
    };
    session.gaps = Some(Gaps {
        count: 1,
        bytes: 1448,
    });
    session.exchange = Some(Exchange {
        client_bytes: 114,
        server_bytes: 210,
        ended: Some(Ended::ServerClosed),
        likely: Likely::Refused,
    });
    session
}

/// Everything known, with `text` wherever the wire may put text.
pub(crate) fn named(text: &str) -> Session {
    let name = || Some(Arc::<str>::from(text));
    let mut session = full();
    session.client.domain = name();
    session.server.domain = name();
    session.server_name = name();
    session.banner = name();
    session.ja4 = name();
    session.certificate = Some(Arc::new(Certificate {
        subject: text.into(),
        issuer: text.into(),
        ..Certificate::default()
    }));
    session
}

/// A session from `client` to Exchange Online, `minutes` after [`MORNING`], that negotiated `version`.
pub(crate) fn submission(client: &str, minutes: u64, version: Version) -> Session {
    let mut session = bare();
    session.client = party(client, 50000);
    session.start = Timestamp::from_parts(MORNING + minutes * 60, 0);
    session.end = session.start.plus(SECOND);
    session.mode = Some(Mode::Starttls);
    session.outcome = Outcome::Established;
    session.negotiated = Some(version);
    session.offer = Some(offer(&[version]));
    session.server.domain = Some("smtp.office365.com".into());
    session.verdict = Verdict::Modern;
    session.exchange_online = Some(ExchangeOnline {
        instance: Some(Instance::Worldwide),
        endpoint: EndpointKind::ClientSubmission,
        evidence: EvidenceSet::default(),
        contradicted_by: EvidenceSet::default(),
    });
    if version.is_legacy() {
        session.verdict = Verdict::Legacy;
        session.limited_by = Some(LimitedBy::Client);
        session.findings.insert(Finding::LegacyNegotiated);
        session.findings.insert(Finding::LegacyCapped);
    }
    session
}

pub(crate) fn offer(versions: &[Version]) -> Offer {
    Offer {
        versions: versions.into(),
        max: versions.iter().copied().max().unwrap(),
        listed: false,
        acceptable_suite: Some(false),
    }
}

pub(crate) fn party(ip: &str, port: u16) -> Party {
    Party {
        ip: ip.parse().unwrap(),
        port,
        mac: None,
        domain: None,
    }
}
