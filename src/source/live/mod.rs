//! Packets from network interfaces, through libpcap's memory-mapped rings.
//!
//! ```text
//! ring ── capture-eth1 ──slabs──▶ ┐
//!                                 ├─ Live: in the order of time ──▶ reader
//! ring ── capture-eth2 ──slabs──▶ ┘
//! ```
//!
//! A thread for each interface copies packets out of the kernel's ring and looks at nothing in them; [`Live`] puts the interfaces
//! together, so that a tap that gives each direction a port of its own shows one connection. Opening ([`open()`]) and starting
//! ([`Opened::start`]) are two steps, so that rights can be given away between them.
//!
//! **Bounds.** The ring of each interface has the size asked for. At most [`WAITING`] blocks of 256 KiB an interface
//! wait for the reader; while they do, its thread waits too and packets stay in the ring. What the ring cannot hold the
//! kernel drops, and counts. Nothing else is dropped.
//!
//! **Order.** Of one interface, as the kernel has it. Of several, each block is held back until the rings of the others
//! were seen empty so much later that the kernel keeps no earlier packet to itself ([`LATE`]), but for no longer than
//! [`HOLD`], and not while blocks pile up; then packets are merged by time.
//!
//! **Silence** is told as time that has passed, so that connections end on a link on which nothing comes; only as much
//! of it as is certain, whatever this machine was busy with: up to when the rings were last seen empty, less what the
//! kernel may keep to itself.
//!
//! **An interface that goes** is waited for: down and up again, or taken away and made anew. Its socket is bound again,
//! which takes no rights; only if that fails is it opened again. Beside libpcap's own, the system calls for this are
//! ioctl (SIOCGIFINDEX, SIOCGIFFLAGS), bind, getsockopt and setsockopt on that socket; counters of the card are read
//! from files opened before.

pub mod devices;
pub mod filter;

mod capture;
mod card;
mod counters;
mod error;
mod fill;
mod handle;
mod silence;
mod slab;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{
    AtomicBool,
    Ordering::{Acquire, Relaxed},
};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Select, TryRecvError, bounded};

pub use counters::InterfaceFacts;
pub use error::OpenError;
pub use handle::{Filter, Options, Stamps};

use super::{Next, Packets, RawPacket, Source, Stretch};
use crate::session::Origin;
use crate::time::Timestamp;
use capture::Line;
use counters::Counters;
use slab::Slab;

/// Blocks of an interface that may wait for the reader.
const WAITING: usize = 32;
/// How long the packets of one interface wait at most for earlier ones of another.
const HOLD: Duration = Duration::from_secs(1);
/// How often it is looked whether they still must.
const LOOK: Duration = Duration::from_millis(10);
/// How often the reader is told that time goes on.
const PAUSE: Duration = Duration::from_millis(50);
/// The kernel may keep a packet to itself for as long, and a little: silence is told with this delay.
const LATE: Duration = Duration::from_millis(100);

/// Interfaces that are open; packets wait in their rings.
pub struct Opened {
    lines: Vec<Line>,
}

/// Opens interfaces. One that is there but down is waited for; one that cannot be watched at all is an error.
pub fn open(names: &[String], options: &Options) -> Result<Opened, OpenError> {
    let open = |name: &String| Line::open(name, options);
    let lines: Result<_, _> = names.iter().map(open).collect();
    Ok(Opened { lines: lines? })
}

impl Opened {
    /// Those that are down: their sockets will be opened when they come up.
    pub fn down(&self) -> impl Iterator<Item = &str> {
        let down = self.lines.iter().filter(|line| !line.is_open());
        down.map(Line::name)
    }

    /// Starts a thread for each, in which `begin` runs first.
    pub fn start(self, begin: impl Fn() + Clone + Send + 'static) -> io::Result<Live> {
        let stop = Arc::new(AtomicBool::new(false));
        let mut live = Live {
            inlets: Vec::new(),
            stop: Arc::clone(&stop),
            handed_out: Instant::now(),
            told: Duration::ZERO,
            pause_due: Instant::now() + PAUSE,
        };
        for line in self.lines {
            let (sender, slabs) = bounded(WAITING);
            let (name, ring_bytes) = (line.name().to_owned(), line.ring_bytes());
            let counters = line.counters();
            let (stop, begin) = (Arc::clone(&stop), begin.clone());
            let thread = thread::Builder::new()
                .name(format!("capture-{name}"))
                .spawn(move || {
                    begin();
                    line.run(sender, &stop);
                })?;
            live.inlets.push(Inlet {
                name,
                ring_bytes,
                slabs,
                front: None,
                ended: false,
                counters,
                thread: Some(thread),
            });
        }
        Ok(live)
    }
}

