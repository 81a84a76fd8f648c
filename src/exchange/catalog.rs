//! The published lists in use, and the one question to them: is this address and port Exchange Online?
//!
//! Which ports count: **25 and 587, nothing else.** Port 587 is listed for client submission; port 25 of the same
//! hosts is documented (Microsoft Learn, "How to set up a multifunction device or application…") though not listed;
//! port 25 is what MX is. On 465 and 2525 the service offers nothing, so an address there proves nothing; a name
//! still does, since a device may be told to go there.
//!
//! | address of | port 587 | port 25 |
//! |---|---|---|
//! | client submission | client submission | client submission |
//! | MX | Exchange Online, kind not told (the MX names have no documented 587) | MX |
//! | both (no published list has that) | client submission | kind not told |
//!
//! Without a name the legacy and high-volume endpoints look like client submission: they are on the same hosts, or
//! their addresses are not published.

use std::net::IpAddr;

use ipnet::IpNet;
use jiff::civil::Date;

use super::published::{self, CatalogError, Published};
use super::ranges::{Ranges, Uses};
use crate::session::{EndpointKind, Instance};

/// Port of message submission (RFC 6409).
pub(super) const SUBMISSION_PORT: u16 = 587;
/// Port of SMTP (RFC 5321).
pub(super) const SMTP_PORT: u16 = 25;

/// The lists in use, at most one for each cloud.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    lists: Vec<List>,
    ranges: Ranges,
}

/// What a published list says about an address and port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressMatch {
    /// Which cloud; `None` where GCC High and DoD share the block (23.103.191.0/24, 2001:489a:2202:2000::/63).
    pub instance: Option<Instance>,
    /// What the address is for on that port.
    pub kind: EndpointKind,
}

/// One list in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListInfo {
    /// The cloud it is for.
    pub instance: Instance,
    /// `YYYYMMDDNN`, as Microsoft numbers them; the published form does not carry it, so only built-in lists have it.
    pub version: Option<&'static str>,
    /// Where it came from.
    pub source: ListSource,
    /// Records that gave ranges.
    pub records: usize,
    /// IPv4 ranges, repetitions counted once.
    pub ipv4: usize,
    /// IPv6 ranges, repetitions counted once.
    pub ipv6: usize,
    /// What to know about it.
    pub note: Option<&'static str>,
}

impl ListInfo {
    /// The day of the version.
    pub fn date(&self) -> Option<Date> {
        let digits = self.version?;
        let number = |from: usize, to: usize| digits.get(from..to)?.parse::<i16>().ok();
        let (month, day) = (number(4, 6)?, number(6, 8)?);
        Date::new(number(0, 4)?, month as i8, day as i8).ok()
    }
}

/// Where a list came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListSource {
    /// Compiled in.
    BuiltIn,
    /// Given by the user, under this name.
    Given(String),
}

#[derive(Clone, Debug)]
struct List {
    info: ListInfo,
    ranges: Vec<(IpNet, Uses)>,
}

impl Catalog {
    /// The four lists compiled in (`data/README.md`).
    pub fn built_in() -> Self {
        Self::of(BUILT_IN.iter().filter_map(BuiltIn::read).collect())
    }

    /// One list in the form of Microsoft's web service, of any cloud; its names say which. `origin` is the name that
    /// [`ListSource::Given`] repeats.
    pub fn from_json(origin: &str, text: &str) -> Result<Self, CatalogError> {
        let source = ListSource::Given(origin.to_owned());
        let list = List::new(published::parse(text)?, source, None, None);
        Ok(Self::of(vec![list]))
    }

    /// These lists, with those of `newer` in place of the ones for the same cloud.
    #[must_use]
    pub fn replaced_by(self, newer: Self) -> Self {
        let kept = self
            .lists
            .into_iter()
            .filter(|list| !newer.has(list.info.instance))
            .collect::<Vec<_>>();
        let mut lists = kept;
        lists.extend(newer.lists);
        lists.sort_by_key(|list| list.info.instance);
        Self::of(lists)
    }

