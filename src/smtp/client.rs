//! What the client says: commands, content that is passed over, and the TLS that follows.

use std::borrow::Cow;
use std::mem;
use std::sync::Arc;

use memchr::memchr;

use super::command::{Command, HelloVerb};
use super::joint::Joint;
use super::pairing::Asked;
use super::start::{Step, Taken, TlsStart};
use super::text::begins_text;
use crate::session::StarttlsCommand;
use crate::time::Timestamp;
use crate::tls::{Probe, Role, probe};

/// Bytes of something that is neither SMTP nor TLS after which a direction is no longer read.
pub(super) const MAX_NOISE: usize = 16 * 1024;

/// Bytes of the first line after DATA that tell a command from content.
const MAX_FIRST_LINE: usize = 512;

/// Bytes of the longest line of content that may be a request for TLS.
const MAX_LEAD: usize = 32;

/// First bytes of a PROXY protocol header, version 1 and version 2 (HAProxy, proxy-protocol.txt sections 2.1 and 2.2).
pub(super) const PROXY_V1: [u8; 6] = *b"PROXY ";
pub(super) const PROXY_V2: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";

/// The client's direction.
#[derive(Debug)]
pub struct ClientSide {
    phase: Phase,
    /// Bytes that wait for more to tell what they are: first of the stream, where they may begin a PROXY header, or first
    /// after DATA.
    held: Vec<u8>,
    noise: usize,
    /// A line of text came that is no command.
    said_text: bool,
    /// Bytes are missing, or the capture begins inside: lines may be content.
    adrift: bool,
    /// What follows DATA, whose answer was not seen, was taken for commands: it may be content.
    unsure: bool,
    /// What is taken for content may be commands: the answer to DATA was not seen.
    doubt: Option<Box<Doubt>>,
    /// DATA ended in a bare line feed: so does the content.
    bare: bool,
    /// Content went on behind a lone dot whose line ends are not both CRLF, and has not ended yet: it may have ended there.
    open_ended: bool,
    /// The switch to TLS.
    pub tls: TlsStart,
    /// What was learned from the text.
    pub facts: ClientFacts,
}

/// What a client said in clear.
#[derive(Clone, Debug, Default)]
pub struct ClientFacts {
    /// A line was seen that only SMTP has.
    pub speaks_smtp: bool,
    /// The first name given in EHLO, HELO or LHLO, and all that had been said before was seen.
    pub name: Option<Arc<str>>,
    /// Another name was given later.
    pub renamed: bool,
    /// The first name given where lines may be content.
    pub may_be_name: Option<MaybeName>,
    /// EHLO, HELO or LHLO was said.
    pub said_hello: bool,
    /// EHLO or LHLO was said: the client can learn of STARTTLS.
    pub extended: bool,
    /// EHLO or LHLO was said again: as a client must once TLS has begun (RFC 3207 section 4.2), and may else.
    pub greeted_again: bool,
    /// The command that asked for TLS, and when it was last sent.
    pub asked_tls: Option<(StarttlsCommand, Timestamp)>,
    /// How often it was sent.
    pub requests: u32,
    /// A line of what may be content, or commands behind a refused DATA, asks for TLS, and what follows does not tell.
    pub may_have_asked: bool,
    /// Bytes are missing between that command and TLS: there may have been another.
    pub hole_since_asked: bool,
    /// AUTH before any request for TLS, or when TLS had failed, and all that had been said before was seen.
    pub auth_without_tls: bool,
    /// The same after a request for TLS (refused, or seen behind a decrypting tap): after how many of them, first.
    pub auth_after_tls: Option<u32>,
    /// MAIL, AUTH or QUIT were said, after the last request for TLS if there was one.
    pub went_on: bool,
    /// So was content, for which a client waits until the server has answered everything before.
    pub sent_content: bool,
    /// MAIL or AUTH were said, or content, as far as can be told.
    pub mailed: bool,
    /// The client sent mail or logged in, in clear: MAIL or AUTH, and all that it had said before was seen.
    pub transacted: bool,
    /// Lines that look like commands.
    pub commands: u32,
}

