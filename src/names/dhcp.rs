//! DHCP (RFC 2131, options of RFC 2132): the address a host was given, the name it gave for itself, the class of its hardware or
//! software.
//!
//! A name belongs to an address once the server has acknowledged it, or when the client says that it uses it already.
//! Options that are moved into `sname` and `file` are not read.

use std::net::Ipv4Addr;
use std::sync::Arc;

use super::host::HostName;
use super::pending::{Pending, Told, class, labels, plain};
use crate::wire::{Reader, Short};

/// Bytes read of one option: more than the longest name (255 octets, RFC 1035 section 2.3.4) and what stands before it.
const LONGEST: usize = 3 + 256;
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
pub(super) struct Leases(Pending<Client>);

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
    /// Requests that were forgotten while their answer could still come.
    pub(super) const fn given_up(&self) -> u64 {
        self.0.given_up()
    }

    /// Reads a message of `clock`; returns the names that it proves.
    pub(super) fn read(&mut self, bytes: &[u8], clock: u64) -> Vec<HostName> {
        let Ok(Some(message)) = Message::read(bytes) else {
            return Vec::new();
        };
        match message.kind {
            REQUEST if message.has.is_unspecified() => {
                self.0.ask(message.client, message.told, clock);
                Vec::new()
            }
            REQUEST | INFORM => message.told.named(message.has.into()).collect(),
            ACK => {
                let asked = self.0.answer(&message.client);
                // What a server says of itself comes in the same option as the class.
                let names = Told {
                    class: None,
                    ..message.told
                };
                let given = message.given.into();
                asked.named(given).chain(names.named(given)).collect()
            }
            _ => Vec::new(),
        }
    }
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
        let options = Options::read(&mut reader)?;
        Ok(Some(Self {
            client,
            kind: options.kind,
            has,
            given,
            told: options.told(),
        }))
    }
}

/// Options that are used. Several instances of one are parts of it, in their order (RFC 2131 section 4.1, RFC 3396 section 7).
#[derive(Default)]
struct Options {
    kind: u8,
    host_name: Vec<u8>,
    full_name: Vec<u8>,
    class: Vec<u8>,
}

impl Options {
    fn read(reader: &mut Reader) -> Result<Self, Short> {
        let mut options = Self::default();
        while !reader.is_empty() {
            let code = reader.u8()?;
            if code == END {
                break;
            }
            if code != PAD {
                options.add(code, reader.vec8()?.rest());
            }
        }
        Ok(options)
    }

    fn add(&mut self, code: u8, value: &[u8]) {
        let option = match (code, value) {
            (MESSAGE_TYPE, [kind]) => {
                self.kind = *kind;
                return;
            }
            (HOST_NAME, _) => &mut self.host_name,
            (FULL_NAME, _) => &mut self.full_name,
            (VENDOR_CLASS, _) => &mut self.class,
            _ => return,
        };
        let room = LONGEST - option.len();
        option.extend_from_slice(value.get(..room).unwrap_or(value));
    }

    fn told(&self) -> Told {
        Told {
            name: plain(&self.host_name),
            full_name: full_name(&self.full_name),
            class: class(&self.class),
        }
    }
}

/// RFC 4702 section 2: flags and two codes, then labels as in DNS if bit E is set, else text.
fn full_name(option: &[u8]) -> Option<Arc<str>> {
    const LABELS: u8 = 0x04;
    match option {
        [flags, _, _, name @ ..] if flags & LABELS == 0 => plain(name),
        [_, _, _, name @ ..] => labels(name),
        _ => None,
    }
}
