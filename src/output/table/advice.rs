//! What to do: each finding once, with the hosts it concerns.

use std::collections::HashMap;
use std::net::IpAddr;

use super::Page;
use super::text::{flowed, name, wrapped};
use crate::output::style::Paint;
use crate::tally::Report;
use crate::tally::figures::{counted, number};
use crate::tally::report::{Concern, Host};

/// More than this many hosts are counted instead of named: on a terminal, and elsewhere. Each is in the table above.
const HOSTS: usize = 12;
const HOSTS_OFF_TERMINAL: usize = 20;

pub(super) fn render(report: &Report, page: Page) -> String {
    if report.what_to_do.is_empty() {
        return String::new();
    }
    let mut text = page.style.paint(Paint::Strong, "WHAT TO DO") + "\n";
    let known = report.hosts.iter().map(|host| (host.host, host)).collect();
    for concern in &report.what_to_do {
        text += &entry(concern, &known, page);
    }
    text
}

fn entry(concern: &Concern, known: &HashMap<IpAddr, &Host>, page: Page) -> String {
    let hosts = counted(concern.hosts.len() as u64, "host");
    let title = format!("  {} ({hosts})", concern.finding);
    let advice = format!("{} {}", concern.meaning, concern.action);
    let mut text = page.style.paint(Paint::Strong, &title) + "\n";
    text += &wrapped(page, &advice, 4, 4);
    text += &flowed(page, &concerned(concern, known, page), ", ", 4, 4);
    text
}

/// The hosts by address and, where one is known, name.
fn concerned(concern: &Concern, known: &HashMap<IpAddr, &Host>, page: Page) -> Vec<String> {
    let limit = if page.shortens {
        HOSTS
    } else {
        HOSTS_OFF_TERMINAL
    };
    let listed = concern.hosts.len().min(limit);
    let named = |address: &IpAddr| {
        let first = known.get(address).and_then(|host| host.names.first());
        match first {
            Some(first) => format!("{address} {}", name(page, first)),
            None => address.to_string(),
        }
    };
    let mut shown: Vec<_> = concern.hosts.iter().take(listed).map(named).collect();
    if listed < concern.hosts.len() {
        let more = (concern.hosts.len() - listed) as u64;
        shown.push(format!("and {} more", number(more)));
    }
    shown
}
