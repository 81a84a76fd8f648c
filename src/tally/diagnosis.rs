//! Reads the numbers of a report for what makes its answer doubtful: an overloaded sensor, a broken mirror and a quiet
//! network look alike in an empty table and must not.
//!
//! Which case it is, and with which numbers and names, is decided here and nowhere else; each language only says it.

mod english;

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use super::bound::Reached;
use super::health::WatchedInterface;
use super::report::{Capture, Report};
use crate::packet::NotFollowed;
use crate::session::Seen;
use crate::session::words::words;

/// From this share of one-sided sessions on, the mirror is suspected.
const ONE_DIRECTION_LOUD: f64 = 0.05;

/// From one unreadable packet in this many on, the capture is suspected.
const MALFORMED_LOUD: u64 = 100;

/// So many segments are needed before their direction says anything.
const ONE_WAY_PACKETS: u64 = 40;

/// With more than so many segments one way for each the other way, the mirror is suspected.
const ONE_WAY_LOUD: u64 = 200;

/// From this share of sessions that lack bytes on, the mirror is suspected.
const GAPS_LOUD: f64 = 0.05;

/// From so many packets a session seen before on, the mirror is suspected to show traffic twice. A session has about
/// ten that are looked at, up to the end of its handshake; a client that sends again does so once or twice.
const DUPLICATES_LOUD: u64 = 3;

/// So many duplicates are needed before they say anything.
const DUPLICATES_AT_LEAST: u64 = 20;

/// Why fragments were not followed, as [`Capture::not_followed`] has it.
pub const FRAGMENTS_INCOMPLETE: &str = "fragments_incomplete";

/// From one fragment without the rest of its packet in this many packets on, the capture is suspected.
const FRAGMENTS_LOUD: u64 = 100;

/// So many of them are needed before they say anything: one may hang over the end of any capture.
const FRAGMENTS_AT_LEAST: u64 = 2;

/// From this share of its ring in use on, an interface is near to losing packets.
const RING_LOUD: f64 = 0.75;

/// One thing that makes the answer doubtful: what was seen of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// Nothing arrived.
    NoPackets,
    /// Packets, but no mail in them.
    NoSmtp {
        /// All of them.
        packets: u64,
        /// Those that nobody looked into for their link type, where they are most of all.
        unread_links: Option<u64>,
    },
    /// An interface is not there or down, or was.
    InterfaceLost {
        /// It is so now; otherwise it is back, and what passed meanwhile is missing.
        now: bool,
        /// Which ones.
        names: Vec<String>,
    },
    /// An interface brings nothing.
    InterfaceSilent {
        /// Which ones.
        names: Vec<String>,
        /// Frames that arrived there, none of which can be mail.
        arrived: u64,
    },
    /// All segments go to servers, or all come from them.
    OneWay {
        /// Segments to servers.
        to_servers: u64,
        /// Segments from them.
        from_servers: u64,
    },
    /// Mail of which neither end is known as internal.
    NoInternalHost {
        /// Sessions of it.
        sessions: u64,
    },
    /// The kernel dropped packets.
    KernelDrops(Share),
    /// The kernel's ring was nearly full.
    RingNearlyFull {
        /// At which interfaces.
        names: Vec<String>,
    },
    /// The interface dropped packets.
    InterfaceDrops(Share),
    /// Many sessions were seen in one direction only.
    OneDirection {
        /// Those of which only the client's side was seen.
        client: u64,
        /// Those of which only the server's side was seen.
        server: u64,
        /// All.
        sessions: u64,
    },
    /// Many sessions lack bytes.
    Gaps {
        /// How many of the sessions.
        sessions: Share,
        /// Packets of the capture are cut short, which explains some of it.
        cut: bool,
    },
    /// Many packets were seen before.
    Duplicates {
        /// Those packets.
        packets: u64,
        /// In so many sessions.
        sessions: u64,
    },
    /// Packets are in the capture only in part.
    PacketsCut {
        /// How many.
        packets: u64,
    },
    /// Many packets are fragments without the rest.
    FragmentsIncomplete(Share),
    /// Many packets could not be read.
    Malformed(Share),
    /// Bounds of this program were reached, with what was given up there.
    BoundsReached(Reached),
    /// Files were not read, or only in part.
    FilesDamaged {
        /// How many.
        files: u64,
    },
    /// Hosts were seen by several sensors, at which one address may be of different machines.
    SeveralSensors {
        /// How many.
        hosts: u64,
    },
}

