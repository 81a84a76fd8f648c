//! Questions to DNS that were seen, so that an answer which nobody asked for is not believed: anybody can send one.
//!
//! A mirror that shows one direction only shows no question at all; as long as none was seen, every answer counts.

use std::collections::{HashSet, VecDeque};
use std::net::IpAddr;

/// Questions remembered. Answers come within seconds.
const QUESTIONS: usize = 32_768;

type Question = ((IpAddr, u16), (IpAddr, u16), u16);

/// The last questions seen.
#[derive(Debug, Default)]
pub(super) struct Questions {
    known: HashSet<Question>,
    order: VecDeque<Question>,
}

impl Questions {
    /// A question went from `client` to `server`.
    pub(super) fn note(&mut self, client: (IpAddr, u16), server: (IpAddr, u16), id: u16) {
        let question = (client, server, id);
        if !self.known.insert(question) {
            return;
        }
        self.order.push_back(question);
        if self.order.len() > QUESTIONS
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
    }

    /// Whether an answer from `server` to `client` may be believed.
    pub(super) fn may_be_answered(
        &self,
        client: (IpAddr, u16),
        server: (IpAddr, u16),
        id: u16,
    ) -> bool {
        self.known.is_empty() || self.known.contains(&(client, server, id))
    }
}
