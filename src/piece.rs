//! What one direction of a connection hands on, put in order: what [`flow`](crate::flow) finds and
//! [`smtp`](crate::smtp) reads.

use crate::time::Timestamp;

/// The next of one direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// The next bytes of the stream. Each call is one segment or a part of one.
    Bytes(&'a [u8], Timestamp),
    /// So many bytes are missing here.
    Gap(u32),
}

impl Piece<'_> {
    /// Sequence numbers that it moves on by.
    pub const fn length(&self) -> u32 {
        match self {
            Self::Bytes(bytes, _) => bytes.len() as u32,
            Self::Gap(length) => *length,
        }
    }
}
