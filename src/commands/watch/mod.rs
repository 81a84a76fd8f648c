//! `tlstally watch`: interfaces in, session records and reports out, for as long as wanted.
//!
//! ```text
//! capture threads ─▶ reader ─▶ workers ─▶ this thread:  session ─▶ Known (tally, records) ─▶ View
//!                                                       tick    ─▶ signals, files, service, doubts ─▶ View
//! ```
//!
//! All that is decided meanwhile is decided on one thread, ten times a second ([`Watching::tick`]). What is shown is a
//! [`View`]: plain lines ([`view::Plain`]), or what [`show`] posts for the console and the metrics server. A view gets
//! every session, is asked ten times a second with all that is [`Known`], and may wish to end; it makes no decision
//! about packets, files or signals. While a view owns the terminal, `log::start` must be given a place that is not the
//! terminal.
//!
//! What needs rights comes first and in one place ([`run`]): interfaces; then the user changes and files are opened;
//! then nothing more can be. Threads start after that ([`crate::privilege`]).

mod board;
mod console;
mod defect;
mod doubts;
mod evidence;
mod known;
mod log;
mod metrics;
mod moment;
mod service;
mod show;
mod trouble;
mod view;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use tracing::{info, warn};

use super::confine;
use super::following::{judge, workers};
use super::gathering::Gathering;
use super::keeping;
use super::log_file::Rotation;
use super::outputs::{self, is_stdout};
use super::records::Records;
use super::reporting::write;
use super::writer::Destination;
use super::{Ended, WrongArguments, complain};
use crate::cli::{CaptureArgs, RotationArgs, WatchArgs};
use crate::commands::signals::Signals;
use crate::names::{self, HostName};
use crate::packet::PortSet;
use crate::pipeline::{self, Consumer, Crew, Defect, Evidence, PipelineCounters};
use crate::privilege::{Change, Mode, Role, Sandbox};
use crate::session::Session;
use crate::source::live::{self, Filter, OpenError, Opened, Options};
use crate::store::Pressure;
use crate::tally::figures::counted;
use doubts::Doubts;
use evidence::EvidenceFile;
use known::Known;
use service::Service;
use trouble::Trouble;
use view::{View, Wish};

/// Runs the command.
pub(super) fn run(args: &WatchArgs) -> Result<Ended> {
    outputs::check::<&Path>(&args.report, &[])?;
    named_once(&args.capture.interfaces)?;
    log::start(args.running.verbose);
    defect::notice();
    let signals = Signals::catch().context("signals cannot be caught")?;
    let judge = judge(&args.follow)?;
    let listener = args.running.metrics.map(metrics::listen).transpose()?;
    let opened = live::open(
        &args.capture.interfaces,
        &options(&args.capture, &judge.ports),
    );
    let opened = opened.map_err(|error| match error {
        OpenError::Filter { .. } => WrongArguments(error.to_string()).into(),
        other => anyhow::Error::from(other),
    })?;
    let mut sandbox = Sandbox::new(args.safety.sandbox);
    no_waiting_without_rights(&opened, args)?;
    let writing = confine::writing(&args.report, args.capture.write.as_deref());
    let owned = [writing.clone(), confine::owned(&args.store)].concat();
    sandbox.step_down(&Change::wanted(args.safety.user.as_deref(), &owned)?)?;
    let destination = Destination::of(&args.report)?;
    let path = args.report.sessions.as_deref();
    let records = Records::append(path, &judge.sensor, rotation(&args.rotation))?;
    let store = keeping::open(&args.store, &judge.sensor)?;
    let evidence = evidence_file(&args.capture)?;
    let memory = moment::Memory::open();
    let mut writing = [writing, confine::kept(&args.store)].concat();
    let wants_console = wants_console(args);
    let exports = &args.running.export_dir;
    // The user that this has become may have no way into it; an export then says so.
    if wants_console && exports.is_dir() {
        writing.push(exports.clone());
    }
    let threads = confine::watching(&mut sandbox, writing)?;
    let store = keeping::start(store, Pressure::Lose)?;
    let view = show::view(&args.running, wants_console, listener.as_ref(), &threads)?;
    let capturing = threads.clone();
    let mut source = opened
        .start(move || confine::enter(&capturing, Role::Capture))
        .context("the threads that capture cannot be started")?;
    let mut gathering = Gathering::new(args.report.to, records);
    gathering.keep_in(store);
    let workers = workers(&args.follow);
    let mut watching = Watching {
        known: Known::new(gathering, source.watched(), args, &judge, workers, memory),
        view,
        signals,
        destination,
        evidence,
        service: Service::ready(),
        doubts: Doubts::default(),
        end: args.running.duration.map(|whole| Instant::now() + whole),
        stop_after: args.running.stop_after,
        args,
        trouble: Trouble::default(),
        notices: keeping::StoreNotices::default(),
    };
    info!("watching {}", args.capture.interfaces.join(", "));
    let crew = Crew {
        workers,
        begin: &confine::begin(&threads, Role::Worker),
    };
    let read = pipeline::read(&mut source, &judge, crew, &mut watching);
    drop(source);
    Ok(watching.finish(read))
}

