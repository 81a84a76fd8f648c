//! Which reply answers which command: the n-th line that wants a reply gets the n-th reply (RFC 5321 section 4.2, RFC 2920 for
//! pipelining), whichever of the two the capture shows first.

use std::collections::VecDeque;

use crate::time::Timestamp;

/// Commands or replies that may wait for their other half.
const MAX_WAITING: usize = 64;

/// A line of the client that wants a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// EHLO, HELO, LHLO.
    Hello,
    /// STARTTLS or X-ANONYMOUSTLS.
    Tls,
    /// MAIL: a transaction begins, without recipients.
    Mail,
    /// RCPT.
    Recipient,
    /// DATA, before its content.
    Data,
    /// The end of the content: the lone dot, or the last chunk of BDAT.
    Content,
    /// Anything else: other commands, answers to AUTH challenges.
    Other,
}

/// A reply, whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replied {
    /// The three digits.
    pub code: u16,
    /// When its last line was captured.
    pub time: Timestamp,
}

/// A command with its reply.
pub type Pair = (Asked, Timestamp, Replied);

/// Joins the two directions by count.
#[derive(Debug, Default)]
pub struct Pairing {
    asked: VecDeque<(Asked, Timestamp)>,
    replied: VecDeque<Replied>,
    greeted: bool,
    lost: bool,
    /// LMTP: the content is answered once for each recipient that was taken (RFC 2033 section 4.2).
    by_recipient: bool,
    /// Recipients taken whose answer to the content has not been seen.
    recipients: u32,
    /// Without the connection's start nobody knows how many commands and replies went before: times must help.
    late: bool,
}

impl Pairing {
    /// One of the directions is not seen from its beginning.
    pub fn start_late(&mut self) {
        self.late = true;
    }

    /// Whether one of the directions is not seen from its beginning.
    pub const fn is_late(&self) -> bool {
        self.late
    }

    /// The first reply seen need not be the greeting.
    pub fn expect_no_greeting(&mut self) {
        self.greeted = true;
    }

    /// The count can no longer be trusted: bytes are missing in one of the directions.
    pub fn lose_count(&mut self) {
        self.lost = true;
        self.asked.clear();
        self.replied.clear();
    }

    /// No more pairs are wanted.
    pub fn forget(&mut self) {
        self.asked = VecDeque::new();
        self.replied = VecDeque::new();
    }

    /// Whether pairs can still be told.
    pub const fn is_lost(&self) -> bool {
        self.lost
    }

    /// Whether a reply of this time, ends included, waits for what it answers.
    pub fn holds_reply(&self, from: Timestamp, to: Timestamp) -> bool {
        let mut times = self.replied.iter().map(|reply| reply.time);
        times.any(|time| from <= time && time <= to)
    }

    /// The client sent a line that wants a reply.
    pub fn ask(&mut self, asked: Asked, time: Timestamp) -> Option<Pair> {
        if self.lost {
            return None;
        }
        while (self.replied.front()).is_some_and(|reply| self.answers_earlier(*reply, asked, time))
        {
            self.replied.pop_front();
        }
        let Some(reply) = self.replied.pop_front() else {
            self.wait(|pairing| pairing.asked.push_back((asked, time)));
            return None;
        };
        if !self.is_answered(asked, reply) {
            self.ask(asked, time);
        }
        Some((asked, time, reply))
    }

    /// Whether a reply of before the command answers none that was seen: where the beginning is missing, or where it
    /// greets once more, as a server does behind a proxy that has greeted for it.
    fn answers_earlier(&self, reply: Replied, asked: Asked, time: Timestamp) -> bool {
        let greets = asked == Asked::Hello && reply.code == 220;
        (self.late || greets) && reply.time < time
    }

    /// The client speaks LMTP.
    pub fn answer_by_recipient(&mut self) {
        self.by_recipient = true;
    }

    /// Whether no more replies to the same line are to come after `reply`.
    fn is_answered(&mut self, asked: Asked, reply: Replied) -> bool {
        match asked {
            Asked::Mail => self.recipients = 0,
            Asked::Recipient => self.recipients += u32::from(reply.code < 300),
            Asked::Content if self.by_recipient => {
                self.recipients = self.recipients.saturating_sub(1);
                return self.recipients == 0;
            }
            _ => {}
        }
        true
    }

    /// The server sent a reply. The first one is the greeting and answers nothing.
    pub fn reply(&mut self, reply: Replied) -> Option<Pair> {
        if self.lost {
            return None;
        }
        if !self.greeted {
            self.greeted = true;
            return None;
        }
        let waiting = self.asked.front().copied();
        match waiting {
            Some((asked, time)) if self.answers_earlier(reply, asked, time) => None,
            Some((asked, time)) => {
                if self.is_answered(asked, reply) {
                    self.asked.pop_front();
                }
                Some((asked, time, reply))
            }
            None => {
                self.wait(|pairing| pairing.replied.push_back(reply));
                None
            }
        }
    }

    fn wait(&mut self, queue: impl FnOnce(&mut Self)) {
        queue(self);
        if self.asked.len() > MAX_WAITING || self.replied.len() > MAX_WAITING {
            self.lose_count();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn reply(code: u16, time: u64) -> Replied {
        Replied {
            code,
            time: Timestamp(time),
        }
    }

    #[test]
    fn either_side_may_come_first() {
        let mut pairing = Pairing::default();
        assert_eq!(pairing.reply(reply(220, 1)), None);
        assert_eq!(pairing.ask(Asked::Hello, Timestamp(2)), None);
        assert_eq!(
            pairing.reply(reply(250, 3)),
            Some((Asked::Hello, Timestamp(2), reply(250, 3)))
        );
        assert_eq!(pairing.reply(reply(454, 5)), None);
        let pair = pairing.ask(Asked::Tls, Timestamp(4));
        assert_eq!(pair, Some((Asked::Tls, Timestamp(4), reply(454, 5))));
    }

    #[test]
    fn a_late_start_ignores_replies_to_what_was_not_seen() {
        let mut pairing = Pairing::default();
        pairing.start_late();
        pairing.expect_no_greeting();
        assert_eq!(pairing.reply(reply(250, 1)), None);
        assert_eq!(pairing.ask(Asked::Tls, Timestamp(2)), None);
        assert_eq!(
            pairing.reply(reply(220, 3)),
            Some((Asked::Tls, Timestamp(2), reply(220, 3)))
        );
    }

    #[test]
    fn a_late_start_ignores_them_too_where_the_commands_come_first() {
        let mut pairing = Pairing::default();
        pairing.start_late();
        pairing.expect_no_greeting();
        assert_eq!(pairing.ask(Asked::Tls, Timestamp(2)), None);
        assert_eq!(pairing.reply(reply(250, 1)), None);
        assert_eq!(
            pairing.reply(reply(220, 3)),
            Some((Asked::Tls, Timestamp(2), reply(220, 3)))
        );
    }

    #[test]
    fn endless_pipelining_gives_up() {
        let mut pairing = Pairing::default();
        for n in 0..1000 {
            assert_eq!(pairing.ask(Asked::Other, Timestamp(n)), None);
        }
        assert!(pairing.is_lost());
    }
}
