//! A connection looked at from the client's end, and what it shows as it stands.

use std::net::IpAddr;
use std::sync::Arc;

use super::behind::BehindHandshake;
use crate::exchange;
use crate::flow::{Close, Connection, Reason, Way};
use crate::packet::PortSet;
use crate::session::{Exchange, Gaps, Latency, LimitedBy, Mode, Offer, Seen, Side};
use crate::smtp::Dialogue;
use crate::smtp::client::ClientFacts;
use crate::smtp::joint::Starttls;
use crate::smtp::server::ServerFacts;
use crate::smtp::start::{TlsAt, TlsStart};
use crate::tls::{self, Conclusion, Facts, Version};

/// A connection looked at from the client's end.
pub(super) struct View<'a> {
    pub(super) connection: &'a Connection,
    pub(super) dialogue: &'a Dialogue,
    pub(super) reason: Reason,
    pub(super) client_way: Way,
    pub(super) close: Close,
    /// TLS was given up and may have been begun again, and bytes are missing: which hello was answered how is not known.
    pub(super) torn: bool,
    pub(super) client_tls: Option<&'a Facts>,
    pub(super) server_tls: Option<&'a Facts>,
    pub(super) proof: Conclusion,
}

impl<'a> View<'a> {
    pub(super) fn new(
        connection: &'a Connection,
        reason: Reason,
        client_way: Way,
        ports: &PortSet,
    ) -> Self {
        let dialogue = &connection.dialogue;
        let server_unbroken = connection.is_unbroken(client_way.reversed());
        let client_unbroken = connection.is_unbroken(client_way);
        let said = (dialogue.client.as_ref())
            .and_then(|side| side.tls.facts())
            .filter(|facts| !(server_unbroken && is_quoted(dialogue, facts)));
        let torn = !(client_unbroken && server_unbroken) && gave_up_tls(dialogue, said);
        let client_tls = said.filter(|facts| {
            !torn && (client_unbroken || !may_be_superseded(dialogue, facts, server_unbroken))
        });
        let server_tls = (dialogue.server.as_ref())
            .and_then(|side| side.tls.facts())
            .filter(|facts| !torn || facts.server_hello.is_some())
            .filter(|facts| !is_of_another_hello(dialogue, facts));
        Self {
            connection,
            dialogue,
            reason,
            client_way,
            close: connection.close(ports),
            torn,
            client_tls,
            server_tls,
            proof: connection.with_course(client_way, |course| {
                tls::conclude(client_tls, server_tls, course)
            }),
        }
    }

