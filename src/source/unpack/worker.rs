//! Decompression in a thread of its own, a few chunks ahead of the reader.

use std::io;
use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::Decoder;
use crate::source::block::{Block, BlockPool};
use crate::source::error::Fault;

/// Decompressed bytes handed over at a time.
const CHUNK: usize = 256 << 10;
/// Chunks that the thread may be ahead.
const AHEAD: usize = 4;

/// The reader's end. The thread ends with the stream, or when this is dropped.
pub(in crate::source) struct Unpacker {
    chunks: Receiver<Chunk>,
    current: Block,
    taken: usize,
    ended: bool,
}

enum Chunk {
    Bytes(Block),
    Damaged(Fault),
    End,
}

impl Unpacker {
    /// Starts the thread.
    pub(in crate::source) fn start(decoder: Decoder) -> io::Result<Self> {
        let (sender, chunks) = bounded(AHEAD);
        let name = format!("unpack {}", decoder.compression);
        thread::Builder::new()
            .name(name)
            .spawn(move || run(decoder, &sender))?;
        Ok(Self {
            chunks,
            current: Block::default(),
            taken: 0,
            ended: false,
        })
    }

    /// Decompressed bytes; none at the end.
    pub(in crate::source) fn read(&mut self, into: &mut [u8]) -> Result<usize, Fault> {
        while self.taken == self.current.bytes().len() {
            if self.ended {
                return Ok(0);
            }
            self.next_chunk()?;
        }
        let left = self.current.bytes().get(self.taken..).unwrap_or_default();
        let count = left.len().min(into.len());
        if let (Some(to), Some(from)) = (into.get_mut(..count), left.get(..count)) {
            to.copy_from_slice(from);
        }
        self.taken += count;
        Ok(count)
    }

    fn next_chunk(&mut self) -> Result<(), Fault> {
        self.taken = 0;
        self.current = Block::default();
        match self.chunks.recv() {
            Ok(Chunk::Bytes(block)) => self.current = block,
            Ok(Chunk::End) => self.ended = true,
            Ok(Chunk::Damaged(fault)) => {
                self.ended = true;
                return Err(fault);
            }
            Err(_) => {
                self.ended = true;
                return Err(Fault::Read("the decompressing thread failed".to_owned()));
            }
        }
        Ok(())
    }
}

/// Decodes until the end, a damage, or nobody is there to take the chunks.
fn run(mut decoder: Decoder, sender: &Sender<Chunk>) {
    let pool = BlockPool::new(CHUNK);
    loop {
        let mut block = pool.block(0);
        let ending = fill(&mut decoder, &mut block);
        if !block.bytes().is_empty() && sender.send(Chunk::Bytes(block)).is_err() {
            return;
        }
        if let Some(last) = ending {
            // An error means that the reader has gone, which is its right.
            let _ = sender.send(last);
            return;
        }
    }
}

/// Reads once into the block, or on as long as the decoder gives little: chunks of few bytes would cost more to hand over
/// than they save. What ends the stream, if it ended.
fn fill(decoder: &mut Decoder, block: &mut Block) -> Option<Chunk> {
    loop {
        match decoder.read(block.room()) {
            Ok(0) => return Some(Chunk::End),
            Ok(count) => block.fill(count),
            Err(fault) => return Some(Chunk::Damaged(fault)),
        }
        if block.bytes().len() >= block.capacity() / 2 {
            return None;
        }
    }
}
