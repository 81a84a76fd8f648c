//! What the two directions of a conversation prove together, or one of them alone.
//!
//! Each function below states its rule and why the bytes prove it. What they do not prove is `None`.

use crate::session::{Alert, Side};
use crate::time::Timestamp;

use super::facts::{ClearAlert, Facts, MessageSet, Record};
use super::server_hello::ServerHello;
use super::{Format, Version};

/// Shortest TLS 1.3 record that can hold Finished: header 4, hash 32, content type 1, tag 8 (CCM_8; RFC 8446 4.4.4).
/// An alert is 11 or 19 bytes, an empty client certificate 17 or 25.
const MIN_FINISHED_RECORD: u16 = 45;
/// Records of the client's last flight in TLS 1.3: Certificate, CertificateVerify, Finished (RFC 8446 2).
const CLIENT_FLIGHT: usize = 3;
/// SSL 2.0: SERVER-HELLO, SERVER-VERIFY, and at most one REQUEST-CERTIFICATE come before SERVER-FINISHED.
const SSL2_SERVER_FINISHED: u8 = 4;

/// What is proven.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Conclusion {
    /// The version the server chose, drafts counted as TLS 1.3; an unknown value stays what it is.
    pub negotiated: Option<Version>,
    /// The suite it chose (IANA number); in SSL 2.0 the kind that the client chose, three bytes.
    pub cipher: Option<u32>,
    /// The handshake was seen to finish; `Some(false)` if all that came was seen and it did not.
    pub established: Option<bool>,
    /// It resumed an earlier session.
    pub resumed: Option<bool>,
    /// The alert that ended it.
    pub alert: Option<Alert>,
    /// When it came.
    pub alert_at: Option<Timestamp>,
    /// The server marked its answer as lower than what it knows: TLS 1.2, or TLS 1.1 for "1.1 or lower".
    pub downgrade_sentinel: Option<Version>,
    /// Nanoseconds from the end of the ClientHello to the start of the ServerHello, if no retry came between.
    pub hello_latency: Option<u64>,
}

/// Sets the two directions side by side; a direction that the capture does not hold is `None`.
///
/// `received` tells what the client had received of the server's direction when it sent the last byte before a place of its own,
/// both in bytes from the first TLS byte, where that is known.
pub fn conclude(
    client: Option<&Facts>,
    server: Option<&Facts>,
    received: impl Fn(u64) -> Option<u64>,
) -> Conclusion {
    let hello = server.and_then(|facts| facts.server_hello.as_deref());
    let negotiated = negotiated(client, server);
    let alert = alert(client, server, negotiated);
    Conclusion {
        negotiated,
        cipher: cipher(client, hello),
        established: established(client, server, negotiated, alert.is_some(), received),
        resumed: resumed(client, server, negotiated),
        alert: alert.map(|(alert, _)| alert),
        alert_at: alert.map(|(_, at)| at),
        downgrade_sentinel: hello.and_then(|hello| hello.downgrade),
        hello_latency: hello_latency(client, server),
    }
}

/// The ServerHello decides. One that was cut before it could is helped by what only one version does:
///
/// - TLS 1.2 sends Certificate, key exchange, ServerHelloDone and NewSessionTicket in clear, and its Finished in a
///   handshake record after ChangeCipherSpec; TLS 1.3 does neither. (Where bytes are missing, such a record may be the rest of a
///   second ClientHello.)
/// - TLS 1.3 follows its ServerHello with application data records; older versions cannot before their Finished. This
///   one rests on having seen all records between, so it does not hold if any may be missing.
fn negotiated(client: Option<&Facts>, server: Option<&Facts>) -> Option<Version> {
    let server = server?;
    let hello = server.server_hello.as_deref()?;
    if let Some(version) = hello.version() {
        return Some(version);
    }
    let has_old_messages =
        |facts: &Facts| facts.full_handshake() || (facts.finished && !facts.lost);
    if has_old_messages(server)
        || server.messages.contains(MessageSet::NEW_SESSION_TICKET)
        || client.is_some_and(has_old_messages)
    {
        return Some(Version::TLS12);
    }
    (!server.lost && server.application.count > 0).then_some(Version::TLS13)
}

fn cipher(client: Option<&Facts>, hello: Option<&ServerHello>) -> Option<u32> {
    let hello = hello?;
    match hello.format {
        Format::Tls => hello.cipher.map(u32::from),
        Format::Ssl2 => client?.ssl2.cipher,
    }
}

