//! What is kept of conversations, and above all what is not.

use std::net::Ipv4Addr;

use super::*;
use crate::packet::Addresses;

/// Bytes of every frame before its TCP header, and of the TCP header.
const AHEAD: [usize; 2] = [34, 20];

struct Wire {
    keeper: Keeper,
    /// Next sequence numbers of client and server.
    next: [u32; 2],
    /// The client's.
    port: u16,
}

impl Wire {
    fn opened() -> Self {
        Self::within(Bounds::default())
    }

    fn within(bounds: Bounds) -> Self {
        let mut wire = Self {
            keeper: Keeper::new(bounds),
            next: [u32::MAX - 3, 70_000],
            port: 50_000,
        };
        wire.send(0, Segment::SYN, b"");
        wire.send(1, Segment::SYN | Segment::ACK, b"");
        wire
    }

    fn client(&mut self, payload: &[u8]) {
        self.send(0, Segment::ACK, payload);
    }

    fn server(&mut self, payload: &[u8]) {
        self.send(1, Segment::ACK, payload);
    }

    fn send(&mut self, end: usize, flags: u8, payload: &[u8]) {
        let seq = self.next[end];
        let counted = payload.len() as u32 + u32::from(flags & Segment::SYN != 0);
        self.next[end] = seq.wrapping_add(counted);
        self.put(end, flags, seq, payload);
    }

    fn put(&mut self, end: usize, flags: u8, seq: u32, payload: &[u8]) {
        let [client, server] = [Ipv4Addr::new(10, 0, 0, 5), Ipv4Addr::new(52, 97, 0, 1)];
        let ends = [(client, self.port), (server, 587)];
        let (from, to) = (ends[end], ends[1 - end]);
        let addresses = Addresses::V4 {
            source: from.0.octets(),
            destination: to.0.octets(),
        };
        let (key, way) = FlowKey::new(&addresses, from.1, to.1);
        let block = [&[0xee; 54][..], payload].concat();
        let segment = Segment {
            key,
            way,
            flags,
            header_length: AHEAD[1] as u8,
            seq,
            ack: 0,
            header: AHEAD[0] as u32,
            captured: payload.len() as u32,
            length: payload.len() as u32,
            source_mac: Segment::NO_MAC,
            destination_mac: Segment::NO_MAC,
            checkable: true,
            origin: 0,
            time: Timestamp(0),
            clock: 0,
        };
        let frame = Frame {
            offset: 0,
            captured: block.len() as u32,
            original: block.len() as u32,
            link: LinkType::ETHERNET,
        };
        self.keeper.segment(&segment, &frame, &block);
    }

    /// Payloads as kept, headers taken off.
    fn kept(&mut self) -> Vec<Vec<u8>> {
        let keys: Vec<_> = self.keeper.connections.keys().copied().collect();
        let packets = keys.iter().flat_map(|key| self.keeper.take(key));
        let kept = packets.map(|packet| packet.bytes[54..].to_vec()).collect();
        assert_eq!(self.keeper.bytes, 0);
        kept
    }
}

/// A TLS record (RFC 5246 section 6.2.1).
fn record(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind, 3, 1, 0, body.len() as u8], body].concat()
}

#[test]
fn all_that_leads_to_tls_and_its_handshake() {
    let mut wire = Wire::opened();
    wire.server(b"220 mx ESMTP\r\n");
    wire.client(b"EHLO scanner\r\n");
    wire.server(b"250-mx\r\n250 STARTTLS\r\n");
    wire.client(b"starttls\r\n");
    wire.server(b"220 go\r\n");
    let hello = record(22, b"client hello");
    let (first, second) = hello.split_at(3); // a record header in two segments
    wire.client(first);
    wire.client(second);
    let flight = [record(22, b"server hello"), record(22, b"certificate")].concat();
    wire.server(&flight);
    let finish = [record(20, &[1]), record(22, b"finished")].concat();
    wire.client(&[finish.clone(), record(23, b"MAIL FROM:<a@b>")].concat());
    wire.client(&record(22, b"renegotiation, or so it says"));
    wire.server(&record(23, b"250 OK"));
    let kept = wire.kept().concat();
    let talk = b"220 mx ESMTP\r\nEHLO scanner\r\n250-mx\r\n250 STARTTLS\r\nstarttls\r\n220 go\r\n";
    assert_eq!(kept, [&talk[..], &hello, &flight, &finish].concat());
}

