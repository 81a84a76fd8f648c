//! Bytes for the tests of this stage: the published hellos of RFC 8448, and a builder for others.

use super::conclude::{Course, Left};
use super::record;

/// A whole 1-RTT ClientHello: RFC 8448 section 3, "construct a ClientHello handshake message".
pub(super) const RFC8448_CLIENT_HELLO: &str = "
    01 00 00 c0 03 03 cb 34 ec b1 e7 81 63 ba 1c 38 c6 da cb 19 6a 6d ff a2 1a 8d 99 12 ec 18 a2 ef
    62 83 02 4d ec e7 00 00 06 13 01 13 03 13 02 01 00 00 91 00 00 00 0b 00 09 00 00 06 73 65 72 76
    65 72 ff 01 00 01 00 00 0a 00 14 00 12 00 1d 00 17 00 18 00 19 01 00 01 01 01 02 01 03 01 04 00
    23 00 00 00 33 00 26 00 24 00 1d 00 20 99 38 1d e5 60 e4 bd 43 d2 3d 8e 43 5a 7d ba fe b3 c0 6e
    51 c1 3c ae 4d 54 13 69 1e 52 9a af 2c 00 2b 00 03 02 03 04 00 0d 00 20 00 1e 04 03 05 03 06 03
    02 03 08 04 08 05 08 06 04 01 05 01 06 01 02 01 04 02 05 02 06 02 02 02 00 2d 00 02 01 01 00 1c
    00 02 40 01";

/// Its answer: RFC 8448 section 3, "construct a ServerHello handshake message".
pub(super) const RFC8448_SERVER_HELLO: &str = "
    02 00 00 56 03 03 a6 af 06 a4 12 18 60 dc 5e 6e 60 24 9c d3 4c 95 93 0c 8a c5 cb 14 34 da c1 55
    77 2e d3 e2 69 28 00 13 01 00 00 2e 00 33 00 24 00 1d 00 20 c9 82 88 76 11 20 95 fe 66 76 2b db
    f7 c6 72 e1 56 d6 cc 25 3b 83 3d f1 dd 69 b1 b0 4e 75 1f 0f 00 2b 00 02 03 04";

/// RFC 8448 section 5, "construct a HelloRetryRequest handshake message".
pub(super) const RFC8448_RETRY: &str = "
    02 00 00 ac 03 03 cf 21 ad 74 e5 9a 61 11 be 1d 8c 02 1e 65 b8 91 c2 a2 11 16 7a bb 8c 5e 07 9e
    09 e2 c8 a8 33 9c 00 13 01 00 00 84 00 33 00 02 00 17 00 2c 00 74 00 72 71 dc d0 4b b8 8b c3 18
    91 19 39 8a 00 00 00 00 ee fa fc 76 c1 46 b8 23 b0 96 f8 aa ca d3 65 dd 00 30 95 3f 4e df 62 56
    36 e5 f2 1b b2 e2 3f cc 65 4b 1b 5b 40 31 8d 10 d1 37 ab cb b8 75 74 e3 6e 8a 1f 02 5f 7d fa 5d
    6e 50 78 1b 5e da 4a a1 5b 0c 8b e7 78 25 7d 16 aa 30 30 e9 e7 84 1d d9 e4 c0 34 22 67 e8 ca 0c
    af 57 1f b2 b7 cf f0 f9 34 b0 00 2b 00 02 03 04";

/// Bytes of hex digits; blanks are passed over.
pub(super) fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .filter_map(|c| c.to_digit(16))
        .map(|digit| digit as u8)
        .collect();
    digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect()
}

/// A record of TLS 1.2's number.
pub(super) fn record(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len()).unwrap().to_be_bytes();
    [&[kind, 3, 3], &length[..], body].concat()
}

/// The same body in records of `size` bytes.
pub(super) fn records(kind: u8, body: &[u8], size: usize) -> Vec<u8> {
    body.chunks(size)
        .flat_map(|part| record(kind, part))
        .collect()
}

/// A record that holds handshake messages.
pub(super) fn handshake(messages: &[&[u8]]) -> Vec<u8> {
    record(record::HANDSHAKE, &messages.concat())
}

/// ChangeCipherSpec.
pub(super) fn change_cipher_spec() -> Vec<u8> {
    record(record::CHANGE_CIPHER_SPEC, &[1])
}

/// An alert in clear.
pub(super) fn alert(level: u8, code: u8) -> Vec<u8> {
    record(record::ALERT, &[level, code])
}

/// An encrypted record: bytes that mean nothing.
pub(super) fn encrypted(kind: u8, length: usize) -> Vec<u8> {
    record(kind, &vec![0xa5; length])
}

/// A handshake message.
pub(super) fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let [_, a, b, c] = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&[kind, a, b, c], body].concat()
}

/// The parts of a hello.
#[derive(Clone, Debug)]
pub(super) struct Hello {
    pub(super) version: u16,
    pub(super) random: [u8; 32],
    pub(super) session_id: Vec<u8>,
    pub(super) suites: Vec<u16>,
    pub(super) extensions: Vec<(u16, Vec<u8>)>,
}

