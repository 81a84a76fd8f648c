//! Reads one direction of a TLS conversation, in any cut, with or without gaps.
//!
//! Records are told by their headers (RFC 8446 5.1). What is in clear is read; of the rest only kind, size and time
//! are kept. Where bytes are missing and it is known how many, the reader stays in step as long as they end inside the
//! record at hand; otherwise it looks for the next record at the start of each segment, by [`probe()`] alone.
//!
//! Whatever the cut, the facts are the same. Facts under missing bytes are a part of those without.

use std::mem;

use crate::time::Timestamp;

use super::collect::Collector;
use super::facts::Facts;
use super::handshake::{After, Messages};
use super::probe::{self, Probe, probe};
use super::record::{self, Header};
use super::small::{SMALL, Small};
use super::{Role, ssl2};

/// Longest handshake message that is held while it is not whole; of longer ones the first part is read. Hellos with
/// post-quantum key shares take some KiB, chains of certificates seldom more than 20.
pub const MAX_MESSAGE: usize = 1 << 16;

/// Longest record of alerts in clear that is read: four. The shortest tag is as long, and no encrypted alert is shorter
/// than its tag.
pub(super) const MAX_CLEAR_ALERTS: u16 = 8;

/// Numbers that pass behind a fatal alert at its end: a record with close_notify, and a FIN.
const MAX_BEHIND_FATAL: u64 = record::HEADER as u64 + 2 + 1;

/// Reader of one direction from its first TLS byte on.
#[derive(Debug)]
pub struct Stream {
    layer: Layer,
    small: Small,
    messages: Messages,
    collector: Collector,
    /// Bytes passed, known gaps included.
    offset: u64,
}

/// Where the reader stands.
#[derive(Debug)]
enum Layer {
    /// Before the first byte.
    Start,
    /// After a gap, looking for a record.
    Lost,
    /// At a record header.
    Header,
    /// In a record body, so many bytes before its end.
    Body { body: Body, left: u64 },
    /// At an SSL 2.0 record header.
    Ssl2Header,
    /// In an SSL 2.0 record body.
    Ssl2Body { kept: Option<Vec<u8>>, left: u64 },
    /// Nothing more to read.
    Over,
}

/// What to do with a record body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Body {
    Handshake,
    Alert,
    ChangeCipherSpec,
    Opaque,
}

impl Stream {
    /// A reader that expects what `role` sends.
    pub fn new(role: Role) -> Self {
        Self {
            layer: Layer::Start,
            small: Small::default(),
            messages: Messages::default(),
            collector: Collector::new(role),
            offset: 0,
        }
    }

