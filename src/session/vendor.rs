//! Who makes the network card behind a MAC address: the IEEE Registration Authority's public listing, compiled in
//! (`data/README.md` has its date).
//!
//! The smallest block that holds an address counts (MA-S has 36 bits, MA-M 28, MA-L 24). Addresses that an administrator or a
//! program made up, and those of groups, belong to nobody (IEEE Std 802 clause 8.2: the U/L and I/G bits).

/// Made by `tools/vendors.py`, which describes it; searched as it is, so that nothing is done for it before the first question.
static LISTING: &[u8] = include_bytes!("../../data/vendors/vendors.bin");

/// Bits of a block, and bytes that hold them, in the order of the listing.
const SIZES: [(u32, usize); 3] = [(36, 5), (28, 4), (24, 3)];
/// Bytes of a count, and of a place in the text.
const COUNT: usize = 4;
/// Bytes of the number of a name.
const NUMBER: usize = 2;
/// Locally administered, or a group's.
const NOBODYS: u8 = 0b11;

/// The holder of the block that `mac` is from, as the listing writes it.
pub fn vendor(mac: [u8; 6]) -> Option<&'static str> {
    holder(LISTING, mac)
}

/// Blocks of one size.
struct Size<'a> {
    bits: u32,
    /// Bytes of a block.
    width: usize,
    /// In order.
    blocks: &'a [u8],
    /// For each block the number of its holder's name.
    names: &'a [u8],
    /// What follows in the listing.
    rest: &'a [u8],
}

/// A listing that cannot be read knows nobody: a test holds that the one compiled in can.
fn holder(listing: &[u8], mac: [u8; 6]) -> Option<&str> {
    if mac[0] & NOBODYS != 0 {
        return None;
    }
    let sizes = sizes(listing)?;
    let number = sizes.iter().find_map(|size| size.number(mac))?;
    name(
        sizes.last()?.rest,
        read(listing, SIZES.len(), COUNT)?,
        number,
    )
}

fn sizes(listing: &[u8]) -> Option<Vec<Size<'_>>> {
    let mut rest = listing.get((SIZES.len() + 1) * COUNT..)?;
    let mut sizes = Vec::with_capacity(SIZES.len());
    for (at, (bits, width)) in SIZES.into_iter().enumerate() {
        let count = read(listing, at, COUNT)?;
        let (blocks, behind) = rest.split_at_checked(count * width)?;
        let (names, behind) = behind.split_at_checked(count * NUMBER)?;
        rest = behind;
        sizes.push(Size {
            bits,
            width,
            blocks,
            names,
            rest,
        });
    }
    Some(sizes)
}

impl Size<'_> {
    /// The number of the name of who holds the block that `mac` is from.
    fn number(&self, mac: [u8; 6]) -> Option<usize> {
        let mac = mac
            .iter()
            .fold(0, |number, byte| number << 8 | u64::from(*byte));
        let wanted = mac >> (48 - self.bits);
        let block = |at: usize| {
            let bytes = self.blocks.get(at * self.width..(at + 1) * self.width)?;
            Some(
                bytes
                    .iter()
                    .fold(0, |number, byte| number << 8 | u64::from(*byte)),
            )
        };
        let (mut from, mut to) = (0, self.names.len() / NUMBER);
        while from < to {
            let middle = usize::midpoint(from, to);
            if block(middle)? < wanted {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        if block(from)? == wanted {
            read(self.names, from, NUMBER)
        } else {
            None
        }
    }
}

/// The name with this number, out of `count` names.
fn name(names: &[u8], count: usize, number: usize) -> Option<&str> {
    let text = names.get((count + 1) * COUNT..)?;
    let place = |number| read(names, number, COUNT);
    // The end of the text is looked at too: where it is missing, nothing is believed.
    text.get(..place(count)?)?;
    std::str::from_utf8(text.get(place(number)?..place(number + 1)?)?).ok()
}

/// The number at place `at` of numbers of so many bytes.
fn read(numbers: &[u8], at: usize, bytes: usize) -> Option<usize> {
    let number = numbers.get(at * bytes..(at + 1) * bytes)?;
    Some(
        number
            .iter()
            .rev()
            .fold(0, |number, byte| number << 8 | usize::from(*byte)),
    )
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
        let blocks: usize = sizes(LISTING)
            .unwrap()
            .iter()
            .map(|size| size.names.len() / NUMBER)
            .sum();
        assert!(blocks > 50_000);
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

    /// Wherever it ends, and whatever its counts say.
    #[test]
    fn a_listing_that_cannot_be_read_knows_nobody() {
        let mac = [0, 0, 0x0c, 1, 2, 3];
        assert!(holder(LISTING, mac).is_some());
        let ends = (0..200).chain((200..LISTING.len()).step_by(997));
        for end in ends {
            assert_eq!(holder(&LISTING[..end], mac), None, "{end} bytes");
        }
        let mut counts = LISTING.to_vec();
        counts[..12].fill(0xff);
        assert_eq!(holder(&counts, mac), None);
    }
}
