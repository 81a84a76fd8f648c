//! A file that grows for months: put aside when it is large or old, the oldest removed, opened anew when somebody else
//! has put it aside.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use jiff::{SignedDuration, Timestamp};

/// When a file is put aside.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rotation {
    /// At this size, bytes.
    pub(super) size: Option<u64>,
    /// At this age, counted from the first byte.
    pub(super) age: Option<Duration>,
    /// Old files kept.
    pub(super) keep: Option<usize>,
}

/// The file.
pub(super) struct LogFile {
    path: PathBuf,
    file: File,
    size: u64,
    /// How old it was when it was opened, and when that was: a clock that is set meanwhile makes no file old.
    age: Duration,
    opened: Instant,
    rotation: Rotation,
    /// It has been put aside, and could not be opened anew yet.
    put_aside: bool,
    /// Another file has been opened since this was last asked.
    other: bool,
}

impl LogFile {
    /// An empty file; what was in it is gone.
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        Self::of(path, File::create(path)?, Rotation::default())
    }

    /// Goes on at the end of a file, if it is there.
    pub(super) fn append(path: &Path, rotation: Rotation) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        let file = options.create(true).read(true).append(true).open(path)?;
        Self::of(path, file, rotation)
    }

    fn of(path: &Path, file: File, rotation: Rotation) -> io::Result<Self> {
        let about = file.metadata()?;
        // A file system that does not tell when a file was made, such as NFS 3, lets its age begin with each opening.
        let age = about.created().ok().and_then(|made| made.elapsed().ok());
        Ok(Self {
            path: path.to_owned(),
            file,
            size: about.len(),
            age: age.unwrap_or_default(),
            opened: Instant::now(),
            rotation,
            put_aside: false,
            other: false,
        })
    }

    /// One write; how many of the bytes the system took.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        if self.size == 0 {
            (self.age, self.opened) = (Duration::ZERO, Instant::now());
        }
        self.size += count as u64;
        Ok(count)
    }

    /// Its name, for people.
    pub(super) fn name(&self) -> String {
        format!("`{}`", self.path.display())
    }

    /// Takes so many bytes off the end again.
    pub(super) fn take_back(&mut self, bytes: u64) -> io::Result<()> {
        let length = self.file.metadata()?.len().saturating_sub(bytes);
        self.file.set_len(length)?;
        self.size = length;
        Ok(())
    }

    /// The last byte; `None` where there is none, or it cannot be read.
    pub(super) fn last(&mut self) -> Option<u8> {
        let mut last = [0];
        self.file.seek(SeekFrom::End(-1)).ok()?;
        self.file.read_exact(&mut last).ok()?;
        Some(last[0])
    }

    /// Opens the file anew by its name. Where that fails, the one that is open is written on, and [`Self::rotate`] tries again.
    pub(super) fn reopen(&mut self) -> Result<()> {
        self.put_aside = true;
        let opened = Self::append(&self.path, self.rotation);
        let opened = opened.with_context(|| format!("{} cannot be opened anew", self.name()))?;
        let before = std::mem::replace(self, opened);
        self.other = before.other || identity(&before.file) != identity(&self.file);
        Ok(())
    }

    /// Puts the file aside if it is large or old enough, and opens it anew if it has been put aside.
    pub(super) fn rotate(&mut self) -> Result<()> {
        if !self.put_aside {
            let large = self.rotation.size.is_some_and(|size| self.size >= size);
            let age = self.age.saturating_add(self.opened.elapsed());
            let old = self.rotation.age.is_some_and(|most| age >= most);
            if self.size == 0 || !(large || old) {
                return Ok(());
            }
            match fs::rename(&self.path, aside(&self.path)) {
                // Somebody else has put it aside, or removed it.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                renamed => {
                    renamed.with_context(|| format!("{} cannot be put aside", self.name()))?;
                }
            }
        }
        self.reopen()?;
        self.forget_old()
    }

    /// Whether another file has been opened since this was last asked.
    pub(super) fn take_other(&mut self) -> bool {
        std::mem::take(&mut self.other)
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

/// Device and number; `None` where it cannot be told.
fn identity(file: &File) -> Option<(u64, u64)> {
    let about = file.metadata().ok()?;
    Some((about.dev(), about.ino()))
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

    use std::thread;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("tlstally-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    const AT_ONCE: Rotation = Rotation {
        size: Some(1),
        age: None,
        keep: None,
    };

    /// Files in a folder that are not the one of this name.
    fn others(folder: &Path, name: &str) -> usize {
        let names = fs::read_dir(folder).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name());
        names.filter(|other| other != name).count()
    }

    #[test]
    fn a_file_that_is_gone_is_made_anew() {
        let folder = folder("log-gone");
        let path = folder.join("a.jsonl");
        let mut file = LogFile::append(&path, AT_ONCE).unwrap();
        file.write(b"1\n").unwrap();
        fs::remove_file(&path).unwrap();
        file.rotate().unwrap();
        assert!(file.take_other() && !file.take_other());
        file.write(b"2\n").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"2\n");
        file.rotate().unwrap();
        assert_eq!(others(&folder, "a.jsonl"), 1, "rotated as ever");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_could_not_be_opened_anew_is_tried_again() {
        let folder = folder("log-again");
        let path = folder.join("a.jsonl");
        let mut file = LogFile::append(&path, Rotation::default()).unwrap();
        file.write(b"1\n").unwrap();
        let aside = folder.join("aside");
        fs::rename(&path, &aside).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(file.reopen().is_err());
        assert!(file.rotate().is_err());
        file.write(b"2\n").unwrap();
        fs::remove_dir(&path).unwrap();
        file.rotate().unwrap();
        file.write(b"3\n").unwrap();
        assert_eq!(fs::read(&aside).unwrap(), b"1\n2\n");
        assert_eq!(fs::read(&path).unwrap(), b"3\n");
        // The next time there is nothing to be done.
        assert!(file.take_other());
        file.rotate().unwrap();
        assert!(!file.take_other());
        fs::remove_dir_all(folder).unwrap();
    }

    /// A service that is started anew every night has its file a week all the same.
    #[test]
    fn age_counts_from_the_making_of_the_file() {
        let folder = folder("log-age");
        let path = folder.join("a.jsonl");
        fs::write(&path, "1\n").unwrap();
        let age = Duration::from_millis(300);
        let Ok(made) = fs::metadata(&path).unwrap().created() else {
            return; // the file system does not tell
        };
        while made.elapsed().is_ok_and(|elapsed| elapsed < age) {
            thread::yield_now();
        }
        let every = |age| Rotation {
            age: Some(age),
            ..Rotation::default()
        };
        let mut file = LogFile::append(&path, every(10_000 * age)).unwrap();
        file.rotate().unwrap();
        assert_eq!(others(&folder, "a.jsonl"), 0, "not yet");
        let mut file = LogFile::append(&path, every(age)).unwrap();
        file.rotate().unwrap();
        assert_eq!(others(&folder, "a.jsonl"), 1);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn only_the_newest_are_kept() {
        let folder = folder("keep");
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