/// A name in a line that is EHLO, or content that reads like it: the server's answer tells.
#[derive(Clone, Debug)]
pub struct MaybeName {
    /// The name.
    pub name: Arc<str>,
    /// When it came.
    pub at: Timestamp,
    /// When the client said more behind it.
    pub until: Option<Timestamp>,
}

impl MaybeName {
    /// Whether an answer to EHLO that came at `time` answers this line: a client waits for it.
    pub fn is_answered_at(&self, time: Timestamp) -> bool {
        self.at <= time && self.until.is_none_or(|until| time <= until)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Before the first line: a proxy may speak first.
    Begin,
    /// Commands.
    Lines,
    /// DATA was said, the reply to it may not be known yet.
    DataAsked,
    /// Message content up to the lone dot.
    Content(Dot),
    /// Behind a lone dot whose line ends are not both CRLF: the end of the content only if the server has answered it
    /// before more comes.
    OpenEnd {
        /// When it came.
        at: Timestamp,
        /// Its own line ended in CRLF.
        crlf: bool,
    },
    /// So many bytes of BDAT content to go.
    Chunk(u64),
    /// The line of PROXY protocol v1.
    ProxyLine,
    /// So many bytes of a PROXY protocol v2 header to go.
    ProxyHeader(u64),
    /// Nothing that can be read.
    Lost,
}

/// How much of `<CRLF>.<CRLF>` stands at the end of the content so far (RFC 5321 section 4.1.1.4; bare LF is met too).
/// `crlf`: the line before ended in CRLF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dot {
    InLine { cr: bool },
    LineStart { crlf: bool },
    Single { crlf: bool },
    SingleCr { crlf: bool },
}

impl ClientSide {
    /// A direction seen from its true beginning (`whole`) or from somewhere inside.
    pub const fn new(whole: bool) -> Self {
        Self {
            phase: Phase::Begin,
            held: Vec::new(),
            noise: 0,
            said_text: false,
            adrift: !whole,
            unsure: false,
            doubt: None,
            bare: false,
            open_ended: false,
            tls: TlsStart::new(Role::Client, whole),
            facts: ClientFacts::EMPTY,
        }
    }

    /// The next bytes of the stream: one segment or a part of one.
    pub fn push(&mut self, bytes: &[u8], time: Timestamp, joint: &mut Joint) {
        match self.tls.take(bytes, time) {
            Taken::None => self.read(bytes, time, joint),
            Taken::All => {}
            Taken::UpTo(text) => {
                self.give_up_tls(joint);
                self.read(text, time, joint);
            }
        }
    }

    /// Text follows its hello, which the server has answered by a line, or by an alert.
    fn give_up_tls(&mut self, joint: &mut Joint) {
        let hello = self.tls.facts().and_then(|facts| facts.hello_time);
        if let Some(hello) = hello {
            joint.ask(Asked::Other, hello.end);
        }
    }

    fn read(&mut self, bytes: &[u8], time: Timestamp, joint: &mut Joint) {
        let mut held = self.read_up_to_held(bytes, time, joint);
        while !held.is_empty() {
            held = self.read_up_to_held(&held, time, joint);
        }
    }

