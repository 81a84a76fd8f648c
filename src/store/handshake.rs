//! How it was done: what the hellos, the certificate and the ports say. The same software toward the same service says the
//! same each time, so sessions share these rows too.

use std::net::IpAddr;
use std::sync::Arc;

use rusqlite::Row;

use super::column::{Column, Columns, word};
use super::damage::{Damage, Result};
use crate::session::{Alert, Certificate, EvidenceSet, Mode, Session, Side, StarttlsCommand};
use crate::tls::Version;

/// The columns, in the order of [`columns`].
pub(super) const COLUMNS: &str = "program, server_port, mode, starttls_command, alert_by, alert_code, offered, \
    offered_listed, acceptable_suite, cipher, established, resumed, sni, ja3, ja3s, ja4, subject, issuer, \
    not_after, evidence, auth_in_clear, public_ip, downgrade_sentinel";

/// Leads evidence that says otherwise.
const OTHERWISE: char = '!';

/// How many they are.
pub(super) const COUNT: usize = 23;

/// What of `session` stands in the table; `program` is the version of the program that wrote the record.
pub(super) fn columns<'a>(session: &'a Session, program: &'a str) -> [Column<'a>; COUNT] {
    let alert = session.alert;
    let offer = session.offer.as_ref();
    let certificate = session.certificate.as_deref();
    let evidence = session.exchange_online.map(|service| {
        let otherwise = service.contradicted_by.iter();
        let pieces = service.evidence.iter().map(|piece| piece.name().to_owned());
        let pieces: Vec<_> = pieces
            .chain(otherwise.map(|piece| format!("{OTHERWISE}{}", piece.name())))
            .collect();
        pieces.join(",")
    });
    [
        Column::text(program),
        Column::Integer(i64::from(session.server.port)),
        Column::maybe_word(session.mode),
        Column::maybe_word(session.starttls_command),
        Column::maybe_word(alert.map(|alert| alert.by)),
        Column::number(alert.map(|alert| alert.code)),
        Column::shown(offer.map(|offer| versions(&offer.versions))),
        Column::number(offer.map(|offer| offer.listed)),
        Column::number(offer.and_then(|offer| offer.acceptable_suite)),
        Column::number(session.cipher),
        Column::number(session.established),
        Column::number(session.resumed),
        Column::maybe(session.server_name.as_deref()),
        Column::maybe(session.ja3.as_deref()),
        Column::maybe(session.ja3s.as_deref()),
        Column::maybe(session.ja4.as_deref()),
        Column::maybe(certificate.map(|certificate| certificate.subject.as_str())),
        Column::maybe(certificate.map(|certificate| certificate.issuer.as_str())),
        Column::number(certificate.and_then(|certificate| certificate.not_after)),
        Column::shown(evidence),
        Column::Integer(i64::from(session.auth_in_clear)),
        Column::shown(session.public_ip),
        Column::version(session.downgrade_sentinel),
    ]
}

/// Versions as they stand in a hello, in hex.
fn versions(versions: &[Version]) -> String {
    let shown: Vec<_> = versions
        .iter()
        .map(|version| format!("{:04x}", version.0))
        .collect();
    shown.join(",")
}

/// What the table knows of an offer; the highest version is the profile's.
#[derive(Clone, Debug, PartialEq)]
struct Offered {
    versions: Arc<[Version]>,
    listed: bool,
    acceptable_suite: Option<bool>,
}

/// What the table adds to a session.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Handshake {
    /// Version of the program that wrote the record.
    pub(super) program: Arc<str>,
    server_port: u16,
    mode: Option<Mode>,
    starttls_command: Option<StarttlsCommand>,
    alert: Option<Alert>,
    offered: Option<Offered>,
    cipher: Option<u32>,
    established: Option<bool>,
    resumed: Option<bool>,
    sni: Option<Arc<str>>,
    ja3: Option<Arc<str>>,
    ja3s: Option<Arc<str>>,
    ja4: Option<Arc<str>>,
    certificate: Option<Arc<Certificate>>,
    /// For, and against.
    evidence: [EvidenceSet; 2],
    auth_in_clear: bool,
    public_ip: Option<IpAddr>,
    downgrade_sentinel: Option<Version>,
}

