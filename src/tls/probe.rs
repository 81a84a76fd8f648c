//! What do these bytes begin? Strict enough that mail, base64 and encrypted bytes do not pass for a hello.
//!
//! The first byte settles most cases: TLS records begin with 20 to 23, SSL 2.0 hellos with 0x80 or more (only what is
//! padded, and so encrypted, has the longer header), and no SMTP text begins with any of these. A hello is believed
//! when record header, message type, message length and version agree: about 55 bits of a random stream would have to.
//! Its session id and lists are not looked at, so that a hello that is wrong further on still counts as one.

use super::facts::MessageSet;
use super::handshake::{CLIENT_HELLO, DRAFT_HELLO_RETRY, MIN_HELLO, SERVER_HELLO};
use super::record::{self, Header};
use super::stream::{MAX_CLEAR_ALERTS, MAX_MESSAGE};
use super::{Role, Version, ssl2};

/// What bytes begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Probe {
    /// A ClientHello in TLS records.
    ClientHello,
    /// A ServerHello in TLS records; or what the drafts of TLS 1.3 before 22 sent instead of it to have another
    /// ClientHello; or a HelloRequest, which clients ignore while they wait for one (RFC 5246 section 7.4.1.1).
    ServerHello,
    /// A CLIENT-HELLO of SSL 2.0, whatever version it asks for.
    Ssl2ClientHello,
    /// A SERVER-HELLO of SSL 2.0.
    Ssl2ServerHello,
    /// An alert in clear.
    Alert,
    /// Another record: ChangeCipherSpec, application data, a later or an encrypted handshake message.
    OtherRecord,
    /// No TLS.
    NotTls,
    /// Too few bytes to tell; what is there could begin TLS.
    NeedMore,
}

/// Most bytes ever looked at to tell: the first six of a message, each in a record of its own. Records of nothing, which RFC 8446
/// section 5.1 forbids and some have met, count as well.
pub(super) const MAX_NEEDED: usize = LEAD * (record::HEADER + 1);
/// Bytes of a handshake message that tell a hello: type, length, version.
const LEAD: usize = 6;
/// Bytes of a HelloRequest: type and length of nothing.
const REQUEST: usize = 4;
/// Shortest body of a HelloRetryRequest of the drafts: version and extensions, of which there is at least one (draft 18, 4.1.4).
const MIN_DRAFT_RETRY: usize = 8;
/// Shortest body of an encrypted record: the tag or MAC alone is 16 bytes, but for CCM_8.
const MIN_ENCRYPTED: u16 = 9;

/// Tells what `bytes` begin. Hellos of SSL 2.0 are believed from the end that sends them only.
///
/// A record that is no hello is believed only if a further header follows it, where `bytes` reach that far.
pub fn probe(bytes: &[u8], role: Role) -> Probe {
    match begin(bytes, role) {
        Probe::OtherRecord if !is_followed(bytes) => Probe::NotTls,
        found => found,
    }
}

/// The same from the first [`MAX_NEEDED`] bytes alone, so that more of them never change the answer.
pub(super) fn begin(bytes: &[u8], role: Role) -> Probe {
    match bytes.first() {
        None => Probe::NeedMore,
        Some(record::CHANGE_CIPHER_SPEC..=record::APPLICATION_DATA) => begin_record(bytes, role),
        Some(0x80..) => begin_ssl2(bytes, role),
        Some(_) => Probe::NotTls,
    }
}

