//! English.

use super::{
    About, AdviceWords, CaptureWords, HistoryWords, MicrosoftWords, Section, TableWords,
    TotalsWords, Words, reasons,
};
use crate::exchange;
use crate::session::{EndpointKind, Finding, Instance, Outcome, Seen};
use crate::tally::bound::Bound;
use crate::tally::diagnosis::Warning;
use crate::tally::figures::{bytes, counted, number};
use crate::tally::history::By;
use crate::tally::microsoft::Microsoft;
use crate::tally::report::{HostLimit, HostVerdict, InClear, NoVerdict};
use crate::tally::{Report, Role, To};

pub(super) const WORDS: Words = Words {
    tag: "en",
    title: "TLS of internal mail senders",
    headline,
    comma: ", ",
    in_brackets: |text, brackets| format!("{text} ({brackets})"),
    unknown: "unknown",
    none: "none",
    hosts: |count| counted(count, "host"),
    bytes,
    about: About {
        period: "Period",
        span: |from, to| format!("{from} to {to}"),
        since: |from| format!("since {from}"),
        until: |to| format!("until {to}"),
        sensor: "Sensor",
        sources: "Read from",
        servers: "Counted",
        times: "Times",
        utc: "UTC",
        caution: |count| {
            format!(
                "Read with care: {} about what was seen",
                counted(count, "warning")
            )
        },
        made_by: |version| {
            format!(
                "Made by tlstally {version}. This file is complete in itself: it loads nothing and sends nothing."
            )
        },
    },
    section: Section {
        skip: "Skip to the hosts",
        contents: "Sections",
        summary: "Summary",
        trend: "Over time",
        microsoft: "Beside Microsoft’s own count",
        advice: "What to do",
        hosts: "Hosts",
        totals: "Sessions",
        capture: "How it was measured",
        glossary: "What the verdicts mean",
    },
    advice: AdviceWords {
        nothing: "No host has a finding: there is nothing to do.",
        look: "No host has a finding. Look at the hosts that are not modern, each of which says why, and at the warnings \
               under “How it was measured”.",
    },
    table: TableWords {
        host: "Host",
        verdict: "Verdict",
        findings: "Findings",
        sessions: "Sessions",
        offers: "Offers at best",
        limited_by: |limit| format!("limited by {limit}"),
        last_seen: "Last seen",
        first_seen: "First seen",
        addresses: "Addresses",
        names: "Names",
        macs: "MAC address",
        vendors: "Network card by",
        classes: "DHCP vendor class",
        role: "Role",
        relay: "takes mail from internal hosts and passes it on: what it does stands for the hosts behind it",
        endpoints: "Endpoints",
        servers: "Server names",
        clients: "Software",
        rejected: "Refused with an alert",
        in_clear: "In clear",
        no_verdict: "No answer",
        messages: "Mail, by what flowed",
        likely: |refused, taken| {
            format!(
                "likely refused in {}, taken in {}",
                counted(refused, "session"),
                number(taken)
            )
        },
        intercepted_by: "Certificate issued by",
        nothing: "No session of an internal host counts in this report.",
        note: "The columns of versions count sessions by the version that was agreed on. “No version”: never TLS, refused, \
               or not in the capture. The software is a guess from the form of the ClientHello.",
        search: "Search",
        search_hint: "address, name, MAC, software…",
        any_finding: "Any finding",
        clear: "Clear",
        shown: "{from}–{to} of {count} hosts",
        shown_of: "{from}–{to} of {count} matching hosts ({all} in all)",
        no_match: "No host matches.",
        previous: "Previous",
        next: "Next",
        details: "Details of {host}",
    },
    totals: TotalsWords {
        by_version: "By version agreed on",
        by_outcome: "By what became of the handshake",
        by_verdict: "By verdict",
        hosts_by_verdict: "Hosts by verdict",
        sessions: "Sessions",
        share: "Share",
        version: "Version",
        outcome: "Outcome",
    },
    capture: CaptureWords {
        how: &[
            "tlstally read a copy of the network traffic. It followed each SMTP connection up to the start of TLS and took the \
             versions from the ClientHello and the ServerHello. It decrypted nothing, sent nothing, and kept no content of \
             mail and no password.",
            "It tells what a host did in this period, not what it could do. A host that sent no mail past the sensor in this \
             period is not in this report; one that writes once a month needs a month. Behind a relay, a proxy or address \
             translation the host shown is the last one that the sensor could see. Where the bytes do not prove an answer, \
             the report says “unknown”.",
        ],
        warnings: "Warnings",
        no_warnings: "Nothing in the capture makes the answer doubtful.",
        numbers: "What the capture held",
        packets: "Packets read",
        bytes: "Bytes on the wire",
        packet_times: "First and last packet",
        files_read: "Files read",
        dropped_kernel: "Packets dropped by the kernel",
        dropped_interface: "Packets dropped by the interface",
        truncated: "Packets cut short by the capture",
        duplicates: "Packets seen twice",
        sessions: "SMTP sessions seen",
        counted: "of these, counted in this report",
        other_servers: "of these, to servers that do not count",
        external: "of these, without an internal host",
        address_lists: "Address lists of Exchange Online",
        seen,
        one_direction: "Share seen in one direction only",
        malformed: "Packets that could not be read",
        not_followed: "Packets that were not followed",
        bounds: "Given up because a bound was reached",
        files_damaged: "Files read only in part",
        files_skipped: "Files passed over",
    },
    history: HistoryWords {
        hosts_by_day: "Hosts by day",
        versions_by_day: "Versions by day, share of sessions",
        numbers: "The numbers, by day",
        ends: |first, last| {
            format!("On the first and the last day with sessions, {first} → {last}:")
        },
        hosts: "Hosts",
        contents: "What the stores hold of this time",
        no_warnings: "Nothing in the stores makes the answer doubtful. They hold sessions, not packets: what was lost on the way to the sensor \
             is told by it while it runs.",
        day: "Day",
        seen: "SMTP sessions seen",
        legacy_hosts: "Hosts with legacy TLS",
        other_hosts: "Other hosts",
        nothing_seen: "No SMTP session seen: the sensor may not have been there",
        by_day: "Day by day",
        letters: |days, letters| {
            format!("“Day by day” has one letter for each day ({days}): {letters}.")
        },
        not_seen: "not seen",
        changes: |since| format!("What changed since {since}"),
        fixed: "Fixed: legacy before, modern since",
        worse: "Worse: legacy since, not before",
        new: "New: first seen since",
        silent: "Silent: seen before, not since",
        last_legacy: |day| format!("legacy last on {day}"),
        comparison: "Two periods side by side",
        by: |by| match by {
            By::Day => "By day",
            By::Host => "By host",
            By::Endpoint => "By endpoint",
            By::Client => "By software",
            By::Sensor => "By sensor",
        },
        stores: "Stores",
        store: |store| {
            format!(
                "{}, {}",
                counted(store.sessions, "session"),
                bytes(store.bytes)
            )
        },
        damaged: "Damaged:",
    },
    microsoft: MicrosoftWords {
        about,
        remark: |note| note.text.clone(),
        messages: "Microsoft: messages",
        legacy_messages: "with TLS 1.0 or 1.1",
        sessions: "Here: sessions",
        legacy_sessions: "with TLS 1.1 or older",
        days: "By day",
        senders: "Senders in Microsoft’s report",
        sender: "Sender",
        protocol: "Sign-in",
    },
    version,
    verdict: HostVerdict::name,
    verdict_meaning,
    outcome,
    finding,
    meaning: exchange::meaning,
    action: exchange::Remedy::action,
    in_clear,
    no_verdict,
    role: Role::name,
    limit: HostLimit::name,
    endpoint,
    instance,
    name_source,
    to: |to| match to {
        To::ExchangeOnline => "sessions with Exchange Online",
        To::Any => "sessions with any mail server",
    },
    doubt: Warning::text,
    reason: reasons::en,
    bound,
};

