//! Which end of a connection is the client: by the watched port, by what is said, by the numbers of the ports.

use super::{FlowKey, Way};
use crate::packet::PortSet;
use crate::session::Side;
use crate::smtp::command::Command;
use crate::smtp::opening;
use crate::smtp::reply::ReplyLine;
use crate::tls::{self, Probe};

/// What is known of the client of a connection and, by that or by what it says, of whether the connection is of
/// interest.
#[derive(Debug, Default)]
pub(super) struct ClientEnd {
    /// The way the client's packets go, where a SYN told it.
    opened: Option<Way>,
    /// The way the client's packets go, as used for reading.
    read_as: Option<Way>,
    /// Its ports say nothing: it is of interest only if it is SMTP by its words.
    by_words: bool,
    /// By its words, or by who opened it, it is something else.
    foreign: bool,
    /// Its watched port is the client's.
    disowned: bool,
    /// The other end of the watched port greets as a server does, though no SYN told who is the client.
    greeted_backwards: bool,
}

impl ClientEnd {
    /// The ports say nothing: what is said must tell that it is SMTP.
    pub(super) const fn go_by_words(&mut self) {
        self.by_words = true;
    }

    /// Whether only the words can tell that it is SMTP.
    pub(super) const fn goes_by_words(&self) -> bool {
        self.by_words
    }

    /// Whether it is no SMTP, or its server is on no watched port.
    pub(super) const fn is_foreign(&self) -> bool {
        self.foreign
    }

    /// It is something else.
    pub(super) const fn call_foreign(&mut self) {
        self.foreign = true;
    }

    /// Whether the watched port is the client's.
    pub(super) const fn is_disowned(&self) -> bool {
        self.disowned
    }

    /// Whether, with no SYN seen, a greeting came from the end that the watched port makes the client.
    pub(super) const fn greets_backwards(&self) -> bool {
        self.greeted_backwards && self.opened.is_none()
    }

    /// The way of the client, where a SYN told it.
    pub(super) const fn opened(&self) -> Option<Way> {
        self.opened
    }

    /// The way of the client: as a SYN told it, else as it was read.
    pub(super) fn known(&self) -> Option<Way> {
        self.opened.or(self.read_as)
    }

    /// The way of the client, as used for reading.
    pub(super) const fn read_as(&self) -> Option<Way> {
        self.read_as
    }

    /// A SYN, or its answer, says that the client's packets go `client`; `is_read`: by then bytes have been read.
    pub(super) fn syn(&mut self, key: &FlowKey, ports: &PortSet, client: Way, is_read: bool) {
        let opened = *self.opened.get_or_insert(client);
        // Before anything is read both ends may still open, and tell better.
        if is_read && !self.disowned && is_against_port(key, ports, opened) {
            self.disown(ports);
            self.foreign = true;
        }
    }

    /// Both ends opened (RFC 9293 section 3.5): the watched port is the server's.
    pub(super) fn both_opened(&mut self, key: &FlowKey, ports: &PortSet) {
        self.opened = by_port(key, ports).or(self.opened);
    }

    /// What a SYN has told counts for what is read from now on.
    pub(super) fn follow_syn(&mut self) {
        self.read_as = self.known();
    }

    /// The first bytes of `way`, none if a hole is in their place. They may tell that the watched port is the client's,
    /// and that it is no SMTP.
    pub(super) fn first_words(&mut self, key: &FlowKey, ports: &PortSet, way: Way, bytes: &[u8]) {
        let told = self
            .opened
            .or_else(|| self.against_port(key, ports, way, bytes));
        if let Some(client) = told.filter(|client| is_against_port(key, ports, *client)) {
            self.disown(ports);
            // What was read with the ends taken for each other cannot be read again.
            let was_read = self.read_as.replace(client);
            self.foreign |= !self.by_words || was_read.is_some_and(|read_as| read_as != client);
        }
        if !bytes.is_empty() {
            self.words_may_open(bytes);
        }
    }

    /// Where only the words can tell: what no direction of SMTP begins with is something else.
    pub(super) fn words_may_open(&mut self, bytes: &[u8]) {
        self.foreign |= self.by_words && !opening::may_open(bytes);
    }

