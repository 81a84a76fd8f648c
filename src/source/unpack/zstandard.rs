//! zstd frames one after another (RFC 8878 section 3), giving all that came out before a damage.

use std::io::{self, BufRead, Read};

use zstd::stream::raw::{Decoder, Operation};

use super::Compressed;

/// With so many bytes of a frame the decoder knows how long its header is (RFC 8878 section 3.1.1).
const BEGINNING: usize = 5;

/// Bytes of a block's header (section 3.1.1.2).
const BLOCK_HEADER: usize = 3;

/// A file of frames.
pub(super) struct Zstandard {
    compressed: Compressed,
    decoder: Decoder<'static>,
    /// What the decoder asks for next: a block with the header of the one behind it, or the checksum at the end.
    wanted: usize,
    /// A frame has begun and is not whole yet.
    within: bool,
    /// It had more ready than there was room for, and gives that first.
    filled: bool,
}

impl Zstandard {
    pub(super) fn new(compressed: Compressed) -> io::Result<Self> {
        Ok(Self {
            compressed,
            decoder: Decoder::new()?,
            wanted: BEGINNING,
            within: false,
            filled: false,
        })
    }
}

impl Read for Zstandard {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let input = self.compressed.fill_buf()?;
            let ended = input.is_empty();
            if into.is_empty() || (ended && !self.within) {
                return Ok(0);
            }
            // No more at a time than one of these, since what is ready is lost where the decoder fails in the same step.
            let wanted = match self.wanted {
                _ if self.filled => 0,
                small if small <= BLOCK_HEADER => small,
                wanted => wanted - BLOCK_HEADER,
            };
            let part = input.get(..wanted).unwrap_or(input);
            let status = self.decoder.run_on_buffers(part, into)?;
            self.compressed.consume(status.bytes_read);
            self.within = status.remaining > 0;
            self.wanted = if self.within {
                status.remaining
            } else {
                BEGINNING
            };
            let was_filled = self.filled;
            self.filled = status.bytes_written == into.len();
            if status.bytes_written > 0 {
                return Ok(status.bytes_written);
            }
            if ended && !was_filled {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
}
