//! All captures as one, in the order of their packets' times.
//!
//! Each file is looked at once for the time of its first packet and closed again; it is opened when that time has come.
//! Files that overlap (one tap for each direction, one sensor for each site) are merged by time, equal times in the order of
//! the files, which is that of first packet and path and not that of the command line. Inside one file packets stay as they
//! lie, even where their times run backwards. A single packet far ahead of its neighbours does not hold up its file.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::block::{BLOCK, BlockPool};
use super::capture::{Capture, InThread, NotOpened, Run};
use super::error::{Fault, Looks, SourceError};
use super::facts::FileFacts;
use super::find::{Found, From, Inputs, Skipped, is_named_capture};
use super::input::{Feed, Parked};
use super::interrupt::{Interrupt, Pipe};
use super::progress::{Metered, Progress};
use super::unpack::Bytes;
use crate::time::Timestamp;

/// Bytes of a block where very many files overlap, and of the first look at a file.
const SMALL_BLOCK: usize = 64 << 10;
/// Bytes of a capture that are searched for its first packet before its turn.
const LOOK: u64 = 4 << 20;
/// Files that may be held open at a time; those beyond are opened for each block.
const MAX_HELD: usize = 128;
/// Files that may be read ahead at a time.
const MAX_AHEAD: usize = 4;
/// Bytes of a file from which on that is worth a thread.
const LARGE: u64 = 8 << 20;

/// Captures merged by time.
pub struct Timeline {
    files: Vec<Entry>,
    /// Files in the order they begin, last first, not yet open.
    waiting: Vec<usize>,
    /// Open files by the time of their next packet.
    next: BinaryHeap<Reverse<(Timestamp, usize)>>,
    /// The file of the latest run, not in `next`.
    current: Option<usize>,
    open: usize,
    blocks: BlockPool,
    small_blocks: BlockPool,
    errors: Vec<SourceError>,
    skipped: Skipped,
    /// Files of folders that are no captures, though their names say so.
    skipped_captures: Vec<(Arc<Path>, Looks)>,
    without_captures: Vec<PathBuf>,
    progress: Arc<Progress>,
    read_ahead: bool,
    interrupt: Interrupt,
}

struct Entry {
    path: Arc<Path>,
    /// No packet of the file that comes first is earlier than this; zero where it is not known.
    first: Timestamp,
    is_pipe: bool,
    state: State,
}

enum State {
    /// A regular file of so many bytes, not yet open.
    Waiting(u64),
    /// Open.
    Open(Box<Capture>),
    /// Read.
    Done(Box<FileFacts>),
}

impl Timeline {
    /// Finds the captures that `paths` lead to: files, folders, `-` for standard input. What cannot be read is among
    /// [`Timeline::errors`]; the rest is read all the same.
    pub fn open<P: AsRef<Path>>(paths: &[P]) -> Self {
        Self::open_until(paths, Interrupt::default())
    }

    /// The same, to be ended early by `interrupt`.
    pub fn open_until<P: AsRef<Path>>(paths: &[P], interrupt: Interrupt) -> Self {
        let inputs = Inputs::find(paths);
        let mut timeline = Self {
            files: Vec::new(),
            waiting: Vec::new(),
            next: BinaryHeap::new(),
            current: None,
            open: 0,
            blocks: BlockPool::new(BLOCK),
            small_blocks: BlockPool::new(SMALL_BLOCK),
            errors: inputs.errors,
            skipped: inputs.skipped,
            skipped_captures: Vec::new(),
            without_captures: Vec::new(),
            progress: Progress::new(),
            read_ahead: false,
            interrupt,
        };
        for found in inputs.found {
            timeline.look(found);
        }
        let mut folders = inputs.folders;
        folders.retain(|folder| !timeline.leads_to_something(folder));
        timeline.without_captures = folders;
        timeline.expect_size();
        timeline.line_up();
        timeline
    }

    /// Lets large files be read in threads of their own, which pays where there is a processor for that.
    #[must_use]
    pub fn reading_ahead(self, read_ahead: bool) -> Self {
        Self { read_ahead, ..self }
    }