    /// What the client said in clear, if anything of it was seen.
    pub(super) fn client_facts(&self) -> Option<&'a ClientFacts> {
        self.dialogue.client.as_ref().map(|side| &side.facts)
    }

    /// What the server said in clear, if anything of it was seen.
    pub(super) fn server_facts(&self) -> Option<&'a ServerFacts> {
        self.dialogue.server.as_ref().map(|side| &side.facts)
    }

    pub(super) fn hello(&self) -> Option<&tls::ClientHello> {
        let facts = self.client_tls?;
        facts
            .client_hello
            .as_deref()
            .or(facts.second_client_hello.as_deref())
    }

    /// The first hello, of which fingerprints are made. One that is behind missing bytes, or of a connection that is
    /// seen from somewhere inside, may be the second, which a HelloRetryRequest makes differ in its extensions (RFC
    /// 8446 section 4.1.2).
    pub(super) fn first_hello(&self) -> Option<&tls::ClientHello> {
        let facts = self.client_tls?;
        let hello = self.hello()?;
        let retried = self.server_tls.is_some_and(|facts| facts.hello_retry);
        let may_be_second = facts.second_client_hello.is_none()
            && (facts.begun_late
                || facts.first_unseen
                || hello.extensions.contains(&COOKIE)
                || (retried && !self.connection.is_whole(self.client_way))
                || self.may_have_been_retried(facts, hello));
        (!may_be_second).then_some(hello)
    }

    /// A hello of TLS 1.3 and a HelloRetryRequest may have gone before what is seen of both directions. Only the first
    /// hello may ask for early data (section 4.1.2), or be in a record of an older version than TLS 1.2 (section 5.1).
    fn may_have_been_retried(&self, facts: &Facts, hello: &tls::ClientHello) -> bool {
        let allows_retry = facts
            .offer()
            .is_none_or(|offer| offer.max == Version::TLS13);
        let tells = facts.in_old_record || hello.early_data;
        let client = self.dialogue.client.as_ref().map(|side| &side.tls);
        let server = self.dialogue.server.as_ref().map(|side| &side.tls);
        let seen = |tls: Option<&TlsStart>, way: Way| {
            tls.is_some_and(|tls| tls.at().is_some_and(|at| at != TlsAt::Unseen))
                && self.connection.is_unbroken(way)
        };
        allows_retry
            && !tells
            && !seen(client, self.client_way)
            && !seen(server, self.client_way.reversed())
    }

    pub(super) fn answer(&self) -> Option<&tls::ServerHello> {
        self.server_tls?.server_hello.as_deref()
    }

    pub(super) fn offer(&self) -> Option<Offer> {
        let offered = self.client_tls?.offer()?;
        let suites_seen = self.hello().is_some_and(|hello| hello.suites.is_some());
        let in_any = [Version::TLS13, Version::TLS12]
            .into_iter()
            .any(|version| self.offers_acceptable_suite(version) == Some(true));
        Some(Offer {
            versions: Arc::clone(&offered.versions),
            max: offered.max,
            listed: offered.listed,
            acceptable_suite: suites_seen.then_some(in_any),
        })
    }

    /// Whether the hello has a suite that Exchange Online accepts in this version; `None` if it does not allow the
    /// version, or its suites were not seen.
    pub(super) fn offers_acceptable_suite(&self, version: Version) -> Option<bool> {
        let offered = self.client_tls?.offer()?;
        let suites = self.hello()?.suites.as_ref()?;
        let allowed = offered.max == version || offered.versions.contains(&version);
        let acceptable = |suite: &u16| exchange::is_acceptable_suite(*suite, version);
        allowed.then(|| suites.iter().any(acceptable))
    }

    /// Who kept the version down: only where the answer was legacy, or refused for its version.
    pub(super) fn limited_by(&self) -> Option<LimitedBy> {
        let offered = self.client_tls?.offer()?;
        let answer_is_legacy = self.proof.negotiated.is_some_and(Version::is_legacy);
        let refused_for_version =
            self.proof
                .alert
                .is_some_and(|alert| match (alert.by, self.proof.negotiated) {
                    (Side::Server, None) => {
                        matches!(alert.code, PROTOCOL_VERSION | INAPPROPRIATE_FALLBACK)
                    }
                    (Side::Client, Some(answer)) => {
                        alert.code == PROTOCOL_VERSION && answer < offered.max
                    }
                    _ => false,
                });
        if !answer_is_legacy && !refused_for_version {
            return None;
        }
        // By inappropriate_fallback the server says that it knows better than the client offers (RFC 7507 section 3).
        let fell_back =
            (self.proof.alert).is_some_and(|alert| alert.code == INAPPROPRIATE_FALLBACK);
        Some(if offered.max.is_legacy() || fell_back {
            LimitedBy::Client
        } else {
            LimitedBy::Server
        })
    }

    /// The client sent mail or logged in without ever asking for TLS. One that asked whether it may and went away did
    /// nothing wrong.
    pub(super) fn never_asked(&self, mode: Option<Mode>) -> bool {
        let client = self.client_facts();
        mode == Some(Mode::Plaintext)
            && client.is_some_and(|facts| facts.transacted && facts.asked_tls.is_none())
            && self.would_show_request()
    }

    /// A request for TLS would be seen: nothing of the client is missing, or nothing of the server, whose answer would
    /// be 220 or a refusal.
    fn would_show_request(&self) -> bool {
        let server = self.server_facts();
        let answers_nothing = server.is_some_and(|facts| !facts.refused && facts.ready_again == 0);
        (self.connection.is_unbroken(self.client_way) && !self.is_open_ended())
            || (answers_nothing && self.connection.is_whole(self.client_way.reversed()))
    }

    /// AUTH outside TLS. Behind an accepted STARTTLS it was inside, and a decrypting tap shows it.
    pub(super) fn auth_in_clear(&self) -> bool {
        let Some(client) = self.client_facts() else {
            return false;
        };
        let sees_tls = self.client_tls.is_some() || self.server_tls.is_some();
        let told = self.dialogue.joint.has_logged_in() && (sees_tls || !self.was_accepted());
        client.auth_without_tls
            || self.logged_in_refused(client)
            || ((told || self.logged_in_before_tls(client, sees_tls))
                && (sees_tls || !self.may_have_begun_unseen()))
    }

    /// AUTH came behind a request for TLS, and not in TLS: that was never accepted, not this request was, or TLS is
    /// seen to come after it. A decrypting tap shows none.
    fn logged_in_before_tls(&self, client: &ClientFacts, sees_tls: bool) -> bool {
        client.auth_after_tls.is_some()
            && (!self.was_accepted() || (sees_tls && !client.hole_since_asked))
    }

    /// AUTH came behind requests for TLS all of which were refused, and nothing is missing before it.
    fn logged_in_refused(&self, client: &ClientFacts) -> bool {
        (client.auth_after_tls).is_some_and(|requests| self.dialogue.joint.refused >= requests)
    }

    /// The name that the client gave.
    pub(super) fn client_name(&self) -> Option<Arc<str>> {
        let client = self.client_facts()?;
        if client.name.is_some() {
            return client.name.clone();
        }
        let said = client.may_be_name.as_ref()?;
        let server = self.server_facts()?;
        let answered = server.hello_at.is_some_and(|at| said.is_answered_at(at));
        // Nor is any content let in before the greeting and an answer.
        let greets = server.banner.is_some() && server.agreed_at.is_some_and(|at| said.at <= at);
        (answered || greets).then(|| Arc::clone(&said.name))
    }

    /// The address under which the server sees the client, by what it says to EHLO or HELO. One that `looks` for itself
    /// says the address that it sees. Others may say back what the client claims, so all that it claims must be known.
    pub(super) fn public_ip(&self, looks: bool) -> Option<IpAddr> {
        let server = self.server_facts()?;
        let ip = exchange::greeted_ip(server.hello.as_deref().or(server.helo.as_deref())?)?;
        let is_claimed = || {
            let client = self.dialogue.client.as_ref();
            client.is_none_or(|side| {
                let name = side.facts.name.as_deref();
                side.is_adrift()
                    || side.facts.renamed
                    || name.is_none_or(|name| exchange::claimed_ip(name) == Some(ip))
            })
        };
        (looks || !is_claimed()).then_some(ip)
    }

    pub(super) fn latency(&self) -> Latency {
        let starttls = match self.starttls() {
            Starttls::Accepted { latency } => latency,
            _ => None,
        };
        Latency {
            connect: self.connection.connect_latency(),
            starttls,
            hello: self.proof.hello_latency,
        }
    }

    pub(super) fn gaps(&self) -> Option<Gaps> {
        let counts = self.connection.counts();
        (counts.gaps > 0).then_some(Gaps {
            count: counts.gaps,
            bytes: counts.gap_bytes,
        })
    }

    pub(super) fn seen(&self) -> Seen {
        let client = self.connection.saw(self.client_way);
        let server = self.connection.saw(self.client_way.reversed());
        match (client, server) {
            (true, false) => Seen::Client,
            (false, true) => Seen::Server,
            _ => Seen::Both,
        }
    }

    pub(super) fn server_port(&self) -> u16 {
        self.connection.key.sender_port(self.client_way.reversed())
    }

    pub(super) fn exchange(&self) -> Option<Exchange> {
        self.behind_handshake()?.exchange(&self.connection.tail)
    }

    /// Where what flows behind the handshake begins; `None` if the handshake did not finish or that cannot be told.
    pub(super) fn behind_handshake(&self) -> Option<BehindHandshake> {
        let version = self.proof.negotiated?;
        if self.proof.established != Some(true) {
            return None;
        }
        let (client, server) = (self.client_tls?, self.server_tls?);
        let ends = self.connection.with_course(self.client_way, |course| {
            tls::handshake_end(client, server, version, course)
        })?;
        Some(BehindHandshake {
            client: self.client_way,
            places: self.connection.seqs_at(self.client_way, ends)?,
            version,
            cipher: self.proof.cipher,
            server_port: self.server_port(),
        })
    }
}

