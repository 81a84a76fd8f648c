//! Session records as lines in a file: whole lines only, at most a second late, put aside when the file is large or old.
//!
//! Lines gather in memory and go out together, as few writes of whole lines. So whatever happens to the process, the file ends
//! with a whole line. Where writing fails, as on a full disk, lines wait within a bound; beyond it they are lost, and counted.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use jiff::{SignedDuration, Timestamp};

use crate::session::{Session, record};
use crate::store::Stored;

/// Bytes that are written at once.
const ENOUGH: usize = 64 << 10;
/// Bytes that wait while nothing can be written.
const MOST: usize = 4 << 20;

/// Where session records go, if anywhere.
pub(super) struct Records {
    sensor: String,
    out: Option<Out>,
}

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

struct Out {
    to: To,
    lines: Vec<u8>,
    /// Records that did not fit while nothing could be written.
    lost: u64,
}

enum To {
    Stdout,
    File(LogFile),
}

struct LogFile {
    path: PathBuf,
    file: File,
    size: u64,
    begun: Instant,
    rotation: Rotation,
}

impl Records {
    /// Begins a file anew; `-` is standard output.
    pub(super) fn create(path: Option<&Path>, sensor: &str) -> Result<Self> {
        Self::of(path, sensor, |path| {
            LogFile::open(path, Rotation::default(), false)
        })
    }

    /// Goes on in a file, if it is there.
    pub(super) fn append(path: Option<&Path>, sensor: &str, rotation: Rotation) -> Result<Self> {
        Self::of(path, sensor, |path| LogFile::open(path, rotation, true))
    }

    fn of(
        path: Option<&Path>,
        sensor: &str,
        open: impl FnOnce(&Path) -> io::Result<LogFile>,
    ) -> Result<Self> {
        let to = match path {
            None => None,
            Some(path) if path == Path::new("-") => Some(To::Stdout),
            Some(path) => {
                let opened = open(path);
                let file =
                    opened.with_context(|| format!("`{}` cannot be created", path.display()))?;
                Some(To::File(file))
            }
        };
        Ok(Self {
            sensor: sensor.to_owned(),
            out: to.map(|to| Out {
                to,
                lines: Vec::new(),
                lost: 0,
            }),
        })
    }

    /// Adds one record; writes when there are enough.
    pub(super) fn write(&mut self, session: &Session) -> Result<()> {
        self.add(|sensor, lines| record::write(session, sensor, lines))
    }

    /// Adds one record as it was, in the name of who saw it and with what.
    pub(super) fn write_stored(&mut self, stored: &Stored) -> Result<()> {
        let Stored {
            session,
            sensor,
            program,
        } = stored;
        self.add(|_, lines| record::write_as(session, sensor, program, lines))
    }

    /// Whether anybody wants records.
    pub(super) const fn are_wanted(&self) -> bool {
        self.out.is_some()
    }

    fn add(&mut self, record: impl FnOnce(&str, &mut Vec<u8>)) -> Result<()> {
        let Some(out) = &mut self.out else {
            return Ok(());
        };
        if out.lines.len() >= MOST {
            out.lost += 1;
            return Ok(());
        }
        record(&self.sensor, &mut out.lines);
        if out.lines.len() >= ENOUGH {
            return self.flush();
        }
        Ok(())
    }

    /// Writes what is there. What could not be written is tried again the next time.
    pub(super) fn flush(&mut self) -> Result<()> {
        match &mut self.out {
            Some(out) => out.flush(),
            None => Ok(()),
        }
    }

    /// Puts the file aside if it is large or old enough.
    pub(super) fn rotate(&mut self) -> Result<()> {
        match &mut self.out {
            Some(Out {
                to: To::File(file), ..
            }) => file.rotate(),
            _ => Ok(()),
        }
    }

    /// Opens the file anew by its name: somebody else has put it aside.
    pub(super) fn reopen(&mut self) -> Result<()> {
        self.flush()?;
        match &mut self.out {
            Some(Out {
                to: To::File(file), ..
            }) => file.reopen(),
            _ => Ok(()),
        }
    }

    /// Records that were lost since nothing could be written.
    pub(super) fn lost(&self) -> u64 {
        self.out.as_ref().map_or(0, |out| out.lost)
    }

    /// Writes what is left.
    pub(super) fn finish(&mut self) -> Result<()> {
        self.flush()?;
        match self.lost() {
            0 => Ok(()),
            lost => bail!("{lost} session records could not be written and are lost"),
        }
    }
}

impl Out {
    fn flush(&mut self) -> Result<()> {
        while !self.lines.is_empty() {
            let written = match &mut self.to {
                To::Stdout => write_some(&mut io::stdout().lock(), &self.lines),
                To::File(log) => write_some(&mut log.file, &self.lines),
            };
            let count =
                written.with_context(|| format!("writing session records to {}", self.name()))?;
            self.lines.drain(..count);
            if let To::File(log) = &mut self.to {
                log.size += count as u64;
            }
        }
        if let To::Stdout = self.to {
            io::stdout()
                .flush()
                .context("writing session records to standard output")?;
        }
        Ok(())
    }

