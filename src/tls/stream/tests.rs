//! One direction in any cut, with gaps, late starts and hostile bytes.

use proptest::prelude::*;

use super::super::samples::{
    Conversation, Hello, RFC8448_CLIENT_HELLO, RFC8448_SERVER_HELLO, alert, change_cipher_spec,
    encrypted, full_handshake, handshake, having, hex, message, records, resumption, tls13,
    tls13_retry,
};
use super::super::{Conclusion, Version, conclude};
use super::*;

fn read(role: Role, bytes: &[u8]) -> Facts {
    let mut stream = Stream::new(role);
    stream.push(bytes, Timestamp(1));
    *stream.into_facts()
}

#[test]
fn a_whole_hello_is_read_in_place() {
    let mut stream = Stream::new(Role::Client);
    stream.push(&handshake(&[&hex(RFC8448_CLIENT_HELLO)]), Timestamp(1));
    assert_eq!(stream.held(), 0);
    assert!(stream.facts().client_hello.is_some());
}

#[test]
fn a_server_hello_is_read_before_its_record_ends() {
    let hello = Hello::new(0x0301, &[0x002f]).server();
    let bytes = handshake(&[&hello, &message(11, &[0; 3000])]);
    let mut stream = Stream::new(Role::Server);
    stream.push(&bytes[..5 + hello.len()], Timestamp(1));
    let found = stream.facts().server_hello.clone();
    assert_eq!(
        found.and_then(|hello| hello.version()),
        Some(Version::TLS10)
    );
}

#[test]
fn messages_may_take_many_records() {
    for size in [1, 2, 7, 100] {
        let bytes = records(22, &hex(RFC8448_CLIENT_HELLO), size);
        let facts = read(Role::Client, &bytes);
        assert!(
            facts.client_hello.is_some_and(|hello| hello.complete),
            "{size}"
        );
    }
    // Longer than a record can be, as with large post-quantum key shares.
    let hello = Hello::new(0x0303, &[0x1301])
        .with(51, &vec![0; 30_000])
        .with(43, &[2, 3, 4])
        .client();
    let facts = read(Role::Client, &records(22, &hello, 1 << 14));
    assert!(facts.client_hello.is_some_and(|hello| hello.complete));
}

#[test]
fn messages_have_a_bound() {
    let mut hello = Hello::new(0x0302, &[0x002f])
        .with(21, &vec![0; 65_000])
        .client();
    hello.extend([0; 5000]);
    let length = hello.len() as u32 - 4;
    hello[1..4].copy_from_slice(&length.to_be_bytes()[1..]);
    let bytes = records(22, &hello, 1 << 14);
    let mut stream = Stream::new(Role::Client);
    // Longer than what is held is not taken for a hello at the start, so a hello goes before.
    stream.push(&handshake(&[&hex(RFC8448_CLIENT_HELLO)]), Timestamp(1));
    for part in bytes.chunks(1000) {
        stream.push(part, Timestamp(1));
        assert!(stream.held() <= 2 * MAX_MESSAGE);
    }
    let second = stream.facts().second_client_hello.clone().unwrap();
    assert!(!second.complete);
    assert_eq!(second.legacy_version, Version::TLS11);
}

/// What is held can be let go at any byte: as much is told as if the rest of the message were missing, and the messages
/// behind it are read.
#[test]
fn what_is_let_go_is_told_as_far_as_it_was_seen() {
    let hello = Hello::new(0x0303, &[0xc02f]).server();
    let certificate = message(11, &[0; 3000]);
    let bytes = [
        records(
            22,
            &[hello.clone(), certificate, message(14, &[])].concat(),
            700,
        ),
        change_cipher_spec(),
    ]
    .concat();
    let whole = read(Role::Server, &bytes);
    for at in 1..bytes.len() {
        let mut stream = Stream::new(Role::Server);
        stream.push(&bytes[..at], Timestamp(1));
        let held = stream.held() > 0;
        stream.let_go();
        assert_eq!(stream.held(), 0);
        stream.push(&bytes[at..], Timestamp(1));
        let facts = *stream.into_facts();
        assert!(facts.change_cipher_spec && !facts.lost, "{at}");
        assert_eq!(facts.gaps, u32::from(held), "{at}");
        let told = facts.server_hello.unwrap();
        if told.complete {
            assert_eq!(Some(told), whole.server_hello);
        } else {
            assert!(at < hello.len() + 10 && held, "{at}");
        }
    }
}

