//! The picture: head, view, foot, and what lies over them. Every line is clipped to the screen.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};

use super::keys::{KEYS, Meaning};
use super::paint::{Palette, fitted};
use super::{Console, MIN_COLUMNS, MIN_ROWS, Over, Page, View};
use super::{capture, detail, head, hosts, sessions};
use crate::output::Style;
use crate::output::escape::{terminal_within, width};
use crate::output::style::Paint;
use crate::output::table;
use crate::output::table::text::wrapped;
use crate::tally::figures::counted;

/// Lines to be put below each other.
pub(super) type Lines = Vec<Line<'static>>;

impl Console {
    /// Draws the picture.
    pub fn draw(&mut self, frame: &mut Frame<'_>) {
        self.changed = false;
        let area = frame.area();
        let buffer = frame.buffer_mut();
        if area.width < MIN_COLUMNS || area.height < MIN_ROWS {
            put(buffer, area, &too_small(area, self.palette));
            return;
        }
        let columns = usize::from(area.width);
        let (above, foot) = split(area, area.height - 1);
        let head = self.head(columns);
        let (top, view) = split(above, head.len() as u16);
        put(buffer, top, &head);
        self.draw_view(buffer, view);
        put(buffer, foot, &[self.foot(columns)]);
        if self.over == Over::Help {
            self.draw_help(buffer, above);
        }
    }

    fn head(&self, columns: usize) -> Lines {
        let mut lines = head::render(self.facts(), self.frozen.is_some(), self.palette, columns);
        if self.view == View::Hosts {
            lines.extend(head::trend(self.facts(), self.scale, self.palette, columns));
        }
        lines
    }

    fn draw_view(&mut self, buffer: &mut Buffer, area: Rect) {
        let columns = usize::from(area.width);
        let Some(snapshot) = self.facts().snapshot.clone() else {
            put(buffer, area, &[Line::from("The capture begins …")]);
            return;
        };
        let (name, lines) = match self.view {
            View::Hosts => return self.draw_hosts(buffer, area),
            View::Host(address) => (
                format!("HOST {address}"),
                detail::render(
                    &snapshot.report,
                    self.facts(),
                    address,
                    self.palette,
                    columns,
                ),
            ),
            View::Sessions => (
                "LATEST SESSIONS".to_owned(),
                self.latest(columns, usize::MAX),
            ),
            View::Capture => (
                "CAPTURE".to_owned(),
                capture::render(&snapshot, self.facts().rates, self.palette, columns),
            ),
        };
        self.draw_scrolled(buffer, area, &name, &lines);
    }

    /// A title, and as many of `lines` as there is room for.
    fn draw_scrolled(&mut self, buffer: &mut Buffer, area: Rect, name: &str, lines: &[Line<'_>]) {
        let (title, below) = split(area, 1);
        self.page = Page {
            room: usize::from(below.height),
            lines: lines.len(),
        };
        let last = lines.len().saturating_sub(self.page.room);
        let top = self.top.min(last);
        let text = if last == 0 {
            name.to_owned()
        } else {
            let end = (top + self.page.room).min(lines.len());
            format!("{name} · lines {} to {end} of {}", top + 1, lines.len())
        };
        put(
            buffer,
            title,
            &[rule(&text, usize::from(area.width), self.palette)],
        );
        put(buffer, below, lines.get(top..).unwrap_or_default());
    }

    fn draw_hosts(&mut self, buffer: &mut Buffer, area: Rect) {
        let columns = usize::from(area.width);
        let (upper, lower) = split(area, hosts_rows(area.height, self.rows.len()));
        let (table, selected) = split(upper, upper.height.saturating_sub(hosts::SELECTED_LINES));
        let Some(report) = self
            .facts()
            .snapshot
            .clone()
            .map(|snapshot| snapshot.report)
        else {
            return;
        };
        self.page = Page {
            room: usize::from(table.height).saturating_sub(hosts::HEADER_LINES),
            lines: self.rows.len(),
        };
        let place = self.place();
        self.top = follow(self.top, place.unwrap_or(0), self.page);
        let shown = hosts::Shown {
            report: &report,
            now: self
                .facts()
                .snapshot
                .as_ref()
                .map(|known| known.moment.time),
            rows: &self.rows,
            top: self.top,
            room: self.page.room,
            selected: place,
        };
        put(
            buffer,
            table,
            &hosts::render(&shown, &self.choice, self.palette, columns),
        );
        put(buffer, selected, &hosts::selected(&shown, columns));
        let room = usize::from(lower.height).saturating_sub(1);
        let mut lines = vec![rule("LATEST SESSIONS", columns, self.palette)];
        lines.extend(self.latest(columns, room));
        put(buffer, lower, &lines);
    }

    fn latest(&self, columns: usize, count: usize) -> Lines {
        let latest = self.facts().recent.latest().take(count);
        let lines: Lines = latest
            .map(|session| sessions::line(session, self.palette, columns))
            .collect();
        if lines.is_empty() {
            return vec![Line::from("None yet: a session is told when it is over.")];
        }
        lines
    }

    fn foot(&self, columns: usize) -> Line<'static> {
        let text = match (self.over, &self.told) {
            (Over::Search, _) => format!(
                "Search: {}▏   Enter keep   Esc leave out",
                self.choice.search
            ),
            (Over::Export, _) => format!(
                "Export {} as:  t table   j JSON   c CSV   other keys: no",
                self.to_export()
            ),
            (_, Some((told, _))) => told.clone(),
            (_, None) => hint(self.view, self.frozen.is_some()).to_owned(),
        };
        let paint = match (self.over, &self.told) {
            (Over::Nothing | Over::Help, None) => Paint::Faint,
            _ => Paint::Strong,
        };
        Line::from(self.palette.span(paint, fitted(&text, columns)))
    }

