//! Threads and channels: one reader, workers that own their flows, and the caller's thread, which gets the sessions in order.
//!
//! ```text
//! reader and worker 0 ───────────┐
//!        ──batches──▶ worker 1 ──┼──deliveries──▶ order ──▶ caller
//!        ◀──empties──           ─┘
//! ```
//!
//! The first worker works on the reader's thread: handing a segment to another costs more than most segments do.
//!
//! All channels are bounded: a slow end slows the reader down. A file then waits; an interface goes on, its packets wait in the
//! kernel's ring, and what that cannot hold the kernel drops and counts. Nothing else is ever dropped between threads. The order
//! of the sessions depends on the capture alone, not on the number of workers.

mod batch;
mod clock;
mod consumer;
mod finished;
mod lanes;
mod order;
mod reader;
mod route;
mod signs;
mod worker;

use std::iter;
use std::sync::Arc;
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

pub use consumer::{Consumer, Evidence, PipelineCounters};
pub use reader::ReaderFacts;
pub use worker::WorkerFacts;

use crate::evidence::{Bounds, Keeper};
use crate::flow::Limits;
use crate::flow::reassembly::MAX_HELD_BYTES;
use crate::histogram::Pace;
use crate::judge::Judge;
use crate::names;
use crate::session::Origin;
use crate::source::Source;
use lanes::Lanes;
use order::Order;
use reader::Shown;
use signs::Signs;
use worker::{Beside, Delivery, Worked, Worker};

/// How often [`Consumer::tick`] runs.
const TICK: Duration = Duration::from_millis(100);
/// Bytes that each worker may hold at least: one connection that holds all it may is read the same whatever the number
/// of workers.
const LEAST_HELD_BYTES: usize = 4 * MAX_HELD_BYTES;
/// Deliveries that may wait for the caller.
const WAITING: usize = 16;

/// A thread of the pipeline has panicked: a defect of this program. What the others found has been handed on.
#[derive(Clone, Debug, Default, thiserror::Error)]
#[error(
    "a thread stopped on a defect of this program; please report it, with the capture if you can"
)]
pub struct Defect {
    /// What was counted: by the thread that stopped, up to a moment before.
    pub facts: Box<PipelineCounters>,
}

/// What a thread of the pipeline is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Takes packets from the source and reads their headers.
    Read,
    /// Follows connections.
    Work,
}

/// The threads besides the caller's. A number stands for so many workers.
#[derive(Clone, Copy)]
pub struct Crew<'a> {
    /// How many follow connections.
    pub workers: usize,
    /// Runs first in each thread, before it sees a packet.
    pub begin: &'a (dyn Fn(Task) + Sync),
}

impl From<usize> for Crew<'_> {
    fn from(workers: usize) -> Self {
        Self {
            workers,
            begin: &|_| {},
        }
    }
}

/// Reads `source` to its end with a crew of so many workers. `consumer` gets every session, in an order that does not
/// depend on the number of workers, on the thread that calls this.
pub fn read<'a>(
    source: &mut impl Source,
    judge: &Judge,
    crew: impl Into<Crew<'a>>,
    consumer: &mut impl Consumer,
) -> Result<PipelineCounters, Defect> {
    let Crew { workers, begin } = crew.into();
    let origins: Vec<_> = source.origins().into_iter().map(Arc::new).collect();
    let origin = |number: u32| {
        origins
            .get(number as usize)
            .cloned()
            .unwrap_or_else(unnamed)
    };
    let limits = share(workers, &origins);
    let (deliveries, delivered) = bounded(WAITING);
    let interest = names::interest(&judge.ports);
    let shown = Shown::default();
    let timed = consumer.wants_pace();
    let keeps = consumer.wants_evidence();
    thread::scope(|scope| {
        // Where the consumer panics, this end goes first, so that the threads stop for which the scope then waits.
        let delivered = delivered;
        let worker = |number, deliveries: &Sender<Delivery>| {
            let beside = Beside {
                pace: timed.then(Pace::default),
                keeper: keeps.then(|| Keeper::new(share_of_evidence(workers))),
            };
            let deliveries = deliveries.clone();
            Worker::new(number, judge, &origin, limits.clone(), deliveries, beside)
        };
        let reader = thread_named("reader".into());
        let (lanes, ends) = Lanes::new(worker(0, &deliveries), workers.saturating_sub(1), keeps);
        let read = || {
            begin(Task::Read);
            reader::read(source, &interest, judge, lanes, &shown)
        };
        let reading = reader.spawn_scoped(scope, read);
        let working = ends.into_iter().zip(1..).map(|(end, number)| {
            let worker = worker(number, &deliveries);
            let work = move || {
                begin(Task::Work);
                worker.work(&end)
            };
            thread_named(format!("worker-{number}")).spawn_scoped(scope, work)
        });
        let working: Vec<_> = working.collect();
        drop(deliveries);
        let reading = reading.map_err(|_| Defect::default())?;
        let working: Vec<_> = working
            .into_iter()
            .collect::<Result<_, _>>()
            .map_err(|_| Defect::default())?;
        let delivered_facts = consume(&delivered, workers, &shown, consumer);
        drop(delivered);
        let read = reading.join();
        // All of them: for one that nobody joins the scope would panic itself.
        let worked: Vec<_> = working.into_iter().map(ScopedJoinHandle::join).collect();
        let (reader, own) = match read {
            Ok((reader, own)) => (reader, Ok(own)),
            Err(panicked) => (shown.facts(), Err(panicked)),
        };
        sum(reader, iter::once(own).chain(worked).zip(delivered_facts))
    })
}

