//! The process that confines itself, then tries something, and says on standard output how it went.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::{process, thread};

use nix::sys::socket::{AddressFamily, SockFlag, SockType};
use nix::unistd::Uid;
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch};
use tlstally::privilege::{Change, Mode, Reach, Reading, Role, Sandbox, Threads};

use crate::attempt::Scene;

/// Where something is tried.
pub(crate) const PLACES: &[&str] = &["free", "program", "capture", "files", "worker", "serve"];

/// Does what its arguments say.
pub(crate) fn run(args: &[String]) {
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["attempt", place, what, folder] => attempt(place, what, Path::new(folder)),
        ["describe"] => describe(),
        ["write", folder] => write(Path::new(folder)),
        ["panic"] => panic(),
        ["not-alone"] => not_alone(),
        ["lacking", what, mode] => lacking(what, mode),
        ["step-down", user] => step_down(user),
        ["capture-then-step-down"] => capture_then_step_down(),
        _ => unreachable!("no child does {args:?}"),
    }
}

fn attempt(place: &str, what: &str, folder: &Path) {
    let scene = Scene::new(folder).unwrap();
    // What the program may write in is another folder than the one that is tried.
    let own = folder.join("own");
    fs::create_dir_all(&own).unwrap();
    let result = match place {
        "free" => scene.attempt(what),
        "program" => {
            confine(&[&own]);
            scene.attempt(what)
        }
        thread => {
            let threads = confine(&[&own]);
            in_thread(&threads, role(thread), || scene.attempt(what))
        }
    };
    match result {
        Ok(()) => println!("done"),
        Err(error) => println!("{error}"),
    }
}

fn role(name: &str) -> Role {
    match name {
        "capture" => Role::Capture,
        "files" => Role::Files,
        "worker" => Role::Worker,
        "serve" => Role::Serve,
        _ => unreachable!("no thread is called {name}"),
    }
}

/// As a command that watches does, but for the user, which has tests of its own.
fn confine(writing: &[&Path]) -> Threads {
    Sandbox::new(Mode::BestEffort)
        .confine(&reach(writing))
        .unwrap()
}

fn reach(writing: &[&Path]) -> Reach {
    Reach {
        reading: Reading::Only(vec![PathBuf::from("/usr/share/zoneinfo")]),
        writing: writing.iter().map(|path| path.to_path_buf()).collect(),
    }
}

fn in_thread<T: Send>(
    threads: &Threads,
    role: Role,
    work: impl FnOnce() -> io::Result<T> + Send,
) -> io::Result<T> {
    thread::scope(|scope| {
        let entered = scope.spawn(|| {
            threads.enter(role).map_err(io::Error::other)?;
            work()
        });
        entered.join().unwrap()
    })
}

fn describe() {
    let mut sandbox = Sandbox::new(Mode::BestEffort);
    sandbox.confine(&reach(&[])).unwrap();
    println!("{sandbox}");
}

/// What rotation and a store do, and what a thread that reads files does with the result.
fn write(folder: &Path) {
    let threads = confine(&[folder]);
    let (first, second) = (folder.join("first"), folder.join("second"));
    fs::write(&first, "a").unwrap();
    print!("created");
    drop(File::options().append(true).open(&first).unwrap());
    print!(", appended");
    fs::rename(&first, &second).unwrap();
    print!(", renamed");
    fs::write(&first, "b").unwrap();
    fs::remove_file(&first).unwrap();
    print!(", removed");
    assert_eq!(
        in_thread(&threads, Role::Files, || fs::read(&second)).unwrap(),
        b"a"
    );
    println!(", read by its thread");
}

#[expect(clippy::panic, reason = "that is what is tried")]
fn panic() {
    let threads = confine(&[]);
    let panicked = thread::scope(|scope| {
        let thread = scope.spawn(|| {
            threads.enter(Role::Worker).unwrap();
            panic!("a worker's last words");
        });
        thread.join().is_err()
    });
    assert!(panicked);
    println!("survived");
}

fn not_alone() {
    let (sender, receiver) = std::sync::mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || receiver.recv());
        let refused = Sandbox::new(Mode::BestEffort)
            .confine(&reach(&[]))
            .unwrap_err();
        println!("{refused}");
        drop(sender);
    });
}

/// Confines itself on a kernel that answers as one without `what` does.
fn lacking(what: &str, mode: &str) {
    let number = match what {
        "landlock" => libc::SYS_landlock_create_ruleset,
        _ => libc::SYS_seccomp,
    };
    let rules = [(number, Vec::new())].into_iter().collect();
    let arch = TargetArch::try_from(std::env::consts::ARCH).unwrap();
    let absent = SeccompAction::Errno(libc::ENOSYS as u32);
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, absent, arch).unwrap();
    seccompiler::apply_filter(&BpfProgram::try_from(filter).unwrap()).unwrap();
    let mut sandbox = Sandbox::new(match mode {
        "strict" => Mode::Strict,
        _ => Mode::BestEffort,
    });
    match sandbox.confine(&reach(&[])) {
        Ok(_) => println!("{sandbox}"),
        Err(error) => println!("{error}"),
    }
}

fn step_down(user: &str) {
    let change = Change::wanted(Some(user), &[]).unwrap();
    let mut sandbox = Sandbox::new(Mode::Strict);
    sandbox.step_down(&change).unwrap();
    let reach = Reach {
        reading: Reading::Anything,
        writing: Vec::new(),
    };
    sandbox.confine(&reach).unwrap();
    print!(
        "{}",
        fs::read_to_string("/proc/thread-self/status").unwrap()
    );
    println!("/etc/shadow: {}", fs::read("/etc/shadow").unwrap_err());
    process::exit(0);
}

fn capture_then_step_down() {
    let open = || {
        let (family, kind) = (AddressFamily::Packet, SockType::Raw);
        match nix::sys::socket::socket(family, kind, SockFlag::empty(), None) {
            Ok(_) => "opened".to_owned(),
            Err(error) => format!("{error:?}"),
        }
    };
    println!("packet socket before: {}", open());
    assert!(!Uid::effective().is_root());
    Sandbox::new(Mode::Strict).step_down(&Change::None).unwrap();
    println!("packet socket after: {}", open());
    print!(
        "{}",
        fs::read_to_string("/proc/thread-self/status").unwrap()
    );
}
