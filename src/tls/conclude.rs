//! What the two directions of a conversation prove together, or one of them alone.
//!
//! Each function below states its rule and why the bytes prove it. What they do not prove is `None`.

use crate::session::Side;
use crate::time::Timestamp;

use super::facts::{ClearAlert, Facts, MessageSet, PADDING, Record};
use super::server_hello::ServerHello;
use super::{Format, Role, Version};

/// Shortest TLS 1.3 record that can hold Finished: header 4, hash 32, content type 1, tag 8 (CCM_8; RFC 8446 4.4.4).
/// An alert is 11 or 19 bytes, an empty client certificate 17 or 25; Java pads each by 16.
const MIN_FINISHED_RECORD: u16 = 45;
/// Longest that holds Finished and at most Java's padding: hash 48, tag 16.
const MAX_FINISHED_RECORD: u16 = 69 + PADDING;
/// Records of the client's last flight in TLS 1.3: Certificate, CertificateVerify, Finished (RFC 8446 2).
const CLIENT_FLIGHT: usize = 3;
/// The most of them that are looked at: a certificate may take several.
const LONG_FLIGHT: usize = 6;
/// Records of data by which a server of TLS 1.2 or older alone shows that its client took the handshake: the first may
/// be a greeting that waits for nobody, and TLS 1.0 may make two records of it.
pub(super) const REPLIES: u8 = 3;
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

/// A TLS alert that went in clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Alert {
    /// Who sent it.
    pub by: Side,
    /// AlertDescription (RFC 8446 section 6; IANA TLS Alerts).
    pub code: u8,
}

/// What the TCP connection tells besides its bytes. Places are counted in bytes from the first TLS byte of a direction.
#[derive(Clone, Copy)]
pub struct Course<'a> {
    /// What the client had received of the server's direction when it sent the last byte before a place of its own,
    /// where that is known.
    pub received: &'a dyn Fn(u64) -> Option<u64>,
    /// The client had sent nothing behind its Finished of TLS 1.2 or older when it had the server's.
    pub taken: bool,
    /// How the client left.
    pub left: Left,
    /// The connection was closed or reset by either end.
    pub over: bool,
}

/// Whether the client closed or reset the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// It did not.
    Not,
    /// It did, when it had received so much of the server's direction.
    Having(u64),
    /// It did or may have, and what it had received is not known.
    Unknown,
}

