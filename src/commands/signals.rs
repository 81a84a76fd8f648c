//! Signals as flags that are asked for: nothing is done where they arrive.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1};
use signal_hook::flag;

/// A flag that SIGTERM and SIGINT set from here on. The second of them ends the program at once.
pub(super) fn end() -> io::Result<Arc<AtomicBool>> {
    let asked = Arc::default();
    for signal in [SIGTERM, SIGINT] {
        // In this order: the first signal finds the flag not yet set.
        flag::register_conditional_default(signal, Arc::clone(&asked))?;
        flag::register(signal, Arc::clone(&asked))?;
    }
    Ok(asked)
}

/// Which signals have come.
pub(super) struct Signals {
    end: Arc<AtomicBool>,
    reopen: Arc<AtomicBool>,
    report: Arc<AtomicBool>,
}

impl Signals {
    /// From here on signals are caught. The second that asks for an end has it at once.
    pub(super) fn catch() -> io::Result<Self> {
        let signals = Self {
            end: end()?,
            reopen: Arc::default(),
            report: Arc::default(),
        };
        flag::register(SIGHUP, Arc::clone(&signals.reopen))?;
        flag::register(SIGUSR1, Arc::clone(&signals.report))?;
        Ok(signals)
    }

    /// SIGTERM or SIGINT has come.
    pub(super) fn end(&self) -> bool {
        self.end.load(Relaxed)
    }

    /// SIGHUP has come since this was last asked.
    pub(super) fn reopen(&self) -> bool {
        self.reopen.swap(false, Relaxed)
    }

    /// SIGUSR1 has come since this was last asked.
    pub(super) fn report(&self) -> bool {
        self.report.swap(false, Relaxed)
    }
}
