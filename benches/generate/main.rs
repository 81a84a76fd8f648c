//! Makes captures for measurements, the same bytes in every run: `generate KIND AMOUNT FILE` (`-` for standard output).
//!
//! | kind | amount | what |
//! |---|---|---|
//! | `mixed` | megabytes | 2 % packets of SMTP sessions, the rest web, DNS and the like; about 500 bytes a packet |
//! | `mirror` | megabytes | the same, in VXLAN, as clouds deliver all of their packets |
//! | `smtp` | megabytes | sessions with handshake and message, some 80 KB, 500 at a time |
//! | `tunnels` | megabytes | `smtp` in VXLAN |
//! | `gre` | megabytes | `smtp` in GRE behind two VLAN tags |
//! | `scans` | megabytes | as `smtp`, but messages of a megabyte, as scanners send them |
//! | `flood` | sessions | thirteen packets each, no message |
//! | `concurrent` | sessions | all open at once; four million small packets of messages, whatever their number |
//! | `hosts` | sessions | twenty packets each, each of a host of its own; every fourth is an old client |
//!
//! Nothing in here is used by the program itself.

mod frame;
mod random;
mod session;

use std::error::Error;
use std::fs::File;
use std::io::{self, BufWriter, Write};

use frame::{ACK, Capture, End, Tcp, Wrap};
use random::Random;
use session::{Clients, FULL, Session, Shape};

/// Segments of a message in `smtp`.
const LETTER: u32 = 60;
/// Segments of a message in `scans`.
const SCAN: u32 = 700;
/// Packets of messages in `concurrent`.
const MESSAGE_PACKETS: u64 = 4_000_000;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [kind, amount, path] = arguments.as_slice() else {
        return Err("usage: generate KIND AMOUNT FILE".into());
    };
    let out: Box<dyn Write> = match path.as_str() {
        "-" => Box::new(io::stdout()),
        path => Box::new(File::create(path)?),
    };
    let wrap = match kind.as_str() {
        "tunnels" | "mirror" => Wrap::Vxlan,
        "gre" => Wrap::Gre,
        _ => Wrap::Bare,
    };
    let amount: u64 = amount.parse()?;
    let mut maker = Maker::new(BufWriter::with_capacity(1 << 20, out), wrap)?;
    match kind.as_str() {
        "mixed" | "mirror" => maker.mixed(amount << 20)?,
        "smtp" | "tunnels" | "gre" => maker.smtp(amount << 20, LETTER)?,
        "scans" => maker.smtp(amount << 20, SCAN)?,
        "flood" => maker.flood(amount)?,
        "hosts" => maker.hosts(amount)?,
        "concurrent" => maker.concurrent(amount)?,
        _ => return Err(format!("no kind `{kind}`").into()),
    }
    Ok(maker.out.finish()?)
}

struct Maker<W> {
    out: Capture<W>,
    random: Random,
    noise: Vec<u8>,
    sessions: u64,
}

impl<W: Write> Maker<W> {
    fn new(out: W, wrap: Wrap) -> io::Result<Self> {
        let mut random = Random(0x1234_5678_9abc_def1);
        let noise = (0..1 << 16).map(|_| random.next() as u8).collect();
        Ok(Self {
            out: Capture::new(out, wrap)?,
            random,
            noise,
            sessions: 0,
        })
    }

    fn mixed(&mut self, bytes: u64) -> io::Result<()> {
        let mut live = self.open(200, full(30));
        while self.out.bytes < bytes {
            self.out.pass(4);
            if self.random.one_in(50) {
                self.step_any(&mut live)?;
            } else {
                self.other()?;
            }
        }
        Ok(())
    }

    fn smtp(&mut self, bytes: u64, segments: u32) -> io::Result<()> {
        let mut live = self.open(500, full(segments));
        while self.out.bytes < bytes {
            self.out.pass(10);
            self.step_any(&mut live)?;
        }
        Ok(())
    }

