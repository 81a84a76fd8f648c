//! What a record may say of a conversation of which the capture holds a part: the same as the whole of it tells, or less.

use serde_json::Value;

use super::conversation::{Conversation, Segment, WRAPPING};
use super::reading::{Reading, text, timeless};

/// Fields that may be absent where packets are lost, and never anything else than without the loss.
const SAME_OR_ABSENT: [&str; 23] = [
    "source.ip",
    "source.port",
    "tls.version",
    "tls.version_protocol",
    "tls.cipher",
    "tls.established",
    "tls.resumed",
    "tls.client.server_name",
    "tls.client.ja3",
    "tls.server.ja3s",
    "tls.server.subject",
    "tls.server.issuer",
    "tlstally.mode",
    "tlstally.offered",
    "tlstally.offered_max",
    "tlstally.limited_by",
    "tlstally.starttls_command",
    "tlstally.ja4",
    "tlstally.alert.by",
    "tlstally.alert.code",
    "tlstally.auth_in_clear",
    "tlstally.downgrade_sentinel",
    "tlstally.exchange_online.instance",
];

/// Fields that say `unknown` instead.
const SAME_OR_UNKNOWN: [&str; 3] = [
    "tlstally.verdict",
    "tlstally.exchange_online.endpoint",
    "tlstally.exchange.likely",
];

/// What `less` says that `whole` does not: `less` came of the same conversation, with bytes missing.
pub fn said_more(less: &Value, whole: &Value) -> Vec<String> {
    let mut more = Vec::new();
    let mut check = |path: &str, is_honest: &dyn Fn(&str, &str) -> bool| {
        let (one, other) = (text(less, path), text(whole, path));
        if !one.is_empty() && one != other && !is_honest(&one, &other) {
            more.push(format!("{path} is {one}, was {other:?}"));
        }
    };
    for path in SAME_OR_ABSENT {
        check(path, &|_, _| false);
    }
    for path in SAME_OR_UNKNOWN {
        check(path, &|one, _| one == "unknown");
    }
    check("tlstally.outcome", &is_weaker);
    check("tlstally.findings", &is_part);
    check("tlstally.exchange_online.evidence", &is_part);
    // The end of it may be missing.
    for path in ["client_bytes", "server_bytes"].map(|side| format!("tlstally.exchange.{side}")) {
        check(&path, &|one, other| {
            one.parse::<u64>().ok() <= other.parse().ok()
        });
    }
    more
}

/// Outcomes that a capture with bytes missing may have, where the whole one has `was`.
fn is_weaker(outcome: &str, was: &str) -> bool {
    outcome == "incomplete"
        || (matches!(was, "established" | "rejected") && outcome == "negotiated")
}

/// Whether each word of a list is in the other one.
fn is_part(list: &str, of: &str) -> bool {
    let words = |text| serde_json::from_str::<Vec<String>>(text).unwrap_or_default();
    let all = words(of);
    words(list).iter().all(|word| all.contains(word))
}

/// What any part of the conversation makes its record say that the whole does not: with each segment missing, and each
/// two, three and five in a row; from each segment on; up to each; from one end alone.
pub fn said_more_of_parts(
    reading: &Reading,
    conversation: &Conversation,
    size: usize,
) -> Vec<String> {
    let all = conversation.segments(size);
    let whole = timeless(reading.only(&conversation.packets(WRAPPING, &all)));
    let mut parts: Vec<(String, Vec<Segment>)> = Vec::new();
    for at in 0..all.len() {
        for gone in [1, 2, 3, 5] {
            let kept = [&all[..at], all.get(at + gone..).unwrap_or_default()].concat();
            parts.push((format!("without {gone} from {at} on"), kept));
        }
        parts.push((format!("from {at} on"), all[at..].to_vec()));
        parts.push((format!("up to {at}"), all[..at].to_vec()));
    }
    for (name, from) in [
        ("the client alone", super::conversation::From::Client),
        ("the server alone", super::conversation::From::Server),
    ] {
        let one = all.iter().filter(|segment| segment.from == from);
        parts.push((name.to_owned(), one.cloned().collect()));
    }
    let mut more = Vec::new();
    for (name, segments) in parts {
        for record in reading.ethernet(&conversation.packets(WRAPPING, &segments)) {
            let of_part = said_more(&timeless(record), &whole);
            more.extend(of_part.into_iter().map(|fault| format!("{name}: {fault}")));
        }
    }
    more
}