/// A number of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// The number.
    pub part: u64,
    /// All.
    pub whole: u64,
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
    /// Hosts seen by several sensors.
    SeveralSensors,
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
    SeveralSensors => "several_sensors",
});

impl Warning {
    /// What it is, for programs.
    pub const fn code(&self) -> Doubt {
        match self {
            Self::NoPackets => Doubt::NoPackets,
            Self::NoSmtp { .. } => Doubt::NoSmtp,
            Self::InterfaceLost { .. } => Doubt::InterfaceLost,
            Self::InterfaceSilent { .. } => Doubt::InterfaceSilent,
            Self::OneWay { .. } => Doubt::OneWay,
            Self::NoInternalHost { .. } => Doubt::NoInternalHost,
            Self::KernelDrops(_) => Doubt::KernelDrops,
            Self::RingNearlyFull { .. } => Doubt::RingNearlyFull,
            Self::InterfaceDrops(_) => Doubt::InterfaceDrops,
            Self::OneDirection { .. } => Doubt::OneDirection,
            Self::Gaps { .. } => Doubt::Gaps,
            Self::Duplicates { .. } => Doubt::Duplicates,
            Self::PacketsCut { .. } => Doubt::PacketsCut,
            Self::FragmentsIncomplete(_) => Doubt::FragmentsIncomplete,
            Self::Malformed(_) => Doubt::Malformed,
            Self::BoundsReached(_) => Doubt::BoundsReached,
            Self::FilesDamaged { .. } => Doubt::FilesDamaged,
            Self::SeveralSensors { .. } => Doubt::SeveralSensors,
        }
    }

    /// Of so many hosts that several sensors saw.
    pub fn several_sensors(hosts: usize) -> Option<Self> {
        (hosts > 0).then_some(Self::SeveralSensors {
            hosts: hosts as u64,
        })
    }

    /// What was seen, what follows from it, and what to check: in English, as the machine forms say it.
    pub fn text(&self) -> String {
        english::text(self)
    }
}

impl Serialize for Warning {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut warning = serializer.serialize_struct("Warning", 2)?;
        warning.serialize_field("code", &self.code())?;
        warning.serialize_field("text", &self.text())?;
        warning.end()
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
        no_internal(capture),
        dropped(capture.dropped_kernel, capture).map(Warning::KernelDrops),
        ring(capture),
        dropped(capture.dropped_interface, capture).map(Warning::InterfaceDrops),
        one_direction(capture),
        gaps(capture),
        duplicates(capture),
        truncated(capture),
        fragments(capture),
        malformed(capture),
        bounds(capture),
        files(capture),
    ];
    found.into_iter().flatten().collect()
}

/// Where packets were dropped it is known that the ring was full.
fn ring(capture: &Capture) -> Option<Warning> {
    if capture.dropped_kernel > Some(0) {
        return None;
    }
    let names = names(capture, is_nearly_full)?;
    Some(Warning::RingNearlyFull { names })
}

/// Its ring had little room left at some time.
fn is_nearly_full(one: &WatchedInterface) -> bool {
    let most = one.ring_most.unwrap_or(0);
    most > 0 && most as f64 >= one.ring_bytes as f64 * RING_LOUD
}

/// History has sessions without packets; that is no fault.
fn no_packets(capture: &Capture) -> Option<Warning> {
    let any =
        capture.packets.unwrap_or(0) > 0 || capture.sessions > 0 || !capture.interfaces.is_empty();
    (!any).then_some(Warning::NoPackets)
}

fn no_smtp(capture: &Capture) -> Option<Warning> {
    let packets = capture.packets.unwrap_or(0);
    if packets == 0 || capture.sessions > 0 || capture.open > 0 {
        return None;
    }
    let unread = capture.not_followed.of(NotFollowed::LinkType.name());
    Some(Warning::NoSmtp {
        packets,
        unread_links: (unread > 0 && unread >= packets / 2).then_some(unread),
    })
}

/// What passed while an interface was away is missing for good.
fn lost(capture: &Capture) -> Option<Warning> {
    if let Some(names) = names(capture, |one| !one.up) {
        return Some(Warning::InterfaceLost { now: true, names });
    }
    let names = names(capture, |one| one.losses > 0)?;
    Some(Warning::InterfaceLost { now: false, names })
}

