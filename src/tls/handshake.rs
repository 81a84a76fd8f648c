//! Handshake messages across records and segments (RFC 8446 4 and 5.1): one record may hold several, one message may
//! take several records.
//!
//! A message that lies whole in the bytes at hand is handed over in place. Only one that does not, and that someone
//! wants, is held until it is whole, up to [`MAX_MESSAGE`]; others are passed over by
//! their length. Where bytes are missing, what was held is handed over as it is.

use super::stream::MAX_MESSAGE;

/// ClientHello.
pub(super) const CLIENT_HELLO: u8 = 1;
/// ServerHello.
pub(super) const SERVER_HELLO: u8 = 2;
/// HelloRetryRequest of the drafts before 22.
pub(super) const DRAFT_HELLO_RETRY: u8 = 6;

/// Bytes of type and length.
const HEADER: usize = 4;
/// Shortest body of a hello: version, random, an empty session id, a suite (drafts before 22: without the id).
pub(super) const MIN_HELLO: usize = 36;

/// Shortest encrypted record with Finished: header 4, verify_data 12, a truncated MAC 10 (RFC 5246 7.4.9, RFC 6066 7).
const MIN_ENCRYPTED_FINISHED: usize = 26;

/// Who takes the messages.
pub(super) trait Sink {
    /// Whether the body of a message of this type is of use.
    fn wants(&self, kind: u8) -> bool;
    /// A message begins.
    fn begun(&mut self, kind: u8);
    /// Body of a wanted message; its first bytes only if `whole` is false.
    fn message(&mut self, kind: u8, body: &[u8], whole: bool);
    /// A record begun with [`After::ChangeCipherSpec`] turned out to be encrypted.
    fn encrypted(&mut self);
}

/// What went before a handshake record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    /// Records in clear.
    Clear,
    /// ChangeCipherSpec. In TLS 1.3 that means nothing, and a hello may follow in clear.
    ChangeCipherSpec,
}

/// Joins the bytes of handshake records to messages.
#[derive(Debug, Default)]
pub(super) struct Messages {
    state: State,
    /// Body of the message being held; allocated only while there is one.
    held: Vec<u8>,
    /// Where messages begin is not known.
    lost: bool,
    /// The next message is the first of its record, and must look like one.
    doubt: Option<Doubt>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// At a message's type and length; so many bytes of them are here.
    Header { bytes: [u8; HEADER], count: usize },
    /// In a message that is held; its length.
    Hold { kind: u8, length: usize },
    /// In a message that is passed over; the bytes left of it.
    Pass { left: u64 },
    /// Nothing can be made of the rest of this record.
    Ignore,
}

