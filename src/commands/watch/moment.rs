//! What the pipeline and the interfaces count, in the form in which it is shown.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

use crate::flow::Limits;
use crate::pipeline::{self, PipelineCounters};
use crate::source::live::InterfaceFacts;
use crate::tally::live::{Interface, Level, Moment};
use crate::wall_clock;

/// All of a moment but what only the caller knows.
pub(super) fn of(
    facts: &PipelineCounters,
    interfaces: &[InterfaceFacts],
    workers: usize,
) -> Moment {
    let limits = Limits::default();
    Moment {
        time: wall_clock::now(),
        interfaces: interfaces.iter().map(interface).collect(),
        queue: Level {
            now: facts.workers.waiting,
            bound: pipeline::most_waiting(workers),
        },
        flows: Level {
            now: facts.workers.flows,
            bound: limits.flows as u64,
        },
        held_bytes: Level {
            now: facts.workers.held_bytes,
            bound: pipeline::most_held(workers),
        },
        ..Moment::default()
    }
}

fn interface(facts: &InterfaceFacts) -> Interface {
    Interface {
        name: facts.name.as_str().into(),
        link: facts.link_name.as_deref().map(Into::into),
        up: facts.up,
        packets: facts.packets,
        bytes: facts.bytes,
        dropped_kernel: Some(facts.dropped_kernel),
        dropped_interface: facts.dropped_interface,
        ring_bytes: facts.ring_bytes,
        ring_used: facts.ring_used,
    }
}

/// This process's memory. The file is opened once, so that it can be read when no file can be opened any more.
pub(super) struct Memory(Option<File>);

impl Memory {
    pub(super) fn open() -> Self {
        Self(File::open("/proc/self/status").ok())
    }

    /// Bytes in RAM; `None` where the system does not tell.
    pub(super) fn resident(&self) -> Option<u64> {
        let mut text = [0; 4096];
        let length = self.0.as_ref()?.read_at(&mut text, 0).ok()?;
        let text = String::from_utf8_lossy(text.get(..length)?);
        let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kilobytes << 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_memory() {
        let resident = Memory::open().resident().unwrap();
        assert!(resident > 1 << 20, "{resident}");
    }
}
