//! `tlstally read`: captures in, session records and the report out.

use anyhow::{Context as _, Result, bail};

use super::confine;
use super::following::{judge, workers};
use super::gathering::Gathering;
use super::health;
use super::keeping;
use super::outputs;
use super::progress::Bar;
use super::records::Records;
use super::reporting::render;
use super::signals;
use super::writer::Destination;
use super::{Ended, complain, tell};
use crate::cli::ReadArgs;
use crate::exchange;
use crate::names::HostName;
use crate::output;
use crate::pipeline::{self, Consumer, Crew, PipelineCounters, Task};
use crate::privilege::Role;
use crate::session::Session;
use crate::source::{FileFacts, Interrupt, Timeline};
use crate::store::Pressure;
use crate::tally::{Context, Report};

/// Runs the command.
pub(super) fn run(args: &ReadArgs) -> Result<Ended> {
    read(args, |_| {})
}

/// Reads with threads that do this, too, before they see a packet.
fn read(args: &ReadArgs, first: impl Fn(Task) + Sync) -> Result<Ended> {
    outputs::check(&args.report, &args.paths)?;
    let interrupt = Interrupt::when(signals::end().context("signals cannot be caught")?);
    let judge = judge(&args.follow)?;
    let mut destination = Destination::of(&args.report)?;
    let records = Records::create(args.report.sessions.as_deref(), &judge.sensor)?;
    let store = keeping::open(&args.store, &judge.sensor)?;
    let threads = confine::reading(args.sandbox, confine::kept(&args.store))?;
    let store = keeping::start(store, Pressure::Wait)?;
    let workers = workers(&args.follow);
    let timeline = Timeline::open_until(&args.paths, interrupt.clone());
    let mut timeline = timeline.reading_ahead(workers > 1);
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
    let confine = confine::begin(&threads, Role::Files);
    let begin = |task| {
        confine(task);
        first(task);
    };
    let crew = Crew {
        workers,
        begin: &begin,
    };
    let read = pipeline::read(&mut timeline, &judge, crew, &mut reading);
    reading.bar.finish();
    // All that was found is reported.
    let facts = read.unwrap_or_else(|defect| {
        complain(&defect.clone().into());
        ended = Ended::InPart;
        *defect.facts
    });
    let mut gathering = reading.gathering;
    if let Some(kept) = gathering.close_store() {
        ended = keeping::tell(&kept).max(ended);
    }
    if let Err(error) = gathering.records().finish() {
        complain(&error);
        ended = Ended::InPart;
    }

    let files: Vec<FileFacts> = timeline.files().collect();
    for damage in files.iter().flat_map(|file| &file.damage) {
        complain(&anyhow::anyhow!("{damage}"));
        ended = Ended::InPart;
    }
    if interrupt.has_cut() {
        complain(&anyhow::anyhow!(
            "interrupted: what was read until then is reported"
        ));
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
        address_lists: exchange::lists_in_use(&judge.catalog),
        group_by: args.report.group_by,
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
fn stats(gathering: &Gathering, facts: &PipelineCounters) -> Option<String> {
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

    fn tick(&mut self, _facts: &PipelineCounters) {
        self.bar.tick();
        // What still cannot be written at the end is told then.
        let _ = self.gathering.records().flush();
    }

    fn wants_pace(&self) -> bool {
        self.gathering.times().is_some()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use clap::Parser as _;

    use super::*;
    use crate::cli::{Cli, Command};

    /// Two of three workers panic: what the third found is in the records, the store and the report.
    #[test]
    fn what_was_found_before_a_panic_is_reported() {
        let folder = std::env::temp_dir().join(format!("tlstally-panic-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
        let [sessions, report, store] = ["sessions.jsonl", "report.json", "store"].map(path);
        let capture = Path::new(env!("CARGO_MANIFEST_DIR")).join("pcaps/office-morning-1.pcap");
        let typed = [
            "tlstally",
            "read",
            "--sandbox",
            "off",
            "--workers",
            "3",
            "--to",
            "any",
            "--sessions",
            &sessions,
            "--format",
            "json",
            "-o",
            &report,
            "--store",
            &store,
            capture.to_str().unwrap(),
        ];
        let Command::Read(args) = Cli::try_parse_from(typed).unwrap().command else {
            panic!()
        };
        let panics = |task| assert_ne!(task, Task::Work, "as this test wants it");
        assert_eq!(read(&args, panics).unwrap(), Ended::InPart);
        let records = fs::read_to_string(sessions).unwrap().lines().count() as u64;
        let report: serde_json::Value = serde_json::from_slice(&fs::read(report).unwrap()).unwrap();
        assert!(records > 0);
        assert_eq!(report["capture"]["sessions"], records);
        let [kept, rest] = ["kept.jsonl", "kept.txt"].map(path);
        let typed = [
            "tlstally",
            "report",
            "--sessions",
            &kept,
            "-o",
            &rest,
            &store,
        ];
        let Command::Report(args) = Cli::try_parse_from(typed).unwrap().command else {
            panic!()
        };
        assert_eq!(super::super::report::run(&args).unwrap(), Ended::Well);
        assert_eq!(
            fs::read_to_string(kept).unwrap().lines().count() as u64,
            records
        );
        fs::remove_dir_all(folder).unwrap();
    }
}
