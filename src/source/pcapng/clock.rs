//! What the 64-bit times of a pcapng interface mean: options `if_tsresol` and `if_tsoffset`,
//! draft-ietf-opsawg-pcapng section 4.2.

use crate::time::{SECOND, Timestamp};

/// Turns an interface's ticks into nanoseconds since the epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    scale: Scale,
    /// Nanoseconds to add.
    offset: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scale {
    /// A tick is so many nanoseconds.
    Multiply(u64),
    /// So many ticks are a nanosecond.
    Divide(u64),
    /// A tick is 2 to the power of minus this, in seconds.
    Binary(u8),
    /// Ticks so fine that 2^64 of them are no nanosecond.
    Nothing,
}

/// Microseconds, where the interface does not say.
impl Default for Clock {
    fn default() -> Self {
        Self {
            scale: Scale::Multiply(1_000),
            offset: 0,
        }
    }
}

impl Clock {
    /// Takes `if_tsresol`: a negative power of ten, or of two if the highest bit is set.
    pub(super) fn set_resolution(&mut self, resolution: u8) {
        let power = u32::from(resolution & 0x7f);
        self.scale = if resolution & 0x80 != 0 {
            Scale::Binary(power as u8)
        } else if power <= 9 {
            Scale::Multiply(10u64.pow(9 - power))
        } else {
            10u64
                .checked_pow(power - 9)
                .map_or(Scale::Nothing, Scale::Divide)
        };
    }

    /// Takes `if_tsoffset`, in seconds.
    pub(super) fn set_offset(&mut self, seconds: i64) {
        self.offset = seconds.saturating_mul(SECOND.cast_signed());
    }

    /// The time of a packet, from the two halves of its tick count.
    #[inline]
    pub(super) fn time(&self, high: u32, low: u32) -> Timestamp {
        let ticks = (high as u64) << 32 | low as u64;
        let time = match self.scale {
            Scale::Multiply(by) => ticks.saturating_mul(by),
            scale => uncommon(scale, ticks),
        };
        Timestamp(time.saturating_add_signed(self.offset))
    }
}

#[inline(never)]
fn uncommon(scale: Scale, ticks: u64) -> u64 {
    match scale {
        Scale::Multiply(by) => ticks.saturating_mul(by),
        Scale::Divide(by) => ticks / by,
        Scale::Binary(power) => {
            let nanoseconds = (ticks as u128 * SECOND as u128) >> power;
            u64::try_from(nanoseconds).unwrap_or(u64::MAX)
        }
        Scale::Nothing => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(resolution: Option<u8>, offset: i64, ticks: u64) -> u64 {
        let mut clock = Clock::default();
        if let Some(resolution) = resolution {
            clock.set_resolution(resolution);
        }
        clock.set_offset(offset);
        clock.time((ticks >> 32) as u32, ticks as u32).0
    }

    #[test]
    fn resolutions_are_negative_powers() {
        assert_eq!(time(None, 0, 3), 3_000);
        assert_eq!(time(Some(0), 0, 3), 3 * SECOND);
        assert_eq!(time(Some(9), 0, 3), 3);
        assert_eq!(time(Some(12), 0, 3_999), 3);
        assert_eq!(time(Some(0x80), 0, 3), 3 * SECOND);
        // 2^-10 s: 1024 ticks are a second (draft: "0x8A means 1/1024 of second").
        assert_eq!(time(Some(0x8a), 0, 1_536), 1_500_000_000);
        assert_eq!(time(Some(0x7f), 0, u64::MAX), 0);
        assert_eq!(time(Some(0xff), 0, u64::MAX), 0);
    }

    #[test]
    fn offsets_are_seconds_and_saturate() {
        assert_eq!(time(Some(9), 2, 1), 2_000_000_001);
        assert_eq!(time(Some(9), -2, 1), 0);
        assert_eq!(time(Some(0), i64::MAX, u64::MAX), u64::MAX);
        assert_eq!(time(Some(0), i64::MIN, u64::MAX), u64::MAX - (1 << 63));
    }
}
