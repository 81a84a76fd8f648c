//! Options of the commands that keep sessions.

use clap::Args;

use super::length::{Length, Unit};
use crate::store::{Keep, StoreFolder};

/// Where sessions are kept, and for how long.
#[derive(Debug, Args)]
#[command(next_help_heading = "History")]
pub struct StoreArgs {
    /// Also keep the sessions in this folder, for `tlstally report`; reading a capture twice keeps it once.
    #[arg(long, value_name = "DIR|URL")]
    pub store: Option<StoreFolder>,

    /// How long to keep them: whole days of capture time, such as 90d or 12w; a plain number is days.
    #[arg(long, value_name = "TIME", default_value = "90d", value_parser = days, requires = "store")]
    pub keep: u32,

    /// How much to keep: the oldest days go when the store is larger, such as 10GB.
    #[arg(long, value_name = "SIZE", default_value = "10GB", value_parser = size, requires = "store")]
    pub keep_size: u64,
}

impl StoreArgs {
    /// What a store may hold.
    pub const fn limits(&self) -> Keep {
        Keep {
            days: self.keep,
            bytes: self.keep_size,
        }
    }
}

/// Whole days go, so whole days are kept.
fn days(text: &str) -> Result<u32, String> {
    let days = Length::parse(text, Unit::Day).and_then(Length::whole_days);
    days.ok_or_else(|| format!("`{text}` is not a number of whole days such as 90d or 12w"))
}

/// Decimal units, as disks are sold, or binary ones where they are asked for.
fn size(text: &str) -> Result<u64, String> {
    const UNITS: [(&str, u64); 9] = [
        ("KiB", 1 << 10),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
        ("TiB", 1 << 40),
        ("kB", 1_000),
        ("MB", 1_000_000),
        ("GB", 1_000_000_000),
        ("TB", 1_000_000_000_000),
        ("", 1),
    ];
    let wrong = || format!("`{text}` is not a size such as 500MB or 10GB");
    let digits = text.trim_end_matches(|unit: char| unit.is_ascii_alphabetic());
    let unit = text.strip_prefix(digits).unwrap_or_default();
    let found = UNITS
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(unit));
    let factor = found.map(|(_, factor)| *factor).ok_or_else(wrong)?;
    let number: u64 = digits.trim().parse().map_err(|_| wrong())?;
    number
        .checked_mul(factor)
        .filter(|size| *size >= 1_000_000)
        .ok_or_else(|| format!("`{text}` is too small or too large: at least 1MB"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_days() {
        assert_eq!(size("10GB"), Ok(10_000_000_000));
        assert_eq!(size("512mib"), Ok(512 << 20));
        assert_eq!(size("2000000"), Ok(2_000_000));
        for text in ["", "GB", "1.5GB", "10 parsecs", "1kB", "99999999TB", "-1GB"] {
            assert!(size(text).is_err(), "{text}");
        }
        assert_eq!(days("90d"), Ok(90));
        assert_eq!(days("90"), Ok(90));
        assert_eq!(days("3w"), Ok(21));
        assert_eq!(days("48h"), Ok(2));
        assert!(days("0d").is_err());
        assert!(days("36h").is_err());
    }
}
