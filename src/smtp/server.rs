//! What the server says: greeting, replies, and the TLS that follows.

use std::borrow::Cow;
use std::sync::Arc;

use super::client::MAX_NOISE;
use super::joint::Joint;
use super::reply::ReplyLine;
use super::start::{Step, Taken, TlsStart};
use super::text::clean_shared;
use crate::time::Timestamp;
use crate::tls::Role;

/// The code of a greeting, and of the answer to STARTTLS.
const READY: u16 = 220;
/// What servers say of a handshake that has failed (RFC 3207 section 4), if they say it by a line.
const TLS_FAILED: u16 = 454;

/// The server's direction.
#[derive(Debug)]
pub struct ServerSide {
    /// Nothing that can be read.
    lost: bool,
    /// Inside a reply of several lines.
    continues: bool,
    noise: usize,
    whole: bool,
    /// The next line need not be the first of its reply: the capture begins here, or bytes are missing.
    adrift: bool,
    /// The switch to TLS.
    pub tls: TlsStart,
    /// What was learned from the text.
    pub facts: ServerFacts,
}

/// What a server said in clear.
#[derive(Clone, Debug, Default)]
pub struct ServerFacts {
    /// Replies finished.
    pub replies: u32,
    /// The greeting's code, where the stream's start was seen.
    pub greeting: Option<u16>,
    /// First line of the greeting, without its code.
    pub banner: Option<Arc<str>>,
    /// First line of the first answer to EHLO, without its code (`host Hello [203.0.113.7]`).
    pub hello: Option<Arc<str>>,
    /// When the first line came of an answer to EHLO, whether or not it is that.
    pub hello_at: Option<Timestamp>,
    /// The first that was agreed to, in a single line, as HELO is answered.
    pub helo: Option<Arc<str>>,
    /// An EHLO answer lists STARTTLS or X-ANONYMOUSTLS.
    pub offers_tls: bool,
    /// An EHLO answer has keywords written over, as a middlebox does that strips STARTTLS.
    pub masked: bool,
    /// An EHLO answer of several lines was seen from its first to its last.
    pub extensions_seen: bool,
    /// Replies with code 220 behind the greeting: TLS may begin (or XCLIENT was taken).
    pub ready_again: u32,
    /// When the last of them came.
    pub ready_at: Option<Timestamp>,
    /// When the last 220 came, the greeting's or one of these, and the reply behind it.
    pub last_220: Option<(Timestamp, Option<(u16, Timestamp)>)>,
    /// The first reply of a capture that begins later: the greeting, if what follows agrees with that.
    may_greet: Option<Arc<str>>,
    /// A command was taken: a reply of 2xx or 3xx that no greeting is.
    pub agreed: bool,
    /// So was one other than QUIT.
    pub took_command: bool,
    /// When the first was.
    pub agreed_at: Option<Timestamp>,
    /// A command was refused: a reply of 4xx or 5xx.
    pub refused: bool,
    /// The session went on without TLS: content was let in (354), AUTH taken (235) or the end agreed (221) in clear.
    pub went_on: bool,
    /// The last reply.
    pub last: Option<(u16, Timestamp)>,
}

impl ServerSide {
    /// A direction seen from its true beginning (`whole`) or from somewhere inside.
    pub fn new(whole: bool) -> Self {
        Self {
            lost: false,
            continues: false,
            noise: 0,
            whole,
            adrift: !whole,
            tls: TlsStart::new(Role::Server, whole),
            facts: ServerFacts::default(),
        }
    }

    /// The next bytes of the stream: one segment or a part of one.
    pub fn push(&mut self, bytes: &[u8], time: Timestamp, joint: &mut Joint) {
        match self.tls.take(bytes, time) {
            Taken::None => self.read(bytes, time, joint),
            Taken::All => {}
            Taken::UpTo(text) => {
                self.give_up_tls(joint, time);
                self.read(text, time, joint);
            }
        }
    }

    /// Text follows its alert, which stands in place of a line in answer to the hello.
    fn give_up_tls(&mut self, joint: &mut Joint, time: Timestamp) {
        let alert = self.tls.facts().and_then(|facts| facts.alert(true));
        let at = alert.map_or(time, |alert| alert.time);
        joint.reply(TLS_FAILED, at);
    }

