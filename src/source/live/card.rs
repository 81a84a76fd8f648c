//! What the card and its driver have lost, from the counters in sysfs. The files are opened once, so that they can still be read when
//! the right to open files has been given away; libpcap opens them anew each time.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

/// Frames for which the card had no room: the sum is what libpcap calls dropped by the interface.
const FILES: [&str; 2] = ["rx_missed_errors", "rx_fifo_errors"];
/// Digits of a number of 64 bits, and a line end.
const LONGEST: usize = 24;

/// The counters of one interface.
pub(super) struct CardDrops {
    files: Vec<File>,
    last: Option<u64>,
}

impl CardDrops {
    pub(super) fn of(name: &str) -> Self {
        let open =
            |file: &&str| File::open(format!("/sys/class/net/{name}/statistics/{file}")).ok();
        let mut drops = Self {
            files: FILES.iter().filter_map(open).collect(),
            last: None,
        };
        drops.since();
        drops
    }

    /// Lost since the last time; `None` where it is not told.
    pub(super) fn since(&mut self) -> Option<u64> {
        if self.files.len() < FILES.len() {
            return None;
        }
        let counts: Option<Vec<u64>> = self.files.iter().map(number).collect();
        let now: u64 = counts?.iter().sum();
        let before = self.last.replace(now);
        // A driver that is loaded anew begins at zero.
        Some(now.saturating_sub(before.unwrap_or(now)))
    }
}

fn number(file: &File) -> Option<u64> {
    let mut text = [0; LONGEST];
    let length = file.read_at(&mut text, 0).ok()?;
    let text = std::str::from_utf8(text.get(..length)?).ok()?;
    text.trim().parse().ok()
}
