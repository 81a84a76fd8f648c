//! `tlstally read`: captures in, session records and the report out.

use anyhow::{Result, bail};

use super::confine;
use super::following::{judge, workers};
use super::gathering::Gathering;
use super::health;
use super::keeping;
use super::outputs;
use super::progress::Bar;
use super::records::Records;
use super::reporting::{group_by, render};
use super::writer::Destination;
use super::{Ended, complain, tell};
use crate::cli::ReadArgs;
use crate::names::HostName;
use crate::output;
use crate::pipeline::{self, Consumer, Crew, Facts};
use crate::privilege::Role;
use crate::session::Session;
use crate::source::{FileFacts, Timeline};
use crate::store::Pressure;
use crate::tally::{Context, Report};

/// Runs the command.
pub(super) fn run(args: &ReadArgs) -> Result<Ended> {
    outputs::check(&args.report, &args.paths)?;
    let judge = judge(&args.follow)?;
    let mut destination = Destination::of(&args.report)?;
    let records = Records::create(args.report.sessions.as_deref(), &judge.sensor)?;
    let store = keeping::open(&args.store, &judge.sensor)?;
    let threads = confine::reading(args.sandbox, confine::kept(&args.store))?;
    let store = keeping::start(store, Pressure::Wait)?;
    let workers = workers(&args.follow);
    let mut timeline = Timeline::open(&args.paths).reading_ahead(workers > 1);
    let mut ended = Ended::Well;
    for error in timeline.errors() {
        complain(&anyhow::anyhow!("{error}"));
        ended = Ended::InPart;
    }

    let mut gathering = Gathering::new(args.report.to, records);
    gathering.keep_in(store);
    if args.stats {
        gathering.keep_times();
    }
    let mut reading = Reading {
        gathering,
        bar: Bar::over(&timeline.progress()),
    };
    let crew = Crew {
        workers,
        begin: &confine::begin(&threads, Role::Files),
    };
    let facts = pipeline::read(&mut timeline, &judge, crew, &mut reading);
    reading.bar.finish();
    if let Some(kept) = reading.gathering.close_store() {
        ended = keeping::tell(&kept).max(ended);
    }
    let facts = facts?;
    let mut gathering = reading.gathering;
    if let Err(error) = gathering.records().finish() {
        complain(&error);
        ended = Ended::InPart;
    }

    let files: Vec<FileFacts> = timeline.files().collect();
    for damage in files.iter().flat_map(|file| &file.damage) {
        complain(&anyhow::anyhow!("{damage}"));
        ended = Ended::InPart;
    }
    if files.is_empty() && ended == Ended::Well {
        bail!("no captures found; name capture files, or folders that hold some");
    }
    for folder in timeline.without_captures() {
        complain(&anyhow::anyhow!("no captures in `{}`", folder.display()));
    }
    let context = Context {
        sensor: judge.sensor.clone(),
        sources: files
            .iter()
            .map(|file| file.path.to_string_lossy().into_owned())
            .collect(),
        window: None,
        group_by: group_by(&args.report),
    };
    let mut health = health::of_files(&facts, &files, &timeline);
    health.bounds.add("records", gathering.lost());
    let report = Report::new(gathering.tally(), health, context);
    if let Some(destination) = &mut destination {
        let text = render(&report, &args.report, destination)?;
        destination.write(&text)?;
    }
    if let Some(stats) = stats(&gathering, &facts) {
        tell(&stats);
    }
    if args.report.fail_on_legacy && report.legacy_hosts() > 0 {
        return Ok(Ended::LegacyFound);
    }
    Ok(ended)
}

/// Handshake times and the pipeline's pace as text, where they were asked for.
fn stats(gathering: &Gathering, facts: &Facts) -> Option<String> {
    let pace = facts.pace.clone().unwrap_or_default();
    gathering
        .times()
        .map(|times| output::stats::render(times, &pace))
}

/// Gathers, and shows how far reading has come.
struct Reading {
    gathering: Gathering,
    bar: Bar,
}

impl Consumer for Reading {
    fn session(&mut self, session: Session) {
        self.gathering.session(session);
    }

    fn host(&mut self, host: HostName) {
        self.gathering.host(&host);
    }

    fn tick(&mut self, _facts: &Facts) {
        self.bar.tick();
        // What still cannot be written at the end is told then.
        let _ = self.gathering.records().flush();
    }

    fn wants_pace(&self) -> bool {
        self.gathering.times().is_some()
    }
}
