//! DHCPv6 (RFC 8415): the addresses a host was given, the name it gave for itself (RFC 4704), the class of its hardware
//! or software.
//!
//! What the client says belongs to the addresses in the server's reply to it, or to the address it asks from if it asks for
//! nothing but settings. Messages inside a relay's are not read.

use std::net::{IpAddr, Ipv6Addr};

use super::host::HostName;
use super::pending::{Pending, Told, class, labels};
use crate::wire::{Reader, Short};

/// Addresses taken from one reply.
const ADDRESSES: usize = 8;

const REPLY: u8 = 7;
const INFORMATION_REQUEST: u8 = 11;
/// SOLICIT, REQUEST, CONFIRM, RENEW, REBIND.
const ASKING: [u8; 5] = [1, 3, 4, 5, 6];

const CLIENT_ID: u16 = 1;
const ADDRESSES_WANTED: u16 = 3;
const ADDRESS: u16 = 5;
const VENDOR_CLASS: u16 = 16;
const FULL_NAME: u16 = 39;

/// Longest DUID (RFC 8415 section 11.1: 128 octets behind its type).
const LONGEST_ID: usize = 130;

/// Requests without their reply yet.
#[derive(Debug, Default)]
pub(super) struct Leases(Pending<Client>);

/// A client in the middle of an exchange: transaction and DUID.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Client(u32, Box<[u8]>);

/// What is used of a message.
#[derive(Debug, Default)]
struct Message {
    id: Box<[u8]>,
    told: Told,
    given: Vec<Ipv6Addr>,
}

impl Leases {
    /// Requests that were forgotten while their answer could still come.
    pub(super) const fn given_up(&self) -> u64 {
        self.0.given_up()
    }

    /// Reads a message of `clock` from `source`; returns what it proves.
    pub(super) fn read(&mut self, source: IpAddr, bytes: &[u8], clock: u64) -> Vec<HostName> {
        self.message(source, bytes, clock).unwrap_or_default()
    }

    fn message(
        &mut self,
        source: IpAddr,
        bytes: &[u8],
        clock: u64,
    ) -> Result<Vec<HostName>, Short> {
        let mut reader = Reader::new(bytes);
        let kind = reader.u8()?;
        let transaction = reader.u24()?;
        if kind != REPLY && kind != INFORMATION_REQUEST && !ASKING.contains(&kind) {
            return Ok(Vec::new());
        }
        let message = Message::read(reader.rest())?;
        let client = Client(transaction, message.id);
        match kind {
            REPLY => {
                let told = [self.0.answer(&client), message.told];
                let of = |address: Ipv6Addr| {
                    told.iter().flat_map(move |told| told.named(address.into()))
                };
                Ok(message.given.into_iter().flat_map(of).collect())
            }
            INFORMATION_REQUEST => Ok(message.told.named(source).collect()),
            _ => {
                self.0.ask(client, message.told, clock);
                Ok(Vec::new())
            }
        }
    }
}

impl Message {
    fn read(options: &[u8]) -> Result<Self, Short> {
        let mut message = Self::default();
        each_option(options, |code, value| message.option(code, value))?;
        Ok(message)
    }

    /// Of several instances the first with something to read counts: they are not parts of one (RFC 8415 section 21).
    fn option(&mut self, code: u16, value: &[u8]) -> Result<(), Short> {
        match (code, value) {
            (CLIENT_ID, id) if id.len() <= LONGEST_ID => self.id = id.into(),
            (FULL_NAME, [_flags, name @ ..]) if self.told.full_name.is_none() => {
                self.told.full_name = labels(name);
            }
            // An enterprise number, then classes with their lengths (section 21.16).
            (VENDOR_CLASS, [_, _, _, _, classes @ ..]) if self.told.class.is_none() => {
                self.told.class = class(Reader::new(classes).vec16()?.rest());
            }
            // Identity and two times, then options (section 21.4).
            (ADDRESSES_WANTED, value) => {
                let inner = value.get(12..).unwrap_or_default();
                each_option(inner, |code, value| {
                    if code == ADDRESS && self.given.len() < ADDRESSES {
                        let address = Reader::new(value).array::<16>()?;
                        self.given.push(address.into());
                    }
                    Ok(())
                })?;
            }
            _ => {}
        }
        Ok(())
    }
}