/// One of the ends went back to text after a hello or an alert, or may have: two hellos offer what a first and a second
/// do not, or the server said more behind its fatal alert.
fn gave_up_tls(dialogue: &Dialogue, client: Option<&Facts>) -> bool {
    let asked = (dialogue.client.as_ref()).is_some_and(|side| side.tls.was_given_up());
    let server = dialogue.server.as_ref().map(|side| &side.tls);
    client.is_some_and(|facts| asked || facts.has_unlike_hellos())
        || server.is_some_and(|tls| {
            tls.was_given_up() || tls.facts().is_some_and(|facts| facts.end_unseen)
        })
}

/// Whether the hello may not be the last, where bytes of the client are missing: the server has answered it in text, and gone on.
fn may_be_superseded(dialogue: &Dialogue, client: &Facts, server_unbroken: bool) -> bool {
    let Some(server) = dialogue.server.as_ref() else {
        return false;
    };
    let last = server
        .facts
        .last
        .filter(|(_, at)| client.hello_time.is_some_and(|hello| *at > hello.end));
    last.is_some_and(|(code, _)| code < 400 || !server_unbroken || server.tls.facts().is_some())
}

/// The server's alert answered another hello: both ends went on in text, the client said its last hello, and to that
/// the server said nothing but text.
fn is_of_another_hello(dialogue: &Dialogue, server: &Facts) -> bool {
    let Some(client) = dialogue.client.as_ref().map(|side| &side.tls) else {
        return false;
    };
    let given_up = (dialogue.server.as_ref()).is_some_and(|side| side.tls.is_given_up());
    let hello = client.facts().and_then(|facts| facts.hello_time);
    let alert = server.alert(true);
    given_up
        && client.was_given_up()
        && matches!((alert, hello), (Some(alert), Some(hello)) if alert.time < hello.begin)
}

