//! Every metric once: its name, kind, labels, help, and where its values come from. `docs/metrics.md` is made from it.

use std::fmt::Write;

use super::Facts;
use super::text::{Sample, Value};
use crate::histogram::Times;
use crate::session::words::Word;
use crate::tally::counts::PerWord;
use crate::tally::diagnosis::Doubt;
use crate::tally::live::Interface;
use crate::time::SECOND;

/// Metrics of one name.
pub(super) struct Family {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// Names of its labels.
    pub(super) labels: &'static [&'static str],
    pub(super) help: &'static str,
    pub(super) samples: fn(&Facts<'_>) -> Vec<Sample>,
}

/// How a value behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It only grows.
    Counter,
    /// It goes up and down.
    Gauge,
    /// Counts in buckets, each holding those below it.
    Histogram,
}

const fn family(
    name: &'static str,
    kind: Kind,
    labels: &'static [&'static str],
    help: &'static str,
    samples: fn(&Facts<'_>) -> Vec<Sample>,
) -> Family {
    Family {
        name,
        kind,
        labels,
        help,
        samples,
    }
}

use Kind::{Counter, Gauge, Histogram};

/// All, in the order of a scrape.
#[rustfmt::skip]
pub(super) const ALL: &[Family] = &[
    family("tlstally_build_info", Gauge, &["version"], "Always 1; the version of the program.",
        |_| vec![Sample::labelled("version", env!("CARGO_PKG_VERSION"), 1)]),
    family("tlstally_uptime_seconds", Gauge, &[], "Time since the capture began.",
        |facts| real(facts.moment.uptime.as_secs_f64())),
    family("tlstally_stage_lag_seconds", Gauge, &[], "Time since the slowest stage last showed that it works; /healthz turns to 503 when it is too long.",
        |facts| real(facts.moment.uptime.saturating_sub(facts.moment.alive).as_secs_f64())),

    family("tlstally_legacy_hosts", Gauge, &[], "Internal hosts seen with TLS 1.1 or older, or offering nothing better, always or sometimes.",
        |facts| whole(facts.report.legacy_hosts())),
    family("tlstally_hosts", Gauge, &["verdict"], "Internal hosts by verdict.",
        |facts| words("verdict", &facts.report.totals.host_verdicts)),

    family("tlstally_sessions_total", Counter, &[], "SMTP sessions told, to whatever server.",
        |facts| whole(facts.report.capture.sessions)),
    family("tlstally_session_versions_total", Counter, &["version"], "Sessions that count in the report, by the version they negotiated; none is a session without a ServerHello.",
        |facts| facts.report.totals.versions.iter().map(|(version, count)| Sample::labelled("version", version, count)).collect()),
    family("tlstally_session_outcomes_total", Counter, &["outcome"], "Sessions that count in the report, by what became of their TLS.",
        |facts| words("outcome", &facts.report.totals.outcomes)),
    family("tlstally_session_verdicts_total", Counter, &["verdict"], "Sessions that count in the report, by verdict.",
        |facts| words("verdict", &facts.report.totals.verdicts)),
    family("tlstally_session_directions_total", Counter, &["seen"], "SMTP sessions by the directions that the capture holds of them: both, or one end's only.",
        |facts| words("seen", &facts.report.capture.seen)),
    family("tlstally_sessions_left_out_total", Counter, &["reason"], "SMTP sessions that do not count in the report: to other servers, or without an internal host.",
        |facts| vec![
            Sample::labelled("reason", "other_server", facts.report.capture.other_servers),
            Sample::labelled("reason", "external", facts.report.capture.external),
        ]),
    family("tlstally_handshake_seconds", Histogram, &["step"], "Handshake times of the monitored sessions: connect is SYN to SYN-ACK, starttls the command to its 220, hello ClientHello to ServerHello.",
        |facts| facts.moment.latencies.named().iter().flat_map(|(step, times)| histogram(step, times)).collect()),

    family("tlstally_interface_up", Gauge, &["interface"], "1 while the interface is there, up, and captured from.",
        |facts| interfaces(facts, |interface| Some(u64::from(interface.up)))),
    family("tlstally_packets_total", Counter, &["interface"], "Packets taken.",
        |facts| interfaces(facts, |interface| Some(interface.packets))),
    family("tlstally_bytes_total", Counter, &["interface"], "Bytes on the wire of the packets taken.",
        |facts| interfaces(facts, |interface| Some(interface.bytes))),
    family("tlstally_dropped_packets_total", Counter, &["interface", "place"], "Packets lost before they were looked at: kernel is the ring that was not emptied in time, interface the card or its driver. Absent where that is not told.",
        dropped),
    family("tlstally_ring_bytes", Gauge, &["interface"], "Size of the kernel's ring.",
        |facts| interfaces(facts, |interface| Some(interface.ring_bytes))),
    family("tlstally_ring_used_bytes", Gauge, &["interface"], "The most of the ring that was in use in the last ten to twenty seconds, about. Absent where packets are stamped by another clock.",
        |facts| interfaces(facts, |interface| interface.ring_used)),

    family("tlstally_queue_batches", Gauge, &[], "Batches waiting between the reader and the workers.",
        |facts| whole(facts.moment.queue.now)),
    family("tlstally_queue_batches_limit", Gauge, &[], "How many may wait.",
        |facts| whole(facts.moment.queue.bound)),
    family("tlstally_flows", Gauge, &[], "Connections held.",
        |facts| whole(facts.moment.flows.now)),
    family("tlstally_flows_limit", Gauge, &[], "How many connections may be held.",
        |facts| whole(facts.moment.flows.bound)),
    family("tlstally_held_bytes", Gauge, &[], "Bytes held for segments that are missing, and of handshake messages that are not whole yet.",
        |facts| whole(facts.moment.held_bytes.now)),
    family("tlstally_held_bytes_limit", Gauge, &[], "How many bytes may be held.",
        |facts| whole(facts.moment.held_bytes.bound)),
    family("tlstally_resident_memory_bytes", Gauge, &[], "Memory of the program that is in RAM. Absent where the system does not tell.",
        |facts| facts.moment.resident_bytes.map(whole).unwrap_or_default()),

    family("tlstally_truncated_packets_total", Counter, &[], "Packets that the capture holds only in part.",
        |facts| facts.report.capture.truncated.map(whole).unwrap_or_default()),
    family("tlstally_duplicate_packets_total", Counter, &[], "Packets that brought nothing new, as two mirror ports give them; those behind the handshake are not looked at.",
        |facts| facts.report.capture.duplicates.map(whole).unwrap_or_default()),
    family("tlstally_malformed_total", Counter, &["reason"], "What could not be read, by reason, from the first on.",
        |facts| reasons("reason", facts.report.capture.malformed.iter())),
    family("tlstally_not_followed_total", Counter, &["reason"], "What was whole and yet not followed, by reason, from the first on.",
        |facts| reasons("reason", facts.report.capture.not_followed.iter())),
    family("tlstally_bounds_reached_total", Counter, &["bound"], "What was given up at a bound of this program, by bound, from the first on.",
        |facts| reasons("bound", facts.report.capture.bounds.iter().map(|(bound, count)| (bound.name(), count)))),
    family("tlstally_warning", Gauge, &["code"], "1 while the report has a warning of this kind; the codes are those of its JSON form.",
        |facts| Doubt::ALL.iter().map(|code| Sample::labelled("code", code.name(), u64::from(warns(facts, *code)))).collect()),
];

