//! Where the bytes of one capture come from: a file, a pipe, or a decoder around either.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use super::block::Block;
use super::error::Fault;
use super::unpack::{Bytes, Compression, Decoder, Unpacker};

/// Bytes of a capture, decompressed.
pub(super) enum Input {
    /// As they are.
    Plain(Bytes),
    /// Decompressed here and now, for a look at the start.
    Unpacking(Box<Decoder>),
    /// Decompressed ahead, in a thread.
    Unpacked(Box<Unpacker>),
}

/// Fills blocks from an input, and keeps what went wrong until the bytes before it are used.
pub(super) struct Feed {
    input: Input,
    /// Wait until a block is full, rather than give what is there: right for everything but pipes.
    whole: bool,
    ended: bool,
    fault: Option<Fault>,
}

impl Feed {
    /// Reads `bytes` as they are.
    pub(super) fn new(bytes: Bytes, whole: bool) -> Self {
        Self::of(Input::Plain(bytes), whole)
    }

    fn of(input: Input, whole: bool) -> Self {
        Self {
            input,
            whole,
            ended: false,
            fault: None,
        }
    }

    /// Decompresses from here on, beginning with the bytes already read; in a thread if `ahead`.
    pub(super) fn unpack(self, compression: Compression, read: &[u8], ahead: bool) -> Self {
        let Input::Plain(rest) = self.input else {
            return self;
        };
        let bytes = Box::new(Cursor::new(read.to_vec()).chain(rest));
        match Input::unpacking(compression, bytes, ahead) {
            Ok(input) => Self::of(input, true),
            Err(error) => Self {
                input: Input::Plain(Box::new(io::empty())),
                whole: true,
                ended: true,
                fault: Some(Fault::Read(error.to_string())),
            },
        }
    }

    /// Reads into the block until it holds `least` bytes; less if the input ends.
    pub(super) fn fill(&mut self, block: &mut Block, least: usize) {
        while !self.ended && (block.bytes().len() < least || self.whole) {
            let room = block.room();
            if room.is_empty() {
                return;
            }
            match self.input.read(room) {
                Ok(0) => self.ended = true,
                Ok(count) => block.fill(count),
                Err(fault) => {
                    self.ended = true;
                    self.fault = Some(fault);
                }
            }
        }
    }

    /// Whether nothing more will come.
    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// Why it ended too early, if it did.
    pub(super) fn take_fault(&mut self) -> Option<Fault> {
        self.fault.take()
    }
}

impl Input {
    fn unpacking(compression: Compression, bytes: Bytes, ahead: bool) -> io::Result<Self> {
        let decoder = Decoder::new(compression, bytes)?;
        Ok(if ahead {
            Self::Unpacked(Box::new(Unpacker::start(decoder)?))
        } else {
            Self::Unpacking(Box::new(decoder))
        })
    }

    fn read(&mut self, into: &mut [u8]) -> Result<usize, Fault> {
        match self {
            Self::Plain(bytes) => read(bytes, into).map_err(|error| Fault::Read(error.to_string())),
            Self::Unpacking(decoder) => decoder.read(into),
            Self::Unpacked(unpacker) => unpacker.read(into),
        }
    }
}

fn read(bytes: &mut Bytes, into: &mut [u8]) -> io::Result<usize> {
    loop {
        match bytes.read(into) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// A file that is opened for each read: when very many captures overlap in time, they cannot all be held open.
pub(super) struct Parked {
    path: Arc<Path>,
    offset: u64,
}

impl Parked {
    pub(super) fn new(path: Arc<Path>) -> Self {
        Self { path, offset: 0 }
    }
}

impl Read for Parked {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(self.offset))?;
        let count = file.read(into)?;
        self.offset += count as u64;
        Ok(count)
    }
}
