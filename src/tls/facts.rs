//! What was seen in one direction of a TLS conversation.
//!
//! Facts only grow: nothing that comes later takes back or overwrites the first answer, and missing bytes only leave
//! facts out. What two directions prove together is told by [`conclude`](super::conclude()).

use std::sync::Arc;

use crate::time::Timestamp;

use super::client_hello::ClientHello;
use super::offer::Offered;
use super::record;
use super::server_hello::ServerHello;
use super::session_id::SessionId;
use super::{Certificate, Role};

/// What was seen in one direction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The first ClientHello that was seen.
    pub client_hello: Option<Arc<ClientHello>>,
    /// That one came behind ChangeCipherSpec, which goes before no first hello (RFC 8446 sections 5 and D.4): the first and the
    /// HelloRetryRequest were not seen.
    pub first_unseen: bool,
    /// Its record named an older version than TLS 1.2, or had the form of SSL 2.0.
    pub in_old_record: bool,
    /// The ClientHello after a HelloRetryRequest.
    pub second_client_hello: Option<Arc<ClientHello>>,
    /// The first ServerHello that is an answer.
    pub server_hello: Option<Arc<ServerHello>>,
    /// `legacy_session_id` of the first ClientHello, or of the ServerHello that is an answer.
    pub session_id: Option<SessionId>,
    /// A HelloRetryRequest was seen.
    pub hello_retry: bool,
    /// When the first hello of this direction (retries left out) came.
    pub hello_time: Option<HelloTime>,
    /// First certificate of the first Certificate message that could be read.
    pub certificate: Option<Arc<Certificate>>,
    /// Handshake messages seen in clear.
    pub messages: MessageSet,
    /// First alert of level fatal in clear.
    pub fatal: Option<Box<ClearAlert>>,
    /// First alert in clear that names an error, but at level warning. TLS 1.3 ends on it all the same (RFC 8446
    /// 6.2), older versions need not.
    pub warning: Option<Box<ClearAlert>>,
    /// close_notify in clear.
    pub close_notify: bool,
    /// Alert records that are encrypted.
    pub encrypted_alerts: u32,
    /// Where the first of them ends, in bytes from the first TLS byte of the direction.
    pub encrypted_alert_end: u64,
    /// ChangeCipherSpec was seen; in TLS 1.3 it means nothing (RFC 8446 D.4).
    pub change_cipher_spec: bool,
    /// An encrypted handshake record followed ChangeCipherSpec: the Finished of TLS 1.2 and older. TLS 1.3 has no such
    /// records.
    pub finished: bool,
    /// Where that record ends, in bytes from the first TLS byte of the direction; meaningless once bytes of unknown count are
    /// missing.
    pub finished_end: u64,
    /// Application data records.
    pub application: Application,
    /// What SSL 2.0 records told.
    pub ssl2: Ssl2Facts,
    /// The first bytes were not TLS.
    pub plain_text_instead: bool,
    /// Reading began in the middle of the conversation.
    pub begun_late: bool,
    /// Places where bytes were missing.
    pub gaps: u32,
    /// Messages or records may have been missed: what is not in here may still have been sent.
    pub lost: bool,
    /// Bytes are missing behind a fatal alert, enough to go on in text: it was not the last that was said.
    pub end_unseen: bool,
    /// Framing broke off at something that is no record, without bytes missing.
    pub derailed: bool,
}

impl Facts {
    /// What the client allows: of the first hello, or of the second where the first does not tell. The second differs
    /// in key shares and cookie only (RFC 8446 4.1.2).
    pub fn offer(&self) -> Option<&Offered> {
        let hellos = [&self.client_hello, &self.second_client_hello];
        hellos
            .into_iter()
            .flatten()
            .find_map(|hello| hello.offer.as_ref())
    }

    /// The second hello offers other versions or suites than the first, which a HelloRetryRequest lets none do (RFC
    /// 8446 4.1.2): between them TLS was given up.
    pub fn has_unlike_hellos(&self) -> bool {
        let (Some(first), Some(second)) = (&self.client_hello, &self.second_client_hello) else {
            return false;
        };
        let highest = first.offer.as_ref().zip(second.offer.as_ref());
        let suites = first.suites.as_ref().zip(second.suites.as_ref());
        highest.is_some_and(|(one, other)| one.max != other.max)
            || suites.is_some_and(|(one, other)| one != other)
    }

