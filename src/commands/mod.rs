//! One file per command; the exit code is decided here and nowhere else.

mod confine;
mod endpoints;
mod following;
mod gathering;
mod health;
mod interfaces;
mod keeping;
mod log_file;
mod outputs;
mod progress;
mod read;
mod records;
mod report;
mod reporting;
mod signals;
mod watch;
mod writer;

use std::io::{self, Write as _};
use std::process::ExitCode;

use crate::cli::{Cli, Command};
use crate::output::escape;

/// How a command ended, where it did not fail outright.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Ended {
    /// All was read and written.
    Well,
    /// Something could not be read or written; it has been named on standard error, and all that could be was reported.
    InPart,
    /// `--fail-on-legacy`, and there is a legacy host.
    LegacyFound,
}

/// What was asked for contradicts itself in a way that only shows when all of it is looked at.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct WrongArguments(String);

/// Runs what was asked for.
pub fn run(cli: Cli) -> ExitCode {
    let ended = match cli.command {
        Command::Read(args) => read::run(&args),
        Command::Watch(args) => watch::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Interfaces => interfaces::run(),
        Command::Endpoints(args) => endpoints::run(&args),
    };
    match ended {
        Ok(Ended::Well) => ExitCode::SUCCESS,
        Ok(Ended::InPart) => ExitCode::from(1),
        Ok(Ended::LegacyFound) => ExitCode::from(10),
        // Whoever reads our output has heard enough: that is no failure. Where anything is left to do, it is seen to
        // where it is written.
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::from(if error.is::<WrongArguments>() { 2 } else { 1 })
        }
    }
}

/// One line on standard error, with all causes.
fn complain(error: &anyhow::Error) {
    let told = format!("{error:#}");
    tell(&format!("tlstally: {}\n", escape::terminal(&told)));
}

/// Text for people beside the answer, on standard error. Where nobody can be told, as on a terminal that has gone,
/// there is nobody to tell that either.
fn tell(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}
