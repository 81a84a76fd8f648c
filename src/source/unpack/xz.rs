//! xz streams one after another, giving all that came out before a damage or a cut, also of a chunk that is not whole.

use std::io::{self, BufRead, Read};
use std::ops::Range;

use lzma_rust2::{Action, Status, XzStream};

use super::Compressed;

/// Most memory that a block may ask for, in KiB (`xz -9` asks for 64 MiB).
const MEMORY: u32 = 256 << 10;
/// Bytes asked of the decoder at a time: what it had ready when it fails inside such a step is lost.
const STEP: usize = 8 << 10;

/// A file of streams.
pub(super) struct Xz {
    compressed: Compressed,
    stream: Box<XzStream>,
    /// What came out last: always in the same steps, so that a damage costs the same whoever reads.
    step: Box<[u8]>,
    /// The part of it that was not given out.
    ready: Range<usize>,
    ended: bool,
}

impl Xz {
    pub(super) fn new(compressed: Compressed) -> Self {
        Self {
            compressed,
            stream: Box::new(XzStream::new_mem_limit(true, MEMORY)),
            step: vec![0; STEP].into(),
            ready: 0..0,
            ended: false,
        }
    }

    /// Decodes the next bytes, if there are any.
    fn go_on(&mut self) -> io::Result<()> {
        let input = self.compressed.fill_buf()?;
        let is_last = input.is_empty();
        let step = &mut self.step;
        // What is ready comes out first: where the end is asked for and missing, it would be lost.
        let mut result = self.stream.process(input, step, Action::Run)?;
        self.compressed.consume(result.bytes_consumed);
        if is_last && result.bytes_produced == 0 {
            result = self.stream.process(&[], step, Action::Finish)?;
            self.ended = true;
        }
        self.ended |= result.status == Status::StreamEnd;
        self.ready = 0..result.bytes_produced;
        Ok(())
    }
}

impl Read for Xz {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.ready.is_empty() && !self.ended && !into.is_empty() {
            self.go_on()?;
        }
        let mut ready = self.step.get(self.ready.clone()).unwrap_or_default();
        let count = ready.read(into)?;
        self.ready.start += count;
        Ok(count)
    }
}
