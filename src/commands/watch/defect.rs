//! Whether a thread has panicked: then something that was asked for is not done any more, and nobody may take it for watched.

use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};

static SEEN: AtomicBool = AtomicBool::new(false);

/// From here on panics are noticed, besides being told.
pub(super) fn notice() {
    let told = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        SEEN.store(true, Ordering::Relaxed);
        told(info);
    }));
}

/// Whether there was one in any thread.
pub(super) fn seen() -> bool {
    SEEN.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_any_thread_is_seen() {
        notice();
        let thread = std::thread::spawn(|| panic!("as this test wants it"));
        assert!(thread.join().is_err());
        assert!(seen());
    }
}
