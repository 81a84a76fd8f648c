//! Where, in one direction, text ends and TLS begins.

use crate::time::Timestamp;
use crate::tls::{Probe, Role, Stream, probe};

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

/// What a look for TLS found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// TLS begins here and has been taken over.
    Begun,
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
    stream: Option<Box<Stream>>,
    at: Option<TlsAt>,
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
            stream: None,
            at: None,
        }
    }

    /// Looks at the start of a line or segment, and takes the bytes over if TLS begins there.
    pub(super) fn look(&mut self, bytes: &[u8], time: Timestamp) -> Look {
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
        stream.push(bytes, time);
        self.stream = Some(Box::new(stream));
        self.at = Some(match self.before {
            Before::Nothing => TlsAt::FirstByte,
            Before::Unknown => TlsAt::Unseen,
            Before::Something => TlsAt::Later,
        });
        Look::Begun
    }

    /// Something that is not TLS went by.
    pub(super) const fn passed_text(&mut self) {
        self.before = Before::Something;
    }

    /// `length` bytes are missing before the next ones.
    pub(super) fn gap(&mut self, length: u32) {
        self.searching = true;
        if self.before == Before::Nothing {
            self.before = Before::Something;
        }
        if let Some(stream) = &mut self.stream {
            stream.gap_of(u64::from(length));
        }
    }

    /// Whether nothing of the stream has gone by yet.
    pub(super) fn is_at_first_byte(&self) -> bool {
        self.before == Before::Nothing
    }

    /// Whether any record at a segment's start would be taken.
    pub(super) const fn is_searching(&self) -> bool {
        self.searching
    }

    /// Text was recognised again: a TLS record is not expected in the middle of it.
    pub(super) const fn stop_searching(&mut self) {
        self.searching = false;
    }

    /// The TLS of this direction, once it has begun.
    pub const fn stream(&self) -> Option<&Stream> {
        match &self.stream {
            Some(stream) => Some(stream),
            None => None,
        }
    }

    /// As [`TlsStart::stream`], to feed it.
    pub(super) fn stream_mut(&mut self) -> Option<&mut Stream> {
        self.stream.as_deref_mut()
    }

    /// Where it began.
    pub const fn at(&self) -> Option<TlsAt> {
        self.at
    }
}
