//! A session on the wire, byte by byte: Ethernet, IPv4 (RFC 791), TCP (RFC 9293), SMTP (RFC 5321, RFC 3207), TLS 1.2
//! (RFC 5246), an X.509 certificate (RFC 5280).

use crate::common::Packet;

/// Bytes of TCP payload in a segment.
const SEGMENT: usize = 1400;
/// 2026-08-01T09:00:00Z.
const MORNING: u64 = 1_785_574_800_000_000_000;

/// Host 10.9.0.`number` sends mail to 203.0.113.25; both use `text` wherever they may say something.
pub(crate) fn session(number: u8, text: &[u8]) -> Vec<Packet> {
    let mut talk = Talk::new(number);
    talk.open();
    talk.server(&line(&[b"220 ", text, b" ESMTP"]));
    talk.client(&line(&[b"EHLO ", text]));
    talk.server(&line(&[b"250-", text, b" Hello [10.9.0.1]"]));
    talk.server(b"250 STARTTLS\r\n");
    talk.client(b"STARTTLS\r\n");
    talk.server(b"220 2.0.0 Ready\r\n");
    talk.client(&records(&client_hello(text)));
    talk.server(&records(&server_hello()));
    talk.server(&records(&certificate(text)));
    talk.packets
}

fn line(parts: &[&[u8]]) -> Vec<u8> {
    [parts.concat(), b"\r\n".to_vec()].concat()
}

/// One TCP connection under way.
struct Talk {
    packets: Vec<Packet>,
    number: u8,
    sent: [u32; 2],
}

impl Talk {
    fn new(number: u8) -> Self {
        Self {
            packets: Vec::new(),
            number,
            sent: [1000, 2000],
        }
    }

    fn open(&mut self) {
        self.packet(0, 0x02, &[]);
        self.sent[0] += 1;
        self.packet(1, 0x12, &[]);
        self.sent[1] += 1;
        self.packet(0, 0x10, &[]);
    }

    fn client(&mut self, bytes: &[u8]) {
        self.say(0, bytes);
    }

    fn server(&mut self, bytes: &[u8]) {
        self.say(1, bytes);
    }

    fn say(&mut self, side: usize, bytes: &[u8]) {
        for part in bytes.chunks(SEGMENT) {
            self.packet(side, 0x18, part);
            self.sent[side] += part.len() as u32;
        }
    }

    fn packet(&mut self, side: usize, flags: u8, payload: &[u8]) {
        let ends: [([u8; 4], u16); 2] =
            [([10, 9, 0, self.number], 50_000), ([203, 0, 113, 25], 587)];
        let ((from, from_port), (to, to_port)) = (ends[side], ends[1 - side]);
        let mut tcp = [from_port.to_be_bytes(), to_port.to_be_bytes()].concat();
        tcp.extend(self.sent[side].to_be_bytes());
        tcp.extend(self.sent[1 - side].to_be_bytes());
        tcp.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        tcp.extend(payload);
        let length = (tcp.len() as u16).to_be_bytes();
        let pseudo = [&from[..], &to, &[0, 6], &length, &tcp].concat();
        tcp[16..18].copy_from_slice(&checksum(&pseudo).to_be_bytes());
        let mut ip = vec![0x45, 0];
        ip.extend((tcp.len() as u16 + 20).to_be_bytes());
        ip.extend([0, 0, 0x40, 0, 64, 6, 0, 0]);
        ip.extend(from);
        ip.extend(to);
        let sum = checksum(&ip).to_be_bytes();
        ip[10..12].copy_from_slice(&sum);
        let bytes = [&[2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0][..], &ip, &tcp].concat();
        let sequence = self.packets.len() as u64;
        self.packets.push(Packet {
            time: MORNING + u64::from(self.number) * 1_000_000_000 + sequence * 1_000_000,
            original: bytes.len() as u32,
            bytes,
        });
    }
}

/// RFC 1071.
fn checksum(bytes: &[u8]) -> u16 {
    let words = bytes
        .chunks(2)
        .map(|pair| u32::from(pair[0]) << 8 | pair.get(1).map_or(0, |low| u32::from(*low)));
    let sum: u32 = words.sum();
    let sum = (sum >> 16) + (sum & 0xffff);
    !((sum >> 16) + (sum & 0xffff)) as u16
}

/// A handshake message in records of at most 2^14 bytes.
fn records(message: &[u8]) -> Vec<u8> {
    let parts = message.chunks(1 << 14);
    parts
        .flat_map(|part| [&[22, 3, 3][..], &(part.len() as u16).to_be_bytes(), part].concat())
        .collect()
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u32).to_be_bytes();
    [&[kind], &length[1..], body].concat()
}

fn counted(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u16).to_be_bytes(), bytes].concat()
}

/// Offers TLS 1.2 with one suite; the server name is `text`, as much of it as fits.
fn client_hello(text: &[u8]) -> Vec<u8> {
    let text = &text[..text.len().min(60_000)];
    let names = counted(&[&[0][..], &counted(text)].concat());
    let extensions = [&[0, 0][..], &counted(&names)].concat();
    let head = [&[3, 3][..], &[7; 32], &[0, 0, 2, 0xc0, 0x2f, 1, 0]].concat();
    message(1, &[head, counted(&extensions)].concat())
}

fn server_hello() -> Vec<u8> {
    message(
        2,
        &[&[3, 3][..], &[9; 32], &[0, 0xc0, 0x2f, 0, 0, 0]].concat(),
    )
}

fn certificate(text: &[u8]) -> Vec<u8> {
    let name = der(
        0x30,
        &der(
            0x31,
            &der(0x30, &[der(6, &[0x55, 4, 3]), der(12, text)].concat()),
        ),
    );
    let sha256_rsa = der(
        0x30,
        &[
            der(6, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11]),
            der(5, &[]),
        ]
        .concat(),
    );
    let rsa = der(
        0x30,
        &[
            der(6, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1]),
            der(5, &[]),
        ]
        .concat(),
    );
    let validity = der(
        0x30,
        &[der(23, b"260101000000Z"), der(23, b"270101000000Z")].concat(),
    );
    let key = der(
        0x30,
        &[rsa, der(3, &[0, 0x30, 6, 2, 1, 3, 2, 1, 3])].concat(),
    );
    let version = der(0xa0, &der(2, &[2]));
    let body = [
        version,
        der(2, &[1]),
        sha256_rsa.clone(),
        name.clone(),
        validity,
        name,
        key,
    ]
    .concat();
    let whole = der(
        0x30,
        &[der(0x30, &body), sha256_rsa, der(3, &[0, 1])].concat(),
    );
    let long = |bytes: &[u8]| [&(bytes.len() as u32).to_be_bytes()[1..], bytes].concat();
    message(11, &long(&long(&whole)))
}

/// Tag, length, contents (X.690).
fn der(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = contents.len() as u32;
    let head = match length {
        0..=127 => vec![tag, length as u8],
        128..=0xffff => [&[tag, 0x82][..], &length.to_be_bytes()[2..]].concat(),
        _ => [&[tag, 0x83][..], &length.to_be_bytes()[1..]].concat(),
    };
    [head, contents.to_vec()].concat()
}
