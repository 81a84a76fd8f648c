//! Where reports go: standard output or a file, with errors that name it.

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal, Seek as _, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// Where the report goes.
#[derive(Debug)]
pub(super) enum Destination {
    /// Standard output.
    Stdout,
    /// A file, already open: a path that cannot be written is told before hours of reading.
    File(PathBuf, File),
}

impl Destination {
    /// Opens the file, or creates it.
    pub(super) fn file(path: &Path) -> Result<Self> {
        let mut options = OpenOptions::new();
        // What is in it stays until there is a report.
        let opened = options.write(true).create(true).truncate(false).open(path);
        let file = opened.with_context(|| format!("`{}` cannot be created", path.display()))?;
        Ok(Self::File(path.to_owned(), file))
    }

    /// Writes all of it; a file then holds this and nothing else.
    pub(super) fn write(&mut self, text: &str) -> Result<()> {
        match self {
            Self::Stdout => {
                let mut out = io::stdout().lock();
                let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
                heard_enough(written).context("writing to standard output")
            }
            Self::File(path, file) => begin_anew(file)
                .and_then(|()| file.write_all(text.as_bytes()))
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

/// Nothing has to be done for what cannot be rewound, such as a pipe.
fn begin_anew(file: &mut File) -> io::Result<()> {
    if !file.metadata()?.is_file() {
        return Ok(());
    }
    file.set_len(0)?;
    file.rewind()
}

/// That nobody reads on is no failure, and no reason to leave other things undone.
fn heard_enough(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
