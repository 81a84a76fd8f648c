//! From a finished connection to the one record of it: mode, outcome, verdict, findings, each by a rule that is written down here.
//!
//! Every rule asks what the bytes prove. Where a direction is missing, a gap could hide the deciding line, or the capture ends too
//! early, the field stays empty or says so.

use std::sync::Arc;

use super::clients;
use super::exchange::{self as exchanged, Amounts, Sent};
use super::networks::Networks;
use super::recall::Recall;
use super::{
    Alert, Direction, Ended, Exchange, Finding, Findings, Gaps, Latency, Likely, LimitedBy, Mode,
    Offer, Origin, Outcome, Party, Seen, Session, Side, StarttlsCommand, Verdict,
};
use crate::exchange::{self, Catalog, Clues};
use crate::flow::{Burst, Close, Connection, Ending, Reason, Way};
use crate::packet::PortSet;
use crate::smtp::Dialogue;
use crate::smtp::joint::Starttls;
use crate::smtp::start::TlsAt;
use crate::time::SECOND;
use crate::tls::{self, Conclusion, Facts, Version};

/// After a ClientHello, silence of this many nanoseconds at the end of a capture is an answer that never came; less may be an answer
/// that the capture did not wait for.
const PATIENCE: u64 = 10 * SECOND;

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
        let client_name = dialogue
            .client
            .as_ref()
            .and_then(|client| client.facts.name.clone());
        let asked = connection.asked.clone();
        let place = recall.server(
            &self.catalog,
            &Clues {
                server_name: server_name.as_deref(),
                dns: asked.as_deref(),
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
        let ja3 = view.hello().and_then(|hello| hello.ja3.clone());
        let ja4 = view.hello().and_then(|hello| hello.ja4.clone());
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
                domain: server_name.clone().or(asked).or(banner_host),
            },
            direction,
            mode,
            starttls_command: view.starttls_command(mode),
            outcome,
            alert: view.proof.alert,
            limited_by: view.limited_by(),
            verdict: verdict(mode, negotiated, view.proof.cipher, offer.as_ref()),
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
            public_ip: dialogue
                .server
                .as_ref()
                .and_then(|server| exchange::greeted_ip(server.facts.hello.as_deref()?)),
            banner,
            latency: view.latency(),
            gaps: view.gaps(),
            seen: view.seen(),
            exchange: view.exchange(),
        };
        session.findings = findings(&session, &place.classification, view.never_asked(mode));
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

/// A connection looked at from the client's end.
struct View<'a> {
    connection: &'a Connection,
    dialogue: &'a Dialogue,
    reason: Reason,
    client_way: Way,
    close: Close,
    client_tls: Option<&'a Facts>,
    server_tls: Option<&'a Facts>,
    proof: Conclusion,
}

impl<'a> View<'a> {
    fn new(connection: &'a Connection, reason: Reason, client_way: Way, ports: &PortSet) -> Self {
        let dialogue = &connection.dialogue;
        let client_tls = dialogue.client.as_ref().and_then(|side| side.tls.facts());
        let server_tls = dialogue.server.as_ref().and_then(|side| side.tls.facts());
        Self {
            connection,
            dialogue,
            reason,
            client_way,
            close: connection.close(ports),
            client_tls,
            server_tls,
            proof: tls::conclude(client_tls, server_tls),
        }
    }

    /// How TLS began, if the capture holds what decides it.
    fn mode(&self) -> Option<Mode> {
        let client = self.dialogue.client.as_ref();
        let server = self.dialogue.server.as_ref();
        let client_at = client.and_then(|side| side.tls.at());
        let server_at = server.and_then(|side| side.tls.at());
        if client_at.is_none() && server_at.is_none() {
            return self.mode_of_text();
        }
        let asked = client.is_some_and(|side| side.facts.asked_tls.is_some());
        let text_before = client.is_some_and(|side| side.facts.commands > 0)
            || (client_at.is_none() && server.is_some_and(|side| side.facts.replies > 0));
        match (client_at, server_at) {
            _ if asked => Some(Mode::Starttls),
            (Some(TlsAt::FirstByte), _) | (None | Some(TlsAt::Later), Some(TlsAt::FirstByte)) => {
                Some(Mode::Implicit)
            }
            _ if text_before || self.server_answered_text() => Some(Mode::Starttls),
            // A greeting in clear tells that the client waited for it, or that it did not.
            (Some(TlsAt::Unseen), None) if self.server_spoke() => None,
            _ if self.server_port() == 465 => Some(Mode::Implicit),
            _ => None,
        }
    }

