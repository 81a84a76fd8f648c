//! One SMTP session, packet by packet: opening, greeting, EHLO, STARTTLS, TLS handshake, message, closing.

use std::io::{self, Write};

use crate::frame::{ACK, Capture, End, FIN, SYN, Tcp};
use crate::random::Random;

/// Steps before the message.
const HANDSHAKE: u32 = 12;
/// Payload bytes of a full segment.
pub(crate) const FULL: usize = 1448;
/// Bytes of a TLS record header.
const RECORD: usize = 5;

/// How much of a session is shown.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    /// Full segments of the message.
    pub(crate) body: u32,
    /// Segments without payload (the client's first ACK, and one for every second of the message) are shown too.
    pub(crate) acks: bool,
    /// Payload bytes of a segment of the message.
    pub(crate) segment: usize,
    /// Whose sessions they are.
    pub(crate) clients: Clients,
}

/// Whose sessions they are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clients {
    /// Of hosts with thousands of sessions each; one in eight sessions is of an old client.
    Few,
    /// Each of a host of its own, with a name of its own; the hosts whose number [`OLD_EVERY`] divides are old clients.
    Own,
}

/// One host in so many is an old client.
const OLD_EVERY: u64 = 4;
/// Sessions of one of [`Clients::Few`].
const SESSIONS: u64 = 20_000;

/// A session under way.
pub(crate) struct Session {
    client: End,
    server: End,
    client_seq: u32,
    server_seq: u32,
    step: u32,
    shape: Shape,
    /// Of the hello: what differs from session to session.
    random: [u8; 32],
    kind: usize,
    ehlo: Vec<u8>,
}

impl Session {
    /// The `number`th session; no two below 2^30 share their addresses and ports.
    pub(crate) fn new(number: u64, shape: Shape, random: &mut Random) -> Self {
        let mut bytes = [0; 32];
        bytes.fill_with(|| random.next() as u8);
        let host = match shape.clients {
            Clients::Few => number / SESSIONS,
            Clients::Own => number,
        };
        let ehlo = match shape.clients {
            Clients::Few => b"EHLO printer.example.com\r\n".to_vec(),
            Clients::Own => format!("EHLO printer-{host}.example.com\r\n").into(),
        };
        Self {
            client: End {
                ip: 0x0a00_0100 + host as u32,
                port: 20_000 + (number % SESSIONS) as u16,
            },
            server: End {
                ip: 0x3461_0000 + (random.next() % 64) as u32,
                port: 587,
            },
            client_seq: random.next() as u32,
            server_seq: random.next() as u32,
            step: 0,
            shape,
            random: bytes,
            kind: match shape.clients {
                Clients::Few => (random.next() % 16) as usize,
                Clients::Own if number.is_multiple_of(OLD_EVERY) => 0,
                Clients::Own => OLD_KINDS + (random.next() % 14) as usize,
            },
            ehlo,
        }
    }

