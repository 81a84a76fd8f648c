//! One direction's lines of text, up to where TLS begins.

use std::borrow::Cow;
use std::mem;

use super::text::{Line, begins_text};
use crate::time::Timestamp;
use crate::tls::{Facts, Probe, Role, Stream, probe};

/// Where the first TLS byte of a direction stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsAt {
    /// It was the first byte of the stream.
    FirstByte,
    /// Something else went before it.
    Later,
    /// The capture does not hold what went before, if anything did.
    Unseen,
}

/// What the next bytes of a direction bring.
#[derive(Debug)]
pub(super) enum Step<'a> {
    /// TLS has begun, and has taken them but for these at the end, which are text.
    Tls(&'a [u8]),
    /// A line, and the bytes behind it.
    Line(Cow<'a, [u8]>, &'a [u8]),
    /// A line that has not ended yet, or too few bytes to tell text from TLS.
    More,
    /// Bytes that were held back, and these behind them, are text after all: all of them, to be read anew.
    Text(Vec<u8>),
}

/// What became of a segment that may be TLS.
#[derive(Debug)]
pub(super) enum Taken<'a> {
    /// It is none.
    None,
    /// It is TLS.
    All,
    /// It is TLS, and then text: TLS was given up.
    UpTo(&'a [u8]),
}

/// What a look for TLS found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    /// TLS begins here and has been taken over, but for so many bytes at the end that are text.
    Begun(usize),
    /// Too few bytes to say.
    NeedMore,
    /// No TLS here.
    Text,
}

/// The switch from text to TLS in one direction.
#[derive(Debug)]
pub struct TlsStart {
    role: Role,
    before: Before,
    /// Bytes were missed: TLS may have begun inside the hole, so any record at a segment's start is taken.
    searching: bool,
    /// Bytes were missed, as many as a request for TLS or the answer to it takes at least, and no text was recognised
    /// behind them.
    ends_in_hole: bool,
    tls: Tls,
    at: Option<TlsAt>,
    /// It was given up at least once.
    given_up: bool,
    /// Bytes that had come of it when it began.
    begun_with: u32,
    line: Line,
    /// What `line` holds may turn out to be TLS.
    undecided: bool,
}

/// The TLS of one direction.
#[derive(Debug)]
enum Tls {
    /// It has not begun.
    None,
    /// It is being read.
    Read(Box<Stream>),
    /// Nothing that could still come changes what is known of it.
    Decided(Box<Facts>),
    /// It was given up before it had begun in earnest, and text followed: it may be asked for again.
    GivenUp(Box<Facts>),
}

/// What this direction held so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Before {
    /// Nothing: the next byte is the stream's first.
    Nothing,
    /// The capture starts inside the stream.
    Unknown,
    /// Bytes that are not TLS, or a hole behind the stream's known start.
    Something,
}

impl TlsStart {
    /// `whole`: the direction is seen from its true beginning.
    pub(super) const fn new(role: Role, whole: bool) -> Self {
        let before = if whole {
            Before::Nothing
        } else {
            Before::Unknown
        };
        Self {
            role,
            before,
            searching: !whole,
            ends_in_hole: false,
            tls: Tls::None,
            at: None,
            given_up: false,
            begun_with: 0,
            line: Line::new(),
            undecided: false,
        }
    }