    fn read(&mut self, bytes: &[u8], time: Timestamp, joint: &mut Joint) {
        let mut held = self.read_up_to_held(bytes, time, joint);
        while !held.is_empty() {
            held = self.read_up_to_held(&held, time, joint);
        }
    }

    /// As in the client's direction.
    fn read_up_to_held(&mut self, bytes: &[u8], time: Timestamp, joint: &mut Joint) -> Vec<u8> {
        let mut rest = bytes;
        while !rest.is_empty() && !self.lost {
            rest = match self.read_line(rest, time, joint) {
                Cow::Borrowed(rest) => rest,
                Cow::Owned(held) => return held,
            };
        }
        Vec::new()
    }

    /// `length` bytes are missing before the next ones.
    pub fn gap(&mut self, length: u32) {
        self.continues = false;
        self.adrift = true;
        // The greeting may be in the hole.
        self.whole &= self.facts.replies > 0;
        self.tls.gap(length);
    }

    /// No more bytes will come.
    pub fn finish(&mut self) {
        self.tls.finish();
    }

    /// Nothing that could still come would change the facts.
    pub fn is_decided(&self) -> bool {
        self.tls.is_decided().unwrap_or(self.lost)
    }

    /// Reads a line, or finds TLS in its place; returns what is left of `bytes`, or what was held back and `bytes`.
    fn read_line<'a>(
        &mut self,
        bytes: &'a [u8],
        time: Timestamp,
        joint: &mut Joint,
    ) -> Cow<'a, [u8]> {
        match self.tls.step(bytes, true, time) {
            Step::Tls([]) | Step::More => Cow::default(),
            Step::Tls(text) => {
                self.give_up_tls(joint, time);
                text.into()
            }
            Step::Text(held) => held.into(),
            Step::Line(line, rest) => {
                self.line(&line, time, joint);
                rest.into()
            }
        }
    }

    fn line(&mut self, line: &[u8], time: Timestamp, joint: &mut Joint) {
        let reply = ReplyLine::parse(line).filter(|reply| self.may_be(reply));
        self.tls.passed_line(reply.is_some());
        let Some(reply) = reply else {
            self.noise += line.len();
            if self.noise > MAX_NOISE {
                self.lost = true;
            }
            return;
        };
        self.tls.stop_searching();
        if self.continues && self.facts.leaves_greeting(reply.code) {
            self.continues = false;
            self.facts.end_greeting(time);
            joint.greet(READY, time);
        }
        let context = LineContext {
            continued: self.continues,
            whole: self.whole,
            adrift: self.adrift,
        };
        let is_first_ready = self.facts.replies == 0 && reply.code == READY;
        self.facts.learn(&reply, context, time);
        self.continues = reply.continues;
        self.adrift &= reply.continues;
        if reply.continues {
            return;
        }
        if is_first_ready && self.whole {
            joint.greet(reply.code, time);
        } else if is_first_ready && !has_status(reply.text) {
            joint.may_greet(reply.code, time);
        } else {
            joint.reply(reply.code, time);
        }
    }

    /// Whether what looks like a reply may be one. Behind lines that are none, and where replies have not been seen,
    /// three digits alone are not: content has such lines, as the sizes of HTTP's chunks. From the beginning on, only a
    /// greeting can come first (RFC 5321 section 3.1).
    fn may_be(&self, reply: &ReplyLine<'_>) -> bool {
        let is_first = self.facts.replies == 0 && !self.continues;
        let behind_others = self.noise > 0 || self.adrift;
        let greets = reply.code == 220 || !self.whole;
        !is_first || !behind_others || (greets && !reply.text.is_empty())
    }
}

/// Where a line stands.
#[derive(Clone, Copy)]
struct LineContext {
    /// Behind another line of the same reply.
    continued: bool,
    /// In a direction that is seen from its true beginning.
    whole: bool,
    /// Behind lines of the same reply that are not seen, perhaps.
    adrift: bool,
}

