//! A thread that writes, so that nobody who reads packets waits for a disk.
//!
//! Sessions wait in a bounded channel and are written many at a time: as many as [`BATCH`], or what came within
//! [`PATIENCE`]. What cannot be written is counted and told; the next batch is tried again, since disks get room and locks end.

use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError, bounded};

use super::batch::Written;
use super::error::StoreError;
use super::write::Writer;
use crate::names::HostName;
use crate::session::Session;

/// Most sessions in a transaction.
const BATCH: usize = 8_192;

/// A session waits no longer than this to be written.
const PATIENCE: Duration = Duration::from_secs(1);

/// Sessions and names that may wait; about a kilobyte each.
const WAITING: usize = 16_384;

/// Notes kept.
const NOTES: usize = 64;

const GONE: &str = "the thread that writes the store is gone";
const BEHIND: &str = "the disk of the store does not keep up";

/// What comes to the thread.
enum Item {
    Session(Box<Session>),
    Name(HostName),
}

/// What became of all that was put in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// What was written.
    pub written: Written,
    /// Sessions that could not be written.
    pub lost: u64,
    /// Why, the first and the last time.
    pub errors: Vec<String>,
    /// What happened to the files of the store, a sentence each: nothing was lost by it. The first ones, within a bound.
    pub notes: Vec<String>,
}

/// What to do where sessions come faster than they can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pressure {
    /// Wait: a capture file can.
    Wait,
    /// Lose what does not fit, and count it: packets of an interface do not wait.
    Lose,
}

/// A store that is written in a thread of its own.
pub struct Spool {
    sender: Sender<Item>,
    pressure: Pressure,
    thread: JoinHandle<()>,
    kept: Arc<Mutex<Kept>>,
}

impl Spool {
    /// Starts the thread that writes.
    pub fn start(writer: Writer, pressure: Pressure) -> Result<Self, StoreError> {
        let gone = StoreError::Thread(writer.path().to_owned());
        let (sender, receiver) = bounded(WAITING);
        let kept = Arc::new(Mutex::new(Kept::default()));
        let shared = Arc::clone(&kept);
        let thread = thread::Builder::new()
            .name("store".into())
            .spawn(move || run(writer, &receiver, &shared))
            .map_err(|_| gone)?;
        Ok(Self {
            sender,
            pressure,
            thread,
            kept,
        })
    }

    /// Puts in a session.
    pub fn session(&self, session: Session) {
        self.put(Item::Session(Box::new(session)));
    }

    /// Puts in a name of a host.
    pub fn host(&self, host: HostName) {
        self.put(Item::Name(host));
    }

    /// What has become of it so far.
    pub fn kept(&self) -> Kept {
        self.kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Writes what waits, and closes the store.
    pub fn finish(self) -> Kept {
        let Self {
            sender,
            thread,
            kept,
            ..
        } = self;
        drop(sender);
        if thread.join().is_err() {
            note(&kept, 0, GONE);
        }
        kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn put(&self, item: Item) {
        let lost = u64::from(matches!(item, Item::Session(_)));
        let refused = match self.pressure {
            Pressure::Wait => self.sender.send(item).err().map(|_| GONE),
            Pressure::Lose => self.sender.try_send(item).err().map(|error| match error {
                TrySendError::Full(_) => BEHIND,
                TrySendError::Disconnected(_) => GONE,
            }),
        };
        if let Some(reason) = refused {
            note(&self.kept, lost, reason);
        }
    }
}

fn run(mut writer: Writer, receiver: &Receiver<Item>, kept: &Mutex<Kept>) {
    pass_on(&mut writer, kept);
    let mut sessions = Vec::new();
    let mut names = Vec::new();
    while fill(receiver, &mut sessions, &mut names) {
        write(&mut writer, &sessions, &names, kept);
        sessions.clear();
        names.clear();
    }
    write(&mut writer, &sessions, &names, kept);
    if let Err(error) = writer.close() {
        note(kept, 0, &shown(&error));
    }
}

/// Waits for a batch; whether more may come.
fn fill(receiver: &Receiver<Item>, sessions: &mut Vec<Session>, names: &mut Vec<HostName>) -> bool {
    let mut deadline = None;
    while sessions.len() + names.len() < BATCH {
        let item = match deadline {
            None => receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(deadline) => receiver.recv_deadline(deadline),
        };
        match item {
            Ok(Item::Session(session)) => sessions.push(*session),
            Ok(Item::Name(name)) => names.push(name),
            Err(RecvTimeoutError::Timeout) => return true,
            Err(RecvTimeoutError::Disconnected) => return false,
        }
        deadline.get_or_insert_with(|| Instant::now() + PATIENCE);
    }
    true
}

fn write(writer: &mut Writer, sessions: &[Session], names: &[HostName], kept: &Mutex<Kept>) {
    if sessions.is_empty() && names.is_empty() {
        return;
    }
    match writer.write(sessions, names) {
        Ok(written) => {
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.written.merge(written);
        }
        Err(error) => note(kept, sessions.len() as u64, &shown(&error)),
    }
    pass_on(writer, kept);
}

/// Passes on what happened to the files of the store.
fn pass_on(writer: &mut Writer, kept: &Mutex<Kept>) {
    let told = writer.told();
    if told.is_empty() {
        return;
    }
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    let room = NOTES.saturating_sub(kept.notes.len());
    kept.notes.extend(told.into_iter().take(room));
}

/// Counts `lost` sessions, and keeps the first and the last reason.
fn note(kept: &Mutex<Kept>, lost: u64, reason: &str) {
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    kept.lost += lost;
    if kept.errors.iter().all(|known| known != reason) {
        kept.errors.truncate(1);
        kept.errors.push(reason.to_owned());
    }
}

/// An error with its causes.
fn shown(error: &StoreError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    text
}
