//! How many sessions there were over time, legacy ones apart: bars of three lengths, each kept for 144 bars back.

use std::collections::VecDeque;
use std::time::Duration;

/// Bars kept of each length.
pub(super) const BARS: usize = 144;

/// Eighths of a cell, from none to all of it (Unicode Block Elements).
const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The sessions of one stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Bar {
    /// With the verdict `legacy`.
    pub(super) legacy: u64,
    /// All others.
    pub(super) others: u64,
}

/// How much time a bar stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Scale {
    /// Five seconds: 12 minutes are kept.
    #[default]
    Seconds,
    /// A minute: two hours and 24 minutes.
    Minutes,
    /// Ten minutes: a day.
    Day,
}

impl Scale {
    const ALL: [Self; 3] = [Self::Seconds, Self::Minutes, Self::Day];

    const fn seconds(self) -> u64 {
        match self {
            Self::Seconds => 5,
            Self::Minutes => 60,
            Self::Day => 600,
        }
    }

    /// Its words.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Seconds => "5 s",
            Self::Minutes => "1 min",
            Self::Day => "10 min",
        }
    }

    /// The next longer one, and after the longest the shortest.
    pub(super) const fn next(self) -> Self {
        match self {
            Self::Seconds => Self::Minutes,
            Self::Minutes => Self::Day,
            Self::Day => Self::Seconds,
        }
    }
}

/// Sessions over time.
#[derive(Clone, Debug, Default)]
pub(super) struct Trend([Track; Scale::ALL.len()]);

/// The bars of one scale.
#[derive(Clone, Debug, Default)]
struct Track {
    /// Oldest first.
    bars: VecDeque<Bar>,
    /// Which stretch since the beginning the newest bar is.
    newest: u64,
}

impl Trend {
    /// Goes on to a time, counted from the beginning of the capture.
    pub(super) fn advance(&mut self, uptime: Duration) {
        for (track, scale) in self.0.iter_mut().zip(Scale::ALL) {
            track.advance(uptime.as_secs() / scale.seconds());
        }
    }

    /// Counts a session now.
    pub(super) fn note(&mut self, legacy: bool) {
        for track in &mut self.0 {
            track.newest().count(legacy);
        }
    }

    /// The newest `count` bars, oldest first.
    pub(super) fn bars(&self, scale: Scale, count: usize) -> impl Iterator<Item = Bar> {
        let track = self.0.iter().zip(Scale::ALL).find(|(_, of)| *of == scale);
        let bars = track.into_iter().flat_map(|(track, _)| &track.bars);
        let all = track.map_or(0, |(track, _)| track.bars.len());
        bars.skip(all.saturating_sub(count)).copied()
    }
}

impl Track {
    fn advance(&mut self, stretch: u64) {
        let passed = stretch.saturating_sub(self.newest);
        self.newest = self.newest.max(stretch);
        for _ in 0..passed.min(BARS as u64) {
            self.push();
        }
    }

    fn push(&mut self) {
        if self.bars.len() == BARS {
            self.bars.pop_front();
        }
        self.bars.push_back(Bar::default());
    }

    fn newest(&mut self) -> &mut Bar {
        if self.bars.is_empty() {
            self.push();
        }
        let newest = self.bars.len() - 1;
        &mut self.bars[newest]
    }
}

impl Bar {
    const fn count(&mut self, legacy: bool) {
        if legacy {
            self.legacy += 1;
        } else {
            self.others += 1;
        }
    }
}

/// `counts` as one line of bars, the highest count a whole cell; whatever is not zero can be seen.
pub(super) fn sparkline(counts: &[u64]) -> String {
    let highest = counts.iter().copied().max().unwrap_or(0).max(1);
    let eighth = |count: &u64| {
        let level = (u128::from(*count) * 8).div_ceil(u128::from(highest));
        EIGHTHS.get(level as usize).copied().unwrap_or('█')
    };
    counts.iter().map(eighth).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(trend: &Trend, scale: Scale) -> Vec<(u64, u64)> {
        trend
            .bars(scale, BARS)
            .map(|bar| (bar.legacy, bar.others))
            .collect()
    }

    #[test]
    fn sessions_fall_into_their_stretch_on_every_scale() {
        let mut trend = Trend::default();
        trend.note(true);
        trend.advance(Duration::from_secs(4));
        trend.note(false);
        trend.advance(Duration::from_secs(61));
        trend.note(false);
        let seconds = counts(&trend, Scale::Seconds);
        assert_eq!(seconds.len(), 13);
        assert_eq!(seconds.first(), Some(&(1, 1)));
        assert_eq!(seconds.last(), Some(&(0, 1)));
        assert_eq!(counts(&trend, Scale::Minutes), [(1, 1), (0, 1)]);
        assert_eq!(counts(&trend, Scale::Day), [(1, 2)]);
    }

    #[test]
    fn a_year_holds_no_more_than_a_day() {
        let mut trend = Trend::default();
        trend.note(true);
        trend.advance(Duration::from_secs(365 * 86_400));
        trend.note(false);
        for scale in Scale::ALL {
            assert_eq!(counts(&trend, scale).len(), BARS);
            assert_eq!(counts(&trend, scale).last(), Some(&(0, 1)));
        }
    }

    #[test]
    fn one_in_a_million_is_seen() {
        assert_eq!(sparkline(&[0, 1, 500_000, 1_000_000]), " ▁▄█");
        assert_eq!(sparkline(&[0, 0]), "  ");
        assert_eq!(sparkline(&[u64::MAX]), "█");
    }
}
