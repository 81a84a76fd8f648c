//! Reads the numbers of a report for what makes its answer doubtful: an overloaded sensor, a broken mirror and a quiet
//! network look alike in an empty table and must not.

use serde::Serialize;

use super::counts::Counts;
use super::figures::{counted, number, percent};
use super::health::WatchedInterface;
use super::report::{Capture, Report};
use crate::packet::NotFollowed;
use crate::session::Seen;
use crate::session::words::words;

/// From this share of one-sided sessions on, the mirror is suspected.
pub const ONE_DIRECTION_LOUD: f64 = 0.05;

/// From one unreadable packet in this many on, the capture is suspected.
pub const MALFORMED_LOUD: u64 = 100;

/// So many segments are needed before their direction says anything.
pub const ONE_WAY_PACKETS: u64 = 40;

/// With more than so many segments one way for each the other way, the mirror is suspected.
pub const ONE_WAY_LOUD: u64 = 200;

/// From this share of sessions that lack bytes on, the mirror is suspected.
pub const GAPS_LOUD: f64 = 0.05;

/// From so many packets a session seen before on, the mirror is suspected to show traffic twice. A session has about
/// ten that are looked at, up to the end of its handshake; a client that sends again does so once or twice.
pub const DUPLICATES_LOUD: u64 = 3;

/// Why fragments were not followed, as [`Capture::not_followed`] has it.
pub const FRAGMENTS_INCOMPLETE: &str = "fragments_incomplete";

/// From one fragment without the rest of its packet in this many packets on, the capture is suspected.
pub const FRAGMENTS_LOUD: u64 = 100;

/// So many of them are needed before they say anything: one may hang over the end of any capture.
pub const FRAGMENTS_AT_LEAST: u64 = 2;

/// So many duplicates are needed before they say anything.
pub const DUPLICATES_AT_LEAST: u64 = 20;

/// From this share of its ring in use on, an interface is near to losing packets.
pub const RING_LOUD: f64 = 0.75;

/// One thing that makes the answer doubtful.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// What it is, for programs and for texts in other languages.
    pub code: Doubt,
    /// What was seen, what follows from it, and what to check.
    pub text: String,
}

/// What may make an answer doubtful, most serious first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// Nothing arrived.
    NoPackets,
    /// Packets, but no mail in them.
    NoSmtp,
    /// An interface that is not there or down.
    InterfaceLost,
    /// An interface that brings nothing.
    InterfaceSilent,
    /// All segments go to servers, or all come from them.
    OneWay,
    /// Mail of which neither end is known as internal.
    NoInternalHost,
    /// The kernel dropped packets.
    KernelDrops,
    /// The kernel's ring was nearly full.
    RingNearlyFull,
    /// The interface dropped packets.
    InterfaceDrops,
    /// Many sessions were seen in one direction only.
    OneDirection,
    /// Many sessions lack bytes.
    Gaps,
    /// Many packets were seen before.
    Duplicates,
    /// Packets are in the capture only in part.
    PacketsCut,
    /// Many packets are fragments without the rest.
    FragmentsIncomplete,
    /// Many packets could not be read.
    Malformed,
    /// A bound of this program was reached.
    BoundsReached,
    /// Files could be read only in part.
    FilesDamaged,
}

words!(Doubt {
    NoPackets => "no_packets",
    NoSmtp => "no_smtp",
    InterfaceLost => "interface_lost",
    InterfaceSilent => "interface_silent",
    OneWay => "one_way",
    NoInternalHost => "no_internal_host",
    KernelDrops => "kernel_drops",
    RingNearlyFull => "ring_nearly_full",
    InterfaceDrops => "interface_drops",
    OneDirection => "one_direction",
    Gaps => "gaps",
    Duplicates => "duplicates",
    PacketsCut => "packets_cut",
    FragmentsIncomplete => "fragments_incomplete",
    Malformed => "malformed",
    BoundsReached => "bounds_reached",
    FilesDamaged => "files_damaged",
});

impl Warning {
    const fn new(code: Doubt, text: String) -> Self {
        Self { code, text }
    }
}

