//! Turns what the record and message layers find into [`Facts`].

use std::sync::Arc;

use crate::time::Timestamp;

use super::facts::{ClearAlert, Facts, HelloTime, Record};
use super::handshake::{CLIENT_HELLO, DRAFT_HELLO_RETRY, SERVER_HELLO, Sink};
use super::{
    ClientHello, Role, ServerHello, SessionId, Version, certificate, conclude, facts::MessageSet,
    known, probe, ssl2,
};

/// Application data records after Finished that settle a client's direction without a full handshake.
const SETTLED: u8 = 2;

/// Facts under way.
#[derive(Debug)]
pub(super) struct Collector {
    pub(super) role: Role,
    pub(super) facts: Box<Facts>,
    /// Time of the bytes at hand.
    pub(super) time: Timestamp,
    /// Where the record of handshake messages or alerts at hand ends, in bytes from the first of the direction.
    pub(super) record_end: u64,
    /// The record at hand names an older version than TLS 1.2.
    pub(super) in_old_record: bool,
    /// So did that in which the message at hand began.
    begun_in_old_record: bool,
    /// First byte of an alert whose second is to come in another record.
    pub(super) alert_level: Option<u8>,
    /// When the message at hand began.
    begun: Timestamp,
}

impl Collector {
    pub(super) fn new(role: Role) -> Self {
        Self {
            role,
            facts: Box::default(),
            time: Timestamp::default(),
            record_end: 0,
            in_old_record: false,
            begun_in_old_record: false,
            alert_level: None,
            begun: Timestamp::default(),
        }
    }

    /// Whether nothing that could still come in this direction would change what is concluded.
    ///
    /// - TLS 1.2 and older, after Finished: everything is encrypted, the handshake is known to be over, by what went
    ///   before in clear, or by data, and that this end took it is shown by data. (Without either it may be TLS 1.3,
    ///   with a second ClientHello in tiny records behind ChangeCipherSpec.)
    /// - TLS 1.3, the client: Finished is among the records of its last flight. Of a client that may have sent early
    ///   data, as many records are read as are kept. Of servers, all are counted: whoever knows both directions may
    ///   stop earlier.
    pub(super) fn is_decided(&self) -> bool {
        let facts = &self.facts;
        let data = facts.application.count;
        let settled = match self.role {
            Role::Client if facts.full_handshake() => data > 0,
            Role::Client => data >= SETTLED,
            Role::Server => data >= conclude::REPLIES,
        };
        (facts.finished && settled)
            || facts.application.is_full(self.role)
            || (self.role == Role::Client && conclude::is_client_settled(facts))
    }

    /// Whether both ends may still go back to text: all that was said is a hello, or an alert.
    pub(super) fn may_give_up(&self) -> bool {
        let facts = &self.facts;
        let answered = facts.server_hello.is_some() || facts.hello_retry || facts.full_handshake();
        let encrypted = facts.change_cipher_spec
            || facts.application.count > 0
            || facts.encrypted_alerts > 0
            || facts.ssl2.records > 1;
        let unsure = facts.gaps > 0 || facts.lost || facts.begun_late;
        !answered && !encrypted && !unsure
    }

    /// Whether alerts of this direction are encrypted by now, so that two readable bytes are none.
    ///
    /// A client of TLS 1.3 may reject the server's certificate in clear: it need not change its keys before its own
    /// next flight. After a HelloRetryRequest, ChangeCipherSpec means nothing.
    pub(super) fn is_protected(&self) -> bool {
        let facts = &self.facts;
        let dummy = match self.role {
            Role::Client => facts.second_client_hello.is_some() || facts.first_unseen,
            Role::Server => facts.hello_retry && facts.server_hello.is_none(),
        };
        facts.application.count > 0
            || self.has_answered_tls13()
            || (facts.change_cipher_spec && !dummy)
    }

    /// Whether a hello may still come in clear although ChangeCipherSpec was seen (RFC 8446 D.4).
    pub(super) fn expects_hello(&self) -> bool {
        match self.role {
            Role::Client => self.facts.second_client_hello.is_none(),
            Role::Server => self.lacks_answer(),
        }
    }

    fn has_answered_tls13(&self) -> bool {
        let hello = self.facts.server_hello.as_ref();
        self.role == Role::Server && hello.and_then(|hello| hello.version()) == Some(Version::TLS13)
    }

    /// The handshake record at hand is encrypted.
    pub(super) fn finished(&mut self) {
        if !self.facts.finished {
            self.facts.finished = true;
            self.facts.finished_end = self.record_end;
        }
    }

    /// The alert record at hand is encrypted.
    pub(super) fn encrypted_alert(&mut self) {
        let facts = &mut self.facts;
        if facts.encrypted_alerts == 0 {
            facts.encrypted_alert_end = self.record_end;
        }
        facts.encrypted_alerts = facts.encrypted_alerts.saturating_add(1);
    }

