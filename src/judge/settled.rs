//! A session whose handshake is over, in little memory until its connection ends: what it shares with other sessions is
//! held once.

use std::sync::Arc;

use super::Judge;
use super::behind::BehindHandshake;
use super::view::View;
use crate::flow::{Connection, FlowKey, Reason, Tail, Way};
use crate::judge::recall::Recall;
use crate::session::{Exchange, Latency, Mode, Origin, Party, Session, Verdict};
use crate::time::Timestamp;

/// All that is known of a session but what flows behind its handshake, and how it ends.
#[derive(Debug)]
pub struct Settled {
    /// The record, without what this session shares with no other.
    common: Arc<Session>,
    id: u64,
    start: Timestamp,
    banner: Option<Arc<str>>,
    latency: Latencies,
    /// By client and server, where what flows behind the handshake begins.
    places: [u32; 2],
    /// What of `places` is known.
    known: Places,
    client: Way,
}

const _: () = assert!(size_of::<Settled>() == 64);

/// Which places are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Places {
    None,
    Client,
    Both,
}

impl Judge {
    /// What must be kept of `connection`, whose directions have both told everything; `None` if its handshake is not
    /// known to have finished: then its end may still change its record.
    pub fn settle(
        &self,
        connection: &Connection,
        origin: &Arc<Origin>,
        recall: &mut Recall,
    ) -> Option<Settled> {
        let mut session = self.session(connection, Reason::Closed, origin, recall)?;
        if session.established != Some(true) {
            return None;
        }
        let client = connection.client_way(&self.ports);
        let view = View::new(connection, Reason::Closed, client, &self.ports);
        let (places, known) = match view.behind_handshake().map(|behind| behind.places) {
            None => ([0, 0], Places::None),
            Some((client, None)) => ([client, 0], Places::Client),
            Some((client, Some(server))) => ([client, server], Places::Both),
        };
        session.exchange = None;
        let latency = Latencies::take(&mut session.latency);
        Some(Settled {
            id: std::mem::take(&mut session.id),
            start: std::mem::take(&mut session.start),
            banner: session.banner.take(),
            latency,
            places,
            known,
            client,
            common: recall.share(without_ends(session)),
        })
    }
}

impl Settled {
    /// The session is over, with these turns and ends.
    pub fn conclude(&self, key: &FlowKey, tail: &Tail) -> Folded {
        Folded {
            common: Arc::clone(&self.common),
            key: *key,
            client: self.client,
            id: self.id,
            start: self.start,
            end: Timestamp::default(),
            banner: self.banner.clone(),
            latency: self.latency,
            exchange: self.exchange(key, tail),
        }
    }

    fn exchange(&self, key: &FlowKey, tail: &Tail) -> Option<Exchange> {
        let [client, server] = self.places;
        let behind = BehindHandshake {
            client: self.client,
            places: match self.known {
                Places::None => return None,
                Places::Client => (client, None),
                Places::Both => (client, Some(server)),
            },
            version: self.common.negotiated?,
            cipher: self.common.cipher,
            server_port: key.sender_port(self.client.reversed()),
        };
        behind.exchange(tail)
    }
}

/// The record of a settled session, in a third of its memory: where a capture ends, those of all open connections wait
/// for their turn.
#[derive(Debug)]
pub struct Folded {
    common: Arc<Session>,
    key: FlowKey,
    client: Way,
    /// As in the record.
    pub id: u64,
    /// As in the record.
    pub start: Timestamp,
    /// As in the record; whoever knows it sets it.
    pub end: Timestamp,
    banner: Option<Arc<str>>,
    latency: Latencies,
    exchange: Option<Exchange>,
}

impl Folded {
    /// As in the record.
    pub fn mode(&self) -> Option<Mode> {
        self.common.mode
    }

    /// As in the record.
    pub fn verdict(&self) -> Verdict {
        self.common.verdict
    }

    /// The record.
    pub fn unfold(self) -> Session {
        let common = &*self.common;
        let (client_ip, client_port) = self.key.sender(self.client);
        let (server_ip, server_port) = self.key.sender(self.client.reversed());
        Session {
            id: self.id,
            start: self.start,
            end: self.end,
            client: Party {
                ip: client_ip,
                port: client_port,
                ..common.client.clone()
            },
            server: Party {
                ip: server_ip,
                port: server_port,
                ..common.server.clone()
            },
            banner: self.banner,
            latency: self.latency.and(common.latency),
            exchange: self.exchange,
            ..common.clone()
        }
    }
}

/// The record without its addresses, ports and last time.
fn without_ends(session: Session) -> Session {
    let nobody = [0, 0, 0, 0].into();
    let anyone = |party: Party| Party {
        ip: nobody,
        port: 0,
        ..party
    };
    Session {
        end: Timestamp::default(),
        client: anyone(session.client),
        server: anyone(session.server),
        ..session
    }
}

/// Times of up to four seconds.
#[derive(Clone, Copy, Debug)]
struct Latencies([u32; 3]);

impl Latencies {
    /// No time, or a longer one.
    const ELSEWHERE: u32 = u32::MAX;

    /// Takes out those that have room here.
    fn take(latency: &mut Latency) -> Self {
        let all = [
            &mut latency.connect,
            &mut latency.starttls,
            &mut latency.hello,
        ];
        Self(all.map(|time| {
            let short = |time: &mut u64| *time < u64::from(Self::ELSEWHERE);
            let short = time.take_if(short);
            short.map_or(Self::ELSEWHERE, |time| time as u32)
        }))
    }

    /// These, and those that were left in `others`.
    fn and(self, others: Latency) -> Latency {
        let [connect, starttls, hello] = self
            .0
            .map(|time| (time != Self::ELSEWHERE).then_some(u64::from(time)));
        Latency {
            connect: connect.or(others.connect),
            starttls: starttls.or(others.starttls),
            hello: hello.or(others.hello),
        }
    }
}
