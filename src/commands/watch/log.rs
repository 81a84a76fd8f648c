//! Log lines on standard error: for people with the time, for the journal with the priority (sd-daemon(3)) instead.

use std::fmt;
use std::io;

use jiff::Timestamp;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::output::escape;

/// From here on what is logged is shown; `verbose` as often as `-v` was typed.
pub(super) fn start(verbose: u8) {
    let most = match verbose {
        0 => Level::INFO,
        1 => Level::DEBUG,
        _ => Level::TRACE,
    };
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(most)
        .with_writer(io::stderr)
        .event_format(Lines {
            journal: std::env::var_os("JOURNAL_STREAM").is_some(),
        })
        .finish();
    // Fails only where there is one already, as in a test that runs two commands.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

struct Lines {
    journal: bool,
}

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut text = String::new();
        context.format_fields(Writer::new(&mut text), event)?;
        let text = escape::terminal(&text);
        let level = *event.metadata().level();
        if self.journal {
            return writeln!(writer, "<{}>{text}", priority(level));
        }
        writeln!(writer, "{:.0} {}{text}", Timestamp::now(), word(level))
    }
}

/// Of syslog(3).
fn priority(level: Level) -> u8 {
    match level {
        Level::ERROR => 3,
        Level::WARN => 4,
        Level::INFO => 6,
        _ => 7,
    }
}

fn word(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error: ",
        Level::WARN => "warning: ",
        _ => "",
    }
}
