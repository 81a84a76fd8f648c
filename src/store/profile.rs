//! Who did what: all that a tally reads of a session besides its times. Few sessions differ in it, so the sessions of a day
//! can be counted by it, and a report adds up counts.

use std::sync::Arc;

use rusqlite::Row;

use super::column::{Column, Columns, mac_column};
use super::damage::{Damage, Result};
use crate::session::clients;
use crate::session::{
    Certificate, Direction, EvidenceSet, Exchange, ExchangeOnline, Finding, Findings, Gaps, Offer,
    ServerDid, Session,
};
use crate::tls::Version;

/// The columns, in the order of [`columns`].
pub(super) const COLUMNS: &str = "sensor, direction, client, client_mac, client_name, server, server_mac, \
    server_name, seen, outcome, verdict, version, offered_max, limited_by, findings, exchange_online, instance, \
    endpoint, software, gapped, server_did, likely, intercepted_by";

/// How many they are.
pub(super) const COUNT: usize = 23;

/// A session with nothing but what a tally reads, and who saw it.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// The session; its times, its gaps, the amounts that flowed and the address of an external server mean nothing. It
    /// has a certificate only if that is another's than Exchange Online's, and of that the issuer.
    pub like: Session,
    /// Who saw it.
    pub sensor: Arc<str>,
}

/// Bits of `server_did`.
const WITHHOLD_TLS: i64 = 1;
const TAKE_MAIL: i64 = 2;

/// What the server did, where a tally asks for it: whether it offers TLS, of the host that counts; whether it takes
/// mail, of one that serves hosts of ours.
fn server_did(session: &Session) -> i64 {
    match session.direction {
        Direction::Inbound if session.server_did.withhold_tls => WITHHOLD_TLS,
        Direction::Internal if session.took_mail() => TAKE_MAIL,
        _ => 0,
    }
}

/// What of `session` stands in the table.
pub(super) fn columns<'a>(session: &'a Session, sensor: &'a str) -> [Column<'a>; COUNT] {
    let service = session.exchange_online;
    // Only where the server is the host that counts, or serves hosts of ours; elsewhere it is one of a thousand front ends.
    let server = matches!(session.direction, Direction::Inbound | Direction::Internal)
        .then_some(session.server.ip);
    let findings: Vec<_> = session.findings.iter().map(Finding::name).collect();
    [
        Column::text(sensor),
        Column::word(session.direction),
        Column::shown(Some(session.client.ip)),
        mac_column(session.client.mac),
        Column::maybe(session.client.domain.as_deref()),
        Column::shown(server),
        mac_column(session.server.mac),
        Column::maybe(session.server.domain.as_deref()),
        Column::word(session.seen),
        Column::word(session.outcome),
        Column::word(session.verdict),
        Column::version(session.negotiated),
        Column::version(session.offer.as_ref().map(|offer| offer.max)),
        Column::maybe_word(session.limited_by),
        Column::Text(findings.join(",").into()),
        Column::Integer(i64::from(service.is_some())),
        Column::maybe_word(service.and_then(|service| service.instance)),
        Column::maybe_word(service.map(|service| service.endpoint)),
        Column::maybe(session.client_guess),
        Column::Integer(i64::from(session.gaps.is_some())),
        Column::Integer(server_did(session)),
        Column::maybe_word(session.exchange.map(|exchange| exchange.likely)),
        Column::maybe(session.intercepted_by()),
    ]
}

/// Reads the columns from `first` on.
pub(super) fn read(row: &Row<'_>, first: usize) -> Result<Profile> {
    let mut columns = Columns::from(row, first);
    let sensor = Arc::from(columns.text()?);
    let mut like = Session::unknown();
    like.direction = columns.word()?;
    like.client.ip = columns.maybe_address()?.ok_or(Damage::Range)?;
    like.client.mac = columns.maybe_mac()?;
    like.client.domain = columns.maybe_shared()?;
    if let Some(server) = columns.maybe_address()? {
        like.server.ip = server;
    }
    like.server.mac = columns.maybe_mac()?;
    like.server.domain = columns.maybe_shared()?;
    like.seen = columns.word()?;
    like.outcome = columns.word()?;
    like.verdict = columns.word()?;
    like.negotiated = columns.version()?;
    like.offer = columns.version()?.map(offer);
    like.limited_by = columns.maybe_word()?;
    like.findings = findings(columns.text()?)?;
    let service = columns.number()? != 0;
    let instance = columns.maybe_word()?;
    let endpoint = columns.maybe_word()?;
    if service {
        like.exchange_online = Some(ExchangeOnline {
            instance,
            endpoint: endpoint.ok_or(Damage::Range)?,
            evidence: EvidenceSet::default(),
            contradicted_by: EvidenceSet::default(),
        });
    }
    like.client_guess = columns.maybe_text()?.and_then(clients::interned);
    like.gaps = (columns.number()? != 0).then(Gaps::default);
    let did = columns.number()?;
    like.server_did = ServerDid {
        withhold_tls: did & WITHHOLD_TLS != 0,
        take_mail: did & TAKE_MAIL != 0,
    };
    like.exchange = columns.maybe_word()?.map(|likely| Exchange {
        client_bytes: 0,
        server_bytes: 0,
        ended: None,
        likely,
    });
    like.certificate = columns.maybe_text()?.map(|issuer| {
        Arc::new(Certificate {
            issuer: issuer.to_owned(),
            ..Certificate::default()
        })
    });
    Ok(Profile { like, sensor })
}

/// The highest version alone; the rest of an offer is the handshake's.
fn offer(max: Version) -> Offer {
    Offer {
        versions: Arc::from([]),
        max,
        listed: false,
        acceptable_suite: None,
    }
}

fn findings(text: &str) -> Result<Findings> {
    let mut findings = Findings::default();
    for name in text.split(',').filter(|name| !name.is_empty()) {
        let known = Finding::ALL.into_iter().find(|known| known.name() == name);
        findings.insert(known.ok_or_else(|| Damage::Word(name.to_owned()))?);
    }
    Ok(findings)
}
