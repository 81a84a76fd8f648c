//! Somebody has taken over a thread: what can they do with it? Each attempt is made in a process of its own, once
//! unconfined, where it works, and then in the sandbox, where it must fail or end the process.
//!
//! This program runs itself again for that, so it has a `main` of its own.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test, though without the harness by which lints know one"
)]

mod attempt;
mod child;
#[path = "../common/mod.rs"]
mod common;
mod step_down;

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, ExitCode, Output};
use std::{env, fs};

use common::Scratch;
use libtest_mimic::{Arguments, Failed, Trial};

/// The first argument of a run that is a child.
const CHILD: &str = "--as-child";

/// `SIGSYS`: what ends a process that makes a forbidden call.
const BAD_CALL: i32 = 31;

fn main() -> ExitCode {
    let args: Vec<String> = env::args().collect();
    if args.get(1).is_some_and(|first| first == CHILD) {
        child::run(&args[2..]);
        return ExitCode::SUCCESS;
    }
    let landlock = !ask(&["describe"]).contains("not had: files");
    if !landlock {
        eprintln!("this kernel has no Landlock: what it would forbid is not tried");
    }
    let mut trials = vec![
        trial(
            "each_attempt_works_where_nothing_is_confined",
            attempts_work,
        ),
        trial("a_panic_in_a_thread_is_told_and_survived", panic_survived),
        trial("threads_before_the_sandbox_are_refused", threads_before),
        trial("strict_wants_all_and_best_effort_tells", kernels_that_lack),
    ];
    for place in child::PLACES
        .iter()
        .copied()
        .filter(|place| *place != "free")
    {
        let name = format!("nothing_works_in_{place}");
        trials.push(Trial::test(name, move || nothing_works(place)).with_ignored_flag(!landlock));
    }
    trials.push(trial("what_is_written_stays_within_reach", writing).with_ignored_flag(!landlock));
    trials.extend(step_down::trials());
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn trial(name: &str, test: fn()) -> Trial {
    Trial::test(name, move || {
        test();
        Ok(())
    })
}

/// This program, to run as a child.
fn this(args: &[&str]) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.arg(CHILD).args(args);
    command
}

/// What the child says; it must end well.
fn ask(args: &[&str]) -> String {
    let output = this(args).output().unwrap();
    assert!(
        output.status.success(),
        "{args:?}: {}",
        text(&output.stderr)
    );
    text(&output.stdout)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}

fn attempts() -> impl Iterator<Item = &'static str> {
    let root = nix::unistd::geteuid().is_root();
    let all = attempt::ALL.iter().copied();
    all.filter(move |what| root || !attempt::FOR_ROOT.contains(what))
}

fn attempt(place: &str, what: &str) -> Output {
    let folder = Scratch::new();
    let path = folder.path().to_str().unwrap();
    this(&["attempt", place, what, path]).output().unwrap()
}

fn attempts_work() {
    for what in attempts() {
        let output = attempt("free", what);
        assert_eq!(
            text(&output.stdout),
            "done",
            "{what}: {}",
            text(&output.stderr)
        );
    }
}

/// What a place is there for, and what nobody anywhere does by mistake.
fn nothing_works(place: &str) -> Result<(), Failed> {
    let needed: &[&str] = match place {
        "program" => &["start-a-thread", "make-a-unix-socket"],
        "files" => &["start-a-thread"],
        _ => &[],
    };
    let fatal = [
        "run-a-program",
        "make-a-file-in-memory",
        "trace-a-process",
        "read-the-memory-of-a-process",
        "leave-the-name-space",
    ];
    for what in attempts() {
        let output = attempt(place, what);
        let (said, killed) = (
            text(&output.stdout),
            output.status.signal() == Some(BAD_CALL),
        );
        if needed.contains(&what) {
            assert_eq!(said, "done", "{what} in {place}");
            continue;
        }
        let refused = output.status.success() && said != "done";
        // What runs a program makes other calls first, which are refused already.
        let must_kill = fatal.contains(&what) && what != "run-a-program";
        let right = if must_kill { killed } else { killed || refused };
        if !right {
            let status = output.status;
            return Err(format!("{what} in {place}: {status}, `{said}`").into());
        }
    }
    Ok(())
}

fn writing() {
    let folder = Scratch::new();
    let path = folder.path().to_str().unwrap();
    assert_eq!(
        ask(&["write", path]),
        "created, appended, renamed, removed, read by its thread"
    );
}

fn panic_survived() {
    let output = this(&["panic"])
        .env("RUST_BACKTRACE", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", output.status);
    assert!(text(&output.stderr).contains("a worker's last words"));
    assert_eq!(text(&output.stdout), "survived");
}

fn threads_before() {
    assert!(ask(&["not-alone"]).starts_with("1 threads were running before the sandbox"));
}

/// A kernel without Landlock, and one without seccomp: played by a filter that answers as they would.
fn kernels_that_lack() {
    for (lack, told) in [
        ("landlock", "not had: files (this kernel has no Landlock"),
        ("seccomp", "not had: system calls ("),
    ] {
        let best_effort = ask(&["lacking", lack, "best-effort"]);
        assert!(best_effort.contains(told), "{best_effort}");
        let strict = ask(&["lacking", lack, "strict"]);
        assert!(
            strict.starts_with("the sandbox is incomplete ("),
            "{strict}"
        );
    }
}

/// A copy of this program that the user `nobody` can run.
fn copied_to(folder: &Path) -> std::path::PathBuf {
    let copy = folder.join("copy");
    fs::copy(env::current_exe().unwrap(), &copy).unwrap();
    copy
}
