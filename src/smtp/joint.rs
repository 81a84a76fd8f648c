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
    /// Refused at this time; it may be asked again.
    Refused(Timestamp),
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
    /// It was accepted by the first reply that is seen of the server, which may be the greeting.
    pub accepted_first: bool,
    /// How many requests for TLS were refused before one was accepted, counted from the first.
    pub refused: u32,
    /// An EHLO was answered with 250.
    pub hello_answered: bool,
    /// The server took a recipient, or content.
    pub took_mail: bool,
    /// Whether the last DATA was let in.
    data: Data,
    /// Lines of the client that are AUTH or content, and what the server says to them, once one of the two has come.
    login: Option<Box<Login>>,
}

/// What became of the last DATA.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Data {
    /// There was none, or the client side has asked for the answer.
    #[default]
    Done,
    /// It was said; the answer was not seen.
    Asked(Timestamp),
    /// It was answered: by 354, or by no.
    LetIn(bool),
}

/// AUTH where the dialogue may as well be inside of content: the server's replies tell.
#[derive(Debug, Default)]
struct Login {
    /// When such a line was first read.
    since: Option<Timestamp>,
    /// When the last one was.
    asked: Option<Timestamp>,
    /// When the client said more behind it.
    until: Option<Timestamp>,
    /// When the last reply came that only AUTH gets.
    replied: Option<Timestamp>,
    /// When the last reply came that AUTH gets and content does not.
    turned_away: Option<Timestamp>,
    /// One of them was AUTH.
    told: bool,
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
            Asked::Data => self.data = Data::Asked(time),
            _ => {}
        }
        if let Some(login) = &mut self.login {
            login.until = login.until.or(Some(time));
        }
        let pair = self.pairing.ask(asked, time);
        self.learn(pair);
    }

    /// The client greets as one of LMTP.
    pub fn speaks_lmtp(&mut self) {
        self.pairing.answer_by_recipient();
    }

    /// The client's last line is AUTH, or a line of content that reads like it.
    pub fn may_log_in(&mut self, time: Timestamp) {
        self.login.get_or_insert_default().ask(time);
    }

    /// A line that may have been content was AUTH.
    pub fn has_logged_in(&self) -> bool {
        self.login.as_ref().is_some_and(|login| login.is_told())
    }

    /// The server finished its greeting, which lets no TLS begin.
    pub fn greet(&mut self, code: u16, time: Timestamp) {
        let pair = self.pairing.reply(Replied { code, time });
        self.learn(pair);
    }

    /// The server finished the first reply that is seen of it, and that may be the greeting.
    pub fn may_greet(&mut self, code: u16, time: Timestamp) {
        self.reply(code, time);
        self.accepted_first = matches!(self.starttls, Starttls::Accepted { .. });
    }

    /// The server finished a reply.
    pub fn reply(&mut self, code: u16, time: Timestamp) {
        if Login::is_answered_by(code) {
            self.login.get_or_insert_default().reply(code, time);
        }
        // Said to DATA alone (RFC 5321 section 4.3.2).
        self.took_mail |= code == 354;
        let pair = self.pairing.reply(Replied { code, time });
        self.learn(pair);
        // The count is lost, but 220 is said only to greet, before anything is asked, and to let TLS begin.
        let answers = self.asked_at.is_some_and(|asked| time >= asked);
        if self.pairing.is_lost() && code == 220 && answers && self.starttls == Starttls::Asked {
            self.starttls = Starttls::Accepted { latency: None };
        }
        // Likewise, DATA that waits for an answer is what a 354 is for.
        let lets_in = matches!(self.data, Data::Asked(asked) if time >= asked);
        if self.pairing.is_lost() && code == 354 && lets_in {
            self.data = Data::LetIn(true);
        }
    }

    /// Whether a reply that answers nothing the client was seen to say came in this time, ends included.
    pub fn has_replied(&self, from: Timestamp, to: Timestamp) -> bool {
        self.pairing.holds_reply(from, to)
    }

    /// Bytes are missing in one of the directions.
    pub fn lose_count(&mut self) {
        self.pairing.lose_count();
    }

    /// Whether it is known which reply answers which command, by count and not by times alone.
    pub const fn keeps_count(&self) -> bool {
        !self.pairing.is_lost() && !self.pairing.is_late()
    }

    /// Whether the server let the last DATA in, where its reply is known.
    pub fn take_data(&mut self) -> Option<bool> {
        let Data::LetIn(accepted) = self.data else {
            return None;
        };
        self.data = Data::Done;
        Some(accepted)
    }

    /// Whether the server let the last DATA in, which was told when what followed had been read.
    pub const fn let_in_late(&self) -> bool {
        matches!(self.data, Data::LetIn(true))
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
            // 220 greets, and 354 is for DATA (RFC 5321 section 4.3.2): the count is wrong, as where a server greets twice.
            Asked::Hello if matches!(reply.code, 220 | 354) => self.pairing.lose_count(),
            Asked::Mail | Asked::Recipient | Asked::Content if reply.code == 354 => {
                self.pairing.lose_count();
            }
            // Without the beginning, a 250 may be the answer to anything.
            Asked::Hello => self.hello_answered |= reply.code == 250 && !self.pairing.is_late(),
            // To DATA there is 354 or an error, and nothing else (the same section).
            Asked::Data if reply.code == 354 => self.data = Data::LetIn(true),
            Asked::Data if reply.code < 400 => self.pairing.lose_count(),
            Asked::Data => self.data = Data::LetIn(false),
            Asked::Tls if matches!(self.starttls, Starttls::Accepted { .. }) => {}
            Asked::Tls if reply.code == 220 => {
                self.starttls = Starttls::Accepted {
                    latency: reply.time.after(time),
                };
            }
            // RFC 3207 section 4 knows 220, 454 and 501: anything that is no refusal answers another command.
            Asked::Tls if reply.code < 400 => self.pairing.lose_count(),
            Asked::Tls => {
                self.starttls = Starttls::Refused(reply.time);
                self.refused += u32::from(!self.pairing.is_late());
            }
            Asked::Recipient | Asked::Content => {
                self.took_mail |= matches!(reply.code, 250..=252) && !self.pairing.is_late();
            }
            Asked::Mail | Asked::Other => {}
        }
    }
}