    /// Reads `bytes`, or only their beginning, where that shows what had been held back before them: the two together
    /// are returned, to be read anew. Only what ends a segment is held back, so of any segment there is at most one
    /// such copy.
    fn read_up_to_held(&mut self, bytes: &[u8], time: Timestamp, joint: &mut Joint) -> Vec<u8> {
        let mut rest = bytes;
        while !rest.is_empty() {
            // TLS waits for an answer too, so what looks like it behind a line is quoted.
            let may_begin_tls = !self.adrift || rest.len() == bytes.len();
            let next = match self.phase {
                Phase::Begin => self.begin(rest),
                Phase::Lines => self.read_line(rest, may_begin_tls, time, joint),
                Phase::ProxyLine => self.pass_line(rest).into(),
                Phase::DataAsked => self.after_data(rest, joint),
                Phase::Content(dot) if self.doubt.is_some() => {
                    self.pass_doubtful(rest, dot, time, joint)
                }
                Phase::Content(dot) => self.pass_content(rest, dot, time, joint).into(),
                Phase::OpenEnd { at, crlf } => {
                    self.end_or_go_on(at, crlf, time, joint);
                    rest.into()
                }
                Phase::Chunk(left) => self.pass(rest, left, Phase::Chunk).into(),
                Phase::ProxyHeader(left) => self.pass(rest, left, Phase::ProxyHeader).into(),
                Phase::Lost => return Vec::new(),
            };
            rest = match next {
                Cow::Borrowed(rest) => rest,
                Cow::Owned(held) => return held,
            };
        }
        Vec::new()
    }

    /// `length` bytes are missing before the next ones.
    pub fn gap(&mut self, length: u32) {
        self.facts.hole_since_asked |= self.tls.is_decided().is_none();
        self.tls.gap(length);
        self.adrift = true;
        self.held.clear();
        if let Some(doubt) = &mut self.doubt {
            doubt.gap();
        }
        self.open_ended |= matches!(self.phase, Phase::OpenEnd { .. });
        self.phase = match self.phase {
            Phase::Content(_) | Phase::OpenEnd { .. } => Phase::Content(Dot::InLine { cr: true }),
            Phase::Chunk(left) if left > u64::from(length) => {
                Phase::Chunk(left - u64::from(length))
            }
            Phase::Begin
            | Phase::Chunk(_)
            | Phase::ProxyLine
            | Phase::ProxyHeader(_)
            | Phase::DataAsked => Phase::Lines,
            same => same,
        };
    }

    /// No more bytes will come.
    pub fn finish(&mut self) {
        self.tls.finish();
    }

    /// Nothing that could still come would change the facts.
    pub fn is_decided(&self) -> bool {
        self.tls.is_decided().unwrap_or(self.phase == Phase::Lost)
    }

    /// Bytes are missing, or the capture begins inside, so that lines may be content.
    pub const fn is_adrift(&self) -> bool {
        self.adrift
    }

    /// Commands may have been taken for content: it is not known where that ended.
    pub const fn is_open_ended(&self) -> bool {
        self.open_ended
    }

    /// A line came that is no command.
    pub const fn is_noisy(&self) -> bool {
        self.noise > 0
    }

    /// A line of text came that is no command.
    pub const fn has_said_text(&self) -> bool {
        self.said_text
    }