    fn name(&self) -> String {
        match &self.to {
            To::Stdout => "standard output".to_owned(),
            To::File(log) => format!("`{}`", log.path.display()),
        }
    }
}

/// One write, of all lines if the system takes them.
fn write_some(to: &mut impl Write, lines: &[u8]) -> io::Result<usize> {
    loop {
        match to.write(lines) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

impl LogFile {
    fn open(path: &Path, rotation: Rotation, append: bool) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        let mut file = if append {
            options.create(true).read(true).append(true).open(path)?
        } else {
            File::create(path)?
        };
        let mut size = file.metadata()?.len();
        if append && !ends_with_a_line(&mut file, size) {
            // Whoever wrote before was cut off.
            file.write_all(b"\n")?;
            size += 1;
        }
        Ok(Self {
            path: path.to_owned(),
            file,
            size,
            begun: Instant::now(),
            rotation,
        })
    }

    fn reopen(&mut self) -> Result<()> {
        let opened = Self::open(&self.path, self.rotation, true);
        *self =
            opened.with_context(|| format!("`{}` cannot be opened anew", self.path.display()))?;
        Ok(())
    }

    fn rotate(&mut self) -> Result<()> {
        let large = self.rotation.size.is_some_and(|size| self.size >= size);
        let old = self
            .rotation
            .age
            .is_some_and(|age| self.begun.elapsed() >= age);
        if self.size == 0 || !(large || old) {
            return Ok(());
        }
        let aside = aside(&self.path);
        fs::rename(&self.path, &aside)
            .with_context(|| format!("`{}` cannot be put aside", self.path.display()))?;
        self.reopen()?;
        self.forget_old()
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

fn ends_with_a_line(file: &mut File, size: u64) -> bool {
    let mut last = [b'\n'];
    if size > 0 && file.seek(SeekFrom::End(-1)).is_ok() && file.read_exact(&mut last).is_err() {
        return true; // cannot be read: a pipe or device
    }
    last == *b"\n"
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
        time = time
            .saturating_add(SignedDuration::from_millis(1))
            .unwrap_or(Timestamp::MAX);
    }
}

fn is_aside(path: &Path, of: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    let base = of.file_name().and_then(|name| name.to_str());
    let (Some(name), Some(base)) = (name, base) else {
        return false;
    };
    let Some(time) = name.strip_prefix(base) else {
        return false;
    };
    let shape = |byte: u8| if byte.is_ascii_digit() { b'9' } else { byte };
    time.bytes()
        .map(shape)
        .eq(b".99999999T999999.999Z".iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::sample;
    use crate::tls::Version;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("tlstally-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn lines(path: &Path) -> Vec<serde_json::Value> {
        let text = fs::read_to_string(path).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    #[test]
    fn a_cut_line_of_somebody_else_does_not_spoil_ours() {
        let folder = folder("records-cut");
        let path = folder.join("a.jsonl");
        fs::write(&path, "{\"cut\":").unwrap();
        let mut records = Records::append(Some(&path), "s", Rotation::default()).unwrap();
        records
            .write(&sample::submission("10.0.0.1", 0, Version::TLS12))
            .unwrap();
        records.finish().unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let (cut, ours) = text.split_once('\n').unwrap();
        assert_eq!(cut, "{\"cut\":");
        assert!(serde_json::from_str::<serde_json::Value>(ours).is_ok());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn files_are_put_aside_and_no_record_is_lost() {
        let folder = folder("records-rotate");
        let path = folder.join("a.jsonl");
        let rotation = Rotation {
            size: Some(1),
            age: None,
            keep: None,
        };
        let mut records = Records::append(Some(&path), "s", rotation).unwrap();
        for second in 0..3 {
            records
                .write(&sample::submission("10.0.0.1", second, Version::TLS12))
                .unwrap();
            records.flush().unwrap();
            records.rotate().unwrap();
        }
        records.finish().unwrap();
        let files: Vec<PathBuf> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        assert_eq!(files.iter().filter(|file| is_aside(file, &path)).count(), 3);
        assert_eq!(files.iter().map(|file| lines(file).len()).sum::<usize>(), 3);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn only_the_newest_are_kept() {
        let folder = folder("records-keep");
        let path = folder.join("a.jsonl");
        for time in [
            "20200101T000000.000Z",
            "20200102T000000.000Z",
            "20200103T000000.000Z",
        ] {
            fs::write(folder.join(format!("a.jsonl.{time}")), "").unwrap();
        }
        fs::write(folder.join("a.jsonl.save"), "").unwrap();
        let rotation = Rotation {
            keep: Some(1),
            ..Rotation::default()
        };
        let file = LogFile::open(&path, rotation, true).unwrap();
        file.forget_old().unwrap();
        let mut left: Vec<_> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        left.sort();
        assert_eq!(
            left,
            ["a.jsonl", "a.jsonl.20200103T000000.000Z", "a.jsonl.save"]
        );
        fs::remove_dir_all(folder).unwrap();
    }
}
