//! Counts by version, by word of a closed set, and by reason.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::session::words::Word;
use crate::tls::Version;

/// Sessions by the version they negotiated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PerVersion {
    /// SSL 2.0.
    pub ssl2: u64,
    /// SSL 3.0.
    pub ssl3: u64,
    /// TLS 1.0.
    #[serde(rename = "1.0")]
    pub tls10: u64,
    /// TLS 1.1.
    #[serde(rename = "1.1")]
    pub tls11: u64,
    /// TLS 1.2.
    #[serde(rename = "1.2")]
    pub tls12: u64,
    /// TLS 1.3 and its drafts.
    #[serde(rename = "1.3")]
    pub tls13: u64,
    /// No ServerHello was seen: never TLS, refused, or cut by the capture.
    pub none: u64,
    /// A ServerHello with a value that means no known version; absent from JSON unless there is one.
    #[serde(skip_serializing_if = "is_zero")]
    pub other: u64,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the shape serde asks for"
)]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl PerVersion {
    /// Counts `count` sessions.
    pub const fn add(&mut self, negotiated: Option<Version>, count: u64) {
        *self.of(negotiated) += count;
    }

    const fn of(&mut self, negotiated: Option<Version>) -> &mut u64 {
        match negotiated {
            None => &mut self.none,
            Some(version) => match version.standard() {
                Some(Version::SSL2) => &mut self.ssl2,
                Some(Version::SSL3) => &mut self.ssl3,
                Some(Version::TLS10) => &mut self.tls10,
                Some(Version::TLS11) => &mut self.tls11,
                Some(Version::TLS12) => &mut self.tls12,
                Some(Version::TLS13) => &mut self.tls13,
                _ => &mut self.other,
            },
        }
    }

    /// Adds the counts of another.
    pub const fn merge(&mut self, other: &Self) {
        self.ssl2 += other.ssl2;
        self.ssl3 += other.ssl3;
        self.tls10 += other.tls10;
        self.tls11 += other.tls11;
        self.tls12 += other.tls12;
        self.tls13 += other.tls13;
        self.none += other.none;
        self.other += other.other;
    }

    /// Key and count, oldest version first, then `none` and `other`.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> + use<> {
        [
            ("ssl2", self.ssl2),
            ("ssl3", self.ssl3),
            ("1.0", self.tls10),
            ("1.1", self.tls11),
            ("1.2", self.tls12),
            ("1.3", self.tls13),
            ("none", self.none),
            ("other", self.other),
        ]
        .into_iter()
    }
}

impl PerVersion {
    /// All counts together.
    pub fn total(&self) -> u64 {
        self.iter().map(|(_, count)| count).sum()
    }
}

/// A count for each word of a closed set; in JSON a map with every word, in the order of the contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PerWord<W: Word>(W::Numbers);

impl<W: Word> Default for PerWord<W> {
    fn default() -> Self {
        Self(W::Numbers::default())
    }
}

impl<W: Word> PerWord<W> {
    /// Adds `count` to a word's count.
    pub fn add(&mut self, word: W, count: u64) {
        let words = W::EACH.iter().zip(self.0.as_mut());
        for (_, known) in words.filter(|(known, _)| **known == word) {
            *known += count;
        }
    }

    /// Adds the counts of another.
    pub fn merge(&mut self, other: &Self) {
        for (known, count) in self.0.as_mut().iter_mut().zip(other.0.as_ref()) {
            *known += count;
        }
    }

    /// The count of a word.
    pub fn of(&self, word: W) -> u64 {
        self.iter()
            .find_map(|(known, count)| (known == word).then_some(count))
            .unwrap_or(0)
    }

    /// Word and count, in the order of the contract.
    pub fn iter(&self) -> impl Iterator<Item = (W, u64)> {
        let counts = self.0.as_ref().iter().copied();
        W::EACH.iter().copied().zip(counts)
    }

    /// All counts together.
    pub fn total(&self) -> u64 {
        self.0.as_ref().iter().sum()
    }
}

impl<W: Word> Serialize for PerWord<W> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(word, count)| (word.word(), count)))
    }
}

/// Counts by a reason that our own code names; the map is as large as the code has reasons.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Counts(BTreeMap<Cow<'static, str>, u64>);

impl Counts {
    /// Adds `count` under `reason`; nothing if `count` is zero.
    pub fn add(&mut self, reason: impl Into<Cow<'static, str>>, count: u64) {
        if count > 0 {
            *self.0.entry(reason.into()).or_default() += count;
        }
    }

    /// The count of a reason.
    pub fn of(&self, reason: &str) -> u64 {
        self.0.get(reason).copied().unwrap_or(0)
    }

    /// Reason and count, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(reason, count)| (&**reason, *count))
    }

    /// All counts together.
    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }
}