    fn server_spoke(&self) -> bool {
        self.dialogue
            .server
            .as_ref()
            .is_some_and(|side| side.facts.replies > 0)
    }

    /// The server took a command in clear, or let TLS follow on text of its own. What it says to a hello that it takes for a
    /// line (`500`, `554`) is neither.
    fn server_answered_text(&self) -> bool {
        self.dialogue.server.as_ref().is_some_and(|side| {
            side.facts.agreed
                || side.facts.ready_again > 0
                || (side.facts.replies > 0 && side.tls.facts().is_some())
        })
    }

    /// No TLS was seen: by command without a hello, never, or not to be told.
    fn mode_of_text(&self) -> Option<Mode> {
        if self.was_accepted() {
            return Some(Mode::Starttls);
        }
        if self.may_have_begun_unseen() {
            return None;
        }
        let client = self.dialogue.client.as_ref();
        let server = self.dialogue.server.as_ref();
        let went_on = client.is_some_and(|side| side.facts.went_on)
            || server.is_some_and(|side| side.facts.went_on);
        let server_way = self.client_way.reversed();
        let told = (self.was_refused() && self.gaps().is_none())
            || (self.is_over() && self.heard_client() && self.connection.is_whole(server_way));
        (went_on || told).then_some(Mode::Plaintext)
    }

    fn was_refused(&self) -> bool {
        matches!(self.dialogue.joint.starttls, Starttls::Refused(_))
    }

    /// The server let TLS begin: 220 to the command, or where the command was not seen, a 220 that is not the greeting and behind
    /// which there is no more text.
    fn was_accepted(&self) -> bool {
        let Some(server) = self.dialogue.server.as_ref().map(|side| &side.facts) else {
            return false;
        };
        let client = self.dialogue.client.as_ref().map(|side| &side.facts);
        let client_unseen = client.is_none_or(|facts| facts.commands == 0);
        match self.dialogue.joint.starttls {
            Starttls::Accepted { .. } => true,
            // The count was lost, or the 220 came before the command.
            Starttls::Asked => server.ready_again > 0,
            Starttls::NotAsked | Starttls::Refused(_) => {
                client_unseen
                    && server.ready_again > 0
                    && server.last.is_some_and(|(code, _)| code == 220)
            }
        }
    }

    /// TLS may have begun where the capture does not show it, though what follows is text: behind a tap that decrypts. The client
    /// then greets again (RFC 3207 section 4.2).
    fn may_have_begun_unseen(&self) -> bool {
        let client = self.dialogue.client.as_ref().map(|side| &side.facts);
        let server = self.dialogue.server.as_ref().map(|side| &side.facts);
        let whole = self.gaps().is_none()
            && self.connection.saw(self.client_way)
            && self.connection.saw(self.client_way.reversed());
        let greeted_again = client.is_some_and(|facts| facts.greeted_again);
        let unanswered = self.dialogue.joint.starttls == Starttls::Asked;
        // Of the server alone: 220 in the middle, to a command that was not seen.
        let ready_unasked = client.is_none_or(|facts| facts.commands == 0)
            && server.is_some_and(|facts| facts.ready_again > 0);
        (greeted_again && !whole && !self.was_refused())
            || (unanswered && (self.gaps().is_some() || !client.is_some_and(|facts| facts.went_on)))
            || ready_unasked
    }

    fn starttls_command(&self, mode: Option<Mode>) -> Option<StarttlsCommand> {
        if mode != Some(Mode::Starttls) {
            return None;
        }
        let (command, _) = self.dialogue.client.as_ref()?.facts.asked_tls?;
        Some(command)
    }

