//! Where reports go: standard output or a file, with errors that name it.
//!
//! A file that is there holds the report before, and keeps it until the new one is written: that is made beside it and
//! takes its place, so nobody reads half of one. Where none can be made (`read` gives that right away; a folder may be
//! somebody else's), or where the place is more than one file's name, the file is written over, once the disk has room
//! for all of it.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, IsTerminal, Seek as _, Write};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process;

use anyhow::{Context as _, Result};
use rustix::fs::{FallocateFlags, fallocate};
use rustix::io::Errno;

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
            Self::File(path, file) => put(path, file, text.as_bytes())
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

fn put(path: &Path, file: &mut File, text: &[u8]) -> io::Result<()> {
    let old = file.metadata()?;
    if !old.is_file() {
        return file.write_all(text);
    }
    let Some((name, mut new)) = beside(path, &old) else {
        return write_over(file, text);
    };
    if let Err(error) = new.write_all(text) {
        let _ = fs::remove_file(name);
        return Err(error);
    }
    if fs::rename(&name, path).is_err() {
        // Such as a file that is mounted there by itself.
        let _ = fs::remove_file(name);
        return write_over(file, text);
    }
    *file = new;
    Ok(())
}

/// A new file that can take the place of the `old` one, with its owner and mode; `None` where that cannot be, or would
/// change more than what is in it.
fn beside(path: &Path, old: &Metadata) -> Option<(PathBuf, File)> {
    match fs::symlink_metadata(path) {
        // Not a link to it, and not a second name of it.
        Ok(there) if (there.dev(), there.ino()) == (old.dev(), old.ino()) && old.nlink() == 1 => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        _ => return None,
    }
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.new", process::id()));
    let name = PathBuf::from(name);
    let new = File::create_new(&name).ok()?;
    let owned = new.metadata().map(|new| (new.uid(), new.gid())).ok();
    let alike = owned == Some((old.uid(), old.gid()));
    if alike && new.set_permissions(old.permissions()).is_ok() {
        return Some((name, new));
    }
    let _ = fs::remove_file(name);
    None
}

/// What is in the file stays if the disk has no room for the `text`.
fn write_over(file: &mut File, text: &[u8]) -> io::Result<()> {
    file.rewind()?;
    if let Err(full @ (Errno::NOSPC | Errno::DQUOT)) =
        fallocate(&*file, FallocateFlags::KEEP_SIZE, 0, text.len() as u64)
    {
        return Err(full.into());
    }
    let written = file.write_all(text);
    // Also where that failed: half of one report and half of another is worse than half of one.
    let end = file.stream_position()?;
    file.set_len(end)?;
    written
}

/// That nobody reads on is no failure, and no reason to leave other things undone.
fn heard_enough(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("tlstally-{name}-{}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn names(folder: &Path) -> Vec<String> {
        let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string();
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(name)
            .collect::<Result<_, _>>()
            .unwrap();
        names.sort();
        names
    }

    /// Whoever has the old report open goes on reading it.
    #[test]
    fn a_report_takes_the_place_of_another_at_once() {
        let folder = folder("report-place");
        let path = folder.join("report");
        fs::write(&path, "the report before").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let reader = File::open(&path).unwrap();
        let mut destination = Destination::file(&path).unwrap();
        for text in ["first", "2nd"] {
            destination.write(text).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(io::read_to_string(reader).unwrap(), "the report before");
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o640);
        assert_eq!(names(&folder), ["report"]);
        // Moved away meanwhile, as by whoever collects reports.
        fs::rename(&path, folder.join("collected")).unwrap();
        destination.write("third").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "third");
        assert_eq!(names(&folder), ["collected", "report"]);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn links_stay_links() {
        let folder = folder("report-links");
        let [path, link, other] = ["report", "link", "other"].map(|name| folder.join(name));
        fs::write(&path, "the report before").unwrap();
        symlink(&path, &link).unwrap();
        Destination::file(&link).unwrap().write("new").unwrap();
        assert_eq!(fs::read_link(&link).unwrap(), path);
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        fs::hard_link(&path, &other).unwrap();
        Destination::file(&path).unwrap().write("newer").unwrap();
        assert_eq!(fs::read_to_string(&other).unwrap(), "newer");
        assert_eq!(names(&folder), ["link", "other", "report"]);
        fs::remove_dir_all(folder).unwrap();
    }
}
