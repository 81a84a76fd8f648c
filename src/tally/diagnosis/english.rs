//! The warnings in English. They stand here and not with the other words: the report's JSON form has them.

use super::{Share, Warning};
use crate::tally::bound::Reached;
use crate::tally::figures::{counted, number, percent};

const KERNEL_ADVICE: &str =
    "give the sensor a larger buffer (`--ring`), a narrower mirror or more cores";
const INTERFACE_ADVICE: &str = "mirror less to this interface or use a faster one";

/// One of them, as a sentence or two.
pub(super) fn text(warning: &Warning) -> String {
    match warning {
        Warning::NoPackets => "No packet was seen: check that the mirror is on and that this is the right interface or \
                               file."
            .into(),
        Warning::NoSmtp {
            packets,
            unread_links,
        } => no_smtp(*packets, *unread_links),
        Warning::InterfaceLost { now, names } => lost(*now, &names.join(", ")),
        Warning::InterfaceSilent { names, arrived } => silent(&names.join(", "), *arrived),
        Warning::OneWay {
            to_servers,
            from_servers,
        } => format!(
            "Mail is seen in one direction only: {} go to servers and {} come from them. Mirror both directions of the \
             link (ingress and egress), and look for asymmetric routes.",
            counted(*to_servers, "segment"),
            number(*from_servers)
        ),
        Warning::NoInternalHost { sessions } => format!(
            "Neither end is internal in {} (left out of the hosts): name your networks with `--internal` if these are \
             yours.",
            counted(*sessions, "session")
        ),
        Warning::KernelDrops(packets) => dropped("kernel", *packets, KERNEL_ADVICE),
        Warning::RingNearlyFull { names } => format!(
            "The kernel's ring was nearly full at {}; when it is full, packets are lost: {KERNEL_ADVICE}.",
            names.join(", ")
        ),
        Warning::InterfaceDrops(packets) => dropped("interface", *packets, INTERFACE_ADVICE),
        Warning::OneDirection {
            client,
            server,
            sessions,
        } => format!(
            "{} of the sessions were seen in one direction only (client's side {}, server's side {}): mirror both \
             directions of the link, and look for asymmetric routes.",
            percent(client + server, *sessions),
            number(*client),
            number(*server),
        ),
        Warning::Gaps { sessions, cut } => gaps(*sessions, *cut),
        Warning::Duplicates { packets, sessions } => format!(
            "{} of {} brought nothing new: the mirror shows the same traffic twice. The answer is right, but the sensor \
             does double work; mirror each link once.",
            counted(*packets, "packet"),
            counted(*sessions, "session")
        ),
        Warning::PacketsCut { packets } => format!(
            "The capture cuts {} short: record whole packets (`tcpdump -s 0`, no truncation on the mirror).",
            counted(*packets, "packet")
        ),
        Warning::FragmentsIncomplete(packets) => format!(
            "{} are IP fragments whose packet never became whole, so what is in them is not read: a filter by port or an \
             access list lets first fragments through alone, so filter by address; or packets are lost on the way to \
             the sensor.",
            share(*packets, "packet")
        ),
        Warning::Malformed(packets) => format!(
            "{} could not be read: the capture or the mirror damages them.",
            share(*packets, "packet")
        ),
        Warning::BoundsReached(bounds) => reached(bounds),
        Warning::SeveralSensors { hosts } => {
            let verb = if *hosts == 1 { "was" } else { "were" };
            format!(
                "{} {verb} seen by several sensors. Where their sites use the same private addresses, different machines stand \
                 in one row: look at each site with `--sensor`.",
                counted(*hosts, "host")
            )
        }
        Warning::FilesDamaged { files } => {
            let verb = if *files == 1 { "was" } else { "were" };
            format!(
                "{} {verb} not read, or only in part.",
                counted(*files, "file")
            )
        }
    }
}

fn no_smtp(packets: u64, unread_links: Option<u64>) -> String {
    let packets = counted(packets, "packet");
    match unread_links {
        Some(unread) => format!(
            "No SMTP session in {packets}, {} of which have a link type that is not read: capture on an Ethernet, IP or \
             `any` interface (tcpdump -i any).",
            number(unread)
        ),
        None => format!(
            "No SMTP session in {packets}: check that mail passes this point, that the mirror carries TCP payload, and \
             that `--ports` names the ports in use."
        ),
    }
}

fn lost(now: bool, names: &str) -> String {
    if now {
        format!(
            "Not watched, since down or gone: {names}. It is taken up again as soon as it is back; check the cable and \
             `ip link`."
        )
    } else {
        format!(
            "Not watched for a while, since it was down or gone: {names}. What passed meanwhile is missing; look for a \
             loose cable, and in the system's log."
        )
    }
}

fn silent(names: &str, arrived: u64) -> String {
    match arrived {
        0 => {
            format!("Nothing arrives at {names}: check the cable and that the mirror is on.")
        }
        arrived => format!(
            "{} arrived at {names}, none of which can be mail: check what is mirrored to it, and that `--ports` names \
             the ports in use.",
            counted(arrived, "frame")
        ),
    }
}

fn dropped(who: &str, packets: Share, advice: &str) -> String {
    format!(
        "The {who} dropped {}, so sessions may be missing or unknown: {advice}.",
        share(packets, "packet")
    )
}

fn gaps(sessions: Share, cut: bool) -> String {
    let sessions = share(sessions, "session");
    if cut {
        format!(
            "{sessions} lack bytes: packets are cut short (see there), or lost on the way to the sensor."
        )
    } else {
        format!(
            "{sessions} lack bytes, though neither the kernel nor the interface need have dropped them: look whether the \
             switch can mirror as much as it is asked to."
        )
    }
}

fn reached(bounds: &Reached) -> String {
    let each: Vec<_> = bounds
        .iter()
        .map(|(bound, count)| format!("{} {bound}", number(count)))
        .collect();
    format!(
        "There was more than this program holds, and something was given up: {}.",
        each.join(", ")
    )
}

/// `3 packets (1.5 %)`.
fn share(of: Share, what: &str) -> String {
    let share = percent(of.part, of.whole);
    format!("{} ({share})", counted(of.part, what))
}
