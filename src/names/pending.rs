//! What hosts say of themselves when they ask for an address, in DHCP and in DHCPv6, until they are given one.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::Arc;

use super::host::{HostName, NameSource, is_printable, is_readable};
use super::message;
use crate::session::MAX_STRING;
use crate::session::text::clip;
use crate::time::SECOND;
use crate::wire::Reader;

/// Requests that may wait for their answer.
const REQUESTS: usize = 256;
/// As long as a client waits before it asks again (RFC 2131 section 4.1), nanoseconds. An older request waits for nothing.
const WAIT: u64 = 64 * SECOND;

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
    requests: VecDeque<Request<Client>>,
    given_up: u64,
}

#[derive(Debug)]
struct Request<Client> {
    client: Client,
    told: Told,
    /// Forward capture time.
    clock: u64,
    answered: bool,
}

impl<Client> Default for Pending<Client> {
    fn default() -> Self {
        Self {
            requests: VecDeque::new(),
            given_up: 0,
        }
    }
}

impl<Client: PartialEq> Pending<Client> {
    /// `client` asks at `clock`, and says this of itself.
    pub(super) fn ask(&mut self, client: Client, told: Told, clock: u64) {
        self.requests.retain(|other| other.client != client);
        if self.requests.len() >= REQUESTS
            && let Some(oldest) = self.requests.pop_front()
        {
            let waits = !oldest.answered && clock.saturating_sub(oldest.clock) <= WAIT;
            self.given_up += u64::from(waits);
        }
        self.requests.push_back(Request {
            client,
            told,
            clock,
            answered: false,
        });
    }

    /// `client` is answered: what it said when it asked.
    pub(super) fn answer(&mut self, client: &Client) -> Told {
        let mut requests = self.requests.iter_mut();
        let Some(request) = requests.find(|other| other.client == *client) else {
            return Told::default();
        };
        request.answered = true;
        request.told.clone()
    }

    /// Requests that were forgotten for newer ones while their answer could still come.
    pub(super) const fn given_up(&self) -> u64 {
        self.given_up
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
            pending.ask(client, told.clone(), 0);
            pending.ask(client, told.clone(), 0);
        }
        assert_eq!(pending.given_up(), 1);
        assert_eq!(pending.answer(&0).name, None);
        assert_eq!(pending.answer(&1).name.as_deref(), Some("mfp"));
        assert_eq!(pending.answer(&REQUESTS).name.as_deref(), Some("mfp"));
        assert_eq!(pending.requests.len(), REQUESTS);
        // Neither one that was answered nor one that waited for too long is missed.
        pending.ask(REQUESTS + 1, told.clone(), 0);
        pending.ask(REQUESTS + 2, told.clone(), WAIT + 1);
        assert_eq!(pending.given_up(), 1);
        pending.ask(REQUESTS + 3, told, WAIT);
        assert_eq!(pending.given_up(), 2);
    }

    #[test]
    fn what_a_host_says_has_a_bound() {
        let long = plain(&b"a".repeat(60_000)).unwrap();
        assert!(long.len() <= MAX_STRING && long.ends_with('…'));
        assert!(class(&b"a".repeat(60_000)).unwrap().len() <= MAX_STRING);
        assert_eq!(labels(&b"\x01a".repeat(30_000)), None);
    }
}