    /// The first fatal alert in clear, else, where `any_level` is wanted, the first that names an error.
    pub fn alert(&self, any_level: bool) -> Option<ClearAlert> {
        let warning = self.warning.as_deref().filter(|_| any_level);
        self.fatal.as_deref().or(warning).copied()
    }

    /// A message of the full handshake of TLS 1.2 and older was seen in clear; TLS 1.3 encrypts what it has of them.
    pub const fn full_handshake(&self) -> bool {
        self.messages.contains(MessageSet::CERTIFICATE)
            || self.messages.contains(MessageSet::SERVER_KEY_EXCHANGE)
            || self.messages.contains(MessageSet::CERTIFICATE_REQUEST)
            || self.messages.contains(MessageSet::SERVER_HELLO_DONE)
            || self.messages.contains(MessageSet::CLIENT_KEY_EXCHANGE)
    }
}

/// When a hello came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HelloTime {
    /// Its first byte.
    pub begin: Timestamp,
    /// Its last byte, or the last that was seen of it.
    pub end: Timestamp,
}

/// An alert that went in clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClearAlert {
    /// 1 warning, 2 fatal.
    pub level: u8,
    /// AlertDescription.
    pub code: u8,
    /// When it came.
    pub time: Timestamp,
    /// Where its record ends, in bytes from the first TLS byte of the direction.
    pub end: u64,
}

impl ClearAlert {
    /// Level fatal.
    pub(super) const FATAL: u8 = 2;
    /// Level warning.
    pub(super) const WARNING: u8 = 1;
    /// close_notify.
    pub(super) const CLOSE_NOTIFY: u8 = 0;

    /// Whether the description names an error. Not so: close_notify, no_certificate (SSL 3.0: the client has none),
    /// user_canceled, no_renegotiation and unrecognized_name, which servers send and go on.
    pub const fn is_error(self) -> bool {
        !matches!(self.code, 0 | 41 | 90 | 100 | 112)
    }
}

/// A set of handshake message types.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MessageSet(u32);

impl MessageSet {
    /// HelloRequest.
    pub const HELLO_REQUEST: u8 = 0;
    /// NewSessionTicket (RFC 5077).
    pub const NEW_SESSION_TICKET: u8 = 4;
    /// Certificate.
    pub const CERTIFICATE: u8 = 11;
    /// ServerKeyExchange.
    pub const SERVER_KEY_EXCHANGE: u8 = 12;
    /// CertificateRequest.
    pub const CERTIFICATE_REQUEST: u8 = 13;
    /// ServerHelloDone.
    pub const SERVER_HELLO_DONE: u8 = 14;
    /// ClientKeyExchange.
    pub const CLIENT_KEY_EXCHANGE: u8 = 16;

    /// Adds a type; types of 32 and above, of which none is sent in clear, are left out.
    pub(super) fn insert(&mut self, kind: u8) {
        self.0 |= 1_u32.checked_shl(u32::from(kind)).unwrap_or(0);
    }

    /// Whether the type was seen.
    pub const fn contains(self, kind: u8) -> bool {
        kind < 32 && self.0 & (1 << kind) != 0
    }
}

/// Application data records of one direction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Application {
    /// How many, at most 255.
    pub count: u8,
    /// How many of the first there are before any may have been missed.
    unbroken: u8,
    /// The client's, whose order tells where the handshake ends. Allocated as they come: most directions are settled after three.
    records: Vec<Record>,
    /// Greatest length of which all are multiples, tags left out: those of a sender that pads to blocks are of the block's.
    block: u16,
    /// Where the first begins.
    first: Option<u32>,
    /// Where the last begins.
    last: Option<u32>,
    /// Its length.
    last_length: u16,
    /// Where the last begins that no alert is: another followed, and nothing follows an alert that ends the connection
    /// (RFC 8446 section 6.2).
    last_data: Option<u32>,
}

impl Application {
    /// Records of a client that are kept, and of a server before anybody asks whether they are enough. The server's
    /// flight of TLS 1.3 with two tickets is nine.
    pub const KEPT: usize = 16;

