//! What the whole-program tests share: running the program, scratch folders, captures as packets.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test file uses its own part"
)]

pub mod conversation;
pub mod less;
pub mod reading;
pub mod schema;
pub mod script;
pub mod table;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs};

use serde_json::Value;

/// The folder of captures that belongs to the project.
pub fn pcaps() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("pcaps")
}

/// Captures in `pcaps/`, by name.
pub fn captures() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(pcaps())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|ending| ending == "pcap" || ending == "pcapng")
        })
        .collect();
    found.sort();
    assert!(!found.is_empty(), "no captures in pcaps/");
    found
}

/// Runs the program with `args`, in an environment that decides nothing.
pub fn run<S: AsRef<OsStr>>(args: &[S]) -> Output {
    command(args).stdin(Stdio::null()).output().unwrap()
}

/// The program with `args`, to be started by the caller.
pub fn command<S: AsRef<OsStr>>(args: &[S]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tlstally"));
    command
        .args(args)
        .env_remove("COLUMNS")
        .env("NO_COLOR", "1");
    command
}

/// Session records of `tlstally read --to any` with `options`, over `paths`.
pub fn sessions(options: &[&str], paths: &[PathBuf]) -> Vec<Value> {
    let output = read(options, paths);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output
        .stdout
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| {
            let record = serde_json::from_slice(line).unwrap();
            schema::hold(&record);
            record
        })
        .collect()
}

/// `tlstally read --sensor test --sessions -` with `options`, over `paths`.
pub fn read(options: &[&str], paths: &[PathBuf]) -> Output {
    let mut args: Vec<&OsStr> = ["read", "--sensor", "test", "--sessions", "-"]
        .iter()
        .map(OsStr::new)
        .collect();
    args.extend(options.iter().map(OsStr::new));
    args.extend(paths.iter().map(|path| path.as_os_str()));
    run(&args)
}

/// A value inside a record, by a path of keys such as `tls.version`.
pub fn at<'a>(record: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(record, |value, key| &value[key])
}

/// A folder that is removed when the test is over.
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("tlstally-test-{}-{number}", std::process::id());
        let path = env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file in the folder.
    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// One packet of a capture.
#[derive(Clone, Debug)]
pub struct Packet {
    /// Nanoseconds since the epoch.
    pub time: u64,
    /// Length on the wire.
    pub original: u32,
    /// What was captured.
    pub bytes: Vec<u8>,
}

/// The packets of a little-endian pcap file with microseconds, as tcpdump writes it, read without the program's own reader.
pub fn packets(path: &Path) -> (u32, Vec<Packet>) {
    let bytes = fs::read(path).unwrap();
    let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    assert_eq!(word(0), 0xa1b2_c3d4, "{}", path.display());
    let mut packets = Vec::new();
    let mut at = 24;
    while at < bytes.len() {
        let captured = word(at + 8) as usize;
        packets.push(Packet {
            time: u64::from(word(at)) * 1_000_000_000 + u64::from(word(at + 4)) * 1000,
            original: word(at + 12),
            bytes: bytes[at + 16..at + 16 + captured].to_vec(),
        });
        at += 16 + captured;
    }
    (word(20), packets)
}

/// How a pcap file is to be written.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    pub big_endian: bool,
    pub nanoseconds: bool,
}

/// A pcap file (draft-ietf-opsawg-pcap).
pub fn pcap(form: Form, link: u32, packets: &[Packet]) -> Vec<u8> {
    let word = |value: u32| {
        if form.big_endian {
            value.to_be_bytes()
        } else {
            value.to_le_bytes()
        }
    };
    let half = |value: u16| {
        if form.big_endian {
            value.to_be_bytes()
        } else {
            value.to_le_bytes()
        }
    };
    let magic = if form.nanoseconds {
        0xa1b2_3c4d
    } else {
        0xa1b2_c3d4
    };
    let mut out = word(magic).to_vec();
    out.extend(half(2));
    out.extend(half(4));
    for value in [0, 0, 262_144, link] {
        out.extend(word(value));
    }
    for packet in packets {
        let unit = if form.nanoseconds { 1 } else { 1000 };
        let fields = [
            (packet.time / 1_000_000_000) as u32,
            (packet.time % 1_000_000_000 / unit) as u32,
            packet.bytes.len() as u32,
            packet.original,
        ];
        for field in fields {
            out.extend(word(field));
        }
        out.extend(&packet.bytes);
    }
    out
}

/// A pcap file as tcpdump writes it.
pub fn plain_pcap(link: u32, packets: &[Packet]) -> Vec<u8> {
    let form = Form {
        big_endian: false,
        nanoseconds: false,
    };
    pcap(form, link, packets)
}

/// Whether a program can be run; tests that need one say when they skip, and never skip in CI.
#[allow(clippy::print_stderr, reason = "a test that skips says so")]
pub fn has(program: &str) -> bool {
    let found = Command::new(program)
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success());
    assert!(
        found || env::var_os("CI").is_none(),
        "{program} is missing, and CI must have it"
    );
    if !found {
        eprintln!("SKIPPED: {program} is not installed");
    }
    found
}
