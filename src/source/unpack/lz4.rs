//! lz4 frames one after another, skippable ones between them, and a cut told from an end.
//!
//! lz4_flex reports no more than "no bytes" at the end of each frame and where a stream is cut between two blocks. A frame is over
//! only after its end mark, and reading that mark does not run into the end of the file: that tells the two apart.

use std::io::{self, Read};

use lz4_flex::frame::FrameDecoder;

use super::{Compressed, is_at_end};

/// First bytes of a skippable frame but for the low digit of the first (lz4_Frame_format.md).
const SKIPPABLE: [u8; 3] = [0x2a, 0x4d, 0x18];

/// A stream of frames.
pub(super) struct Lz4 {
    frames: FrameDecoder<EndSeen>,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Between,
    Inside,
    Done,
}

impl Lz4 {
    pub(super) fn new(compressed: Compressed) -> Self {
        let source = EndSeen {
            compressed,
            end_seen: false,
        };
        Self {
            frames: FrameDecoder::new(source),
            state: State::Between,
        }
    }

    /// Passes skippable frames up to the next data frame or the end.
    fn next_frame(&mut self) -> io::Result<State> {
        let source = self.frames.get_mut();
        while !is_at_end(&mut source.compressed)? {
            let buffered = source.compressed.buffer();
            let skippable = match buffered {
                [0x50..=0x5f, rest @ ..] => rest.first_chunk() == Some(&SKIPPABLE),
                _ => false,
            };
            if !skippable {
                return Ok(State::Inside);
            }
            skip_frame(&mut source.compressed)?;
        }
        Ok(State::Done)
    }
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

impl Read for Lz4 {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        while self.state != State::Done {
            if self.state == State::Between {
                self.state = self.next_frame()?;
                continue;
            }
            let count = self.frames.read(into)?;
            if count > 0 {
                return Ok(count);
            }
            if self.frames.get_ref().end_seen {
                self.state = State::Done;
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.state = State::Between;
        }
        Ok(0)
    }
}

/// Remembers that the end was run into.
struct EndSeen {
    compressed: Compressed,
    end_seen: bool,
}

impl Read for EndSeen {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.compressed.read(into)?;
        self.end_seen |= count == 0 && !into.is_empty();
        Ok(count)
    }
}