#[test]
fn a_plain_answer_is_told() {
    let facts = read(Role::Server, b"454 4.7.0 TLS not available\r\n");
    assert!(facts.plain_text_instead && facts.server_hello.is_none());
}

#[test]
fn later_handshakes_overwrite_nothing() {
    let first = Hello::new(0x0301, &[0x002f]).server();
    let second = Hello::new(0x0303, &[0xc02f]).server();
    let facts = read(Role::Server, &handshake(&[&first, &second]));
    assert_eq!(facts.server_hello.unwrap().version(), Some(Version::TLS10));
}

#[test]
fn an_encrypted_alert_is_not_read() {
    let flight = |last: Vec<u8>| {
        let hello = handshake(&[&Hello::new(0x0303, &[0x002f]).server()]);
        read(Role::Server, &[hello, change_cipher_spec(), last].concat())
    };
    assert_eq!(flight(encrypted(21, 26)).encrypted_alerts, 1);
    assert_eq!(flight(encrypted(21, 26)).fatal, None);
    assert_eq!(flight(alert(2, 40)).fatal, None);
    let after_tls13 = [handshake(&[&hex(RFC8448_SERVER_HELLO)]), alert(2, 40)].concat();
    assert_eq!(read(Role::Server, &after_tls13).fatal, None);
}

#[test]
fn a_client_of_tls13_may_refuse_in_clear() {
    let hello = handshake(&[&hex(RFC8448_CLIENT_HELLO)]);
    let facts = read(Role::Client, &[hello.clone(), alert(2, 48)].concat());
    assert_eq!(facts.fatal.map(|alert| alert.code), Some(48));
    // After a HelloRetryRequest its ChangeCipherSpec does not mean that keys changed.
    let retried = [&hello[..], &change_cipher_spec(), &hello, &alert(2, 47)].concat();
    let facts = read(Role::Client, &retried);
    assert_eq!(facts.fatal.map(|alert| alert.code), Some(47));
    assert!(facts.second_client_hello.is_some() && !facts.finished);
}

#[test]
fn alerts_may_share_a_record_or_be_split() {
    // RFC 5246 section 6.2.1 lets both be; unrecognized_name goes before.
    let record = super::super::samples::record;
    let code = |bytes: &[u8]| read(Role::Server, bytes).fatal.map(|alert| alert.code);
    assert_eq!(code(&record(21, &[1, 112, 2, 40])), Some(40));
    assert_eq!(code(&records(21, &[1, 112, 2, 40], 1)), Some(40));
    assert_eq!(code(&records(21, &[1, 112, 2, 40], 3)), Some(40));
    // Of the split one, a part is missing, or another record stands between.
    let parts = records(21, &[2, 40], 1);
    assert_eq!(code(&parts[..6]), None);
    let between = [&parts[..6], &encrypted(22, 40), &parts[6..]].concat();
    assert_eq!(code(&between), None);
    // As long as a tag: encrypted.
    assert_eq!(code(&record(21, &[2, 40, 2, 40, 2, 40, 2, 40, 2])), None);
    let facts = read(
        Role::Server,
        &[alert(1, 0), alert(1, 112), alert(2, 80)].concat(),
    );
    assert!(facts.close_notify);
    assert_eq!(
        (facts.warning, facts.fatal.map(|a| a.code)),
        (None, Some(80))
    );
}

