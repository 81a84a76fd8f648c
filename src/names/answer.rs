//! What a response from DNS answers (RFC 1034 section 4.3.1): the addresses at the end of the chain of aliases that
//! begins with the name asked for, or the names of an address.

use std::net::IpAddr;

use super::message::{Data, Message, Record, kind};
use super::reverse;

/// Most aliases followed; resolvers stop at 8 to 16.
const MAX_ALIASES: usize = 32;

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// To a question for A or AAAA.
    Addresses {
        /// The name asked for.
        name: String,
        /// The names that it is an alias for, in order.
        aliases: Vec<String>,
        /// With the seconds that each may be kept, the shortest on the way to it.
        addresses: Vec<(IpAddr, u32)>,
    },
    /// To a question for PTR.
    Pointers {
        /// The address asked about.
        address: IpAddr,
        /// Its names.
        names: Vec<String>,
    },
}

impl Answer {
    /// The answer in a response; `None` if it is an error, has not one question, or answers nothing that is a name or address.
    pub(super) fn of(message: &Message) -> Option<Self> {
        if message.opcode() != 0 || message.rcode() != 0 {
            return None;
        }
        let [question] = message.questions.as_slice() else {
            return None;
        };
        let name = question.name.as_deref()?;
        match question.kind {
            kind::A | kind::AAAA => {
                let (aliases, addresses) =
                    at_the_end(message, name, question.kind, Record::address);
                (is_host(name) && !addresses.is_empty()).then(|| Self::Addresses {
                    name: name.to_owned(),
                    aliases: aliases.into_iter().map(str::to_owned).collect(),
                    addresses,
                })
            }
            kind::PTR => {
                let address = reverse::address(name)?;
                let (_, found) = at_the_end(message, name, kind::PTR, Record::name);
                let names: Vec<_> = found.into_iter().map(|(name, _)| name.to_owned()).collect();
                (!names.is_empty()).then_some(Self::Pointers { address, names })
            }
            _ => None,
        }
    }
}

impl Record<'_> {
    fn address(&self) -> Option<IpAddr> {
        match self.data {
            Data::Address(address) => Some(address),
            Data::Name(_) | Data::Other(_) => None,
        }
    }

    fn name(&self) -> Option<&str> {
        match &self.data {
            Data::Name(name) => name.as_deref(),
            Data::Address(_) | Data::Other(_) => None,
        }
    }

    fn is(&self, owner: &str, kind: u16) -> bool {
        self.kind == kind && self.owner.as_deref() == Some(owner)
    }
}

/// The aliases of the chain that begins at `name`, and the records of `kind` at its end, with the shortest lifetime on the way.
fn at_the_end<'a, T>(
    message: &'a Message,
    name: &'a str,
    kind: u16,
    read: impl Fn(&'a Record<'a>) -> Option<T>,
) -> (Vec<&'a str>, Vec<(T, u32)>) {
    let (mut end, mut lifetime) = (name, u32::MAX);
    let mut aliases = Vec::new();
    for _ in 0..MAX_ALIASES {
        let alias = message
            .answers
            .iter()
            .find(|record| record.is(end, kind::CNAME));
        let Some((target, record)) = alias.and_then(|record| Some((record.name()?, record))) else {
            break;
        };
        end = target;
        aliases.push(target);
        lifetime = lifetime.min(record.lifetime);
    }
    let records = message.answers.iter().filter(|record| record.is(end, kind));
    let found = records
        .filter_map(|record| Some((read(record)?, lifetime.min(record.lifetime))))
        .collect();
    (aliases, found)
}

/// Whether a server can have this name: letters, digits, `-`, `_` and dots.
fn is_host(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !name.is_empty() && name.bytes().all(fits)
}
