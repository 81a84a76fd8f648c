//! The report as one HTML file for people: it loads nothing, and every text off the wire stays text ([`markup`]).
//!
//! All facts are in the markup and can be read and printed without the script, which adds order, search, filters and pages.
//! The facts of one host stand in one `tbody`, so that the script moves hosts without knowing them.

mod advice;
mod capture;
mod changes;
mod chart;
mod hosts;
mod markup;
mod microsoft;
mod policy;
mod summary;
mod totals;
mod trend;

use self::markup::Page;
use super::clock::Clock;
use super::period::Period;
use super::words::{self, Language, Words};
use crate::tally::Report;

/// `report` as an HTML document.
pub fn render(report: &Report, language: Language) -> String {
    let mut page = Page::new(language.words(), Clock::of(report));
    head(report, &mut page);
    let sections = sections(report);
    contents(&sections, &mut page);
    page.raw("<main>\n");
    for section in &sections {
        page.raw("<section id=").raw(section.id).raw("><h2>");
        page.text(section.title(page.words)).raw("</h2>\n");
        (section.render)(report, &mut page);
        page.raw("</section>\n");
    }
    page.raw("</main>\n<footer><p>");
    let made_by = (page.words.about.made_by)(env!("CARGO_PKG_VERSION"));
    page.text(made_by).raw("</p></footer>\n</html>\n");
    page.finish()
}

/// A part of the page with a heading of its own.
struct Section {
    id: &'static str,
    title: fn(&words::Section) -> &'static str,
    render: fn(&Report, &mut Page),
}

impl Section {
    fn title(&self, words: &Words) -> &'static str {
        (self.title)(&words.section)
    }
}

fn sections(report: &Report) -> Vec<Section> {
    let history = report.history.as_ref();
    let mut sections = vec![
        Section {
            id: "advice",
            title: |words| words.advice,
            render: advice::render,
        },
        Section {
            id: "hosts",
            title: |words| words.hosts,
            render: hosts::render,
        },
        Section {
            id: "totals",
            title: |words| words.totals,
            render: totals::render,
        },
        Section {
            id: "capture",
            title: |words| words.capture,
            render: capture::render,
        },
        Section {
            id: "glossary",
            title: |words| words.glossary,
            render: summary::glossary,
        },
    ];
    if history.is_some_and(|history| history.microsoft.is_some()) {
        let microsoft = Section {
            id: "microsoft",
            title: |words| words.microsoft,
            render: microsoft::render,
        };
        sections.insert(AFTER_TOTALS, microsoft);
    }
    if history.is_some() {
        let trend = Section {
            id: "trend",
            title: |words| words.trend,
            render: trend::render,
        };
        sections.insert(0, trend);
    }
    sections
}

/// Where the count of Microsoft stands among the sections.
const AFTER_TOTALS: usize = 3;

/// The document up to the end of the summary.
fn head(report: &Report, page: &mut Page) {
    let words = page.words;
    let title = title(report, page);
    page.raw("<!doctype html>\n<html lang=")
        .raw(words.tag)
        .raw("><meta charset=utf-8>\n<title>")
        .text(title)
        .raw(concat!(
            "</title>\n<meta name=viewport content=\"width=device-width\">\n<meta name=color-scheme content=\"light dark\">\n",
            "<meta name=robots content=noindex>\n<meta name=generator content=\"tlstally ",
            env!("CARGO_PKG_VERSION"),
            "\">\n"
        ));
    policy::render(page);
    page.raw("<a class=skip href=#hosts>")
        .text(words.section.skip)
        .raw("</a>\n<header>\n");
    summary::render(report, page);
    page.raw("</header>\n");
}

/// What it is, who saw it, and the last day: tells reports apart in a list of windows.
fn title(report: &Report, page: &Page) -> String {
    let last = Period::of(report.window, &page.clock)
        .to
        .unwrap_or_default();
    let day = last.split(' ').next().unwrap_or_default();
    let parts = [page.words.title, report.sensor.as_str(), day];
    let said: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    said.join(" · ")
}

fn contents(sections: &[Section], page: &mut Page) {
    let words = page.words;
    page.raw("<nav aria-label=\"")
        .text(words.section.contents)
        .raw("\"><ul>");
    for section in sections {
        page.raw("<li><a href=#")
            .raw(section.id)
            .raw(">")
            .text(section.title(words))
            .raw("</a>");
    }
    page.raw("</ul></nav>\n");
}

#[cfg(test)]
mod tests;
