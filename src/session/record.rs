//! A session as one line of JSON, in the Elastic Common Schema where it has a field and under `tlstally` where it has
//! none. Unknown is absent. `docs/record.md` is the reference; [`super::fields`] is the list that this file is held to.

mod common;

use super::community::CommunityId;
use super::json::{Object, Plain, object};
use super::text::clip;
use super::{Origin, Party, Session};

/// Version of the Elastic Common Schema whose fields are used.
pub const ECS_VERSION: &str = "8.17.0";

/// `event.dataset` of every record.
pub const DATASET: &str = "tlstally.session";

/// Longest text written from the wire, in bytes. The stages keep to [`super::MAX_STRING`]; this bounds a line whatever
/// they do. What is longer is cut and ends in `…`.
pub const MAX_TEXT: usize = 1024;

/// Appends `session` to `out` as one line, newline included. `sensor` is who saw it.
///
/// Only appends: a caller that keeps `out` and clears it between sessions allocates nothing once it has grown.
pub fn write(session: &Session, sensor: &str, out: &mut Vec<u8>) {
    write_as(session, sensor, env!("CARGO_PKG_VERSION"), out);
}

/// As [`write()`], in the name of the version of this program that saw the session.
pub fn write_as(session: &Session, sensor: &str, program: &str, out: &mut Vec<u8>) {
    object(out, |root| {
        root.plain("@timestamp", Some(session.start));
        root.object("ecs", |ecs| ecs.word("version", ECS_VERSION));
        root.object("event", |event| write_event(session, event));
        root.object("observer", |observer| {
            write_observer(session, sensor, program, observer);
        });
        if let Origin::File(path) = &*session.origin {
            root.object("log", |log| {
                log.object("file", |file| file.text("path", path.as_str()));
            });
        }
        root.object("source", |source| write_source(session, source));
        root.object("destination", |destination| {
            write_party(&session.server, destination);
        });
        root.object("network", |network| write_network(session, network));
        common::with(session, |written| root.members(written));
        root.close(|own| write_rest(session, own));
    });
    out.push(b'\n');
}

fn write_event(session: &Session, event: &mut Object<'_>) {
    event.plain("id", Some(Id(session.id)));
    event.word("kind", "event");
    event.words("category", ["network"].into_iter());
    event.word("dataset", DATASET);
    event.number("duration", session.end.since(session.start));
}

fn write_observer(session: &Session, sensor: &str, program: &str, observer: &mut Object<'_>) {
    observer.text("name", sensor);
    observer.text("version", program);
    if let Origin::Interface(name) = &*session.origin {
        observer.object("ingress", |ingress| {
            ingress.object("interface", |interface| {
                interface.text("name", name.as_str());
            });
        });
    }
}

fn write_source(session: &Session, source: &mut Object<'_>) {
    write_party(&session.client, source);
    let translated = session.public_ip.filter(|ip| *ip != session.client.ip);
    source.object("nat", |nat| nat.plain("ip", translated));
}

fn write_party(party: &Party, object: &mut Object<'_>) {
    object.plain("ip", Some(party.ip));
    object.number("port", u64::from(party.port));
    object.plain("mac", party.mac.map(Mac));
    wire_text(object, "domain", party.domain.as_deref());
}

fn write_network(session: &Session, network: &mut Object<'_>) {
    let (client, server) = (&session.client, &session.server);
    let community = CommunityId::of((client.ip, client.port), (server.ip, server.port));
    let family = if client.ip.is_ipv4() { "ipv4" } else { "ipv6" };
    network.word("type", family);
    network.word("transport", "tcp");
    network.word("protocol", "smtp");
    network.word("direction", session.direction.name());
    network.plain("community_id", Some(community));
}

/// What `tlstally` has besides what sessions have in common.
fn write_rest(session: &Session, own: &mut Object<'_>) {
    wire_text(own, "banner", session.banner.as_deref());
    own.flag("auth_in_clear", session.auth_in_clear.then_some(true));
    write_measures(session, own);
    own.word("seen", session.seen.name());
}

fn write_measures(session: &Session, own: &mut Object<'_>) {
    own.object("latency", |latency| {
        latency.number("connect", session.latency.connect);
        latency.number("starttls", session.latency.starttls);
        latency.number("hello", session.latency.hello);
    });
    if let Some(gaps) = session.gaps {
        own.object("gaps", |object| {
            object.number("count", u64::from(gaps.count));
            object.number("bytes", gaps.bytes);
        });
    }
    if let Some(exchange) = session.exchange {
        own.object("exchange", |object| {
            object.number("client_bytes", exchange.client_bytes);
            object.number("server_bytes", exchange.server_bytes);
            object.word("ended", exchange.ended.map(super::Ended::name));
            object.word("likely", exchange.likely.name());
        });
    }
}

/// Text off the wire, bounded.
fn wire_text(object: &mut Object<'_>, key: &str, text: Option<&str>) {
    if let Some(text) = text {
        object.text(key, &*clip(text, MAX_TEXT));
    }
}

/// The low four bits as a digit.
const fn hex_digit(value: u8) -> u8 {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    DIGITS[(value & 15) as usize]
}

/// The identity of a session: 16 hex digits.
struct Id(u64);

