//! Writers of captures, after the drafts' field tables.

/// The order to write in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Writer {
    pub(super) big: bool,
}

pub(super) const LITTLE: Writer = Writer { big: false };
pub(super) const BIG: Writer = Writer { big: true };

/// A packet to write: seconds, fraction, data, bytes it had on the wire.
#[derive(Clone, Debug)]
pub(super) struct Packet {
    pub(super) seconds: u32,
    pub(super) fraction: u32,
    pub(super) data: Vec<u8>,
    pub(super) original: u32,
}

pub(super) fn packet(seconds: u32, fraction: u32, data: &[u8]) -> Packet {
    Packet {
        seconds,
        fraction,
        data: data.to_vec(),
        original: data.len() as u32,
    }
}

impl Writer {
    pub(super) fn u16(self, value: u16) -> [u8; 2] {
        if self.big {
            value.to_be_bytes()
        } else {
            value.to_le_bytes()
        }
    }

    pub(super) fn words(self, words: &[u32]) -> Vec<u8> {
        let bytes = |word: &u32| {
            if self.big {
                word.to_be_bytes()
            } else {
                word.to_le_bytes()
            }
        };
        words.iter().flat_map(bytes).collect()
    }

    pub(super) fn u64(self, value: u64) -> [u8; 8] {
        if self.big {
            value.to_be_bytes()
        } else {
            value.to_le_bytes()
        }
    }

    /// A pcap file header.
    pub(super) fn pcap(self, magic: u32, version: (u16, u16), link: u32) -> Vec<u8> {
        let mut bytes = self.words(&[magic]);
        bytes.extend(self.u16(version.0));
        bytes.extend(self.u16(version.1));
        bytes.extend(self.words(&[0, 0, 65_535, link]));
        bytes
    }

    /// A pcap record; `more` goes between its header and the data.
    pub(super) fn record(self, packet: &Packet, more: &[u8]) -> Vec<u8> {
        let captured = packet.data.len() as u32;
        let header = [packet.seconds, packet.fraction, captured, packet.original];
        [&self.words(&header), more, &packet.data].concat()
    }

    /// A pcapng block.
    pub(super) fn block(self, kind: u32, body: &[u8]) -> Vec<u8> {
        let mut padded = body.to_vec();
        padded.resize(body.len().next_multiple_of(4), 0);
        let length = padded.len() as u32 + 12;
        [self.words(&[kind, length]), padded, self.words(&[length])].concat()
    }

    pub(super) fn section(self) -> Vec<u8> {
        let mut body = self.words(&[0x1a2b_3c4d]);
        body.extend(self.u16(1));
        body.extend(self.u16(0));
        body.extend(self.words(&[u32::MAX, u32::MAX]));
        self.block(0x0a0d_0d0a, &body)
    }

    pub(super) fn option(self, code: u16, value: &[u8]) -> Vec<u8> {
        let mut bytes = [self.u16(code), self.u16(value.len() as u16)].concat();
        bytes.extend(value);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    pub(super) fn interface(self, link: u16, snaplen: u32, options: &[Vec<u8>]) -> Vec<u8> {
        let mut body = self.u16(link).to_vec();
        body.extend([0, 0]);
        body.extend(self.words(&[snaplen]));
        body.extend(options.concat());
        self.block(1, &body)
    }

    pub(super) fn enhanced(
        self,
        interface: u32,
        ticks: u64,
        data: &[u8],
        options: &[Vec<u8>],
    ) -> Vec<u8> {
        let length = data.len() as u32;
        let high = (ticks >> 32) as u32;
        let mut body = self.words(&[interface, high, ticks as u32, length, length]);
        body.extend(data);
        body.resize(body.len().next_multiple_of(4), 0);
        body.extend(options.concat());
        self.block(6, &body)
    }

    pub(super) fn simple(self, original: u32, data: &[u8]) -> Vec<u8> {
        let body = [&self.words(&[original]), data].concat();
        self.block(3, &body)
    }

    pub(super) fn obsolete(self, interface: u16, drops: u16, ticks: u64, data: &[u8]) -> Vec<u8> {
        let length = data.len() as u32;
        let mut body = [self.u16(interface), self.u16(drops)].concat();
        body.extend(self.words(&[(ticks >> 32) as u32, ticks as u32, length, length]));
        body.extend(data);
        self.block(2, &body)
    }
}

/// A plain little-endian pcap of packets `(seconds, data)`.
pub(super) fn plain(packets: &[(u32, &[u8])]) -> Vec<u8> {
    let mut bytes = LITTLE.pcap(0xa1b2_c3d4, (2, 4), 1);
    for (seconds, data) in packets {
        bytes.extend(LITTLE.record(&packet(*seconds, 0, data), &[]));
    }
    bytes
}

/// A plain little-endian pcapng of packets `(microseconds, data)` on one Ethernet interface.
pub(super) fn plain_ng(packets: &[(u64, &[u8])]) -> Vec<u8> {
    let mut bytes = [LITTLE.section(), LITTLE.interface(1, 0, &[])].concat();
    for (micros, data) in packets {
        bytes.extend(LITTLE.enhanced(0, *micros, data, &[]));
    }
    bytes
}
