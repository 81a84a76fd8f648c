//! Compressed captures: which compression it is, and the decoders behind one face.
//!
//! Recognised by magic number, never by name: gzip (RFC 1952, several members), zstd (RFC 8878, several frames), xz
//! (tukaani.org xz-file-format, several streams), lz4 (lz4_Frame_format.md, several frames, the legacy format too). Everything
//! that comes out before a damage is delivered.

mod gzip;
mod lz4;
mod xz;
mod zstandard;

use std::fmt;
use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use self::gzip::Gzip;
use self::lz4::Lz4;
use self::xz::Xz;
use self::zstandard::Zstandard;
use super::error::Fault;

/// A compression that captures come in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Compression {
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstd,
    /// XZ file format 1.x.
    Xz,
    /// LZ4 frame format.
    Lz4,
}

impl Compression {
    /// Judges by the first bytes.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        match *bytes {
            [0x1f, 0x8b, 8, ..] => Some(Self::Gzip),
            // A skippable frame (the low digit is free) may come first in both zstd and lz4; zstd's is the common one.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Zstd),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Self::Xz),
            [0x04, 0x22, 0x4d, 0x18, ..] | [0x02, 0x21, 0x4c, 0x18, ..] => Some(Self::Lz4),
            _ => None,
        }
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Xz => "xz",
            Self::Lz4 => "lz4",
        }
    }

    /// What is wrong with a file that needs more memory than it gets.
    pub(super) const fn memory(self) -> &'static str {
        match self {
            Self::Zstd => "needs more than the 128 MiB of memory that a file gets",
            _ => "needs more than the 256 MiB of memory that a file gets",
        }
    }

    /// What to do about it.
    pub(super) const fn unpack_first(self) -> &'static str {
        match self {
            Self::Zstd => "decompress it first, with `zstd -d --long=31`",
            Self::Xz => "decompress it first, with `xz -d`",
            Self::Gzip | Self::Lz4 => "decompress it first",
        }
    }
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Bytes of the compressed file read at a time.
const INPUT: usize = 128 << 10;
/// Bytes asked of a decoder at a time.
const SLICE: usize = 64 << 10;
/// Anything that bytes come from.
pub(super) type Bytes = Box<dyn Read + Send>;
type Compressed = BufReader<Counted>;

/// Decompresses as it is read.
pub(super) struct Decoder {
    compression: Compression,
    consumed: Arc<AtomicU64>,
    stream: Bytes,
}

impl Decoder {
    /// Decodes what `bytes` give, from the magic number on.
    pub(super) fn new(compression: Compression, bytes: Bytes) -> io::Result<Self> {
        let consumed = Arc::new(AtomicU64::new(0));
        let counted = Counted {
            bytes,
            count: Arc::clone(&consumed),
        };
        let compressed = BufReader::with_capacity(INPUT, counted);
        let stream: Bytes = match compression {
            Compression::Gzip => Box::new(Gzip::new(compressed)),
            Compression::Zstd => Box::new(Zstandard::new(compressed)?),
            Compression::Xz => Box::new(Xz::new(compressed)),
            Compression::Lz4 => Box::new(Lz4::new(compressed)),
        };
        Ok(Self {
            compression,
            consumed,
            stream,
        })
    }

    /// What it decodes.
    pub(super) const fn compression(&self) -> Compression {
        self.compression
    }

    /// Decompressed bytes; none at the end.
    pub(super) fn read(&mut self, into: &mut [u8]) -> Result<usize, Fault> {
        let slice = into.len().min(SLICE);
        loop {
            match self.stream.read(into.get_mut(..slice).unwrap_or_default()) {
                Ok(count) => return Ok(count),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.fault(&error)),
            }
        }
    }

    fn fault(&self, error: &io::Error) -> Fault {
        let told = error.to_string();
        let cause = match error.kind() {
            io::ErrorKind::UnexpectedEof => Cause::Cut,
            io::ErrorKind::OutOfMemory => Cause::Memory,
            // zstd has no code for it that comes through.
            _ if told.contains("too much memory") => Cause::Memory,
            _ => Cause::Other,
        };
        let reason = match cause {
            Cause::Cut => "it ends too early".to_owned(),
            Cause::Memory => {
                let compression = self.compression;
                format!(
                    "it {}; {}",
                    compression.memory(),
                    compression.unpack_first()
                )
            }
            Cause::Other => told,
        };
        Fault::Unpack {
            compression: self.compression,
            offset: self.consumed.load(Ordering::Relaxed),
            cause,
            reason,
        }
    }
}

/// Why nothing more could be decompressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Its end is missing.
    Cut,
    /// It is sound as far as it goes, but needs more memory than a file gets.
    Memory,
    /// What the decoder said.
    Other,
}

/// Counts what is read.
struct Counted {
    bytes: Bytes,
    count: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.bytes.read(into)?;
        self.count.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// Whether nothing is left; waits for a pipe to tell.
fn is_at_end(compressed: &mut Compressed) -> io::Result<bool> {
    loop {
        match compressed.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            left => return left.map(<[u8]>::is_empty),
        }
    }
}