fn about(microsoft: &Microsoft) -> String {
    let senders = counted(microsoft.senders.len() as u64, "sender");
    let messages = microsoft.messages.map_or_else(String::new, |messages| {
        format!(" with {}", counted(messages, "message"))
    });
    format!(
        "{} is the SMTP AUTH clients report of the Exchange admin center: {senders}{messages}. Beside it stand {} seen here \
         that could have carried such messages. Microsoft counts messages by mailbox, this report sessions by host.",
        microsoft.file,
        counted(microsoft.comparable, "session")
    )
}

/// The answer in a sentence, and in another one that not all hosts are shown.
fn headline(report: &Report) -> String {
    let (hosts, legacy) = report.left_out();
    let most = hosts.max(legacy);
    if most == 0 {
        return answer(report);
    }
    let legacy = match legacy {
        0 => "none of them legacy".to_owned(),
        legacy => format!("of {} also legacy ones", roughly(legacy)),
    };
    format!(
        "{} Of {} more hosts sessions are not shown, {legacy}.",
        answer(report),
        roughly(most)
    )
}

/// Large numbers of hosts left out are estimates.
fn roughly(hosts: u64) -> String {
    let about = if hosts < 4_000 { "" } else { "about " };
    format!("{about}{}", number(hosts))
}

