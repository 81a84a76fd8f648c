//! The one cursor that all wire code reads through: bounded, big-endian, never panics, knows its offset.

use thiserror::Error;

/// Fewer bytes than a field needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{wanted} bytes wanted at offset {offset}, {available} there")]
pub(crate) struct Short {
    /// Offset of the field from the start of the reader's bytes.
    pub offset: usize,
    /// Length of the field.
    pub wanted: usize,
    /// Bytes left.
    pub available: usize,
}

/// A cursor over bytes that came off the wire. Integers are big-endian (network order).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// Starts at the first of `bytes`.
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Bytes already read.
    pub(crate) const fn offset(&self) -> usize {
        self.at
    }

    /// Bytes left.
    pub(crate) const fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// Whether nothing is left.
    pub(crate) const fn is_empty(&self) -> bool {
        self.left() == 0
    }

    /// All that is left, without moving.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// The next `count` bytes.
    #[inline]
    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], Short> {
        let end = self
            .at
            .checked_add(count)
            .filter(|end| *end <= self.bytes.len());
        match end.and_then(|end| self.bytes.get(self.at..end)) {
            Some(taken) => {
                self.at += count;
                Ok(taken)
            }
            None => Err(Short {
                offset: self.at,
                wanted: count,
                available: self.left(),
            }),
        }
    }

    /// The next `N` bytes as an array.
    #[inline]
    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Short> {
        let at = self.at;
        let taken = self.take(N)?;
        taken.try_into().map_err(|_| Short {
            offset: at,
            wanted: N,
            available: taken.len(),
        })
    }

    /// Passes over `count` bytes.
    #[inline]
    pub(crate) fn skip(&mut self, count: usize) -> Result<(), Short> {
        self.take(count).map(|_| ())
    }

    /// One byte.
    #[inline]
    pub(crate) fn u8(&mut self) -> Result<u8, Short> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// Two bytes.
    #[inline]
    pub(crate) fn u16(&mut self) -> Result<u16, Short> {
        self.array().map(u16::from_be_bytes)
    }

    /// Three bytes, as TLS lengths have them.
    #[inline]
    pub(crate) fn u24(&mut self) -> Result<u32, Short> {
        self.array::<3>()
            .map(|[a, b, c]| u32::from_be_bytes([0, a, b, c]))
    }

    /// Four bytes.
    #[inline]
    pub(crate) fn u32(&mut self) -> Result<u32, Short> {
        self.array().map(u32::from_be_bytes)
    }

    /// A part led by its one-byte length (TLS `opaque<..2^8-1>`).
    pub(crate) fn vec8(&mut self) -> Result<Reader<'a>, Short> {
        let mut ahead = *self;
        let length = ahead.u8()?;
        let part = ahead.take(length as usize)?;
        *self = ahead;
        Ok(Reader::new(part))
    }

    /// A part led by its two-byte length (TLS `opaque<..2^16-1>`).
    pub(crate) fn vec16(&mut self) -> Result<Reader<'a>, Short> {
        let mut ahead = *self;
        let length = ahead.u16()?;
        let part = ahead.take(length as usize)?;
        *self = ahead;
        Ok(Reader::new(part))
    }

    /// A part led by its three-byte length.
    pub(crate) fn vec24(&mut self) -> Result<Reader<'a>, Short> {
        let mut ahead = *self;
        let length = ahead.u24()?;
        let part = ahead.take(length as usize)?;
        *self = ahead;
        Ok(Reader::new(part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_part_moves_nothing() {
        let mut reader = Reader::new(&[0, 5, 1, 2]);
        assert_eq!(
            reader.vec16().unwrap_err(),
            Short {
                offset: 2,
                wanted: 5,
                available: 2
            }
        );
        assert_eq!(reader.offset(), 0);
        assert_eq!(reader.u16(), Ok(5));
        assert_eq!(reader.rest(), [1, 2]);
        assert_eq!(reader.take(usize::MAX).unwrap_err().available, 2);
    }

    #[test]
    fn reads_network_order() {
        let mut reader = Reader::new(&[1, 2, 3, 4, 5, 6, 7, 2, 9, 9]);
        assert_eq!(reader.u24(), Ok(0x01_0203));
        assert_eq!(reader.u32(), Ok(0x0405_0607));
        assert_eq!(
            reader.vec8().map(|part| part.rest().to_vec()),
            Ok(vec![9, 9])
        );
        assert!(reader.is_empty());
    }
}