    fn outcome(&self, mode: Option<Mode>) -> Outcome {
        if self.client_tls.is_some() || self.server_tls.is_some() {
            return self.outcome_of_tls(mode);
        }
        if mode == Some(Mode::Starttls) || mode.is_none() {
            return Outcome::Incomplete;
        }
        let server = self.dialogue.server.as_ref().map(|side| &side.facts);
        let answered =
            self.dialogue.joint.hello_answered || server.is_some_and(|facts| facts.extensions_seen);
        let extended = self
            .dialogue
            .client
            .as_ref()
            .is_some_and(|side| side.facts.extended);
        match server {
            _ if self.was_refused() => Outcome::StarttlsRefused,
            // Where the client was not heard, an error may be what the command got.
            Some(facts) if facts.offers_tls => {
                let server_heard = self.connection.is_whole(self.client_way.reversed());
                if self.heard_client() || (server_heard && !facts.refused) {
                    Outcome::StarttlsNotUsed
                } else {
                    Outcome::Incomplete
                }
            }
            Some(_) if answered || (!extended && self.heard_client()) => {
                Outcome::StarttlsNotOffered
            }
            _ => Outcome::Incomplete,
        }
    }

    /// All that the client said was seen, so what it did not say was not said.
    fn heard_client(&self) -> bool {
        self.connection.is_whole(self.client_way)
    }

    /// Whether the handshake finished. That it did not is told by an alert, or by an end of the connection before which
    /// nothing is missing.
    fn established(&self) -> Option<bool> {
        let server_way = self.client_way.reversed();
        let seen_to_the_end = matches!(self.close, Close::Closed | Close::Reset(_))
            && self.connection.is_whole(self.client_way)
            && self.connection.is_whole(server_way);
        let told = seen_to_the_end || self.proof.alert.is_some();
        self.proof.established.filter(|finished| *finished || told)
    }

    fn outcome_of_tls(&self, mode: Option<Mode>) -> Outcome {
        if self.proof.established == Some(true) {
            return Outcome::Established;
        }
        if self.refusal().is_some() {
            return Outcome::Rejected;
        }
        if self.proof.negotiated.is_some() || self.answered_hello() {
            return Outcome::Negotiated;
        }
        if self.refused_in_text() {
            match mode {
                Some(Mode::Starttls) => return Outcome::StarttlsRefused,
                None => return Outcome::Incomplete,
                _ => {}
            }
        }
        let hello = self
            .client_tls
            .is_some_and(|facts| facts.client_hello.is_some());
        let server_seen = self.connection.saw(self.client_way.reversed());
        // The answer may lie in a hole, or before what was seen.
        let server_way = self.client_way.reversed();
        let begun = self.connection.is_whole(server_way) || self.server_spoke();
        let may_be_missing = !server_seen || !begun || !self.connection.is_unbroken(server_way);
        match self.close {
            _ if !hello || may_be_missing => Outcome::Incomplete,
            Close::Open if self.waited() => Outcome::Unanswered,
            Close::Open => Outcome::Incomplete,
            _ => Outcome::Closed,
        }
    }

    /// A ServerHello was seen whose version is not proven, or a HelloRetryRequest.
    fn answered_hello(&self) -> bool {
        self.server_tls
            .is_some_and(|facts| facts.server_hello.is_some())
    }

    /// The server went back to text after the hello (`454 TLS not available`).
    fn refused_in_text(&self) -> bool {
        let Some(hello) = self.client_tls.and_then(|facts| facts.hello_time) else {
            return false;
        };
        let Some(server) = self.dialogue.server.as_ref() else {
            return false;
        };
        let after = server
            .facts
            .last
            .is_some_and(|(code, time)| code >= 400 && time > hello.end);
        after && self.server_tls.is_none()
    }

    /// The silence after the last packet was long enough to count.
    const fn waited(&self) -> bool {
        match self.reason {
            Reason::EndOfCapture(silence) => silence >= PATIENCE,
            Reason::Evicted => false,
            Reason::Closed | Reason::Idle | Reason::Succeeded => true,
        }
    }

    fn is_over(&self) -> bool {
        self.close != Close::Open || matches!(self.reason, Reason::Idle | Reason::Succeeded)
    }

    /// The alert that ended the handshake. One by which a client complains that the server has hung up on its hello ended nothing;
    /// where the server's answer is not in the capture, only an alert about the server's certificate tells that there was one.
    fn refusal(&self) -> Option<Alert> {
        self.proof.alert.filter(|alert| {
            let answer_seen = self.server_tls.is_some() || is_distrust(Some(*alert));
            alert.by == Side::Server || (answer_seen && !self.server_hung_up_first())
        })
    }

