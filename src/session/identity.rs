//! The identity of a session: 64 bits that are the same whenever the same sensor reads the same session, so that reading
//! a capture twice never counts twice and any store can deduplicate.
//!
//! Defined as the first eight bytes (big-endian) of SHA-256 over, in this order and without padding:
//!
//! 1. the sensor's name: its length in bytes as a 32-bit number, then its bytes,
//! 2. the client's address, then the server's: one byte `4` or `6`, then 4 or 16 bytes,
//! 3. the client's port, then the server's: 16 bits each,
//! 4. the sequence number of the session's first packet: 32 bits,
//! 5. the time of that packet: nanoseconds since the epoch, 64 bits.
//!
//! All numbers in network order. This never changes: stores hold these values.

use std::net::IpAddr;

use sha2::{Digest, Sha256};

use crate::time::Timestamp;

/// The identity of the session that `client` opened to `server`, as `sensor` saw it; `sequence` and `start` are those of
/// its first packet.
pub fn session_id(
    sensor: &str,
    client: (IpAddr, u16),
    server: (IpAddr, u16),
    sequence: u32,
    start: Timestamp,
) -> u64 {
    let mut hash = Sha256::new();
    hash.update((sensor.len() as u32).to_be_bytes());
    hash.update(sensor);
    update_address(&mut hash, client.0);
    update_address(&mut hash, server.0);
    hash.update(client.1.to_be_bytes());
    hash.update(server.1.to_be_bytes());
    hash.update(sequence.to_be_bytes());
    hash.update(start.0.to_be_bytes());
    let digest: [u8; 32] = hash.finalize().into();
    digest
        .iter()
        .take(8)
        .fold(0, |id, byte| id << 8 | u64::from(*byte))
}

fn update_address(hash: &mut Sha256, address: IpAddr) {
    match address {
        IpAddr::V4(address) => {
            hash.update([4]);
            hash.update(address.octets());
        }
        IpAddr::V6(address) => {
            hash.update([6]);
            hash.update(address.octets());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIENT: (IpAddr, u16) = (IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 5)), 49152);
    const SERVER: (IpAddr, u16) = (IpAddr::V4(std::net::Ipv4Addr::new(52, 97, 0, 1)), 587);

    /// `printf '\0\0\0\4edge\4\12\0\0\5\4\64\141\0\1\300\0\2\113\0\0\3\350\0\0\0\0\0\0\0\7' | sha256sum`
    #[test]
    fn is_what_the_definition_says() {
        let id = session_id("edge", CLIENT, SERVER, 1000, Timestamp(7));
        assert_eq!(format!("{id:016x}"), "5ca4ea425373602b");
    }

    #[test]
    fn every_part_counts() {
        let base = session_id("edge", CLIENT, SERVER, 1000, Timestamp(7));
        let later = (CLIENT.0, CLIENT.1 + 1);
        for other in [
            session_id("edg", CLIENT, SERVER, 1000, Timestamp(7)),
            session_id("edge", SERVER, CLIENT, 1000, Timestamp(7)),
            session_id("edge", later, SERVER, 1000, Timestamp(7)),
            session_id("edge", CLIENT, SERVER, 1001, Timestamp(7)),
            session_id("edge", CLIENT, SERVER, 1000, Timestamp(8)),
        ] {
            assert_ne!(base, other);
        }
    }
}
