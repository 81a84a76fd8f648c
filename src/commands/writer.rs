//! Where answers go: standard output or a file, with errors that name it.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::session::{Session, record};

/// Where the report goes.
#[derive(Debug)]
pub(super) enum Destination {
    /// Standard output.
    Stdout,
    /// A file, already open: a path that cannot be written is told before hours of reading.
    File(PathBuf, File),
}

impl Destination {
    /// Creates the file.
    pub(super) fn file(path: &Path) -> Result<Self> {
        Ok(Self::File(path.to_owned(), create(path)?))
    }

    /// Writes all of it.
    pub(super) fn write(self, text: &str) -> Result<()> {
        match self {
            Self::Stdout => {
                let mut out = io::stdout().lock();
                out.write_all(text.as_bytes())
                    .and_then(|()| out.flush())
                    .context("writing to standard output")
            }
            Self::File(path, mut file) => file
                .write_all(text.as_bytes())
                .with_context(|| format!("`{}` cannot be written", path.display())),
        }
    }

    /// A terminal that has not been asked to stay plain (no-color.org).
    pub(super) fn wants_colour(&self) -> bool {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        self.is_terminal() && !plain
    }

    /// Columns of the terminal, or those that `COLUMNS` asks for.
    pub(super) fn width(&self) -> Option<usize> {
        let asked = std::env::var("COLUMNS")
            .ok()
            .and_then(|columns| columns.parse().ok());
        let terminal = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        asked.or_else(|| self.is_terminal().then(terminal).flatten())
    }

    fn is_terminal(&self) -> bool {
        matches!(self, Self::Stdout) && io::stdout().is_terminal()
    }
}

/// Where session records go, if anywhere.
pub(super) struct Records {
    out: Option<(String, Box<dyn Write>)>,
    sensor: String,
    line: Vec<u8>,
}

impl Records {
    /// `-` is standard output.
    pub(super) fn open(path: Option<&Path>, sensor: &str) -> Result<Self> {
        let out = match path {
            None => None,
            Some(path) if path == Path::new("-") => {
                let out: Box<dyn Write> =
                    Box::new(BufWriter::with_capacity(64 << 10, io::stdout()));
                Some(("standard output".to_owned(), out))
            }
            Some(path) => {
                let out: Box<dyn Write> =
                    Box::new(BufWriter::with_capacity(64 << 10, create(path)?));
                Some((format!("`{}`", path.display()), out))
            }
        };
        Ok(Self {
            out,
            sensor: sensor.to_owned(),
            line: Vec::new(),
        })
    }

    /// Writes one record as a line.
    pub(super) fn write(&mut self, session: &Session) -> Result<()> {
        let Some((name, out)) = &mut self.out else {
            return Ok(());
        };
        self.line.clear();
        record::write(session, &self.sensor, &mut self.line);
        out.write_all(&self.line)
            .with_context(|| format!("writing session records to {name}"))
    }

    /// Writes what is buffered.
    pub(super) fn finish(mut self) -> Result<()> {
        let Some((name, out)) = &mut self.out else {
            return Ok(());
        };
        out.flush()
            .with_context(|| format!("writing session records to {name}"))
    }
}

fn create(path: &Path) -> Result<File> {
    File::create(path).with_context(|| format!("`{}` cannot be created", path.display()))
}
