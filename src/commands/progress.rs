//! The progress bar: bytes, rate and time left, on standard error and only if that is a terminal.

use std::io::{self, IsTerminal};
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::source::Progress;

const WITH_TOTAL: &str = "{bar:30} {bytes}/{total_bytes}  {bytes_per_sec}  {eta} left";
const WITHOUT_TOTAL: &str = "{spinner} {bytes}  {bytes_per_sec}  {elapsed}";

/// A bar, or nothing where nobody looks.
pub(super) struct Bar {
    bar: ProgressBar,
    progress: Arc<Progress>,
}

impl Bar {
    /// A bar over the reading of `progress`.
    pub(super) fn over(progress: &Arc<Progress>) -> Self {
        let bar = match progress.total() {
            Some(total) => ProgressBar::new(total),
            None => ProgressBar::no_length(),
        };
        let target = if io::stderr().is_terminal() {
            ProgressDrawTarget::stderr_with_hz(5)
        } else {
            ProgressDrawTarget::hidden()
        };
        bar.set_draw_target(target);
        let template = if progress.total().is_some() {
            WITH_TOTAL
        } else {
            WITHOUT_TOTAL
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self {
            bar,
            progress: Arc::clone(progress),
        }
    }

    /// Shows where reading is.
    pub(super) fn tick(&self) {
        self.bar.set_position(self.progress.read());
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