fn begin_record(bytes: &[u8], role: Role) -> Probe {
    let major = bytes.get(1).copied().unwrap_or(3);
    let minor = bytes.get(2).copied().unwrap_or(3);
    if !record::is_version(major, minor) {
        return Probe::NotTls;
    }
    if bytes.len() < record::HEADER {
        return Probe::NeedMore;
    }
    let Some(header) = Header::at_start(bytes) else {
        return Probe::NotTls;
    };
    let body = bytes.get(record::HEADER..).unwrap_or_default();
    match (header.kind, header.length) {
        (record::CHANGE_CIPHER_SPEC, 1) => expect(body, &[|byte| byte == 1], Probe::OtherRecord),
        (record::HANDSHAKE, _) => begin_handshake(bytes, role),
        (record::CHANGE_CIPHER_SPEC, _) | (_, 0) => Probe::NotTls,
        (record::ALERT, length @ 1..=MAX_CLEAR_ALERTS) => begin_alerts(body, length),
        (_, length) if length >= MIN_ENCRYPTED => Probe::OtherRecord,
        _ => Probe::NotTls,
    }
}

/// Alerts in clear, or the first byte of one: each begins with its level.
fn begin_alerts(body: &[u8], length: u16) -> Probe {
    const TESTS: [fn(u8) -> bool; 2] = [|level| matches!(level, 1 | 2), |_| true];
    let tests: [_; MAX_CLEAR_ALERTS as usize] = std::array::from_fn(|at| TESTS[at % 2]);
    let tests = tests.get(..usize::from(length)).unwrap_or(&tests);
    expect(body, tests, Probe::Alert)
}

/// `found` if all bytes are there and pass.
fn expect(body: &[u8], tests: &[fn(u8) -> bool], found: Probe) -> Probe {
    if body.iter().zip(tests).any(|(byte, test)| !test(*byte)) {
        Probe::NotTls
    } else if body.len() < tests.len() {
        Probe::NeedMore
    } else {
        found
    }
}

fn begin_handshake(bytes: &[u8], role: Role) -> Probe {
    let bytes = bytes.get(..MAX_NEEDED).unwrap_or(bytes);
    let (lead, count, broken) = lead(bytes);
    let [kind, a, b, c, major, minor] = lead;
    if count == 0 {
        return unless_more(broken || bytes.len() == MAX_NEEDED, Probe::NotTls);
    }
    if kind == MessageSet::HELLO_REQUEST && role == Role::Server {
        let told = count >= REQUEST || broken || bytes.len() == MAX_NEEDED;
        let is_request = count >= REQUEST && [a, b, c] == [0; 3];
        let found = if is_request {
            Probe::ServerHello
        } else {
            Probe::OtherRecord
        };
        return unless_more(told, found);
    }
    let (hello, shortest) = match kind {
        CLIENT_HELLO => (Probe::ClientHello, MIN_HELLO),
        SERVER_HELLO => (Probe::ServerHello, MIN_HELLO),
        DRAFT_HELLO_RETRY if count < LEAD || major == DRAFT => {
            (Probe::ServerHello, MIN_DRAFT_RETRY)
        }
        _ => return Probe::OtherRecord,
    };
    if count < LEAD {
        return unless_more(broken || bytes.len() == MAX_NEEDED, Probe::OtherRecord);
    }
    let length = u32::from_be_bytes([0, a, b, c]) as usize;
    if (shortest..=MAX_MESSAGE).contains(&length) && is_hello_version(major, minor) {
        hello
    } else {
        Probe::OtherRecord
    }
}

/// `found` where no further byte can tell.
const fn unless_more(told: bool, found: Probe) -> Probe {
    if told { found } else { Probe::NeedMore }
}

/// Whether the body of a hello begins with a version that hellos carry.
pub(super) fn begins_hello_body(body: &[u8]) -> bool {
    matches!(body, [major, minor, ..] if is_hello_version(*major, *minor))
}

/// First byte of the versions of the drafts of TLS 1.3.
const DRAFT: u8 = 0x7f;

/// Versions that hellos carry: 0x03xx, whatever the second byte claims, and the drafts of TLS 1.3.
const fn is_hello_version(major: u8, minor: u8) -> bool {
    major == 3
        || Version(u16::from_be_bytes([major, minor]))
            .standard()
            .is_some()
            && major != 0
}

