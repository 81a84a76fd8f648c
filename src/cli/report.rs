//! `tlstally report` as typed.

use std::path::{Path, PathBuf};

use clap::Args;

use super::ReportArgs;
use super::moments::{self, Day, HostFilter, Last, Moment, Moments};
use crate::session::words::Word;
use crate::session::{EndpointKind, Finding, Verdict};
use crate::store::{StoreError, StoreFolder};
use crate::tally::history::By;
use crate::tally::report::HostVerdict;

/// `tlstally report`.
#[derive(Debug, Args)]
#[command(after_help = super::EXIT_CODES)]
pub struct HistoryArgs {
    /// Folders that `read --store` or `watch --store` keep sessions in.
    #[arg(required = true, value_name = "STORE", value_parser = store)]
    pub stores: Vec<StoreFolder>,

    /// Which time.
    #[command(flatten)]
    pub window: WindowArgs,

    /// Which sessions.
    #[command(flatten)]
    pub only: FilterArgs,

    /// What stands in the rows of table and CSV; JSON always has hosts and days.
    #[arg(long, value_enum, value_name = "WHAT", help_heading = "Output")]
    pub by: Option<By>,

    /// Set the SMTP AUTH clients report of the Exchange admin center beside this one: its CSV export.
    ///
    /// Found there under Reports, Mail flow; export the same days. Versions stand side by side; no mailbox is matched to a
    /// host, since neither side holds what would prove it.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub eac: Option<PathBuf>,

    /// How to report.
    #[command(flatten)]
    pub report: ReportArgs,
}

/// Which time is reported.
#[derive(Debug, Args)]
#[command(next_help_heading = "Time")]
pub struct WindowArgs {
    /// The last days, today included (7d, 30d, 2w; a plain number is days), or exactly so long (12h, 90m) [default: all
    /// that is stored].
    #[arg(long, value_name = "TIME", conflicts_with_all = ["since", "until"])]
    pub last: Option<Last>,

    /// From this day or time on: 2026-08-01, yesterday, 2026-08-01T14:00 of --tz, 2026-08-01T14:00Z, 2026-08-01T14:00+09:00.
    #[arg(long, value_name = "DATE")]
    pub since: Option<Moment>,

    /// Until the end of this day, or until this time; written as for --since.
    #[arg(long, value_name = "DATE")]
    pub until: Option<Moment>,

    /// The time zone whose days are meant, by its IANA name [default: this machine's]; sessions are stored in UTC.
    #[arg(long, value_name = "ZONE", value_parser = moments::zone)]
    pub tz: Option<jiff::tz::TimeZone>,

    /// Also compare with another window [default: as long, right before; with --last as many days earlier]. Needs --last, or
    /// --since and --until.
    #[arg(long, value_name = "DATE..DATE", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub compare: Option<Moments>,

    /// New, fixed, worse and silent hosts since this day [default: the middle of the window].
    #[arg(long, value_name = "DAY")]
    pub changes_since: Option<Day>,
}

/// Which sessions are reported; of one option any, of several options all must fit.
#[derive(Debug, Args)]
#[command(next_help_heading = "Only these sessions")]
pub struct FilterArgs {
    /// Of hosts in this network or with this name; repeat for more, or separate by commas.
    #[arg(long, value_name = "CIDR|NAME", value_delimiter = ',')]
    pub host: Vec<HostFilter>,

    /// With this verdict; repeat for more, or separate by commas.
    #[arg(long, value_name = "VERDICT", value_delimiter = ',', value_parser = verdict)]
    pub verdict: Vec<Verdict>,

    /// With this finding; repeat for more, or separate by commas.
    #[arg(long, value_name = "FINDING", value_delimiter = ',', value_parser = finding)]
    pub finding: Vec<Finding>,

    /// To an endpoint of this kind; repeat for more, or separate by commas.
    #[arg(long, value_name = "ENDPOINT", value_delimiter = ',', value_parser = word::<EndpointKind>)]
    pub endpoint: Vec<EndpointKind>,

    /// That this sensor saw; repeat for more.
    #[arg(long, value_name = "NAME")]
    pub sensor: Vec<String>,
}

fn word<W: Word>(text: &str) -> Result<W, String> {
    let found = W::EACH.iter().copied().find(|word| word.word() == text);
    let known = || W::EACH.iter().map(|word| word.word()).collect::<Vec<_>>();
    found.ok_or_else(|| format!("`{text}` is none of {}", known().join(", ")))
}

fn verdict(text: &str) -> Result<Verdict, String> {
    word(text).map_err(|wrong| {
        if text == HostVerdict::Mixed.name() {
            let known = Verdict::WORDS.join(", ");
            return format!(
                "`{text}` is a verdict on hosts, and this option chooses sessions: {known}"
            );
        }
        wrong
    })
}

/// A value of `--compare` is easily set beside it.
fn store(text: &str) -> Result<StoreFolder, String> {
    let is_window = matches!(text.parse(), Ok(Moments(Some(_))));
    if is_window && !Path::new(text).exists() {
        return Err(format!("a window, not a store: write --compare={text}"));
    }
    text.parse().map_err(|wrong: StoreError| wrong.to_string())
}

fn finding(text: &str) -> Result<Finding, String> {
    let found = Finding::ALL.into_iter().find(|known| known.name() == text);
    let known = Finding::ALL.map(Finding::name).join(", ");
    found.ok_or_else(|| format!("`{text}` is none of {known}"))
}
