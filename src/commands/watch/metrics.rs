//! The sockets of the metrics server: a few threads that each take one client at a time, and never longer than some seconds.
//!
//! They share nothing with the capture but the [`Board`]. No thread is started and no file opened once it runs, so that the
//! sandbox needs to allow neither.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use super::board::Board;
use crate::commands::confine;
use crate::output::metrics::http::{MAX_HEAD, Request, answer, request};
use crate::privilege::{Role, Threads};

/// Clients served at the same time; more wait in the kernel's queue.
const CLIENTS: usize = 4;
/// Time in which a client has to say what it wants.
const TO_ASK: Duration = Duration::from_secs(2);
/// Time in which it has to take the answer.
const TO_TAKE: Duration = Duration::from_secs(5);
/// Wait after an error that may come again at once, such as too many open files.
const AFTER_ERROR: Duration = Duration::from_millis(200);
/// A client's thread needs little more than its buffer.
const STACK: usize = 256 << 10;

/// Listens on `address`; nobody is answered yet.
pub(super) fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).with_context(|| format!("metrics cannot be served on {address}"))
}

/// Serves `board` until the program ends.
pub(super) fn serve(
    listener: &TcpListener,
    board: &Arc<Board>,
    threads: &Threads,
) -> io::Result<()> {
    for number in 0..CLIENTS {
        let listener = listener.try_clone()?;
        let (board, threads) = (Arc::clone(board), threads.clone());
        thread::Builder::new()
            .name(format!("metrics-{number}"))
            .stack_size(STACK)
            .spawn(move || {
                confine::enter(&threads, Role::Serve);
                attend_all(&listener, &board);
            })?;
    }
    Ok(())
}

fn attend_all(listener: &TcpListener, board: &Board) {
    loop {
        match listener.accept() {
            // What goes wrong with a client is the client's business.
            Ok((client, _)) => drop(attend(&client, board)),
            Err(_) => thread::sleep(AFTER_ERROR),
        }
    }
}

fn attend(client: &TcpStream, board: &Board) -> io::Result<()> {
    let Some(asked) = read(client, Instant::now() + TO_ASK)? else {
        return Ok(());
    };
    let notice = board.latest();
    let silent = notice
        .as_ref()
        .map_or(Duration::MAX, |notice| notice.silent());
    let scrape = notice.as_ref().map(|notice| notice.scrape());
    write(
        client,
        &answer(asked, scrape, silent),
        Instant::now() + TO_TAKE,
    )?;
    client.shutdown(Shutdown::Write)
}

/// The request; `None` if the client leaves before it is whole.
fn read(mut client: &TcpStream, deadline: Instant) -> io::Result<Option<(Request, bool)>> {
    let mut head = [0; MAX_HEAD];
    let mut length = 0;
    loop {
        client.set_read_timeout(Some(left(deadline)?))?;
        let room = head.get_mut(length..).unwrap_or_default();
        match client.read(room)? {
            0 => return Ok(None),
            count => length += count,
        }
        let asked = request(head.get(..length).unwrap_or_default());
        if asked.is_some() {
            return Ok(asked);
        }
    }
}

fn write(mut client: &TcpStream, mut bytes: &[u8], deadline: Instant) -> io::Result<()> {
    while !bytes.is_empty() {
        client.set_write_timeout(Some(left(deadline)?))?;
        match client.write(bytes)? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            count => bytes = bytes.get(count..).unwrap_or_default(),
        }
    }
    Ok(())
}

/// The time until `deadline`, which is never zero: a socket takes that for no limit.
fn left(deadline: Instant) -> io::Result<Duration> {
    match deadline.saturating_duration_since(Instant::now()) {
        Duration::ZERO => Err(io::ErrorKind::TimedOut.into()),
        left => Ok(left),
    }
}

#[cfg(test)]
mod tests;
