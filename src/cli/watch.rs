//! `tlstally watch` as typed.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args};

use super::{EXIT_CODES, FollowArgs, ReportArgs, StoreArgs, values};
use crate::privilege::Mode;
use crate::source::live::Stamps;

/// `tlstally watch`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct WatchArgs {
    /// How to capture.
    #[command(flatten)]
    pub capture: CaptureArgs,

    /// How long, and what is told meanwhile.
    #[command(flatten)]
    pub running: RunningArgs,

    /// How session records are kept small.
    #[command(flatten)]
    pub rotation: RotationArgs,

    /// How to report.
    #[command(flatten)]
    pub report: ReportArgs,

    /// How to follow.
    #[command(flatten)]
    pub follow: FollowArgs,

    /// Where to keep sessions.
    #[command(flatten)]
    pub store: StoreArgs,

    /// What is given up.
    #[command(flatten)]
    pub safety: SafetyArgs,
}

/// What is given up before the first packet is read.
#[derive(Debug, Args)]
#[command(next_help_heading = "Safety")]
pub struct SafetyArgs {
    /// Become this user once interfaces are open [default: for root, the owner of the directories written to, or
    /// tlstally or nobody].
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,

    /// What this program gives up before it reads the first packet: root and capabilities, files, sockets, system calls.
    #[arg(long, value_enum, default_value_t = Mode::BestEffort, value_name = "HOW")]
    pub sandbox: Mode,
}

/// How packets are taken from interfaces.
#[derive(Debug, Args)]
#[command(next_help_heading = "Capture")]
pub struct CaptureArgs {
    /// An interface to watch; repeat for more, such as the two ports of a tap. `tlstally interfaces` lists them.
    #[arg(short, long = "interface", required = true, value_name = "IFACE")]
    pub interfaces: Vec<String>,

    /// Mebibytes of the kernel's ring, for each interface: room for bursts.
    #[arg(long, value_name = "MIB", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=2047))]
    pub ring: u32,

    /// Take each packet as soon as it is there, not in blocks that the kernel hands on after a tenth of a second. Costs
    /// more, and the ring then has room for fewer packets.
    #[arg(long)]
    pub immediate: bool,

    /// Bytes kept of a packet; hellos that do not fit are known only in part.
    #[arg(long, value_name = "BYTES", default_value_t = 262_144, value_parser = clap::value_parser!(u32).range(64..=262_144))]
    pub snaplen: u32,

    /// Take only packets that are for this host.
    #[arg(long)]
    pub no_promiscuous: bool,

    /// Whose clock stamps packets: the host's, or the network card's where it is kept in step with the host's.
    #[arg(long, value_enum, default_value_t = Stamps::Host, value_name = "CLOCK")]
    pub time_stamps: Stamps,

    /// A filter for the kernel (pcap-filter(7)) instead of the one made from --ports.
    ///
    /// What it drops cannot be followed. Beware of the word `vlan`: without it tagged frames do not match, with it
    /// untagged ones do not.
    #[arg(long, value_name = "EXPR", conflicts_with = "no_filter")]
    pub filter: Option<String>,

    /// Let the kernel pass everything on; then everything is counted.
    #[arg(long)]
    pub no_filter: bool,

    /// Keep packets of legacy sessions as evidence in FILE (pcapng): headers, and what leads to TLS and its handshake;
    /// nothing else.
    #[arg(long, value_name = "FILE")]
    pub write: Option<PathBuf>,

    /// Put the file of packets aside at this size.
    #[arg(long, value_name = "SIZE", default_value = "100M", value_parser = values::size, requires = "write")]
    pub write_size: u64,

    /// Keep no more than so many files of packets that were put aside.
    #[arg(long, value_name = "N", default_value_t = 10, requires = "write")]
    pub write_keep: usize,
}

/// How long to run, and what to say meanwhile.
#[derive(Debug, Args)]
#[command(next_help_heading = "Running")]
pub struct RunningArgs {
    /// Say what was seen every so often (30s, 10m, 12h, 7d, 1w); a plain number is seconds.
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = values::duration)]
    pub every: Duration,

    /// End after so long, with the report (30s, 10m, 12h, 7d, 1w); a plain number is seconds.
    #[arg(long = "for", value_name = "TIME", value_parser = values::duration)]
    pub duration: Option<Duration>,

    /// End after so many sessions, with the report; those that end in the same moment count too.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub stop_after: Option<u64>,

    /// Plain lines, also on a terminal; there is a console otherwise.
    #[arg(long)]
    pub plain: bool,

    /// The folder that the console's exports go to.
    #[arg(
        long,
        value_name = "DIR",
        default_value = ".",
        hide_default_value = true
    )]
    pub export_dir: PathBuf,

    /// Serve metrics for Prometheus, and /healthz, on ADDR: IP:PORT, or PORT for this machine only.
    #[arg(long, value_name = "ADDR", value_parser = values::listen)]
    pub metrics: Option<SocketAddr>,

    /// Say more on standard error.
    #[arg(short, long, action = ArgAction::Count)]
    pub verbose: u8,
}

/// When the file of session records is put aside and a new one begun.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct RotationArgs {
    /// Begin a new file of session records once it has this size (100M); the old one gets the time at the end of its name.
    #[arg(long, value_name = "SIZE", value_parser = values::size, requires = "sessions")]
    pub rotate_size: Option<u64>,

    /// Begin a new file of session records every so often (12h, 1d, 1w; a plain number is seconds), however often the
    /// program is started anew meanwhile.
    #[arg(long, value_name = "TIME", value_parser = values::duration, requires = "sessions")]
    pub rotate_every: Option<Duration>,

    /// Keep no more than so many old files of session records [default: all].
    #[arg(long, value_name = "N", requires = "sessions")]
    pub rotate_keep: Option<usize>,
}
