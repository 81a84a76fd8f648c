//! The console: the state of what is looked at, what a key does to it, and how it is drawn.
//!
//! Pure. Keys and [`Snapshot`]s come in, [`Effect`]s and cells go out; whoever runs it owns the terminal, the clock, the
//! threads and the files. Everything shown goes through [`super::escape`]; lists are bounded (`recent`, `trend`).
//! `docs/console.md` explains the picture to those who look at it.

mod capture;
mod choice;
mod detail;
mod head;
mod hosts;
mod keys;
mod paint;
mod recent;
mod screen;
mod sessions;
#[cfg(test)]
mod svg;
mod trend;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::session::{Session, Verdict};
use crate::tally::Report;
use crate::tally::live::{Moment, Rates};
use choice::Choice;
use paint::Palette;
use recent::Recent;
use trend::{Scale, Trend};

pub use keys::{Key, reference};

/// Fewest columns in which the picture can be drawn.
pub const MIN_COLUMNS: u16 = 80;
/// Fewest rows.
pub const MIN_ROWS: u16 = 24;

/// How long something told stands where the keys are.
const TELLING: Duration = Duration::from_secs(20);

/// What is known at one moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// What the sessions say.
    pub report: Arc<Report>,
    /// What the capture says.
    pub moment: Arc<Moment>,
}

/// What whoever runs the console has to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Nothing.
    Nothing,
    /// End.
    Quit,
    /// Write this into a file, and [`Console::tell`] where it is.
    Export(Export),
}

/// Hosts to be written into a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Export {
    /// The form.
    pub form: Form,
    /// The hosts shown, in their order; totals and capture of all.
    pub report: Box<Report>,
}

/// The form of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As [`super::table`].
    Table,
    /// As [`super::json`].
    Json,
    /// As [`super::csv`].
    Csv,
}

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum View {
    /// All hosts.
    Hosts,
    /// One of them.
    Host(IpAddr),
    /// The latest sessions.
    Sessions,
    /// The capture.
    Capture,
}

/// What lies over the view, and takes the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Over {
    Nothing,
    /// Any key takes it away.
    Help,
    /// Text is typed.
    Search,
    /// A form is chosen.
    Export,
}

/// All that is shown, so that it can be held still.
#[derive(Clone, Debug, Default)]
struct Facts {
    snapshot: Option<Snapshot>,
    rates: Option<Rates>,
    recent: Recent,
    trend: Trend,
}

/// The console.
#[derive(Clone, Debug)]
pub struct Console {
    palette: Palette,
    now: Facts,
    /// What was known when the user paused.
    frozen: Option<Box<Facts>>,
    choice: Choice,
    /// The chosen hosts: places in the report's list.
    rows: Vec<usize>,
    selected: Option<IpAddr>,
    /// The user has gone to it; until then it is the first.
    gone_to: bool,
    view: View,
    over: Over,
    scale: Scale,
    /// First line shown of a view that scrolls.
    top: usize,
    /// Lines that the view had room for, and lines it had, when it was drawn last.
    page: Page,
    /// What became of the last export, say, and the uptime of the capture then.
    told: Option<(String, Duration)>,
    changed: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Page {
    room: usize,
    lines: usize,
}

impl Console {
    /// A console that knows nothing yet; `colour` says whether colours are wanted.
    pub fn new(colour: bool) -> Self {
        Self {
            palette: Palette { colour },
            now: Facts::default(),
            frozen: None,
            choice: Choice::default(),
            rows: Vec::new(),
            selected: None,
            gone_to: false,
            view: View::Hosts,
            over: Over::Nothing,
            scale: Scale::default(),
            top: 0,
            page: Page::default(),
            told: None,
            changed: true,
        }
    }

    /// Takes in a session.
    pub fn session(&mut self, session: Arc<Session>) {
        self.now.trend.note(session.verdict == Verdict::Legacy);
        self.now.recent.note(session);
        self.changed |= self.frozen.is_none();
    }

    /// Takes in what is known now.
    pub fn update(&mut self, snapshot: Snapshot) {
        let before = self.now.snapshot.as_ref();
        let rates = before.and_then(|before| snapshot.moment.rates_since(&before.moment));
        self.now.rates = rates.or(self.now.rates);
        self.now.trend.advance(snapshot.moment.uptime);
        self.now.snapshot = Some(snapshot);
        self.forget_told();
        if self.frozen.is_none() {
            self.choose();
            self.changed = true;
        }
    }

    /// Tells the user something, such as the path of an export.
    pub fn tell(&mut self, text: impl Into<String>) {
        self.told = Some((text.into(), self.uptime()));
        self.changed = true;
    }

    fn forget_told(&mut self) {
        let uptime = self.uptime();
        let old = |(_, then): &(String, Duration)| uptime.saturating_sub(*then) >= TELLING;
        if self.told.as_ref().is_some_and(old) {
            self.told = None;
            self.changed = true;
        }
    }

    /// How long the capture has run, as far as is known.
    fn uptime(&self) -> Duration {
        let snapshot = self.now.snapshot.as_ref();
        snapshot.map_or(Duration::ZERO, |known| known.moment.uptime)
    }

    /// The terminal has another size, or has lost what was on it.
    pub const fn resized(&mut self) {
        self.changed = true;
    }

    /// Whether the picture has changed since it was drawn.
    pub const fn changed(&self) -> bool {
        self.changed
    }

    /// What a key does.
    pub fn on_key(&mut self, key: Key) -> Effect {
        self.changed = true;
        self.told = None;
        if key == Key::Interrupt {
            return Effect::Quit;
        }
        match self.over {
            Over::Nothing => self.on_view_key(key),
            Over::Help => {
                self.over = Over::Nothing;
                Effect::Nothing
            }
            Over::Search => self.on_search_key(key),
            Over::Export => self.on_export_key(key),
        }
    }