    /// Looks for a PROXY header in front of everything; what follows it is still the stream's first byte.
    fn begin<'a>(&mut self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        let all = self.behind_held(bytes);
        match after_opening(&all) {
            Some(phase) => {
                self.phase = phase;
                all
            }
            None => self.hold(all),
        }
    }

    /// What is held back, and `bytes`.
    fn behind_held<'a>(&mut self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        if self.held.is_empty() {
            return bytes.into();
        }
        let mut all = mem::take(&mut self.held);
        all.extend_from_slice(bytes);
        all.into()
    }

    /// Waits for more than these bytes.
    fn hold<'a>(&mut self, bytes: Cow<'_, [u8]>) -> Cow<'a, [u8]> {
        self.held = bytes.into_owned();
        Cow::default()
    }

    /// Reads a line, or finds TLS in its place; returns what is left of `bytes`, or what was held back and `bytes`.
    fn read_line<'a>(
        &mut self,
        bytes: &'a [u8],
        may_begin_tls: bool,
        time: Timestamp,
        joint: &mut Joint,
    ) -> Cow<'a, [u8]> {
        match self.tls.step(bytes, may_begin_tls, time) {
            Step::Tls([]) | Step::More => Cow::default(),
            Step::Tls(text) => {
                self.give_up_tls(joint);
                text.into()
            }
            Step::Text(held) => held.into(),
            Step::Line(line, rest) => {
                let command = Command::parse(&line);
                // A client waits for the answer to these, so what has more behind it in its segment is a quotation.
                let is_quoted = match command {
                    Command::Starttls | Command::XAnonymousTls | Command::Hello { .. } => {
                        !rest.is_empty()
                    }
                    Command::Auth { known, .. } => !known || !rest.is_empty(),
                    _ => false,
                };
                let command = if self.adrift && is_quoted {
                    Command::Unknown
                } else {
                    command
                };
                if command == Command::Unknown {
                    self.said_text |= line.first().is_some_and(|byte| begins_text(*byte));
                }
                if command == Command::Data {
                    self.bare = !line.ends_with(b"\r\n");
                }
                self.command(command, line.len(), time, joint);
                rest.into()
            }
        }
    }

    fn command(&mut self, command: Command, length: usize, time: Timestamp, joint: &mut Joint) {
        self.tls.passed_line(command != Command::Unknown);
        if command.proves_smtp() {
            self.facts.speaks_smtp = true;
            self.tls.stop_searching();
        }
        if command == Command::Unknown {
            self.count_noise(length);
        } else {
            self.facts.commands = self.facts.commands.saturating_add(1);
        }
        joint.ask(asked(&command), time);
        if let Some(before) = &mut self.facts.may_be_name {
            before.until = before.until.or(Some(time));
        }
        match command {
            Command::Hello { verb, name } => {
                self.facts.greeted_again |= self.facts.said_hello && verb != HelloVerb::Helo;
                self.facts.said_hello = true;
                self.facts.extended |= verb != HelloVerb::Helo;
                if verb == HelloVerb::Lhlo {
                    joint.speaks_lmtp();
                }
                if let Some(name) = name {
                    self.facts.give_name(name, self.adrift.then_some(time));
                }
            }
            Command::Starttls => self.facts.ask_tls(StarttlsCommand::Starttls, time),
            Command::XAnonymousTls => self.facts.ask_tls(StarttlsCommand::XAnonymousTls, time),
            Command::Auth { encoded, .. } => {
                self.facts.went_on |= encoded;
                self.facts.mailed = true;
                let failed = self.tls.is_given_up();
                if !self.adrift && !self.unsure && encoded {
                    self.facts.log_in(failed);
                } else if !(self.adrift && failed) {
                    joint.may_log_in(time);
                }
                // Else nothing tells: a message may quote a hello and what follows it.
            }
            Command::Mail => {
                self.facts.went_on = true;
                self.facts.mailed = true;
                self.facts.transacted |= !self.adrift;
            }
            Command::Quit => self.facts.went_on = true,
            Command::Data => self.phase = Phase::DataAsked,
            Command::Bdat { size, .. } if size > 0 => self.phase = Phase::Chunk(size),
            _ => {}
        }
    }

    /// Content follows DATA if the server let it in. Where its reply is not known, only a command that a client says
    /// when it was not let in says no: the first line of content is a header, or may quote anything else.
    fn after_data<'a>(&mut self, bytes: &'a [u8], joint: &mut Joint) -> Cow<'a, [u8]> {
        let all = self.behind_held(bytes);
        let line = all.get(..MAX_FIRST_LINE).unwrap_or(&all);
        let end = memchr(b'\n', line);
        self.doubt = None;
        let accepted = match joint.take_data() {
            Some(accepted) => accepted,
            None if end.is_none() && line.len() < MAX_FIRST_LINE => return self.hold(all),
            None => {
                let line = line.get(..end.unwrap_or(line.len())).unwrap_or(line);
                let refused = may_follow_refusal(line);
                self.unsure |= refused;
                self.doubt = (!refused).then(Box::default);
                !refused
            }
        };
        self.phase = if accepted {
            self.facts.mailed = true;
            self.facts.sent_content |= !self.adrift;
            Phase::Content(Dot::LineStart { crlf: true })
        } else {
            Phase::Lines
        };
        all
    }

    /// Passes over what may be content, or commands behind a DATA that was refused. A hello right behind a line that asks
    /// for TLS tells that it is commands: content has no bytes of zero (RFC 2045 section 2.8), of which a hello has some.
    fn pass_doubtful<'a>(
        &mut self,
        bytes: &'a [u8],
        dot: Dot,
        time: Timestamp,
        joint: &mut Joint,
    ) -> Cow<'a, [u8]> {
        let Some(doubt) = &mut self.doubt else {
            return self.pass_content(bytes, dot, time, joint).into();
        };
        if let Some((command, at)) = doubt.asked_just_now() {
            let all = self.behind_held(bytes);
            match probe(&all, Role::Client) {
                Probe::ClientHello | Probe::Ssl2ClientHello => self.end_doubt(command, at, joint),
                Probe::NeedMore => return self.hold(all),
                _ => {
                    if let Some(doubt) = &mut self.doubt {
                        doubt.is_line_next = true;
                    }
                }
            }
            return all;
        }
        // Line by line: content ends only with a line, and so does a request.
        let upto = memchr(b'\n', bytes).map_or(bytes.len(), |end| end + 1);
        let (line, rest) = bytes.split_at_checked(upto).unwrap_or((bytes, &[]));
        doubt.note(line, time, &mut self.facts.may_have_asked);
        self.pass_content(line, dot, time, joint);
        rest.into()
    }

    /// The last line was a command, that of the time `at`, and so were those before it since DATA.
    fn end_doubt(&mut self, command: Command, at: Timestamp, joint: &mut Joint) {
        let Some(doubt) = self.doubt.take() else {
            return;
        };
        if doubt.passed_lines {
            joint.lose_count();
        }
        self.facts.may_have_asked = doubt.may_have_asked_before;
        self.phase = Phase::Lines;
        self.command(command, 0, at, joint);
    }

    fn pass_content<'a>(
        &mut self,
        bytes: &'a [u8],
        mut dot: Dot,
        time: Timestamp,
        joint: &mut Joint,
    ) -> &'a [u8] {
        let mut rest = bytes;
        while let Some((first, after)) = rest.split_first() {
            dot = match (dot, first) {
                (Dot::InLine { cr }, _) => {
                    let Some(end) = memchr(b'\n', rest) else {
                        dot = Dot::InLine {
                            cr: rest.last() == Some(&b'\r'),
                        };
                        rest = &[];
                        break;
                    };
                    let (line, behind) = rest.split_at(end);
                    dot = Dot::LineStart {
                        crlf: line.last().map_or(cr, |last| *last == b'\r'),
                    };
                    rest = behind.get(1..).unwrap_or_default();
                    continue;
                }
                (Dot::LineStart { crlf }, b'.') => Dot::Single { crlf },
                (Dot::Single { crlf }, b'\r') => Dot::SingleCr { crlf },
                (Dot::Single { .. }, b'\n') => {
                    self.end_content([false; 2], time, joint);
                    return after;
                }
                (Dot::SingleCr { crlf }, b'\n') => {
                    self.end_content([crlf, true], time, joint);
                    return after;
                }
                (Dot::LineStart { .. }, b'\n') => Dot::LineStart { crlf: false },
                _ => Dot::InLine { cr: false },
            };
            if !matches!(dot, Dot::InLine { .. }) {
                rest = after;
            }
        }
        self.phase = Phase::Content(dot);
        rest
    }

    /// A lone dot has come. `crlf`: whether the lines before it and its own ended in CRLF. Only if both did it ends the
    /// content (RFC 5321 section 4.1.1.4), but for clients that know no CRLF, or where the server takes it for the end.
    fn end_content(&mut self, [before, own]: [bool; 2], time: Timestamp, joint: &mut Joint) {
        if (before && own) || self.bare {
            self.open_ended = false;
            self.phase = Phase::Lines;
            joint.ask(Asked::Content, time);
        } else {
            self.phase = Phase::OpenEnd {
                at: time,
                crlf: own,
            };
        }
    }

    /// More comes at `time` behind a lone dot of the time `at` that is the end of the content only for some servers. A
    /// server says nothing while content comes, and a client waits for what it says to the end.
    fn end_or_go_on(&mut self, at: Timestamp, crlf: bool, time: Timestamp, joint: &mut Joint) {
        if joint.has_replied(at, time) {
            self.phase = Phase::Lines;
            joint.ask(Asked::Content, at);
        } else {
            self.open_ended = true;
            self.phase = Phase::Content(Dot::LineStart { crlf });
        }
    }

    fn pass_line<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let Some(end) = memchr(b'\n', bytes) else {
            return &[];
        };
        self.phase = Phase::Lines;
        bytes.get(end + 1..).unwrap_or_default()
    }

    fn pass<'a>(&mut self, bytes: &'a [u8], left: u64, phase: fn(u64) -> Phase) -> &'a [u8] {
        let taken = bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let left = left - taken as u64;
        self.phase = if left == 0 { Phase::Lines } else { phase(left) };
        bytes.get(taken..).unwrap_or_default()
    }

    fn count_noise(&mut self, length: usize) {
        self.noise += length;
        if self.noise > MAX_NOISE && !self.facts.speaks_smtp {
            self.phase = Phase::Lost;
        }
    }
}

