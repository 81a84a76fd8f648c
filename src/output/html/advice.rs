//! What to do: each finding once, under it each thing to change with the hosts that it is for.

use std::collections::HashMap;
use std::net::IpAddr;

use super::markup::Page;
use crate::tally::Report;
use crate::tally::report::{Concern, Host, HostVerdict};

pub(super) fn render(report: &Report, page: &mut Page) {
    let words = page.words;
    if report.what_to_do.is_empty() {
        let all_is_well = report.totals.host_verdicts.of(HostVerdict::Modern)
            == report.totals.hosts
            && report.capture.warnings.is_empty();
        let said = if all_is_well {
            words.advice.nothing
        } else {
            words.advice.look
        };
        page.raw("<p>").text(said).raw("</p>\n");
        return;
    }
    let places = places(report);
    let mut number = 0;
    for concerns in report
        .what_to_do
        .chunk_by(|one, next| (one.finding, one.side) == (next.finding, next.side))
    {
        let Some(first) = concerns.first() else {
            continue;
        };
        opening(first, concerns, page);
        for concern in concerns {
            remedy(concern, number, &places, page);
            number += 1;
        }
        page.raw("</article>\n");
    }
}

/// Where each host stands in the report, and the host.
type Places<'a> = HashMap<IpAddr, (usize, &'a Host)>;

fn places(report: &Report) -> Places<'_> {
    let hosts = report.hosts.iter().enumerate();
    hosts.map(|(at, host)| (host.host, (at, host))).collect()
}

fn opening(first: &Concern, concerns: &[Concern], page: &mut Page) {
    let words = page.words;
    let finding = first.finding;
    let hosts: usize = concerns.iter().map(|concern| concern.hosts.len()).sum();
    page.raw("<article class=finding data-finding=")
        .raw(finding.name())
        .raw("><h3>")
        .text((words.finding)(finding))
        .raw(" <small>")
        .text((words.hosts)(hosts as u64))
        .raw(" · <code>")
        .raw(finding.name())
        .raw("</code></small></h3>\n<p class=meaning>")
        .text((words.meaning)(finding, first.side))
        .raw("</p>\n");
}

fn remedy(concern: &Concern, number: usize, places: &Places, page: &mut Page) {
    let words = page.words;
    page.raw("<div class=remedy id=c")
        .show(number)
        .raw("><p class=action>")
        .text((words.action)(concern.remedy))
        .raw("</p>\n<details open><summary>")
        .text((words.hosts)(concern.hosts.len() as u64))
        .raw("</summary><ul>");
    for address in &concern.hosts {
        let Some((at, host)) = places.get(address) else {
            continue;
        };
        page.raw("<li><a href=#h")
            .show(at)
            .raw(">")
            .show(address)
            .raw("</a>");
        if let Some(name) = host.names.first() {
            page.raw(" ").text(name);
        }
    }
    page.raw("</ul></details></div>\n");
}
