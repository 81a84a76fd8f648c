//! What the two directions of a conversation prove together, or one of them alone.
//!
//! Each function below states its rule and why the bytes prove it. What they do not prove is `None`.

use crate::session::{Alert, Side};

use super::facts::{ClearAlert, Facts, MessageSet, Record};
use super::server_hello::ServerHello;
use super::{Format, Version};

/// Shortest TLS 1.3 record that can hold Finished: header 4, hash 32, content type 1, tag 8 (CCM_8; RFC 8446 4.4.4).
/// An alert is 11 or 19 bytes, an empty client certificate 17 or 25.
const MIN_FINISHED_RECORD: u16 = 45;
/// Longest TLS 1.3 record that an alert without padding fills: 2 bytes, content type 1, tag 16.
const MAX_ALERT_RECORD: u16 = 19;
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
    /// The server marked its answer as lower than what it knows: TLS 1.2, or TLS 1.1 for "1.1 or lower".
    pub downgrade_sentinel: Option<Version>,
    /// Nanoseconds from the end of the ClientHello to the start of the ServerHello, if no retry came between.
    pub hello_latency: Option<u64>,
}

/// Sets the two directions side by side; a direction that the capture does not hold is `None`.
pub fn conclude(client: Option<&Facts>, server: Option<&Facts>) -> Conclusion {
    let hello = server.and_then(|facts| facts.server_hello.as_deref());
    let negotiated = negotiated(client, server);
    let alert = alert(client, server, negotiated);
    Conclusion {
        negotiated,
        cipher: cipher(client, hello),
        established: established(client, server, negotiated, alert.is_some()),
        resumed: resumed(client, server, negotiated),
        alert,
        downgrade_sentinel: hello.and_then(|hello| hello.downgrade),
        hello_latency: hello_latency(client, server),
    }
}

/// The ServerHello decides. One that was cut before it could is helped by what only one version does:
///
/// - TLS 1.2 sends Certificate, key exchange, ServerHelloDone and NewSessionTicket in clear, and its Finished in a
///   handshake record after ChangeCipherSpec; TLS 1.3 does neither.
/// - TLS 1.3 follows its ServerHello with application data records; older versions cannot before their Finished. This
///   one rests on having seen all records between, so it does not hold if any may be missing.
fn negotiated(client: Option<&Facts>, server: Option<&Facts>) -> Option<Version> {
    let server = server?;
    let hello = server.server_hello.as_deref()?;
    if let Some(version) = hello.version() {
        return Some(version);
    }
    let has_old_messages = |facts: &Facts| facts.full_handshake() || facts.finished;
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
) -> Option<Alert> {
    let any_level = negotiated.is_none_or(|version| version == Version::TLS13);
    let ending = |facts: Option<&Facts>| {
        let facts = facts?;
        facts.fatal.or(facts.warning.filter(|_| any_level))
    };
    match (ending(client), ending(server)) {
        (Some(ours), Some(theirs)) if ours.time < theirs.time => Some(by(Side::Client, ours)),
        (_, Some(theirs)) => Some(by(Side::Server, theirs)),
        (ours, None) => ours.map(|alert| by(Side::Client, alert)),
    }
}

const fn by(by: Side, alert: ClearAlert) -> Alert {
    Alert {
        by,
        code: alert.code,
    }
}

