//! `tlstally endpoints`: the lists in use, how old they are, how to refresh them.

use anyhow::Result;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Ended;
use super::following::catalog;
use super::writer::Destination;
use crate::cli::EndpointsArgs;
use crate::exchange;

/// Runs the command.
pub(super) fn run(args: &EndpointsArgs) -> Result<Ended> {
    let catalog = catalog(args.file.as_deref())?;
    let today = TimeZone::UTC.to_datetime(Timestamp::now()).date();
    Destination::Stdout.write(&exchange::describe_lists(&catalog, today))?;
    Ok(Ended::Well)
}