    fn to_export(&self) -> String {
        match self.view {
            View::Host(address) => address.to_string(),
            _ => counted(self.rows.len() as u64, "host"),
        }
    }

    fn draw_help(&self, buffer: &mut Buffer, area: Rect) {
        let mut lines = vec![rule("KEYS", usize::from(area.width), self.palette)];
        for Meaning { key, does } in KEYS {
            lines.push(Line::from(vec![
                self.palette
                    .span(Paint::Strong, format!("  {}", fitted(key, 26))),
                Span::raw(*does),
            ]));
        }
        lines.push(Line::default());
        lines.push(Line::from(format!("  VERSIONS: {}", hosts::LEGEND)));
        lines.push(Line::from(
            "  LIMIT: the end of the connection that kept the version down.",
        ));
        lines.push(rule("", usize::from(area.width), self.palette));
        let height = (lines.len() as u16).min(area.height);
        let (_, over) = split(area, area.height - height);
        Clear.render(over, buffer);
        put(buffer, over, &lines);
    }
}

/// Rows for the hosts: as many as they need, but a third is left to the sessions.
fn hosts_rows(height: u16, hosts: usize) -> u16 {
    let most = height - height / 3;
    let needed = hosts.saturating_add(hosts::HEADER_LINES + 1);
    let needed = u16::try_from(needed).unwrap_or(most);
    needed.saturating_add(hosts::SELECTED_LINES).min(most)
}

const fn hint(view: View, paused: bool) -> &'static str {
    match (view, paused) {
        (View::Hosts, false) => {
            "Enter open  s sort  f filter  / search  p pause  e export  ? help  q quit"
        }
        (View::Hosts, true) => {
            "PAUSED: p goes on  Enter open  s sort  f filter  / search  e export  ? help"
        }
        (_, false) => "↑↓ PgUp PgDn scroll   Esc back   p pause   e export   ? help",
        (_, true) => "PAUSED: p goes on   ↑↓ PgUp PgDn scroll   Esc back   e export   ? help",
    }
}

/// The first place to show so that `place` can be seen, moving as little as can be.
fn follow(top: usize, place: usize, page: Page) -> usize {
    let room = page.room.max(1);
    let lowest = page.lines.saturating_sub(room);
    top.clamp((place + 1).saturating_sub(room), place)
        .min(lowest)
}

/// A line across the screen with a title in it.
pub(super) fn rule(title: &str, columns: usize, palette: Palette) -> Line<'static> {
    let title = match title {
        "" => String::new(),
        title => format!(" {title} "),
    };
    let title = terminal_within(&title, columns - 2).into_owned();
    let rest = columns.saturating_sub(2 + width(&title));
    Line::from(vec![
        palette.span(Paint::Faint, "──"),
        palette.span(Paint::Strong, title),
        palette.span(Paint::Faint, "─".repeat(rest)),
    ])
}

/// `text` broken at spaces, the first line indented by `first` columns, the others by `rest`. Text off the wire has been
/// made harmless before.
pub(super) fn wrap(text: &str, columns: usize, first: usize, rest: usize) -> Lines {
    let page = table::Page::new(Style {
        colour: false,
        width: Some(columns),
    });
    let text = wrapped(page, text, first, rest);
    text.lines()
        .map(|line| Line::from(line.to_owned()))
        .collect()
}

/// `text` beside a label of `width` columns.
pub(super) fn labelled(label: &str, text: &str, width: usize, columns: usize) -> Lines {
    let mut lines = wrap(text, columns, width, width);
    if let Some(first) = lines.first_mut() {
        let text: String = first.spans.iter().map(|span| &*span.content).collect();
        let text = text.get(width..).unwrap_or_default();
        *first = Line::from(format!("{}{text}", fitted(label, width)));
    }
    lines
}

fn too_small(area: Rect, palette: Palette) -> Lines {
    let asked = format!("The console needs {MIN_COLUMNS} columns and {MIN_ROWS} rows;");
    let found = format!("this terminal has {} and {}.", area.width, area.height);
    vec![
        Line::from(palette.span(Paint::Strong, asked)),
        Line::from(palette.span(Paint::Strong, found)),
        Line::from("The capture goes on. Ctrl-C quits."),
    ]
}

/// The first `rows` rows of `area`, and the rest.
fn split(area: Rect, rows: u16) -> (Rect, Rect) {
    let rows = rows.min(area.height);
    let upper = Rect {
        height: rows,
        ..area
    };
    let lower = Rect {
        y: area.y + rows,
        height: area.height - rows,
        ..area
    };
    (upper, lower)
}

/// Puts `lines` into `area`, as far as they fit.
fn put(buffer: &mut Buffer, area: Rect, lines: &[Line<'_>]) {
    for (row, line) in (area.top()..area.bottom()).zip(lines) {
        buffer.set_line(area.x, row, line, area.width);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_selection_is_seen_and_the_list_moves_little() {
        let page = Page { room: 8, lines: 20 };
        assert_eq!(follow(0, 7, page), 0);
        assert_eq!(follow(0, 8, page), 1);
        assert_eq!(follow(5, 3, page), 3);
        assert_eq!(follow(5, 9, page), 5);
        assert_eq!(follow(19, 19, page), 12);
        assert_eq!(follow(3, 0, Page { room: 8, lines: 2 }), 0);
    }
}
