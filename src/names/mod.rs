//! Names seen on the wire: for which name DNS gave a client its server's address, and what the internal hosts are called.
//!
//! ```text
//! UDP and TCP 53 ─ message ─┬─ asked, answer ── answers ──▶ the name behind a connection's server
//!                           └─ reverse ─┐
//! UDP 5353, 5355 ─ message ─ multicast ─┤
//! UDP 137 ─────── message ─ netbios ────┼─ host ──▶ names of internal hosts
//! UDP 67, 68 ───── dhcp ────────────────┤
//! UDP 546, 547 ─── dhcp6 ───────────────┘
//! ```
//!
//! **Which name a server has** (rules of [`answers`]): only what was answered before the connection's first packet counts, and
//! only as long as a client may go on using it. An answer to the client itself comes before one to somebody else (its
//! resolver, as a rule). Of several names for one address the one that most looks like mail comes first
//! ([`rank`](answers::rank)), then the newest; between names that were told to others nothing decides, so there is none.
//! The name kept is the one asked for, where the chain of aliases begins, in lower case: resolvers mix the case on purpose.
//!
//! Names stay in here unless a connection on a watched port is made to the address that was answered, or the host
//! belongs to the internal networks. All tables are bounded. One reader owns this, in capture order, so the number of
//! workers changes nothing. Not done: DNS over TCP out of order, DNS over TLS or HTTPS, aliases followed from one
//! message to the next.

pub mod answers;
pub mod host;

mod answer;
mod asked;
mod begun;
mod dhcp;
mod dhcp6;
mod latest;
mod message;
mod multicast;
mod netbios;
mod pending;
mod recent;
mod resolvers;
mod reverse;

use std::net::IpAddr;

use answer::Answer;
use answers::Answers;
use asked::Questions;
use begun::Begun;
use dhcp::Leases;
use host::News;
pub use host::{HostName, NameSource};
use message::{Message, Wrong};

use crate::flow::{FlowKey, Segment};
use crate::packet::{Interest, PortSet, Tcp, Udp};
use crate::session::asked::AskedNames;
use crate::session::networks::Networks;

/// Domain (RFC 1035).
pub const DNS: u16 = 53;
/// Multicast DNS (RFC 6762).
const MDNS: u16 = 5353;
/// Link-local multicast name resolution (RFC 4795).
const LLMNR: u16 = 5355;
/// NetBIOS name service (RFC 1002).
const NETBIOS: u16 = 137;
/// DHCP server and client (RFC 2131).
const DHCP: [u16; 2] = [67, 68];
/// DHCPv6 client and server (RFC 8415 section 7.2).
const DHCP6: [u16; 2] = [546, 547];

/// What a frame is looked at for: connections to `ports`, and whatever tells names.
pub fn interest(ports: &PortSet) -> Interest {
    let mut tcp = if ports.has_others() {
        PortSet::all()
    } else {
        ports.clone()
    };
    tcp.insert(DNS);
    let udp = [DNS, MDNS, LLMNR, NETBIOS]
        .into_iter()
        .chain(DHCP)
        .chain(DHCP6);
    Interest::new(tcp, udp.collect())
}

/// What became of messages that could tell names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Answers from DNS that were used.
    pub answers: u64,
    /// Answers from DNS to questions that were not seen, in a capture that does show questions: not believed.
    pub unasked: u64,
    /// Answers from DNS that say of themselves that they are cut: not used (RFC 2181 section 9).
    pub truncated: u64,
    /// Parts of DNS over TCP whose other part is not next in line, or that are too long: not read.
    pub split: u64,
    /// Messages that contradict their own format.
    pub malformed: u64,
    /// Answers that look like mail, let go for newer ones.
    pub given_up: u64,
    /// Messages of DNS over TCP let go for newer ones before their end came.
    pub begun_given_up: u64,
    /// Requests of DHCP and DHCPv6 forgotten for newer ones before their answer came.
    pub requests_given_up: u64,
}

/// The payload of a packet that may tell names.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    source: (IpAddr, u16),
    destination: (IpAddr, u16),
    bytes: &'a [u8],
    /// Nothing was cut off by the capture.
    whole: bool,
    clock: u64,
}

impl<'a> Part<'a> {
    /// Of a datagram; `bytes` are those that were decoded, `clock` is forward capture time.
    pub fn of_udp(udp: &Udp, bytes: &'a [u8], clock: u64) -> Self {
        Self {
            source: (udp.addresses.source(), udp.source_port),
            destination: (udp.addresses.destination(), udp.destination_port),
            bytes: udp.data(bytes),
            whole: udp.captured >= udp.length,
            clock,
        }
    }

    /// Of a segment.
    pub fn of_tcp(tcp: &Tcp, bytes: &'a [u8], clock: u64) -> Self {
        Self {
            source: (tcp.addresses.source(), tcp.source_port),
            destination: (tcp.addresses.destination(), tcp.destination_port),
            bytes: tcp.data(bytes),
            whole: tcp.captured >= tcp.length,
            clock,
        }
    }
}

/// Everything that is known about names.
#[derive(Debug, Default)]
pub struct Names {
    questions: Questions,
    answers: Answers,
    begun: Begun,
    leases: Leases,
    leases6: dhcp6::Leases,
    news: News,
    counters: Counters,
}

