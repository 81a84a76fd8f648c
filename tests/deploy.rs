//! What `deploy/` and `make install` give an administrator: judged by systemd, logrotate and the program's own command line.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test that cannot go on fails, and one that is skipped says so"
)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Parser as _;
use tlstally::cli::Cli;
use tlstally::tally::diagnosis::Doubt;

use common::Scratch;

const UNIT: &str = "systemd/tlstally@.service";

/// The exposure that `docs/span-port.md` tells, with the systemd of Debian 12; later ones look at the same things.
const EXPOSURE: &str = "1.6";

fn deploy(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("deploy")
        .join(path)
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

/// The output of a tool, or nothing where it is not installed.
fn tool(name: &str, args: &[&str]) -> Option<(bool, String)> {
    let Ok(output) = Command::new(name).args(args).output() else {
        eprintln!("skipped: {name} is not installed");
        return None;
    };
    let said = [output.stdout, output.stderr].concat();
    Some((output.status.success(), String::from_utf8(said).unwrap()))
}

/// The value of a setting in the unit; of the last one, if there are several.
fn setting(unit: &str, name: &str) -> String {
    let mut lines = unit.lines().rev();
    lines
        .find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
        .unwrap_or_else(|| panic!("no {name}="))
        .to_owned()
}

#[test]
fn the_unit_is_sound() {
    let folder = Scratch::new();
    // Verified with the program that has just been built, and as an instance.
    let unit = text(&deploy(UNIT)).replace("/usr/bin/tlstally", env!("CARGO_BIN_EXE_tlstally"));
    let unit = unit.replace("Documentation=man:tlstally(1) man:tlstally-watch(1)\n", "");
    let path = folder.file("tlstally@eth1.service", unit.as_bytes());
    let Some((well, said)) = tool("systemd-analyze", &["verify", path.to_str().unwrap()]) else {
        return;
    };
    let about_us: Vec<_> = said
        .lines()
        .filter(|line| line.contains("tlstally"))
        .collect();
    assert!(well && about_us.is_empty(), "{said}");
}

#[test]
fn the_exposure_is_what_the_documentation_says() {
    let unit = deploy(UNIT);
    let args = [
        "security",
        "--offline=true",
        "--no-pager",
        unit.to_str().unwrap(),
    ];
    let Some((_, said)) = tool("systemd-analyze", &args) else {
        return;
    };
    let (_, overall) = said.split_once("Overall exposure level for ").unwrap();
    let exposure: f64 = overall
        .split_once(": ")
        .and_then(|(_, level)| level.split_whitespace().next()?.parse().ok())
        .unwrap();
    assert!(exposure <= EXPOSURE.parse().unwrap(), "{overall}");
    let documented = text(&deploy("../docs/span-port.md"));
    assert!(documented.contains(&format!("says {EXPOSURE} ")));
}

/// What the unit starts is a command line that the program takes.
#[test]
fn the_unit_starts_what_there_is() {
    let unit = text(&deploy(UNIT));
    let rotation = unit.split_once("\"TLSTALLY_ROTATION=").unwrap().1;
    let rotation = rotation.split_once('"').unwrap().0;
    let line = setting(&unit, "ExecStart")
        .replace("%I", "eth1")
        .replace("$TLSTALLY_ROTATION", rotation)
        .replace("$TLSTALLY_OPTIONS", "--internal 198.51.100.0/24 --ring 256");
    Cli::try_parse_from(line.split_whitespace()).unwrap();
}

#[test]
fn the_user_can_be_made() {
    let path = deploy("sysusers.d/tlstally.conf");
    let args = ["--dry-run", "--root=/", path.to_str().unwrap()];
    if let Some((well, said)) = tool("systemd-sysusers", &args) {
        assert!(well, "{said}");
    }
    let unit = text(&deploy(UNIT));
    assert!(
        text(&path)
            .lines()
            .any(|line| line.starts_with("u tlstally "))
    );
    assert_eq!(setting(&unit, "User"), "tlstally");
}

#[test]
fn logrotate_takes_its_file() {
    let folder = Scratch::new();
    // The user that the service brings along need not exist here.
    let rules = text(&deploy("logrotate.d/tlstally")).replace("tlstally tlstally", "root root");
    let path = folder.path().join("rules");
    fs::write(&path, rules).unwrap();
    let state = folder.path().join("state");
    let args = [
        "--debug",
        "--state",
        state.to_str().unwrap(),
        path.to_str().unwrap(),
    ];
    if let Some((well, said)) = tool("logrotate", &args) {
        assert!(well && !said.contains("error:"), "{said}");
        assert!(said.contains("/var/log/tlstally/*.jsonl"), "{said}");
    }
}

/// Each command has a page that names each of its options, and the completions know the commands.
#[test]
fn pages_and_completions_are_whole() {
    use clap::CommandFactory as _;
    let folder = Scratch::new();
    let described = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--example", "describe", "--"])
        .arg(folder.path())
        .status()
        .unwrap();
    assert!(described.success());
    let completions = text(&folder.path().join("completions/tlstally.bash"));
    for command in Cli::command().get_subcommands() {
        let name = command.get_name();
        let page = text(&folder.path().join(format!("man/tlstally-{name}.1")));
        for option in command.get_arguments().filter_map(clap::Arg::get_long) {
            // In a page, a dash that is not a hyphen has a backslash before it.
            let written = format!("\\-\\-{}", option.replace('-', "\\-"));
            assert!(page.contains(&written), "{name}: no --{option}");
        }
        assert!(
            completions.contains(&format!("tlstally__subcmd__{name}"))
                || completions.contains(&format!("tlstally__{name}"))
        );
    }
    for (shell, option) in [
        ("_tlstally", "--sessions"),
        ("tlstally.fish", "-l sessions"),
    ] {
        assert!(text(&folder.path().join("completions").join(shell)).contains(option));
    }
}

/// Whoever sees a warning finds it in the guide.
#[test]
fn the_guide_has_every_warning() {
    let guide = text(&deploy("../docs/span-port.md"));
    for code in Doubt::WORDS {
        assert!(guide.contains(&format!("| `{code}` |")), "{code}");
    }
}
