//! Protocol versions as the wire carries them.
//!
//! Registry: SSL 2.0 is 0x0002 (draft-hickman-netscape-ssl), SSL 3.0 to TLS 1.3 are 0x0300 to 0x0304 (RFC 8446 4.1.2);
//! drafts of TLS 1.3 were 0x7f00 plus the draft's number. The type stays an integer so that a value nobody knows is
//! kept and shown, never turned into a neighbour.

use std::fmt;

/// A version number from a hello (never from a record header).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Version(pub u16);

impl Version {
    /// SSL 2.0.
    pub const SSL2: Self = Self(0x0002);
    /// SSL 3.0.
    pub const SSL3: Self = Self(0x0300);
    /// TLS 1.0.
    pub const TLS10: Self = Self(0x0301);
    /// TLS 1.1.
    pub const TLS11: Self = Self(0x0302);
    /// TLS 1.2.
    pub const TLS12: Self = Self(0x0303);
    /// TLS 1.3.
    pub const TLS13: Self = Self(0x0304);
    /// Every version this program tells apart, oldest first.
    pub const ALL: [Self; 6] = [
        Self::SSL2,
        Self::SSL3,
        Self::TLS10,
        Self::TLS11,
        Self::TLS12,
        Self::TLS13,
    ];

    /// The standard version this value stands for: itself if it is one, TLS 1.3 for a draft of it (0x7fNN, and the
    /// experiments 0xfbNN of 2018), nothing for a value that means no version we know.
    pub const fn standard(self) -> Option<Self> {
        match self.0 {
            0x0002 | 0x0300..=0x0304 => Some(self),
            0x7f01..=0x7f1c | 0x7e01..=0x7e03 | 0xfb17..=0xfb1a => Some(Self::TLS13),
            _ => None,
        }
    }

    /// Position in [`Version::ALL`] of the standard version, oldest first; `None` for unknown values.
    pub const fn rank(self) -> Option<u8> {
        match self.standard() {
            Some(Self(0x0002)) => Some(0),
            Some(Self(0x0300)) => Some(1),
            Some(Self(0x0301)) => Some(2),
            Some(Self(0x0302)) => Some(3),
            Some(Self(0x0303)) => Some(4),
            Some(Self(0x0304)) => Some(5),
            _ => None,
        }
    }

    /// SSL 2.0 to TLS 1.1: what Exchange Online no longer takes. Unknown values are not legacy.
    pub const fn is_legacy(self) -> bool {
        matches!(self.standard(), Some(Self(0x0002 | 0x0300..=0x0302)))
    }

    /// A reserved value of RFC 8701: both bytes equal and of the form 0x?a.
    pub const fn is_grease(self) -> bool {
        is_grease(self.0)
    }

    /// The name used in records and reports: `ssl2` `ssl3` `1.0` `1.1` `1.2` `1.3`, or the value in hex.
    pub const fn name(self) -> Option<&'static str> {
        match self.rank() {
            Some(0) => Some("ssl2"),
            Some(1) => Some("ssl3"),
            Some(2) => Some("1.0"),
            Some(3) => Some("1.1"),
            Some(4) => Some("1.2"),
            Some(5) => Some("1.3"),
            _ => None,
        }
    }
}

/// Orders by rank; unknown values sort below all known ones, by number.
impl Ord for Version {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.rank(), self.0).cmp(&(other.rank(), other.0))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "0x{:04x}", self.0),
        }
    }
}

/// Whether a 16-bit value is reserved by RFC 8701 (GREASE): 0x0a0a, 0x1a1a, … 0xfafa.
pub const fn is_grease(value: u16) -> bool {
    value & 0x0f0f == 0x0a0a && value >> 8 == value & 0xff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grease_needs_equal_bytes() {
        // The sixteen values of RFC 8701 section 2.
        let reserved = (0..16u16).map(|n| (n << 12 | n << 4) | 0x0a0a);
        assert!(reserved.clone().all(is_grease));
        assert_eq!((0..=u16::MAX).filter(|v| is_grease(*v)).count(), 16);
        assert!(!is_grease(0x0a1a));
    }

    #[test]
    fn drafts_count_as_the_version_they_became() {
        assert_eq!(Version(0x7f12).standard(), Some(Version::TLS13));
        assert_eq!(Version(0x7f12).to_string(), "1.3");
        assert_eq!(Version(0x0305).to_string(), "0x0305");
        assert!(Version(0x0302).is_legacy() && !Version(0x0303).is_legacy());
        assert!(Version::SSL2 < Version::SSL3 && Version::TLS12 < Version(0x7f1c));
    }
}
