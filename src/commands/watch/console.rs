//! The console's terminal: keys in, pictures out, in a thread of its own, so that a terminal that is slow or gone holds
//! nothing up.
//!
//! The terminal is put back in order when the console ends, however it ends, and before a panic of any thread is told.

use std::io::{self, IsTerminal, Stdout};
use std::panic;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::crossterm::{cursor, execute};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::board::{Board, Notice};
use super::log;
use crate::output::console::{Console, Effect, Export, Form, Key};
use crate::output::{self, Style, escape};

/// How long keys are waited for before the board is looked at; also the shortest time between two pictures that no key
/// asked for.
const PERIOD: Duration = Duration::from_millis(250);

/// Names tried for an export before giving up.
const NAMES: u32 = 100;

/// Whether there is somebody to look at it: standard input and output are a terminal that can move its cursor.
pub(super) fn is_possible() -> bool {
    let dumb = std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
    !dumb && io::stdout().is_terminal() && io::stdin().is_terminal()
}

/// Shows `board` until the user quits or `stop` is set; exports go to `folder`.
pub(super) fn run(board: &Board, stop: &AtomicBool, folder: &Path) -> Result<()> {
    let colour = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let screen =
        Screen::open().context("the console cannot use this terminal; `--plain` does without")?;
    let mut shell = Shell {
        console: Console::new(colour),
        terminal: Terminal::new(CrosstermBackend::new(io::stdout()))?,
        folder,
        shown: None,
        drawn: None,
    };
    let result = shell.attend(board, &screen.panicked, stop);
    drop(screen);
    result.context("the console has lost its terminal")
}

/// Whether there are events, within `time`. Asks the terminal first whether it still is there: at the end of one that has gone,
/// crossterm reads on forever.
fn wait_for_keys(time: Duration) -> io::Result<bool> {
    let input = io::stdin();
    if !input.is_terminal() {
        return event::poll(time);
    }
    let mut terminal = [PollFd::new(&input, PollFlags::IN)];
    let limit = Timespec::try_from(time).ok();
    match poll(&mut terminal, limit.as_ref()) {
        Ok(_) | Err(Errno::INTR) => {}
        Err(error) => return Err(error.into()),
    }
    let [terminal] = terminal;
    if terminal
        .revents()
        .intersects(PollFlags::HUP | PollFlags::ERR)
    {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    // Resizing comes as a signal, of which the terminal says nothing.
    event::poll(Duration::ZERO)
}

struct Shell<'a> {
    console: Console,
    terminal: Terminal<CrosstermBackend<Stdout>>,
    folder: &'a Path,
    /// The notice that the console has.
    shown: Option<Arc<Notice>>,
    drawn: Option<Instant>,
}

impl Shell<'_> {
    fn attend(
        &mut self,
        board: &Board,
        panicked: &AtomicBool,
        stop: &AtomicBool,
    ) -> io::Result<()> {
        loop {
            if stop.load(Ordering::Relaxed) || panicked.load(Ordering::Relaxed) {
                return Ok(());
            }
            self.read(board);
            self.draw()?;
            if wait_for_keys(PERIOD)? && self.take_events()? {
                return Ok(());
            }
        }
    }

    /// Takes what is new on the board and in the log.
    fn read(&mut self, board: &Board) {
        for session in board.sessions() {
            self.console.session(session);
        }
        if let Some(line) = log::news() {
            self.console.tell(line);
        }
        let latest = board.latest();
        if let Some(notice) = &latest
            && !self
                .shown
                .as_ref()
                .is_some_and(|shown| Arc::ptr_eq(shown, notice))
        {
            self.console.update(notice.snapshot.clone());
            self.shown = latest;
        }
    }

    fn draw(&mut self) -> io::Result<()> {
        let early = self.drawn.is_some_and(|drawn| drawn.elapsed() < PERIOD);
        if !self.console.changed() || early {
            return Ok(());
        }
        self.terminal.draw(|frame| self.console.draw(frame))?;
        self.drawn = Some(Instant::now());
        Ok(())
    }

    /// Takes all events that are there; true if one of them says to quit.
    fn take_events(&mut self) -> io::Result<bool> {
        loop {
            match event::read()? {
                Event::Key(event) => {
                    if let Some(key) = key(event)
                        && self.on_key(key)
                    {
                        return Ok(true);
                    }
                }
                Event::Resize(..) => self.console.resized(),
                _ => {}
            }
            // Whoever presses a key does not wait for the next picture.
            self.drawn = None;
            if !wait_for_keys(Duration::ZERO)? {
                return Ok(false);
            }
        }
    }

    fn on_key(&mut self, key: Key) -> bool {
        match self.console.on_key(key) {
            Effect::Nothing => false,
            Effect::Quit => true,
            Effect::Export(export) => {
                let told = match self.export(&export) {
                    Ok(path) => format!("Written to {}", path.display()),
                    Err(error) => format!("Not written: {error:#}"),
                };
                self.console.tell(escape::terminal(&told));
                false
            }
        }
    }

    fn export(&self, export: &Export) -> Result<PathBuf> {
        let text = match export.form {
            Form::Table => output::table::render(&export.report, Style::default()),
            Form::Json => output::json::render(&export.report)?,
            Form::Csv => output::csv::render(&export.report),
        };
        let time = self.shown.as_ref().map(|shown| shown.snapshot.moment.time);
        let time = time.unwrap_or_default().to_string();
        let path = create(self.folder, &stem(&time), ending(export.form), &text)?;
        Ok(std::path::absolute(&path).unwrap_or(path))
    }
}