/// What is doubtful about `report`, most serious first.
pub fn warnings(report: &Report) -> Vec<Warning> {
    let capture = &report.capture;
    let found = [
        no_packets(capture),
        no_smtp(capture),
        lost(capture),
        silent(capture),
        one_way(capture),
        no_internal(report),
        dropped(
            Doubt::KernelDrops,
            "kernel",
            capture.dropped_kernel,
            capture,
            KERNEL_ADVICE,
        ),
        ring(capture),
        dropped(
            Doubt::InterfaceDrops,
            "interface",
            capture.dropped_interface,
            capture,
            INTERFACE_ADVICE,
        ),
        one_direction(capture),
        gaps(capture),
        duplicates(capture),
        truncated(capture),
        fragments(capture),
        malformed(capture),
        bounds(&capture.bounds),
        files(
            Doubt::FilesDamaged,
            "not read, or only in part",
            &capture.files_damaged,
        ),
    ];
    found.into_iter().flatten().collect()
}

const KERNEL_ADVICE: &str =
    "give the sensor a larger buffer (`--ring`), a narrower mirror or more cores";
const INTERFACE_ADVICE: &str = "mirror less to this interface or use a faster one";

/// Where packets were dropped it is known that the ring was full.
fn ring(capture: &Capture) -> Option<Warning> {
    if capture.dropped_kernel > Some(0) {
        return None;
    }
    let names = names(capture, is_nearly_full)?;
    let text = format!(
        "The kernel's ring was nearly full at {names}; when it is full, packets are lost: {KERNEL_ADVICE}."
    );
    Some(Warning::new(Doubt::RingNearlyFull, text))
}

/// Its ring had little room left at some time.
pub fn is_nearly_full(one: &WatchedInterface) -> bool {
    let most = one.ring_most.unwrap_or(0);
    most > 0 && most as f64 >= one.ring_bytes as f64 * RING_LOUD
}

/// History has sessions without packets; that is no fault.
fn no_packets(capture: &Capture) -> Option<Warning> {
    if capture.packets.unwrap_or(0) > 0 || capture.sessions > 0 || !capture.interfaces.is_empty() {
        return None;
    }
    let text = "No packet was seen: check that the mirror is on and that this is the right interface or file.";
    Some(Warning::new(Doubt::NoPackets, text.into()))
}

fn no_smtp(capture: &Capture) -> Option<Warning> {
    if capture.packets.unwrap_or(0) == 0 || capture.sessions > 0 || capture.open > 0 {
        return None;
    }
    let packets = capture.packets.unwrap_or(0);
    if let Some(unread) = unread_links(capture) {
        let text = format!(
            "No SMTP session in {}, {} of which have a link type that is not read: capture on an Ethernet, IP or \
             `any` interface (tcpdump -i any).",
            counted(packets, "packet"),
            number(unread)
        );
        return Some(Warning::new(Doubt::NoSmtp, text));
    }
    let text = format!(
        "No SMTP session in {}: check that mail passes this point, that the mirror carries TCP payload, and that \
         `--ports` names the ports in use.",
        counted(packets, "packet")
    );
    Some(Warning::new(Doubt::NoSmtp, text))
}

/// Packets that nobody looked into for their link type, where they are most of all.
pub fn unread_links(capture: &Capture) -> Option<u64> {
    let unread = capture.not_followed.of(NotFollowed::LinkType.name());
    (unread > 0 && unread >= capture.packets.unwrap_or(0) / 2).then_some(unread)
}

/// What passed while an interface was away is missing for good.
fn lost(capture: &Capture) -> Option<Warning> {
    let text = if let Some(names) = names(capture, |one| !one.up) {
        format!(
            "Not watched, since down or gone: {names}. It is taken up again as soon as it is back; check the cable and \
             `ip link`."
        )
    } else {
        let names = names(capture, |one| one.losses > 0)?;
        format!(
            "Not watched for a while, since it was down or gone: {names}. What passed meanwhile is missing; look for a loose \
             cable, and in the system's log."
        )
    };
    Some(Warning::new(Doubt::InterfaceLost, text))
}

/// Whether anything arrives there at all tells a dead mirror from one without mail.
fn silent(capture: &Capture) -> Option<Warning> {
    let names = names(capture, is_silent)?;
    let arrived: u64 = silent_arrivals(capture);
    let text = if arrived == 0 {
        format!("Nothing arrives at {names}: check the cable and that the mirror is on.")
    } else {
        format!(
            "{} arrived at {names}, none of which can be mail: check what is mirrored to it, and that `--ports` names \
             the ports in use.",
            counted(arrived, "frame")
        )
    };
    Some(Warning::new(Doubt::InterfaceSilent, text))
}

/// Frames that arrived where nothing was taken.
pub fn silent_arrivals(capture: &Capture) -> u64 {
    let silent = capture.interfaces.iter().filter(|one| is_silent(one));
    silent.filter_map(|one| one.received).sum()
}