    /// The body of a record of alerts in clear.
    pub(super) fn alerts(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match self.alert_level.take() {
                None => self.alert_level = Some(*byte),
                Some(level) => self.alert(level, *byte),
            }
        }
    }

    fn alert(&mut self, level: u8, code: u8) {
        let alert = ClearAlert {
            level,
            code,
            time: self.time,
            end: self.record_end,
        };
        match level {
            ClearAlert::FATAL => {
                self.facts.fatal.get_or_insert_with(|| Box::new(alert));
            }
            ClearAlert::WARNING if code == ClearAlert::CLOSE_NOTIFY => {
                self.facts.close_notify = true;
            }
            ClearAlert::WARNING if alert.is_error() => {
                self.facts.warning.get_or_insert_with(|| Box::new(alert));
            }
            _ => {}
        }
    }

    pub(super) fn application_data(&mut self, offset: u64, length: u16) {
        let hello = self.facts.server_hello.as_ref();
        let tag = conclude::tag_length(hello.and_then(|hello| hello.cipher));
        let record = Record { offset, length };
        let lost = self.facts.lost;
        self.facts.application.push(self.role, record, tag, lost);
    }

    /// Body of the `index`th SSL 2.0 record, or its first bytes if `whole` is false.
    pub(super) fn ssl2_record(&mut self, index: u8, body: &[u8], whole: bool) {
        match (self.role, index) {
            (Role::Client, 0) => {
                if let Some(hello) = ssl2::client_hello(body, whole) {
                    self.client_hello(Arc::new(hello), ssl2::session_id(body));
                }
            }
            (Role::Client, 1) => self.facts.ssl2.cipher = ssl2::master_key_kind(body),
            (Role::Server, 0) => {
                if let Some(hello) = ssl2::server_hello(body, whole) {
                    self.server_hello(Arc::new(hello), None);
                }
            }
            _ => {}
        }
    }

    /// Whether a further ServerHello may be the answer: none was seen, or one so short that it may have been a
    /// HelloRetryRequest.
    fn lacks_answer(&self) -> bool {
        let hello = self.facts.server_hello.as_ref();
        hello.is_none_or(|hello| !hello.random_seen && hello.version().is_none())
    }

    fn client_hello(&mut self, hello: Arc<ClientHello>, session_id: Option<SessionId>) {
        if self.facts.client_hello.is_none() {
            self.facts.client_hello = Some(hello);
            self.facts.first_unseen = self.facts.change_cipher_spec;
            self.facts.in_old_record = self.begun_in_old_record;
            self.facts.session_id = session_id;
            self.hello_came();
        } else {
            self.facts.second_client_hello.get_or_insert(hello);
        }
    }

    fn server_hello(&mut self, hello: Arc<ServerHello>, session_id: Option<SessionId>) {
        if hello.retry {
            self.facts.hello_retry = true;
        } else {
            self.facts.server_hello = Some(hello);
            self.facts.session_id = session_id;
            self.hello_came();
        }
    }

    fn hello_came(&mut self) {
        self.facts.hello_time = Some(HelloTime {
            begin: self.begun,
            end: self.time,
        });
    }

    /// A hello begins where no handshake header tells it.
    pub(super) fn ssl2_begun(&mut self) {
        self.begun = self.time;
        self.begun_in_old_record = true;
    }
}

impl Sink for Collector {
    fn wants(&self, kind: u8) -> bool {
        match kind {
            CLIENT_HELLO => self.facts.second_client_hello.is_none(),
            SERVER_HELLO => self.lacks_answer(),
            MessageSet::CERTIFICATE => {
                self.role == Role::Server && self.facts.certificate.is_none()
            }
            _ => false,
        }
    }

    fn begun(&mut self, kind: u8) {
        self.begun = self.time;
        self.begun_in_old_record = self.in_old_record;
        self.facts.messages.insert(kind);
        self.facts.hello_retry |= kind == DRAFT_HELLO_RETRY;
    }

    fn message(&mut self, kind: u8, body: &[u8], whole: bool) {
        let believable = probe::begins_hello_body(body);
        match kind {
            CLIENT_HELLO if believable => {
                if let Some(hello) = known::client_hello(body, whole) {
                    self.client_hello(hello, SessionId::of_hello(body));
                }
            }
            SERVER_HELLO if believable => {
                if let Some(hello) = known::server_hello(body, whole) {
                    self.server_hello(hello, ServerHello::session_id(body));
                }
            }
            MessageSet::CERTIFICATE => {
                self.facts.certificate = certificate::first(body);
            }
            _ => {}
        }
    }

    fn encrypted(&mut self) {
        self.finished();
    }
}
