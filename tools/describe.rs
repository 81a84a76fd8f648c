//! Writes the manual pages and shell completions, from the one declaration of the command line: `describe FOLDER`.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use clap::CommandFactory as _;
use clap_complete::Shell;
use tlstally::cli::Cli;

fn main() -> Result<()> {
    let folder = std::env::args_os()
        .nth(1)
        .context("usage: describe FOLDER")?;
    let (pages, completions) = (
        Path::new(&folder).join("man"),
        Path::new(&folder).join("completions"),
    );
    for made in [&pages, &completions] {
        fs::create_dir_all(made).with_context(|| format!("creating {}", made.display()))?;
    }
    clap_mangen::generate_to(Cli::command(), &pages).context("writing the manual pages")?;
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        clap_complete::generate_to(shell, &mut Cli::command(), "tlstally", &completions)
            .context("writing the completions")?;
    }
    Ok(())
}
