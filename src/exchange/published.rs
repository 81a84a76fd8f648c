//! Reads Microsoft's endpoint list in the JSON form of the "Office 365 IP Address and URL web service".
//!
//! The form is an array of records (`id`, `serviceArea`, `urls`, `ips`, `tcpPorts`, …) in which empty fields are left
//! out. Unknown fields, fields of a strange type and records of other service areas are passed over. What an address
//! is for is read from the names of its record, not from its id (ids differ per cloud) and not from its ports (port 25
//! of client submission is documented but not listed; the government lists give the SMTP ports to a record without
//! addresses, while the record of the same name that has them says `80,443`).
//!
//! A range that cannot be read is an error, not a skip: a list with a hole would give wrong answers in silence.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::Value;

pub use self::error::CatalogError;
use self::form::{records, refuse_other_forms, shown};
use super::name::pattern;
use crate::session::{EndpointKind, Instance};

mod error;
mod form;

/// Most ranges taken from one list. The published lists have about a hundred.
const MAX_RANGES: usize = 1000;
/// Widest range taken; the widest published one is a /13.
const MIN_PREFIX_V4: u8 = 8;
/// Widest range taken; the widest published one is a /36.
const MIN_PREFIX_V6: u8 = 19;

/// What the addresses of a record are for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Role {
    /// Its names are of client submission.
    pub(super) submission: bool,
    /// Its names are of MX.
    pub(super) mx: bool,
}

/// One list, as far as it is about SMTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Published {
    pub(super) instance: Instance,
    /// Records that gave a range.
    pub(super) records: usize,
    pub(super) ranges: Vec<(IpNet, Role)>,
}

/// Reads a list.
pub(super) fn parse(text: &str) -> Result<Published, CatalogError> {
    let text = text.trim_matches(|c: char| c == '\u{feff}' || c.is_whitespace());
    refuse_other_forms(text)?;
    let value: Value = serde_json::from_str(text).map_err(|error| CatalogError::Syntax {
        line: error.line(),
        column: error.column(),
    })?;
    let list = records(&value)?;
    let mut clouds = Clouds::default();
    let mut published = Vec::new();
    let mut used = 0;
    for (position, record) in list.iter().enumerate().filter(|(_, one)| is_exchange(one)) {
        let role = role(record, &mut clouds);
        let before = published.len();
        if role != Role::default() {
            collect_ranges(record, position, role, &mut published)?;
        }
        used += usize::from(published.len() > before);
    }
    if published.is_empty() {
        return Err(CatalogError::NoExchange);
    }
    Ok(Published {
        instance: clouds.only()?,
        records: used,
        ranges: published,
    })
}

/// A list cut by hand may lack the service area; its names then decide alone.
fn is_exchange(record: &Value) -> bool {
    match record.get("serviceArea").and_then(Value::as_str) {
        Some(area) => area.eq_ignore_ascii_case("Exchange"),
        None => true,
    }
}

/// What the record's names say its addresses are for; notes the clouds they belong to.
fn role(record: &Value, clouds: &mut Clouds) -> Role {
    let mut role = Role::default();
    for found in texts(record, "urls").filter_map(pattern) {
        match found.kind {
            EndpointKind::Mx => role.mx = true,
            EndpointKind::Unknown => {}
            EndpointKind::ClientSubmission
            | EndpointKind::LegacySubmission
            | EndpointKind::HighVolume => role.submission = true,
        }
        clouds.note(found.instance);
    }
    role
}

fn texts<'a>(record: &'a Value, key: &str) -> impl Iterator<Item = &'a str> {
    let list = record.get(key).and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::trim)
}

fn collect_ranges(
    record: &Value,
    position: usize,
    role: Role,
    ranges: &mut Vec<(IpNet, Role)>,
) -> Result<(), CatalogError> {
    let id = record.get("id").and_then(Value::as_u64);
    for text in texts(record, "ips") {
        let range = range(text).map_err(|reason| CatalogError::Range {
            id: id.unwrap_or(position as u64),
            value: shown(text),
            reason,
        })?;
        ranges.push((range, role));
    }
    if ranges.len() > MAX_RANGES {
        return Err(CatalogError::TooLarge {
            size: ranges.len(),
            most: MAX_RANGES,
            unit: "ranges",
        });
    }
    Ok(())
}

/// A range in CIDR form, or one address. Host bits are cleared.
fn range(text: &str) -> Result<IpNet, &'static str> {
    let range = match text.parse::<IpNet>() {
        Ok(range) => range.trunc(),
        Err(_) => IpNet::from(
            text.parse::<IpAddr>()
                .map_err(|_| "neither a CIDR nor an address")?,
        ),
    };
    let narrowest = match range {
        IpNet::V4(_) => MIN_PREFIX_V4,
        IpNet::V6(_) => MIN_PREFIX_V6,
    };
    if range.prefix_len() < narrowest {
        return Err("wider than any that is published");
    }
    Ok(range)
}

/// The clouds that a list's names belong to.
#[derive(Default)]
struct Clouds {
    first: Option<Instance>,
    second: Option<Instance>,
}

impl Clouds {
    fn note(&mut self, instance: Option<Instance>) {
        if self.first.is_none() {
            self.first = instance;
        } else if self.second.is_none() && instance.is_some() && instance != self.first {
            self.second = instance;
        }
    }

    fn only(&self) -> Result<Instance, CatalogError> {
        match (self.first, self.second) {
            (Some(first), Some(second)) => Err(CatalogError::SeveralClouds { first, second }),
            (Some(instance), None) => Ok(instance),
            (None, _) => Err(CatalogError::CloudUnknown),
        }
    }
}

#[cfg(test)]
mod tests;