/// Watched interfaces as one source of packets.
pub struct Live {
    inlets: Vec<Inlet>,
    stop: Arc<AtomicBool>,
    /// When packets were handed out last.
    handed_out: Instant,
    /// How much of the silence since then has been told.
    told: Duration,
    pause_due: Instant,
}

/// Where the packets of one interface come in.
struct Inlet {
    name: String,
    ring_bytes: u64,
    slabs: Receiver<Slab>,
    front: Option<Front>,
    ended: bool,
    counters: Arc<Counters>,
    thread: Option<JoinHandle<()>>,
}

/// The slab whose turn it is, and the next packet in it.
struct Front {
    slab: Slab,
    at: usize,
}

/// What comes next.
enum Turn {
    /// Packets of this inlet.
    Of(usize),
    /// So many nanoseconds of silence.
    Pause(u64),
    /// Nothing any more.
    End,
}

/// Looks at what is watched, from another thread.
#[derive(Clone)]
pub struct Watched {
    interfaces: Vec<(String, u64, Arc<Counters>)>,
    stop: Arc<AtomicBool>,
}

impl Watched {
    /// Every interface as it stands, in the order of the command line.
    pub fn interfaces(&self) -> Vec<InterfaceFacts> {
        self.interfaces
            .iter()
            .map(|(name, ring_bytes, counters)| counters.facts(name, *ring_bytes))
            .collect()
    }

    /// Ends the watching: what is in the rings by now is still handed out.
    pub fn stop(&self) {
        self.stop.store(true, Relaxed);
    }
}

impl Live {
    /// For whoever wants to look, or to end it.
    pub fn watched(&self) -> Watched {
        let look = |inlet: &Inlet| {
            let counters = Arc::clone(&inlet.counters);
            (inlet.name.clone(), inlet.ring_bytes, counters)
        };
        Watched {
            interfaces: self.inlets.iter().map(look).collect(),
            stop: Arc::clone(&self.stop),
        }
    }

    /// Waits for whose turn it is.
    fn turn(&mut self) -> Turn {
        loop {
            for inlet in &mut self.inlets {
                inlet.refill();
            }
            let now = Instant::now();
            if now >= self.pause_due {
                return Turn::Pause(self.pause(now));
            }
            let until_pause = self.pause_due - now;
            match self.earliest() {
                Some((place, Duration::ZERO)) => return Turn::Of(place),
                Some((_, wait)) => self.wait(wait.min(until_pause)),
                None if self.inlets.iter().all(|inlet| inlet.ended) => return Turn::End,
                None => self.wait(until_pause),
            }
        }
    }

    /// The inlet with the earliest packet and how long that has to wait yet.
    fn earliest(&self) -> Option<(usize, Duration)> {
        let times = self.inlets.iter().enumerate();
        let (_, place) = times
            .filter_map(|(place, inlet)| Some((inlet.next_time()?, place)))
            .min()?;
        let arrived = self.inlets.get(place).and_then(Inlet::waits_since);
        let waits = arrived.is_some_and(|arrived| {
            let others = self.inlets.iter().enumerate();
            others
                .filter(|(other, inlet)| *other != place && inlet.front.is_none())
                .any(|(_, inlet)| inlet.may_hold_earlier(arrived))
        });
        Some((place, if waits { LOOK } else { Duration::ZERO }))
    }

    /// Waits for a slab where none is at hand, but no longer than this.
    fn wait(&self, longest: Duration) {
        let mut select = Select::new();
        let empty = |inlet: &&Inlet| inlet.front.is_none() && !inlet.ended;
        for inlet in self.inlets.iter().filter(empty) {
            select.recv(&inlet.slabs);
        }
        let _ = select.ready_timeout(longest);
    }

    /// The silence that is certain by now and has not been told.
    fn pause(&mut self, now: Instant) -> u64 {
        self.pause_due = now + PAUSE;
        let empty = self.inlets.iter().filter_map(Inlet::empty_at).min();
        self.inlets.iter_mut().for_each(Inlet::refill);
        if self.inlets.iter().any(|inlet| inlet.front.is_some()) {
            return 0;
        }
        let silent = empty
            .unwrap_or(now)
            .saturating_duration_since(self.handed_out);
        let more = silent.saturating_sub(LATE + self.told);
        self.told += more;
        more.as_nanos() as u64
    }

