//! Rows of cells under headers, aligned: words to the left, numbers to the right.

use super::Page;
use crate::output::escape::{terminal_within, width};
use crate::output::style::Paint;

/// Space between columns.
const GAP: usize = 2;

/// The first cell keeps so many columns, however narrow the page.
const SHORTEST: usize = 10;

/// Cells under headers.
pub(in crate::output) struct Grid {
    headers: Vec<Header>,
    rows: Vec<Vec<String>>,
    /// Columns of words, before those of numbers.
    words: usize,
}

/// A header, and what it is called where the page is narrow.
pub(in crate::output) struct Header {
    long: String,
    short: String,
}

impl Header {
    /// One name for all pages.
    pub(in crate::output) fn new(name: &str) -> Self {
        Self::or(name, name)
    }

    /// Another name for narrow pages.
    pub(super) fn or(long: &str, short: &str) -> Self {
        Self {
            long: long.into(),
            short: short.into(),
        }
    }
}

impl Grid {
    /// A grid with these headers; the first column is one of words.
    pub(in crate::output) fn new(headers: Vec<Header>) -> Self {
        Self {
            headers,
            rows: Vec::new(),
            words: 1,
        }
    }

    /// So many columns are of words.
    pub(in crate::output) fn words(mut self, columns: usize) -> Self {
        self.words = columns;
        self
    }

    /// Adds a row; one with a single cell may run across the others' columns.
    pub(in crate::output) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// The grid, each line indented by `indent`.
    pub(in crate::output) fn render(&self, page: Page, indent: usize) -> String {
        let name = |header: &Header| header.long.clone();
        let long: Vec<_> = self.headers.iter().map(name).collect();
        let rest: usize = self.widths(&long).iter().map(|columns| GAP + columns).sum();
        if !page.shortens || indent + rest <= page.width + GAP {
            return self.shown(page, indent, &long);
        }
        let name = |header: &Header| header.short.clone();
        let short: Vec<_> = self.headers.iter().map(name).collect();
        self.shown(page, indent, &short)
    }

    fn shown(&self, page: Page, indent: usize, headers: &[String]) -> String {
        let mut widths = self.widths(headers);
        let rest: usize = widths.iter().skip(1).map(|columns| GAP + columns).sum();
        if let Some(first) = widths.first_mut().filter(|_| page.shortens) {
            let room = page.width.saturating_sub(indent + rest);
            *first = (*first).min(room.max(SHORTEST));
        }
        let mut text = page
            .style
            .paint(Paint::Faint, &self.line(headers, &widths, indent));
        text.push('\n');
        for row in &self.rows {
            text += &self.line(row, &widths, indent);
            text.push('\n');
        }
        text
    }

    /// Of the widest cell of each column, headers included, rows of one cell left out.
    fn widths(&self, headers: &[String]) -> Vec<usize> {
        let whole = self.rows.iter().filter(|row| row.len() > 1);
        let widest = |(at, header): (usize, &String)| {
            let cells = whole.clone().filter_map(|row| row.get(at));
            let widest = cells.map(|cell| width(cell)).max();
            widest.unwrap_or(0).max(width(header))
        };
        headers.iter().enumerate().map(widest).collect()
    }

    /// The first cell gives way where it is wider than its column, unless it stands alone.
    fn line(&self, row: &[String], widths: &[usize], indent: usize) -> String {
        let mut line = " ".repeat(indent);
        let alone = row.len() == 1;
        for (at, (cell, columns)) in row.iter().zip(widths).enumerate() {
            let padding = |cell: &str| " ".repeat(columns.saturating_sub(width(cell)));
            if at > 0 {
                line += &" ".repeat(GAP);
            }
            match at {
                0 if alone => line += cell,
                0 => {
                    let cell = terminal_within(cell, *columns);
                    line += &cell;
                    line += &padding(&cell);
                }
                _ if at < self.words => {
                    line += cell;
                    line += &padding(cell);
                }
                _ => {
                    line += &padding(cell);
                    line += cell;
                }
            }
        }
        line.trim_end().to_owned()
    }
}
