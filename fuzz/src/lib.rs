//! What the targets share: a bounded way to take numbers and slices off the fuzzer's bytes, and a scratch file in memory.

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

/// Takes values off the front of the fuzzer's bytes; zeros and empty slices when they are used up.
#[derive(Clone, Copy)]
pub struct Input<'a>(pub &'a [u8]);

impl<'a> Input<'a> {
    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One byte.
    pub fn u8(&mut self) -> u8 {
        self.slice(1).first().copied().unwrap_or_default()
    }

    /// Two bytes, big-endian.
    pub fn u16(&mut self) -> u16 {
        u16::from(self.u8()) << 8 | u16::from(self.u8())
    }

    /// Up to `length` bytes.
    pub fn slice(&mut self, length: usize) -> &'a [u8] {
        let (head, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        head
    }

    /// Slices, each behind its length in two bytes.
    pub fn slices(mut self) -> impl Iterator<Item = &'a [u8]> {
        std::iter::from_fn(move || {
            (!self.is_empty()).then(|| {
                let length = self.u16() as usize;
                self.slice(length)
            })
        })
    }
}

/// Cuts `bytes` into pieces whose lengths come from `cuts`, over and over; at most 64 bytes each.
pub fn pieces<'a>(bytes: &'a [u8], cuts: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    let mut lengths = cuts.iter().cycle();
    let mut rest = Input(bytes);
    std::iter::from_fn(move || {
        (!rest.is_empty())
            .then(|| rest.slice(lengths.next().map_or(1, |cut| 1 + *cut as usize % 64)))
    })
}

/// Writes `bytes` to a file of this process, in memory where the system has such a place.
pub fn scratch_file(bytes: &[u8]) -> PathBuf {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    let path = PATH.get_or_init(|| {
        let memory = PathBuf::from("/dev/shm");
        let folder = if memory.is_dir() {
            memory
        } else {
            std::env::temp_dir()
        };
        folder.join(format!("tlstally-fuzz-{}", std::process::id()))
    });
    fs::write(path, bytes).expect("the scratch file can be written");
    path.clone()
}
