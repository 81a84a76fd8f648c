//! Gives rights away for a command, in the order that `privilege` asks for, and says what was given away.

use std::path::{Path, PathBuf};
use std::{fs, process};

use anyhow::{Context as _, Result};
use tracing::{info, warn};

use super::complain;
use crate::cli::Confinement;
use crate::pipeline::Task;
use crate::privilege::{Mode, Reach, Reading, Role, Sandbox, Threads};

impl From<Confinement> for Mode {
    fn from(wanted: Confinement) -> Self {
        match wanted {
            Confinement::Strict => Self::Strict,
            Confinement::BestEffort => Self::BestEffort,
            Confinement::Off => Self::Off,
        }
    }
}

/// Directories in which files are made while a command runs: those that `files` are in (`-` is none), and `folders`.
pub(super) fn writing(files: &[Option<&Path>], folders: &[Option<&Path>]) -> Vec<PathBuf> {
    let named = |path: &&Path| *path != Path::new("-");
    let files = files.iter().copied().flatten().filter(named).map(folder);
    let folders = folders.iter().copied().flatten().map(Path::to_owned);
    let mut all: Vec<_> = files.chain(folders).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The directory that a file is in.
fn folder(file: &Path) -> PathBuf {
    match file.parent() {
        Some(folder) if folder != Path::new("") => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// For a command that reads files: nothing is written any more but what is open and what is in these directories, nothing is sent, no program is
/// run. Comes before anything that starts a thread, as a store does. Says nothing unless something that was insisted on is missing: people read captures
/// on many a system.
pub(super) fn reading(wanted: Confinement, writing: Vec<PathBuf>) -> Result<Threads> {
    let mut sandbox = Sandbox::new(wanted.into());
    make(&writing)?;
    Ok(sandbox.confine(&Reach {
        reading: Reading::Anything,
        writing,
    })?)
}

/// For a command that watches, once all that needs rights is open, and before anything that starts a thread.
pub(super) fn watching(sandbox: &mut Sandbox, writing: Vec<PathBuf>) -> Result<Threads> {
    make(&writing)?;
    let threads = sandbox.confine(&Reach {
        reading: Reading::Only(Vec::new()),
        writing,
    })?;
    info!("{sandbox}");
    for (what, why) in sandbox.lacking() {
        warn!("the sandbox lacks one part, {}: {why}", what.name());
    }
    Ok(threads)
}

/// A directory must be there for anything to be allowed in it.
fn make(folders: &[PathBuf]) -> Result<()> {
    for folder in folders {
        fs::create_dir_all(folder)
            .with_context(|| format!("`{}` cannot be created", folder.display()))?;
    }
    Ok(())
}

/// What the threads of a pipeline do first. One that cannot be confined must not see a packet: then the program ends.
pub(super) fn begin(threads: &Threads, reader: Role) -> impl Fn(Task) + Sync {
    move |task| {
        enter(
            threads,
            match task {
                Task::Read => reader,
                Task::Work => Role::Worker,
            },
        );
    }
}

/// What one thread does first.
pub(super) fn enter(threads: &Threads, role: Role) {
    if let Err(error) = threads.enter(role) {
        complain(&error.into());
        process::exit(1);
    }
}
