//! Which end of a connection is the client: by the watched port, by what is said, by the numbers of the ports.

use super::{FlowKey, Way};
use crate::packet::PortSet;
use crate::smtp::command::Command;
use crate::smtp::reply::ReplyLine;
use crate::tls::{self, Probe};

/// Who the client is where no SYN tells: the other end of the watched port, else whoever speaks like one, else the end with the
/// higher port.
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
pub(super) fn by_port(key: &FlowKey, ports: &PortSet) -> Option<Way> {
    let watched = |way: Way| ports.contains(key.sender_port(way));
    match (watched(Way::Up), watched(Way::Down)) {
        (true, false) => Some(Way::Down),
        (false, true) => Some(Way::Up),
        _ => None,
    }
}

/// Whether the one watched port is that of `client`.
pub(super) fn is_against_port(key: &FlowKey, ports: &PortSet, client: Way) -> bool {
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

/// The client, where no SYN tells and it is the end of the watched port itself: a port that servers of SMTP have may be
/// any client's as well. No server sends a ClientHello or EHLO. A greeting may be a line of a message of which the
/// beginning is missing, so it tells later, with what the watched port says.
pub(super) fn against_port(
    key: &FlowKey,
    ports: &PortSet,
    way: Way,
    bytes: &[u8],
    greeted_backwards: &mut bool,
) -> Option<Way> {
    let watched = by_port(key, ports)?;
    let line = first_line(bytes);
    let told = if ReplyLine::parse(line).is_some_and(|reply| reply.code == 220) {
        *greeted_backwards |= way == watched;
        ports.has_others().then_some(way.reversed())
    } else if matches!(Command::parse(line), Command::Hello { .. }) {
        Some(way)
    } else {
        by_hello(way, bytes)
    };
    told.filter(|told| *told != watched)
}

fn first_line(bytes: &[u8]) -> &[u8] {
    bytes.split(|b| *b == b'\n').next().unwrap_or_default()
}
