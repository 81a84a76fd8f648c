//! What the capture itself held and lost, so that an overloaded sensor, a broken mirror and a quiet network are told apart.
//! The pipeline fills it; parts (workers, files) are merged in any order.

use serde::Serialize;

use super::Span;
use super::bound::Reached;
use super::counts::Counts;
use crate::time::Timestamp;

/// Facts about the input, from the source and packet stages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaptureHealth {
    /// Packets read.
    pub packets: u64,
    /// Their bytes on the wire.
    pub bytes: u64,
    /// Packets the kernel dropped; `None` where that cannot be known (files mostly).
    pub dropped_kernel: Option<u64>,
    /// Packets the interface dropped; `None` where that cannot be known.
    pub dropped_interface: Option<u64>,
    /// Packets the capture holds only in part.
    pub truncated: u64,
    /// Packets that brought nothing new, as two mirror ports give them; those behind the handshake are not looked at.
    pub duplicates: u64,
    /// Connections that are still followed.
    pub open: u64,
    /// Segments that were followed and go to a watched port.
    pub to_servers: u64,
    /// Segments that were followed and come from a watched port.
    pub from_servers: u64,
    /// Interfaces that are watched.
    pub interfaces: Vec<WatchedInterface>,
    /// Packets that could not be read, by reason.
    pub malformed: Counts,
    /// Packets that were whole and yet not followed, by reason.
    pub not_followed: Counts,
    /// Bounds that were reached, with what was given up there.
    pub bounds: Reached,
    /// Capture files read.
    pub files_read: u64,
    /// Files that were not captures, with the reason: one message each.
    pub files_skipped: Vec<String>,
    /// Files that could be read only in part, with the reason: one message each.
    pub files_damaged: Vec<String>,
    /// First and last packet.
    pub span: Span,
}

/// An interface that is watched.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct WatchedInterface {
    /// Its name.
    pub name: String,
    /// It is there, up, and captured from.
    pub up: bool,
    /// How often it went down or away.
    pub losses: u64,
    /// Frames that arrived at it, mail or not; `None` where the system does not tell.
    pub received: Option<u64>,
    /// Packets that were taken from it.
    pub packets: u64,
    /// Packets the kernel dropped.
    pub dropped_kernel: u64,
    /// Packets the interface dropped; `None` where the system does not tell.
    pub dropped_interface: Option<u64>,
    /// Bytes of the kernel's ring.
    pub ring_bytes: u64,
    /// The most of them that were in use at a time, about; `None` where that is not told.
    pub ring_most: Option<u64>,
}

impl CaptureHealth {
    /// Counts one packet of `bytes` on the wire, taken at `time`.
    #[inline]
    pub fn packet(&mut self, bytes: u64, time: Timestamp) {
        self.packets += 1;
        self.bytes += bytes;
        self.span.widen(time, time);
    }

    /// Adds what another part saw.
    pub fn merge(&mut self, other: Self) {
        self.packets += other.packets;
        self.bytes += other.bytes;
        self.dropped_kernel = sum(self.dropped_kernel, other.dropped_kernel);
        self.dropped_interface = sum(self.dropped_interface, other.dropped_interface);
        self.truncated += other.truncated;
        self.duplicates += other.duplicates;
        self.open += other.open;
        self.to_servers += other.to_servers;
        self.from_servers += other.from_servers;
        self.interfaces.extend(other.interfaces);
        self.malformed.merge(&other.malformed);
        self.not_followed.merge(&other.not_followed);
        self.bounds.merge(&other.bounds);
        self.files_read += other.files_read;
        self.files_skipped.extend(other.files_skipped);
        self.files_damaged.extend(other.files_damaged);
        self.files_skipped.sort_unstable();
        self.files_damaged.sort_unstable();
        self.span.merge(other.span);
    }
}

/// What is known of a sum: unknown only if no part knows.
fn sum(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    match (one, other) {
        (None, None) => None,
        _ => Some(one.unwrap_or(0) + other.unwrap_or(0)),
    }
}
