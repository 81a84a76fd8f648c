//! What became of the session's TLS.

use super::verdict::is_distrust;
use super::view::View;
use crate::flow::{Close, Reason};
use crate::session::{Alert, Mode, Outcome, ServerDid, Side};
use crate::smtp::server::ServerFacts;
use crate::time::SECOND;

/// After a ClientHello, silence of this many nanoseconds is an answer that never came; less, before the capture ends or
/// another connection takes the ports, may be an answer that the capture did not wait for, or has lost.
pub(super) const PATIENCE: u64 = 10 * SECOND;

impl View<'_> {
    pub(super) fn outcome(&self, mode: Option<Mode>) -> Outcome {
        if self.client_tls.is_some() || self.server_tls.is_some() {
            return self.outcome_of_tls(mode);
        }
        if mode == Some(Mode::Starttls) || mode.is_none() {
            return Outcome::Incomplete;
        }
        let server = self.server_facts();
        let answered =
            self.dialogue.joint.hello_answered || server.is_some_and(|facts| facts.extensions_seen);
        let client = self.client_facts();
        let extended = client.is_some_and(|facts| facts.extended);
        let asked = client.is_some_and(|facts| facts.asked_tls.is_some());
        match server {
            _ if self.was_refused() => Outcome::StarttlsRefused,
            // What came of it is not seen.
            _ if asked => Outcome::Incomplete,
            // Where the client was not heard, an error may be what the command got.
            Some(facts) if facts.offers_tls => {
                let server_heard = self.connection.is_whole(self.client_way.reversed());
                if self.heard_client() || (server_heard && took_all(facts)) {
                    Outcome::StarttlsNotUsed
                } else {
                    Outcome::Incomplete
                }
            }
            // Where the client was not heard, it may have asked all the same.
            Some(facts) if answered && self.saw_every_offer() => {
                if self.heard_client() || took_all(facts) {
                    Outcome::StarttlsNotOffered
                } else {
                    Outcome::Incomplete
                }
            }
            Some(_) if !extended && self.heard_client() && !self.went_no_further() => {
                Outcome::StarttlsNotOffered
            }
            _ => Outcome::Incomplete,
        }
    }

    /// What the server did in clear.
    pub(super) fn server_did(&self, outcome: Outcome) -> ServerDid {
        let client = self.client_facts();
        let server = self.server_facts();
        let asked = client.is_some_and(|facts| facts.extended)
            || server.is_some_and(|facts| facts.extensions_seen);
        ServerDid {
            withhold_tls: outcome == Outcome::StarttlsNotOffered && asked,
            take_mail: self.dialogue.joint.took_mail,
        }
    }

    /// No answer to EHLO but those that were seen: the client said it once, or nothing of the server is missing from
    /// its greeting on.
    fn saw_every_offer(&self) -> bool {
        let client = self.client_facts();
        let server = self.server_facts();
        let once = self.heard_client() && client.is_some_and(|facts| !facts.greeted_again);
        let greeted = server.is_some_and(|facts| facts.banner.is_some());
        once || (greeted && self.connection.is_unbroken(self.client_way.reversed()))
    }

    /// All that the client said was seen, so what it did not say was not said.
    pub(super) fn heard_client(&self) -> bool {
        self.connection.is_whole(self.client_way) && !self.is_open_ended()
    }

    /// Where the client's content ended is not known, so commands may be among what was taken for content.
    pub(super) fn is_open_ended(&self) -> bool {
        let client = self.dialogue.client.as_ref();
        client.is_some_and(|side| side.is_open_ended())
    }

    /// Whether the handshake finished. That it did not is told by an alert, or by an end of the connection before which
    /// nothing is missing.
    pub(super) fn established(&self) -> Option<bool> {
        let server_way = self.client_way.reversed();
        let seen_to_the_end = matches!(self.close, Close::Closed | Close::Reset(_))
            && self.connection.is_whole(self.client_way)
            && self.connection.is_whole(server_way);
        let told = seen_to_the_end || self.proof.alert.is_some();
        self.proof.established.filter(|finished| *finished || told)
    }

    pub(super) fn outcome_of_tls(&self, mode: Option<Mode>) -> Outcome {
        if self.proof.established == Some(true) {
            return Outcome::Established;
        }
        if self.refusal().is_some() {
            return Outcome::Rejected;
        }
        if self.proof.negotiated.is_some() || self.answered_hello() {
            return Outcome::Negotiated;
        }
        if mode != Some(Mode::Implicit) && self.refused_before_hello() {
            // In a hole it may have been asked and answered again.
            return if self.was_refused() && self.gaps().is_none() {
                Outcome::StarttlsRefused
            } else {
                Outcome::Incomplete
            };
        }
        if mode == Some(Mode::Starttls) && self.client_gave_up() {
            return if self.refused_to_the_end() {
                Outcome::StarttlsRefused
            } else {
                Outcome::Incomplete
            };
        }
        if mode.is_none() && self.client_gave_up() {
            return Outcome::Incomplete;
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
            // So may an alert of the client.
            _ if !hello || may_be_missing || self.client_tls.is_some_and(|facts| facts.lost) => {
                Outcome::Incomplete
            }
            _ if self.broken_off_by_client() => Outcome::Rejected,
            Close::Open if self.waited() && self.is_unanswered() => Outcome::Unanswered,
            Close::Open => Outcome::Incomplete,
            _ => Outcome::Closed,
        }
    }

    /// A ServerHello was seen whose version is not proven. One of which the random is missing may be a HelloRetryRequest.
    pub(super) fn answered_hello(&self) -> bool {
        let hello = self
            .server_tls
            .and_then(|facts| facts.server_hello.as_ref());
        hello.is_some_and(|hello| hello.random_seen)
    }

    /// Nothing followed the hello: no HelloRetryRequest, no warning, no text.
    fn is_unanswered(&self) -> bool {
        let hello = self.client_tls.and_then(|facts| facts.hello_time);
        let said = self.server_facts().and_then(|facts| facts.last);
        let before = |at| hello.is_none_or(|hello| at <= hello.end);
        self.server_tls.is_none() && said.is_none_or(|(_, at)| before(at))
    }

    /// The server went back to text after the hello (`454 TLS not available`).
    pub(super) fn refused_in_text(&self) -> bool {
        let Some(hello) = self.client_tls.and_then(|facts| facts.hello_time) else {
            return false;
        };
        let last = self.server_facts().and_then(|facts| facts.last);
        // At one and the same time, what comes behind an accepted STARTTLS answers the hello.
        let after = last.is_some_and(|(code, time)| {
            code >= 400 && (time > hello.end || (time == hello.end && self.was_accepted()))
        });
        after && self.server_tls.is_none()
    }

    /// The client went on in text after its hello.
    fn client_gave_up(&self) -> bool {
        let client = self.dialogue.client.as_ref();
        client.is_some_and(|side| side.tls.is_given_up())
    }

    /// Nothing of the server is missing, and all that it said is text, of which something is a refusal.
    fn refused_to_the_end(&self) -> bool {
        self.server_tls.is_none()
            && self.server_facts().is_some_and(|facts| facts.refused)
            && self.connection.is_whole(self.client_way.reversed())
    }

    /// The last that the server said, before the hello, was no: to STARTTLS, for all that is seen.
    pub(super) fn refused_before_hello(&self) -> bool {
        let hello = self.client_tls.and_then(|facts| facts.hello_time);
        let server = self.server_facts();
        let last = server.and_then(|facts| facts.last);
        let no = last
            .is_some_and(|(code, at)| code >= 400 && hello.is_some_and(|hello| at <= hello.end));
        self.server_tls.is_none() && !self.was_accepted() && (no || self.was_refused())
    }

    /// The silence after the last packet was long enough to count, whatever ended it.
    const fn waited(&self) -> bool {
        match self.reason {
            Reason::EndOfCapture(silence) | Reason::Succeeded(silence) => silence >= PATIENCE,
            Reason::Evicted => false,
            Reason::Closed | Reason::Idle => true,
        }
    }

    /// Somebody ended it. Silence for hours, or another connection in its place, may as well be a capture that has lost the rest.
    pub(super) fn is_closed(&self) -> bool {
        self.close != Close::Open
    }

    /// The alert that ended the handshake. One by which a client complains that the server has hung up on its hello
    /// ended nothing; where the server's answer is not in the capture, only an alert about the server's certificate
    /// tells that there was one.
    pub(super) fn refusal(&self) -> Option<Alert> {
        self.proof.alert.filter(|alert| {
            let answer_seen = self.server_tls.is_some() || is_distrust(Some(*alert));
            alert.by == Side::Server || (answer_seen && !self.server_hung_up_first())
        })
    }

    /// The client's own alert ended the handshake: the server had not hung up.
    fn broken_off_by_client(&self) -> bool {
        (self.proof.alert).is_some_and(|alert| alert.by == Side::Client)
            && !self.server_hung_up_first()
    }

    /// The server closed before it answered the hello, and before the client's alert.
    pub(super) fn server_hung_up_first(&self) -> bool {
        let closed = self.connection.tail.closed_at(self.client_way.reversed());
        let alert = self.client_tls.and_then(|facts| facts.alert(true));
        self.server_tls.is_none()
            && matches!((closed, alert), (Some(closed), Some(alert)) if closed <= alert.time)
    }
}

/// The server went on in clear and refused nothing, so it was not asked for TLS either: it would have said 220, or no.
const fn took_all(server: &ServerFacts) -> bool {
    server.went_on && !server.refused
}