fn warns(facts: &Facts<'_>, code: Doubt) -> bool {
    let warnings = &facts.report.capture.warnings;
    warnings.iter().any(|warning| warning.code() == code)
}

/// Upper ends of the buckets, in nanoseconds.
const BUCKETS: [u64; 14] = {
    const MILLISECOND: u64 = SECOND / 1000;
    [
        MILLISECOND,
        5 * MILLISECOND / 2,
        5 * MILLISECOND,
        10 * MILLISECOND,
        25 * MILLISECOND,
        50 * MILLISECOND,
        100 * MILLISECOND,
        250 * MILLISECOND,
        500 * MILLISECOND,
        SECOND,
        5 * SECOND / 2,
        5 * SECOND,
        10 * SECOND,
        30 * SECOND,
    ]
};

fn histogram(step: &'static str, times: &Times) -> Vec<Sample> {
    let of = |suffix, end: Option<String>, value| {
        let step = ("step", step.to_owned());
        Sample {
            suffix,
            labels: [Some(step), end.map(|end| ("le", end))]
                .into_iter()
                .flatten()
                .collect(),
            value,
        }
    };
    let bucket = |end: &u64| {
        let seconds = *end as f64 / SECOND as f64;
        let count = Value::Whole(times.at_most(*end));
        of("_bucket", Some(seconds.to_string()), count)
    };
    let mut samples: Vec<Sample> = BUCKETS.iter().map(bucket).collect();
    let count = Value::Whole(times.count());
    let sum = Value::Real(times.sum() as f64 / SECOND as f64);
    samples.push(of("_bucket", Some("+Inf".into()), count));
    samples.push(of("_sum", None, sum));
    samples.push(of("_count", None, count));
    samples
}

fn whole(value: u64) -> Vec<Sample> {
    vec![Sample::plain(Value::Whole(value))]
}

fn real(value: f64) -> Vec<Sample> {
    vec![Sample::plain(Value::Real(value))]
}

fn words<W: Word>(label: &'static str, counts: &PerWord<W>) -> Vec<Sample> {
    let each = counts.iter();
    each.map(|(word, count)| Sample::labelled(label, word.word(), count))
        .collect()
}

fn reasons<'a>(label: &'static str, counts: impl Iterator<Item = (&'a str, u64)>) -> Vec<Sample> {
    counts
        .map(|(reason, count)| Sample::labelled(label, reason, count))
        .collect()
}

fn interfaces(facts: &Facts<'_>, value: impl Fn(&Interface) -> Option<u64>) -> Vec<Sample> {
    let each = facts.moment.interfaces.iter();
    each.filter_map(|interface| {
        let value = value(interface)?;
        Some(Sample::labelled("interface", &*interface.name, value))
    })
    .collect()
}

fn dropped(facts: &Facts<'_>) -> Vec<Sample> {
    type Count = fn(&Interface) -> Option<u64>;
    let places: [(&str, Count); 2] = [
        ("kernel", |interface| interface.dropped_kernel),
        ("interface", |interface| interface.dropped_interface),
    ];
    let at = |(place, count): (&str, Count)| {
        let mut samples = interfaces(facts, count);
        for sample in &mut samples {
            sample.labels.push(("place", place.to_owned()));
        }
        samples
    };
    places.into_iter().flat_map(at).collect()
}

/// The metrics as a Markdown table, for the reference page.
pub fn reference() -> String {
    let mut table = String::from("| metric | kind | labels | what it says |\n|---|---|---|---|\n");
    for family in ALL {
        let labels: Vec<String> = family
            .labels
            .iter()
            .map(|label| format!("`{label}`"))
            .collect();
        let kind = format!("{:?}", family.kind).to_lowercase();
        let _ = writeln!(
            table,
            "| `{}` | {kind} | {} | {} |",
            family.name,
            labels.join(" "),
            family.help
        );
    }
    table
}
