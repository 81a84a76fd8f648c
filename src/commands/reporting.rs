//! How reports are made and where they go, for every command that makes one: the options under "Output".

use anyhow::Result;

use super::outputs::is_stdout;
use super::writer::Destination;
use crate::cli::{Format, ReportArgs};
use crate::output::{self, Style};
use crate::tally::Report;

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
        Format::Html => output::html::render(report, args.lang),
    })
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
        match &args.output {
            Some(path) if !is_stdout(path) => Self::file(path).map(Some),
            None if args.sessions.as_deref().is_some_and(is_stdout) => Ok(None),
            _ => Ok(Some(Self::Stdout)),
        }
    }
}
