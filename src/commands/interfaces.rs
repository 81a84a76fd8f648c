//! `tlstally interfaces`: what can be watched, and why not where it cannot.

use std::fmt::Write as _;

use anyhow::Result;

use super::Ended;
use super::writer::Destination;
use crate::output::escape;
use crate::source::live::devices::{self, Interface};

/// Runs the command.
pub(super) fn run() -> Result<Ended> {
    Destination::Stdout.write(&table(&devices::list()?))?;
    Ok(Ended::Well)
}

fn table(interfaces: &[Interface]) -> String {
    let mut text = String::new();
    let widest = interfaces.iter().map(|one| one.name.len()).max();
    let width = widest.unwrap_or(0).max(9);
    let _ = writeln!(
        text,
        "{:width$}  {:10}  {:14}  WHAT IT IS",
        "INTERFACE", "STATE", "LINK"
    );
    for one in interfaces {
        let link = one.link.as_deref().unwrap_or("-");
        let name = escape::terminal(&one.name);
        let line = format!(
            "{name:width$}  {:10}  {link:14}  {}",
            one.state.word(),
            about(one)
        );
        let _ = writeln!(text, "{}", line.trim_end());
        if let Some(why) = &one.refused {
            let _ = writeln!(
                text,
                "{:width$}  cannot be watched: {}",
                "",
                escape::terminal(&why.to_string())
            );
        }
    }
    text
}

/// Description, speed, mode and addresses, as far as there are any.
fn about(one: &Interface) -> String {
    let description = one
        .description
        .as_deref()
        .map(|text| escape::terminal(text).to_string());
    let speed = one.speed.map(|bits| format!("{} Mb/s", bits / 1_000_000));
    let promiscuous = one.promiscuous.then(|| "promiscuous".to_owned());
    let addresses = one.addresses.iter().map(ToString::to_string);
    let parts = [description, speed, promiscuous].into_iter().flatten();
    parts.chain(addresses).collect::<Vec<_>>().join(", ")
}
