//! What internal hosts are called, and who said so.

use std::net::IpAddr;
use std::sync::Arc;

use super::latest::Latest;
use crate::session::MAX_STRING;
use crate::session::networks::Networks;
use crate::session::text::{clip, is_hazardous};
use crate::session::words::words;

/// Names remembered so that each is told once; one that was forgotten is told again, which does no harm.
const REMEMBERED: usize = 65_536;
/// Names that may wait to be fetched, which happens behind each block of packets: more of them are in one only if they
/// are made for that. Those are not counted, since they are not lost: they are taken in when they are said again.
const WAITING: usize = 65_536;

/// How a host's name was learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NameSource {
    /// Host name or domain name in a DHCP lease (RFC 2132 section 3.14, RFC 4702).
    Dhcp,
    /// No name: the class that its DHCP client gives for its hardware or software (RFC 2132 section 9.13, RFC 8415 section
    /// 21.16).
    DhcpClass,
    /// An answer of DNS to a question about the address.
    Reverse,
    /// Multicast DNS.
    Mdns,
    /// Link-local multicast name resolution.
    Llmnr,
    /// NetBIOS name service.
    Netbios,
}

words!(NameSource {
    Dhcp => "dhcp",
    DhcpClass => "dhcp-class",
    Reverse => "dns-reverse",
    Mdns => "mdns",
    Llmnr => "llmnr",
    Netbios => "netbios",
});

/// A name of an internal host.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HostName {
    /// The host.
    pub ip: IpAddr,
    /// Its name, at most [`MAX_STRING`] bytes.
    pub name: Arc<str>,
    /// Who said so.
    pub source: NameSource,
}

impl HostName {
    /// A name, cut to its bound.
    pub fn new(ip: IpAddr, name: &str, source: NameSource) -> Self {
        let name = clip(name, MAX_STRING).into();
        Self { ip, name, source }
    }
}

/// Whether `text` can be the name of a host: something to read, no spaces or controls.
pub(super) fn is_readable(text: &str) -> bool {
    is_printable(text) && !text.contains(char::is_whitespace)
}

/// Whether `text` is something to read, without controls.
pub(super) fn is_printable(text: &str) -> bool {
    !text.is_empty() && !text.contains(is_hazardous)
}

/// Names that were learned and not yet fetched.
#[derive(Debug, Default)]
pub(super) struct News {
    told: Latest<HostName, REMEMBERED>,
    waiting: Vec<HostName>,
}

impl News {
    /// Takes in those that belong to internal hosts.
    pub(super) fn note_all(&mut self, names: Vec<HostName>, networks: &Networks) {
        for name in names {
            if networks.contains(name.ip) {
                self.note(name);
            }
        }
    }

    /// Takes one in, unless it was told already.
    pub(super) fn note(&mut self, name: HostName) {
        let sound = match name.source {
            NameSource::DhcpClass => is_printable(&name.name),
            _ => is_readable(&name.name),
        };
        if sound && self.waiting.len() < WAITING && self.told.note(name.clone()) {
            self.waiting.push(name);
        }
    }

    /// Hands out what came since the last call.
    pub(super) fn take(&mut self) -> impl Iterator<Item = HostName> {
        self.waiting.drain(..)
    }
}