/// Each packet of an interface that is watched twice would come twice.
fn named_once(interfaces: &[String]) -> Result<()> {
    let mut sorted: Vec<_> = interfaces.iter().collect();
    sorted.sort_unstable();
    match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(WrongArguments(format!("{} is named twice", pair[0])).into()),
        None => Ok(()),
    }
}

/// A console needs a terminal that nothing else writes on.
fn wants_console(args: &WatchArgs) -> bool {
    let records_take_it = args.report.sessions.as_deref().is_some_and(is_stdout);
    !args.running.plain && !records_take_it && console::is_possible()
}

/// An interface that is down would have to be opened later, with rights that are gone by then.
fn no_waiting_without_rights(opened: &Opened, args: &WatchArgs) -> Result<()> {
    match opened.down().next() {
        Some(name) if args.safety.sandbox != Mode::Off => bail!(
            "{name} is down, and could not be opened any more once rights are given away: `ip link set {name} up`, or --sandbox off"
        ),
        _ => Ok(()),
    }
}

fn options(args: &CaptureArgs, ports: &PortSet) -> Options {
    Options {
        ring_bytes: args.ring << 20,
        snaplen: args.snaplen,
        promiscuous: !args.no_promiscuous,
        immediate: args.immediate,
        stamps: args.time_stamps,
        filter: match &args.filter {
            Some(expression) => Filter::Expression(expression.clone()),
            None if args.no_filter => Filter::None,
            None => Filter::Of(Box::new(names::interest(ports))),
        },
    }
}

fn evidence_file(args: &CaptureArgs) -> Result<Option<EvidenceFile>> {
    let rotation = Rotation {
        size: Some(args.write_size),
        age: None,
        keep: Some(args.write_keep),
    };
    let open = |path: &PathBuf| EvidenceFile::open(path, rotation, &args.interfaces);
    args.write.as_ref().map(open).transpose()
}

fn rotation(args: &RotationArgs) -> Rotation {
    Rotation {
        size: args.rotate_size,
        age: args.rotate_every,
        keep: args.rotate_keep,
    }
}

/// Everything that goes on while interfaces are watched.
struct Watching<'a> {
    args: &'a WatchArgs,
    known: Known,
    view: Box<dyn View>,
    signals: Signals,
    /// Where reports go, if anywhere.
    destination: Option<Destination>,
    /// Where packets of legacy sessions go, if anywhere.
    evidence: Option<EvidenceFile>,
    service: Service,
    doubts: Doubts,
    end: Option<Instant>,
    stop_after: Option<u64>,
    /// What cannot be written.
    trouble: Trouble,
    /// What was told of the store.
    notices: keeping::StoreNotices,
}

