//! The TCP checksum (RFC 9293 section 3.1, RFC 1071; RFC 8200 section 8.1 for IPv6), and what else its field may hold.
//!
//! A capture taken on the sending machine sees segments before the card has filled the field in. Such a segment is not
//! damaged: the system leaves the sum over the pseudo-header there, or nothing.

use super::decoded::Addresses;
use super::ip_protocol::TCP;

/// Offset of the field in a TCP header.
const FIELD: usize = 16;

/// What a checksum says about its segment.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Checksum {
    /// It is right.
    Good,
    /// The card was to fill it in: 0, or the sum over the pseudo-header alone.
    Offloaded,
    /// It is wrong: the segment was damaged, or never meant for TCP.
    Bad,
    /// Part of the segment is missing.
    Unknown,
}

/// Checks a TCP segment: `segment` is what was captured of header and payload, `length` their length on the wire.
pub fn tcp(addresses: &Addresses, segment: &[u8], length: u32) -> Checksum {
    tcp_between(sum_of_addresses(addresses), segment, length)
}

/// The same with the sum of both addresses as 16-bit words. Of an IPv4 address that may be the sum of its IPv4-mapped
/// form: what that has more, twice 0xffff, is nothing in this arithmetic (RFC 1071).
pub fn tcp_between(addresses: u64, segment: &[u8], length: u32) -> Checksum {
    let Some([high, low]) = segment
        .get(FIELD..)
        .and_then(|field| field.first_chunk())
        .copied()
    else {
        return Checksum::Unknown;
    };
    let field = u16::from_be_bytes([high, low]);
    let hosts = addresses + TCP as u64;
    let whole = segment.len() >= length as usize;
    let segment = segment.get(..length as usize).unwrap_or(segment);
    if whole && fold(hosts + length as u64 + sum(segment)) == u16::MAX {
        return Checksum::Good;
    }
    // Cards that cut segments are given the sum without the length.
    if field == 0 || field == fold(hosts + length as u64) || field == fold(hosts) {
        return Checksum::Offloaded;
    }
    if whole {
        Checksum::Bad
    } else {
        Checksum::Unknown
    }
}

/// Whether a header that holds its own checksum, as IPv4's does, sums up.
pub(super) fn is_whole(header: &[u8]) -> bool {
    fold(sum(header)) == u16::MAX
}

fn sum_of_addresses(addresses: &Addresses) -> u64 {
    match addresses {
        Addresses::V4 {
            source,
            destination,
        } => sum(source) + sum(destination),
        Addresses::V6 {
            source,
            destination,
        } => sum(source) + sum(destination),
    }
}

/// Sum of 16-bit big-endian words, an odd last byte in front of a zero. Four bytes at a time and lowest byte first: two
/// words side by side, and words of the other order, add up to the same sum once folded and turned round (RFC 1071
/// section 2).
#[inline]
pub fn sum(bytes: &[u8]) -> u64 {
    let (words, tail) = bytes.as_chunks::<4>();
    let sum: u64 = words
        .iter()
        .map(|word| u64::from(u32::from_le_bytes(*word)))
        .sum();
    let last = match *tail {
        [] => 0,
        [a] => u32::from_le_bytes([a, 0, 0, 0]),
        [a, b] => u32::from_le_bytes([a, b, 0, 0]),
        [a, b, c, ..] => u32::from_le_bytes([a, b, c, 0]),
    };
    u64::from(fold(sum + u64::from(last)).swap_bytes())
}

/// Adds the carries back in until 16 bits are left. The second addition of each width cannot carry any more.
const fn fold(sum: u64) -> u16 {
    let sum = (sum >> 32) + (sum & 0xffff_ffff);
    let sum = (sum >> 32) + (sum & 0xffff_ffff);
    let sum = (sum >> 16) + (sum & 0xffff);
    let sum = (sum >> 16) + (sum & 0xffff);
    sum as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use etherparse::{IpNumber, Ipv4Header, Ipv6Header, TcpHeader};
    use proptest::prelude::*;

    const V4: Addresses = Addresses::V4 {
        source: [192, 168, 1, 2],
        destination: [192, 168, 1, 1],
    };

    #[test]
    fn sums_the_example_of_rfc_1071() {
        // Section 3: 00 01 f2 03 f4 f5 f6 f7 add up to 2ddf0, which folds to ddf2.
        let example = [0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7];
        assert_eq!(fold(sum(&example)), 0xddf2);
        assert_eq!(fold(sum(&[0x01])), 0x0100);
    }

    #[test]
    fn a_segment_that_the_card_was_to_finish_is_not_bad() {
        let mut segment = vec![7; 33];
        let pseudo = fold(sum_of_addresses(&V4) + 6 + 33);
        for field in [0, pseudo, fold(sum_of_addresses(&V4) + 6)] {
            segment[FIELD..FIELD + 2].copy_from_slice(&field.to_be_bytes());
            assert_eq!(tcp(&V4, &segment, 33), Checksum::Offloaded);
            assert_eq!(tcp(&V4, &segment[..30], 33), Checksum::Offloaded);
        }
        segment[FIELD] ^= 1;
        assert_eq!(tcp(&V4, &segment, 33), Checksum::Bad);
        assert_eq!(tcp(&V4, &segment[..30], 33), Checksum::Unknown);
        assert_eq!(tcp(&V4, &segment[..17], 33), Checksum::Unknown);
    }

    proptest! {
        /// etherparse sums on its own.
        #[test]
        fn agrees_with_etherparse(
            source: [u8; 16], destination: [u8; 16], header: [u8; 16], payload in prop::collection::vec(any::<u8>(), 0..200),
            flip in any::<prop::sample::Index>(), bit in 0..8u8, six: bool,
        ) {
            let ports = |at: usize| u16::from_be_bytes([header[at], header[at + 1]]);
            let mut tcp_header = TcpHeader::new(ports(0), ports(2), 7, ports(4));
            let (a, b) = (source.first_chunk().unwrap(), destination.first_chunk().unwrap());
            let addresses = if six {
                let ip = Ipv6Header { source, destination, ..Default::default() };
                tcp_header.checksum = tcp_header.calc_checksum_ipv6(&ip, &payload).unwrap();
                Addresses::V6 { source, destination }
            } else {
                let ip = Ipv4Header::new(0, 64, IpNumber::TCP, *a, *b).unwrap();
                tcp_header.checksum = tcp_header.calc_checksum_ipv4(&ip, &payload).unwrap();
                Addresses::V4 { source: *a, destination: *b }
            };
            let mut segment = tcp_header.to_bytes().to_vec();
            segment.extend(&payload);
            let length = segment.len() as u32;
            prop_assert_eq!(tcp(&addresses, &segment, length), Checksum::Good);
            segment[flip.index(length as usize)] ^= 1 << bit;
            prop_assert_ne!(tcp(&addresses, &segment, length), Checksum::Good);
        }
    }
}
