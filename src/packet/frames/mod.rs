//! Frames for tests: every encapsulation written down from its specification, around any packet.
//!
//! Nothing in here uses the decoder's own constants: a number that is wrong there must not be wrong here as well.

use etherparse::PacketBuilder;

mod link;
mod wrap;

pub(crate) use link::Link;
pub(crate) use wrap::Wrap;

/// Declares an enum whose variants are listed in `ALL`.
macro_rules! all_of {
    ($(#[$about:meta])* $name:ident { $($variant:ident),+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum $name { $($variant,)+ }

        impl $name {
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant,)+];
        }
    };
}
use all_of;

/// Addresses of the hosts inside, at both layers.
pub(crate) const CLIENT_MAC: [u8; 6] = [0x02, 0, 0, 0, 0, 0x0a];
pub(crate) const SERVER_MAC: [u8; 6] = [0x02, 0, 0, 0, 0, 0x0b];
const CLIENT_4: [u8; 4] = [10, 1, 2, 3];
const SERVER_4: [u8; 4] = [52, 101, 8, 44];
const CLIENT_6: [u8; 16] = [0xfd, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14];
const SERVER_6: [u8; 16] = [0x2a, 1, 1, 0x11, 0xf4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];

/// A TCP packet from its IP header on.
pub(crate) fn tcp(six: bool, source: u16, destination: u16, seq: u32, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    if six {
        PacketBuilder::ipv6(CLIENT_6, SERVER_6, 61)
            .tcp(source, destination, seq, 0x1234)
            .ack(77)
            .write(&mut bytes, payload)
    } else {
        PacketBuilder::ipv4(CLIENT_4, SERVER_4, 61)
            .tcp(source, destination, seq, 0x1234)
            .ack(77)
            .write(&mut bytes, payload)
    }
    .unwrap();
    bytes
}

/// An IP packet of any protocol.
pub(crate) fn ip(six: bool, protocol: u8, payload: &[u8]) -> Vec<u8> {
    if six {
        let header = [&[0x60, 0, 0, 0][..], &be16(payload.len()), &[protocol, 61]];
        return [&header.concat()[..], &CLIENT_6, &SERVER_6, payload].concat();
    }
    let total = be16(payload.len() + 20);
    let header = [&[0x45, 0][..], &total, &[0, 9, 0, 0, 61, protocol, 0, 0]];
    [&header.concat()[..], &CLIENT_4, &SERVER_4, payload].concat()
}

/// A UDP packet from its IP header on.
pub(crate) fn udp(six: bool, source: u16, destination: u16, payload: &[u8]) -> Vec<u8> {
    let length = be16(payload.len() + 8);
    let ports = [source.to_be_bytes(), destination.to_be_bytes()].concat();
    ip(six, 17, &[&ports, &length[..], &[0, 0], payload].concat())
}

/// Fragments of an IP packet without options, `size` bytes of payload each; IPv6 with a fragment header.
pub(crate) fn fragments(packet: &[u8], identification: u16, size: usize) -> Vec<Vec<u8>> {
    let six = packet[0] >> 4 == 6;
    let (header, payload) = packet.split_at(if six { 40 } else { 20 });
    let count = payload.len().div_ceil(size);
    let piece = |(n, data): (usize, &[u8])| {
        let (offset, more) = (n * size, n + 1 < count);
        fragment(header, identification, offset as u16, more, data)
    };
    payload.chunks(size).enumerate().map(piece).collect()
}

/// One fragment, with the IP header of the whole packet.
pub(crate) fn fragment(header: &[u8], id: u16, offset: u16, more: bool, data: &[u8]) -> Vec<u8> {
    let mut header = header.to_vec();
    if header[0] >> 4 == 6 {
        let protocol = std::mem::replace(&mut header[6], 44);
        header[4..6].copy_from_slice(&be16(data.len() + 8));
        let place = (offset | u16::from(more)).to_be_bytes();
        let id = [&[0, 0][..], &id.to_be_bytes()].concat();
        return [&header[..], &[protocol, 0], &place, &id, data].concat();
    }
    let place = (offset / 8) | (u16::from(more) << 13);
    header[2..4].copy_from_slice(&be16(data.len() + 20));
    header[4..6].copy_from_slice(&id.to_be_bytes());
    header[6..8].copy_from_slice(&place.to_be_bytes());
    [&header[..], data].concat()
}

/// A packet on its way out through encapsulations.
#[derive(Clone, Debug)]
pub(crate) enum Frame {
    /// From an IP header on.
    Ip(Vec<u8>),
    /// From an Ethernet header on.
    Ethernet(Vec<u8>),
}

impl Frame {
    /// As Ethernet, with a header put in front if there is none.
    pub(crate) fn ethernet(self) -> Vec<u8> {
        match self {
            Self::Ethernet(bytes) => bytes,
            Self::Ip(packet) => [&macs()[..], &ip_type(&packet), &packet].concat(),
        }
    }
}

/// An Ethernet frame of another host pair around `payload`.
pub(crate) fn typed(kind: u16, payload: &[u8]) -> Frame {
    let addresses = [[0x02, 0, 0, 0, 0xff, 1], [0x02, 0, 0, 0, 0xff, 2]].concat();
    Frame::Ethernet([&addresses[..], &kind.to_be_bytes(), payload].concat())
}

/// An 802.11 data header in which the client's frame goes to the access point, comes from it, or stays in a cell.
fn wireless(control: u8, direction: u8) -> Vec<u8> {
    let point = [0x02, 0, 0, 0, 0, 0xcc];
    let addresses = match direction {
        1 => [point, CLIENT_MAC, SERVER_MAC],
        2 => [SERVER_MAC, point, CLIENT_MAC],
        _ => [SERVER_MAC, CLIENT_MAC, point],
    };
    [
        &[control, direction, 0, 0][..],
        &addresses.concat(),
        &[0x10, 0],
    ]
    .concat()
}

fn snap(kind: [u8; 2]) -> Vec<u8> {
    [&[0xaa, 0xaa, 3, 0, 0, 0][..], &kind].concat()
}

fn label(number: u32, bottom: bool) -> [u8; 4] {
    (number << 12 | u32::from(bottom) << 8 | 64).to_be_bytes()
}

fn macs() -> Vec<u8> {
    [SERVER_MAC, CLIENT_MAC].concat()
}

fn ip_type(packet: &[u8]) -> [u8; 2] {
    if packet[0] >> 4 == 6 {
        [0x86, 0xdd]
    } else {
        [0x08, 0x00]
    }
}

fn be16(length: usize) -> [u8; 2] {
    (length as u16).to_be_bytes()
}