/// Whether the handshake was seen to finish. "No" needs both directions without loss, or an alert that ended it.
fn established(
    client: Option<&Facts>,
    server: Option<&Facts>,
    negotiated: Option<Version>,
    ended: bool,
) -> Option<bool> {
    let finished = match negotiated? {
        Version::SSL2 => server.is_some_and(|facts| facts.ssl2.records >= SSL2_SERVER_FINISHED),
        Version::TLS13 => has_finished_tls13(client, server),
        _ => has_finished_tls12(client, server),
    };
    if finished {
        return Some(true);
    }
    if ended {
        return Some(false);
    }
    let (client, server) = (client?, server?);
    let all_seen = is_whole(client) && is_whole(server) && negotiated != Some(Version::SSL2);
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

/// TLS 1.3: the client sent a record that can hold Finished, and after it either side sent another that is no alert.
///
/// The client's first encrypted records are its certificate, if asked for, and Finished; with Finished wrong or the
/// certificate refused, nothing but an alert would follow. Early data are encrypted records too, so where the client
/// offered them only a record of exactly the size of Finished counts. One direction alone does not tell.
fn has_finished_tls13(client: Option<&Facts>, server: Option<&Facts>) -> bool {
    let (Some(client), Some(server)) = (client, server) else {
        return false;
    };
    let early = client
        .client_hello
        .as_ref()
        .is_none_or(|hello| hello.early_data);
    let cipher = server.server_hello.as_ref().and_then(|hello| hello.cipher);
    let records = client.application.records();
    let Some(at) = records
        .iter()
        .position(|record| may_be_finished(record, early, cipher))
    else {
        return false;
    };
    let (until, after) = records.split_at(at + 1);
    let finished = until.last().map(|record| record.time);
    let later = |record: &Record| Some(record.time) > finished && !is_alert_sized(record);
    after.iter().any(|record| !is_alert_sized(record))
        || server.application.records().iter().any(later)
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
    match suite {
        0x1302 => 4 + 48 + 1 + 16,
        0x1305 => 4 + 32 + 1 + 8,
        _ => 4 + 32 + 1 + 16,
    }
}

const fn is_alert_sized(record: &Record) -> bool {
    record.length <= MAX_ALERT_RECORD
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
        _ => has_session_id_back(client, hello).then_some(true),
    }
}

fn has_session_id_back(client: Option<&Facts>, hello: &ServerHello) -> bool {
    let sent = client
        .and_then(|facts| facts.client_hello.as_ref())
        .and_then(|hello| hello.session_id.as_deref());
    sent.is_some_and(|id| !id.is_empty()) && sent == hello.session_id.as_deref()
}

fn hello_latency(client: Option<&Facts>, server: Option<&Facts>) -> Option<u64> {
    let (client, server) = (client?, server?);
    let straight = !server.hello_retry && client.second_client_hello.is_none();
    client.client_hello.as_ref().filter(|_| straight)?;
    server.server_hello.as_ref()?;
    Some(server.hello_time?.begin.since(client.hello_time?.end))
}

#[cfg(test)]
mod tests {
    use super::super::samples::{
        self, Conversation, Hello, RFC8448_CLIENT_HELLO, RFC8448_SERVER_HELLO, alert,
        change_cipher_spec, encrypted, full_handshake, handshake, hex, message, resumption, tls13,
        tls13_retry,
    };
    use super::super::{Role, Stream};
    use super::*;
    use crate::time::Timestamp;

    /// Facts of one direction, each byte string a segment at the time given.
    fn facts(role: Role, segments: &[(&[u8], u64)]) -> Facts {
        let mut stream = Stream::new(role);
        for (bytes, time) in segments {
            stream.push(bytes, Timestamp(*time));
        }
        stream.into_facts()
    }

    fn client(bytes: &[u8]) -> Facts {
        facts(Role::Client, &[(bytes, 1)])
    }

    fn server(bytes: &[u8]) -> Facts {
        facts(Role::Server, &[(bytes, 2)])
    }

    fn both(talk: &Conversation) -> Conclusion {
        conclude(Some(&client(&talk.client)), Some(&server(&talk.server)))
    }

    #[test]
    fn a_full_handshake_of_an_old_version() {
        let found = both(&full_handshake(0x0301));
        assert_eq!(found.negotiated, Some(Version::TLS10));
        assert_eq!(found.cipher, Some(0x002f));
        assert_eq!(
            (found.established, found.resumed),
            (Some(true), Some(false))
        );
        assert_eq!(found.hello_latency, Some(1));
    }

    #[test]
    fn the_server_alone_proves_a_full_handshake() {
        let talk = full_handshake(0x0303);
        let found = conclude(None, Some(&server(&talk.server)));
        assert_eq!(found.negotiated, Some(Version::TLS12));
        assert_eq!(
            (found.established, found.resumed),
            (Some(true), Some(false))
        );
        let found = conclude(Some(&client(&talk.client)), None);
        assert_eq!((found.negotiated, found.established), (None, None));
    }

    #[test]
    fn resumption_shows_in_the_short_flight() {
        let talk = resumption();
        assert_eq!(both(&talk).resumed, Some(true));
        assert_eq!(both(&talk).established, Some(true));
        // Seen from the server's side alone up to its Finished, which comes first here, the end is not known.
        let hello = Hello::new(0x0303, &[0xc02f]).server();
        let flight = [
            handshake(&[&hello]),
            change_cipher_spec(),
            encrypted(22, 40),
        ]
        .concat();
        let found = conclude(None, Some(&server(&flight)));
        assert_eq!((found.established, found.resumed), (None, Some(true)));
    }