    /// The next packets in time; `None` when all captures are read.
    pub fn next_run(&mut self) -> Option<Run<'_>> {
        self.settle();
        self.admit();
        if self.interrupt.is_asked() && self.leave() {
            return None;
        }
        let Reverse((_, file)) = self.next.pop()?;
        self.current = Some(file);
        let last = self.last_before_others(file);
        match self.files.get_mut(file).map(|entry| &mut entry.state) {
            Some(State::Open(capture)) => Some(capture.run(file, last)),
            _ => None, // only open files are in `next`
        }
    }

    /// What each file told, in the order of [`Run::file`]; of files not yet read, nothing but the path.
    pub fn files(&self) -> impl Iterator<Item = FileFacts> {
        self.files.iter().map(|entry| match &entry.state {
            State::Waiting(_) => FileFacts::new(Arc::clone(&entry.path)),
            State::Open(capture) => capture.facts(),
            State::Done(facts) => FileFacts::clone(facts),
        })
    }

    /// Inputs that could not be read at all.
    pub fn errors(&self) -> &[SourceError] {
        &self.errors
    }

    /// Files of folders that were left out though their names are a capture's, and what they are instead.
    pub fn skipped_captures(&self) -> &[(Arc<Path>, Looks)] {
        &self.skipped_captures
    }

    /// Other files of folders that were left out.
    pub fn skipped(&self) -> Skipped {
        self.skipped
    }

    /// Folders that were named and hold nothing that could be a capture.
    pub fn without_captures(&self) -> &[PathBuf] {
        &self.without_captures
    }

    /// How far reading has come.
    pub fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.progress)
    }

    /// Whether a capture was found in a folder, or something that cannot be read.
    fn leads_to_something(&self, folder: &Path) -> bool {
        let mut captures = self.files.iter().map(|entry| &*entry.path);
        captures.any(|path| path.starts_with(folder))
            || self
                .errors
                .iter()
                .any(|error| error.path().starts_with(folder))
    }

    /// Takes a first look at an input; keeps it if it is a capture.
    fn look(&mut self, found: Found) {
        let Found { path, from } = found;
        match from {
            From::Pipe(file) => self.look_at_pipe(path, file),
            From::File { size, named } => self.look_at_file(path, size, named),
        }
    }

    fn look_at_file(&mut self, path: Arc<Path>, size: u64, named: bool) {
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(source) => return self.errors.push(open_error(&path, source)),
        };
        let feed = Feed::new(Box::new(file), true);
        let capture = Capture::open(&path, feed, self.small_blocks.clone(), InThread::Nothing);
        match capture {
            Ok(mut capture) => {
                let first = capture.first_time(LOOK).unwrap_or_default();
                self.keep(path, first, State::Waiting(size));
            }
            Err(why) => self.refuse(path, why, named),
        }
    }

    fn look_at_pipe(&mut self, path: Arc<Path>, file: File) {
        let pipe = Pipe::new(file, self.interrupt.clone());
        let bytes = Box::new(Metered::new(pipe, self.progress(), 0));
        let feed = Feed::new(bytes, false);
        match Capture::open(&path, feed, self.blocks.clone(), InThread::Unpacking) {
            Ok(mut capture) => {
                let first = capture.next_time().unwrap_or_default();
                self.open += 1;
                self.keep(path, first, State::Open(Box::new(capture)));
            }
            Err(why) => self.refuse(path, why, true),
        }
    }

    fn keep(&mut self, path: Arc<Path>, first: Timestamp, state: State) {
        let is_pipe = matches!(state, State::Open(_));
        self.files.push(Entry {
            path,
            first,
            is_pipe,
            state,
        });
    }

    fn refuse(&mut self, path: Arc<Path>, why: NotOpened, named: bool) {
        match why {
            NotOpened::Damaged(facts) => {
                self.keep(path, Timestamp::default(), State::Done(Box::new(facts)));
            }
            NotOpened::Unreadable(reason) => self.errors.push(SourceError::Read {
                path: path.to_path_buf(),
                reason,
            }),
            NotOpened::Looks(looks) if named => self.errors.push(SourceError::NotACapture {
                path: path.to_path_buf(),
                looks,
            }),
            NotOpened::Looks(looks) if is_named_capture(&path) => {
                self.skipped_captures.push((path, looks));
            }
            NotOpened::Looks(Looks::Empty) => self.skipped.empty += 1,
            NotOpened::Looks(_) => self.skipped.not_captures += 1,
        }
    }

    /// Tells the progress how much there is to read, if no pipe is among the inputs.
    fn expect_size(&self) {
        let sizes = self.files.iter().map(|entry| match entry.state {
            State::Waiting(size) => Some(size),
            State::Open(_) => None,
            State::Done(_) => Some(0),
        });
        if let Some(total) = sizes.sum() {
            self.progress.expect(total);
        }
    }

    /// Orders the files by first packet and path, which gives them their numbers.
    fn line_up(&mut self) {
        self.files
            .sort_by(|a, b| (a.first, &a.path).cmp(&(b.first, &b.path)));
        for file in (0..self.files.len()).rev() {
            match self.files.get(file).map(|entry| &entry.state) {
                Some(State::Waiting(_)) => self.waiting.push(file),
                Some(State::Open(_)) => self.enter(file),
                Some(State::Done(_)) | None => {}
            }
        }
    }

    /// Leaves files before their end, if all that is left are files: a pipe ends by itself.
    fn leave(&mut self) -> bool {
        let is_pipe = |Reverse((_, file)): &Reverse<(_, usize)>| {
            self.files.get(*file).is_some_and(|entry| entry.is_pipe)
        };
        if self.next.is_empty() || self.next.iter().any(is_pipe) {
            return false;
        }
        self.interrupt.cut();
        true
    }

    /// Puts the file of the latest run back in line, or closes it.
    fn settle(&mut self) {
        if let Some(file) = self.current.take() {
            self.enter(file);
        }
    }

    /// Puts an open file in line by its next packet; closes it if there is none.
    fn enter(&mut self, file: usize) {
        let Some(entry) = self.files.get_mut(file) else {
            return;
        };
        let State::Open(capture) = &mut entry.state else {
            return;
        };
        if let Some(time) = capture.next_time() {
            self.next.push(Reverse((time, file)));
            return;
        }
        entry.state = State::Done(Box::new(capture.facts()));
        self.open -= 1;
    }

    /// Opens the files whose time has come.
    fn admit(&mut self) {
        while let Some(file) = self.waiting.last().copied() {
            let first = self.files.get(file).map(|entry| entry.first);
            let earliest = self.next.peek().map(|Reverse((time, _))| *time);
            if earliest.is_some() && first > earliest {
                return;
            }
            self.waiting.pop();
            self.open_waiting(file);
        }
    }

    fn open_waiting(&mut self, file: usize) {
        let Some(entry) = self.files.get_mut(file) else {
            return;
        };
        let State::Waiting(size) = entry.state else {
            return;
        };
        let path = Arc::clone(&entry.path);
        let held = self.open < MAX_HELD;
        let in_thread = if self.read_ahead && size >= LARGE && self.open < MAX_AHEAD {
            InThread::Everything
        } else {
            InThread::Unpacking
        };
        let pool = if held {
            &self.blocks
        } else {
            &self.small_blocks
        };
        let opened = open_file(&path, held).map(|bytes| {
            let metered = Metered::new(bytes, Arc::clone(&self.progress), size);
            Feed::new(Box::new(metered), true)
        });
        let capture = match opened {
            Ok(feed) => Capture::open(&path, feed, pool.clone(), in_thread),
            Err(error) => Err(NotOpened::Unreadable(error.to_string())),
        };
        match capture {
            Ok(capture) => {
                entry.state = State::Open(Box::new(capture));
                self.open += 1;
                self.enter(file);
            }
            Err(why) => entry.state = State::Done(Box::new(changed(path, why))),
        }
    }

    /// The latest time up to which packets of `file` come before those of all others.
    fn last_before_others(&self, file: usize) -> Timestamp {
        let open = self.next.peek().map(|Reverse(next)| *next);
        let waiting = self.waiting.last().copied();
        let waiting = waiting.and_then(|file| Some((self.files.get(file)?.first, file)));
        match open.into_iter().chain(waiting).min() {
            None => Timestamp(u64::MAX),
            Some((time, other)) if file < other => time,
            Some((time, _)) => Timestamp(time.0.saturating_sub(1)),
        }
    }
}

fn open_file(path: &Arc<Path>, held: bool) -> std::io::Result<Bytes> {
    Ok(if held {
        Box::new(File::open(path)?)
    } else {
        Box::new(Parked::new(Arc::clone(path)))
    })
}

fn open_error(path: &Arc<Path>, source: std::io::Error) -> SourceError {
    SourceError::Open {
        path: path.to_path_buf(),
        source,
    }
}

/// A file that was a capture when it was looked at, and no longer is.
fn changed(path: Arc<Path>, why: NotOpened) -> FileFacts {
    let reason = match why {
        NotOpened::Damaged(facts) => return facts,
        NotOpened::Looks(looks) => format!("it has changed: {looks}"),
        NotOpened::Unreadable(reason) => reason,
    };
    let mut facts = FileFacts::new(path);
    facts.note(Fault::Read(reason), 0, 0, true);
    facts
}
