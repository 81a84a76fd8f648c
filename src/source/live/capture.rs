//! The thread of one interface: from the ring into blocks, drops taken down, and patience when the interface is gone.

use std::sync::Arc;
use std::sync::atomic::{
    AtomicBool,
    Ordering::{Relaxed, Release},
};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;
use tracing::{info, warn};

use super::counters::Counters;
use super::error::OpenError;
use super::handle::{Handle, Options, Took};
use super::slab::{Slab, Slabs};

/// The longest wait for anything, so that the wish to stop is seen.
const WAIT: Duration = Duration::from_millis(50);
/// How often drops are asked for. libpcap's counts wrap at 2^32.
const COUNT: Duration = Duration::from_millis(500);
/// The first and the longest pause between two attempts to take a lost interface up again.
const RETRY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));
/// After the wish to stop: how long the kernel may still keep packets to itself, and how long packets are taken at most.
const DRAIN: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(2));

/// An interface to watch.
pub(super) struct Line {
    name: String,
    options: Options,
    handle: Option<Handle>,
    counters: Arc<Counters>,
}

/// When and how eagerly a lost interface is tried again.
struct Patience {
    next: Instant,
    pause: Duration,
}

impl Line {
    /// Opens an interface; one that is down gets another chance later.
    pub(super) fn open(name: &str, options: &Options) -> Result<Self, OpenError> {
        let mut line = Self {
            name: name.to_owned(),
            options: options.clone(),
            handle: None,
            counters: Arc::default(),
        };
        match Handle::open(name, options) {
            Ok(handle) => line.is_up(handle),
            Err(OpenError::Down { name }) => warn!("{name} is down; waiting for it to come up"),
            Err(error) => return Err(error),
        }
        Ok(line)
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn is_open(&self) -> bool {
        self.handle.is_some()
    }

    pub(super) fn ring_bytes(&self) -> u64 {
        self.options.ring_bytes.into()
    }

    pub(super) fn counters(&self) -> Arc<Counters> {
        Arc::clone(&self.counters)
    }

    /// Takes packets until told to stop, or until nobody wants them.
    pub(super) fn run(mut self, to: Sender<Slab>, stop: &AtomicBool) {
        let mut slabs = Slabs::new(to, Arc::clone(&self.counters));
        while !stop.load(Relaxed) && !slabs.gone() {
            if self.counters.up.load(Relaxed) {
                self.take(&mut slabs, |_| stop.load(Relaxed));
            } else {
                self.wait_for_return(stop);
            }
        }
        let stopped = Instant::now();
        self.take(&mut slabs, |nothing| {
            let since = stopped.elapsed();
            (nothing && since >= DRAIN.0) || since >= DRAIN.1
        });
        slabs.flush();
    }

    /// Takes packets until `enough`, which hears after each look whether the ring held nothing; or until the interface is gone.
    fn take(&mut self, slabs: &mut Slabs, mut enough: impl FnMut(bool) -> bool) {
        let Some(handle) = self
            .handle
            .as_mut()
            .filter(|_| self.counters.up.load(Relaxed))
        else {
            return;
        };
        let mut count_due = Instant::now();
        let lost = loop {
            if slabs.gone() {
                return;
            }
            let now = Instant::now();
            if now >= count_due {
                count_due = now + COUNT;
                handle.count_drops(&self.counters);
                if let Err(error) = handle.check() {
                    break error.to_string();
                }
            }
            let nothing = match handle.take(slabs, &self.counters) {
                Took::Some => false,
                Took::Nothing => {
                    slabs.flush();
                    self.counters.silence.note(now);
                    handle.wait(WAIT);
                    true
                }
                Took::Lost(reason) => break reason,
            };
            if enough(nothing) {
                return handle.count_drops(&self.counters);
            }
        };
        slabs.flush();
        self.counters.up.store(false, Release);
        self.counters.losses.fetch_add(1, Relaxed);
        warn!("{} is lost: {lost}; waiting for it to come back", self.name);
    }

    /// Tries again and again, with longer and longer pauses.
    fn wait_for_return(&mut self, stop: &AtomicBool) {
        let mut patience = Patience {
            next: Instant::now() + RETRY.0,
            pause: RETRY.0,
        };
        while !stop.load(Relaxed) {
            let now = Instant::now();
            if now < patience.next {
                thread::sleep((patience.next - now).min(WAIT));
                continue;
            }
            if self.try_again() {
                info!("{} is watched again", self.name);
                return;
            }
            patience.pause = (patience.pause * 2).min(RETRY.1);
            patience.next = now + patience.pause;
        }
    }

    /// Binds the socket there is, or else opens anew.
    fn try_again(&mut self) -> bool {
        if let Some(handle) = &mut self.handle
            && handle.take_up_again().is_ok()
        {
            self.counters.up.store(true, Relaxed);
            return true;
        }
        match Handle::open(&self.name, &self.options) {
            Ok(handle) => {
                self.is_up(handle);
                true
            }
            Err(_) => false,
        }
    }

    fn is_up(&mut self, handle: Handle) {
        self.counters.set_link(handle.link());
        self.counters.up.store(true, Relaxed);
        self.handle = Some(handle);
    }
}