    /// The next bytes of this direction, which arrived at `time`. Those that are left are text, and so is all that
    /// follows: TLS was given up before anything was encrypted.
    pub fn push<'a>(&mut self, bytes: &'a [u8], time: Timestamp) -> &'a [u8] {
        self.collector.time = time;
        self.read(bytes)
    }

    /// Bytes are missing here, nobody knows how many; the next push starts at a segment boundary.
    pub fn gap(&mut self) {
        self.note_gap();
        self.note_end(u64::MAX);
        self.lose();
    }

    /// `missing` bytes are missing here; the next push starts at a segment boundary.
    pub fn gap_of(&mut self, missing: u64) {
        self.note_gap();
        self.note_end(missing);
        self.offset = self.offset.saturating_add(missing);
        if !self.step_over(missing) {
            self.lose();
        }
    }

    /// No more bytes come: draws what an unfinished message proves.
    pub fn finish(&mut self) {
        self.flush();
        self.layer = Layer::Over;
    }

    /// Whether nothing that could still come in this direction changes what [`conclude`](super::conclude()) and
    /// [`handshake_end`](super::handshake_end) make of the facts.
    pub fn is_decided(&self) -> bool {
        matches!(self.layer, Layer::Over) || self.collector.is_decided()
    }

    /// Bytes passed since the first of this direction, known gaps included.
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// What was seen so far.
    pub fn facts(&self) -> &Facts {
        &self.collector.facts
    }

    /// What was seen, when nothing more comes.
    #[must_use]
    pub fn into_facts(mut self) -> Box<Facts> {
        self.finish();
        self.collector.facts
    }

    /// Bytes of memory held for messages that are not whole yet.
    pub fn held(&self) -> usize {
        let ssl2 = match &self.layer {
            Layer::Ssl2Body { kept, .. } => kept.as_ref().map_or(0, Vec::capacity),
            _ => 0,
        };
        self.messages.held() + ssl2
    }

    /// Too much is held: the message that is not whole is read as far as it has come, and the rest of it passed over as
    /// if it were missing.
    pub fn let_go(&mut self) {
        if self.held() > 0 {
            self.note_gap();
            self.messages.missing(0, &mut self.collector);
            self.flush_ssl2(false);
        }
    }

    fn read<'a>(&mut self, mut bytes: &'a [u8]) -> &'a [u8] {
        while !bytes.is_empty() && !self.is_decided() {
            if self.is_given_up_at(bytes) {
                self.layer = Layer::Over;
                return bytes;
            }
            let rest = match &mut self.layer {
                Layer::Start => self.start(bytes),
                Layer::Lost => self.search(bytes),
                Layer::Header => self.header(bytes),
                Layer::Body { body, left } => {
                    let (body, left) = (*body, *left);
                    self.body(body, left, bytes)
                }
                Layer::Ssl2Header => self.ssl2_header(bytes),
                Layer::Ssl2Body { .. } => self.ssl2_body(bytes),
                Layer::Over => return &[],
            };
            bytes = rest;
        }
        &[]
    }

    /// Whether `bytes` stand where a record would, and are text. Behind a hello without an answer, or an alert, both
    /// ends may go back to it; no record that is not encrypted begins like a line. Where bytes are missing, it may be
    /// one in the middle of something.
    fn is_given_up_at(&self, bytes: &[u8]) -> bool {
        let at_record = matches!(self.layer, Layer::Header | Layer::Ssl2Header);
        at_record
            && self.small.count == 0
            && bytes.first().is_some_and(u8::is_ascii_alphanumeric)
            && !self.messages.has_begun()
            && self.collector.may_give_up()
    }

    fn start<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let before = self.small.count;
        if before == 0 && bytes.len() >= SMALL {
            return self.begin(probe::begin(bytes, self.collector.role), 0, bytes);
        }
        let taken = self.small.take(bytes, SMALL);
        match probe::begin(self.small.bytes(), self.collector.role) {
            Probe::NeedMore if self.small.count < SMALL => bytes.get(taken..).unwrap_or_default(),
            found => self.begin(found, before, bytes),
        }
    }

    /// Begins with what the first bytes were `found` to be, of which `before` are held.
    fn begin<'a>(&mut self, found: Probe, before: usize, bytes: &'a [u8]) -> &'a [u8] {
        match found {
            Probe::NeedMore | Probe::NotTls => {
                self.collector.facts.plain_text_instead = true;
                self.layer = Layer::Over;
                &[]
            }
            found => {
                if found == Probe::OtherRecord {
                    self.collector.facts.begun_late = true;
                    self.collector.facts.lost = true;
                }
                self.enter(found, before);
                bytes
            }
        }
    }

    /// Looks for a record at the start of a segment, and at that of the one before if it was too short to tell.
    fn search<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let role = self.collector.role;
        let before = self.small.count;
        let found = if before == 0 {
            probe(bytes, role)
        } else {
            self.small.take(bytes, SMALL);
            probe::begin(self.small.bytes(), role)
        };
        match found {
            Probe::NeedMore if before == 0 && bytes.len() < SMALL => {
                self.small.take(bytes, SMALL);
                &[]
            }
            Probe::NeedMore if before > 0 && self.small.count < SMALL => &[],
            Probe::NeedMore | Probe::NotTls => {
                self.small.clear();
                self.offset += before as u64;
                if before > 0 { bytes } else { self.skip(bytes) }
            }
            found => {
                self.enter(found, before);
                bytes
            }
        }
    }

    /// Begins to read records; the first `before` bytes of them are held.
    fn enter(&mut self, found: Probe, before: usize) {
        self.layer = match found {
            Probe::Ssl2ClientHello | Probe::Ssl2ServerHello => Layer::Ssl2Header,
            _ => Layer::Header,
        };
        match found {
            Probe::ClientHello | Probe::ServerHello => self.messages.found(),
            Probe::OtherRecord => self.messages.lose(&mut self.collector),
            _ => {}
        }
        let held = mem::take(&mut self.small);
        self.read(held.bytes().get(..before).unwrap_or_default());
    }

    fn header<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        if self.small.count == 0
            && let Some((_, rest)) = bytes.split_at_checked(record::HEADER)
        {
            self.offset += record::HEADER as u64;
            return self.behind_header(Header::at_start(bytes), rest);
        }
        let taken = self.small.take(bytes, record::HEADER);
        self.offset += taken as u64;
        let rest = bytes.get(taken..).unwrap_or_default();
        if self.small.count < record::HEADER {
            return rest;
        }
        let header = Header::at_start(self.small.bytes());
        self.small.clear();
        self.behind_header(header, rest)
    }

    fn behind_header<'a>(&mut self, header: Option<Header>, rest: &'a [u8]) -> &'a [u8] {
        match header {
            Some(header) => {
                self.open(header);
                rest
            }
            None => self.derail(rest),
        }
    }

    fn open(&mut self, header: Header) {
        if self.collector.facts.fatal.is_some() {
            self.layer = Layer::Over;
            return;
        }
        if header.kind != record::ALERT {
            self.collector.alert_level = None;
        }
        self.collector.in_old_record = header.old;
        let body = match header.kind {
            record::HANDSHAKE => self.open_handshake(header.length),
            record::ALERT => self.open_alert(header.length),
            record::CHANGE_CIPHER_SPEC if header.length == 1 => Body::ChangeCipherSpec,
            record::APPLICATION_DATA if header.length > 0 => {
                let offset = self.offset.saturating_sub(record::HEADER as u64);
                self.collector.application_data(offset, header.length);
                Body::Opaque
            }
            _ => Body::Opaque,
        };
        self.stand(body, u64::from(header.length));
    }

    fn open_handshake(&mut self, length: u16) -> Body {
        self.collector.record_end = self.offset.saturating_add(u64::from(length));
        let after = if self.collector.facts.change_cipher_spec && !self.messages.has_begun() {
            if !self.collector.expects_hello() {
                if length > 0 {
                    self.collector.finished();
                }
                return Body::Opaque;
            }
            After::ChangeCipherSpec
        } else {
            After::Clear
        };
        self.messages
            .begin_record(length as usize, after, &mut self.collector);
        Body::Handshake
    }

    /// Alerts are read only if they can be in clear: too short for a tag, before the keys changed. Up to TLS 1.2 a
    /// record may hold several, or a part of one (RFC 5246 6.2.1).
    fn open_alert(&mut self, length: u16) -> Body {
        self.collector.record_end = self.offset.saturating_add(u64::from(length));
        if length <= MAX_CLEAR_ALERTS && !self.collector.is_protected() {
            return Body::Alert;
        }
        if length > MAX_CLEAR_ALERTS {
            self.collector.encrypted_alert();
        }
        Body::Opaque
    }

    fn body<'a>(&mut self, body: Body, left: u64, bytes: &'a [u8]) -> &'a [u8] {
        let count = bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let (part, rest) = bytes.split_at(count);
        self.offset += count as u64;
        let left = left - count as u64;
        match body {
            Body::Handshake => self.messages.push(part, &mut self.collector),
            Body::Alert | Body::ChangeCipherSpec => {
                self.small.take(part, SMALL);
                if left == 0 {
                    self.small_record(body);
                }
            }
            Body::Opaque => {}
        }
        self.stand(body, left);
        rest
    }

    fn small_record(&mut self, body: Body) {
        match (body, self.small.bytes()) {
            (Body::Alert, bytes) => self.collector.alerts(bytes),
            (Body::ChangeCipherSpec, [1]) => {
                self.messages.flush(&mut self.collector);
                self.collector.facts.change_cipher_spec = true;
            }
            _ => {}
        }
        self.small.clear();
    }

    fn stand(&mut self, body: Body, left: u64) {
        self.layer = if left == 0 {
            Layer::Header
        } else {
            Layer::Body { body, left }
        };
    }

    fn ssl2_header<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        // One byte at a time: the header's own first byte says how long it is.
        let taken = self.small.take(bytes, self.small.count + 1);
        self.offset += taken as u64;
        let rest = bytes.get(taken..).unwrap_or_default();
        if self.turns_to_tls() {
            self.layer = Layer::Header;
            self.messages.found();
            return rest;
        }
        let undecided = self.may_turn_to_tls() && self.small.count < 3;
        if let Ok(header) = ssl2::Header::read(self.small.bytes())
            && !undecided
        {
            self.small.clear();
            self.open_ssl2(header);
        }
        rest
    }

    /// After the client's hello in SSL 2.0 form, the answer decides in which form the client goes on.
    fn may_turn_to_tls(&self) -> bool {
        self.collector.role == Role::Client
            && self.collector.facts.ssl2.records == 1
            && matches!(
                self.small.bytes(),
                [record::CHANGE_CIPHER_SPEC..=record::APPLICATION_DATA, ..]
            )
    }

    fn turns_to_tls(&self) -> bool {
        self.may_turn_to_tls()
            && matches!(self.small.bytes(), [_, major, minor] if record::is_version(*major, *minor))
    }

    fn open_ssl2(&mut self, header: ssl2::Header) {
        let count = &mut self.collector.facts.ssl2.records;
        let kept = (*count < 2).then(Vec::new);
        *count = count.saturating_add(1);
        if *count == 1 {
            self.collector.ssl2_begun();
        }
        self.layer = match header.length {
            0 => Layer::Ssl2Header,
            length => Layer::Ssl2Body {
                kept,
                left: length as u64,
            },
        };
    }

    fn ssl2_body<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let Layer::Ssl2Body { kept, left } = &mut self.layer else {
            return bytes;
        };
        let count = bytes
            .len()
            .min(usize::try_from(*left).unwrap_or(usize::MAX));
        let (part, rest) = bytes.split_at(count);
        self.offset += count as u64;
        *left -= count as u64;
        let is_end = *left == 0;
        match kept {
            Some(kept) if kept.is_empty() && is_end => {
                let index = self.collector.facts.ssl2.records - 1;
                self.collector.ssl2_record(index, part, true);
                self.layer = Layer::Ssl2Header;
                return rest;
            }
            Some(kept) => kept.extend_from_slice(part),
            None => {}
        }
        if is_end {
            self.flush_ssl2(true);
            self.layer = Layer::Ssl2Header;
        }
        rest
    }

    fn flush_ssl2(&mut self, whole: bool) {
        if let Layer::Ssl2Body { kept, .. } = &mut self.layer
            && let Some(kept) = kept.take()
        {
            let index = self.collector.facts.ssl2.records.saturating_sub(1);
            self.collector.ssl2_record(index, &kept, whole);
        }
    }

    fn flush(&mut self) {
        self.messages.flush(&mut self.collector);
        self.flush_ssl2(false);
    }

    fn note_gap(&mut self) {
        let gaps = &mut self.collector.facts.gaps;
        *gaps = gaps.saturating_add(1);
    }

    /// Behind a fatal alert, more is missing than another alert and the number of a FIN.
    fn note_end(&mut self, missing: u64) {
        let facts = &mut self.collector.facts;
        facts.end_unseen |= facts.fatal.is_some() && missing > MAX_BEHIND_FATAL;
    }

    /// Passes over missing bytes that end inside the record at hand.
    fn step_over(&mut self, missing: u64) -> bool {
        match self.layer {
            Layer::Body { body, left } if missing <= left => {
                self.step_over_body(body, missing);
                self.stand(
                    if body == Body::Handshake {
                        body
                    } else {
                        Body::Opaque
                    },
                    left - missing,
                );
                true
            }
            Layer::Ssl2Body { left, .. } if missing <= left => {
                self.flush_ssl2(false);
                self.layer = match left - missing {
                    0 => Layer::Ssl2Header,
                    left => Layer::Ssl2Body { kept: None, left },
                };
                true
            }
            Layer::Over => true,
            _ => false,
        }
    }

    fn step_over_body(&mut self, body: Body, missing: u64) {
        match body {
            Body::Handshake => {
                let known = self.messages.missing(missing, &mut self.collector);
                self.collector.facts.lost |= !known;
            }
            Body::Alert | Body::ChangeCipherSpec => {
                self.small.clear();
                self.collector.alert_level = None;
                self.collector.facts.lost = true;
            }
            Body::Opaque => {}
        }
    }

    /// Not known where the next record begins.
    fn lose(&mut self) {
        if matches!(self.layer, Layer::Over) {
            return;
        }
        if self.collector.facts.fatal.is_some() {
            self.layer = Layer::Over;
            return;
        }
        self.flush();
        self.collector.alert_level = None;
        self.messages.lose(&mut self.collector);
        self.collector.facts.lost = true;
        if matches!(self.layer, Layer::Lost | Layer::Start) {
            // What was held to be looked at with more was not counted yet.
            self.offset += self.small.count as u64;
        }
        self.small.clear();
        self.layer = Layer::Lost;
    }

    /// What should be a header is none. After a gap the reader may have been misled; otherwise this is the end.
    fn derail<'a>(&mut self, rest: &'a [u8]) -> &'a [u8] {
        if self.collector.facts.gaps > 0 {
            self.lose();
        } else {
            self.flush();
            self.collector.facts.derailed = true;
            self.layer = Layer::Over;
        }
        self.skip(rest)
    }

    fn skip<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        self.offset = self.offset.saturating_add(bytes.len() as u64);
        &[]
    }
}

#[cfg(test)]
mod tests;
