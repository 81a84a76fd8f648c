//! A few bytes held in place while too few are there to decide: no allocation for a header cut in two.

use super::{probe, record};

/// Bytes held to tell what a direction begins with, a record header, or the body of a small record.
pub(super) const SMALL: usize = 40;
const _: () = assert!(SMALL >= probe::MAX_NEEDED && SMALL >= record::HEADER);

/// A few bytes held in place.
#[derive(Clone, Debug)]
pub(super) struct Small {
    bytes: [u8; SMALL],
    pub(super) count: usize,
}

impl Default for Small {
    fn default() -> Self {
        Self {
            bytes: [0; SMALL],
            count: 0,
        }
    }
}

impl Small {
    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.count).unwrap_or_default()
    }

    /// Takes from `bytes` until `wanted` are held; says how many it took.
    pub(super) fn take(&mut self, bytes: &[u8], wanted: usize) -> usize {
        let wanted = wanted.min(SMALL);
        let taken = wanted.saturating_sub(self.count).min(bytes.len());
        let slots = self.bytes.get_mut(self.count..self.count + taken);
        if let (Some(slots), Some(bytes)) = (slots, bytes.get(..taken)) {
            slots.copy_from_slice(bytes);
        }
        self.count += taken;
        taken
    }

    pub(super) fn clear(&mut self) {
        self.count = 0;
    }
}
