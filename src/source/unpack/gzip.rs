//! gzip members one after another (RFC 1952 section 2.2), giving all that came out before a damage.

use std::io::{self, BufRead, Read};

use flate2::{Decompress, FlushDecompress, Status};

use super::{Compressed, is_at_end};

/// The largest window of deflate, as a power of two (RFC 1951 section 2).
const WINDOW: u8 = 15;

/// A stream of members.
pub(super) struct Gzip {
    compressed: Compressed,
    member: Member,
    /// A member was read to its end.
    any: bool,
    /// What is wrong behind the bytes that were given last.
    failed: Option<io::Error>,
}

enum Member {
    Open(Decompress),
    /// Between two members.
    Closed,
    /// After a damage or the end.
    Done,
}

impl Gzip {
    pub(super) fn new(compressed: Compressed) -> Self {
        Self {
            compressed,
            member: Member::Closed,
            any: false,
            failed: None,
        }
    }

    /// Opens the next member; false at the end.
    fn next_member(&mut self) -> io::Result<bool> {
        if self.any {
            pass_zeros(&mut self.compressed)?;
        }
        self.member = if is_at_end(&mut self.compressed)? {
            Member::Done
        } else {
            Member::Open(Decompress::new_gzip(WINDOW))
        };
        Ok(matches!(self.member, Member::Open(_)))
    }

    /// One step: bytes that came out, or what the decoder says if none did.
    fn step(&mut self, into: &mut [u8]) -> io::Result<Step> {
        let Member::Open(decoder) = &mut self.member else {
            return Ok(Step::MemberEnd);
        };
        let (before_in, before_out) = (decoder.total_in(), decoder.total_out());
        let input = self.compressed.fill_buf()?;
        let ended = input.is_empty();
        let result = decoder.decompress(input, into, FlushDecompress::None);
        let read = (decoder.total_in() - before_in) as usize;
        let written = (decoder.total_out() - before_out) as usize;
        self.compressed.consume(read);
        let status = match result {
            Ok(status) => status,
            Err(error) => {
                self.member = Member::Done;
                let error = told(&error);
                if written == 0 {
                    return Err(error);
                }
                self.failed = Some(error);
                return Ok(Step::Some(written));
            }
        };
        if status == Status::StreamEnd {
            self.member = Member::Closed;
            self.any = true;
            return Ok(Step::Some(written));
        }
        match (written, ended) {
            (0, true) => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(Step::Some(written)),
        }
    }
}

enum Step {
    Some(usize),
    MemberEnd,
}

impl Read for Gzip {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(error) = self.failed.take() {
                return Err(error);
            }
            if matches!(self.member, Member::Done) || into.is_empty() {
                return Ok(0);
            }
            if matches!(self.member, Member::Closed) && !self.next_member()? {
                return Ok(0);
            }
            match self.step(into)? {
                Step::Some(0) | Step::MemberEnd => {}
                Step::Some(count) => return Ok(count),
            }
        }
    }
}

/// Zeros behind a member are padding, as of tapes and blocks: gzip passes over them too.
fn pass_zeros(compressed: &mut Compressed) -> io::Result<()> {
    while !is_at_end(compressed)? {
        let zeros = compressed.buffer().iter().take_while(|byte| **byte == 0);
        let count = zeros.count();
        if count == 0 {
            return Ok(());
        }
        compressed.consume(count);
    }
    Ok(())
}

/// What the decoder says, where that is the checksum or the length behind a member in words for people.
fn told(error: &flate2::DecompressError) -> io::Error {
    let told = error.to_string();
    let told = if told.contains("data check") || told.contains("length check") {
        "its checksum does not match, so what came out of it may be wrong".to_owned()
    } else {
        told
    };
    io::Error::new(io::ErrorKind::InvalidData, told)
}
