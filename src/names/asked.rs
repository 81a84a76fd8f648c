//! Questions to DNS that were seen, so that an answer which nobody asked for is not believed: anybody can send one.
//!
//! A mirror that shows one direction only shows no question at all; as long as none was seen, every answer counts.

use std::net::IpAddr;

use super::latest::Latest;

/// Questions remembered. Answers come within seconds.
const QUESTIONS: usize = 32_768;

type Question = ((IpAddr, u16), (IpAddr, u16), u16);

/// The last questions seen.
#[derive(Debug, Default)]
pub(super) struct Questions(Latest<Question, QUESTIONS>);

impl Questions {
    /// A question went from `client` to `server`.
    pub(super) fn note(&mut self, client: (IpAddr, u16), server: (IpAddr, u16), id: u16) {
        self.0.note((client, server, id));
    }

    /// Whether an answer from `server` to `client` may be believed.
    pub(super) fn may_be_answered(
        &self,
        client: (IpAddr, u16),
        server: (IpAddr, u16),
        id: u16,
    ) -> bool {
        self.0.is_empty() || self.0.contains(&(client, server, id))
    }
}
