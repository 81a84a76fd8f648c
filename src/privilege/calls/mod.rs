//! seccomp: the system calls that are left, for the program and, fewer, for each kind of thread (`seccomp(2)`).
//!
//! Two filters in each place. One allows what is on a list, and answers everything else as a kernel would that does not
//! have the call: the C library then takes another way, so a new version of it does not end a program that has run for
//! months. The other names calls that nobody makes by mistake, and ends the process: whoever tries is not us. Both are
//! inherited, and add up: the stricter answer holds.
//!
//! The lists were made from `strace -f` of every command on glibc 2.36, and from what the C libraries and the Rust
//! standard library call when threads start, end and panic.

mod lists;

use std::collections::BTreeMap;
use std::env::consts::ARCH;
use std::sync::Arc;

use seccompiler::{BackendError, BpfProgram, SeccompAction, SeccompFilter, TargetArch};
use thiserror::Error;

use lists::List;

/// What a thread is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Takes packets from interfaces that are open.
    Capture,
    /// Opens and reads captures, and starts threads that decompress them.
    Files,
    /// Follows connections: bytes in, facts out.
    Worker,
    /// Answers on a socket that listens already.
    Serve,
}

impl Role {
    const ALL: [Self; 4] = [Self::Capture, Self::Files, Self::Worker, Self::Serve];
}

/// A thread could not take on its filter, and must not go on.
#[derive(Debug, Error)]
#[error("this thread's list of system calls was refused: {0}")]
pub struct EnterError(#[from] seccompiler::Error);

/// What threads take on as they start.
#[derive(Clone, Debug, Default)]
pub struct Threads(Option<Arc<BTreeMap<Role, [BpfProgram; 2]>>>);

impl Threads {
    /// They keep what the program has.
    pub fn unconfined() -> Self {
        Self::default()
    }

    /// Leaves the calling thread, for good, with the calls of this role.
    pub fn enter(&self, role: Role) -> Result<(), EnterError> {
        let filters = self.0.as_ref().and_then(|threads| threads.get(&role));
        for filter in filters.into_iter().flatten() {
            seccompiler::apply_filter(filter)?;
        }
        Ok(())
    }
}

/// Confines the calling thread, and those that it starts later, to what the program needs.
pub(super) fn confine() -> (Threads, Result<String, String>) {
    let confined = || {
        let arch = TargetArch::try_from(ARCH)?;
        let program = lists::program();
        let filters = filters(&program, lists::FATAL, arch)?;
        let threads: Result<_, BackendError> = Role::ALL
            .into_iter()
            .map(|role| {
                Ok((
                    role,
                    self::filters(&lists::of(role), lists::fatal_in(role), arch)?,
                ))
            })
            .collect();
        let threads = threads?;
        for filter in &filters {
            seccompiler::apply_filter(filter)?;
        }
        Ok::<_, seccompiler::Error>((Threads(Some(Arc::new(threads))), program.len()))
    };
    match confined() {
        Ok((threads, calls)) => (threads, Ok(format!("{calls} system calls"))),
        Err(error) => (Threads::unconfined(), Err(error.to_string())),
    }
}

/// What ends the process, and the list; in this order, as the list takes the right to set filters away.
fn filters(
    allowed: &List,
    fatal: &[i64],
    arch: TargetArch,
) -> Result<[BpfProgram; 2], BackendError> {
    let no_such_call = SeccompAction::Errno(libc::ENOSYS as u32);
    let allowing = SeccompFilter::new(allowed.rules()?, no_such_call, SeccompAction::Allow, arch)?;
    let rules = fatal.iter().map(|number| (*number, Vec::new())).collect();
    let ending = SeccompFilter::new(
        rules,
        SeccompAction::Allow,
        SeccompAction::KillProcess,
        arch,
    )?;
    Ok([
        BpfProgram::try_from(ending)?,
        BpfProgram::try_from(allowing)?,
    ])
}