/// Behind a hello without an answer, and behind an alert, both ends may go back to text; behind anything else nothing is text.
#[test]
fn text_after_tls_that_failed_is_handed_back() {
    let left = |role, bytes: &[u8]| {
        let mut stream = Stream::new(role);
        let whole = stream.push(bytes, Timestamp(1)).len();
        let mut stream = Stream::new(role);
        let by_byte = bytes
            .chunks(1)
            .find_map(|byte| {
                let left = !stream.push(byte, Timestamp(1)).is_empty();
                left.then_some(stream.facts().client_hello.is_some())
            })
            .is_some();
        assert_eq!(whole > 0, by_byte);
        whole
    };
    let hello = handshake(&[&hex(RFC8448_CLIENT_HELLO)]);
    assert_eq!(left(Role::Client, &[&hello[..], b"EHLO a\r\n"].concat()), 8);
    assert_eq!(
        left(Role::Server, &[&alert(2, 70)[..], b"250 a\r\n"].concat()),
        7
    );
    let refused = [hello.clone(), alert(2, 48), b"QUIT\r\n".to_vec()].concat();
    assert_eq!(left(Role::Client, &refused), 6);
    let ssl2 = [
        &[0x80, 0x1c, 1, 3, 1, 0, 3, 0, 0, 0, 16, 0, 0, 0x2f][..],
        &[9; 16],
    ]
    .concat();
    assert_eq!(left(Role::Client, &[&ssl2[..], b"EHLO a\r\n"].concat()), 8);
    for talk in [full_handshake(0x0303), tls13()] {
        assert_eq!(
            left(Role::Client, &[&talk.client[..], b"QUIT\r\n"].concat()),
            0
        );
        assert_eq!(
            left(Role::Server, &[&talk.server[..], b"221 a\r\n"].concat()),
            0
        );
    }
    // Where bytes are missing, what looks like text may be anything.
    let mut stream = Stream::new(Role::Client);
    stream.push(&hello, Timestamp(1));
    stream.gap_of(10);
    assert!(stream.push(b"EHLO a\r\n", Timestamp(2)).is_empty());
}

#[test]
fn reading_may_begin_late() {
    let facts = read(
        Role::Server,
        &[encrypted(23, 100), encrypted(23, 50)].concat(),
    );
    assert!(facts.begun_late && facts.lost);
    assert_eq!(facts.application.count, 2);
}

#[test]
fn a_known_gap_inside_a_record_keeps_step() {
    let talk = full_handshake(0x0303);
    // Server: the hello, then 500 bytes of the certificate are missing.
    let mut stream = Stream::new(Role::Server);
    stream.push(&talk.server[..200], Timestamp(1));
    stream.gap_of(500);
    stream.push(&talk.server[700..], Timestamp(2));
    let facts = *stream.into_facts();
    assert!(facts.finished && facts.full_handshake() && !facts.lost);
    assert_eq!((facts.gaps, facts.certificate), (1, None));
}

#[test]
fn after_an_unknown_gap_a_record_is_found_at_a_segment() {
    let talk = full_handshake(0x0303);
    let mut stream = Stream::new(Role::Server);
    stream.gap();
    stream.push(b"rest of something", Timestamp(1));
    stream.push(&talk.server, Timestamp(2));
    let facts = *stream.into_facts();
    assert!(facts.lost && facts.finished);
    assert!(facts.server_hello.is_some_and(|hello| hello.complete));
}

#[test]
fn nothing_is_fed_once_all_is_known() {
    let mut stream = Stream::new(Role::Server);
    let server = full_handshake(0x0303).server;
    stream.push(&server[..200], Timestamp(1));
    assert!(!stream.is_decided());
    stream.push(&server[200..], Timestamp(1));
    assert!(!stream.is_decided());
    stream.push(&encrypted(23, 60).repeat(3), Timestamp(1));
    assert!(stream.is_decided());
    let before = stream.facts().clone();
    stream.push(&encrypted(23, 100), Timestamp(9));
    assert_eq!(*stream.facts(), before);
}

fn conversation() -> impl Strategy<Value = Conversation> {
    prop_oneof![
        (0x0300_u16..=0x0303).prop_map(full_handshake),
        Just(resumption()),
        Just(tls13()),
        Just(tls13_retry()),
    ]
}

/// Both directions, each cut into segments of the sizes given, over and over.
fn segmented(talk: &Conversation, sizes: &[usize]) -> (Facts, Facts) {
    let direction = |role, bytes: &[u8]| {
        let mut stream = Stream::new(role);
        let mut rest = bytes;
        for size in sizes.iter().cycle() {
            let (segment, left) = rest.split_at((*size).min(rest.len()));
            stream.push(segment, Timestamp(1));
            rest = left;
            if rest.is_empty() {
                break;
            }
        }
        *stream.into_facts()
    };
    (
        direction(Role::Client, &talk.client),
        direction(Role::Server, &talk.server),
    )
}

