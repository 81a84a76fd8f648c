//! How TLS began: by command, from the first byte, or never; or that the capture does not hold what would decide it.

use super::view::View;
use crate::flow::Close;
use crate::session::{Mode, Side, StarttlsCommand};
use crate::smtp::joint::Starttls;
use crate::smtp::start::TlsAt;

impl View<'_> {
    /// How TLS began, if the capture holds what decides it.
    pub(super) fn mode(&self) -> Option<Mode> {
        let client = self.dialogue.client.as_ref();
        let server = self.dialogue.server.as_ref();
        let client_at = client.and_then(|side| side.tls.at().filter(|_| self.client_tls.is_some()));
        let server_at = server.and_then(|side| side.tls.at());
        let asked = client.is_some_and(|side| side.facts.asked_tls.is_some());
        if client_at.is_none() && server_at.is_none() {
            return if self.torn {
                asked.then_some(Mode::Starttls)
            } else {
                self.mode_of_text()
            };
        }
        if self.spoke_text_to_tls() {
            return client
                .is_some_and(|side| side.facts.commands > 0)
                .then(|| self.mode_of_text())
                .flatten();
        }
        // Of a capture that begins with a hello, all text comes after it.
        let unseen = client_at == Some(TlsAt::Unseen);
        let text_before = (!unseen && client.is_some_and(|side| side.facts.commands > 0))
            || (client_at.is_none() && server.is_some_and(|side| side.facts.replies > 0));
        match (client_at, server_at) {
            _ if asked => Some(Mode::Starttls),
            (Some(TlsAt::FirstByte), _) | (None | Some(TlsAt::Later), Some(TlsAt::FirstByte)) => {
                Some(Mode::Implicit)
            }
            _ if text_before => Some(Mode::Starttls),
            _ if unseen && client.is_some_and(|side| side.tls.was_given_up()) => {
                let let_begin = server.is_some_and(|side| side.facts.ready_again > 0);
                let_begin.then_some(Mode::Starttls)
            }
            _ if self.server_answered_text() => Some(Mode::Starttls),
            // A greeting in clear tells that the client waited for it, or that it did not.
            (Some(TlsAt::Unseen), None) if self.server_spoke() => None,
            _ if self.server_port() == 465 => Some(Mode::Implicit),
            _ => None,
        }
    }

    /// The client said text alone, and the server, which speaks TLS from its first byte on, no more than an alert: TLS has
    /// not begun.
    pub(super) fn spoke_text_to_tls(&self) -> bool {
        let client = self.dialogue.client.as_ref();
        let said_text = client.is_some_and(|side| {
            let heard = side.has_said_text() && self.heard_client();
            side.tls.at().is_none() && (side.facts.commands > 0 || heard)
        });
        let alert_alone = self.dialogue.server.as_ref().is_some_and(|side| {
            let alerts = (side.tls.facts())
                .is_some_and(|facts| facts.server_hello.is_none() && facts.alert(true).is_some());
            side.tls.at() == Some(TlsAt::FirstByte) && alerts
        });
        said_text && alert_alone && self.connection.is_unbroken(self.client_way.reversed())
    }

    pub(super) fn server_spoke(&self) -> bool {
        self.server_facts().is_some_and(|facts| facts.replies > 0)
    }

    /// The server took a command in clear, or let TLS follow on text of its own. What it says to a hello that it takes for a
    /// line (`500`, `554`) is neither.
    pub(super) fn server_answered_text(&self) -> bool {
        self.dialogue.server.as_ref().is_some_and(|side| {
            side.facts.agreed
                || side.facts.ready_again > 0
                || (side.facts.replies > 0 && side.tls.facts().is_some())
        })
    }

    /// No TLS was seen: by command without a hello, never, or not to be told.
    pub(super) fn mode_of_text(&self) -> Option<Mode> {
        if self.was_accepted() {
            return Some(Mode::Starttls);
        }
        if self.may_have_begun_unseen() || self.ends_in_holes() {
            return None;
        }
        let server = self.server_facts();
        let went_on = self.client_went_on() || server.is_some_and(|facts| facts.went_on);
        let server_way = self.client_way.reversed();
        let told = (self.was_refused() && self.gaps().is_none())
            || (self.is_closed() && self.heard_client() && self.connection.is_whole(server_way));
        (went_on || told).then_some(Mode::Plaintext)
    }

    /// The client went on without TLS: MAIL, AUTH or QUIT without a request for TLS, or behind one. Behind one they may
    /// have been sent along with it, in the same segment or not, and TLS come after them: unless it was refused or
    /// something else was answered since, or the client has ended without a byte of TLS.
    fn client_went_on(&self) -> bool {
        let Some(client) = self.client_facts() else {
            return false;
        };
        let server = self.server_facts();
        let answered = |asked| {
            !self.dialogue.joint.keeps_count()
                && server
                    .and_then(|facts| facts.last)
                    .is_some_and(|(code, at)| code != 220 && at > asked)
        };
        let ended = matches!(self.close, Close::Closed | Close::HalfClosed(Side::Client));
        client.went_on
            && client.asked_tls.is_none_or(|(_, asked)| {
                self.was_refused()
                    || client.sent_content
                    || answered(asked)
                    || (ended && self.heard_client())
            })
    }

    /// What became of the request for TLS. What was said before anything was received is no answer to it, but the greeting.
    pub(super) fn starttls(&self) -> Starttls {
        let joint = &self.dialogue.joint;
        let greeted =
            joint.accepted_first && self.connection.began_first(self.client_way.reversed());
        if greeted {
            Starttls::Asked
        } else {
            joint.starttls
        }
    }

    pub(super) fn was_refused(&self) -> bool {
        matches!(self.starttls(), Starttls::Refused(_))
    }

    /// The server let TLS begin: 220 to the command, or where the command was not seen, a 220 that is not the greeting and behind
    /// which there is no more text.
    pub(super) fn was_accepted(&self) -> bool {
        let Some(server) = self.server_facts() else {
            return false;
        };
        let client = self.client_facts();
        let asked_at = client.and_then(|facts| facts.asked_tls).map(|(_, at)| at);
        match self.starttls() {
            Starttls::Accepted { .. } => true,
            // The count was lost. A 220 from before the command greets again, as after XCLIENT.
            Starttls::Asked => server.ready_at.is_some_and(|at| Some(at) >= asked_at),
            Starttls::NotAsked | Starttls::Refused(_) => {
                !self.knows_commands()
                    && self.server_answered_more()
                    && server.ready_again > 0
                    && server.last.is_some_and(|(code, _)| code == 220)
            }
        }
    }

    /// The server said more than 220, or may have: else one that greets twice looks like one that lets TLS begin.
    fn server_answered_more(&self) -> bool {
        let server = self.server_facts();
        server.is_some_and(|facts| facts.agreed || facts.refused)
            || !self.connection.is_unbroken(self.client_way.reversed())
    }

    /// Commands of the client were seen, or it is seen that it said none, and the server does not speak against that.
    fn knows_commands(&self) -> bool {
        let said = self.client_facts().is_some_and(|facts| facts.commands > 0);
        let server_way = self.client_way.reversed();
        said || (self.heard_client()
            && self.connection.is_whole(server_way)
            && !self.server_answered_more())
    }

    /// TLS may have begun behind all text that is seen: bytes are missing there in both directions.
    fn ends_in_holes(&self) -> bool {
        let client = self.dialogue.client.as_ref();
        let server = self.dialogue.server.as_ref();
        client.is_some_and(|side| side.tls.ends_in_hole())
            && server.is_some_and(|side| side.tls.ends_in_hole())
    }

    /// TLS may have begun where the capture does not show it, though what follows is text: behind a tap that decrypts. The client
    /// then greets again (RFC 3207 section 4.2).
    pub(super) fn may_have_begun_unseen(&self) -> bool {
        let client = self.client_facts();
        let server = self.server_facts();
        let whole = self.gaps().is_none()
            && self.connection.saw(self.client_way)
            && self.connection.saw(self.client_way.reversed());
        let greeted_again = client.is_some_and(|facts| facts.greeted_again);
        let unanswered = self.starttls() == Starttls::Asked;
        // 220 in the middle, to a command that was not seen.
        let unbroken = self.connection.is_unbroken(self.client_way);
        let unasked = !self.knows_commands()
            || client.is_some_and(|facts| {
                !unbroken && (facts.asked_tls.is_none() || self.is_ready_since_refused())
            });
        let ready_unasked = unasked && server.is_some_and(|facts| facts.ready_again > 0);
        (greeted_again && !whole && !self.was_refused())
            || (unanswered && (self.gaps().is_some() || !self.client_went_on()))
            || ready_unasked
            || (client.is_some_and(|facts| facts.may_have_asked)
                && !self.dialogue.joint.let_in_late())
    }

    /// 220 was said behind the refusal, for all that is known to a request that was not seen.
    fn is_ready_since_refused(&self) -> bool {
        let Starttls::Refused(refused) = self.starttls() else {
            return false;
        };
        let ready = self.server_facts().and_then(|facts| facts.ready_at);
        ready.is_some_and(|ready| ready >= refused)
    }

    pub(super) fn starttls_command(&self, mode: Option<Mode>) -> Option<StarttlsCommand> {
        if mode != Some(Mode::Starttls) {
            return None;
        }
        let facts = self.client_facts()?;
        let (command, _) = facts.asked_tls?;
        (!facts.hole_since_asked).then_some(command)
    }
}