impl Names {
    /// Reads a UDP datagram on one of the ports of [`interest`].
    pub fn datagram(&mut self, part: &Part, networks: &Networks) {
        let (from, to) = (part.source.1, part.destination.1);
        let read = if from == DNS || to == DNS {
            self.dns(part, networks)
        } else if from == MDNS || from == LLMNR {
            self.multicast(part, networks)
        } else if from == NETBIOS || to == NETBIOS {
            self.netbios(part, networks)
        } else if DHCP.contains(&from) && DHCP.contains(&to) {
            self.dhcp(part, networks);
            Ok(())
        } else if DHCP6.contains(&from) && DHCP6.contains(&to) {
            let told = self.leases6.read(part.source.0, part.bytes, part.clock);
            self.news.note_all(told, networks);
            Ok(())
        } else {
            Ok(())
        };
        self.counters.malformed += u64::from(read.is_err());
    }

    /// Reads a TCP segment of DNS at sequence number `seq`: messages, each behind its length (RFC 1035 section 4.2.2), also
    /// such as began in the segment before.
    pub fn segment(&mut self, part: &Part, seq: u32, networks: &Networks) {
        let stream = (part.source, part.destination);
        let bytes = self.begun.continued(stream, seq, part.bytes);
        let mut rest: &[u8] = &bytes;
        while let Some(message) = begun::next_message(&mut rest) {
            let one = Part {
                bytes: message,
                whole: true,
                ..*part
            };
            if self.dns(&one, networks).is_err() {
                // Most likely the middle of a message that began in another segment.
                self.counters.split += 1;
                return;
            }
        }
        let next = seq.wrapping_add(part.bytes.len() as u32);
        let held = part.whole && self.begun.hold(stream, next, rest, part.clock);
        self.counters.split += u64::from(!rest.is_empty() && !held);
    }

    /// If `segment` opens a connection: the names for which DNS gave its client the server's address, at least one. Of
    /// several nothing tells which one it means.
    #[inline]
    pub fn asked_before(&self, segment: &Segment) -> Option<AskedNames> {
        // A copy goes on, so that of other segments none need be in memory.
        if segment.has(Segment::SYN) {
            self.asked_before_opening(*segment)
        } else {
            None
        }
    }

    #[inline(never)]
    fn asked_before_opening(&self, segment: Segment) -> Option<AskedNames> {
        let (client, server) = ends(&segment.key, &segment);
        self.answers.names(client, server, segment.clock)
    }

    /// Names of internal hosts that were learned since the last call.
    pub fn new_hosts(&mut self) -> impl Iterator<Item = HostName> {
        self.news.take()
    }

    /// What was counted so far.
    pub fn counters(&self) -> Counters {
        Counters {
            given_up: self.answers.given_up(),
            begun_given_up: self.begun.given_up(),
            requests_given_up: self.leases.given_up() + self.leases6.given_up(),
            ..self.counters
        }
    }

    fn dns(&mut self, part: &Part, networks: &Networks) -> Result<(), Wrong> {
        let message = Message::read(part.bytes, part.whole)?;
        if !message.is_response() {
            self.questions
                .note(part.source, part.destination, message.id);
            return Ok(());
        }
        if message.is_truncated() {
            self.counters.truncated += 1;
            return Ok(());
        }
        let Some(answer) = Answer::of(&message) else {
            return Ok(());
        };
        if !self
            .questions
            .may_be_answered(part.destination, part.source, message.id)
        {
            self.counters.unasked += 1;
            return Ok(());
        }
        self.counters.answers += 1;
        self.learn(answer, part, networks);
        Ok(())
    }

    fn learn(&mut self, answer: Answer, part: &Part, networks: &Networks) {
        match answer {
            Answer::Addresses {
                name,
                aliases,
                addresses,
            } => {
                let (server, client) = (part.source.0, part.destination.0);
                let asked = answers::asked(name, &aliases);
                self.answers.note_resolver(server, client, &asked);
                self.answers
                    .note(client, &asked, &aliases, &addresses, part.clock);
            }
            Answer::Pointers { address, names } if networks.contains(address) => {
                for name in names {
                    self.news
                        .note(HostName::new(address, &name, NameSource::Reverse));
                }
            }
            Answer::Pointers { .. } => {}
        }
    }

    fn multicast(&mut self, part: &Part, networks: &Networks) -> Result<(), Wrong> {
        let message = Message::read(part.bytes, part.whole)?;
        let found = if part.source.1 == MDNS {
            multicast::mdns(&message)
        } else {
            multicast::llmnr(&message)
        };
        self.news.note_all(found, networks);
        Ok(())
    }

    fn netbios(&mut self, part: &Part, networks: &Networks) -> Result<(), Wrong> {
        let message = Message::read(part.bytes, part.whole)?;
        self.news.note_all(netbios::hosts(&message), networks);
        Ok(())
    }

    fn dhcp(&mut self, part: &Part, networks: &Networks) {
        let told = self.leases.read(part.bytes, part.clock);
        self.news.note_all(told, networks);
    }
}

/// Client and server of a connection that `segment`, with SYN, opens or takes.
fn ends(key: &FlowKey, segment: &Segment) -> (IpAddr, IpAddr) {
    let (sender, _) = key.sender(segment.way);
    let (receiver, _) = key.sender(segment.way.reversed());
    if segment.has(Segment::ACK) {
        (receiver, sender)
    } else {
        (sender, receiver)
    }
}

#[cfg(test)]
mod tests;
