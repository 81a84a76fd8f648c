//! From the paths on a command line to files: folders are walked, pipes kept, the same file under two names is read once.

use std::collections::HashSet;
use std::fs::{self, File, Metadata};
use std::io::{self, IsTerminal as _};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::SourceError;
use super::interrupt::standard_input;

/// Files that were found in a folder and left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    /// No captures.
    pub not_captures: u64,
    /// Empty files, as a capture program leaves that has not yet written.
    pub empty: u64,
    /// Pipes, sockets and devices.
    pub special: u64,
    /// Other names of files that are read.
    pub same: u64,
}

/// Whether a file's name says that it is a capture, compressed or not.
pub(super) fn is_named_capture(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut parts = name.rsplit('.').take(3).map(str::to_ascii_lowercase);
    parts.any(|part| matches!(&*part, "pcap" | "pcapng" | "cap" | "dmp"))
}

/// Something to read.
pub(super) struct Found {
    pub(super) path: Arc<Path>,
    pub(super) from: From,
}

/// Where it was found.
pub(super) enum From {
    /// A regular file.
    File {
        /// Bytes on disk.
        size: u64,
        /// Named on the command line; otherwise found in a folder.
        named: bool,
    },
    /// A pipe or device, open already: it can be read only once.
    Pipe(File),
}

/// All that the paths lead to.
#[derive(Default)]
pub(super) struct Inputs {
    pub(super) found: Vec<Found>,
    pub(super) errors: Vec<SourceError>,
    pub(super) skipped: Skipped,
    /// The folders that were named and walked; not those in which another name of a file was passed over.
    pub(super) folders: Vec<PathBuf>,
    seen: HashSet<(u64, u64)>,
}

impl Inputs {
    /// Looks at each path; `-` is standard input.
    pub(super) fn find<P: AsRef<Path>>(paths: &[P]) -> Self {
        let mut inputs = Self::default();
        let mut paths: Vec<&Path> = paths.iter().map(AsRef::as_ref).collect();
        // Which of two names of a file is kept must not depend on their order, and one named by itself goes first.
        paths.sort_unstable_by_key(|path| (path.is_dir(), *path));
        paths.dedup();
        for path in paths {
            inputs.named(path);
        }
        inputs
    }

    fn named(&mut self, path: &Path) {
        if path.as_os_str() == "-" {
            return match standard_input() {
                Ok(file) if file.is_terminal() => self.cannot_open(
                    path,
                    io::Error::other("standard input is a terminal, not a capture"),
                ),
                Ok(file) => self.pipe(path, file),
                Err(source) => self.cannot_open(path, source),
            };
        }
        match fs::metadata(path) {
            Ok(about) if about.is_dir() => self.folder(path, &about),
            Ok(about) if about.is_file() => self.file(path, &about, true),
            Ok(_) => match File::open(path) {
                Ok(file) => self.pipe(path, file),
                Err(source) => self.cannot_open(path, source),
            },
            Err(source) => self.cannot_open(path, source),
        }
    }

    fn pipe(&mut self, path: &Path, file: File) {
        self.found.push(Found {
            path: path.into(),
            from: From::Pipe(file),
        });
    }

    fn file(&mut self, path: &Path, about: &Metadata, named: bool) {
        if !self.is_new(about) {
            self.skipped.same += 1;
            return;
        }
        self.found.push(Found {
            path: path.into(),
            from: From::File {
                size: about.len(),
                named,
            },
        });
    }

    /// Walks the folder and those inside; links are followed, each folder is entered once.
    fn folder(&mut self, path: &Path, about: &Metadata) {
        if !self.is_new(about) {
            return;
        }
        let mut folders = vec![path.to_owned()];
        let same = self.skipped.same;
        while let Some(folder) = folders.pop() {
            match entries(&folder) {
                Ok(entries) => self.entries(entries, &mut folders),
                Err(source) => self.cannot_open(&folder, source),
            }
        }
        if self.skipped.same == same {
            self.folders.push(path.to_owned());
        }
    }

    fn entries(&mut self, entries: Vec<PathBuf>, folders: &mut Vec<PathBuf>) {
        for path in entries {
            match fs::metadata(&path) {
                Ok(about) if about.is_file() => self.file(&path, &about, false),
                Ok(about) if about.is_dir() => {
                    if self.is_new(&about) {
                        folders.push(path);
                    }
                }
                Ok(_) => self.skipped.special += 1,
                Err(source) => self.cannot_open(&path, source),
            }
        }
    }

    fn is_new(&mut self, about: &Metadata) -> bool {
        self.seen.insert((about.dev(), about.ino()))
    }

    fn cannot_open(&mut self, path: &Path, source: io::Error) {
        self.errors.push(SourceError::Open {
            path: path.to_owned(),
            source,
        });
    }
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<Vec<_>>>()?;
    paths.sort_unstable();
    Ok(paths)
}
