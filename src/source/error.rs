//! What can be wrong with an input: what cannot be read at all ([`SourceError`]), and what ends or mars the reading of a
//! capture ([`Damage`]).

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;

use super::unpack::{Cause, Compression};

/// An input that gives no packets at all.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The path cannot be opened or looked at.
    #[error("`{}` cannot be opened: {source}; check the path and its permissions", path.display())]
    Open {
        /// As named on the command line, or found in a folder named there.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The start of the file cannot be read.
    #[error("`{}` cannot be read: {reason}", path.display())]
    Read {
        /// As named on the command line, or found in a folder named there.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// A path named on the command line is no capture.
    #[error("`{}` {}: {looks}; {}", path.display(), looks.verdict(), looks.advice())]
    NotACapture {
        /// As named on the command line.
        path: PathBuf,
        /// What it is instead.
        looks: Looks,
    },
}

impl SourceError {
    /// The input it is about.
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Open { path, .. } | Self::Read { path, .. } | Self::NotACapture { path, .. } => {
                path
            }
        }
    }
}

/// What a file that is no capture looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Looks {
    /// No bytes.
    Empty,
    /// Printable characters.
    Text,
    /// A format that has a name, but is none we read.
    Known(&'static str),
    /// Compressed, and what is inside looks like this.
    Compressed(Compression, Inside),
    /// The first bytes, at most eight.
    Unknown(Magic),
}

/// What lies inside a compressed file that is no capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inside {
    /// No bytes.
    Empty,
    /// Printable characters.
    Text,
    /// A format that has a name, but is none we read.
    Known(&'static str),
    /// The first bytes, at most eight.
    Unknown(Magic),
    /// It cannot be decompressed.
    Damaged,
    /// It ends before anything comes out of it.
    Cut,
    /// It needs more memory to be decompressed than it gets.
    Memory,
}

/// The first bytes of a file, at most eight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Magic {
    bytes: [u8; Self::LONGEST],
    length: u8,
}

impl Magic {
    const LONGEST: usize = 8;

    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut magic = Self {
            bytes: [0; Self::LONGEST],
            length: bytes.len().min(Self::LONGEST) as u8,
        };
        for (to, from) in magic.bytes.iter_mut().zip(bytes) {
            *to = *from;
        }
        magic
    }
}

impl fmt::Display for Magic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seen = self.bytes.iter().take(self.length as usize);
        seen.enumerate().try_for_each(|(index, byte)| {
            let gap = if index == 0 { "" } else { " " };
            write!(f, "{gap}{byte:02x}")
        })
    }
}

impl Looks {
    /// Bytes at the start that are looked at for text.
    pub(super) const LOOKED_AT: usize = 256;

    /// Judges the first bytes of a file that is no capture.
    pub(super) fn at(bytes: &[u8]) -> Self {
        match Inside::at(bytes) {
            Inside::Empty => Self::Empty,
            Inside::Text => Self::Text,
            Inside::Known(name) => Self::Known(name),
            Inside::Unknown(magic) => Self::Unknown(magic),
            Inside::Damaged | Inside::Cut | Inside::Memory => Self::Unknown(Magic::of(bytes)),
        }
    }

    /// A compressed file that cannot be decompressed from its first bytes on.
    pub(super) fn damaged(compression: Compression, cause: Cause) -> Self {
        let inside = match cause {
            Cause::Cut => Inside::Cut,
            Cause::Memory => Inside::Memory,
            Cause::Other => Inside::Damaged,
        };
        Self::Compressed(compression, inside)
    }

    /// The same, for what came out of a compressed file.
    pub(super) fn inside(self, compression: Compression) -> Self {
        let inside = match self {
            Self::Empty => Inside::Empty,
            Self::Text => Inside::Text,
            Self::Known(name) => Inside::Known(name),
            Self::Unknown(magic) => Inside::Unknown(magic),
            Self::Compressed(inner, _) => Inside::Known(inner.name()),
        };
        Self::Compressed(compression, inside)
    }

    /// How far it is known that it is no capture.
    fn verdict(self) -> &'static str {
        match self {
            Self::Compressed(_, Inside::Cut | Inside::Memory) => "cannot be read",
            _ => "is not a capture",
        }
    }

    /// What to do about it.
    fn advice(self) -> &'static str {
        match self {
            Self::Empty => "was the capture stopped before its first packet?",
            Self::Text => "capture with `tcpdump -w FILE`, not with its output redirected",
            Self::Known(_) => "unpack or convert it first, for example with `editcap -F pcapng`",
            Self::Compressed(_, Inside::Damaged) => "fetch it again, or repair it first",
            Self::Compressed(_, Inside::Cut) => "fetch it again",
            Self::Compressed(compression, Inside::Memory) => compression.unpack_first(),
            Self::Compressed(..) => "name the capture itself",
            Self::Unknown(_) => {
                "pcap, pcapng and snoop are read, also inside gzip, zstd, xz and lz4"
            }
        }
    }
}

impl Inside {
    fn at(bytes: &[u8]) -> Self {
        if bytes.is_empty() {
            return Self::Empty;
        }
        if let Some((_, name)) = KNOWN.iter().find(|(magic, _)| bytes.starts_with(magic)) {
            return Self::Known(name);
        }
        if bytes
            .get(TAR.0..)
            .is_some_and(|rest| rest.starts_with(TAR.1))
        {
            return Self::Known("a tar archive");
        }
        let looked_at = bytes.get(..Looks::LOOKED_AT).unwrap_or(bytes);
        if looked_at.iter().all(|byte| is_text(*byte)) {
            return Self::Text;
        }
        Self::Unknown(Magic::of(bytes))
    }
}

