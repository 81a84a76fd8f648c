//! The least that any reader of captures must do, to compare with: `walk FILE` reads a pcap file in pieces of 256 KiB, looks at
//! every record header and, in Ethernet frames with plain IPv4, at the ports, and prints what it counted. It does nothing else.

use std::error::Error;
use std::fs::File;
use std::io::Read;

/// Bytes read at a time.
const BLOCK: usize = 256 << 10;
/// Bytes of the file header and of a record's.
const HEADER: usize = 24;
const RECORD: usize = 16;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: walk FILE")?;
    let mut file = File::open(path)?;
    let mut block = vec![0; BLOCK];
    let mut walk = Walk::default();
    let (mut held, mut at) = (0, HEADER);
    loop {
        let count = file.read(&mut block[held..])?;
        if count == 0 {
            break;
        }
        let bytes = &block[..held + count];
        at = walk.records(bytes, at);
        let left = at..bytes.len();
        held = left.len();
        block.copy_within(left, 0);
        at = 0;
    }
    #[expect(clippy::print_stdout, reason = "what it counted is the answer")]
    {
        println!("{} packets, {} of SMTP", walk.packets, walk.matching);
    }
    Ok(())
}

#[derive(Default)]
struct Walk {
    packets: u64,
    matching: u64,
}

impl Walk {
    /// Walks the whole records from `at` on; where the first that is not whole begins.
    fn records(&mut self, bytes: &[u8], mut at: usize) -> usize {
        while let Some(length) = word(bytes, at + 8) {
            let next = at + RECORD + length as usize;
            let Some(frame) = bytes.get(at + RECORD..next) else {
                break;
            };
            self.packets += 1;
            self.matching += u64::from(is_smtp(frame));
            at = next;
        }
        at
    }
}

fn is_smtp(frame: &[u8]) -> bool {
    let Some(head) = frame.first_chunk::<38>() else {
        return false;
    };
    let is_tcp = head[12..15] == [8, 0, 0x45] && head[23] == 6;
    let watched =
        |at: usize| matches!(u16::from_be_bytes([head[at], head[at + 1]]), 25 | 465 | 587);
    is_tcp && (watched(34) || watched(36))
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes
        .get(at..)?
        .first_chunk()
        .copied()
        .map(u32::from_le_bytes)
}
