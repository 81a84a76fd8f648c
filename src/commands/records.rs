//! Session records as lines in a file: whole lines only, at most a second late, put aside when the file is large or old.
//!
//! Lines gather in memory and go out together, as few writes of whole lines. So whatever happens to the process, the
//! file ends with a whole line. Only a disk that fills may cut one: its rest follows as soon as there is room, or all
//! of it in the file that is opened next. Where writing fails, lines wait within a bound; beyond it, and at the end,
//! they are lost, and counted.

use std::io::{self, ErrorKind, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use super::is_closed_pipe;
use super::log_file::{LogFile, Rotation};
use super::outputs::is_stdout;
use crate::session::{Session, record};
use crate::store::Stored;
use crate::tally::figures::counted;

/// Bytes that are written at once.
const ENOUGH: usize = 64 << 10;
/// Bytes that wait while nothing can be written.
const MOST: usize = 4 << 20;

/// Where session records go, if anywhere.
pub(super) struct Records {
    sensor: String,
    out: Option<Out>,
}

struct Out {
    to: To,
    lines: Vec<u8>,
    /// So many bytes of the first line are written.
    cut: usize,
    /// The last write failed: nothing is tried before the next [`Records::flush`].
    failing: bool,
    /// How writing failed, the last time.
    failure: Option<String>,
    /// Records that did not fit while nothing could be written.
    lost: u64,
}

enum To {
    Stdout,
    File(LogFile),
}

impl Records {
    /// Begins a file anew; `-` is standard output.
    pub(super) fn create(path: Option<&Path>, sensor: &str) -> Result<Self> {
        Self::of(path, sensor, LogFile::create)
    }

    /// Goes on in a file, if it is there.
    pub(super) fn append(path: Option<&Path>, sensor: &str, rotation: Rotation) -> Result<Self> {
        let mut records = Self::of(path, sensor, |path| LogFile::append(path, rotation))?;
        if let Some(out) = &mut records.out {
            out.begin_with_a_line();
        }
        Ok(records)
    }

    fn of(
        path: Option<&Path>,
        sensor: &str,
        open: impl FnOnce(&Path) -> io::Result<LogFile>,
    ) -> Result<Self> {
        let to = match path {
            None => None,
            Some(path) if is_stdout(path) => Some(To::Stdout),
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
                cut: 0,
                failing: false,
                failure: None,
                lost: 0,
            }),
        })
    }

    /// Adds one record; writes when there are enough. How that went, the next [`Self::flush`] tells.
    pub(super) fn write(&mut self, session: &Session) {
        self.add(|sensor, lines| record::write(session, sensor, lines));
    }

    /// Adds one record as it was, in the name of who saw it and with what.
    pub(super) fn write_stored(&mut self, stored: &Stored) {
        let Stored {
            session,
            sensor,
            program,
        } = stored;
        self.add(|_, lines| record::write_as(session, sensor, program, lines));
    }

    /// Whether anybody wants records.
    pub(super) const fn are_wanted(&self) -> bool {
        self.out.is_some()
    }

    fn add(&mut self, record: impl FnOnce(&str, &mut Vec<u8>)) {
        let Some(out) = &mut self.out else {
            return;
        };
        if out.lines.len() >= MOST {
            out.lost += 1;
            return;
        }
        record(&self.sensor, &mut out.lines);
        if out.lines.len() >= ENOUGH && !out.failing {
            // Told by the next flush, unless that writes what this could not.
            let _ = self.flush();
        }
    }

    /// Writes what is there. What could not be written is tried again the next time.
    pub(super) fn flush(&mut self) -> Result<()> {
        let Some(out) = &mut self.out else {
            return Ok(());
        };
        let flushed = out.flush();
        out.failing = flushed.is_err();
        match flushed {
            // Nobody reads on; whatever else was asked for goes on.
            Err(error) if matches!(out.to, To::Stdout) && is_closed_pipe(&error) => {
                self.out = None;
                Ok(())
            }
            Err(error) => {
                out.failure = Some(format!("{error:#}"));
                Err(error)
            }
            Ok(()) => Ok(()),
        }
    }

    /// Puts the file aside if it is large or old enough.
    pub(super) fn rotate(&mut self) -> Result<()> {
        self.with_file(LogFile::rotate)
    }

    /// Opens the file anew by its name: somebody else has put it aside. What cannot be written to the old one goes to
    /// the new one.
    pub(super) fn reopen(&mut self) -> Result<()> {
        let _ = self.flush(); // a full disk may be why
        self.with_file(LogFile::reopen)
    }

    fn with_file(&mut self, change: impl FnOnce(&mut LogFile) -> Result<()>) -> Result<()> {
        let Some(out) = &mut self.out else {
            return Ok(());
        };
        let To::File(file) = &mut out.to else {
            return Ok(());
        };
        let changed = change(file);
        if file.take_other() {
            out.begin_with_a_line();
        }
        changed
    }

    /// Records that were lost since nothing could be written.
    pub(super) fn lost(&self) -> u64 {
        self.out.as_ref().map_or(0, |out| out.lost)
    }

    /// Writes what is left; what cannot be written now is lost.
    pub(super) fn finish(&mut self) -> Result<()> {
        let flushed = self.flush();
        let Some(out) = &mut self.out else {
            return flushed;
        };
        out.lost += out.waiting();
        out.lines.clear();
        match (out.lost, &out.failure) {
            (0, _) => flushed,
            (lost, failure) => {
                let failure = failure.as_deref().unwrap_or_default();
                bail!("{} lost: {failure}", counted(lost, "session record"))
            }
        }
    }
}