impl Default for State {
    fn default() -> Self {
        Self::Header {
            bytes: [0; HEADER],
            count: 0,
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Doubt {
    record: usize,
    after: After,
}

impl Messages {
    /// A handshake record of `length` bytes begins.
    pub(super) fn begin_record(&mut self, length: usize, after: After, sink: &mut impl Sink) {
        if after == After::Clear && !self.lost {
            return;
        }
        self.flush(sink);
        self.doubt = Some(Doubt {
            record: length,
            after,
        });
    }

    /// The next bytes of the record.
    pub(super) fn push(&mut self, mut bytes: &[u8], sink: &mut impl Sink) {
        while !bytes.is_empty() {
            bytes = match self.state {
                State::Header { .. } => self.header(bytes, sink),
                State::Hold { kind, length } => self.hold(kind, length, bytes, sink),
                State::Pass { left } => self.pass(left, bytes),
                State::Ignore => return,
            };
        }
    }

    /// So many bytes of the record are missing here. False if it is now unknown where messages begin.
    pub(super) fn missing(&mut self, count: u64, sink: &mut impl Sink) -> bool {
        let left = match self.state {
            State::Hold { length, .. } => (length - self.held.len()) as u64,
            State::Pass { left } => left,
            State::Header { .. } | State::Ignore => 0,
        };
        self.flush(sink);
        match left.checked_sub(count) {
            Some(0) => {}
            Some(left) => self.state = State::Pass { left },
            None => {
                self.lose(sink);
                self.state = State::Ignore;
            }
        }
        !self.lost
    }

    /// Where messages begin is no longer known; hands over what is held.
    pub(super) fn lose(&mut self, sink: &mut impl Sink) {
        self.flush(sink);
        self.lost = true;
    }

    /// A message is known to begin at the next byte.
    pub(super) fn found(&mut self) {
        self.lost = false;
        self.doubt = None;
        self.state = State::default();
    }

    /// Hands over what is held of a message that will not be completed.
    pub(super) fn flush(&mut self, sink: &mut impl Sink) {
        if let State::Hold { kind, .. } = self.state {
            let held = std::mem::take(&mut self.held);
            sink.message(kind, &held, false);
        }
        self.state = State::default();
    }

    /// Whether the first bytes of a message are here, and not all of it.
    pub(super) const fn has_begun(&self) -> bool {
        matches!(
            self.state,
            State::Hold { .. } | State::Header { count: 1.., .. }
        )
    }

    /// Bytes of memory held.
    pub(super) fn held(&self) -> usize {
        self.held.capacity()
    }

    fn header<'a>(&mut self, bytes: &'a [u8], sink: &mut impl Sink) -> &'a [u8] {
        let State::Header {
            bytes: mut header,
            count,
        } = self.state
        else {
            return bytes;
        };
        if count == 0
            && let Some(([kind, a, b, c], rest)) = bytes.split_first_chunk()
        {
            let length = u32::from_be_bytes([0, *a, *b, *c]) as usize;
            return self.begin(*kind, length, rest, sink);
        }
        let taken = bytes.len().min(HEADER - count);
        for (slot, byte) in header.iter_mut().skip(count).zip(bytes) {
            *slot = *byte;
        }
        let rest = bytes.get(taken..).unwrap_or_default();
        if count + taken < HEADER {
            self.state = State::Header {
                bytes: header,
                count: count + taken,
            };
            return rest;
        }
        let [kind, a, b, c] = header;
        self.begin(kind, u32::from_be_bytes([0, a, b, c]) as usize, rest, sink)
    }

    /// A message begins whose body starts with `bytes`.
    fn begin<'a>(
        &mut self,
        kind: u8,
        length: usize,
        bytes: &'a [u8],
        sink: &mut impl Sink,
    ) -> &'a [u8] {
        if let Some(doubt) = self.doubt.take() {
            if !doubt.allows(kind, length) {
                return self.refuse(doubt, sink);
            }
            self.lost = false;
        }
        sink.begun(kind);
        self.state = State::default();
        if !sink.wants(kind) {
            self.state = State::Pass {
                left: length as u64,
            };
            return bytes;
        }
        if let Some((body, rest)) = bytes.split_at_checked(length) {
            sink.message(kind, body, true);
            return rest;
        }
        self.state = State::Hold { kind, length };
        bytes
    }

    fn refuse<'a>(&mut self, doubt: Doubt, sink: &mut impl Sink) -> &'a [u8] {
        self.state = State::Ignore;
        self.lost = true;
        if doubt.after == After::ChangeCipherSpec && doubt.record >= MIN_ENCRYPTED_FINISHED {
            sink.encrypted();
        }
        &[]
    }

    fn hold<'a>(
        &mut self,
        kind: u8,
        length: usize,
        bytes: &'a [u8],
        sink: &mut impl Sink,
    ) -> &'a [u8] {
        let room = length.min(MAX_MESSAGE) - self.held.len();
        let (taken, rest) = bytes.split_at(bytes.len().min(room));
        self.held.extend_from_slice(taken);
        if taken.len() < room {
            return rest;
        }
        let held = std::mem::take(&mut self.held);
        self.state = State::Pass {
            left: (length - held.len()) as u64,
        };
        sink.message(kind, &held, held.len() == length);
        rest
    }

    fn pass<'a>(&mut self, left: u64, bytes: &'a [u8]) -> &'a [u8] {
        let taken = bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let left = left - taken as u64;
        self.state = if left == 0 {
            State::default()
        } else {
            State::Pass { left }
        };
        bytes.get(taken..).unwrap_or_default()
    }
}

impl Doubt {
    /// After missing bytes a message is believed if it fills its record, or is a hello that may; after
    /// ChangeCipherSpec only a hello is, and nothing may follow it in its record (RFC 8446 5.1: no message may be
    /// packed together with one that precedes a change of keys).
    fn allows(self, kind: u8, length: usize) -> bool {
        let size = HEADER + length;
        let hello = matches!(kind, CLIENT_HELLO | SERVER_HELLO)
            && (MIN_HELLO..=MAX_MESSAGE).contains(&length);
        match self.after {
            After::ChangeCipherSpec => hello && size >= self.record,
            After::Clear => {
                hello || (matches!(kind, 0 | 4 | 11..=16 | 20 | 22) && size == self.record)
            }
        }
    }
}
