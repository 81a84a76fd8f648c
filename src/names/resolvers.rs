//! Who was seen to answer for a name: a resolver asks for it on behalf of others.

use std::net::IpAddr;

use super::latest::Latest;

/// Answers remembered; the oldest goes first.
const ANSWERS: usize = 32_768;

/// A resolver, and the mark of a name.
type Answered = (IpAddr, u64);

/// Who has answered for which name lately.
#[derive(Debug, Default)]
pub(super) struct Resolvers(Latest<Answered, ANSWERS>);

impl Resolvers {
    /// `server` has answered for the name of this mark.
    pub(super) fn note(&mut self, server: IpAddr, mark: u64) {
        self.0.note((server, mark));
    }

    /// Whether `host` has answered for the name of this mark.
    pub(super) fn contains(&self, host: IpAddr, mark: u64) -> bool {
        self.0.contains(&(host, mark))
    }
}