    #[test]
    fn tls13_needs_both_sides_to_finish() {
        let found = both(&tls13());
        assert_eq!(found.negotiated, Some(Version::TLS13));
        assert_eq!(
            (found.established, found.resumed),
            (Some(true), Some(false))
        );
        let found = conclude(None, Some(&server(&tls13().server)));
        assert_eq!(
            (found.negotiated, found.established),
            (Some(Version::TLS13), None)
        );
    }

    #[test]
    fn a_retry_is_followed_to_the_answer() {
        let found = both(&tls13_retry());
        assert_eq!(found.negotiated, Some(Version::TLS13));
        assert_eq!((found.established, found.hello_latency), (Some(true), None));
        let retry = handshake(&[&hex(samples::RFC8448_RETRY)]);
        let found = conclude(None, Some(&server(&retry)));
        assert_eq!(found.negotiated, None);
    }

    #[test]
    fn an_encrypted_alert_is_no_finish() {
        // TLS 1.3: the client sends an alert (19 bytes) where Finished would be, then nothing.
        let hello = handshake(&[&hex(RFC8448_CLIENT_HELLO)]);
        let gone = client(&[hello.clone(), encrypted(23, 19)].concat());
        let answer = server(&tls13().server);
        assert_eq!(
            conclude(Some(&gone), Some(&answer)).established,
            Some(false)
        );
        // Finished, and the server answers with an alert (certificate_required).
        let finished = facts(Role::Client, &[(&hello, 1), (&encrypted(23, 53), 3)]);
        let refused = facts(
            Role::Server,
            &[(&tls13().server, 2), (&encrypted(23, 19), 4)],
        );
        assert_eq!(
            conclude(Some(&finished), Some(&refused)).established,
            Some(false)
        );
        let ticket = facts(
            Role::Server,
            &[(&tls13().server, 2), (&encrypted(23, 250), 4)],
        );
        assert_eq!(
            conclude(Some(&finished), Some(&ticket)).established,
            Some(true)
        );
    }

    #[test]
    fn early_data_is_no_finish() {
        let hello = Hello::new(0x0303, &[0x1301])
            .with(43, &[2, 3, 4])
            .with(42, &[])
            .client();
        let early = [handshake(&[&hello]), encrypted(23, 500), encrypted(23, 500)].concat();
        let answer = server(&tls13().server);
        let found = conclude(Some(&client(&early)), Some(&answer));
        assert_eq!(found.established, Some(false));
        let finished = [
            &early[..],
            &encrypted(23, 21),
            &encrypted(23, 53),
            &encrypted(23, 90),
        ]
        .concat();
        let found = conclude(Some(&client(&finished)), Some(&answer));
        assert_eq!(found.established, Some(true));
    }

    #[test]
    fn a_rejected_version() {
        let hello = client(&handshake(&[&Hello::new(0x0301, &[0x002f]).client()]));
        let found = conclude(Some(&hello), Some(&server(&alert(2, 70))));
        assert_eq!((found.negotiated, found.established), (None, None));
        let expected = Alert {
            by: Side::Server,
            code: 70,
        };
        assert_eq!(found.alert, Some(expected));
    }

    #[test]
    fn warnings_end_nothing_before_tls13() {
        let mut talk = full_handshake(0x0303);
        talk.server = [alert(1, 112), talk.server].concat();
        assert_eq!(both(&talk).alert, None);
        assert_eq!(both(&talk).established, Some(true));
        // bad_certificate at level warning: TLS 1.2 may go on, TLS 1.3 ends.
        let warned = |answer: &[u8]| {
            let hello = handshake(&[&hex(RFC8448_CLIENT_HELLO)]);
            let ours = client(&[hello, alert(1, 42)].concat());
            conclude(Some(&ours), Some(&server(answer))).alert
        };
        assert_eq!(warned(&full_handshake(0x0303).server), None);
        assert_eq!(warned(&tls13().server).map(|alert| alert.code), Some(42));
    }

