//! Where the bytes of one capture come from: a file, a pipe, or a decoder around either.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use super::ahead::Ahead;
use super::block::Block;
use super::error::Fault;
use super::unpack::{Bytes, Compression, Decoder};

/// Bytes of a capture, decompressed.
pub(super) enum Input {
    /// As they are.
    Plain(Bytes),
    /// Decompressed.
    Unpacking(Box<Decoder>),
}

/// Fills blocks from an input, and keeps what went wrong until the bytes before it are used.
pub(super) struct Feed {
    from: Where,
    /// Wait until a block is full, rather than give what is there: right for everything but pipes.
    whole: bool,
    ended: bool,
    fault: Option<Fault>,
}

/// Where an input is read.
enum Where {
    Here(Input),
    /// In a thread of its own.
    Ahead(Ahead),
}

impl Feed {
    /// Reads `bytes` as they are.
    pub(super) fn new(bytes: Bytes, whole: bool) -> Self {
        Self::of(Where::Here(Input::Plain(bytes)), whole)
    }

    fn of(from: Where, whole: bool) -> Self {
        Self {
            from,
            whole,
            ended: false,
            fault: None,
        }
    }

    /// Decompresses from here on, beginning with the bytes already read.
    pub(super) fn unpack(self, compression: Compression, read: &[u8]) -> Self {
        let Where::Here(Input::Plain(rest)) = self.from else {
            return self;
        };
        let bytes = Box::new(Cursor::new(read.to_vec()).chain(rest));
        match Decoder::new(compression, bytes) {
            Ok(decoder) => Self::of(Where::Here(Input::Unpacking(Box::new(decoder))), true),
            Err(error) => Self::failed(&error),
        }
    }

    /// Reads in a thread from here on.
    pub(super) fn ahead(self) -> Self {
        let Where::Here(input) = self.from else {
            return self;
        };
        match Ahead::start(input) {
            Ok(ahead) => Self {
                from: Where::Ahead(ahead),
                ..self
            },
            Err(error) => Self::failed(&error),
        }
    }

    fn failed(error: &io::Error) -> Self {
        Self {
            ended: true,
            fault: Some(Fault::Read(error.to_string())),
            ..Self::new(Box::new(io::empty()), true)
        }
    }

    /// Brings bytes into the block until it holds `least`; fewer if the input ends. What it held comes first, but may
    /// lie in another buffer.
    pub(super) fn fill(&mut self, block: &mut Block, least: usize) {
        while !self.ended {
            let brought = match &mut self.from {
                Where::Ahead(_) if block.bytes().len() >= least => return,
                Where::Ahead(ahead) => ahead
                    .next()
                    .map(|next| next.map(|next| block.go_on_with(next, least)).is_some()),
                Where::Here(_) if block.bytes().len() >= least && !self.whole => return,
                Where::Here(_) if block.room().is_empty() => return,
                Where::Here(input) => input.read(block.room()).map(|count| {
                    block.fill(count);
                    count > 0
                }),
            };
            match brought {
                Ok(brought) => self.ended = !brought,
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

    /// Whether more can be had without waiting for somebody to write it.
    pub(super) fn may_read_on(&self) -> bool {
        self.whole && !self.ended
    }

    /// Why it ended too early, if it did.
    pub(super) fn take_fault(&mut self) -> Option<Fault> {
        self.fault.take()
    }
}

impl Input {
    /// The name of a thread that does nothing but read it.
    pub(super) fn activity(&self) -> String {
        match self {
            Self::Plain(_) => "read ahead".to_owned(),
            Self::Unpacking(decoder) => format!("unpack {}", decoder.compression()),
        }
    }

    /// The next bytes; none at the end.
    pub(super) fn read(&mut self, into: &mut [u8]) -> Result<usize, Fault> {
        match self {
            Self::Plain(bytes) => read(bytes, into).map_err(|error| Fault::Read(error.to_string())),
            Self::Unpacking(decoder) => decoder.read(into),
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
