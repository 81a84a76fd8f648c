//! A packet put together again: a new IP header without options, and the payload of its fragments.

use super::decoded::{Addresses, Decoded, Macs};
use super::fragment::Fragment;
use super::interest::Interest;
use super::walk::{Layer, Walk};

/// Room in front of a payload for two link-layer addresses and the largest IP header.
pub(super) const PREFIX: usize = MACS + IPV6_HEADER;
const MACS: usize = 12;
const IPV4_HEADER: usize = 20;
const IPV6_HEADER: usize = 40;
/// Nobody looks at it.
const HOP_LIMIT: u8 = 64;

/// A packet put together again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Datagram {
    /// Room, link-layer addresses where known, a new IP header, the payload as far as it was captured.
    bytes: Vec<u8>,
    /// Offset of the IP header.
    start: usize,
    /// Where the payload ends on the wire.
    wire_end: usize,
    macs: Macs,
    plain_addresses: bool,
    layers: u8,
}

impl Datagram {
    /// The bytes that offsets in what [`Datagram::decode`] finds count in.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Takes the packet apart; what is inside may be a fragment again.
    pub fn decode(&self, interest: &Interest) -> Decoded {
        let mut walk = Walk::reassembled(&self.bytes, self.wire_end, self.start, self.layers);
        walk.macs = self.macs;
        walk.plain_addresses = self.plain_addresses;
        walk.run(Layer::Ip, interest)
    }

    /// Puts `head` in front of a payload that begins after [`PREFIX`] bytes and is `total` bytes long on the wire.
    pub(super) fn new(head: &Head, mut bytes: Vec<u8>, total: u32) -> Self {
        let start = match head.addresses {
            Addresses::V4 { .. } => PREFIX - IPV4_HEADER,
            Addresses::V6 { .. } => PREFIX - IPV6_HEADER,
        };
        let (destination, source) = (start - MACS, start - MACS / 2);
        put(
            &mut bytes,
            destination,
            &head.destination.unwrap_or_default(),
        );
        put(&mut bytes, source, &head.source.unwrap_or_default());
        head.put_ip_header(&mut bytes, total);
        Self {
            bytes,
            start,
            wire_end: PREFIX + total as usize,
            macs: Macs {
                source: head.source.map(|_| source as u32),
                destination: head.destination.map(|_| destination as u32),
            },
            plain_addresses: head.plain_addresses,
            layers: head.layers,
        }
    }
}

/// What the fragment at offset 0 tells about the whole packet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    addresses: Addresses,
    plain_addresses: bool,
    protocol: u8,
    layers: u8,
    source: Option<[u8; 6]>,
    destination: Option<[u8; 6]>,
}

impl Head {
    /// `bytes` are those that were decoded.
    pub(super) fn of(fragment: &Fragment, bytes: &[u8]) -> Self {
        Self {
            addresses: fragment.addresses,
            plain_addresses: fragment.plain_addresses,
            protocol: fragment.protocol,
            layers: fragment.layers,
            source: fragment.macs.source(bytes),
            destination: fragment.macs.destination(bytes),
        }
    }

    /// Both lengths fit 16 bits: that was checked where fragments are found.
    fn put_ip_header(&self, bytes: &mut [u8], total: u32) {
        match self.addresses {
            Addresses::V4 {
                source,
                destination,
            } => {
                let at = PREFIX - IPV4_HEADER;
                put(bytes, at, &[0x45]);
                put(
                    bytes,
                    at + 2,
                    &(total as u16 + IPV4_HEADER as u16).to_be_bytes(),
                );
                put(bytes, at + 8, &[HOP_LIMIT, self.protocol]);
                put(bytes, at + 12, &source);
                put(bytes, at + 16, &destination);
            }
            Addresses::V6 {
                source,
                destination,
            } => {
                let at = PREFIX - IPV6_HEADER;
                put(bytes, at, &[0x60]);
                put(bytes, at + 4, &(total as u16).to_be_bytes());
                put(bytes, at + 6, &[self.protocol, HOP_LIMIT]);
                put(bytes, at + 8, &source);
                put(bytes, at + 24, &destination);
            }
        }
    }
}

fn put(bytes: &mut [u8], at: usize, what: &[u8]) {
    let room = bytes.get_mut(at..at + what.len()).unwrap_or_default();
    room.iter_mut().zip(what).for_each(|(to, from)| *to = *from);
}
