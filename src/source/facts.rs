//! What a capture file tells beside its packets: how many, from where, how many were dropped, what is wrong with it.

use std::path::Path;
use std::sync::Arc;

use super::error::{Damage, Fault};
use crate::packet::LinkType;

/// One capture, as far as it was read; final once [`super::Timeline::next_run`] has returned `None`.
#[derive(Clone, Debug)]
pub struct FileFacts {
    /// As named on the command line or found in a folder; `-` is standard input.
    pub path: Arc<Path>,
    /// Packets handed out.
    pub packets: u64,
    /// Captured bytes of those packets.
    pub bytes: u64,
    /// Drops that the file tells of.
    pub drops: Drops,
    /// The interfaces it describes (pcap and snoop: one without a name). Those that agree in name and link type are one.
    pub interfaces: Vec<Interface>,
    /// The first things found wrong, at most [`FileFacts::DAMAGE_KEPT`].
    pub damage: Vec<Damage>,
    /// Things found wrong, all of them.
    pub damaged: u64,
}

impl FileFacts {
    /// Most entries in `damage`.
    pub const DAMAGE_KEPT: usize = 8;
    /// Most entries in `interfaces`.
    pub const INTERFACES_KEPT: usize = 256;
    /// The number of every interface past that bound.
    pub const OTHER_INTERFACE: u32 = u32::MAX;

    pub(super) fn new(path: Arc<Path>) -> Self {
        Self {
            path,
            packets: 0,
            bytes: 0,
            drops: Drops::default(),
            interfaces: Vec::new(),
            damage: Vec::new(),
            damaged: 0,
        }
    }

    /// Writes down something found wrong at `offset`, after `packets` packets; `ends` if reading stops there.
    pub(super) fn note(&mut self, fault: Fault, offset: u64, packets: u64, ends: bool) {
        self.damaged += 1;
        if self.damage.len() == Self::DAMAGE_KEPT {
            if !ends {
                return;
            }
            self.damage.pop(); // what ends the reading matters most
        }
        self.damage.push(Damage {
            path: Arc::clone(&self.path),
            offset,
            packets,
            fault,
            ends,
        });
    }
}

/// An interface that a capture describes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Interface {
    /// Its name, or its description where it has no name; off the file, hence hostile. At most
    /// [`crate::session::MAX_STRING`] bytes.
    pub name: Option<String>,
    /// Link type of its packets.
    pub link: LinkType,
}

/// Packets lost while capturing, as the file tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Drops {
    /// By the interfaces (pcapng `isb_ifdrop`).
    pub interface: u64,
    /// By the operating system (pcapng `isb_osdrop`).
    pub system: u64,
    /// By either, told beside single packets (pcapng `epb_dropcount`, the drop field of obsolete packet blocks). Not to be
    /// added to the others: they may count the same losses.
    pub told_by_packets: u64,
}