    /// Writes the next packet; false if there is none.
    pub(crate) fn next(&mut self, out: &mut Capture<impl Write>, noise: &[u8]) -> io::Result<bool> {
        let step = self.step;
        self.step += 1;
        let body = HANDSHAKE..HANDSHAKE + self.shape.body;
        match step {
            0 => self.client(out, SYN, &[])?,
            1 => self.server(out, SYN | ACK, &[])?,
            2 if self.shape.acks => self.client(out, ACK, &[])?,
            2 | 3 => {
                self.step = 4;
                self.server(out, ACK, GREETING)?;
            }
            4 => {
                let ehlo = std::mem::take(&mut self.ehlo);
                self.client(out, ACK, &ehlo)?;
            }
            5 => self.server(out, ACK, EXTENSIONS)?,
            6 => self.client(out, ACK, b"STARTTLS\r\n")?,
            7 => self.server(out, ACK, b"220 2.0.0 SMTP server ready\r\n")?,
            8 => self.client(out, ACK, &client_hello(&self.random, self.kind))?,
            9 => self.server(out, ACK, &server_hello(&self.random, self.kind))?,
            10 => self.client(out, ACK, KEY_EXCHANGE)?,
            11 => self.server(out, ACK, &KEY_EXCHANGE[KEY..])?,
            _ if body.contains(&step) => self.body(step, out, noise)?,
            _ if step == body.end => self.client(out, ACK | FIN, &[])?,
            _ if step == body.end + 1 => self.server(out, ACK | FIN, &[])?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// How much of it is shown.
    pub(crate) fn shape(&self) -> Shape {
        self.shape
    }

    /// Whether the handshake is behind it.
    pub(crate) fn is_in_body(&self) -> bool {
        self.step >= HANDSHAKE
    }

    /// One segment that is one TLS record; or the server's ACK of two, for the first four with a reply.
    fn body(&mut self, step: u32, out: &mut Capture<impl Write>, noise: &[u8]) -> io::Result<()> {
        let mut segment = [0; FULL];
        let is_ack = self.shape.acks && step % 3 == 2;
        let length = match is_ack {
            true if step > HANDSHAKE + 12 => 0,
            true => 40,
            false => self.shape.segment,
        };
        if let Some(body) = length.checked_sub(RECORD) {
            let at = step as usize % 500;
            segment[RECORD..length].copy_from_slice(&noise[at..at + body]);
            segment[..3].copy_from_slice(&[23, 3, 3]);
            segment[3..RECORD].copy_from_slice(&(body as u16).to_be_bytes());
        }
        if is_ack {
            self.server(out, ACK, &segment[..length])
        } else {
            self.client(out, ACK, &segment[..length])
        }
    }

    fn client(&mut self, out: &mut Capture<impl Write>, flags: u8, data: &[u8]) -> io::Result<()> {
        let tcp = Tcp {
            from: self.client,
            to: self.server,
            flags,
            seq: self.client_seq,
            ack: self.server_seq,
        };
        self.client_seq = after(self.client_seq, flags, data);
        out.tcp(tcp, data)
    }

    fn server(&mut self, out: &mut Capture<impl Write>, flags: u8, data: &[u8]) -> io::Result<()> {
        let tcp = Tcp {
            from: self.server,
            to: self.client,
            flags,
            seq: self.server_seq,
            ack: self.client_seq,
        };
        self.server_seq = after(self.server_seq, flags, data);
        out.tcp(tcp, data)
    }
}

fn after(seq: u32, flags: u8, data: &[u8]) -> u32 {
    seq.wrapping_add(data.len() as u32 + u32::from(flags & (SYN | FIN) != 0))
}

const GREETING: &[u8] =
    b"220 AM0PR02CA0001.outlook.office365.com Microsoft ESMTP MAIL Service ready\r\n";
const EXTENSIONS: &[u8] = b"250-AM0PR02CA0001.outlook.office365.com Hello [192.0.2.7]\r\n\
    250-SIZE 157286400\r\n250-PIPELINING\r\n250-STARTTLS\r\n250 SMTPUTF8\r\n";
/// ClientKeyExchange, ChangeCipherSpec, Finished; the last two are the server's answer.
const KEY_EXCHANGE: &[u8] = &[
    22, 3, 3, 0, 37, 16, 0, 0, 33, 32, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17,
    18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 20, 3, 3, 0, 1, 1, 22, 3, 3, 0, 40,
    0, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 9,
    8, 7, 6, 5, 4, 3, 2, 1,
];

/// Bytes of the record with ClientKeyExchange.
const KEY: usize = 42;

/// Kinds of old clients, of sixteen.
const OLD_KINDS: usize = 2;

const fn version(kind: usize) -> [u8; 2] {
    if kind < OLD_KINDS { [3, 1] } else { [3, 3] }
}

fn client_hello(random: &[u8; 32], kind: usize) -> Vec<u8> {
    let suites: Vec<u8> = (0..12 + kind as u8)
        .flat_map(|n| [0xc0, 0x13 + n])
        .collect();
    let name = b"smtp.office365.com";
    let mut extensions = vec![0, 0, 0, 5 + name.len() as u8, 0, 3 + name.len() as u8, 0, 0];
    extensions.push(name.len() as u8);
    extensions.extend_from_slice(name);
    extensions.extend_from_slice(&[0, 10, 0, 8, 0, 6, 0, 29, 0, 23, 0, 24, 0, 11, 0, 2, 1, 0]);
    extensions.extend_from_slice(&[0, 13, 0, 8, 0, 6, 4, 1, 5, 1, 4, 3, 0, 23, 0, 0]);
    let mut body = version(kind).to_vec();
    body.extend_from_slice(random);
    body.extend_from_slice(&[0, 0, suites.len() as u8]);
    body.extend_from_slice(&suites);
    body.extend_from_slice(&[1, 0, 0, extensions.len() as u8]);
    body.extend_from_slice(&extensions);
    record(1, &body)
}

/// ServerHello and ServerHelloDone in one record.
fn server_hello(random: &[u8; 32], kind: usize) -> Vec<u8> {
    let mut body = version(kind).to_vec();
    body.extend(random.iter().rev());
    body.extend_from_slice(&[0, 0xc0, 0x14, 0, 0, 9, 0xff, 1, 0, 1, 0, 0, 23, 0, 0]);
    let mut bytes = record(2, &body);
    bytes.extend_from_slice(&[22, 3, 3, 0, 4, 14, 0, 0, 0]);
    bytes
}

fn record(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = body.len() as u16;
    let [high, low] = (length + 4).to_be_bytes();
    let mut bytes = vec![22, 3, 1, high, low, kind, 0];
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(body);
    bytes
}