    fn of(lists: Vec<List>) -> Self {
        let all: Vec<_> = lists
            .iter()
            .flat_map(|list| list.ranges.iter().copied())
            .collect();
        Self {
            ranges: Ranges::new(&all),
            lists,
        }
    }

    /// What a server address and port are published for. Takes nanoseconds and no memory.
    #[inline]
    pub fn lookup(&self, ip: IpAddr, port: u16) -> Option<AddressMatch> {
        if !matches!(port, SMTP_PORT | SUBMISSION_PORT) {
            return None;
        }
        self.ranges.find(ip).map(|uses| judge(uses, port))
    }

    /// The cloud that sends mail from `ip`: MX ranges are also where Exchange Online delivers from.
    pub(super) fn sender(&self, ip: IpAddr) -> Option<AddressMatch> {
        let mx = self.ranges.find(ip)?.mx;
        (!mx.is_empty()).then(|| AddressMatch {
            instance: mx.only(),
            kind: EndpointKind::Mx,
        })
    }

    /// The lists in use, for the `endpoints` command.
    pub fn lists(&self) -> impl Iterator<Item = &ListInfo> {
        self.lists.iter().map(|list| &list.info)
    }

    /// Whether a list for this cloud is in use.
    pub(super) fn has(&self, instance: Instance) -> bool {
        self.lists().any(|info| info.instance == instance)
    }
}

/// The table in this file's head.
const fn judge(uses: Uses, port: u16) -> AddressMatch {
    let (clouds, kind) = match (
        uses.submission.is_empty(),
        uses.mx.is_empty(),
        port == SMTP_PORT,
    ) {
        (false, true, _) | (false, false, false) => {
            (uses.submission, EndpointKind::ClientSubmission)
        }
        (true, _, true) => (uses.mx, EndpointKind::Mx),
        (true, _, false) => (uses.mx, EndpointKind::Unknown),
        (false, false, true) => (uses.submission.and(uses.mx), EndpointKind::Unknown),
    };
    AddressMatch {
        instance: clouds.only(),
        kind,
    }
}

impl List {
    fn new(
        published: Published,
        source: ListSource,
        version: Option<&'static str>,
        note: Option<&'static str>,
    ) -> Self {
        let mut distinct: Vec<IpNet> = published.ranges.iter().map(|(range, _)| *range).collect();
        distinct.sort_unstable();
        distinct.dedup();
        let ipv4 = distinct
            .iter()
            .filter(|range| range.addr().is_ipv4())
            .count();
        let info = ListInfo {
            instance: published.instance,
            version,
            source,
            records: published.records,
            ipv4,
            ipv6: distinct.len() - ipv4,
            note,
        };
        let ranges = published
            .ranges
            .into_iter()
            .map(|(range, role)| (range, Uses::new(info.instance, role)))
            .collect();
        Self { info, ranges }
    }
}

/// A list compiled in.
struct BuiltIn {
    version: &'static str,
    text: &'static str,
    note: Option<&'static str>,
}

impl BuiltIn {
    /// A test reads all of them, so none can go missing.
    fn read(&self) -> Option<List> {
        let published = published::parse(self.text).ok()?;
        Some(List::new(
            published,
            ListSource::BuiltIn,
            Some(self.version),
            self.note,
        ))
    }
}

const BUILT_IN: [BuiltIn; 4] = [
    BuiltIn {
        version: "2026081400",
        text: include_str!("../../data/endpoints/worldwide.json"),
        note: None,
    },
    BuiltIn {
        version: "2026033100",
        text: include_str!("../../data/endpoints/usgov-gcchigh.json"),
        note: None,
    },
    BuiltIn {
        version: "2026033100",
        text: include_str!("../../data/endpoints/usgov-dod.json"),
        note: None,
    },
    BuiltIn {
        version: "2023062900",
        text: include_str!("../../data/endpoints/china.json"),
        note: Some(
            "the last public list with ports; five withdrawn ranges left out, newer ones unknown",
        ),
    },
];

#[cfg(test)]
mod tests;
