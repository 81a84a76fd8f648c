//! Fills a store with sessions of a made-up site, always the same: `history STORE SESSIONS HOSTS DAYS [--jsonl FILE]`.
//!
//! Each host has its software, names and habits; one in ten is legacy, and one in three of those is cured on the way. Servers
//! greet as Exchange Online does. With `--jsonl` the same sessions go to a file as records too, for other programs. The newest
//! day is that of the newest session, 2026-10-31.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use tlstally::session::{
    Direction, Ended, EndpointKind, Evidence, EvidenceSet, Exchange, ExchangeOnline, Finding,
    Findings, Instance, Latency, Likely, LimitedBy, Mode, Offer, Origin, Outcome, Party, Seen,
    ServerDid, Session, StarttlsCommand, Verdict, record,
};
use tlstally::store::{Keep, Writer};
use tlstally::time::{SECOND, Timestamp};
use tlstally::tls::Version;

/// 2026-11-01T00:00:00Z, in seconds.
const END: u64 = 1_793_491_200;

/// Nanoseconds in a day.
const DAY: u64 = 86_400 * SECOND;

/// Sessions of a transaction.
const BATCH: usize = 8_192;

/// Who sees them.
const SENSOR: &str = "edge-1";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| arguments.get(at).and_then(|text| text.parse().ok());
    let (Some(store), Some(sessions), Some(hosts), Some(days)) =
        (arguments.first(), number(1), number(2), number(3))
    else {
        return complain("history STORE SESSIONS HOSTS DAYS [--jsonl FILE]");
    };
    let jsonl = arguments.get(5).map(String::as_str);
    match fill(
        Path::new(store),
        jsonl,
        &Site {
            sessions,
            hosts,
            days,
        },
    ) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&error.to_string()),
    }
}

#[expect(
    clippy::print_stderr,
    reason = "standard error is where people are told"
)]
fn complain(text: &str) -> ExitCode {
    eprintln!("{text}");
    ExitCode::FAILURE
}

fn fill(store: &Path, jsonl: Option<&str>, site: &Site) -> Result<(), Box<dyn std::error::Error>> {
    let keep = Keep {
        days: 36_500,
        bytes: 1 << 40,
    };
    let mut writer = Writer::open(store, SENSOR, keep)?;
    let mut records = jsonl.map(File::create).transpose()?.map(BufWriter::new);
    let mut line = Vec::new();
    let mut batch = Vec::with_capacity(BATCH);
    for at in 0..site.sessions {
        let session = site.session(at);
        if let Some(records) = &mut records {
            line.clear();
            record::write(&session, SENSOR, &mut line);
            records.write_all(&line)?;
        }
        batch.push(session);
        if batch.len() == BATCH {
            writer.write(&batch, &[])?;
            batch.clear();
        }
    }
    writer.write(&batch, &[])?;
    writer.close()?;
    if let Some(mut records) = records {
        records.flush()?;
    }
    Ok(())
}

/// The site.
struct Site {
    sessions: u64,
    hosts: u64,
    days: u64,
}

impl Site {
    /// The session at this place; they come in order of time.
    fn session(&self, at: u64) -> Session {
        let mut chance = Chance(at);
        let length = self.days * DAY;
        let step = length / self.sessions.max(1);
        let start = Timestamp((END * SECOND - length) + at * step + chance.below(step.max(1)));
        let host = chance.below(self.hosts);
        let day = (start.0 + length - END * SECOND) / DAY;
        let version = self.version(host, day, &mut chance);
        let mut session = blank(at, start, host, &mut chance);
        negotiate(&mut session, version, host);
        session
    }

    /// One host in ten is legacy; one in three of those until some day.
    fn version(&self, host: u64, day: u64, chance: &mut Chance) -> Version {
        let cured = host.is_multiple_of(30) && day > host % self.days;
        match host % 10 {
            0 if !cured => Version::TLS10,
            1 if chance.below(20) == 0 => Version::TLS11,
            0..=5 => Version::TLS12,
            _ => Version::TLS13,
        }
    }
}

