//! The binary: parse, run, exit code.

use std::process::ExitCode;

use clap::Parser;
use tlstally::cli::Cli;

fn main() -> ExitCode {
    tlstally::commands::run(Cli::parse())
}
