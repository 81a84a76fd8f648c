//! What people see while interfaces are watched.

use std::time::{Duration, Instant};

use tracing::info;

use super::known::Known;
use crate::session::Session;
use crate::tally::figures::{bytes, counted, number};
use crate::tally::live::Moment;

/// What whoever looks wants next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// To look on.
    GoOn,
    /// The report, and the end.
    End,
}

/// Shows what goes on. Always on the thread that watches.
pub(super) trait View {
    /// A session that is over, as it was counted.
    fn session(&mut self, _session: &Session) {}

    /// Ten times a second.
    fn tick(&mut self, known: &Known) -> Wish;

    /// Whether standard output and standard error are a terminal that belongs to the view, so that nothing else may write there.
    fn has_terminal(&self) -> bool {
        false
    }

    /// The end has been decided on; what is on the way still comes.
    fn leave(&mut self) {}

    /// All has been seen; standard output and standard error belong to others from here on.
    fn end(&mut self, _known: &Known) {}
}

/// A line every so often.
pub(super) struct Plain {
    every: Duration,
    due: Instant,
    before: Moment,
}

impl Plain {
    pub(super) fn new(every: Duration) -> Self {
        Self {
            every,
            due: Instant::now() + every,
            before: Moment::default(),
        }
    }

    fn tell(&mut self, known: &Known) {
        let moment = known.moment();
        info!("{}", line(known, &moment, &self.before));
        self.before = moment;
    }
}

impl View for Plain {
    fn tick(&mut self, known: &Known) -> Wish {
        let now = Instant::now();
        if now >= self.due {
            self.due += self.every;
            self.tell(known);
        }
        Wish::GoOn
    }

    fn end(&mut self, known: &Known) {
        self.tell(known);
    }
}

/// What was seen so far, and since the last line.
fn line(known: &Known, moment: &Moment, before: &Moment) -> String {
    let report = known.brief();
    let new = moment.sessions - before.sessions;
    let dropped = moment.dropped();
    let new_dropped = dropped.saturating_sub(before.dropped());
    format!(
        "{} ({} new); {} of {} legacy; {}, {} ({} new); {} dropped ({} new); {} open",
        counted(moment.sessions, "session"),
        number(new),
        number(report.legacy_hosts()),
        counted(report.totals.hosts, "host"),
        counted(moment.packets(), "packet"),
        bytes(moment.bytes()),
        number(moment.packets() - before.packets()),
        number(dropped),
        number(new_dropped),
        counted(moment.flows.now, "connection"),
    )
}
