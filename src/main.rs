//! The binary: parse, run, exit code.

use std::process::ExitCode;

use clap::Parser;
use tlstally::cli::{Cli, explained};

fn main() -> ExitCode {
    let typed = Cli::try_parse();
    tlstally::commands::run(typed.unwrap_or_else(|wrong| explained(wrong).exit()))
}