fn blank(at: u64, start: Timestamp, host: u64, chance: &mut Chance) -> Session {
    let second = start.0 / SECOND;
    let greeted = jiff::Timestamp::from_second(second.cast_signed()).unwrap_or_default();
    let greeted = jiff::tz::TimeZone::UTC.to_datetime(greeted);
    let end = start.plus(300_000_000 + chance.below(4 * SECOND));
    let front = chance.below(40);
    Session {
        id: Chance(at ^ 0x5eed).next(),
        start,
        end,
        origin: Arc::new(Origin::Interface("eth1".into())),
        client: Party {
            ip: [10, (host / 65_536) as u8, (host / 256) as u8, host as u8].into(),
            port: 32_768 + chance.below(28_000) as u16,
            mac: Some([2, 0, 0, (host / 65_536) as u8, (host / 256) as u8, host as u8]),
            domain: Some(format!("host-{host}.corp.example").into()),
        },
        server: Party {
            ip: [52, 97, (front / 16) as u8, (front * 16) as u8].into(),
            port: 587,
            mac: Some([0, 0, 0x5e, 0, 1, 1]),
            domain: Some("smtp.office365.com".into()),
        },
        direction: Direction::Outbound,
        mode: Some(Mode::Starttls),
        starttls_command: Some(StarttlsCommand::Starttls),
        outcome: Outcome::Established,
        tls_failed: None,
        alert: None,
        offer: None,
        negotiated: None,
        downgrade_sentinel: None,
        cipher: None,
        established: Some(true),
        resumed: Some(false),
        server_name: Some("smtp.office365.com".into()),
        ja3: None,
        ja3s: None,
        ja4: None,
        certificate: None,
        limited_by: None,
        verdict: Verdict::Modern,
        findings: Findings::default(),
        exchange_online: Some(ExchangeOnline {
            instance: Some(Instance::Worldwide),
            endpoint: EndpointKind::ClientSubmission,
            evidence: evidence(),
            contradicted_by: EvidenceSet::default(),
        }),
        client_guess: None,
        auth_in_clear: false,
        banner: Some(
            format!(
                "220 FR{front}P281CA0{:03}.outlook.office365.com Microsoft ESMTP MAIL Service ready at {} [08DD{:012X}]",
                chance.below(50),
                greeted.strftime("%a, %-d %b %Y %H:%M:%S +0000"),
                chance.below(1 << 48)
            )
            .into(),
        ),
        public_ip: Some([203, 0, 113, 7].into()),
        latency: Latency {
            connect: Some(8_000_000 + chance.below(9_000_000)),
            starttls: Some(9_000_000 + chance.below(9_000_000)),
            hello: Some(9_000_000 + chance.below(12_000_000)),
        },
        gaps: None,
        seen: Seen::Both,
        exchange: Some(Exchange {
            client_bytes: 2_000 + chance.below(60_000),
            server_bytes: 700 + chance.below(300),
            ended: Some(Ended::ClientClosed),
            likely: Likely::Delivered,
        }),
        server_did: ServerDid::default(),
    }
}

fn evidence() -> EvidenceSet {
    let mut evidence = EvidenceSet::default();
    evidence.insert(Evidence::ServerName);
    evidence.insert(Evidence::Address);
    evidence
}

/// What follows from the version, and from one of twelve softwares.
fn negotiate(session: &mut Session, version: Version, host: u64) {
    let software = host % 12;
    session.negotiated = Some(version);
    session.cipher = Some(if version == Version::TLS13 {
        0x1302
    } else {
        0xc030
    });
    session.ja3 = Some(format!("{software:032x}").into());
    session.ja3s = Some(format!("{:032x}", version.0).into());
    session.ja4 = Some(format!("t{software:02}d080500_0123456789ab_ba9876543210").into());
    session.client_guess = ["OpenSSL", "Java (JSSE)", "GnuTLS"]
        .get(host as usize % 4)
        .copied();
    session.offer = Some(Offer {
        versions: [version].into(),
        max: version,
        listed: version == Version::TLS13,
        acceptable_suite: Some(true),
    });
    if version.is_legacy() {
        session.verdict = Verdict::Legacy;
        session.limited_by = Some(LimitedBy::Client);
        session.findings.insert(Finding::LegacyNegotiated);
        session.findings.insert(Finding::LegacyCapped);
    }
}

/// Numbers that look drawn by lot and are not (SplitMix64, Steele, Lea and Flood 2014).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ (value >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}
