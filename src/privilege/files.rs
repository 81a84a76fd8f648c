//! Landlock: of the file system only what a command names, of TCP nothing, of other processes nothing
//! (<https://docs.kernel.org/userspace-api/landlock.html>).
//!
//! What is open stays usable. A rule belongs to a file or directory as it is now, not to its name: a directory that is
//! removed and made anew is another one. Linux knows the parts since: files 5.13, truncation 6.2, TCP 6.7, signals and
//! abstract sockets 6.12.

use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, Compatible, LandlockStatus, PathBeneath, PathFd,
    RestrictionStatus, Ruleset, RulesetAttr, RulesetCreated, RulesetCreatedAttr, RulesetError,
    RulesetStatus, Scope,
};

use super::Restriction;

/// Vetted up to this version; newer kernels are asked for no more.
const FILES: ABI = ABI::V5;

/// What of the file system stays within reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// What can be opened for reading.
    pub reading: Reading,
    /// Directories in which files may be made, written, renamed and removed, also further down. Must exist.
    pub writing: Vec<PathBuf>,
}

/// What can be opened for reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Whatever the user can: for commands that are given captures by name, which may be links to anywhere.
    Anything,
    /// These files, and what is in these directories. Those that do not exist are passed over.
    Only(Vec<PathBuf>),
}

/// Confines the calling thread and those that it starts later, and says how each part went.
pub(super) fn confine(reach: &Reach) -> [(Restriction, Result<String, String>); 3] {
    [
        (Restriction::Files, files(reach)),
        (Restriction::Tcp, tcp()),
        (Restriction::Neighbours, neighbours()),
    ]
}

fn files(reach: &Reach) -> Result<String, String> {
    let status = restrict_files(reach).map_err(|error| error.to_string())?;
    let version = enforced(&status, "5.13")?;
    let writing = match reach.writing.as_slice() {
        [] => "no file written".to_owned(),
        directories => format!("files written only in {}", list(directories)),
    };
    let reading = match &reach.reading {
        Reading::Anything => "",
        Reading::Only(_) => " and read only there and where needed",
    };
    Ok(format!("{writing}{reading} (Landlock {version})"))
}

fn restrict_files(reach: &Reach) -> Result<RestrictionStatus, RulesetError> {
    let mut handled = AccessFs::from_all(FILES);
    if reach.reading == Reading::Anything {
        handled &= !(AccessFs::ReadFile | AccessFs::ReadDir);
    }
    let mut ruleset = Ruleset::default().handle_access(handled)?.create()?;
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    let write = read
        | AccessFs::WriteFile
        | AccessFs::Truncate
        | AccessFs::MakeReg
        | AccessFs::MakeDir
        | AccessFs::RemoveFile
        | AccessFs::RemoveDir;
    for directory in &reach.writing {
        ruleset = allow(ruleset, directory, write & handled)?;
    }
    if let Reading::Only(paths) = &reach.reading {
        for path in paths.iter().filter(|path| path.exists()) {
            ruleset = allow(ruleset, path, read)?;
        }
    }
    ruleset
        .set_compatibility(landlock::CompatLevel::BestEffort)
        .restrict_self()
}

fn allow(
    ruleset: RulesetCreated,
    path: &Path,
    access: BitFlags<AccessFs>,
) -> Result<RulesetCreated, RulesetError> {
    // Rights over directories do not apply to a file, and the kernel refuses them there.
    let access = if path.is_dir() {
        access
    } else {
        access & AccessFs::from_file(FILES)
    };
    match PathFd::new(path) {
        Ok(file) => ruleset.add_rule(PathBeneath::new(file, access)),
        // Not there, or not ours to look at: then there is nothing to allow.
        Err(_) => Ok(ruleset),
    }
}

fn tcp() -> Result<String, String> {
    let restrict = || {
        Ruleset::default()
            .handle_access(AccessNet::BindTcp | AccessNet::ConnectTcp)?
            .create()?
            .restrict_self()
    };
    let status = restrict().map_err(|error: RulesetError| error.to_string())?;
    enforced(&status, "6.7")?;
    Ok("no TCP".to_owned())
}

fn neighbours() -> Result<String, String> {
    // A service manager may listen for our state on an abstract socket (`sd_notify(3)`).
    let notified = std::env::var_os("NOTIFY_SOCKET")
        .is_some_and(|address| address.as_encoded_bytes().starts_with(b"@"));
    let scope = if notified {
        Scope::Signal.into()
    } else {
        Scope::Signal | Scope::AbstractUnixSocket
    };
    let restrict = || Ruleset::default().scope(scope)?.create()?.restrict_self();
    let status = restrict().map_err(|error: RulesetError| error.to_string())?;
    enforced(&status, "6.12")?;
    Ok("no signals to other processes".to_owned())
}

/// The kernel's version of Landlock, or what is missing.
fn enforced(status: &RestrictionStatus, since: &str) -> Result<String, String> {
    match status.landlock {
        LandlockStatus::NotImplemented => {
            Err(format!("this kernel has no Landlock; Linux {since} has"))
        }
        LandlockStatus::NotEnabled => Err(
            "Landlock is not among the kernel's security modules (lsm=landlock,… at boot)".into(),
        ),
        LandlockStatus::Available { effective_abi, .. } => match status.ruleset {
            RulesetStatus::FullyEnforced => Ok((effective_abi as i32).to_string()),
            RulesetStatus::PartiallyEnforced => Err(format!(
                "only in part: this kernel has Landlock {}",
                effective_abi as i32
            )),
            RulesetStatus::NotEnforced => Err(format!(
                "this kernel has Landlock {}; Linux {since} has what is needed",
                effective_abi as i32
            )),
        },
    }
}

fn list(paths: &[PathBuf]) -> String {
    let paths: Vec<_> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    paths.join(", ")
}
