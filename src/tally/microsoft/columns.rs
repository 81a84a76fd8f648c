//! What the columns of the export say: recognized by what their headers hold, in any order and some languages.

/// What a column says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Sender,
    Domain,
    Tls10,
    Tls11,
    Tls12,
    Tls13,
    Messages,
    Protocol,
    Date,
}

/// Those that are told if they are missing.
const EXPECTED: [(Field, &str); 6] = [
    (Field::Domain, "domain"),
    (Field::Tls10, "TLS 1.0"),
    (Field::Tls11, "TLS 1.1"),
    (Field::Tls12, "TLS 1.2"),
    (Field::Messages, "messages sent"),
    (Field::Protocol, "authentication protocol"),
];

/// Words that headers hold, in lower case.
mod words {
    pub(super) const PROTOCOL: &[&str] = &[
        "protocol",
        "protokoll",
        "protocole",
        "protocolo",
        "protocollo",
        "プロトコル",
        "authentication",
        "authentifizierung",
        "認証",
    ];
    pub(super) const MESSAGES: &[&str] = &[
        "message",
        "nachricht",
        "mensaje",
        "mensagens",
        "messaggi",
        "bericht",
        "メッセージ",
        "count",
        "sent",
        "件数",
    ];
    pub(super) const SENDER: &[&str] = &[
        "sender",
        "absender",
        "expéditeur",
        "remitente",
        "remetente",
        "mittente",
        "afzender",
        "送信者",
        "差出人",
    ];
    pub(super) const DOMAIN: &[&str] = &[
        "domain",
        "domäne",
        "domaine",
        "dominio",
        "domínio",
        "domein",
        "ドメイン",
    ];
    pub(super) const DATE: &[&str] = &["date", "datum", "fecha", "data", "日付"];
}

/// What a header means: versions by their number, the rest by words.
pub(super) fn field(header: &str) -> Option<Field> {
    let header = header.trim().to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| header.contains(word));
    if header.contains("tls") {
        return version(&header);
    }
    if has(words::PROTOCOL) {
        return Some(Field::Protocol);
    }
    if has(words::MESSAGES) && !has(&["sender", "date"]) {
        return Some(Field::Messages);
    }
    // A sender's domain is no sender.
    if has(words::DOMAIN) {
        return Some(Field::Domain);
    }
    if has(words::SENDER) {
        return Some(Field::Sender);
    }
    has(words::DATE).then_some(Field::Date)
}

fn version(header: &str) -> Option<Field> {
    let digits: String = header.chars().filter(char::is_ascii_digit).collect();
    match digits.get(..2)? {
        "10" => Some(Field::Tls10),
        "11" => Some(Field::Tls11),
        "12" => Some(Field::Tls12),
        "13" => Some(Field::Tls13),
        _ => None,
    }
}

/// Whether a line with these names what is needed.
pub(super) fn is_header(fields: &[Option<Field>]) -> bool {
    let has = |wanted| fields.contains(&Some(wanted));
    let versions = [Field::Tls10, Field::Tls11, Field::Tls12, Field::Tls13];
    has(Field::Sender) && versions.into_iter().any(has)
}

/// What is expected and not among them.
pub(super) fn missing(header: &[Option<Field>]) -> Vec<&'static str> {
    let absent = |field: &Field| !header.contains(&Some(*field));
    let expected = EXPECTED.iter();
    expected
        .filter(|(field, _)| absent(field))
        .map(|(_, name)| *name)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_some_languages() {
        for (header, expected) in [
            ("Sender address", Some(Field::Sender)),
            ("Sender domain", Some(Field::Domain)),
            ("Absenderdomäne", Some(Field::Domain)),
            ("Domein van afzender", Some(Field::Domain)),
            ("Afzender", Some(Field::Sender)),
            ("TLS 1.0 %", Some(Field::Tls10)),
            ("Messages sent", Some(Field::Messages)),
            ("Verzonden berichten", Some(Field::Messages)),
            ("Authentication Protocol", Some(Field::Protocol)),
            ("認証プロトコル", Some(Field::Protocol)),
            ("Date", Some(Field::Date)),
            ("Something else", None),
        ] {
            assert_eq!(field(header), expected, "{header}");
        }
    }
}
