//! The views that show more than lines: all is posted on the [`Board`], from which the console and the metrics server
//! read, each in threads of its own.

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use anyhow::{Context as _, Result};
use tracing::warn;

use super::board::Board;
use super::known::Known;
use super::view::{Plain, View, Wish};
use super::{console, log, metrics};
use crate::cli::RunningArgs;
use crate::output::console::Snapshot;
use crate::privilege::Threads;
use crate::session::Session;

/// The view that was asked for. Starts threads: what needs rights has been opened before.
pub(super) fn view(
    args: &RunningArgs,
    wants_console: bool,
    listener: Option<&TcpListener>,
    threads: &Threads,
) -> Result<Box<dyn View>> {
    let plain = || -> Box<dyn View> { Box::new(Plain::new(args.every)) };
    if !wants_console && listener.is_none() {
        return Ok(plain());
    }
    let board = Arc::new(Board::new(wants_console));
    if let Some(listener) = listener {
        metrics::serve(listener, &board, threads).context("the threads that serve metrics")?;
    }
    let inner: Box<dyn View> = if wants_console {
        let console = Screen::start(&board, args.export_dir.clone());
        Box::new(console.context("the thread of the console")?)
    } else {
        plain()
    };
    Ok(Box::new(Posting { board, inner }))
}

/// Posts what another view shows, too.
struct Posting {
    board: Arc<Board>,
    inner: Box<dyn View>,
}

impl View for Posting {
    fn session(&mut self, session: &Session) {
        self.board.session(session);
        self.inner.session(session);
    }

    fn tick(&mut self, known: &Known) -> Wish {
        self.board.post(|| Snapshot {
            report: Arc::new(if self.board.lists_sessions() {
                known.report()
            } else {
                known.brief() // a scrape has no hosts
            }),
            moment: Arc::new(known.moment()),
        });
        self.inner.tick(known)
    }

    fn has_terminal(&self) -> bool {
        self.inner.has_terminal()
    }

    fn leave(&mut self) {
        self.inner.leave();
    }

    fn end(&mut self, known: &Known) {
        self.inner.end(known);
    }
}

/// The console, seen from the thread that watches.
struct Screen {
    thread: Option<JoinHandle<Result<()>>>,
    stop: Arc<AtomicBool>,
}

impl Screen {
    fn start(board: &Arc<Board>, folder: PathBuf) -> Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let (board, told) = (Arc::clone(board), Arc::clone(&stop));
        log::hold();
        let thread = thread::Builder::new()
            .name("console".into())
            .spawn(move || console::run(&board, &told, &folder))?;
        Ok(Self {
            thread: Some(thread),
            stop,
        })
    }
}

impl Screen {
    fn close(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let Some(thread) = self.thread.take() else {
            return;
        };
        let ended = thread.join();
        log::release();
        if let Ok(Err(error)) = ended {
            warn!("{error:#}");
        }
    }
}

impl View for Screen {
    fn tick(&mut self, _: &Known) -> Wish {
        match &self.thread {
            Some(thread) if !thread.is_finished() => Wish::GoOn,
            _ => Wish::End,
        }
    }

    fn has_terminal(&self) -> bool {
        self.thread.is_some()
    }

    /// Gives the terminal back at once: a second signal may end the program before all is through.
    fn leave(&mut self) {
        self.close();
    }

    fn end(&mut self, _: &Known) {
        self.close();
    }
}

/// Also where watching ends early, on an error.
impl Drop for Screen {
    fn drop(&mut self) {
        self.close();
    }
}
