//! What a live capture knows at one moment, for those who show it: console, metrics, plain lines.
//!
//! Counts only ever grow while the program runs, so that rates are the reader's business: two moments, and the time
//! between them ([`Moment::rates_since`]). Pure data; whoever captures fills it, and no clock is read here.

use std::sync::Arc;
use std::time::Duration;

use super::latency::Latencies;
use crate::time::Timestamp;

/// A live capture at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Moment {
    /// The sensor's wall clock.
    pub time: Timestamp,
    /// Since the capture began, by a clock that does not jump.
    pub uptime: Duration,
    /// The `uptime` at which the slowest stage last showed that it still works, packets or not.
    pub alive: Duration,
    /// What is watched, in the order of the command line.
    pub interfaces: Vec<Interface>,
    /// Batches of packets that wait between the reader and the workers. Nothing is dropped there: who is behind makes
    /// those before wait, down to the kernel's ring.
    pub queue: Level,
    /// Connections held.
    pub flows: Level,
    /// Bytes held for segments that are missing, and of handshake messages that are not whole yet.
    pub held_bytes: Level,
    /// Sessions told so far, to whatever server.
    pub sessions: u64,
    /// Handshake times of all these sessions, as the capture's clock told them.
    pub latencies: Latencies,
    /// Memory of this process that is in RAM, bytes; `None` where the system does not tell.
    pub resident_bytes: Option<u64>,
}

/// One interface that is watched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interface {
    /// Its name.
    pub name: Arc<str>,
    /// The link type's name (`EN10MB`), as libpcap gives it; `None` before the first opening.
    pub link: Option<Arc<str>>,
    /// It is there, up, and captured from.
    pub up: bool,
    /// Packets taken.
    pub packets: u64,
    /// Their bytes on the wire.
    pub bytes: u64,
    /// Packets the kernel dropped since this program was too slow; `None` where that is not told.
    pub dropped_kernel: Option<u64>,
    /// Packets the interface or its driver dropped; `None` where that is not told.
    pub dropped_interface: Option<u64>,
    /// Bytes of the kernel's ring for it, all handles together.
    pub ring_bytes: u64,
    /// The most of them that were in use in the last seconds, about; `None` where that is not told.
    pub ring_used: Option<u64>,
}

/// How much of something is held, and how much may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Level {
    /// Held now.
    pub now: u64,
    /// The bound.
    pub bound: u64,
}

/// What happened in a second, on average, between two moments.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rates {
    /// Packets.
    pub packets: f64,
    /// Bytes on the wire.
    pub bytes: f64,
    /// Sessions told.
    pub sessions: f64,
    /// Packets dropped, wherever.
    pub dropped: f64,
}

impl Moment {
    /// Packets taken from all interfaces.
    pub fn packets(&self) -> u64 {
        self.sum(|interface| interface.packets)
    }

    /// Their bytes on the wire.
    pub fn bytes(&self) -> u64 {
        self.sum(|interface| interface.bytes)
    }

    /// Packets lost before they were looked at, wherever that is known: in the kernel, at the interface.
    pub fn dropped(&self) -> u64 {
        let known = |interface: &Interface| {
            interface.dropped_kernel.unwrap_or(0) + interface.dropped_interface.unwrap_or(0)
        };
        self.sum(known)
    }

    /// Rates since `earlier`; `None` if no time has passed.
    pub fn rates_since(&self, earlier: &Self) -> Option<Rates> {
        let seconds = self.uptime.checked_sub(earlier.uptime)?.as_secs_f64();
        let rate = |now: u64, then: u64| now.saturating_sub(then) as f64 / seconds;
        (seconds > 0.0).then(|| Rates {
            packets: rate(self.packets(), earlier.packets()),
            bytes: rate(self.bytes(), earlier.bytes()),
            sessions: rate(self.sessions, earlier.sessions),
            dropped: rate(self.dropped(), earlier.dropped()),
        })
    }

    fn sum(&self, count: impl Fn(&Interface) -> u64) -> u64 {
        self.interfaces.iter().map(count).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(seconds: u64, packets: u64) -> Moment {
        let interface = Interface {
            packets,
            bytes: packets * 500,
            dropped_kernel: Some(packets / 10),
            ..Interface::default()
        };
        Moment {
            uptime: Duration::from_secs(seconds),
            interfaces: vec![interface.clone(), interface],
            sessions: seconds * 3,
            ..Moment::default()
        }
    }

    #[test]
    fn rates_are_differences_over_time() {
        let rates = moment(12, 700).rates_since(&moment(10, 100)).unwrap();
        assert_eq!(rates.packets.to_bits(), 600.0_f64.to_bits());
        assert_eq!(rates.bytes.to_bits(), 300_000.0_f64.to_bits());
        assert_eq!(rates.sessions.to_bits(), 3.0_f64.to_bits());
        assert_eq!(rates.dropped.to_bits(), 60.0_f64.to_bits());
    }

    #[test]
    fn no_time_gives_no_rate() {
        assert_eq!(moment(10, 100).rates_since(&moment(10, 100)), None);
        assert_eq!(moment(10, 100).rates_since(&moment(12, 700)), None);
    }
}
