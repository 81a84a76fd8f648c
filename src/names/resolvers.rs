//! Who was seen to answer for a name: a resolver asks for it on behalf of others.

use std::collections::{HashSet, VecDeque};
use std::net::IpAddr;

/// Answers remembered; the oldest goes first.
const ANSWERS: usize = 32_768;

/// A resolver, and the mark of a name.
type Answered = (IpAddr, u64);

/// Who has answered for which name lately.
#[derive(Debug, Default)]
pub(super) struct Resolvers {
    known: HashSet<Answered>,
    order: VecDeque<Answered>,
}

impl Resolvers {
    /// `server` has answered for the name of this mark.
    pub(super) fn note(&mut self, server: IpAddr, mark: u64) {
        let answered = (server, mark);
        if !self.known.insert(answered) {
            return;
        }
        self.order.push_back(answered);
        if self.order.len() > ANSWERS
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
    }

    /// Whether `host` has answered for the name of this mark.
    pub(super) fn contains(&self, host: IpAddr, mark: u64) -> bool {
        self.known.contains(&(host, mark))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_first() {
        let host = IpAddr::from([10, 0, 0, 53]);
        let mut resolvers = Resolvers::default();
        for mark in 0..ANSWERS as u64 + 10 {
            resolvers.note(host, mark);
            resolvers.note(host, mark);
        }
        assert!(!resolvers.contains(host, 9));
        assert!(resolvers.contains(host, 10));
        assert!(resolvers.contains(host, ANSWERS as u64 + 9));
        assert_eq!(resolvers.known.len(), ANSWERS);
        assert_eq!(resolvers.order.len(), ANSWERS);
    }
}
