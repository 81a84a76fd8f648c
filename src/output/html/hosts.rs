//! All hosts: one `tbody` each, its first row for the eye that compares, its second with everything else.

use std::collections::HashMap;
use std::net::IpAddr;

use super::markup::Page;
use crate::session::{EndpointKind, Finding};
use crate::tally::Report;
use crate::tally::counts::PerVersion;
use crate::tally::history::{History, Trend, letter};
use crate::tally::report::{Host, HostVerdict};

pub(super) fn render(report: &Report, page: &mut Page) {
    let words = page.words;
    if report.hosts.is_empty() {
        page.raw("<p>").text(words.table.nothing).raw("</p>\n");
        return;
    }
    let table = Table::new(report);
    controls(report, page);
    page.raw("<div class=scroll tabindex=0 role=region aria-labelledby=hosts-title><table><caption id=hosts-title class=unseen>")
        .text(words.section.hosts)
        .raw("</caption>");
    table.columns(page);
    for (at, host) in report.hosts.iter().enumerate() {
        table.host(at, host, page);
    }
    page.raw("</table></div>\n");
    pager(page);
    page.raw("<p class=note>").text(words.table.note);
    if let Some(history) = &report.history {
        letters(history, page);
    }
    page.raw("</p>\n");
}

/// What the letters of a host's days mean.
fn letters(history: &History, page: &mut Page) {
    let words = page.words;
    let meant = HostVerdict::ALL.iter().map(|verdict| {
        let word = (words.verdict)(*verdict);
        format!("{} {word}", letter(Some(*verdict)))
    });
    let nothing = format!("{} {}", letter(None), words.history.not_seen);
    let meant: Vec<_> = meant.chain([nothing]).collect();
    let days = history.days.first().zip(history.days.last());
    let (first, last) = days.map_or_else(Default::default, |(first, last)| {
        (first.date.to_string(), last.date.to_string())
    });
    let span = (words.about.span)(&first, &last);
    page.raw(" ")
        .text((words.history.letters)(&span, &meant.join(words.comma)));
}

/// Search and filters, for the script alone: it shows what is hidden here.
fn controls(report: &Report, page: &mut Page) {
    let words = page.words;
    page.raw("<form class=controls role=search hidden data-shown=\"")
        .text(words.table.shown)
        .raw("\" data-shown-of=\"")
        .text(words.table.shown_of)
        .raw("\" data-no-match=\"")
        .text(words.table.no_match)
        .raw("\" data-details=\"")
        .text(words.table.details)
        .raw("\"><label class=search>")
        .text(words.table.search)
        .raw(" <input type=search name=search autocomplete=off spellcheck=false placeholder=\"")
        .text(words.table.search_hint)
        .raw("\"></label>\n");
    verdict_filters(report, page);
    finding_filter(report, page);
    page.raw("<button type=reset>")
        .text(words.table.clear)
        .raw("</button></form>\n");
}

fn verdict_filters(report: &Report, page: &mut Page) {
    let words = page.words;
    page.raw("<fieldset><legend>")
        .text(words.table.verdict)
        .raw("</legend>");
    for (verdict, count) in report.totals.host_verdicts.iter() {
        if count > 0 {
            page.raw("<label><input type=checkbox name=verdict value=")
                .raw(verdict.name())
                .raw("><span class=\"v ")
                .raw(verdict.name())
                .raw("\">")
                .text((words.verdict)(verdict))
                .raw("</span></label>\n");
        }
    }
    page.raw("</fieldset>\n");
}

fn finding_filter(report: &Report, page: &mut Page) {
    let words = page.words;
    let mut findings: Vec<_> = report
        .what_to_do
        .iter()
        .map(|concern| concern.finding)
        .collect();
    findings.dedup();
    if findings.is_empty() {
        return;
    }
    page.raw("<label>")
        .text(words.table.findings)
        .raw(" <select name=finding><option value=\"\">")
        .text(words.table.any_finding);
    for finding in findings {
        page.raw("<option value=")
            .raw(finding.name())
            .raw(">")
            .text((words.finding)(finding));
    }
    page.raw("</select></label>\n");
}

/// Pages of hosts, for the script alone.
fn pager(page: &mut Page) {
    let words = page.words;
    page.raw("<div class=pager hidden><p role=status></p><button type=button class=previous>")
        .text(words.table.previous)
        .raw("</button><button type=button class=next>")
        .text(words.table.next)
        .raw("</button></div>\n");
}