    /// Who sends on `way`, of which `bytes` were read; guessed if nothing has told the client yet.
    pub(super) fn side(&mut self, key: &FlowKey, ports: &PortSet, way: Way, bytes: &[u8]) -> Side {
        let client = *self
            .read_as
            .get_or_insert_with(|| guess(key, ports, way, bytes));
        side(client, way)
    }

    /// The watched port is the client's.
    const fn disown(&mut self, ports: &PortSet) {
        self.disowned = true;
        self.by_words = ports.has_others();
    }

    /// The client, where no SYN tells and it is the end of the watched port itself: a port that servers of SMTP have
    /// may be any client's as well. No server sends a ClientHello or EHLO. A greeting may be a line of a message of
    /// which the beginning is missing, so it tells later, with what the watched port says.
    fn against_port(
        &mut self,
        key: &FlowKey,
        ports: &PortSet,
        way: Way,
        bytes: &[u8],
    ) -> Option<Way> {
        let watched = by_port(key, ports)?;
        let line = first_line(bytes);
        let told = if ReplyLine::parse(line).is_some_and(|reply| reply.code == 220) {
            self.greeted_backwards |= way == watched;
            ports.has_others().then_some(way.reversed())
        } else if matches!(Command::parse(line), Command::Hello { .. }) {
            Some(way)
        } else {
            by_hello(way, bytes)
        };
        told.filter(|told| *told != watched)
    }
}

/// Who sends on `way` if the client's packets go `client`.
pub(super) fn side(client: Way, way: Way) -> Side {
    if way == client {
        Side::Client
    } else {
        Side::Server
    }
}

/// Who the client is where no SYN tells: the other end of the watched port, else whoever speaks like one, else the end
/// with the higher port.
pub(super) fn guess(key: &FlowKey, ports: &PortSet, way: Way, bytes: &[u8]) -> Way {
    let told = by_port(key, ports).or_else(|| by_words(way, bytes));
    told.unwrap_or_else(|| {
        if key.sender_port(Way::Up) > key.sender_port(Way::Down) {
            Way::Up
        } else {
            Way::Down
        }
    })
}

/// The other end of the watched port, if one of the two is watched.
fn by_port(key: &FlowKey, ports: &PortSet) -> Option<Way> {
    let watched = |way: Way| ports.contains(key.sender_port(way));
    match (watched(Way::Up), watched(Way::Down)) {
        (true, false) => Some(Way::Down),
        (false, true) => Some(Way::Up),
        _ => None,
    }
}

/// Whether the one watched port is that of `client`.
fn is_against_port(key: &FlowKey, ports: &PortSet, client: Way) -> bool {
    by_port(key, ports).is_some_and(|told| told != client)
}

/// Who the client is, by the first words of `way`.
fn by_words(way: Way, bytes: &[u8]) -> Option<Way> {
    let line = first_line(bytes);
    if ReplyLine::parse(line).is_some() {
        return Some(way.reversed());
    }
    if Command::parse(line).proves_smtp() {
        return Some(way);
    }
    by_hello(way, bytes)
}

/// Who the client is, by the hello that `way` begins with.
fn by_hello(way: Way, bytes: &[u8]) -> Option<Way> {
    match tls::probe(bytes, tls::Role::Client) {
        Probe::ClientHello | Probe::Ssl2ClientHello => Some(way),
        Probe::ServerHello => Some(way.reversed()),
        Probe::OtherRecord => by_message(way, bytes),
        _ => None,
    }
}

/// Who the client is, by a handshake message in clear that only one end sends (RFC 5246 section 7.4; RFC 5077 section
/// 3.3, RFC 6066 section 8): ClientKeyExchange; NewSessionTicket, ServerKeyExchange, CertificateRequest, ServerHelloDone,
/// CertificateStatus.
fn by_message(way: Way, bytes: &[u8]) -> Option<Way> {
    let [22, 3, _, high, low, kind, a, b, c, ..] = *bytes else {
        return None;
    };
    // What is encrypted has no such length.
    let fits = u32::from_be_bytes([0, a, b, c]) + 4 <= u32::from_be_bytes([0, 0, high, low]);
    match kind {
        16 if fits => Some(way),
        4 | 12 | 13 | 14 | 22 if fits => Some(way.reversed()),
        _ => None,
    }
}

fn first_line(bytes: &[u8]) -> &[u8] {
    bytes.split(|b| *b == b'\n').next().unwrap_or_default()
}
