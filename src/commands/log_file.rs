//! A file that grows for months: put aside when it is large or old, the oldest removed, opened anew when somebody else has put it aside.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use jiff::{SignedDuration, Timestamp};

/// When a file is put aside.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rotation {
    /// At this size, bytes.
    pub(super) size: Option<u64>,
    /// At this age.
    pub(super) age: Option<Duration>,
    /// Old files kept.
    pub(super) keep: Option<usize>,
}

/// The file.
pub(super) struct LogFile {
    path: PathBuf,
    file: File,
    size: u64,
    begun: Instant,
    rotation: Rotation,
}

impl LogFile {
    /// An empty file; what was in it is gone.
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        Ok(Self::of(path, File::create(path)?, 0, Rotation::default()))
    }

    /// Goes on at the end of a file, if it is there.
    pub(super) fn append(path: &Path, rotation: Rotation) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        let file = options.create(true).read(true).append(true).open(path)?;
        let size = file.metadata()?.len();
        Ok(Self::of(path, file, size, rotation))
    }

    fn of(path: &Path, file: File, size: u64, rotation: Rotation) -> Self {
        Self {
            path: path.to_owned(),
            file,
            size,
            begun: Instant::now(),
            rotation,
        }
    }

    /// One write; how many of the bytes the system took.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.size += count as u64;
        Ok(count)
    }

    /// Its name, for people.
    pub(super) fn name(&self) -> String {
        format!("`{}`", self.path.display())
    }

    /// The last byte; `None` where there is none, or it cannot be read.
    pub(super) fn last(&mut self) -> Option<u8> {
        let mut last = [0];
        self.file.seek(SeekFrom::End(-1)).ok()?;
        self.file.read_exact(&mut last).ok()?;
        Some(last[0])
    }

    /// Opens the file anew by its name.
    pub(super) fn reopen(&mut self) -> Result<()> {
        let opened = Self::append(&self.path, self.rotation);
        *self = opened.with_context(|| format!("{} cannot be opened anew", self.name()))?;
        Ok(())
    }

    /// Puts the file aside if it is large or old enough; whether it did.
    pub(super) fn rotate(&mut self) -> Result<bool> {
        let large = self.rotation.size.is_some_and(|size| self.size >= size);
        let old = (self.rotation.age).is_some_and(|age| self.begun.elapsed() >= age);
        if self.size == 0 || !(large || old) {
            return Ok(false);
        }
        fs::rename(&self.path, aside(&self.path))
            .with_context(|| format!("{} cannot be put aside", self.name()))?;
        self.reopen()?;
        self.forget_old()?;
        Ok(true)
    }

    /// Removes the oldest of the files put aside; their names sort by time.
    fn forget_old(&self) -> Result<()> {
        let Some(keep) = self.rotation.keep else {
            return Ok(());
        };
        let folder = self.path.parent().filter(|folder| *folder != Path::new(""));
        let folder = folder.unwrap_or(Path::new("."));
        let mut old: Vec<PathBuf> = fs::read_dir(folder)
            .with_context(|| format!("`{}` cannot be read", folder.display()))?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| is_aside(path, &self.path))
            .collect();
        old.sort_unstable();
        for path in old.iter().take(old.len().saturating_sub(keep)) {
            fs::remove_file(path)
                .with_context(|| format!("`{}` cannot be removed", path.display()))?;
        }
        Ok(())
    }
}

/// `FILE.20261125T081500.123Z`: sorts by time. If there is one already, the next millisecond.
fn aside(path: &Path) -> PathBuf {
    let mut time = Timestamp::now();
    loop {
        let mut name = path.as_os_str().to_owned();
        name.push(time.strftime(".%Y%m%dT%H%M%S.%3fZ").to_string());
        let name = PathBuf::from(name);
        if !name.exists() {
            return name;
        }
        let later = time.saturating_add(SignedDuration::from_millis(1));
        time = later.unwrap_or(Timestamp::MAX);
    }
}

/// Whether `path` is a file that was put aside from `of`.
pub(super) fn is_aside(path: &Path, of: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    let base = of.file_name().and_then(|name| name.to_str());
    let (Some(name), Some(base)) = (name, base) else {
        return false;
    };
    let Some(time) = name.strip_prefix(base) else {
        return false;
    };
    let shape = |byte: u8| if byte.is_ascii_digit() { b'9' } else { byte };
    let shape = time.bytes().map(shape);
    shape.eq(b".99999999T999999.999Z".iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_newest_are_kept() {
        let folder = std::env::temp_dir().join(format!("tlstally-keep-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        for day in ["01", "02", "03"] {
            let name = format!("a.jsonl.202001{day}T000000.000Z");
            fs::write(folder.join(name), "").unwrap();
        }
        fs::write(folder.join("a.jsonl.save"), "").unwrap();
        let rotation = Rotation {
            keep: Some(1),
            ..Rotation::default()
        };
        let file = LogFile::append(&folder.join("a.jsonl"), rotation).unwrap();
        file.forget_old().unwrap();
        let entries = fs::read_dir(&folder).unwrap();
        let mut left: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        let newest = ["a.jsonl", "a.jsonl.20200103T000000.000Z", "a.jsonl.save"];
        assert_eq!(left, newest);
        fs::remove_dir_all(folder).unwrap();
    }
}
