//! Threads and channels: one reader, workers that own their flows, and the caller's thread, which gets the sessions in order.
//!
//! ```text
//! reader ──batches──▶ worker 0 ──┐
//!        ──batches──▶ worker 1 ──┼──deliveries──▶ order ──▶ caller
//!        ◀──empties──           ─┘
//! ```
//!
//! All channels are bounded: offline, a slow end slows the reader down, nothing is dropped. The order of the sessions depends on
//! the capture alone, not on the number of workers.

mod batch;
mod clock;
mod lanes;
mod order;
mod reader;
mod worker;

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, bounded};

pub use reader::ReaderFacts;
pub use worker::WorkerFacts;

use crate::flow::Limits;
use crate::names::{self, HostName};
use crate::session::judge::Judge;
use crate::session::{Origin, Session};
use crate::source::Timeline;
use lanes::Lanes;
use order::Order;

/// How often the caller's `tick` runs while no session comes.
const TICK: Duration = Duration::from_millis(100);
/// Deliveries that may wait for the caller.
const WAITING: usize = 16;

/// What was counted on the way.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// By the reader.
    pub reader: ReaderFacts,
    /// By all workers together.
    pub workers: WorkerFacts,
}

/// A thread of the pipeline has panicked: a defect of this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a thread stopped on a defect of this program; please report it, with the capture if you can"
)]
pub struct Defect;

/// Reads all of `timeline` with `workers` workers. `each` gets every session, in an order that does not depend on the number of
/// workers; `named` gets the names of internal hosts, in any order; `tick` runs ten times a second for progress.
pub fn read(
    timeline: &mut Timeline,
    judge: &Judge,
    workers: usize,
    mut each: impl FnMut(Session),
    mut named: impl FnMut(HostName),
    mut tick: impl FnMut(),
) -> Result<Facts, Defect> {
    let origins = origins(timeline);
    let origin = |file: u32| origins.get(file as usize).cloned().unwrap_or_else(unnamed);
    let (lanes, ends) = Lanes::new(workers);
    let (deliveries, delivered) = bounded(WAITING);
    let interest = names::interest(&judge.ports);
    thread::scope(|scope| {
        let thread_named = |name: String| thread::Builder::new().name(name);
        let reading = thread_named("reader".into())
            .spawn_scoped(scope, || reader::read(timeline, &interest, judge, lanes))
            .map_err(|_| Defect)?;
        let mut working = Vec::with_capacity(workers);
        for (number, end) in ends.into_iter().enumerate() {
            let (deliveries, limits) = (deliveries.clone(), share(workers));
            let origin = &origin;
            let work = move || worker::work(number, &end, judge, origin, limits, &deliveries);
            let handle = thread_named(format!("worker-{number}")).spawn_scoped(scope, work);
            working.push(handle.map_err(|_| Defect)?);
        }
        drop(deliveries);
        let mut order = Order::new(workers);
        loop {
            match delivered.recv_timeout(TICK) {
                Ok(mut delivery) => {
                    delivery.hosts.drain(..).for_each(&mut named);
                    order.take(delivery, |session| each(*session));
                }
                Err(RecvTimeoutError::Timeout) => tick(),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        let mut facts = Facts {
            reader: reading.join().map_err(|_| Defect)?,
            ..Facts::default()
        };
        for handle in working {
            facts.workers.merge(&handle.join().map_err(|_| Defect)?);
        }
        Ok(facts)
    })
}

/// One worker's share of the bounds.
fn share(workers: usize) -> Limits {
    let whole = Limits::default();
    Limits {
        flows: whole.flows.div_ceil(workers),
        held_bytes: whole.held_bytes.div_ceil(workers),
        ..whole
    }
}

fn origins(timeline: &Timeline) -> Vec<Arc<Origin>> {
    let files = timeline.files();
    files
        .map(|file| Arc::new(Origin::File(file.path.to_string_lossy().into_owned())))
        .collect()
}

fn unnamed() -> Arc<Origin> {
    Arc::new(Origin::File(String::new()))
}