/// One direction of which `missing` bytes from `at` on do not come.
fn with_gap(role: Role, bytes: &[u8], at: usize, missing: usize, known: bool) -> Facts {
    let at = at.min(bytes.len());
    let end = (at + missing).min(bytes.len());
    let mut stream = Stream::new(role);
    stream.push(&bytes[..at], Timestamp(1));
    if known {
        stream.gap_of((end - at) as u64);
    } else {
        stream.gap();
    }
    stream.push(&bytes[end..], Timestamp(1));
    *stream.into_facts()
}

/// `part` says the same as `whole`, or less.
fn agrees(part: &Conclusion, whole: &Conclusion) -> bool {
    fn same<T: PartialEq + Copy>(part: Option<T>, whole: Option<T>) -> bool {
        part.is_none() || part == whole
    }
    same(part.negotiated, whole.negotiated)
        && same(part.cipher, whole.cipher)
        && same(part.established, whole.established)
        && same(part.resumed, whole.resumed)
        && same(part.alert, whole.alert)
}

proptest! {
    #[test]
    fn any_cut_gives_the_same_facts(
        talk in conversation(),
        sizes in proptest::collection::vec(1_usize..90, 1..12),
    ) {
        prop_assert_eq!(segmented(&talk, &sizes), segmented(&talk, &[usize::MAX]));
    }

    #[test]
    fn a_gap_gives_the_same_or_less(
        talk in conversation(),
        at in 0_usize..1300,
        missing in 1_usize..400,
        known: bool,
        in_client: bool,
    ) {
        let (client, server) = segmented(&talk, &[usize::MAX]);
        let received = |_| Some(talk.flight as u64);
        let whole = conclude(Some(&client), Some(&server), having(&received));
        let (cut_client, cut_server) = if in_client {
            (with_gap(Role::Client, &talk.client, at, missing, known), server)
        } else {
            (client.clone(), with_gap(Role::Server, &talk.server, at, missing, known))
        };
        let part = conclude(Some(&cut_client), Some(&cut_server), having(&received));
        prop_assert!(agrees(&part, &whole), "{:?} is not part of {:?}", part, whole);
        let offer = cut_client.offer().cloned();
        prop_assert!(offer.is_none() || offer.as_ref() == client.offer());
    }

    #[test]
    fn a_cut_end_gives_the_same_or_less(talk in conversation(), end in 0_usize..1300) {
        let (client, server) = segmented(&talk, &[usize::MAX]);
        let received = |_| Some(talk.flight as u64);
        let whole = conclude(Some(&client), Some(&server), having(&received));
        let cut = read(Role::Server, &talk.server[..end.min(talk.server.len())]);
        let part = conclude(None, Some(&cut), having(&received));
        prop_assert!(agrees(&part, &whole), "{:?} is not part of {:?}", part, whole);
    }

    #[test]
    fn any_bytes_and_gaps_never_panic(
        segments in proptest::collection::vec(
            (proptest::collection::vec(any::<u8>(), 0..60), proptest::option::of(0_u64..200)),
            0..12,
        ),
        start in prop_oneof![
            Just(vec![]),
            Just(handshake(&[&hex(RFC8448_CLIENT_HELLO)])),
            Just(handshake(&[&hex(RFC8448_SERVER_HELLO)])),
            Just(vec![0x80, 0x2e, 1, 0, 2, 0, 3, 0, 0, 0, 16]),
            Just(vec![22, 3, 1, 1, 0, 2, 0, 0, 70]),
        ],
        role in prop_oneof![Just(Role::Client), Just(Role::Server)],
    ) {
        let mut stream = Stream::new(role);
        stream.push(&start, Timestamp(0));
        for (bytes, gap) in segments {
            stream.push(&bytes, Timestamp(1));
            match gap {
                Some(0) => stream.gap(),
                Some(missing) => stream.gap_of(missing),
                None => {}
            }
        }
        let facts = *stream.into_facts();
        conclude(Some(&facts), Some(&facts), having(&Some));
    }
}
