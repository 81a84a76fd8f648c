//! The files of a store: one at first, and another beside it whenever the last one is found to be damaged.
//!
//! A damaged file is neither moved nor removed: other programs may have it open, and SQLite finds the log of a file by
//! its name. So `sessions.sqlite` stays what it is, and `sessions-2.sqlite` begins beside it. The one with the highest
//! number is written; all are read.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

/// What all their names begin and end with.
const BEGIN: &str = "sessions";
const END: &str = ".sqlite";

/// Files of a store that may be there at a time. Who needs more has a disk that should be replaced.
pub(super) const MOST: usize = 9;

/// The file that a store in `folder` begins with.
pub fn file(folder: &Path) -> PathBuf {
    numbered(folder, 1)
}

fn numbered(folder: &Path, number: u32) -> PathBuf {
    match number {
        1 => folder.join(format!("{BEGIN}{END}")),
        _ => folder.join(format!("{BEGIN}-{number}{END}")),
    }
}

/// The number in a name; of a file that is one of a store's.
fn number(name: &str) -> Option<u32> {
    let middle = name.strip_prefix(BEGIN)?.strip_suffix(END)?;
    if middle.is_empty() {
        return Some(1);
    }
    let number = middle.strip_prefix('-')?.parse().ok()?;
    (number > 1).then_some(number)
}

/// The files of the store in `folder`, oldest first; the last one is the one that is written.
pub fn all(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let names = entries
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok());
    let mut numbers: Vec<_> = names.filter_map(|name| number(&name)).collect();
    numbers.sort_unstable();
    let paths = numbers.into_iter().map(|number| numbered(folder, number));
    paths.filter(|path| path.is_file()).collect()
}

/// The file that is written, or will be made.
pub(super) fn newest(folder: &Path) -> PathBuf {
    all(folder).pop().unwrap_or_else(|| file(folder))
}

/// The name of the file that comes after `file`.
pub(super) fn after(folder: &Path, file: &Path) -> PathBuf {
    let name = file.file_name().and_then(|name| name.to_str());
    let last = name.and_then(number).unwrap_or(1);
    numbered(folder, last.saturating_add(1))
}

/// Who sends mail when is nobody else's business: a new folder is its owner's alone.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.mode(0o700).recursive(true).create(folder)
}

/// The file and its log, and the index of the log.
fn parts(file: &Path) -> [PathBuf; 3] {
    ["", "-wal", "-shm"].map(|end| {
        let mut part = file.as_os_str().to_owned();
        part.push(end);
        part.into()
    })
}

/// The log of a file.
pub(super) fn log(file: &Path) -> PathBuf {
    let [_, log, _] = parts(file);
    log
}

/// Bytes of a file and its log.
pub(super) fn bytes(file: &Path) -> u64 {
    let length = |path: &Path| fs::metadata(path).map_or(0, |found| found.len());
    length(file) + length(&log(file))
}

/// Removes a file, its log and the index of that.
pub(super) fn remove(file: &Path) -> io::Result<()> {
    let [file, log, index] = parts(file);
    for part in [&log, &index] {
        let _ = fs::remove_file(part);
    }
    fs::remove_file(file)
}

/// What tells a file from one that took its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity(u64, u64);

/// The file at `path` as it is now; `None` if there is none.
pub(super) fn identity(path: &Path) -> Option<Identity> {
    let found = fs::metadata(path).ok()?;
    Some(Identity(found.dev(), found.ino()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers() {
        let folder = Path::new("store");
        for (name, expected) in [
            ("sessions.sqlite", Some(1)),
            ("sessions-2.sqlite", Some(2)),
            ("sessions-10.sqlite", Some(10)),
            ("sessions-1.sqlite", None),
            ("sessions-.sqlite", None),
            ("sessions-2.sqlite-wal", None),
            ("sessions.sqlite.bak", None),
            ("other.sqlite", None),
        ] {
            assert_eq!(number(name), expected, "{name}");
        }
        let second = after(folder, &file(folder));
        assert_eq!(second, folder.join("sessions-2.sqlite"));
        assert_eq!(after(folder, &second), folder.join("sessions-3.sqlite"));
    }
}