/// The first bytes of the handshake message that `bytes` begin, gathered across records; how many there are; whether
/// something other than a handshake record cuts them short.
fn lead(mut bytes: &[u8]) -> ([u8; LEAD], usize, bool) {
    let mut lead = [0; LEAD];
    let mut count = 0;
    while count < LEAD && bytes.len() > record::HEADER {
        let Some(header) = Header::at_start(bytes).filter(|h| h.kind == record::HANDSHAKE) else {
            return (lead, count, true);
        };
        let body = bytes.get(record::HEADER..).unwrap_or_default();
        let end = body.len().min(header.length as usize);
        if count == 0
            && end >= LEAD
            && let Some(lead) = body.first_chunk()
        {
            return (*lead, LEAD, false);
        }
        for byte in body.iter().take(end.min(LEAD - count)) {
            if let Some(slot) = lead.get_mut(count) {
                *slot = *byte;
            }
            count += 1;
        }
        bytes = body.get(end..).unwrap_or_default();
    }
    (lead, count, false)
}

fn begin_ssl2(bytes: &[u8], role: Role) -> Probe {
    let Ok(header) = ssl2::Header::read(bytes) else {
        return Probe::NeedMore;
    };
    let body = bytes.get(header.size..).unwrap_or_default();
    let (is_hello, hello) = match role {
        Role::Client => (
            ssl2::is_client_hello(header.length, body),
            Probe::Ssl2ClientHello,
        ),
        Role::Server => (
            ssl2::is_server_hello(header.length, body),
            Probe::Ssl2ServerHello,
        ),
    };
    match is_hello {
        Some(true) => hello,
        Some(false) => Probe::NotTls,
        None => Probe::NeedMore,
    }
}

