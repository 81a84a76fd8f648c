//! Colours and marks: no meaning hangs on colour alone, and without colours the rest stays.

use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Span;

use crate::output::escape::{terminal_within, width};
use crate::output::style::Paint;
use crate::session::Verdict;

/// What the terminal may be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Palette {
    /// Colours are understood and wanted (`NO_COLOR`); bold, faint and reversed always are.
    pub(super) colour: bool,
}

impl Palette {
    /// How a piece of text looks: only the eight colours every terminal has.
    pub(super) fn style(self, paint: Paint) -> Style {
        let (modifier, colour) = match paint {
            Paint::Strong => (Modifier::BOLD, None),
            Paint::Faint => (Modifier::DIM, None),
            Paint::Alarm => (Modifier::BOLD, Some(Color::Red)),
            Paint::Caution => (Modifier::empty(), Some(Color::Yellow)),
            Paint::Fine => (Modifier::empty(), Some(Color::Green)),
        };
        let style = Style::new().add_modifier(modifier);
        match colour.filter(|_| self.colour) {
            Some(colour) => style.fg(colour),
            None => style,
        }
    }

    /// `text` as a span.
    pub(super) fn span(self, paint: Paint, text: impl Into<String>) -> Span<'static> {
        Span::styled(text.into(), self.style(paint))
    }
}

/// The paint of a session's verdict.
pub(super) const fn of_verdict(verdict: Verdict) -> Paint {
    match verdict {
        Verdict::Legacy => Paint::Alarm,
        Verdict::Weak | Verdict::Plaintext => Paint::Caution,
        Verdict::Modern => Paint::Fine,
        Verdict::Unknown => Paint::Faint,
    }
}

/// `text`, harmless, in exactly `columns` columns.
pub(super) fn fitted(text: &str, columns: usize) -> String {
    let shown = terminal_within(text, columns);
    let missing = columns.saturating_sub(width(&shown));
    format!("{shown}{:missing$}", "")
}

/// The same at the right edge of the columns.
pub(super) fn fitted_right(text: &str, columns: usize) -> String {
    let shown = terminal_within(text, columns);
    let missing = columns.saturating_sub(width(&shown));
    format!("{:missing$}{shown}", "")
}
