//! Which connection a packet belongs to, the same for both directions.

use std::net::IpAddr;

use crate::packet::Addresses;

/// The two ends of a TCP connection in an order that does not depend on who sent the packet.
///
/// IPv4 addresses are held in their IPv4-mapped form (RFC 4291 section 2.5.5.2), so that one layout serves both.
/// VLAN tags and tunnels are left out on purpose: a mirror that shows a packet before and after routing shows the same
/// connection twice.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct FlowKey {
    low: Words,
    high: Words,
    low_port: u16,
    high_port: u16,
}

/// An IPv6 address as numbers, the first bytes first: words are copied, compared and hashed faster than bytes.
type Words = [u32; 4];

/// Who sent a packet, in terms of its [`FlowKey`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// From the lower end to the higher.
    Up,
    /// From the higher end to the lower.
    Down,
}

impl Way {
    /// 0 or 1, for arrays of two.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The other way.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::Up => Self::Down,
            Self::Down => Self::Up,
        }
    }
}

impl FlowKey {
    /// The key of a packet and the way it went.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "where the frame is read it is known which kind of addresses it has"
    )]
    pub fn new(addresses: &Addresses, source_port: u16, destination_port: u16) -> (Self, Way) {
        let (source, destination, is_up) = match *addresses {
            Addresses::V4 {
                source,
                destination,
            } => {
                let (source, destination) =
                    (u32::from_be_bytes(source), u32::from_be_bytes(destination));
                let is_up = (source, source_port) <= (destination, destination_port);
                (mapped(source), mapped(destination), is_up)
            }
            Addresses::V6 {
                source,
                destination,
            } => {
                let (source, destination) = (words(source), words(destination));
                let is_up = (source, source_port) <= (destination, destination_port);
                (source, destination, is_up)
            }
        };
        if is_up {
            let key = Self {
                low: source,
                high: destination,
                low_port: source_port,
                high_port: destination_port,
            };
            (key, Way::Up)
        } else {
            let key = Self {
                low: destination,
                high: source,
                low_port: destination_port,
                high_port: source_port,
            };
            (key, Way::Down)
        }
    }

    /// The end that sends packets going `way`.
    pub fn sender(&self, way: Way) -> (IpAddr, u16) {
        match way {
            Way::Up => (address(self.low), self.low_port),
            Way::Down => (address(self.high), self.high_port),
        }
    }

    /// Source and destination of packets going `way`, as the packet had them.
    pub fn addresses(&self, way: Way) -> Addresses {
        let (source, destination) = match way {
            Way::Up => (self.low, self.high),
            Way::Down => (self.high, self.low),
        };
        match (unmapped(source), unmapped(destination)) {
            (Some(source), Some(destination)) => Addresses::V4 {
                source,
                destination,
            },
            _ => Addresses::V6 {
                source: bytes(source),
                destination: bytes(destination),
            },
        }
    }

    /// The sum of both addresses, for [`checksum::tcp_between`](crate::packet::checksum::tcp_between).
    #[inline]
    pub fn sum(&self) -> u64 {
        let words = self.low.iter().chain(&self.high);
        words.map(|word| u64::from(*word)).sum()
    }

    /// The port of the end that sends packets going `way`.
    pub const fn sender_port(&self, way: Way) -> u16 {
        match way {
            Way::Up => self.low_port,
            Way::Down => self.high_port,
        }
    }

    /// A hash of both ends under `seed`. With a fixed seed it picks the worker; with a secret one it places the flow in a
    /// table, so that whoever sends the packets cannot choose the slot.
    #[inline]
    pub fn hash_with(&self, seed: u64) -> u64 {
        let halves = |[a, b, c, d]: Words| {
            let pair = |high, low| u64::from(high) << 32 | u64::from(low);
            [pair(a, b), pair(c, d)]
        };
        let (low, high) = (halves(self.low), halves(self.high));
        let ports = u64::from(self.low_port) << 16 | u64::from(self.high_port);
        let mut state = seed ^ ports;
        state = fold(state ^ low[1], 0x9e37_79b9_7f4a_7c15 ^ high[1]);
        fold(state ^ low[0], 0xd1b5_4a32_d192_ed03 ^ high[0] ^ seed)
    }
}

/// IPv4-mapped form of an IPv4 address.
#[inline]
const fn mapped(v4: u32) -> Words {
    [0, 0, 0xffff, v4]
}

const fn unmapped(words: Words) -> Option<[u8; 4]> {
    match words {
        [0, 0, 0xffff, v4] => Some(v4.to_be_bytes()),
        _ => None,
    }
}

#[inline]
fn words(address: [u8; 16]) -> Words {
    let number = u128::from_be_bytes(address);
    [96, 64, 32, 0].map(|shift| (number >> shift) as u32)
}

fn bytes(words: Words) -> [u8; 16] {
    let number = |sum: u128, word: u32| sum << 32 | u128::from(word);
    words.into_iter().fold(0, number).to_be_bytes()
}

fn address(words: Words) -> IpAddr {
    match unmapped(words) {
        Some(v4) => IpAddr::from(v4),
        None => IpAddr::from(bytes(words)),
    }
}

/// Multiplies to 128 bits and folds the halves together: every input bit reaches every output bit.
#[inline]
const fn fold(a: u64, b: u64) -> u64 {
    let product = (a as u128) * (b as u128);
    (product as u64) ^ ((product >> 64) as u64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::packet::checksum;

    #[test]
    fn both_directions_share_a_key() {
        let (here, there) = ([10, 0, 0, 9], [52, 96, 0, 1]);
        let out = Addresses::V4 {
            source: here,
            destination: there,
        };
        let (forth, up) = FlowKey::new(&out, 40000, 587);
        let (back, down) = FlowKey::new(
            &Addresses::V4 {
                source: there,
                destination: here,
            },
            587,
            40000,
        );
        assert_eq!(forth.addresses(up), out);
        assert_eq!(forth, back);
        assert_eq!(up, down.reversed());
        assert_eq!(forth.sender(up), ("10.0.0.9".parse().unwrap(), 40000));
        assert_eq!(forth.sender(down), ("52.96.0.1".parse().unwrap(), 587));
        assert_eq!(forth.hash_with(7), back.hash_with(7));
        assert_ne!(forth.hash_with(7), back.hash_with(8));
    }

    proptest! {
        /// RFC 1071: the mapped form of IPv4 addresses adds nothing to a checksum.
        #[test]
        fn checksums_are_those_of_the_packet(
            source in any::<[u8; 4]>(), destination in any::<[u8; 4]>(), tcp in proptest::collection::vec(any::<u8>(), 20..60),
        ) {
            let addresses = Addresses::V4 { source, destination };
            let (key, _) = FlowKey::new(&addresses, 1, 2);
            let length = tcp.len() as u32;
            prop_assert_eq!(
                checksum::tcp_between(key.sum(), &tcp, length),
                checksum::tcp(&addresses, &tcp, length)
            );
        }
    }
}
