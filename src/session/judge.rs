//! From a finished connection to the one record of it: mode, outcome, verdict, findings, each by a rule that is written down here.
//!
//! Every rule asks what the bytes prove. Where a direction is missing, a gap could hide the deciding line, or the capture ends too
//! early, the field stays empty or says so.

mod behind;
mod failure;
mod mode;
mod outcome;
mod settled;
mod verdict;
mod view;

use std::sync::Arc;

pub use self::settled::{Folded, Settled};
use self::verdict::{findings, verdict};
use self::view::View;
use super::clients;
use super::networks::Networks;
use super::recall::Recall;
use super::{Direction, Finding, Findings, Origin, Party, Session};
use crate::exchange::{self, Catalog, Clues};
use crate::flow::{Connection, Reason};
use crate::packet::PortSet;
use crate::smtp::Dialogue;
use crate::tls::Version;

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
        let dialogue = &connection.dialogue;
        if !connection.is_wanted() || !is_session(dialogue) {
            return None;
        }
        let client_way = connection.client_way(&self.ports);
        let view = View::new(connection, reason, client_way, &self.ports);
        let mode = view.mode();
        let outcome = view.outcome(mode);
        let offer = view.offer();
        let negotiated = view.proof.negotiated;
        let (client_ip, client_port) = connection.key.sender(client_way);
        let (server_ip, server_port) = connection.key.sender(client_way.reversed());
        let server_name = view.hello().and_then(|hello| hello.server_name.clone());
        let certificate = view.server_tls.and_then(|facts| facts.certificate.clone());
        let banner = dialogue
            .server
            .as_ref()
            .and_then(|server| server.facts.banner.clone());
        let direction = self.networks.direction(client_ip, server_ip);
        let client_name = view.client_name();
        let asked = connection.asked.as_deref().unwrap_or_default();
        let place = recall.server(
            &self.catalog,
            &Clues {
                server_name: server_name.as_deref(),
                dns: asked.first().map(|name| &**name),
                dns_others: asked.get(1..).unwrap_or_default(),
                certificate: certificate.as_deref(),
                banner: banner.as_deref(),
                ip: server_ip,
                port: server_port,
            },
        );
        let mut exchange_online = place.classification.exchange_online;
        if direction == Direction::Inbound && exchange_online.is_none() {
            // Exchange Online delivers to us: it is the client.
            exchange_online =
                exchange::classify_sender(&self.catalog, client_ip, client_name.as_deref());
        }
        let banner_host = place.banner_host.clone();
        // Of several names nobody knows which one is this server's.
        let only_asked = match asked {
            [only] => Some(Arc::clone(only)),
            _ => None,
        };
        let ja3 = view.first_hello().and_then(|hello| hello.ja3.clone());
        let ja4 = view.first_hello().and_then(|hello| hello.ja4.clone());
        let mut session = Session {
            id: super::identity::session_id(
                &self.sensor,
                (client_ip, client_port),
                (server_ip, server_port),
                connection.first_seq,
                connection.start,
            ),
            start: connection.start,
            end: connection.last,
            origin: Arc::clone(origin),
            client: Party {
                ip: client_ip,
                port: client_port,
                mac: connection.mac(client_way),
                domain: client_name,
            },
            server: Party {
                ip: server_ip,
                port: server_port,
                mac: connection.mac(client_way.reversed()),
                domain: server_name.clone().or(only_asked).or(banner_host),
            },
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
            certificate,
            findings: Findings::default(),
            exchange_online,
            auth_in_clear: view.auth_in_clear(),
            public_ip: view.public_ip(place.classification.exchange_online.is_some()),
            banner,
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
