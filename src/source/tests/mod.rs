//! Tests of the whole stage, on captures written here: by hand from the format descriptions, never by the code under test.

mod damage;
mod formats;
mod inputs;
mod libpcap;
mod order;
mod properties;
mod unpacking;
mod write;

use std::ffi::OsStr;
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::block::BlockPool;
use super::capture::{Capture, InThread, NotOpened};
use super::error::Looks;
use super::facts::FileFacts;
use super::input::Feed;
use super::{Packets as _, RawPacket, Taker, Timeline};
use crate::time::Timestamp;

/// A packet as a reader tells it.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Seen {
    time: u64,
    link: u16,
    original: u32,
    bytes: Vec<u8>,
}

fn seen(packet: &RawPacket, block: &super::Block) -> Seen {
    Seen {
        time: packet.time.0,
        link: packet.link.0,
        original: packet.original,
        bytes: block.packet(packet).to_vec(),
    }
}

/// Reads one capture from memory, in blocks of `block` bytes; also with everything read ahead, which must tell the same.
fn read_in(bytes: &[u8], block: usize) -> Result<(Vec<Seen>, FileFacts), NotOpened> {
    let here = read_where(bytes, block, InThread::Nothing);
    let ahead = read_where(bytes, block, InThread::Everything);
    // Of a damaged stream there are fewer first bytes in small pieces than at one go, or more: what is refused is
    // refused in other words.
    let is_refused = |read: &_| matches!(read, Err(NotOpened::Looks(Looks::Compressed(_, _))));
    if !(is_refused(&here) && is_refused(&ahead)) {
        assert_eq!(format!("{here:?}"), format!("{ahead:?}"));
    }
    here
}

fn read_where(
    bytes: &[u8],
    block: usize,
    in_thread: InThread,
) -> Result<(Vec<Seen>, FileFacts), NotOpened> {
    let path: Arc<Path> = Path::new("memory").into();
    let feed = Feed::new(Box::new(Cursor::new(bytes.to_vec())), true);
    let mut capture = Capture::open(&path, feed, BlockPool::new(block), in_thread)?;
    let mut packets = Vec::new();
    while capture.next_time().is_some() {
        let run = capture.run(0, Timestamp(u64::MAX));
        let block = Arc::clone(run.block());
        // Both ways through a run.
        if in_thread == InThread::Nothing {
            packets.extend(run.map(|packet| seen(&packet, &block)));
        } else {
            run.hand_to(&mut Collector(&mut packets, &block));
        }
    }
    Ok((packets, capture.facts()))
}

struct Collector<'a>(&'a mut Vec<Seen>, &'a super::Block);

impl Taker for Collector<'_> {
    fn take(&mut self, packet: RawPacket) {
        self.0.push(seen(&packet, self.1));
    }
}

fn read(bytes: &[u8]) -> (Vec<Seen>, FileFacts) {
    read_in(bytes, 256 << 10).unwrap()
}

/// Reads everything that `paths` lead to: file and packet.
fn read_all<P: AsRef<Path>>(paths: &[P]) -> (Vec<(PathBuf, Seen)>, Timeline) {
    let mut timeline = Timeline::open(paths);
    let mut packets = Vec::new();
    while let Some(mut run) = timeline.next_run() {
        let (path, block) = (run.path().to_path_buf(), Arc::clone(run.block()));
        packets.extend(
            run.by_ref()
                .map(|packet| (path.clone(), seen(&packet, &block))),
        );
    }
    (packets, timeline)
}

/// A folder that is gone after the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("tlstally-source-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: impl AsRef<OsStr>, bytes: &[u8]) -> PathBuf {
        let path = self.0.join(name.as_ref());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