impl ClientFacts {
    const EMPTY: Self = Self {
        speaks_smtp: false,
        name: None,
        renamed: false,
        may_be_name: None,
        said_hello: false,
        extended: false,
        greeted_again: false,
        asked_tls: None,
        requests: 0,
        may_have_asked: false,
        hole_since_asked: false,
        auth_without_tls: false,
        auth_after_tls: None,
        went_on: false,
        sent_content: false,
        mailed: false,
        transacted: false,
        commands: 0,
    };

    const fn ask_tls(&mut self, command: StarttlsCommand, time: Timestamp) {
        self.asked_tls = Some((command, time));
        self.requests = self.requests.saturating_add(1);
        self.hole_since_asked = false;
        self.went_on = false;
        self.sent_content = false;
    }

    /// The client says `name`; `doubtful`: at this time, where lines may be content.
    fn give_name(&mut self, name: Arc<str>, doubtful: Option<Timestamp>) {
        self.renamed |= self.name.as_ref().is_some_and(|first| *first != name);
        match doubtful {
            None => {
                self.name.get_or_insert(name);
            }
            Some(at) => {
                let until = None;
                self.may_be_name
                    .get_or_insert(MaybeName { name, at, until });
            }
        }
    }

    /// The client has logged in; whether TLS had `failed` before.
    const fn log_in(&mut self, failed: bool) {
        self.transacted = true;
        if self.asked_tls.is_some() && !failed {
            if self.auth_after_tls.is_none() {
                self.auth_after_tls = Some(self.requests);
            }
        } else {
            self.auth_without_tls = true;
        }
    }
}