    /// The server closed before it answered the hello, and before the client's alert.
    fn server_hung_up_first(&self) -> bool {
        let closed = self.connection.closed_at(self.client_way.reversed());
        let alert = self.client_tls.and_then(|facts| facts.alert(true));
        self.server_tls.is_none()
            && matches!((closed, alert), (Some(closed), Some(alert)) if closed <= alert.time)
    }

    fn hello(&self) -> Option<&tls::ClientHello> {
        let facts = self.client_tls?;
        facts
            .client_hello
            .as_deref()
            .or(facts.second_client_hello.as_deref())
    }

    fn answer(&self) -> Option<&tls::ServerHello> {
        self.server_tls?.server_hello.as_deref()
    }

    fn offer(&self) -> Option<Offer> {
        let offered = self.client_tls?.offer()?;
        let suites = self.hello().and_then(|hello| hello.suites.as_ref());
        Some(Offer {
            versions: Arc::clone(&offered.versions),
            max: offered.max,
            listed: offered.listed,
            acceptable_suite: suites.map(|suites| {
                suites
                    .iter()
                    .any(|suite| exchange::is_acceptable_suite(*suite))
            }),
        })
    }

    /// Who kept the version down: only where the answer was legacy, or refused for its version.
    fn limited_by(&self) -> Option<LimitedBy> {
        let offered = self.client_tls?.offer()?;
        let answer_is_legacy = self.proof.negotiated.is_some_and(Version::is_legacy);
        let refused_for_version = self.proof.negotiated.is_none()
            && self
                .proof
                .alert
                .is_some_and(|alert| alert.by == Side::Server && alert.code == PROTOCOL_VERSION);
        if !answer_is_legacy && !refused_for_version {
            return None;
        }
        Some(if offered.max.is_legacy() {
            LimitedBy::Client
        } else {
            LimitedBy::Server
        })
    }

    /// The client sent mail or logged in without ever asking for TLS. One that asked whether it may and went away did nothing wrong.
    fn never_asked(&self, mode: Option<Mode>) -> bool {
        let client = self.dialogue.client.as_ref().map(|side| &side.facts);
        mode == Some(Mode::Plaintext)
            && client.is_some_and(|facts| facts.transacted && facts.asked_tls.is_none())
    }

    /// AUTH outside TLS. Behind an accepted STARTTLS it was inside, and a decrypting tap shows it.
    fn auth_in_clear(&self) -> bool {
        let sees_tls = self.client_tls.is_some() || self.server_tls.is_some();
        self.dialogue.client.as_ref().is_some_and(|side| {
            (side.facts.auth_before_tls || (side.facts.auth_after_tls && !self.was_accepted()))
                && (sees_tls || !self.may_have_begun_unseen())
        })
    }

    fn latency(&self) -> Latency {
        let starttls = match self.dialogue.joint.starttls {
            Starttls::Accepted { latency } => latency,
            _ => None,
        };
        Latency {
            connect: self.connection.connect_latency(),
            starttls,
            hello: self.proof.hello_latency,
        }
    }

    fn gaps(&self) -> Option<Gaps> {
        let counts = self.connection.counts();
        (counts.gaps > 0).then_some(Gaps {
            count: counts.gaps,
            bytes: counts.gap_bytes,
        })
    }

    fn seen(&self) -> Seen {
        let client = self.connection.saw(self.client_way);
        let server = self.connection.saw(self.client_way.reversed());
        match (client, server) {
            (true, false) => Seen::Client,
            (false, true) => Seen::Server,
            _ => Seen::Both,
        }
    }

    fn server_port(&self) -> u16 {
        self.connection.key.sender_port(self.client_way.reversed())
    }