/// The first alert that ends the conversation: level fatal, or in TLS 1.3, and before any answer, one that names an
/// error at whatever level (RFC 8446 6.2).
fn alert(
    client: Option<&Facts>,
    server: Option<&Facts>,
    negotiated: Option<Version>,
) -> Option<(Alert, Timestamp)> {
    let any_level = negotiated.is_none_or(|version| version == Version::TLS13);
    let ending = |facts: Option<&Facts>| facts?.alert(any_level);
    match (ending(client), ending(server)) {
        (Some(ours), Some(theirs)) if ours.time < theirs.time => Some(by(Side::Client, ours)),
        (_, Some(theirs)) => Some(by(Side::Server, theirs)),
        (ours, None) => ours.map(|alert| by(Side::Client, alert)),
    }
}

const fn by(by: Side, alert: ClearAlert) -> (Alert, Timestamp) {
    let code = alert.code;
    (Alert { by, code }, alert.time)
}

/// Whether the handshake was seen to finish. "No" needs both directions without loss, or an alert that ended it.
fn established(
    client: Option<&Facts>,
    server: Option<&Facts>,
    negotiated: Option<Version>,
    ended: bool,
    received: impl Fn(u64) -> Option<u64>,
) -> Option<bool> {
    let finished = match negotiated? {
        Version::SSL2 => {
            Some(server.is_some_and(|facts| facts.ssl2.records >= SSL2_SERVER_FINISHED))
        }
        Version::TLS13 => has_finished_tls13(client, server, received),
        _ => Some(has_finished_tls12(client, server)),
    };
    if finished == Some(true) {
        return finished;
    }
    if ended {
        return Some(false);
    }
    let (client, server) = (client?, server?);
    let all_seen = finished.is_some()
        && is_whole(client)
        && is_whole(server)
        && negotiated != Some(Version::SSL2);
    all_seen.then_some(false)
}

/// Nothing of the handshake can have been missed.
fn is_whole(facts: &Facts) -> bool {
    !facts.lost && !facts.derailed && !facts.application.is_full()
}

/// TLS 1.2 and older: both sent ChangeCipherSpec and an encrypted handshake record after it, which is Finished.
///
/// The server alone proves it twice: in a full handshake its Finished comes last (RFC 5246 7.3); and it sends no
/// application data before the end, while a client may (False Start, RFC 7918).
fn has_finished_tls12(client: Option<&Facts>, server: Option<&Facts>) -> bool {
    let finished = |facts: Option<&Facts>| facts.is_some_and(|facts| facts.finished);
    let server_says = server.is_some_and(|facts| {
        (facts.finished && facts.full_handshake())
            || (facts.change_cipher_spec && facts.application.count > 0)
    });
    server_says || (finished(client) && finished(server))
}

/// TLS 1.3: the client sent a record that can hold Finished, and the server, in answer to it, one that is no alert; `None` if it may have.
///
/// What follows Finished from the client proves nothing: it waits for no answer, while the server may still refuse its certificate, or
/// that there is none (RFC 8446 sections 4.4.2.4 and 4.4.4): by an encrypted alert, and the end. A server that asks for a certificate has
/// nothing to say between its own flight and the client's (section 4.6.1).
///
/// Early data are encrypted records too, so where the client offered them only a record of exactly the size of Finished counts that it sent
/// when the server had answered. One direction alone does not tell.
fn has_finished_tls13(
    client: Option<&Facts>,
    server: Option<&Facts>,
    received: impl Fn(u64) -> Option<u64>,
) -> Option<bool> {
    let (Some(client), Some(server)) = (client, server) else {
        return Some(false);
    };
    let Some(finished) = last_of_handshake(client, server) else {
        return Some(false);
    };
    let records = &server.application;
    let flight = received(finished.end())?;
    if !records.began_before(flight) {
        return None;
    }
    records.has_data_behind(flight)
}

/// Whether the client's records so far tell which of them ends the handshake of TLS 1.3; the same whatever the server says.
pub(super) fn is_client_settled(client: &Facts) -> bool {
    let told = client
        .client_hello
        .as_ref()
        .is_some_and(|hello| !hello.early_data);
    let records = client.application.records();
    told && !client.lost
        && !client.begun_late
        && records.len() >= CLIENT_FLIGHT
        && records
            .iter()
            .any(|record| may_be_finished(record, false, None))
}

