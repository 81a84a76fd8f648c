//! Session records as lines in a file: whole lines only, at most a second late, put aside when the file is large or old.
//!
//! Lines gather in memory and go out together, as few writes of whole lines. So whatever happens to the process, the file ends
//! with a whole line. Where writing fails, as on a full disk, lines wait within a bound; beyond it they are lost, and counted.

use std::io::{self, ErrorKind, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use super::is_closed_pipe;
use super::log_file::{LogFile, Rotation};
use super::outputs::is_stdout;
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

impl Records {
    /// Begins a file anew; `-` is standard output.
    pub(super) fn create(path: Option<&Path>, sensor: &str) -> Result<Self> {
        Self::of(path, sensor, LogFile::create)
    }

    /// Goes on in a file, if it is there.
    pub(super) fn append(path: Option<&Path>, sensor: &str, rotation: Rotation) -> Result<Self> {
        Self::of(path, sensor, |path| {
            whole_lines(LogFile::append(path, rotation)?)
        })
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
        let Some(out) = &mut self.out else {
            return Ok(());
        };
        match out.flush() {
            // Nobody reads on; whatever else was asked for goes on.
            Err(error) if matches!(out.to, To::Stdout) && is_closed_pipe(&error) => {
                self.out = None;
                Ok(())
            }
            other => other,
        }
    }

    /// Puts the file aside if it is large or old enough.
    pub(super) fn rotate(&mut self) -> Result<()> {
        match self.file() {
            Some(file) => file.rotate().map(drop),
            None => Ok(()),
        }
    }

    /// Opens the file anew by its name: somebody else has put it aside.
    pub(super) fn reopen(&mut self) -> Result<()> {
        self.flush()?;
        match self.file() {
            Some(file) => file.reopen(),
            None => Ok(()),
        }
    }

    fn file(&mut self) -> Option<&mut LogFile> {
        match &mut self.out {
            Some(Out {
                to: To::File(file), ..
            }) => Some(file),
            _ => None,
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
                To::Stdout => io::stdout().lock().write(&self.lines),
                To::File(file) => file.write(&self.lines),
            };
            match written {
                Ok(count) if count > 0 => drop(self.lines.drain(..count)),
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

    fn failure(&self) -> String {
        let name = match &self.to {
            To::Stdout => "standard output".to_owned(),
            To::File(file) => file.name(),
        };
        format!("writing session records to {name}")
    }
}

/// Whoever wrote before may have been cut off: ours begin with a line of their own.
fn whole_lines(mut file: LogFile) -> io::Result<LogFile> {
    if file.last().is_some_and(|last| last != b'\n') {
        file.write(b"\n")?;
    }
    Ok(file)
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
}