/// Up, and yet nothing came from it.
pub const fn is_silent(one: &WatchedInterface) -> bool {
    one.up && one.packets == 0
}

/// The interfaces for which it is so, if there are any.
pub fn names(capture: &Capture, is_so: fn(&WatchedInterface) -> bool) -> Option<String> {
    let names = capture.interfaces.iter().filter(|one| is_so(one));
    let names: Vec<_> = names.map(|one| one.name.as_str()).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// Known from packets, long before sessions are over.
fn one_way(capture: &Capture) -> Option<Warning> {
    let (to, from) = (capture.to_servers, capture.from_servers);
    let (most, least) = (to.max(from), to.min(from));
    if most < ONE_WAY_PACKETS || least.saturating_mul(ONE_WAY_LOUD) > most {
        return None;
    }
    let text = format!(
        "Mail is seen in one direction only: {} go to servers and {} come from them. Mirror both directions of the link \
         (ingress and egress), and look for asymmetric routes.",
        counted(to, "segment"),
        number(from)
    );
    Some(Warning::new(Doubt::OneWay, text))
}

fn gaps(capture: &Capture) -> Option<Warning> {
    if capture.gapped == 0 || capture.gapped as f64 / (capture.sessions as f64) < GAPS_LOUD {
        return None;
    }
    let (sessions, share) = (
        counted(capture.gapped, "session"),
        percent(capture.gapped, capture.sessions),
    );
    if capture.truncated.unwrap_or(0) > 0 {
        let text = format!(
            "{sessions} ({share}) lack bytes: packets are cut short (see there), or lost on the way to the sensor."
        );
        return Some(Warning::new(Doubt::Gaps, text));
    }
    let text = format!(
        "{sessions} ({share}) lack bytes, though neither the kernel nor the interface need have dropped them: look whether the switch \
         can mirror as much as it is asked to."
    );
    Some(Warning::new(Doubt::Gaps, text))
}

fn duplicates(capture: &Capture) -> Option<Warning> {
    let duplicates = capture.duplicates.unwrap_or(0);
    if duplicates < DUPLICATES_AT_LEAST
        || duplicates < capture.sessions.saturating_mul(DUPLICATES_LOUD)
    {
        return None;
    }
    let text = format!(
        "{} of {} brought nothing new: the mirror shows the same traffic twice. The answer is right, but the sensor does \
         double work; mirror each link once.",
        counted(duplicates, "packet"),
        counted(capture.sessions, "session")
    );
    Some(Warning::new(Doubt::Duplicates, text))
}

fn no_internal(report: &Report) -> Option<Warning> {
    if report.capture.external == 0 {
        return None;
    }
    let text = format!(
        "Neither end is internal in {} (left out of the hosts): name your networks with `--internal` if these are yours.",
        counted(report.capture.external, "session")
    );
    Some(Warning::new(Doubt::NoInternalHost, text))
}

fn dropped(
    code: Doubt,
    who: &str,
    dropped: Option<u64>,
    capture: &Capture,
    advice: &str,
) -> Option<Warning> {
    let dropped = dropped.filter(|dropped| *dropped > 0)?;
    let share = percent(
        dropped,
        dropped.saturating_add(capture.packets.unwrap_or(0)),
    );
    let dropped = counted(dropped, "packet");
    let text = format!(
        "The {who} dropped {dropped} ({share}), so sessions may be missing or unknown: {advice}."
    );
    Some(Warning::new(code, text))
}

fn one_direction(capture: &Capture) -> Option<Warning> {
    capture
        .one_direction_share
        .filter(|share| *share >= ONE_DIRECTION_LOUD)?;
    let (client, server) = (capture.seen.of(Seen::Client), capture.seen.of(Seen::Server));
    let text = format!(
        "{} of the sessions were seen in one direction only (client's side {}, server's side {}): mirror both directions \
         of the link, and look for asymmetric routes.",
        percent(client + server, capture.sessions),
        number(client),
        number(server),
    );
    Some(Warning::new(Doubt::OneDirection, text))
}

fn truncated(capture: &Capture) -> Option<Warning> {
    if capture.truncated.unwrap_or(0) == 0 {
        return None;
    }
    let text = format!(
        "The capture cuts {} short: record whole packets (`tcpdump -s 0`, no truncation on the mirror).",
        counted(capture.truncated.unwrap_or(0), "packet")
    );
    Some(Warning::new(Doubt::PacketsCut, text))
}

fn fragments(capture: &Capture) -> Option<Warning> {
    let alone = capture.not_followed.of(FRAGMENTS_INCOMPLETE);
    let packets = capture.packets.unwrap_or(0);
    if alone < FRAGMENTS_AT_LEAST || alone.saturating_mul(FRAGMENTS_LOUD) < packets {
        return None;
    }
    let text = format!(
        "{} ({}) are IP fragments whose packet never became whole, so what is in them is not read: a filter by port or an access \
         list lets first fragments through alone, so filter by address; or packets are lost on the way to the sensor.",
        counted(alone, "packet"),
        percent(alone, packets)
    );
    Some(Warning::new(Doubt::FragmentsIncomplete, text))
}

fn malformed(capture: &Capture) -> Option<Warning> {
    let malformed = capture.malformed.total();
    if malformed == 0 || malformed.saturating_mul(MALFORMED_LOUD) < capture.packets.unwrap_or(0) {
        return None;
    }
    let share = percent(malformed, capture.packets.unwrap_or(0));
    let malformed = counted(malformed, "packet");
    let text =
        format!("{malformed} ({share}) could not be read: the capture or the mirror damages them.");
    Some(Warning::new(Doubt::Malformed, text))
}

fn bounds(bounds: &Counts) -> Option<Warning> {
    if bounds.is_empty() {
        return None;
    }
    let each: Vec<_> = bounds
        .iter()
        .map(|(bound, count)| format!("{} {bound}", number(count)))
        .collect();
    let text = format!(
        "There was more than this program holds, and something was given up: {}.",
        each.join(", ")
    );
    Some(Warning::new(Doubt::BoundsReached, text))
}

fn files(code: Doubt, what: &str, messages: &[String]) -> Option<Warning> {
    if messages.is_empty() {
        return None;
    }
    let verb = if messages.len() == 1 { "was" } else { "were" };
    let files = counted(messages.len() as u64, "file");
    Some(Warning::new(code, format!("{files} {verb} {what}.")))
}

#[cfg(test)]
mod tests {
    use super::super::{CaptureHealth, Context, Tally, To};
    use super::*;
    use crate::session::sample;
    use crate::session::{Direction, Session};
    use crate::tls::Version;

    fn codes(sessions: &[Session], health: CaptureHealth) -> Vec<&'static str> {
        let mut tally = Tally::new(To::ExchangeOnline);
        tally.extend(sessions);
        let report = Report::new(&tally, health, Context::default());
        report
            .capture
            .warnings
            .iter()
            .map(|warning| warning.code.name())
            .collect()
    }

    fn packets(packets: u64) -> CaptureHealth {
        CaptureHealth {
            packets,
            ..CaptureHealth::default()
        }
    }

    #[test]
    fn a_dead_mirror_a_quiet_network_and_a_busy_sensor_differ() {
        let modern = sample::submission("10.0.0.1", 0, Version::TLS12);
        let mut elsewhere = modern.clone();
        elsewhere.exchange_online = None;
        assert_eq!(codes(&[], packets(0)), ["no_packets"]);
        assert_eq!(codes(&[], packets(9)), ["no_smtp"]);
        assert_eq!(codes(&[elsewhere], packets(9)), [""; 0]);
        assert_eq!(codes(std::slice::from_ref(&modern), packets(9)), [""; 0]);
        let busy = CaptureHealth {
            dropped_kernel: Some(1),
            ..packets(9)
        };
        assert_eq!(codes(&[modern], busy), ["kernel_drops"]);
    }

    #[test]
    fn what_is_not_read_is_told_apart_from_what_is_not_there() {
        let text = |health| {
            let tally = Tally::new(To::ExchangeOnline);
            let report = Report::new(&tally, health, Context::default());
            report.capture.warnings[0].text.clone()
        };
        let mut unread = packets(9);
        assert!(text(unread.clone()).contains("--ports"));
        unread.not_followed.add(NotFollowed::LinkType.name(), 9);
        let told = text(unread);
        assert!(
            told.contains("link type") && !told.contains("--ports"),
            "{told}"
        );
    }

    #[test]
    fn one_sided_sessions_are_loud_from_five_percent_on() {
        let both = sample::submission("10.0.0.1", 0, Version::TLS12);
        let half = Session {
            seen: Seen::Server,
            ..both.clone()
        };
        let sessions = |count: usize| [vec![both.clone(); count], vec![half.clone()]].concat();
        assert_eq!(codes(&sessions(19), packets(9)), ["one_direction"]);
        assert_eq!(codes(&sessions(20), packets(9)), [""; 0]);
    }

    #[test]
    fn one_direction_is_told_before_any_session_is_over() {
        let way = |to_servers, from_servers| CaptureHealth {
            to_servers,
            from_servers,
            ..packets(to_servers + from_servers)
        };
        assert_eq!(codes(&[], way(40, 0)), ["no_smtp", "one_way"]);
        assert_eq!(codes(&[], way(0, 900)), ["no_smtp", "one_way"]);
        assert_eq!(codes(&[], way(39, 0)), ["no_smtp"]);
        assert_eq!(codes(&[], way(400, 200)), ["no_smtp"]);
    }

    #[test]
    fn a_dead_interface_and_one_without_mail_differ() {
        let eth1 = WatchedInterface {
            name: "eth1".into(),
            up: true,
            received: Some(0),
            ..WatchedInterface::default()
        };
        let told = |interface: WatchedInterface| {
            let health = CaptureHealth {
                interfaces: vec![interface],
                ..CaptureHealth::default()
            };
            let report = Report::new(&Tally::new(To::Any), health, Context::default());
            let told: Vec<_> = report
                .capture
                .warnings
                .into_iter()
                .map(|one| one.text)
                .collect();
            told.concat()
        };
        assert!(told(eth1.clone()).starts_with("Nothing arrives at eth1"));
        let busy = WatchedInterface {
            received: Some(7),
            ..eth1.clone()
        };
        assert!(told(busy).starts_with("7 frames arrived at eth1, none of which can be mail"));
        let back = WatchedInterface {
            packets: 7,
            losses: 1,
            ..eth1.clone()
        };
        assert!(
            told(back).starts_with("Not watched for a while, since it was down or gone: eth1.")
        );
        let down = WatchedInterface { up: false, ..eth1 };
        assert!(told(down).starts_with("Not watched, since down or gone: eth1."));
    }

    #[test]
    fn a_ring_that_is_nearly_full_is_told_until_it_was_full() {
        let with = |most, dropped| CaptureHealth {
            interfaces: vec![WatchedInterface {
                name: "eth1".into(),
                up: true,
                packets: 9,
                ring_bytes: 1_000,
                ring_most: most,
                ..WatchedInterface::default()
            }],
            dropped_kernel: dropped,
            ..packets(9)
        };
        let modern = [sample::submission("10.0.0.1", 0, Version::TLS12)];
        assert_eq!(codes(&modern, with(Some(749), Some(0))), [""; 0]);
        assert_eq!(codes(&modern, with(None, Some(0))), [""; 0]);
        let found = codes(&modern, with(Some(750), Some(0)));
        assert_eq!(found, ["ring_nearly_full"]);
        assert_eq!(codes(&modern, with(Some(999), Some(1))), ["kernel_drops"]);
    }

    #[test]
    fn every_code_is_in_the_documents() {
        for document in [
            include_str!("../../docs/record.md"),
            include_str!("../../docs/span-port.md"),
        ] {
            for doubt in Doubt::ALL {
                let code = format!("`{doubt}`");
                assert!(document.contains(&code), "{code}");
            }
        }
    }

    #[test]
    fn traffic_that_is_mirrored_twice_is_noticed() {
        let twice = |duplicates| CaptureHealth {
            duplicates,
            ..packets(100)
        };
        let modern = |count| vec![sample::submission("10.0.0.1", 0, Version::TLS12); count];
        assert_eq!(codes(&modern(1), twice(20)), ["duplicates"]);
        assert_eq!(codes(&modern(1), twice(19)), [""; 0]);
        assert_eq!(codes(&modern(8), twice(24)), ["duplicates"]);
        assert_eq!(codes(&modern(9), twice(24)), [""; 0]);
    }

    #[test]
    fn fragments_that_come_alone_are_noticed() {
        let with = |alone, all| {
            let mut health = packets(all);
            health.not_followed.add(FRAGMENTS_INCOMPLETE, alone);
            health
        };
        let modern = [sample::submission("10.0.0.1", 0, Version::TLS12)];
        assert_eq!(codes(&modern, with(2, 200)), ["fragments_incomplete"]);
        assert_eq!(codes(&modern, with(2, 201)), [""; 0]);
        assert_eq!(codes(&modern, with(1, 1)), [""; 0]);
    }

    #[test]
    fn unnamed_networks_are_noticed() {
        let mut session = sample::submission("198.51.100.1", 0, Version::TLS10);
        session.direction = Direction::External;
        assert_eq!(codes(&[session], packets(9)), ["no_internal_host"]);
    }
}
