//! How reading is ended before the end of what there is to read.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

/// How long to wait for bytes before it is asked again whether to go on.
const LOOK: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 100_000_000,
};
/// How long whoever writes to a pipe may take to end it by itself: Ctrl-C reaches both ends, and the other still has
/// packets to write.
const GRACE: Duration = Duration::from_secs(1);

/// Asks a source to end.
#[derive(Clone, Debug, Default)]
pub struct Interrupt {
    asked: Arc<AtomicBool>,
    cut: Arc<AtomicBool>,
}

impl Interrupt {
    /// Asks once this flag is set.
    pub fn when(asked: Arc<AtomicBool>) -> Self {
        Self {
            asked,
            cut: Arc::default(),
        }
    }

    /// Whether an end was asked for.
    pub(super) fn is_asked(&self) -> bool {
        self.asked.load(Relaxed)
    }

    /// Notes that something was left unread.
    pub(super) fn cut(&self) {
        self.cut.store(true, Relaxed);
    }

    /// Whether something was left unread because an end was asked for.
    pub fn has_cut(&self) -> bool {
        self.cut.load(Relaxed)
    }
}

/// A pipe that is left when an end is asked for, though its writer be silent.
pub(super) struct Pipe {
    file: File,
    interrupt: Interrupt,
    /// When the end was first seen to be asked for.
    since: Option<Instant>,
}

impl Pipe {
    pub(super) fn new(file: File, interrupt: Interrupt) -> Self {
        Self {
            file,
            interrupt,
            since: None,
        }
    }

    /// Waits for bytes, or the end; false if it is not worth while any more.
    fn wait(&mut self) -> io::Result<bool> {
        loop {
            if self.interrupt.is_asked()
                && self.since.get_or_insert_with(Instant::now).elapsed() >= GRACE
            {
                self.interrupt.cut();
                return Ok(false);
            }
            let mut one = [PollFd::new(&self.file, PollFlags::IN)];
            match poll(&mut one, Some(&LOOK)) {
                Ok(0) | Err(Errno::INTR) => {}
                Ok(_) => return Ok(true),
                Err(error) => return Err(error.into()),
            }
        }
    }
}

impl Read for Pipe {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.wait()? {
            self.file.read(into)
        } else {
            Ok(0)
        }
    }
}

/// Standard input, without the buffer that the library puts around it.
pub(super) fn standard_input() -> io::Result<File> {
    Ok(File::from(io::stdin().as_fd().try_clone_to_owned()?))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::os::fd::OwnedFd;

    use super::*;

    #[test]
    fn a_silent_pipe_is_left_and_what_was_in_it_is_read() {
        let (reader, mut writer) = io::pipe().unwrap();
        writer.write_all(b"some").unwrap();
        let interrupt = Interrupt::default();
        let mut pipe = Pipe::new(File::from(OwnedFd::from(reader)), interrupt.clone());
        interrupt.asked.store(true, Relaxed);
        let mut read = Vec::new();
        pipe.read_to_end(&mut read).unwrap();
        assert_eq!((&read[..], interrupt.has_cut()), (&b"some"[..], true));
        drop(writer);
    }

    #[test]
    fn a_pipe_that_its_writer_ends_is_whole() {
        let (reader, mut writer) = io::pipe().unwrap();
        writer.write_all(b"all").unwrap();
        drop(writer);
        let interrupt = Interrupt::default();
        interrupt.asked.store(true, Relaxed);
        let mut pipe = Pipe::new(File::from(OwnedFd::from(reader)), interrupt.clone());
        let mut read = Vec::new();
        pipe.read_to_end(&mut read).unwrap();
        assert_eq!((&read[..], interrupt.has_cut()), (&b"all"[..], false));
    }
}
