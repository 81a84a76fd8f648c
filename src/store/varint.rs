//! Whole numbers in as few bytes as they need: seven bits a byte, lowest first, the top bit says that more follow (LEB128).

use super::damage::{Damage, Result};

/// Appends `value`.
pub(super) fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a number that may be negative, small ones in few bytes either way.
pub(super) fn put_signed(out: &mut Vec<u8>, value: i64) {
    put(out, ((value << 1) ^ (value >> 63)).cast_unsigned());
}

/// Reads what [`put`] wrote.
pub(super) struct Numbers<'a>(pub(super) &'a [u8]);

impl<'a> Numbers<'a> {
    /// The next number.
    pub(super) fn next(&mut self) -> Result<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first().ok_or(Damage::Short)?;
            self.0 = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Damage::Number)
    }

    /// The next number, of those that [`put_signed`] wrote.
    pub(super) fn next_signed(&mut self) -> Result<i64> {
        let value = self.next()?;
        Ok((value >> 1).cast_signed() ^ -((value & 1).cast_signed()))
    }

    /// The next `count` bytes as they are.
    pub(super) fn bytes(&mut self, count: usize) -> Result<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(count).ok_or(Damage::Short)?;
        self.0 = rest;
        Ok(bytes)
    }

    /// Whether nothing is left.
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_number_comes_back(value in any::<u64>(), signed in any::<i64>()) {
            let mut out = Vec::new();
            put(&mut out, value);
            put_signed(&mut out, signed);
            let mut numbers = Numbers(&out);
            prop_assert_eq!(numbers.next().unwrap(), value);
            prop_assert_eq!(numbers.next_signed().unwrap(), signed);
            prop_assert!(numbers.is_empty());
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..24)) {
            let mut numbers = Numbers(&bytes);
            while !numbers.is_empty() && numbers.next().is_ok() {}
        }
    }

    /// The examples of the DWARF 5 specification, section 7.6.
    #[test]
    fn small_numbers_are_short() {
        for (value, expected) in [
            (2u64, vec![2]),
            (127, vec![127]),
            (128, vec![0x80, 1]),
            (12_857, vec![0xb9, 0x64]),
        ] {
            let mut out = Vec::new();
            put(&mut out, value);
            assert_eq!(out, expected);
        }
    }
}
