//! Blocks filled in a thread of their own, a few ahead of who looks at them: with what a decoder gives, or with the
//! bytes of a large file.
//!
//! Nothing is copied on the way. Each block has room in front of its bytes, for what is left of the one before it.

use std::io;
use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::block::{BLOCK, Block, BlockPool};
use super::error::Fault;
use super::input::Input;

/// Room in front of them: for all but absurd records.
const FRONT: usize = 64 << 10;
/// Blocks that the thread may be ahead.
const AHEAD: usize = 4;

/// Where the blocks arrive. The thread ends with the bytes, or when this is dropped.
pub(super) struct Ahead {
    blocks: Receiver<Next>,
}

enum Next {
    Block(Block),
    Fault(Fault),
    End,
}

impl Ahead {
    /// Starts the thread over what `input` has left.
    pub(super) fn start(input: Input) -> io::Result<Self> {
        let (sender, blocks) = bounded(AHEAD);
        thread::Builder::new()
            .name(input.activity())
            .spawn(move || run(input, &sender))?;
        Ok(Self { blocks })
    }

    /// The next block; `None` at the end. Not to be asked again after that, or after a fault.
    pub(super) fn next(&mut self) -> Result<Option<Block>, Fault> {
        match self.blocks.recv() {
            Ok(Next::Block(block)) => Ok(Some(block)),
            Ok(Next::End) => Ok(None),
            Ok(Next::Fault(fault)) => Err(fault),
            Err(_) => Err(Fault::Read("the thread that reads ahead failed".to_owned())),
        }
    }
}

/// Fills blocks until the end, a fault, or nobody is there to take them.
fn run(mut input: Input, sender: &Sender<Next>) {
    let pool = BlockPool::new(FRONT + BLOCK);
    loop {
        let mut block = pool.block_behind(FRONT);
        let ending = fill(&mut input, &mut block);
        if !block.bytes().is_empty() && sender.send(Next::Block(block)).is_err() {
            return;
        }
        if let Some(last) = ending {
            // An error means that the reader has gone, which is its right.
            let _ = sender.send(last);
            return;
        }
    }
}

/// Reads once into the block, or on as long as there comes little: blocks of few bytes would cost more to hand over
/// than they save. What ends the bytes, if they ended.
fn fill(input: &mut Input, block: &mut Block) -> Option<Next> {
    loop {
        match input.read(block.room()) {
            Ok(0) => return Some(Next::End),
            Ok(count) => block.fill(count),
            Err(fault) => return Some(Next::Fault(fault)),
        }
        if block.bytes().len() >= BLOCK / 2 {
            return None;
        }
    }
}