    fn flood(&mut self, sessions: u64) -> io::Result<()> {
        self.all(sessions, 1000, TINY)
    }

    fn hosts(&mut self, sessions: u64) -> io::Result<()> {
        self.all(sessions, 200, TWENTY)
    }

    /// Sessions from beginning to end, so many at a time.
    fn all(&mut self, sessions: u64, at_a_time: u64, shape: Shape) -> io::Result<()> {
        let mut live = self.open(sessions.min(at_a_time), shape);
        while self.sessions < sessions {
            self.out.pass(10);
            self.step_any(&mut live)?;
        }
        for session in &mut live {
            while session.next(&mut self.out, &self.noise)? {}
        }
        Ok(())
    }

    /// Handshakes one after the other, then one packet of each in an order that no cache foresees.
    fn concurrent(&mut self, sessions: u64) -> io::Result<()> {
        let shape = Shape {
            body: u32::MAX / 2,
            acks: true,
            segment: 100,
            clients: Clients::Few,
        };
        let mut live = self.open(sessions, shape);
        for session in &mut live {
            while !session.is_in_body() {
                self.out.pass(5);
                session.next(&mut self.out, &self.noise)?;
            }
            // Nobody waits between the handshake and the first command.
            self.out.pass(5);
            session.next(&mut self.out, &self.noise)?;
        }
        for _ in 0..MESSAGE_PACKETS {
            self.out.pass(5);
            let place = self.random.next() as usize % live.len();
            if let Some(session) = live.get_mut(place) {
                session.next(&mut self.out, &self.noise)?;
            }
        }
        Ok(())
    }

    fn open(&mut self, count: u64, shape: Shape) -> Vec<Session> {
        (0..count).map(|_| self.session(shape)).collect()
    }

    fn session(&mut self, shape: Shape) -> Session {
        self.sessions += 1;
        Session::new(self.sessions, shape, &mut self.random)
    }

    /// The next packet of one of the sessions; where that is over, another takes its place.
    fn step_any(&mut self, live: &mut [Session]) -> io::Result<()> {
        let place = self.random.next() as usize % live.len();
        let Some(session) = live.get_mut(place) else {
            return Ok(());
        };
        if !session.next(&mut self.out, &self.noise)? {
            *session = self.session(session.shape());
            session.next(&mut self.out, &self.noise)?;
        }
        Ok(())
    }

    /// A packet of no interest: most are TCP to 443, full or bare ACKs; some are DNS or QUIC.
    fn other(&mut self) -> io::Result<()> {
        let pick = self.random.next();
        let from = End {
            ip: 0x0a01_0000 + (pick % 5000) as u32,
            port: 32_768 + (pick >> 20) as u16 % 20_000,
        };
        let to = End {
            ip: 0x5db8_0000 + (pick % 700) as u32,
            port: [443, 443, 443, 80, 8443, 53, 443, 993][(pick >> 40) as usize % 8],
        };
        let length = [0, 0, 0, 1448, 1448, 120, 320, 30][(pick >> 8) as usize % 8];
        let payload = &self.noise[(pick >> 12) as usize % 60_000..][..length];
        if to.port == 53 {
            return self.out.udp(from, to, &payload[..length.min(120)]);
        }
        let tcp = Tcp {
            from,
            to,
            flags: ACK,
            seq: pick as u32,
            ack: (pick >> 16) as u32,
        };
        self.out.tcp(tcp, payload)
    }
}

/// A session of handshake alone.
const TINY: Shape = Shape {
    body: 0,
    acks: false,
    segment: 0,
    clients: Clients::Few,
};

/// A session of twenty packets, of a host of its own.
const TWENTY: Shape = Shape {
    body: 6,
    acks: true,
    segment: 200,
    clients: Clients::Own,
};

/// A session with a message of so many segments.
const fn full(body: u32) -> Shape {
    Shape {
        body,
        acks: true,
        segment: FULL,
        clients: Clients::Few,
    }
}
