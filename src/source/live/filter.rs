//! The kernel's filter: the look that every packet gets anyway ([`crate::packet::may_matter`]), as an expression of
//! pcap-filter(7), so that what certainly does not matter never leaves the kernel.
//!
//! It names what may be *dropped*: ordinary TCP and UDP packets (Ethernet with at most two VLAN tags, or bare IP; no IP
//! options, no extension headers, no fragments) between ports that nobody asked for. All the rest passes: tunnels,
//! MPLS, PPPoE, fragments, whatever is odd. So the decoder sees all that it could follow; tests hold the two looks to
//! each other.
//!
//! Written with offsets from the frame's start and without the keyword `vlan`, which moves every offset after it and
//! makes a filter see either tagged or untagged frames (pcap-filter(7)). A tag that the card has taken off is not in
//! the way: the kernel filters the frame without it.

use std::fmt::Write as _;
use std::ops::RangeInclusive;

use crate::packet::{Interest, LinkType, PortSet};

/// The filter for packets of a link; `None` where there is none, and everything passes: cooked and radio links.
pub fn expression(link: LinkType, interest: &Interest) -> Option<String> {
    let dull = match link {
        LinkType::ETHERNET => {
            let tag = |at: u32| format!("(link[{at}:2] = 0x8100 or link[{at}:2] = 0x88a8)");
            let bare = packet(Some(12), 14, interest);
            let tagged = packet(Some(16), 18, interest);
            let twice = packet(Some(20), 22, interest);
            let (outer, inner) = (tag(12), tag(16));
            format!("({bare}) or ({outer} and ({tagged})) or ({outer} and {inner} and ({twice}))")
        }
        LinkType::DLT_RAW => packet(None, 0, interest),
        _ => return None,
    };
    Some(format!("not ({dull})"))
}

/// An ordinary IP packet at offset `at` between ports nobody asked for; its EtherType, if any, at `kind`.
fn packet(kind: Option<u32>, at: u32, interest: &Interest) -> String {
    let is = |ether_type: &str| {
        kind.map(|kind| format!("link[{kind}:2] = {ether_type} and "))
            .unwrap_or_default()
    };
    let version_4 = format!(
        "{}link[{at}] = 0x45 and link[{}:2] & 0x3fff = 0 and {}",
        is("0x0800"),
        at + 6,
        transport(at + 9, at + 20, interest)
    );
    let version_6 = format!(
        "{}link[{at}] & 0xf0 = 0x60 and {}",
        is("0x86dd"),
        transport(at + 6, at + 40, interest)
    );
    format!("({version_4}) or ({version_6})")
}

/// TCP or UDP, told by the byte at `protocol`, between ports at `ports` that nobody asked for.
fn transport(protocol: u32, ports: u32, interest: &Interest) -> String {
    let tcp = wanted(ports, interest.tcp());
    let udp = wanted(ports, interest.udp_or_tunnel());
    format!("((link[{protocol}] = 6 and not ({tcp})) or (link[{protocol}] = 17 and not ({udp})))")
}

/// Source or destination port, at `at` and behind, is in the set.
fn wanted(at: u32, ports: &PortSet) -> String {
    let mut text = String::new();
    for range in ports.ranges() {
        for at in [at, at + 2] {
            if !text.is_empty() {
                text += " or ";
            }
            let _ = match in_range(&range) {
                (first, None) => write!(text, "link[{at}:2] = {first}"),
                (first, Some(last)) => {
                    write!(text, "(link[{at}:2] >= {first} and link[{at}:2] <= {last})")
                }
            };
        }
    }
    if text.is_empty() {
        "link[0] < 0".into()
    } else {
        text
    }
}

fn in_range(range: &RangeInclusive<u16>) -> (u16, Option<u16>) {
    let (first, last) = (*range.start(), *range.end());
    (first, (first < last).then_some(last))
}