/// A hello in a message, behind bytes that are missing: the server goes on in clear and takes what the client says.
fn is_quoted(dialogue: &Dialogue, client: &Facts) -> bool {
    let begun_inside = (dialogue.client.as_ref())
        .is_some_and(|side| side.tls.at() != Some(TlsAt::FirstByte) && side.is_adrift());
    let Some(server) = dialogue
        .server
        .as_ref()
        .filter(|side| side.tls.facts().is_none())
    else {
        return false;
    };
    let taken = server.facts.last.is_some_and(|(code, at)| {
        (200..400).contains(&code)
            && code != 220
            && client.hello_time.is_some_and(|hello| at > hello.end)
    });
    // Content comes behind 354, and what comes behind 220 is TLS, or a line.
    let refused = server.facts.last_220.is_some_and(|(at, behind)| {
        client.hello_time.is_some_and(|hello| {
            at <= hello.end && behind.is_some_and(|(code, at)| code >= 400 && at >= hello.begin)
        })
    });
    begun_inside && taken && !refused
}

/// ExtensionType cookie: only a second ClientHello has it (RFC 8446 section 4.2.2).
const COOKIE: u16 = 44;
/// AlertDescription protocol_version.
const PROTOCOL_VERSION: u8 = 70;
/// AlertDescription inappropriate_fallback.
const INAPPROPRIATE_FALLBACK: u8 = 86;
