//! What to do: each finding once, under it each thing to change with the hosts that it is for.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use super::markup::Page;
use crate::session::Finding;
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
    let findings = |one: &Concern, next: &Concern| one.finding == next.finding;
    for of_finding in report.what_to_do.chunk_by(findings) {
        let Some(first) = of_finding.first() else {
            continue;
        };
        opening(first.finding, of_finding, page);
        for of_side in of_finding.chunk_by(|one, next| one.side == next.side) {
            meaning(of_side, page);
            for concern in of_side {
                remedy(concern, number, &places, page);
                number += 1;
            }
            page.raw("</div>\n");
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

fn opening(finding: Finding, concerns: &[Concern], page: &mut Page) {
    let words = page.words;
    // A host can be both ends.
    let hosts: HashSet<_> = concerns.iter().flat_map(|concern| &concern.hosts).collect();
    page.raw("<article class=finding data-finding=")
        .raw(finding.name())
        .raw("><h3>")
        .text((words.finding)(finding))
        .raw(" <small>")
        .text((words.hosts)(hosts.len() as u64))
        .raw(" · <code>")
        .raw(finding.name())
        .raw("</code></small></h3>\n");
}

/// What it means for hosts that were one end, which has other remedies than the other.
fn meaning(concerns: &[Concern], page: &mut Page) {
    let Some(first) = concerns.first() else {
        return;
    };
    let said = (page.words.meaning)(first.finding, first.side);
    page.raw("<div class=side><p class=meaning>")
        .prose(said)
        .raw("</p>\n");
}

fn remedy(concern: &Concern, number: usize, places: &Places, page: &mut Page) {
    let words = page.words;
    page.raw("<div class=remedy id=c")
        .show(number)
        .raw("><p class=action>")
        .prose((words.action)(concern.remedy))
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
