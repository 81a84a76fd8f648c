//! From a finished connection to the one record of it: mode, outcome, verdict, findings, each by a rule that is written
//! down here.
//!
//! Every rule asks what the bytes prove. Where a direction is missing, a gap could hide the deciding line, or the
//! capture ends too early, the field stays empty or says so.

pub mod amounts;
mod behind;
mod failure;
pub mod fallback;
mod mode;
mod outcome;
pub mod recall;
mod settled;
mod verdict;
mod view;

use std::sync::Arc;

pub use self::settled::{Folded, Settled};
use self::verdict::{findings, verdict};
use self::view::View;
use crate::exchange::{self, Catalog, Classification, Clues};
use crate::flow::{Connection, Reason, Way};
use crate::packet::PortSet;
use crate::session::asked::AskedName;
use crate::session::networks::Networks;
use crate::session::{
    Direction, ExchangeOnline, Finding, Findings, Origin, Party, Session, clients, identity,
};
use crate::smtp::Dialogue;
use crate::tls::Version;
use recall::Recall;

/// What a judgement needs besides the connection.
#[derive(Debug)]
pub struct Judge {
    /// Who watches.
    pub sensor: String,
    /// Which addresses are internal.
    pub networks: Networks,
    /// Which addresses and names are Exchange Online.
    pub catalog: Arc<Catalog>,
    /// Which ports are followed.
    pub ports: Arc<PortSet>,
}

impl Judge {
    /// The record of a connection that is over for `reason`; `None` if it was no session (neither SMTP nor TLS was spoken).
    /// `recall` is the caller's own, and goes with this judge.
    pub fn session(
        &self,
        connection: &Connection,
        reason: Reason,
        origin: &Arc<Origin>,
        recall: &mut Recall,
    ) -> Option<Session> {
        if !connection.is_wanted() || !is_session(&connection.dialogue) {
            return None;
        }
        let client_way = connection.client_way(&self.ports);
        let view = View::new(connection, reason, client_way, &self.ports);
        let mode = view.mode();
        let outcome = view.outcome(mode);
        let offer = view.offer();
        let negotiated = view.proof.negotiated;
        let mut client = party(connection, client_way);
        let mut server = party(connection, client_way.reversed());
        client.domain = view.client_name();
        let direction = self.networks.direction(client.ip, server.ip);
        let place = self.server(&view, &server, recall);
        let server_name = view.hello().and_then(|hello| hello.server_name.clone());
        server.domain = server_name
            .clone()
            .or_else(|| only_asked(connection))
            .or_else(|| place.banner_host.clone());
        let ja3 = view.first_hello().and_then(|hello| hello.ja3.clone());
        let ja4 = view.first_hello().and_then(|hello| hello.ja4.clone());
        let mut session = Session {
            id: self.identity(connection, &client, &server),
            start: connection.start,
            end: connection.last,
            origin: Arc::clone(origin),
            exchange_online: self.exchange_online(&place.classification, direction, &client),
            client,
            server,
            direction,
            mode,
            starttls_command: view.starttls_command(mode),
            outcome,
            tls_failed: view.tls_failed(mode, outcome),
            alert: view.proof.alert,
            limited_by: view.limited_by(),
            verdict: verdict(
                mode.filter(|_| !view.went_no_further()),
                negotiated,
                view.proof.cipher,
                offer.as_ref(),
                view.offers_acceptable_suite(Version::TLS12),
            ),
            offer,
            negotiated,
            downgrade_sentinel: view.proof.downgrade_sentinel,
            cipher: view.proof.cipher,
            established: view.established(),
            resumed: view.proof.resumed,
            client_guess: clients::guess(ja4.as_deref(), ja3.as_deref()),
            ja3,
            ja3s: view.answer().and_then(|hello| hello.ja3s.clone()),
            ja4,
            server_name,
            certificate: view.server_tls.and_then(|facts| facts.certificate.clone()),
            findings: Findings::default(),
            auth_in_clear: view.auth_in_clear(),
            public_ip: view.public_ip(place.classification.exchange_online.is_some()),
            banner: view.server_facts().and_then(|facts| facts.banner.clone()),
            latency: view.latency(),
            gaps: view.gaps(),
            seen: view.seen(),
            exchange: view.exchange(),
            server_did: view.server_did(outcome),
        };
        session.findings = findings(&session, &place.classification, view.never_asked(mode));
        if view.went_on_refused(mode) {
            session.findings.insert(Finding::CleartextFallback);
        }
        Some(session)
    }

    /// Whose server it is, by all that tells.
    fn server(&self, view: &View<'_>, server: &Party, recall: &mut Recall) -> Arc<recall::Server> {
        let hello = view.hello();
        let certificate = view.server_tls.and_then(|facts| facts.certificate.as_ref());
        let asked = view.connection.asked.as_deref().unwrap_or_default();
        recall.server(
            &self.catalog,
            &Clues {
                server_name: hello.and_then(|hello| hello.server_name.as_deref()),
                dns: asked.first().map(AskedName::telling),
                dns_others: asked.get(1..).unwrap_or_default(),
                certificate: certificate.map(|certificate| &**certificate),
                banner: view
                    .server_facts()
                    .and_then(|facts| facts.banner.as_deref()),
                ip: server.ip,
                port: server.port,
            },
        )
    }

    /// The server is Exchange Online, or it delivers to us: then it is the client.
    fn exchange_online(
        &self,
        server: &Classification,
        direction: Direction,
        client: &Party,
    ) -> Option<ExchangeOnline> {
        let online = server.exchange_online;
        if direction == Direction::Inbound && online.is_none() {
            return exchange::classify_sender(&self.catalog, client.ip, client.domain.as_deref());
        }
        online
    }

    fn identity(&self, connection: &Connection, client: &Party, server: &Party) -> u64 {
        identity::session_id(
            &self.sensor,
            (client.ip, client.port),
            (server.ip, server.port),
            connection.first_seq,
            connection.start,
        )
    }
}

/// The end that sends this way; its name is not known yet.
fn party(connection: &Connection, way: Way) -> Party {
    let (ip, port) = connection.key.sender(way);
    Party {
        ip,
        port,
        // The loopback interface has none, and writes zeros.
        mac: connection.mac(way).filter(|mac| *mac != [0; 6]),
        domain: None,
    }
}

/// The name that the client had asked DNS for. Of several nobody knows which one is this server's.
fn only_asked(connection: &Connection) -> Option<Arc<str>> {
    match connection.asked.as_deref() {
        Some([only]) => Some(Arc::clone(&only.name)),
        _ => None,
    }
}

/// Whether something was said that only SMTP or TLS says.
fn is_session(dialogue: &Dialogue) -> bool {
    let client = dialogue
        .client
        .as_ref()
        .is_some_and(|client| client.facts.speaks_smtp || client.tls.facts().is_some());
    let server = dialogue
        .server
        .as_ref()
        .is_some_and(|server| server.facts.replies > 0 || server.tls.facts().is_some());
    client || server
}