    fn on_view_key(&mut self, key: Key) -> Effect {
        match key {
            Key::Character('q') if self.view == View::Hosts => return Effect::Quit,
            Key::Escape if self.view == View::Hosts => self.widen(),
            Key::Escape | Key::Character('q') => self.look_at(View::Hosts),
            Key::Enter if self.view == View::Hosts => self.look_into(),
            Key::Character('s') => self.choose_by(Choice::next_sort),
            Key::Character('S') => self.choose_by(|choice| choice.reversed = !choice.reversed),
            Key::Character('f') => self.choose_by(Choice::next_filter),
            Key::Character('F') => self.choose_by(Choice::previous_filter),
            Key::Character('/') => {
                self.look_at(View::Hosts);
                self.over = Over::Search;
            }
            Key::Character('l') => self.look_at(View::Sessions),
            Key::Character('c') => self.look_at(View::Capture),
            Key::Character('t') => self.scale = self.scale.next(),
            Key::Character('p' | ' ') => self.pause(),
            Key::Character('e') if self.facts().snapshot.is_some() => self.over = Over::Export,
            Key::Character('?') => self.over = Over::Help,
            key => self.move_by(key),
        }
        Effect::Nothing
    }

    fn on_search_key(&mut self, key: Key) -> Effect {
        match key {
            Key::Enter => self.over = Over::Nothing,
            Key::Escape => {
                self.over = Over::Nothing;
                self.choose_by(|choice| choice.search.clear());
            }
            Key::Backspace => self.choose_by(|choice| {
                choice.search.pop();
            }),
            Key::Character(character) => {
                self.choose_by(|choice| choice.type_character(character));
            }
            key => self.move_by(key),
        }
        Effect::Nothing
    }

    fn on_export_key(&mut self, key: Key) -> Effect {
        self.over = Over::Nothing;
        let form = match key {
            Key::Character('t') => Form::Table,
            Key::Character('j') => Form::Json,
            Key::Character('c') => Form::Csv,
            _ => return Effect::Nothing,
        };
        match self.facts().snapshot.as_ref() {
            None => Effect::Nothing,
            Some(snapshot) => Effect::Export(Export {
                form,
                report: Box::new(self.exported(&snapshot.report)),
            }),
        }
    }

    /// The hosts looked at: one, or all that were chosen.
    fn exported(&self, report: &Report) -> Report {
        let hosts = report.hosts.iter();
        let hosts = match self.view {
            View::Host(address) => hosts.filter(|host| host.host == address).cloned().collect(),
            _ => self
                .rows
                .iter()
                .filter_map(|at| report.hosts.get(*at).cloned())
                .collect(),
        };
        report.narrowed(hosts)
    }

    const fn look_at(&mut self, view: View) {
        self.view = view;
        self.top = 0;
    }

    fn look_into(&mut self) {
        if let Some(host) = self.selected {
            self.gone_to = true;
            self.look_at(View::Host(host));
        }
    }

    /// Takes back what narrows the list, the last thing first.
    fn widen(&mut self) {
        self.choose_by(|choice| {
            if choice.search.is_empty() {
                choice.filter = choice::Filter::All;
            }
            choice.search.clear();
        });
    }

    fn pause(&mut self) {
        self.frozen = match self.frozen.take() {
            Some(_) => None,
            None => Some(Box::new(self.now.clone())),
        };
        self.choose();
    }

    fn choose_by(&mut self, change: impl FnOnce(&mut Choice)) {
        change(&mut self.choice);
        self.choose();
    }

    /// Finds the chosen hosts anew; the selection stays with the host that the user went to, as long as that is shown.
    fn choose(&mut self) {
        let Some(snapshot) = self.facts().snapshot.clone() else {
            return;
        };
        self.rows = self.choice.of(&snapshot.report);
        if !self.gone_to || self.place().is_none() {
            self.gone_to = false;
            self.select(&snapshot.report, 0);
        }
    }

    fn move_by(&mut self, key: Key) {
        let page = self.page.room.max(1);
        match self.view {
            View::Hosts => {
                let Some(snapshot) = self.facts().snapshot.clone() else {
                    return;
                };
                let last = self.rows.len().saturating_sub(1);
                let place = moved(self.place().unwrap_or(0), key, page, last);
                self.gone_to = true;
                self.select(&snapshot.report, place);
            }
            View::Host(_) | View::Sessions | View::Capture => {
                let last = self.page.lines.saturating_sub(page);
                self.top = moved(self.top.min(last), key, page, last);
            }
        }
    }

    fn select(&mut self, report: &Report, place: usize) {
        let host = self.rows.get(place).and_then(|at| report.hosts.get(*at));
        self.selected = host.map(|host| host.host);
    }

    /// Where the selected host stands among the chosen ones.
    fn place(&self) -> Option<usize> {
        let report = &self.facts().snapshot.as_ref()?.report;
        let selected = self.selected?;
        self.rows.iter().position(|at| {
            let host = report.hosts.get(*at);
            host.is_some_and(|host| host.host == selected)
        })
    }

    fn facts(&self) -> &Facts {
        self.frozen.as_deref().unwrap_or(&self.now)
    }
}

/// The place that a key leads to.
fn moved(from: usize, key: Key, page: usize, last: usize) -> usize {
    let to = match key {
        Key::Up | Key::Character('k') => from.saturating_sub(1),
        Key::Down | Key::Character('j') => from + 1,
        Key::PageUp => from.saturating_sub(page),
        Key::PageDown => from + page,
        Key::Home | Key::Character('g') => 0,
        Key::End | Key::Character('G') => last,
        _ => from,
    };
    to.min(last)
}

#[cfg(test)]
mod tests;