/// `tlstally-20260801T090000Z` of an RFC 3339 time.
fn stem(time: &str) -> String {
    let second = time.split('.').next().unwrap_or_default();
    let digits: String = second.chars().filter(|one| !"-:".contains(*one)).collect();
    format!("tlstally-{digits}Z")
}

const fn ending(form: Form) -> &'static str {
    match form {
        Form::Table => "txt",
        Form::Json => "json",
        Form::Csv => "csv",
    }
}

/// Writes a new file, under the first name that is free.
fn create(folder: &Path, stem: &str, ending: &str, text: &str) -> Result<PathBuf> {
    for number in 1..=NAMES {
        let name = match number {
            1 => format!("{stem}.{ending}"),
            number => format!("{stem}-{number}.{ending}"),
        };
        let path = folder.join(name);
        match std::fs::File::create_new(&path) {
            Ok(mut file) => {
                io::Write::write_all(&mut file, text.as_bytes())
                    .with_context(|| format!("{} cannot be written", path.display()))?;
                return Ok(path);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => {
                let told = format!(
                    "{} cannot be created (--export-dir names another folder)",
                    path.display()
                );
                return Err(error).context(told);
            }
        }
    }
    anyhow::bail!("{NAMES} files {stem}….{ending} are there already")
}

/// The key in the console's words; `None` for what means nothing to it.
fn key(event: KeyEvent) -> Option<Key> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    let control = event.modifiers.contains(KeyModifiers::CONTROL);
    match event.code {
        KeyCode::Char('c') if control => Some(Key::Interrupt),
        KeyCode::Char(_) if control || event.modifiers.contains(KeyModifiers::ALT) => None,
        KeyCode::Char(character) => Some(Key::Character(character)),
        KeyCode::Enter => Some(Key::Enter),
        KeyCode::Esc => Some(Key::Escape),
        KeyCode::Backspace => Some(Key::Backspace),
        KeyCode::Up => Some(Key::Up),
        KeyCode::Down => Some(Key::Down),
        KeyCode::PageUp => Some(Key::PageUp),
        KeyCode::PageDown => Some(Key::PageDown),
        KeyCode::Home => Some(Key::Home),
        KeyCode::End => Some(Key::End),
        _ => None,
    }
}

/// The terminal while the console has it: raw, on its other screen.
struct Screen {
    /// A thread has panicked, and the terminal is in order already.
    panicked: Arc<AtomicBool>,
}

impl Screen {
    fn open() -> io::Result<Self> {
        let panicked = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&panicked);
        let told = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !seen.swap(true, Ordering::Relaxed) {
                put_in_order();
            }
            told(info);
        }));
        let screen = Self { panicked };
        enable_raw_mode()?;
        execute!(io::stdout(), EnterAlternateScreen, cursor::Hide)?;
        Ok(screen)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // From here on there is nothing that a panic would have to put in order.
        if !self.panicked.swap(true, Ordering::Relaxed) {
            put_in_order();
        }
    }
}

