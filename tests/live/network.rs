//! Network namespaces and what is in them.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

/// Longer than anything here takes; who waits so long has failed.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A network namespace, removed with all that is in it.
pub struct Namespace {
    name: String,
}

impl Namespace {
    /// A namespace, where the tests can have one.
    #[expect(clippy::print_stderr, reason = "a test that skips says so")]
    pub fn new() -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("tlstally-{}-{number}", std::process::id());
        let made = run("ip", &["netns", "add", &name]).is_ok();
        let tools = ["tcpdump", "tcpreplay"]
            .iter()
            .all(|tool| run(tool, &["--version"]).is_ok());
        let namespace = made.then(|| Self { name });
        if tools && let Some(namespace) = namespace {
            for setting in ["all", "default"] {
                let quiet = format!("net.ipv6.conf.{setting}.disable_ipv6=1");
                namespace.run("sysctl", &["-qw", &quiet]);
            }
            namespace.run("ip", &["link", "set", "lo", "up"]);
            return Some(namespace);
        }
        assert!(
            std::env::var_os("CI").is_none(),
            "CI must be root and have ip, tcpdump and tcpreplay"
        );
        eprintln!("SKIPPED: needs root, ip, tcpdump and tcpreplay");
        None
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// A cable between two interfaces of the namespace.
    pub fn cable(&self, one: &str, other: &str) {
        let cable = [
            "link", "add", one, "mtu", "65535", "type", "veth", "peer", "name", other, "mtu",
            "65535",
        ];
        self.run("ip", &cable);
        for end in [one, other] {
            self.run("ip", &["link", "set", end, "up"]);
        }
    }

    /// Runs a program to its good end.
    pub fn run(&self, program: &str, args: &[&str]) {
        let output = self.command(program, args).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{program} {args:?}: {told}");
    }

    /// A program in the namespace. It takes the place of `ip`, so its process is the child.
    pub fn command(&self, program: &str, args: &[&str]) -> Command {
        let mut command = Command::new("ip");
        command
            .args(["netns", "exec", &self.name, program])
            .args(args)
            .stdin(Stdio::null());
        command
            .env_remove("COLUMNS")
            .env_remove("JOURNAL_STREAM")
            .env("NO_COLOR", "1");
        command
    }

    /// What a metrics server says that listens inside the namespace.
    pub fn ask(&self, port: u16, page: &str) -> String {
        let script = format!(
            "exec 3<>/dev/tcp/127.0.0.1/{port}; printf 'GET {page} HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3"
        );
        let output = self.command("bash", &["-c", &script]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    /// Sends the packets of a capture out of an interface, so many a second.
    pub fn replay(&self, interface: &str, capture: &Path, a_second: u32) {
        let (rate, capture) = (format!("--pps={a_second}"), capture.to_str().unwrap());
        self.run("tcpreplay", &["-q", "-i", interface, &rate, capture]);
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        let _ = run("ip", &["netns", "del", &self.name]);
    }
}

fn run(program: &str, args: &[&str]) -> Result<(), ()> {
    let status = Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status
        .ok()
        .filter(std::process::ExitStatus::success)
        .map(drop)
        .ok_or(())
}

/// A program that runs on; killed if the test ends before it.
pub struct Running {
    child: Child,
    /// Lines of its standard error.
    lines: Receiver<String>,
    pub told: Vec<String>,
}

impl Running {
    pub fn start(mut command: Command) -> Self {
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        command.process_group(0); // the terminal's signals are not for it
        let mut child = command.spawn().unwrap();
        let errors = BufReader::new(child.stderr.take().unwrap());
        let (send, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in errors.lines().map_while(Result::ok) {
                let _ = send.send(line);
            }
        });
        Self {
            child,
            lines,
            told: Vec::new(),
        }
    }

    /// Waits for a line on standard error that holds `words`.
    pub fn wait_for(&mut self, words: &str) -> String {
        let begun = Instant::now();
        loop {
            let left = PATIENCE.saturating_sub(begun.elapsed());
            match self.lines.recv_timeout(left) {
                Ok(line) => {
                    self.told.push(line.clone());
                    if line.contains(words) {
                        return line;
                    }
                }
                Err(error) => panic!(
                    "{error} while waiting for `{words}`; so far: {:#?}",
                    self.told
                ),
            }
        }
    }

    pub fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        run("kill", &["-s", signal, &id]).unwrap();
    }

    /// Waits for its end; its exit status, where it was not killed.
    pub fn end(mut self) -> (Option<i32>, Vec<String>) {
        let child = &mut self.child;
        let mut status = None;
        until("the end", || {
            status = child.try_wait().unwrap();
            status.is_some()
        });
        let rest: Vec<_> = self.lines.iter().collect();
        self.told.extend(rest);
        (status.unwrap().code(), std::mem::take(&mut self.told))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until it is so.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "waited too long for {what}");
        thread::sleep(Duration::from_millis(20));
    }
}