/// Sets the two directions side by side; a direction that the capture does not hold is `None`.
pub fn conclude(client: Option<&Facts>, server: Option<&Facts>, course: Course<'_>) -> Conclusion {
    let hello = server.and_then(|facts| facts.server_hello.as_deref());
    let negotiated = negotiated(client, server);
    let alert = alert(client, server, negotiated, course);
    Conclusion {
        negotiated,
        cipher: cipher(client, hello),
        established: established(client, server, negotiated, alert.is_some(), course),
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

/// The first alert that ends the conversation: level fatal, or where warnings end it, one that names an error at whatever level.
///
/// Where both ends sent one, the client's was an answer if it had received the server's. Time does not tell: clocks are
/// coarse, and taps apart.
fn alert(
    client: Option<&Facts>,
    server: Option<&Facts>,
    negotiated: Option<Version>,
    course: Course<'_>,
) -> Option<(Alert, Timestamp)> {
    let any_level = match negotiated {
        Some(version) => version == Version::TLS13,
        None => course.over && lacks_answer(client, server),
    };
    let ending = |facts: Option<&Facts>| facts?.alert(any_level);
    match (ending(client), ending(server)) {
        (Some(ours), Some(theirs)) if (course.received)(ours.end)? < theirs.end => {
            Some(by(Side::Client, ours))
        }
        (_, Some(theirs)) => Some(by(Side::Server, theirs)),
        (ours, None) => ours.map(|alert| by(Side::Client, alert)),
    }
}

/// The server was heard and did not answer the hello: then a warning ended it (RFC 8446 6.2). Up to TLS 1.2 both ends
/// may go on behind one, and where the answer may be among missing bytes it may be theirs.
fn lacks_answer(client: Option<&Facts>, server: Option<&Facts>) -> bool {
    let unanswered =
        |server: &Facts| server.server_hello.is_none() && !server.lost && !server.full_handshake();
    server.is_some_and(unanswered) && !client.is_some_and(Facts::full_handshake)
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
    course: Course<'_>,
) -> Option<bool> {
    let finished = match negotiated? {
        Version::SSL2 => {
            Some(server.is_some_and(|facts| facts.ssl2.records >= SSL2_SERVER_FINISHED))
        }
        Version::TLS13 => has_finished_tls13(client, server, course),
        _ => has_finished_tls12(client, server, course),
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
const fn is_whole(facts: &Facts) -> bool {
    !facts.lost && !facts.derailed
}

/// TLS 1.2 and older: both sent ChangeCipherSpec and an encrypted handshake record after it, which is Finished, and the
/// client did not refuse the server's certificate in between.
///
/// The server shows that it took the client's Finished by its own, which comes last in a full handshake (RFC 5246 7.3),
/// and by data, which it sends no sooner. That the client took the handshake its Finished does not show: NSS sends that
/// before it has judged the certificate.
fn has_finished_tls12(
    client: Option<&Facts>,
    server: Option<&Facts>,
    course: Course<'_>,
) -> Option<bool> {
    let Some(server) = server else {
        return Some(false);
    };
    let data = server.application.count;
    if server.change_cipher_spec && data >= REPLIES {
        return Some(true);
    }
    let client_finished = client.is_some_and(|facts| facts.finished);
    let server_took_it = (server.finished && (server.full_handshake() || client_finished))
        || (server.change_cipher_spec && data > 0);
    if server_took_it {
        has_taken_tls12(client?, server, course)
    } else {
        Some(false)
    }
}

/// Whether the client of TLS 1.2 or older took the handshake: it sent data, or sent nothing and did not end before it
/// had the server's Finished.
fn has_taken_tls12(client: &Facts, server: &Facts, course: Course<'_>) -> Option<bool> {
    if client.application.count > 0 || course.taken {
        return Some(true);
    }
    if client.lost || !server.finished {
        return None;
    }
    let had = if client.encrypted_alerts > 0 {
        (course.received)(client.encrypted_alert_end)?
    } else {
        match course.left {
            Left::Not => return Some(true),
            Left::Having(had) => had,
            Left::Unknown => return None,
        }
    };
    Some(had >= server.finished_end)
}

/// TLS 1.3: the client sent a record that can hold Finished, and the server, in answer to it, two of which the first is
/// no alert; `None` if it may be.
///
/// What follows Finished from the client proves nothing: it waits for no answer, while the server may still refuse its
/// certificate, or that there is none (RFC 8446 sections 4.4.2.4 and 4.4.4): by an encrypted alert, and the end. A
/// server that asks for a certificate has nothing to say between its own flight and the client's (section 4.6.1), so
/// any record of that flight will do in place of Finished. One direction alone does not tell.
fn has_finished_tls13(
    client: Option<&Facts>,
    server: Option<&Facts>,
    course: Course<'_>,
) -> Option<bool> {
    let (Some(client), Some(server)) = (client, server) else {
        return Some(false);
    };
    let mut records = client.application.records().iter();
    let last = if offers_early_data(client) {
        finished_behind_early_data(client, server, course)
            .or_else(|| sized_behind_answer(client, server, course))?
    } else {
        match records.find(|record| record.length >= MIN_FINISHED_RECORD) {
            Some(record) => record,
            None if client.application.is_full(Role::Client) => return None,
            None => return Some(false),
        }
    };
    let flight = (course.received)(last.end())?;
    if !server.application.began_before(flight) {
        return None;
    }
    server.application.has_data_behind(flight)
}

/// Whether the client's records so far tell which of them ends the handshake of TLS 1.3, or that nothing will; the same
/// whatever the server says.
pub(super) fn is_client_settled(client: &Facts) -> bool {
    let records = client.application.records();
    let is_certificate = |record: &Record| record.length > MAX_FINISHED_RECORD;
    let needed = if records.first().is_some_and(is_certificate) {
        LONG_FLIGHT
    } else {
        CLIENT_FLIGHT
    };
    !offers_early_data(client)
        && !client.lost
        && !client.begun_late
        && records.len() >= needed
        && records
            .iter()
            .any(|record| record.length >= MIN_FINISHED_RECORD)
}

/// Where the handshake ends, in bytes from the first TLS byte of the client's direction, and of the server's. In TLS 1.3
/// nothing tells where the server's ends: its last messages are records like any others.
pub fn handshake_end(
    client: &Facts,
    server: &Facts,
    negotiated: Version,
    course: Course<'_>,
) -> Option<(u64, Option<u64>)> {
    if client.begun_late || server.begun_late || negotiated == Version::SSL2 {
        return None;
    }
    if negotiated == Version::TLS13 {
        let finished = if offers_early_data(client) {
            finished_behind_early_data(client, server, course)?
        } else {
            finished_of_flight(client, server, course)?
        };
        return Some((finished.end(), None));
    }
    let both = client.finished && server.finished;
    both.then_some((client.finished_end, Some(server.finished_end)))
}

/// Whether encrypted records of the client may be early data.
fn offers_early_data(client: &Facts) -> bool {
    let hello = client.client_hello.as_ref();
    hello.is_none_or(|hello| hello.early_data)
}

/// The client's Finished of TLS 1.3, by its size: that of the suite without padding, or with Java's. It is the first
/// encrypted record; or the second, behind a certificate that is empty; or behind a certificate and its proof one of
/// the same flight, to which the server has said nothing.
///
/// A client that pads otherwise, or puts several messages into one record, does not tell.
fn finished_of_flight<'a>(
    client: &'a Facts,
    server: &Facts,
    course: Course<'_>,
) -> Option<&'a Record> {
    let suite = cipher_of(server)?;
    let records = client.application.unbroken();
    let is_finished = |record: &Record| is_sized(record, finished_length(suite));
    let (first, rest) = records.split_first()?;
    if is_finished(first) {
        return Some(first);
    }
    if is_sized(first, empty_certificate_length(suite)) {
        return rest.first().filter(|record| is_finished(record));
    }
    if first.length <= MAX_FINISHED_RECORD {
        return None;
    }
    let flight = (course.received)(first.end())?;
    let mut found = (records.iter().take(LONG_FLIGHT).skip(CLIENT_FLIGHT - 1))
        .filter(|record| is_finished(record) && (course.received)(record.end()) == Some(flight));
    found.next().filter(|_| found.next().is_none())
}

/// The same behind early data: it follows EndOfEarlyData, which the client sends when it has the server's flight (RFC
/// 8446 4.5). Nothing pads there.
fn finished_behind_early_data<'a>(
    client: &'a Facts,
    server: &Facts,
    course: Course<'_>,
) -> Option<&'a Record> {
    let suite = cipher_of(server)?;
    let pairs = client.application.unbroken().windows(2);
    let mut found = pairs.filter_map(|pair| match pair {
        [end, finished]
            if end.length == END_OF_EARLY_DATA + tag_length(Some(suite))
                && finished.length == finished_length(suite)
                && is_behind_answer(end, server, course) =>
        {
            Some(finished)
        }
        _ => None,
    });
    found.next()
}