impl ServerFacts {
    /// Whether a line of this code belongs to no greeting, of which only lines were seen that others should follow. All
    /// lines of a reply have one code (RFC 5321 section 4.2.1); to a client that speaks before its turn postscreen(8)
    /// of Postfix never says the last line of a greeting.
    fn leaves_greeting(&self, code: u16) -> bool {
        self.replies == 0 && self.greeting == Some(READY) && code != READY
    }

    /// The greeting is over, without its last line.
    fn end_greeting(&mut self, time: Timestamp) {
        self.replies = 1;
        self.last_220 = Some((time, None));
        self.last = Some((READY, time));
    }

    fn learn(&mut self, line: &ReplyLine<'_>, context: LineContext, time: Timestamp) {
        let LineContext {
            continued, whole, ..
        } = context;
        let is_greeting = whole && self.replies == 0;
        if is_greeting && !continued {
            self.greeting = Some(line.code);
            self.banner = Some(clean_shared(line.text));
        }
        if line.code == 250 && !is_greeting && (line.continues || continued) {
            self.learn_extension(line, context, time);
        }
        if line.continues {
            return;
        }
        if line.code == 220 && !is_greeting {
            // Seen without the connection's start, the first may be the greeting: one that names mail may be, of another nobody
            // knows.
            if self.banner.is_some() || self.replies > 0 || has_status(line.text) {
                self.ready_again = self.ready_again.saturating_add(1);
                self.ready_at = Some(time);
            } else if names_mail(line.text) && !continued {
                self.may_greet = Some(clean_shared(line.text));
            }
        }
        self.took_command |= (200..400).contains(&line.code) && !matches!(line.code, 220 | 221);
        // Behind the answer to STARTTLS no command is taken in clear.
        if line.code == 250 && self.banner.is_none() {
            self.banner = self.may_greet.take();
        }
        if line.code == 250 && whole && !continued && !self.agreed && self.hello.is_none() {
            self.helo = Some(clean_shared(line.text));
        }
        if line.code == 220 {
            self.last_220 = Some((time, None));
        } else if let Some((_, behind)) = &mut self.last_220 {
            behind.get_or_insert((line.code, time));
        }
        if (200..400).contains(&line.code) && line.code != 220 {
            self.agreed = true;
            self.agreed_at.get_or_insert(time);
        }
        self.refused |= line.code >= 400;
        self.went_on |= matches!(line.code, 221 | 235 | 354);
        self.replies = self.replies.saturating_add(1);
        self.last = Some((line.code, time));
    }

    fn learn_extension(&mut self, line: &ReplyLine<'_>, context: LineContext, time: Timestamp) {
        let LineContext {
            continued, adrift, ..
        } = context;
        if !continued && !adrift && self.hello.is_none() {
            self.hello = Some(clean_shared(line.text));
        }
        self.hello_at.get_or_insert(time);
        self.offers_tls |= line.names(b"STARTTLS") || line.names(b"X-ANONYMOUSTLS");
        self.masked |= continued && line.is_masked();
        self.extensions_seen |= !line.continues && !adrift;
    }
}

/// Whether `text` begins with an enhanced status code, which greetings have none of (RFC 2034 section 4).
fn has_status(text: &[u8]) -> bool {
    let word = text.split(|byte| *byte == b' ').next().unwrap_or_default();
    let mut parts = word.split(|byte| *byte == b'.');
    let is_number =
        |part: &[u8]| matches!(part.len(), 1..=3) && part.iter().all(u8::is_ascii_digit);
    parts.next() == Some(b"2")
        && parts.next().is_some_and(is_number)
        && parts.next().is_some_and(is_number)
        && parts.next().is_none()
}

/// Whether a greeting's text says that it is a mail server's (RFC 5321 section 4.2: `ESMTP` or `SMTP` is customary).
pub(super) fn names_mail(text: &[u8]) -> bool {
    let holds = |word: &[u8]| {
        text.windows(word.len())
            .any(|part| part.eq_ignore_ascii_case(word))
    };
    holds(b"SMTP") || holds(b"LMTP")
}
