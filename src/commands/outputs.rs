//! A look at what a command is to write before anything is opened, so that no capture, store or input is written over.

use std::fs::{self, File, Metadata};
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::WrongArguments;
use crate::cli::ReportArgs;
use crate::source;

/// What every SQLite database begins with (sqlite.org, "Database File Format", 1.3.1).
const SQLITE: &[u8] = b"SQLite format 3\0";

/// Refuses places for records and report that would cost somebody a file: an input, a capture, a store, or one the other.
pub(super) fn check<P: AsRef<Path>>(args: &ReportArgs, inputs: &[P]) -> Result<()> {
    let files = [("--sessions", &args.sessions), ("--output", &args.output)];
    for (option, path) in files {
        let Some(path) = path.as_deref().filter(|path| !is_stdout(path)) else {
            continue;
        };
        if let Some(what) = what_is_lost(path, inputs) {
            return Err(WrongArguments(format!(
                "{option} would write over `{}`, which is {what}",
                path.display()
            ))
            .into());
        }
    }
    if let (Some(records), Some(report)) = (&args.sessions, &args.output)
        && is_same(records, report)
    {
        return Err(WrongArguments("--sessions and --output name the same place".into()).into());
    }
    Ok(())
}

/// Whether the name stands for standard output.
pub(super) fn is_stdout(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn what_is_lost<P: AsRef<Path>>(path: &Path, inputs: &[P]) -> Option<&'static str> {
    let about = regular(path)?;
    let is_input = |input: &P| regular(input.as_ref()).is_some_and(|input| is_one(&about, &input));
    if inputs.iter().any(is_input) {
        return Some("to be read");
    }
    let mut start = Vec::new();
    let file = File::open(path).ok()?;
    file.take(SQLITE.len() as u64)
        .read_to_end(&mut start)
        .ok()?;
    if source::begins_like_a_capture(&start) {
        Some("a capture, or compressed")
    } else {
        (start == SQLITE).then_some("a database")
    }
}

/// Only what is in a regular file can be lost.
fn regular(path: &Path) -> Option<Metadata> {
    fs::metadata(path).ok().filter(Metadata::is_file)
}

fn is_one(one: &Metadata, other: &Metadata) -> bool {
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Two names of one file, there or not; a device or pipe can take both.
fn is_same(one: &Path, other: &Path) -> bool {
    match (fs::metadata(one), fs::metadata(other)) {
        (Ok(one), Ok(other)) => one.is_file() && is_one(&one, &other),
        (Err(_), Err(_)) => is_stdout(one) && is_stdout(other) || whole(one) == whole(other),
        _ => false,
    }
}

/// The name of a file that is not there yet, as from the root.
fn whole(path: &Path) -> Option<PathBuf> {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    let folder = folder.unwrap_or(Path::new(".")).canonicalize().ok()?;
    Some(folder.join(path.file_name()?))
}
