//! What the capture itself held and lost, for the report: from the pipeline, the files, the interfaces.

use super::gathering::Gathering;
use crate::pipeline::PipelineCounters;
use crate::source::live::InterfaceFacts;
use crate::source::{FileFacts, Timeline};
use crate::tally::CaptureHealth;
use crate::tally::bound::{Bound, Reached};
use crate::tally::diagnosis::FRAGMENTS_INCOMPLETE;
use crate::tally::health::WatchedInterface;

/// What was counted in the pipeline and behind it.
fn of(facts: &PipelineCounters, gathering: &Gathering) -> CaptureHealth {
    let reader = &facts.reader;
    let workers = &facts.workers;
    let mut health = CaptureHealth {
        packets: reader.packets,
        bytes: reader.bytes,
        truncated: reader.cut,
        duplicates: workers.duplicates,
        open: workers.flows,
        to_servers: reader.to_servers,
        from_servers: reader.from_servers,
        bounds: given_up(facts, gathering),
        ..CaptureHealth::default()
    };
    if let (Some(first), Some(last)) = (reader.first, reader.last) {
        health.span.widen(first, last);
    }
    for (reason, count) in reader.reasons.malformed() {
        health.malformed.add(reason.name(), count);
    }
    health.malformed.add("tcp_checksum", workers.corrupt);
    for (reason, count) in reader.reasons.not_followed() {
        health.not_followed.add(reason.name(), count);
    }
    health
        .not_followed
        .add("port_not_watched", reader.glanced_over);
    health
        .not_followed
        .add("connections_without_smtp_or_tls", workers.no_sessions);
    health
        .not_followed
        .add("connections_of_other_protocols", workers.foreign);
    health
        .not_followed
        .add(FRAGMENTS_INCOMPLETE, reader.fragments.alone);
    let names = &reader.names;
    health.malformed.add("name_message", names.malformed);
    health.not_followed.add("dns_truncated", names.truncated);
    health.not_followed.add("dns_split", names.split);
    health.not_followed.add("dns_unasked", names.unasked);
    health
}

/// What was given up before the tally.
fn given_up(facts: &PipelineCounters, gathering: &Gathering) -> Reached {
    let (reader, workers) = (&facts.reader, &facts.workers);
    Reached::of_each(|bound| match bound {
        Bound::DhcpRequests => reader.names.requests_given_up,
        Bound::DnsAnswers => reader.names.given_up,
        Bound::DnsMessages => reader.names.begun_given_up,
        Bound::Evidence => workers.unkept,
        Bound::Flows => workers.given_up.flows,
        Bound::Fragments => reader.fragments.evicted,
        Bound::HeldBytes => workers.given_up.held,
        Bound::Records => gathering.lost(),
        Bound::TlsFailures => gathering.forgotten(),
        // The tally's own: the report has them from there.
        Bound::CalledHosts
        | Bound::HostCalled
        | Bound::HostClients
        | Bound::HostIssuers
        | Bound::HostMacs
        | Bound::HostNames
        | Bound::HostServers
        | Bound::Hosts
        | Bound::HostsLeftOut
        | Bound::LegacyHostsLeftOut
        | Bound::Relays
        | Bound::Routers => 0,
    })
}

/// The same, with what the files told.
pub(super) fn of_files(
    facts: &PipelineCounters,
    gathering: &Gathering,
    files: &[FileFacts],
    timeline: &Timeline,
) -> CaptureHealth {
    let mut health = of(facts, gathering);
    health.files_read = files.len() as u64;
    for file in files {
        add_drops(&mut health, file);
        health
            .files_damaged
            .extend(file.damage.iter().map(ToString::to_string));
    }
    health
        .files_damaged
        .extend(timeline.errors().iter().map(ToString::to_string));
    let named = timeline.skipped_captures().iter();
    health
        .files_skipped
        .extend(named.map(|(path, looks)| format!("`{}`: {looks}", path.display())));
    let skipped = timeline.skipped();
    let passed = [
        (skipped.not_captures, "no captures, nor called so"),
        (skipped.empty, "empty"),
        (skipped.special, "pipes, sockets or devices"),
    ];
    health.files_skipped.extend(
        passed
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} in folders: {what}")),
    );
    health
}

/// The same, with what is known of the interfaces.
pub(super) fn of_interfaces(
    facts: &PipelineCounters,
    gathering: &Gathering,
    interfaces: &[InterfaceFacts],
) -> CaptureHealth {
    let mut health = of(facts, gathering);
    health.interfaces = interfaces.iter().map(watched).collect();
    health.dropped_kernel = Some(interfaces.iter().map(|one| one.dropped_kernel).sum());
    health.dropped_interface = interfaces.iter().map(|one| one.dropped_interface).sum();
    health
}

fn watched(facts: &InterfaceFacts) -> WatchedInterface {
    WatchedInterface {
        name: facts.name.clone(),
        up: facts.up,
        losses: facts.losses,
        received: facts.received,
        packets: facts.packets,
        dropped_kernel: facts.dropped_kernel,
        dropped_interface: facts.dropped_interface,
        ring_bytes: facts.ring_bytes,
        ring_most: facts.ring_most,
    }
}

fn add_drops(health: &mut CaptureHealth, file: &FileFacts) {
    let add = |sum: &mut Option<u64>, drops: u64| {
        if drops > 0 {
            *sum = Some(sum.unwrap_or(0) + drops);
        }
    };
    add(
        &mut health.dropped_kernel,
        file.drops.system.max(file.drops.told_by_packets),
    );
    add(&mut health.dropped_interface, file.drops.interface);
}
