//! All that is known while interfaces are watched, for those who show it.

use std::time::{Duration, Instant};

use super::moment;
use crate::cli::WatchArgs;
use crate::commands::gathering::Gathering;
use crate::commands::health;
use crate::commands::records::Records;
use crate::exchange;
use crate::judge::Judge;
use crate::names::HostName;
use crate::pipeline::PipelineCounters;
use crate::session::Session;
use crate::source::live::{InterfaceFacts, Watched};
use crate::store::Kept;
use crate::tally::latency::Latencies;
use crate::tally::live::Moment;
use crate::tally::{CaptureHealth, Context, GroupBy, Report, Tally};

/// All that is known.
pub(super) struct Known {
    gathering: Gathering,
    watched: Watched,
    facts: PipelineCounters,
    sessions: u64,
    latencies: Latencies,
    sensor: String,
    address_lists: Vec<String>,
    group_by: GroupBy,
    workers: usize,
    began: Instant,
    memory: moment::Memory,
}

impl Known {
    pub(super) fn new(
        gathering: Gathering,
        watched: Watched,
        args: &WatchArgs,
        judge: &Judge,
        workers: usize,
        memory: moment::Memory,
    ) -> Self {
        Self {
            gathering,
            watched,
            facts: PipelineCounters::default(),
            sessions: 0,
            latencies: Latencies::default(),
            sensor: judge.sensor.clone(),
            address_lists: exchange::lists_in_use(&judge.catalog),
            group_by: args.report.group_by,
            workers,
            began: Instant::now(),
            memory,
        }
    }

    /// Takes a session in, and gives it back as it was counted.
    pub(super) fn session(&mut self, session: Session) -> Session {
        let session = self.gathering.session(session);
        self.sessions += 1;
        self.latencies.note(&session.latency);
        session
    }

    pub(super) fn host(&mut self, host: &HostName) {
        self.gathering.host(host);
    }

    pub(super) fn tick(&mut self, facts: &PipelineCounters) {
        self.facts.clone_from(facts);
    }

    pub(super) fn records(&mut self) -> &mut Records {
        self.gathering.records()
    }

    /// Writes what is not yet in the store.
    pub(super) fn close_store(&mut self) -> Option<Kept> {
        self.gathering.close_store()
    }

    /// What has become of what was put in the store.
    pub(super) fn kept(&self) -> Kept {
        self.gathering.kept()
    }

    /// Ends the watching.
    pub(super) fn stop(&self) {
        self.watched.stop();
    }

    /// Sessions told so far, to whatever server.
    pub(super) const fn sessions(&self) -> u64 {
        self.sessions
    }

    /// What the pipeline counted, as of a moment ago.
    pub(super) const fn facts(&self) -> &PipelineCounters {
        &self.facts
    }

    /// The interfaces as they stand.
    pub(super) fn interfaces(&self) -> Vec<InterfaceFacts> {
        self.watched.interfaces()
    }

    /// Since the watching began.
    pub(super) fn uptime(&self) -> Duration {
        self.began.elapsed()
    }

    /// What the sessions so far say. Not for every tick: it goes over all hosts.
    pub(super) fn report(&self) -> Report {
        self.report_by(Report::new)
    }

    /// The same in numbers, without the hosts.
    pub(super) fn brief(&self) -> Report {
        self.report_by(Report::brief)
    }

    fn report_by(&self, make: fn(&Tally, CaptureHealth, Context) -> Report) -> Report {
        let interfaces = self.interfaces();
        let context = Context {
            sensor: self.sensor.clone(),
            sources: interfaces.iter().map(|one| one.name.clone()).collect(),
            window: None,
            address_lists: self.address_lists.clone(),
            group_by: self.group_by,
        };
        let health = health::of_interfaces(&self.facts, &self.gathering, &interfaces);
        make(self.gathering.tally(), health, context)
    }

    /// What the capture says.
    pub(super) fn moment(&self) -> Moment {
        let uptime = self.uptime();
        Moment {
            sessions: self.sessions,
            latencies: self.latencies.clone(),
            resident_bytes: self.memory.resident(),
            alive: uptime.saturating_sub(self.facts.silence),
            uptime,
            ..moment::of(&self.facts, &self.interfaces(), self.workers)
        }
    }
}
