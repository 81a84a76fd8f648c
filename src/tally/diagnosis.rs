//! Reads the numbers of a report for what makes its answer doubtful: an overloaded sensor, a broken mirror and a quiet
//! network look alike in an empty table and must not.

use serde::Serialize;

use super::counts::Counts;
use super::figures::{counted, number, percent};
use super::report::{Capture, Report};
use crate::session::Seen;
use crate::session::words::words;

/// From this share of one-sided sessions on, the mirror is suspected.
pub const ONE_DIRECTION_LOUD: f64 = 0.05;

/// From one unreadable packet in this many on, the capture is suspected.
pub const MALFORMED_LOUD: u64 = 100;

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
    /// Mail of which neither end is known as internal.
    NoInternalHost,
    /// The kernel dropped packets.
    KernelDrops,
    /// The interface dropped packets.
    InterfaceDrops,
    /// Many sessions were seen in one direction only.
    OneDirection,
    /// Packets are in the capture only in part.
    PacketsCut,
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
    NoInternalHost => "no_internal_host",
    KernelDrops => "kernel_drops",
    InterfaceDrops => "interface_drops",
    OneDirection => "one_direction",
    PacketsCut => "packets_cut",
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
        no_internal(report),
        dropped(
            Doubt::KernelDrops,
            "kernel",
            capture.dropped_kernel,
            capture,
            KERNEL_ADVICE,
        ),
        dropped(
            Doubt::InterfaceDrops,
            "interface",
            capture.dropped_interface,
            capture,
            INTERFACE_ADVICE,
        ),
        one_direction(capture),
        truncated(capture),
        malformed(capture),
        bounds(&capture.bounds),
        files(
            Doubt::FilesDamaged,
            "read only in part",
            &capture.files_damaged,
        ),
    ];
    found.into_iter().flatten().collect()
}

const KERNEL_ADVICE: &str = "give the sensor a larger buffer or more workers";
const INTERFACE_ADVICE: &str = "mirror less to this interface or use a faster one";

/// History has sessions without packets; that is no fault.
fn no_packets(capture: &Capture) -> Option<Warning> {
    if capture.packets > 0 || capture.sessions > 0 {
        return None;
    }
    let text = "No packet was seen: check that the mirror is on and that this is the right interface or file.";
    Some(Warning::new(Doubt::NoPackets, text.into()))
}

fn no_smtp(capture: &Capture) -> Option<Warning> {
    if capture.packets == 0 || capture.sessions > 0 {
        return None;
    }
    let text = format!(
        "No SMTP session in {}: check that mail passes this point, that the mirror carries TCP payload, and that \
         `--ports` names the ports in use.",
        counted(capture.packets, "packet")
    );
    Some(Warning::new(Doubt::NoSmtp, text))
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
    let share = percent(dropped, dropped.saturating_add(capture.packets));
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
    if capture.truncated == 0 {
        return None;
    }
    let text = format!(
        "The capture cuts {} short: record whole packets (`tcpdump -s 0`, no truncation on the mirror).",
        counted(capture.truncated, "packet")
    );
    Some(Warning::new(Doubt::PacketsCut, text))
}

fn malformed(capture: &Capture) -> Option<Warning> {
    let malformed = capture.malformed.total();
    if malformed == 0 || malformed.saturating_mul(MALFORMED_LOUD) < capture.packets {
        return None;
    }
    let share = percent(malformed, capture.packets);
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
    fn unnamed_networks_are_noticed() {
        let mut session = sample::submission("198.51.100.1", 0, Version::TLS10);
        session.direction = Direction::External;
        assert_eq!(codes(&[session], packets(9)), ["no_internal_host"]);
    }
}
