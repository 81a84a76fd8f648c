//! The command line as typed: each option is declared once, with its long help. What it means is worked out in `commands`.

mod choices;
mod hints;
mod length;
mod moments;
mod report;
mod store;
mod values;
mod watch;

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::output::Language;
use crate::privilege::Mode;
use crate::tally::{GroupBy, To};

pub use hints::explained;
pub use moments::{Day, HostFilter, Last, Moment, Moments};
pub use report::{FilterArgs, HistoryArgs, WindowArgs};
pub use store::StoreArgs;
pub use values::{Internal, Ports};
pub use watch::{CaptureArgs, RotationArgs, RunningArgs, WatchArgs};

/// Finds the machines that negotiate, or only offer, TLS 1.0/1.1 toward Exchange Online.
///
/// Reads captures, follows SMTP up to STARTTLS and into the TLS hellos, and says which internal hosts use or offer legacy
/// TLS, what they are and why. It sends nothing.
#[derive(Debug, Parser)]
#[command(
    name = "tlstally",
    version,
    propagate_version = true,
    max_term_width = 100
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read captures: files, folders (recursively), or - for standard input.
    Read(Box<ReadArgs>),
    /// Watch network interfaces: a console on a terminal, plain lines elsewhere.
    Watch(Box<WatchArgs>),
    /// Report over time what `read --store` and `watch --store` kept.
    Report(Box<HistoryArgs>),
    /// Show which interfaces can be watched, and why others cannot.
    Interfaces,
    /// Show the Exchange Online address and name lists in use, their dates, and how to refresh them.
    Endpoints(EndpointsArgs),
}

/// `tlstally read`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct ReadArgs {
    /// Captures (pcap or pcapng, also gzip, zstd, xz or lz4 compressed), folders of them, or - for standard input.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Say on standard error how long handshakes took, by server, and how this program kept up.
    #[arg(long, help_heading = "Output")]
    pub stats: bool,

    /// How to report.
    #[command(flatten)]
    pub report: ReportArgs,

    /// How to follow.
    #[command(flatten)]
    pub follow: FollowArgs,

    /// Where to keep sessions.
    #[command(flatten)]
    pub store: StoreArgs,

    /// What this program gives up before it reads the first packet: writing other files, sending, running programs.
    #[arg(long, value_enum, default_value_t = Mode::BestEffort, value_name = "HOW", help_heading = "Safety")]
    pub sandbox: Mode,
}

const EXIT_CODES: &str = "\
Exit status:
   0  done
   1  something could not be read or written; all that could be is still reported,
      but nothing is begun where an output cannot be opened
   2  the arguments are wrong
  10  with --fail-on-legacy: the report holds a legacy host";

/// What comes out, and where.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct ReportArgs {
    /// The report's form.
    #[arg(long, value_enum, default_value_t = Format::Table, value_name = "FORM")]
    pub format: Format,

    /// The language of the HTML report; the other forms are English.
    #[arg(long, value_enum, default_value_t = Language::En, value_name = "LANGUAGE")]
    pub lang: Language,

    /// Write the report to FILE instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Write one JSON object a line per session to FILE.
    ///
    /// With - the records take standard output, and the report is printed only if --output names a file.
    #[arg(long, value_name = "FILE|-")]
    pub sessions: Option<PathBuf>,

    /// Which servers the report counts; session records always hold all.
    #[arg(long, value_enum, default_value_t = To::ExchangeOnline, value_name = "SERVERS")]
    pub to: To,

    /// What makes two addresses one host in the report; a gateway's MAC address does not.
    #[arg(long, value_enum, default_value_t = GroupBy::Address, value_name = "WHAT")]
    pub group_by: GroupBy,

    /// Exit with status 10 if the report holds a host that is `legacy` or `mixed`, also where something could not be read.
    #[arg(long)]
    pub fail_on_legacy: bool,
}

/// What is followed, and with what.
#[derive(Debug, Args)]
#[command(next_help_heading = "Following")]
pub struct FollowArgs {
    /// An internal network; repeat for more, or separate by commas [default: RFC 1918, unique local, CGNAT and
    /// link-local addresses].
    #[arg(long, value_name = "CIDR", value_delimiter = ',')]
    pub internal: Vec<Internal>,

    /// TCP ports followed as SMTP: numbers and ranges, separated by commas, and `any`.
    ///
    /// On these ports SMTP and TLS are both followed. With `any`, SMTP is also found on every other port, by what is
    /// said: the server greets with 220 and the client says EHLO, HELO or LHLO. TLS from the first byte on another port
    /// is not taken for SMTP; name the port for that, as in `4465,any`. `any` alone stands for the default ports and
    /// all others.
    #[arg(long, value_name = "LIST", default_value = Ports::DEFAULT)]
    pub ports: Ports,

    /// Microsoft's endpoint list in the published JSON form, instead of the built-in copy.
    #[arg(long, value_name = "FILE")]
    pub endpoints: Option<PathBuf>,

    /// Who saw it, in every record [default: this host's name].
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub sensor: Option<String>,

    /// Worker threads; the first reads the packets too [default: one per core].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub workers: Option<u16>,
}

/// `tlstally endpoints`.
#[derive(Debug, Args)]
pub struct EndpointsArgs {
    /// A list in the published JSON form, to check it and show what is in it.
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
}

/// The report's form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Aligned text.
    Table,
    /// One JSON object.
    Json,
    /// One row per host.
    Csv,
    /// One file for people: a page that loads nothing, with charts, search and advice.
    Html,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_declaration_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn networks_repeat_and_ports_are_a_list() {
        let typed = "tlstally read a.pcap --internal 203.0.113.0/24,198.51.100.0/24 --internal 2001:db8::1 --ports 25,2500-2502";
        let Command::Read(read) = Cli::try_parse_from(typed.split(' ')).unwrap().command else {
            panic!()
        };
        assert_eq!(read.follow.internal.len(), 3);
        let ports: Vec<u16> = read.follow.ports.iter().collect();
        assert_eq!(ports, [25, 2500, 2501, 2502]);
    }
}