impl Out {
    fn flush(&mut self) -> Result<()> {
        while !self.lines.is_empty() {
            let left = &self.lines[self.cut..];
            let written = match &mut self.to {
                To::Stdout => io::stdout().lock().write(left),
                To::File(file) => file.write(left),
            };
            match written {
                Ok(count) if count > 0 => self.wrote(count),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                failed => {
                    let failed = failed.and(Err(ErrorKind::WriteZero.into()));
                    return failed.with_context(|| self.failure());
                }
            }
        }
        match &self.to {
            To::Stdout => io::stdout().flush().with_context(|| self.failure()),
            To::File(_) => Ok(()),
        }
    }

    /// So many bytes more are written. A line stays until all of it is.
    fn wrote(&mut self, count: usize) {
        let written = self.cut + count;
        let lines = memchr::memrchr(b'\n', &self.lines[..written]);
        let whole = lines.map_or(0, |last| last + 1);
        self.lines.drain(..whole);
        self.cut = written - whole;
    }

    /// Whoever wrote to the file before may have been cut off: ours begin with a line of their own.
    fn begin_with_a_line(&mut self) {
        self.cut = 0;
        if self.lines.first() == Some(&b'\n') {
            self.lines.remove(0);
        }
        if let To::File(file) = &mut self.to
            && file.last().is_some_and(|last| last != b'\n')
        {
            self.lines.insert(0, b'\n');
        }
    }

    /// Records that are not written, or not all of them.
    fn waiting(&self) -> u64 {
        let begins = usize::from(self.lines.first() == Some(&b'\n'));
        let ends = memchr::memchr_iter(b'\n', &self.lines).count();
        (ends - begins) as u64
    }

    fn failure(&self) -> String {
        let name = match &self.to {
            To::Stdout => "standard output".to_owned(),
            To::File(file) => file.name(),
        };
        format!("writing session records to {name}")
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;
    use crate::commands::log_file::is_aside;
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
        records.write(&sample::submission("10.0.0.1", 0, Version::TLS12));
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
            records.write(&sample::submission("10.0.0.1", second, Version::TLS12));
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

    /// More than may wait, to a disk that is full and stays so (null(4)).
    #[test]
    fn what_does_not_fit_is_counted() {
        let session = sample::submission("10.0.0.1", 0, Version::TLS12);
        let mut records = Records::create(Some(Path::new("/dev/full")), "s").unwrap();
        let mut written = 0;
        while records.lost() < 10 {
            records.write(&session);
            written += 1;
        }
        let waiting = records.out.as_ref().unwrap().lines.len();
        assert!((MOST..MOST + ENOUGH).contains(&waiting), "{waiting}");
        assert!(records.flush().is_err());
        assert_eq!(records.lost(), 10, "what waits is not lost yet");
        let told = records.finish().unwrap_err().to_string();
        assert_eq!(records.lost(), written);
        assert!(
            told.contains("lost: writing session records to `/dev/full`"),
            "{told}"
        );
    }

    /// As a disk that fills in the middle of a line.
    #[test]
    fn a_line_that_is_cut_is_whole_somewhere() {
        let folder = folder("records-filled");
        let path = folder.join("a.jsonl");
        let cut_after = |records: &mut Records, bytes: usize| {
            let out = records.out.as_mut().unwrap();
            let To::File(file) = &mut out.to else {
                panic!()
            };
            assert_eq!(file.write(&out.lines[..bytes]).unwrap(), bytes);
            out.wrote(bytes);
        };
        let mut records = Records::append(Some(&path), "s", Rotation::default()).unwrap();
        for second in 0..2 {
            records.write(&sample::submission("10.0.0.1", second, Version::TLS12));
        }
        let first = memchr::memchr(b'\n', &records.out.as_ref().unwrap().lines).unwrap();
        cut_after(&mut records, first + 11);
        assert_eq!(records.out.as_ref().unwrap().waiting(), 1);
        // The same file: its rest.
        records.reopen().unwrap();
        records.flush().unwrap();
        assert_eq!(lines(&path).len(), 2);
        // Another one: all of it, there.
        records.write(&sample::submission("10.0.0.1", 2, Version::TLS12));
        cut_after(&mut records, 20);
        let aside = folder.join("aside");
        fs::rename(&path, &aside).unwrap();
        fs::write(&path, "{\"cut\":").unwrap();
        records.with_file(LogFile::reopen).unwrap();
        records.finish().unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let (_, ours) = text.split_once('\n').unwrap();
        assert!(
            serde_json::from_str::<serde_json::Value>(ours).is_ok(),
            "{ours}"
        );
        assert_eq!(fs::read_to_string(&aside).unwrap().lines().count(), 3);
        fs::remove_dir_all(folder).unwrap();
    }
}