/// What cannot be put in order has no terminal any more.
fn put_in_order() {
    let _ = execute!(io::stdout(), LeaveAlternateScreen, cursor::Show);
    let _ = disable_raw_mode();
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Set in the process that panics.
    const PANICS: &str = "TLSTALLY_TEST_PANICS";

    /// Run by the next test, in a process of its own on a terminal of its own; elsewhere it does nothing.
    #[test]
    fn a_thread_panics_while_the_console_is_open() {
        if std::env::var_os(PANICS).is_none() {
            return;
        }
        let screen = Screen::open().unwrap();
        let thread = std::thread::spawn(|| panic!("what the panic says"));
        assert!(thread.join().is_err());
        assert!(screen.panicked.load(Ordering::Relaxed));
    }

    /// Modes of the terminal and its other screen are put back before the panic is told, so that it can be read.
    #[test]
    fn a_panic_gives_the_terminal_back() {
        use portable_pty::{CommandBuilder, PtySize, native_pty_system};
        use std::io::Read as _;
        let pty = native_pty_system().openpty(PtySize::default()).unwrap();
        let before = format!("{:?}", pty.master.get_termios().unwrap());
        let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
        let name = "a_thread_panics_while_the_console_is_open";
        command.args([name, "--nocapture", "--test-threads=1"]);
        command.env(PANICS, "1");
        let mut reader = pty.master.try_clone_reader().unwrap();
        let mut child = pty.slave.spawn_command(command).unwrap();
        let status = child.wait().unwrap();
        // While this process has its end open, too, the terminal is as the child has left it.
        let after = format!("{:?}", pty.master.get_termios().unwrap());
        drop(pty.slave);
        let mut written = Vec::new();
        let _ = reader.read_to_end(&mut written); // ends with EIO where nobody has the other end any more
        let written = String::from_utf8_lossy(&written);
        assert!(status.success(), "{written}");
        assert_eq!(before, after);
        let (entered, rest) = written.split_once("\u{1b}[?1049h").unwrap();
        assert!(!entered.contains("panic says"));
        let (shown, told) = rest.split_once("\u{1b}[?1049l").unwrap();
        assert!(!shown.contains("panic says"), "{shown}");
        assert!(told.contains("\u{1b}[?25h") && told.contains("what the panic says"));
        assert!(!told.contains("\u{1b}[?1049l"), "once is enough: {told}");
    }

    #[test]
    fn keys_are_what_is_printed_on_them() {
        let pressed = |code, modifiers| key(KeyEvent::new(code, modifiers));
        let (none, shift, control) = (
            KeyModifiers::NONE,
            KeyModifiers::SHIFT,
            KeyModifiers::CONTROL,
        );
        assert_eq!(pressed(KeyCode::Char('q'), none), Some(Key::Character('q')));
        assert_eq!(
            pressed(KeyCode::Char('S'), shift),
            Some(Key::Character('S'))
        );
        assert_eq!(pressed(KeyCode::Char('c'), control), Some(Key::Interrupt));
        assert_eq!(pressed(KeyCode::Char('q'), control), None);
        assert_eq!(pressed(KeyCode::F(1), none), None);
    }

    #[test]
    fn an_export_never_writes_over_a_file() {
        let folder = std::env::temp_dir().join(format!("tlstally-export-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let stem = stem("2026-08-01T09:00:00.000000000Z");
        let first = create(&folder, &stem, "csv", "one").unwrap();
        let second = create(&folder, &stem, "csv", "two").unwrap();
        assert!(first.ends_with("tlstally-20260801T090000Z.csv"));
        assert!(second.ends_with("tlstally-20260801T090000Z-2.csv"));
        assert_eq!(std::fs::read_to_string(first).unwrap(), "one");
        let error = create(&folder.join("none"), &stem, "csv", "").unwrap_err();
        assert!(format!("{error:#}").contains("cannot be created"));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
