//! What every source of packets hands out, be it files or interfaces.

use std::sync::Arc;

use super::{Block, RawPacket, Run, Timeline};
use crate::session::Origin;

/// Where packets come from, one stretch after the other.
pub trait Source: Send {
    /// Packets of one origin that lie in one block.
    type Packets<'a>: Packets
    where
        Self: 'a;

    /// Every file or interface that packets may come from; [`Stretch::origin`] counts in this list.
    fn origins(&self) -> Vec<Origin>;

    /// What comes next. Waits for it where it must, but on a live link no longer than a fraction of a second.
    fn next(&mut self) -> Next<Self::Packets<'_>>;
}

/// What comes next.
pub enum Next<P> {
    /// Packets, at least one.
    Packets(Stretch<P>),
    /// No packet for now. So many nanoseconds have certainly gone by since the latest packet or pause: what comes later was
    /// captured after them. Live sources say so several times a second, busy or not, so that timeouts and answers go on.
    Pause(u64),
    /// Nothing will come any more.
    End,
}

/// Packets that lie in one block.
pub struct Stretch<P> {
    /// The file or interface: an index into [`Source::origins`].
    pub origin: u32,
    /// What holds their bytes; clone it to look at them later or elsewhere.
    pub block: Arc<Block>,
    /// The packets, to be used up.
    pub packets: P,
}

/// Packets one after the other, to be used up.
pub trait Packets: Iterator<Item = RawPacket> + Sized {
    /// Hands all of them to `taker`.
    #[inline]
    fn hand_to(self, taker: &mut impl Taker) {
        for packet in self {
            taker.take(packet);
        }
    }
}

/// What becomes of packets.
pub trait Taker {
    /// Takes the next one in.
    fn take(&mut self, packet: RawPacket);
}

impl Source for Timeline {
    type Packets<'a> = Run<'a>;

    fn origins(&self) -> Vec<Origin> {
        self.files()
            .map(|file| Origin::File(file.path.to_string_lossy().into_owned()))
            .collect()
    }

    fn next(&mut self) -> Next<Run<'_>> {
        match self.next_run() {
            Some(run) => Next::Packets(Stretch {
                origin: run.file() as u32,
                block: Arc::clone(run.block()),
                packets: run,
            }),
            None => Next::End,
        }
    }
}
