//! Log lines on standard error: for people with the time, for the journal with the priority (sd-daemon(3)) instead.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

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
        .with_writer(|| HeldStderr)
        // Who reads the log may be gone: that is no reason to end, which telling of it on standard error would be.
        .log_internal_errors(false)
        .event_format(Lines {
            journal: std::env::var_os("JOURNAL_STREAM").is_some(),
        })
        .finish();
    // Fails only where there is one already, as in a test that runs two commands.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// Lines held back while the terminal belongs to somebody else.
static HELD: Mutex<Option<Held>> = Mutex::new(None);

/// More lines than this are not worth holding back: the oldest go.
const MOST_HELD: usize = 200;

#[derive(Default)]
struct Held {
    lines: VecDeque<Vec<u8>>,
    /// The last line has not been shown.
    news: bool,
}

/// From here on lines are held back: the terminal belongs to somebody else.
pub(super) fn hold() {
    held().get_or_insert_default();
}

/// The last line that is held back, if it has not been asked for before.
pub(super) fn news() -> Option<String> {
    let mut held = held();
    let held = held.as_mut()?;
    let last = held.lines.back().filter(|_| held.news)?;
    let text = String::from_utf8_lossy(last).trim_end().to_owned();
    held.news = false;
    Some(text)
}

/// Tells what was held back, and holds nothing back from here on.
pub(super) fn release() {
    let Some(held) = held().take() else {
        return;
    };
    for line in held.lines {
        let _ = io::stderr().write_all(&line);
    }
}

fn held() -> MutexGuard<'static, Option<Held>> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Standard error, or where lines are held back.
struct HeldStderr;

impl Write for HeldStderr {
    /// A call has a whole line.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut held = held();
        let Some(held) = held.as_mut() else {
            return io::stderr().write(line);
        };
        if held.lines.len() == MOST_HELD {
            held.lines.pop_front();
        }
        held.lines.push_back(line.to_vec());
        held.news = true;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
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