impl Plain for Id {
    fn append(&self, out: &mut Vec<u8>) {
        let digit = |at: u32| hex_digit((self.0 >> (60 - 4 * at)) as u8).to_ascii_lowercase();
        let mut text = [b'0'; 16];
        for (at, place) in (0..).zip(&mut text) {
            *place = digit(at);
        }
        out.extend_from_slice(&text);
    }
}

/// A link-layer address in the notation of RFC 7042 section 2.1, which the Elastic Common Schema asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mac(pub [u8; 6]);

impl Mac {
    fn text(self) -> [u8; 17] {
        let mut text = [b'-'; 17];
        for (octet, place) in self.0.iter().zip(text.chunks_mut(3)) {
            if let [high, low, ..] = place {
                (*high, *low) = (hex_digit(octet >> 4), hex_digit(*octet));
            }
        }
        text
    }
}

impl Plain for Mac {
    fn append(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.text());
    }
}

impl std::fmt::Display for Mac {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(std::str::from_utf8(&self.text()).unwrap_or_default())
    }
}

impl serde::Serialize for Mac {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Certificate, sample};
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use crate::tls::Version;

    fn line(session: &Session) -> String {
        let mut out = Vec::new();
        write(session, "edge-1", &mut out);
        String::from_utf8(out).unwrap()
    }

    fn record(session: &Session) -> Value {
        serde_json::from_str(&line(session)).unwrap()
    }

    #[test]
    fn everything_known() {
        insta::assert_json_snapshot!(record(&sample::full()), {
            ".observer.version" => "[version]"
        });
    }

    #[test]
    fn nothing_known_leaves_only_what_every_session_has() {
        let expected = json!({
            "@timestamp": "2026-08-01T09:00:00.000000000Z",
            "ecs": { "version": "8.17.0" },
            "event": {
                "id": "00c0ffee00000001",
                "kind": "event",
                "category": ["network"],
                "dataset": "tlstally.session",
                "duration": 2_000_000_005u64,
            },
            "observer": {
                "name": "edge-1",
                "version": env!("CARGO_PKG_VERSION"),
                "ingress": { "interface": { "name": "eth1" } },
            },
            "source": { "ip": "10.20.0.14", "port": 49152 },
            "destination": { "ip": "52.97.133.162", "port": 587 },
            "network": {
                "type": "ipv4",
                "transport": "tcp",
                "protocol": "smtp",
                "direction": "outbound",
                "community_id": "1:lw0v0iF0gM6mlipLJLc89Sh8ICI=",
            },
            "tlstally": { "outcome": "incomplete", "verdict": "unknown", "seen": "both" },
        });
        assert_eq!(record(&sample::bare()), expected);
    }

    #[test]
    fn versions_are_those_of_the_contract() {
        let negotiated = |version| {
            let mut session = sample::bare();
            session.negotiated = Some(Version(version));
            let record = record(&session);
            (
                record["tls"]["version"].clone(),
                record["tls"]["version_protocol"].clone(),
            )
        };
        for (wire, version, protocol) in [
            (0x0002, json!("2.0"), json!("ssl")),
            (0x0300, json!("3.0"), json!("ssl")),
            (0x0301, json!("1.0"), json!("tls")),
            (0x0302, json!("1.1"), json!("tls")),
            (0x0303, json!("1.2"), json!("tls")),
            (0x0304, json!("1.3"), json!("tls")),
            (0x7f1c, json!("1.3"), json!("tls")), // draft 28 of TLS 1.3
            (0x0305, json!("0x0305"), Value::Null),
        ] {
            assert_eq!(negotiated(wire), (version, protocol));
        }
    }

    #[test]
    fn an_address_that_was_not_translated_is_not_a_translation() {
        let mut session = sample::bare();
        session.public_ip = Some(session.client.ip);
        assert_eq!(record(&session)["source"]["nat"], Value::Null);
    }

    #[test]
    fn a_certificate_from_before_the_epoch_has_no_end() {
        let mut session = sample::full();
        for (seconds, expected) in [
            (-1, Value::Null),
            (i64::MAX, Value::Null),
            (0, json!("1970-01-01T00:00:00.000000000Z")),
            (253_402_300_799, json!("9999-12-31T23:59:59.000000000Z")),
        ] {
            session.certificate = Some(std::sync::Arc::new(Certificate {
                not_after: Some(seconds),
                ..Certificate::default()
            }));
            assert_eq!(record(&session)["tls"]["server"]["not_after"], expected);
        }
    }

    proptest! {
        /// Whatever text the wire held: one line, valid JSON, bounded, and nothing that acts on a terminal.
        #[test]
        fn hostile_text_stays_in_its_line(text in any::<String>(), repeat in 0usize..3000) {
            let text = text.repeat(repeat);
            let line = line(&sample::named(&text));
            prop_assert_eq!(line.matches('\n').count(), 1);
            prop_assert!(!line.trim_end().chars().any(super::super::text::is_hazardous));
            let record: Value = serde_json::from_str(&line).unwrap();
            let expected = clip(&text, MAX_TEXT);
            prop_assert_eq!(&record["source"]["domain"], &json!(expected));
            prop_assert_eq!(&record["tlstally"]["banner"], &json!(expected));
        }
    }
}
