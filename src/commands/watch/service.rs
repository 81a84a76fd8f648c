//! What systemd is told (sd_notify(3)): ready, how it goes, still alive, ending. Elsewhere nobody listens, and nothing happens.

use std::time::{Duration, Instant};

use sd_notify::NotifyState;

use super::known::Known;
use crate::tally::figures::counted;

/// How often the status line is told.
const STATUS: Duration = Duration::from_secs(10);

/// The service manager, if there is one.
pub(super) struct Service {
    /// How long no stage may be silent; `None` where no watchdog was asked for.
    watchdog: Option<Duration>,
    beat_due: Instant,
    status_due: Instant,
    stopping: bool,
}

impl Service {
    /// Tells that watching has begun.
    pub(super) fn ready() -> Self {
        tell(&[NotifyState::Ready]);
        let now = Instant::now();
        Self {
            watchdog: sd_notify::watchdog_enabled(),
            beat_due: now,
            status_due: now + STATUS,
            stopping: false,
        }
    }

    /// Shows that the pipeline works, as long as each of its stages does; a stage that hangs starves the watchdog.
    pub(super) fn beat(&mut self, known: &Known) {
        let now = Instant::now();
        if let Some(limit) = self.watchdog
            && now >= self.beat_due
            && known.facts().silence < limit / 2
        {
            self.beat_due = now + limit / 4;
            tell(&[NotifyState::Watchdog]);
        }
        if now >= self.status_due && !self.stopping {
            self.status_due = now + STATUS;
            tell(&[NotifyState::Status(&status(known))]);
        }
    }

    /// Tells, once, that the end has begun.
    pub(super) fn stopping(&mut self) {
        if !self.stopping {
            self.stopping = true;
            tell(&[NotifyState::Stopping]);
        }
    }
}

fn status(known: &Known) -> String {
    let interfaces = known.interfaces();
    let dropped = interfaces.iter().map(|one| one.dropped_kernel).sum();
    let down = interfaces.iter().filter(|one| !one.up).count();
    let down = match down {
        0 => String::new(),
        down => format!(
            "; {down} of {} down",
            counted(interfaces.len() as u64, "interface")
        ),
    };
    format!(
        "{}, {}, {} dropped by the kernel{down}",
        counted(known.sessions(), "session"),
        counted(known.facts().reader.packets, "packet"),
        counted(dropped, "packet"),
    )
}

/// Nothing depends on whether anybody hears it.
fn tell(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::debug!("the service manager could not be told: {error}");
    }
}
