//! How text may look. The caller decides (terminal or not, `NO_COLOR`, its width); no meaning hangs on colour alone.

use crate::tally::report::HostVerdict;

/// What the place that shows the text can do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Colours and bold (ECMA-48 SGR) are understood and wanted.
    pub colour: bool,
    /// Columns of the terminal; `None` where there is none: then nothing is shortened.
    pub width: Option<usize>,
}

/// What a piece of text is, for those who can see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// Headings and the first sentence.
    Strong,
    /// Details that the eye may skip.
    Faint,
    /// Something to act on.
    Alarm,
    /// Something to look at.
    Caution,
    /// As it should be.
    Fine,
}

impl Paint {
    /// The paint of a host's verdict.
    pub const fn of(verdict: HostVerdict) -> Self {
        match verdict {
            HostVerdict::Legacy | HostVerdict::Mixed => Self::Alarm,
            HostVerdict::Weak | HostVerdict::Plaintext => Self::Caution,
            HostVerdict::Modern => Self::Fine,
            HostVerdict::Unknown => Self::Faint,
        }
    }

    /// Parameters of Select Graphic Rendition (ECMA-48 8.3.117): only the eight colours every terminal has.
    const fn parameters(self) -> &'static str {
        match self {
            Self::Strong => "1",
            Self::Faint => "2",
            Self::Alarm => "1;31",
            Self::Caution => "33",
            Self::Fine => "32",
        }
    }
}

impl Style {
    /// `text` painted, if colours are wanted.
    pub fn paint(self, paint: Paint, text: &str) -> String {
        if !self.colour || text.is_empty() {
            return text.to_owned();
        }
        format!("\x1b[{}m{text}\x1b[0m", paint.parameters())
    }
}
