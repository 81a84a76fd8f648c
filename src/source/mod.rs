//! Capture files to packets: pcap, pcapng and snoop, compressed or not, from files, folders and pipes, in time order
//! across files.
//!
//! ```text
//! find ──> timeline ──> capture ──> format (pcap, pcapng, snoop)      what is a packet, when, on which link
//! paths    which file   blocks of   │
//!          is next      256 KiB     └── unpack (gzip, zstd, xz, lz4)  a thread for each open compressed file
//! ```
//!
//! A [`Timeline`] hands out [`Run`]s: consecutive packets of one file inside one [`Block`]. Packet bytes are never
//! copied; a [`RawPacket`] says where in the block they lie, and workers share the block as `Arc<Block>`.
//!
//! What is wrong in a file is a [`Damage`] among its [`FileFacts`]; what was readable before it is delivered. What cannot be
//! read at all is a [`SourceError`]. This stage does not look inside packets.

mod ahead;
mod block;
mod capture;
mod error;
mod facts;
mod find;
mod format;
mod input;
mod interrupt;
pub mod live;
mod next;
mod order;
mod pcap;
pub(crate) mod pcapng;
mod progress;
mod snoop;
mod timeline;
mod unpack;

#[cfg(test)]
mod tests;

pub use block::Block;
pub use capture::Run;
pub use error::{Damage, Fault, Inside, Looks, Magic, SourceError};
pub use facts::{Drops, FileFacts, Interface};
pub use find::Skipped;
pub use format::begins_like_a_capture;
pub use interrupt::Interrupt;
pub use next::{Next, Packets, Source, Stretch, Taker};
pub use progress::Progress;
pub use timeline::Timeline;
pub use unpack::{Cause, Compression};

use crate::packet::LinkType;
use crate::time::Timestamp;

/// One captured packet: facts of its record, and where its bytes lie in the block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RawPacket {
    /// When it was captured.
    pub time: Timestamp,
    /// What its first byte belongs to.
    pub link: LinkType,
    /// First byte of the packet in the block.
    pub offset: u32,
    /// Bytes of it in the capture.
    pub captured: u32,
    /// Bytes it had on the wire.
    pub original: u32,
    /// Index into [`FileFacts::interfaces`]; [`FileFacts::OTHER_INTERFACE`] for those past the bound.
    pub interface: u32,
}

impl RawPacket {
    /// Its bytes in those of its block.
    #[inline]
    pub fn bytes_in<'a>(&self, block: &'a [u8]) -> &'a [u8] {
        let from = self.offset as usize;
        let to = from.saturating_add(self.captured as usize);
        block.get(from..to).unwrap_or_default()
    }
}