/// Whether a possible header, or the start of one, follows the record that `bytes` begin, as far as can be seen.
fn is_followed(bytes: &[u8]) -> bool {
    let Some(header) = Header::at_start(bytes) else {
        return true;
    };
    let next = bytes.get(record::HEADER + header.length as usize..);
    match next.unwrap_or_default() {
        [] => true,
        next if next.len() < record::HEADER => matches!(
            next,
            [record::CHANGE_CIPHER_SPEC..=record::APPLICATION_DATA, rest @ ..] if matches!(rest, [] | [3, ..])
        ),
        next => Header::at_start(next).is_some(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::samples::{self, Hello, RFC8448_CLIENT_HELLO, RFC8448_SERVER_HELLO, hex};
    use super::*;

    fn hello() -> Vec<u8> {
        samples::handshake(&[&hex(RFC8448_CLIENT_HELLO)])
    }

    #[test]
    fn eleven_bytes_tell_a_hello() {
        let client = hello();
        let server = samples::handshake(&[&hex(RFC8448_SERVER_HELLO)]);
        for end in 0..11 {
            assert_eq!(probe(&client[..end], Role::Client), Probe::NeedMore);
        }
        assert_eq!(probe(&client[..11], Role::Client), Probe::ClientHello);
        assert_eq!(probe(&server[..11], Role::Server), Probe::ServerHello);
    }

    #[test]
    fn a_hello_may_come_in_records_of_one_byte() {
        let bytes = samples::records(22, &hex(RFC8448_CLIENT_HELLO), 1);
        assert_eq!(
            probe(&bytes[..MAX_NEEDED - 1], Role::Client),
            Probe::NeedMore
        );
        assert_eq!(
            probe(&bytes[..MAX_NEEDED], Role::Client),
            Probe::ClientHello
        );
    }

    #[test]
    fn smtp_is_never_tls() {
        let lines = [
            "220 mail.example.com ESMTP\r\n",
            "454 4.7.0 TLS not available\r\n",
            "EHLO a\r\n",
            "\r\n",
            ".\r\n",
            "FgMBAgABAAH8AwM=\r\n",
            "é\r\n",
        ];
        for line in lines {
            assert_eq!(
                probe(line.as_bytes(), Role::Client),
                Probe::NotTls,
                "{line}"
            );
            assert_eq!(
                probe(line.as_bytes(), Role::Server),
                Probe::NotTls,
                "{line}"
            );
        }
    }

    #[test]
    fn other_records_need_a_successor_where_one_can_be_seen() {
        let data = samples::encrypted(23, 30);
        assert_eq!(probe(&data, Role::Client), Probe::OtherRecord);
        let two = [&data[..], &data].concat();
        assert_eq!(probe(&two, Role::Client), Probe::OtherRecord);
        let text = [&data[..], b"250 ok\r\n"].concat();
        assert_eq!(probe(&text, Role::Client), Probe::NotTls);
        assert_eq!(
            probe(&samples::change_cipher_spec(), Role::Client),
            Probe::OtherRecord
        );
    }

    #[test]
    fn alerts_are_exact() {
        assert_eq!(probe(&samples::alert(2, 70), Role::Server), Probe::Alert);
        assert_eq!(probe(&samples::alert(3, 70), Role::Server), Probe::NotTls);
        assert_eq!(probe(&[21, 3, 1, 0, 2, 2], Role::Server), Probe::NeedMore);
        // Split after its first byte; two in a record (RFC 5246 section 6.2.1).
        assert_eq!(probe(&[21, 3, 1, 0, 1, 2], Role::Server), Probe::Alert);
        assert_eq!(probe(&[21, 3, 1, 0, 1, 7], Role::Server), Probe::NotTls);
        let two = samples::record(21, &[1, 112, 2, 40]);
        assert_eq!(probe(&two, Role::Server), Probe::Alert);
        let other = samples::record(21, &[1, 112, 9, 40]);
        assert_eq!(probe(&other, Role::Server), Probe::NotTls);
    }

    #[test]
    fn hellos_that_cannot_be() {
        // DTLS, a body of five bytes, a version that no hello has: none passes for a hello.
        let mut dtls = hello();
        dtls[1] = 0xfe;
        assert_eq!(probe(&dtls, Role::Client), Probe::NotTls);
        let short = samples::handshake(&[&samples::message(1, &[3, 3, 0, 0, 0])]);
        assert_eq!(probe(&short, Role::Client), Probe::OtherRecord);
        let strange = samples::handshake(&[&Hello::new(0x4803, &[0x002f]).client()]);
        assert_eq!(probe(&strange, Role::Client), Probe::OtherRecord);
    }

    #[test]
    fn ssl2_is_believed_from_the_right_end() {
        let body = [&[1, 3, 1, 0, 3, 0, 0, 0, 16][..], &[0, 0, 0x2f], &[9; 16]].concat();
        let bytes = [&[0x80, body.len() as u8][..], &body].concat();
        assert_eq!(probe(&bytes, Role::Client), Probe::Ssl2ClientHello);
        assert_eq!(probe(&bytes, Role::Server), Probe::NotTls);
        assert_eq!(probe(&bytes[..8], Role::Client), Probe::NeedMore);
    }

    proptest! {
        #[test]
        fn text_is_never_tls(text in "[ -~\t\r\n]{1,80}") {
            prop_assert_eq!(probe(text.as_bytes(), Role::Client), Probe::NotTls);
            prop_assert_eq!(probe(text.as_bytes(), Role::Server), Probe::NotTls);
        }

        #[test]
        fn random_bytes_are_never_a_hello(
            bytes in proptest::collection::vec(any::<u8>(), 48..200),
            start in prop_oneof![Just(22_u8), any::<u8>()],
        ) {
            let bytes = [&[start][..], &bytes].concat();
            for role in [Role::Client, Role::Server] {
                prop_assert!(matches!(probe(&bytes, role), Probe::NotTls | Probe::OtherRecord));
            }
        }

        #[test]
        fn more_bytes_never_change_a_decision(end in 1_usize..201) {
            let bytes = hello();
            let found = begin(&bytes[..end.min(bytes.len())], Role::Client);
            prop_assert!(matches!(found, Probe::NeedMore | Probe::ClientHello));
            prop_assert_eq!(found == Probe::ClientHello, end >= 11);
        }
    }
}