    fn exchange(&self) -> Option<Exchange> {
        let version = self.proof.negotiated?;
        if self.proof.established != Some(true) {
            return None;
        }
        let ends = tls::handshake_end(self.client_tls?, self.server_tls?, version)?;
        let flowed = self.connection.flowed_behind(self.client_way, ends)?;
        let likely = flowed.bursts.as_ref().map_or(Likely::Unknown, |bursts| {
            let sent: Vec<Sent> = bursts.iter().map(|burst| self.sent(*burst)).collect();
            exchanged::likely(&Amounts {
                version,
                cipher: self.proof.cipher,
                server_port: self.server_port(),
                sent: &sent,
                cut: flowed.cut,
                over: self.close != Close::Open,
            })
        });
        let bytes = |way: Way| flowed.bytes[way.index()];
        Some(Exchange {
            client_bytes: bytes(self.client_way),
            server_bytes: bytes(self.client_way.reversed()),
            ended: self.ended(),
            likely,
        })
    }

    fn sent(&self, burst: Burst) -> Sent {
        Sent {
            by_client: burst.way == self.client_way,
            bytes: burst.bytes,
        }
    }

    fn ended(&self) -> Option<Ended> {
        let (way, ending) = self.connection.ended()?;
        Some(match (way == self.client_way, ending) {
            (true, Ending::Fin) => Ended::ClientClosed,
            (false, Ending::Fin) => Ended::ServerClosed,
            (true, Ending::Rst) => Ended::ClientReset,
            (false, Ending::Rst) => Ended::ServerReset,
        })
    }
}

/// AlertDescription protocol_version.
const PROTOCOL_VERSION: u8 = 70;

/// The session in one word.
fn verdict(
    mode: Option<Mode>,
    negotiated: Option<Version>,
    cipher: Option<u32>,
    offer: Option<&Offer>,
) -> Verdict {
    if negotiated.is_some_and(Version::is_legacy) {
        return Verdict::Legacy;
    }
    match offer {
        // A legacy offer was all there was, whatever came of it.
        Some(offer) if offer.max.is_legacy() => Verdict::Legacy,
        Some(offer) if offer.max == Version::TLS12 && offer.acceptable_suite == Some(false) => {
            Verdict::Weak
        }
        // Of a client whose offer was not seen, the suite that was taken proves that it offers one that is accepted.
        _ if negotiated == Some(Version::TLS12)
            && offer.and_then(|offer| offer.acceptable_suite).is_none() =>
        {
            let proves = |suite| u16::try_from(suite).is_ok_and(exchange::is_acceptable_suite);
            if cipher.is_some_and(proves) {
                Verdict::Modern
            } else {
                Verdict::Unknown
            }
        }
        _ if negotiated.is_some_and(|version| version.standard().is_some()) => Verdict::Modern,
        _ if mode == Some(Mode::Plaintext) => Verdict::Plaintext,
        _ => Verdict::Unknown,
    }
}

/// What to act on. `cleartext_fallback` needs other sessions and is added later.
fn findings(
    session: &Session,
    classification: &exchange::Classification,
    never_asked: bool,
) -> Findings {
    let mut findings = Findings::default();
    let mut add = |finding, holds: bool| {
        if holds {
            findings.insert(finding);
        }
    };
    let online = session.exchange_online.is_some();
    let offers_legacy = session
        .offer
        .as_ref()
        .is_some_and(|offer| offer.max.is_legacy());
    add(
        Finding::LegacyNegotiated,
        session.negotiated.is_some_and(Version::is_legacy),
    );
    add(Finding::LegacyCapped, offers_legacy);
    add(Finding::NoAcceptableSuite, session.verdict == Verdict::Weak);
    add(Finding::StarttlsNever, never_asked);
    add(Finding::CertificateRejected, is_distrust(session.alert));
    let issuer = session
        .certificate
        .as_deref()
        .map(exchange::issuer_is_known);
    let outward =
        session.direction == Direction::Outbound || session.direction == Direction::External;
    add(
        Finding::Intercepted,
        online && outward && issuer == Some(false),
    );
    add(
        Finding::LegacyEndpoint,
        online && classification.legacy_endpoint,
    );
    add(Finding::RetiredName, online && classification.retired_name);
    add(Finding::AuthInClear, session.auth_in_clear);
    findings
}

/// Alerts by which a client says that it does not trust the certificate: bad_certificate (42) to certificate_unknown (46), unknown_ca (48).
fn is_distrust(alert: Option<Alert>) -> bool {
    alert.is_some_and(|alert| alert.by == Side::Client && matches!(alert.code, 42..=46 | 48))
}
