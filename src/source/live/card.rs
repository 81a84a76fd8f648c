//! What the card and its driver have received and lost, from the counters in sysfs. The files are opened once, so that
//! they can still be read when the right to open files has been given away; libpcap opens them anew each time.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

/// Frames for which the card had no room: the sum is what libpcap calls dropped by the interface.
const DROPPED: [&str; 2] = ["rx_missed_errors", "rx_fifo_errors"];
/// Frames that arrived.
const RECEIVED: &str = "rx_packets";
/// Digits of a number of 64 bits, and a line end.
const LONGEST: usize = 24;

/// The counters of one interface.
pub(super) struct Card {
    files: Option<[File; 3]>,
    last: Option<OfCard>,
}

/// Counts of a card.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct OfCard {
    pub(super) received: u64,
    pub(super) dropped: u64,
}

impl Card {
    pub(super) fn of(name: &str) -> Self {
        let open = |file: &str| File::open(format!("/sys/class/net/{name}/statistics/{file}"));
        let [missed, full] = DROPPED.map(open);
        let files = match (open(RECEIVED), missed, full) {
            (Ok(received), Ok(missed), Ok(full)) => Some([received, missed, full]),
            _ => None,
        };
        let mut card = Self { files, last: None };
        card.since();
        card
    }

    /// What came since the last time; `None` where it is not told.
    pub(super) fn since(&mut self) -> Option<OfCard> {
        let [received, missed, full] = self.files.as_ref()?;
        let now = OfCard {
            received: number(received)?,
            dropped: number(missed)? + number(full)?,
        };
        let before = self.last.replace(now).unwrap_or(now);
        // A driver that is loaded anew begins at zero.
        Some(OfCard {
            received: now.received.saturating_sub(before.received),
            dropped: now.dropped.saturating_sub(before.dropped),
        })
    }
}

fn number(file: &File) -> Option<u64> {
    let mut text = [0; LONGEST];
    let length = file.read_at(&mut text, 0).ok()?;
    let text = std::str::from_utf8(text.get(..length)?).ok()?;
    text.trim().parse().ok()
}
