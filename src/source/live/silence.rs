//! Since when an interface is silent: when its ring was last seen empty, told by its capture thread.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// When there was nothing to be taken.
#[derive(Debug)]
pub(super) struct Silence {
    begun: Instant,
    /// Nanoseconds after `begun`.
    empty_at: AtomicU64,
}

impl Default for Silence {
    fn default() -> Self {
        Self {
            begun: Instant::now(),
            empty_at: AtomicU64::new(0),
        }
    }
}

impl Silence {
    /// There was nothing when it was looked at after `then`, and what there was before has been handed on.
    pub(super) fn note(&self, then: Instant) {
        let empty_at = then.saturating_duration_since(self.begun).as_nanos();
        self.empty_at.store(empty_at as u64, Ordering::Release);
    }

    /// When that was so last. Whoever looks for packets after this call finds all that came before.
    pub(super) fn last(&self) -> Instant {
        let empty_at = self.empty_at.load(Ordering::Acquire);
        self.begun + Duration::from_nanos(empty_at)
    }
}
