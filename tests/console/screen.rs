//! A terminal with the program in it: a pseudo terminal (pty(7)), and an emulator that says what stands on its screen.

use std::io::{Read as _, Write};
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use vt100::{Color, Parser};

use crate::network::Namespace;

/// Longer than a connection lingers, and anything else takes; who waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(150);

const COLUMNS: u16 = 100;
const ROWS: u16 = 30;

/// Leaves a terminal's other screen (xterm control sequences, private mode 1049).
const LEAVE: &str = "\u{1b}[?1049l";

pub struct Screen {
    program: Program,
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    emulator: Arc<Mutex<Parser>>,
    /// In the end gives all that was written on the terminal.
    reader: JoinHandle<Vec<u8>>,
    /// Nobody looks at the terminal any more.
    left: Arc<AtomicBool>,
    /// What the terminal's line discipline was before the program had it.
    before: String,
}

impl Screen {
    /// `tlstally watch` on an interface of a namespace, in a terminal of 100 columns.
    pub fn watch(
        namespace: &Namespace,
        interface: &str,
        options: &[&str],
        environment: &[(&str, &str)],
    ) -> Self {
        let pair = native_pty_system().openpty(size(COLUMNS, ROWS)).unwrap();
        let mut command = CommandBuilder::new("ip");
        let program = env!("CARGO_BIN_EXE_tlstally");
        command.args(["netns", "exec", namespace.name(), program, "watch"]);
        command.args(["-i", interface, "--sensor", "lab"]);
        command.args(options);
        command.env("TERM", "xterm-256color");
        command.env_remove("COLUMNS");
        command.env_remove("LINES");
        for (name, value) in environment {
            command.env(name, value);
        }
        let before = discipline(&*pair.master);
        let child = pair.slave.spawn_command(command).unwrap();
        // The end of the program is then the end of what there is to read.
        drop(pair.slave);
        let emulator = Arc::new(Mutex::new(Parser::new(
            at_least_one(ROWS),
            at_least_one(COLUMNS),
            0,
        )));
        let left = Arc::new(AtomicBool::new(false));
        Self {
            program: Program(child),
            keyboard: pair.master.take_writer().unwrap(),
            reader: read(&*pair.master, Arc::clone(&emulator), Arc::clone(&left)),
            left,
            master: pair.master,
            emulator,
            before,
        }
    }

    /// What stands on the screen.
    pub fn text(&self) -> String {
        self.emulator.lock().unwrap().screen().contents()
    }

    /// Waits until `words` stand on the screen, and gives their line.
    pub fn wait_for(&mut self, words: &str) -> String {
        let begun = Instant::now();
        loop {
            let text = self.text();
            if let Some(line) = text.lines().find(|line| line.contains(words)) {
                return line.to_owned();
            }
            let ended = self.program.0.try_wait().unwrap();
            assert!(
                begun.elapsed() < PATIENCE && ended.is_none(),
                "`{words}` is not on the screen ({ended:?}):\n{text}"
            );
            thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    pub fn resize(&mut self, columns: u16, rows: u16) {
        let mut emulator = self.emulator.lock().unwrap();
        emulator
            .screen_mut()
            .set_size(at_least_one(rows), at_least_one(columns));
        self.master.resize(size(columns, rows)).unwrap();
    }

    /// Whether anything on the screen has a colour.
    pub fn has_colours(&self) -> bool {
        let emulator = self.emulator.lock().unwrap();
        let screen = emulator.screen();
        let (rows, columns) = screen.size();
        let (rows, columns) = (rows.get(), columns.get());
        let cells = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
        let mut cells = cells.filter_map(|(row, column)| screen.cell(row, column));
        cells.any(|cell| cell.fgcolor() != Color::Default || cell.bgcolor() != Color::Default)
    }

    pub fn signal(&self, signal: &str) {
        let id = self.program.0.process_id().unwrap().to_string();
        let sent = std::process::Command::new("kill")
            .args(["-s", signal, &id])
            .status();
        assert!(sent.unwrap().success());
    }

    /// Waits for the good end of the program; what it left on the terminal, which is as it was before.
    pub fn end(mut self) -> String {
        let status = self.program.end();
        assert_eq!(discipline(&*self.master), self.before);
        let written = String::from_utf8(self.reader.join().unwrap()).unwrap();
        let emulator = self.emulator.lock().unwrap();
        assert!(!emulator.screen().alternate_screen() && !emulator.screen().hide_cursor());
        let (_, after) = written.rsplit_once(LEAVE).unwrap();
        assert!(status.success(), "{status:?}:\n{after}");
        after.to_owned()
    }

    /// The terminal goes away, as when a connection to the computer breaks; how the program ends then.
    pub fn hang_up(mut self) -> ExitStatus {
        self.left.store(true, Ordering::Relaxed);
        self.press("?"); // the answer to which is the last that is read
        self.reader.join().unwrap();
        drop((self.keyboard, self.master));
        self.program.end()
    }
}

/// Does not outlive a test that fails.
struct Program(Box<dyn Child + Send + Sync>);

impl Program {
    fn end(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status;
            }
            assert!(begun.elapsed() < PATIENCE, "no end");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols: columns,
        pixel_width: 0,
        pixel_height: 0,
    }
}

fn at_least_one(count: u16) -> NonZero<u16> {
    NonZero::new(count).unwrap()
}

/// Echo, line editing, signals by keys: termios(3).
fn discipline(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().unwrap())
}

/// Feeds the emulator with all that is written on the terminal.
fn read(
    master: &dyn MasterPty,
    emulator: Arc<Mutex<Parser>>,
    left: Arc<AtomicBool>,
) -> JoinHandle<Vec<u8>> {
    let mut output = master.try_clone_reader().unwrap();
    thread::spawn(move || {
        let (mut bytes, mut all) = ([0; 4_096], Vec::new());
        // Where nobody has the other end any more, Linux says EIO.
        while let Ok(count @ 1..) = output.read(&mut bytes) {
            emulator.lock().unwrap().process(&bytes[..count]);
            all.extend_from_slice(&bytes[..count]);
            if left.load(Ordering::Relaxed) {
                break;
            }
        }
        all
    })
}
