//! lz4 frames one after another, skippable ones between them, and a cut told from an end.
//!
//! lz4_flex reports no more than "no bytes" both at the end of a frame and where a stream is cut between two blocks. A
//! frame is over only after its end mark, and reading that mark does not run into the end of the file: that tells the
//! two apart. Frames of the legacy format (`lz4 -l`) have no end mark: they end with the file. Each frame gets a
//! decoder of its own: one that goes on to a frame of another block size keeps buffers of the old one.

use std::io::{self, Read};
use std::mem;

use lz4_flex::frame::FrameDecoder;

use super::{Compressed, is_at_end};

/// First bytes of a skippable frame but for the low digit of the first (lz4_Frame_format.md).
const SKIPPABLE: [u8; 3] = [0x2a, 0x4d, 0x18];

/// First bytes of a frame of the legacy format.
const LEGACY: [u8; 4] = [0x02, 0x21, 0x4c, 0x18];
/// Bytes that a block of the legacy format gives at most.
const LEGACY_BLOCK: usize = 8 << 20;
/// Bytes that it takes at most, where nothing can be compressed.
const LEGACY_PACKED: usize = LEGACY_BLOCK + LEGACY_BLOCK / 255 + 16;

/// A stream of frames.
pub(super) enum Lz4 {
    Between(Compressed),
    Legacy(Box<Legacy>),
    Inside(Box<FrameDecoder<EndSeen>>),
    /// After the end or a damage.
    Done,
}

impl Lz4 {
    pub(super) fn new(compressed: Compressed) -> Self {
        Self::Between(compressed)
    }
}

impl Read for Lz4 {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            match mem::replace(self, Self::Done) {
                Self::Between(compressed) => *self = next_frame(compressed)?,
                Self::Legacy(mut frame) => {
                    let count = frame.read(into)?;
                    if count > 0 || into.is_empty() {
                        *self = Self::Legacy(frame);
                    }
                    return Ok(count);
                }
                Self::Inside(mut frame) => {
                    let count = frame.read(into)?;
                    if count > 0 || into.is_empty() {
                        *self = Self::Inside(frame);
                        return Ok(count);
                    }
                    *self = Self::Between(frame.into_inner().after_frame()?);
                }
                Self::Done => return Ok(0),
            }
        }
    }
}

/// Passes skippable frames up to the next data frame or the end.
fn next_frame(mut compressed: Compressed) -> io::Result<Lz4> {
    while !is_at_end(&mut compressed)? {
        let skippable = match compressed.buffer() {
            [0x50..=0x5f, rest @ ..] => rest.first_chunk() == Some(&SKIPPABLE),
            _ => false,
        };
        if compressed.buffer().starts_with(&LEGACY) {
            return Ok(Lz4::Legacy(Box::new(Legacy::new(compressed))));
        }
        if !skippable {
            let source = EndSeen {
                compressed,
                end_seen: false,
            };
            return Ok(Lz4::Inside(Box::new(FrameDecoder::new(source))));
        }
        skip_frame(&mut compressed)?;
    }
    Ok(Lz4::Done)
}

fn skip_frame(compressed: &mut Compressed) -> io::Result<()> {
    let mut lead = [0; 8];
    compressed.read_exact(&mut lead)?;
    let [_, _, _, _, a, b, c, d] = lead;
    let length = u64::from(u32::from_le_bytes([a, b, c, d]));
    let skipped = io::copy(&mut compressed.by_ref().take(length), &mut io::sink())?;
    if skipped < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(())
}

/// Frames of the legacy format: blocks, each behind its length.
pub(super) struct Legacy {
    compressed: Compressed,
    packed: Vec<u8>,
    block: Vec<u8>,
    /// How much of the block was given out.
    given: usize,
}

impl Legacy {
    fn new(compressed: Compressed) -> Self {
        Self {
            compressed,
            packed: Vec::new(),
            block: Vec::new(),
            given: 0,
        }
    }

    /// Reads the next block, or the first bytes of another frame; false at the end.
    fn next_block(&mut self) -> io::Result<bool> {
        if is_at_end(&mut self.compressed)? {
            return Ok(false);
        }
        let mut length = [0; 4];
        self.compressed.read_exact(&mut length)?;
        if length == LEGACY {
            return Ok(true);
        }
        let length = u32::from_le_bytes(length) as usize;
        if length > LEGACY_PACKED {
            return Err(told("a block is longer than any can be"));
        }
        self.packed.resize(length, 0);
        self.compressed.read_exact(&mut self.packed)?;
        self.block.resize(LEGACY_BLOCK, 0);
        let unpacked = lz4_flex::block::decompress_into(&self.packed, &mut self.block);
        let length = unpacked.map_err(|error| told(&error.to_string()))?;
        self.block.truncate(length);
        self.given = 0;
        Ok(true)
    }
}

impl Read for Legacy {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let mut left = self.block.get(self.given..).unwrap_or_default();
            let count = left.read(into)?;
            self.given += count;
            if count > 0 || into.is_empty() || !self.next_block()? {
                return Ok(count);
            }
        }
    }
}

fn told(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Remembers that the end was run into.
pub(super) struct EndSeen {
    compressed: Compressed,
    end_seen: bool,
}

impl EndSeen {
    /// What follows a frame whose decoder gives no more bytes.
    fn after_frame(self) -> io::Result<Compressed> {
        if self.end_seen {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(self.compressed)
    }
}

impl Read for EndSeen {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.compressed.read(into)?;
        self.end_seen |= count == 0 && !into.is_empty();
        Ok(count)
    }
}
