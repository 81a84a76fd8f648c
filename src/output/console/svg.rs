//! Cells as a picture for the documentation (SVG 1.1): what was drawn, and nothing else.

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

use crate::output::escape::width;

/// Size of a cell, in the picture's units.
const CELL: (usize, usize) = (8, 17);
/// Space around the cells.
const EDGE: usize = 12;
const PAPER: &str = "#1b1f24";
const INK: &str = "#d6dde4";

/// `buffer` as a picture.
pub(super) fn picture(buffer: &Buffer, title: &str) -> String {
    let (columns, rows) = (
        usize::from(buffer.area.width),
        usize::from(buffer.area.height),
    );
    let (wide, high) = (columns * CELL.0 + 2 * EDGE, rows * CELL.1 + 2 * EDGE);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {wide} {high}\" role=\"img\" \
         font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"13\">\n\
         <title>{title}</title>\n<rect width=\"{wide}\" height=\"{high}\" rx=\"6\" fill=\"{PAPER}\"/>\n"
    );
    for row in 0..rows {
        for run in runs(buffer, row) {
            run.write(row, &mut svg);
        }
    }
    svg + "</svg>\n"
}

/// Cells beside each other that look the same.
struct Run {
    column: usize,
    text: String,
    ink: Color,
    modifier: Modifier,
}

fn runs(buffer: &Buffer, row: usize) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let columns = usize::from(buffer.area.width);
    for column in 0..columns {
        let cell: &Cell = &buffer[(column as u16, row as u16)];
        let same = |run: &Run| run.ink == cell.fg && run.modifier == cell.modifier;
        match runs.last_mut().filter(|run| same(run)) {
            Some(run) => run.text += cell.symbol(),
            None => runs.push(Run {
                column,
                text: cell.symbol().into(),
                ink: cell.fg,
                modifier: cell.modifier,
            }),
        }
    }
    runs
}

impl Run {
    fn write(&self, row: usize, svg: &mut String) {
        let reversed = self.modifier.contains(Modifier::REVERSED);
        let (x, y) = (EDGE + self.column * CELL.0, EDGE + row * CELL.1);
        let ink = colour(self.ink);
        if reversed {
            let (wide, high) = (width(&self.text) * CELL.0, CELL.1);
            let _ = writeln!(
                svg,
                "<rect x=\"{x}\" y=\"{y}\" width=\"{wide}\" height=\"{high}\" fill=\"{ink}\"/>"
            );
        }
        self.write_text((x, y), if reversed { PAPER } else { ink }, svg);
    }

    /// The text without the spaces at its ends, each letter in its column.
    fn write_text(&self, (x, y): (usize, usize), ink: &str, svg: &mut String) {
        let text = self.text.trim_end();
        let shown = text.trim_start();
        if shown.is_empty() {
            return;
        }
        let x = x + (text.len() - shown.len()) * CELL.0;
        let mut looks = String::new();
        if self.modifier.contains(Modifier::BOLD) {
            looks += " font-weight=\"bold\"";
        }
        if self.modifier.contains(Modifier::DIM) {
            looks += " opacity=\"0.6\"";
        }
        let _ = writeln!(
            svg,
            "<text x=\"{x}\" y=\"{}\" fill=\"{ink}\" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\" \
             xml:space=\"preserve\"{looks}>{}</text>",
            y + 13,
            width(shown) * CELL.0,
            shown
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;"),
        );
    }
}

const fn colour(colour: Color) -> &'static str {
    match colour {
        Color::Red => "#ff7b72",
        Color::Yellow => "#e3b341",
        Color::Green => "#56d364",
        _ => INK,
    }
}