/// What is taken for content, and may be commands.
#[derive(Debug, Default)]
struct Doubt {
    /// How the line begins that has not ended yet.
    line: Vec<u8>,
    /// Lines went by before the last one.
    passed_lines: bool,
    /// The last line asks for TLS; when it came.
    asked: Option<(StarttlsCommand, Timestamp)>,
    /// What follows it is no hello.
    is_line_next: bool,
    /// A line before it asks too, and nothing tells of that.
    may_have_asked_before: bool,
}

impl Doubt {
    /// The last line, if it asks for TLS and it is not known yet whether a hello follows.
    fn asked_just_now(&self) -> Option<(Command, Timestamp)> {
        let (command, at) = self.asked.filter(|_| !self.is_line_next)?;
        let command = match command {
            StarttlsCommand::Starttls => Command::Starttls,
            StarttlsCommand::XAnonymousTls => Command::XAnonymousTls,
        };
        Some((command, at))
    }

    /// Bytes are missing.
    fn gap(&mut self) {
        self.line.clear();
        self.asked = None;
        self.passed_lines = true;
    }

    /// A line, or a part of one, went by.
    fn note(&mut self, part: &[u8], time: Timestamp, may_have_asked: &mut bool) {
        self.begin_line(part.strip_suffix(b"\n").unwrap_or(part));
        if part.ends_with(b"\n") {
            self.end_line(time, may_have_asked);
        }
    }

