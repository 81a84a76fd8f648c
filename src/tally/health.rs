//! What the capture itself held and lost, so that an overloaded sensor, a broken mirror and a quiet network are told apart.
//! The commands fill it.

use serde::Serialize;

use super::Span;
use super::bound::Reached;
use super::counts::Counts;

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