impl Consumer for Watching<'_> {
    fn session(&mut self, session: Session) {
        let session = self.known.session(session);
        self.view.session(&session);
    }

    fn host(&mut self, host: HostName) {
        self.known.host(&host);
    }

    fn evidence(&mut self, evidence: Evidence) {
        let file = self.evidence.as_mut();
        let written = file.map_or(Ok(()), |file| file.write(&evidence));
        self.trouble.evidence(written);
    }

    fn wants_evidence(&self) -> bool {
        self.evidence.is_some()
    }

    fn tick(&mut self, facts: &PipelineCounters) {
        let now = Instant::now();
        self.known.tick(facts);
        if self.signals.reopen() {
            info!("opening the files of session records and packets anew");
            // Whoever asks for it hears of all that fails.
            self.trouble = Trouble::default();
            let evidence = self.evidence.as_mut().map_or(Ok(()), EvidenceFile::reopen);
            self.trouble.evidence(evidence);
            let records = self.known.records().reopen();
            self.trouble.records(records);
        }
        if self.signals.report()
            && let Err(error) = self.report()
        {
            warn!("{error:#}");
        }
        self.write_records();
        self.notices.tell(&self.known.kept());
        if !self.view.has_terminal() {
            self.doubts.look(&self.known, now); // a console has them in its head
        }
        self.service.beat(&self.known);
        let wish = self.view.tick(&self.known);
        if wish == Wish::End || self.is_over(now) {
            self.service.stopping();
            self.view.leave();
            self.known.stop();
        }
    }
}

impl Watching<'_> {
    fn is_over(&mut self, now: Instant) -> bool {
        let enough = self
            .stop_after
            .is_some_and(|most| self.known.sessions() >= most);
        self.signals.end()
            || enough
            || self.end.is_some_and(|end| now >= end)
            || defect::seen()
            || self.nobody_listens()
    }

    /// Records were all that was wanted, and whoever read them has gone, as `head` does.
    fn nobody_listens(&mut self) -> bool {
        let args = self.args;
        let to_stdout = args.report.sessions.as_deref().is_some_and(is_stdout);
        let elsewhere = args.report.output.is_some()
            || args.store.store.is_some()
            || args.capture.write.is_some()
            || args.running.metrics.is_some();
        to_stdout && !elsewhere && !self.known.records().are_wanted()
    }

    /// A file is put aside even if it cannot be written: the next may be, once the oldest is removed.
    fn write_records(&mut self) {
        let records = self.known.records();
        let written = records.flush();
        let rotated = records.rotate();
        self.trouble.records(written.and(rotated));
    }

    /// Writes the report as of now to where the report goes.
    fn report(&mut self) -> Result<()> {
        let Some(destination) = &mut self.destination else {
            warn!(
                "there is no place for a report: session records take standard output, and -o names no file"
            );
            return Ok(());
        };
        if matches!(destination, Destination::Stdout) && self.view.has_terminal() {
            warn!("the console has the terminal: its key e writes a report, and so does -o FILE");
            return Ok(());
        }
        let report = self.known.report();
        write(&report, &self.args.report, destination)
    }

    /// All packets that come are through: the last records and the report, also of what was found before a defect.
    fn finish(mut self, read: Result<PipelineCounters, Defect>) -> Ended {
        let stopped = read.is_err() || defect::seen();
        let facts = read.unwrap_or_else(|defect| *defect.facts);
        self.known.tick(&facts);
        self.view.leave(); // where a defect was the end, nobody has said so yet
        let mut ended = Ended::Well;
        if let Err(error) = self.known.records().finish() {
            complain(&error);
            ended = Ended::InPart;
        }
        let lost = self.evidence.as_ref().map_or(0, EvidenceFile::lost);
        if lost > 0 {
            let lost = counted(lost, "session");
            complain(&anyhow::anyhow!("packets of {lost} could not be written"));
            ended = Ended::InPart;
        }
        if let Some(kept) = self.known.close_store() {
            ended = self.notices.finish(kept).max(ended);
        }
        self.doubts.look_now(&self.known);
        self.view.end(&self.known);
        if stopped {
            complain(&Defect::default().into());
            ended = Ended::InPart;
        }
        if self.destination.is_some()
            && let Err(error) = self.report()
        {
            complain(&error);
            ended = Ended::InPart;
        }
        if self.args.report.fail_on_legacy && self.known.brief().legacy_hosts() > 0 {
            return Ended::LegacyFound;
        }
        ended
    }
}