/// The end of a tar archive's first header (POSIX ustar), where it has one.
const TAR: (usize, &[u8]) = (257, b"ustar");

/// Formats that people take for captures, by their first bytes (Wireshark's wiretap, file(1)).
const KNOWN: [(&[u8], &str); 9] = [
    (b"GMBU", "Microsoft Network Monitor 2"),
    (b"RTSS", "Microsoft Network Monitor 1"),
    (b"TRSNIFF data    \x1a", "a Sniffer capture"),
    (b"PK\x03\x04", "a zip archive"),
    (b"BZh", "bzip2"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\x1f\x9d", "compress (.Z)"),
    (b"SQLite format 3\0", "a SQLite database"),
    (b"\x7fELF", "a program"),
];

fn is_text(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~' | 0x80..)
}

impl fmt::Display for Looks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the file is empty"),
            Self::Text => f.write_str("it looks like text"),
            Self::Known(name) => write!(f, "it looks like {name}"),
            Self::Unknown(magic) => write!(f, "it begins with {magic}"),
            Self::Compressed(compression, Inside::Cut) => {
                write!(
                    f,
                    "it is {compression} that ends before anything comes out of it"
                )
            }
            Self::Compressed(compression, Inside::Memory) => {
                write!(f, "it is {compression} that {}", compression.memory())
            }
            Self::Compressed(compression, inside) => {
                write!(f, "it is {compression} with {inside}")
            }
        }
    }
}

impl fmt::Display for Inside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("nothing inside"),
            Self::Text => f.write_str("text inside"),
            Self::Known(name) => write!(f, "{name} inside"),
            Self::Unknown(magic) => write!(f, "{magic} at the start inside"),
            Self::Damaged => f.write_str("a damaged start"),
            Self::Cut => f.write_str("a cut start"),
            Self::Memory => f.write_str("too large a window"),
        }
    }
}

/// Something wrong in a capture. Everything before it was delivered.
#[derive(Clone, Debug, Error)]
#[error(
    "`{}` is damaged at byte {offset}, after {packets} packets: {fault}; {}",
    path.display(),
    self.consequence()
)]
pub struct Damage {
    /// The file, as named on the command line or found in a folder.
    pub path: Arc<Path>,
    /// Where, in the (decompressed) capture.
    pub offset: u64,
    /// Packets of the file delivered before it.
    pub packets: u64,
    /// What is wrong.
    #[source]
    pub fault: Fault,
    /// Nothing after it was read; otherwise reading went on at the next block.
    pub ends: bool,
}

impl Damage {
    fn consequence(&self) -> &'static str {
        if self.ends {
            "what follows in this file is not read"
        } else {
            "this block is left out"
        }
    }
}

/// What is wrong with the bytes of a capture.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The file ends inside its header.
    #[error("the file ends inside its header ({available} of {wanted} bytes)")]
    CutHeader {
        /// Bytes the header needs.
        wanted: u64,
        /// Bytes there.
        available: u64,
    },
    /// The file ends inside a record.
    #[error(
        "the last record is cut ({available} of {wanted} bytes); was the capture copied while it was written?"
    )]
    CutRecord {
        /// Bytes needed, at least.
        wanted: u64,
        /// Bytes there.
        available: u64,
    },
    /// A length that no record has.
    #[error("a record of {length} bytes, where {bound} is the most")]
    TooLong {
        /// The length in the file.
        length: u64,
        /// The longest accepted.
        bound: u64,
    },
    /// A record of zeros only: no time and no bytes.
    #[error(
        "a record of nothing but zeros; was room set aside for the file that was not filled, or was it lost in a crash?"
    )]
    Zeros,
    /// A length that does not hold the fields it must.
    #[error("a record of {length} bytes, where {least} is the least")]
    TooShort {
        /// The length in the file.
        length: u64,
        /// The shortest possible.
        least: u64,
    },
    /// The two lengths of a pcapng block differ.
    #[error("a block whose length is {leading} at its start and {trailing} at its end")]
    LengthsDiffer {
        /// At its start.
        leading: u32,
        /// At its end.
        trailing: u32,
    },
    /// A packet longer than the block around it.
    #[error("a packet of {captured} bytes in a block with room for {room}")]
    Overflow {
        /// Its length in the file.
        captured: u64,
        /// Room for it.
        room: u64,
    },
    /// A packet of an interface that was not described before it.
    #[error("a packet of interface {interface}, where {known} are described")]
    NoInterface {
        /// Its number in the section.
        interface: u32,
        /// Interfaces of the section so far.
        known: u32,
    },
    /// More interfaces in a section than are kept.
    #[error("more than {bound} interfaces in a section")]
    TooManyInterfaces {
        /// The most kept.
        bound: u32,
    },
    /// A pcapng section with a byte-order magic that is none.
    #[error("a section whose byte-order magic is 0x{magic:08x}")]
    ByteOrder {
        /// As read in network order.
        magic: u32,
    },
    /// A version of the format that nobody has described.
    #[error("format version {major}.{minor}, which is not known")]
    Version {
        /// Major number.
        major: u32,
        /// Minor number.
        minor: u32,
    },
    /// The compressed stream around the capture is damaged or cut.
    #[error("the {compression} stream around it fails at its byte {offset}: {reason}")]
    Unpack {
        /// Which.
        compression: Compression,
        /// Bytes of the compressed file read by then.
        offset: u64,
        /// Why, in short.
        cause: Cause,
        /// Why, in words.
        reason: String,
    },
    /// The system could not read on.
    #[error("reading failed: {0}")]
    Read(String),
}
