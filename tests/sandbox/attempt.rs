//! What somebody who has taken over a thread would try: each works in a program that is not confined.

use std::fs::{self, File};
use std::io::{self, IoSliceMut};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{self, Child, Command, Stdio};
use std::thread;

use nix::sched::CloneFlags;
use nix::sys::memfd::MFdFlags;
use nix::sys::signal::Signal;
use nix::sys::socket::{AddressFamily, SockFlag, SockType};
use nix::sys::uio::RemoteIoVec;
use nix::unistd::Pid;

/// Each by the name it has on the command line.
pub(crate) const ALL: &[&str] = &[
    "read-a-file",
    "list-a-folder",
    "create-a-file",
    "append-to-a-file",
    "rename-a-file",
    "remove-a-file",
    "connect-over-tcp",
    "listen-on-tcp",
    "make-a-udp-socket",
    "make-a-unix-socket",
    "capture-packets",
    "run-a-program",
    "make-a-file-in-memory",
    "trace-a-process",
    "read-the-memory-of-a-process",
    "signal-a-process",
    "leave-the-name-space",
    "start-a-thread",
];

/// Those that only root can do in the first place.
pub(crate) const FOR_ROOT: &[&str] = &["capture-packets"];

/// Prepared before anything is confined.
pub(crate) struct Scene<'a> {
    /// A folder with a file `here` in it.
    folder: &'a Path,
    /// Another process of ours, which ends with this one.
    other: Child,
    /// Somebody who listens.
    listener: TcpListener,
}

impl<'a> Scene<'a> {
    pub(crate) fn new(folder: &'a Path) -> io::Result<Self> {
        fs::write(folder.join("here"), "content")?;
        Ok(Self {
            folder,
            // Ends when its standard input does.
            other: Command::new("cat")
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()?,
            listener: TcpListener::bind("127.0.0.1:0")?,
        })
    }

    /// Tries it.
    pub(crate) fn attempt(&self, what: &str) -> io::Result<()> {
        let here = self.folder.join("here");
        let there = self.folder.join("there");
        let other = Pid::from_raw(self.other.id().cast_signed());
        match what {
            "read-a-file" => drop(fs::read("/etc/passwd")?),
            "list-a-folder" => drop(fs::read_dir("/etc")?),
            "create-a-file" => drop(File::create(there)?),
            "append-to-a-file" => drop(File::options().append(true).open(here)?),
            "rename-a-file" => fs::rename(here, there)?,
            "remove-a-file" => fs::remove_file(here)?,
            "connect-over-tcp" => drop(TcpStream::connect(self.listener.local_addr()?)?),
            "listen-on-tcp" => drop(TcpListener::bind("127.0.0.1:0")?),
            "make-a-udp-socket" => drop(UdpSocket::bind("127.0.0.1:0")?),
            "make-a-unix-socket" => drop(UnixDatagram::unbound()?),
            "capture-packets" => drop(nix::sys::socket::socket(
                AddressFamily::Packet,
                SockType::Raw,
                SockFlag::empty(),
                None,
            )?),
            "run-a-program" => drop(Command::new("true").status()?),
            "make-a-file-in-memory" => {
                drop(nix::sys::memfd::memfd_create(c"code", MFdFlags::empty())?);
            }
            "trace-a-process" => {
                nix::sys::ptrace::seize(other, nix::sys::ptrace::Options::empty())?;
            }
            "read-the-memory-of-a-process" => {
                let mut byte = [0];
                let from = RemoteIoVec {
                    base: (&raw const *self).addr(),
                    len: 1,
                };
                let ourselves = Pid::from_raw(process::id().cast_signed());
                nix::sys::uio::process_vm_readv(
                    ourselves,
                    &mut [IoSliceMut::new(&mut byte)],
                    &[from],
                )?;
            }
            "signal-a-process" => nix::sys::signal::kill(other, Signal::SIGCONT)?,
            "leave-the-name-space" => nix::sched::unshare(CloneFlags::CLONE_FS)?,
            "start-a-thread" => drop(thread::Builder::new().spawn(|| ())?),
            _ => unreachable!("no attempt is called {what}"),
        }
        Ok(())
    }
}