/// The last record of the size of Finished that the client sent when the server had answered: Finished or one behind
/// it, where early data were refused.
fn sized_behind_answer<'a>(
    client: &'a Facts,
    server: &Facts,
    course: Course<'_>,
) -> Option<&'a Record> {
    let length = finished_length(cipher_of(server)?);
    let mut records = client.application.records().iter().rev();
    records.find(|record| record.length == length && is_behind_answer(record, server, course))
}

/// Whether the client had something encrypted of the server when it sent the record.
fn is_behind_answer(record: &Record, server: &Facts, course: Course<'_>) -> bool {
    let received = (course.received)(record.end());
    received.is_some_and(|place| server.application.began_before(place))
}

fn cipher_of(server: &Facts) -> Option<u16> {
    server.server_hello.as_ref()?.cipher
}

/// Whether a record is of this length, or that and Java's padding.
const fn is_sized(record: &Record, length: u16) -> bool {
    record.length == length || record.length == length + PADDING
}

/// EndOfEarlyData: header 4, content type 1.
const END_OF_EARLY_DATA: u16 = 5;

/// Bytes of a record that holds Finished and no padding: header 4, hash, content type 1, tag.
const fn finished_length(suite: u16) -> u16 {
    let hash = if suite == 0x1302 { 48 } else { 32 };
    4 + hash + 1 + tag_length(Some(suite))
}

/// The same of a Certificate without certificates: header 4, an empty context 1, the length of no list 3.
const fn empty_certificate_length(suite: u16) -> u16 {
    4 + 1 + 3 + 1 + tag_length(Some(suite))
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