    /// The first records of a client, in order.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// Those of them before which none can have been missed.
    pub fn unbroken(&self) -> &[Record] {
        self.records
            .get(..usize::from(self.unbroken))
            .unwrap_or(&self.records)
    }

    /// Whether one began before `place`, in bytes from the first TLS byte of the direction.
    pub fn began_before(&self, place: u64) -> bool {
        self.first.is_some_and(|first| u64::from(first) < place)
    }

    /// Whether one that began at `place` or behind it is no alert that ends the connection: another followed. `None` if
    /// there is only one that may be an alert, which may have any length (RFC 8446 section 5.4).
    pub fn has_data_behind(&self, place: u64) -> Option<bool> {
        let is_behind = |at: Option<u32>| at.is_some_and(|at| u64::from(at) >= place);
        if is_behind(self.last_data) {
            return Some(true);
        }
        let may_be_data = is_behind(self.last) && self.last_length > MAX_ALERT_RECORD;
        let known = !may_be_data && !self.is_full(Role::Server);
        known.then_some(false)
    }

    /// Whether no more are counted.
    pub(super) fn is_full(&self, role: Role) -> bool {
        match role {
            Role::Client => usize::from(self.count) >= Self::KEPT,
            Role::Server => self.count == u8::MAX,
        }
    }

    /// Takes in a record whose last `tag` bytes are its tag; `lost` if others may have been missed before it.
    pub(super) fn push(&mut self, role: Role, record: Record, tag: u16, lost: bool) {
        if self.is_full(role) {
            return;
        }
        if self.last.is_some() && !self.may_have_ended(record.length, tag) {
            self.last_data = self.last;
        }
        self.count += 1;
        self.unbroken += u8::from(!lost);
        let offset = u32::try_from(record.offset).ok();
        self.first = self.first.or(offset);
        self.last = offset;
        self.last_length = record.length;
        self.block = common_divisor(self.block, record.length.saturating_sub(tag));
        if role == Role::Client {
            self.records.push(record);
        }
    }

    /// Whether the last record is user_canceled, if one of `length` follows it: close_notify follows that (RFC 8446
    /// section 6.1), and is as long. Of padding two forms are known: so many bytes for each record, and up to a block.
    const fn may_have_ended(&self, length: u16, tag: u16) -> bool {
        let last = self.last_length;
        let padded = last == MAX_ALERT_RECORD + PADDING || last.saturating_sub(tag) == self.block;
        last <= MAX_ALERT_RECORD || (padded && last == length)
    }
}

/// Bytes with which Java pads each record of TLS 1.3 (JSSE, `T13CipherSuite`).
pub const PADDING: u16 = 16;

/// The greatest number that divides both; 0 is a multiple of all.
const fn common_divisor(mut one: u16, mut other: u16) -> u16 {
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}

/// Longest TLS 1.3 record that an alert without padding fills: 2 bytes, content type 1, tag 16.
const MAX_ALERT_RECORD: u16 = 19;

/// One application data record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Where its header begins, in bytes from the first TLS byte of the direction; meaningless once bytes of unknown
    /// count are missing.
    pub offset: u64,
    /// Bytes of its body.
    pub length: u16,
}

impl Record {
    /// Where it ends.
    pub fn end(&self) -> u64 {
        let length = record::HEADER as u64 + u64::from(self.length);
        self.offset.saturating_add(length)
    }
}

/// What SSL 2.0 records told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ssl2Facts {
    /// Records of this form, at most 255.
    pub records: u8,
    /// The kind that CLIENT-MASTER-KEY chose.
    pub cipher: Option<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_hold_what_was_put_in() {
        let mut set = MessageSet::default();
        set.insert(MessageSet::SERVER_HELLO_DONE);
        set.insert(254);
        assert!(set.contains(14) && !set.contains(11) && !set.contains(254));
    }

    #[test]
    fn only_the_first_records_are_kept() {
        let mut data = Application::default();
        for length in 0..40 {
            data.push(
                Role::Client,
                Record {
                    length,
                    ..Record::default()
                },
                16,
                false,
            );
        }
        assert_eq!(data.records().len(), Application::KEPT);
        assert_eq!(data.records().last().map(|record| record.length), Some(15));
    }
}