fn each_option(
    options: &[u8],
    mut each: impl FnMut(u16, &[u8]) -> Result<(), Short>,
) -> Result<(), Short> {
    let mut reader = Reader::new(options);
    while !reader.is_empty() {
        let code = reader.u16()?;
        each(code, reader.vec16()?.rest())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn option(code: u16, value: &[u8]) -> Vec<u8> {
        let head = [code, value.len() as u16].map(u16::to_be_bytes).concat();
        [head, value.to_vec()].concat()
    }

    fn message(kind: u8, options: &[Vec<u8>]) -> Vec<u8> {
        [&[kind, 1, 2, 3][..], &options.concat()].concat()
    }

    fn told(leases: &mut Leases, bytes: &[u8]) -> Vec<(String, String, &'static str)> {
        let source = "fe80::5".parse().unwrap();
        let told = leases.read(source, bytes, 0).into_iter();
        told.map(|one| (one.ip.to_string(), one.name.to_string(), one.source.name()))
            .collect()
    }

    /// RFC 4704 section 4: flags, then labels; RFC 8415 sections 21.4, 21.6 and 21.16.
    fn said() -> Vec<Vec<u8>> {
        vec![
            option(CLIENT_ID, &[0, 3, 0, 1, 2, 0, 0, 0, 0, 9]),
            option(FULL_NAME, b"\x01\x06copier\x04corp\x07example\0"),
            option(VENDOR_CLASS, b"\0\0\x01\x37\0\x0bMFP Copier9"),
        ]
    }

    fn given() -> Vec<u8> {
        let address = [
            &[0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9][..],
            &[0; 8],
        ]
        .concat();
        option(
            ADDRESSES_WANTED,
            &[&[0; 12][..], &option(ADDRESS, &address)].concat(),
        )
    }

    #[test]
    fn what_a_client_says_belongs_to_what_it_is_given() {
        let mut leases = Leases::default();
        assert_eq!(told(&mut leases, &message(3, &said())), []);
        let reply = message(REPLY, &[said()[0].clone(), given()]);
        let expected = [
            ("copier.corp.example", "dhcp"),
            ("MFP Copier9", "dhcp-class"),
        ];
        let expected =
            expected.map(|(name, source)| ("2001:db8::9".to_owned(), name.to_owned(), source));
        assert_eq!(told(&mut leases, &reply), expected);
        // To another client.
        let other = message(REPLY, &[option(CLIENT_ID, &[0, 3, 0, 1, 7]), given()]);
        assert_eq!(told(&mut leases, &other), []);
    }

    #[test]
    fn one_that_only_asks_for_settings_has_its_address_already() {
        let told = told(
            &mut Leases::default(),
            &message(INFORMATION_REQUEST, &said()),
        );
        assert_eq!(told[0].0, "fe80::5");
        assert_eq!(told.len(), 2);
    }

    /// RFC 8415 section 21: an option that may come once comes once.
    #[test]
    fn a_client_has_one_name_and_one_class() {
        let again = [said(), vec![said()[1..].concat(); 1_000]].concat();
        let told = told(
            &mut Leases::default(),
            &message(INFORMATION_REQUEST, &again),
        );
        assert_eq!(told.len(), 2);
    }

    #[test]
    fn what_breaks_off_tells_nothing() {
        let whole = message(INFORMATION_REQUEST, &said());
        for length in 0..whole.len() {
            let mut leases = Leases::default();
            let told = leases.read("fe80::5".parse().unwrap(), &whole[..length], 0);
            assert!(told.len() <= 1, "{length}");
        }
    }
}
