//! `tlstally read`: captures in, session records and the report out.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use anyhow::{Context as _, Result, bail};

use super::confine;
use super::gathering::Gathering;
use super::health;
use super::keeping;
use super::progress::Bar;
use super::records::Records;
use super::writer::Destination;
use super::{Ended, complain, tell};
use crate::cli::{FollowArgs, Format, GroupBy, Language, ReadArgs, ReportArgs};
use crate::exchange::Catalog;
use crate::names::HostName;
use crate::output::{self, Style};
use crate::packet::PortSet;
use crate::pipeline::{self, Consumer, Crew, Facts};
use crate::privilege::Role;
use crate::session::Session;
use crate::session::judge::Judge;
use crate::session::networks::Networks;
use crate::source::{FileFacts, Timeline};
use crate::store::Pressure;
use crate::tally::{self, Context, Report};

/// Runs the command.
pub(super) fn run(args: &ReadArgs) -> Result<Ended> {
    let judge = judge(&args.follow)?;
    let mut destination = Destination::of(&args.report)?;
    let records = Records::create(args.report.sessions.as_deref(), &judge.sensor)?;
    let store = keeping::open(&args.store, &judge.sensor)?;
    let threads = confine::reading(args.sandbox, confine::kept(&args.store))?;
    let store = keeping::start(store, Pressure::Wait)?;
    let mut timeline = Timeline::open(&args.paths);
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
        workers: workers(&args.follow),
        begin: &confine::begin(&threads, Role::Files),
    };
    let facts = pipeline::read(&mut timeline, &judge, crew, &mut reading);
    reading.bar.finish();
    if let Some(kept) = reading.gathering.close_store() {
        ended = keeping::tell(&kept).max(ended);
    }
    let facts = facts?;
    let stats = stats(&reading.gathering, &facts);
    let tally = reading.gathering.finish()?;

    let files: Vec<FileFacts> = timeline.files().collect();
    for damage in files.iter().flat_map(|file| &file.damage) {
        complain(&anyhow::anyhow!("{damage}"));
        ended = Ended::InPart;
    }
    if files.is_empty() && ended == Ended::Well {
        bail!("no captures found; name capture files, or folders that hold some");
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
    let report = Report::new(&tally, health::of_files(&facts, &files, &timeline), context);
    if let Some(destination) = &mut destination {
        let text = render(&report, &args.report, destination)?;
        destination.write(&text)?;
    }
    if let Some(stats) = stats {
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
    }

    fn wants_pace(&self) -> bool {
        self.gathering.times().is_some()
    }
}

/// Who judges sessions, by what was typed.
pub(super) fn judge(args: &FollowArgs) -> Result<Judge> {
    let mut ports = PortSet::none();
    args.ports.iter().for_each(|port| ports.insert(port));
    if args.ports.is_any() {
        ports = ports.with_others();
    }
    Ok(Judge {
        sensor: sensor(args),
        networks: Networks::new(args.internal.clone()),
        catalog: Arc::new(catalog(args.endpoints.as_deref())?),
        ports: Arc::new(ports),
    })
}

/// The lists in use: the built-in ones, with those of the same cloud replaced by the file's.
pub(super) fn catalog(file: Option<&Path>) -> Result<Catalog> {
    let Some(file) = file else {
        return Ok(Catalog::built_in());
    };
    let name = file.display().to_string();
    let text = fs::read_to_string(file).with_context(|| format!("`{name}` cannot be read"))?;
    let given = Catalog::from_json(&name, &text)
        .with_context(|| format!("`{name}` is not an endpoint list"))?;
    Ok(Catalog::built_in().replaced_by(given))
}

fn sensor(args: &FollowArgs) -> String {
    let host = || fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let name = args.sensor.clone().or_else(host).unwrap_or_default();
    name.trim().to_owned()
}

/// How many worker threads: all cores but one, if nothing is asked for: reading packets and writing records need time too, and on few cores a worker that reads
/// its packets itself is the fastest.
pub(super) fn workers(args: &FollowArgs) -> usize {
    let spare = || thread::available_parallelism().map_or(1, |cores| (cores.get() - 1).max(1));
    args.workers.map_or_else(spare, usize::from)
}

/// What makes two addresses one host.
pub(super) fn group_by(args: &ReportArgs) -> tally::GroupBy {
    match args.group_by {
        GroupBy::Address => tally::GroupBy::Address,
        GroupBy::Mac => tally::GroupBy::Mac,
        GroupBy::Name => tally::GroupBy::Name,
    }
}

/// The report in the form that was asked for.
pub(super) fn render(
    report: &Report,
    args: &ReportArgs,
    destination: &Destination,
) -> Result<String> {
    Ok(match args.format {
        Format::Table => output::table::render(report, style(destination)),
        Format::Json => output::json::render(report)?,
        Format::Csv => output::csv::render(report),
        Format::Html => output::html::render(report, language(args.lang)),
    })
}

const fn language(lang: Language) -> output::Language {
    match lang {
        Language::En => output::Language::En,
        Language::Ja => output::Language::Ja,
    }
}

fn style(destination: &Destination) -> Style {
    Style {
        colour: destination.wants_colour(),
        width: destination.width(),
    }
}

impl Destination {
    /// Where the report goes; nowhere if the records have standard output and no file is named.
    pub(super) fn of(args: &ReportArgs) -> Result<Option<Self>> {
        let records_take_stdout = args.sessions.as_deref() == Some(Path::new("-"));
        match &args.output {
            Some(path) => Self::file(path).map(Some),
            None if records_take_stdout => Ok(None),
            None => Ok(Some(Self::Stdout)),
        }
    }
}
