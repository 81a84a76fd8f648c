//! Every field of a session record, once: the reference page and the JSON Schema are made from this list, and the records
//! that [`super::record`] writes are held against it.

use super::{
    Direction, Ended, EndpointKind, Evidence, Instance, Likely, LimitedBy, Mode, Outcome, Seen,
    Side, StarttlsCommand, Verdict,
};

/// One field of a record.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Where it is, object names joined by dots.
    pub path: &'static str,
    /// What its value is.
    pub kind: Kind,
    /// Whether every record has it.
    pub always: bool,
    /// What it says, in one sentence.
    pub meaning: &'static str,
    /// A value it may have, as JSON.
    pub example: &'static str,
}

/// The value of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text as it is.
    Text,
    /// An IPv4 or IPv6 address.
    Address,
    /// RFC 3339, UTC, nanoseconds.
    Time,
    /// A whole number from 0.
    Number,
    /// `true` or `false`.
    Flag,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A list of text.
    Texts,
    /// A list of some of these words, none twice.
    Words(&'static [&'static str]),
}

/// The words of `tlstally.findings`.
const FINDINGS: &[&str] = &[
    "legacy_negotiated",
    "legacy_capped",
    "no_acceptable_suite",
    "cleartext_fallback",
    "starttls_never",
    "certificate_rejected",
    "intercepted",
    "legacy_endpoint",
    "retired_name",
    "auth_in_clear",
];

const fn always(
    path: &'static str,
    kind: Kind,
    example: &'static str,
    meaning: &'static str,
) -> Field {
    Field {
        path,
        kind,
        always: true,
        meaning,
        example,
    }
}

const fn known(
    path: &'static str,
    kind: Kind,
    example: &'static str,
    meaning: &'static str,
) -> Field {
    Field {
        path,
        kind,
        always: false,
        meaning,
        example,
    }
}

