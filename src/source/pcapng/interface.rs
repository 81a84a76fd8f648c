//! The interfaces of a pcapng file: those of the section being read, what is kept of all, and what they dropped.

use super::clock::Clock;
use super::codes;
use super::options::{Options, Value};
use crate::packet::LinkType;
use crate::session::MAX_STRING;
use crate::source::error::Fault;
use crate::source::facts::{Drops, FileFacts, Interface};
use crate::source::order::{Order, array, words};

/// Most interfaces in one section.
const MAX_INTERFACES: usize = 65_536;

/// Options of interface statistics, draft section 4.6.
mod statistic {
    pub(super) const DROPPED_BY_INTERFACE: u16 = 5;
    pub(super) const DROPPED_BY_SYSTEM: u16 = 7;
}

/// What a packet needs to know of its interface.
#[derive(Clone, Copy, Debug)]
pub(super) struct Described {
    pub(super) link: LinkType,
    pub(super) clock: Clock,
    /// Longest captured part of a packet; the largest number if there is no limit.
    pub(super) snaplen: u32,
    /// Place among those kept.
    pub(super) number: u32,
    drops: Dropped,
}

/// The latest counts of one interface; they run from the start of the capture.
#[derive(Clone, Copy, Debug, Default)]
struct Dropped {
    interface: u64,
    system: u64,
}

/// All interfaces of a file.
#[derive(Debug, Default)]
pub(super) struct Table {
    section: Vec<Described>,
    kept: Vec<Interface>,
    /// Drops of the sections before.
    earlier: Drops,
}

impl Table {
    /// Interface `number` of the section.
    #[inline]
    pub(super) fn described(&self, number: u32) -> Option<&Described> {
        self.section.get(number as usize)
    }

    /// Interfaces of the section so far.
    pub(super) fn known(&self) -> u32 {
        self.section.len() as u32
    }

    /// Interfaces of the file that differ in name or link type.
    pub(super) fn kept(&self) -> &[Interface] {
        &self.kept
    }

    /// Drops of all sections.
    pub(super) fn drops(&self) -> Drops {
        let mut drops = self.earlier;
        for described in &self.section {
            drops.interface = drops.interface.saturating_add(described.drops.interface);
            drops.system = drops.system.saturating_add(described.drops.system);
        }
        drops
    }

    /// Forgets the section's interfaces; numbers start again.
    pub(super) fn begin_section(&mut self) {
        self.earlier = self.drops();
        self.section.clear();
    }

    /// Adds the section's next interface.
    pub(super) fn describe(
        &mut self,
        link: LinkType,
        snaplen: u32,
        options: &Options<'_>,
    ) -> Result<(), Fault> {
        if self.section.len() >= MAX_INTERFACES {
            let bound = MAX_INTERFACES as u32;
            return Err(Fault::TooManyInterfaces { bound });
        }
        let name = name(options);
        let number = self.keep(Interface { name, link });
        self.section.push(Described {
            link,
            clock: clock(options.clone(), options.order()),
            snaplen: if snaplen == 0 { u32::MAX } else { snaplen },
            number,
            drops: Dropped::default(),
        });
        Ok(())
    }

    fn keep(&mut self, interface: Interface) -> u32 {
        if let Some(index) = self.kept.iter().position(|kept| *kept == interface) {
            return index as u32;
        }
        if self.kept.len() >= FileFacts::INTERFACES_KEPT {
            return FileFacts::OTHER_INTERFACE;
        }
        self.kept.push(interface);
        self.kept.len() as u32 - 1
    }

    /// Takes in an interface statistics block; one of an unknown interface tells nothing.
    pub(super) fn statistics(&mut self, body: &[u8], order: Order) {
        let number = words(body, 0).map(|[number]| order.u32(number) as usize);
        let Some(described) = number.and_then(|number| self.section.get_mut(number)) else {
            return;
        };
        for Value { code, value } in Options::new(body.get(12..).unwrap_or_default(), order) {
            let Some(count) = array(value, 0).map(|count| order.u64(count)) else {
                continue;
            };
            match code {
                statistic::DROPPED_BY_INTERFACE => described.drops.interface = count,
                statistic::DROPPED_BY_SYSTEM => described.drops.system = count,
                _ => {}
            }
        }
    }
}

fn name(options: &Options<'_>) -> Option<String> {
    let find = |code| options.clone().find(|found| found.code == code);
    find(codes::interface::NAME)
        .or_else(|| find(codes::interface::DESCRIPTION))
        .map(|found| text(found.value))
        .filter(|name| !name.is_empty())
}

/// A bounded string; some writers close theirs with a zero byte, though the draft says not to.
fn text(value: &[u8]) -> String {
    let end = value.iter().position(|byte| *byte == 0);
    let value = value.get(..end.unwrap_or(value.len())).unwrap_or_default();
    let text = String::from_utf8_lossy(value);
    if text.len() <= MAX_STRING {
        return text.into_owned();
    }
    let room = MAX_STRING - '…'.len_utf8();
    let ends = text
        .char_indices()
        .map(|(start, char)| start + char.len_utf8());
    let cut = ends.take_while(|end| *end <= room).last();
    format!("{}…", text.get(..cut.unwrap_or(0)).unwrap_or_default())
}

fn clock(options: Options<'_>, order: Order) -> Clock {
    let mut clock = Clock::default();
    for Value { code, value } in options {
        match code {
            codes::interface::RESOLUTION => value
                .first()
                .into_iter()
                .for_each(|resolution| clock.set_resolution(*resolution)),
            codes::interface::OFFSET => array(value, 0)
                .into_iter()
                .for_each(|seconds| clock.set_offset(order.u64(seconds).cast_signed())),
            _ => {}
        }
    }
    clock
}
