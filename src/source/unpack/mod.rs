//! Compressed captures: which compression it is, and the decoders behind one face.
//!
//! Recognised by magic number, never by name: gzip (RFC 1952, several members), zstd (RFC 8878, several frames), xz
//! (tukaani.org xz-file-format, several streams), lz4 (lz4_Frame_format.md, several frames). Everything that comes out before
//! a damage is delivered; xz gives up to the last whole LZMA2 chunk, at most 2 MiB before it.

mod gzip;
mod lz4;

use std::fmt;
use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use self::gzip::Gzip;
use self::lz4::Lz4;
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
            [0x04, 0x22, 0x4d, 0x18, ..] => Some(Self::Lz4),
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
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Bytes of the compressed file read at a time.
const INPUT: usize = 128 << 10;
/// Bytes asked of a decoder at a time: what it had ready when it fails inside such a stretch is lost.
const SLICE: usize = 64 << 10;
/// Most memory that an xz block may ask for, in KiB (`xz -9` asks for 64 MiB).
const XZ_MEMORY: u32 = 256 << 10;

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
            Compression::Zstd => Box::new(zstd::Decoder::with_buffer(compressed)?),
            Compression::Xz => Box::new(xz(compressed)),
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
        let reason = match error.kind() {
            io::ErrorKind::UnexpectedEof => "it ends too early".to_owned(),
            _ => error.to_string(),
        };
        Fault::Unpack {
            compression: self.compression,
            offset: self.consumed.load(Ordering::Relaxed),
            reason,
        }
    }
}

fn xz(compressed: Compressed) -> impl Read + Send {
    lzma_rust2::XzReader::new_mem_limit(compressed, true, XZ_MEMORY)
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