    /// A request that prose follows is a quotation: behind a command come commands.
    fn end_line(&mut self, time: Timestamp, may_have_asked: &mut bool) {
        if self.asked.take().is_some() {
            self.passed_lines = true;
            if Command::parse(&self.line) == Command::Unknown {
                *may_have_asked = self.may_have_asked_before;
            }
        }
        if let Some(command) = requested(&self.line) {
            self.asked = Some((command, time));
            self.is_line_next = false;
            self.may_have_asked_before = *may_have_asked;
            *may_have_asked = true;
        } else {
            self.passed_lines = true;
        }
        self.line.clear();
    }

    fn begin_line(&mut self, bytes: &[u8]) {
        // One more than is looked at, so that a longer line is not taken for a short one.
        let room = (MAX_LEAD + 1).saturating_sub(self.line.len());
        self.line
            .extend_from_slice(bytes.get(..room).unwrap_or(bytes));
    }
}

/// The command that a line of content would be if it asks for TLS and says nothing else.
fn requested(line: &[u8]) -> Option<StarttlsCommand> {
    if line.len() > MAX_LEAD || line.trim_ascii_end().contains(&b' ') {
        return None;
    }
    match Command::parse(line) {
        Command::Starttls => Some(StarttlsCommand::Starttls),
        Command::XAnonymousTls => Some(StarttlsCommand::XAnonymousTls),
        _ => None,
    }
}

/// Whether `line` is what a client says after DATA was refused. AUTH may stand in a message that tells how to log in, but
/// hardly as its first line.
fn may_follow_refusal(line: &[u8]) -> bool {
    match Command::parse(line) {
        Command::Quit | Command::Other | Command::Mail | Command::Rcpt | Command::Hello { .. } => {
            true
        }
        Command::Auth { known, encoded } => known && encoded,
        _ => false,
    }
}

const fn asked(command: &Command) -> Asked {
    match command {
        Command::Hello { .. } => Asked::Hello,
        Command::Starttls | Command::XAnonymousTls => Asked::Tls,
        Command::Mail => Asked::Mail,
        Command::Rcpt => Asked::Recipient,
        Command::Data => Asked::Data,
        Command::Bdat { last: true, .. } => Asked::Content,
        _ => Asked::Other,
    }
}

/// What follows the first bytes of a stream; `None` if more of them are needed to tell.
fn after_opening(bytes: &[u8]) -> Option<Phase> {
    if bytes.starts_with(&PROXY_V1) {
        return Some(Phase::ProxyLine);
    }
    if let Some(rest) = bytes.strip_prefix(&PROXY_V2) {
        let [_, _, high, low, ..] = *rest else {
            return None;
        };
        return Some(Phase::ProxyHeader(
            16 + u64::from(u16::from_be_bytes([high, low])),
        ));
    }
    let may_begin = PROXY_V1.starts_with(bytes) || PROXY_V2.starts_with(bytes);
    (!may_begin).then_some(Phase::Lines)
}