/// What all rows share.
struct Table<'a> {
    /// Keys of the versions that some host negotiated, by their place in [`PerVersion`].
    versions: Vec<(usize, &'static str)>,
    /// Where under what to do each finding of each host stands.
    concerns: HashMap<(Finding, IpAddr), usize>,
    /// How each host fared, where there is a history.
    trends: HashMap<IpAddr, &'a Trend>,
}

impl<'a> Table<'a> {
    fn new(report: &'a Report) -> Self {
        let occurs = |at: usize| report.hosts.iter().any(|host| count(host, at) > 0);
        let keys = PerVersion::default().iter().enumerate();
        let concerns = report.what_to_do.iter().enumerate();
        let trends = report.history.iter().flat_map(|history| &history.trends);
        Self {
            trends: trends.map(|trend| (trend.host, trend)).collect(),
            versions: keys
                .filter(|(at, _)| occurs(*at))
                .map(|(at, (key, _))| (at, key))
                .collect(),
            concerns: concerns
                .flat_map(|(at, concern)| {
                    let hosts = concern.hosts.iter();
                    hosts.map(move |host| ((concern.finding, *host), at))
                })
                .collect(),
        }
    }

    /// Widths and headers; `data-sort` says how the script compares.
    fn columns(&self, page: &mut Page) {
        let words = page.words;
        page.raw(
            "<colgroup><col class=host><col class=verdict><col class=findings><col class=count>",
        );
        for _ in &self.versions {
            page.raw("<col class=version>");
        }
        page.raw("<col class=offers><col class=time></colgroup><thead><tr><th scope=col data-sort=address>")
            .text(words.table.host)
            .raw("<th scope=col data-sort=verdict>")
            .text(words.table.verdict)
            .raw("<th scope=col data-sort=text>")
            .text(words.table.findings)
            .raw("<th scope=col class=n data-sort=number>")
            .text(words.table.sessions);
        for (_, key) in &self.versions {
            page.raw("<th scope=col class=n data-sort=number>")
                .text((words.version)(key));
        }
        page.raw("<th scope=col data-sort=text>")
            .text(words.table.offers)
            .raw("<th scope=col data-sort=text>")
            .text(words.table.last_seen)
            .raw("</thead>\n");
    }

    fn host(&self, at: usize, host: &Host, page: &mut Page) {
        let words = page.words;
        page.raw("<tbody id=h")
            .show(at)
            .raw(" class=")
            .raw(host.verdict.name());
        page.raw("><tr><th scope=row>").show(host.host);
        if let Some(name) = host.names.first() {
            page.raw("<small>").text(name).raw("</small>");
        }
        page.raw("<td><span class=v>")
            .text((words.verdict)(host.verdict))
            .raw("</span><td>");
        self.findings(host, page);
        number(words.table.sessions, host.sessions, page);
        for (at, key) in &self.versions {
            number((words.version)(key), count(host, *at), page);
        }
        labelled("o", words.table.offers, page);
        offers(host, page);
        labelled("t", words.table.last_seen, page);
        page.time(host.last_seen);
        page.raw("<tr class=d><td colspan=")
            .show(FIXED_COLUMNS + self.versions.len())
            .raw("><dl>");
        details(host, page);
        if let Some(trend) = self.trends.get(&host.host) {
            let letters: String = trend.days.iter().copied().map(letter).collect();
            page.fact(words.history.by_day, |page| {
                page.raw("<code class=days>").text(letters).raw("</code>");
            });
            page.fact(words.about.sensor, |page| {
                page.list(&trend.sensors);
            });
        }
        page.raw("</dl>\n");
    }

    fn findings(&self, host: &Host, page: &mut Page) {
        let words = page.words;
        for finding in &host.findings {
            let title = (words.finding)(*finding);
            match self.concerns.get(&(*finding, host.host)) {
                Some(at) => page
                    .raw("<a href=#c")
                    .show(at)
                    .raw(">")
                    .text(title)
                    .raw("</a> "),
                None => page.text(title).raw(" "),
            };
        }
    }
}

/// A cell that says what it is where no header stands over it: on narrow screens.
fn labelled(class: &'static str, label: &'static str, page: &mut Page) {
    page.raw("<td class=")
        .raw(class)
        .raw(" data-label=\"")
        .text(label)
        .raw("\">");
}

/// A count; none is an empty cell, which narrow screens leave out.
fn number(label: &'static str, count: u64, page: &mut Page) {
    if count == 0 {
        page.raw("<td class=n>");
        return;
    }
    labelled("n", label, page);
    page.number(count);
}