impl Hello {
    /// One without extensions.
    pub(super) fn new(version: u16, suites: &[u16]) -> Self {
        Self {
            version,
            random: [0x5a; 32],
            session_id: Vec::new(),
            suites: suites.to_vec(),
            extensions: Vec::new(),
        }
    }

    /// Adds an extension.
    pub(super) fn with(mut self, kind: u16, body: &[u8]) -> Self {
        self.extensions.push((kind, body.to_vec()));
        self
    }

    /// Adds a session id.
    pub(super) fn session(mut self, id: &[u8]) -> Self {
        self.session_id = id.to_vec();
        self
    }

    /// As a ClientHello message.
    pub(super) fn client(&self) -> Vec<u8> {
        let suites: Vec<u8> = self.suites.iter().flat_map(|s| s.to_be_bytes()).collect();
        let lists = [&vector16(&suites), &[1, 0][..]].concat();
        self.message(1, &lists)
    }

    /// As a ServerHello message that chooses the first suite.
    pub(super) fn server(&self) -> Vec<u8> {
        let suite = self.suites[0].to_be_bytes();
        self.message(2, &[&suite[..], &[0]].concat())
    }

    fn message(&self, kind: u8, middle: &[u8]) -> Vec<u8> {
        let mut body = self.version.to_be_bytes().to_vec();
        body.extend(self.random);
        body.push(self.session_id.len() as u8);
        body.extend(&self.session_id);
        body.extend(middle);
        if !self.extensions.is_empty() {
            let extensions: Vec<u8> = self.extensions.iter().flat_map(extension).collect();
            body.extend(vector16(&extensions));
        }
        message(kind, &body)
    }
}

fn extension((kind, body): &(u16, Vec<u8>)) -> Vec<u8> {
    [&kind.to_be_bytes()[..], &vector16(body)].concat()
}

fn vector16(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap().to_be_bytes();
    [&length[..], bytes].concat()
}

/// The two directions of a conversation.
#[derive(Clone, Debug)]
pub(super) struct Conversation {
    pub(super) client: Vec<u8>,
    pub(super) server: Vec<u8>,
    /// Bytes of the server that the client had received when it sent its Finished.
    pub(super) flight: usize,
}

/// A full handshake of TLS 1.2 or older and a little data after it.
pub(super) fn full_handshake(version: u16) -> Conversation {
    let client = Hello::new(0x0303, &[0xc02f, 0x002f]).client();
    let server = Hello::new(version, &[0x002f]).session(&[7; 32]).server();
    let finish = [change_cipher_spec(), encrypted(22, 40), encrypted(23, 60)].concat();
    Conversation {
        client: [
            handshake(&[&client]),
            handshake(&[&message(16, &[0; 66])]),
            finish.clone(),
        ]
        .concat(),
        server: [
            handshake(&[&server, &message(11, &[0; 900]), &message(14, &[])]),
            finish,
        ]
        .concat(),
        flight: 0,
    }
}

/// A resumption of TLS 1.2.
pub(super) fn resumption() -> Conversation {
    let client = Hello::new(0x0303, &[0xc02f]).session(&[9; 32]).client();
    let server = Hello::new(0x0303, &[0xc02f]).session(&[9; 32]).server();
    let finish = [change_cipher_spec(), encrypted(22, 40), encrypted(23, 60)].concat();
    Conversation {
        client: [handshake(&[&client]), finish.clone()].concat(),
        server: [handshake(&[&server]), finish].concat(),
        flight: 0,
    }
}

/// TLS 1.3 in the hellos of RFC 8448, with the ChangeCipherSpec of middlebox compatibility, a ticket, and a reply to
/// what the client says then.
pub(super) fn tls13() -> Conversation {
    let client = [
        handshake(&[&hex(RFC8448_CLIENT_HELLO)]),
        change_cipher_spec(),
    ];
    let server = [
        handshake(&[&hex(RFC8448_SERVER_HELLO)]),
        change_cipher_spec(),
    ];
    finished13(client.concat(), server.concat())
}

/// TLS 1.3 with a HelloRetryRequest; both sides send their ChangeCipherSpec as early as RFC 8446 D.4 lets them.
pub(super) fn tls13_retry() -> Conversation {
    let client = [
        handshake(&[&hex(RFC8448_CLIENT_HELLO)]),
        change_cipher_spec(),
        handshake(&[&hex(RFC8448_CLIENT_HELLO)]),
    ];
    let server = [
        handshake(&[&hex(RFC8448_RETRY)]),
        change_cipher_spec(),
        handshake(&[&hex(RFC8448_SERVER_HELLO)]),
    ];
    finished13(client.concat(), server.concat())
}

/// What is encrypted behind the hellos: certificate, Finished of either side, then a command and a reply.
fn finished13(client: Vec<u8>, server: Vec<u8>) -> Conversation {
    let server = [server, encrypted(23, 900), encrypted(23, 53)].concat();
    Conversation {
        client: [client, encrypted(23, 53), encrypted(23, 40)].concat(),
        flight: server.len(),
        server: [server, encrypted(23, 250), encrypted(23, 70)].concat(),
    }
}

/// Of a client that had received so much, whatever it sent, and has not left.
pub(super) fn having(received: &dyn Fn(u64) -> Option<u64>) -> Course<'_> {
    Course {
        received,
        taken: false,
        left: Left::Not,
        over: false,
    }
}
