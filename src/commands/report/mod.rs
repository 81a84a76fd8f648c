//! `tlstally report`: what stores hold, over time.

mod filter;
mod gather;
mod opened;
mod records;
mod sum;
mod window;

use std::fs;

use anyhow::{Context as _, Result};

use super::outputs;
use super::records::Records;
use super::reporting::write;
use super::writer::Destination;
use super::{Ended, complain};
use crate::cli::HistoryArgs;
use crate::store::Range;
use crate::tally::diagnosis::Warning;
use crate::tally::history::over_time::OverTime;
use crate::tally::history::{By, Comparison, Figures, History, Side};
use crate::tally::microsoft::beside::beside;
use crate::tally::microsoft::export::{self, Export};
use crate::tally::report::Window;
use crate::tally::{CaptureHealth, Context, Report, Tally};
use filter::Filter;
use gather::Gathered;
use opened::{Opened, Stores};
use window::Windows;

/// Runs the command.
pub(super) fn run(args: &HistoryArgs) -> Result<Ended> {
    let read = args.stores.iter().map(|place| place.0.as_path());
    let read: Vec<_> = read.chain(args.eac.as_deref()).collect();
    outputs::check(&args.report, &read)?;
    let mut destination = Destination::of(&args.report)?;
    let microsoft = args.eac.as_deref().map(read_export).transpose()?;
    let Stores {
        mut stores,
        unreadable,
    } = Stores::open(&args.stores)?;
    let mut ended = if unreadable.is_empty() {
        Ended::Well
    } else {
        Ended::InPart
    };
    let windows = Windows::of(&args.window, &stores)?;
    let filter = Filter::new(&args.only, &stores);
    let mut out = Records::create(args.report.sessions.as_deref(), "")?;
    if out.are_wanted() {
        records::each(&mut stores, windows.range, &filter, |stored| {
            out.write_stored(stored);
        });
        if let Err(error) = out.finish() {
            complain(&error);
            ended = Ended::InPart;
        }
    }
    let mut report = report(args, &mut stores, &windows, &filter, microsoft.as_ref());
    report.capture.files_damaged.extend(unreadable);
    tell_if_empty(&report, &stores);
    for store in &stores {
        for damage in store.reader.damage() {
            complain(&anyhow::anyhow!("the store `{}`: {damage}", store.name));
            ended = Ended::InPart;
        }
    }
    if let Some(destination) = &mut destination
        && let Err(error) = write(&report, &args.report, destination)
    {
        complain(&error);
        ended = Ended::InPart;
    }
    if args.report.fail_on_legacy && report.legacy_hosts() > 0 {
        return Ok(Ended::LegacyFound);
    }
    Ok(ended)
}

/// Where the window holds nothing, people want to know which one would.
fn tell_if_empty(report: &Report, stores: &[Opened]) {
    if report.capture.sessions > 0 {
        return;
    }
    let hint = match window::seen(stores) {
        Some(held) => format!(
            "no session was asked for that the stores hold; theirs are of {} to {}",
            held.first, held.last
        ),
        None => "the stores hold no session".to_owned(),
    };
    complain(&anyhow::anyhow!("{hint}"));
}

/// The export of the Exchange admin center, and its name.
fn read_export(path: &std::path::Path) -> Result<(String, Export)> {
    let name = path.display().to_string();
    let bytes = fs::read(path).with_context(|| format!("`{name}` cannot be read"))?;
    let export = export::read(&bytes)
        .with_context(|| format!("`{name}` is not an export of the SMTP AUTH clients report"))?;
    Ok((name, export))
}

fn report(
    args: &HistoryArgs,
    stores: &mut [Opened],
    windows: &Windows,
    filter: &Filter,
    microsoft: Option<&(String, Export)>,
) -> Report {
    let (to, by) = (args.report.to, args.by);
    let other = windows.other.map(|other| {
        let gathered = gather::counts(stores, other, filter, Tally::new(to), None, None);
        built(args, stores, &gathered.tally, window(other), String::new())
    });
    let over_time = OverTime::new(windows.calendar.clone(), to, windows.changes_since);
    let tally = Tally::new(to);
    let Gathered {
        tally,
        over_time,
        sensors,
    } = gather::counts(stores, windows.range, filter, tally, Some(over_time), by);
    let shown = window(windows.range);
    let sensors: Vec<_> = sensors.iter().map(|sensor| &**sensor).collect();
    let mut report = built(args, stores, &tally, shown, sensors.join(", "));
    if let Some(over_time) = over_time {
        let microsoft =
            microsoft.map(|(name, export)| beside(name, export, &over_time.comparable()));
        let comparison = other.map(|other| Comparison {
            before: side(&other),
            now: side(&report),
        });
        let facts = stores.iter().map(Opened::facts).collect();
        let trends = over_time.trends(&report.hosts);
        let shared = trends.iter().filter(|trend| trend.sensors.len() > 1);
        report
            .capture
            .warnings
            .extend(Warning::several_sensors(shared.count()));
        report.history = Some(History {
            time_zone: windows.zone_name.clone(),
            stores: facts,
            days: over_time.days(),
            trends,
            by,
            groups: match by {
                Some(By::Endpoint | By::Client | By::Sensor) => over_time.groups(),
                Some(By::Day | By::Host) | None => Vec::new(),
            },
            changes: over_time.changes(&report.hosts),
            comparison,
            microsoft,
        });
    }
    report
}

fn built(
    args: &HistoryArgs,
    stores: &[Opened],
    tally: &Tally,
    window: Window,
    sensor: String,
) -> Report {
    let damaged = |store: &Opened| {
        let damage = store.reader.damage();
        (!damage.is_empty()).then(|| format!("{}: {}", store.name, damage.join("; ")))
    };
    let health = CaptureHealth {
        files_damaged: stores.iter().filter_map(damaged).collect(),
        ..CaptureHealth::default()
    };
    let asked = window != Window::default();
    let context = Context {
        sensor,
        sources: stores.iter().map(|store| store.name.clone()).collect(),
        window: asked.then_some(window),
        address_lists: Vec::new(),
        group_by: args.report.group_by,
    };
    let mut report = Report::new(tally, health, context);
    report.capture.without_packets();
    report
}

/// One of two windows, from the report over it.
fn side(report: &Report) -> Side {
    let totals = &report.totals;
    Side {
        window: report.window,
        seen: report.capture.sessions,
        figures: Figures {
            sessions: totals.sessions,
            versions: totals.versions,
            verdicts: totals.verdicts.clone(),
            hosts: totals.hosts,
            legacy_hosts: report.legacy_hosts(),
        },
        host_verdicts: totals.host_verdicts.clone(),
    }
}

/// The ends that were asked for; the others are taken from the sessions.
fn window(range: Range) -> Window {
    Window {
        from: (range.first.0 > 0).then_some(range.first),
        to: (range.last.0 < u64::MAX).then(|| range.last.plus(1)),
    }
}
