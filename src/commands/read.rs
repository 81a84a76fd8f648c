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
use super::reporting::write;
use super::signals;
use super::writer::Destination;
use super::{Ended, complain, tell};
use crate::cli::ReadArgs;
use crate::exchange;
use crate::judge::Judge;
use crate::names::HostName;
use crate::output;
use crate::pipeline::{self, Consumer, Crew, PipelineCounters, Task};
use crate::privilege::{Role, Threads};
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
    let prepared = prepare(args)?;
    let gathered = gather(prepared, first);
    report(args, gathered)
}

/// All that is there before the first packet is read.
struct Prepared {
    judge: Judge,
    destination: Option<Destination>,
    gathering: Gathering,
    threads: Threads,
    workers: usize,
    timeline: Timeline,
    interrupt: Interrupt,
    ended: Ended,
}

/// Opens all that is named, and gives away the rights that reading it does not need.
fn prepare(args: &ReadArgs) -> Result<Prepared> {
    outputs::check(&args.report, &args.paths)?;
    let interrupt = Interrupt::when(signals::end().context("signals cannot be caught")?);
    let judge = judge(&args.follow)?;
    let destination = Destination::of(&args.report)?;
    let records = Records::create(args.report.sessions.as_deref(), &judge.sensor)?;
    let store = keeping::open(&args.store, &judge.sensor)?;
    let threads = confine::reading(args.sandbox, confine::kept(&args.store))?;
    let store = keeping::start(store, Pressure::Wait)?;
    let workers = workers(&args.follow);
    let timeline = Timeline::open_until(&args.paths, interrupt.clone());
    let timeline = timeline.reading_ahead(workers > 1);
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
    Ok(Prepared {
        judge,
        destination,
        gathering,
        threads,
        workers,
        timeline,
        interrupt,
        ended,
    })
}

/// What is there once the last packet was read: all that was found, also where something failed.
struct Gathered {
    judge: Judge,
    destination: Option<Destination>,
    gathering: Gathering,
    timeline: Timeline,
    facts: PipelineCounters,
    ended: Ended,
}

/// Reads all packets, and sees to it that records and store are whole.
fn gather(prepared: Prepared, first: impl Fn(Task) + Sync) -> Gathered {
    let Prepared {
        judge,
        destination,
        gathering,
        threads,
        workers,
        mut timeline,
        interrupt,
        mut ended,
    } = prepared;
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
    for damage in timeline.files().flat_map(|file| file.damage) {
        complain(&anyhow::anyhow!("{damage}"));
        ended = Ended::InPart;
    }
    if interrupt.has_cut() {
        complain(&anyhow::anyhow!(
            "interrupted: what was read until then is reported"
        ));
        ended = Ended::InPart;
    }
    Gathered {
        judge,
        destination,
        gathering,
        timeline,
        facts,
        ended,
    }
}

/// Writes the report of all that was found.
fn report(args: &ReadArgs, gathered: Gathered) -> Result<Ended> {
    let files: Vec<FileFacts> = gathered.timeline.files().collect();
    if files.is_empty() && gathered.ended == Ended::Well {
        bail!("no captures found; name capture files, or folders that hold some");
    }
    for folder in gathered.timeline.without_captures() {
        complain(&anyhow::anyhow!("no captures in `{}`", folder.display()));
    }
    let context = Context {
        sensor: gathered.judge.sensor.clone(),
        sources: files
            .iter()
            .map(|file| file.path.to_string_lossy().into_owned())
            .collect(),
        window: None,
        address_lists: exchange::lists_in_use(&gathered.judge.catalog),
        group_by: args.report.group_by,
    };
    let gathering = gathered.gathering;
    let health = health::of_files(&gathered.facts, &gathering, &files, &gathered.timeline);
    let report = Report::new(gathering.tally(), health, context);
    let mut ended = gathered.ended;
    if let Some(mut destination) = gathered.destination
        && let Err(error) = write(&report, &args.report, &mut destination)
    {
        complain(&error);
        ended = Ended::InPart;
    }
    if let Some(stats) = stats(&gathering, &gathered.facts) {
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
