//! Who makes the network card behind a MAC address: the IEEE Registration Authority's public listing, compiled in
//! (`data/README.md` has its date).
//!
//! The smallest block that holds an address counts (MA-S has 36 bits, MA-M 28, MA-L 24). Addresses that an administrator or a
//! program made up, and those of groups, belong to nobody (IEEE Std 802 clause 8.2: the U/L and I/G bits).

use std::io::Read;
use std::sync::LazyLock;

use hashbrown::HashMap;
use memchr::{memchr, memchr_iter};

/// Name, tab, blocks in hex; compressed with Zstandard. Made by `tools/vendors.py`.
static LISTING: &[u8] = include_bytes!("../../data/vendors/vendors.tsv.zst");

/// Hex digits of a block, longest first.
const DIGITS: [u8; 3] = [9, 7, 6];
/// As many blocks as the listing has, about.
const BLOCKS: usize = 56_000;
/// Locally administered, or a group's.
const NOBODYS: u8 = 0b11;

static VENDORS: LazyLock<Vendors> = LazyLock::new(|| Vendors::of(LISTING));

/// The holder of the block that `mac` is from, as the listing writes it.
pub fn vendor(mac: [u8; 6]) -> Option<&'static str> {
    VENDORS.holder(mac)
}

/// The listing, ready to be asked.
#[derive(Debug, Default)]
struct Vendors {
    text: String,
    /// By [`key`] of a block, where its holder's name begins and ends in `text`.
    blocks: HashMap<u64, (u32, u32)>,
}

impl Vendors {
    /// A listing that cannot be read is an empty one: a test holds that the one compiled in can.
    fn of(compressed: &[u8]) -> Self {
        let mut text = String::new();
        let read = zstd::Decoder::new(compressed)
            .and_then(|mut decoder| decoder.read_to_string(&mut text));
        if read.is_err() {
            return Self::default();
        }
        let mut blocks = HashMap::with_capacity(BLOCKS);
        let (bytes, mut at) = (text.as_bytes(), 0);
        for end in memchr_iter(b'\n', bytes) {
            let line = bytes.get(at..end).unwrap_or_default();
            if let Some(tab) = memchr(b'\t', line) {
                let name = (at as u32, (at + tab) as u32);
                let list = line.get(tab + 1..).unwrap_or_default();
                blocks.extend(
                    list.split(|byte| *byte == b' ')
                        .filter_map(|block| Some((key_of(block)?, name))),
                );
            }
            at = end + 1;
        }
        Self { text, blocks }
    }

    fn holder(&self, mac: [u8; 6]) -> Option<&str> {
        if mac[0] & NOBODYS != 0 {
            return None;
        }
        let number = mac
            .iter()
            .fold(0, |number, byte| number << 8 | u64::from(*byte));
        DIGITS.into_iter().find_map(|digits| {
            let wanted = key(digits, number >> (48 - 4 * u32::from(digits)));
            let (from, to) = self.blocks.get(&wanted)?;
            self.text.get(*from as usize..*to as usize)
        })
    }
}

fn key_of(block: &[u8]) -> Option<u64> {
    let number = block.iter().try_fold(0, |number, digit| {
        Some(number << 4 | u64::from(char::from(*digit).to_digit(16)?))
    })?;
    Some(key(u8::try_from(block.len()).ok()?, number))
}

const fn key(digits: u8, block: u64) -> u64 {
    (digits as u64) << 36 | block
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As in Debian's package ieee-data 20220827.1, which was made from the same registry four years earlier.
    #[test]
    fn holders_of_blocks_of_each_size() {
        for (mac, holder) in [
            ([0x00, 0x00, 0x0c, 1, 2, 3], "Cisco Systems, Inc"),
            ([0x00, 0x00, 0x00, 1, 2, 3], "XEROX CORPORATION"),
            ([0x20, 0x85, 0x93, 0xb1, 2, 3], "IOG Products LLC"),
            ([0x70, 0xb3, 0xd5, 0xf2, 0xf3, 0], "TELEPLATFORMS"),
            ([0x70, 0xb3, 0xd5, 0x71, 0x9f, 0xff], "2M Technology"),
        ] {
            assert_eq!(vendor(mac), Some(holder), "{mac:x?}");
        }
        assert!(VENDORS.blocks.len() > 50_000);
    }

    /// IEEE Std 802 clause 8.2; and blocks whose holder is not public.
    #[test]
    fn nobody_makes_these() {
        for mac in [
            [0x02, 0x00, 0x0c, 1, 2, 3],
            [0x01, 0x00, 0x0c, 0xcc, 0xcc, 0xcc],
            [0xff; 6],
            [0x74, 0x1a, 0xe0, 0x90, 0, 0],
        ] {
            assert_eq!(vendor(mac), None, "{mac:x?}");
        }
    }

    #[test]
    fn a_listing_that_cannot_be_read_knows_nobody() {
        assert_eq!(Vendors::of(b"no zstd").holder([0, 0, 0x0c, 1, 2, 3]), None);
    }
}
