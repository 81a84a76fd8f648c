//! What hosts say of themselves when they ask for an address, in DHCP and in DHCPv6, until they are given one.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::Arc;

use super::host::{HostName, NameSource, is_printable, is_readable};
use super::message;
use crate::session::MAX_STRING;
use crate::session::text::clip;
use crate::wire::Reader;

/// Requests that may wait for their answer.
const REQUESTS: usize = 256;

/// What a host says of itself, each at most [`MAX_STRING`] bytes.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    /// Its name.
    pub(super) name: Option<Arc<str>>,
    /// Its name with its domain.
    pub(super) full_name: Option<Arc<str>>,
    /// The class of its hardware or software.
    pub(super) class: Option<Arc<str>>,
}

impl Told {
    /// As names of the host at `address`.
    pub(super) fn named(&self, address: IpAddr) -> impl Iterator<Item = HostName> {
        let names = [
            (&self.name, NameSource::Dhcp),
            (&self.full_name, NameSource::Dhcp),
            (&self.class, NameSource::DhcpClass),
        ];
        let host = move |(name, source): (&Option<Arc<str>>, _)| {
            let name = name.clone().filter(|_| !address.is_unspecified())?;
            Some(HostName {
                ip: address,
                name,
                source,
            })
        };
        names.into_iter().filter_map(host)
    }
}

/// Requests without their answer yet, each by its client. The oldest goes first: whoever was not answered asks again.
#[derive(Debug)]
pub(super) struct Pending<Client> {
    requests: VecDeque<(Client, Told)>,
}

impl<Client> Default for Pending<Client> {
    fn default() -> Self {
        Self {
            requests: VecDeque::new(),
        }
    }
}

impl<Client: PartialEq> Pending<Client> {
    /// `client` asks, and says this of itself.
    pub(super) fn ask(&mut self, client: Client, told: Told) {
        self.requests.retain(|(other, _)| *other != client);
        if self.requests.len() >= REQUESTS {
            self.requests.pop_front();
        }
        self.requests.push_back((client, told));
    }

    /// What `client` said when it asked.
    pub(super) fn told(&self, client: &Client) -> Told {
        let request = self.requests.iter().find(|(other, _)| other == client);
        request.map(|(_, told)| told.clone()).unwrap_or_default()
    }
}

/// A name as labels (RFC 1035 section 3.1).
pub(super) fn labels(name: &[u8]) -> Option<Arc<str>> {
    // A partial name has no root at its end (RFC 4702 section 2.3.1).
    let mut labels = name.to_vec();
    if labels.last() != Some(&0) {
        labels.push(0);
    }
    let text = message::name(&[], &mut Reader::new(&labels)).ok()??;
    plain(text.as_bytes())
}

/// A name as text. Some clients end it with a NUL.
pub(super) fn plain(text: &[u8]) -> Option<Arc<str>> {
    let text = std::str::from_utf8(text)
        .ok()?
        .trim_end_matches(['\0', '.']);
    is_readable(text).then(|| clip(text, MAX_STRING).into())
}

/// A class: text, by custom (RFC 2132 section 9.13 leaves the form open).
pub(super) fn class(text: &[u8]) -> Option<Arc<str>> {
    let text = std::str::from_utf8(text)
        .ok()?
        .trim_end_matches('\0')
        .trim();
    is_printable(text).then(|| clip(text, MAX_STRING).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_request_goes_first() {
        let mut pending = Pending::default();
        let told = Told {
            name: plain(b"mfp"),
            ..Told::default()
        };
        for client in 0..=REQUESTS {
            pending.ask(client, told.clone());
            pending.ask(client, told.clone());
        }
        assert_eq!(pending.told(&0).name, None);
        assert_eq!(pending.told(&1).name.as_deref(), Some("mfp"));
        assert_eq!(pending.told(&REQUESTS).name.as_deref(), Some("mfp"));
        assert_eq!(pending.requests.len(), REQUESTS);
    }

    #[test]
    fn what_a_host_says_has_a_bound() {
        let long = plain(&b"a".repeat(60_000)).unwrap();
        assert!(long.len() <= MAX_STRING && long.ends_with('…'));
        assert!(class(&b"a".repeat(60_000)).unwrap().len() <= MAX_STRING);
        assert_eq!(labels(&b"\x01a".repeat(30_000)), None);
    }
}
