//! Community ID v1 of a TCP connection: the same string for both directions and in every tool that follows the
//! specification (<https://github.com/corelight/community-id-spec>), so that records here can be joined with Zeek's,
//! Suricata's or Arkime's. Seed 0, the default everywhere.

use std::fmt;
use std::net::IpAddr;

use sha1::{Digest, Sha1};

use super::json::Plain;
use crate::base64;

/// TCP in the IANA protocol numbers.
const TCP: u8 = 6;

/// A Community ID; prints as `1:` and 28 characters of base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommunityId([u8; 20]);

impl CommunityId {
    /// Of the TCP connection between two addresses and ports, whichever is named first.
    pub fn of(one: (IpAddr, u16), other: (IpAddr, u16)) -> Self {
        let (low, high) = if one <= other {
            (one, other)
        } else {
            (other, one)
        };
        let mut hash = Sha1::new_with_prefix([0, 0]);
        update_address(&mut hash, low.0);
        update_address(&mut hash, high.0);
        let [a, b] = low.1.to_be_bytes();
        let [c, d] = high.1.to_be_bytes();
        hash.update([TCP, 0, a, b, c, d]);
        Self(hash.finalize().into())
    }

    /// Base64 behind the version.
    fn text(self) -> [u8; 30] {
        let mut text = *b"1:============================";
        let (_, quads) = text.split_at_mut(2);
        for (group, quad) in self.0.chunks(3).zip(quads.chunks_mut(4)) {
            quad.copy_from_slice(&base64::quad(group));
        }
        text
    }
}

fn update_address(hash: &mut Sha1, address: IpAddr) {
    match address {
        IpAddr::V4(address) => hash.update(address.octets()),
        IpAddr::V6(address) => hash.update(address.octets()),
    }
}

impl Plain for CommunityId {
    fn append(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.text());
    }
}

impl fmt::Display for CommunityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.text()).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(from: &str, from_port: u16, to: &str, to_port: u16) -> String {
        let (from, to) = (from.parse().unwrap(), to.parse().unwrap());
        let forth = CommunityId::of((from, from_port), (to, to_port));
        assert_eq!(forth, CommunityId::of((to, to_port), (from, from_port)));
        forth.to_string()
    }

    /// The TCP vectors published with the specification (its `baseline` folder).
    #[test]
    fn published_vectors() {
        assert_eq!(
            id("128.232.110.120", 34855, "66.35.250.204", 80),
            "1:LQU9qZlK+B5F3KDmev6m5PMibrg="
        );
        assert_eq!(
            id(
                "2001:470:e5bf:dead:4957:2174:e82c:4887",
                63943,
                "2607:f8b0:400c:c03::1a",
                25
            ),
            "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4="
        );
    }
}
