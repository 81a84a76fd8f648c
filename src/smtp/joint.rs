//! What the two directions know of each other while both are text.

use super::pairing::{Asked, Pair, Pairing, Replied};
use crate::time::Timestamp;

/// What became of the request for TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Starttls {
    /// Not asked, as far as seen.
    #[default]
    NotAsked,
    /// Asked; the answer was not seen.
    Asked,
    /// Refused with this code; it may be asked again.
    Refused(u16),
    /// Answered with 220.
    Accepted {
        /// From the command to the reply, nanoseconds.
        latency: Option<u64>,
    },
}

/// Facts that need both directions.
#[derive(Debug, Default)]
pub struct Joint {
    pairing: Pairing,
    /// When TLS was last asked for.
    asked_at: Option<Timestamp>,
    /// The request for TLS.
    pub starttls: Starttls,
    /// An EHLO was answered with 250.
    pub hello_answered: bool,
    /// Whether the last DATA was let in, until the client side has asked for it.
    data: Option<bool>,
}

impl Joint {
    /// Commands may have gone before the first that was seen.
    pub fn client_joined_late(&mut self) {
        self.pairing.start_late();
    }

    /// Replies may have gone before the first that was seen, the greeting among them.
    pub fn server_joined_late(&mut self) {
        self.pairing.start_late();
        self.pairing.expect_no_greeting();
    }

    /// The client sent a line that wants a reply.
    pub fn ask(&mut self, asked: Asked, time: Timestamp) {
        if asked == Asked::Tls {
            self.asked_at = Some(time);
        }
        match asked {
            Asked::Tls if !matches!(self.starttls, Starttls::Accepted { .. }) => {
                self.starttls = Starttls::Asked;
            }
            Asked::Data => self.data = None,
            _ => {}
        }
        let pair = self.pairing.ask(asked, time);
        self.learn(pair);
    }

    /// The client greets as one of LMTP.
    pub fn speaks_lmtp(&mut self) {
        self.pairing.answer_by_recipient();
    }

    /// The server finished a reply.
    pub fn reply(&mut self, code: u16, time: Timestamp) {
        let pair = self.pairing.reply(Replied { code, time });
        self.learn(pair);
        // The count is lost, but 220 is said only to greet, before anything is asked, and to let TLS begin.
        let answers = self.asked_at.is_some_and(|asked| time >= asked);
        if self.pairing.is_lost() && code == 220 && answers && self.starttls == Starttls::Asked {
            self.starttls = Starttls::Accepted { latency: None };
        }
    }

    /// Bytes are missing in one of the directions.
    pub fn lose_count(&mut self) {
        self.pairing.lose_count();
    }

    /// Whether the server let the last DATA in, where its reply is known.
    pub fn take_data(&mut self) -> Option<bool> {
        self.data.take()
    }

    /// Neither direction is text any more: frees what waited for its other half.
    pub fn settle(&mut self) {
        self.pairing.forget();
    }

    fn learn(&mut self, pair: Option<Pair>) {
        let Some((asked, time, reply)) = pair else {
            return;
        };
        match asked {
            // Without the beginning, a 250 may be the answer to anything.
            Asked::Hello => self.hello_answered |= reply.code == 250 && !self.pairing.is_late(),
            Asked::Data => self.data = Some(reply.code == 354),
            Asked::Tls if matches!(self.starttls, Starttls::Accepted { .. }) => {}
            Asked::Tls if reply.code == 220 => {
                self.starttls = Starttls::Accepted {
                    latency: reply.time.after(time),
                };
            }
            // RFC 3207 section 4 knows 220, 454 and 501: anything that is no refusal answers another command.
            Asked::Tls if reply.code < 400 => self.pairing.lose_count(),
            Asked::Tls => self.starttls = Starttls::Refused(reply.code),
            Asked::Mail | Asked::Recipient | Asked::Content | Asked::Other => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both directions have lost bytes, the server's its SYN too, so its greeting is read when all of the client's was.
    fn asked_for_tls(at: u64) -> Joint {
        let mut joint = Joint::default();
        joint.server_joined_late();
        joint.lose_count();
        joint.ask(Asked::Tls, Timestamp(at));
        joint
    }

    #[test]
    fn a_greeting_that_is_read_late_answers_nothing() {
        let mut joint = asked_for_tls(5);
        joint.reply(220, Timestamp(1));
        joint.reply(250, Timestamp(3));
        assert_eq!(joint.starttls, Starttls::Asked);
    }

    #[test]
    fn a_later_220_lets_tls_begin_though_the_count_is_lost() {
        let mut joint = asked_for_tls(5);
        joint.reply(220, Timestamp(6));
        assert_eq!(joint.starttls, Starttls::Accepted { latency: None });
    }
}
