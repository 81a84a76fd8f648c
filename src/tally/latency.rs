//! How long the handshakes of the monitored world took, as distributions of bounded size.
//!
//! The times come from the capture (RFC 9293 SYN to SYN-ACK, RFC 3207 STARTTLS to its 220, RFC 8446 ClientHello to
//! ServerHello), not from this program's clock. A histogram keeps two significant digits between a microsecond and a
//! minute and never grows; times outside count at the nearer end.

use std::collections::BTreeMap;
use std::sync::Arc;

use hdrhistogram::Histogram;

use crate::session::{Latency, Session};
use crate::time::SECOND;

/// Nanoseconds in the unit of the histograms.
const MICROSECOND: u64 = 1_000;
/// The longest time told apart, in microseconds: a minute.
const LONGEST: u64 = 60 * SECOND / MICROSECOND;
/// Significant digits: a time is told to one part in a hundred.
const DIGITS: u8 = 2;
/// Servers told apart, about 30 KB each; the rest is added up.
const MAX_SERVERS: usize = 128;

/// A distribution of times.
#[derive(Clone, Debug, PartialEq)]
pub struct Times {
    /// In microseconds.
    spread: Histogram<u32>,
    /// Of all times, exactly; nanoseconds.
    sum: u64,
}

impl Default for Times {
    fn default() -> Self {
        // The bounds are constants that the crate accepts; the test below holds it to that.
        let spread = Histogram::new_with_bounds(1, LONGEST, DIGITS)
            .unwrap_or_else(|_| unreachable!("the bounds of a histogram are constants"));
        Self { spread, sum: 0 }
    }
}

impl Times {
    /// Adds one time, in nanoseconds.
    pub fn note(&mut self, nanoseconds: u64) {
        let microseconds = (nanoseconds / MICROSECOND).max(1);
        self.spread.saturating_record(microseconds);
        self.sum = self.sum.saturating_add(nanoseconds);
    }

    /// Adds all times of `other`.
    pub fn merge(&mut self, other: &Self) {
        // Fails only where `other` holds more than fits here, and both have the same bounds.
        let _ = self.spread.add(&other.spread);
        self.sum = self.sum.saturating_add(other.sum);
    }

    /// How many times there are.
    pub fn count(&self) -> u64 {
        self.spread.len()
    }

    /// Sum of all times, nanoseconds.
    pub const fn sum(&self) -> u64 {
        self.sum
    }

    /// The time that `share` (0 to 1) of all are at or below, nanoseconds; `None` without any.
    pub fn quantile(&self, share: f64) -> Option<u64> {
        (self.count() > 0).then(|| self.spread.value_at_quantile(share) * MICROSECOND)
    }

    /// How many are at or below `nanoseconds`, to the resolution of the histogram: a cumulative bucket.
    pub fn at_most(&self, nanoseconds: u64) -> u64 {
        self.spread.count_between(0, nanoseconds / MICROSECOND)
    }
}

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

    /// Nearest rank: of a hundred times of 1 to 100 ms, half are at or below 50 ms and 99 at or below 99 ms.
    #[test]
    fn quantiles_are_right_to_two_digits() {
        let mut times = Times::default();
        (1..=100).for_each(|n| times.note(n * MILLISECOND));
        let near = |share, expected: u64| {
            let found = times.quantile(share).unwrap();
            assert!(
                found.abs_diff(expected) * 100 <= expected,
                "{found} for {expected}"
            );
        };
        near(0.5, 50 * MILLISECOND);
        near(0.99, 99 * MILLISECOND);
        near(1.0, 100 * MILLISECOND);
        assert_eq!(times.count(), 100);
        assert_eq!(times.sum(), 5050 * MILLISECOND);
        assert_eq!(times.at_most(250 * MILLISECOND), 100);
        assert_eq!(times.at_most(9 * MILLISECOND + 900_000), 9);
    }

    #[test]
    fn nothing_is_unknown_and_extremes_stay_within_the_bounds() {
        let mut times = Times::default();
        assert_eq!(times.quantile(0.5), None);
        times.note(0);
        times.note(u64::MAX);
        assert_eq!(times.count(), 2);
        assert_eq!(times.quantile(0.5), Some(MICROSECOND));
        assert!(times.quantile(1.0).unwrap() <= 61 * SECOND);
    }

    #[test]
    fn parts_add_up() {
        let (mut one, mut two, mut both) = (Times::default(), Times::default(), Times::default());
        for n in 1..500 {
            let times = if n % 3 == 0 { &mut one } else { &mut two };
            times.note(n * MILLISECOND);
            both.note(n * MILLISECOND);
        }
        one.merge(&two);
        assert_eq!(one, both);
    }

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
