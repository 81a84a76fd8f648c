//! How long the handshakes of the monitored world took, as distributions of bounded size.
//!
//! The times come from the capture (RFC 9293 SYN to SYN-ACK, RFC 3207 STARTTLS to its 220, RFC 8446 ClientHello to
//! ServerHello), not from this program's clock.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::histogram::Times;
use crate::session::{Latency, Session};

/// Servers told apart, about 30 KB each; the rest is added up.
const MAX_SERVERS: usize = 128;

/// The three times of a handshake.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Latencies {
    /// SYN to SYN-ACK: the network's way to the server and back, as seen from the sensor.
    pub connect: Times,
    /// STARTTLS to its 220.
    pub starttls: Times,
    /// ClientHello to ServerHello.
    pub hello: Times,
}

impl Latencies {
    /// Adds what is known of one session.
    pub fn note(&mut self, latency: &Latency) {
        let each = [
            (&mut self.connect, latency.connect),
            (&mut self.starttls, latency.starttls),
            (&mut self.hello, latency.hello),
        ];
        for (times, seen) in each {
            if let Some(nanoseconds) = seen {
                times.note(nanoseconds);
            }
        }
    }

    /// Adds all times of `other`.
    pub fn merge(&mut self, other: &Self) {
        self.connect.merge(&other.connect);
        self.starttls.merge(&other.starttls);
        self.hello.merge(&other.hello);
    }

    /// The times with the words that they have in session records.
    pub fn named(&self) -> [(&'static str, &Times); 3] {
        [
            ("connect", &self.connect),
            ("starttls", &self.starttls),
            ("hello", &self.hello),
        ]
    }
}

/// Latencies by the server that answered: its name, or its address where no name is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ByServer {
    servers: BTreeMap<Arc<str>, Latencies>,
    /// Of servers past the bound.
    others: Option<Box<Latencies>>,
}

impl ByServer {
    /// Adds what is known of one session; one without any time adds nothing.
    pub fn note(&mut self, session: &Session) {
        let latency = &session.latency;
        if *latency != Latency::default() {
            self.of(&session.server).note(latency);
        }
    }

    /// Servers, most answers first, then by name; `None` stands for all that are past the bound, and comes last.
    pub fn iter(&self) -> impl Iterator<Item = (Option<&str>, &Latencies)> {
        let mut servers: Vec<_> = self.servers.iter().collect();
        servers.sort_by_key(|(_, latencies)| std::cmp::Reverse(answers(latencies)));
        let named = servers
            .into_iter()
            .map(|(name, latencies)| (Some(&**name), latencies));
        named.chain(self.others.as_deref().map(|others| (None, others)))
    }

    fn of(&mut self, server: &crate::session::Party) -> &mut Latencies {
        let name = match &server.domain {
            Some(name) => Arc::clone(name),
            None => server.ip.to_string().into(),
        };
        if self.servers.len() >= MAX_SERVERS && !self.servers.contains_key(&name) {
            return self.others.get_or_insert_default();
        }
        self.servers.entry(name).or_default()
    }
}

fn answers(latencies: &Latencies) -> u64 {
    latencies
        .named()
        .iter()
        .map(|(_, times)| times.count())
        .max()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::sample;
    use crate::tls::Version;

    const MILLISECOND: u64 = 1_000_000;

    #[test]
    fn servers_past_the_bound_are_added_up() {
        let mut session = sample::submission("10.0.0.1", 0, Version::TLS12);
        session.latency.hello = Some(20 * MILLISECOND);
        let mut by_server = ByServer::default();
        for n in 0..MAX_SERVERS + 2 {
            session.server.domain = Some(format!("server-{n}.example").into());
            by_server.note(&session);
        }
        session.server.domain = Some("server-7.example".into());
        by_server.note(&session);
        let told: Vec<_> = by_server
            .iter()
            .map(|(name, latencies)| (name, latencies.hello.count()))
            .collect();
        assert_eq!(told.first(), Some(&(Some("server-7.example"), 2)));
        assert_eq!(told.last(), Some(&(None, 2)));
        assert_eq!(told.len(), MAX_SERVERS + 1);
    }
}