/// Adds up what the reader and each worker counted; of one that has panicked, what it delivered last.
fn sum(
    reader: ReaderFacts,
    workers: impl Iterator<Item = (thread::Result<Worked>, WorkerFacts)>,
) -> Result<PipelineCounters, Defect> {
    let mut sound = true;
    let mut facts = PipelineCounters {
        reader,
        ..PipelineCounters::default()
    };
    for (worked, delivered) in workers {
        sound &= worked.is_ok();
        let worked = worked.unwrap_or(Worked {
            facts: delivered,
            pace: None,
        });
        facts.workers.merge(&worked.facts);
        if let Some(pace) = worked.pace {
            facts.pace.get_or_insert_default().merge(&pace);
        }
    }
    if sound {
        Ok(facts)
    } else {
        let facts = Box::new(facts);
        Err(Defect { facts })
    }
}

fn thread_named(name: String) -> thread::Builder {
    thread::Builder::new().name(name)
}

/// Hands on what the workers deliver, until the last of them is done, and gives back what each has told of its counts.
fn consume(
    delivered: &Receiver<Delivery>,
    workers: usize,
    shown: &Shown,
    consumer: &mut impl Consumer,
) -> Vec<WorkerFacts> {
    let mut order = Order::new(workers);
    let mut facts = vec![WorkerFacts::default(); workers];
    let mut tick = Instant::now() + TICK;
    let mut signs = Signs::new(workers);
    loop {
        match delivered.recv_deadline(tick) {
            Ok(mut delivery) => {
                for evidence in delivery.evidence.drain(..) {
                    consumer.evidence(evidence);
                }
                let hosts = delivery.hosts.drain(..);
                hosts.for_each(|host| consumer.host(host));
                signs.of_worker(delivery.worker);
                if let Some(facts) = facts.get_mut(delivery.worker) {
                    *facts = delivery.facts;
                }
                order.take(delivery, |session| consumer.session(*session));
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                // Waits for a worker that has panicked, if for any.
                order.finish(|session| consumer.session(*session));
                return facts;
            }
        }
        let now = Instant::now();
        if now >= tick {
            tick = now + TICK;
            let reader = shown.facts();
            signs.of_reader(reader.turns);
            consumer.tick(&PipelineCounters::of(reader, &facts, signs.silence(now)));
        }
    }
}

/// Batches that may wait, all workers together.
pub const fn most_waiting(workers: usize) -> u64 {
    (lanes::WAITING * workers.saturating_sub(1)) as u64
}

/// Bytes that may be held, all workers together.
pub fn most_held(workers: usize) -> u64 {
    (share_of_held(workers) * workers) as u64
}

fn share_of_held(workers: usize) -> usize {
    let whole = Limits::default().held_bytes;
    whole.div_ceil(workers).max(LEAST_HELD_BYTES)
}

/// One worker's share of the bounds, for packets from these `origins`.
fn share(workers: usize, origins: &[Arc<Origin>]) -> Limits {
    let live = matches!(
        origins.first().map(AsRef::as_ref),
        Some(Origin::Interface(_))
    );
    let whole = Limits::default();
    let whole = if live { whole.in_order() } else { whole };
    Limits {
        flows: whole.flows.div_ceil(workers),
        held_bytes: share_of_held(workers),
        ..whole
    }
}

fn share_of_evidence(workers: usize) -> Bounds {
    let whole = Bounds::default();
    Bounds {
        connections: whole.connections.div_ceil(workers),
        all_bytes: whole.all_bytes.div_ceil(workers),
        ..whole
    }
}

fn unnamed() -> Arc<Origin> {
    Arc::new(Origin::File(String::new()))
}

#[cfg(test)]
mod tests;
