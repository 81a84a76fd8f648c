//! DHCP (RFC 2131, options of RFC 2132): the address a host was given, the name it gave for itself, the class of its hardware or
//! software.
//!
//! A name belongs to an address once the server has acknowledged it, or when the client says that it uses it already. Options that
//! are moved into `sname` and `file`, or split, are not put together.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr};

use super::host::{HostName, NameSource};
use super::message;
use crate::wire::{Reader, Short};

/// Requests that may wait for their acknowledgement.
const REQUESTS: usize = 256;
const MAGIC: u32 = 0x6382_5363;

const HOST_NAME: u8 = 12;
const MESSAGE_TYPE: u8 = 53;
const VENDOR_CLASS: u8 = 60;
const FULL_NAME: u8 = 81;
const PAD: u8 = 0;
const END: u8 = 255;

const REQUEST: u8 = 3;
const ACK: u8 = 5;
const INFORM: u8 = 8;

/// Requests without their acknowledgement yet.
#[derive(Debug, Default)]
pub(super) struct Leases {
    requests: VecDeque<(Client, Told)>,
}

/// What a host said of itself.
type Told = Vec<(String, NameSource)>;

/// A client in the middle of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Client {
    transaction: u32,
    hardware: [u8; 16],
}

/// What is used of a message.
#[derive(Debug)]
struct Message {
    client: Client,
    kind: u8,
    /// `ciaddr`: the address the client has.
    has: Ipv4Addr,
    /// `yiaddr`: the address the client is given.
    given: Ipv4Addr,
    told: Told,
}

impl Leases {
    /// Reads a message; returns the names that it proves.
    pub(super) fn read(&mut self, bytes: &[u8]) -> Vec<HostName> {
        let Ok(Some(message)) = Message::read(bytes) else {
            return Vec::new();
        };
        match message.kind {
            REQUEST if message.has.is_unspecified() => {
                self.wait(message);
                Vec::new()
            }
            REQUEST | INFORM => named(message.has, message.told),
            ACK => {
                let asked = self.requested(message.client);
                // What a server says of itself comes in the same options.
                let names =
                    (message.told.into_iter()).filter(|(_, source)| *source == NameSource::Dhcp);
                named(message.given, asked.into_iter().chain(names).collect())
            }
            _ => Vec::new(),
        }
    }

    fn wait(&mut self, message: Message) {
        self.requests
            .retain(|(client, _)| *client != message.client);
        if self.requests.len() >= REQUESTS {
            self.requests.pop_front();
        }
        self.requests.push_back((message.client, message.told));
    }

    fn requested(&self, asking: Client) -> Told {
        let request = self.requests.iter().find(|(client, _)| *client == asking);
        request.map(|(_, told)| told.clone()).unwrap_or_default()
    }
}

fn named(address: Ipv4Addr, told: Told) -> Vec<HostName> {
    if address.is_unspecified() {
        return Vec::new();
    }
    let host = |(text, source): (String, _)| HostName::new(IpAddr::V4(address), &text, source);
    told.into_iter().map(host).collect()
}

impl Message {
    /// `None` if it is BOOTP without DHCP's options.
    fn read(bytes: &[u8]) -> Result<Option<Self>, Short> {
        let mut reader = Reader::new(bytes);
        reader.skip(4)?; // op, htype, hlen, hops
        let transaction = reader.u32()?;
        reader.skip(4)?; // secs, flags
        let [has, given] = [reader.array::<4>()?, reader.array::<4>()?].map(Ipv4Addr::from);
        reader.skip(8)?; // siaddr, giaddr
        let hardware = reader.array()?;
        reader.skip(64 + 128)?; // sname, file
        if reader.u32()? != MAGIC {
            return Ok(None);
        }
        let client = Client {
            transaction,
            hardware,
        };
        let mut message = Self {
            client,
            kind: 0,
            has,
            given,
            told: Vec::new(),
        };
        message.options(&mut reader)?;
        Ok(Some(message))
    }

    fn options(&mut self, reader: &mut Reader) -> Result<(), Short> {
        while !reader.is_empty() {
            let code = reader.u8()?;
            if code == END {
                break;
            }
            if code != PAD {
                self.option(code, reader.vec8()?.rest());
            }
        }
        Ok(())
    }

    fn option(&mut self, code: u8, value: &[u8]) {
        match (code, value) {
            (MESSAGE_TYPE, [kind]) => self.kind = *kind,
            (HOST_NAME, text) => self.tell(plain(text), NameSource::Dhcp),
            (FULL_NAME, [flags, _, _, name @ ..]) => {
                self.tell(full_name(*flags, name), NameSource::Dhcp);
            }
            (VENDOR_CLASS, text) => self.tell(class(text), NameSource::DhcpClass),
            _ => {}
        }
    }

    fn tell(&mut self, text: Option<String>, source: NameSource) {
        self.told.extend(text.map(|text| (text, source)));
    }
}

/// RFC 4702 section 2: labels as in DNS if bit E is set, else text.
fn full_name(flags: u8, name: &[u8]) -> Option<String> {
    const LABELS: u8 = 0x04;
    if flags & LABELS == 0 {
        return plain(name);
    }
    labels(name)
}

/// A name as labels.
pub(super) fn labels(name: &[u8]) -> Option<String> {
    // A partial name has no root at its end (RFC 4702 section 2.3.1).
    let mut labels = name.to_vec();
    if labels.last() != Some(&0) {
        labels.push(0);
    }
    let text = message::name(&[], &mut Reader::new(&labels)).ok()??;
    plain(text.as_bytes())
}

/// A class: text, by custom (RFC 2132 section 9.13 leaves the form open).
pub(super) fn class(text: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(text)
        .ok()?
        .trim_end_matches('\0')
        .trim();
    super::host::is_printable(text).then(|| text.to_owned())
}

/// Some clients end the text with a NUL.
fn plain(text: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(text)
        .ok()?
        .trim_end_matches(['\0', '.']);
    super::host::is_readable(text).then(|| text.to_owned())
}
