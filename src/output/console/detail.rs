//! One host: who it is, what it did, what to do about it, and its sessions.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ratatui::text::{Line, Span};

use super::Facts;
use super::hosts::{bar, find};
use super::paint::Palette;
use super::screen::{Lines, labelled, wrap};
use super::sessions::{self, clock, negotiated};
use crate::output::escape::{terminal, terminal_within};
use crate::output::style::Paint;
use crate::output::table::text::{utc, version};
use crate::output::words::Language;
use crate::session::{Finding, Session};
use crate::tally::Report;
use crate::tally::figures::{counted, number};
use crate::tally::report::Host;
use crate::tls::names::alert;

/// Columns of the labels.
const LABEL: usize = 15;
/// Columns of the bar.
const BAR: usize = 48;
/// Columns a name off the wire may take.
const NAME_COLUMNS: usize = 72;

/// The host with this address, as far as it is known.
pub(super) fn render(
    report: &Report,
    facts: &Facts,
    address: IpAddr,
    palette: Palette,
    columns: usize,
) -> Lines {
    let Some(host) = find(report, address) else {
        return vec![Line::from("This host is no longer among those held.")];
    };
    let recent = facts.recent.of(&host.addresses);
    let page = Page { palette, columns };
    let mut lines = page.identity(host);
    lines.extend(page.versions(host));
    lines.extend(page.servers(host));
    lines.extend(page.fingerprints(host, &recent));
    lines.extend(page.findings(host));
    lines.extend(page.sessions(&recent));
    lines
}

struct Page {
    palette: Palette,
    columns: usize,
}

impl Page {
    fn identity(&self, host: &Host) -> Lines {
        let names = host.name_sources.iter().map(|named| {
            let name = terminal_within(&named.name, NAME_COLUMNS);
            format!("{name} ({})", named.sources.join(", "))
        });
        let roles = host.roles.iter().map(ToString::to_string);
        let relay = host
            .relay
            .then(|| "a relay for other internal hosts".to_owned());
        let mut lines = vec![Line::from(vec![
            Span::raw(format!("{:<LABEL$}", "Verdict")),
            self.palette
                .span(Paint::of(host.verdict), host.verdict.name()),
        ])];
        lines.extend(self.fact("Addresses", host.addresses.iter().map(ToString::to_string)));
        lines.extend(self.fact("Names", names));
        lines.extend(self.fact("MAC addresses", host.macs.iter().map(ToString::to_string)));
        lines.extend(self.fact("Cards by", host.vendors.iter().map(ToString::to_string)));
        lines.extend(self.fact("Role", roles.chain(relay)));
        let seen = format!("{} to {}", utc(host.first_seen), utc(host.last_seen));
        lines.extend(self.fact("Seen", [seen]));
        lines
    }

    fn versions(&self, host: &Host) -> Lines {
        let counts = host.versions.iter().filter(|(_, count)| *count > 0);
        let counts = counts.map(|(key, count)| format!("{} {}", number(count), version(key)));
        let rejected = (host.rejected > 0).then(|| format!("{} rejected", number(host.rejected)));
        let refused = (host.likely_refused > 0)
            .then(|| format!("mail likely refused in {}", number(host.likely_refused)));
        let mut lines = self.fact(
            "Sessions",
            [number(host.sessions)]
                .into_iter()
                .chain(rejected)
                .chain(refused),
        );
        lines.extend(self.fact("By version", counts));
        lines.push(Line::from(vec![
            Span::raw(" ".repeat(LABEL)),
            self.palette
                .span(Paint::of(host.verdict), bar(&host.versions, BAR)),
        ]));
        let best = host.offered_max.map(|best| version(&best.to_string()));
        lines.extend(self.fact("Offers at best", best));
        let limit = host.limited_by.map(|limit| format!("by the {limit}"));
        lines.extend(self.fact("Kept down", limit));
        lines
    }

    fn servers(&self, host: &Host) -> Lines {
        let endpoints = host.endpoints.iter().map(ToString::to_string);
        let instances = host.instances.iter().map(ToString::to_string);
        let mut lines = self.fact("Endpoints", endpoints.chain(instances));
        lines.extend(self.fact("Servers", named(&host.servers)));
        lines.extend(self.fact("Certificate by", named(&host.intercepted_by)));
        lines
    }