    /// Takes the next segment if it is TLS, which has begun before, or begins here. After a hole it may begin with any
    /// segment, whatever line it would interrupt.
    pub(super) fn take<'a>(&mut self, segment: &'a [u8], time: Timestamp) -> Taken<'a> {
        match &mut self.tls {
            Tls::None | Tls::GivenUp(_) => {
                let found = self.searching.then(|| self.look(segment, time));
                match found {
                    Some(Look::Begun(0)) => Taken::All,
                    Some(Look::Begun(text)) => Taken::UpTo(end_of(segment, text)),
                    _ => Taken::None,
                }
            }
            Tls::Read(stream) => match stream.push(segment, time) {
                [] => {
                    self.conclude();
                    Taken::All
                }
                text => {
                    self.give_up();
                    Taken::UpTo(text)
                }
            },
            Tls::Decided(_) => Taken::All,
        }
    }

    /// Text follows in place of TLS.
    fn give_up(&mut self) {
        self.given_up = true;
        self.before = Before::Something;
        self.tls = match mem::replace(&mut self.tls, Tls::None) {
            Tls::Read(stream) => Tls::GivenUp(stream.into_facts()),
            same => same,
        };
    }

    /// Lets go of the reader once it has told everything.
    fn conclude(&mut self) {
        self.tls = match mem::replace(&mut self.tls, Tls::None) {
            Tls::Read(stream) if stream.is_decided() => Tls::Decided(stream.into_facts()),
            same => same,
        };
    }

    /// The next line, or TLS in its place if that `may_begin` here.
    pub(super) fn step<'a>(
        &mut self,
        bytes: &'a [u8],
        may_begin: bool,
        time: Timestamp,
    ) -> Step<'a> {
        if self.undecided {
            let together = [self.line.begun(), bytes].concat();
            match self.look(&together, time) {
                Look::Begun(text) => return Step::Tls(end_of(bytes, text)),
                Look::NeedMore => {
                    self.line.extend(bytes);
                    return Step::More;
                }
                Look::Text => {
                    self.undecided = false;
                    self.line.clear();
                    return Step::Text(together);
                }
            }
        } else if may_begin
            && self.line.is_at_start()
            && !bytes.first().is_some_and(|byte| begins_text(*byte))
        {
            match self.look(bytes, time) {
                Look::Begun(text) => return Step::Tls(end_of(bytes, text)),
                Look::NeedMore => {
                    self.undecided = true;
                    self.line.extend(bytes);
                    return Step::More;
                }
                Look::Text => {}
            }
        }
        match self.line.complete(bytes) {
            Some((line, rest)) => Step::Line(line, rest),
            None => Step::More,
        }
    }

    /// Looks at the start of a line or segment, and takes the bytes over if TLS begins there.
    fn look(&mut self, bytes: &[u8], time: Timestamp) -> Look {
        let found = probe(bytes, self.role);
        let begins = match found {
            Probe::NeedMore => return Look::NeedMore,
            Probe::NotTls => false,
            Probe::ClientHello
            | Probe::ServerHello
            | Probe::Ssl2ClientHello
            | Probe::Ssl2ServerHello
            | Probe::Alert => true,
            Probe::OtherRecord => self.searching,
        };
        if !begins {
            return Look::Text;
        }
        let mut stream = Stream::new(self.role);
        if found == Probe::OtherRecord {
            stream.gap();
        }
        let text = stream.push(bytes, time).len();
        self.tls = Tls::Read(Box::new(stream));
        self.begun_with = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        self.at = Some(match self.before {
            Before::Nothing => TlsAt::FirstByte,
            Before::Unknown => TlsAt::Unseen,
            Before::Something => TlsAt::Later,
        });
        self.line.clear();
        self.undecided = false;
        if text > 0 {
            self.give_up();
        } else {
            self.conclude();
        }
        Look::Begun(text)
    }

    /// A line went by. In a direction that is seen from somewhere inside, what is not `recognised` may be TLS that was not.
    pub(super) fn passed_line(&mut self, recognised: bool) {
        if recognised || self.before != Before::Unknown {
            self.before = Before::Something;
        }
    }

    /// `length` bytes are missing before the next ones.
    pub(super) fn gap(&mut self, length: u32) {
        self.searching = true;
        self.ends_in_hole |= length >= self.shortest();
        self.undecided = false;
        self.line.clear();
        if self.before == Before::Nothing {
            self.before = Before::Something;
        }
        if let Tls::Read(stream) = &mut self.tls {
            stream.gap_of(u64::from(length));
            self.conclude();
        }
    }

    /// Text was recognised again: a TLS record is not expected in the middle of it.
    pub(super) const fn stop_searching(&mut self) {
        self.searching = false;
        self.ends_in_hole = false;
    }

    /// Whether TLS may have begun in a hole behind which nothing was recognised.
    pub const fn ends_in_hole(&self) -> bool {
        self.ends_in_hole
    }

    /// Bytes of the shortest line that goes before TLS: `STARTTLS` or `220`, and a line feed.
    const fn shortest(&self) -> u32 {
        match self.role {
            Role::Client => 9,
            Role::Server => 4,
        }
    }

    /// What is known of the TLS of this direction, once it has begun.
    pub fn facts(&self) -> Option<&Facts> {
        match &self.tls {
            Tls::None => None,
            Tls::Read(stream) => Some(stream.facts()),
            Tls::Decided(facts) | Tls::GivenUp(facts) => Some(facts),
        }
    }

    /// Bytes that had come of the TLS with the segment in which it began.
    pub(super) fn begun_with(&self) -> Option<u32> {
        self.is_decided().map(|_| self.begun_with)
    }

    /// Whether TLS was given up, and what followed was text; it may have begun again since.
    pub const fn was_given_up(&self) -> bool {
        self.given_up
    }

    /// Whether what followed the last of it was text.
    pub const fn is_given_up(&self) -> bool {
        matches!(self.tls, Tls::GivenUp(_))
    }

    /// Whether nothing that could still come of the TLS would change the facts; `None` if it has not begun, or was given up.
    pub(super) const fn is_decided(&self) -> Option<bool> {
        match &self.tls {
            Tls::None | Tls::GivenUp(_) => None,
            Tls::Read(_) => Some(false),
            Tls::Decided(_) => Some(true),
        }
    }

    /// No more bytes will come.
    pub(super) fn finish(&mut self) {
        if let Tls::Read(stream) = &mut self.tls {
            stream.finish();
            self.conclude();
        }
    }

    /// Bytes of memory held for TLS messages that are not whole yet.
    pub(crate) fn held(&self) -> usize {
        match &self.tls {
            Tls::Read(stream) => stream.held(),
            Tls::None | Tls::Decided(_) | Tls::GivenUp(_) => 0,
        }
    }

    /// Goes on without what is held for them.
    pub(crate) fn let_go(&mut self) {
        if let Tls::Read(stream) = &mut self.tls {
            stream.let_go();
            self.conclude();
        }
    }

    /// Where it began.
    pub const fn at(&self) -> Option<TlsAt> {
        self.at
    }
}

/// The last `count` bytes.
fn end_of(bytes: &[u8], count: usize) -> &[u8] {
    let at = bytes.len().saturating_sub(count);
    bytes.get(at..).unwrap_or_default()
}