    fn hand_out(&mut self, place: usize) -> Option<Stretch<Waiting<'_>>> {
        (self.handed_out, self.told) = (Instant::now(), Duration::ZERO);
        let last = self.last_before_others(place);
        let front = self.inlets.get_mut(place)?.front.as_mut()?;
        Some(Stretch {
            origin: place as u32,
            block: Arc::clone(&front.slab.block),
            packets: Waiting {
                packets: &front.slab.packets,
                at: &mut front.at,
                last,
            },
        })
    }

    /// The latest time up to which packets of this inlet come before those at hand of all others.
    fn last_before_others(&self, place: usize) -> Timestamp {
        let others = self.inlets.iter().enumerate();
        others
            .filter(|(other, _)| *other != place)
            .filter_map(|(_, inlet)| inlet.next_time())
            .min()
            .unwrap_or(Timestamp(u64::MAX))
    }
}

impl Source for Live {
    type Packets<'a> = Waiting<'a>;

    fn origins(&self) -> Vec<Origin> {
        let origin = |inlet: &Inlet| Origin::Interface(inlet.name.clone());
        self.inlets.iter().map(origin).collect()
    }

    fn next(&mut self) -> Next<Waiting<'_>> {
        match self.turn() {
            Turn::Of(place) => match self.hand_out(place) {
                Some(stretch) => Next::Packets(stretch),
                None => Next::Pause(0), // cannot be: a turn is given only to who has packets
            },
            Turn::Pause(nanoseconds) => Next::Pause(nanoseconds),
            Turn::End => Next::End,
        }
    }
}

impl Inlet {
    /// Brings the next slab to the front where the last one is used up.
    fn refill(&mut self) {
        if self.next_time().is_some() || self.ended {
            return;
        }
        self.front = None;
        match self.slabs.try_recv() {
            Ok(slab) => {
                self.counters.waiting.fetch_sub(1, Relaxed);
                self.front = Some(Front { slab, at: 0 });
            }
            Err(TryRecvError::Empty) => {}
            Err(TryRecvError::Disconnected) => self.ended = true,
        }
    }

    /// When its ring was last seen empty; `None` if nothing comes from it, as things are.
    fn empty_at(&self) -> Option<Instant> {
        let up = !self.ended && self.counters.up.load(Acquire);
        up.then(|| self.counters.silence.last())
    }

    /// Whether it may still bring packets from before `arrived`. What was handed on is looked at last: it is there
    /// before the ring is called empty.
    fn may_hold_earlier(&self, arrived: Instant) -> bool {
        let empty_at = self.empty_at();
        empty_at.is_some_and(|empty| empty < arrived + LATE) || !self.slabs.is_empty()
    }

    fn next_time(&self) -> Option<Timestamp> {
        let front = self.front.as_ref()?;
        front.slab.packets.get(front.at).map(|packet| packet.time)
    }

    /// Since when the front waits for earlier packets of others; `None` if it need not any longer, or blocks pile up behind it.
    fn waits_since(&self) -> Option<Instant> {
        let arrived = self.front.as_ref()?.slab.arrived;
        let may = !self.slabs.is_full() && arrived.elapsed() < HOLD;
        may.then_some(arrived)
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.stop.store(true, Relaxed);
        for mut inlet in self.inlets.drain(..) {
            let thread = inlet.thread.take();
            drop(inlet); // so that the thread does not wait for room
            if let Some(thread) = thread {
                let _ = thread.join(); // its panic has been told by the hook, and ended the inlet
            }
        }
    }
}

/// Packets of a slab that are no later than those of other interfaces.
pub struct Waiting<'a> {
    packets: &'a [RawPacket],
    at: &'a mut usize,
    last: Timestamp,
}

impl Packets for Waiting<'_> {}

impl Iterator for Waiting<'_> {
    type Item = RawPacket;

    #[inline]
    fn next(&mut self) -> Option<RawPacket> {
        let packet = self.packets.get(*self.at)?;
        if packet.time > self.last {
            return None;
        }
        *self.at += 1;
        Some(*packet)
    }
}

#[cfg(test)]
mod tests;