/// Columns that are always there.
const FIXED_COLUMNS: usize = 6;

fn count(host: &Host, at: usize) -> u64 {
    host.versions.iter().nth(at).map_or(0, |(_, count)| count)
}

/// The best version it offers, and who kept the version down.
fn offers(host: &Host, page: &mut Page) {
    let words = page.words;
    if let Some(best) = host.offered_max {
        page.text(version(&best.to_string(), page));
    }
    if let Some(limit) = host.limited_by {
        let limited = (words.table.limited_by)((words.limit)(limit));
        page.raw("<small>").text(limited).raw("</small>");
    }
}

/// A version in full, where it has a key; a value that nobody knows stays as it is.
fn version(word: &str, page: &Page) -> String {
    let keys = PerVersion::default().iter();
    keys.map(|(key, _)| key)
        .find(|key| *key == word)
        .map_or_else(
            || word.to_owned(),
            |key| (page.words.version)(key).to_owned(),
        )
}

/// What found no column.
fn details(host: &Host, page: &mut Page) {
    let words = page.words;
    if host.addresses.len() > 1 {
        page.fact(words.table.addresses, |page| {
            page.list(host.addresses.iter().map(ToString::to_string));
        });
    }
    if !host.name_sources.is_empty() {
        page.fact(words.table.names, |page| names(host, page));
    }
    if !host.macs.is_empty() {
        page.fact(words.table.macs, |page| {
            page.list(host.macs.iter().map(ToString::to_string));
        });
    }
    if !host.vendors.is_empty() {
        page.fact(words.table.vendors, |page| {
            page.list(&host.vendors);
        });
    }
    if !host.classes.is_empty() {
        page.fact(words.table.classes, |page| {
            page.list(&host.classes);
        });
    }
    page.fact(words.table.role, |page| role(host, page));
    page.fact(words.table.endpoints, |page| endpoints(host, page));
    if !host.servers.is_empty() {
        page.fact(words.table.servers, |page| {
            page.list(&host.servers);
        });
    }
    if !host.clients.is_empty() {
        page.fact(words.table.clients, |page| {
            page.list(&host.clients);
        });
    }
    if !host.intercepted_by.is_empty() {
        page.fact(words.table.intercepted_by, |page| {
            page.list(&host.intercepted_by);
        });
    }
    if let Some(why) = host.in_clear {
        page.fact(words.table.in_clear, |page| {
            page.text((words.in_clear)(why));
        });
    }
    if let Some(why) = host.no_verdict {
        page.fact(words.table.no_verdict, |page| {
            page.text((words.no_verdict)(why));
        });
    }
    if host.rejected > 0 {
        page.fact(words.table.rejected, |page| {
            page.number(host.rejected);
        });
    }
    if host.likely_refused > 0 {
        page.fact(words.table.messages, |page| {
            page.text((words.table.likely)(
                host.likely_refused,
                host.likely_delivered,
            ));
        });
    }
    page.fact(words.table.first_seen, |page| {
        page.time(host.first_seen);
    });
}

/// Each name, and in brackets where it comes from.
fn names(host: &Host, page: &mut Page) {
    let words = page.words;
    let said = host.name_sources.iter().map(|named| {
        let sources: Vec<_> = named
            .sources
            .iter()
            .map(|word| (words.name_source)(word))
            .collect();
        (words.in_brackets)(&named.name, &sources.join(words.comma))
    });
    page.list(said);
}

fn role(host: &Host, page: &mut Page) {
    let words = page.words;
    page.list(
        host.roles
            .iter()
            .map(|role| (words.role)(*role))
            .collect::<Vec<_>>(),
    );
    if host.relay {
        page.raw("; ").text(words.table.relay);
    }
}

/// What they are for, and in brackets their clouds.
fn endpoints(host: &Host, page: &mut Page) {
    let words = page.words;
    let kinds: Vec<_> = host
        .endpoints
        .iter()
        .map(|word| (words.endpoint)(kind(word)))
        .collect();
    let kinds = kinds.join(words.comma);
    let clouds: Vec<_> = host
        .instances
        .iter()
        .map(|one| (words.instance)(*one))
        .collect();
    if clouds.is_empty() {
        page.text(kinds);
    } else {
        page.text((words.in_brackets)(&kinds, &clouds.join(words.comma)));
    }
}

/// The kind of endpoint that a report's word means; `None` is a server that is not Exchange Online.
fn kind(word: &str) -> Option<EndpointKind> {
    EndpointKind::ALL
        .iter()
        .copied()
        .find(|kind| kind.name() == word)
}
