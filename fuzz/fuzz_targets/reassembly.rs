//! Parts of one known stream in any order, cut and repeated: every byte handed on stands at its own place.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tlstally::flow::reassembly::{Direction, MAX_HELD_BYTES};
use tlstally::piece::Piece;
use tlstally::time::Timestamp;
use tlstally_fuzz::Input;

/// The byte that stands at `place` of the stream.
fn byte_at(place: u64) -> u8 {
    (place.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8
}

fuzz_target!(|data: &[u8]| {
    let mut input = Input(data);
    let start = u32::from(input.u16()) << 16 | u32::from(input.u16());
    let mut direction = Direction::default();
    let mut place = 0u64;
    let mut check = |piece: Piece<'_>| match piece {
        Piece::Bytes(bytes, _) => {
            for byte in bytes {
                assert_eq!(*byte, byte_at(place));
                place += 1;
            }
        }
        Piece::Gap(length) => place += u64::from(length),
    };
    direction.start_at(start);
    while !input.is_empty() {
        let kind = input.u8();
        let (at, length) = (u32::from(input.u16()), u32::from(input.u16() & 0x0fff));
        match kind {
            0..=3 => direction.end_at(start.wrapping_add(at)),
            4 => direction.flush(&mut check),
            _ => {
                let captured = if kind < 32 { length / 2 } else { length };
                let bytes: Vec<u8> = (0..captured).map(|n| byte_at(u64::from(at + n))).collect();
                let seq = start.wrapping_add(at);
                direction.push(seq, &bytes, length, Timestamp(0), &mut check);
            }
        }
        assert!(direction.held_bytes() <= MAX_HELD_BYTES + (1 << 16));
    }
    direction.flush(&mut check);
});
