//! Messages of DNS, mDNS, LLMNR, NetBIOS, DHCP and DHCPv6 of any bytes, over UDP and cut over TCP: names are short and
//! readable, and a name that a server is given stands in an answer. Input: a selector of the protocol, then a message
//! behind its length, again and again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tlstally::flow::{FlowKey, Segment};
use tlstally::names::{NameSource, Names, Part};
use tlstally::packet::{Addresses, Macs, Tcp, TcpFlags, Udp};
use tlstally::session::MAX_STRING;
use tlstally::session::networks::Networks;
use tlstally::time::Timestamp;
use tlstally_fuzz::Input;

/// Source and destination ports.
const PORTS: [(u16, u16); 9] = [
    (53, 40_000),
    (40_000, 53),
    (5353, 5353),
    (5355, 40_000),
    (137, 137),
    (68, 67),
    (67, 68),
    (546, 547),
    (547, 546),
];
const ENDS: Addresses = Addresses::V4 {
    source: [10, 20, 0, 1],
    destination: [10, 20, 0, 9],
};

fuzz_target!(|data: &[u8]| {
    let networks = Networks::new(Vec::new());
    let mut names = Names::default();
    let mut input = Input(data);
    let mut seq = u32::MAX - 100;
    while !input.is_empty() {
        let selector = input.u8();
        let length = usize::from(input.u16());
        let bytes = input.slice(length);
        let (source_port, destination_port) = PORTS[selector as usize % PORTS.len()];
        if selector & 0x80 == 0 {
            names.datagram(
                &Part::of_udp(&udp(source_port, destination_port, bytes), bytes, 1),
                &networks,
            );
        } else {
            names.segment(&Part::of_tcp(&tcp(bytes), bytes, 1), seq, &networks);
            seq = seq.wrapping_add(bytes.len() as u32);
        }
    }
    for host in names.new_hosts() {
        assert!(!host.name.is_empty() && host.name.len() <= MAX_STRING);
        assert!(!host.name.contains(char::is_control));
        assert!(host.source == NameSource::DhcpClass || !host.name.contains(char::is_whitespace));
    }
    if let Some(asked) = names.asked_before(&opening()) {
        assert!(!asked.is_empty());
        for asked in asked.iter() {
            assert!(!asked.name.is_empty() && asked.name.len() <= MAX_STRING);
        }
    }
});

fn udp(source_port: u16, destination_port: u16, bytes: &[u8]) -> Udp {
    Udp {
        addresses: ENDS,
        source_port,
        destination_port,
        payload: 0,
        captured: bytes.len() as u32,
        length: bytes.len() as u32,
    }
}

fn tcp(bytes: &[u8]) -> Tcp {
    Tcp {
        addresses: ENDS,
        source_port: 53,
        destination_port: 40_000,
        seq: 0,
        ack: 0,
        flags: TcpFlags::ACK,
        window: 0,
        header: 0,
        payload: 0,
        captured: bytes.len() as u32,
        length: bytes.len() as u32,
        macs: Macs::default(),
        plain_addresses: true,
    }
}

/// The SYN of 10.20.0.9, which has asked, to the server whose address the seeds answer with.
fn opening() -> Segment {
    let addresses = Addresses::V4 {
        source: [10, 20, 0, 9],
        destination: [40, 99, 150, 34],
    };
    let (key, way) = FlowKey::new(&addresses, 40_001, 587);
    Segment {
        key,
        way,
        flags: Segment::SYN,
        header_length: 20,
        seq: 0,
        ack: 0,
        header: 0,
        captured: 0,
        length: 0,
        source_mac: Segment::NO_MAC,
        destination_mac: Segment::NO_MAC,
        checkable: false,
        origin: 0,
        time: Timestamp(1),
        clock: 1,
    }
}
