//! What was meant by a few common slips that the parser by itself would explain wrongly.

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

/// The same error, with a hint where we know one.
pub fn explained(mut error: Error) -> Error {
    if error.kind() != ErrorKind::UnknownArgument {
        return error;
    }
    let Some(ContextValue::String(argument)) = error.get(ContextKind::InvalidArg) else {
        return error;
    };
    // The command is known by its usage alone.
    let watches = error.to_string().contains("tlstally watch");
    let Some(hint) = hint(argument, watches) else {
        return error;
    };
    // Its own guess is the option that looks most alike, and stands in the usage too.
    if error.remove(ContextKind::SuggestedArg).is_some() {
        error.remove(ContextKind::Usage);
    }
    let hint = ContextValue::StyledStrs(vec![StyledStr::from(hint)]);
    error.insert(ContextKind::Suggested, hint);
    error
}

fn hint(argument: &str, watches: bool) -> Option<String> {
    match argument {
        "-f" => Some("the report's form is `--format table|json|csv|html`".to_owned()),
        "--json" | "--csv" | "--html" | "--table" => {
            let form = argument.trim_start_matches('-');
            Some(format!("the report's form is `--format {form}`"))
        }
        word if watches && !word.starts_with('-') => {
            Some(format!("an interface to watch is named by `-i {word}`"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::Cli;

    fn told(typed: &str) -> String {
        let error = Cli::try_parse_from(typed.split(' ')).unwrap_err();
        explained(error).to_string()
    }

    #[test]
    fn forms_are_options_of_format() {
        let json = told("tlstally read a.pcap --json");
        assert!(json.contains("`--format json`"), "{json}");
        assert!(!json.contains("--sessions"), "{json}");
        let short = told("tlstally report store -f json");
        assert!(short.contains("--format"), "{short}");
    }

    #[test]
    fn interfaces_are_options() {
        let watch = told("tlstally watch eth1");
        assert!(watch.contains("`-i eth1`"), "{watch}");
        let other = told("tlstally endpoints list.json more.json");
        assert!(!other.contains("-i"), "{other}");
    }

    #[test]
    fn other_slips_keep_the_parsers_own_guess() {
        let output = told("tlstally read a.pcap --outptu x");
        assert!(output.contains("'--output'"), "{output}");
    }

    #[test]
    fn a_window_is_no_store() {
        let window = told("tlstally report store --compare 2026-10-01..2026-10-31");
        assert!(
            window.contains("--compare=2026-10-01..2026-10-31"),
            "{window}"
        );
    }

    #[test]
    fn mixed_is_a_verdict_on_hosts() {
        let mixed = told("tlstally report store --verdict mixed");
        assert!(mixed.contains("chooses sessions"), "{mixed}");
    }

    #[test]
    fn lists_take_commas() {
        let typed = "tlstally report store --finding legacy_capped,auth_in_clear --verdict legacy,weak --host a,10.0.0.0/8";
        let Cli { command } = Cli::try_parse_from(typed.split(' ')).unwrap();
        let crate::cli::Command::Report(report) = command else {
            panic!()
        };
        let only = report.only;
        let counts = [only.finding.len(), only.verdict.len(), only.host.len()];
        assert_eq!(counts, [2, 2, 2]);
    }
}
