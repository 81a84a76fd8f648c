//! Bytes of a capture: pcap records of Ethernet frames with IPv4 and TCP or UDP, lengths and checksums right (RFC 9293, RFC 791).

use std::io::{self, Write};

/// Bytes of a pcap record header, then of Ethernet, IPv4 and TCP headers.
const RECORD: usize = 16;
const ETHERNET: usize = 14;
const IPV4: usize = 20;
const TCP: usize = 20;
const UDP: usize = 8;

/// FIN, SYN, ACK.
pub(crate) const FIN: u8 = 1;
pub(crate) const SYN: u8 = 2;
pub(crate) const ACK: u8 = 16;

/// One end of a connection.
#[derive(Clone, Copy)]
pub(crate) struct End {
    pub(crate) ip: u32,
    pub(crate) port: u16,
}

/// The part of a TCP header that changes.
#[derive(Clone, Copy)]
pub(crate) struct Tcp {
    pub(crate) from: End,
    pub(crate) to: End,
    pub(crate) flags: u8,
    pub(crate) seq: u32,
    pub(crate) ack: u32,
}

/// What stands around each packet.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrap {
    /// Nothing.
    Bare,
    /// VXLAN (RFC 7348).
    Vxlan,
    /// Two VLAN tags, then GRE with the Ethernet frame inside (RFC 2784).
    Gre,
}

/// Writes a capture.
pub(crate) struct Capture<W> {
    out: W,
    wrap: Wrap,
    frame: Vec<u8>,
    microseconds: u64,
    /// Bytes written.
    pub(crate) bytes: u64,
}

impl<W: Write> Capture<W> {
    /// Writes the file header: microseconds, Ethernet.
    pub(crate) fn new(mut out: W, wrap: Wrap) -> io::Result<Self> {
        let header: [u32; 6] = [0xa1b2_c3d4, 4 << 16 | 2, 0, 0, 262_144, 1];
        for word in header {
            out.write_all(&word.to_le_bytes())?;
        }
        Ok(Self {
            out,
            wrap,
            frame: Vec::with_capacity(4096),
            microseconds: 1_700_000_000_000_000,
            bytes: 24,
        })
    }

    /// Lets so many microseconds pass.
    pub(crate) fn pass(&mut self, microseconds: u64) {
        self.microseconds += microseconds;
    }

    /// A TCP segment.
    pub(crate) fn tcp(&mut self, tcp: Tcp, payload: &[u8]) -> io::Result<()> {
        self.frame.clear();
        self.outer(ETHERNET + IPV4 + TCP + payload.len());
        inner_ip(
            &mut self.frame,
            6,
            (tcp.from.ip, tcp.to.ip),
            TCP + payload.len(),
        );
        let at = self.frame.len();
        put(&mut self.frame, &tcp.from.port.to_be_bytes());
        put(&mut self.frame, &tcp.to.port.to_be_bytes());
        put(&mut self.frame, &tcp.seq.to_be_bytes());
        put(&mut self.frame, &tcp.ack.to_be_bytes());
        put(&mut self.frame, &[0x50, tcp.flags, 0xff, 0xff, 0, 0, 0, 0]);
        put(&mut self.frame, payload);
        let length = (self.frame.len() - at) as u64;
        let pseudo = halves(tcp.from.ip) + halves(tcp.to.ip) + 6 + length;
        let sum = checksum(pseudo, &self.frame[at..]);
        self.frame[at + 16..at + 18].copy_from_slice(&sum.to_be_bytes());
        self.record()
    }

    /// A UDP datagram, without checksum as RFC 768 allows.
    pub(crate) fn udp(&mut self, from: End, to: End, payload: &[u8]) -> io::Result<()> {
        self.frame.clear();
        self.outer(ETHERNET + IPV4 + UDP + payload.len());
        inner_ip(&mut self.frame, 17, (from.ip, to.ip), UDP + payload.len());
        udp_header(&mut self.frame, from.port, to.port, payload.len());
        put(&mut self.frame, payload);
        self.record()
    }

    /// Ends the capture.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// The headers around an Ethernet frame of `length` bytes, and its own Ethernet header without the EtherType.
    fn outer(&mut self, length: usize) {
        let ends = (0x0a63_0001, 0x0a63_0002);
        match self.wrap {
            Wrap::Bare => {}
            Wrap::Vxlan => {
                macs(&mut self.frame);
                inner_ip(&mut self.frame, 17, ends, UDP + 8 + length);
                udp_header(&mut self.frame, 50_000, 4789, 8 + length);
                put(&mut self.frame, &[8, 0, 0, 0, 0, 0, 42, 0]);
            }
            Wrap::Gre => {
                macs(&mut self.frame);
                put(&mut self.frame, &[0x88, 0xa8, 0, 7, 0x81, 0, 0, 9]);
                inner_ip(&mut self.frame, 47, ends, 4 + length);
                put(&mut self.frame, &[0, 0, 0x65, 0x58]);
            }
        }
        macs(&mut self.frame);
    }

    fn record(&mut self) -> io::Result<()> {
        let length = self.frame.len() as u32;
        let words = [
            (self.microseconds / 1_000_000) as u32,
            (self.microseconds % 1_000_000) as u32,
            length,
            length,
        ];
        for word in words {
            self.out.write_all(&word.to_le_bytes())?;
        }
        self.bytes += (RECORD + self.frame.len()) as u64;
        self.out.write_all(&self.frame)
    }
}

fn put(frame: &mut Vec<u8>, bytes: &[u8]) {
    frame.extend_from_slice(bytes);
}

fn macs(frame: &mut Vec<u8>) {
    put(frame, &[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2]);
}

/// EtherType and IPv4 header.
fn inner_ip(frame: &mut Vec<u8>, protocol: u8, ends: (u32, u32), length: usize) {
    put(frame, &[8, 0]);
    let at = frame.len();
    put(frame, &[0x45, 0]);
    put(frame, &((IPV4 + length) as u16).to_be_bytes());
    put(frame, &[0, 0, 0x40, 0, 64, protocol, 0, 0]);
    put(frame, &ends.0.to_be_bytes());
    put(frame, &ends.1.to_be_bytes());
    let sum = checksum(0, &frame[at..]);
    frame[at + 10..at + 12].copy_from_slice(&sum.to_be_bytes());
}

fn udp_header(frame: &mut Vec<u8>, from: u16, to: u16, length: usize) {
    for word in [from, to, (UDP + length) as u16, 0] {
        put(frame, &word.to_be_bytes());
    }
}

const fn halves(ip: u32) -> u64 {
    (ip >> 16) as u64 + (ip & 0xffff) as u64
}

/// The Internet checksum (RFC 1071) over `bytes`, begun with `sum`.
fn checksum(sum: u64, bytes: &[u8]) -> u16 {
    let (pairs, last) = bytes.as_chunks::<2>();
    let words: u64 = pairs
        .iter()
        .map(|pair| u64::from(u16::from_be_bytes(*pair)))
        .sum();
    let mut sum = sum + words + last.first().map_or(0, |byte| u64::from(*byte) << 8);
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}