impl Handshake {
    /// Reads the columns from `first` on.
    pub(super) fn read(row: &Row<'_>, first: usize) -> Result<Self> {
        let mut columns = Columns::from(row, first);
        Ok(Self {
            program: Arc::from(columns.text()?),
            server_port: columns.maybe_small()?.ok_or(Damage::Range)?,
            mode: columns.maybe_word()?,
            starttls_command: columns.maybe_word()?,
            alert: alert(columns.maybe_word()?, columns.maybe_small()?),
            offered: offered(&mut columns)?,
            cipher: columns.maybe_small()?,
            established: columns.maybe_flag()?,
            resumed: columns.maybe_flag()?,
            sni: columns.maybe_shared()?,
            ja3: columns.maybe_shared()?,
            ja3s: columns.maybe_shared()?,
            ja4: columns.maybe_shared()?,
            certificate: certificate(&mut columns)?,
            evidence: evidence(columns.maybe_text()?.unwrap_or_default())?,
            auth_in_clear: columns.number()? != 0,
            public_ip: columns.maybe_address()?,
            downgrade_sentinel: columns.version()?,
        })
    }

    /// Puts what it knows into `session`.
    pub(super) fn complete(&self, session: &mut Session) {
        session.server.port = self.server_port;
        session.mode = self.mode;
        session.starttls_command = self.starttls_command;
        session.alert = self.alert;
        if let (Some(offer), Some(offered)) = (&mut session.offer, &self.offered) {
            offer.versions = Arc::clone(&offered.versions);
            offer.listed = offered.listed;
            offer.acceptable_suite = offered.acceptable_suite;
        }
        session.cipher = self.cipher;
        session.established = self.established;
        session.resumed = self.resumed;
        session.server_name.clone_from(&self.sni);
        session.ja3.clone_from(&self.ja3);
        session.ja3s.clone_from(&self.ja3s);
        session.ja4.clone_from(&self.ja4);
        session.certificate.clone_from(&self.certificate);
        if let Some(service) = &mut session.exchange_online {
            [service.evidence, service.contradicted_by] = self.evidence;
        }
        session.auth_in_clear = self.auth_in_clear;
        session.public_ip = self.public_ip;
        session.downgrade_sentinel = self.downgrade_sentinel;
    }
}

fn alert(by: Option<Side>, code: Option<u8>) -> Option<Alert> {
    Some(Alert {
        by: by?,
        code: code?,
    })
}

fn offered(columns: &mut Columns<'_>) -> Result<Option<Offered>> {
    let versions = columns.maybe_text()?;
    let listed = columns.maybe_flag()?.unwrap_or(false);
    let acceptable_suite = columns.maybe_flag()?;
    let Some(versions) = versions else {
        return Ok(None);
    };
    let one = |digits: &str| u16::from_str_radix(digits, 16).map(Version);
    let versions: std::result::Result<_, _> = versions
        .split(',')
        .filter(|digits| !digits.is_empty())
        .map(one)
        .collect();
    Ok(Some(Offered {
        versions: versions.map_err(|_| Damage::Range)?,
        listed,
        acceptable_suite,
    }))
}

fn certificate(columns: &mut Columns<'_>) -> Result<Option<Arc<Certificate>>> {
    let subject = columns.maybe_text()?;
    let issuer = columns.maybe_text()?.unwrap_or_default();
    let not_after = columns.maybe_number()?;
    Ok(subject.map(|subject| {
        Arc::new(Certificate {
            subject: subject.to_owned(),
            issuer: issuer.to_owned(),
            not_after,
            ..Certificate::default()
        })
    }))
}

fn evidence(text: &str) -> Result<[EvidenceSet; 2]> {
    let [mut evidence, mut otherwise] = [EvidenceSet::default(); 2];
    for name in text.split(',').filter(|name| !name.is_empty()) {
        match name.strip_prefix(OTHERWISE) {
            Some(name) => otherwise.insert(word(name)?),
            None => evidence.insert(word(name)?),
        }
    }
    Ok([evidence, otherwise])
}
