//! Gives rights away for a command, in the order that `privilege` asks for, and says what was given away.

use std::path::{Path, PathBuf};
use std::process;

use anyhow::Result;
use tracing::{info, warn};

use super::complain;
use super::outputs::is_stdout;
use crate::cli::{ReportArgs, StoreArgs};
use crate::pipeline::Task;
use crate::privilege::{Mode, Reach, Reading, Role, Sandbox, Threads};
use crate::store::StoreFolder;

/// Directories in which files are made while the command runs: for its reports and records, and for one more file.
pub(super) fn writing(report: &ReportArgs, more: Option<&Path>) -> Vec<PathBuf> {
    let files = [report.sessions.as_deref(), report.output.as_deref(), more];
    let named = |path: &&Path| !is_stdout(path);
    let mut folders: Vec<_> = files
        .into_iter()
        .flatten()
        .filter(named)
        .map(folder)
        .collect();
    folders.sort_unstable();
    folders.dedup();
    folders
}

/// The directory that a file is in.
fn folder(file: &Path) -> PathBuf {
    match file.parent() {
        Some(folder) if folder != Path::new("") => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// The folder of the store, in which its database makes and removes files.
pub(super) fn kept(store: &StoreArgs) -> Vec<PathBuf> {
    store.store.iter().map(|place| place.0.clone()).collect()
}

/// The folder that says whose the store is to be: its own, or where it is not made yet, the one that it will be made in.
pub(super) fn owned(store: &StoreArgs) -> Vec<PathBuf> {
    let there = |place: &StoreFolder| {
        let named = |folder: &Path| match folder.to_str() {
            Some("") => PathBuf::from("."),
            _ => folder.to_owned(),
        };
        let mut folders = place.0.ancestors().map(named);
        folders.find(|folder| folder.exists())
    };
    store.store.iter().filter_map(there).collect()
}

/// For a command that reads files: nothing is written any more but what is open and in the folders of `writing`,
/// nothing is sent, no program is run. Says nothing unless something that was insisted on is missing: people read
/// captures on many a system.
pub(super) fn reading(wanted: Mode, writing: Vec<PathBuf>) -> Result<Threads> {
    let mut sandbox = Sandbox::new(wanted);
    Ok(sandbox.confine(&Reach {
        reading: Reading::Anything,
        writing,
    })?)
}

/// For a command that watches, once all that needs rights is open.
pub(super) fn watching(sandbox: &mut Sandbox, writing: Vec<PathBuf>) -> Result<Threads> {
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
