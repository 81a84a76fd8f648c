//! When TLS was seen not to come about, and that the client went on without it in the same session.

use super::outcome::PATIENCE;
use super::view::View;
use crate::flow::Close;
use crate::session::{Mode, Outcome};
use crate::smtp::joint::Starttls;
use crate::time::Timestamp;
use crate::tls::Version;

impl View<'_> {
    /// The first moment that tells that TLS does not come about: the alert, the refusal, the end of the connection; of
    /// a hello that nothing answers, the hello itself, since whoever comes back behind it has given up, and where the
    /// connection ended after all, as long behind it as an answer is waited for.
    pub(super) fn tls_failed(&self, mode: Option<Mode>, outcome: Outcome) -> Option<Timestamp> {
        let ended = self.connection.tail.ended_at();
        match outcome {
            // What was said in clear to a server of TLS is no TLS that failed.
            Outcome::Rejected if !self.spoke_text_to_tls() => self.proof.alert_at,
            Outcome::StarttlsRefused => self.refused_at(),
            Outcome::Unanswered => self.hello_at(),
            Outcome::Closed => {
                let given_up = self.hello_at().map(|hello| hello.plus(PATIENCE));
                ended.into_iter().chain(given_up).min()
            }
            Outcome::Negotiated if self.broke_off() => ended,
            Outcome::Incomplete if self.ended_before_hello(mode) => ended,
            _ => None,
        }
    }

    fn hello_at(&self) -> Option<Timestamp> {
        Some(self.client_tls?.hello_time?.end)
    }

    /// The refusal that counts: of the command, else what is said to the hello.
    fn refused_at(&self) -> Option<Timestamp> {
        if let Starttls::Refused(at) = self.starttls() {
            return Some(at);
        }
        let server = self.server_facts();
        let no = server
            .and_then(|facts| facts.last)
            .and_then(|(code, at)| (code >= 400).then_some(at));
        no.or_else(|| self.hello_at())
    }

    /// The connection ended behind the ServerHello, before the handshake did. In TLS 1.3 the client's records may be
    /// the end of it.
    fn broke_off(&self) -> bool {
        let may_have_finished = self.proof.negotiated == Some(Version::TLS13)
            && (self.client_tls).is_none_or(|facts| facts.application.count > 0);
        self.established() == Some(false) && !may_have_finished
    }

    /// The server let TLS begin, and the connection ended without a whole hello and without another command.
    fn ended_before_hello(&self, mode: Option<Mode>) -> bool {
        let accepted = matches!(self.starttls(), Starttls::Accepted { .. });
        let client = self.client_facts();
        let went_on = client.is_some_and(|facts| facts.went_on);
        let hello = self
            .client_tls
            .is_some_and(|facts| facts.client_hello.is_some());
        mode == Some(Mode::Starttls)
            && accepted
            && !(went_on || hello || self.torn)
            && self.server_tls.is_none()
            && matches!(self.close, Close::Closed | Close::Reset(_))
            && self.heard_client()
            && self.connection.is_whole(self.client_way.reversed())
    }

    /// TLS was refused, and the client sent mail or logged in all the same.
    pub(super) fn went_on_refused(&self, mode: Option<Mode>) -> bool {
        let client = self.client_facts();
        mode == Some(Mode::Plaintext)
            && self.was_refused()
            && self.heard_client()
            && self.connection.is_whole(self.client_way.reversed())
            && client.is_some_and(|facts| facts.sent_content || facts.auth_after_tls.is_some())
    }

    /// All that is seen in clear is greetings, names and the end: what the client would have done is not known. Told by what was
    /// said and taken, so that a part of a session tells no more than the whole.
    pub(super) fn went_no_further(&self) -> bool {
        let client = self.client_facts();
        let server = self.server_facts();
        let said = client.is_some_and(|facts| facts.mailed || facts.asked_tls.is_some());
        let taken = server.is_some_and(|facts| facts.took_command);
        !(said || taken)
    }
}