fn answer(report: &Report) -> String {
    let hosts = report.totals.hosts;
    let toward = toward(report.to);
    if hosts == 0 {
        return format!(
            "No session of an internal host{toward} was seen.{}",
            elsewhere(report)
        );
    }
    let all = counted(hosts, "internal host");
    if report.legacy_hosts() > 0 {
        let legacy = number(report.legacy_hosts());
        return format!(
            "{legacy} of {all} used TLS 1.1 or older{toward}, or offered nothing better."
        );
    }
    if report.totals.host_verdicts.of(HostVerdict::Unknown) == hosts {
        let (it, each) = match hosts {
            1 => ("it", "under the host stands"),
            _ => ("them", "under each host stands"),
        };
        return format!(
            "{all} spoke{toward}, but what was seen gives no verdict on {it}; {each} why."
        );
    }
    format!("None of {all} was seen with TLS 1.1 or older{toward}.")
}

const fn toward(to: To) -> &'static str {
    match to {
        To::ExchangeOnline => " toward Exchange Online",
        To::Any => " toward any mail server",
    }
}

/// Sessions that would count with another `--to`.
fn elsewhere(report: &Report) -> String {
    match report.capture.other_servers {
        0 => String::new(),
        1 => " 1 SMTP session went to another server (`--to any` counts it).".into(),
        others => format!(
            " {} SMTP sessions went to other servers (`--to any` counts them).",
            number(others)
        ),
    }
}

fn version(key: &'static str) -> &'static str {
    match key {
        "ssl2" => "SSL 2.0",
        "ssl3" => "SSL 3.0",
        "1.0" => "TLS 1.0",
        "1.1" => "TLS 1.1",
        "1.2" => "TLS 1.2",
        "1.3" => "TLS 1.3",
        "none" => "No version",
        "other" => "Unknown version",
        _ => key,
    }
}

const fn verdict_meaning(verdict: HostVerdict) -> &'static str {
    match verdict {
        HostVerdict::Legacy => {
            "Every session that tells used TLS 1.1 or older, or offered nothing better. The host stops sending mail when \
             the old versions go."
        }
        HostVerdict::Mixed => {
            "Some sessions did and others did not: look for a second program or an old library on the same host, or where \
             the others are in clear, for what made TLS fail."
        }
        HostVerdict::Weak => "TLS 1.2, but none of the cipher suites that Exchange Online accepts.",
        HostVerdict::Plaintext => {
            "Sessions without TLS: what was sent could be read on the way. What is said of the host tells why."
        }
        HostVerdict::Modern => "TLS 1.2 or 1.3. Nothing to do, unless a finding says otherwise.",
        HostVerdict::Unknown => {
            "What was seen gives no verdict. What is said of the host tells why."
        }
    }
}

const fn no_verdict(why: NoVerdict) -> &'static str {
    match why {
        NoVerdict::OtherEnd => {
            "A version was agreed on, but it was the other end that offered it: what this server does with a better offer was \
             not seen."
        }
        NoVerdict::Rejected => {
            "No handshake finished: one end refused with an alert. Look at what stands behind the refusal, such as a \
             certificate, cipher suites, or a firewall or proxy on the way."
        }
        NoVerdict::Closed => {
            "No handshake finished: the connection was closed or reset after the ClientHello. Look for a firewall on the way, \
             or a server that refuses without saying so."
        }
        NoVerdict::Unanswered => {
            "Nothing answered its ClientHello: look for a firewall on the way that drops it."
        }
        NoVerdict::NotCaptured => {
            "The capture does not tell: one direction is missing, packets are cut or lost, or the session ended before TLS."
        }
    }
}

const fn in_clear(why: InClear) -> &'static str {
    match why {
        InClear::StarttlsRefused => {
            "It asked for TLS, and the server refused. Exchange Online does not do that: toward it, look for a firewall on the \
             way that inspects SMTP."
        }
        InClear::StarttlsNotOffered => {
            "The server did not offer TLS. Exchange Online always does: toward it, look for a firewall on the way that takes \
             the offer out."
        }
        InClear::StarttlsNotUsed => {
            "It did not ask for TLS, and was not seen to send mail or to log in: a check whether the server answers looks \
             like this."
        }
    }
}

const fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Established => "handshake finished",
        Outcome::Negotiated => "version agreed on, end not seen",
        Outcome::Rejected => "refused with an alert",
        Outcome::Closed => "closed after the ClientHello",
        Outcome::Unanswered => "ClientHello not answered",
        Outcome::StarttlsRefused => "STARTTLS refused",
        Outcome::StarttlsNotOffered => "STARTTLS not offered",
        Outcome::StarttlsNotUsed => "STARTTLS not used",
        Outcome::Incomplete => "cut off by the capture",
    }
}

const fn finding(finding: Finding) -> &'static str {
    match finding {
        Finding::LegacyNegotiated => "Legacy TLS used",
        Finding::LegacyCapped => "Offers only legacy TLS",
        Finding::NoAcceptableSuite => "No accepted cipher suite",
        Finding::CleartextFallback => "Fell back to cleartext",
        Finding::StarttlsNever => "Never asks for TLS",
        Finding::CertificateRejected => "Rejects the certificate",
        Finding::Intercepted => "Intercepted on the way",
        Finding::LegacyEndpoint => "Legacy endpoint",
        Finding::RetiredName => "Retired server name",
        Finding::AuthInClear => "Logs in outside TLS",
    }
}

const fn endpoint(kind: Option<EndpointKind>) -> &'static str {
    match kind {
        Some(EndpointKind::ClientSubmission) => "client submission",
        Some(EndpointKind::LegacySubmission) => "legacy submission (opt-in)",
        Some(EndpointKind::HighVolume) => "high-volume mail",
        Some(EndpointKind::Mx) => "MX (port 25)",
        Some(EndpointKind::Unknown) => "Exchange Online, endpoint unknown",
        None => "other server",
    }
}

const fn instance(instance: Instance) -> &'static str {
    match instance {
        Instance::Worldwide => "worldwide",
        Instance::UsGovGccHigh => "US Government GCC High",
        Instance::UsGovDod => "US Government DoD",
        Instance::China => "China",
    }
}

fn name_source(word: &'static str) -> &'static str {
    match word {
        "hello" => "EHLO",
        "dhcp" => "DHCP",
        "dns-reverse" => "reverse DNS",
        "mdns" => "multicast DNS",
        "llmnr" => "LLMNR",
        "netbios" => "NetBIOS",
        _ => word,
    }
}

const fn seen(seen: Seen) -> &'static str {
    match seen {
        Seen::Both => "seen in both directions",
        Seen::Client => "only the client’s side seen",
        Seen::Server => "only the server’s side seen",
    }
}

/// What was given up at a bound.
const fn bound(bound: Bound) -> &'static str {
    match bound {
        Bound::CalledHosts => "hosts whose names from DHCP, DNS and the like are not kept",
        Bound::DhcpRequests => "DHCP requests whose answer was not waited for any longer",
        Bound::DnsAnswers => "DNS answers forgotten",
        Bound::DnsMessages => "DNS messages over TCP whose end was not waited for any longer",
        Bound::Evidence => "packets not kept as evidence",
        Bound::Flows => "connections ended early",
        Bound::Fragments => "packets in fragments",
        Bound::HeldBytes => "connections whose missing bytes were not waited for any longer",
        Bound::HostCalled => "hosts with more such names than are kept",
        Bound::HostClients => "hosts with more software than is kept",
        Bound::HostIssuers => "hosts that met certificates of more issuers than are kept",
        Bound::HostMacs => "hosts with more MAC addresses than are kept",
        Bound::HostNames => "hosts with more names than are kept",
        Bound::HostServers => "hosts with more servers than are kept",
        Bound::Hosts => "sessions of hosts that are not shown",
        Bound::HostsLeftOut => "hosts with other sessions than legacy ones that are not shown",
        Bound::LegacyHostsLeftOut => "hosts with legacy sessions that are not shown",
        Bound::Records => "session records that could not be written",
        Bound::Relays => "internal servers that cannot be told as relays",
        Bound::Routers => "routers whose MAC address may be shown as a host’s",
        Bound::TlsFailures => {
            "failures of TLS forgotten, so that a fallback to cleartext after them is not told as one"
        }
    }
}
