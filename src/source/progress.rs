//! How far reading has come, for another thread to look at.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes read so far, and how many there are. Compressed files count as they lie on disk.
#[derive(Debug)]
pub struct Progress {
    read: AtomicU64,
    total: AtomicU64,
}

/// A total that is not known.
const NOT_KNOWN: u64 = u64::MAX;

impl Progress {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            read: AtomicU64::new(0),
            total: AtomicU64::new(NOT_KNOWN),
        })
    }

    pub(super) fn expect(&self, total: u64) {
        self.total.store(total, Ordering::Relaxed);
    }

    /// Bytes read, of all files together. A file given up because of a damage counts as read.
    pub fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// Bytes of all files together when they were found; `None` if one of the inputs is a pipe.
    pub fn total(&self) -> Option<u64> {
        Some(self.total.load(Ordering::Relaxed)).filter(|total| *total != NOT_KNOWN)
    }
}

/// Adds what is read of one file to the progress; at the end of its life, what was not read too.
pub(super) struct Metered<R> {
    reader: R,
    progress: Arc<Progress>,
    left: u64,
}

impl<R> Metered<R> {
    /// `size` bytes are expected.
    pub(super) fn new(reader: R, progress: Arc<Progress>, size: u64) -> Self {
        Self {
            reader,
            progress,
            left: size,
        }
    }
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(into)?;
        self.left = self.left.saturating_sub(count as u64);
        self.progress
            .read
            .fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

impl<R> Drop for Metered<R> {
    fn drop(&mut self) {
        self.progress.read.fetch_add(self.left, Ordering::Relaxed);
    }
}