#[test]
fn nothing_of_a_mail_in_clear() {
    let mut wire = Wire::opened();
    wire.server(b"220 mx\r\n");
    wire.client(b"EHLO scanner\r\n");
    wire.server(b"250 AUTH LOGIN\r\n");
    wire.client(b"AUTH PLAIN AGEAYg==\r\n");
    wire.server(b"334 VXNlcm5hbWU6\r\n");
    wire.server(b"250 secret@contoso.example ok\r\n");
    wire.client(b"EHLO in a message\r\n");
    wire.client(&record(22, b"looks like a hello"));
    let kept = wire.kept();
    assert_eq!(kept.len(), 10, "headers of every packet");
    assert_eq!(
        kept.concat(),
        b"220 mx\r\nEHLO scanner\r\n250 AUTH LOGIN\r\n"
    );
}

#[test]
fn a_command_and_something_else_in_one_segment() {
    for strange in [
        &b"EHLO a\r\nMAIL FROM:<a@b>\r\n"[..],
        b"EHLO a",
        b"EHLOUNGE\r\n",
        b"\r\n",
    ] {
        let mut wire = Wire::opened();
        wire.client(strange);
        wire.client(b"STARTTLS\r\n");
        assert_eq!(wire.kept().concat(), b"", "{strange:?}");
    }
}

#[test]
fn nothing_behind_a_hole_and_nothing_twice() {
    let mut wire = Wire::opened();
    let start = wire.next[0];
    wire.client(b"EHLO a\r\n");
    wire.put(0, Segment::ACK, start, b"EHLO a\r\n");
    wire.client(b"STARTTLS\r\n");
    wire.next[0] = wire.next[0].wrapping_add(9);
    wire.client(&record(22, b"hello"));
    wire.client(&record(22, b"more"));
    assert_eq!(wire.kept().concat(), b"EHLO a\r\nSTARTTLS\r\n");
}

#[test]
fn a_hello_in_the_form_of_ssl_2() {
    let mut wire = Wire::opened();
    let hello = [&[0x80, 5, 1, 3, 1][..], b"ab"].concat();
    wire.client(&hello);
    wire.server(&record(22, b"server hello"));
    wire.client(&record(22, b"key exchange"));
    let kept = wire.kept().concat();
    assert_eq!(
        kept,
        [
            hello,
            record(22, b"server hello"),
            record(22, b"key exchange")
        ]
        .concat()
    );
}

#[test]
fn no_more_than_the_bounds() {
    let mut wire = Wire::within(Bounds {
        packets: 3,
        ..Bounds::default()
    });
    wire.server(b"220 mx\r\n");
    wire.client(b"EHLO scanner\r\n");
    assert_eq!(wire.keeper.given_up(), 1);
    assert_eq!(wire.kept().concat(), b"220 mx\r\n");
}

#[test]
fn late_copies_of_a_connection_that_is_concluded_are_not_kept() {
    let mut wire = Wire::opened();
    wire.client(b"EHLO a\r\n");
    assert_eq!(wire.kept().len(), 3);
    wire.client(b"EHLO b\r\n");
    wire.put(0, Segment::SYN, 9, b"");
    assert_eq!(
        wire.keeper.connections.len(),
        1,
        "a new connection is another matter"
    );
}

#[test]
fn only_the_connections_that_began_last() {
    let mut keeper = Keeper::new(Bounds {
        connections: 2,
        ..Bounds::default()
    });
    for port in 1..=3 {
        let mut wire = Wire {
            keeper,
            next: [0, 0],
            port,
        };
        wire.send(0, Segment::SYN, b"");
        keeper = wire.keeper;
    }
    assert_eq!((keeper.connections.len(), keeper.given_up()), (2, 1));
}
