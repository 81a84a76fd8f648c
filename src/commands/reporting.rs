//! How reports are made and where they go, for every command that makes one: the options under "Output".

use std::path::Path;

use anyhow::Result;
use clap::ValueEnum as _;

use super::outputs::is_stdout;
use super::tell;
use super::writer::Destination;
use crate::cli::{Format, ReportArgs};
use crate::output::{self, Style};
use crate::tally::Report;

/// The report in the form that was asked for.
fn render(report: &Report, args: &ReportArgs, destination: &Destination) -> Result<String> {
    Ok(match args.format {
        Format::Table => output::table::render(report, style(destination)),
        Format::Json => output::json::render(report)?,
        Format::Csv => output::csv::render(report),
        Format::Html => output::html::render(report, args.lang),
    })
}

/// Writes the report where it goes.
pub(super) fn write(
    report: &Report,
    args: &ReportArgs,
    destination: &mut Destination,
) -> Result<()> {
    let text = render(report, args, destination)?;
    destination.write(&text)
}

/// The form that the file's name tells, where no other than the table was asked for.
fn other_form(path: &Path, format: Format) -> Option<String> {
    let told = Format::from_str(path.extension()?.to_str()?, true).ok()?;
    let differs = matches!(format, Format::Table) && !matches!(told, Format::Table);
    let value = told.to_possible_value().filter(|_| differs)?;
    Some(value.get_name().to_owned())
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
            Some(path) if !is_stdout(path) => {
                if let Some(asked) = other_form(path, args.format) {
                    let path = path.display();
                    tell(&format!(
                        "tlstally: note: `{path}` gets the table; `--format {asked}` makes it {asked}\n"
                    ));
                }
                Self::file(path).map(Some)
            }
            None if args.sessions.as_deref().is_some_and(is_stdout) => Ok(None),
            _ => Ok(Some(Self::Stdout)),
        }
    }
}