/// All fields, in the order in which a record has them.
#[rustfmt::skip]
pub const FIELDS: &[Field] = &[
    always("@timestamp", Kind::Time, r#""2026-08-01T09:00:00.000000000Z""#, "The first packet of the session."),
    always("ecs.version", Kind::Text, r#""8.17.0""#, "The version of the Elastic Common Schema that the shared fields follow."),
    always("event.id", Kind::Text, r#""00c0ffee00000001""#, "16 hex digits, always the same for the same session seen by the same sensor."),
    always("event.kind", Kind::Word(&["event"]), r#""event""#, "Always `event`."),
    always("event.category", Kind::Words(&["network"]), r#"["network"]"#, "Always `network`."),
    always("event.dataset", Kind::Word(&["tlstally.session"]), r#""tlstally.session""#, "Always `tlstally.session`."),
    always("event.duration", Kind::Number, "2000000005", "Nanoseconds from the first to the last packet used."),
    always("observer.name", Kind::Text, r#""edge-1""#, "The sensor, as `--sensor` names it."),
    always("observer.version", Kind::Text, r#""0.1.0""#, "The version of tlstally."),
    known("observer.ingress.interface.name", Kind::Text, r#""eth1""#, "The interface, when watching."),
    known("log.file.path", Kind::Text, r#""captures/monday.pcapng""#, "The capture, when reading, as it was named on the command line."),
    always("source.ip", Kind::Address, r#""10.20.0.14""#, "The TCP client."),
    always("source.port", Kind::Number, "49152", "Its port."),
    known("source.mac", Kind::Text, r#""00-00-5E-00-53-23""#, "The link-layer address its packets came from: its own, or that of the last router before the capture. Absent where there is none, as on a loopback interface."),
    known("source.domain", Kind::Text, r#""printer-2.corp.example""#, "The name it gave in EHLO or HELO."),
    known("source.nat.ip", Kind::Address, r#""203.0.113.7""#, "Its address as the server greets it, where that is another one and not just what the client said of itself in EHLO."),
    always("destination.ip", Kind::Address, r#""52.97.133.162""#, "The TCP server."),
    always("destination.port", Kind::Number, "587", "Its port."),
    known("destination.mac", Kind::Text, r#""00-00-5E-00-53-01""#, "The link-layer address its packets came from."),
    known("destination.domain", Kind::Text, r#""smtp.office365.com""#, "Its name: SNI, else the name seen in DNS if there is but one, else the banner's."),
    always("network.type", Kind::Word(&["ipv4", "ipv6"]), r#""ipv4""#, "The IP version."),
    always("network.transport", Kind::Word(&["tcp"]), r#""tcp""#, "Always `tcp`."),
    always("network.protocol", Kind::Word(&["smtp"]), r#""smtp""#, "Always `smtp`."),
    always("network.direction", Kind::Word(Direction::WORDS), r#""outbound""#, "From inside to outside, the reverse, both inside, or both outside the internal networks."),
    always("network.community_id", Kind::Text, r#""1:lw0v0iF0gM6mlipLJLc89Sh8ICI=""#, "Community ID v1 with seed 0, for joining with other tools' records."),
    known("tls.version", Kind::Text, r#""1.0""#, "The version in the ServerHello: `1.0` `1.1` `1.2` `1.3`, `2.0` and `3.0` for SSL; drafts of TLS 1.3 are `1.3`; a value that means no known version is in hex. Absent when no ServerHello was seen, or only a beginning of it that does not tell. Where it is cut behind `legacy_version`, handshake messages in clear behind it tell TLS 1.2 from 1.3."),
    known("tls.version_protocol", Kind::Word(&["ssl", "tls"]), r#""tls""#, "`ssl` for `2.0` and `3.0`, `tls` for the others."),
    known("tls.cipher", Kind::Text, r#""TLS_RSA_WITH_AES_128_CBC_SHA""#, "The cipher suite by its IANA name, in hex if it has none."),
    known("tls.established", Kind::Flag, "false", "`true` if the handshake was seen to finish, `false` if it was seen not to. Absent where neither was seen."),
    known("tls.resumed", Kind::Flag, "false", "Whether it resumed an earlier session; in TLS 1.3 whether a pre-shared key was used, of a ticket or one that both ends were given: nothing on the wire tells them apart."),
    known("tls.client.server_name", Kind::Text, r#""smtp.office365.com""#, "The server name indication (SNI) of the ClientHello."),
    known("tls.client.ja3", Kind::Text, r#""6fa3244afc6bb6f9fad207b6b52af26b""#, "JA3 of the ClientHello."),
    known("tls.server.ja3s", Kind::Text, r#""ae4edc6faf64d08308082ad26be60767""#, "JA3S of the ServerHello."),
    known("tls.server.subject", Kind::Text, r#""CN=outlook.com, O=Microsoft Corporation""#, "Subject of the server's certificate, where it went in clear (TLS 1.2 and older)."),
    known("tls.server.issuer", Kind::Text, r#""CN=DigiCert Cloud Services CA-1, O=DigiCert Inc, C=US""#, "Issuer of that certificate."),
    known("tls.server.not_after", Kind::Time, r#""2026-12-31T23:59:59.000000000Z""#, "End of its validity; `9999-12-31T23:59:59` says that it has none."),
    known("tlstally.mode", Kind::Word(Mode::WORDS), r#""starttls""#, "How TLS began: by command, from the first byte, or never. Absent where the capture does not hold what would decide it."),
    known("tlstally.starttls_command", Kind::Word(StarttlsCommand::WORDS), r#""STARTTLS""#, "The command that asked for TLS."),
    always("tlstally.outcome", Kind::Word(Outcome::WORDS), r#""rejected""#, "What became of the session's TLS (see Outcomes)."),
    known("tlstally.alert.by", Kind::Word(Side::WORDS), r#""server""#, "Who sent the fatal alert of the handshake. Where the outcome is not `rejected`, something else had ended it before."),
    known("tlstally.alert.code", Kind::Number, "70", "Its number."),
    known("tlstally.alert.name", Kind::Text, r#""protocol_version""#, "Its IANA name, in hex if it has none."),
    known("tlstally.offered", Kind::Texts, r#"["1.0"]"#, "The versions the ClientHello allows, highest first: `ssl2` `ssl3` `1.0` `1.1` `1.2` `1.3`. Absent where a hello without that list is cut."),
    known("tlstally.offered_max", Kind::Text, r#""1.0""#, "The highest of them."),
    known("tlstally.offered_listed", Kind::Flag, "false", "`true` if the client sent that list (`supported_versions`), `false` if it follows from `legacy_version`: from there down to TLS 1.0, and an SSL version alone."),
    known("tlstally.acceptable_suite", Kind::Flag, "false", "Whether the ClientHello holds a cipher suite that Exchange Online accepts, for a version that the hello allows."),
    known("tlstally.limited_by", Kind::Word(LimitedBy::WORDS), r#""client""#, "Who kept the version down, where the answer was legacy or refused for its version: the TCP client offers no better, or the server was offered better."),
    always("tlstally.verdict", Kind::Word(Verdict::WORDS), r#""legacy""#, "The session in one word (see Verdicts)."),
    known("tlstally.findings", Kind::Words(FINDINGS), r#"["legacy_negotiated","legacy_capped"]"#, "What to act on."),
    known("tlstally.exchange_online.instance", Kind::Word(Instance::WORDS), r#""worldwide""#, "Which cloud. The object is present only if the other end is Exchange Online."),
    known("tlstally.exchange_online.endpoint", Kind::Word(EndpointKind::WORDS), r#""client-submission""#, "What the endpoint is for."),
    known("tlstally.exchange_online.evidence", Kind::Words(Evidence::WORDS), r#"["server_name","address"]"#, "What proves it, strongest first. Of a client that delivers, `banner` is the name that it gave in EHLO."),
    known("tlstally.exchange_online.contradicted_by", Kind::Words(Evidence::WORDS), r#"["certificate"]"#, "What says otherwise: that the server is not Exchange Online, or that it is another cloud or kind of it."),
    known("tlstally.downgrade_sentinel", Kind::Word(&["1.2", "1.1"]), r#""1.1""#, "The end of the server's random says that the server knows better than it chose (RFC 8446 section 4.1.3): `1.2` is set by one that knows TLS 1.3 and chose 1.2, `1.1` by one that knows TLS 1.2 at least and chose 1.1 or older."),
    known("tlstally.ja4", Kind::Text, r#""t10d080500_0123456789ab_ba9876543210""#, "JA4 of the ClientHello."),
    known("tlstally.client_guess", Kind::Text, r#""OpenSSL 0.9.8""#, "The software the fingerprint is known for."),
    known("tlstally.source_vendor", Kind::Text, r#""Ricoh Company, Ltd.""#, "Who makes the card that `source.mac` belongs to, by the IEEE's public listing: of the host, or of the last router before the capture. Absent for addresses that were made up (U/L bit)."),
    known("tlstally.banner", Kind::Text, r#""mail.example ESMTP""#, "First line of the server's greeting, without its reply code."),
    known("tlstally.auth_in_clear", Kind::Flag, "true", "`true` if AUTH was sent outside TLS; never its arguments."),
    known("tlstally.latency.connect", Kind::Number, "12000000", "Nanoseconds from SYN to SYN-ACK."),
    known("tlstally.latency.starttls", Kind::Number, "13500000", "Nanoseconds from STARTTLS to its 220."),
    known("tlstally.latency.hello", Kind::Number, "14000000", "Nanoseconds from ClientHello to ServerHello."),
    known("tlstally.gaps.count", Kind::Number, "1", "Places where bytes of this session are missing from the capture."),
    known("tlstally.gaps.bytes", Kind::Number, "1448", "Bytes missing there, by sequence numbers."),
    known("tlstally.exchange.client_bytes", Kind::Number, "114", "Bytes the client sent after the handshake, by sequence numbers, TLS framing included. The object is present only where the handshake was seen to finish."),
    known("tlstally.exchange.server_bytes", Kind::Number, "210", "Bytes the server sent after the handshake, the same way; in TLS 1.3 with its session tickets."),
    known("tlstally.exchange.ended", Kind::Word(Ended::WORDS), r#""server_closed""#, "What ended the connection first: a FIN or an RST, and whose."),
    known("tlstally.exchange.likely", Kind::Word(Likely::WORDS), r#""likely_refused""#, "What the sizes of the encrypted turns suggest became of the message: a guess by rule, not a reading (see [exchange.md](exchange.md))."),
    always("tlstally.seen", Kind::Word(Seen::WORDS), r#""both""#, "Which directions of the session the capture holds."),
];

#[cfg(test)]
mod tests {
    use super::super::{Finding, record, sample};
    use super::*;
    use serde_json::Value;

    #[test]
    fn findings_are_those_of_the_type() {
        assert_eq!(FINDINGS.to_vec(), Finding::ALL.map(Finding::name).to_vec());
    }

    #[test]
    fn every_record_is_as_the_list_says() {
        let records = [record_of(&sample::full()), record_of(&sample::bare())];
        for record in &records {
            for (path, value) in leaves("", record) {
                let field = FIELDS.iter().find(|field| field.path == path);
                let field = field.unwrap_or_else(|| panic!("{path} is not in the list"));
                assert!(
                    fits(field.kind, &value),
                    "{path}: {value} is not {:?}",
                    field.kind
                );
            }
        }
    }

    #[test]
    fn every_field_of_the_list_is_written() {
        let full = leaves("", &record_of(&sample::full()));
        let bare = leaves("", &record_of(&sample::bare()));
        for field in FIELDS {
            let has =
                |leaves: &[(String, Value)]| leaves.iter().any(|(path, _)| path == field.path);
            assert!(has(&full) || has(&bare), "{} is never written", field.path);
            assert!(
                !field.always || has(&bare),
                "{} is not always written",
                field.path
            );
        }
    }

    #[test]
    fn every_example_fits() {
        for field in FIELDS {
            let example = serde_json::from_str(field.example).unwrap();
            assert!(fits(field.kind, &example), "{}: {example}", field.path);
        }
    }

    fn record_of(session: &super::super::Session) -> Value {
        let mut out = Vec::new();
        record::write(session, "edge-1", &mut out);
        serde_json::from_slice(&out).unwrap()
    }

    fn leaves(path: &str, value: &Value) -> Vec<(String, Value)> {
        let Value::Object(object) = value else {
            return vec![(path.to_owned(), value.clone())];
        };
        let below = |(key, value): (&String, &Value)| {
            let separator = if path.is_empty() { "" } else { "." };
            leaves(&format!("{path}{separator}{key}"), value)
        };
        object.iter().flat_map(below).collect()
    }

    fn fits(kind: Kind, value: &Value) -> bool {
        let one_of = |words: &[&str], value: &Value| words.iter().any(|word| value == word);
        let all = |fits: &dyn Fn(&Value) -> bool| {
            value.as_array().is_some_and(|list| list.iter().all(fits))
        };
        match kind {
            Kind::Text => value.is_string(),
            Kind::Address => value
                .as_str()
                .is_some_and(|text| text.parse::<std::net::IpAddr>().is_ok()),
            Kind::Time => value
                .as_str()
                .is_some_and(|text| text.len() == 30 && text.parse::<jiff::Timestamp>().is_ok()),
            Kind::Number => value.is_u64(),
            Kind::Flag => value.is_boolean(),
            Kind::Word(words) => one_of(words, value),
            Kind::Texts => all(&Value::is_string),
            Kind::Words(words) => all(&|value| one_of(words, value)),
        }
    }
}
