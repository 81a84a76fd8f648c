//! Gives away, before the first packet is read, every right that reading packets does not need (Linux).
//!
//! # The order
//!
//! What comes off the wire is hostile, and whoever could make this program misbehave gets what the program can do. So a command
//! that watches an interface goes through these steps, in this order, on its only thread:
//!
//! 1. **Open what needs rights**: capture handles, listening sockets below port 1024.
//! 2. **[`Sandbox::step_down`]**: become an unprivileged user, in its group and no other; empty every set of capabilities; never
//!    get a privilege back by running a program; leave no core dump and let no process of the same user look inside.
//! 3. **Open what belongs to that user**: record files, the store, the evidence file. They are opened after the step down so that
//!    rotation, which comes later, can do what the first opening could; a directory that the user may not write in is told at once.
//! 4. **[`Sandbox::confine`]**: of the file system only what [`Reach`] names, no TCP (Landlock); of the system calls only those on
//!    the lists in [`calls`] (seccomp).
//! 5. **Start threads.** Each takes its own, smaller list with [`Threads::enter`] before its first packet: the threads that parse cannot
//!    open a file, make a socket, start a thread or a program.
//!
//! Kernel domains are handed from a thread to those it starts, and to no others; therefore `confine` wants to be alone, and says so if it
//! is not. Commands that read files have nothing to step down from and do steps 3 to 5.
//!
//! # An interface that comes back
//!
//! No capability is kept for it. Opening a packet socket needs `CAP_NET_RAW`, *binding* one does not (`packet(7)`): a link that
//! goes down and up leaves its socket alive, and where the interface itself was taken away and made anew, the socket that is
//! still open can be bound to it again. Keeping the capability in one thread would keep it in the process, for all who can write its memory; a
//! helper process would have to be trusted, fed and watched.
//!
//! # What is left
//!
//! Whoever takes over a parsing thread can compute, write to standard error, and read what is in this process's memory: the facts of
//! sessions. `docs/security.md` says what that means and how each restriction is tested.

mod account;
pub mod calls;
mod capability;
mod files;

use std::fmt;
use std::fs;

use nix::errno::Errno;
use thiserror::Error;

pub use account::{Account, AccountError, Change};
pub use calls::{Role, Threads};
pub use files::{Reach, Reading};

/// How much is given away (`--sandbox`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Mode {
    /// All, or it does not start.
    Strict,
    /// What this kernel knows to take.
    BestEffort,
    /// Nothing.
    Off,
}

/// One of the things given away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restriction {
    /// Root, or the user that started the program.
    User,
    /// Capabilities, in all five sets.
    Capabilities,
    /// Privileges gained by running a program.
    NewPrivileges,
    /// Core dumps, and being looked into by other processes of the same user.
    Dumps,
    /// The file system.
    Files,
    /// Connecting and listening over TCP.
    Tcp,
    /// Signals to, and abstract sockets of, processes outside.
    Neighbours,
    /// System calls.
    SystemCalls,
}

impl Restriction {
    /// In a few words, as given away.
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Capabilities => "capabilities",
            Self::NewPrivileges => "new privileges",
            Self::Dumps => "core dumps",
            Self::Files => "files",
            Self::Tcp => "TCP",
            Self::Neighbours => "signals and abstract sockets",
            Self::SystemCalls => "system calls",
        }
    }
}

/// Why the program does not go on.
#[derive(Debug, Error)]
pub enum SandboxError {
    /// Strict mode, and one restriction could not be had.
    #[error("the sandbox is incomplete ({}: {why}), and --sandbox strict wants all of it", .what.name())]
    Incomplete {
        /// Which.
        what: Restriction,
        /// What the kernel, or this system, said.
        why: String,
    },
    /// A restriction would not hold for threads that run already.
    #[error(
        "{0} threads were running before the sandbox: a defect of this program; please report it"
    )]
    NotAlone(usize),
}

/// What has been given away so far, and what could not be.
///
/// Its `Display` is one line for people.
#[derive(Debug)]
pub struct Sandbox {
    mode: Mode,
    given: Vec<(Restriction, String)>,
    lacking: Vec<(Restriction, String)>,
}

impl Sandbox {
    /// Nothing is given away yet.
    pub fn new(mode: Mode) -> Self {
        Self {
            mode,
            given: Vec::new(),
            lacking: Vec::new(),
        }
    }

    /// Step 2 of the order above.
    pub fn step_down(&mut self, user: &Change) -> Result<(), SandboxError> {
        if self.mode == Mode::Off {
            return Ok(());
        }
        alone()?;
        // Needs the capability that the next steps take.
        let bounding = capability::empty_bounding();
        match user {
            Change::To(account) => self.note(Restriction::User, account.become_it())?,
            Change::None => {}
            Change::StayRoot(why) => self.note(Restriction::User, Err(why.clone()))?,
        }
        self.note(
            Restriction::Capabilities,
            capability::empty(bounding.is_ok()),
        )?;
        self.note(Restriction::NewPrivileges, no_new_privileges())?;
        self.note(Restriction::Dumps, not_dumpable())
    }

    /// Step 4 of the order above. The result is what threads take on as they start.
    pub fn confine(&mut self, reach: &Reach) -> Result<Threads, SandboxError> {
        if self.mode == Mode::Off {
            return Ok(Threads::unconfined());
        }
        alone()?;
        for (what, result) in files::confine(reach) {
            self.note(what, result)?;
        }
        let (threads, result) = calls::confine();
        self.note(Restriction::SystemCalls, result)?;
        Ok(threads)
    }

    /// What was given away, each with the details.
    pub fn given(&self) -> &[(Restriction, String)] {
        &self.given
    }

    /// What was wanted and could not be had, each with the reason.
    pub fn lacking(&self) -> &[(Restriction, String)] {
        &self.lacking
    }

    fn note(
        &mut self,
        what: Restriction,
        result: Result<String, String>,
    ) -> Result<(), SandboxError> {
        match result {
            Ok(detail) => self.given.push((what, detail)),
            Err(why) if self.mode == Mode::Strict => {
                return Err(SandboxError::Incomplete { what, why });
            }
            Err(why) => self.lacking.push((what, why)),
        }
        Ok(())
    }
}

impl fmt::Display for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.mode == Mode::Off {
            return f.write_str("sandbox: off");
        }
        f.write_str("sandbox: ")?;
        for (number, (_, detail)) in self.given.iter().enumerate() {
            write!(f, "{}{detail}", if number == 0 { "" } else { ", " })?;
        }
        for (number, (what, why)) in self.lacking.iter().enumerate() {
            let before = if number == 0 { "; not had: " } else { ", " };
            write!(f, "{before}{} ({why})", what.name())?;
        }
        Ok(())
    }
}

/// Errors unless this is the only thread.
fn alone() -> Result<(), SandboxError> {
    // Without /proc nothing can be said, and nothing is claimed.
    let threads = fs::read_dir("/proc/self/task").map_or(1, Iterator::count);
    match threads {
        0 | 1 => Ok(()),
        others => Err(SandboxError::NotAlone(others - 1)),
    }
}

fn no_new_privileges() -> Result<String, String> {
    nix::sys::prctl::set_no_new_privs().map_err(Errno::desc)?;
    Ok("no new privileges".to_owned())
}

fn not_dumpable() -> Result<String, String> {
    nix::sys::prctl::set_dumpable(false).map_err(Errno::desc)?;
    Ok("no core dumps".to_owned())
}
