//! The user and the capabilities, as the kernel shows them afterwards (`proc_pid_status(5)`).

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::{env, fs};

use libtest_mimic::Trial;

use crate::common::Scratch;
use crate::{ask, copied_to, text, trial};

pub(crate) fn trials() -> [Trial; 2] {
    let root = nix::unistd::geteuid().is_root();
    let setcap = Command::new("setcap").arg("-v").output().is_ok();
    if !root || !setcap {
        eprintln!(
            "only root can become another user or give a file capabilities (with setcap): not tried here"
        );
    }
    [
        trial(
            "root_becomes_nobody_without_capabilities",
            root_becomes_nobody,
        )
        .with_ignored_flag(!root),
        trial("capabilities_of_the_file_are_given_up", file_capabilities)
            .with_ignored_flag(!root || !setcap),
    ]
}

/// A line of `/proc/thread-self/status`.
fn line<'a>(status: &'a str, name: &str) -> &'a str {
    let found = status
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    found
        .unwrap_or_else(|| panic!("no {name} in {status}"))
        .trim()
}

fn assert_no_capabilities(status: &str, sets: &[&str]) {
    for set in sets {
        assert_eq!(line(status, set), "0000000000000000", "{set}");
    }
    assert_eq!(line(status, "NoNewPrivs"), "1");
}

fn root_becomes_nobody() {
    let status = ask(&["step-down", "nobody"]);
    let id = |flag: &str| {
        text(
            &Command::new("id")
                .args([flag, "nobody"])
                .output()
                .unwrap()
                .stdout,
        )
    };
    let four = |id: String| format!("{id}\t{id}\t{id}\t{id}");
    assert_eq!(line(&status, "Uid"), four(id("-u")));
    assert_eq!(line(&status, "Gid"), four(id("-g")));
    assert_eq!(line(&status, "Groups"), "");
    assert_no_capabilities(&status, &["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"]);
    assert_eq!(line(&status, "Seccomp"), "2");
    assert!(
        status.contains("/etc/shadow: Permission denied"),
        "{status}"
    );
}

/// `setcap cap_net_raw=ep`, run by nobody: the right is there, is used, and is gone.
fn file_capabilities() {
    let folder = Scratch::new();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let copy = copied_to(folder.path());
    let given = Command::new("setcap")
        .arg("cap_net_raw,cap_net_admin=eip")
        .arg(&copy)
        .status()
        .unwrap();
    if !given.success() {
        eprintln!(
            "{} takes no file capabilities: not tried",
            env::temp_dir().display()
        );
        return;
    }
    let output = Command::new("setpriv")
        .args(["--reuid", "nobody", "--regid", "nogroup", "--clear-groups"])
        .arg(&copy)
        .args([crate::CHILD, "capture-then-step-down"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let status = text(&output.stdout);
    assert!(status.contains("packet socket before: opened"), "{status}");
    assert!(status.contains("packet socket after: EPERM"), "{status}");
    assert_no_capabilities(&status, &["CapInh", "CapPrm", "CapEff", "CapAmb"]);
}