/// Where the handshake ends, in bytes from the first TLS byte of the client's direction, and of the server's. In TLS 1.3
/// nothing tells where the server's ends: its last messages are records like any others.
pub fn handshake_end(
    client: &Facts,
    server: &Facts,
    negotiated: Version,
) -> Option<(u64, Option<u64>)> {
    if client.begun_late || server.begun_late || negotiated == Version::SSL2 {
        return None;
    }
    if negotiated == Version::TLS13 {
        let finished = last_of_handshake(client, server)?;
        let told = !client.lost || is_exact(finished, server);
        return told.then_some((finished.end(), None));
    }
    let both = client.finished && server.finished;
    both.then_some((client.finished_end, Some(server.finished_end)))
}

/// The client's Finished of TLS 1.3. Behind a client certificate it is told by its exact size; else it is the first record
/// that can be one. Where records may have been missed, that one may be the certificate.
fn last_of_handshake<'a>(client: &'a Facts, server: &Facts) -> Option<&'a Record> {
    let hello = client.client_hello.as_ref();
    let early = hello.is_none_or(|hello| hello.early_data);
    let cipher = server.server_hello.as_ref()?.cipher;
    let records = client.application.records();
    let mut flight = records.iter().take(CLIENT_FLIGHT);
    let exact = flight.find(|record| is_exact(record, server));
    exact.or_else(|| {
        records
            .iter()
            .find(|record| may_be_finished(record, early, cipher))
    })
}

/// Whether a record is just as long as one that holds Finished of the suite in use.
fn is_exact(record: &Record, server: &Facts) -> bool {
    let cipher = server.server_hello.as_ref().and_then(|hello| hello.cipher);
    cipher.is_some_and(|suite| record.length == finished_length(suite))
}

fn may_be_finished(record: &Record, early: bool, cipher: Option<u16>) -> bool {
    if early {
        cipher.is_some_and(|suite| record.length == finished_length(suite))
    } else {
        record.length >= MIN_FINISHED_RECORD
    }
}

/// Bytes of a record that holds Finished and no padding: header 4, hash, content type 1, tag.
const fn finished_length(suite: u16) -> u16 {
    let hash = if suite == 0x1302 { 48 } else { 32 };
    4 + hash + 1 + tag_length(Some(suite))
}

/// Bytes of the tag of a suite of TLS 1.3 (RFC 8446 appendix B.4).
pub(super) const fn tag_length(suite: Option<u16>) -> u16 {
    if matches!(suite, Some(0x1305)) { 8 } else { 16 }
}

/// Whether an earlier session was resumed.
///
/// - TLS 1.3: `pre_shared_key` in the ServerHello (RFC 8446 4.2.11; an external key looks the same).
/// - Older: messages of the full handshake say no; ChangeCipherSpec straight after the ServerHello says yes (RFC 5077
///   3.4), unless something may be missing between; the client's own session id sent back says yes (RFC 5246 7.4.1.3).
/// - SSL 2.0: the flag in the SERVER-HELLO.
fn resumed(
    client: Option<&Facts>,
    server: Option<&Facts>,
    negotiated: Option<Version>,
) -> Option<bool> {
    let server = server?;
    let hello = server.server_hello.as_deref()?;
    match negotiated? {
        Version::SSL2 => Some(hello.ssl2_session_hit),
        Version::TLS13 => (hello.pre_shared_key || hello.complete).then_some(hello.pre_shared_key),
        _ if server.full_handshake() => Some(false),
        _ if server.change_cipher_spec && !server.lost => Some(true),
        _ => has_session_id_back(client, server).then_some(true),
    }
}

fn has_session_id_back(client: Option<&Facts>, server: &Facts) -> bool {
    let sent = client.and_then(|facts| facts.session_id);
    sent.is_some_and(|id| !id.is_empty()) && sent == server.session_id
}

fn hello_latency(client: Option<&Facts>, server: Option<&Facts>) -> Option<u64> {
    let (client, server) = (client?, server?);
    let straight =
        !server.hello_retry && !client.first_unseen && client.second_client_hello.is_none();
    client.client_hello.as_ref().filter(|_| straight)?;
    server.server_hello.as_ref()?;
    server.hello_time?.begin.after(client.hello_time?.end)
}

#[cfg(test)]
mod tests;