    /// Software and fingerprints; the latter only of the sessions that are kept.
    fn fingerprints(&self, host: &Host, recent: &[&Session]) -> Lines {
        let ja4 = distinct(recent.iter().filter_map(|session| session.ja4.as_deref()));
        let ja3 = distinct(recent.iter().filter_map(|session| session.ja3.as_deref()));
        let mut lines = self.fact("Software", host.clients.iter().map(ToString::to_string));
        lines.extend(self.fact("JA4", ja4));
        lines.extend(self.fact("JA3", ja3));
        lines
    }

    fn findings(&self, host: &Host) -> Lines {
        let mut lines = self.heading("FINDINGS", host.findings.len());
        for finding in &host.findings {
            lines.extend(self.finding(host, *finding));
        }
        let words = Language::En.words();
        let why = (host.in_clear.map(words.in_clear)).or(host.no_verdict.map(words.no_verdict));
        if let Some(why) = why {
            lines.extend(wrap(why, self.columns, 4, 4));
        }
        lines
    }

    fn finding(&self, host: &Host, finding: Finding) -> Lines {
        let mut lines = vec![Line::from(self.palette.span(Paint::Strong, finding.name()))];
        for advice in host.advice(finding) {
            lines.extend(wrap(advice.meaning, self.columns, 4, 4));
            lines.extend(wrap(&format!("Do: {}", advice.action), self.columns, 4, 8));
        }
        lines
    }

    fn sessions(&self, recent: &[&Session]) -> Lines {
        let mut lines = self.heading("ITS LATEST SESSIONS", recent.len());
        for session in recent {
            lines.push(sessions::line(session, self.palette, self.columns));
            lines.extend(wrap(&more(session), self.columns, 9, 9));
        }
        lines
    }

    fn heading(&self, title: &str, count: usize) -> Lines {
        let none = if count == 0 { " none" } else { "" };
        let title = self.palette.span(Paint::Strong, title);
        vec![Line::default(), Line::from(vec![title, Span::raw(none)])]
    }

    /// A label and what there is under it; nothing if there is nothing.
    fn fact(&self, label: &str, values: impl IntoIterator<Item = String>) -> Lines {
        let values: Vec<String> = values.into_iter().collect();
        if values.is_empty() {
            return Vec::new();
        }
        labelled(label, &values.join(", "), LABEL, self.columns)
    }
}

/// What a session's line has no room for.
fn more(session: &Session) -> String {
    let mut parts = vec![format!("from {}", clock(session.start))];
    parts.push(format!("port {}", session.server.port));
    parts.extend(session.mode.map(|mode| mode.name().to_owned()));
    parts.push(format!("negotiated {}", negotiated(session)));
    parts.extend(
        session
            .offer
            .as_ref()
            .map(|offer| format!("offered {}", version(&offer.max.to_string()))),
    );
    parts.extend(
        session
            .cipher
            .map(|cipher| crate::tls::names::cipher(cipher).into_owned()),
    );
    parts.extend(session.alert.map(|seen| {
        let name = alert(seen.code);
        format!("alert by {}: {name} ({})", seen.by, seen.code)
    }));
    parts.extend(session.exchange_online.map(|service| {
        let evidence: Vec<&str> = service
            .evidence
            .iter()
            .map(crate::session::Evidence::name)
            .collect();
        format!("{} {}", service.endpoint, evidence.join(", "))
    }));
    parts.extend(session.certificate.as_ref().map(|certificate| {
        format!(
            "issuer {}",
            terminal_within(&certificate.issuer, NAME_COLUMNS)
        )
    }));
    parts.extend(
        session
            .banner
            .as_ref()
            .map(|banner| format!("banner {}", terminal_within(banner, NAME_COLUMNS))),
    );
    parts.extend(
        session
            .gaps
            .map(|gaps| counted(u64::from(gaps.count), "gap")),
    );
    parts.join(" · ")
}

fn named(names: &[std::sync::Arc<str>]) -> impl Iterator<Item = String> {
    names
        .iter()
        .map(|name| terminal_within(name, NAME_COLUMNS).into_owned())
}

fn distinct<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let distinct: BTreeSet<&str> = texts.collect();
    distinct
        .into_iter()
        .map(|text| terminal(text).into_owned())
        .collect()
}