impl Login {
    /// Whether `code` answers AUTH, and no content (RFC 4954 sections 4 and 6).
    const fn is_answered_by(code: u16) -> bool {
        Self::alone_gets(code) || matches!(code, 454 | 500..=504 | 530)
    }

    /// Whether nothing but AUTH is answered so.
    const fn alone_gets(code: u16) -> bool {
        matches!(code, 334 | 235 | 432 | 534 | 535 | 538)
    }

    fn ask(&mut self, time: Timestamp) {
        self.told = self.is_told();
        self.since = self.since.or(Some(time));
        self.asked = Some(time);
        self.until = None;
    }

    fn reply(&mut self, code: u16, time: Timestamp) {
        let last = if Self::alone_gets(code) {
            &mut self.replied
        } else {
            &mut self.turned_away
        };
        *last = (*last).max(Some(time));
        self.told = self.is_told();
    }

    /// Whichever direction comes first. What only AUTH gets may answer any of the lines; what is said to other commands
    /// too must come before the client goes on.
    fn is_told(&self) -> bool {
        let answered = self.since.is_some_and(|since| self.replied >= Some(since));
        let turned_away = self.turned_away.is_some_and(|at| {
            self.asked.is_some_and(|asked| at >= asked)
                && self.until.is_none_or(|until| at <= until)
        });
        self.told || answered || turned_away
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

    /// Where the clock of the server's tap is ahead.
    #[test]
    fn a_greeting_with_a_later_time_answers_nothing() {
        let mut joint = asked_for_tls(5);
        joint.greet(220, Timestamp(6));
        assert_eq!(joint.starttls, Starttls::Asked);
    }

    #[test]
    fn a_later_220_lets_tls_begin_though_the_count_is_lost() {
        let mut joint = asked_for_tls(5);
        joint.reply(220, Timestamp(6));
        assert_eq!(joint.starttls, Starttls::Accepted { latency: None });
    }

    #[test]
    fn mail_is_taken_with_a_recipient_or_content() {
        let said = |asked: Asked, code| {
            let mut joint = Joint::default();
            joint.reply(220, Timestamp(1));
            joint.ask(asked, Timestamp(2));
            joint.reply(code, Timestamp(3));
            joint.took_mail
        };
        assert!(said(Asked::Recipient, 250));
        assert!(said(Asked::Recipient, 251));
        assert!(said(Asked::Data, 354));
        assert!(said(Asked::Content, 250));
        assert!(!said(Asked::Recipient, 550));
        assert!(!said(Asked::Data, 554));
        assert!(!said(Asked::Mail, 250));
    }
}
