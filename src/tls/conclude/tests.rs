//! What two directions prove, by hand-built conversations.

use super::super::samples::{
    self, Conversation, Hello, RFC8448_CLIENT_HELLO, RFC8448_SERVER_HELLO, alert,
    change_cipher_spec, encrypted, full_handshake, handshake, having, hex, message, resumption,
    tls13, tls13_retry,
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
    *stream.into_facts()
}

fn client(bytes: &[u8]) -> Facts {
    facts(Role::Client, &[(bytes, 1)])
}

fn server(bytes: &[u8]) -> Facts {
    facts(Role::Server, &[(bytes, 2)])
}

fn both(talk: &Conversation) -> Conclusion {
    super::conclude(
        Some(&client(&talk.client)),
        Some(&server(&talk.server)),
        having(&|_| Some(talk.flight as u64)),
    )
}

/// The same where nobody knows what the client had received.
fn conclude(client: Option<&Facts>, server: Option<&Facts>) -> Conclusion {
    super::conclude(client, server, having(&|_| None))
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
    let replies = |count| [talk.server.clone(), encrypted(23, 60).repeat(count)].concat();
    let found = |count| conclude(None, Some(&server(&replies(count))));
    assert_eq!(found(2).negotiated, Some(Version::TLS12));
    assert_eq!(
        (found(2).established, found(2).resumed),
        (Some(true), Some(false))
    );
    // The client may have refused the certificate, whatever of a greeting the server sent.
    assert_eq!(found(0).established, None);
    assert_eq!(found(1).established, None);
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

/// What is proven of a client that says these encrypted records and a server that answers with those, by their lengths.
fn after_hellos(client_says: &[usize], answer: &[usize]) -> Option<bool> {
    let with = |hello: &[u8], lengths: &[usize]| {
        let records = lengths.iter().map(|length| encrypted(23, *length));
        [handshake(&[hello]), records.collect::<Vec<_>>().concat()].concat()
    };
    let flight = with(&hex(RFC8448_SERVER_HELLO), &[900, 53]);
    let records = answer.iter().map(|length| encrypted(23, *length));
    let all = [flight.clone(), records.collect::<Vec<_>>().concat()].concat();
    let ours = client(&with(&hex(RFC8448_CLIENT_HELLO), client_says));
    let received = |_| Some(flight.len() as u64);
    super::conclude(Some(&ours), Some(&server(&all)), having(&received)).established
}

/// RFC 8446 section 4.4.2.4: a server that does not take the client's certificate, or misses it, aborts.
#[test]
fn only_the_server_tells_that_it_took_the_clients_finished() {
    // The client sends an alert (19 bytes) where Finished would be, then nothing.
    assert_eq!(after_hellos(&[19], &[]), Some(false));
    // Finished, and an alert; certificate, its proof, Finished and an alert; no certificate, Finished, data and an alert.
    assert_eq!(after_hellos(&[53], &[19]), Some(false));
    assert_eq!(after_hellos(&[418, 97, 53], &[19]), Some(false));
    assert_eq!(after_hellos(&[25, 53, 34], &[19]), Some(false));
    // user_canceled and close_notify (section 6.1).
    assert_eq!(after_hellos(&[53, 40], &[19, 19]), Some(false));
    // Data of the client alone.
    assert_eq!(after_hellos(&[53, 40, 40], &[]), Some(false));
    // A ticket and a reply. One alone may be a padded alert, Java's is 35 bytes long.
    assert_eq!(after_hellos(&[53], &[250, 60]), Some(true));
    assert_eq!(after_hellos(&[418, 97, 53], &[25, 19]), Some(true));
    assert_eq!(after_hellos(&[25, 69], &[35]), None);
    assert_eq!(after_hellos(&[53], &[250]), None);
    // user_canceled and close_notify of Java.
    assert_eq!(after_hellos(&[53], &[35, 35]), None);
}

/// RFC 8446 section 5.4: a sender may pad every record, alerts as well.
#[test]
fn an_alert_may_be_padded() {
    let padded = |answer: &[usize]| {
        let hello = handshake(&[&hex(RFC8448_SERVER_HELLO)]);
        let flight = [hello, encrypted(23, 1040), encrypted(23, 144)].concat();
        let records = answer.iter().map(|length| encrypted(23, *length));
        let all = [flight.clone(), records.collect::<Vec<_>>().concat()].concat();
        let hello = handshake(&[&hex(RFC8448_CLIENT_HELLO)]);
        let ours = client(&[hello, encrypted(23, 53), encrypted(23, 40)].concat());
        let received = |_| Some(flight.len() as u64);
        super::conclude(Some(&ours), Some(&server(&all)), having(&received)).established
    };
    // Blocks of 128 and a tag. Two of one block may be user_canceled and close_notify; nothing else follows an alert.
    assert_eq!(padded(&[144]), None);
    assert_eq!(padded(&[272]), None);
    assert_eq!(padded(&[144, 144]), None);
    assert_eq!(padded(&[272, 144]), Some(true));
    assert_eq!(padded(&[272, 272]), Some(true));
}

/// Where it is not known what the client had received, the server's records tell nothing.
#[test]
fn without_acknowledgements_the_end_of_tls13_is_not_known() {
    let talk = tls13();
    let found = conclude(Some(&client(&talk.client)), Some(&server(&talk.server)));
    assert_eq!(
        (found.negotiated, found.established),
        (Some(Version::TLS13), None)
    );
}

#[test]
fn early_data_is_no_finish() {
    let hello = Hello::new(0x0303, &[0x1301])
        .with(43, &[2, 3, 4])
        .with(42, &[])
        .client();
    let talk = tls13();
    let answer = server(&talk.server);
    let found = |bytes: &[u8], received: usize| {
        let client = client(bytes);
        let received = |_| Some(received as u64);
        super::conclude(Some(&client), Some(&answer), having(&received)).established
    };
    let early = [handshake(&[&hello]), encrypted(23, 500), encrypted(23, 500)].concat();
    assert_eq!(found(&early, 0), None);
    // Early data of the size of Finished, before any answer.
    let sized = [handshake(&[&hello]), encrypted(23, 53)].concat();
    assert_eq!(found(&sized, 0), None);
    let finished = [
        &early[..],
        &encrypted(23, 21),
        &encrypted(23, 53),
        &encrypted(23, 90),
    ]
    .concat();
    assert_eq!(found(&finished, talk.flight), Some(true));
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

/// Before an answer a warning ends it as well, if the answer is not merely missing.
#[test]
fn a_warning_that_nothing_answers() {
    let hello = handshake(&[&hex(RFC8448_CLIENT_HELLO)]);
    let ours = client(&hello);
    let warned = |client: Option<&Facts>, server: Option<&Facts>, over| {
        let course = Course {
            over,
            ..having(&|_| None)
        };
        let alert = super::conclude(client, server, course).alert;
        alert.map(|alert| alert.code)
    };
    let theirs = server(&alert(1, 40));
    assert_eq!(warned(Some(&ours), Some(&theirs), true), Some(40));
    // The answer may still come.
    assert_eq!(warned(Some(&ours), Some(&theirs), false), None);
    let mut lossy = Stream::new(Role::Server);
    lossy.push(&alert(1, 40), Timestamp(1));
    lossy.gap_of(100);
    assert_eq!(warned(Some(&ours), Some(&lossy.into_facts()), true), None);
    // A client that has seen a certificate has had an answer.
    let ours = client(&[&hello[..], &alert(1, 42)].concat());
    assert_eq!(warned(Some(&ours), None, true), None);
    let keyed = client(&[&full_handshake(0x0303).client[..], &alert(1, 42)].concat());
    assert_eq!(warned(Some(&keyed), Some(&theirs), true), None);
}

/// NSS sends its Finished before it has judged the certificate, and then an alert or FIN.
#[test]
fn a_client_of_tls12_may_refuse_behind_its_finished() {
    let mut talk = full_handshake(0x0303);
    let data = encrypted(23, 60).len();
    for direction in [&mut talk.client, &mut talk.server] {
        direction.truncate(direction.len() - data);
    }
    let refused = [&talk.client[..], &encrypted(21, 26)].concat();
    let found = |ours: &[u8], had: usize, left| {
        let received = |_| Some(had as u64);
        let course = Course {
            left,
            ..having(&received)
        };
        super::conclude(Some(&client(ours)), Some(&server(&talk.server)), course).established
    };
    let (all, part) = (talk.server.len(), talk.server.len() - 50);
    assert_eq!(found(&refused, part, Left::Not), Some(false));
    assert_eq!(found(&refused, all, Left::Not), Some(true));
    assert_eq!(
        found(&talk.client, part, Left::Having(part as u64)),
        Some(false)
    );
    assert_eq!(
        found(&talk.client, part, Left::Having(all as u64)),
        Some(true)
    );
    assert_eq!(found(&talk.client, part, Left::Unknown), None);
    // Data may go before the server's Finished (RFC 7918), and shows that the client has taken the certificate.
    let went_on = [&talk.client[..], &encrypted(23, 40)].concat();
    assert_eq!(found(&went_on, part, Left::Having(part as u64)), Some(true));
}

/// Where the client's records of these lengths end the handshake: the number of the one that is Finished.
fn finished_at(hello: &[u8], suite: u16, lengths: &[usize], flight: usize) -> Option<usize> {
    let records: Vec<Vec<u8>> = lengths
        .iter()
        .map(|length| encrypted(23, *length))
        .collect();
    let start = handshake(&[hello]);
    let ours = client(&[&start[..], &records.concat()].concat());
    let answer = Hello::new(0x0303, &[suite]).with(43, &[3, 4]).server();
    let theirs = [handshake(&[&answer]), encrypted(23, 900)].concat();
    // So many records were sent when the client had the flight, and no more.
    let sent: usize = records.iter().take(flight).map(Vec::len).sum();
    let received = |place| {
        let behind = usize::from(place > (start.len() + sent) as u64) * 100;
        Some((theirs.len() + behind) as u64)
    };
    let course = having(&received);
    let (end, _) = handshake_end(&ours, &server(&theirs), Version::TLS13, course)?;
    let mut place = start.len();
    records.iter().position(|record| {
        place += record.len();
        place as u64 == end
    })
}

/// What follows Finished is counted byte by byte, so another record is never taken for it.
#[test]
fn finished_is_told_by_its_size_or_not_at_all() {
    let hello = hex(RFC8448_CLIENT_HELLO);
    let at = |suite, lengths: &[usize]| finished_at(&hello, suite, lengths, 3);
    assert_eq!(at(0x1301, &[53, 69, 40]), Some(0));
    // Java: 16 bytes more in each record. EHLO of 36 letters is as long as Finished without them.
    assert_eq!(at(0x1302, &[85, 69, 69]), Some(0));
    assert_eq!(at(0x1302, &[888, 297, 85, 69]), Some(2));
    // No certificate.
    assert_eq!(at(0x1302, &[25, 69, 69]), Some(1));
    assert_eq!(at(0x1302, &[41, 85, 69]), Some(1));
    // Certificate, its proof and Finished in one record, then commands: these answer something.
    assert_eq!(finished_at(&hello, 0x1301, &[1200, 60, 53], 1), None);
    assert_eq!(at(0x1301, &[1200, 53, 40]), None);
    // Blocks of 64; a hello of its own behind Finished.
    assert_eq!(at(0x1302, &[1744, 336, 80, 80, 69]), None);
    assert_eq!(at(0x1302, &[80, 80, 69]), None);
    assert_eq!(at(0x1301, &[63, 53, 53]), None);
    assert_eq!(finished_at(&hello, 0x1301, &[418, 97, 53, 69], 4), None);
}

#[test]
fn finished_behind_early_data_follows_their_end() {
    let hello = Hello::new(0x0303, &[0x1302])
        .with(43, &[2, 3, 4])
        .with(42, &[])
        .client();
    assert_eq!(finished_at(&hello, 0x1302, &[69, 21, 69, 69], 4), Some(2));
    // Early data were refused, or all of it is early.
    assert_eq!(finished_at(&hello, 0x1302, &[69, 69], 2), None);
}

/// Whatever the clock says: it may be too coarse, or another one.
#[test]
fn the_first_alert_counts() {
    let ours = facts(Role::Client, &[(&alert(2, 48), 5)]);
    let theirs = facts(Role::Server, &[(&alert(2, 40), 5)]);
    let found = |received: Option<u64>| {
        let received = |_| received;
        let found = super::conclude(Some(&ours), Some(&theirs), having(&received)).alert;
        found.map(|alert| (alert.by, alert.code))
    };
    assert_eq!(found(Some(7)), Some((Side::Server, 40)));
    assert_eq!(found(Some(0)), Some((Side::Client, 48)));
    assert_eq!(found(None), None);
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
    *stream.into_facts()
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
    let after = &talk.client[handshake(&[&Hello::new(0x0303, &[0xc02f, 0x002f]).client()]).len()..];
    let ours = client(&[&[0x80, hello.len() as u8][..], &hello, after].concat());
    assert!(ours.finished);
    let found = conclude(Some(&ours), Some(&server(&talk.server)));
    assert_eq!(found.negotiated, Some(Version::TLS10));
    assert_eq!(found.established, Some(true));
}