/// Whether anything arrives there at all tells a dead mirror from one without mail.
fn silent(capture: &Capture) -> Option<Warning> {
    let names = names(capture, is_silent)?;
    let silent = capture.interfaces.iter().filter(|one| is_silent(one));
    let arrived = silent.filter_map(|one| one.received).sum();
    Some(Warning::InterfaceSilent { names, arrived })
}

/// Up, and yet nothing came from it.
const fn is_silent(one: &WatchedInterface) -> bool {
    one.up && one.packets == 0
}

/// The interfaces for which it is so, if there are any.
fn names(capture: &Capture, is_so: fn(&WatchedInterface) -> bool) -> Option<Vec<String>> {
    let names = capture.interfaces.iter().filter(|one| is_so(one));
    let names: Vec<_> = names.map(|one| one.name.clone()).collect();
    (!names.is_empty()).then_some(names)
}

/// Known from packets, long before sessions are over.
fn one_way(capture: &Capture) -> Option<Warning> {
    let (to_servers, from_servers) = (capture.to_servers, capture.from_servers);
    let (most, least) = (to_servers.max(from_servers), to_servers.min(from_servers));
    if most < ONE_WAY_PACKETS || least.saturating_mul(ONE_WAY_LOUD) > most {
        return None;
    }
    Some(Warning::OneWay {
        to_servers,
        from_servers,
    })
}

fn gaps(capture: &Capture) -> Option<Warning> {
    let sessions = Share {
        part: capture.gapped,
        whole: capture.sessions,
    };
    let few = sessions.part as f64 / (sessions.whole as f64) < GAPS_LOUD;
    if sessions.part == 0 || few {
        return None;
    }
    Some(Warning::Gaps {
        sessions,
        cut: capture.truncated.unwrap_or(0) > 0,
    })
}

fn duplicates(capture: &Capture) -> Option<Warning> {
    let (packets, sessions) = (capture.duplicates.unwrap_or(0), capture.sessions);
    if packets < DUPLICATES_AT_LEAST || packets < sessions.saturating_mul(DUPLICATES_LOUD) {
        return None;
    }
    Some(Warning::Duplicates { packets, sessions })
}

fn no_internal(capture: &Capture) -> Option<Warning> {
    let sessions = capture.external;
    (sessions > 0).then_some(Warning::NoInternalHost { sessions })
}

/// Of the packets that were dropped and those that were read.
fn dropped(dropped: Option<u64>, capture: &Capture) -> Option<Share> {
    let part = dropped.filter(|dropped| *dropped > 0)?;
    let whole = part.saturating_add(capture.packets.unwrap_or(0));
    Some(Share { part, whole })
}

fn one_direction(capture: &Capture) -> Option<Warning> {
    capture
        .one_direction_share
        .filter(|share| *share >= ONE_DIRECTION_LOUD)?;
    Some(Warning::OneDirection {
        client: capture.seen.of(Seen::Client),
        server: capture.seen.of(Seen::Server),
        sessions: capture.sessions,
    })
}

fn truncated(capture: &Capture) -> Option<Warning> {
    let packets = capture.truncated.filter(|packets| *packets > 0)?;
    Some(Warning::PacketsCut { packets })
}

fn fragments(capture: &Capture) -> Option<Warning> {
    let alone = Share {
        part: capture.not_followed.of(FRAGMENTS_INCOMPLETE),
        whole: capture.packets.unwrap_or(0),
    };
    let many = alone.part >= FRAGMENTS_AT_LEAST
        && alone.part.saturating_mul(FRAGMENTS_LOUD) >= alone.whole;
    many.then_some(Warning::FragmentsIncomplete(alone))
}

fn malformed(capture: &Capture) -> Option<Warning> {
    let malformed = Share {
        part: capture.malformed.total(),
        whole: capture.packets.unwrap_or(0),
    };
    let many =
        malformed.part > 0 && malformed.part.saturating_mul(MALFORMED_LOUD) >= malformed.whole;
    many.then_some(Warning::Malformed(malformed))
}

fn bounds(capture: &Capture) -> Option<Warning> {
    let bounds = &capture.bounds;
    (!bounds.is_empty()).then(|| Warning::BoundsReached(bounds.clone()))
}

fn files(capture: &Capture) -> Option<Warning> {
    let files = capture.files_damaged.len() as u64;
    (files > 0).then_some(Warning::FilesDamaged { files })
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
            .map(|warning| warning.code().name())
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
            report.capture.warnings[0].text()
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
                .map(|one| one.text())
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
