//! Handshakes as the RFCs have them, and as they go wrong, byte by byte: RFC 8446 (TLS 1.3) and its drafts, RFC 5246
//! (1.2), RFC 6101 (SSL 3.0), the SSL 2.0 specification, RFC 9849 (Encrypted Client Hello). Each goes over port 465 in
//! segments of every size, and one direction behind the other.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod common;

use std::net::Ipv4Addr;

use common::conversation::{ACK, Conversation, FIN, From, RST, Segment, WRAPPING, packet};
use common::less::said_more_of_parts;
use common::reading::{Reading, contrast, timeless};
use common::script::{differences, joined};

const CLIENT: From = From::Client;
const SERVER: From = From::Server;

const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const APPLICATION: u8 = 23;

const TLS10: u16 = 0x0301;
const TLS11: u16 = 0x0302;
const TLS12: u16 = 0x0303;
const TLS13: u16 = 0x0304;

/// TLS_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_RSA_WITH_AES_128_CBC_SHA.
const SUITES: [u16; 3] = [0x1301, 0xc02f, 0x002f];

/// Name, what is sent, answer.
type Handshake = (&'static str, Vec<(From, Vec<u8>)>, &'static str);

/// An extension: its number, its body.
type Extension = (u16, Vec<u8>);

fn record(kind: u8, version: u16, body: &[u8]) -> Vec<u8> {
    let head = [version, body.len() as u16].map(u16::to_be_bytes).concat();
    [&[kind], &head[..], body].concat()
}

fn records(kind: u8, version: u16, body: &[u8], size: usize) -> Vec<u8> {
    let parts = body.chunks(size);
    parts.flat_map(|part| record(kind, version, part)).collect()
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind], &(body.len() as u32).to_be_bytes()[1..], body].concat()
}

fn vec16(body: &[u8]) -> Vec<u8> {
    [&(body.len() as u16).to_be_bytes()[..], body].concat()
}

