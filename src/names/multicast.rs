//! Names that hosts tell their neighbours: multicast DNS (RFC 6762) and LLMNR (RFC 4795). Address records only.

use super::host::{HostName, NameSource};
use super::message::{Data, Message, Record};

/// LLMNR: the name is not the responder's alone, or not yet (RFC 4795 section 2.1.1).
const CONFLICT_OR_TENTATIVE: u16 = 0x0500;

/// Hosts that a response of multicast DNS names; their names end in `.local` (RFC 6762 section 3).
pub(super) fn mdns(message: &Message) -> Vec<HostName> {
    if !message.is_response() || message.opcode() != 0 || message.rcode() != 0 {
        return Vec::new();
    }
    let records = message.answers.iter().chain(&message.additional);
    // A lifetime of zero takes a name back (RFC 6762 section 10.1).
    let valid = records.filter(|record| record.lifetime > 0 && is_local(record));
    valid
        .filter_map(|record| host(record, NameSource::Mdns))
        .collect()
}

/// Hosts that a response of LLMNR names.
pub(super) fn llmnr(message: &Message) -> Vec<HostName> {
    let doubtful = message.flags & CONFLICT_OR_TENTATIVE != 0 || message.is_truncated();
    if !message.is_response() || message.opcode() != 0 || message.rcode() != 0 || doubtful {
        return Vec::new();
    }
    let [question] = message.questions.as_slice() else {
        return Vec::new();
    };
    let asked = message
        .answers
        .iter()
        .filter(|record| record.owner == question.name);
    asked
        .filter_map(|record| host(record, NameSource::Llmnr))
        .collect()
}

fn is_local(record: &Record) -> bool {
    let last = record
        .owner
        .as_deref()
        .and_then(|owner| owner.rsplit_once('.'));
    last.is_some_and(|(_, domain)| domain == "local")
}

fn host(record: &Record, source: NameSource) -> Option<HostName> {
    match record.data {
        Data::Address(address) => Some(HostName::new(address, record.owner.as_deref()?, source)),
        Data::Name(_) | Data::Other(_) => None,
    }
}