    #[test]
    fn the_first_alert_counts() {
        let ours = facts(Role::Client, &[(&alert(2, 48), 5)]);
        let theirs = facts(Role::Server, &[(&alert(2, 40), 4)]);
        let found = conclude(Some(&ours), Some(&theirs)).alert;
        assert_eq!(
            found.map(|alert| (alert.by, alert.code)),
            Some((Side::Server, 40))
        );
        let found = conclude(Some(&ours), None).alert;
        assert_eq!(found.map(|alert| alert.by), Some(Side::Client));
    }

    /// A ServerHello of which 20 bytes are missing, the suite among them.
    fn cut_hello(hello: &[u8], then: &[u8]) -> Facts {
        let bytes = handshake(&[hello]);
        let mut stream = Stream::new(Role::Server);
        stream.push(&bytes[..30], Timestamp(1));
        stream.gap_of(bytes.len() as u64 - 30);
        stream.push(then, Timestamp(2));
        stream.into_facts()
    }

    #[test]
    fn what_follows_may_prove_a_cut_hello() {
        let old = Hello::new(0x0303, &[0xc02f]).session(&[1; 32]).server();
        let negotiated = |facts: &Facts| conclude(None, Some(facts)).negotiated;
        assert_eq!(negotiated(&cut_hello(&old, &[])), None);
        let done = handshake(&[&message(14, &[])]);
        assert_eq!(negotiated(&cut_hello(&old, &done)), Some(Version::TLS12));
        let finish = [change_cipher_spec(), encrypted(22, 40)].concat();
        assert_eq!(negotiated(&cut_hello(&old, &finish)), Some(Version::TLS12));
        let modern = hex(RFC8448_SERVER_HELLO);
        let flight = [change_cipher_spec(), encrypted(23, 900)].concat();
        assert_eq!(
            negotiated(&cut_hello(&modern, &flight)),
            Some(Version::TLS13)
        );
        assert_eq!(negotiated(&cut_hello(&modern, &change_cipher_spec())), None);
    }

    #[test]
    fn the_client_may_prove_a_cut_hello() {
        let old = Hello::new(0x0303, &[0xc02f]).session(&[1; 32]).server();
        let cut = cut_hello(&old, &[]);
        let keyed = client(&full_handshake(0x0303).client);
        assert_eq!(
            conclude(Some(&keyed), Some(&cut)).negotiated,
            Some(Version::TLS12)
        );
        let modern = client(&tls13().client);
        assert_eq!(conclude(Some(&modern), Some(&cut)).negotiated, None);
    }

    #[test]
    fn ssl2_from_end_to_end() {
        let record = |body: &[u8]| [&[0x80, body.len() as u8][..], body].concat();
        let hello = [&[1, 0, 2, 0, 3, 0, 0, 0, 16][..], &[1, 0, 0x80], &[9; 16]].concat();
        let key = [&[2, 1, 0, 0x80, 0, 0, 0, 64, 0, 0][..], &[7; 64]].concat();
        let ours = client(&[record(&hello), record(&key), record(&[9; 33])].concat());
        let answer = [&[4, 0, 1, 0, 2, 0, 3, 0, 3, 0, 16][..], &[0; 22]].concat();
        let flight = [record(&answer), record(&[9; 33]), record(&[9; 33])].concat();
        let found = conclude(Some(&ours), Some(&server(&flight)));
        assert_eq!(found.negotiated, Some(Version::SSL2));
        assert_eq!(found.cipher, Some(0x01_0080));
        assert_eq!((found.established, found.resumed), (None, Some(false)));
        let more = [flight, record(&[9; 40])].concat();
        let found = conclude(Some(&ours), Some(&server(&more)));
        assert_eq!(found.established, Some(true));
    }

    #[test]
    fn an_old_form_may_ask_for_a_new_version() {
        let hello = [&[1, 3, 1, 0, 3, 0, 0, 0, 16][..], &[0, 0, 0x2f], &[9; 16]].concat();
        let talk = full_handshake(0x0301);
        let after =
            &talk.client[handshake(&[&Hello::new(0x0303, &[0xc02f, 0x002f]).client()]).len()..];
        let ours = client(&[&[0x80, hello.len() as u8][..], &hello, after].concat());
        assert!(ours.finished);
        let found = conclude(Some(&ours), Some(&server(&talk.server)));
        assert_eq!(found.negotiated, Some(Version::TLS10));
        assert_eq!(found.established, Some(true));
    }
}