fn words(words: &[u16]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

fn extensions(list: &[Extension]) -> Vec<u8> {
    let each = list
        .iter()
        .map(|(kind, body)| [&kind.to_be_bytes()[..], &vec16(body)].concat());
    vec16(&each.collect::<Vec<_>>().concat())
}

fn client_hello(version: u16, list: &[Extension]) -> Vec<u8> {
    client_hello_of(version, &SUITES, list)
}

fn client_hello_of(version: u16, suites: &[u16], list: &[Extension]) -> Vec<u8> {
    let body = [
        &version.to_be_bytes()[..],
        &[0x5a; 32],
        &[0],
        &vec16(&words(suites)),
        &[1, 0],
        &extensions(list),
    ];
    message(1, &body.concat())
}

fn server_hello(version: u16, random: [u8; 32], suite: u16, list: &[Extension]) -> Vec<u8> {
    let body = [
        &version.to_be_bytes()[..],
        &random,
        &[0],
        &suite.to_be_bytes(),
        &[0],
        &extensions(list),
    ];
    message(2, &body.concat())
}

fn offers(versions: &[u16]) -> Extension {
    let list = words(versions);
    (43, [&[list.len() as u8][..], &list].concat())
}

fn chosen(version: u16) -> Extension {
    (43, version.to_be_bytes().to_vec())
}

fn name(host: &str) -> Extension {
    let entry = [&[0][..], &vec16(host.as_bytes())].concat();
    (0, vec16(&entry))
}

/// A key of X25519 in the client's list.
fn client_key() -> Extension {
    let entry = [&[0, 0x1d, 0, 32][..], &[9; 32]].concat();
    (51, vec16(&entry))
}

fn server_key() -> Extension {
    (51, [&[0, 0x1d, 0, 32][..], &[8; 32]].concat())
}

/// The hello of a client that knows TLS 1.3 and 1.2, with more extensions in front.
fn modern_hello(more: &[Extension]) -> Vec<u8> {
    let own = [offers(&[0x7a7a, TLS13, TLS12]), client_key()];
    client_hello(TLS12, &[more, &own].concat())
}

/// The ClientHello of draft 18.
fn draft18_offer() -> (From, Vec<u8>) {
    hello_record(&client_hello(
        TLS12,
        &[offers(&[0x7f12, TLS12]), client_key()],
    ))
}

/// Its ServerHello: the draft's number stands where 1.2 would, and there is no session id.
fn draft18_answer() -> (From, Vec<u8>) {
    let body = [
        &[0x7f, 0x12][..],
        &[7; 32],
        &[0x13, 0x01],
        &extensions(&[server_key()]),
    ];
    (
        SERVER,
        record(HANDSHAKE, TLS10, &message(2, &body.concat())),
    )
}

fn hello_record(hello: &[u8]) -> (From, Vec<u8>) {
    (CLIENT, record(HANDSHAKE, TLS10, hello))
}

/// A hello of TLS 1.3, and of TLS 1.2 without a key exchange that is forward-secret.
fn rsa_or_tls13() -> (From, Vec<u8>) {
    let list = [offers(&[TLS13, TLS12]), client_key()];
    hello_record(&client_hello_of(TLS12, &[0x1301, 0x002f], &list))
}

const CHANGE: [u8; 6] = [20, 3, 3, 0, 1, 1];

/// ServerHello of TLS 1.3, ChangeCipherSpec for middleboxes, and the encrypted rest of the flight.
fn flight13(list: &[Extension]) -> (From, Vec<u8>) {
    let hello = server_hello(TLS12, [7; 32], 0x1301, list);
    let parts = [
        record(HANDSHAKE, TLS12, &hello),
        CHANGE.to_vec(),
        record(APPLICATION, TLS12, &[0x44; 900]),
        record(APPLICATION, TLS12, &[0x45; 53]),
    ];
    (SERVER, parts.concat())
}

/// The client's encrypted Finished of TLS 1.3 with SHA-256: 4 + 32 bytes, type, tag.
fn finished13() -> (From, Vec<u8>) {
    let parts = [CHANGE.to_vec(), record(APPLICATION, TLS12, &[0x46; 53])];
    (CLIENT, parts.concat())
}

/// The flight of a server of TLS 1.3 that asks for a certificate: EncryptedExtensions, CertificateRequest, Certificate,
/// CertificateVerify, Finished, each in a record.
fn asking13() -> (From, Vec<u8>) {
    let hello = server_hello(TLS12, [7; 32], 0x1301, &[chosen(TLS13), server_key()]);
    let lengths = [23, 67, 900, 281, 53];
    let rest = lengths.map(|length| record(APPLICATION, TLS12, &vec![0x44; length]));
    let parts = [record(HANDSHAKE, TLS12, &hello), CHANGE.to_vec()];
    (SERVER, [parts.concat(), rest.concat()].concat())
}

/// ChangeCipherSpec of the client, and encrypted records of these lengths.
fn client_records(lengths: &[usize]) -> (From, Vec<u8>) {
    let records = lengths
        .iter()
        .flat_map(|length| record(APPLICATION, TLS12, &vec![0x46; *length]));
    (CLIENT, CHANGE.iter().copied().chain(records).collect())
}

fn said(from: From, length: usize) -> (From, Vec<u8>) {
    (from, record(APPLICATION, TLS12, &vec![0x47; length]))
}

/// Flight of a server of TLS 1.0 to 1.2 with RSA: hello, certificate (a list of none), done.
fn flight12(version: u16, random: [u8; 32], size: usize) -> (From, Vec<u8>) {
    let all = [
        server_hello(version, random, 0x002f, &[]),
        message(11, &[0, 0, 0]),
        message(14, &[]),
    ];
    (SERVER, records(HANDSHAKE, version, &all.concat(), size))
}

/// Key exchange, ChangeCipherSpec, encrypted Finished.
fn client_finish12(version: u16) -> (From, Vec<u8>) {
    let exchange = message(16, &vec16(&[0x33; 256]));
    let parts = [
        record(HANDSHAKE, version, &exchange),
        record(20, version, &[1]),
        record(HANDSHAKE, version, &[0x77; 64]),
    ];
    (CLIENT, parts.concat())
}

fn server_finish12(version: u16) -> (From, Vec<u8>) {
    let parts = [
        record(20, version, &[1]),
        record(HANDSHAKE, version, &[0x78; 64]),
    ];
    (SERVER, parts.concat())
}

/// A handshake of an old version, to its end.
fn whole12(
    hello: (From, Vec<u8>),
    version: u16,
    random: [u8; 32],
    size: usize,
) -> Vec<(From, Vec<u8>)> {
    vec![
        hello,
        flight12(version, random, size),
        client_finish12(version),
        server_finish12(version),
    ]
}

fn random_ending(end: [u8; 8]) -> [u8; 32] {
    let mut random = [7; 32];
    random[24..].copy_from_slice(&end);
    random
}

/// HelloRetryRequest is a ServerHello with this random (RFC 8446 section 4.1.3).
const RETRY: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

fn retry() -> (From, Vec<u8>) {
    let hello = server_hello(TLS12, RETRY, 0x1301, &[chosen(TLS13), (51, vec![0, 0x17])]);
    (
        SERVER,
        [record(HANDSHAKE, TLS12, &hello), CHANGE.to_vec()].concat(),
    )
}

/// An SSL 2.0 record of two header bytes.
fn ssl2(body: &[u8]) -> Vec<u8> {
    let length = body.len() as u16 | 0x8000;
    [&length.to_be_bytes()[..], body].concat()
}

/// CLIENT-HELLO of SSL 2.0's form that asks for `version`: RC4-128-MD5, and RSA with AES where there is a newer version.
fn ssl2_hello(version: u16) -> (From, Vec<u8>) {
    let body = [
        &[1][..],
        &version.to_be_bytes(),
        &[0, 6, 0, 0, 0, 16],
        &[1, 0, 0x80, 0, 0, 0x2f],
        &[5; 16],
    ];
    (CLIENT, ssl2(&body.concat()))
}

/// SERVER-HELLO of SSL 2.0: no session, X.509 of eight bytes, RC4-128-MD5, connection id of sixteen.
fn ssl2_answer() -> (From, Vec<u8>) {
    let head = [4, 0, 1, 0, 2, 0, 8, 0, 3, 0, 16];
    (
        SERVER,
        ssl2(&[&head[..], &[0x30; 8], &[1, 0, 0x80], &[6; 16]].concat()),
    )
}

fn handshakes() -> Vec<Handshake> {
    let answer13 = || flight13(&[chosen(TLS13), server_key()]);
    let fatal = |code| record(ALERT, TLS12, &[2, code]);
    let old_hello = || hello_record(&client_hello(TLS12, &[]));
    vec![
        (
            "TLS 1.3 that says 1.2 everywhere else (RFC 8446 section 4.2.1)",
            vec![
                hello_record(&modern_hello(&[])),
                answer13(),
                finished13(),
                said(CLIENT, 30),
                said(SERVER, 60),
                said(CLIENT, 24),
                said(SERVER, 40),
            ],
            "tls.version=1.3 tlstally.offered_max=1.3 tlstally.outcome=established tlstally.verdict=modern",
        ),
        (
            "TLS 1.3 with a client certificate that the server takes: a ticket, and the greeting",
            vec![
                hello_record(&modern_hello(&[])),
                asking13(),
                client_records(&[418, 97, 53]),
                said(SERVER, 250),
                said(SERVER, 60),
                said(CLIENT, 24),
                said(SERVER, 40),
            ],
            "tls.version=1.3 tlstally.outcome=established tls.established=true",
        ),
        (
            "TLS 1.3 with a client certificate that the server refuses by an encrypted alert (RFC 8446 sections 4.4.2.4 and 6.2)",
            vec![
                hello_record(&modern_hello(&[])),
                asking13(),
                client_records(&[418, 97, 53, 34]),
                said(SERVER, 19),
            ],
            "tls.version=1.3 tlstally.outcome=negotiated tls.established=false tlstally.exchange",
        ),
        (
            "TLS 1.3 without the client certificate that the server requires (RFC 8446 section 6.2, certificate_required)",
            vec![
                hello_record(&modern_hello(&[])),
                asking13(),
                client_records(&[25, 53, 34]),
                said(SERVER, 19),
            ],
            "tls.version=1.3 tlstally.outcome=negotiated tls.established=false tlstally.exchange",
        ),
        (
            "TLS 1.3, and the server says nothing after the client's Finished",
            vec![
                hello_record(&modern_hello(&[])),
                answer13(),
                finished13(),
                said(CLIENT, 30),
            ],
            "tls.version=1.3 tlstally.outcome=negotiated tls.established=false",
        ),
        (
            "TLS 1.3 with a client certificate that a server in Java refuses: it pads the alert (RFC 8446 section 5.4)",
            vec![
                hello_record(&modern_hello(&[])),
                asking13(),
                client_records(&[25, 53]),
                said(SERVER, 35),
            ],
            "tls.version=1.3 tlstally.outcome=negotiated tls.established tlstally.exchange",
        ),
        (
            "TLS 1.3 of a client in Java, whose EHLO is as long as a Finished without padding",
            vec![
                hello_record(&modern_hello(&[])),
                answer13(),
                client_records(&[69]),
                said(SERVER, 250),
                said(CLIENT, 53),
                said(SERVER, 60),
            ],
            "tls.version=1.3 tlstally.outcome=established tlstally.exchange.client_bytes=58 tlstally.exchange.server_bytes=320",
        ),
        (
            "TLS 1.3 of a client that pads to blocks: established, and nobody knows since when",
            vec![
                hello_record(&modern_hello(&[])),
                asking13(),
                client_records(&[1744, 336, 80]),
                said(SERVER, 250),
                said(CLIENT, 53),
                said(SERVER, 60),
            ],
            "tls.version=1.3 tlstally.outcome=established tlstally.exchange",
        ),
        (
            "TLS 1.3 with a flight of more records than are kept",
            vec![
                hello_record(&modern_hello(&[])),
                (
                    SERVER,
                    [
                        answer13().1,
                        record(APPLICATION, TLS12, &[0x48; 529]).repeat(20),
                    ]
                    .concat(),
                ),
                finished13(),
                said(SERVER, 250),
                said(CLIENT, 40),
                said(SERVER, 60),
            ],
            "tls.version=1.3 tlstally.outcome=established tlstally.exchange.server_bytes=320",
        ),
        (
            "TLS 1.2 of NSS, which refuses the certificate behind its Finished, and before it has the server's",
            vec![
                old_hello(),
                flight12(TLS12, [7; 32], 4000),
                (
                    CLIENT,
                    [client_finish12(TLS12).1, record(ALERT, TLS12, &[0x2a; 26])].concat(),
                ),
                server_finish12(TLS12),
            ],
            "tls.version=1.2 tlstally.outcome=negotiated tls.established=false tlstally.exchange",
        ),
        (
            "TLS 1.2 whose client refuses when it has the server's Finished, which ends the handshake",
            vec![
                old_hello(),
                flight12(TLS12, [7; 32], 4000),
                client_finish12(TLS12),
                server_finish12(TLS12),
                (CLIENT, record(ALERT, TLS12, &[0x2a; 26])),
            ],
            "tls.version=1.2 tlstally.outcome=established tls.established=true",
        ),
        (
            "a warning of the client behind the server's certificate (RFC 5246 section 7.2)",
            vec![
                old_hello(),
                flight12(TLS12, [7; 32], 4000),
                (
                    CLIENT,
                    [record(ALERT, TLS12, &[1, 43]), client_finish12(TLS12).1].concat(),
                ),
                server_finish12(TLS12),
                said(CLIENT, 40),
            ],
            "tls.version=1.2 tlstally.outcome=established tlstally.alert.code",
        ),
        (
            "HelloRequest before the ServerHello (RFC 5246 section 7.4.1.1)",
            vec![
                old_hello(),
                (
                    SERVER,
                    [
                        record(HANDSHAKE, TLS12, &message(0, &[])),
                        flight12(TLS12, [7; 32], 4000).1,
                    ]
                    .concat(),
                ),
                client_finish12(TLS12),
                server_finish12(TLS12),
            ],
            "tls.version=1.2 tlstally.outcome=established",
        ),
        (
            "TLS 1.2 for a client of TLS 1.3 alone, which says no (RFC 8446 section 4.1.3)",
            vec![
                hello_record(&client_hello(TLS12, &[offers(&[TLS13]), client_key()])),
                flight12(TLS12, [7; 32], 4000),
                (CLIENT, fatal(70)),
            ],
            "tls.version=1.2 tlstally.outcome=rejected tlstally.limited_by=server",
        ),
        (
            "TLS 1.2 with RSA keys, which the client offers beside TLS 1.3: Exchange Online does not accept it (MC1155427)",
            whole12(rsa_or_tls13(), TLS12, [7; 32], 4000),
            "tls.version=1.2 tlstally.verdict=weak tlstally.findings=[\"no_acceptable_suite\"] tlstally.acceptable_suite=true",
        ),
        (
            "the same hello refused: what it would have got is not known",
            vec![rsa_or_tls13(), (SERVER, fatal(40))],
            "tls.version tlstally.verdict=unknown tlstally.findings tlstally.acceptable_suite=true",
        ),
        (
            "a suite of TLS 1.3 in a hello that does not allow it (RFC 8446 appendix B.4)",
            whole12(
                hello_record(&client_hello_of(TLS12, &[0x1301, 0x002f], &[])),
                TLS12,
                [7; 32],
                4000,
            ),
            "tls.version=1.2 tlstally.verdict=weak tlstally.acceptable_suite=false",
        ),
        (
            "a client that fell back to TLS 1.2 too far (RFC 7507 section 3)",
            vec![hello_record(&client_hello(TLS11, &[])), (SERVER, fatal(86))],
            "tls.version tlstally.outcome=rejected tlstally.limited_by=client",
        ),
        (
            "an alert that has no name",
            vec![
                hello_record(&client_hello(TLS12, &[])),
                (SERVER, fatal(200)),
            ],
            "tls.version tlstally.alert.code=200 tlstally.alert.name=0xc8",
        ),
        (
            "HelloRetryRequest, and the client says no",
            vec![
                hello_record(&modern_hello(&[])),
                retry(),
                (CLIENT, fatal(47)),
            ],
            "tls.version tlstally.outcome=rejected tlstally.alert.by=client tls.established",
        ),
        (
            "HelloRetryRequest, and the second hello in records of ten bytes",
            vec![
                hello_record(&modern_hello(&[])),
                retry(),
                (
                    CLIENT,
                    [
                        CHANGE.to_vec(),
                        records(HANDSHAKE, TLS12, &modern_hello(&[]), 10),
                    ]
                    .concat(),
                ),
                answer13(),
                finished13(),
                said(CLIENT, 30),
                said(SERVER, 60),
                said(CLIENT, 24),
                said(SERVER, 40),
            ],
            "tls.version=1.3 tlstally.offered_max=1.3 tlstally.outcome=established",
        ),
        (
            "HelloRetryRequest and both hellos in records of seven bytes, and no version in common after all",
            vec![
                (CLIENT, records(HANDSHAKE, TLS10, &modern_hello(&[]), 7)),
                (
                    SERVER,
                    [
                        records(
                            HANDSHAKE,
                            TLS12,
                            &server_hello(
                                TLS12,
                                RETRY,
                                0x1301,
                                &[chosen(TLS13), (51, vec![0, 23])],
                            ),
                            7,
                        ),
                        CHANGE.to_vec(),
                    ]
                    .concat(),
                ),
                (
                    CLIENT,
                    [
                        CHANGE.to_vec(),
                        records(HANDSHAKE, TLS12, &modern_hello(&[]), 7),
                    ]
                    .concat(),
                ),
                (SERVER, fatal(47)),
            ],
            "tls.version tlstally.outcome=rejected tlstally.offered_max=1.3 tls.established",
        ),
        (
            "HelloRetryRequest, then second hello and answer in records of one byte behind ChangeCipherSpec",
            vec![
                hello_record(&modern_hello(&[])),
                retry(),
                (
                    CLIENT,
                    [
                        CHANGE.to_vec(),
                        records(HANDSHAKE, TLS12, &modern_hello(&[]), 1),
                    ]
                    .concat(),
                ),
                (
                    SERVER,
                    [
                        records(
                            HANDSHAKE,
                            TLS12,
                            &server_hello(TLS12, [7; 32], 0x1301, &[chosen(TLS13), server_key()]),
                            1,
                        ),
                        record(APPLICATION, TLS12, &[0x40; 53]),
                    ]
                    .concat(),
                ),
                finished13(),
                said(CLIENT, 30),
                said(SERVER, 60),
                said(CLIENT, 24),
                said(SERVER, 40),
            ],
            "tls.version=1.3 tlstally.offered_max=1.3 tlstally.outcome=established",
        ),
        (
            "HelloRetryRequest is no answer",
            vec![hello_record(&modern_hello(&[])), retry()],
            "tls.version tlstally.offered_max=1.3 tls.established=false",
        ),
        (
            "0-RTT: data behind the hello, and a resumption that is accepted",
            vec![
                (
                    CLIENT,
                    [
                        record(
                            HANDSHAKE,
                            TLS10,
                            &modern_hello(&[(42, vec![]), (41, vec![0; 40])]),
                        ),
                        CHANGE.to_vec(),
                        record(APPLICATION, TLS12, &[0x50; 80]),
                    ]
                    .concat(),
                ),
                flight13(&[chosen(TLS13), server_key(), (41, vec![0, 0])]),
                (CLIENT, record(APPLICATION, TLS12, &[0x51; 21])),
                finished13(),
                said(CLIENT, 30),
                said(SERVER, 60),
                said(CLIENT, 24),
                said(SERVER, 40),
            ],
            "tls.version=1.3 tls.resumed=true tlstally.offered_max=1.3",
        ),
        (
            "Encrypted Client Hello: the outer one is read",
            vec![
                hello_record(&modern_hello(&[
                    name("public.example"),
                    (0xfe0d, vec![0; 200]),
                ])),
                answer13(),
                finished13(),
                said(CLIENT, 30),
                said(SERVER, 60),
                said(CLIENT, 24),
                said(SERVER, 40),
            ],
            "tls.version=1.3 tls.client.server_name=public.example tlstally.offered_max=1.3",
        ),
        (
            "draft 18: its number stands where 1.2 would, and there is no session id",
            vec![draft18_offer(), draft18_answer()],
            "tls.version=1.3 tlstally.offered_max=1.3",
        ),
        (
            "draft 18 with its own HelloRetryRequest (draft-ietf-tls-tls13-18 section 4.1.4), which stands where the answer would",
            vec![
                draft18_offer(),
                (
                    SERVER,
                    record(
                        HANDSHAKE,
                        TLS10,
                        &message(
                            6,
                            &[&[0x7f, 0x12][..], &extensions(&[(40, vec![0, 23])])].concat(),
                        ),
                    ),
                ),
                draft18_offer(),
                draft18_answer(),
            ],
            "tls.version=1.3 tlstally.offered_max=1.3 tlstally.latency.hello",
        ),
        (
            "a record of nothing before each hello, which no sender may send (RFC 8446 section 5.1)",
            vec![
                (
                    CLIENT,
                    [
                        record(HANDSHAKE, TLS10, &[]),
                        record(HANDSHAKE, TLS10, &modern_hello(&[])),
                    ]
                    .concat(),
                ),
                (SERVER, record(HANDSHAKE, TLS12, &[])),
                answer13(),
                finished13(),
                said(CLIENT, 30),
                said(SERVER, 60),
                said(CLIENT, 24),
                said(SERVER, 40),
            ],
            "tls.version=1.3 tlstally.offered_max=1.3 tlstally.outcome=established",
        ),
        (
            "HelloRetryRequest with a cookie, which comes back (RFC 8446 section 4.2.2)",
            vec![
                hello_record(&modern_hello(&[])),
                retry(),
                hello_record(&modern_hello(&[(44, vec![0, 2, 7, 7])])),
                answer13(),
                finished13(),
                said(CLIENT, 30),
                said(SERVER, 60),
                said(CLIENT, 24),
                said(SERVER, 40),
            ],
            "tls.version=1.3 tlstally.offered_max=1.3 tlstally.outcome=established",
        ),
        (
            "HelloRetryRequest, and a second hello without the padding of the first (RFC 8446 section 4.1.2)",
            vec![
                hello_record(&modern_hello(&[(21, vec![0; 40])])),
                retry(),
                (
                    CLIENT,
                    [
                        CHANGE.to_vec(),
                        record(HANDSHAKE, TLS12, &modern_hello(&[])),
                    ]
                    .concat(),
                ),
                answer13(),
                finished13(),
                said(CLIENT, 30),
                said(SERVER, 60),
                said(CLIENT, 24),
                said(SERVER, 40),
            ],
            "tls.version=1.3 tlstally.offered_max=1.3 tlstally.outcome=established",
        ),
        (
            "draft 28: its number stands in the list",
            vec![
                hello_record(&client_hello(
                    TLS12,
                    &[offers(&[0x7f1c, TLS12]), client_key()],
                )),
                flight13(&[chosen(0x7f1c), server_key()]),
                finished13(),
                said(CLIENT, 30),
                said(SERVER, 60),
                said(CLIENT, 24),
                said(SERVER, 40),
            ],
            "tls.version=1.3 tlstally.offered_max=1.3 tlstally.outcome=established",
        ),
        (
            "an extension that contradicts itself in front of the list of versions",
            vec![
                hello_record(&modern_hello(&[
                    (0, vec![0xff, 0xff, 0]),
                    (13, vec![0, 9, 4]),
                ])),
                answer13(),
                finished13(),
                said(CLIENT, 30),
                said(SERVER, 60),
                said(CLIENT, 24),
                said(SERVER, 40),
            ],
            "tls.version=1.3 tls.client.server_name tlstally.offered_max=1.3",
        ),
        (
            "a server that knows 1.3 and takes 1.2 (RFC 8446 section 4.1.3)",
            whole12(
                hello_record(&client_hello(TLS12, &[])),
                TLS12,
                random_ending(*b"DOWNGRD\x01"),
                4000,
            ),
            "tls.version=1.2 tlstally.downgrade_sentinel=1.2 tlstally.outcome=established",
        ),
        (
            "a server that knows better and takes 1.1",
            whole12(old_hello(), TLS11, random_ending(*b"DOWNGRD\x00"), 4000),
            "tls.version=1.1 tlstally.downgrade_sentinel=1.1 tlstally.limited_by=server tlstally.outcome=established",
        ),
        (
            "a server that marks nothing",
            whole12(old_hello(), TLS10, [7; 32], 4000),
            "tls.version=1.0 tlstally.downgrade_sentinel tlstally.limited_by=server",
        ),
        (
            "a flight in records of one byte",
            whole12(old_hello(), TLS10, [7; 32], 1),
            "tls.version=1.0 tlstally.outcome=established",
        ),
        (
            "a hello in records of one byte",
            whole12(
                (
                    CLIENT,
                    records(HANDSHAKE, TLS10, &client_hello(TLS12, &[]), 1),
                ),
                TLS12,
                [7; 32],
                4000,
            ),
            "tls.version=1.2 tlstally.offered_max=1.2 tlstally.outcome=established",
        ),
        (
            "a hello of more than 16 KiB, with a key of a hybrid group",
            whole12(
                (
                    CLIENT,
                    records(
                        HANDSHAKE,
                        TLS10,
                        &client_hello(TLS12, &[(21, vec![0; 17_000]), offers(&[TLS12])]),
                        1 << 14,
                    ),
                ),
                TLS12,
                [7; 32],
                4000,
            ),
            "tls.version=1.2 tlstally.offered_max=1.2 tlstally.outcome=established",
        ),
        (
            "renegotiation: more handshake records behind the keys",
            [
                whole12(old_hello(), TLS12, [7; 32], 4000),
                vec![
                    said(CLIENT, 40),
                    (CLIENT, record(HANDSHAKE, TLS12, &[0x91; 240])),
                    (SERVER, record(HANDSHAKE, TLS12, &[0x92; 900])),
                    (
                        CLIENT,
                        [
                            record(20, TLS12, &[1]),
                            record(HANDSHAKE, TLS12, &[0x93; 64]),
                        ]
                        .concat(),
                    ),
                ],
            ]
            .concat(),
            "tls.version=1.2 tlstally.outcome=established tlstally.offered_max=1.2",
        ),
        (
            "a hello of SSL 2.0's form that asks for TLS 1.0, and gets it",
            whole12(ssl2_hello(TLS10), TLS10, [7; 32], 4000),
            "tls.version=1.0 tls.version_protocol=tls tlstally.offered_max=1.0 tlstally.verdict=legacy",
        ),
        (
            "a hello of SSL 2.0 for SSL 2.0, and its answer",
            vec![ssl2_hello(0x0002), ssl2_answer()],
            "tls.version=2.0 tls.version_protocol=ssl tlstally.offered_max=ssl2 tlstally.verdict=legacy",
        ),
        (
            "a hello of SSL 2.0's form that asks for TLS 1.0, and an answer of SSL 2.0",
            vec![ssl2_hello(TLS10), ssl2_answer()],
            "tls.version=2.0 tls.version_protocol=ssl tlstally.offered_max=1.0 tlstally.verdict=legacy",
        ),
        (
            "an alert at once",
            vec![(SERVER, fatal(80))],
            "tls.version tlstally.offered_max tlstally.verdict=unknown",
        ),
        (
            "an alert in answer to the hello",
            vec![hello_record(&client_hello(TLS10, &[])), (SERVER, fatal(70))],
            "tls.version tlstally.outcome=rejected tlstally.alert.code=70 tlstally.limited_by=client",
        ),
        (
            "a warning, then the answer (RFC 6066 section 3: unrecognized_name)",
            vec![
                hello_record(&client_hello(TLS12, &[name("x.example")])),
                (SERVER, record(ALERT, TLS12, &[1, 112])),
                flight12(TLS12, [7; 32], 4000),
                client_finish12(TLS12),
                server_finish12(TLS12),
            ],
            "tls.version=1.2 tlstally.outcome=established tlstally.alert.code",
        ),
        (
            "an alert behind the keys cannot be read",
            [
                vec![
                    old_hello(),
                    flight12(TLS12, [7; 32], 4000),
                    client_finish12(TLS12),
                ],
                vec![(SERVER, record(ALERT, TLS12, &[0x2a; 40]))],
            ]
            .concat(),
            "tls.version=1.2 tlstally.alert.code tls.established=false",
        ),
        (
            "closed behind the hello, without an alert",
            vec![hello_record(&modern_hello(&[]))],
            "tls.version tlstally.outcome=closed tlstally.alert.code tlstally.offered_max=1.3",
        ),
        (
            "closed behind the server's flight, without an alert",
            vec![old_hello(), flight12(TLS10, [7; 32], 4000)],
            "tls.version=1.0 tlstally.outcome=negotiated tls.established=false",
        ),
    ]
}

fn conversation(turns: &[(From, Vec<u8>)]) -> Conversation {
    Conversation {
        client: (Ipv4Addr::new(10, 20, 0, 9), 50_123),
        server: (Ipv4Addr::new(192, 0, 2, 1), 465),
        turns: joined(turns.to_vec()),
    }
}

#[test]
fn each_handshake_in_any_cut() {
    let reading = Reading::new();
    let mut faults = Vec::new();
    for (name, turns, answer) in handshakes() {
        let conversation = conversation(&turns);
        for size in [60_000, 1460, 7, 1] {
            let packets = conversation.packets(WRAPPING, &conversation.segments(size));
            let what = format!("{name}, {size} bytes a segment");
            match reading.ethernet(&packets).as_slice() {
                [record] => faults.extend(differences(&what, record, answer)),
                many => faults.push(format!("{what}: {} sessions", many.len())),
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn each_handshake_one_direction_behind_the_other() {
    let reading = Reading::new();
    let mut faults = Vec::new();
    for (name, turns, _) in handshakes() {
        let conversation = conversation(&turns);
        let plain = conversation.packets(WRAPPING, &conversation.segments(1460));
        let plain = timeless(reading.only(&plain));
        for last in [CLIENT, SERVER] {
            let record = timeless(reading.only(&conversation.one_behind_the_other(last)));
            let difference = contrast(&record, &plain);
            if !difference.is_empty() {
                faults.push(format!("{name}, {last:?} last: {difference}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Whichever the capture shows first, and at whatever time.
#[test]
fn the_client_sent_the_first_of_two_alerts() {
    let reading = Reading::new();
    let fatal = |code| record(ALERT, TLS12, &[2, code]);
    let conversation = conversation(&[
        hello_record(&client_hello(TLS12, &[])),
        flight12(TLS12, [7; 32], 4000),
        (CLIENT, fatal(48)),
        (SERVER, fatal(10)),
    ]);
    let mut at_once = conversation.packets(WRAPPING, &conversation.segments(1460));
    let time = at_once[0].time;
    for packet in &mut at_once {
        packet.time = time;
    }
    let behind = [CLIENT, SERVER].map(|last| conversation.one_behind_the_other(last));
    let answer = "tlstally.outcome=rejected tlstally.alert.by=client tlstally.alert.code=48";
    for packets in [&at_once, &behind[0], &behind[1]] {
        let wrong = differences("two alerts", &reading.only(packets), answer);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

/// `unanswered` is that nothing came; what came without being an answer is something else.
#[test]
fn silence_behind_something_is_no_missing_answer() {
    let reading = Reading::new();
    let warning = |code| (SERVER, record(ALERT, TLS12, &[1, code]));
    for (what, said, outcome) in [
        ("nothing", None, "unanswered"),
        ("HelloRetryRequest", Some(retry()), "incomplete"),
        ("unrecognized_name", Some(warning(112)), "incomplete"),
        ("close_notify", Some(warning(0)), "incomplete"),
    ] {
        let hello = hello_record(&modern_hello(&[]));
        let conversation = conversation(
            &[Some(hello), said]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>(),
        );
        let mut segments = conversation.segments(1460);
        segments.retain(|segment| segment.flags & FIN == 0);
        let mut packets = conversation.packets(WRAPPING, &segments);
        // The capture goes on for a minute.
        packets.push(packet(60_000, vec![0xff; 60]));
        let record = reading.only(&packets);
        let answer = format!("tlstally.outcome={outcome}");
        let wrong = differences(what, &record, &answer);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

/// How long nothing came tells, not what ended the wait: another connection between the same ports may begin at any time.
#[test]
fn a_missing_answer_was_waited_for() {
    let reading = Reading::new();
    let hello = conversation(&[hello_record(&modern_hello(&[]))]);
    let mut segments = hello.segments(1460);
    segments.retain(|segment| segment.flags & FIN == 0);
    let begun = hello.packets(WRAPPING, &segments);
    let last = begun.last().unwrap().time;
    let outcome = |milliseconds: u64, again: bool| {
        let mut packets = begun.clone();
        if again {
            let mut syn = hello.packets([1 << 30, 0], &segments[..1]);
            syn[0].time = last + milliseconds * 1_000_000;
            packets.append(&mut syn);
        } else {
            packets.push(packet(0, vec![0xff; 60]));
            packets.last_mut().unwrap().time = last + milliseconds * 1_000_000;
        }
        let records = reading.ethernet(&packets);
        common::reading::text(&records[0], "tlstally.outcome")
    };
    for again in [false, true] {
        assert_eq!(outcome(1_000, again), "incomplete", "{again}");
        assert_eq!(outcome(9_000, again), "incomplete", "{again}");
        assert_eq!(outcome(11_000, again), "unanswered", "{again}");
    }
}

/// A client that acknowledges the server's Finished, and has sent nothing behind its own, has taken the handshake,
/// however it then leaves.
#[test]
fn an_acknowledgement_shows_that_the_client_took_the_handshake() {
    let reading = Reading::new();
    let old_hello = hello_record(&client_hello(TLS12, &[]));
    let conversation = conversation(&whole12(old_hello, TLS12, [7; 32], 4000));
    let mut segments = conversation.segments(1460);
    segments.retain(|segment| segment.flags & FIN == 0);
    let last = |from| {
        segments
            .iter()
            .rfind(|segment| segment.from == from)
            .unwrap()
    };
    let (own, other) = (last(CLIENT), last(SERVER));
    let behind = |segment: &Segment| segment.seq + segment.payload.len() as u32;
    let leaving = |flags, ack| Segment {
        from: CLIENT,
        seq: behind(own),
        ack,
        flags,
        payload: Vec::new(),
    };
    let (taken, reset) = (leaving(ACK, behind(other)), leaving(RST, 0));
    let early = leaving(RST | ACK, other.seq);
    let outcome = |end: &[&Segment]| {
        let end = end.iter().map(|segment| (*segment).clone());
        let all: Vec<Segment> = segments.iter().cloned().chain(end).collect();
        let record = reading.only(&conversation.packets(WRAPPING, &all));
        common::reading::text(&record, "tlstally.outcome")
    };
    assert_eq!(outcome(&[&taken, &reset]), "established");
    assert_eq!(outcome(&[&reset]), "negotiated");
    // It had not received the server's.
    assert_eq!(outcome(&[&early]), "negotiated");
}

/// RFC 8446 sections 4.1.2 and 5.1: seen from somewhere inside, a hello may be the second, which differs from the first.
#[test]
fn a_late_hello_is_fingerprinted_only_if_it_is_the_first() {
    let reading = Reading::new();
    let told = |record_version, more: &[Extension]| {
        let hello = (
            CLIENT,
            record(HANDSHAKE, record_version, &modern_hello(more)),
        );
        let turns = [
            hello,
            flight13(&[chosen(TLS13), server_key()]),
            finished13(),
        ];
        let conversation = conversation(&turns);
        // Without the SYNs.
        let segments = conversation.segments(1460).split_off(3);
        let packets = conversation.packets(WRAPPING, &segments);
        !common::reading::text(&reading.only(&packets), "tls.client.ja3").is_empty()
    };
    assert!(told(TLS10, &[]));
    assert!(!told(TLS12, &[]));
    assert!(told(TLS12, &[(42, vec![])]));
}

/// With packets missing the record says the same or less.
#[test]
fn any_part_of_each_handshake() {
    let reading = Reading::new();
    let mut faults = Vec::new();
    for (name, turns, _) in handshakes() {
        // Of a HelloRetryRequest that is cut, the random may be missing.
        let sizes: &[usize] = match turns.len() {
            0..=3 => &[1460, 100, 20],
            _ => &[1460, 100],
        };
        for &size in sizes {
            let more = said_more_of_parts(&reading, &conversation(&turns), size);
            faults.extend(more.iter().map(|fault| format!("{name}, {fault}")));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
